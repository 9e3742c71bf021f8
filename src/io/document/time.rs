//! Times in the program's files: RFC 3339 in UTC. For `#[serde(with)]`.

use jiff::Timestamp;
use serde::{Deserialize as _, Deserializer, Serializer, de};

pub(in crate::io) fn serialize<S: Serializer>(
    time: &Timestamp,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_str(time)
}

pub(in crate::io) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Timestamp, D::Error> {
    parse(&String::deserialize(deserializer)?)
}

pub(in crate::io) fn parse<E: de::Error>(text: &str) -> Result<Timestamp, E> {
    text.parse().map_err(|_| {
        E::custom(format!("`{text}` is no time; expected one like 2019-04-30T06:26:00Z"))
    })
}

/// A time, or null where it is not known.
pub(in crate::io) mod or_null {
    use serde::Deserialize as _;

    use super::{Deserializer, Serializer, Timestamp};

    #[expect(clippy::ref_option, reason = "serde hands the field over by reference")]
    pub(in crate::io) fn serialize<S: Serializer>(
        time: &Option<Timestamp>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match time {
            Some(time) => super::serialize(time, serializer),
            None => serializer.serialize_none(),
        }
    }

    pub(in crate::io) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Timestamp>, D::Error> {
        let text: Option<String> = Option::deserialize(deserializer)?;
        text.map(|text| super::parse(&text)).transpose()
    }
}

//! Dates: the token's text, read by the field's formats from left to right.

use std::sync::Arc;

use crate::engine::date::{DEFAULT_FORMAT, DateFailure, DateFormat, Moment};
use crate::engine::document::Doc;
use crate::engine::failure::{Failure, Outcome};
use crate::engine::field::{self, Rule, switch};
use crate::engine::number::parse_long;
use crate::engine::tape::Token;
use crate::engine::tree::{FieldNode, Surroundings};
use crate::model::fate::{LossCause, RejectClass};
use crate::model::mapping::LeafField;
use crate::model::path::readable;
use crate::model::profile::Kind;

/// A date's parameters.
#[derive(Clone, Debug)]
pub(crate) struct Date {
    format: Arc<DateFormat>,
    ignore_malformed: bool,
    /// `date_nanos`.
    nanos: bool,
    /// Integers of 64 bits need no format.
    fast: bool,
}

impl Date {
    /// Whether the field takes this text and loses nothing of it.
    pub(crate) fn is_exact(&self, kind: Kind, text: &[u8]) -> bool {
        let is_plain = !self.nanos && self.format.plain_millis(text).is_some();
        is_plain
            || (kind == Kind::Integer && self.is_fast(text))
            || matches!(read(self, text), Ok(false))
    }

    /// 9.x: a JSON integer of 64 bits that does not fit 32 is milliseconds, whatever the formats would say.
    fn is_fast(&self, integer: &[u8]) -> bool {
        let value = || parse_long(&readable(integer));
        self.fast && value().is_ok_and(|value| i32::try_from(value).is_err())
    }

    pub(crate) fn ignores_malformed(&self) -> bool {
        self.ignore_malformed
    }

    /// A format that the replica does not know makes the field opaque.
    pub(crate) fn compile(leaf: &LeafField, around: Surroundings<'_>) -> Rule {
        let pattern = leaf.params.get("format").and_then(|value| value.as_str());
        let nanos = leaf.field_type == "date_nanos";
        let default = if nanos && around.switches.fields.nanos_format {
            "strict_date_optional_time_nanos||epoch_millis"
        } else {
            DEFAULT_FORMAT
        };
        let format = DateFormat::compile(pattern.unwrap_or(default), around.switches.engine);
        let Ok(format) = format else { return Rule::Opaque };
        let malformed =
            switch(leaf, "ignore_malformed").unwrap_or(around.settings.ignore_malformed);
        let fast = pattern.is_none() && around.switches.fields.date_fast_path;
        Rule::Date(Self { format: Arc::new(format), ignore_malformed: malformed, nanos, fast })
    }
}

pub(crate) fn take(rule: &Date, field: &FieldNode, doc: &mut Doc<'_>) -> Outcome {
    if matches!(doc.token(), Token::BeginObject | Token::BeginArray)
        && doc.switches().fields.date_objects
    {
        if !rule.ignore_malformed {
            let text = "Cannot parse object or array as a date value";
            return Err(Failure::argument(text).class(RejectClass::ObjectScalar));
        }
        field::ignore(field, doc);
        return doc.parser.skip_children();
    }
    let Some(text) = field::text(doc)? else { return Ok(()) };
    if matches!(doc.token(), Token::Integer(text) if rule.is_fast(text)) {
        return Ok(());
    }
    match read(rule, text) {
        Ok(true) => {
            doc.lose(&field.full, LossCause::DateTruncated);
            Ok(())
        }
        Ok(false) => Ok(()),
        Err(_) if rule.ignore_malformed => {
            field::ignore(field, doc);
            Ok(())
        }
        Err(failure) => Err(failure),
    }
}

/// Whether something finer than the field's resolution was cut.
fn read(rule: &Date, text: &[u8]) -> Outcome<bool> {
    let moment = rule.format.parse(&readable(text)).map_err(|failure| refused(&failure))?;
    if rule.nanos {
        return in_nanos(moment).map(|()| false);
    }
    Ok(moment.nanos_of_milli > 0)
}

/// `DateUtils#toLong`: nanoseconds since 1970 in 64 bits.
fn in_nanos(moment: Moment) -> Outcome {
    let nanos = i128::from(moment.millis) * 1_000_000 + i128::from(moment.nanos_of_milli);
    let reason = match nanos {
        ..0 => format!(
            "date[{}] is before the epoch in 1970 and cannot be stored in nanosecond resolution",
            instant(moment)
        ),
        0..=LAST_NANO => return Ok(()),
        _ => format!(
            "date[{}] is after 2262-04-11T23:47:16.854775807 and cannot be stored in nanosecond resolution",
            instant(moment)
        ),
    };
    Err(Failure::argument(reason).class(RejectClass::NumberRange))
}

const LAST_NANO: i128 = 9_223_372_036_854_775_807;

/// `Instant.toString`: no fraction, or three, six or nine digits of it; years beyond 9999 with their sign.
fn instant(moment: Moment) -> String {
    let seconds = moment.millis.div_euclid(1000);
    let nanos = moment.millis.rem_euclid(1000) * 1_000_000 + i64::from(moment.nanos_of_milli);
    let (day, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = civil(day);
    let fraction = match nanos {
        0 => String::new(),
        n if n % 1_000_000 == 0 => format!(".{:03}", n / 1_000_000),
        n if n % 1_000 == 0 => format!(".{:06}", n / 1_000),
        n => format!(".{n:09}"),
    };
    let year = match year {
        0..=9999 => format!("{year:04}"),
        10_000.. => format!("+{year}"),
        _ => format!("-{:04}", -year),
    };
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z")
}

/// Year, month and day of a day counted from 1970 (proleptic Gregorian).
fn civil(day: i64) -> (i64, i64, i64) {
    let day = day + 719_468;
    let era = day.div_euclid(146_097);
    let of_era = day.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    (year, month, of_year - (153 * shifted + 2) / 5 + 1)
}

pub(crate) fn refused(failure: &DateFailure) -> Failure {
    Failure::from_causes(&failure.causes)
        .unwrap_or_else(|| Failure::argument("failed to parse date"))
        .class(RejectClass::Date)
}

//! `epoch_millis` and `epoch_second` since Elasticsearch 7.0, in their generations.
//!
//! Goes in: a string. Comes out: seconds since 1970 and nanoseconds of the second. Sources: `org.elasticsearch.common.time.EpochTime`
//! of 7.10, 7.17, 8.2 and 8.19, `org.opensearch.common.time.EpochTime` of 1.3 and 3.8.

use crate::model::engine::{Engine, Product};

/// One of these formats in one generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Epoch {
    unit: Unit,
    minus: Minus,
    /// A point may stand behind the decimals, as the second parser of `epoch_millis` repeats the whole first one.
    final_point: bool,
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Seconds,
    Millis,
    /// OpenSearch 3.
    Micros,
}

/// How a minus is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Minus {
    /// As part of the whole number; decimals then count upwards, and a rest below zero is out of range.
    OfWhole,
    /// As the sign of the whole number and its decimals.
    OfAll,
}

impl Epoch {
    /// The format as `engine` has it.
    pub(super) fn of(unit: Unit, engine: Engine) -> Self {
        let of_all = match engine.product {
            Product::Elasticsearch => engine.major >= 8,
            Product::OpenSearch => unit != Unit::Seconds,
        };
        let repeats =
            engine.product == Product::OpenSearch || (engine.major, engine.minor) < (8, 16);
        Self {
            unit,
            minus: if of_all { Minus::OfAll } else { Minus::OfWhole },
            final_point: repeats && unit != Unit::Seconds,
        }
    }

    /// Seconds and nanoseconds of the second; `None` if the string is no such number.
    pub(super) fn parse(self, text: &str) -> Option<(i64, i64)> {
        let pointed = text.strip_suffix('.').filter(|_| self.final_point);
        self.number(text).or_else(|| self.number(pointed?))
    }

    fn number(self, text: &str) -> Option<(i64, i64)> {
        let (negative, unsigned) =
            text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, decimals) = match unsigned.split_once('.') {
            Some((whole, decimals)) => (whole, Some(decimals)),
            None => (unsigned, None),
        };
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let places = self.places();
        let fits = (1..=19).contains(&whole.len())
            && digits(whole)
            && decimals.is_none_or(|text| text.len() <= places && digits(text));
        if !fits {
            return None;
        }
        let nanos: i64 = format!("{:0<places$}", decimals.unwrap_or("")).parse().ok()?;
        match self.minus {
            Minus::OfWhole => self
                .signed_whole(if negative { negated(whole)? } else { whole.parse().ok()? }, nanos),
            Minus::OfAll => self.signed_all(negative, whole.parse().ok()?, nanos, decimals),
        }
    }

    /// How many decimals down to a nanosecond.
    fn places(self) -> usize {
        match self.unit {
            Unit::Seconds => 9,
            Unit::Millis => 6,
            Unit::Micros => 3,
        }
    }

    fn nanos(self) -> i64 {
        10_i64.pow(u32::try_from(self.places()).unwrap_or(0))
    }

    fn signed_whole(self, whole: i64, nanos: i64) -> Option<(i64, i64)> {
        let per_second = 1_000_000_000 / self.nanos();
        let nanos = whole % per_second * self.nanos() + nanos;
        (0..1_000_000_000).contains(&nanos).then_some((whole / per_second, nanos))
    }

    /// A second that is written with decimals of zero below a minus is refused: its nanoseconds come out as a billion.
    fn signed_all(
        self,
        negative: bool,
        whole: i64,
        nanos: i64,
        decimals: Option<&str>,
    ) -> Option<(i64, i64)> {
        let per_second = 1_000_000_000 / self.nanos();
        let nanos_of_second = whole % per_second * self.nanos() + nanos;
        if !negative {
            return Some((whole / per_second, nanos_of_second));
        }
        if self.unit == Unit::Seconds
            && nanos == 0
            && decimals.is_some_and(|decimals| !decimals.is_empty())
        {
            return None;
        }
        let borrow = i64::from(nanos_of_second > 0);
        Some((-(whole / per_second) - borrow, borrow * 1_000_000_000 - nanos_of_second))
    }
}

/// Minus zero is refused.
fn negated(whole: &str) -> Option<i64> {
    format!("-{whole}").parse().ok().filter(|value| *value != 0)
}

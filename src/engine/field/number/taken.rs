//! A number as the engine holds it, and what it lost of the text that it was read from.
//!
//! In: a value, the text. Out: both with the loss. It refuses to know whether the field takes it.

use super::Kind;
use crate::engine::number::{Decimal, half, java_double, java_float};
use crate::model::fate::LossCause;

/// A number that was read, and what was lost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Taken {
    pub value: Value,
    pub loss: Option<LossCause>,
}

/// A number as Java holds it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value {
    Long(i64),
    Double(f64),
    Float(f32),
}

impl Value {
    /// As a double; integers beyond 2^53 are only near.
    #[expect(clippy::cast_precision_loss, reason = "only for comparisons of ranges")]
    pub(crate) fn near(self) -> f64 {
        match self {
            Self::Long(value) => value as f64,
            Self::Double(value) => value,
            Self::Float(value) => f64::from(value),
        }
    }

    /// As Java prints it.
    pub(super) fn shown(self) -> String {
        match self {
            Self::Long(value) => value.to_string(),
            Self::Double(value) => java_double(value),
            Self::Float(value) => java_float(value),
        }
    }
}

/// The integer that was made of a number; its decimals are lost.
pub(super) fn cut_to(value: i64, text: &str) -> Taken {
    let decimals =
        !is_integer(text) && Decimal::parse(text).is_some_and(|decimal| !decimal.is_whole());
    Taken { value: Value::Long(value), loss: decimals.then_some(LossCause::DecimalsCut) }
}

/// The float that was made of a number. Only integers are called lossy: nearly every decimal is rounded.
pub(super) fn rounded_to(value: Value, text: &str, kind: Kind) -> Taken {
    let held = match (kind, value) {
        (Kind::HalfFloat, Value::Float(value)) => f64::from(half(value)),
        _ => value.near(),
    };
    let lost = is_integer(text) && held.is_finite() && !is_exact(text, held);
    Taken { value, loss: lost.then_some(LossCause::PrecisionLost) }
}

fn is_integer(text: &str) -> bool {
    text.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit())
}

/// Whether a float is the integer that the text shows.
fn is_exact(text: &str, value: f64) -> bool {
    #[expect(clippy::cast_possible_truncation, reason = "beyond 128 bits the text does not parse")]
    let whole = value as i128;
    text.parse::<i128>().is_ok_and(|exact| exact == whole)
}

//! Numbers in strings, as Java reads and prints them.
//!
//! Goes in: the text of a string or of a JSON number. Comes out: the value, or the exception that Java throws, in its words.
//! Nothing here knows about fields or mappings. Sources: `Long#parseLong`, `FloatingDecimal#readJavaFormatString`,
//! `BigDecimal(String)`, `Double#toString` (JDK 17 to 25); Elasticsearch `AbstractXContentParser`, `NumberFieldMapper`;
//! Lucene `HalfFloatPoint`; Jackson `ParserMinimalBase`.

mod decimal;
mod float;
mod print;

pub use decimal::Decimal;
pub use float::{half, parse_double, parse_float};
pub use print::{java_double, java_float};

use crate::model::fate::Cause;

/// `Long.parseLong`: an optional sign and decimal digits of any script, nothing else.
pub fn parse_long(text: &str) -> Result<i64, Cause> {
    let (negative, digits) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let bad = || format_exception(&format!("For input string: \"{text}\""));
    if digits.is_empty() {
        return Err(bad());
    }
    let mut value: i64 = 0;
    for letter in digits.chars() {
        let digit = digit(letter).ok_or_else(bad)?;
        // Counted downwards, because the smallest long has no positive twin.
        value = value.checked_mul(10).and_then(|value| value.checked_sub(digit)).ok_or_else(bad)?;
    }
    if negative { Ok(value) } else { value.checked_neg().ok_or_else(bad) }
}

/// Whether a string is a number for the engines' type decision: `Long.parseLong` or `Double.parseDouble` takes it.
pub fn kind_of(text: &str) -> Option<NumberKind> {
    if parse_long(text).is_ok() {
        return Some(NumberKind::Long);
    }
    parse_double(text).is_ok().then_some(NumberKind::Double)
}

/// What a string is if it is a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberKind {
    /// `Long.parseLong` takes it.
    Long,
    /// Only `Double.parseDouble` takes it.
    Double,
}

/// What happens to decimals on the way to an integer: the `coerce` parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decimals {
    /// Cut off, towards zero.
    Cut,
    /// Refused, unless they are all zero.
    Refused,
}

/// A string in a `long` field with `coerce` (`AbstractXContentParser#toLong`): `1e3` is 1000, `1.9` is 1.
pub fn string_to_long(text: &str, decimals: Decimals) -> Result<i64, Cause> {
    if let Ok(value) = parse_long(text) {
        return Ok(value);
    }
    let decimal =
        Decimal::parse(text).ok_or_else(|| illegal(&format!("For input string: \"{text}\"")))?;
    if decimals == Decimals::Refused && !decimal.is_whole() {
        return Err(illegal(&format!("Value [{text}] has a decimal part")));
    }
    decimal.to_long().ok_or_else(|| illegal(&format!("Value [{text}] is out of range for a long")))
}

/// An integer type narrower than `long`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Narrow {
    /// 32 bits.
    Integer,
    /// 16 bits.
    Short,
    /// 8 bits; its strings are checked for 32 bits first where the engine reads them as `int`.
    Byte,
}

impl Narrow {
    /// Smallest and largest value.
    pub fn range(self) -> (i64, i64) {
        match self {
            Self::Integer => (i64::from(i32::MIN), i64::from(i32::MAX)),
            Self::Short => (i64::from(i16::MIN), i64::from(i16::MAX)),
            Self::Byte => (i64::from(i8::MIN), i64::from(i8::MAX)),
        }
    }

    fn article(self) -> &'static str {
        match self {
            Self::Integer => "an integer",
            Self::Short => "a short",
            Self::Byte => "a byte",
        }
    }
}

/// A string in an `integer`, `short` or `byte` field with `coerce`: through `double`, so `NaN` is 0 and `0x1p3` is 8.
pub fn string_to_narrow(text: &str, kind: Narrow) -> Result<i64, Cause> {
    let double = parse_double(text)?;
    narrow(double, text, kind)
}

/// A double that must fit an integer type; `shown` is how the error prints it.
pub fn narrow(double: f64, shown: &str, kind: Narrow) -> Result<i64, Cause> {
    let (low, high) = kind.range();
    #[expect(clippy::cast_precision_loss, reason = "32 bits fit a double")]
    let outside = double < low as f64 || double > high as f64;
    if outside {
        return Err(illegal(&format!("Value [{shown}] is out of range for {}", kind.article())));
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "Java's cast: towards zero, NaN is 0; the range is checked above"
    )]
    Ok(double as i64)
}

/// A digit of any script in the basic plane, as `Character.digit(char, 10)` knows it.
pub(super) fn digit(letter: char) -> Option<i64> {
    if letter.is_ascii() {
        return letter.to_digit(10).map(i64::from);
    }
    let code = u32::from(letter);
    let zero = *ZEROS.get(ZEROS.partition_point(|zero| *zero <= code).checked_sub(1)?)?;
    (code - zero < 10).then(|| i64::from(code - zero))
}

/// The zeros of the scripts that have decimal digits in the basic plane (Unicode 15, general category Nd).
const ZEROS: [u32; 36] = [
    0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66,
    0x0DE6, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90,
    0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10,
];

fn format_exception(reason: &str) -> Cause {
    Cause { error_type: "number_format_exception".to_owned(), reason: Some(reason.to_owned()) }
}

fn illegal(reason: &str) -> Cause {
    Cause { error_type: "illegal_argument_exception".to_owned(), reason: Some(reason.to_owned()) }
}

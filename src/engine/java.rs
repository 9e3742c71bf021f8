//! Java's own readings of text, where Rust's differ (engine-semantics 15).
//!
//! In: text in generalised UTF-8. Out: what `Long.parseLong`, `Double.parseDouble`, `Float.parseFloat` and `BigDecimal` make of
//! it, or the sentence of Java's exception.

/// `Long.parseLong`: an optional sign, Unicode decimal digits, nothing else.
pub(crate) fn parse_long(text: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?;
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.is_empty() {
        return None;
    }
    digits.chars().try_fold(0_i64, |sum, c| {
        let digit = i64::from(decimal_digit(c)?);
        let sum = sum.checked_mul(10)?;
        if negative { sum.checked_sub(digit) } else { sum.checked_add(digit) }
    })
}

/// `Character.digit(c, 10)`.
fn decimal_digit(c: char) -> Option<u32> {
    if c.is_ascii() {
        return c.to_digit(10);
    }
    let zeros = DIGIT_ZEROS.iter().rev();
    zeros.copied().find(|zero| *zero <= u32::from(c)).and_then(|zero| {
        let digit = u32::from(c) - zero;
        (digit < 10).then_some(digit)
    })
}

/// Code points of the zeros of the scripts that have decimal digits (general category Nd) in the basic plane: `Long.parseLong`
/// reads UTF-16 units.
const DIGIT_ZEROS: [u32; 37] = [
    0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66, 0x0de6,
    0x0e50, 0x0ed0, 0x0f20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0,
    0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0xffff_fff0,
];

/// What a reading of a decimal number gives: the number's text for Rust, or Java's complaint.
fn decimal(text: &[u8]) -> Result<Reading<'_>, String> {
    let trimmed = trim(text);
    let complaint = || format!("For input string: \"{}\"", crate::model::path::visible(text));
    let (negative, rest) = match trimmed {
        [] => return Err("empty String".to_owned()),
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    match rest {
        b"NaN" => return Ok(Reading::Special(f64::NAN)),
        b"Infinity" => {
            let value = if negative { f64::NEG_INFINITY } else { f64::INFINITY };
            return Ok(Reading::Special(value));
        }
        [b'0', b'x' | b'X', hex @ ..] => {
            return hexadecimal(hex, negative).map(Reading::Special).ok_or_else(complaint);
        }
        _ => {}
    }
    let number = match trimmed.split_last() {
        Some((b'f' | b'F' | b'd' | b'D', number)) => number,
        _ => trimmed,
    };
    let unsigned = number.strip_prefix(b"-").or_else(|| number.strip_prefix(b"+")).unwrap_or(number);
    if points(unsigned) > 1 {
        return Err("multiple points".to_owned());
    }
    match is_decimal(unsigned) {
        true => Ok(Reading::Decimal(number)),
        false => Err(complaint()),
    }
}

enum Reading<'t> {
    Special(f64),
    Decimal(&'t [u8]),
}

/// Points before anything that ends the digits: Java complains about the second one while it scans them.
fn points(text: &[u8]) -> usize {
    let end = text.iter().position(|byte| !byte.is_ascii_digit() && *byte != b'.');
    text[..end.unwrap_or(text.len())].iter().filter(|byte| **byte == b'.').count()
}

fn is_decimal(text: &[u8]) -> bool {
    let (mantissa, exponent) = match text.iter().position(|byte| matches!(byte, b'e' | b'E')) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let digits = mantissa.iter().filter(|byte| byte.is_ascii_digit()).count();
    let clean = mantissa.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
    let exponent = exponent.is_none_or(|text| {
        let digits = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
        !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
    });
    digits > 0 && clean && exponent
}

/// `0x1.8p3`: the binary exponent is required.
fn hexadecimal(text: &[u8], negative: bool) -> Option<f64> {
    let text = std::str::from_utf8(text).ok()?;
    let text = text.strip_suffix(['f', 'F', 'd', 'D']).unwrap_or(text);
    let (mantissa, exponent) = text.split_once(['p', 'P'])?;
    let exponent: i32 = exponent.parse().ok()?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut value = 0.0_f64;
    for c in whole.chars().chain(fraction.chars()) {
        value = value * 16.0 + f64::from(c.to_digit(16)?);
    }
    let shift = exponent - 4 * i32::try_from(fraction.len()).ok()?;
    let value = value * 2.0_f64.powi(shift);
    Some(if negative { -value } else { value })
}

/// `String.trim`: characters up to space.
fn trim(text: &[u8]) -> &[u8] {
    let start = text.iter().position(|byte| *byte > b' ').unwrap_or(text.len());
    let end = text.iter().rposition(|byte| *byte > b' ').map_or(start, |last| last + 1);
    &text[start..end]
}

/// `Double.parseDouble`.
pub(crate) fn parse_double(text: &[u8]) -> Result<f64, String> {
    Ok(match decimal(text)? {
        Reading::Special(value) => value,
        Reading::Decimal(number) => number_text(number).parse().unwrap_or(f64::NAN),
    })
}

/// `Float.parseFloat`: rounded once.
pub(crate) fn parse_float(text: &[u8]) -> Result<f32, String> {
    Ok(match decimal(text)? {
        #[expect(clippy::cast_possible_truncation, reason = "hexadecimal floats are rounded to the type asked for")]
        Reading::Special(value) => value as f32,
        Reading::Decimal(number) => number_text(number).parse().unwrap_or(f32::NAN),
    })
}

fn number_text(number: &[u8]) -> &str {
    std::str::from_utf8(number).expect("only digits, signs, a point and an exponent passed")
}

/// An exact decimal cut to an integer (`new BigDecimal(text).toBigInteger()`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// The integer part, and whether something was cut off.
    Integer(i128, bool),
    /// Beyond 128 bits.
    TooLarge,
}

/// `new BigDecimal(text)`, cut; `None` where Java throws.
pub(crate) fn parse_big_decimal(text: &[u8]) -> Option<Cut> {
    let shown = std::str::from_utf8(text).ok()?;
    let ascii: String = shown
        .chars()
        .map(|c| decimal_digit(c).and_then(|digit| char::from_digit(digit, 10)).unwrap_or(c))
        .collect();
    let unsigned = ascii.strip_prefix(['-', '+']).unwrap_or(&ascii);
    if !is_decimal(unsigned.as_bytes()) {
        return None;
    }
    let negative = ascii.starts_with('-');
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let exponent: i64 = exponent.parse().ok().filter(|e: &i64| i32::try_from(*e).is_ok())?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = [whole, fraction].concat();
    let digits = digits.trim_start_matches('0');
    let scale = i64::try_from(fraction.len()).ok()? - exponent;
    Some(cut(digits, scale, negative))
}

fn cut(digits: &str, scale: i64, negative: bool) -> Cut {
    if digits.is_empty() {
        return Cut::Integer(0, false);
    }
    let length = i64::try_from(digits.len()).unwrap_or(i64::MAX);
    let integer_digits = length - scale;
    if integer_digits > 38 {
        return Cut::TooLarge;
    }
    let kept = usize::try_from(integer_digits.clamp(0, length)).unwrap_or(0);
    let zeros = usize::try_from((-scale).max(0)).unwrap_or(0);
    let text = format!("{}{}", &digits[..kept], "0".repeat(if kept > 0 { zeros } else { 0 }));
    let lost = digits[kept..].bytes().any(|digit| digit != b'0');
    match text.parse::<i128>() {
        Ok(value) => Cut::Integer(if negative { -value } else { value }, lost),
        Err(_) if text.is_empty() => Cut::Integer(0, lost),
        Err(_) => Cut::TooLarge,
    }
}

/// `Double.toString`.
pub(crate) fn double_to_string(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    to_java(&format!("{value:e}"), value == 0.0)
}

/// `Float.toString`.
pub(crate) fn float_to_string(value: f32) -> String {
    if value.is_finite() {
        return to_java(&format!("{value:e}"), value == 0.0);
    }
    double_to_string(f64::from(value))
}

/// Shortest digits in Java's dress: plain from 1e-3 to 1e7, else with an `E`.
fn to_java(scientific: &str, zero: bool) -> String {
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", mantissa),
    };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let digits: String = mantissa.chars().filter(|c| *c != '.').collect();
    if zero {
        return format!("{sign}0.0");
    }
    if !(-3..7).contains(&exponent) {
        let (first, rest) = digits.split_at(1);
        let rest = if rest.is_empty() { "0" } else { rest };
        return format!("{sign}{first}.{rest}E{exponent}");
    }
    if exponent < 0 {
        let zeros = "0".repeat(usize::try_from(-exponent - 1).unwrap_or(0));
        return format!("{sign}0.{zeros}{digits}");
    }
    let whole = usize::try_from(exponent).unwrap_or(0) + 1;
    let padded = format!("{digits:0<whole$}");
    let (head, tail) = padded.split_at(whole);
    format!("{sign}{head}.{}", if tail.is_empty() { "0" } else { tail })
}

/// The class that maps a type, as Java prints it.
pub(crate) fn mapper_class(type_name: &str) -> String {
    match type_name {
        "long" | "integer" | "short" | "byte" | "double" | "float" | "half_float" => {
            "NumberFieldMapper".to_owned()
        }
        other => {
            let words = other.split('_').map(|word| {
                let mut chars = word.chars();
                chars.next().map_or(String::new(), |first| {
                    first.to_uppercase().chain(chars).collect::<String>()
                })
            });
            format!("{}FieldMapper", words.collect::<String>())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_print_as_in_java() {
        let check = |value: f64, expected: &str| assert_eq!(double_to_string(value), expected);
        check(1.0, "1.0");
        check(1e10, "1.0E10");
        check(1234567.5, "1234567.5");
        check(0.001, "0.001");
        check(1.5e-5, "1.5E-5");
        check(-0.0, "-0.0");
        check(12300.0, "12300.0");
    }

    #[test]
    fn strings_read_as_numbers_as_in_java() {
        assert_eq!(parse_long("\u{665}".as_bytes()), Some(5));
        assert_eq!(parse_long(b"+5"), Some(5));
        assert_eq!(parse_long(b" 5"), None);
        assert_eq!(parse_double(b" 5d "), Ok(5.0));
        assert_eq!(parse_double(b"0x1p3"), Ok(8.0));
        assert_eq!(parse_double(b"1.2.3.4"), Err("multiple points".to_owned()));
        assert_eq!(parse_double(b" "), Err("empty String".to_owned()));
        assert_eq!(parse_big_decimal(b"1e3"), Some(Cut::Integer(1000, false)));
        assert_eq!(parse_big_decimal(b"-1.9"), Some(Cut::Integer(-1, true)));
        assert_eq!(parse_big_decimal(b"1e400"), Some(Cut::TooLarge));
    }
}

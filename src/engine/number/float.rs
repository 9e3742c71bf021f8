//! `Double.parseDouble` and `Float.parseFloat`, and rounding to 16 bits.
//!
//! Goes in: a string, or a float. Comes out: the nearest value (half to even), or Java's exception. Infinity and NaN are
//! values here; whether a field takes them is the field's business.

use super::{Cause, format_exception};

/// `Double.parseDouble`: trims, knows `NaN`, `Infinity`, a final `d` or `f`, and hexadecimal floats.
pub fn parse_double(text: &str) -> Result<f64, Cause> {
    match read(text)? {
        Read::Decimal(digits) => Ok(digits.parse().unwrap_or(f64::NAN)),
        Read::Hex(hex) => Ok(hex.round(53, -1_074, 1_023)),
        Read::Special(value) => Ok(value),
    }
}

/// `Float.parseFloat`: the same grammar, rounded once.
pub fn parse_float(text: &str) -> Result<f32, Cause> {
    match read(text)? {
        Read::Decimal(digits) => Ok(digits.parse().unwrap_or(f32::NAN)),
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the value was rounded to 24 bits already"
        )]
        Read::Hex(hex) => Ok(hex.round(24, -149, 127) as f32),
        #[expect(clippy::cast_possible_truncation, reason = "NaN and infinities only")]
        Read::Special(value) => Ok(value as f32),
    }
}

/// The nearest number of 16 bits, half to even; beyond 65519 infinity (Lucene `HalfFloatPoint`).
pub fn half(value: f32) -> f32 {
    if !value.is_finite() || value == 0.0 {
        return value;
    }
    let exponent = i32::try_from(value.to_bits() >> 23 & 0xff).unwrap_or(0) - 127;
    // The distance of two neighbours: ten bits below the leading one, not finer than 2^-24.
    let step = 2.0_f64.powi((exponent - 10).max(-24));
    let rounded = (f64::from(value) / step).round_ties_even() * step;
    let rounded = if rounded.abs() > 65_504.0 { f64::INFINITY.copysign(rounded) } else { rounded };
    #[expect(clippy::cast_possible_truncation, reason = "eleven bits fit")]
    let rounded = rounded as f32;
    rounded
}

enum Read<'a> {
    /// Digits that Rust reads like Java: without suffix.
    Decimal(&'a str),
    Hex(Hex),
    Special(f64),
}

fn read(text: &str) -> Result<Read<'_>, Cause> {
    let text = text.trim_matches(|letter| letter <= ' ');
    if text.is_empty() {
        return Err(format_exception("empty String"));
    }
    let bad = || format_exception(&format!("For input string: \"{text}\""));
    let bytes = text.as_bytes();
    let negative = bytes[0] == b'-';
    let rest = if matches!(bytes[0], b'+' | b'-') { &text[1..] } else { text };
    match rest {
        "NaN" => return Ok(Read::Special(f64::NAN)),
        "Infinity" => {
            return Ok(Read::Special(if negative { f64::NEG_INFINITY } else { f64::INFINITY }));
        }
        _ => {}
    }
    if rest.starts_with("0x") || rest.starts_with("0X") {
        return hex(&rest[2..], negative).map(Read::Hex).ok_or_else(bad);
    }
    let end = decimal_end(rest)?.ok_or_else(bad)?;
    let suffix = &rest[end..];
    if !matches!(suffix, "" | "f" | "F" | "d" | "D") {
        return Err(bad());
    }
    Ok(Read::Decimal(&text[..text.len() - suffix.len()]))
}

/// Where the number ends; `None` where there is none. A second point is an error of its own.
fn decimal_end(text: &str) -> Result<Option<usize>, Cause> {
    let bytes = text.as_bytes();
    let (mut at, mut digits, mut point) = (0, 0, false);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'0'..=b'9' => digits += 1,
            b'.' if point => return Err(format_exception("multiple points")),
            b'.' => point = true,
            _ => break,
        }
        at += 1;
    }
    if digits == 0 {
        return Ok(None);
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        at += 1;
        at += usize::from(matches!(bytes.get(at), Some(b'+' | b'-')));
        let count = bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if count == 0 {
            return Ok(None);
        }
        at += count;
    }
    Ok(Some(at))
}

/// A hexadecimal float: 64 leading bits, whether anything was lost below them, and the exponent of the lowest bit.
struct Hex {
    negative: bool,
    bits: u64,
    lost: bool,
    exponent: i64,
}

/// `1.8p3` and the like, behind `0x`: the exponent is required.
fn hex(text: &str, negative: bool) -> Option<Hex> {
    let at = text.find(['p', 'P'])?;
    let (mantissa, exponent) = (&text[..at], &text[at + 1..]);
    let exponent = exponent.strip_suffix(['f', 'F', 'd', 'D']).unwrap_or(exponent);
    let exponent = binary_exponent(exponent)?;
    let (mut bits, mut lost, mut shift, mut point, mut seen, mut seen_behind) =
        (0_u64, false, 0_i64, false, false, false);
    for byte in mantissa.bytes() {
        if byte == b'.' && !point {
            point = true;
            continue;
        }
        let digit = u64::from(char::from(byte).to_digit(16)?);
        seen = true;
        seen_behind |= point;
        if bits >> 60 == 0 {
            bits = bits << 4 | digit;
            shift -= 4 * i64::from(point);
        } else {
            lost |= digit != 0;
            shift += 4 * i64::from(!point);
        }
    }
    let lone_point = point && !seen_behind && mantissa.starts_with('.');
    (seen && !lone_point).then_some(Hex {
        negative,
        bits,
        lost,
        exponent: exponent.saturating_add(shift),
    })
}

fn binary_exponent(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let far = i64::from(i32::MAX) * 2;
    let value = digits.parse::<i64>().unwrap_or(far).min(far);
    Some(if text.starts_with('-') { -value } else { value })
}

impl Hex {
    /// The nearest number with `precision` bits whose lowest bit is not below 2^`lowest`.
    fn round(&self, precision: u32, lowest: i64, highest: i64) -> f64 {
        let sign = if self.negative { -1.0 } else { 1.0 };
        if self.bits == 0 {
            return 0.0 * sign;
        }
        let length = i64::from(64 - self.bits.leading_zeros());
        let unit = (self.exponent + length - i64::from(precision)).max(lowest);
        let drop = unit - self.exponent;
        let mut kept = shifted(self.bits, drop);
        let (half, below) = dropped(self.bits, drop, self.lost);
        kept += u64::from(half && (below || kept & 1 == 1));
        if kept == 0 {
            return 0.0 * sign;
        }
        if unit + i64::from(kept.ilog2()) > highest {
            return f64::INFINITY * sign;
        }
        #[expect(clippy::cast_precision_loss, reason = "at most 53 bits")]
        let value = kept as f64;
        sign * scale(value, unit)
    }
}

fn shifted(bits: u64, drop: i64) -> u64 {
    match u32::try_from(drop) {
        Ok(drop) => bits.checked_shr(drop).unwrap_or(0),
        Err(_) => bits << drop.unsigned_abs().min(63),
    }
}

/// The highest dropped bit, and whether anything is set below it.
fn dropped(bits: u64, drop: i64, lost: bool) -> (bool, bool) {
    if drop <= 0 {
        return (false, lost);
    }
    if drop > 64 {
        return (false, true);
    }
    let top = bits >> (drop - 1) & 1 == 1;
    let below = bits & ((1_u64 << (drop - 1)) - 1) != 0;
    (top, below || lost)
}

/// `value` times two to the `exponent`, in two steps: 2^-1074 alone is not reached from 1 by one multiplication.
fn scale(value: f64, exponent: i64) -> f64 {
    let exponent = i32::try_from(exponent).unwrap_or(if exponent < 0 { -3_000 } else { 3_000 });
    let first = exponent.clamp(-1_000, 900);
    value * 2.0_f64.powi(first) * 2.0_f64.powi(exponent - first)
}

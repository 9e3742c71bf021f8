//! Numbers of records: their value where it fits, and where they end.
//!
//! In: bytes at a number. Out: an `i64`, an `f64`, or neither. The grammar is the reader's ([`scan::number`]); what is plain
//! is read here in one go.

use crate::record::{Fault, scan};

/// The value of a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    Integer(i64),
    Float(f64),
    /// An integer beyond 64 bits, or `-0`, which only its digits tell from 0.
    Digits,
    /// A decimal beyond `f64`.
    Infinite,
}

/// Reads the number at `start`; the place after it.
#[inline]
pub(super) fn read(bytes: &[u8], start: usize) -> Result<(usize, Number), Fault> {
    let minus = bytes[start] == b'-';
    let first = start + usize::from(minus);
    let (mut at, mut value) = digits(bytes, first, 0);
    let length = at - first;
    let zero = bytes.get(first) == Some(&b'0');
    if length == 0 || length > 18 || (zero && (length > 1 || minus)) {
        return slow(bytes, start);
    }
    match bytes.get(at) {
        Some(b'.') => {
            let point = at + 1;
            (at, value) = digits(bytes, point, value);
            let fraction = at - point;
            if fraction == 0
                || length + fraction > 15
                || matches!(bytes.get(at), None | Some(b'e' | b'E'))
            {
                return slow(bytes, start);
            }
            // Both are exact in 53 bits, so one rounding is the right one (Clinger 1990).
            #[expect(clippy::cast_precision_loss, reason = "15 digits fit 53 bits")]
            let float = value as f64 / POWERS[fraction];
            Ok((at, Number::Float(if minus { -float } else { float })))
        }
        None | Some(b'e' | b'E') => slow(bytes, start),
        Some(_) => Ok((at, Number::Integer(if minus { -value } else { value }))),
    }
}

/// Ten to the power of the index.
const POWERS: [f64; 16] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// Adds digits to a value; it wraps beyond 18 of them.
#[inline]
fn digits(bytes: &[u8], mut at: usize, mut value: i64) -> (usize, i64) {
    while let Some(word) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        let (count, number) = eight(u64::from_le_bytes(*word));
        value = value.wrapping_mul(INTEGER_POWERS[count & 15]).wrapping_add(number);
        at += count;
        if count < 8 {
            return (at, value);
        }
    }
    last_digits(bytes, at, value)
}

#[cold]
fn last_digits(bytes: &[u8], mut at: usize, mut value: i64) -> (usize, i64) {
    while let Some(digit @ b'0'..=b'9') = bytes.get(at) {
        value = value.wrapping_mul(10).wrapping_add(i64::from(digit - b'0'));
        at += 1;
    }
    (at, value)
}

const INTEGER_POWERS: [i64; 16] =
    [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 0, 0, 0, 0, 0, 0, 0];

/// How many of eight bytes are digits before the first that is none, and their value. Digits are added in pairs, pairs in
/// fours, fours in eight.
#[inline]
fn eight(word: u64) -> (usize, i64) {
    const ZEROS: u64 = 0x3030_3030_3030_3030;
    let values = word ^ ZEROS;
    let above_nine = (values & 0x7f7f_7f7f_7f7f_7f7f) + 0x7676_7676_7676_7676;
    let others = (values | above_nine) & 0x8080_8080_8080_8080;
    let bits = others.trailing_zeros() & !7;
    // The last digit goes to the top; a shift by 64 is one by 0, and leaves what is multiplied away below.
    let digits = if bits == 0 { 0 } else { values << ((64 - bits) & 63) };
    let pairs = (digits.wrapping_mul(10 << 8 | 1) >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs.wrapping_mul(100 << 16 | 1) >> 16) & 0x0000_ffff_0000_ffff;
    let number = fours.wrapping_mul(10_000 << 32 | 1) >> 32;
    ((bits / 8) as usize, number.cast_signed())
}

#[cold]
fn slow(bytes: &[u8], start: usize) -> Result<(usize, Number), Fault> {
    let number = scan::number(bytes, start)?;
    let text = std::str::from_utf8(&bytes[start..number.end]).expect("digits are ASCII");
    let value = if number.integer {
        text.parse().ok().filter(|_| text != "-0").map_or(Number::Digits, Number::Integer)
    } else {
        let float: f64 = text.parse().expect("what JSON calls a number, Rust does");
        if float.is_finite() { Number::Float(float) } else { Number::Infinite }
    };
    Ok((number.end, value))
}

/// An integer in the total order of floats.
pub(super) fn ordered(float: f64) -> i64 {
    let bits = float.to_bits().cast_signed();
    bits ^ ((bits >> 63).cast_unsigned() >> 1).cast_signed()
}

/// And back.
pub(super) fn from_ordered(order: i64) -> f64 {
    let bits = order ^ ((order >> 63).cast_unsigned() >> 1).cast_signed();
    f64::from_bits(bits.cast_unsigned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_digits_at_once_are_those_one_by_one() {
        let check = |text: &[u8; 8]| {
            let (at, value) = last_digits(text, 0, 0);
            assert_eq!(eight(u64::from_le_bytes(*text)), (at, value), "{text:?}");
        };
        for count in 0..=8 {
            for other in 0..=u8::MAX {
                let mut text = *b"98765432";
                if let Some(place) = text.get_mut(count) {
                    *place = other;
                }
                check(&text);
            }
        }
    }
}

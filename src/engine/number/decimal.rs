//! `java.math.BigDecimal` as far as the engines use it: read from a string, cut to an integer.
//!
//! Goes in: a string. Comes out: sign, digits and scale; from these a `long`, or the low 64 bits of a value of any size.
//! Nothing is computed with more than 64 bits: a large exponent costs nothing, unlike in Java.

/// A decimal number of any size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decimal {
    negative: bool,
    /// Without leading zeros; empty is 0.
    digits: Vec<u8>,
    /// The value is `digits` divided by ten to this power.
    scale: i64,
}

impl Decimal {
    /// `new BigDecimal(text)`: sign, digits of any script with at most one point, exponent. `None` is a
    /// `NumberFormatException`.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, rest) = sign(text);
        let (number, exponent) = match rest.find(['e', 'E']) {
            Some(at) => (&rest[..at], exponent(&rest[at + 1..])?),
            None => (rest, 0),
        };
        let mut digits = Vec::with_capacity(number.len());
        let (mut seen, mut point, mut scale) = (false, false, 0);
        for letter in number.chars() {
            if letter == '.' && !point {
                point = true;
                continue;
            }
            let digit = u8::try_from(super::digit(letter)?).ok()?;
            seen = true;
            scale += i64::from(point);
            if digit != 0 || !digits.is_empty() {
                digits.push(digit);
            }
        }
        let scale = scale - exponent;
        (seen && i32::try_from(scale).is_ok()).then_some(Self { negative, digits, scale })
    }

    /// Whether all decimals are zero.
    pub fn is_whole(&self) -> bool {
        let whole = self.whole_digits();
        self.digits[whole.min(self.digits.len())..].iter().all(|digit| *digit == 0)
    }

    /// Cut to an integer; `None` beyond 64 bits.
    pub fn to_long(&self) -> Option<i64> {
        if self.whole_digits() > 19 {
            return None;
        }
        let value = self.whole().fold(0_i128, |value, digit| value * 10 + i128::from(digit));
        i64::try_from(if self.negative { -value } else { value }).ok()
    }

    /// `longValue()`: cut to an integer of which the low 64 bits remain.
    pub fn low_bits(&self) -> i64 {
        // Ten to the 64th is a multiple of two to the 64th: zeros beyond that many leave nothing.
        let zeros = usize::try_from(-self.scale).unwrap_or(0).min(64);
        let kept = self.digits.len().min(self.whole_digits());
        let digits = self.digits[..kept].iter().copied().chain(std::iter::repeat_n(0, zeros));
        let value = digits
            .fold(0_i64, |value, digit| value.wrapping_mul(10).wrapping_add(i64::from(digit)));
        if self.negative { value.wrapping_neg() } else { value }
    }

    /// How many digits stand before the point.
    fn whole_digits(&self) -> usize {
        if self.digits.is_empty() {
            return 0;
        }
        let count = i64::try_from(self.digits.len()).unwrap_or(i64::MAX) - self.scale;
        usize::try_from(count).unwrap_or(0)
    }

    fn whole(&self) -> impl Iterator<Item = u8> + '_ {
        self.digits.iter().copied().chain(std::iter::repeat(0)).take(self.whole_digits())
    }
}

/// `BigDecimal#toString`.
impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let digits: String = match self.digits.as_slice() {
            [] => "0".to_owned(),
            digits => digits.iter().map(|digit| char::from(b'0' + digit)).collect(),
        };
        let sign = if self.negative && !self.digits.is_empty() { "-" } else { "" };
        let length = i64::try_from(digits.len()).unwrap_or(i64::MAX);
        let exponent = length - 1 - self.scale;
        if self.scale < 0 || exponent < -6 {
            let (first, rest) = digits.split_at(1);
            let point = if rest.is_empty() { "" } else { "." };
            return write!(f, "{sign}{first}{point}{rest}E{exponent:+}");
        }
        let scale = usize::try_from(self.scale).unwrap_or(0);
        let padded = format!("{digits:0>width$}", width = scale + 1);
        let (whole, decimals) = padded.split_at(padded.len() - scale);
        let point = if decimals.is_empty() { "" } else { "." };
        write!(f, "{sign}{whole}{point}{decimals}")
    }
}

fn sign(text: &str) -> (bool, &str) {
    match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    }
}

/// At most ten digits after leading zeros, and within 32 bits.
fn exponent(text: &str) -> Option<i64> {
    let (negative, digits) = sign(text);
    let mut value: i64 = 0;
    for letter in digits.chars() {
        value = value.checked_mul(10)?.checked_add(super::digit(letter)?)?;
    }
    let value = if negative { -value } else { value };
    (!digits.is_empty() && i32::try_from(value).is_ok()).then_some(value)
}

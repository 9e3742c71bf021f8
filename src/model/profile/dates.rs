//! The forms that dates in strings have.

/// A form: what stands between year, month and day, and what follows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DateForm(u8);

impl DateForm {
    /// The form of a string that begins with a year, a month and a day; `None` where it is no date. It is a look, not a
    /// check: the thirty-first of February passes.
    pub fn of(text: &[u8]) -> Option<Self> {
        let (day, time) = text.split_first_chunk::<10>()?;
        let digits = |from: usize, to: usize| day[from..to].iter().all(u8::is_ascii_digit);
        let slashes = match (day[4], day[7]) {
            (b'-', b'-') => 0,
            (b'/', b'/') => 1,
            _ => return None,
        };
        if !(digits(0, 4) && digits(5, 7) && digits(8, 10)) {
            return None;
        }
        Some(Self(slashes | time_form(time)? << 1))
    }

    /// The form as a number that stays the same from version to version.
    pub fn code(self) -> u8 {
        self.0
    }

    /// The form of a number that [`Self::code`] gave.
    pub fn from_code(code: u8) -> Self {
        Self(code)
    }

    /// In the letters of `java.time.format.DateTimeFormatter`.
    pub fn pattern(self) -> String {
        let day = if self.0 & 1 == 0 { "yyyy-MM-dd" } else { "yyyy/MM/dd" };
        let time = self.0 >> 1;
        let separator = ["", "'T'", " "][usize::from(time & 3)];
        let clock = match time >> 2 & 3 {
            _ if separator.is_empty() => "",
            0 => "HH:mm",
            1 => "HH:mm:ss",
            _ => "HH:mm:ss.S",
        };
        let zone = ["", "X", " X", ""][usize::from(time >> 4 & 3)];
        format!("{day}{separator}{clock}{zone}")
    }
}

/// Separator (2 bits), clock (2 bits) and zone (2 bits) of what follows the day.
fn time_form(time: &[u8]) -> Option<u8> {
    let (separator, rest) = match time {
        [] => return Some(0),
        [b'T', rest @ ..] => (1, rest),
        [b' ', rest @ ..] => (2, rest),
        _ => return None,
    };
    let (clock, rest) = clock_form(rest)?;
    Some(separator | clock << 2 | zone_form(rest)? << 4)
}

/// Minutes, seconds or a fraction of at most nine digits.
fn clock_form(time: &[u8]) -> Option<(u8, &[u8])> {
    let rest = after(time, b"00:00")?;
    let Some(rest) = after(rest, b":00") else { return Some((0, rest)) };
    let [b'.' | b',', fraction @ ..] = rest else { return Some((1, rest)) };
    let length = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (1..=9).contains(&length).then(|| (2, &fraction[length..]))
}

/// What follows a pattern in which a 0 stands for any digit.
fn after<'a>(text: &'a [u8], pattern: &[u8]) -> Option<&'a [u8]> {
    let (head, rest) = text.split_at_checked(pattern.len())?;
    let fits = |(byte, meant): (&u8, &u8)| match meant {
        b'0' => byte.is_ascii_digit(),
        _ => byte == meant,
    };
    head.iter().zip(pattern).all(fits).then_some(rest)
}

/// Nothing, `Z` or an offset, perhaps with a space in front.
fn zone_form(zone: &[u8]) -> Option<u8> {
    let (form, zone) = match zone {
        [] => return Some(0),
        [b' ', zone @ ..] => (2, zone),
        zone => (1, zone),
    };
    let offset = match zone {
        b"Z" | b"UTC" => return Some(form),
        [b'+' | b'-', offset @ ..] => offset,
        _ => return None,
    };
    let patterns: [&[u8]; 3] = [b"00", b"0000", b"00:00"];
    patterns.iter().any(|pattern| after(offset, pattern) == Some(&[])).then_some(form)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_told_by_their_form() {
        for (text, pattern) in [
            ("2019-04-30", "yyyy-MM-dd"),
            ("2019/04/30", "yyyy/MM/dd"),
            ("2019-04-30T06:26", "yyyy-MM-dd'T'HH:mm"),
            ("2019-04-30T06:26:00Z", "yyyy-MM-dd'T'HH:mm:ssX"),
            ("2019-04-30T06:26:00.123456+09:00", "yyyy-MM-dd'T'HH:mm:ss.SX"),
            ("2019/04/30 06:26:00", "yyyy/MM/dd HH:mm:ss"),
            ("2019-04-30 06:26:00 +0900", "yyyy-MM-dd HH:mm:ss X"),
        ] {
            assert_eq!(
                DateForm::of(text.as_bytes()).map(DateForm::pattern).as_deref(),
                Some(pattern)
            );
        }
        for text in [
            "",
            "2019-04/30",
            "2019-04-3",
            "2019-04-30T",
            "2019-04-30T06",
            "2019-04-30x",
            "2O19-04-30",
        ] {
            assert_eq!(DateForm::of(text.as_bytes()), None, "{text}");
        }
    }
}

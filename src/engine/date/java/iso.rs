//! Elasticsearch's own parser of ISO 8601 (from 8.15 on).
//!
//! Goes in: a string and what the format asks for. Comes out: the fields, or the character where reading stopped. Source:
//! `org.elasticsearch.common.time.Iso8601Parser`, the same from 8.15.5 to 9.5.3.

use super::super::zone;
use super::fields::{Field, Fields, ZoneRef};

/// What a format asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Iso {
    /// The last part of the date that must be there.
    pub(super) date: Part,
    /// What must be there of the time.
    pub(super) time: Time,
    /// The last field that may be there.
    pub(super) allowed: Part,
    /// Whether a comma may stand before the decimals.
    pub(super) comma: bool,
    pub(super) zone: ZoneRule,
}

/// What must be there of the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Time {
    /// Nothing.
    Free,
    /// All down to seconds, if there is any.
    WholeOrNone,
    /// All down to seconds.
    Whole,
    /// All with decimals (a zone makes up for the decimals).
    WithDecimals,
}

/// A part of a date and time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Year,
    Month,
    Day,
    Second,
    Nano,
}

/// Whether a zone is there. None may follow a date without a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ZoneRule {
    Needed,
    Allowed,
    Refused,
}

impl Iso {
    /// The fields of `text`, or the byte where reading stopped.
    pub(super) fn parse(self, text: &str) -> Result<Fields, usize> {
        let (negative, bytes) = match text.as_bytes() {
            [b'-', rest @ ..] => (true, rest),
            all => (false, all),
        };
        let mut fields = Fields::default();
        self.read(bytes, &mut fields).map_err(|at| at + usize::from(negative))?;
        if let Some(year) = fields.get(Field::Year).filter(|_| negative) {
            fields.put(Field::Year, -year);
        }
        Ok(fields)
    }

    fn read(self, text: &[u8], fields: &mut Fields) -> Result<(), usize> {
        fields.put(Field::Year, number(text, 0, 4, 9_999)?);
        if text.len() == 4 {
            return if_enough(self.date <= Part::Year, 4);
        }
        self.separator(text, 4, b"-", Part::Month)?;
        fields.put(Field::Month, number(text, 5, 2, 12)?);
        if text.len() == 7 {
            return if_enough(self.date <= Part::Month, 7);
        }
        self.separator(text, 7, b"-", Part::Day)?;
        fields.put(Field::DayOfMonth, number(text, 8, 2, 31)?);
        if text.len() == 10 {
            return if_enough(matches!(self.time, Time::Free | Time::WholeOrNone), 10);
        }
        self.separator(text, 10, b"T", Part::Second)?;
        if text.len() == 11 {
            return if_enough(self.time == Time::Free, 11);
        }
        self.time(text, fields)
    }

    /// Hours, minutes and seconds, each of which may be the last and may have a zone; then decimals.
    fn time(self, text: &[u8], fields: &mut Fields) -> Result<(), usize> {
        for field in [Field::Minute, Field::Second, Field::Nano] {
            fields.put(field, 0);
        }
        for (field, at, most) in
            [(Field::Hour, 11, 23), (Field::Minute, 14, 59), (Field::Second, 17, 59)]
        {
            fields.put(field, number(text, at, 2, most)?);
            let end = at + 2;
            let whole = field == Field::Second || self.time == Time::Free;
            if text.len() == end {
                let decimals_missing = field == Field::Second && self.time == Time::WithDecimals;
                return if_enough(whole && !decimals_missing && self.zone != ZoneRule::Needed, end);
            }
            if zone_starts(text[end]) {
                fields.zone = self.zone_at(text, end).filter(|_| whole);
                return fields.zone.map(|_| ()).ok_or(end);
            }
            if field != Field::Second {
                self.separator(text, end, b":", Part::Second)?;
            }
        }
        self.separator(text, 19, if self.comma { b".," } else { b"." }, Part::Nano)?;
        let count = text[20..].iter().take(9).take_while(|byte| byte.is_ascii_digit()).count();
        if count == 0 {
            return Err(20);
        }
        let digits = text[20..20 + count]
            .iter()
            .fold(0, |value, digit| value * 10 + i64::from(digit - b'0'));
        fields.put(Field::Nano, digits * 10_i64.pow(u32::try_from(9 - count).unwrap_or(0)));
        let end = 20 + count;
        if text.len() == end {
            return if_enough(self.zone != ZoneRule::Needed, end);
        }
        fields.zone = if zone_starts(text[end]) { self.zone_at(text, end) } else { None };
        fields.zone.map(|_| ()).ok_or(end)
    }

    fn separator(self, text: &[u8], at: usize, any_of: &[u8], next: Part) -> Result<(), usize> {
        let fits = text.get(at).is_some_and(|byte| any_of.contains(byte));
        if fits && next <= self.allowed { Ok(()) } else { Err(at) }
    }

    fn zone_at(self, text: &[u8], at: usize) -> Option<ZoneRef> {
        if self.zone == ZoneRule::Refused {
            return None;
        }
        let text = std::str::from_utf8(&text[at..]).ok()?;
        match text.as_bytes() {
            [b'+', ..] => offset(&text[1..]).map(ZoneRef::Fixed),
            [b'-', ..] => offset(&text[1..]).map(|offset| ZoneRef::Fixed(-offset)),
            _ => zone_id(text),
        }
    }
}

fn if_enough(enough: bool, at: usize) -> Result<(), usize> {
    if enough { Ok(()) } else { Err(at) }
}

fn number(text: &[u8], at: usize, count: usize, most: i64) -> Result<i64, usize> {
    let digits = text
        .get(at..at + count)
        .filter(|digits| digits.iter().all(u8::is_ascii_digit))
        .ok_or(at)?;
    let value = digits.iter().fold(0, |value, digit| value * 10 + i64::from(digit - b'0'));
    if value <= most { Ok(value) } else { Err(at) }
}

fn zone_starts(byte: u8) -> bool {
    matches!(byte, b'+' | b'-') || byte.is_ascii_alphabetic()
}

/// `hh`, `hhmm`, `hhmmss` or the same with colons, at most 18 hours.
fn offset(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let two = |at: usize, most| number(bytes, at, 2, most).ok();
    let hours = two(0, 23)?;
    let colon = usize::from(bytes.get(2) == Some(&b':'));
    let seconds = match bytes.len() {
        2 => hours * 3_600,
        length if length == 4 + colon => hours * 3_600 + two(2 + colon, 59)? * 60,
        length
            if length == 6 + 2 * colon && (bytes.get(4 + colon) == Some(&b':')) == (colon == 1) =>
        {
            hours * 3_600 + two(2 + colon, 59)? * 60 + two(4 + 2 * colon, 59)?
        }
        _ => return None,
    };
    (seconds <= 64_800).then_some(seconds)
}

/// `ZoneId.of`.
fn zone_id(text: &str) -> Option<ZoneRef> {
    if text == "Z" {
        return Some(ZoneRef::Fixed(0));
    }
    for prefix in ["UTC", "GMT", "UT"] {
        match text.strip_prefix(prefix) {
            Some("") => return Some(ZoneRef::Fixed(0)),
            Some(rest) if rest.starts_with(['+', '-']) => {
                return zone_offset(rest).map(ZoneRef::Fixed);
            }
            _ => {}
        }
    }
    let regions = zone::regions();
    regions
        .binary_search(&text)
        .ok()
        .and_then(|at| regions.get(at))
        .map(|region| ZoneRef::Region(region))
}

/// `ZoneOffset.of`: also a single digit for the hours.
fn zone_offset(text: &str) -> Option<i64> {
    let digits = &text[1..];
    let hours = if digits.len() == 1 {
        number(digits.as_bytes(), 0, 1, 9).ok().map(|hours| hours * 3_600)
    } else {
        offset(digits)
    }?;
    Some(if text.starts_with('-') { -hours } else { hours })
}

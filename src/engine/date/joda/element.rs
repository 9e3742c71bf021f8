//! The parsers that Joda-Time builds a format from, one variant each.
//!
//! Goes in: an element, the text, a position in bytes. Comes out: the position behind what was read (fields land in the
//! bucket), or where reading stopped. Source: the nested classes of `org.joda.time.format.DateTimeFormatterBuilder`, and
//! `Joda.EpochTimeParser` of Elasticsearch.

use super::super::calendar::{self, DAY};
use super::super::zone::{self, Zone};
use super::Thrown;
use super::bucket::{Bucket, Field};
use crate::engine::number;

/// One parser.
#[derive(Clone, Debug)]
pub(super) enum Element {
    /// A literal; case does not matter.
    Literal(String),
    /// Digits, with a sign if `signed`.
    Number(Digits),
    /// `yy`: two digits around a pivot, or with `lenient` any number of digits and a sign as they are.
    TwoDigitYear { field: Field, lenient: bool },
    /// The name of a month, day, half day or era.
    Word(Field),
    /// At most `max` digits of a fraction of `unit` milliseconds.
    Fraction { unit: i64, max: usize },
    /// `Z`, `+01`, `+0100`, `+01:00`, down to milliseconds.
    Offset,
    /// `EST`, `PDT`, ...
    ZoneName,
    /// `Europe/Paris`.
    ZoneId,
    /// Milliseconds (factor 1) or seconds (1000) since 1970; takes the whole text wherever it stands.
    Epoch { factor: i64, longest: usize },
    /// One after the other.
    All(Vec<Self>),
    /// The alternative that reads furthest; nothing at all if `optional`.
    Best { alternatives: Vec<Self>, optional: bool },
}

/// How a number looks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Digits {
    pub(super) field: Field,
    /// At most this many digits, and exactly this many if `fixed`.
    pub(super) max: usize,
    pub(super) signed: bool,
    pub(super) fixed: bool,
}

/// Why an element did not match.
#[derive(Clone, Debug)]
pub(super) enum Stop {
    /// Nothing fits at this byte.
    At(usize),
    /// The whole parse ends with this exception.
    Thrown(Thrown),
}

/// Reads `element` at `at`; returns the position behind it.
pub(super) fn parse(
    element: &Element,
    bucket: &mut Bucket,
    text: &str,
    at: usize,
) -> Result<usize, Stop> {
    match element {
        Element::Literal(literal) => starts_with(text, at, literal).ok_or(Stop::At(at)),
        Element::Number(digits) => number(*digits, bucket, text, at),
        Element::TwoDigitYear { field, lenient } => {
            two_digit_year(*field, *lenient, bucket, text, at)
        }
        Element::Word(field) => word(*field, bucket, text, at),
        Element::Fraction { unit, max } => fraction(*unit, *max, bucket, text, at),
        Element::Offset => offset(bucket, text, at),
        Element::ZoneName => zone_name(bucket, text, at),
        Element::ZoneId => zone_id(bucket, text, at),
        Element::Epoch { factor, longest } => epoch(*factor, *longest, bucket, text),
        Element::All(parts) => parts.iter().try_fold(at, |at, part| parse(part, bucket, text, at)),
        Element::Best { alternatives, optional } => best(alternatives, *optional, bucket, text, at),
    }
}

fn best(
    alternatives: &[Element],
    optional: bool,
    bucket: &mut Bucket,
    text: &str,
    at: usize,
) -> Result<usize, Stop> {
    let start = (bucket.fields.len(), bucket.offset, bucket.zone.clone(), bucket.finer);
    let (mut best_end, mut best_stop) = (at, at);
    let mut best_bucket = None;
    for (nth, alternative) in alternatives.iter().enumerate() {
        match parse(alternative, bucket, text, at) {
            Ok(end) if end > best_end => {
                if end >= text.len() || nth + 1 == alternatives.len() {
                    return Ok(end);
                }
                best_end = end;
                best_bucket = Some(bucket.clone());
            }
            Ok(_) => {}
            Err(Stop::At(stop)) => best_stop = best_stop.max(stop),
            Err(thrown) => return Err(thrown),
        }
        bucket.fields.truncate(start.0);
        (bucket.offset, bucket.zone, bucket.finer) = (start.1, start.2.clone(), start.3);
    }
    if best_end == at && !optional {
        return Err(Stop::At(best_stop));
    }
    if let Some(best) = best_bucket {
        *bucket = best;
    }
    Ok(best_end)
}

fn byte(text: &str, at: usize) -> Option<u8> {
    text.as_bytes().get(at).copied()
}

fn digit(text: &str, at: usize) -> Option<i64> {
    byte(text, at).filter(u8::is_ascii_digit).map(|digit| i64::from(digit - b'0'))
}

/// How many digits stand at `at`, counted up to `most`.
fn digit_count(text: &str, at: usize, most: usize) -> usize {
    (0..most).take_while(|nth| digit(text, at + nth).is_some()).count()
}

fn number(digits: Digits, bucket: &mut Bucket, text: &str, at: usize) -> Result<usize, Stop> {
    let sign = byte(text, at).filter(|byte| digits.signed && matches!(byte, b'+' | b'-'));
    // Joda looks at the sign only where two characters may be read.
    let from = at + usize::from(sign.is_some() && digits.max > 1);
    let count = digit_count(text, from, digits.max);
    if count == 0 {
        return Err(Stop::At(at));
    }
    let end = from + count;
    let shown = if sign == Some(b'+') { from } else { at };
    let value = text[shown..end].parse::<i32>().map_err(|_| bad_integer(&text[shown..end]))?;
    // A sign may count as one of the fixed digits: `+007` is a year.
    if digits.fixed && end - at < digits.max {
        return Err(Stop::At(end));
    }
    bucket.fields.push((digits.field, value));
    Ok(end)
}

fn bad_integer(text: &str) -> Stop {
    Stop::Thrown(Thrown::of("number_format_exception", format!("For input string: \"{text}\"")))
}

/// `now - 30` of `DateTimeFormat#parsePatternTo`, minus 50, for the year 2020.
const FIRST_TWO_DIGIT_YEAR: i64 = 1940;

fn two_digit_year(
    field: Field,
    lenient: bool,
    bucket: &mut Bucket,
    text: &str,
    at: usize,
) -> Result<usize, Stop> {
    let mut from = at;
    while lenient && byte(text, from) == Some(b'+') {
        from += 1;
    }
    let negative = lenient && byte(text, from) == Some(b'-');
    let digits = from + usize::from(negative);
    let count = digit_count(text, digits, if lenient { text.len() } else { 2 });
    if lenient && (from > at || negative || count != 2) {
        let value = match text[digits..].chars().next() {
            // Joda takes whatever stands behind a lone minus for a digit, and does not step over it.
            Some(letter) if count == 0 && negative => {
                Ok(48 - i32::try_from(u32::from(letter)).unwrap_or(0))
            }
            _ if count == 0 => return Err(Stop::At(from)),
            _ => text[from..digits + count]
                .parse::<i32>()
                .map_err(|_| bad_integer(&text[from..digits + count])),
        };
        let (value, end) = (value?, digits + count);
        bucket.fields.push((field, value));
        return Ok(end);
    }
    if count < 2 {
        return Err(Stop::At(at));
    }
    let two: i64 = text[at..at + 2].parse().unwrap_or(0);
    let first = FIRST_TWO_DIGIT_YEAR % 100;
    let year = FIRST_TWO_DIGIT_YEAR - first + two + if two < first { 100 } else { 0 };
    bucket.fields.push((field, i32::try_from(year).unwrap_or(0)));
    Ok(at + 2)
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// The longest name that fits: long or short, as written, in lower or in upper case.
fn word(field: Field, bucket: &mut Bucket, text: &str, at: usize) -> Result<usize, Stop> {
    let (names, first): (&[&str], i32) = match field {
        Field::Month => (&MONTHS, 1),
        Field::DayOfWeek => (&DAYS, 1),
        Field::Halfday => (&["AM", "PM"], 0),
        _ => (&["BC", "AD"], 0),
    };
    let mut found = None;
    for (name, value) in names.iter().zip(first..) {
        for form in [&name[..name.len().min(3)], name] {
            let longer = found.is_none_or(|(end, _)| at + form.len() > end);
            if longer && in_one_case(text, at, form) {
                found = Some((at + form.len(), value));
            }
        }
    }
    let (end, value) = found.ok_or(Stop::At(at))?;
    bucket.fields.push((field, value));
    Ok(end)
}

fn in_one_case(text: &str, at: usize, name: &str) -> bool {
    let Some(here) = text.get(at..at + name.len()) else { return false };
    here == name || here == name.to_lowercase() || here == name.to_uppercase()
}

fn fraction(
    unit: i64,
    max: usize,
    bucket: &mut Bucket,
    text: &str,
    at: usize,
) -> Result<usize, Stop> {
    let count = digit_count(text, at, max.min(18));
    if count == 0 {
        return Err(Stop::At(at));
    }
    let (mut tenths, mut weight) = (0, unit * 10);
    for nth in 0..count {
        weight /= 10;
        tenths += digit(text, at + nth).unwrap_or(0) * weight;
    }
    let value = i32::try_from(tenths / 10).map_err(|_| Stop::At(at))?;
    bucket.fields.push((Field::Fraction(unit), value));
    bucket.finer = finer(unit, value, &text[at..at + count]);
    Ok(at + count)
}

/// What a fraction of `unit` milliseconds has beyond the milliseconds that were read of it, in nanoseconds.
fn finer(unit: i64, millis: i32, digits: &str) -> u32 {
    let whole = digits.bytes().fold(0, |sum, digit| sum * 10 + i128::from(digit - b'0'));
    let nanos = digits.bytes().fold(whole * i128::from(unit) * 1_000_000, |rest, _| rest / 10);
    u32::try_from(nanos - i128::from(millis) * 1_000_000).unwrap_or(0).min(999_999)
}

fn offset(bucket: &mut Bucket, text: &str, at: usize) -> Result<usize, Stop> {
    if let Some(end) = starts_with(text, at, "Z") {
        bucket.offset = Some(0);
        return Ok(end);
    }
    let negative = match byte(text, at) {
        Some(b'-') if at + 1 < text.len() => true,
        Some(b'+') if at + 1 < text.len() => false,
        _ => return Err(Stop::At(at)),
    };
    let (offset, end) = offset_fields(text, at + 1)?;
    bucket.offset = Some(if negative { -offset } else { offset });
    Ok(end)
}

/// Milliseconds: hours, and as far as they stand there minutes, seconds, thousandths; all with separators or all without.
fn offset_fields(text: &str, at: usize) -> Result<(i64, usize), Stop> {
    let mut offset = two(text, at, 23)? * 3_600_000;
    let mut at = at + 2;
    let separated = match byte(text, at) {
        Some(b':') => true,
        Some(b'0'..=b'9') => false,
        _ => return Ok((offset, at)),
    };
    for unit in [60_000, 1_000] {
        if at >= text.len() || (separated && byte(text, at) != Some(b':')) {
            return Ok((offset, at));
        }
        if !separated && digit_count(text, at, 2) == 0 {
            return Ok((offset, at));
        }
        at += usize::from(separated);
        offset += two(text, at, 59)? * unit;
        at += 2;
    }
    if at >= text.len() || (separated && !matches!(byte(text, at), Some(b'.' | b','))) {
        return Ok((offset, at));
    }
    at += usize::from(separated);
    let count = digit_count(text, at, 3);
    if count == 0 {
        return if separated { Err(Stop::At(at)) } else { Ok((offset, at)) };
    }
    for (nth, unit) in [100, 10, 1].into_iter().enumerate().take(count) {
        offset += digit(text, at + nth).unwrap_or(0) * unit;
    }
    Ok((offset, at + count))
}

fn two(text: &str, at: usize, most: i64) -> Result<i64, Stop> {
    match (digit(text, at), digit(text, at + 1)) {
        (Some(tens), Some(ones)) if tens * 10 + ones <= most => Ok(tens * 10 + ones),
        _ => Err(Stop::At(at)),
    }
}

/// `DateTimeUtils#getDefaultTimeZoneNames`.
const ZONE_NAMES: [(&str, &str); 11] = [
    ("UTC", "UTC"),
    ("UT", "UTC"),
    ("GMT", "UTC"),
    ("EST", "America/New_York"),
    ("EDT", "America/New_York"),
    ("CST", "America/Chicago"),
    ("CDT", "America/Chicago"),
    ("MST", "America/Denver"),
    ("MDT", "America/Denver"),
    ("PST", "America/Los_Angeles"),
    ("PDT", "America/Los_Angeles"),
];

fn zone_name(bucket: &mut Bucket, text: &str, at: usize) -> Result<usize, Stop> {
    let (name, region) = ZONE_NAMES
        .iter()
        .find(|(name, _)| text.as_bytes()[at.min(text.len())..].starts_with(name.as_bytes()))
        .ok_or(Stop::At(at))?;
    bucket.zone = Zone::named(region);
    Ok(at + name.len())
}

/// A slash among the first characters decides between names with and without one.
fn zone_id(bucket: &mut Bucket, text: &str, at: usize) -> Result<usize, Stop> {
    const LONGEST_AREA: usize = "Antarctica/".len();
    let rest = &text.as_bytes()[at.min(text.len())..];
    let slash = rest.iter().take(LONGEST_AREA).position(|byte| *byte == b'/');
    let also = ["EST", "HST", "MST", "GMT+0", "GMT-0"];
    let name = zone::regions()
        .iter()
        .chain(&also)
        .filter(|name| name.find('/') == slash && rest.starts_with(name.as_bytes()))
        .max_by_key(|name| name.len())
        .ok_or(Stop::At(at))?;
    bucket.zone = Zone::named(name);
    Ok(at + name.len())
}

fn epoch(factor: i64, longest: usize, bucket: &mut Bucket, text: &str) -> Result<usize, Stop> {
    let whole = text.split('.').next().unwrap_or(text);
    if !text.starts_with('-') && whole.encode_utf16().count() > longest {
        return Err(Stop::At(0));
    }
    let decimal = number::Decimal::parse(text).ok_or(Stop::At(0))?;
    let millis = decimal.low_bits().wrapping_mul(factor);
    let days = millis.div_euclid(DAY);
    let (year, month, day) = calendar::civil(days);
    let of_day = millis.rem_euclid(DAY);
    let parts = [
        (Field::Year, year),
        (Field::Month, month),
        (Field::DayOfMonth, day),
        (Field::Hour, of_day / 3_600_000),
        (Field::Minute, of_day / 60_000 % 60),
        (Field::Second, of_day / 1_000 % 60),
        (Field::Millis, of_day % 1_000),
    ];
    bucket.fields.extend(parts.map(|(field, value)| (field, i32::try_from(value).unwrap_or(0))));
    bucket.zone = None;
    Ok(text.len())
}

/// The position behind `literal`, which is compared as Java does without case: letter by letter, upper then lower.
fn starts_with(text: &str, at: usize, literal: &str) -> Option<usize> {
    let mut here = text.get(at..)?.chars();
    let mut end = at;
    for expected in literal.chars() {
        let found = here.next()?;
        if !same_letter(found, expected) {
            return None;
        }
        end += found.len_utf8();
    }
    Some(end)
}

fn same_letter(a: char, b: char) -> bool {
    a == b || upper(a) == upper(b) || lower(upper(a)) == lower(upper(b))
}

fn upper(letter: char) -> char {
    let mut upper = letter.to_uppercase();
    if upper.len() == 1 { upper.next().unwrap_or(letter) } else { letter }
}

fn lower(letter: char) -> char {
    let mut lower = letter.to_lowercase();
    if lower.len() == 1 { lower.next().unwrap_or(letter) } else { letter }
}

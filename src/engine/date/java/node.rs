//! The parsers that `java.time` builds a format from, one variant each; strict parsing only, as the engines use it.
//!
//! Goes in: nodes, the text, a position in bytes. Comes out: the position behind what was read and the fields found, or where
//! reading stopped. Source: the nested classes of `java.time.format.DateTimeFormatterBuilder`, JDK 17 to 25.

use super::super::zone;
use super::fields::{Field, Fields, ZoneRef};

/// One parser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node {
    /// A literal.
    Literal(String),
    /// Digits.
    Number(Number),
    /// Two digits of the years 2000 to 2099; `reserved` as in [`Number`].
    Reduced { field: Field, reserved: usize },
    /// Digits of a fraction of a second.
    Fraction { min: usize, max: usize, point: bool },
    /// The English name of a month, day, half day or era.
    Word { field: Field, short: bool },
    /// `+01:00` and the like.
    Offset(OffsetForm),
    /// A region, an offset, or both.
    Zone,
    /// Blanks, then the node, in all `width` characters.
    Pad { width: usize, node: Box<Self> },
    /// From here on literals and offsets match in any case.
    AnyCase,
    /// All or nothing of these.
    Optional(Vec<Self>),
}

/// How a number looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Number {
    pub(super) field: Field,
    /// Fewest and most digits.
    pub(super) min: usize,
    pub(super) max: usize,
    pub(super) sign: Sign,
    /// Digits that follow without a separator and belong to the next fields.
    pub(super) reserved: usize,
}

/// `java.time.format.SignStyle`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// A minus only.
    Normal,
    /// No sign.
    Never,
    /// A plus exactly where there are more than the fewest digits.
    Exceeds,
}

/// `appendOffset`: the pattern, and the text for no offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OffsetForm {
    pub(super) minutes: Part,
    pub(super) seconds: Part,
    pub(super) colons: bool,
    pub(super) zero: &'static str,
}

/// Whether a part of an offset is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Absent,
    Maybe,
    Needed,
}

/// Why a parse ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// Nothing fits at this byte.
    At(usize),
    /// An exception ended the whole parse, optional parts included: its message.
    Thrown(String),
}

/// What a parse has found so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    pub(super) fields: Fields,
    any_case: bool,
}

/// Reads all of `nodes`; returns the position behind them.
pub(super) fn parse(
    nodes: &[Node],
    found: &mut Found,
    text: &str,
    at: usize,
) -> Result<usize, Stop> {
    nodes.iter().try_fold(at, |at, node| parse_one(node, found, text, at))
}

fn parse_one(node: &Node, found: &mut Found, text: &str, at: usize) -> Result<usize, Stop> {
    match node {
        Node::Literal(literal) => {
            starts_with(text, at, literal, found.any_case).ok_or(Stop::At(at))
        }
        Node::Number(number) => parse_number(number, found, text, at),
        Node::Reduced { field, reserved } => reduced(*field, *reserved, found, text, at),
        Node::Fraction { min, max, point } => fraction(*min, *max, *point, found, text, at),
        Node::Word { field, short } => word(*field, *short, found, text, at),
        Node::Offset(form) => parse_offset(*form, found, text, at),
        Node::Zone => parse_zone(found, text, at),
        Node::Pad { width, node } => pad(*width, node, found, text, at),
        Node::AnyCase => {
            found.any_case = true;
            Ok(at)
        }
        Node::Optional(inner) => {
            let before = found.clone();
            match parse(inner, found, text, at) {
                Err(Stop::At(_)) => {
                    *found = before;
                    Ok(at)
                }
                other => other,
            }
        }
    }
}

fn byte(text: &str, at: usize) -> Option<u8> {
    text.as_bytes().get(at).copied()
}

fn digit_count(text: &str, at: usize, most: usize) -> usize {
    (0..most)
        .take_while(|nth| byte(text, at + nth).is_some_and(|byte| byte.is_ascii_digit()))
        .count()
}

/// Twice the same field with another value stops at the second one.
fn set(found: &mut Found, field: Field, value: i64, at: usize, end: usize) -> Result<usize, Stop> {
    match found.fields.put(field, value) {
        Some(old) if old != value => Err(Stop::At(at)),
        _ => Ok(end),
    }
}

fn parse_number(
    number: &Number,
    found: &mut Found,
    text: &str,
    start: usize,
) -> Result<usize, Stop> {
    let sign = byte(text, start).ok_or(Stop::At(start))?;
    let allowed = match number.sign {
        Sign::Normal => sign == b'-',
        Sign::Never => false,
        Sign::Exceeds => true,
    };
    let signed = matches!(sign, b'+' | b'-');
    if signed && !allowed {
        return Err(Stop::At(start));
    }
    let at = start + usize::from(signed);
    let count = take_digits(number.min, number.max, number.reserved, text, at)?;
    let value = text[at..at + count].parse::<i128>().map_err(|_| Stop::At(at))?;
    if sign == b'-' && value == 0 {
        return Err(Stop::At(start));
    }
    if number.sign == Sign::Exceeds && sign != b'-' {
        if sign == b'+' && count <= number.min {
            return Err(Stop::At(start));
        }
        if sign != b'+' && count > number.min {
            return Err(Stop::At(at));
        }
    }
    let value = if sign == b'-' { -value } else { value };
    match i64::try_from(value) {
        Ok(value) => set(found, number.field, value, at, at + count),
        // A digit too many is left to what follows.
        Err(_) => set(
            found,
            number.field,
            i64::try_from(value / 10).unwrap_or(i64::MAX),
            at,
            at + count - 1,
        ),
    }
}

/// How many digits this number takes, given that `reserved` more follow for its neighbours.
fn take_digits(
    min: usize,
    max: usize,
    reserved: usize,
    text: &str,
    at: usize,
) -> Result<usize, Stop> {
    let all = digit_count(text, at, max + reserved);
    if all < min {
        return Err(Stop::At(at));
    }
    if reserved == 0 {
        return Ok(all);
    }
    Ok(min.max(all.saturating_sub(reserved)).min(all))
}

fn reduced(
    field: Field,
    reserved: usize,
    found: &mut Found,
    text: &str,
    at: usize,
) -> Result<usize, Stop> {
    if byte(text, at).is_none_or(|sign| matches!(sign, b'+' | b'-')) {
        return Err(Stop::At(at));
    }
    let count = take_digits(2, 2, reserved, text, at)?;
    let value = text[at..at + count].parse::<i64>().map_err(|_| Stop::At(at))?;
    set(found, field, 2_000 + value, at, at + count)
}

fn fraction(
    min: usize,
    max: usize,
    point: bool,
    found: &mut Found,
    text: &str,
    start: usize,
) -> Result<usize, Stop> {
    let here = byte(text, start);
    if here.is_none() || (point && here != Some(b'.')) {
        return if min > 0 { Err(Stop::At(start)) } else { Ok(start) };
    }
    let at = start + usize::from(point);
    let count = digit_count(text, at, max);
    if count < min {
        return Err(Stop::At(at));
    }
    let digits = format!("{:0<9}", &text[at..at + count]);
    set(found, Field::Nano, digits.parse().unwrap_or(0), at, at + count)
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

fn word(
    field: Field,
    short: bool,
    found: &mut Found,
    text: &str,
    at: usize,
) -> Result<usize, Stop> {
    let (names, first): (&[&str], i64) = match field {
        Field::Month => (&MONTHS, 1),
        Field::DayOfWeek => (&DAYS, 1),
        Field::HalfDay => (&["AM", "PM"], 0),
        _ => (&["BC", "AD"], 0),
    };
    for (name, value) in names.iter().zip(first..) {
        let name = if short { &name[..name.len().min(3)] } else { name };
        if let Some(end) = starts_with(text, at, name, found.any_case) {
            return set(found, field, value, at, end);
        }
    }
    Err(Stop::At(at))
}

fn parse_offset(form: OffsetForm, found: &mut Found, text: &str, at: usize) -> Result<usize, Stop> {
    if at >= text.len() {
        return Err(Stop::At(at));
    }
    if let Some(end) = starts_with(text, at, form.zero, found.any_case) {
        return set(found, Field::Offset, 0, at, end);
    }
    let (offset, end) = signed_offset(form, text, at)?;
    set(found, Field::Offset, offset, at, end)
}

/// Seconds east of UTC, up to 23:59:59; more than 18 hours is found out later.
fn signed_offset(form: OffsetForm, text: &str, at: usize) -> Result<(i64, usize), Stop> {
    let sign = match byte(text, at) {
        Some(b'+') => 1,
        Some(b'-') => -1,
        _ => return Err(Stop::At(at)),
    };
    let hours = two_digits(text, at + 1).ok_or(Stop::At(at))?;
    let mut end = at + 3;
    let mut seconds = hours * 3_600;
    for (part, unit) in [(form.minutes, 60), (form.seconds, 1)] {
        let from = end + usize::from(form.colons);
        let colon = !form.colons || byte(text, end) == Some(b':');
        let value = if part == Part::Absent || !colon { None } else { two_digits(text, from) };
        match value {
            Some(value) => {
                seconds += value * unit;
                end = from + 2;
            }
            None if part == Part::Needed => return Err(Stop::At(at)),
            None if part == Part::Absent || form.minutes == Part::Maybe => break,
            None => {}
        }
    }
    if hours > 23 {
        return Err(Stop::Thrown(
            "Value out of range: Hour[0-23], Minute[0-59], Second[0-59]".to_owned(),
        ));
    }
    Ok((sign * seconds, end))
}

/// 00 to 59.
fn two_digits(text: &str, at: usize) -> Option<i64> {
    if digit_count(text, at, 2) < 2 {
        return None;
    }
    text[at..at + 2].parse().ok().filter(|value| *value <= 59)
}

/// `+HH:MM:ss`, the form of offsets in zones.
const IN_ZONES: OffsetForm =
    OffsetForm { minutes: Part::Needed, seconds: Part::Maybe, colons: true, zero: "" };

/// An offset, `UTC`, `GMT` or `UT` with or without one, a region, or `Z`.
fn parse_zone(found: &mut Found, text: &str, at: usize) -> Result<usize, Stop> {
    let rest = text.get(at..).ok_or(Stop::At(at))?;
    let first = rest.bytes().next().ok_or(Stop::At(at))?;
    let starts = |prefix: &str| starts_with(text, at, prefix, found.any_case).is_some();
    if matches!(first, b'+' | b'-') {
        let (offset, end) = zone_offset(text, at, at)?;
        found.fields.zone = Some(ZoneRef::Fixed(offset));
        return Ok(end);
    }
    if starts("GMT0") {
        found.fields.zone = Some(ZoneRef::Fixed(0));
        return Ok(at + 4);
    }
    if let Some(prefix) = ["UTC", "GMT", "UT"].into_iter().find(|prefix| starts(prefix)) {
        return prefixed_zone(prefix, found, text, at);
    }
    match longest_region(rest, found.any_case) {
        Some(region) => {
            found.fields.zone = Some(ZoneRef::Region(region));
            Ok(at + region.len())
        }
        None if starts("Z") => {
            found.fields.zone = Some(ZoneRef::Fixed(0));
            Ok(at + 1)
        }
        None => Err(Stop::At(at)),
    }
}

fn longest_region(text: &str, any_case: bool) -> Option<&'static str> {
    let near = match text.bytes().next() {
        Some(first) if !any_case => zone::regions_with(first),
        _ => zone::regions(),
    };
    let fits = |name: &&&'static str| starts_with(text, 0, name, any_case).is_some();
    near.iter().filter(fits).max_by_key(|name| name.len()).copied()
}

fn prefixed_zone(prefix: &str, found: &mut Found, text: &str, start: usize) -> Result<usize, Stop> {
    let at = start + prefix.len();
    let (offset, end) = match byte(text, at) {
        None | Some(b'0' | b'Z') => (0, at),
        Some(_) => match signed_offset(IN_ZONES, text, at) {
            Ok(_) => zone_offset(text, at, start)?,
            Err(Stop::At(_)) => (0, at),
            Err(thrown) => return Err(thrown),
        },
    };
    found.fields.zone = Some(ZoneRef::Fixed(offset));
    Ok(end)
}

/// An offset of at most 18 hours.
fn zone_offset(text: &str, at: usize, start: usize) -> Result<(i64, usize), Stop> {
    let (offset, end) = signed_offset(IN_ZONES, text, at).map_err(|stop| match stop {
        Stop::At(_) => Stop::At(start),
        thrown @ Stop::Thrown(_) => thrown,
    })?;
    if offset.abs() > 64_800 { Err(Stop::At(start)) } else { Ok((offset, end)) }
}

fn pad(width: usize, node: &Node, found: &mut Found, text: &str, at: usize) -> Result<usize, Stop> {
    let end = at + width;
    let head = text.get(..end).filter(|_| at < text.len()).ok_or(Stop::At(at))?;
    let blanks = head.as_bytes()[at..].iter().take_while(|byte| **byte == b' ').count();
    let reached = parse_one(node, found, head, at + blanks)?;
    if reached == end { Ok(end) } else { Err(Stop::At(at + at + blanks)) }
}

/// The position behind `literal`.
fn starts_with(text: &str, at: usize, literal: &str, any_case: bool) -> Option<usize> {
    let rest = text.get(at..)?;
    if rest.starts_with(literal) {
        return Some(at + literal.len());
    }
    let same = |(a, b): (char, char)| a == b || upper(a) == upper(b) || lower(a) == lower(b);
    let count = literal.chars().count();
    let fits =
        any_case && rest.chars().count() >= count && rest.chars().zip(literal.chars()).all(same);
    fits.then(|| at + rest.chars().take(count).map(char::len_utf8).sum::<usize>())
}

fn upper(letter: char) -> char {
    let mut upper = letter.to_uppercase();
    if upper.len() == 1 { upper.next().unwrap_or(letter) } else { letter }
}

fn lower(letter: char) -> char {
    let mut lower = letter.to_lowercase();
    if lower.len() == 1 { lower.next().unwrap_or(letter) } else { letter }
}

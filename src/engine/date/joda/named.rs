//! The format names of Elasticsearch 6.x.
//!
//! Goes in: a format as a mapping holds it. Comes out: its elements. A name is taken in `snake_case` and in `camelCase`; what
//! is no name is a pattern. Sources: `org.elasticsearch.common.joda.Joda#forPattern`, `ISODateTimeFormat` (Joda-Time) and
//! `StrictISODateTimeFormat` (Elasticsearch's copy of it, where digits are counted).

use super::bucket::Field;
use super::element::{Digits, Element};
use super::{Refused, Thrown, pattern};

/// The elements of a whole format, `||` included.
pub(super) fn format(text: &str) -> Result<Element, Refused> {
    let text = text.trim_matches(|letter| letter <= ' ');
    if text.is_empty() {
        return Err(Refused::Thrown(illegal("No date pattern provided".to_owned())));
    }
    if let Some(element) = name(text) {
        return Ok(element);
    }
    if text.contains("||") {
        let alternatives = text.split("||").map(format).collect::<Result<Vec<_>, _>>()?;
        return Ok(Element::Best { alternatives, optional: false });
    }
    pattern::compile(text).map_err(|refused| match refused {
        Refused::Thrown(inner) => {
            Refused::Pattern(illegal(format!("Invalid format: [{text}]: {}", inner.reason)), inner)
        }
        other => other,
    })
}

fn illegal(reason: String) -> Thrown {
    Thrown::of("illegal_argument_exception", reason)
}

/// `yyyy/MM/dd HH:mm:ss||yyyy/MM/dd||epoch_millis` with counted digits.
pub(super) fn strict_slashes() -> Element {
    let date = || {
        vec![
            fixed(Field::Year, 4),
            text("/"),
            fixed(Field::Month, 2),
            text("/"),
            fixed(Field::DayOfMonth, 2),
        ]
    };
    let mut long = date();
    long.push(text(" "));
    long.extend([
        signed(Field::Hour, 2),
        text(":"),
        signed(Field::Minute, 2),
        text(":"),
        signed(Field::Second, 2),
    ]);
    Element::Best {
        alternatives: vec![Element::All(long), Element::All(date()), epoch(1)],
        optional: false,
    }
}

fn name(name: &str) -> Option<Element> {
    match name {
        "epoch_millis" => return Some(epoch(1)),
        "epoch_second" => return Some(epoch(1_000)),
        // The only names whose two spellings differ otherwise.
        "week_year" => return parts(Style::Plain, "weekyear"),
        "week_date" | "weekDate" => return parts(Style::Plain, "weekyear_week_day"),
        "strict_week_date" | "strictWeekDate" => return parts(Style::Strict, "weekyear_week_day"),
        _ => {}
    }
    let snake = snake_case(name)?;
    match snake.strip_prefix("strict_") {
        Some(rest) => {
            let only_plain = rest.starts_with("basic_") && !rest.starts_with("basic_week");
            if only_plain { None } else { parts(Style::Strict, rest) }
        }
        None => parts(Style::Plain, &snake),
    }
}

/// A name is all `snake_case` or all `camelCase`.
fn snake_case(name: &str) -> Option<String> {
    let has_capitals = name.bytes().any(|byte| byte.is_ascii_uppercase());
    if has_capitals && name.contains('_') {
        return None;
    }
    let single = ["date", "hour", "time", "year", "weekyear"];
    if !has_capitals && !name.contains('_') && !single.contains(&name) {
        return None;
    }
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    Some(snake)
}

/// Whether digits are counted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Plain,
    Strict,
}

fn parts(style: Style, name: &str) -> Option<Element> {
    if let Some(rest) = name.strip_prefix("basic_") {
        return basic(style, rest).map(Element::All);
    }
    if let Some(rest) = name.strip_prefix("date_hour") {
        let mut parts = date(style);
        parts.push(text("T"));
        parts.extend(clock(style, &format!("hour{rest}"))?);
        return Some(Element::All(parts));
    }
    let with_time = |mut date: Vec<Element>, rest: &str| {
        date.push(text("T"));
        date.extend(clock(style, rest)?);
        Some(date)
    };
    Some(Element::All(match name {
        "date" | "year_month_day" => date(style),
        "date_time" => with_time(date(style), "time")?,
        "date_time_no_millis" => with_time(date(style), "time_no_millis")?,
        "date_optional_time" => return Some(date_optional_time(style)),
        "ordinal_date" => ordinal(style),
        "ordinal_date_time" => with_time(ordinal(style), "time")?,
        "ordinal_date_time_no_millis" => with_time(ordinal(style), "time_no_millis")?,
        "t_time" => with_time(Vec::new(), "time")?,
        "t_time_no_millis" => with_time(Vec::new(), "time_no_millis")?,
        "week_date_time" => with_time(week(style, 3), "time")?,
        "week_date_time_no_millis" => with_time(week(style, 3), "time_no_millis")?,
        "weekyear" => week(style, 1),
        "weekyear_week" => week(style, 2),
        "weekyear_week_day" => week(style, 3),
        "year" => vec![year(style)],
        "year_month" => vec![year(style), text("-"), small(style, Field::Month, 2)],
        _ => clock(style, name)?,
    }))
}

fn date(style: Style) -> Vec<Element> {
    vec![
        year(style),
        text("-"),
        small(style, Field::Month, 2),
        text("-"),
        small(style, Field::DayOfMonth, 2),
    ]
}

fn ordinal(style: Style) -> Vec<Element> {
    vec![year(style), text("-"), small(style, Field::DayOfYear, 3)]
}

/// Year, week and day of the week: the first `count` of them.
fn week(style: Style, count: usize) -> Vec<Element> {
    let parts = [
        vec![years(style, Field::Weekyear)],
        vec![text("-W"), small(style, Field::Week, 2)],
        vec![text("-"), plain(Field::DayOfWeek, 1)],
    ];
    parts.into_iter().take(count).flatten().collect()
}

/// Hours, and whatever the name says after them.
fn clock(style: Style, name: &str) -> Option<Vec<Element>> {
    let mut parts = vec![small(style, Field::Hour, 2)];
    let minute = [text(":"), small(style, Field::Minute, 2)];
    let second = [text(":"), small(style, Field::Second, 2)];
    let fraction = |max| [text("."), Element::Fraction { unit: 1_000, max }];
    match name {
        "hour" => {}
        "hour_minute" => parts.extend(minute),
        "hour_minute_second" => parts.extend(minute.into_iter().chain(second)),
        "hour_minute_second_millis" => {
            parts.extend(minute.into_iter().chain(second).chain(fraction(3)));
        }
        "hour_minute_second_fraction" => {
            parts.extend(minute.into_iter().chain(second).chain(fraction(9)));
        }
        "time" => parts
            .extend(minute.into_iter().chain(second).chain(fraction(9)).chain([Element::Offset])),
        "time_no_millis" => parts.extend(minute.into_iter().chain(second).chain([Element::Offset])),
        _ => return None,
    }
    Some(parts)
}

/// Formats without separators.
fn basic(style: Style, name: &str) -> Option<Vec<Element>> {
    let four = |field| number(field, 4, Sign::Allowed, style);
    let (mut parts, rest) = if let Some(rest) = name.strip_prefix("date") {
        (vec![four(Field::Year), fixed(Field::Month, 2), fixed(Field::DayOfMonth, 2)], rest)
    } else if let Some(rest) = name.strip_prefix("ordinal_date") {
        (vec![four(Field::Year), fixed(Field::DayOfYear, 3)], rest)
    } else if let Some(rest) = name.strip_prefix("week_date") {
        (
            vec![
                four(Field::Weekyear),
                text("W"),
                fixed(Field::Week, 2),
                fixed(Field::DayOfWeek, 1),
            ],
            rest,
        )
    } else if let Some(rest) = name.strip_prefix("t_time") {
        return basic_time(&format!("_time{rest}"), true);
    } else {
        return basic_time(&format!("_{name}"), false);
    };
    if !rest.is_empty() {
        parts.extend(basic_time(rest, true)?);
    }
    Some(parts)
}

fn basic_time(name: &str, with_t: bool) -> Option<Vec<Element>> {
    let mut parts = if with_t { vec![text("T")] } else { Vec::new() };
    parts.extend([fixed(Field::Hour, 2), fixed(Field::Minute, 2), fixed(Field::Second, 2)]);
    match name {
        "_time" => parts.extend([text("."), Element::Fraction { unit: 1_000, max: 9 }]),
        "_time_no_millis" => {}
        _ => return None,
    }
    parts.push(Element::Offset);
    Some(parts)
}

/// `ISODateTimeFormat#dateOptionalTimeParser`: a calendar, week or ordinal date as far as it goes, then `T` with a time, an
/// offset, both or neither.
fn date_optional_time(style: Style) -> Element {
    let day = optional(vec![text("-"), small(style, Field::DayOfMonth, 2)]);
    let month = optional(vec![text("-"), small(style, Field::Month, 2), day]);
    let mut week = week(style, 3);
    let day_of_week = week.split_off(3);
    week.push(optional(day_of_week));
    let alternatives = vec![
        Element::All(vec![year(style), month]),
        Element::All(week),
        Element::All(ordinal(style)),
    ];
    let time_or_offset =
        vec![text("T"), optional(time_element(style)), optional(vec![Element::Offset])];
    Element::All(vec![Element::Best { alternatives, optional: false }, optional(time_or_offset)])
}

/// Hours, minutes and seconds as far as they go, the last of them with a decimal fraction.
fn time_element(style: Style) -> Vec<Element> {
    let point = || Element::Best { alternatives: vec![text("."), text(",")], optional: false };
    let fraction = |unit| Element::All(vec![point(), Element::Fraction { unit, max: 9 }]);
    let or_nothing = |alternatives| Element::Best { alternatives, optional: true };
    let second = vec![text(":"), small(style, Field::Second, 2), or_nothing(vec![fraction(1_000)])];
    let minute = vec![
        text(":"),
        small(style, Field::Minute, 2),
        or_nothing(vec![Element::All(second), fraction(60_000)]),
    ];
    vec![small(style, Field::Hour, 2), or_nothing(vec![Element::All(minute), fraction(3_600_000)])]
}

fn optional(parts: Vec<Element>) -> Element {
    Element::Best { alternatives: vec![Element::All(parts)], optional: true }
}

fn text(literal: &str) -> Element {
    Element::Literal(literal.to_owned())
}

fn epoch(factor: i64) -> Element {
    Element::Epoch { factor, longest: if factor == 1 { 19 } else { 16 } }
}

fn year(style: Style) -> Element {
    years(style, Field::Year)
}

fn years(style: Style, field: Field) -> Element {
    match style {
        Style::Plain => number(field, 9, Sign::Allowed, style),
        Style::Strict => signed(field, 4),
    }
}

/// Strict numbers take a sign, plain ones do not.
fn small(style: Style, field: Field, max: usize) -> Element {
    match style {
        Style::Plain => plain(field, max),
        Style::Strict => signed(field, max),
    }
}

#[derive(Clone, Copy)]
enum Sign {
    Allowed,
    Refused,
}

fn number(field: Field, max: usize, sign: Sign, style: Style) -> Element {
    let signed = matches!(sign, Sign::Allowed);
    Element::Number(Digits { field, max, signed, fixed: style == Style::Strict })
}

fn plain(field: Field, max: usize) -> Element {
    number(field, max, Sign::Refused, Style::Plain)
}

fn fixed(field: Field, max: usize) -> Element {
    number(field, max, Sign::Refused, Style::Strict)
}

fn signed(field: Field, max: usize) -> Element {
    number(field, max, Sign::Allowed, Style::Strict)
}

//! Joda-Time's bucket: the field values that a pattern found, put together into a moment.
//!
//! Goes in: fields with values, and an offset or a zone. Comes out: milliseconds since 1970, or the error that Joda throws for
//! a value out of range. Source: `org.joda.time.format.DateTimeParserBucket#computeMillis` and the fields of
//! `ISOChronology[UTC]`, Joda-Time 2.10.1 (Elasticsearch 6.5.4).

use std::cmp::Ordering;

use super::super::calendar::{self, DAY};
use super::super::zone::{Local, Zone};
use super::Thrown;

/// A field of Joda's ISO chronology that a format can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Era,
    YearOfEra,
    Year,
    Weekyear,
    Month,
    DayOfYear,
    DayOfMonth,
    Week,
    DayOfWeek,
    Halfday,
    HourOfHalfday,
    ClockhourOfHalfday,
    Hour,
    ClockhourOfDay,
    Minute,
    Second,
    Millis,
    /// A decimal fraction of the unit, in milliseconds; the unit is 1,000 to 3,600,000 milliseconds.
    Fraction(i64),
}

const YEAR: i64 = 31_556_952_000;
const MONTH: i64 = YEAR / 12;
const WEEK: i64 = 7 * DAY;
const HALFDAY: i64 = DAY / 2;
const HOUR: i64 = 3_600_000;
const MINUTE: i64 = 60_000;
const SECOND: i64 = 1_000;
const MIN_YEAR: i64 = -292_275_054;
const MAX_YEAR: i64 = 292_278_993;
/// Elasticsearch parses with this year where a format has none (`FormatDateTimeFormatter`).
const DEFAULT_YEAR: i32 = 1970;

/// What a parse has found so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Bucket {
    /// In the order found.
    pub(super) fields: Vec<(Field, i32)>,
    /// Milliseconds east of UTC; outranks the zone.
    pub(super) offset: Option<i64>,
    /// A named zone.
    pub(super) zone: Option<Zone>,
    /// Nanoseconds that a fraction has below its millisecond: they are cut.
    pub(super) finer: u32,
}

impl Bucket {
    /// Milliseconds since 1970; `text` is quoted in errors.
    pub(super) fn millis(mut self, text: &str) -> Result<i64, Thrown> {
        self.fields.sort_by(|a, b| order(a.0, b.0));
        if let Some((first, _)) = self.fields.first()
            && (DAY..=MONTH).contains(&duration(*first).unwrap_or(i64::MAX))
        {
            self.fields.push((Field::Year, DEFAULT_YEAR));
            self.fields.sort_by(|a, b| order(a.0, b.0));
        }
        let local = fill(&self.fields).map_err(|thrown| thrown.prepend(text))?;
        match (self.offset, &self.zone) {
            (Some(offset), _) => Ok(local.wrapping_sub(offset)),
            (None, Some(zone)) => in_zone(local, zone, text),
            (None, None) => Ok(local),
        }
    }
}

/// Every field is set, the largest first, and what is below it is cleared; then all are set again, since an early field may
/// have been bent by a later one (31 January, month set to February).
fn fill(fields: &[(Field, i32)]) -> Result<i64, Thrown> {
    let mut millis = 0;
    for (field, value) in fields {
        millis = round_floor(*field, set(*field, millis, *value, Bounds::Extended)?);
    }
    for (at, (field, value)) in fields.iter().enumerate() {
        millis = set(*field, millis, *value, Bounds::Extended)?;
        if at + 1 == fields.len() {
            millis = round_floor(*field, millis);
        }
    }
    Ok(millis)
}

fn in_zone(local: i64, zone: &Zone, text: &str) -> Result<i64, Thrown> {
    match zone.at_local(local.div_euclid(1_000)) {
        Local::One(offset) | Local::Two(offset, _) => Ok(local.wrapping_sub(offset * 1_000)),
        Local::Gap(..) => Err(Thrown::of(
            "illegal_instant_exception",
            format!(
                "Cannot parse \"{text}\": Illegal instant due to time zone offset transition ({})",
                zone.name()
            ),
        )),
    }
}

/// The field with the longer range first, an infinite one before all; among equals the longer duration.
fn order(a: Field, b: Field) -> Ordering {
    reverse(range(a), range(b)).then_with(|| reverse(duration(a), duration(b)))
}

fn reverse(a: Option<i64>, b: Option<i64>) -> Ordering {
    b.unwrap_or(i64::MAX).cmp(&a.unwrap_or(i64::MAX))
}

fn duration(field: Field) -> Option<i64> {
    Some(match field {
        Field::Era => return None,
        Field::YearOfEra | Field::Year | Field::Weekyear => YEAR,
        Field::Month => MONTH,
        Field::DayOfYear | Field::DayOfMonth | Field::DayOfWeek => DAY,
        Field::Week => WEEK,
        Field::Halfday => HALFDAY,
        Field::HourOfHalfday | Field::ClockhourOfHalfday | Field::Hour | Field::ClockhourOfDay => {
            HOUR
        }
        Field::Minute => MINUTE,
        Field::Second => SECOND,
        Field::Millis | Field::Fraction(_) => 1,
    })
}

fn range(field: Field) -> Option<i64> {
    Some(match field {
        Field::Era | Field::YearOfEra | Field::Year | Field::Weekyear => return None,
        Field::Month | Field::DayOfYear | Field::Week => YEAR,
        Field::DayOfMonth => MONTH,
        Field::DayOfWeek => WEEK,
        Field::Halfday | Field::Hour | Field::ClockhourOfDay => DAY,
        Field::HourOfHalfday | Field::ClockhourOfHalfday => HALFDAY,
        Field::Minute => HOUR,
        Field::Second => MINUTE,
        Field::Millis => SECOND,
        Field::Fraction(unit) => unit,
    })
}

fn name(field: Field) -> &'static str {
    match field {
        Field::Era => "era",
        Field::YearOfEra => "yearOfEra",
        Field::Year => "year",
        Field::Weekyear => "weekyear",
        Field::Month => "monthOfYear",
        Field::DayOfYear => "dayOfYear",
        Field::DayOfMonth => "dayOfMonth",
        Field::Week => "weekOfWeekyear",
        Field::DayOfWeek => "dayOfWeek",
        Field::Halfday => "halfdayOfDay",
        Field::HourOfHalfday => "hourOfHalfday",
        Field::ClockhourOfHalfday => "clockhourOfHalfday",
        Field::Hour => "hourOfDay",
        Field::ClockhourOfDay => "clockhourOfDay",
        Field::Minute => "minuteOfHour",
        Field::Second => "secondOfMinute",
        Field::Millis | Field::Fraction(_) => "millisOfSecond",
    }
}

/// A year is set with one year of slack (`setExtended`), except as year of era.
#[derive(Clone, Copy)]
enum Bounds {
    Extended,
    Exact,
}

fn set(field: Field, millis: i64, value: i32, bounds: Bounds) -> Result<i64, Thrown> {
    let value = i64::from(value);
    match field {
        Field::Era => Ok(set_era(millis, value)),
        Field::YearOfEra => {
            check(field, value, 1, MAX_YEAR)?;
            let year = if year_of(millis) <= 0 { 1 - value } else { value };
            set(Field::Year, millis, i32::try_from(year).unwrap_or(i32::MAX), Bounds::Exact)
        }
        Field::Year => {
            let slack = i64::from(matches!(bounds, Bounds::Extended));
            check(field, value, MIN_YEAR - slack, MAX_YEAR + slack)?;
            Ok(set_year(millis, value))
        }
        Field::Weekyear => set_weekyear(millis, value),
        Field::Month => {
            check(field, value, 1, 12)?;
            let (year, _, day) = calendar::civil(day_count(millis));
            let day = day.min(calendar::days_in_month(year, value));
            Ok(of_days(calendar::days(year, value, day)).wrapping_add(millis.rem_euclid(DAY)))
        }
        _ => set_small(field, millis, value),
    }
}

/// Fields of a fixed length: moved by the difference to what is there.
fn set_small(field: Field, millis: i64, value: i64) -> Result<i64, Thrown> {
    let days = day_count(millis);
    let (year, month, day) = calendar::civil(days);
    let (now, low, high, unit) = match field {
        Field::DayOfYear => {
            let length = 365 + i64::from(calendar::is_leap(year));
            (
                days - calendar::days(year, 1, 1) + 1,
                1,
                if (1..=365).contains(&value) { 365 } else { length },
                DAY,
            )
        }
        Field::DayOfMonth => {
            let length = calendar::days_in_month(year, month);
            (day, 1, if (1..=28).contains(&value) { 28 } else { length }, DAY)
        }
        Field::Week => {
            let (year, week) = calendar::week(days);
            (week, 1, if value > 52 { calendar::weeks_in_year(year) } else { 52 }, WEEK)
        }
        Field::DayOfWeek => (calendar::day_of_week(days), 1, 7, DAY),
        Field::Halfday => (millis.rem_euclid(DAY) / HALFDAY, 0, 1, HALFDAY),
        Field::HourOfHalfday => (millis.rem_euclid(HALFDAY) / HOUR, 0, 11, HOUR),
        Field::Hour => (millis.rem_euclid(DAY) / HOUR, 0, 23, HOUR),
        Field::Minute => (millis.rem_euclid(HOUR) / MINUTE, 0, 59, MINUTE),
        Field::Second => (millis.rem_euclid(MINUTE) / SECOND, 0, 59, SECOND),
        Field::Fraction(unit) => (millis.rem_euclid(unit), 0, unit - 1, 1),
        Field::ClockhourOfDay => return set_clock(field, Field::Hour, 24, millis, value),
        Field::ClockhourOfHalfday => {
            return set_clock(field, Field::HourOfHalfday, 12, millis, value);
        }
        _ => (millis.rem_euclid(SECOND), 0, 999, 1),
    };
    check(field, value, low, high)?;
    Ok(millis.wrapping_add((value - now).wrapping_mul(unit)))
}

/// A clock shows 12 or 24 where the field below counts from 0.
fn set_clock(
    field: Field,
    below: Field,
    noon: i64,
    millis: i64,
    value: i64,
) -> Result<i64, Thrown> {
    check(field, value, 1, noon)?;
    set_small(below, millis, value % noon)
}

fn set_era(millis: i64, era: i64) -> i64 {
    let year = year_of(millis);
    if i64::from(year > 0) == era { millis } else { set_year(millis, -year) }
}

/// Keeps the day of the year, with 29 February counted out or in.
fn set_year(millis: i64, year: i64) -> i64 {
    let days = day_count(millis);
    let (before, ..) = calendar::civil(days);
    let mut of_year = days - calendar::days(before, 1, 1) + 1;
    if of_year > 59 {
        of_year += i64::from(calendar::is_leap(year)) - i64::from(calendar::is_leap(before));
    }
    of_days(calendar::days(year, 1, 1) + of_year - 1).wrapping_add(millis.rem_euclid(DAY))
}

/// Keeps the day of the week, and the week where the target year has it.
fn set_weekyear(millis: i64, year: i64) -> Result<i64, Thrown> {
    check(Field::Weekyear, year.abs(), MIN_YEAR, MAX_YEAR)?;
    let days = day_count(millis);
    let (now, week) = calendar::week(days);
    if now == year {
        return Ok(millis);
    }
    let week = week.min(calendar::weeks_in_year(year)).min(calendar::weeks_in_year(now));
    let day = calendar::first_week(year) + (week - 1) * 7 + calendar::day_of_week(days) - 1;
    Ok(of_days(day).wrapping_add(millis.rem_euclid(DAY)))
}

fn round_floor(field: Field, millis: i64) -> i64 {
    let days = day_count(millis);
    let (year, month, _) = calendar::civil(days);
    match field {
        Field::Era if year > 0 => of_days(calendar::days(1, 1, 1)),
        Field::Era => i64::MIN,
        Field::YearOfEra | Field::Year => of_days(calendar::days(year, 1, 1)),
        Field::Weekyear => of_days(calendar::first_week(calendar::week(days).0)),
        Field::Month => of_days(calendar::days(year, month, 1)),
        Field::Week => of_days(days - (calendar::day_of_week(days) - 1)),
        _ => {
            let unit = duration(field).unwrap_or(1);
            millis.wrapping_sub(millis.rem_euclid(unit))
        }
    }
}

fn check(field: Field, value: i64, low: i64, high: i64) -> Result<(), Thrown> {
    if (low..=high).contains(&value) {
        return Ok(());
    }
    let reason = format!("Value {value} for {} must be in the range [{low},{high}]", name(field));
    Err(Thrown::of("illegal_field_value_exception", reason))
}

fn year_of(millis: i64) -> i64 {
    calendar::civil(day_count(millis)).0
}

fn day_count(millis: i64) -> i64 {
    millis.div_euclid(DAY)
}

fn of_days(days: i64) -> i64 {
    days.wrapping_mul(DAY)
}

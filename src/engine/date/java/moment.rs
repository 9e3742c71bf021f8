//! From what a string says to a moment: what is missing is filled in as the engines do it.
//!
//! Goes in: a date, a time, left-over fields, a zone. Comes out: seconds since 1970 and nanoseconds of the second, or the
//! exception. Source: `DateFormatters#from` of Elasticsearch 7.10 to 9.5 and OpenSearch.

use super::super::zone::{Local, Zone};
use super::fields::{Field, Fields, ZoneRef};
use super::resolve::{OFFSET_OUT_OF_RANGE, Resolved, date_of, date_of_year_day};

/// Why there is no moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NoMoment {
    /// A `DateTimeException` with this message.
    DateTime(String),
    /// Too little was said: an `IllegalArgumentException`.
    TooLittle,
}

/// The moment that `resolved` means; without a zone in UTC.
pub(super) fn moment(resolved: &Resolved) -> Result<(i64, i64), NoMoment> {
    let beyond = resolved.fields.zone.is_none()
        && resolved.fields.get(Field::Offset).is_some_and(|offset| offset.abs() > 64_800);
    if beyond {
        return Err(NoMoment::DateTime(OFFSET_OUT_OF_RANGE.to_owned()));
    }
    let day = day(resolved)?;
    let time = resolved.time.unwrap_or(0);
    let local = day * 86_400 + time / 1_000_000_000;
    let offset = offset(&resolved.fields, local).map_err(NoMoment::DateTime)?;
    Ok((local - offset, time % 1_000_000_000))
}

fn day(resolved: &Resolved) -> Result<i64, NoMoment> {
    let fields = &resolved.fields;
    let has_year = fields.has(Field::Year) || fields.has(Field::YearOfEra);
    if let Some(date) = resolved.date {
        return Ok(date);
    }
    let year = year(fields);
    let get = |field: Field| {
        fields.get(field).map(|value| field.check(value).map_err(NoMoment::DateTime))
    };
    if has_year {
        if let (Some(month), Some(day)) = (get(Field::Month), get(Field::DayOfMonth)) {
            return date_of(year?, month?, day?).map_err(NoMoment::DateTime);
        }
        if let Some(day) = get(Field::DayOfYear) {
            return date_of_year_day(year?, day?).map_err(NoMoment::DateTime);
        }
    }
    let week_year = get(Field::LocalWeekYear);
    if resolved.time.is_none() && has_year {
        let year = year?;
        return date_of(year, get(Field::Month).unwrap_or(Ok(1))?, 1).map_err(NoMoment::DateTime);
    }
    if let Some(week_year) = week_year {
        return Ok(resolved.weeks.first_day(week_year?)
            + (week(fields).map_err(NoMoment::DateTime)? - 1) * 7);
    }
    match get(Field::Month) {
        Some(month) => date_of(year?, month?, get(Field::DayOfMonth).unwrap_or(Ok(1))?)
            .map_err(NoMoment::DateTime),
        None if resolved.time.is_some() => Ok(0),
        None => Err(NoMoment::TooLittle),
    }
}

/// The week alone is asked for with a wider range than it is then set with.
fn week(fields: &Fields) -> Result<i64, String> {
    match fields.get(Field::LocalWeek) {
        None => Ok(1),
        Some(week) if (0..=54).contains(&week) => Field::LocalWeek.check(week),
        Some(week) => Err(format!(
            "Invalid value for {} (valid values 0/1 - 52/54): {week}",
            Field::LocalWeek.name()
        )),
    }
}

fn year(fields: &Fields) -> Result<i64, NoMoment> {
    for field in [Field::Year, Field::YearOfEra] {
        if let Some(value) = fields.get(field) {
            return field.check(value).map_err(NoMoment::DateTime);
        }
    }
    Ok(1970)
}

/// Seconds east of UTC at a local time. The hour that comes twice is the first one; one that is left out is moved on by its
/// length, which is to read it with the offset from before.
fn offset(fields: &Fields, local: i64) -> Result<i64, String> {
    match fields.zone {
        Some(ZoneRef::Fixed(offset)) => Ok(offset),
        Some(ZoneRef::Region(name)) => match Zone::named(name).map(|zone| zone.at_local(local)) {
            Some(Local::One(offset) | Local::Two(offset, _) | Local::Gap(offset, _)) => Ok(offset),
            None => Err(format!("Unknown time-zone ID: {name}")),
        },
        None => Ok(fields.get(Field::Offset).unwrap_or(0)),
    }
}

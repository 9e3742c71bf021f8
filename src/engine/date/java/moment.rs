//! From what a string says to a moment: what is missing is filled in as the engines do it.
//!
//! Goes in: a date, a time, left-over fields, a zone. Comes out: seconds since 1970 and nanoseconds of the second, or the
//! exception. Source: `DateFormatters#from` of Elasticsearch 7.10 to 9.5 and OpenSearch.

use super::super::calendar;
use super::super::zone::{Local, Zone};
use super::fields::{Field, Fields, ZoneRef};
use super::resolve::{Resolved, date_of, date_of_year_day};

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
    let get = |field: Field| fields.get(field).map(|value| field.check(value).map_err(NoMoment::DateTime));
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
        return Ok(calendar::first_week(week_year?) + (get(Field::LocalWeek).unwrap_or(Ok(1))? - 1) * 7);
    }
    match get(Field::Month) {
        Some(month) => date_of(year?, month?, get(Field::DayOfMonth).unwrap_or(Ok(1))?).map_err(NoMoment::DateTime),
        None if resolved.time.is_some() => Ok(0),
        None => Err(NoMoment::TooLittle),
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
        None => {
            let offset = fields.get(Field::Offset).unwrap_or(0);
            if offset.abs() > 64_800 {
                return Err("Zone offset not in valid range: -18:00 to +18:00".to_owned());
            }
            Ok(offset)
        }
    }
}

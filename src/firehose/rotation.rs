//! Rotated indices: which part of time `clicks-2019-04-30-06` stands for, and which objects' records can be in it.
//!
//! In: index names and delivery times. Out: base name, period, and whether an object's records went there. Refuses to
//! compute the name of a week: AWS's page contradicts itself (it states the American rule and shows an ISO number), so
//! weeks are matched against every rule and never made up.
//!
//! Source: `IndexRotationPeriod` in <https://docs.aws.amazon.com/firehose/latest/dev/basic-deliver.html>: part of the UTC
//! arrival time is appended to the name. It is each *record's* arrival, of which the key knows only the object's oldest.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use super::key::split_tail;

/// The part of time that one rotated index takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Period {
    /// `OneHour`: `-2019-04-30-06`.
    Hour(Date, i8),
    /// `OneDay`: `-2019-04-30`.
    Day(Date),
    /// `OneWeek`: `-2019-w18`: year and number, as written.
    Week(i16, i8),
    /// `OneMonth`: `-2019-04`: year and month.
    Month(i16, i8),
}

/// A rotated index.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rotated<'a> {
    /// The index name of the stream's configuration.
    pub base: &'a str,
    /// What was appended.
    pub period: Period,
}

/// Whether records of an object are in an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Belongs {
    /// None can be.
    No,
    /// Some may be: the object lies near a boundary, or in a week that two rules number differently.
    Possibly,
    /// All are.
    Certainly,
}

/// Takes a rotated name apart; nothing for a name without a period. `base`, where the stream's configuration is known,
/// keeps foreign indices such as `clicks-backup-2019` out.
pub fn rotated<'a>(index: &'a str, base: Option<&str>) -> Option<Rotated<'a>> {
    let found = SHAPES.iter().find_map(|(shape, read)| {
        let (base, tail) = split_tail(index, shape)?;
        Some(Rotated { base, period: read(tail)? })
    })?;
    base.is_none_or(|base| base == found.base)
        .then_some(found)
        .filter(|found| !found.base.is_empty())
}

impl Period {
    /// Whether an object's records are in this period's index. `oldest` is the object's time, `buffer` the longest time that
    /// its other records may have arrived after it (the buffer interval, 900 s at most as configured).
    pub fn holds(self, oldest: Timestamp, buffer: SignedDuration) -> Belongs {
        let newest = oldest.checked_add(buffer).unwrap_or(Timestamp::MAX);
        match (self.contains(oldest), self.contains(newest)) {
            (Belongs::Certainly, Belongs::Certainly) => Belongs::Certainly,
            (Belongs::No, Belongs::No) => Belongs::No,
            _ => Belongs::Possibly,
        }
    }

    /// Whether a record that arrived at this moment is in this period's index.
    fn contains(self, moment: Timestamp) -> Belongs {
        let moment = TimeZone::UTC.to_datetime(moment);
        let date = moment.date();
        match self {
            Self::Hour(day, hour) => sure(date == day && moment.hour() == hour),
            Self::Day(day) => sure(date == day),
            Self::Month(year, month) => sure(date.year() == year && date.month() == month),
            Self::Week(year, week) => week_contains((year, week), date),
        }
    }
}

fn sure(yes: bool) -> Belongs {
    if yes { Belongs::Certainly } else { Belongs::No }
}

/// Certain only where every rule agrees.
fn week_contains(named: (i16, i8), date: Date) -> Belongs {
    let rules = [iso_week(date), american_week(date), sunday_week(date)];
    match rules.iter().filter(|week| **week == named).count() {
        0 => Belongs::No,
        3 => Belongs::Certainly,
        _ => Belongs::Possibly,
    }
}

/// ISO 8601: weeks start on Monday, week 1 holds the year's first Thursday.
fn iso_week(date: Date) -> (i16, i8) {
    let week = date.iso_week_date();
    (week.year(), week.week())
}

/// The American rule as AWS's page states it: weeks start on Sunday, week 1 holds the year's first Saturday.
fn american_week(date: Date) -> (i16, i8) {
    let to_saturday = i64::from(Weekday::Saturday.since(date.weekday()));
    let saturday = date.saturating_add(to_saturday.days());
    (saturday.year(), week_number(saturday.day_of_year() - 1, 1))
}

/// `strftime`'s `%U`: weeks start on Sunday, week 1 on the year's first Sunday, the days before are week 0.
fn sunday_week(date: Date) -> (i16, i8) {
    let since_sunday = i16::from(date.weekday().since(Weekday::Sunday));
    (date.year(), week_number(date.day_of_year() - 1 - since_sunday + 7, 0))
}

fn week_number(days: i16, first: i8) -> i8 {
    first + i8::try_from(days.div_euclid(7)).expect("a year has 53 weeks")
}

type ReadPeriod = fn(&str) -> Option<Period>;

/// Longest first, so that an hour is not taken for a base name and a day.
const SHAPES: [(&str, ReadPeriod); 4] = [
    ("-dddd-dd-dd-dd", |tail| {
        Some(Period::Hour(
            date(tail.get(1..11)?)?,
            number(tail.get(12..)?).filter(|hour| *hour < 24)?,
        ))
    }),
    ("-dddd-dd-dd", |tail| Some(Period::Day(date(tail.get(1..)?)?))),
    ("-dddd-wdd", |tail| {
        Some(Period::Week(
            number(tail.get(1..5)?)?,
            number(tail.get(7..)?).filter(|week| *week <= 53)?,
        ))
    }),
    ("-dddd-dd", |tail| {
        Some(Period::Month(
            number(tail.get(1..5)?)?,
            number(tail.get(6..)?).filter(|month| (1..=12).contains(month))?,
        ))
    }),
];

fn date(text: &str) -> Option<Date> {
    Date::new(number(text.get(..4)?)?, number(text.get(5..7)?)?, number(text.get(8..)?)?).ok()
}

fn number<N: std::str::FromStr>(text: &str) -> Option<N> {
    text.parse().ok()
}

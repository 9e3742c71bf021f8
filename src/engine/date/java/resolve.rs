//! From fields to a date and a time of day, as `java.time` resolves what it has parsed.
//!
//! Goes in: fields and a resolver style. Comes out: the date and the time as far as they are complete, and the fields that are
//! left over; or the message of the exception. Source: `java.time.format.Parsed`, `IsoChronology`, `IsoFields`, `WeekFields`.

use super::super::calendar::{self, Weeks};
use super::fields::{ALL, Field, Fields};

/// `java.time.format.ResolverStyle`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Strict,
    Smart,
    Lenient,
}

/// What a 53rd week of the locale's weeks is in a year that has 52.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LongYears {
    /// The 52nd (JDK 17).
    Clamped,
    /// Out of range (JDK 25).
    Exact,
}

/// How fields are resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rules {
    pub(super) style: Style,
    pub(super) long_years: LongYears,
    /// The weeks of the locale.
    pub(super) weeks: Weeks,
}

/// What a string means, as far as it says so.
#[derive(Clone, Debug)]
pub(super) struct Resolved {
    /// Days since 1970.
    pub(super) date: Option<i64>,
    /// Nanoseconds of the day.
    pub(super) time: Option<i64>,
    /// What neither took up.
    pub(super) fields: Fields,
    /// Whole days that the time ran over.
    pub(super) excess_days: i64,
    /// The weeks of the locale.
    pub(super) weeks: Weeks,
}

/// The message of the one `ArithmeticException` among the errors here.
pub(super) const INTEGER_OVERFLOW: &str = "integer overflow";

/// `ZoneOffset.ofTotalSeconds`.
pub(super) const OFFSET_OUT_OF_RANGE: &str = "Zone offset not in valid range: -18:00 to +18:00";

const SECOND: i64 = 1_000_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

/// Resolves everything that can be resolved.
pub(super) fn resolve(fields: Fields, rules: Rules) -> Result<Resolved, String> {
    let style = rules.style;
    let mut resolved =
        Resolved { date: None, time: None, fields, excess_days: 0, weeks: rules.weeks };
    resolved.date_fields(style)?;
    resolved.time_fields(style)?;
    if resolved.week_fields(rules)? {
        resolved.date_fields(style)?;
        resolved.time_fields(style)?;
    }
    resolved.time_leniently(style)?;
    resolved.cross_check()?;
    if let (Some(date), Some(_)) = (resolved.date, resolved.time) {
        resolved.date = Some(date + resolved.excess_days);
        let offset = resolved.fields.get(Field::Offset).unwrap_or(0);
        if offset.abs() > 64_800 {
            return Err(OFFSET_OUT_OF_RANGE.to_owned());
        }
    }
    Ok(resolved)
}

impl Resolved {
    fn date_fields(&mut self, style: Style) -> Result<(), String> {
        self.year_of_era(style)?;
        let has = |field| self.fields.has(field);
        let date = if has(Field::Year) && has(Field::Month) && has(Field::DayOfMonth) {
            year_month_day(&mut self.fields, style)?
        } else if has(Field::Year) && has(Field::DayOfYear) {
            year_day(&mut self.fields, style)?
        } else {
            return Ok(());
        };
        self.set_date(date)
    }

    fn set_date(&mut self, date: i64) -> Result<(), String> {
        match self.date.replace(date) {
            Some(old) if old != date => Err(format!(
                "Conflict found: Fields resolved to two different dates: {} {}",
                show_date(old),
                show_date(date)
            )),
            _ => Ok(()),
        }
    }

    /// Without an era, strict parsing keeps a year of era apart from the year.
    fn year_of_era(&mut self, style: Style) -> Result<(), String> {
        let Some(of_era) = self.fields.take(Field::YearOfEra) else { return Ok(()) };
        if style != Style::Lenient {
            Field::YearOfEra.check(of_era)?;
        }
        let year = self.fields.get(Field::Year);
        let value = match self.fields.take(Field::Era) {
            Some(0) => 1 - of_era,
            Some(_) => of_era,
            None if style == Style::Strict && year.is_none() => {
                self.fields.put(Field::YearOfEra, of_era);
                return Ok(());
            }
            None if year.is_none_or(|year| year > 0) => of_era,
            None => 1 - of_era,
        };
        match self.fields.put(Field::Year, value) {
            Some(old) if old != value => {
                Err(format!("Conflict found: Year {old} differs from Year {value}"))
            }
            _ => Ok(()),
        }
    }

    fn time_fields(&mut self, style: Style) -> Result<(), String> {
        self.clock(Field::ClockHourOfDay, Field::Hour, 24, style)?;
        self.clock(Field::ClockHourOfHalfDay, Field::HourOfHalfDay, 12, style)?;
        let fields = &mut self.fields;
        if fields.has(Field::HalfDay) && fields.has(Field::HourOfHalfDay) {
            let half = Field::HalfDay.check(fields.take(Field::HalfDay).unwrap_or(0))?;
            let hour =
                Field::HourOfHalfDay.check(fields.take(Field::HourOfHalfDay).unwrap_or(0))?;
            fields.derive(Field::HalfDay, Field::Hour, half * 12 + hour)?;
        }
        for (field, unit) in [(Field::NanoOfDay, 1), (Field::MilliOfDay, 1_000_000)] {
            if let Some(value) = fields.take(field) {
                let nanos = field.check(value)? * unit;
                fields.derive(field, Field::Hour, nanos / HOUR)?;
                fields.derive(field, Field::Minute, nanos / MINUTE % 60)?;
                fields.derive(field, Field::Second, nanos / SECOND % 60)?;
                fields.derive(field, Field::Nano, nanos % SECOND)?;
            }
        }
        if let Some(nano) = fields.get(Field::Nano) {
            Field::Nano.check(nano)?;
        }
        let parts = [Field::Hour, Field::Minute, Field::Second, Field::Nano];
        if parts.iter().all(|part| fields.has(*part)) {
            let [hour, minute, second, nano] = parts.map(|part| fields.take(part).unwrap_or(0));
            self.set_time(hour, minute, second, nano, style)?;
        }
        Ok(())
    }

    fn clock(&mut self, clock: Field, hour: Field, noon: i64, style: Style) -> Result<(), String> {
        let Some(value) = self.fields.take(clock) else { return Ok(()) };
        if style == Style::Strict || (style == Style::Smart && value != 0) {
            clock.check(value)?;
        }
        self.fields.derive(clock, hour, if value == noon { 0 } else { value })
    }

    fn set_time(
        &mut self,
        hour: i64,
        minute: i64,
        second: i64,
        nano: i64,
        style: Style,
    ) -> Result<(), String> {
        Field::Minute.check(minute)?;
        Field::Nano.check(nano)?;
        let (time, excess) =
            if style == Style::Smart && (hour, minute, second, nano) == (24, 0, 0, 0) {
                (0, 1)
            } else {
                Field::Hour.check(hour)?;
                Field::Second.check(second)?;
                (hour * HOUR + minute * MINUTE + second * SECOND + nano, 0)
            };
        self.excess_days = excess;
        match self.time.replace(time) {
            Some(old) if old != time => {
                Err("Conflict found: Fields resolved to different times".to_owned())
            }
            _ => Ok(()),
        }
    }

    /// Weeks of both kinds; says whether anything changed.
    fn week_fields(&mut self, rules: Rules) -> Result<bool, String> {
        let mut changed = false;
        for field in [Field::LocalWeekYear, Field::LocalWeek, Field::LocalDayOfWeek] {
            if self.fields.get(field).is_some_and(|value| i32::try_from(value).is_err()) {
                return Err(INTEGER_OVERFLOW.to_owned());
            }
        }
        if let Some(day) = self.fields.take(Field::LocalDayOfWeek) {
            let day = Field::LocalDayOfWeek.check(day)?;
            let iso_day = if rules.weeks == Weeks::Sunday { (day + 5) % 7 + 1 } else { day };
            self.fields.put(Field::DayOfWeek, iso_day);
            changed = true;
        }
        for (year, week) in
            [(Field::WeekYear, Field::Week), (Field::LocalWeekYear, Field::LocalWeek)]
        {
            let fields = &mut self.fields;
            if let (Some(y), Some(w), Some(d)) =
                (fields.get(year), fields.get(week), fields.get(Field::DayOfWeek))
            {
                let date = week_date((year, y), (week, w), d, rules)?;
                for field in [year, week, Field::DayOfWeek] {
                    fields.take(field);
                }
                self.set_date(date)?;
                changed = true;
            }
        }
        Ok(changed)
    }

    /// An hour alone makes a time, a minute alone does not.
    fn time_leniently(&mut self, style: Style) -> Result<(), String> {
        if self.time.is_none() {
            self.middle_of_half_day(style)?;
            let get = |field| self.fields.get(field);
            let (minute, second, nano) = (get(Field::Minute), get(Field::Second), get(Field::Nano));
            if let Some(hour) = get(Field::Hour) {
                let gap = (minute.is_none() && (second.is_some() || nano.is_some()))
                    || (minute.is_some() && second.is_none() && nano.is_some());
                if gap {
                    return Ok(());
                }
                self.set_time(
                    hour,
                    minute.unwrap_or(0),
                    second.unwrap_or(0),
                    nano.unwrap_or(0),
                    style,
                )?;
                for field in [Field::Hour, Field::Minute, Field::Second, Field::Nano] {
                    self.fields.take(field);
                }
            }
        }
        for field in [
            Field::HalfDay,
            Field::HourOfHalfDay,
            Field::Hour,
            Field::Minute,
            Field::Second,
            Field::Nano,
        ] {
            if let Some(value) = self.fields.get(field).filter(|_| style != Style::Lenient) {
                field.check(value)?;
            }
        }
        Ok(())
    }

    fn middle_of_half_day(&mut self, style: Style) -> Result<(), String> {
        let parts = [Field::Hour, Field::Minute, Field::Second, Field::Nano];
        if style == Style::Strict || parts.iter().any(|part| self.fields.has(*part)) {
            return Ok(());
        }
        match self.fields.take(Field::HalfDay) {
            Some(half) => self.set_time(Field::HalfDay.check(half)? * 12 + 6, 0, 0, 0, style),
            None => Ok(()),
        }
    }

    /// What is left over must agree with the date and the time.
    fn cross_check(&mut self) -> Result<(), String> {
        for field in ALL {
            let Some(value) = self.fields.get(field) else { continue };
            let (known, from) = match (self.date, self.time) {
                (Some(date), _) if date_field(date, field, self.weeks).is_some() => {
                    (date_field(date, field, self.weeks), show_date(date))
                }
                (_, Some(time)) if time_field(time, field).is_some() => {
                    (time_field(time, field), show_time(time))
                }
                _ => continue,
            };
            let known = known.unwrap_or(value);
            if known != value {
                let name = field.name();
                return Err(format!(
                    "Conflict found: Field {name} {known} differs from {name} {value} derived from {from}"
                ));
            }
            self.fields.take(field);
        }
        Ok(())
    }
}

fn year_month_day(fields: &mut Fields, style: Style) -> Result<i64, String> {
    let mut take = |field| fields.take(field).unwrap_or(1);
    let year = Field::Year.check(take(Field::Year))?;
    let (month, day) = (take(Field::Month), take(Field::DayOfMonth));
    if style == Style::Lenient {
        let months = year * 12 + month - 1;
        return Ok(calendar::days(months.div_euclid(12), months.rem_euclid(12) + 1, 1) + day - 1);
    }
    Field::Month.check(month)?;
    Field::DayOfMonth.check(day)?;
    let day =
        if style == Style::Smart { day.min(calendar::days_in_month(year, month)) } else { day };
    date_of(year, month, day)
}

fn year_day(fields: &mut Fields, style: Style) -> Result<i64, String> {
    let year = Field::Year.check(fields.take(Field::Year).unwrap_or(0))?;
    let day = fields.take(Field::DayOfYear).unwrap_or(1);
    if style == Style::Lenient {
        Ok(calendar::days(year, 1, 1) + day - 1)
    } else {
        date_of_year_day(year, day)
    }
}

fn week_date(
    year: (Field, i64),
    week: (Field, i64),
    day: i64,
    rules: Rules,
) -> Result<i64, String> {
    let weeks = if week.0 == Field::LocalWeek { rules.weeks } else { Weeks::Iso };
    let first = weeks.first_day(year.0.check(year.1)?);
    let day = weeks.day(Field::DayOfWeek.check(day)?);
    let longest = weeks.count(year.1);
    if week.0 == Field::LocalWeek && rules.long_years == LongYears::Clamped {
        return Ok(first + (week.0.check(week.1)?.min(longest) - 1) * 7 + day - 1);
    }
    if rules.style == Style::Strict && !(1..=longest).contains(&week.1) {
        return Err(format!(
            "Invalid value for {} (valid values 1 - {longest}): {}",
            week.0.name(),
            week.1
        ));
    }
    week.0.check(week.1)?;
    Ok(first + (week.1 - 1) * 7 + day - 1)
}

/// `LocalDate.of`.
pub(super) fn date_of(year: i64, month: i64, day: i64) -> Result<i64, String> {
    const MONTHS: [&str; 12] = [
        "JANUARY",
        "FEBRUARY",
        "MARCH",
        "APRIL",
        "MAY",
        "JUNE",
        "JULY",
        "AUGUST",
        "SEPTEMBER",
        "OCTOBER",
        "NOVEMBER",
        "DECEMBER",
    ];
    Field::Year.check(year)?;
    Field::Month.check(month)?;
    Field::DayOfMonth.check(day)?;
    if day <= calendar::days_in_month(year, month) {
        return Ok(calendar::days(year, month, day));
    }
    if day == 29 {
        return Err(format!("Invalid date 'February 29' as '{year}' is not a leap year"));
    }
    let name = usize::try_from(month - 1).ok().and_then(|month| MONTHS.get(month)).unwrap_or(&"");
    Err(format!("Invalid date '{name} {day}'"))
}

/// `LocalDate.ofYearDay`.
pub(super) fn date_of_year_day(year: i64, day: i64) -> Result<i64, String> {
    Field::Year.check(year)?;
    Field::DayOfYear.check(day)?;
    if day == 366 && !calendar::is_leap(year) {
        return Err(format!("Invalid date 'DayOfYear 366' as '{year}' is not a leap year"));
    }
    Ok(calendar::days(year, 1, 1) + day - 1)
}

fn date_field(date: i64, field: Field, weeks: Weeks) -> Option<i64> {
    let (year, month, day) = calendar::civil(date);
    Some(match field {
        Field::Era => i64::from(year > 0),
        Field::YearOfEra => {
            if year > 0 {
                year
            } else {
                1 - year
            }
        }
        Field::Year => year,
        Field::Quarter => (month + 2) / 3,
        Field::Month => month,
        Field::DayOfMonth => day,
        Field::DayOfYear => date - calendar::days(year, 1, 1) + 1,
        Field::DayOfWeek => calendar::day_of_week(date),
        Field::LocalDayOfWeek => weeks.day(calendar::day_of_week(date)),
        Field::WeekYear => calendar::week(date).0,
        Field::LocalWeekYear => weeks.of(date).0,
        Field::Week => calendar::week(date).1,
        Field::LocalWeek => weeks.of(date).1,
        _ => return None,
    })
}

fn time_field(time: i64, field: Field) -> Option<i64> {
    let hour = time / HOUR;
    let on_clock = |hour: i64, noon: i64| if hour % noon == 0 { noon } else { hour % noon };
    Some(match field {
        Field::HalfDay => hour / 12,
        Field::HourOfHalfDay => hour % 12,
        Field::ClockHourOfHalfDay => on_clock(hour, 12),
        Field::Hour => hour,
        Field::ClockHourOfDay => on_clock(hour, 24),
        Field::Minute => time / MINUTE % 60,
        Field::Second => time / SECOND % 60,
        Field::Nano => time % SECOND,
        Field::MilliOfDay => time / 1_000_000,
        Field::NanoOfDay => time,
        _ => return None,
    })
}

/// `LocalDate#toString`.
fn show_date(date: i64) -> String {
    let (year, month, day) = calendar::civil(date);
    let shown = match year {
        10_000.. => format!("+{year}"),
        0..10_000 => format!("{year:04}"),
        _ => format!("-{:04}", -year),
    };
    format!("{shown}-{month:02}-{day:02}")
}

/// `Instant#toString`.
pub(super) fn show_instant(seconds: i64, nanos: i64) -> String {
    let (date, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let time = show_time(second * SECOND + nanos);
    let seconds = if second % 60 == 0 && nanos == 0 { ":00" } else { "" };
    format!("{}T{time}{seconds}Z", show_date(date))
}

/// `LocalTime#toString`.
fn show_time(time: i64) -> String {
    let (second, nano) = (time / SECOND % 60, time % SECOND);
    let head = format!("{:02}:{:02}", time / HOUR, time / MINUTE % 60);
    if nano > 0 {
        let digits = if nano % 1_000_000 == 0 {
            3
        } else if nano % 1_000 == 0 {
            6
        } else {
            9
        };
        let nano = format!("{nano:09}");
        format!("{head}:{second:02}.{}", &nano[..digits])
    } else if second > 0 {
        format!("{head}:{second:02}")
    } else {
        head
    }
}

//! The fields that a format of `java.time` finds, and the zone.
//!
//! Goes in: a field and its value. Comes out: what was there before. Source: `java.time.temporal.ChronoField`, `IsoFields`,
//! `WeekFields` (Monday, at least four days: what the engines register for the neutral locale).

/// A field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Era,
    YearOfEra,
    Year,
    Quarter,
    Month,
    DayOfMonth,
    DayOfYear,
    DayOfWeek,
    /// Year of the ISO week (`IsoFields`).
    WeekYear,
    /// ISO week (`IsoFields`).
    Week,
    /// Year of the week (`WeekFields`).
    LocalWeekYear,
    /// Week (`WeekFields`).
    LocalWeek,
    /// Day of the week (`WeekFields`).
    LocalDayOfWeek,
    HalfDay,
    HourOfHalfDay,
    ClockHourOfHalfDay,
    Hour,
    ClockHourOfDay,
    Minute,
    Second,
    Nano,
    MilliOfDay,
    NanoOfDay,
    Offset,
}

const COUNT: usize = Field::Offset as usize + 1;

/// Every field, in the order in which conflicts are looked for.
pub(super) const ALL: [Field; COUNT] = [
    Field::Era,
    Field::YearOfEra,
    Field::Year,
    Field::Quarter,
    Field::Month,
    Field::DayOfMonth,
    Field::DayOfYear,
    Field::DayOfWeek,
    Field::WeekYear,
    Field::Week,
    Field::LocalWeekYear,
    Field::LocalWeek,
    Field::LocalDayOfWeek,
    Field::HalfDay,
    Field::HourOfHalfDay,
    Field::ClockHourOfHalfDay,
    Field::Hour,
    Field::ClockHourOfDay,
    Field::Minute,
    Field::Second,
    Field::Nano,
    Field::MilliOfDay,
    Field::NanoOfDay,
    Field::Offset,
];

impl Field {
    /// The name that Java prints.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Era => "Era",
            Self::YearOfEra => "YearOfEra",
            Self::Year => "Year",
            Self::Quarter => "QuarterOfYear",
            Self::Month => "MonthOfYear",
            Self::DayOfMonth => "DayOfMonth",
            Self::DayOfYear => "DayOfYear",
            Self::DayOfWeek => "DayOfWeek",
            Self::WeekYear => "WeekBasedYear",
            Self::Week => "WeekOfWeekBasedYear",
            Self::LocalWeekYear => "WeekBasedYear[WeekFields[MONDAY,4]]",
            Self::LocalWeek => "WeekOfWeekBasedYear[WeekFields[MONDAY,4]]",
            Self::LocalDayOfWeek => "DayOfWeek[WeekFields[MONDAY,4]]",
            Self::HalfDay => "AmPmOfDay",
            Self::HourOfHalfDay => "HourOfAmPm",
            Self::ClockHourOfHalfDay => "ClockHourOfAmPm",
            Self::Hour => "HourOfDay",
            Self::ClockHourOfDay => "ClockHourOfDay",
            Self::Minute => "MinuteOfHour",
            Self::Second => "SecondOfMinute",
            Self::Nano => "NanoOfSecond",
            Self::MilliOfDay => "MilliOfDay",
            Self::NanoOfDay => "NanoOfDay",
            Self::Offset => "OffsetSeconds",
        }
    }

    /// Smallest and largest value, and how Java prints the range.
    fn range(self) -> (i64, i64, &'static str) {
        match self {
            Self::Era | Self::HalfDay => (0, 1, "0 - 1"),
            Self::YearOfEra => (1, 1_000_000_000, "1 - 999999999/1000000000"),
            Self::Year => (-999_999_999, 999_999_999, "-999999999 - 999999999"),
            Self::WeekYear | Self::LocalWeekYear => {
                (-999_999_999, 999_999_999, "-999999999 - 999999999")
            }
            Self::Quarter => (1, 4, "1 - 4"),
            Self::Month => (1, 12, "1 - 12"),
            Self::DayOfMonth => (1, 31, "1 - 28/31"),
            Self::DayOfYear => (1, 366, "1 - 365/366"),
            Self::DayOfWeek | Self::LocalDayOfWeek => (1, 7, "1 - 7"),
            Self::Week | Self::LocalWeek => (1, 53, "1 - 52/53"),
            Self::HourOfHalfDay => (0, 11, "0 - 11"),
            Self::ClockHourOfHalfDay => (1, 12, "1 - 12"),
            Self::Hour => (0, 23, "0 - 23"),
            Self::ClockHourOfDay => (1, 24, "1 - 24"),
            Self::Minute | Self::Second => (0, 59, "0 - 59"),
            Self::Nano => (0, 999_999_999, "0 - 999999999"),
            Self::MilliOfDay => (0, 86_399_999, "0 - 86399999"),
            Self::NanoOfDay => (0, 86_399_999_999_999, "0 - 86399999999999"),
            Self::Offset => (-64_800, 64_800, "-64800 - 64800"),
        }
    }

    /// The value, if it is one that this field can have.
    pub(super) fn check(self, value: i64) -> Result<i64, String> {
        let (low, high, shown) = self.range();
        if (low..=high).contains(&value) {
            return Ok(value);
        }
        Err(format!("Invalid value for {} (valid values {shown}): {value}", self.name()))
    }
}

/// The zone that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ZoneRef {
    /// Seconds east of UTC.
    Fixed(i64),
    /// A region's name.
    Region(&'static str),
}

/// The values found.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields {
    values: [Option<i64>; COUNT],
    pub(super) zone: Option<ZoneRef>,
}

impl Fields {
    pub(super) fn get(&self, field: Field) -> Option<i64> {
        self.values[field as usize]
    }

    pub(super) fn put(&mut self, field: Field, value: i64) -> Option<i64> {
        self.values[field as usize].replace(value)
    }

    pub(super) fn take(&mut self, field: Field) -> Option<i64> {
        self.values[field as usize].take()
    }

    pub(super) fn has(&self, field: Field) -> bool {
        self.get(field).is_some()
    }

    /// Sets a field that follows from another; a different value that is there already is a conflict.
    pub(super) fn derive(&mut self, from: Field, field: Field, value: i64) -> Result<(), String> {
        match self.put(field, value) {
            Some(old) if old != value => {
                let name = field.name();
                Err(format!(
                    "Conflict found: {name} {old} differs from {name} {value} while resolving  {}",
                    from.name()
                ))
            }
            _ => Ok(()),
        }
    }
}

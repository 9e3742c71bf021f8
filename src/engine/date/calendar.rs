//! The proleptic Gregorian calendar on plain integers: years, months, days, weeks and days since 1970-01-01.
//!
//! Goes in: numbers. Comes out: numbers. Refuses nothing: it computes with 64 bits and wraps where Java's `long` wraps.
//! Both date libraries of the engines (Joda-Time and `java.time`) use this calendar, before 1582 and before year 1 too.

/// Milliseconds of a day.
pub(super) const DAY: i64 = 86_400_000;

/// Days since 1970-01-01 of a date; `month` 1 to 12. Days outside the month run on into its neighbours.
pub(super) fn days(year: i64, month: i64, day: i64) -> i64 {
    let shifted = if month <= 2 { year.wrapping_sub(1) } else { year };
    let era = shifted.div_euclid(400);
    let of_era = shifted.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era.wrapping_mul(146_097)
        .wrapping_add(of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

/// Year, month and day of a day count.
pub(super) fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days.wrapping_add(719_468);
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let (day, month) =
        (of_year - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    (year + era * 400 + i64::from(month <= 2), month, day)
}

/// Whether `year` has 366 days.
pub(super) fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Days of a month.
pub(super) fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Monday is 1, Sunday is 7.
pub(super) fn day_of_week(days: i64) -> i64 {
    (days.rem_euclid(7) + 3) % 7 + 1
}

/// The Monday on which week 1 of an ISO week-based year begins.
pub(super) fn first_week(year: i64) -> i64 {
    let fourth = days(year, 1, 4);
    fourth - (day_of_week(fourth) - 1)
}

/// 52 or 53.
pub(super) fn weeks_in_year(year: i64) -> i64 {
    (first_week(year + 1) - first_week(year)) / 7
}

/// ISO week-based year and week of a day.
pub(super) fn week(days: i64) -> (i64, i64) {
    let thursday = days - (day_of_week(days) - 4);
    let year = civil(thursday).0;
    (year, (days - first_week(year)) / 7 + 1)
}

/// How weeks are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weeks {
    /// From Monday; week 1 has at least four days of the year.
    Iso,
    /// From Sunday; week 1 has 1 January.
    Sunday,
}

impl Weeks {
    /// The day on which week 1 begins.
    pub(super) fn first_day(self, year: i64) -> i64 {
        match self {
            Self::Iso => first_week(year),
            Self::Sunday => {
                let january = days(year, 1, 1);
                january - day_of_week(january) % 7
            }
        }
    }

    /// 52 or 53.
    pub(super) fn count(self, year: i64) -> i64 {
        (self.first_day(year + 1) - self.first_day(year)) / 7
    }

    /// Year and week of a day.
    pub(super) fn of(self, day: i64) -> (i64, i64) {
        let near = civil(day).0;
        let year =
            (near - 1..=near + 1).rev().find(|year| self.first_day(*year) <= day).unwrap_or(near);
        (year, (day - self.first_day(year)) / 7 + 1)
    }

    /// The first day of the week is 1.
    pub(super) fn day(self, iso_day: i64) -> i64 {
        match self {
            Self::Iso => iso_day,
            Self::Sunday => iso_day % 7 + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_comes_back_from_its_day_count() {
        for day in (-800_000..800_000).step_by(13) {
            let (year, month, dom) = civil(day);
            assert_eq!(days(year, month, dom), day);
            assert!((1..=12).contains(&month) && (1..=days_in_month(year, month)).contains(&dom));
        }
        assert_eq!(civil(0), (1970, 1, 1));
        assert_eq!(day_of_week(0), 4);
        assert_eq!(week(days(2021, 1, 3)), (2020, 53));
    }
}

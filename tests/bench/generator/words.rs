//! Texts that several sets need: times, identifiers, sentences.

use super::rng::Rng;

const WORDS: [&str; 40] = [
    "the", "build", "fails", "when", "index", "mapping", "is", "empty", "and", "after", "update",
    "to", "version", "with", "cache", "on", "linux", "please", "see", "attached", "log", "for",
    "details", "expected", "result", "was", "null", "pointer", "in", "parser", "this", "happens",
    "every", "time", "we", "restart", "node", "under", "load", "thanks",
];

/// A UTC time as ISO 8601, from seconds since 1970.
pub(crate) fn iso_time(seconds: u64) -> String {
    let (year, month, day) = civil(seconds / 86_400);
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

pub(crate) fn uuid(rng: &mut Rng) -> String {
    let mut hex = |digits| rng.hex(digits);
    format!("{}-{}-4{}-a{}-{}", hex(8), hex(4), hex(3), hex(3), hex(12))
}

/// `count` words, with what people put between them: line ends, quotes, tabs, a character outside ASCII.
pub(crate) fn sentence(rng: &mut Rng, count: u64) -> String {
    let mut text = String::new();
    for i in 0..count {
        if i > 0 {
            text.push_str(gap(rng));
        }
        text.push_str(rng.pick(&WORDS));
    }
    text
}

fn gap(rng: &mut Rng) -> &'static str {
    match rng.below(60) {
        0 => "\r\n",
        1 => ".\n\n",
        2 => " \"quoted\" ",
        3 => "\t",
        4 => " — ",
        5 => " C:\\temp ",
        _ => " ",
    }
}

/// Year, month and day of a number of days since 1970-01-01 (Hinnant, "chrono-compatible low-level date algorithms").
fn civil(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_shifted + 2) / 5 + 1;
    let month = if month_shifted < 10 { month_shifted + 3 } else { month_shifted - 9 };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

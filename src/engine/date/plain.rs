//! The form that nearly all dates have: `2019-04-30T06:33:00`, with or without milliseconds and `Z`.
//!
//! Goes in: a format, a string. Comes out: milliseconds since 1970, where the string has that form and the first format of
//! the list reads it, in every library alike. Refuses everything else: the grammars read it, and give the errors.

use super::calendar::{DAY, days, days_in_month};

/// Whether a format reads the plain form, and does so first.
pub(super) fn is_read_first(format: &str) -> bool {
    let first = format.split("||").next();
    matches!(first, Some("strict_date_optional_time" | "date_optional_time"))
}

/// Milliseconds since 1970 of a plain date.
pub(super) fn millis(text: &[u8]) -> Option<i64> {
    let text = text.strip_suffix(b"Z").unwrap_or(text);
    let (head, fraction) = text.split_first_chunk::<19>()?;
    let separators = [head[4], head[7], head[10], head[13], head[16]];
    if separators != *b"--T::" || head[0] == b'0' {
        return None;
    }
    let two = |at: usize, least: i64, most: i64| {
        number(&head[at..at + 2]).filter(|number| (least..=most).contains(number))
    };
    let (year, month) = (number(&head[..4])?, two(5, 1, 12)?);
    let day = days(year, month, two(8, 1, days_in_month(year, month))?);
    let seconds = two(11, 0, 23)? * 3_600 + two(14, 0, 59)? * 60 + two(17, 0, 59)?;
    let fraction = match fraction {
        [] => 0,
        [b'.', digits @ ..] if digits.len() == 3 => number(digits)?,
        _ => return None,
    };
    Some(day * DAY + seconds * 1_000 + fraction)
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |sum, digit| {
        digit.is_ascii_digit().then(|| sum * 10 + i64::from(digit - b'0'))
    })
}

#[cfg(test)]
mod tests {
    use super::super::DateFormat;
    use super::*;
    use crate::model::engine::Engine;

    const ENGINES: [&str; 7] =
        ["es:6.5.4", "es:6.8.23", "es:7.10.2", "es:8.19.21", "es:9.5.3", "os:1.3.20", "os:3.8.0"];
    const FORMATS: [&str; 2] = ["strict_date_optional_time||epoch_millis", "date_optional_time"];
    const FRACTIONS: [&str; 7] = ["", ".1", ".12", ".123", ".1234", ".", ".000"];
    const ZONES: [&str; 5] = ["", "Z", "Z", "+01:00", "z"];

    /// Something like a date, from random numbers.
    fn text(random: &mut impl FnMut(usize) -> usize) -> String {
        let year = if random(4) == 0 { random(11_000) } else { 1_900 + random(200) };
        let (month, day) = (random(14), random(34));
        let (hour, minute, second) = (random(26), random(62), random(62));
        let (fraction, zone) = (FRACTIONS[random(7)], ZONES[random(5)]);
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}{zone}")
    }

    #[test]
    fn plain_dates_are_what_every_grammar_reads() {
        let mut state = 1_usize;
        let mut random = |below| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) % below
        };
        let mut plain = 0;
        for (engine, format) in ENGINES.iter().flat_map(|name| FORMATS.map(|format| (name, format)))
        {
            let engine = Engine::parse(engine).expect("an engine");
            let compiled = DateFormat::compile(format, engine).expect("a format");
            assert!(compiled.is_plain_first);
            let by_grammar = DateFormat { is_plain_first: false, ..compiled };
            for _ in 0..1_000 {
                let text = text(&mut random);
                if let Some(millis) = millis(text.as_bytes()) {
                    let moment = by_grammar.parse(&text).expect("a date");
                    assert_eq!((moment.millis, moment.nanos_of_milli), (millis, 0), "{text}");
                    plain += 1;
                }
            }
        }
        assert!(plain > 1_000, "{plain}");
    }

    #[test]
    fn other_formats_are_left_to_the_grammar() {
        assert!(!is_read_first("yyyy||strict_date_optional_time"));
        assert!(!is_read_first("strict_date_optional_time_nanos"));
    }
}

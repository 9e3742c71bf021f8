//! What a string looks like, apart from being a string: empty, a date, a number, a boolean.
//!
//! In: decoded bytes. Out: looks. It refuses to know what an engine would make of it; that is the replica's business.

use crate::model::profile::Looks;
use crate::record::scan;

/// What these bytes look like.
pub(super) fn looks(text: &[u8]) -> Looks {
    let count = |yes: bool| u64::from(yes);
    Looks {
        empty: count(text.is_empty()),
        date: count(is_date(text)),
        number: count(is_number(text)),
        boolean: count(matches!(text, b"true" | b"false")),
    }
}

/// `yyyy-MM-dd` or `yyyy/MM/dd`, alone or with a time behind it.
fn is_date(text: &[u8]) -> bool {
    let Some((day, time)) = text.split_first_chunk::<10>() else { return false };
    let digits = |from: usize, to: usize| day[from..to].iter().all(u8::is_ascii_digit);
    let separated = day[4] == day[7] && matches!(day[4], b'-' | b'/');
    separated && digits(0, 4) && digits(5, 7) && digits(8, 10) && is_time(time)
}

/// Nothing, or a separator and `HH:mm` with digits, colons, a fraction and a zone.
fn is_time(text: &[u8]) -> bool {
    match text {
        [] => true,
        [b'T' | b' ', a, b, b':', c, d, rest @ ..] if rest.len() <= 19 => {
            [a, b, c, d].iter().all(|digit| digit.is_ascii_digit())
                && rest.iter().all(|byte| {
                    byte.is_ascii_digit()
                        || matches!(byte, b':' | b'.' | b',' | b'+' | b'-' | b'Z' | b' ')
                })
        }
        _ => false,
    }
}

fn is_number(text: &[u8]) -> bool {
    matches!(text, [b'-' | b'0'..=b'9', ..])
        && scan::number(text, 0).is_ok_and(|number| number.end == text.len())
}

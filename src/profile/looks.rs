//! What a string looks like, apart from being a string: empty, a date, a number, a boolean.
//!
//! In: decoded bytes. Out: a look. It refuses to know what an engine would make of it; that is the replica's business.

use crate::model::profile::DateForm;
use crate::record::scan;

/// What a string looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    Empty,
    Date(DateForm),
    Number,
    Boolean,
}

/// First bytes of strings that may look like something; the quote behind an empty one among them.
pub(super) const FIRST: [bool; 256] = {
    let mut first = [false; 256];
    let mut digit = b'0';
    while digit <= b'9' {
        first[digit as usize] = true;
        digit += 1;
    }
    first[b'"' as usize] = true;
    first[b'-' as usize] = true;
    first[b't' as usize] = true;
    first[b'f' as usize] = true;
    first
};

/// What these bytes look like.
#[inline]
pub(super) fn look(text: &[u8]) -> Option<Look> {
    if text.first().is_none_or(|byte| FIRST[usize::from(*byte)]) { closer_look(text) } else { None }
}

/// The same, whatever the first byte.
pub(super) fn closer_look(text: &[u8]) -> Option<Look> {
    match text {
        [] => Some(Look::Empty),
        b"true" | b"false" => Some(Look::Boolean),
        [b't' | b'f', ..] => None,
        [_, _, _, _, b'-' | b'/', ..] => DateForm::of(text).map(Look::Date),
        _ => is_number(text).then_some(Look::Number),
    }
}

fn is_number(text: &[u8]) -> bool {
    matches!(text.last(), Some(b'0'..=b'9'))
        && scan::number(text, 0).is_ok_and(|number| number.end == text.len())
}

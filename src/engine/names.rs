//! Field names: the splitting rule, blank names, names reserved for metadata (engine-semantics 3.1, 3.3, 3.5).
//!
//! In: a name as the document writes it, unescaped. Out: its segments, or the engine's refusal.

use crate::engine::failure::{Failure, Outcome};
use crate::engine::switches::{OnlyDots, Switches};
use crate::model::fate::RejectClass;
use crate::model::path::{FieldPath, Name, visible};

/// The segments of a name: nearly always one.
#[derive(Clone, Debug)]
pub(crate) enum Segments<'t> {
    One([&'t [u8]; 1]),
    Many(Vec<&'t [u8]>),
}

impl<'t> std::ops::Deref for Segments<'t> {
    type Target = [&'t [u8]];
    fn deref(&self) -> &Self::Target {
        match self {
            Self::One(one) => one,
            Self::Many(many) => many,
        }
    }
}

/// `DocumentParser#splitAndValidatePath`: Java's `split` drops trailing empty segments, each other one must have text.
pub(crate) fn split<'t>(name: &'t [u8], switches: &Switches) -> Outcome<Segments<'t>> {
    if !name.contains(&b'.') {
        return match name {
            [] => Err(refused("field name cannot be an empty string".to_owned(), name)),
            one => Ok(Segments::One([one])),
        };
    }
    let segments = java_split(name);
    for segment in &segments {
        if segment.is_empty() {
            let text =
                "object field starting or ending with a [.] makes object resolution ambiguous: [";
            return Err(refused(format!("{text}{}]", visible(name)), name));
        }
        if is_blank(segment) {
            let shown = visible(name);
            return Err(refused(
                format!("object field cannot contain only whitespace: ['{shown}']"),
                name,
            ));
        }
    }
    if segments.is_empty() {
        only_dots(name, switches)?;
    }
    Ok(Segments::Many(segments))
}

/// Where the name is only dots, engines without a check of their own run off the end of an empty array when they need its
/// last element; every path that splits needs it.
fn only_dots(name: &[u8], switches: &Switches) -> Outcome {
    Err(match switches.only_dots {
        OnlyDots::ArrayIndex => {
            let text = "Index -1 out of bounds for length 0";
            Failure::new("array_index_out_of_bounds_exception", text)
                .class(RejectClass::FieldName)
                .field(|| path(name))
        }
        OnlyDots::Dots => refused("field name cannot contain only dots".to_owned(), name),
        OnlyDots::Character => {
            refused("field name cannot contain only the character [.]".to_owned(), name)
        }
    })
}

fn refused(text: String, name: &[u8]) -> Failure {
    Failure::argument(text).class(RejectClass::FieldName).field(|| path(name))
}

/// `String.split("\\.")`.
pub(crate) fn java_split(name: &[u8]) -> Vec<&[u8]> {
    let mut segments: Vec<_> = name.split(|byte| *byte == b'.').collect();
    while segments.last().is_some_and(|segment| segment.is_empty()) {
        segments.pop();
    }
    segments
}

/// A full name as a path.
pub(crate) fn path(full: &[u8]) -> FieldPath {
    FieldPath(java_split(full).into_iter().map(Name::from).collect())
}

/// Whether every character is white space by `Character.isWhitespace`: no-break spaces are not. Empty is blank.
pub(crate) fn is_blank(text: &[u8]) -> bool {
    std::str::from_utf8(text).is_ok_and(|text| text.chars().all(is_java_whitespace))
}

/// `Character.isWhitespace`.
pub(crate) fn is_java_whitespace(c: char) -> bool {
    match c {
        '\u{a0}' | '\u{2007}' | '\u{202f}' | '\u{85}' => false,
        '\t'..='\r' | '\u{1c}'..='\u{1f}' => true,
        c => c.is_whitespace(),
    }
}

/// Java's order of strings: by UTF-16 units, where supplementary characters come before U+E000.
pub(crate) fn utf16_order(a: &[u8], b: &[u8]) -> std::cmp::Ordering {
    let key = |byte: u8| match byte {
        // Lead bytes of U+E000..U+FFFF sort after those of supplementary characters.
        0xee | 0xef => byte + 0x10,
        0xf0..=0xf7 => byte - 2,
        byte => byte,
    };
    a.iter().map(|x| key(*x)).cmp(b.iter().map(|x| key(*x)))
}

/// The order in which Java's `HashMap` gives back keys that `computeIfAbsent` put into it in the order given.
pub(crate) fn hash_order(names: Vec<&[u8]>) -> Vec<&[u8]> {
    let mut buckets = 16_usize;
    while names.len().saturating_sub(1) * 4 > buckets * 3 {
        buckets *= 2;
    }
    // `computeIfAbsent` puts a new key at the head of its bucket.
    let mut ordered: Vec<_> =
        names.into_iter().rev().map(|name| (bucket(name, buckets), name)).collect();
    ordered.sort_by_key(|(bucket, _)| *bucket);
    ordered.into_iter().map(|(_, name)| name).collect()
}

fn bucket(name: &[u8], buckets: usize) -> usize {
    let text = String::from_utf8_lossy(name);
    let hash = text
        .encode_utf16()
        .fold(0_u32, |sum, unit| sum.wrapping_mul(31).wrapping_add(u32::from(unit)));
    (hash ^ hash >> 16) as usize & (buckets - 1)
}

/// The dots in a full name.
pub(crate) fn dots(full: &[u8]) -> u64 {
    full.iter().map(|byte| u64::from(*byte == b'.')).sum()
}

/// The last segment of a full name.
pub(crate) fn last_segment(full: &[u8]) -> &[u8] {
    full.rsplit(|byte| *byte == b'.').next().unwrap_or_default()
}

/// Length in UTF-16 units, of text in (generalised) UTF-8.
pub(crate) fn utf16_length(text: &[u8]) -> usize {
    let units = |byte: &u8| match byte {
        0x80..=0xbf => 0,
        0xf0..=0xff => 2,
        _ => 1,
    };
    text.iter().map(units).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cmp::Ordering;

    #[test]
    fn supplementary_characters_sort_before_the_private_use_area() {
        assert_eq!(utf16_order("\u{1f600}".as_bytes(), "\u{e000}".as_bytes()), Ordering::Less);
        assert_eq!(utf16_order("\u{1f600}".as_bytes(), "\u{d7ff}".as_bytes()), Ordering::Greater);
        assert_eq!(utf16_order(b"A", b"a"), Ordering::Less);
    }

    #[test]
    fn no_break_space_is_not_blank() {
        assert!(is_blank(" \t\u{3000}".as_bytes()));
        assert!(!is_blank("\u{a0}".as_bytes()));
    }

    #[test]
    fn names_come_in_the_order_of_a_java_hash_map() {
        assert_eq!(hash_order(vec![b"ip", b"dt"]), [&b"dt"[..], b"ip"]);
        assert_eq!(hash_order(vec![b"a", b"a.b"]), [&b"a"[..], b"a.b"]);
    }

    #[test]
    fn trailing_dots_vanish() {
        assert_eq!(java_split(b"a.."), [b"a"]);
        assert_eq!(java_split(b"..").len(), 0);
        assert_eq!(java_split(b".a"), [&b""[..], b"a"]);
    }
}

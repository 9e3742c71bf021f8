//! What the engine does before a JSON parser sees a document: is it JSON at all, and in which Unicode encoding.
//!
//! In: the bytes of a record. Out: UTF-8, or the refusal of the first-byte rule. Sources:
//! `XContentFactory#xContentType`, Jackson's `ByteSourceJsonBootstrapper`.

use std::borrow::Cow;

use crate::engine::failure::{Failure, Outcome};
use crate::engine::switches::Switches;
use crate::model::fate::RejectClass;

/// Refuses documents without a byte, and those that look like no content type at their first bytes.
pub(crate) fn check(record: &[u8], switches: &Switches) -> Outcome {
    if record.is_empty() {
        let failure = if switches.located {
            Failure::new("document_parsing_exception", "[0:0] failed to parse, document is empty")
        } else {
            Failure::mapper("failed to parse, document is empty")
        };
        return Err(failure.class(RejectClass::NotAnObject));
    }
    if !switches.first_bytes || looks_like_content(record) {
        return Ok(());
    }
    let text = "Compressor detection can only be called on some xcontent bytes or compressed xcontent bytes";
    let cause = Failure::new("not_x_content_exception", text).class(RejectClass::NotAnObject);
    Err(if switches.located { cause } else { Failure::mapper("failed to parse").because(cause) })
}

/// `{` after white space; or the marks of the binary formats and of YAML, which then fail as JSON.
fn looks_like_content(record: &[u8]) -> bool {
    let marked = record.starts_with(b":)\n")
        || record.starts_with(b"---")
        || record.starts_with(b"\xd9\xd9\xf7")
        || matches!(record[0], 0xa0..=0xbf);
    let body = record.strip_prefix(b"\xef\xbb\xbf").unwrap_or(record);
    let blank = |byte: &u8| matches!(byte, b'\t'..=b'\r' | b' ' | 0x1c..=0x1f);
    marked || body.iter().find(|byte| !blank(byte)) == Some(&b'{')
}

/// UTF-16 and UTF-32, told by a byte order mark or by where the zero bytes are, become UTF-8. What is malformed in them becomes
/// U+FFFD, as Java's readers have it.
pub(crate) fn to_utf8(record: &[u8]) -> Cow<'_, [u8]> {
    let (width, order, body) = match record {
        [0xff, 0xfe, 0, 0, rest @ ..] => (4, Order::Little, rest),
        [0, 0, 0xfe, 0xff, rest @ ..] => (4, Order::Big, rest),
        [0xff, 0xfe, rest @ ..] => (2, Order::Little, rest),
        [0xfe, 0xff, rest @ ..] => (2, Order::Big, rest),
        [0, 0, 0, _, ..] => (4, Order::Big, record),
        [_, 0, 0, 0, ..] => (4, Order::Little, record),
        [0, _, ..] => (2, Order::Big, record),
        [_, 0, ..] => (2, Order::Little, record),
        _ => return Cow::Borrowed(record),
    };
    Cow::Owned(decode(body, width, order).into_bytes())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Little,
    Big,
}

fn decode(body: &[u8], width: usize, order: Order) -> String {
    let number = |chunk: &[u8]| {
        let push = |sum: u32, byte: &u8| sum << 8 | u32::from(*byte);
        match order {
            Order::Big => chunk.iter().fold(0, push),
            Order::Little => chunk.iter().rev().fold(0, push),
        }
    };
    let units = body.chunks_exact(width).map(number);
    if width == 4 {
        return units.map(|code| char::from_u32(code).unwrap_or('\u{fffd}')).collect();
    }
    let units = units.map(|unit| u16::try_from(unit).unwrap_or(u16::MAX));
    char::decode_utf16(units).map(|c| c.unwrap_or('\u{fffd}')).collect()
}

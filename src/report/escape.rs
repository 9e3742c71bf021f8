//! Untrusted names, keys and values made harmless for a terminal or a line of text.
//!
//! In: text or bytes from records, mappings or object keys. Out: one line of text that moves no cursor, starts no escape
//! sequence and does not change the direction of what stands beside it. Quoting for one format is that format's business.

use crate::model::path::visible;

/// Text on one line: control characters, line ends and direction marks become visible escapes.
pub fn harmless(text: &str) -> String {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text.to_owned();
    }
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match escaped(c) {
            Some(escape) => shown.push_str(&escape),
            None => shown.push(c),
        }
    }
    shown
}

fn escaped(c: char) -> Option<String> {
    match c {
        '\n' => Some("\\n".to_owned()),
        '\r' => Some("\\r".to_owned()),
        '\t' => Some("\\t".to_owned()),
        c if c.is_control() => Some(format!("\\x{:02x}", u32::from(c))),
        c if is_treacherous(c) => Some(format!("\\u{:04x}", u32::from(c))),
        _ => None,
    }
}

/// A JSON document with the same meaning that a terminal can show: JSON itself escapes only the first 32 control characters.
pub(super) fn harmless_json(document: &str) -> String {
    let mut shown = String::with_capacity(document.len());
    for c in document.chars() {
        if c != '\n' && c.is_control() || is_treacherous(c) {
            let escape = format!("\\u{:04x}", u32::from(c));
            shown.push_str(&escape);
        } else {
            shown.push(c);
        }
    }
    shown
}

/// A record of `length` bytes, of which `bytes` are known, on one line of at most `width` characters; `...` stands for what is
/// left out. Where the line would end before the field `name`, it begins just before it.
pub(super) fn excerpt(bytes: &[u8], length: u64, name: Option<&[u8]>, width: usize) -> String {
    let shown = harmless(&visible(bytes));
    let is_cut = (bytes.len() as u64) < length;
    if shown.chars().count() <= width && !is_cut {
        return shown;
    }
    let at = name.and_then(|name| place_of(bytes, name)).unwrap_or(0);
    let is_beyond = at > 0 && at + NAME_AND_VALUE > width;
    let (before, from) = if is_beyond { ("...", at) } else { ("", 0) };
    let room = width.saturating_sub(before.len());
    let rest: Vec<char> = shown.chars().skip(from).collect();
    if rest.len() <= room && !is_cut {
        return format!("{before}{}", rest.iter().collect::<String>());
    }
    let kept: String = rest.iter().take(room.saturating_sub(3)).collect();
    format!("{before}{kept}...")
}

/// Characters of a field's name and value that a reader wants to see.
const NAME_AND_VALUE: usize = 40;

/// Where a field's quoted name begins in what is shown of a record.
fn place_of(bytes: &[u8], name: &[u8]) -> Option<usize> {
    let quoted = [b"\"", name, b"\""].concat();
    let at = bytes.windows(quoted.len()).position(|window| window == quoted)?;
    Some(harmless(&visible(&bytes[..at])).chars().count())
}

/// Characters that no terminal shows, but that move or hide what stands beside them: direction controls (Unicode UAX #9),
/// line and paragraph separators, zero-width space and byte order mark.
fn is_treacherous(c: char) -> bool {
    matches!(c, '\u{061c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_reaches_the_terminal_as_a_command() {
        let nasty = "a\x1b[31mb\nc\u{202e}d\u{9b}e\u{7f}f\tg";
        assert_eq!(harmless(nasty), "a\\x1b[31mb\\nc\\u202ed\\x9be\\x7ff\\tg");
        assert_eq!(harmless("Zürich 서울 😀"), "Zürich 서울 😀");
    }

    #[test]
    fn excerpts_say_that_they_are_cut() {
        assert_eq!(excerpt(b"{\"a\":1}", 7, None, 20), "{\"a\":1}");
        assert_eq!(excerpt(b"{\"a\":1", 7, None, 20), "{\"a\":1...");
        assert_eq!(excerpt(b"{\"a\":123456789}", 15, None, 10), "{\"a\":12...");
        assert_eq!(excerpt(b"\xff\x1b", 2, None, 20), "\\xff\\x1b");
    }

    #[test]
    fn excerpts_begin_where_the_field_is() {
        let record = br#"{"long":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx","price":"N/A"}"#;
        let shown = |width| excerpt(record, record.len() as u64, Some(b"price"), width);
        assert_eq!(shown(80).as_bytes(), record);
        assert_eq!(shown(50), r#"..."price":"N/A"}"#);
        assert_eq!(shown(16), r#"..."price":"N..."#);
    }
}

//! Untrusted names, keys and values made harmless for a terminal or a line of text.
//!
//! In: text or bytes from records, mappings or object keys. Out: one line of text that moves no cursor, starts no escape
//! sequence and does not change the direction of what stands beside it. Quoting for one format is that format's business.

use crate::model::path::visible;

/// Text on one line: control characters, line ends and direction marks become visible escapes.
pub(super) fn harmless(text: &str) -> String {
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

/// The first bytes of a record on one line of at most `width` characters; `...` where there is more.
pub(super) fn excerpt(bytes: &[u8], length: u64, width: usize) -> String {
    let shown = harmless(&visible(bytes));
    let is_cut = (bytes.len() as u64) < length;
    if shown.chars().count() <= width && !is_cut {
        return shown;
    }
    let kept: String = shown.chars().take(width.saturating_sub(3)).collect();
    format!("{kept}...")
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
        assert_eq!(excerpt(b"{\"a\":1}", 7, 20), "{\"a\":1}");
        assert_eq!(excerpt(b"{\"a\":1", 7, 20), "{\"a\":1...");
        assert_eq!(excerpt(b"{\"a\":123456789}", 15, 10), "{\"a\":12...");
        assert_eq!(excerpt(b"\xff\x1b", 2, 20), "\\xff\\x1b");
    }
}

//! Field names and paths: a path is a list of names, never a joined string.
//!
//! A name is kept as the bytes that a record holds after JSON unescaping. It is never normalised. Lone surrogates are kept in
//! their generalised UTF-8 form, and bytes that are not UTF-8 stay as they are; both become visible escapes when shown.

use std::borrow::Cow;
use std::fmt::{self, Write as _};

/// One field name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(Box<[u8]>);

impl Name {
    /// The unescaped bytes of the name.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl From<&[u8]> for Name {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }
}

impl From<&str> for Name {
    fn from(text: &str) -> Self {
        Self(text.as_bytes().into())
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&visible(&self.0))
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", visible(&self.0))
    }
}

/// Where a field is: the names from the root down. Arrays leave no trace in it, as in a mapping.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldPath(pub Vec<Name>);

impl FieldPath {
    /// Reads the shown form back: names joined by dots, `\.` for a dot inside a name and `\\` for a backslash.
    pub fn parse(shown: &str) -> Self {
        let mut names = vec![String::new()];
        let mut chars = shown.chars();
        while let Some(c) = chars.next() {
            let last = names.len() - 1;
            match c {
                '.' => names.push(String::new()),
                '\\' => names[last].extend(chars.next()),
                c => names[last].push(c),
            }
        }
        Self(names.iter().map(|name| Name::from(name.as_str())).collect())
    }

    /// The path of `name` below this one.
    #[must_use]
    pub fn child(&self, name: Name) -> Self {
        let mut names = self.0.clone();
        names.push(name);
        Self(names)
    }

    /// The object that holds this field; `None` at the root.
    pub fn parent(&self) -> Option<Self> {
        let (_, above) = self.0.split_last()?;
        Some(Self(above.to_vec()))
    }

    /// Whether this path is `other` or lies below it.
    pub fn starts_with(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0)
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, name) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(".")?;
            }
            f.write_str(&readable(&marked(name.as_bytes())))?;
        }
        Ok(())
    }
}

/// A name whose own dots and backslashes are marked, so that they are neither separators nor escapes.
fn marked(name: &[u8]) -> Cow<'_, [u8]> {
    let is_mark = |byte: &u8| matches!(byte, b'.' | b'\\');
    if !name.iter().any(is_mark) {
        return Cow::Borrowed(name);
    }
    let mark = |byte: &u8| if is_mark(byte) { vec![b'\\', *byte] } else { vec![*byte] };
    Cow::Owned(name.iter().flat_map(mark).collect())
}

/// Bytes as text that hides nothing: what is not UTF-8 becomes `\xNN`, and a lone surrogate (ED A0..BF xx) `\udXXX`.
pub fn visible(bytes: &[u8]) -> String {
    let mut shown = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        shown.push_str(chunk.valid());
        push_invalid(&mut shown, chunk.invalid());
    }
    join_surrogates(shown)
}

/// The same without a copy where nothing needs to be made visible, as in nearly every text.
pub fn readable(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) if !bytes.contains(&b'\\') => Cow::Borrowed(text),
        _ => Cow::Owned(visible(bytes)),
    }
}

fn push_invalid(shown: &mut String, invalid: &[u8]) {
    for byte in invalid {
        let _ = write!(shown, "\\x{byte:02x}");
    }
}

/// The three escapes that one generalised UTF-8 surrogate leaves behind, as one `\udXXX`.
fn join_surrogates(shown: String) -> String {
    let Some(at) = shown.find("\\xed\\x") else { return shown };
    let byte =
        |i: usize| shown.get(at + i..at + i + 2).and_then(|hex| u32::from_str_radix(hex, 16).ok());
    let escapes = shown.get(at + 8..at + 10) == Some("\\x");
    match (byte(6), byte(10)) {
        (Some(second @ 0xa0..=0xbf), Some(third @ 0x80..=0xbf)) if escapes => {
            let unit = 0xd000 | (second & 0x3f) << 6 | (third & 0x3f);
            format!("{}\\u{unit:04x}{}", &shown[..at], join_surrogates(shown[at + 12..].to_owned()))
        }
        _ => format!("{}{}", &shown[..at + 4], join_surrogates(shown[at + 4..].to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shown_paths_read_back() {
        let path = FieldPath(vec!["a.b".into(), "c\\".into(), "".into()]);
        assert_eq!(path.to_string(), "a\\.b.c\\\\.");
        assert_eq!(FieldPath::parse(&path.to_string()), path);
    }

    #[test]
    fn an_escaped_byte_in_a_path_is_not_a_backslash_in_a_name() {
        let shown = |name: &[u8]| FieldPath(vec![name.into()]).to_string();
        assert_eq!(shown(b"\xff"), "\\xff");
        assert_eq!(shown(b"\\xff"), "\\\\xff");
    }

    #[test]
    fn bytes_that_are_not_text_are_escaped_and_kept_apart() {
        assert_eq!(visible(b"a\xffb"), "a\\xffb");
        assert_eq!(visible(b"x\xed\xa0\x80y\xed\xbf\xbf"), "x\\ud800y\\udfff");
        assert_eq!(visible(b"\xed\xffz"), "\\xed\\xffz");
    }
}

//! Scanning bytes of JSON text: white space and comments, strings, numbers, words. The cursor and the walk both stand on it.
//!
//! In: a slice and a place in it. Out: the place after the thing, or a [`Fault`]. What is accepted is what Jackson accepts as
//! Elasticsearch and `OpenSearch` configure it (`ALLOW_COMMENTS`, `STRICT_DUPLICATE_DETECTION`, no other leniency). It refuses
//! to know nesting, names and values.

use wide::{i8x16, u8x16};

/// Why bytes are not JSON as the engines read it, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fault {
    /// Index of the first byte that cannot be; the length of the slice where it ends too early.
    pub at: usize,
    /// What is wrong with it.
    pub kind: FaultKind,
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaultKind {
    /// The bytes end inside a value.
    UnexpectedEnd,
    /// A byte that cannot stand here.
    UnexpectedByte,
    /// A control character inside a string, a comment, or between tokens.
    ControlCharacter,
    /// A backslash with something else than `"\/bfnrt` or `u` and four hexadecimal digits.
    BadEscape,
    /// `01`, `1.`, `-`, `1e`.
    BadNumber,
    /// Nearly `true`, `false` or `null`.
    BadLiteral,
    /// A byte that no UTF-8 sequence starts with, or a sequence without its continuation bytes. Overlong forms, surrogates
    /// and code points beyond U+10FFFF are not faults: Jackson checks no range.
    InvalidUtf8,
    /// More objects and arrays inside one another than the reader was told to follow.
    TooDeep,
}

impl FaultKind {
    /// The fault in words, for reports.
    pub fn describe(self) -> &'static str {
        match self {
            Self::UnexpectedEnd => "ends too early",
            Self::UnexpectedByte => "unexpected byte",
            Self::ControlCharacter => "control character",
            Self::BadEscape => "unknown escape in a string",
            Self::BadNumber => "malformed number",
            Self::BadLiteral => "unknown word",
            Self::InvalidUtf8 => "invalid UTF-8",
            Self::TooDeep => "nested too deep",
        }
    }

    /// This fault at a place.
    pub fn at(self, at: usize) -> Fault {
        Fault { at, kind: self }
    }
}

/// The fault of a byte that cannot stand at `at`, or of the end there.
pub fn unexpected(bytes: &[u8], at: usize) -> Fault {
    let kind = if at < bytes.len() { FaultKind::UnexpectedByte } else { FaultKind::UnexpectedEnd };
    kind.at(at)
}

/// A string that was scanned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scanned {
    /// Index of the closing quote.
    pub end: usize,
    /// Whether a backslash occurs.
    pub escaped: bool,
    /// Whether the bytes between the quotes are UTF-8 by the letter: no surrogates, nothing overlong.
    pub utf8: bool,
}

impl Scanned {
    /// Whether the bytes between the quotes are what is meant.
    #[inline]
    pub fn is_plain(&self) -> bool {
        self.utf8 && !self.escaped
    }
}

/// Scans a string from its first byte after the opening quote.
#[inline]
pub fn string(bytes: &[u8], start: usize) -> Result<Scanned, Fault> {
    let at = run(bytes, start);
    if bytes.get(at) == Some(&b'"') {
        return Ok(Scanned { end: at, escaped: false, utf8: true });
    }
    string_slow(bytes, start, at)
}

/// Strings with escapes or bytes above 0x7f, and all that are broken. `at` is the first byte that ends a plain run.
#[inline(never)]
fn string_slow(bytes: &[u8], start: usize, mut at: usize) -> Result<Scanned, Fault> {
    let (mut escaped, mut ascii) = (false, true);
    let ended = loop {
        match bytes.get(at) {
            Some(b'"') => break Ok(()),
            Some(b'\\') => match escape(bytes, at) {
                Ok(next) => at = next,
                Err(fault) => break Err(fault),
            },
            Some(0x80..) => {
                ascii = false;
                at = behind_text(bytes, at);
                continue;
            }
            Some(_) => break Err(FaultKind::ControlCharacter.at(at)),
            None => break Err(FaultKind::UnexpectedEnd.at(bytes.len())),
        }
        escaped = true;
        if bytes.get(at) != Some(&b'\\') {
            at = run(bytes, at);
        }
    };
    let utf8 = ascii || std::str::from_utf8(&bytes[start..at]).is_ok();
    if !utf8 {
        lenient_utf8(bytes, start, at)?;
    }
    ended.map(|()| Scanned { end: at, escaped, utf8 })
}

/// Bytes that are looked at together.
pub const BLOCK: usize = 16;

/// The next quote, backslash, control character, byte above 0x7f, or the end.
#[inline]
pub fn run(bytes: &[u8], start: usize) -> usize {
    let (blocks, _) = bytes.get(start..).unwrap_or_default().as_chunks();
    let mut at = start;
    for block in blocks {
        let stops = stops(block);
        if stops != 0 {
            return at + stops.trailing_zeros() as usize;
        }
        at += BLOCK;
    }
    run_tail(bytes, at)
}

#[inline(never)]
fn run_tail(bytes: &[u8], at: usize) -> usize {
    let tail = bytes.get(at..).unwrap_or_default();
    let rest = tail.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20 | 0x80..));
    at + rest.unwrap_or(tail.len())
}

/// The next quote, backslash, control character, or the end, where bytes above 0x7f are likely.
#[inline]
fn behind_text(bytes: &[u8], start: usize) -> usize {
    let (blocks, tail) = bytes.get(start..).unwrap_or_default().as_chunks();
    let mut at = start;
    for block in blocks {
        let stops = text_stops(block);
        if stops != 0 {
            return at + stops.trailing_zeros() as usize;
        }
        at += BLOCK;
    }
    let rest = tail.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20));
    at + rest.unwrap_or(tail.len())
}

/// The bytes at `at`, if there are so many.
#[inline]
pub fn block(bytes: &[u8], at: usize) -> Option<&[u8; BLOCK]> {
    bytes.get(at..)?.first_chunk()
}

/// A bit for each byte that ends a plain run: quote, backslash, below 0x20, above 0x7f.
#[expect(clippy::inline_always, reason = "the hot loop: five instructions")]
#[inline(always)]
pub fn stops(block: &[u8; BLOCK]) -> u32 {
    let bytes = i8x16::new(block.map(u8::cast_signed));
    // This exchanges the quote and the space, and keeps control characters among themselves; above 0x7f is negative.
    let low = (bytes ^ i8x16::splat(2)).simd_lt(i8x16::splat(0x21));
    (low | bytes.simd_eq(i8x16::splat(0x5c))).to_bitmask()
}

/// A bit for each byte above 0x7f.
#[expect(clippy::inline_always, reason = "the hot loop: one instruction")]
#[inline(always)]
pub fn high(block: &[u8; BLOCK]) -> u32 {
    i8x16::new(block.map(u8::cast_signed)).to_bitmask()
}

/// The same as [`stops`] without those above 0x7f.
#[expect(clippy::inline_always, reason = "the hot loop: six instructions")]
#[inline(always)]
pub fn text_stops(block: &[u8; BLOCK]) -> u32 {
    let bytes = u8x16::new(*block);
    let swapped = bytes ^ u8x16::splat(2);
    let low = swapped.min(u8x16::splat(0x20)).simd_eq(swapped);
    (low | bytes.simd_eq(u8x16::splat(0x5c))).to_bitmask()
}

/// The place after the escape whose backslash is at `at`.
fn escape(bytes: &[u8], at: usize) -> Result<usize, Fault> {
    match bytes.get(at + 1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 2),
        Some(b'u') => (at + 2..at + 6).try_fold(at + 6, |end, i| match bytes.get(i) {
            Some(digit) if digit.is_ascii_hexdigit() => Ok(end),
            Some(_) => Err(FaultKind::BadEscape.at(i)),
            None => Err(FaultKind::UnexpectedEnd.at(bytes.len())),
        }),
        Some(_) => Err(FaultKind::BadEscape.at(at + 1)),
        None => Err(FaultKind::UnexpectedEnd.at(bytes.len())),
    }
}

/// Checks UTF-8 as Jackson does, up to `end`, where a sequence must be complete (unless the bytes end there).
fn lenient_utf8(bytes: &[u8], mut at: usize, end: usize) -> Result<usize, Fault> {
    while at < end {
        let length = match bytes[at] {
            0..0x80 => 1,
            0xc0..0xe0 => 2,
            0xe0..0xf0 => 3,
            0xf0..0xf8 => 4,
            _ => return Err(FaultKind::InvalidUtf8.at(at)),
        };
        for i in at + 1..at + length {
            match bytes.get(i) {
                Some(0x80..0xc0) => {}
                Some(_) => return Err(FaultKind::InvalidUtf8.at(i)),
                None => return Err(FaultKind::UnexpectedEnd.at(bytes.len())),
            }
        }
        at += length;
    }
    Ok(at)
}

/// What JSON calls white space, and nothing else: a form feed is none.
pub fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// The bytes without white space at their end.
pub fn trim_end(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|byte| !is_space(*byte)).map_or(0, |last| last + 1);
    &bytes[..end]
}

/// The place of the next byte that is neither white space nor comment; the end of the bytes where there is none.
#[inline]
pub fn space(bytes: &[u8], at: usize) -> Result<usize, Fault> {
    match bytes.get(at) {
        Some(b'/' | 0..=0x20) => space_slow(bytes, at),
        _ => Ok(at),
    }
}

#[inline(never)]
fn space_slow(bytes: &[u8], mut at: usize) -> Result<usize, Fault> {
    loop {
        match bytes.get(at) {
            Some(b' ' | b'\t' | b'\n' | b'\r') => at += 1,
            Some(b'/') => at = comment(bytes, at)?,
            Some(0..0x20) => return Err(FaultKind::ControlCharacter.at(at)),
            _ => return Ok(at),
        }
    }
}

/// The place after the comment whose first slash is at `at`. Inside, Jackson wants UTF-8 and no control characters but
/// tab, CR and LF (`CharTypes.getInputCodeComment`); a `//` comment ends at CR, LF or the end.
pub fn comment(bytes: &[u8], at: usize) -> Result<usize, Fault> {
    let line = match bytes.get(at + 1) {
        Some(b'/') => true,
        Some(b'*') => false,
        Some(_) => return Err(FaultKind::UnexpectedByte.at(at + 1)),
        None => return Err(FaultKind::UnexpectedEnd.at(bytes.len())),
    };
    let mut at = at + 2;
    loop {
        at = match (bytes.get(at), bytes.get(at + 1)) {
            (Some(b'\n' | b'\r'), _) if line => return Ok(at + 1),
            (Some(b'*'), Some(b'/')) if !line => return Ok(at + 2),
            (Some(b'\t' | b'\n' | b'\r' | 0x20..0x80), _) => at + 1,
            (Some(0..0x20), _) => return Err(FaultKind::ControlCharacter.at(at)),
            (Some(_), _) => lenient_utf8(bytes, at, at + 1)?,
            (None, _) if line => return Ok(at),
            (None, _) => return Err(FaultKind::UnexpectedEnd.at(bytes.len())),
        };
    }
}

/// A number that was scanned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digits {
    /// Index after its last byte.
    pub end: usize,
    /// Whether it has neither fraction nor exponent.
    pub integer: bool,
}

/// Scans a number from its first byte (`-` or a digit).
pub fn number(bytes: &[u8], start: usize) -> Result<Digits, Fault> {
    let minus = usize::from(bytes.get(start) == Some(&b'-'));
    let mut end = digits(bytes, start + minus)?;
    if bytes[start + minus] == b'0' && end > start + minus + 1 {
        return Err(FaultKind::BadNumber.at(start + minus + 1));
    }
    let mut integer = true;
    if bytes.get(end) == Some(&b'.') {
        end = digits(bytes, end + 1)?;
        integer = false;
    }
    if let Some(b'e' | b'E') = bytes.get(end) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        end = digits(bytes, end + 1 + sign)?;
        integer = false;
    }
    Ok(Digits { end, integer })
}

/// The place after one digit or more.
fn digits(bytes: &[u8], start: usize) -> Result<usize, Fault> {
    let mut at = start;
    while let Some(b'0'..=b'9') = bytes.get(at) {
        at += 1;
    }
    match bytes.get(start) {
        _ if at > start => Ok(at),
        Some(_) => Err(FaultKind::BadNumber.at(start)),
        None => Err(FaultKind::UnexpectedEnd.at(bytes.len())),
    }
}

/// The place after `word`, which must stand at `at`.
#[inline]
pub fn literal<const N: usize>(bytes: &[u8], at: usize, word: &[u8; N]) -> Result<usize, Fault> {
    match bytes.get(at..).and_then(<[u8]>::first_chunk) {
        Some(found) if found == word => Ok(at + N),
        _ => Err(not_literal(bytes, at, word)),
    }
}

#[cold]
fn not_literal(bytes: &[u8], at: usize, word: &[u8]) -> Fault {
    let tail = bytes.get(at..).unwrap_or_default();
    let same = tail.iter().zip(word).take_while(|(a, b)| a == b).count();
    let kind = if same == tail.len() { FaultKind::UnexpectedEnd } else { FaultKind::BadLiteral };
    kind.at(at + same)
}

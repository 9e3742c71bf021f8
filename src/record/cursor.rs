//! A pull tokenizer over the bytes of one record, as Jackson reads them in Elasticsearch and `OpenSearch`.
//!
//! In: a slice. Out: tokens that borrow from it, or the first [`Fault`]. No recursion, no allocation below 64 levels of
//! nesting. It refuses to know what names mean: duplicate names are its caller's business, and so are several root values
//! one after another.

use std::borrow::Cow;

use super::nesting::Nesting;
use super::scan;
pub use super::scan::{Fault, FaultKind};

/// Reads tokens from one slice of bytes.
#[derive(Clone, Debug)]
pub struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
    token: usize,
    nesting: Nesting,
    expect: Expect,
}

/// One token. Numbers are given as they are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token<'a> {
    /// `{`
    BeginObject,
    /// `}`
    EndObject,
    /// `[`
    BeginArray,
    /// `]`
    EndArray,
    /// The name of a field; its colon is read with it.
    Name(Text<'a>),
    /// A string value.
    String(Text<'a>),
    /// A number without fraction and exponent.
    Integer(&'a [u8]),
    /// Any other number.
    Float(&'a [u8]),
    /// `true`
    True,
    /// `false`
    False,
    /// `null`
    Null,
    /// The bytes end between two root values.
    End,
}

/// What may come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expect {
    /// A root value or the end.
    Root,
    /// A value: after a colon, or after a comma in an array.
    Value,
    /// A name or `}`: after `{`.
    FirstName,
    /// A value or `]`: after `[`.
    FirstElement,
    /// A comma or the end of the object or array.
    Comma,
}

impl<'a> Cursor<'a> {
    /// Nesting that a cursor follows unless told otherwise. The engines stop at 1,000 (Elasticsearch 8.8) or at their stack.
    pub const DEPTH: usize = 1_024;

    /// A cursor before the first byte. A UTF-8 byte order mark at the start is skipped, as Jackson does
    /// (`ByteSourceJsonBootstrapper.handleBOM`).
    pub fn new(bytes: &'a [u8]) -> Self {
        Self::with_depth(bytes, Self::DEPTH)
    }

    /// The same with another limit on objects and arrays inside one another.
    pub fn with_depth(bytes: &'a [u8], depth: usize) -> Self {
        let at = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        Self { bytes, at, token: at, nesting: Nesting::new(depth), expect: Expect::Root }
    }

    /// A cursor before the value at `at`, where no byte order mark may stand.
    pub(super) fn within(bytes: &'a [u8], at: usize, depth: usize) -> Self {
        Self { bytes, at, token: at, nesting: Nesting::new(depth), expect: Expect::Root }
    }

    /// Index of the byte after the last token.
    pub fn offset(&self) -> usize {
        self.at
    }

    /// Index of the first byte of the last token.
    pub fn token_start(&self) -> usize {
        self.token
    }

    /// Objects and arrays that are open.
    pub fn depth(&self) -> usize {
        self.nesting.depth()
    }

    /// The next token. After a root value the next root value is read, or [`Token::End`] given; after a fault, and after
    /// the end, the same comes again.
    #[expect(
        clippy::should_implement_trait,
        reason = "an iterator could not say End and Fault apart"
    )]
    pub fn next(&mut self) -> Result<Token<'a>, Fault> {
        let mut at = scan::space(self.bytes, self.at)?;
        if self.expect == Expect::Comma {
            match self.bytes.get(at) {
                Some(b',') => at = scan::space(self.bytes, at + 1)?,
                Some(b'}') if self.nesting.in_object() => return Ok(self.end(at, Token::EndObject)),
                Some(b']') if !self.nesting.in_object() => return Ok(self.end(at, Token::EndArray)),
                _ => return Err(self.unexpected(at)),
            }
            if self.nesting.in_object() {
                return self.name(at);
            }
        }
        match (self.expect, self.bytes.get(at)) {
            (Expect::Root, None) => {
                self.token = at;
                self.at = at;
                Ok(Token::End)
            }
            (Expect::FirstName, Some(b'}')) => Ok(self.end(at, Token::EndObject)),
            (Expect::FirstElement, Some(b']')) => Ok(self.end(at, Token::EndArray)),
            (Expect::FirstName, _) => self.name(at),
            _ => self.value(at),
        }
    }

    /// After a fault: where the string begins that it stands in, if that is a value. Jackson gives the string as a token
    /// all the same, and finds the fault when its text is asked for.
    pub fn broken_string(&self) -> Option<usize> {
        let mut at = scan::space(self.bytes, self.at).ok()?;
        if self.expect == Expect::Comma {
            if self.nesting.in_object() || self.bytes.get(at) != Some(&b',') {
                return None;
            }
            at = scan::space(self.bytes, at + 1).ok()?;
        }
        let is_value = matches!(self.expect, Expect::Comma | Expect::Value | Expect::FirstElement);
        (is_value && self.bytes.get(at) == Some(&b'"')).then_some(at)
    }

    fn name(&mut self, at: usize) -> Result<Token<'a>, Fault> {
        if self.bytes.get(at) != Some(&b'"') {
            return Err(self.unexpected(at));
        }
        let scanned = scan::string(self.bytes, at + 1)?;
        let colon = scan::space(self.bytes, scanned.end + 1)?;
        if self.bytes.get(colon) != Some(&b':') {
            return Err(self.unexpected(colon));
        }
        let text = Text::new(&self.bytes[at + 1..scanned.end], scanned, Place::Name);
        Ok(self.take(at, colon + 1, Expect::Value, Token::Name(text)))
    }

    fn value(&mut self, at: usize) -> Result<Token<'a>, Fault> {
        let bytes = self.bytes;
        let (end, token) = match bytes.get(at) {
            Some(b'{') => return self.begin(at, Token::BeginObject),
            Some(b'[') => return self.begin(at, Token::BeginArray),
            Some(b'"') => {
                let scanned = scan::string(bytes, at + 1)?;
                let text = Text::new(&bytes[at + 1..scanned.end], scanned, Place::Value);
                (scanned.end + 1, Token::String(text))
            }
            Some(b'-' | b'0'..=b'9') => {
                let number = scan::number(bytes, at)?;
                let text = &bytes[at..number.end];
                (number.end, if number.integer { Token::Integer(text) } else { Token::Float(text) })
            }
            Some(b't') => (scan::literal(bytes, at, b"true")?, Token::True),
            Some(b'f') => (scan::literal(bytes, at, b"false")?, Token::False),
            Some(b'n') => (scan::literal(bytes, at, b"null")?, Token::Null),
            _ => return Err(self.unexpected(at)),
        };
        let expect = self.after_value();
        Ok(self.take(at, end, expect, token))
    }

    fn begin(&mut self, at: usize, token: Token<'a>) -> Result<Token<'a>, Fault> {
        let object = token == Token::BeginObject;
        if !self.nesting.push(object) {
            return Err(FaultKind::TooDeep.at(at));
        }
        let expect = if object { Expect::FirstName } else { Expect::FirstElement };
        Ok(self.take(at, at + 1, expect, token))
    }

    fn end(&mut self, at: usize, token: Token<'a>) -> Token<'a> {
        self.nesting.pop();
        let expect = self.after_value();
        self.take(at, at + 1, expect, token)
    }

    fn after_value(&self) -> Expect {
        if self.nesting.depth() == 0 { Expect::Root } else { Expect::Comma }
    }

    fn take(&mut self, start: usize, end: usize, expect: Expect, token: Token<'a>) -> Token<'a> {
        self.token = start;
        self.at = end;
        self.expect = expect;
        token
    }

    fn unexpected(&self, at: usize) -> Fault {
        let kind = if at < self.bytes.len() {
            FaultKind::UnexpectedByte
        } else {
            FaultKind::UnexpectedEnd
        };
        kind.at(at)
    }
}

/// A name or string as it is written, between its quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text<'a> {
    raw: &'a [u8],
    escaped: bool,
    utf8: bool,
    place: Place,
}

/// Jackson decodes four-byte sequences below U+10000 in two ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// `ByteQuadsCanonicalizer`, `UTF8StreamJsonParser.addName`: adds.
    Name,
    /// `UTF8StreamJsonParser._finishString2`: ors.
    Value,
}

impl<'a> Text<'a> {
    fn new(raw: &'a [u8], scanned: scan::Scanned, place: Place) -> Self {
        Self { raw, escaped: scanned.escaped, utf8: scanned.utf8, place }
    }

    /// A string value that was scanned.
    pub fn value(raw: &'a [u8], scanned: scan::Scanned) -> Self {
        Self::new(raw, scanned, Place::Value)
    }

    /// A name that was scanned.
    pub fn name(raw: &'a [u8], scanned: scan::Scanned) -> Self {
        Self::new(raw, scanned, Place::Name)
    }

    /// The bytes between the quotes, escapes and all.
    pub fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// A string value whose quotes were found before.
    pub fn of_value(raw: &'a [u8]) -> Self {
        let utf8 = std::str::from_utf8(raw).is_ok();
        Self { raw, escaped: raw.contains(&b'\\'), utf8, place: Place::Value }
    }

    /// The bytes meant: generalised UTF-8 of the UTF-16 units that Jackson makes. Two surrogates that form a pair are
    /// joined, wherever each comes from; lone ones stay, as ED A0..BF xx; overlong forms become what they add up to.
    pub fn decode(&self) -> Cow<'a, [u8]> {
        let mut decoded = Vec::new();
        if self.decode_slow(&mut decoded) { Cow::Owned(decoded) } else { Cow::Borrowed(self.raw) }
    }

    /// The same, into a buffer that is used again and again.
    pub fn decode_into<'b>(&self, buffer: &'b mut Vec<u8>) -> &'b [u8]
    where
        'a: 'b,
    {
        if self.decode_slow(buffer) { buffer } else { self.raw }
    }

    /// Whether anything had to be decoded.
    fn decode_slow(&self, decoded: &mut Vec<u8>) -> bool {
        if self.utf8 && !self.escaped {
            return false;
        }
        decoded.clear();
        decoded.reserve(self.raw.len());
        let mut out = Units { bytes: decoded, high: None };
        let mut rest = self.raw;
        while let Some((&first, tail)) = rest.split_first() {
            rest = match first {
                b'\\' => unescape(tail, &mut out),
                _ if self.utf8 => {
                    let run = memchr::memchr(b'\\', rest).unwrap_or(rest.len());
                    out.push_text(&rest[..run]);
                    &rest[run..]
                }
                0..0x80 => {
                    out.push(first.into());
                    tail
                }
                _ => self.decode_sequence(first, tail, &mut out),
            };
        }
        out.flush();
        true
    }

    /// One multi-byte sequence by plain arithmetic.
    fn decode_sequence(&self, first: u8, tail: &'a [u8], out: &mut Units<'_>) -> &'a [u8] {
        let length = match first {
            0..0xe0 => 1,
            0xe0..0xf0 => 2,
            _ => 3,
        };
        let lead = u32::from(first) & (0x3f >> length);
        let (continuation, rest) = tail.split_at(length.min(tail.len()));
        let point = continuation.iter().fold(lead, |sum, byte| sum << 6 | u32::from(byte & 0x3f));
        if length < 3 {
            out.push(low_unit(point));
            return rest;
        }
        // Below U+10000 this wraps, as the signed shift in Java does.
        let above = point.wrapping_sub(0x1_0000).cast_signed() >> 10;
        out.push(low_unit(match self.place {
            Place::Name => above.cast_unsigned().wrapping_add(0xd800),
            Place::Value => above.cast_unsigned() | 0xd800,
        }));
        out.push(low_unit(0xdc00 | (point & 0x3ff)));
        rest
    }
}

/// The lower half, as a cast to `char` in Java takes it.
pub(super) fn low_unit(value: u32) -> u16 {
    (value & 0xffff) as u16
}

/// What follows a backslash.
fn unescape<'a>(tail: &'a [u8], out: &mut Units<'_>) -> &'a [u8] {
    let Some((&letter, rest)) = tail.split_first() else { return tail };
    let plain = match letter {
        b'b' => 0x08,
        b't' => b'\t',
        b'n' => b'\n',
        b'f' => 0x0c,
        b'r' => b'\r',
        b'u' => {
            let (digits, rest) = rest.split_at(rest.len().min(4));
            let unit = digits.iter().fold(0, |sum, digit| sum << 4 | hexadecimal(*digit));
            out.push(unit);
            return rest;
        }
        other => other,
    };
    out.push(plain.into());
    rest
}

fn hexadecimal(digit: u8) -> u16 {
    match digit {
        b'0'..=b'9' => u16::from(digit - b'0'),
        _ => u16::from((digit | 0x20) - b'a') + 10,
    }
}

/// UTF-16 units on their way into generalised UTF-8.
struct Units<'b> {
    bytes: &'b mut Vec<u8>,
    /// A high surrogate that waits for its low one.
    high: Option<u16>,
}

impl Units<'_> {
    /// UTF-8 as it stands.
    fn push_text(&mut self, text: &[u8]) {
        self.flush();
        self.bytes.extend_from_slice(text);
    }

    fn push(&mut self, unit: u16) {
        match (self.high.take(), unit) {
            (Some(high), 0xdc00..0xe000) => {
                let point = 0x1_0000 + (u32::from(high & 0x3ff) << 10) + u32::from(unit & 0x3ff);
                let joined = char::from_u32(point).expect("a pair is a code point");
                self.bytes.extend(joined.encode_utf8(&mut [0; 4]).as_bytes());
                return;
            }
            (Some(high), _) => self.push_alone(high),
            (None, _) => {}
        }
        if (0xd800..0xdc00).contains(&unit) {
            self.high = Some(unit);
        } else {
            self.push_alone(unit);
        }
    }

    fn flush(&mut self) {
        if let Some(high) = self.high.take() {
            self.push_alone(high);
        }
    }

    fn push_alone(&mut self, unit: u16) {
        push_unit(self.bytes, unit);
    }
}

/// One UTF-16 unit in generalised UTF-8.
pub(super) fn push_unit(bytes: &mut Vec<u8>, unit: u16) {
    let [low, high] = unit.to_le_bytes();
    let middle = (unit >> 6 & 0x3f) as u8;
    match unit {
        0..0x80 => bytes.push(low),
        0x80..0x800 => bytes.extend([0xc0 | high << 2 | low >> 6, 0x80 | low & 0x3f]),
        _ => bytes.extend([0xe0 | high >> 4, 0x80 | middle, 0x80 | low & 0x3f]),
    }
}

//! One document's tokens, read once and walked twice: the first parse and the one after a mapping update.
//!
//! In: the bytes of a record. Out: tokens with their places, and the exception that ends them where the bytes are no JSON.
//! What Jackson would refuse is refused at the same token: syntax, duplicate names (per object, by decoded name), depth, the
//! length of numbers and names. It refuses to know what names mean.

pub(crate) use self::parser::Parser;

mod parser;

use std::borrow::Cow;
use std::collections::HashSet;

use crate::engine::failure::{Failure, Outcome};
use crate::engine::switches::{JsonErrors, Switches, Walk};
use crate::model::fate::RejectClass;
use crate::model::path::visible;
use crate::record::{Cursor, Fault, FaultKind, Token as Read};

/// One token; text is decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token<'t> {
    BeginObject,
    EndObject,
    BeginArray,
    EndArray,
    Name(&'t [u8]),
    String(&'t [u8]),
    Integer(&'t [u8]),
    Float(&'t [u8]),
    True,
    False,
    Null,
}

impl Token<'_> {
    /// `XContentParser.Token#isValue`: null is none.
    pub(crate) fn is_value(self) -> bool {
        matches!(
            self,
            Self::String(_) | Self::Integer(_) | Self::Float(_) | Self::True | Self::False
        )
    }

    /// The engine's word for it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::BeginObject => "START_OBJECT",
            Self::EndObject => "END_OBJECT",
            Self::BeginArray => "START_ARRAY",
            Self::EndArray => "END_ARRAY",
            Self::Name(_) => "FIELD_NAME",
            Self::String(_) => "VALUE_STRING",
            Self::Integer(_) | Self::Float(_) => "VALUE_NUMBER",
            Self::True | Self::False => "VALUE_BOOLEAN",
            Self::Null => "VALUE_NULL",
        }
    }

    /// Jackson's word for it.
    pub(crate) fn json_word(self) -> &'static str {
        match self {
            Self::Integer(_) => "VALUE_NUMBER_INT",
            Self::Float(_) => "VALUE_NUMBER_FLOAT",
            Self::True => "VALUE_TRUE",
            Self::False => "VALUE_FALSE",
            other => other.word(),
        }
    }
}

/// All tokens of one document.
#[derive(Debug)]
pub(crate) struct Tape<'a> {
    source: &'a [u8],
    items: Vec<Item<'a>>,
    /// What reading on after the last item gives.
    fault: Option<Failure>,
    /// The fault stands within the last item, a string: asking for its text gives it too.
    broken: bool,
}

#[derive(Debug)]
struct Item<'a> {
    kind: Kind,
    text: Cow<'a, [u8]>,
    /// Index of the token's first byte.
    at: u32,
    /// For the start of an object or array: index of the item that ends it, or [`NONE`].
    close: u32,
    /// The name that the parser would report here: index of a name's item, or [`NONE`].
    name: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    BeginObject,
    EndObject,
    BeginArray,
    EndArray,
    Name,
    String,
    Integer,
    Float,
    True,
    False,
    Null,
}

const NONE: u32 = u32::MAX;

impl<'a> Tape<'a> {
    /// Number of tokens.
    pub(super) fn len(&self) -> usize {
        self.items.len()
    }

    /// What reading on after the last token gives, if not the end.
    pub(super) fn fault(&self) -> Option<Failure> {
        self.fault.clone()
    }

    /// The document from a token on, without its first bytes.
    pub(super) fn source_behind(&self, index: usize, bytes: usize) -> Option<&[u8]> {
        self.source.get(self.items.get(index)?.at as usize + bytes..)
    }

    /// What asking for a token's text gives, if not the text.
    pub(super) fn fault_at(&self, index: usize) -> Option<Failure> {
        self.fault.clone().filter(|_| self.broken && index + 1 == self.items.len())
    }

    /// The item that ends the object or array that begins at `index`; `None` where the bytes end before.
    pub(super) fn close(&self, index: usize) -> Option<usize> {
        let close = self.items.get(index)?.close;
        (close != NONE).then_some(close as usize)
    }

    /// The name that Jackson's parser would report at a token.
    pub(super) fn name_at(&self, index: usize) -> Option<&[u8]> {
        let item = self.items.get(index)?;
        Some(&self.items.get(item.name as usize)?.text)
    }

    /// `line:column` of a token, or of the end.
    pub(super) fn location(&self, index: Option<usize>) -> String {
        let item = index.and_then(|index| self.items.get(index));
        let at = item.map_or(self.source.len(), |item| item.at as usize);
        let (line, column) = place(self.source, at);
        format!("{line}:{column}")
    }

    /// Reads a document. The engine's first-byte rule and empty documents are its caller's business.
    pub(crate) fn read(source: &'a [u8], switches: &Switches) -> Self {
        let depth = if switches.json_depth { 1000 } else { Cursor::DEPTH };
        let mut cursor = Cursor::with_depth(source, depth);
        let items = Vec::with_capacity(source.len() / 8);
        let mut tape = Self { source, items, fault: None, broken: false };
        let mut open: Vec<Level> = Vec::new();
        loop {
            match cursor.next() {
                Ok(Read::End) => break,
                Ok(token) => {
                    let at = cursor.token_start();
                    let after_root = open.is_empty() && !tape.items.is_empty();
                    if let Err(fault) = tape.push(token, at, &mut open, switches) {
                        if matches!(token, Read::String(_)) {
                            tape.push_broken(at, &open);
                        }
                        tape.fault = Some(in_content(fault, source, at, switches));
                        break;
                    }
                    if after_root {
                        break; // The token after the document decides; nobody reads further.
                    }
                }
                Err(fault) => {
                    if let Some(at) = cursor.broken_string() {
                        tape.push_broken(at, &open);
                    }
                    let cut = is_cut_word(&source[cursor.offset()..]);
                    tape.fault = Some(syntax(&fault, cut, source, switches));
                    break;
                }
            }
        }
        tape
    }

    fn push(
        &mut self,
        token: Read<'a>,
        at: usize,
        open: &mut Vec<Level>,
        switches: &Switches,
    ) -> Outcome {
        if switches.json_errors == JsonErrors::Jackson3 {
            check_surrogates(&token)?;
        }
        let empty = Cow::Borrowed(&b""[..]);
        let (kind, text) = match token {
            Read::BeginObject => (Kind::BeginObject, empty),
            Read::EndObject => (Kind::EndObject, empty),
            Read::BeginArray => (Kind::BeginArray, empty),
            Read::EndArray => (Kind::EndArray, empty),
            Read::Name(text) => (Kind::Name, text.decode()),
            Read::String(text) => (Kind::String, text.decode()),
            Read::Integer(text) => (Kind::Integer, Cow::Borrowed(text)),
            Read::Float(text) => (Kind::Float, Cow::Borrowed(text)),
            Read::True => (Kind::True, empty),
            Read::False => (Kind::False, empty),
            Read::Null | Read::End => (Kind::Null, empty),
        };
        let index = u32::try_from(self.items.len()).unwrap_or(NONE);
        if matches!(kind, Kind::EndObject | Kind::EndArray)
            && let Some(level) = open.pop()
        {
            self.items[level.start as usize].close = index;
        }
        let mut name = open.last().map_or(NONE, |level| level.name);
        match kind {
            Kind::Name => {
                self.check_name(&text, open, switches)?;
                name = index;
                if let Some(level) = open.last_mut() {
                    level.name = index;
                }
            }
            Kind::Integer | Kind::Float if switches.number_length => check_number(&text)?,
            Kind::BeginObject | Kind::BeginArray => {
                open.push(Level { start: index, name: NONE, seen: Seen::default() });
            }
            _ => {}
        }
        let place = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        self.items.push(Item { kind, text, at: place(at), close: NONE, name });
        Ok(())
    }

    /// A string that cannot be read: what is left of the document stands for its text.
    fn push_broken(&mut self, at: usize, open: &[Level]) {
        let name = open.last().map_or(NONE, |level| level.name);
        let text = Cow::Borrowed(&self.source[at..]);
        let place = u32::try_from(at).unwrap_or(u32::MAX);
        self.items.push(Item { kind: Kind::String, text, at: place, close: NONE, name });
        self.broken = true;
    }

    fn check_name(&self, text: &[u8], open: &mut [Level], switches: &Switches) -> Outcome {
        let jackson3 = switches.json_errors == JsonErrors::Jackson3;
        if switches.json_name_length && text.len() > 50_000 {
            let long = format!("Name length ({}) exceeds the maximum allowed (50000)", text.len());
            return Err(
                Failure::new("stream_constraints_exception", long).class(RejectClass::NotAnObject)
            );
        }
        let index = u32::try_from(self.items.len()).unwrap_or(NONE);
        let known = |item: u32| &*self.items[item as usize].text;
        let repeated = open.last_mut().is_some_and(|level| level.seen.repeats(text, index, known));
        if repeated {
            let shown = visible(text);
            let reason = if jackson3 {
                format!("Duplicate Object property \"{shown}\"")
            } else {
                format!("Duplicate field '{shown}'")
            };
            return Err(
                Failure::new("json_parse_exception", reason).class(RejectClass::NotAnObject)
            );
        }
        Ok(())
    }

    pub(super) fn token(&self, index: usize) -> Option<Token<'_>> {
        let item = self.items.get(index)?;
        Some(match item.kind {
            Kind::BeginObject => Token::BeginObject,
            Kind::EndObject => Token::EndObject,
            Kind::BeginArray => Token::BeginArray,
            Kind::EndArray => Token::EndArray,
            Kind::Name => Token::Name(&item.text),
            Kind::String => Token::String(&item.text),
            Kind::Integer => Token::Integer(&item.text),
            Kind::Float => Token::Float(&item.text),
            Kind::True => Token::True,
            Kind::False => Token::False,
            Kind::Null => Token::Null,
        })
    }
}

/// One open object or array while reading.
struct Level {
    start: u32,
    name: u32,
    seen: Seen,
}

/// The names of one object. Few are compared one by one, and only where one with the same mark was seen.
#[derive(Default)]
struct Seen {
    /// The bits of all marks so far.
    marks: u64,
    few: Vec<u32>,
    many: HashSet<Vec<u8>>,
}

impl Seen {
    const FEW: usize = 32;

    fn repeats<'k>(&mut self, name: &[u8], index: u32, known: impl Fn(u32) -> &'k [u8]) -> bool {
        let mark = mark(name);
        let is_new = self.marks & mark == 0;
        self.marks |= mark;
        if self.few.len() < Self::FEW {
            let repeated = !is_new && self.few.iter().any(|old| known(*old) == name);
            self.few.push(index);
            return repeated;
        }
        if self.many.is_empty() {
            self.many.extend(self.few.iter().map(|old| known(*old).to_vec()));
        }
        !self.many.insert(name.to_vec())
    }
}

/// One of 64 bits, by a name's length and its last bytes.
fn mark(name: &[u8]) -> u64 {
    let end = name.iter().rev().take(3).fold(name.len(), |sum, byte| sum * 31 + usize::from(*byte));
    1 << (end.wrapping_mul(0x9e37_79b9) >> 16 & 63)
}

/// Jackson 3 refuses surrogates in UTF-8, and names with a lone one however it is written.
fn check_surrogates(token: &Read<'_>) -> Outcome {
    let has = |bytes: &[u8]| bytes.windows(2).any(|w| w[0] == 0xed && w[1] >= 0xa0);
    let refuse = |text: &'static str| {
        Err(Failure::new("json_parse_exception", text).class(RejectClass::NotAnObject))
    };
    match token {
        Read::Name(text) | Read::String(text) if has(text.raw()) => {
            refuse("Invalid UTF-8: Illegal surrogate character")
        }
        Read::Name(text) if has(&text.decode()) => refuse("Broken surrogate pair in property name"),
        _ => Ok(()),
    }
}

/// Jackson 2.15: digits without sign, point and exponent's sign.
fn check_number(text: &[u8]) -> Outcome {
    let digits = text.iter().filter(|byte| byte.is_ascii_digit()).count();
    if digits <= 1000 {
        return Ok(());
    }
    let reason = format!(
        "Number value length ({digits}) exceeds the maximum allowed (1000, from `StreamReadConstraints.getMaxNumberLength()`)"
    );
    Err(Failure::new("stream_constraints_exception", reason).class(RejectClass::NotAnObject))
}

/// Jackson's exception for a fault; its sentence is ours, since Jackson's depends on version and buffer.
fn syntax(fault: &Fault, cut_word: bool, source: &[u8], switches: &Switches) -> Failure {
    let jackson3 = switches.json_errors == JsonErrors::Jackson3;
    let kind = match fault.kind {
        FaultKind::TooDeep => "stream_constraints_exception",
        FaultKind::UnexpectedEnd if cut_word => "json_parse_exception",
        FaultKind::UnexpectedEnd if jackson3 => "unexpected_end_of_input_exception",
        FaultKind::UnexpectedEnd => "json_e_o_f_exception",
        _ => "json_parse_exception",
    };
    if fault.kind == FaultKind::TooDeep && !switches.json_depth {
        // These engines have no such limit: what they do was not run, so nothing is put into their mouth.
        let reason =
            "nested deeper than the replica follows; what the engine does with it is not known";
        return Failure::new("", reason.to_owned()).class(RejectClass::StructureLimit);
    }
    let (line, column) = place(source, fault.at);
    let reason = match fault.kind {
        FaultKind::UnexpectedEnd => "Unexpected end of file".to_owned(),
        FaultKind::TooDeep => {
            let from = "from `StreamReadConstraints.getMaxNestingDepth()`";
            format!("Document nesting depth (1001) exceeds the maximum allowed (1000, {from})")
        }
        kind => format!("{} at line {line}, column {column}", kind.describe()),
    };
    let failure = Failure::new(kind, reason).class(RejectClass::NotAnObject);
    in_content(failure, source, fault.at, switches)
}

/// From 8.x on the engine's own exception stands around Jackson's, with the place; OpenSearch puts one with Jackson 2's name around
/// that of Jackson 3.
fn in_content(failure: Failure, source: &[u8], at: usize, switches: &Switches) -> Failure {
    if switches.json_errors == JsonErrors::Jackson3 {
        let inner = match failure.kind.as_ref() {
            "json_parse_exception" => Cow::Borrowed("stream_read_exception"),
            other => Cow::Owned(other.to_owned()),
        };
        let inner = Failure::new(inner, failure.message().to_owned());
        return failure.because(inner);
    }
    if switches.walk != Walk::Expanding {
        return failure;
    }
    let kind = match failure.kind.as_ref() {
        "json_e_o_f_exception" => "x_content_e_o_f_exception",
        _ => "x_content_parse_exception",
    };
    let (line, column) = place(source, at);
    let reason = match failure.kind.as_ref() {
        "stream_constraints_exception" => failure.message().to_owned(),
        _ => format!("[{line}:{column}] {}", failure.message()),
    };
    Failure::new(kind, reason).because(failure)
}

/// Whether the bytes end inside `true`, `false` or `null`: Jackson takes what is there for an unknown word.
fn is_cut_word(rest: &[u8]) -> bool {
    let rest = rest.trim_ascii_start();
    let rest = rest.strip_prefix(b",").unwrap_or(rest).trim_ascii_start();
    let cut = |word: &[u8]| !rest.is_empty() && rest.len() < word.len() && word.starts_with(rest);
    cut(b"true") || cut(b"false") || cut(b"null")
}

/// Line and column, both from 1, in bytes as Jackson counts them.
fn place(source: &[u8], at: usize) -> (usize, usize) {
    let before = &source[..at.min(source.len())];
    let line = before.split(|byte| *byte == b'\n').count();
    let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
    (line, at - start + 1)
}

//! One document's tokens, read once and walked twice: the first parse and the one after a mapping update.
//!
//! In: the bytes of a record. Out: tokens with their places, and the exception that ends them where the bytes are no JSON.
//! What Jackson would refuse is refused at the same token: syntax, duplicate names (per object, by decoded name), depth, the
//! length of numbers and names. It refuses to know what names mean.

use std::borrow::Cow;
use std::collections::HashSet;

use crate::engine::failure::{Failure, Outcome};
use crate::engine::switches::{JsonErrors, Switches};
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
    fault: Option<Box<Failure>>,
}

#[derive(Debug)]
struct Item<'a> {
    kind: Kind,
    text: Cow<'a, [u8]>,
    /// Index of the token's first byte.
    at: u32,
    /// Index of the byte after it.
    end: u32,
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
    /// Reads a document. The engine's first-byte rule and empty documents are its caller's business.
    pub(crate) fn read(source: &'a [u8], switches: &Switches) -> Self {
        let depth = if switches.json_depth { 1000 } else { Cursor::DEPTH };
        let mut cursor = Cursor::with_depth(source, depth);
        let mut tape = Self { source, items: Vec::with_capacity(source.len() / 8), fault: None };
        let mut open: Vec<Level> = Vec::new();
        loop {
            match cursor.next() {
                Ok(Read::End) => break,
                Ok(token) => {
                    let (at, end) = (cursor.token_start(), cursor.offset());
                    let after_root = open.is_empty() && !tape.items.is_empty();
                    if let Err(fault) = tape.push(token, at, end, &mut open, switches) {
                        tape.fault = Some(fault);
                        break;
                    }
                    if after_root {
                        break; // The token after the document decides; nobody reads further.
                    }
                }
                Err(fault) => {
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
        end: usize,
        open: &mut Vec<Level>,
        switches: &Switches,
    ) -> Outcome {
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
        if matches!(kind, Kind::EndObject | Kind::EndArray) {
            open.pop();
        }
        let mut name = open.last().map_or(NONE, |level| level.name);
        let index = u32::try_from(self.items.len()).unwrap_or(NONE);
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
                open.push(Level { name: NONE, seen: Seen::default() });
            }
            _ => {}
        }
        let place = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        self.items.push(Item { kind, text, at: place(at), end: place(end), name });
        Ok(())
    }

    fn check_name(&self, text: &Cow<'a, [u8]>, open: &mut [Level], switches: &Switches) -> Outcome {
        let jackson3 = switches.json_errors == JsonErrors::Jackson3;
        if switches.json_name_length && text.len() > 50_000 {
            let long = format!("Name length ({}) exceeds the maximum allowed (50000)", text.len());
            return Err(Failure::new("stream_constraints_exception", long)
                .class(RejectClass::NotAnObject));
        }
        let index = u32::try_from(self.items.len()).unwrap_or(NONE);
        let known = |item: u32| &*self.items[item as usize].text;
        let repeated = open.last_mut().is_some_and(|level| level.seen.repeats(text, index, known));
        if repeated {
            let shown = visible(text);
            let reason = match jackson3 {
                true => format!("Duplicate Object property \"{shown}\""),
                false => format!("Duplicate field '{shown}'"),
            };
            let kind = if jackson3 { "stream_read_exception" } else { "json_parse_exception" };
            return Err(Failure::new(kind, reason).class(RejectClass::NotAnObject));
        }
        Ok(())
    }

    fn token(&self, index: usize) -> Option<Token<'_>> {
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
    name: u32,
    seen: Seen,
}

/// The names of one object. Few are compared one by one.
#[derive(Default)]
struct Seen {
    few: Vec<u32>,
    many: HashSet<Vec<u8>>,
}

impl Seen {
    const FEW: usize = 16;

    fn repeats<'k>(&mut self, name: &[u8], index: u32, known: impl Fn(u32) -> &'k [u8]) -> bool {
        if self.few.len() < Self::FEW {
            let repeated = self.few.iter().any(|old| known(*old) == name);
            self.few.push(index);
            return repeated;
        }
        if self.many.is_empty() {
            self.many.extend(self.few.iter().map(|old| known(*old).to_vec()));
        }
        !self.many.insert(name.to_vec())
    }
}

/// Jackson 2.15: digits without sign, point and exponent's sign.
fn check_number(text: &[u8]) -> Outcome {
    let digits = text.iter().filter(|byte| byte.is_ascii_digit()).count();
    if digits <= 1000 {
        return Ok(());
    }
    let reason =
        format!("Number value length ({digits}) exceeds the maximum allowed (1000, from `StreamReadConstraints.getMaxNumberLength()`)");
    Err(Failure::new("stream_constraints_exception", reason).class(RejectClass::NotAnObject))
}

/// Jackson's exception for a fault; its sentence is ours, since Jackson's depends on version and buffer.
fn syntax(fault: &Fault, cut_word: bool, source: &[u8], switches: &Switches) -> Box<Failure> {
    let jackson3 = switches.json_errors == JsonErrors::Jackson3;
    let kind = match fault.kind {
        FaultKind::TooDeep => "stream_constraints_exception",
        FaultKind::UnexpectedEnd if cut_word && jackson3 => "stream_read_exception",
        FaultKind::UnexpectedEnd if cut_word => "json_parse_exception",
        FaultKind::UnexpectedEnd if jackson3 => "unexpected_end_of_input_exception",
        FaultKind::UnexpectedEnd => "json_e_o_f_exception",
        _ if jackson3 => "stream_read_exception",
        _ => "json_parse_exception",
    };
    let (line, column) = place(source, fault.at);
    let reason = match fault.kind {
        FaultKind::UnexpectedEnd => "Unexpected end of file".to_owned(),
        kind => format!("{} at line {line}, column {column}", kind.describe()),
    };
    Failure::new(kind, reason).class(RejectClass::NotAnObject)
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
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
    (line, at - start + 1)
}

/// A place in the token stream, as the engines' `XContentParser`.
#[derive(Clone, Debug)]
pub(crate) struct Parser<'t> {
    tape: &'t Tape<'t>,
    /// Index of the current token, or before the first.
    index: Option<usize>,
}

impl<'t> Parser<'t> {
    pub(crate) fn new(tape: &'t Tape<'t>) -> Self {
        Self { tape, index: None }
    }

    /// The current token; `None` before the first and after the last.
    pub(crate) fn current(&self) -> Option<Token<'t>> {
        self.tape.token(self.index?)
    }

    /// Moves to the next token: `None` at the end, the exception where the bytes are no JSON.
    pub(crate) fn advance(&mut self) -> Outcome<Option<Token<'t>>> {
        let next = self.index.map_or(0, |index| index + 1);
        self.index = Some(next.min(self.tape.items.len()));
        match (self.current(), &self.tape.fault) {
            (None, Some(fault)) => Err(fault.clone()),
            (token, _) => Ok(token),
        }
    }

    /// From the start of an object or array to its end; elsewhere nothing.
    pub(crate) fn skip_children(&mut self) -> Outcome {
        if !matches!(self.current(), Some(Token::BeginObject | Token::BeginArray)) {
            return Ok(());
        }
        let mut depth = 1_usize;
        while depth > 0 {
            match self.advance()? {
                Some(Token::BeginObject | Token::BeginArray) => depth += 1,
                Some(Token::EndObject | Token::EndArray) => depth -= 1,
                Some(_) => {}
                None => return Ok(()),
            }
        }
        Ok(())
    }

    /// The name that stands before the current token; `None` for elements of an array.
    pub(crate) fn current_name(&self) -> Option<&'t [u8]> {
        let item = self.tape.items.get(self.index?)?;
        let name = self.tape.items.get(item.name as usize)?;
        Some(&name.text)
    }

    /// The text of a scalar, numbers as they are written; an exception for anything else, null included.
    pub(crate) fn text(&self, switches: &Switches) -> Outcome<&'t [u8]> {
        match self.current() {
            Some(Token::String(text) | Token::Integer(text) | Token::Float(text)) => Ok(text),
            Some(Token::True) => Ok(b"true"),
            Some(Token::False) => Ok(b"false"),
            other => {
                let word = other.map_or("null", Token::word);
                let at = self.location();
                Err(match switches.expected_text {
                    true => Failure::argument(format!("Expected text at {at} but found {word}")),
                    false => Failure::state(format!("Can't get text on a {word} at {at}")),
                }
                .class(RejectClass::ObjectScalar))
            }
        }
    }

    /// `line:column` of the current token.
    pub(crate) fn location(&self) -> String {
        let item = self.index.and_then(|index| self.tape.items.get(index));
        let at = item.map_or(self.tape.source.len(), |item| item.at as usize);
        let (line, column) = place(self.tape.source, at);
        format!("{line}:{column}")
    }
}

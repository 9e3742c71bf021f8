//! A place in a document's tokens, as the engines' `XContentParser`, with the dot expander of 8.1 and later.
//!
//! In: a tape. Out: tokens one by one; where dots are expanded, the name `a.b` and its value come as `a`, `{`, `b`, value, `}`
//! (`DotExpandingXContentParser`). Names inside skipped objects and arrays are not looked at.

use std::cell::Cell;

use crate::engine::failure::{Failure, Outcome};
use crate::engine::names;
use crate::engine::switches::{Switches, Walk};
use crate::engine::tape::{Tape, Token};
use crate::model::fate::RejectClass;
use crate::model::path::visible;
use crate::record::{self, Cursor};

/// A place in the token stream.
#[derive(Clone, Debug)]
pub(crate) struct Parser<'t> {
    tape: &'t Tape<'t>,
    /// Index of the last token that was read from the tape; none before the first.
    index: Option<usize>,
    /// Names that are being expanded, the innermost last.
    expansions: Vec<Expansion<'t>>,
    expands: bool,
    /// Inside `subobjects: false`: names keep their dots.
    keep_dots: bool,
    /// The tokens come from a copy of a value: where its first byte stands for the engine.
    place: Option<String>,
    /// Index of a number's token that a field asked for as a float.
    floated: Cell<Option<usize>>,
}

/// One dotted name and where its expansion stands.
#[derive(Clone, Debug)]
struct Expansion<'t> {
    name: &'t [u8],
    /// Start and end of each segment in the name.
    segments: Vec<(usize, usize)>,
    /// Index of the name's token.
    at: usize,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// The name of a segment was given.
    Name(usize),
    /// The object below a segment was begun.
    Begin(usize),
    /// The value itself is being read.
    Content,
    /// So many objects are still open after this end.
    End(usize),
}

impl<'t> Expansion<'t> {
    fn segment(&self, index: usize) -> &'t [u8] {
        self.segments.get(index).map_or(&[], |(start, end)| &self.name[*start..*end])
    }
}

impl<'t> Parser<'t> {
    pub(crate) fn new(tape: &'t Tape<'t>, walk: Walk) -> Self {
        let expands = walk == Walk::Expanding;
        Self {
            tape,
            index: None,
            expansions: Vec::new(),
            expands,
            keep_dots: false,
            place: None,
            floated: Cell::new(None),
        }
    }

    /// Whether names keep their dots here.
    pub(crate) fn keeps_dots(&self) -> bool {
        self.keep_dots
    }

    /// From the next name on, names keep their dots, or not.
    pub(crate) fn set_keep_dots(&mut self, keep: bool) {
        self.keep_dots = keep;
    }

    /// Where the engine says that tokens stand, until told otherwise.
    pub(crate) fn set_place(&mut self, place: Option<String>) {
        self.place = place;
    }

    /// Notes that the current number was asked for as a float: Jackson's parser remembers.
    pub(crate) fn read_as_float(&self) {
        self.floated.set(self.index);
    }

    /// Whether the current number was asked for as a float before.
    pub(crate) fn was_read_as_float(&self) -> bool {
        self.index.is_some() && self.floated.get() == self.index
    }

    /// What asking for the current token's text gives, if not the text: a string that is no JSON is found out only then.
    pub(crate) fn broken_text(&self) -> Option<Failure> {
        let is_string = matches!(self.current(), Some(Token::String(_)));
        self.tape.fault_at(self.index.filter(|_| is_string)?)
    }

    /// The current token; `None` before the first and after the last.
    pub(crate) fn current(&self) -> Option<Token<'t>> {
        if let Some(top) = self.expansions.last() {
            match top.state {
                State::Name(segment) => return Some(Token::Name(top.segment(segment))),
                State::Begin(_) => return Some(Token::BeginObject),
                State::End(_) => return Some(Token::EndObject),
                State::Content => {}
            }
        }
        self.tape.token(self.index?)
    }

    /// Moves to the next token: `None` at the end, the exception where the bytes are no JSON.
    pub(crate) fn advance(&mut self) -> Outcome<Option<Token<'t>>> {
        if self.expansions.is_empty() {
            return self.advance_on_tape();
        }
        self.advance_in_expansion()
    }

    fn advance_in_expansion(&mut self) -> Outcome<Option<Token<'t>>> {
        let index = self.index;
        let keep = self.keep_dots;
        let Some(top) = self.expansions.last_mut() else { return self.advance_on_tape() };
        let last = top.segments.len().saturating_sub(1);
        match top.state {
            State::Name(segment) if segment < last => {
                top.state = State::Begin(segment);
                Ok(Some(Token::BeginObject))
            }
            State::Name(_) => {
                top.state = State::Content;
                self.advance_on_tape()
            }
            State::Begin(segment) => {
                if keep && segment + 1 < last {
                    let end = top.segments[last].1;
                    let start = top.segments[segment + 1].0;
                    top.segments.truncate(segment + 1);
                    top.segments.push((start, end));
                }
                top.state = State::Name(segment + 1);
                Ok(Some(Token::Name(top.segment(segment + 1))))
            }
            State::Content => {
                let begin = top.at + 1;
                let end = self.tape.close(begin).unwrap_or(match self.tape.token(begin) {
                    Some(Token::BeginObject | Token::BeginArray) => usize::MAX,
                    _ => begin,
                });
                if index.is_some_and(|index| index < end) {
                    return self.advance_on_tape();
                }
                self.close_expansion(last)
            }
            State::End(open) => self.close_expansion(open),
        }
    }

    /// Ends one of the objects that an expansion has open, or leaves it.
    fn close_expansion(&mut self, open: usize) -> Outcome<Option<Token<'t>>> {
        match open.checked_sub(1) {
            Some(left) => {
                if let Some(top) = self.expansions.last_mut() {
                    top.state = State::End(left);
                }
                Ok(Some(Token::EndObject))
            }
            None => {
                self.expansions.pop();
                self.advance()
            }
        }
    }

    fn advance_on_tape(&mut self) -> Outcome<Option<Token<'t>>> {
        let next = self.index.map_or(0, |index| index + 1);
        self.index = Some(next.min(self.tape.len()));
        match self.tape.token(next) {
            None => match self.tape.fault() {
                Some(fault) => Err(fault),
                None => Ok(None),
            },
            Some(Token::Name(name)) if self.expands && !self.keep_dots => self.expand(name, next),
            token => Ok(token),
        }
    }

    /// A name as the expander gives it: as it is, or the first of its segments.
    fn expand(&mut self, name: &'t [u8], at: usize) -> Outcome<Option<Token<'t>>> {
        if name.is_empty() {
            return Err(refused("field name cannot be an empty string".to_owned(), name));
        }
        if !name.contains(&b'.') {
            return Ok(Some(Token::Name(name)));
        }
        let segments = segments(name)?;
        let first = segments.first().map_or(name, |(start, end)| &name[*start..*end]);
        self.expansions.push(Expansion { name, segments, at, state: State::Name(0) });
        Ok(Some(Token::Name(first)))
    }

    /// From the start of an object or array to its end; elsewhere nothing. Jackson itself passes over the children: its
    /// exceptions come as they are, without the engine's around them.
    pub(crate) fn skip_children(&mut self) -> Outcome {
        // What stands under an expanded name is passed over by the expander, token by token.
        let by_expander = !self.expansions.is_empty();
        self.skip().map_err(|mut failure| {
            if failure.kind.starts_with("x_content") && !by_expander {
                failure.cause.take().unwrap_or(failure)
            } else {
                failure
            }
        })
    }

    fn skip(&mut self) -> Outcome {
        if !matches!(self.current(), Some(Token::BeginObject | Token::BeginArray)) {
            return Ok(());
        }
        if let Some(top) = self.expansions.last_mut()
            && let State::Begin(segment) = top.state
        {
            // The value below the dotted name is passed over, and all objects inside this one are closed with it.
            let value = top.at + 1;
            top.state = State::End(segment);
            return match self.tape.token(value) {
                Some(Token::BeginObject | Token::BeginArray) => self.jump(self.tape.close(value)),
                Some(_) => self.jump(Some(value)),
                None => self.jump(None),
            };
        }
        let close = self.index.and_then(|index| self.tape.close(index));
        self.jump(close)
    }

    fn jump(&mut self, to: Option<usize>) -> Outcome {
        match to {
            Some(to) => {
                self.index = Some(to);
                Ok(())
            }
            None => {
                self.index = Some(self.tape.len());
                self.tape.fault().map_or(Ok(()), Err)
            }
        }
    }

    /// The name that stands before the current token; `None` for elements of an array.
    pub(crate) fn current_name(&self) -> Option<&'t [u8]> {
        let Some(top) = self.expansions.last() else { return self.tape.name_at(self.index?) };
        let last = top.segments.len().saturating_sub(1);
        match top.state {
            State::Name(segment) | State::Begin(segment) => Some(top.segment(segment)),
            State::End(open) => Some(top.segment(open)),
            State::Content => {
                let index = self.index?;
                let value = top.at + 1;
                let whole = index == value || self.tape.close(value) == Some(index);
                if whole { Some(top.segment(last)) } else { self.tape.name_at(index) }
            }
        }
    }

    /// The text of a scalar, numbers as they are written; an exception for anything else, null included.
    pub(crate) fn text(&self, switches: &Switches) -> Outcome<&'t [u8]> {
        if let Some(fault) = self.broken_text() {
            return Err(fault);
        }
        match self.current() {
            Some(Token::String(text) | Token::Integer(text) | Token::Float(text)) => Ok(text),
            Some(Token::True) => Ok(b"true"),
            Some(Token::False) => Ok(b"false"),
            other => {
                let word = other.map_or("null", Token::word);
                let at = self.location();
                let expanded =
                    self.expansions.last().is_some_and(|top| top.state != State::Content);
                Err(if switches.fields.expected_text && !expanded {
                    Failure::argument(format!("Expected text at {at} but found {word}"))
                } else {
                    Failure::state(format!("Can't get text on a {word} at {at}"))
                }
                .class(RejectClass::ObjectScalar))
            }
        }
    }

    /// What Jackson takes for the current string when `read` bytes of it are lost: it reads on to the next quote.
    pub(crate) fn text_behind(&self, read: usize) -> Outcome<Vec<u8>> {
        let none = || Failure::state("no string begins here");
        let rest = self.index.and_then(|index| self.tape.source_behind(index, read + 1));
        let quoted = [b"\"", rest.ok_or_else(none)?].concat();
        match Cursor::new(&quoted).next() {
            Ok(record::Token::String(text)) => Ok(text.decode().into_owned()),
            _ => Err(none()),
        }
    }

    /// Whether the current token comes from a dotted name, not from the document.
    pub(crate) fn is_expanded(&self) -> bool {
        self.expansions.last().is_some_and(|top| top.state != State::Content)
    }

    /// `line:column` of the current token; inside an expansion of its name.
    pub(crate) fn location(&self) -> String {
        if let Some(place) = &self.place {
            return place.clone();
        }
        match self.expansions.last() {
            Some(top) if matches!(top.state, State::Name(_) | State::Begin(_)) => {
                self.tape.location(Some(top.at))
            }
            _ => self.tape.location(self.index),
        }
    }
}

/// Start and end of each segment. The texts for empty and blank segments stand the wrong way round in the engine.
fn segments(name: &[u8]) -> Outcome<Vec<(usize, usize)>> {
    let mut found = Vec::new();
    let mut start = 0;
    for part in name.split(|byte| *byte == b'.') {
        found.push((start, start + part.len()));
        start += part.len() + 1;
    }
    while found.last().is_some_and(|(start, end)| start == end) {
        found.pop();
    }
    if found.is_empty() {
        return Err(refused("field name cannot contain only dots".to_owned(), name));
    }
    let shown = || visible(name);
    for (start, end) in &found {
        let part = &name[*start..*end];
        if part.is_empty() {
            let text = format!("field name cannot contain only whitespace: ['{}']", shown());
            return Err(refused(text, name));
        }
        if names::is_blank(part) {
            let text =
                "field name starting or ending with a [.] makes object resolution ambiguous: [";
            return Err(refused(format!("{text}{}]", shown()), name));
        }
    }
    Ok(found)
}

fn refused(text: String, name: &[u8]) -> Failure {
    Failure::argument(text).class(RejectClass::FieldName).field(|| names::path(name))
}

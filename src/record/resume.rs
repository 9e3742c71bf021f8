//! Where reading goes on after damage: the earliest place at which a record begins for sure, or nearly.
//!
//! In: a window of bytes with a fault in it. Out: a place, or that more bytes are needed. Every byte is read a bounded
//! number of times: what a try has read as JSON is not tried again. It refuses to guess: an object inside a broken record
//! is not a record, so two whole ones in a row are asked for where there is no line to go by.

use super::cursor::{Cursor, Fault, FaultKind, Token};
use super::frame::{FirstNames, value};
use super::nesting::Nesting;
use super::scan;

/// Longest delimiter between records that is recognised, in bytes: a backslash and an `n`, a comma, a few dashes.
const DELIMITER: usize = 16;

/// What to look for.
#[derive(Clone, Debug)]
pub(super) struct Search {
    /// What is wrong.
    pub fault: Fault,
    /// Where the broken stretch begins.
    pub start: usize,
    /// Whether records have been lines so far, and this one begins a line.
    pub lines: bool,
    /// Whether brackets may say where the broken record ends.
    pub balance: bool,
    /// Limit on nesting.
    pub depth: usize,
}

/// Where reading goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resume {
    /// The broken record ends here: its brackets match, and something begins behind it.
    Balanced(usize),
    /// A record begins here.
    At(usize),
    /// Nowhere.
    End,
    /// It takes more bytes to tell.
    More,
}

/// Finds the place. `open` says that more bytes may follow those of `bytes`.
pub(super) fn search(search: &Search, bytes: &[u8], open: bool, names: &FirstNames) -> Resume {
    let mut balance = Balance::new(bytes, search);
    let fault = open_comment(bytes, search).unwrap_or(search.fault.at);
    let mut at = search.start + 1;
    loop {
        let next = find(bytes, at, b'{').unwrap_or(bytes.len());
        match balance.advance(bytes, next) {
            Some(end) if end > fault && begins(bytes, end, open) == Verdict::Yes => {
                return Resume::Balanced(end);
            }
            Some(end) if end > fault && begins(bytes, end, open) == Verdict::Open => {
                return Resume::More;
            }
            _ => {}
        }
        if next == bytes.len() {
            return if open { Resume::More } else { Resume::End };
        }
        let by_line = search.lines && bytes[next - 1] == b'\n';
        if by_line {
            match line(bytes, next, open, search.depth) {
                Verdict::Yes => return Resume::At(next),
                Verdict::Open => return Resume::More,
                Verdict::No(_) => {}
            }
        }
        at = next + 1;
        if next >= fault {
            match pair(bytes, next, open, search, names) {
                Verdict::Yes => return Resume::At(next),
                Verdict::Open => return Resume::More,
                Verdict::No(read) => at = at.max(read),
            }
        }
    }
}

/// Where a comment begins that nothing closes: it ends with the bytes, but the records in it are none of its own.
fn open_comment(bytes: &[u8], search: &Search) -> Option<usize> {
    if search.fault.kind != FaultKind::UnexpectedEnd {
        return None;
    }
    let mut cursor = Cursor::with_depth(&bytes[search.start..], search.depth);
    while !matches!(cursor.next(), Err(_) | Ok(Token::End)) {}
    let last = search.start + cursor.offset();
    let first = find(bytes, last, b'/')?;
    (scan::comment(bytes, first) == Err(search.fault)).then_some(first)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Yes,
    /// No, and nothing before this place is a record either.
    No(usize),
    /// The bytes end too early.
    Open,
}

/// Whether a line, an object or nothing follows.
fn begins(bytes: &[u8], end: usize, open: bool) -> Verdict {
    let next = bytes[end..].iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\r'));
    match next {
        Some(b'{' | b'\n') => Verdict::Yes,
        Some(_) => Verdict::No(end),
        None if open => Verdict::Open,
        None => Verdict::Yes,
    }
}

/// Whether the line that begins at `at` is one whole object.
fn line(bytes: &[u8], at: usize, open: bool, depth: usize) -> Verdict {
    let end = match find(bytes, at, b'\n') {
        Some(end) => end,
        None if open => return Verdict::Open,
        None => bytes.len(),
    };
    match value(&bytes[..end], at, depth) {
        Ok(whole) if scan::trim_end(&bytes[whole..end]).is_empty() => Verdict::Yes,
        _ => Verdict::No(at),
    }
}

/// Whether two objects in a row begin at `at`, or the last one, and records have begun like that. The bytes before `at`
/// may be a delimiter; then it may stand between the two.
fn pair(bytes: &[u8], at: usize, open: bool, search: &Search, names: &FirstNames) -> Verdict {
    let end = match value(bytes, at, search.depth) {
        Ok(end) => end,
        Err(fault) if fault.kind == FaultKind::UnexpectedEnd && open => return Verdict::Open,
        Err(fault) => return Verdict::No(fault.at),
    };
    let mut rest = &bytes[end..];
    let delimiter = scan::trim_end(&bytes[search.start..at]);
    if delimiter.len() <= DELIMITER && !delimiter.starts_with(b"{") {
        if open && rest.len() < delimiter.len() {
            return Verdict::Open;
        }
        rest = rest.strip_prefix(delimiter).unwrap_or(rest);
    }
    let second = rest.iter().position(|byte| !scan::is_space(*byte));
    let fits = match second.map(|skipped| bytes.len() - rest.len() + skipped) {
        None if open => return Verdict::Open,
        None => true,
        Some(second) if bytes[second] == b'{' => match value(bytes, second, search.depth) {
            Ok(_) => true,
            Err(fault) if fault.kind != FaultKind::UnexpectedEnd => false,
            Err(_) if open => return Verdict::Open,
            Err(_) => true,
        },
        Some(_) => false,
    };
    if fits && names.knows(bytes, at) { Verdict::Yes } else { Verdict::No(end) }
}

fn find(bytes: &[u8], at: usize, byte: u8) -> Option<usize> {
    memchr::memchr(byte, bytes.get(at..)?).map(|skipped| at + skipped)
}

/// Brackets outside strings, counted as far as anybody asked.
struct Balance {
    at: usize,
    open: Nesting,
    in_string: bool,
    done: bool,
}

impl Balance {
    fn new(bytes: &[u8], search: &Search) -> Self {
        let start = bytes[search.start..].iter().position(|byte| matches!(byte, b'{' | b'['));
        Self {
            at: search.start + start.unwrap_or(0),
            open: Nesting::new(usize::MAX),
            in_string: false,
            done: !search.balance || start != Some(0),
        }
    }

    /// Counts on to `to`; the place after the bracket that closes the first one, if it comes before.
    fn advance(&mut self, bytes: &[u8], to: usize) -> Option<usize> {
        while !self.done && self.at < to {
            let byte = bytes[self.at];
            self.at += 1;
            match byte {
                b'\\' if self.in_string => self.at += 1,
                b'"' => self.in_string = !self.in_string,
                _ if self.in_string => {}
                b'{' | b'[' => self.done = !self.open.push(byte == b'{'),
                b'}' | b']' => {
                    self.done = self.open.in_object() != (byte == b'}');
                    if !self.done {
                        self.open.pop();
                        self.done = self.open.depth() == 0;
                        if self.done {
                            return Some(self.at);
                        }
                    }
                }
                _ => {}
            }
        }
        None
    }
}

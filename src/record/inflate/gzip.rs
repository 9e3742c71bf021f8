//! gzip (RFC 1952): members one after another, with line ends or zero bytes between them where a producer put them.
//!
//! In: bytes that begin with a member. Out: what the members hold. Bytes behind a member that are no member pass through,
//! so that records behind compressed ones are not lost.

use std::io::{self, Read};

use flate2::Decompress;

use super::damaged;
use super::deflate::{self, Outcome};
use super::input::Input;

/// The first bytes of a member with the only method there is, deflate.
pub(super) const MAGIC: [u8; 3] = [0x1f, 0x8b, 0x08];

pub(super) struct Gzip<'a> {
    input: Input<'a>,
    inflate: Decompress,
    state: State,
    /// An error that came with bytes: they are handed out first.
    late: Option<io::Error>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Member,
    Between,
    Behind,
    Failed,
}

impl<'a> Gzip<'a> {
    pub(super) fn new(input: Input<'a>) -> Self {
        Self { input, inflate: Decompress::new_gzip(15), state: State::Member, late: None }
    }

    /// Some bytes of the current member; 0 at its end.
    fn member(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let step = deflate::step(&mut self.inflate, &mut self.input, out)?;
        let error = match step.outcome {
            Outcome::Going => return Ok(step.written),
            Outcome::End => {
                self.state = State::Between;
                return Ok(step.written);
            }
            Outcome::Cut => damaged("gzip data ends early"),
            Outcome::Damaged(what) => damaged(format!("gzip data is damaged: {what}")),
        };
        self.state = State::Failed;
        if step.written == 0 {
            return Err(error);
        }
        self.late = Some(error);
        Ok(step.written)
    }

    /// Goes to the next member, if there is one.
    fn between(&mut self) -> io::Result<()> {
        loop {
            match self.input.peek(MAGIC.len())? {
                [b'\n' | b'\r' | 0, ..] => self.input.skip(1),
                head if head == MAGIC => {
                    // True keeps the gzip wrapper that the decoder was made for.
                    self.inflate.reset(true);
                    self.state = State::Member;
                    return Ok(());
                }
                _ => {
                    self.state = State::Behind;
                    return Ok(());
                }
            }
        }
    }
}

impl Read for Gzip<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.state {
                State::Member => match self.member(out)? {
                    0 if self.state == State::Between => {}
                    written => return Ok(written),
                },
                State::Between => self.between()?,
                State::Behind => return self.input.read(out),
                State::Failed => return self.late.take().map_or(Ok(0), Err),
            }
        }
    }
}

//! zip (PKWARE APPNOTE 6.3.9) as Firehose writes it: one deflated entry. Read as a stream, without the central directory.
//!
//! In: bytes that begin with a local file header. Out: what the entries hold, one after another. Only the methods stored (0,
//! with a known size) and deflate (8) are read; encrypted entries are not. No crate reads entries with data descriptors
//! (Java writes them) as a stream, and holding the whole object is what this program does not do.

use std::io::{self, Read};

use flate2::{Crc, Decompress};

use super::damaged;
use super::deflate::{self, Outcome};
use super::input::Input;

/// Of a local file header.
pub(super) const MAGIC: [u8; 4] = *b"PK\x03\x04";

pub(super) struct Zip<'a> {
    input: Input<'a>,
    inflate: Decompress,
    state: State,
    crc: Crc,
    /// What the local header says of the checksum; `None` where a descriptor behind the data says it.
    expected: Option<u32>,
}

#[derive(Clone, Copy)]
enum State {
    Header,
    Deflated,
    Stored(u64),
    Descriptor,
    Done,
}

impl<'a> Zip<'a> {
    pub(super) fn new(input: Input<'a>) -> Self {
        Self {
            input,
            inflate: Decompress::new(false),
            state: State::Header,
            crc: Crc::new(),
            expected: None,
        }
    }

    /// Reads a local file header; what is none ends the entries.
    fn header(&mut self) -> io::Result<State> {
        if self.input.peek(4)? != MAGIC {
            return Ok(State::Done);
        }
        let header = self.input.array::<30>()?.ok_or_else(|| damaged("zip header ends early"))?;
        let short = |at: usize| u16::from_le_bytes([header[at], header[at + 1]]);
        let long = |at: usize| u64::from(short(at)) | u64::from(short(at + 2)) << 16;
        let (flags, method) = (short(6), short(8));
        for _ in 0..usize::from(short(26)) + usize::from(short(28)) {
            self.input.array::<1>()?.ok_or_else(|| damaged("zip header ends early"))?;
        }
        let descriptor = flags & 0x08 != 0;
        self.expected = (!descriptor).then_some(header_crc(&header));
        self.crc.reset();
        self.inflate.reset(false);
        match method {
            _ if flags & 0x01 != 0 => Err(damaged("the zip entry is encrypted")),
            8 => Ok(State::Deflated),
            0 if !descriptor && long(18) != 0xffff_ffff => Ok(State::Stored(long(18))),
            _ => Err(damaged(format!("zip method {method} cannot be read as a stream"))),
        }
    }

    fn deflated(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let step = deflate::step(&mut self.inflate, &mut self.input, out)?;
        self.crc.update(&out[..step.written]);
        match step.outcome {
            Outcome::End => self.state = State::Descriptor,
            // A damaged decoder stays damaged: the error comes again when these bytes are out.
            _ if step.written > 0 => {}
            Outcome::Going => {}
            Outcome::Cut => return Err(damaged("zip entry ends early")),
            Outcome::Damaged(what) => return Err(damaged(format!("zip entry is damaged: {what}"))),
        }
        Ok(step.written)
    }

    fn stored(&mut self, left: u64, out: &mut [u8]) -> io::Result<usize> {
        if left == 0 {
            self.state = State::Descriptor;
            return Ok(0);
        }
        let most = out.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let read = self.input.read(&mut out[..most])?;
        if read == 0 {
            return Err(damaged("zip entry ends early"));
        }
        self.crc.update(&out[..read]);
        self.state = State::Stored(left - read as u64);
        Ok(read)
    }

    /// Checks the entry's checksum, wherever it stands. The signature of a descriptor is optional, its sizes have four or
    /// eight bytes each.
    fn descriptor(&mut self) -> io::Result<State> {
        let expected = match self.expected.take() {
            Some(expected) => expected,
            None => {
                let signed = self.input.peek(4)? == b"PK\x07\x08";
                self.input.skip(if signed { 4 } else { 0 });
                let crc =
                    self.input.array::<4>()?.ok_or_else(|| damaged("zip entry ends early"))?;
                let wide = self.input.peek(12)?.get(8..10) != Some(b"PK");
                for _ in 0..if wide { 16 } else { 8 } {
                    self.input.array::<1>()?.ok_or_else(|| damaged("zip entry ends early"))?;
                }
                u32::from_le_bytes(crc)
            }
        };
        if expected != self.crc.sum() {
            return Err(damaged("zip entry is damaged: its checksum differs"));
        }
        Ok(State::Header)
    }
}

fn header_crc(header: &[u8; 30]) -> u32 {
    u32::from_le_bytes([header[14], header[15], header[16], header[17]])
}

impl Read for Zip<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            let step = match self.state {
                State::Header => self.header().map(|next| (next, 0)),
                State::Deflated => self.deflated(out).map(|written| (self.state, written)),
                State::Stored(left) => self.stored(left, out).map(|written| (self.state, written)),
                State::Descriptor => self.descriptor().map(|next| (next, 0)),
                State::Done => return Ok(0),
            };
            let failed = step.is_err();
            let (next, written) = step.inspect_err(|_| self.state = State::Done)?;
            if !failed {
                self.state = next;
            }
            if written > 0 {
                return Ok(written);
            }
        }
    }
}

//! Bytes that were read but not yet used: every format peeks at headers, and reads in pieces of its own size.
//!
//! In: a reader. Out: its bytes, some of them before they are taken. It refuses to know formats.

use std::io::{self, Read};

use super::{Damaged, damaged};
use crate::model::problem::Unreadable;

/// Bytes read at a time.
const BUFFER: usize = 64 << 10;

/// A reader with a buffer in front.
pub(super) struct Input<'a> {
    source: Box<dyn Read + 'a>,
    buffer: Vec<u8>,
    at: usize,
    filled: usize,
    /// What the source failed with behind the bytes that are buffered.
    pending: Option<io::Error>,
    /// What it failed with, for formats whose own errors hide it.
    failed: Option<io::Error>,
}

impl<'a> Input<'a> {
    pub(super) fn new(source: Box<dyn Read + 'a>) -> Self {
        Self { source, buffer: vec![0; BUFFER], at: 0, filled: 0, pending: None, failed: None }
    }

    /// The next `count` bytes, or fewer at the end. `count` is at most the size of the buffer.
    pub(super) fn peek(&mut self, count: usize) -> io::Result<&[u8]> {
        if self.filled - self.at < count {
            self.buffer.copy_within(self.at..self.filled, 0);
            self.filled -= self.at;
            self.at = 0;
            while self.filled < count && self.pending.is_none() {
                match self.source.read(&mut self.buffer[self.filled..]) {
                    Ok(0) => break,
                    Ok(read) => self.filled += read,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => self.pending = Some(error),
                }
            }
        }
        if self.filled == self.at
            && let Some(error) = self.pending.take()
        {
            return Err(error);
        }
        let end = self.filled.min(self.at + count);
        Ok(&self.buffer[self.at..end])
    }

    /// All bytes that are buffered, at least one unless the source is at its end.
    pub(super) fn available(&mut self) -> io::Result<&[u8]> {
        self.peek(1)?;
        Ok(&self.buffer[self.at..self.filled])
    }

    /// Drops bytes that were peeked at.
    pub(super) fn skip(&mut self, count: usize) {
        self.at += count;
    }

    /// The next `N` bytes, `None` where the source ends before.
    pub(super) fn array<const N: usize>(&mut self) -> io::Result<Option<[u8; N]>> {
        let taken = self.peek(N)?.first_chunk().copied();
        self.at += if taken.is_some() { N } else { 0 };
        Ok(taken)
    }

    /// Fills `bytes`; whether there were enough.
    pub(super) fn take_into(&mut self, mut bytes: &mut [u8]) -> io::Result<bool> {
        while !bytes.is_empty() {
            let available = self.available()?;
            let count = available.len().min(bytes.len());
            if count == 0 {
                return Ok(false);
            }
            let (now, later) = bytes.split_at_mut(count);
            now.copy_from_slice(&available[..count]);
            self.skip(count);
            bytes = later;
        }
        Ok(true)
    }

    /// The source's own error, where a read failed with it.
    pub(super) fn take_failure(&mut self) -> Option<io::Error> {
        self.failed.take()
    }
}

impl Read for Input<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let buffered = self.filled - self.at;
        if buffered > 0 {
            let count = buffered.min(out.len());
            out[..count].copy_from_slice(&self.buffer[self.at..self.at + count]);
            self.at += count;
            return Ok(count);
        }
        let read = match self.pending.take() {
            Some(error) => Err(error),
            None => self.source.read(out),
        };
        read.inspect_err(|error| self.failed = Some(copy(error)))
    }
}

/// The same error once more.
fn copy(error: &io::Error) -> io::Error {
    if let Some(unreadable) = Unreadable::behind(error) {
        return io::Error::other(unreadable.clone());
    }
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Damaged>()) {
        Some(Damaged(message)) => damaged(message.as_str()),
        None => io::Error::new(error.kind(), error.to_string()),
    }
}

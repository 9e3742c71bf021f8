//! Every line a record, whatever it holds, as `_bulk` sees it.
//!
//! In: inflated bytes. Out: each line without its line feed and the carriage return before it (`BulkRequestParser` cuts both),
//! empty ones too; bytes after the last line feed are a line if there are any. So the ordinal of a record is the number of its
//! line. It refuses to know JSON. Memory is bounded by the limit on records.

use std::io::Read;
use std::ops::ControlFlow;

use super::inflate::{Broken, blame};
use crate::model::limits::Limits;
use crate::model::problem::ProblemKind;

/// What stands between two line feeds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line<'a> {
    /// One record.
    Record {
        /// The number of the line, from 1.
        record: u64,
        /// Offset of its first byte in the inflated bytes.
        byte_offset: u64,
        /// The line.
        bytes: &'a [u8],
    },
    /// Bytes that were not read as a line.
    Lost {
        /// Offset of the first of them.
        byte_offset: u64,
        /// Their number.
        byte_length: u64,
        /// Why, in kind and words.
        why: Broken,
    },
}

/// What one object held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineSums {
    /// Lines that were given out as records.
    pub records: u64,
    /// Inflated bytes.
    pub bytes: u64,
}

/// Gives each line to `each`, which may stop the reading.
pub fn read(
    limits: &Limits,
    source: &mut dyn Read,
    each: &mut dyn FnMut(Line<'_>) -> ControlFlow<()>,
) -> LineSums {
    let mut reader = Reader { held: Vec::new(), offset: 0, too_long: 0, sums: LineSums::default() };
    let mut chunk = vec![0; limits.chunk_bytes.max(1)];
    loop {
        let left = limits.inflated_bytes.saturating_sub(reader.sums.bytes);
        let read = match source.read(&mut chunk) {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Ok(0) => {
                let _ = reader.end(limits, each);
                return reader.sums;
            }
            Ok(read) if read as u64 > left => Err(Broken::inflate_limit(limits.inflated_bytes)),
            Ok(read) => Ok(read),
            Err(error) => Err(blame(&error)),
        };
        let flow = match read {
            Ok(read) => reader.take(&chunk[..read], limits, each),
            Err(why) => reader.broken(why, each),
        };
        if flow.is_break() {
            return reader.sums;
        }
    }
}

struct Reader {
    /// The line so far, up to the limit.
    held: Vec<u8>,
    /// Offset of the first byte of `held`.
    offset: u64,
    /// Bytes of the line beyond the limit.
    too_long: u64,
    sums: LineSums,
}

impl Reader {
    fn take(
        &mut self,
        chunk: &[u8],
        limits: &Limits,
        each: &mut dyn FnMut(Line<'_>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let mut rest = chunk;
        while let Some(at) = memchr::memchr(b'\n', rest) {
            self.hold(&rest[..at], limits);
            self.sums.bytes += 1;
            self.line(limits, each)?;
            rest = &rest[at + 1..];
        }
        self.hold(rest, limits);
        ControlFlow::Continue(())
    }

    fn hold(&mut self, bytes: &[u8], limits: &Limits) {
        let room = limits.record_bytes.saturating_sub(self.held.len()).min(bytes.len());
        self.held.extend_from_slice(&bytes[..room]);
        self.too_long += (bytes.len() - room) as u64;
        self.sums.bytes += bytes.len() as u64;
    }

    /// The line is complete.
    fn line(
        &mut self,
        limits: &Limits,
        each: &mut dyn FnMut(Line<'_>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let flow = if self.too_long > 0 {
            let message = format!("a line is longer than {} bytes", limits.record_bytes);
            let why = Broken { kind: ProblemKind::RecordTooLong, message };
            let byte_length = self.held.len() as u64 + self.too_long;
            each(Line::Lost { byte_offset: self.offset, byte_length, why })
        } else {
            self.sums.records += 1;
            let bytes = self.held.strip_suffix(b"\r").unwrap_or(&self.held);
            each(Line::Record { record: self.sums.records, byte_offset: self.offset, bytes })
        };
        self.held.clear();
        self.too_long = 0;
        self.offset = self.sums.bytes;
        flow
    }

    fn end(
        &mut self,
        limits: &Limits,
        each: &mut dyn FnMut(Line<'_>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        if self.held.is_empty() { ControlFlow::Continue(()) } else { self.line(limits, each) }
    }

    /// Nothing more can be read; what was held is the beginning of a line whose end nobody knows.
    fn broken(
        &mut self,
        why: Broken,
        each: &mut dyn FnMut(Line<'_>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let byte_length = self.held.len() as u64 + self.too_long;
        let _ = each(Line::Lost { byte_offset: self.offset, byte_length, why });
        ControlFlow::Break(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], chunk_bytes: usize, expected: &[(u64, u64, &[u8])]) {
        let limits = Limits { chunk_bytes, record_bytes: 8, ..Limits::default() };
        let mut found = Vec::new();
        read(&limits, &mut &*bytes, &mut |line| {
            found.push(match line {
                Line::Record { record, byte_offset, bytes } => {
                    (record, byte_offset, bytes.to_vec())
                }
                Line::Lost { byte_offset, byte_length, .. } => {
                    (0, byte_offset, byte_length.to_string().into_bytes())
                }
            });
            ControlFlow::Continue(())
        });
        let found: Vec<_> = found.iter().map(|(n, at, bytes)| (*n, *at, &**bytes)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn lines_are_records_whatever_they_hold() {
        for chunk in [1, 3, 100] {
            check(b"{}\r\n\nx{", chunk, &[(1, 0, b"{}"), (2, 4, b""), (3, 5, b"x{")]);
            check(b"", chunk, &[]);
            check(b"a\n", chunk, &[(1, 0, b"a")]);
        }
    }

    #[test]
    fn a_line_beyond_the_limit_is_lost_and_the_next_one_counts() {
        for chunk in [1, 5, 100] {
            check(b"123456789\nb\n", chunk, &[(0, 0, b"9"), (1, 10, b"b")]);
        }
    }
}

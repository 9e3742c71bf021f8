//! One step of inflating deflated bytes (RFC 1951), which gzip and zip share.
//!
//! In: an input and a decoder. Out: what came of it. It refuses to know headers and checksums.

use std::io;

use flate2::{Decompress, FlushDecompress, Status};

use super::input::Input;

/// What came of a step.
pub(super) struct Step {
    /// Bytes that were written.
    pub(super) written: usize,
    /// What happened.
    pub(super) outcome: Outcome,
}

/// What happened in a step.
pub(super) enum Outcome {
    /// There is more to come.
    Going,
    /// The deflated data ends here.
    End,
    /// The input ends first.
    Cut,
    /// The data is damaged, in words.
    Damaged(String),
}

/// Inflates until something is written, or nothing more can be. An error is the source's.
pub(super) fn step(
    inflate: &mut Decompress,
    input: &mut Input<'_>,
    out: &mut [u8],
) -> io::Result<Step> {
    loop {
        let available = input.available()?;
        let ended = available.is_empty();
        let (before_in, before_out) = (inflate.total_in(), inflate.total_out());
        let status = inflate.decompress(available, out, FlushDecompress::None);
        let read = length(inflate.total_in() - before_in);
        let written = length(inflate.total_out() - before_out);
        input.skip(read);
        let outcome = match status {
            Ok(Status::StreamEnd) => Outcome::End,
            Ok(_) if written > 0 => Outcome::Going,
            Ok(_) if ended => Outcome::Cut,
            Ok(_) => continue,
            Err(error) => Outcome::Damaged(error.to_string()),
        };
        return Ok(Step { written, outcome });
    }
}

fn length(bytes: u64) -> usize {
    usize::try_from(bytes).expect("no more than the buffers hold")
}

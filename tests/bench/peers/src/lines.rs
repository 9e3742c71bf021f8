//! A file in blocks of whole lines, so that no baseline pays for a buffer of the file's size.

use std::io::Read;

use crate::Result;

const BLOCK: usize = 1 << 20;

/// Calls `each` with blocks that end at a newline or at the end of the file.
pub fn blocks(mut file: impl Read, mut each: impl FnMut(&mut [u8]) -> Result<()>) -> Result<()> {
    let mut buffer = vec![0; BLOCK];
    let mut filled = 0;
    loop {
        if filled == buffer.len() {
            buffer.resize(filled * 2, 0); // one line is longer than the buffer
        }
        let read = file.read(&mut buffer[filled..])?;
        let known = filled + read;
        let newline = memchr::memrchr(b'\n', &buffer[filled..known]).map(|at| filled + at + 1);
        let whole = if read == 0 { known } else { newline.unwrap_or(0) };
        each(&mut buffer[..whole])?;
        if read == 0 {
            return Ok(());
        }
        buffer.copy_within(whole..known, 0);
        filled = known - whole;
    }
}

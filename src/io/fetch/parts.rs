//! A large file of plain lines in parts, so that several readers can share it.
//!
//! In: a file's entry. Out: entries of its parts, cut behind line feeds, in order; the entry alone where it is not worth it or
//! where line feeds are too far apart. Refuses to know whether a line feed ends a record: whoever reads the parts finds out.

#![expect(clippy::disallowed_methods, reason = "the world is read here")]

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use crate::io::listing::{Entry, FilePart, Location};

/// Bytes of a part. Each costs sums of its own until the file is read.
const PART: u64 = 32 << 20;
/// Parts of one file, so that their sums stay within bounds.
const PARTS: u64 = 64;
/// Bytes in which a line feed must turn up.
const LINE: u64 = 1 << 20;
/// Bytes that tell a format, see [`is_plain`](crate::record::inflate::is_plain).
const HEAD: u64 = 16;

/// The parts of a file that `is_plain` says is not compressed, given the file's first bytes.
pub fn cut(entry: &Entry, is_plain: &dyn Fn(&[u8]) -> bool) -> Vec<Entry> {
    let size = entry.found.size.unwrap_or_default();
    let Location::File(path) = &entry.location else { return vec![entry.clone()] };
    if size < 2 * PART {
        return vec![entry.clone()];
    }
    // A file that cannot be read now is read whole, and then says what is wrong.
    let places = places(path, size, is_plain).unwrap_or_default();
    if places.is_empty() {
        return vec![entry.clone()];
    }
    let ends = places.iter().copied().chain([size]);
    let starts = [0].into_iter().chain(places.iter().copied());
    let part = |(number, (from, to))| {
        let part = FilePart { number, of: places.len() + 1, from, to };
        let location = Location::FilePart { path: path.clone(), part };
        Entry { found: entry.found.clone(), location }
    };
    starts.zip(ends).enumerate().map(part).collect()
}

/// Where parts begin, but for the first. The last one goes on to the end, even if the file has grown since it was listed.
fn places(path: &Path, size: u64, is_plain: &dyn Fn(&[u8]) -> bool) -> io::Result<Vec<u64>> {
    let mut file = File::open(path)?;
    let mut bytes = Vec::new();
    file.by_ref().take(HEAD).read_to_end(&mut bytes)?;
    if !is_plain(&bytes) {
        return Ok(Vec::new());
    }
    let step = PART.max(size.div_ceil(PARTS));
    let mut places = Vec::new();
    for nominal in (step..size - PART / 2).step_by(usize::try_from(step).unwrap_or(usize::MAX)) {
        bytes.clear();
        file.seek(SeekFrom::Start(nominal))?;
        file.by_ref().take(LINE).read_to_end(&mut bytes)?;
        let Some(line) = memchr::memchr(b'\n', &bytes) else { return Ok(Vec::new()) };
        places.push(nominal + line as u64 + 1);
    }
    Ok(places)
}

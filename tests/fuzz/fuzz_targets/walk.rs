//! Chunks leave no trace, whatever the bytes and however small the limits; every record is one.

#![no_main]

use std::io::Read;
use std::ops::ControlFlow;

use libfuzzer_sys::fuzz_target;
use mapdrift::model::limits::Limits;
use mapdrift::model::profile::Profile;
use mapdrift::profile::{Seen, Walk};
use mapdrift::record::{Cursor, Hint, Token};

/// Hands out a few bytes at a time.
struct Dribble<'a>(&'a [u8], usize);

impl Read for Dribble<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let count = self.1.min(out.len());
        self.0.take(count as u64).read(out).inspect(|read| self.0 = &self.0[*read..])
    }
}

fn walk(bytes: &[u8], limits: &Limits) -> (Vec<String>, Profile) {
    let mut walk = Walk::new(limits);
    let mut told = Vec::new();
    let mut next = 0;
    let mut body = Dribble(bytes, limits.chunk_bytes);
    let sums = walk.object(0, "k", &Hint::default(), &mut body, &mut |seen| {
        let place = match &seen {
            Seen::Record { sighting, bytes, .. } => {
                assert!(is_one_object(bytes, limits.depth));
                Some((sighting.byte_offset, sighting.byte_length))
            }
            Seen::Bounded { sighting, .. } => Some((sighting.byte_offset, sighting.byte_length)),
            Seen::Problem(problem) => problem.byte_offset.zip(problem.byte_length),
        };
        if let Some((offset, length)) = place {
            assert!(offset >= next, "stretches do not overlap");
            next = offset + length;
        }
        told.push(format!("{seen:?}"));
        ControlFlow::Continue(())
    });
    assert!(next <= sums.bytes);
    (told, walk.into_profile())
}

fn is_one_object(bytes: &[u8], depth: usize) -> bool {
    let mut cursor = Cursor::with_depth(bytes, depth);
    loop {
        match cursor.next() {
            Ok(Token::End) => return true,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Some((first, bytes)) = bytes.split_first() else { return };
    let small = Limits { record_bytes: 64, depth: 3, paths: 3, shapes: 2, ..Limits::default() };
    let limits = if first & 1 == 0 { Limits::default() } else { small };
    let chunk = |chunk_bytes: usize| walk(bytes, &Limits { chunk_bytes, ..limits.clone() });
    let whole = chunk(256 << 10);
    assert_eq!(chunk(1 + usize::from(first >> 1)), whole);
});

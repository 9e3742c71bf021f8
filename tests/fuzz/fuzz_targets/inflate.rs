//! Whatever claims to be compressed inflates within its limits or is refused; nothing panics, and chunks leave no trace.

#![no_main]

use std::ops::ControlFlow;

use libfuzzer_sys::fuzz_target;
use mapdrift::model::limits::Limits;
use mapdrift::model::profile::Profile;
use mapdrift::profile::Walk;
use mapdrift::record::Hint;

fn profile(bytes: &[u8], hint: &Hint, chunk: usize) -> (u64, u64, Profile) {
    let limits = Limits { inflated_bytes: 1 << 20, chunk_bytes: chunk, ..Limits::default() };
    let mut walk = Walk::new(&limits);
    let mut body = bytes;
    let sums = walk.object(0, "k.snappy", hint, &mut body, &mut |_| ControlFlow::Continue(()));
    assert!(sums.bytes <= limits.inflated_bytes);
    (sums.records, sums.bytes, walk.into_profile())
}

fuzz_target!(|bytes: &[u8]| {
    let Some((first, bytes)) = bytes.split_first() else { return };
    let encodings = [None, Some("gzip"), Some("hadoop-snappy")];
    let content_encoding = encodings[usize::from(*first) % 3].map(str::to_owned);
    let hint = Hint { content_encoding };
    assert_eq!(profile(bytes, &hint, 256 << 10), profile(bytes, &hint, 5));
});

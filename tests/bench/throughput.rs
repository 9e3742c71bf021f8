//! How fast mapdrift's own walk is on one core: every set, every form, and whether each gave the answer of the manifest.
//!
//! In: the size of the two main sets. Out: a table. The sets are made in memory; a form is walked in rounds with the others,
//! so that a slow minute of the machine hits all of them. A wrong answer ends the run.

use std::io::Write as _;
use std::ops::ControlFlow;
use std::time::Instant;

use flate2::Compression;
use flate2::write::GzEncoder;
use mapdrift::model::limits::Limits;
use mapdrift::profile::{Seen, Walk};
use mapdrift::record::Hint;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::generator::{Last, Set, generate, text};
use super::summary::{expected, summary};

const ROUNDS: usize = 5;
const OBJECT_BYTES: usize = 5 << 20;

/// Walks all sets and prints the table.
pub(crate) fn run(bytes: u64) -> Result<(), String> {
    println!("| set | form | plain MB | MB/s median (min–max) | digest |\n|---|---|---|---|---|");
    for set in Set::ALL {
        let bytes =
            if matches!(set, Set::Clicks | Set::Gh) { bytes } else { bytes.min(20_000_000) };
        measure(set, bytes)?;
    }
    Ok(())
}

/// One form of a set: the objects as stored.
struct Stored {
    form: &'static str,
    objects: Vec<Vec<u8>>,
    seconds: Vec<f64>,
}

fn measure(set: Set, bytes: u64) -> Result<(), String> {
    let (manifest, mut forms) = make(set, bytes);
    let right = digest(&expected(&manifest));
    for _ in 0..ROUNDS {
        for stored in &mut forms {
            let begin = Instant::now();
            let answer = walk(&stored.objects)?;
            stored.seconds.push(begin.elapsed().as_secs_f64());
            let got = digest(&answer);
            if got != right {
                return Err(format!("{} {}: digest {got}, not {right}", set.name(), stored.form));
            }
        }
    }
    let megabytes = manifest["bytes"]["concatenated"].as_f64().unwrap_or_default() / 1e6;
    for stored in &mut forms {
        stored.seconds.sort_by(f64::total_cmp);
        let speed = |i: usize| megabytes / stored.seconds[i];
        let (slow, middle, fast) = (speed(ROUNDS - 1), speed(ROUNDS / 2), speed(0));
        let (set, form) = (set.name(), stored.form);
        println!(
            "| {set} | {form} | {megabytes:.0} | {middle:.0} ({slow:.0}–{fast:.0}) | {right} |"
        );
    }
    Ok(())
}

fn make(set: Set, bytes: u64) -> (Value, Vec<Stored>) {
    let (mut concatenated, mut lines) = (Vec::new(), Vec::new());
    let mut objects = vec![Vec::new()];
    let manifest = generate(set, bytes, Last::Ordinary, |record| {
        concatenated.extend_from_slice(record);
        lines.extend_from_slice(record);
        lines.push(b'\n');
        if objects.last().is_some_and(|object| object.len() >= OBJECT_BYTES) {
            objects.push(Vec::new());
        }
        let last = objects.last_mut().expect("there is always one");
        last.extend_from_slice(record);
    });
    let objects = objects.iter().map(|object| gzip(object)).collect();
    let whole = vec![gzip(&lines)];
    let stored = |form, objects| Stored { form, objects, seconds: Vec::new() };
    let forms = vec![
        stored("concatenated", vec![concatenated]),
        stored("ndjson", vec![lines]),
        stored("gzip objects", objects),
        stored("one gzip", whole),
    ];
    (manifest, forms)
}

fn walk(objects: &[Vec<u8>]) -> Result<Value, String> {
    let mut walk = Walk::new(&Limits::default());
    let mut strange = None;
    for (rank, object) in (0..).zip(objects) {
        walk.object(rank, "set", &Hint::default(), &mut object.as_slice(), &mut |seen| {
            if !matches!(seen, Seen::Record { .. }) {
                strange = Some(format!("{seen:?}"));
            }
            ControlFlow::Continue(())
        });
    }
    match strange {
        Some(seen) => Err(format!("not a record: {seen}")),
        None => Ok(summary(&walk.into_profile())),
    }
}

/// The first 12 digits of the SHA-256 of an answer as text.
pub(crate) fn digest(answer: &Value) -> String {
    let hash = Sha256::digest(text(answer).as_bytes());
    hash.iter().take(6).map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(6));
    encoder.write_all(plain).and_then(|()| encoder.finish()).expect("memory takes all")
}

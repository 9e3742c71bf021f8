//! Rust peers and baselines as one program, each as a whole process on one thread.
//!
//! ```text
//! peers ignored FILE.ndjson    serde_json IgnoredAny: parse and throw away (G7)
//! peers tape FILE.ndjson       simd-json tape, presence and kind counts per path (G13, G14)
//! peers arrow FILE.ndjson      arrow-json infer_json_schema over all records
//! peers inflate FILE.gz...     libdeflate alone, one buffer per object (G8)
//! ```
//!
//! In: files. Out: one line that says what was read, and for `tape` and `arrow` the fields, so that the caller can look for
//! the sentinel. It exits with 1 where a record cannot be read.

mod lines;
mod tape;

use std::fs::File;
use std::io::{BufReader, Write as _};

use serde::de::IgnoredAny;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [command, files @ ..] = words.as_slice() else { return Err("which peer?".into()) };
    let report = match command.as_str() {
        "ignored" => ignored(&files[0])?,
        "tape" => tape::report(&files[0])?,
        "arrow" => arrow(&files[0])?,
        "inflate" => inflate(files)?,
        other => return Err(format!("{other} is no peer").into()),
    };
    Ok(std::io::stdout().write_all(report.as_bytes())?)
}

/// Each block of whole lines is one stream of values, as `serde_json` reads fastest: from memory, strings not copied.
fn ignored(path: &str) -> Result<String> {
    let mut records = 0_u64;
    lines::blocks(File::open(path)?, |block| {
        for value in serde_json::Deserializer::from_slice(block).into_iter::<IgnoredAny>() {
            value?;
            records += 1;
        }
        Ok(())
    })?;
    Ok(format!("records {records}\n"))
}

fn arrow(path: &str) -> Result<String> {
    let file = BufReader::with_capacity(1 << 20, File::open(path)?);
    let (schema, records) = if path.ends_with(".gz") {
        let inflated = BufReader::with_capacity(1 << 18, flate2::read::MultiGzDecoder::new(file));
        arrow_json::reader::infer_json_schema(inflated, None)?
    } else {
        arrow_json::reader::infer_json_schema(file, None)?
    };
    Ok(format!("records {records}\n{schema:#?}\n"))
}

fn inflate(paths: &[String]) -> Result<String> {
    let mut decompressor = libdeflater::Decompressor::new();
    let mut plain = Vec::new();
    let mut bytes = 0_u64;
    for path in paths {
        let packed = std::fs::read(path)?;
        let length = packed.last_chunk::<4>().ok_or("an empty file")?; // ISIZE, RFC 1952 §2.3.1
        plain.resize(u32::from_le_bytes(*length) as usize, 0);
        bytes += decompressor.gzip_decompress(&packed, &mut plain)? as u64;
    }
    Ok(format!("bytes {bytes}\n"))
}

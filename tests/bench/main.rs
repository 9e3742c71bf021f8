//! The benchmark program: makes the data, and measures mapdrift's own walk on it.
//!
//! ```text
//! cargo bench --bench bench                                    throughput of every set and form, 100 MB each
//! cargo bench --bench bench -- throughput 1GB                  ... another size
//! cargo bench --bench bench -- generate clicks 1GB DIR [--sentinel] [--forms concatenated,ndjson]
//! cargo bench --bench bench -- walk PATH...                    one walk; the fields it saw
//! cargo bench --bench bench -- replica 100MB es-6.5.4...   the replica on click records beside the real engine through _bulk
//! cargo bench --bench bench -- passes 3MB es-6.5.4         the replica alone, for a profiler
//! cargo bench --bench bench -- store DIR                       a real S3 server; the folders of DIR are its buckets
//! cargo bench --bench bench -- files DIR                       a stand-in that serves the files of a folder at little cost
//! cargo bench --bench bench -- listing 1000000                 a stand-in for a store with so many objects
//! ```
//!
//! `README.md` beside this file says how to run everything, and what was measured.
#![expect(clippy::disallowed_methods, reason = "a benchmark writes files and reads the clock")]
#![expect(clippy::print_stdout, reason = "its output is for a person or a script")]

#[path = "forms.rs"]
mod forms;
#[path = "generator.rs"]
mod generator;
#[path = "stores.rs"]
mod stores;
#[path = "../it/support/store.rs"]
#[expect(dead_code, clippy::unwrap_used, reason = "tests use more of it, and fail there")]
mod store;
#[path = "replica.rs"]
mod replica;
#[path = "summary.rs"]
mod summary;
/// What tests have: real engines, and one request to them.
#[expect(dead_code, clippy::unwrap_used, reason = "tests use more of it, and fail there")]
#[path = "../it/support"]
mod support {
    pub(crate) mod engine;
    pub(crate) mod http;
}
#[path = "throughput.rs"]
mod throughput;

use std::fmt::Write as _;
use std::fs::File;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use forms::Form;
use generator::{Last, Set};
use mapdrift::model::limits::Limits;
use mapdrift::profile::{Seen, Walk};
use mapdrift::record::Hint;

fn main() -> Result<(), String> {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    words.retain(|word| word != "--bench"); // cargo bench adds it
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["generate", set, bytes, folder, options @ ..] => {
            generate(named(set)?, size(bytes)?, Path::new(folder), options)
        }
        [] => throughput::run(100_000_000),
        ["throughput", bytes] => throughput::run(size(bytes)?),
        ["walk", files @ ..] => walk(files),
        ["replica", bytes, engines @ ..] => replica::run(size(bytes)?, engines),
        ["passes", bytes, engine] => replica::passes(size(bytes)?, engine),
        ["store", folder] => stores::store(Path::new(folder)),
        ["files", folder] => stores::files(Path::new(folder)),
        ["listing", objects] => stores::listing(size(objects)?),
        _ => Err("usage: generate SET SIZE DIR [--sentinel] [--forms LIST] | walk PATH... | throughput SIZE | replica SIZE ENGINE... | passes SIZE ENGINE | store DIR | files DIR | listing NUMBER".into()),
    }
}

fn generate(set: Set, bytes: u64, folder: &Path, options: &[&str]) -> Result<(), String> {
    let last = if options.contains(&"--sentinel") { Last::Sentinel } else { Last::Ordinary };
    let forms = match options.iter().skip_while(|&&word| word != "--forms").nth(1) {
        Some(names) => names.split(',').map(Form::named).collect::<Result<Vec<_>, _>>()?,
        None => Form::ALL.to_vec(),
    };
    let folder = folder.join(set.name());
    forms::write(set, bytes, last, &forms, &folder)
        .map_err(|error| format!("{}: {error}", folder.display()))?;
    println!("{}", folder.display());
    Ok(())
}

/// One walk, on one thread, over files in the order given and folders by name: what the instruction gate counts as long as
/// it is all there is.
fn walk(paths: &[&str]) -> Result<(), String> {
    let mut walk = Walk::new(&Limits::default());
    let mut files = Vec::new();
    for path in paths {
        files.extend(inside(Path::new(path)).map_err(|error| format!("{path}: {error}"))?);
    }
    for (rank, file) in (0..).zip(files) {
        let key = file.to_string_lossy();
        let mut body = File::open(&file).map_err(|error| format!("{key}: {error}"))?;
        let mut go_on = |_: Seen<'_>| ControlFlow::Continue(());
        walk.object(rank, &key, &Hint::default(), &mut body, &mut go_on);
    }
    let profile = walk.into_profile();
    let mut listed = format!("records {}\n", profile.records);
    for (path, sums) in &profile.fields {
        writeln!(listed, "{path} {}", sums.present).expect("a string takes all");
    }
    print!("{listed}");
    Ok(())
}

fn inside(path: &Path) -> std::io::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = path.read_dir()?.map(|entry| entry.map(|entry| entry.path()));
    let mut files = entries.collect::<std::io::Result<Vec<_>>>()?;
    files.sort();
    Ok(files)
}

fn named(name: &str) -> Result<Set, String> {
    let all = Set::ALL.map(Set::name).join(" ");
    let found = Set::ALL.into_iter().find(|set| set.name() == name);
    found.ok_or_else(|| format!("{name} is no set; there are {all}"))
}

/// Bytes from `3MB`, `1GB` (powers of ten) or a plain number.
fn size(text: &str) -> Result<u64, String> {
    let (digits, unit) = match (text.strip_suffix("MB"), text.strip_suffix("GB")) {
        (Some(digits), _) => (digits, 1_000_000),
        (_, Some(digits)) => (digits, 1_000_000_000),
        _ => (text, 1),
    };
    let number: u64 =
        digits.parse().map_err(|_| format!("{text} is no size, such as 3MB or 1GB"))?;
    Ok(number * unit)
}

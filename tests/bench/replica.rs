//! How fast the replica is on one core, and `mapdrift replay` on all, beside the engine that they replicate: click records.
//!
//! In: a size and the names of engines. Out: a table. The replica takes the records once, which settles its mapping, and then
//! in rounds that are timed; `mapdrift replay` reads them from files of 5 MB, as a whole process; the real engine, started as
//! tests start it, takes them twice through `_bulk`, and the second time counts. A time counts only where all refuse the same
//! number of records and hold the same mapping.

use std::time::Instant;

use mapdrift::engine::{Index, Settings};
use mapdrift::mapping;
use mapdrift::model::engine::Engine as Version;
use mapdrift::model::fate::Fate;
use mapdrift::model::mapping::Mapping;
use serde_json::{Value, json};

use super::generator::{Last, Set, generate};
use super::support::engine::Engine;
use super::support::http::{call, call_with};

const ROUNDS: usize = 5;
/// Bytes of one `_bulk` request.
const REQUEST: usize = 5_000_000;

/// Measures each engine and prints the table.
pub(crate) fn run(bytes: u64, engines: &[&str]) -> Result<(), String> {
    let records = records(bytes);
    println!(
        "| engine | MB | replica MB/s median (min–max) | `replay` MB/s median (min–max) | _bulk MB/s | ratio | refused |\n|---|---|---|---|---|---|---|"
    );
    for name in engines {
        let (index, refused, speeds) = measure(name, &records)?;
        let (found, program) = program(name, &records)?;
        let real = Real::start(name);
        real.index(&records);
        let begin = Instant::now();
        let real_refused = real.index(&records);
        let speed = megabytes(&records) / begin.elapsed().as_secs_f64();
        let mapping = real.mapping();
        if (real_refused, &mapping) != (refused, &mapping::write_body(index.mapping()))
            || (real_refused, &mapping) != (found.0, &found.1)
        {
            return Err(format!(
                "{name} refuses {real_refused}, the replica {refused}; or the mappings differ"
            ));
        }
        let ratio = |speeds: &[f64]| speeds[ROUNDS / 2] / speed;
        println!(
            "| {name} | {:.0} | {} | {} | {speed:.1} | {:.0}, {:.0} | {refused} |",
            megabytes(&records),
            shown(&speeds),
            shown(&program),
            ratio(&speeds),
            ratio(&program)
        );
    }
    Ok(())
}

/// Two passes without a clock, the first of which settles the mapping: what a profiler counts.
pub(crate) fn passes(bytes: u64, name: &str) -> Result<(), String> {
    let records = records(bytes);
    let mut index = index(name)?;
    pass(&mut index, &records);
    println!("refused {}", pass(&mut index, &records));
    Ok(())
}

fn records(bytes: u64) -> Vec<Vec<u8>> {
    let mut records = Vec::new();
    generate(Set::Clicks, bytes, Last::Ordinary, |record| records.push(record.to_vec()));
    records
}

fn megabytes(records: &[Vec<u8>]) -> f64 {
    let bytes: usize = records.iter().map(Vec::len).sum();
    #[expect(clippy::cast_precision_loss, reason = "for show")]
    let bytes = bytes as f64;
    bytes / 1e6
}

fn index(name: &str) -> Result<Index, String> {
    let version = Version::parse(&name.replacen('-', ":", 1));
    let version = version.ok_or_else(|| format!("{name} is no engine, such as es-6.5.4"))?;
    Index::new(version, Mapping::default(), Settings::default()).map_err(|error| error.to_string())
}

/// The number of records that are refused.
fn pass(index: &mut Index, records: &[Vec<u8>]) -> usize {
    records.iter().filter(|record| matches!(index.index(record).fate, Fate::Rejected(_))).count()
}

/// Speeds of rounds on a settled mapping, the slowest first.
fn measure(name: &str, records: &[Vec<u8>]) -> Result<(Index, usize, Vec<f64>), String> {
    let mut index = index(name)?;
    pass(&mut index, records);
    let (mut speeds, mut refused) = (Vec::new(), 0);
    for _ in 0..ROUNDS {
        let begin = Instant::now();
        refused = pass(&mut index, records);
        speeds.push(megabytes(records) / begin.elapsed().as_secs_f64());
    }
    speeds.sort_by(f64::total_cmp);
    Ok((index, refused, speeds))
}

/// Median, least and most.
fn shown(speeds: &[f64]) -> String {
    let [slow, middle, fast] = [0, ROUNDS / 2, ROUNDS - 1].map(|at| speeds[at]);
    format!("{middle:.0} ({slow:.0}–{fast:.0})")
}

/// What `mapdrift replay` refuses, the mapping that it prints, and its speeds as a whole process, the slowest first.
fn program(name: &str, records: &[Vec<u8>]) -> Result<((usize, Value), Vec<f64>), String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    for (n, object) in records.chunks(REQUEST / 488).enumerate() {
        let path =
            folder.path().join(format!("clicks-1-2019-04-30-{:02}-{:02}-00-a", n / 60, n % 60));
        std::fs::write(path, object.join(&b'\n')).map_err(|error| error.to_string())?;
    }
    let (mut speeds, mut found) = (Vec::new(), (0, Value::Null));
    for _ in 0..ROUNDS {
        let begin = Instant::now();
        let answer = replay(name, folder.path())?;
        speeds.push(megabytes(records) / begin.elapsed().as_secs_f64());
        let refused = answer["counts"]["rejected"].as_u64().unwrap_or_default();
        let mapping = &answer["mapping"];
        let body = if mapping["_doc"].is_object() { &mapping["_doc"] } else { mapping };
        found = (usize::try_from(refused).unwrap_or_default(), body.clone());
    }
    speeds.sort_by(f64::total_cmp);
    Ok((found, speeds))
}

fn replay(name: &str, folder: &std::path::Path) -> Result<Value, String> {
    let engine = name.replacen('-', ":", 1);
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_mapdrift"))
        .args(["replay", "--engine", &engine, "--format", "json", "--progress", "none"])
        .arg(folder)
        .output()
        .map_err(|error| error.to_string())?;
    serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())
}

/// A real engine with one index.
struct Real {
    engine: Engine,
    is_typed: bool,
}

impl Real {
    fn start(name: &str) -> Self {
        let real = Self { engine: Engine::start(name), is_typed: name.starts_with("es-6") };
        let settings = json!({"settings": {"number_of_shards": 1, "number_of_replicas": 0}});
        call("PUT", &format!("{}/clicks", real.engine.url()), &settings.to_string());
        real
    }

    /// The number of records that are refused.
    fn index(&self, records: &[Vec<u8>]) -> usize {
        let (mut body, mut refused) = (Vec::with_capacity(REQUEST), 0);
        let action: &[u8] =
            if self.is_typed { b"{\"index\":{\"_type\":\"_doc\"}}\n" } else { b"{\"index\":{}}\n" };
        for record in records {
            if body.len() >= REQUEST {
                refused += self.bulk(&body);
                body.clear();
            }
            body.extend_from_slice(action);
            body.extend_from_slice(record);
            body.push(b'\n');
        }
        refused + self.bulk(&body)
    }

    fn bulk(&self, body: &[u8]) -> usize {
        let url = format!("{}/clicks/_bulk?filter_path=items.*.status", self.engine.url());
        let answer = call_with("POST", &url, body);
        let answer: Value = serde_json::from_str(&answer.body).expect("an answer to _bulk");
        let items = answer["items"].as_array().expect("items");
        items.iter().filter(|item| item["index"]["status"] != 201).count()
    }

    fn mapping(&self) -> Value {
        let answer = call("GET", &format!("{}/clicks/_mapping", self.engine.url()), "");
        let mut answer: Value = serde_json::from_str(&answer.body).expect("a mapping");
        let found = &mut answer["clicks"]["mappings"];
        if self.is_typed { found["_doc"].take() } else { found.take() }
    }
}

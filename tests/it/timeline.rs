//! The history of 20,000 records of the generator, by several readers side by side, is what real engines did with them one by
//! one: every record's fate, every field's first record, the mapping at the end. Only where an engine runs (`MAPDRIFT_ENGINES`).

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use crate::bench_manifest::generator::{Last, Set, generate};
use crate::cli::mapdrift;
use crate::support::engine;
use crate::support::http::{call, call_with};

const ENGINES: [&str; 3] = ["es-6.5.4", "es-7.10.2", "os-2.19.6"];
const RECORDS: usize = 20_000;
const OBJECTS: usize = 40;

/// What the stream's producers would not send: one in 400 records, by turns.
const PLANTED: [&str; 8] = [
    r#"{"index": "first"}"#,
    r#"{"campaign": 7, "seen": true}"#,
    r#"{"timestamp": {"at": 1}}"#,
    r#"{"interest_id": 1.5, "late": "2019-04-30T06:33:00"}"#,
    r#"{"event": ["a", {"b": 1}]}"#,
    r#"{"a": 1, "a": 2}"#,
    r#"{"other": {"deep.er": [1, 2]}, "price": null}"#,
    r#"{"seen": [true, "x"], "other": {"b": "2019/04/30"}}"#,
];

#[test]
fn the_history_is_what_real_engines_did_record_by_record() {
    let wanted = engine::wanted();
    let engines: Vec<_> =
        ENGINES.iter().filter(|name| wanted.iter().any(|other| other == *name)).collect();
    if engines.is_empty() {
        return engine::say("timeline: no engine runs");
    }
    let records = records();
    let folder = tempfile::tempdir().unwrap();
    let mut places = BTreeMap::new();
    for (n, object) in records.chunks(RECORDS / OBJECTS).enumerate() {
        let name = format!("clicks-1-2019-04-30-{:02}-{:02}-00-a", 6 + n / 60, n % 60);
        std::fs::write(folder.path().join(&name), object.concat()).unwrap();
        places.insert(name, n * (RECORDS / OBJECTS));
    }
    for name in engines {
        let (fates, history) = replay(folder.path(), name);
        assert_eq!(history["counts"]["records"], RECORDS);
        let added = added(&history, &places);
        let fields: usize = added.values().map(Vec::len).sum();
        assert!(added.len() > 4 && fields > 25, "{added:?}");
        let refused = compare(name, &records, &fates, &added, &history["mapping"]);
        engine::say(&format!(
            "timeline: {name}, {RECORDS} records, {refused} refused, {fields} fields by {} records: alike",
            added.len()
        ));
        assert!(refused > 20);
    }
}

fn records() -> Vec<String> {
    let mut records = Vec::new();
    generate(Set::Clicks, 11_000_000, Last::Ordinary, |record| {
        if records.len() % 400 == 399 {
            records.push(format!("{}\n", PLANTED[records.len() / 400 % PLANTED.len()]));
        }
        records.push(format!("{}\n", String::from_utf8_lossy(record).trim()));
    });
    records.truncate(RECORDS);
    assert_eq!(records.len(), RECORDS);
    records
}

/// Each record's fate, in order, and the history by readers side by side.
fn replay(folder: &Path, engine: &str) -> (Vec<Value>, Value) {
    let version = engine.replacen('-', ":", 1);
    let fates = folder.with_extension("fates");
    let emit = format!("fates={}", fates.display());
    let folder = folder.to_str().unwrap();
    let base = ["replay", folder, "--engine", &version, "--format", "json"];
    let alone = mapdrift(&[&base[..], &["--emit", &emit]].concat()).output().unwrap();
    let beside = mapdrift(&[&base[..], &["--jobs", "3"]].concat()).output().unwrap();
    assert!(alone.stdout == beside.stdout, "the history depends on the number of readers");
    let lines = std::fs::read_to_string(&fates).unwrap();
    let fates = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (fates, serde_json::from_slice(&beside.stdout).unwrap())
}

/// The fields that each record added, by the record's number from 0.
fn added(history: &Value, places: &BTreeMap<String, usize>) -> BTreeMap<usize, Vec<String>> {
    let mut added: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for field in history["fields"].as_array().unwrap() {
        let origin = &field["origin"];
        let first = places[origin["object"].as_str().unwrap()];
        let number = first + usize::try_from(origin["record"].as_u64().unwrap()).unwrap() - 1;
        added.entry(number).or_default().push(field["field"].as_str().unwrap().to_owned());
    }
    added
}

/// Plays the records on an engine and compares; how many it refused.
fn compare(
    engine: &str,
    records: &[String],
    fates: &[Value],
    added: &BTreeMap<usize, Vec<String>>,
    mapping: &Value,
) -> usize {
    let url = format!("{}/timeline", engine::shared(engine));
    call("DELETE", &url, "");
    let settings = json!({"settings": {"number_of_shards": 1, "number_of_replicas": 0}});
    assert_eq!(call("PUT", &url, &settings.to_string()).status, 200);
    let is_typed = engine.starts_with("es-6");
    let (mut known, mut refused, mut start) = (Vec::new(), 0, 0);
    // A request ends before each record that is said to add fields, and behind it.
    let mut ends: Vec<usize> = added.keys().flat_map(|at| [*at, at + 1]).collect();
    ends.extend((0..=records.len()).step_by(2_000));
    ends.sort_unstable();
    ends.dedup();
    for end in ends.into_iter().filter(|end| *end > 0) {
        refused += index(&url, is_typed, &records[start..end], &fates[start..end]);
        let now = paths(&url);
        let new: Vec<&String> = now.iter().filter(|path| !known.contains(*path)).collect();
        let expected: Vec<&String> =
            (start..end).filter_map(|at| added.get(&at)).flatten().collect();
        assert_eq!(sorted(new), sorted(expected), "{engine}, records {start} to {end}");
        (known, start) = (now, end);
    }
    let body: Value =
        serde_json::from_str(&call("GET", &format!("{url}/_mapping"), "").body).unwrap();
    assert_eq!(&body["timeline"]["mappings"], mapping, "{engine}");
    call("DELETE", &url, "");
    refused
}

fn sorted(mut paths: Vec<&String>) -> Vec<&String> {
    paths.sort();
    paths
}

/// One request; how many of its records were refused.
fn index(url: &str, is_typed: bool, records: &[String], fates: &[Value]) -> usize {
    let action = if is_typed { r#"{"index":{"_type":"_doc"}}"# } else { r#"{"index":{}}"# };
    let lines = records.iter().flat_map(|record| [action, "\n", record.as_str()]);
    let body: String = lines.collect();
    let answer = call_with("POST", &format!("{url}/_bulk"), body.as_bytes());
    let answer: Value = serde_json::from_str(&answer.body).unwrap();
    let items = answer["items"].as_array().unwrap();
    assert_eq!(items.len(), records.len());
    let mut refused = 0;
    for ((item, fate), record) in items.iter().zip(fates).zip(records) {
        let error = &item["index"]["error"];
        let expected = if error.is_null() { "accepted" } else { "rejected" };
        assert_eq!(fate["status"], expected, "{record}{error}");
        if !error.is_null() {
            assert_eq!(fate["error_type"], error["type"], "{record}{error}");
            refused += 1;
        }
    }
    refused
}

/// The paths of an index's mapping, objects included.
fn paths(url: &str) -> Vec<String> {
    let body: Value =
        serde_json::from_str(&call("GET", &format!("{url}/_mapping"), "").body).unwrap();
    let mappings = &body["timeline"]["mappings"];
    let root = if mappings["_doc"].is_object() { &mappings["_doc"] } else { mappings };
    let mut found = Vec::new();
    collect(root, "", &mut found);
    found
}

fn collect(object: &Value, above: &str, found: &mut Vec<String>) {
    for (name, field) in object["properties"].as_object().into_iter().flatten() {
        let path = format!("{above}{name}");
        collect(field, &format!("{path}."), found);
        found.push(path);
    }
}

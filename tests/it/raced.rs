//! Shards that race: what a five-shard Elasticsearch 6.5.4 made of bulk requests in which values of different types met under new
//! names. Nothing that `check` calls certain may contradict it. The recording is kept; where the engine runs, another is made.
//!
//! `UPDATE=1 MAPDRIFT_ENGINES=required cargo test raced` records anew.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::cli::mapdrift;
use crate::random::generate::Rng;
use crate::support::engine;
use crate::support::http::{call, call_with};

const RECORDING: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/engines/raced/es-6.5.4.json");
const ENGINE: &str = "es-6.5.4";
const BULKS: usize = 12;
const IN_EACH: usize = 150;

#[test]
fn nothing_certain_contradicts_an_index_whose_shards_raced() {
    let text = std::fs::read_to_string(RECORDING).unwrap();
    let raced = judge(&serde_json::from_str(&text).unwrap());
    assert!(raced > 3, "the recording shows {raced} races");
}

#[test]
fn nothing_certain_contradicts_a_running_index_whose_shards_race() {
    if !engine::wanted().iter().any(|name| name == ENGINE) {
        return engine::say("raced: no engine runs");
    }
    for seed in 1..=3 {
        let recording = record(&batches(seed));
        let raced = judge(&recording);
        // Chance decides how many there are; a recording needs some.
        if raced > 3 && std::env::var_os("UPDATE").is_some() {
            std::fs::write(RECORDING, recording.to_string()).unwrap();
        }
        engine::say(&format!(
            "raced: {ENGINE}, five shards, {} records, {raced} fields with another type than the first record gives: nothing certain is wrong",
            BULKS * IN_EACH
        ));
    }
}

/// The fields of every record, and one for each request in which nothing races.
fn declared() -> Value {
    let mut properties = json!({"user": {"type": "keyword"}, "n": {"type": "long"}});
    for number in (0..BULKS).filter(|number| is_calm(*number)) {
        properties[format!("own{number}")] = json!({"type": "long"});
    }
    json!({ "_doc": { "properties": properties } })
}

fn is_calm(number: usize) -> bool {
    number % 3 == 2
}

/// Bulk requests: in most of them values of two kinds meet under a new name, in the others under declared ones.
fn batches(seed: u64) -> Vec<Vec<String>> {
    let mut rng = Rng::new(seed);
    let kinds = ["7", "7.5", "\"seven\"", "true", "\"2019-04-30\"", r#"{"a": 1}"#];
    let mut batch = |number: usize| {
        let (one, other) = (kinds[rng.below(kinds.len())], kinds[rng.below(kinds.len())]);
        let mut record = |_| {
            let raced = if rng.below(2) == 0 { one } else { other };
            let mut record = format!("{{\"user\":\"u{}\",\"n\":{}", rng.below(90), rng.below(90));
            if is_calm(number) {
                let own = if rng.below(9) == 0 { "\"x\"" } else { "1.5" };
                record.push_str(&format!(",\"own{number}\":{own}"));
            } else if rng.below(3) > 0 {
                record.push_str(&format!(",\"raced{number}\":{raced}"));
            }
            if rng.below(8) == 0 {
                record.push_str(&format!(",\"calm{number}\":{}", rng.below(90)));
            }
            record.push('}');
            record
        };
        (0..IN_EACH).map(&mut record).collect()
    };
    (0..BULKS).map(&mut batch).collect()
}

/// What the engine makes of them.
fn record(batches: &[Vec<String>]) -> Value {
    let url = format!("{}/raced", engine::shared(ENGINE));
    call("DELETE", &url, "");
    let settings = json!({"number_of_shards": 5, "number_of_replicas": 0});
    let body = json!({"settings": settings, "mappings": declared()});
    assert_eq!(call("PUT", &url, &body.to_string()).status, 200);
    let mut bulks = Vec::new();
    for records in batches {
        let action = r#"{"index":{"_type":"_doc"}}"#;
        let lines = records.iter().flat_map(|record| [action, "\n", record.as_str(), "\n"]);
        let body: String = lines.collect();
        let answer = call_with("POST", &format!("{url}/_bulk"), body.as_bytes());
        let answer: Value = serde_json::from_str(&answer.body).unwrap();
        let errors = answer["items"].as_array().unwrap().iter();
        let errors: Vec<Value> = errors.map(|item| item["index"]["error"].clone()).collect();
        bulks.push(json!({"records": records, "errors": errors}));
    }
    call("POST", &format!("{url}/_refresh"), "");
    let get = |path: &str| -> Value {
        serde_json::from_str(&call("GET", &format!("{url}/{path}"), "").body).unwrap()
    };
    let (mapping, count) = (get("_mapping"), get("_count"));
    call("DELETE", &url, "");
    json!({
        "bulks": bulks, "mappings": mapping["raced"]["mappings"], "documents": count["count"],
    })
}

/// Checks the recording as a backup with one object for each bulk; how many fields have another type than their first record gives.
fn judge(recording: &Value) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let bulks = recording["bulks"].as_array().unwrap();
    let mut objects = BTreeMap::new();
    for (number, bulk) in bulks.iter().enumerate() {
        // Half an hour apart: only records of one request race.
        let (hour, minute) = (6 + number / 2, number % 2 * 30);
        let key =
            format!("s-1-2019-04-30-{hour:02}-{minute:02}-00-9c948a08-f91a-4ba2-922d-408623ea0ddf");
        let records = bulk["records"].as_array().unwrap().iter();
        let text: Vec<&str> = records.map(|record| record.as_str().unwrap()).collect();
        std::fs::write(folder.path().join(&key), text.concat()).unwrap();
        objects.insert(key, bulk);
    }
    let documents = &recording["documents"];
    let capture = json!({
        "format": "mapdrift-capture", "version": 1, "captured_at": "2019-04-30T23:00:00Z",
        "requested": "raced", "engines": ["es:6.5.4"],
        "indices": {"raced": {
            "aliases": {}, "created_at": "2019-04-30T06:00:01Z", "documents": documents,
            "operations": documents, "mappings": recording["mappings"],
            "settings": {"index": {"number_of_shards": "5"}},
        }},
        "legacy_templates": {"raced": {"order": 0, "index_patterns": ["raced"], "mappings": declared()}},
        "index_templates": {}, "component_templates": {}, "data_streams": {}, "unanswered": [],
    });
    std::fs::write(folder.path().join("capture.json"), capture.to_string()).unwrap();
    let arguments = ["check", ".", "--format", "json", "--progress", "none"];
    let output = mapdrift(&arguments).current_dir(folder.path()).output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap();
    assert!(!findings.is_empty() && report["complete"] == true, "{report:#}");
    let certain = findings.iter().filter(|finding| finding["confidence"] == "certain");
    let held = certain.map(|finding| holds(finding, &objects, recording)).count();
    assert!(held >= 3 * (BULKS / 3), "only {held} findings are certain");
    let overruled = report["fields"].as_array().unwrap().iter().filter(|field| {
        let decision = field["origin"]["decision"].as_str().unwrap_or_default();
        decision.starts_with("the live type")
    });
    overruled.count()
}

/// Whether what is certain is what happened.
fn holds(finding: &Value, objects: &BTreeMap<String, &Value>, recording: &Value) {
    let field = finding["field"].as_str().unwrap_or_default();
    let error_of = |place: &Value| {
        let record = usize::try_from(place["record"].as_u64().unwrap()).unwrap();
        objects[place["object"].as_str().unwrap()]["errors"][record - 1].clone()
    };
    match finding["rule"].as_str().unwrap() {
        "value-rejected-by-type" | "object-scalar-conflict" => {
            assert!(!error_of(&finding["first"]).is_null(), "{finding:#}");
            assert!(!error_of(&finding["last"]).is_null(), "{finding:#}");
            let refused = objects.values().flat_map(|bulk| bulk["errors"].as_array().unwrap());
            let blamed = format!("[{field}]");
            let blaming = refused.filter(|error| error["reason"].to_string().contains(&blamed));
            assert_eq!(finding["count"], blaming.count(), "{finding:#}");
        }
        "field-added-dynamically" | "object-added-dynamically" => {
            let mapped = &recording["mappings"]["_doc"]["properties"][field];
            assert!(mapped.is_object(), "{finding:#}");
            let kind = mapped["type"].as_str().unwrap_or("object");
            assert!(finding["message"].as_str().unwrap().contains(kind), "{finding:#}");
        }
        "value-coerced" => assert!(error_of(&finding["first"]).is_null(), "{finding:#}"),
        "nothing-to-map" | "stream-mixed" => {}
        other => panic!("{other} cannot be certain where shards raced: {finding:#}"),
    }
}

//! The replica against real engines: recorded answers to documents, compared one by one.
//!
//! `fixtures/engines/cases.json.gz` holds the cases (an index, then documents), `fixtures/engines/answers` what each engine
//! answered. Compared: status, error type, reason, cause chain, and the mapping after every request.

mod ignored;
mod tally;
mod words;

use std::collections::BTreeMap;
use std::io::Read as _;

use flate2::read::GzDecoder;
use mapdrift::engine::switches::Switches;
use mapdrift::engine::{Index, Settings};
use mapdrift::mapping;
use mapdrift::model::engine::{Engine, Product};
use mapdrift::model::fate::{Fate, Loss, LossCause};
use mapdrift::model::mapping::Mapping;
use mapdrift::model::path::FieldPath;
use serde_json::{Value, json};

pub(crate) use tally::Tally;
use words::{chain, reject_chain};

/// The engines that answers were recorded of, each generation in its order.
pub(crate) const ENGINES: [&str; 9] = [
    "es-6.5.4",
    "es-6.8.23",
    "es-7.10.2",
    "es-7.17.29",
    "es-8.19.21",
    "es-9.5.3",
    "os-1.3.20",
    "os-2.19.6",
    "os-3.8.0",
];

/// The engines (the start of their name), the documents (the start of "case: document"), the reason.
type Known = (&'static str, &'static str, &'static str);

/// Disagreements that stand, by engine and case prefix, each with its reason.
const KNOWN: &[Known] = &[
    ("", "type-percolator: {\"v\":{\"a\":{\"b\":\"c\"}}}", "which queries exist is not replicated"),
    ("es-7.10", "json-top-doc: ", "the single-document API takes UTF-16, _bulk does not"),
    ("os-1", "json-top-doc: ", "the single-document API takes UTF-16, _bulk does not"),
    ("os-3", "json-name: {\"k", "a name that the mapping update cannot read back fails there"),
    ("os-3", "json-name: {\"m", "a name that the mapping update cannot read back fails there"),
    ("os-3", "json-name: {\"n", "a name that the mapping update cannot read back fails there"),
    (
        "es-9",
        "type-dense_vector: {\"v\":\"Infinity\"",
        "what a similarity refuses is not replicated",
    ),
];

#[test]
fn elasticsearch_6_5_agrees() {
    check("es-6.5.4");
}

#[test]
fn elasticsearch_6_8_agrees() {
    check("es-6.8.23");
}

#[test]
fn elasticsearch_7_10_agrees() {
    check("es-7.10.2");
}

#[test]
fn elasticsearch_7_17_agrees() {
    check("es-7.17.29");
}

#[test]
fn elasticsearch_8_agrees() {
    check("es-8.19.21");
}

#[test]
fn elasticsearch_9_agrees() {
    check("es-9.5.3");
}

#[test]
fn opensearch_1_agrees() {
    check("os-1.3.20");
}

#[test]
fn opensearch_2_agrees() {
    check("os-2.19.6");
}

#[test]
fn opensearch_3_agrees() {
    check("os-3.8.0");
}

#[test]
fn deep_documents_do_not_overflow_the_stack() {
    let objects = "{\"a\":".repeat(100_000);
    let arrays = format!("{{\"a\":{}", "[".repeat(100_000));
    let whole = format!("{{\"a\":{}{}}}", "[".repeat(1_000), "]".repeat(1_000));
    for engine in ["es:6.5.4", "es:7.17.29", "es:9.5.3", "os:1.3.20", "os:3.8.0"] {
        let engine = Engine::parse(engine).unwrap();
        for document in [&objects, &arrays, &whole] {
            let mut index = Index::new(engine, Mapping::default(), Settings::default()).unwrap();
            let indexed = index.index(document.as_bytes());
            assert!(index.opaque().is_empty() && indexed.added.len() <= 1);
        }
    }
}

#[test]
fn what_is_not_known_is_named() {
    let body = json!({"properties": {"v": {"type": "from_a_plugin"}, "a": {"type": "long"}}});
    let read = mapping::read(&body, None).unwrap();
    let engine = Engine::parse("es:7.10.2").unwrap();
    let mut index = Index::new(engine, read, Settings::default()).unwrap();
    assert_eq!(index.opaque(), [(FieldPath::parse("v"), "from_a_plugin".to_owned())]);
    assert_eq!(index.index(br#"{"v":{"any":["thing"]}}"#).fate, Fate::Accepted(Vec::new()));
}

#[test]
fn losses_are_part_of_the_answer() {
    let body = json!({"dynamic": "false", "properties": {
        "l": {"type": "long"}, "k": {"type": "keyword", "ignore_above": 2}, "e": {"type": "object", "enabled": false},
        "m": {"type": "long", "ignore_malformed": true}, "f": {"type": "float"}}});
    let mut index = restart_with(&body);
    let document = br#"{"l":1.5,"k":"abc","e":{"x":1},"m":"x","f":16777217,"new":1}"#;
    let loss = |field: &str, cause| Loss { field: FieldPath::parse(field), cause };
    let expected = vec![
        loss("e", LossCause::NotParsed),
        loss("f", LossCause::PrecisionLost),
        loss("k", LossCause::IgnoreAbove),
        loss("l", LossCause::DecimalsCut),
        loss("m", LossCause::IgnoreMalformed),
        loss("new", LossCause::NotMapped),
    ];
    assert_eq!(index.index(document).fate, Fate::Accepted(expected));
}

fn restart_with(body: &Value) -> Index {
    let engine = Engine::parse("es:6.5.4").unwrap();
    Index::new(engine, mapping::read(body, None).unwrap(), Settings::default()).unwrap()
}

/// Replays every case of an engine and fails on any disagreement that is not known.
#[expect(clippy::print_stdout, reason = "every disagreement is shown")]
fn check(engine: &str) {
    let mut tally = Tally::default();
    replay_all(engine, "cases.json.gz", &format!("answers/{engine}.json.gz"), &mut tally);
    replay_all(engine, "random/cases.json.gz", &format!("random/{engine}.json.gz"), &mut tally);
    tally.print(engine);
    let unexpected: Vec<_> = tally
        .disagreements
        .iter()
        .filter(|found| !KNOWN.iter().any(|known| found.is(known, engine)))
        .collect();
    for found in unexpected.iter().take(limit()) {
        println!("{found}");
    }
    assert!(unexpected.is_empty(), "{engine}: {} disagreements", unexpected.len());
    for known in KNOWN.iter().filter(|known| known.0 == engine || known.0.len() > 3) {
        let stands = tally.disagreements.iter().any(|found| found.is(known, engine));
        assert!(stands || !engine.starts_with(known.0), "{known:?} does not disagree any more");
    }
}

fn replay_all(engine: &str, cases_file: &str, answers: &str, tally: &mut Tally) {
    let (cases, mut answers) = (load(cases_file), load(answers));
    for case in cases["cases"].as_array().unwrap() {
        let id = case["id"].as_str().unwrap();
        if cases_file == "cases.json.gz" {
            note_nothing_ignored(&mut answers["answers"][id]);
        }
        let answer = &answers["answers"][id];
        if answer.is_null() || answer.get("skipped").is_some() {
            continue;
        }
        let docs = documents(case, &cases["values"]);
        match answer.get("fresh") {
            Some(runs) => {
                for (doc, run) in docs.iter().zip(runs.as_array().unwrap()) {
                    replay(engine, case, std::slice::from_ref(doc), run, tally);
                }
            }
            None => replay(engine, case, &docs, answer, tally),
        }
    }
}

/// The recorded table holds `ignored` only where a document has such fields.
fn note_nothing_ignored(answer: &mut Value) {
    let runs = match answer.get("fresh") {
        Some(_) => answer["fresh"].as_array_mut().unwrap().as_mut_slice(),
        None => std::slice::from_mut(answer),
    };
    for run in runs.iter_mut().filter(|run| run.get("items").is_some() && run["ignored"].is_null())
    {
        run["ignored"] = json!({});
    }
}

fn limit() -> usize {
    std::env::var("MAPDRIFT_SHOW").ok().and_then(|n| n.parse().ok()).unwrap_or(40)
}

pub(crate) fn replay(
    engine: &str,
    case: &Value,
    docs: &[Vec<u8>],
    answer: &Value,
    tally: &mut Tally,
) {
    replay_with(&Switches::of(version(engine)), case, docs, answer, tally);
}

/// Replays documents on an engine that decides as `switches` say.
pub(crate) fn replay_with(
    switches: &Switches,
    case: &Value,
    docs: &[Vec<u8>],
    answer: &Value,
    tally: &mut Tally,
) {
    if answer.get("create").is_some() {
        return; // The engine refused the index: there is nothing to replay.
    }
    compare_declared(switches.engine, case, answer, tally);
    let Some(mut index) = start(switches, case, answer) else {
        tally.disagree("start", case, b"", "an index".to_owned(), "cannot be compiled".to_owned());
        return;
    };
    let items = answer["items"].as_array().unwrap();
    let mappings = answer["mappings"].as_array().unwrap();
    let mut expected_mapping = answer["mapping_before"].clone();
    for (position, doc) in docs.iter().enumerate() {
        let Some(item) = items.get(position) else { break };
        if is_beyond_the_replica(case, item) {
            continue;
        }
        let indexed = index.index(doc);
        tally.documents += 1;
        compare_fate(case, doc, item, &indexed.fate, tally);
        if let (Some(noted), true) = (answer.get("ignored"), is_accepted(item)) {
            let noted = &noted[(position + 1).to_string()];
            ignored::compare(switches.engine, case, doc, noted, &indexed.fate, tally);
        }
        let of_request =
            if mappings.len() == 1 && docs.len() > 1 { docs.len() - 1 } else { position };
        let request = if mappings.len() == 1 { 0 } else { position };
        if of_request == position {
            if let Some(now) = mappings.get(request).filter(|now| !now.is_null()) {
                expected_mapping = now.clone();
            }
            let found = mapping::write_body(index.mapping());
            if sorted(&found) != sorted(&expected_mapping) {
                let (expected, found) = (sorted(&expected_mapping), sorted(&found));
                tally.disagree("mapping", case, doc, expected.to_string(), found.to_string());
                index = restart(switches, case, &expected_mapping);
            }
        }
    }
}

/// What no record of a stream can be: another mapping type, and the single-document API's own refusal of an empty body.
fn is_beyond_the_replica(case: &Value, item: &Value) -> bool {
    item["reason"] == "request body is required"
        || item["text"].as_str().is_some_and(|text| text.starts_with("driver"))
        || case["docs"]
            .as_array()
            .is_some_and(|docs| docs.iter().any(|doc| doc.get("type").is_some()))
        || item["reason"]
            .as_str()
            .is_some_and(|r| r.contains("as the final mapping would have more than 1 type"))
}

/// A declared mapping, written as the engine printed it before any document came.
fn compare_declared(version: Engine, case: &Value, answer: &Value, tally: &mut Tally) {
    let declared = &case["index"]["mappings"];
    let before = &answer["mapping_before"];
    if declared.is_null() || before.is_null() || case.get("by_engine").is_some() {
        return;
    }
    let read = mapping::read(declared, None).unwrap();
    let malformed = Settings::read(&case["index"]["settings"]).ignore_malformed;
    let printed = mapping::write_body(&mapping::as_printed(read, version, malformed));
    if sorted(&printed) != sorted(before) {
        let (expected, found) = (sorted(before), sorted(&printed));
        tally.disagree("declared", case, b"", expected.to_string(), found.to_string());
    }
}

fn start(switches: &Switches, case: &Value, answer: &Value) -> Option<Index> {
    let before = &answer["mapping_before"];
    if !before.is_null() {
        return Some(restart(switches, case, before));
    }
    let templates: BTreeMap<String, Value> = case["templates"]
        .as_array()?
        .iter()
        .enumerate()
        .map(|(n, template)| {
            let mut template = template.clone();
            template["index_patterns"] = json!(["c-*"]);
            (format!("t{n}"), template)
        })
        .collect();
    let none = BTreeMap::new();
    let all = mapping::Templates { legacy: &templates, index: &none, component: &none };
    let mut composed = mapping::compose("c-x", all, type_name(switches.engine, case)).ok()?;
    composed.settings["index.provided_name"] = provided_name(case);
    Index::with(switches.clone(), composed.mapping, Settings::read(&composed.settings)).ok()
}

fn restart(switches: &Switches, case: &Value, body: &Value) -> Index {
    let read = mapping::read(body, type_name(switches.engine, case)).unwrap();
    let mut settings = case["index"]["settings"].clone();
    if settings.is_null() {
        settings = json!({});
    }
    settings["index.provided_name"] = provided_name(case);
    Index::with(switches.clone(), read, Settings::read(&settings)).unwrap()
}

fn provided_name(case: &Value) -> Value {
    json!(format!("c-{}", case["id"].as_str().unwrap().to_lowercase()))
}

fn type_name(version: Engine, case: &Value) -> Option<&str> {
    let typed = version.product == Product::Elasticsearch && version.major == 6;
    typed.then(|| case["type"].as_str().unwrap_or("isc"))
}

fn compare_fate(case: &Value, doc: &[u8], item: &Value, fate: &Fate, tally: &mut Tally) {
    let accepted = is_accepted(item);
    tally.rejected += usize::from(!accepted);
    match fate {
        Fate::Accepted(_) if accepted => {}
        Fate::Accepted(_) => {
            tally.disagree("accepted", case, doc, chain(item).join(" <- "), "accepted".to_owned());
        }
        Fate::Rejected(reject) => {
            let found = reject_chain(reject);
            if accepted {
                tally.disagree("rejected", case, doc, "accepted".to_owned(), found.join(" <- "));
                return;
            }
            let expected = chain(item);
            if expected != found {
                tally.disagree("error", case, doc, expected.join(" <- "), found.join(" <- "));
            }
        }
    }
}

fn is_accepted(item: &Value) -> bool {
    item["status"].as_u64().unwrap() < 300
}

pub(crate) fn documents(case: &Value, values: &Value) -> Vec<Vec<u8>> {
    let listed = if case.get("docs_file").is_some() { values } else { &case["docs"] };
    listed.as_array().unwrap().iter().map(document).collect()
}

fn document(doc: &Value) -> Vec<u8> {
    if let Some(text) = doc.as_str() {
        return text.as_bytes().to_vec();
    }
    match doc["b64"].as_str() {
        Some(encoded) => base64(encoded),
        None => doc["json"].as_str().unwrap().as_bytes().to_vec(),
    }
}

fn base64(text: &str) -> Vec<u8> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits = text.bytes().filter_map(|byte| LETTERS.iter().position(|letter| *letter == byte));
    let (mut bytes, mut sum, mut held) = (Vec::new(), 0_usize, 0);
    for value in bits {
        sum = (sum << 6 | value) & 0xffff;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(sum >> held & 0xff).unwrap());
        }
    }
    bytes
}

pub(crate) fn load(name: &str) -> Value {
    let path = format!("{}/fixtures/engines/{name}", env!("CARGO_MANIFEST_DIR"));
    let mut text = String::new();
    GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    serde_json::from_str(&text).unwrap()
}

pub(crate) fn version(engine: &str) -> Engine {
    Engine::parse(&engine.replacen('-', ":", 1)).unwrap()
}

/// Key order does not count; numbers are compared by value.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let sorted: BTreeMap<_, _> = map.iter().map(|(k, v)| (k.clone(), sorted(v))).collect();
            Value::Object(sorted.into_iter().collect())
        }
        Value::Array(list) => Value::Array(list.iter().map(sorted).collect()),
        other => other.clone(),
    }
}

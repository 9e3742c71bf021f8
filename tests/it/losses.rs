//! What an accepted record loses, against what real engines hold of it: doc values, `_ignored`, and whether `exists` finds it.
//!
//! Each row states one mapping, one document, and everything that the replica says is lost. What engines hold was
//! recorded in `fixtures/engines/losses`; where `MAPDRIFT_ENGINES` names engines they are asked again, and
//! `MAPDRIFT_RECORD=losses` writes what they say.

use std::collections::BTreeMap;
use std::path::PathBuf;

use mapdrift::engine::{Index, Settings};
use mapdrift::mapping;
use mapdrift::model::fate::{Fate, Loss, LossCause};
use mapdrift::model::path::FieldPath;
use serde_json::{Value, json};

use crate::replica::{ENGINES, version};
use crate::support::engine;
use crate::support::http::call;

/// One document and what becomes of the value of one field.
struct Row {
    mapping: &'static str,
    document: &'static str,
    /// The field that is looked at.
    field: &'static str,
    /// All that is lost: `None` where the engine holds the value as it was sent.
    loss: Option<LossCause>,
    /// The field's doc values; dates as milliseconds since 1970.
    held: &'static str,
    /// Whether the engine finds the document by the field's existence.
    found: bool,
    /// Starts of the names of the engines that have it.
    engines: &'static [&'static str],
}

const ALL: &[&str] = &["es", "os"];
const JAVA_TIME: &[&str] = &["es-7", "es-8", "es-9", "os"];

/// A field `v` with one value.
const fn row(
    mapping: &'static str,
    document: &'static str,
    loss: Option<LossCause>,
    held: &'static str,
) -> Row {
    Row { mapping, document, field: "v", loss, held, found: true, engines: ALL }
}

/// A field `v` whose value the engine does not hold.
const fn gone(mapping: &'static str, document: &'static str, loss: LossCause) -> Row {
    let loss = Some(loss);
    Row { mapping, document, field: "v", loss, held: "null", found: false, engines: ALL }
}

const LONG: &str = r#"{"properties":{"v":{"type":"long"}}}"#;
const INTEGER: &str = r#"{"properties":{"v":{"type":"integer"}}}"#;
const FLOAT: &str = r#"{"properties":{"v":{"type":"float"}}}"#;
const HALF: &str = r#"{"properties":{"v":{"type":"half_float"}}}"#;
const DOUBLE: &str = r#"{"properties":{"v":{"type":"double"}}}"#;
const BOOLEAN: &str = r#"{"properties":{"v":{"type":"boolean"}}}"#;
const SHORT_WORDS: &str = r#"{"properties":{"v":{"type":"keyword","ignore_above":2}}}"#;
const LENIENT: &str = r#"{"properties":{"v":{"type":"long","ignore_malformed":true}}}"#;
const LENIENT_DATE: &str = r#"{"properties":{"v":{"type":"date","ignore_malformed":true}}}"#;
const DATE: &str = r#"{"properties":{"v":{"type":"date"}}}"#;
const NANOS: &str = r#"{"properties":{"v":{"type":"date_nanos"}}}"#;
const CLOSED: &str = r#"{"dynamic":"false","properties":{"w":{"type":"long"}}}"#;
const DISABLED: &str = r#"{"properties":{"v":{"type":"object","enabled":false}}}"#;
/// One field is declared, and there is room for one.
const FULL: &str = r#"{"properties":{"w":{"type":"long"}}}"#;

const ROWS: &[Row] = &[
    row(LONG, r#"{"v":1.5}"#, Some(LossCause::DecimalsCut), "[1]"),
    row(INTEGER, r#"{"v":-1.9}"#, Some(LossCause::DecimalsCut), "[-1]"),
    row(LONG, r#"{"v":"1.9"}"#, Some(LossCause::DecimalsCut), "[1]"),
    row(INTEGER, r#"{"v":"-1.9"}"#, Some(LossCause::DecimalsCut), "[-1]"),
    row(LONG, r#"{"v":2.0}"#, None, "[2]"),
    row(LONG, r#"{"v":9223372036854775807}"#, None, "[9223372036854775807]"),
    row(LONG, r#"{"v":"7"}"#, Some(LossCause::Coerced), "[7]"),
    row(LONG, r#"{"v":"7.0"}"#, Some(LossCause::Coerced), "[7]"),
    gone(LONG, r#"{"v":""}"#, LossCause::Coerced),
    row(DOUBLE, r#"{"v":"1.5"}"#, Some(LossCause::Coerced), "[1.5]"),
    row(BOOLEAN, r#"{"v":"true"}"#, Some(LossCause::Coerced), "[true]"),
    row(BOOLEAN, r#"{"v":""}"#, Some(LossCause::Coerced), "[false]"),
    row(BOOLEAN, r#"{"v":false}"#, None, "[false]"),
    row(FLOAT, r#"{"v":16777217}"#, Some(LossCause::PrecisionLost), "[16777216.0]"),
    row(FLOAT, r#"{"v":"16777217"}"#, Some(LossCause::PrecisionLost), "[16777216.0]"),
    row(FLOAT, r#"{"v":16777216}"#, None, "[16777216.0]"),
    row(HALF, r#"{"v":2049}"#, Some(LossCause::PrecisionLost), "[2048.0]"),
    row(HALF, r#"{"v":2048}"#, None, "[2048.0]"),
    row(
        DOUBLE,
        r#"{"v":9007199254740993}"#,
        Some(LossCause::PrecisionLost),
        "[9007199254740992.0]",
    ),
    row(DOUBLE, r#"{"v":9007199254740992}"#, None, "[9007199254740992.0]"),
    gone(SHORT_WORDS, r#"{"v":"abc"}"#, LossCause::IgnoreAbove),
    row(SHORT_WORDS, r#"{"v":"ab"}"#, None, r#"["ab"]"#),
    row(SHORT_WORDS, r#"{"v":["abc","ab"]}"#, Some(LossCause::IgnoreAbove), r#"["ab"]"#),
    gone(LENIENT, r#"{"v":"x"}"#, LossCause::IgnoreMalformed),
    row(LENIENT, r#"{"v":["x",3]}"#, Some(LossCause::IgnoreMalformed), "[3]"),
    gone(LENIENT_DATE, r#"{"v":"today"}"#, LossCause::IgnoreMalformed),
    row(
        DATE,
        r#"{"v":"2019-04-30T07:30:00.123456Z"}"#,
        Some(LossCause::DateTruncated),
        r#"["1556609400123"]"#,
    ),
    row(DATE, r#"{"v":"2019-04-30T07:30:00.123Z"}"#, None, r#"["1556609400123"]"#),
    row(DATE, r#"{"v":"2019-04-30T07:30:00.123000Z"}"#, None, r#"["1556609400123"]"#),
    row(DATE, r#"{"v":1556609400123}"#, None, r#"["1556609400123"]"#),
    Row {
        engines: JAVA_TIME,
        ..row(NANOS, r#"{"v":"2019-04-30T07:30:00.123456Z"}"#, None, r#"["1556609400123.456"]"#)
    },
    gone(CLOSED, r#"{"w":1,"v":1}"#, LossCause::NotMapped),
    gone(CLOSED, r#"{"w":1,"v":{"a":1}}"#, LossCause::NotMapped),
    gone(CLOSED, r#"{"w":1,"v":[1,2]}"#, LossCause::NotMapped),
    gone(DISABLED, r#"{"v":{"a":1}}"#, LossCause::NotParsed),
    gone(DISABLED, r#"{"v":[{"a":1}]}"#, LossCause::NotParsed),
    gone(DISABLED, r#"{"v":3}"#, LossCause::NotParsed),
    Row { engines: &["es-8", "es-9"], ..gone(FULL, r#"{"w":1,"v":1}"#, LossCause::BeyondLimit) },
    Row {
        engines: &["es-8", "es-9"],
        ..gone(FULL, r#"{"w":1,"v":{"a":1}}"#, LossCause::BeyondLimit)
    },
];

#[test]
fn losses_are_what_the_replica_says_they_are() {
    let mut wrong = Vec::new();
    for name in ENGINES {
        for row in rows(name) {
            let expected: Vec<Loss> = row.loss.map(|cause| loss(row, cause)).into_iter().collect();
            let found = predict(name, row);
            if found != Fate::Accepted(expected) {
                wrong.push(format!("{name}: {} in {}: {found:?}", row.document, row.mapping));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn losses_are_what_engines_show() {
    let mut wrong = Vec::new();
    for name in ENGINES {
        let recorded = recorded(name);
        for row in rows(name) {
            wrong.extend(contradiction(name, row, &recorded[key(row)]));
        }
    }
    for name in engine::wanted() {
        let observed = observe(name);
        for row in rows(name) {
            wrong.extend(contradiction(name, row, &observed[&key(row)]));
        }
        if std::env::var("MAPDRIFT_RECORD").is_ok_and(|what| what == "losses") {
            let text = serde_json::to_string_pretty(&observed).unwrap();
            std::fs::create_dir_all(file(name).parent().unwrap()).unwrap();
            std::fs::write(file(name), text + "\n").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_cause_of_a_loss_is_shown() {
    let shown = |cause: LossCause| ROWS.iter().any(|row| row.loss == Some(cause));
    for cause in [
        LossCause::DecimalsCut,
        LossCause::Coerced,
        LossCause::IgnoreAbove,
        LossCause::IgnoreMalformed,
        LossCause::PrecisionLost,
        LossCause::DateTruncated,
        LossCause::NotMapped,
        LossCause::NotParsed,
        LossCause::BeyondLimit,
    ] {
        assert!(shown(cause), "{cause:?}");
    }
}

fn rows(name: &str) -> impl Iterator<Item = &'static Row> {
    ROWS.iter().filter(move |row| row.engines.iter().any(|engine| name.starts_with(engine)))
}

fn key(row: &Row) -> String {
    format!("{} {}", row.mapping, row.document)
}

fn loss(row: &Row, cause: LossCause) -> Loss {
    Loss { field: FieldPath::parse(row.field), cause }
}

/// Room for one field beside what is declared, where new ones beyond it are left out.
fn settings(row: &Row) -> Value {
    let mut settings = json!({"number_of_shards": 1, "number_of_replicas": 0});
    if row.mapping == FULL {
        settings["index.mapping.total_fields.limit"] = json!(1);
        settings["index.mapping.total_fields.ignore_dynamic_beyond_limit"] = json!(true);
    }
    settings
}

fn predict(name: &str, row: &Row) -> Fate {
    let declared = mapping::read(&serde_json::from_str(row.mapping).unwrap(), None).unwrap();
    let settings = Settings::read(&settings(row));
    Index::new(version(name), declared, settings).unwrap().index(row.document.as_bytes()).fate
}

/// Where an engine shows something other than the row says.
fn contradiction(name: &str, row: &Row, observed: &Value) -> Option<String> {
    let held: Value = serde_json::from_str(row.held).unwrap();
    let expected = json!({"held": held, "found": row.found});
    let observed = json!({"held": observed["held"], "found": observed["found"]});
    (expected != observed).then(|| format!("{name}: {}: {observed}, not {expected}", key(row)))
}

fn file(name: &str) -> PathBuf {
    PathBuf::from(format!("{}/fixtures/engines/losses/{name}.json", env!("CARGO_MANIFEST_DIR")))
}

fn recorded(name: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(file(name)).unwrap()).unwrap()
}

/// What a running engine holds of each row's field.
fn observe(name: &str) -> BTreeMap<String, Value> {
    let url = engine::shared(name);
    rows(name).map(|row| (key(row), observe_row(&url, name.starts_with("es-6"), row))).collect()
}

fn observe_row(url: &str, is_typed: bool, row: &Row) -> Value {
    let index = format!("{url}/losses");
    let declared: Value = serde_json::from_str(row.mapping).unwrap();
    let mappings = if is_typed { json!({"_doc": declared}) } else { declared };
    call("DELETE", &index, "");
    ask("PUT", &index, &json!({"settings": settings(row), "mappings": mappings}));
    let written = call("PUT", &format!("{index}/_doc/1?refresh=true"), row.document);
    assert_eq!(written.status, 201, "{}: {}", row.document, written.body);
    let mut values = json!({"field": row.field});
    if row.mapping.contains("date") {
        values["format"] = json!("epoch_millis");
    }
    let all = ask("POST", &format!("{index}/_search"), &json!({"docvalue_fields": [values]}));
    let exists = json!({"query": {"exists": {"field": row.field}}, "size": 0});
    let found = ask("POST", &format!("{index}/_search"), &exists);
    let hit = &all["hits"]["hits"][0];
    json!({
        "held": hit["fields"][row.field],
        "found": found["hits"]["total"] == 1 || found["hits"]["total"]["value"] == 1,
        "ignored": hit["_ignored"],
    })
}

fn ask(method: &str, url: &str, body: &Value) -> Value {
    let answer = call(method, url, &body.to_string());
    assert_eq!(answer.status, 200, "{url}: {}", answer.body);
    serde_json::from_str(&answer.body).unwrap()
}

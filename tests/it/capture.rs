//! A capture file keeps everything, and says what is wrong with it and where.

use std::error::Error as _;
use std::fs;
use std::path::PathBuf;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use mapdrift::io::capture::{load, save, to_bytes};
use mapdrift::io::cluster::{Auth, ClusterOptions, read};
use mapdrift::model::capture::Capture;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::engine::{self, ES_6_5};
use crate::support::experiment::{self, Refusal};

const INDEX: &str = "interest_service_click2";

fn recorded() -> Capture {
    load(&experiment::folder().join("capture.json")).unwrap()
}

/// A capture with something in every part.
fn full() -> Capture {
    let mut capture = recorded();
    let template: Value =
        serde_json::from_str(r#"{"b":{"z":1,"a":[{"y":0,"x":null}]},"a":""}"#).unwrap();
    capture.legacy_templates.insert("클릭\u{1b}".to_owned(), template.clone());
    capture.index_templates.insert("i".to_owned(), template.clone());
    capture.component_templates.insert("c".to_owned(), template.clone());
    capture.data_streams.insert("d".to_owned(), template);
    let mut closed = capture.indices[INDEX].clone();
    (closed.documents, closed.operations, closed.created_at) = (None, None, None);
    capture.indices.insert("closed".to_owned(), closed);
    capture
}

#[test]
fn a_capture_survives_its_file() {
    let folder = TempDir::new().unwrap();
    for name in ["capture.json", "capture.json.gz", "capture", "capture.GZ"] {
        let path = folder.path().join(name);
        save(&full(), &path).unwrap();
        assert_eq!(load(&path).unwrap(), full(), "{name}");
        let is_gzip = fs::read(&path).unwrap().starts_with(&[0x1f, 0x8b]);
        assert_eq!(is_gzip, name.to_lowercase().ends_with(".gz"), "{name}");
    }
}

#[test]
fn the_order_in_which_an_engine_prints_means_nothing() {
    let (mut one, mut other) = (full(), full());
    let parse = |text| serde_json::from_str::<Value>(text).unwrap();
    one.indices.get_mut(INDEX).unwrap().mappings = parse(r#"{"a":{"b":1,"c":2},"d":[2,1]}"#);
    other.indices.get_mut(INDEX).unwrap().mappings = parse(r#"{"d":[2,1],"a":{"c":2,"b":1}}"#);
    assert_eq!(to_bytes(&one), to_bytes(&other));
}

#[cfg(unix)]
#[test]
fn a_capture_is_readable_by_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("capture.json");
    fs::write(&path, "an older file that everybody may read").unwrap();
    save(&full(), &path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
}

#[test]
fn a_place_that_cannot_be_written_is_named() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("missing/capture.json");
    let error = save(&full(), &path).unwrap_err();
    assert!(error.to_string().contains("missing/capture.json"), "{error}");
    assert!(error.source().is_some());
}

/// Replaces `old` by `new` in a good file; the error and its cause must say `expected`.
fn check_damage(old: &str, new: &str, expected: &str) {
    let good = String::from_utf8(to_bytes(&recorded())).unwrap();
    assert!(good.contains(old), "{old}");
    check_file(good.replacen(old, new, 1).as_bytes(), expected);
}

fn check_file(bytes: &[u8], expected: &str) {
    let folder = TempDir::new().unwrap();
    let path: PathBuf = folder.path().join("capture.json");
    fs::write(&path, bytes).unwrap();
    let error = load(&path).unwrap_err();
    let cause = error.source().map(ToString::to_string).unwrap_or_default();
    let said = format!("{error}: {cause}");
    assert!(said.contains(expected), "{said}");
    assert!(said.contains("capture.json"), "{said}");
    assert!(!error.hint().is_empty());
}

#[test]
fn damage_is_named_with_its_place() {
    check_damage("\"captured_at\"", "\"at\"", "missing field `captured_at` at line");
    check_damage("\"documents\"", "\"docs\"", "missing field `documents` at line");
    check_damage("\"operations\": 1157", "\"operations\": -1", "invalid value: integer `-1`");
    check_damage("es:6.5.4", "lucene", "`lucene` in `engines` is no engine");
    check_damage("2019-04-30T06:47:00Z", "yesterday", "`yesterday` is no time");
    check_damage("\"unanswered\"", "\"un\"", "missing field `unanswered`");
}

#[test]
fn another_version_is_named() {
    check_damage("\"version\": 1,", "\"version\": 2,", "version 2; this mapdrift reads version 1");
    check_damage("\"version\": 1,", "\"version\": \"1\",", "version \"1\"");
    check_damage("\"version\": 1,", "", "it has no `version`");
}

#[test]
fn a_file_of_another_kind_is_no_capture() {
    check_file(b"{}", "is not a capture");
    check_file(b"[1]", "is not a capture");
    check_file(b"", "it is not JSON: EOF");
    check_file(b"{\"a\":", "it is not JSON: EOF while parsing a value at line 1 column 5");
    check_file(
        b"{\"ticker_symbol\":\"QXZ\"}{\"ticker_symbol\":\"CRM\"}",
        "it is not JSON: trailing",
    );
    check_file(&[0x1f, 0x8b, 8, 0, 0], "cannot read the capture");
    check_file("[".repeat(200_000).as_bytes(), "it is not JSON: recursion limit");
}

#[test]
fn the_recorded_experiment_has_the_fields_of_both_loads() {
    let capture = recorded();
    assert_eq!(capture.engines[0].to_string(), "Elasticsearch 6.5.4");
    let index = &capture.indices[INDEX];
    assert_eq!((index.documents, index.operations), (Some(1157), Some(1157)));
    let fields = index.mappings["isc"]["properties"].as_object().unwrap();
    let of_type = |kind: &str| fields.values().filter(|field| field["type"] == kind).count();
    assert_eq!((fields.len(), of_type("text"), of_type("long")), (19, 14, 2));
    assert_eq!((of_type("float"), of_type("date")), (2, 1));
    assert!(!fields.contains_key("interest_service_id"), "null maps nothing");
}

#[test]
fn the_failure_object_holds_a_wrapper_for_each_refused_record() {
    let objects = experiment::objects();
    let records: Vec<&[u8]> =
        objects.iter().flat_map(|(_, bytes)| experiment::records(bytes)).collect();
    assert_eq!(records.len(), 1189);
    let failures = failures();
    assert_eq!(failures.len(), 9);
    for failure in &failures {
        let is_in_backup = records.contains(&failure.record.as_bytes());
        assert!(is_in_backup, "a refused record is in the backup too: {}", failure.record);
    }
}

/// The fixture is what Elasticsearch 6.5.4 says, not what we would like it to say.
#[tokio::test]
async fn a_real_engine_says_what_the_fixture_says() {
    if !engine::wanted().iter().any(|name| name == ES_6_5) {
        return engine::say("experiment: not indexed anew, its recording stands in");
    }
    let url = engine::shared(ES_6_5);
    let index = "interest_service_click2_again";
    assert_eq!(experiment::index_into(&url, index), failures());
    let options =
        ClusterOptions { url, auth: Auth::None, ca_cert: None, timeout: ClusterOptions::TIMEOUT };
    let live = read(&options, index).await.unwrap();
    let (live, recorded) = (&live.indices[index], &recorded().indices[INDEX]);
    assert_eq!(live.mappings, recorded.mappings);
    assert_eq!(live.documents, recorded.documents);
    assert_eq!(live.operations, recorded.operations);
}

/// The wrappers of the failure object: the record, and the engine's words.
fn failures() -> Vec<Refusal> {
    let folder = experiment::folder().join("elasticsearch-failed/2019/04/30/06");
    let path = fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
    let text = fs::read_to_string(path).unwrap();
    let refusal = |line: &str| {
        let wrapper: Value = serde_json::from_str(line).unwrap();
        let record = BASE64_STANDARD.decode(wrapper["rawData"].as_str().unwrap()).unwrap();
        let error: Value = serde_json::from_str(wrapper["errorMessage"].as_str().unwrap()).unwrap();
        Refusal::new(&record, &error)
    };
    text.lines().map(refusal).collect()
}

//! What lowers a finding below certain, and what the program says then: the experiment's capture, changed in one place.

use std::path::Path;

use serde_json::{Value, json};

use crate::cli::mapdrift;

const EXPERIMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/experiment");
const INDEX: &str = "interest_service_click2";

/// Exit code and report of `check` on the experiment's backup (or the part of it that `sources` names) with a changed capture.
fn check(sources: &str, change: impl FnOnce(&mut Value)) -> (i32, Value) {
    let mut capture: Value =
        serde_json::from_slice(&std::fs::read(format!("{EXPERIMENT}/capture.json")).unwrap())
            .unwrap();
    change(&mut capture);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.json");
    std::fs::write(&path, serde_json::to_vec(&capture).unwrap()).unwrap();
    let output =
        mapdrift(&["check", sources, "--format", "json", "--capture", path.to_str().unwrap()])
            .output()
            .unwrap();
    let report = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    (output.status.code().unwrap(), report)
}

/// The confidences of a rule's findings, each once.
fn confidences(report: &Value, rule: &str) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap().iter();
    let of_rule = findings.filter(|found| found["rule"] == rule);
    let mut found: Vec<String> =
        of_rule.map(|found| found["confidence"].as_str().unwrap().to_owned()).collect();
    found.sort();
    found.dedup();
    found
}

fn nothing_is_certain(report: &Value, rules: &[&str]) {
    for rule in rules {
        assert!(!confidences(report, rule).contains(&"certain".to_owned()), "{rule}: {report:#}");
    }
}

const OF_REPLAY: [&str; 4] = [
    "field-added-dynamically",
    "value-rejected-by-type",
    "object-scalar-conflict",
    "count-mismatch",
];

#[test]
fn the_experiment_itself_is_certain() {
    let (code, report) = check(EXPERIMENT, |_| {});
    assert_eq!(code, 1);
    assert_eq!(confidences(&report, "field-added-dynamically"), ["certain"]);
    assert_eq!(report["counts"]["unexplained"], 0);
}

#[test]
fn documents_beyond_a_backup_that_ends_early_are_possible() {
    let (_, report) = check(&format!("{EXPERIMENT}/2019/04/30/06/test-1-2019-04-30-06-2*"), |_| {});
    assert_eq!(confidences(&report, "count-mismatch"), ["possible"]);
    assert_eq!(confidences(&report, "field-unexplained"), ["likely"]);
}

#[test]
fn missing_documents_are_certain_where_the_index_says_that_nothing_was_deleted() {
    let fewer = |capture: &mut Value| {
        capture["indices"][INDEX]["documents"] = json!(1_150);
        capture["indices"][INDEX]["operations"] = json!(1_150);
    };
    let (code, report) = check(EXPERIMENT, fewer);
    assert_eq!((code, confidences(&report, "count-mismatch")), (1, vec!["certain".to_owned()]));
    let (_, report) =
        check(EXPERIMENT, |capture| capture["indices"][INDEX]["documents"] = json!(1_150));
    assert_eq!(confidences(&report, "count-mismatch"), ["possible"]);
}

#[test]
fn a_type_that_the_replica_does_not_know_is_named_and_doubted() {
    let (_, report) = check(EXPERIMENT, |capture| {
        capture["legacy_templates"] = json!({"t": {"index_patterns": ["interest*"], "order": 0,
            "mappings": {"isc": {"properties": {"odd": {"type": "sparkle"}}}}}});
    });
    nothing_is_certain(&report, &OF_REPLAY);
    assert!(report["doubts"].to_string().contains("sparkle"), "{}", report["doubts"]);
}

#[test]
fn an_engine_without_a_profile_is_said_and_doubted() {
    let (_, report) = check(EXPERIMENT, |capture| capture["engines"] = json!(["es:6.7.1"]));
    nothing_is_certain(&report, &OF_REPLAY);
    assert!(report["doubts"].to_string().contains("6.7.1"));
    let (_, report) = check(EXPERIMENT, |capture| capture["engines"] = json!(["es:5.6.16"]));
    assert!(
        report["fields"].as_array().unwrap().is_empty()
            || confidences(&report, "field-added-dynamically").is_empty()
    );
}

#[test]
fn two_engines_that_fit_leave_nothing_certain() {
    let (_, report) =
        check(EXPERIMENT, |capture| capture["engines"] = json!(["es:7.10.2", "os:1.3.20"]));
    nothing_is_certain(&report, &OF_REPLAY);
}

#[test]
fn another_engine_than_the_cluster_has_is_what_might_be() {
    let check = |engine: &[&str]| {
        let arguments = [&["check", EXPERIMENT, "--format", "json"], engine].concat();
        let report: Value =
            serde_json::from_slice(&mapdrift(&arguments).output().unwrap().stdout).unwrap();
        (report["inputs"]["engines"].clone(), report["rules_not_run"].clone())
    };
    let (own, not_run) = check(&[]);
    assert!(not_run.to_string().contains("engine-outcome-differs"), "{not_run}");
    let (still_own, not_run) = check(&["--engine", "os:2.19"]);
    assert_eq!(own, still_own, "the index stays what it is");
    assert!(!not_run.to_string().contains("engine-outcome-differs"), "{not_run}");
}

#[test]
fn a_template_to_come_needs_an_engine() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("r.json"), r#"{"a":"x"}"#).unwrap();
    std::fs::write(folder.path().join("t"), r#"{"mappings":{"properties":{"a":{"type":"long"}}}}"#)
        .unwrap();
    let check = |engine: &[&str]| {
        let arguments = [&["check", "r.json", "--template", "t", "-f", "concise"], engine].concat();
        mapdrift(&arguments).current_dir(folder.path()).output().unwrap()
    };
    assert_eq!(check(&[]).status.code(), Some(2));
    let said = String::from_utf8(check(&["--engine", "es:7.10.2"]).stdout).unwrap();
    assert!(said.contains("would be refused by Elasticsearch 7.10.2 with template t"), "{said}");
}

#[test]
fn indices_whose_names_do_not_part_the_records_leave_nothing_certain() {
    let (_, report) = check(EXPERIMENT, |capture| {
        let index = capture["indices"][INDEX].take();
        capture["indices"] = json!({"a": index, "b-2019-04-30": index});
    });
    nothing_is_certain(&report, &OF_REPLAY);
    assert_eq!(report["counts"]["unexplained"], Value::Null);
}

#[test]
fn records_of_another_period_are_not_missing_from_a_rotated_index() {
    let (_, report) = check(EXPERIMENT, |capture| {
        let index = capture["indices"][INDEX].take();
        capture["indices"] = json!({"clicks-2019-04-29": index});
    });
    assert_eq!(confidences(&report, "count-mismatch"), Vec::<String>::new());
    nothing_is_certain(&report, &["nothing-to-map"]);
}

#[test]
fn an_index_whose_mapping_cannot_be_read_is_a_problem_and_the_others_are_judged() {
    let (code, report) = check(EXPERIMENT, |capture| {
        let index = capture["indices"][INDEX].take();
        let mut broken = index.clone();
        broken["mappings"] = json!({"isc": {"properties": {"a": 1}}});
        capture["indices"] = json!({"x": broken, "y": index});
    });
    assert_eq!((code, &report["problems"][0]["kind"]), (4, &json!("index-unreadable")));
    assert!(!confidences(&report, "field-added-dynamically").is_empty());
}

#[test]
fn refusals_on_fields_that_are_not_live_are_possible() {
    let (_, report) =
        check(EXPERIMENT, |capture| capture["indices"][INDEX]["mappings"] = json!({}));
    assert_eq!(confidences(&report, "value-rejected-by-type"), ["possible"]);
}

#[test]
fn a_capture_with_nothing_to_compare_is_3() {
    assert_eq!(check(EXPERIMENT, |capture| capture["indices"] = json!({})).0, 3);
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(Path::new(EXPERIMENT).join("capture.json"), folder.path().join("capture.json"))
        .unwrap();
    assert_eq!(
        mapdrift(&["check", folder.path().to_str().unwrap()]).output().unwrap().status.code(),
        Some(3)
    );
}

#[test]
fn a_record_near_a_rotation_may_be_in_either_index() {
    let folder = tempfile::tempdir().unwrap();
    let object = |time: &str, record: &str| {
        let key = format!("s-1-2019-{time}-00-9c948a08-f91a-4ba2-922d-408623ea0ddf");
        std::fs::write(folder.path().join(key), record).unwrap();
    };
    object("04-30-23-55", r#"{"a":1,"early":1}"#);
    object("05-01-09-00", r#"{"a":1,"late":1}"#);
    let long = json!({"type": "long"});
    let index = |fields: Value| {
        json!({
            "aliases": {}, "created_at": "2019-04-30T00:00:00Z", "documents": 2, "operations": 2,
            "mappings": {"properties": fields}, "settings": {"index": {"number_of_shards": "1"}},
        })
    };
    let capture = json!({
        "format": "mapdrift-capture", "version": 1, "captured_at": "2019-05-01T23:00:00Z",
        "requested": "c-*", "engines": ["es:7.10.2"],
        "indices": {
            "c-2019-04-30": index(json!({"a": long, "early": long})),
            "c-2019-05-01": index(json!({"a": long, "early": long, "late": long})),
        },
        "legacy_templates": {"c": {
            "order": 0, "index_patterns": ["c-*"], "mappings": {"properties": {"a": long}},
        }},
        "index_templates": {}, "component_templates": {}, "data_streams": {}, "unanswered": [],
    });
    std::fs::write(folder.path().join("capture.json"), capture.to_string()).unwrap();
    let arguments = ["check", ".", "--format", "json", "--progress", "none"];
    let output = mapdrift(&arguments).current_dir(folder.path()).output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let added = report["findings"].as_array().unwrap().iter();
    let added = added.filter(|found| found["rule"] == "field-added-dynamically");
    let told: Vec<(&str, &str, bool)> = added
        .map(|found| {
            let is_near = found["notes"].to_string().contains("near the rotation");
            (found["index"].as_str().unwrap(), found["field"].as_str().unwrap(), is_near)
        })
        .collect();
    let expected = [
        ("c-2019-04-30", "early", true),
        ("c-2019-05-01", "early", true),
        ("c-2019-05-01", "late", false),
    ];
    assert_eq!(told, expected);
    assert_eq!(confidences(&report, "field-added-dynamically"), ["likely"]);
}

#[test]
fn order_is_asked_of_so_many_records_and_the_rest_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let records = ["1", "1.5"]
        .iter()
        .flat_map(|value| (0..900).map(move |number| format!("{{\"f{number}\":{value}}}\n")));
    std::fs::write(folder.path().join("r.json"), records.collect::<String>()).unwrap();
    let arguments = ["check", "r.json", "--engine", "es:7.10.2", "--format", "json"];
    let output = mapdrift(&arguments).current_dir(folder.path()).output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap().iter();
    let dependent: Vec<&Value> =
        findings.filter(|found| found["rule"] == "mapping-order-dependent").collect();
    let rest = dependent.iter().find(|found| found["level"] == "note").unwrap();
    assert_eq!(dependent.len(), 501, "two records for each of 500 fields");
    assert!(rest["message"].as_str().unwrap().starts_with("400 more fields"), "{rest}");
}

//! The formats of `mapdrift scan`: snapshots in `fixtures/report`, names that would command a terminal or a spreadsheet, and
//! schemas under which every record is valid and another one is not.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::bench_manifest::generator::{Last, Set, generate};
use crate::cli::mapdrift;

const EXPERIMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/experiment");

fn scanned(source: &Path, arguments: &[&str]) -> String {
    let source = source.to_str().unwrap();
    let output = mapdrift(&[&["scan", source], arguments].concat()).output().unwrap();
    assert!(matches!(output.status.code(), Some(0 | 4)), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn check(name: &str, shown: &str) {
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path("../../fixtures/report");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, shown));
}

const FORMATS: [(&str, &[&str]); 6] = [
    ("text", &[]),
    ("shapes", &["--shapes"]),
    ("json", &["--format", "json"]),
    ("jsonl", &["--format", "jsonl"]),
    ("csv", &["--format", "csv"]),
    ("schema", &["--emit", "json-schema"]),
];

#[test]
fn a_scan_of_the_experiment_shows_its_fields_and_families() {
    for (format, arguments) in FORMATS.into_iter().filter(|(format, _)| !format.starts_with("json"))
    {
        check(&format!("scan-experiment.{format}"), &scanned(Path::new(EXPERIMENT), arguments));
    }
}

/// Names and values that try to leave their place, arrays and objects under one name, a dot in a name, damage.
const NASTY: &str = concat!(
    r#"{"=1+1": "=cmd|'/c calc'!A0", "a\u001b[31mred": "\u202eevil", "line\nbreak": "x\ty", "": "", "a.b": {"c": 1}}"#,
    "\n",
    r#"{"=1+1": "@x", "list": [1, "two", [null, {"in": true}]], "a": {"b": {"c": "2019-04-30"}}, "\ud800": "\udc00"}"#,
    "\n",
    r#"{"list": {"in": 7}, "error[forged]": "::error::x", "-": -1, "+": 1.5, "`|*": "<script>"}"#,
    "\nno record\n",
    r#"{"cut": "#,
);

#[test]
fn nasty_names_stay_where_they_are_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("nasty");
    fs::write(&source, NASTY).unwrap();
    for (format, arguments) in FORMATS {
        let shown = scanned(&source, arguments);
        let commands = shown.chars().find(|c| c.is_control() && *c != '\n' || *c == '\u{202e}');
        assert_eq!(commands, None, "{format}");
        let forged = shown.lines().any(|line| line.starts_with("error[forged]"));
        assert!(!forged || format == "csv", "{format}");
        check(&format!("scan-nasty.{format}"), &shown);
    }
}

#[test]
fn a_table_reads_back_and_runs_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("nasty");
    fs::write(&source, NASTY).unwrap();
    let table = scanned(&source, &["--format", "csv"]);
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let width = reader.headers().unwrap().len();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert!(rows.len() > 10 && rows.iter().all(|row| row.len() == width));
    let texts = rows.iter().flat_map(|row| [&row[0], &row[width - 1]]);
    let is_formula = |cell: &&str| cell.starts_with(['=', '+', '@']);
    assert_eq!(texts.clone().filter(is_formula).count(), 0, "{table}");
    assert!(texts.clone().any(|cell| cell == "'=1+1"), "{table}");
}

#[test]
fn every_line_of_jsonl_says_what_it_is() {
    let lines = scanned(Path::new(EXPERIMENT), &["--format", "jsonl"]);
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let count = |kind: &str| lines.iter().filter(|line| line["line"] == kind).count();
    assert_eq!((count("scan"), count("field"), count("family")), (1, 24, 2));
    assert_eq!((&lines[0]["line"], &lines[0]["counts"]["records"]), (&"scan".into(), &1189.into()));
    let whole: Value =
        serde_json::from_str(&scanned(Path::new(EXPERIMENT), &["--format", "json"])).unwrap();
    let mut field = lines[1].clone();
    field.as_object_mut().unwrap().shift_remove("line");
    assert_eq!(field, whole["fields"][0]);
}

/// Every record is valid; each of them with a new name, with a name left out that all have, or with another kind is not.
fn check_schema(source: &Path) {
    let schema = serde_json::from_str(&scanned(source, &["--emit", "json-schema"])).unwrap();
    assert!(jsonschema::meta::is_valid(&schema));
    let validator = jsonschema::validator_for(&schema).unwrap();
    let lines = scanned(source, &["--emit", "ndjson"]);
    let records = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    let mut seen = 0;
    for mut record in records {
        seen += 1;
        assert!(validator.is_valid(&record), "{record} under {schema}");
        if seen > 100 {
            continue;
        }
        for name in &required {
            let name = name.as_str().unwrap();
            let value = record.as_object_mut().unwrap().shift_remove(name).unwrap();
            assert!(!validator.is_valid(&record), "{name} is required");
            record[name] = Value::String("no such kind".repeat(3));
            let takes_text = schema["properties"][name].to_string().contains("string");
            assert!(takes_text || !validator.is_valid(&record), "{name} takes a string");
            record[name] = value;
        }
        record["a name that nobody has"] = 1.into();
        assert!(!validator.is_valid(&record));
    }
    assert!(seen > 10, "{seen}");
}

#[test]
fn the_schema_of_the_experiment_takes_its_records_and_no_others() {
    check_schema(Path::new(EXPERIMENT));
}

#[test]
fn the_schemas_of_generated_sets_take_their_records_and_no_others() {
    let folder = tempfile::tempdir().unwrap();
    for set in [Set::Clicks, Set::Gh, Set::AdvDeep, Set::AdvEsc] {
        let mut records = Vec::new();
        generate(set, 300_000, Last::Ordinary, |record| records.extend_from_slice(record));
        let source = folder.path().join(set.name());
        fs::write(&source, records).unwrap();
        check_schema(&source);
    }
}

#[test]
fn arrays_and_plain_values_share_a_definition_that_takes_both() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("records");
    let record = r#"{"a/b~": [1, [2, [{"x": 1}]]], "o": [{"k": 1}, {"k": 2, "l": []}]}"#;
    fs::write(&source, format!("{}{{\"a/b~\": 3, \"o\": {{\"k\": 3}}}}", record.repeat(20)))
        .unwrap();
    check_schema(&source);
    let schema: Value =
        serde_json::from_str(&scanned(&source, &["--emit", "json-schema"])).unwrap();
    assert_eq!(schema["$defs"]["o"]["required"], serde_json::json!(["k"]));
}

#[test]
fn a_sample_requires_nothing_and_forbids_no_name() {
    let schema = scanned(Path::new(EXPERIMENT), &["--sample", "3", "--emit", "json-schema"]);
    assert!(!schema.contains("required") && !schema.contains("additionalProperties"), "{schema}");
}

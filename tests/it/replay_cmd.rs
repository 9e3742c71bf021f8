//! `mapdrift replay` as a user meets it: what it starts from, what it prints, its exit codes.

use std::io::Write as _;
use std::path::Path;
use std::process::Output;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::cli::mapdrift;
use crate::laws_replay::object;
use crate::random::generate::Rng;

const EXPERIMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/experiment");

/// Runs `replay` in a folder that holds these files.
fn replay(files: &[(&str, &str)], arguments: &[&str]) -> (Output, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let output =
        mapdrift(&[&["replay"], arguments].concat()).current_dir(&folder).output().unwrap();
    (output, folder)
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("it was not killed")
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Standard output as JSON, one value or one a line.
fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", said(output)))
}

fn lines(output: &Output) -> Vec<Value> {
    let text = std::str::from_utf8(&output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The mapping that `records` make, and the exit code.
fn mapping_of(records: &str, files: &[(&str, &str)], arguments: &[&str]) -> Value {
    let files = [&[("r.json", records)], files].concat();
    let (output, _) = replay(&files, &[&["r.json", "--emit", "mapping"], arguments].concat());
    json(&output)
}

#[test]
fn the_mapping_is_printed_as_the_engine_prints_it() {
    let text =
        json!({"type": "text", "fields": {"keyword": {"type": "keyword", "ignore_above": 256}}});
    let body = json!({"properties": {"a": text, "b": {"type": "date"}}});
    let records = r#"{"a":"x","b":"2019-01-01"}"#;
    assert_eq!(
        mapping_of(records, &[], &["--engine", "es:6.5", "--type", "isc"]),
        json!({"isc": body})
    );
    assert_eq!(mapping_of(records, &[], &["--engine", "es:6.5"]), json!({"_doc": body}));
    let named = mapping_of(records, &[], &["--engine", "es:6.5", "--index", "clicks"]);
    assert_eq!(named, json!({"clicks": {"mappings": {"_doc": body}}}));
}

#[test]
fn keys_of_the_mapping_are_sorted() {
    let records = r#"{"z":1,"a":{"y":1,"b":1}}"#;
    let (output, _) =
        replay(&[("r.json", records)], &["r.json", "--engine", "es:6.5", "--emit", "mapping"]);
    let text = String::from_utf8(output.stdout).unwrap();
    let mut sorted: Value = serde_json::from_str(&text).unwrap();
    sorted.sort_all_objects();
    assert_eq!(text, format!("{}\n", serde_json::to_string_pretty(&sorted).unwrap()));
}

#[test]
fn fates_have_a_line_for_each_record_in_order() {
    let records = "{\"a\":1}{\"a\":\"b\"}\n{\"a\":1.5}";
    let (output, _) =
        replay(&[("r.json", records)], &["r.json", "--engine", "es:6.5.4", "--emit", "fates"]);
    let fates = lines(&output);
    assert_eq!(code(&output), 1);
    assert_eq!(
        fates.iter().map(|fate| fate["record"].as_u64().unwrap()).collect::<Vec<_>>(),
        [1, 2, 3]
    );
    assert_eq!(fates[0]["status"], "accepted");
    assert_eq!(fates[1]["error_type"], "mapper_parsing_exception");
    assert_eq!(fates[1]["reason"], "failed to parse field [a] of type [long]");
    assert_eq!(fates[1]["caused_by_type"], "illegal_argument_exception");
    assert_eq!(fates[2]["losses"], json!([{"field": "a", "cause": "decimals-cut"}]));
}

#[test]
fn with_lines_every_line_has_a_fate() {
    let records = "{\"a\":1}\n\n[1]\n{\"a\":\n{\"a\":2}\n";
    let arguments = ["r.json", "--engine", "es:6.5.4", "--framing", "lines", "--emit", "fates"];
    let (output, _) = replay(&[("r.json", records)], &arguments);
    let status: Vec<String> =
        lines(&output).iter().map(|fate| fate["status"].as_str().unwrap().to_owned()).collect();
    assert_eq!(status, ["accepted", "rejected", "rejected", "rejected", "accepted"]);
    assert_eq!(code(&output), 1, "everything was read: {}", said(&output));
}

#[test]
fn concatenated_records_heed_no_lines() {
    let records = "{\"a\":1}\n7\n{\"a\":2}";
    let count = |framing: &str| {
        let arguments =
            ["r.json", "--engine", "es:6.5.4", "--framing", framing, "--format", "json"];
        let (output, _) = replay(&[("r.json", records)], &arguments);
        (code(&output), json(&output)["counts"]["records"].as_u64().unwrap())
    };
    assert_eq!(count("auto"), (1, 3), "a scalar on its own line is a record");
    assert_eq!(count("concatenated"), (4, 2), "without lines it is garbage between records");
}

#[test]
fn the_index_begins_with_a_mapping_in_any_form() {
    let bare = json!({"properties": {"a": {"type": "keyword"}}});
    let forms = [
        bare.clone(),
        json!({"isc": bare}),
        json!({"mappings": bare, "settings": {"number_of_shards": 1}}),
        json!({"mappings": {"isc": bare}}),
        json!({"clicks": {"mappings": {"isc": bare}, "aliases": {}}}),
    ];
    for form in forms {
        let arguments =
            ["--mapping", "m.json", "--engine", "es:6.8", "--index", "clicks", "--type", "isc"];
        let found = mapping_of(r#"{"a":1}"#, &[("m.json", &form.to_string())], &arguments);
        assert_eq!(found, json!({"clicks": {"mappings": {"isc": bare}}}), "{form}");
    }
}

#[test]
fn a_declared_mapping_is_settled_as_the_engine_keeps_it() {
    let written = json!({"properties": {"a.b": {"type": "keyword"}, "a.c.d": {"type": "text", "index": "true"}, "a": {"properties": {"e": {"type": "ip"}}}}});
    let kept = json!({"properties": {"a": {"properties": {
        "b": {"type": "keyword"}, "c": {"properties": {"d": {"type": "text"}}}, "e": {"type": "ip"}}}}});
    let arguments = ["--mapping", "m.json", "--engine", "es:7.10"];
    let found = mapping_of(r#"{"a":{"b":1}}"#, &[("m.json", &written.to_string())], &arguments);
    assert_eq!(found, kept);
}

#[test]
fn settings_of_an_index_body_take_part() {
    let body =
        json!({"settings": {"index": {"mapping": {"total_fields": {"limit": 1}}}}, "mappings": {}});
    let files = [("m.json", &*body.to_string()), ("r.json", r#"{"a":1}{"b":1}"#)];
    let (output, _) =
        replay(&files, &["r.json", "--engine", "es:6.5", "--mapping", "m.json", "--emit", "fates"]);
    let fates = lines(&output);
    assert_eq!(
        (&fates[0]["status"], &fates[1]["status"]),
        (&json!("accepted"), &json!("rejected"))
    );
}

#[test]
fn templates_that_match_the_name_take_part() {
    let one = json!({"index_patterns": ["click*"], "mappings": {"properties": {"a": {"type": "keyword"}}}});
    let two = json!({"t2": {"index_patterns": ["demo*"], "order": 1, "mappings": {"properties": {"a": {"type": "ip"}}}}});
    let files = [("one.json", &*one.to_string()), ("two.json", &*two.to_string())];
    let made = |more: &[&str]| {
        let arguments =
            [&["--engine", "es:7.10", "--template", "one.json", "two.json"], more].concat();
        mapping_of(r#"{"b":1}"#, &files, &arguments)
    };
    assert_eq!(
        made(&["--index", "clicks"])["clicks"]["mappings"]["properties"]["a"]["type"],
        "keyword"
    );
    assert_eq!(made(&["--index", "demo-1"])["demo-1"]["mappings"]["properties"]["a"]["type"], "ip");
    assert_eq!(
        made(&[])["properties"]["a"]["type"],
        "ip",
        "without a name all take part, by their order"
    );
}

#[test]
fn a_capture_gives_engine_start_and_live_mapping() {
    let output = mapdrift(&["replay", EXPERIMENT, "--format", "json"]).output().unwrap();
    let report = json(&output);
    assert_eq!(report["inputs"]["engine"], "Elasticsearch 6.5.4");
    assert_eq!(report["inputs"]["type"], "isc");
    assert_eq!(report["differences"], json!([]), "the replay ends with the live mapping");
    assert_eq!(report["counts"]["rejected"], 9);
}

#[test]
fn a_difference_from_a_live_mapping_is_1() {
    let same = json!({"x": {"mappings": {"_doc": {"properties": {"a": {"type": "long"}}}}}});
    let other = json!({"x": {"mappings": {"_doc": {"properties": {"a": {"type": "float"}, "b": {"type": "ip"}}}}}});
    let compared = |live: &Value| {
        let files = [("r.json", r#"{"a":1}"#), ("live.json", &*live.to_string())];
        let arguments =
            ["r.json", "--engine", "es:6.5", "--compare", "live.json", "--format", "json"];
        let (output, _) = replay(&files, &arguments);
        (code(&output), json(&output)["differences"].clone())
    };
    assert_eq!(compared(&same), (0, json!([])));
    let (code, differences) = compared(&other);
    assert_eq!(code, 1);
    assert_eq!(
        differences[0],
        json!({"field": "a", "kind": "type", "replayed": "long", "live": "float"})
    );
    assert_eq!(
        differences[1],
        json!({"field": "b", "kind": "presence", "replayed": null, "live": "ip"})
    );
}

#[test]
fn the_nearest_profile_stands_in_and_that_is_said() {
    let remarks = |engine: &str| {
        let (output, _) =
            replay(&[("r.json", "{}")], &["r.json", "--engine", engine, "--format", "json"]);
        json(&output)["inputs"]["remarks"].clone()
    };
    assert_eq!(remarks("es:6.5.1"), json!([]));
    let said = remarks("es:7.12")[0].as_str().unwrap().to_owned();
    assert!(
        said.contains("7.12") && said.contains("nearest profile, Elasticsearch 7.10"),
        "{said}"
    );
}

#[test]
fn usage_errors_are_2() {
    let check = |arguments: &[&str], expected: &str| {
        let (output, _) = replay(&[("r.json", "{}"), ("bad.json", "{")], arguments);
        assert!(
            code(&output) == 2 && said(&output).contains(expected),
            "{arguments:?}: {}",
            said(&output)
        );
    };
    check(&["r.json"], "no engine is known");
    check(&["r.json", "--engine", "es:5.6"], "not known");
    check(&["r.json", "--engine", "es:6.5", "--mapping", "bad.json"], "not JSON");
    check(&["r.json", "--engine", "es:6.5", "--mapping", "none.json"], "none.json");
    check(&["r.json", "--engine", "es:6.5", "--emit", "fate"], "names nothing");
    check(
        &["r.json", "--engine", "es:6.5", "--emit", "fates", "--emit", "mapping"],
        "standard output",
    );
    check(&["r.json", "--engine", "es:6.5", "--emit", "fates=none/x"], "none/x");
}

#[test]
fn damaged_input_is_4_and_the_rest_counts() {
    let (output, _) = replay(
        &[("r.json", r#"{"a":1}{"a"#)],
        &["r.json", "--engine", "es:6.5", "--format", "json"],
    );
    assert_eq!((code(&output), &json(&output)["counts"]["records"]), (4, &json!(1)));
}

#[test]
fn emits_go_to_files_beside_the_report() {
    let arguments =
        ["r.json", "--engine", "es:6.5", "--emit", "mapping=m.json", "--emit", "fates=f.ndjson"];
    let (output, folder) = replay(&[("r.json", r#"{"a":1}"#)], &arguments);
    assert!(String::from_utf8(output.stdout).unwrap().contains("1 record: 1 accepted, 0 refused"));
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    assert!(read("m.json").contains("\"long\"") && read("f.ndjson").contains("\"accepted\""));
    assert!(is_private(&folder.path().join("m.json")));
}

#[cfg(unix)]
fn is_private(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777 == 0o600
}

#[cfg(not(unix))]
fn is_private(path: &Path) -> bool {
    path.exists()
}

#[test]
fn losses_fail_on_warnings_only() {
    let rc = |fail_on: &str| {
        let arguments = ["r.json", "--engine", "es:6.5", "--fail-on", fail_on];
        code(&replay(&[("r.json", r#"{"a":1}{"a":1.5}"#)], &arguments).0)
    };
    assert_eq!((rc("error"), rc("warning"), rc("never")), (0, 1, 0));
}

/// The witnesses of `records` on an index that begins with `mapping`.
fn witnesses_of(records: &str, mapping: &Value, engine: &str) -> Vec<(String, String)> {
    let files = [("r.json", records), ("m.json", &*mapping.to_string())];
    let arguments = ["r.json", "--engine", engine, "--mapping", "m.json", "--format", "json"];
    let (output, _) = replay(&files, &arguments);
    let rejects = json(&output)["rejects"].clone();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    rejects
        .as_array()
        .unwrap()
        .iter()
        .map(|found| (text(&found["witness"]), text(&found["error_type"])))
        .collect()
}

#[test]
fn a_witness_is_the_smallest_record_refused_alike() {
    let mapping = json!({"properties": {"price": {"type": "float"}, "o": {"properties": {"n": {"type": "ip"}}}}});
    let records = r#"{"a":1,"price":["1","N/A",{"x":1}],"b":{"c":"d"}}{"o":{"m":1,"n":"x","k":[1,2]},"z":"y"}"#;
    let found = witnesses_of(records, &mapping, "es:6.5.4");
    let smallest: Vec<&str> = found.iter().map(|(witness, _)| witness.as_str()).collect();
    assert_eq!(smallest, [r#"{"price":"N/A"}"#, r#"{"o":{"n":"x"}}"#]);
}

#[test]
fn a_witness_is_refused_by_the_replica_in_the_same_words() {
    let mapping = json!({"properties": {"k": {"type": "keyword"}, "d": {"type": "date"}}});
    let long = "x".repeat(40_000);
    let records =
        format!(r#"{{"k":"{long}","n":1}}{{"d":"{}","m":[1,2]}}"#, "not a date ".repeat(9));
    for (witness, error_type) in witnesses_of(&records, &mapping, "es:6.5.4") {
        let again = witnesses_of(&witness, &mapping, "es:6.5.4");
        assert_eq!(again, [(witness.clone(), error_type)], "a witness is its own witness");
        assert!(witness.len() < 32_800, "{} bytes", witness.len());
    }
}

#[cfg(unix)]
#[test]
fn the_curl_line_sends_exactly_the_witness() {
    let nasty =
        [r#"{"a":"it's $HOME `x` \\ %s"}"#, "@file", "{\"a\":\"\u{202e}\"", "{\"a\":\"\x7f\""];
    for record in nasty {
        let files = [("r.json", record), ("m.json", r#"{"properties":{"a":{"type":"long"}}}"#)];
        let arguments =
            ["r.json", "--engine", "es:6.5", "--mapping", "m.json", "--framing", "lines"];
        let (report, _) = replay(&files, &[&arguments[..], &["--format", "json"]].concat());
        let (script, folder) = replay(&files, &[&arguments[..], &["--emit", "witnesses"]].concat());
        // A curl that prints the body that it was given.
        let curl = "#!/bin/sh\nfor a; do l=$a; done\ncase \"$l\" in @-) cat;; *) printf %s \"$l\";; esac\n";
        std::fs::write(folder.path().join("curl"), curl).unwrap();
        std::fs::write(folder.path().join("run.sh"), &script.stdout).unwrap();
        let output = std::process::Command::new("sh")
            .args(["-c", "chmod +x curl; PATH=.:$PATH exec sh run.sh"])
            .current_dir(&folder)
            .output()
            .unwrap();
        let expected = json(&report)["rejects"][0]["witness"].as_str().unwrap().to_owned();
        let sent = String::from_utf8(output.stdout).unwrap();
        assert_eq!(mapdrift::model::path::visible(sent.as_bytes()), expected, "{record}");
    }
}

/// How the same records lie in objects.
#[derive(Clone, Copy, Debug)]
enum Layout {
    Lines,
    Concatenated,
    Gzip,
}

/// Writes objects whose guesses fail often: a few records each, over three names.
fn backup(layout: Layout) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut rng = Rng::new(20_190_430);
    for n in 0..60 {
        let mut bytes: Vec<u8> = (0..8).flat_map(|_| object(&mut rng)).collect();
        if matches!(layout, Layout::Concatenated) {
            bytes.retain(|byte| *byte != b'\n');
        }
        if matches!(layout, Layout::Gzip) {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(&bytes).unwrap();
            bytes = encoder.finish().unwrap();
        }
        let name = format!("clicks-1-2019-04-30-06-{n:02}-00-9c948a08-f91a-4ba2-922d-408623ea0ddf");
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

/// A history without byte offsets, which depend on the layout.
fn without_offsets(history: Value) -> Value {
    without(&["byte_offset", "byte_length", "bytes", "backup"], history)
}

/// A JSON value without the members of these names, at any depth.
fn without(names: &[&str], mut value: Value) -> Value {
    match &mut value {
        Value::Object(map) => {
            map.retain(|name, _| !names.contains(&name.as_str()));
            for inner in map.values_mut() {
                *inner = without(names, inner.take());
            }
        }
        Value::Array(list) => {
            for inner in list {
                *inner = without(names, inner.take());
            }
        }
        _ => {}
    }
    value
}

/// The history of the objects of a folder, given by name in this order.
fn history(folder: &Path, names: &[String]) -> Value {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let options = ["--engine", "es:7.10.2", "--format", "json", "--jobs", "2"];
    let arguments = [&["replay"], &names[..], &options].concat();
    let output = mapdrift(&arguments).current_dir(folder).output().unwrap();
    without_offsets(json(&output))
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

#[test]
fn objects_in_another_order_have_the_same_history() {
    let folder = backup(Layout::Lines);
    let mut names = names(folder.path());
    let in_order = history(folder.path(), &names);
    names.reverse();
    assert_eq!(history(folder.path(), &names), in_order);
}

#[test]
fn objects_cut_in_two_change_only_the_places_of_records() {
    let folder = backup(Layout::Lines);
    let whole = history(folder.path(), &names(folder.path()));
    for name in names(folder.path()) {
        let text = std::fs::read(folder.path().join(&name)).unwrap();
        let half = 1 + text.iter().take(text.len() / 2).rposition(|byte| *byte == b'\n').unwrap();
        std::fs::write(folder.path().join(&name), &text[..half]).unwrap();
        let second = name.replace("-00-9c", "-30-9c");
        std::fs::write(folder.path().join(second), &text[half..]).unwrap();
    }
    let cut = history(folder.path(), &names(folder.path()));
    assert_eq!(cut["counts"]["objects"], 2 * whole["counts"]["objects"].as_u64().unwrap());
    let places = ["object", "objects", "record", "time"];
    assert_eq!(without(&places, cut), without(&places, whole));
}

#[test]
fn an_object_that_was_delivered_twice_counts_twice_and_adds_nothing() {
    let folder = backup(Layout::Lines);
    let once = history(folder.path(), &names(folder.path()));
    let last = names(folder.path()).pop().unwrap();
    let records = std::fs::read_to_string(folder.path().join(&last)).unwrap().lines().count();
    let again = last.replace("-06-59-", "-07-05-");
    std::fs::copy(folder.path().join(&last), folder.path().join(again)).unwrap();
    let twice = history(folder.path(), &names(folder.path()));
    let count = |history: &Value| history["counts"]["records"].as_u64().unwrap();
    assert_eq!(count(&twice), count(&once) + records as u64);
    assert_eq!(twice["mapping"], once["mapping"]);
    let fields = |history: &Value| without(&["present"], history["fields"].clone());
    assert_eq!(fields(&twice), fields(&once));
}

#[test]
fn the_history_is_the_same_for_any_number_of_readers_and_any_layout() {
    for engine in ["es:6.5.4", "es:9.5.3", "os:2.19.6"] {
        let mut histories = Vec::new();
        for layout in [Layout::Lines, Layout::Concatenated, Layout::Gzip] {
            let folder = backup(layout);
            let run = |command: &str, jobs: &str| {
                let format = ["--engine", engine, "--format", "json", "--jobs", jobs];
                let arguments = [&[command, "."], &format[..]].concat();
                mapdrift(&arguments).current_dir(&folder).output().unwrap().stdout
            };
            for command in ["replay", "check"] {
                let alone = run(command, "1");
                for jobs in ["2", "3", "8"] {
                    assert!(alone == run(command, jobs), "{engine} {layout:?} {command} {jobs}");
                }
            }
            histories.push(without_offsets(serde_json::from_slice(&run("replay", "2")).unwrap()));
        }
        assert!(histories[0]["rejects"].as_array().unwrap().len() > 3, "{}", histories[0]);
        assert_eq!(histories[0], histories[1]);
        assert_eq!(histories[0], histories[2]);
    }
}

#[test]
fn the_mapping_at_a_time_is_that_of_the_objects_delivered_until_then() {
    let at = |time: &str| {
        let arguments = ["replay", EXPERIMENT, "--format", "json", "--at", time];
        mapdrift(&arguments).output().unwrap()
    };
    let fields = |output: &Output| json(output)["fields"].as_array().unwrap().len();
    let early = at("2019-04-30T06:30:11Z");
    assert_eq!(fields(&early), 4, "the clicks came at 06:33");
    assert_eq!(json(&early)["compared_with"], Value::Null);
    let remarks = json(&early)["inputs"]["remarks"].to_string();
    assert!(remarks.contains("objects outside the time asked for"), "{remarks}");
    assert_eq!(fields(&at("2019-04-30T06:33:00Z")), 19);
    assert_eq!(code(&at("2019-04-30T06:00")), 3);
    assert_eq!(code(&at("noon")), 2);
}

//! Profile files and `mapdrift merge`: what was written is read, and the parts give the whole.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use mapdrift::io::profile::{load, save};
use serde_json::{Value, json};

use crate::cli::mapdrift;

const EXPERIMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/experiment/2019/04/30/06");

fn run(arguments: &[&str]) -> Output {
    mapdrift(arguments).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Scans a folder into a profile file.
fn profile(source: &Path, file: &Path, code: i32) {
    let output =
        run(&["scan", source.to_str().unwrap(), "--profile", file.to_str().unwrap(), "-f", "json"]);
    assert_eq!(output.status.code(), Some(code), "{}", said(&output));
}

/// The experiment's objects dealt out to three folders, and their profiles.
fn parts(folder: &Path) -> Vec<PathBuf> {
    let mut objects: Vec<_> =
        fs::read_dir(EXPERIMENT).unwrap().map(|entry| entry.unwrap().path()).collect();
    objects.sort();
    let part = |number: usize| {
        let of_part = folder.join(format!("part-{number}"));
        fs::create_dir(&of_part).unwrap();
        for object in objects.iter().skip(number).step_by(3) {
            fs::copy(object, of_part.join(object.file_name().unwrap())).unwrap();
        }
        let file = folder.join(format!("part-{number}.json{}", ["", ".gz", ""][number]));
        profile(&of_part, &file, 0);
        file
    };
    (0..3).map(part).collect()
}

fn merged(files: &[&PathBuf], format: &str) -> String {
    let files = files.iter().map(|file| file.to_str().unwrap());
    let arguments: Vec<&str> = ["merge", "-f", format].into_iter().chain(files).collect();
    let output = run(&arguments);
    assert!(output.status.success(), "{}", said(&output));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn parts_in_any_order_give_the_whole() {
    let folder = tempfile::tempdir().unwrap();
    let parts = parts(folder.path());
    let [a, b, c] = parts.iter().collect::<Vec<_>>().try_into().unwrap();
    for format in ["text", "json", "jsonl", "csv"] {
        let first = merged(&[a, b, c], format);
        assert_eq!(merged(&[c, a, b], format), first);
        assert_eq!(merged(&[b, c, a], format), first);
    }
    let mut whole: Value =
        serde_json::from_slice(&run(&["scan", EXPERIMENT, "-f", "json"]).stdout).unwrap();
    let mut merged: Value = serde_json::from_str(&merged(&[b, a, c], "json")).unwrap();
    assert_eq!(merged["inputs"]["remarks"].take(), json!(["merged from 3 profiles"]));
    assert_eq!(merged["inputs"]["backup"].take(), json!(["part-0", "part-1", "part-2"]));
    whole["inputs"]["remarks"].take();
    whole["inputs"]["backup"].take();
    assert_eq!(merged, whole);
    assert_eq!(whole["counts"]["records"], 1189);
}

#[test]
fn a_merge_of_merges_is_a_merge() {
    let folder = tempfile::tempdir().unwrap();
    let parts = parts(folder.path());
    let two = folder.path().join("two.json.gz");
    let mut arguments = vec!["merge", "-o", two.to_str().unwrap()];
    arguments.extend(parts[..2].iter().map(|part| part.to_str().unwrap()));
    assert!(run(&arguments).status.success());
    let fields = |report: String| serde_json::from_str::<Value>(&report).unwrap()["fields"].take();
    let [a, b, c] = parts.iter().collect::<Vec<_>>().try_into().unwrap();
    assert_eq!(fields(merged(&[&two, c], "json")), fields(merged(&[a, b, c], "json")));
}

#[test]
fn a_profile_reads_back_to_the_last_bit() {
    let folder = tempfile::tempdir().unwrap();
    let records = folder.path().join("records");
    fs::create_dir(&records).unwrap();
    let odd = [
        r#"{"a\ud800": "\udc00", "f": -0.0, "g": [0.1, 1e308, 5e-324, -9007199254740993], "n": null}"#,
        r#"{"d": "2019-04-30T06:26:00Z", "big": 18446744073709551616, "f": 1e400, "e": "", "e": "x"}"#,
        "[1]",
        r#"{"many": {"a.b": {"c\\": true}}}"#,
        r#"{"cut": "#,
    ];
    let lines = odd.join("\n") + "\n";
    let record = |i: u32| format!("{{\"id\": {i}, \"s\": \"{i}\"}}\n").into_bytes();
    let many: Vec<u8> = (0..5_000).flat_map(record).collect();
    fs::write(records.join("a"), lines).unwrap();
    fs::write(records.join("b"), many).unwrap();
    let (file, again) = (folder.path().join("p.json"), folder.path().join("q.json"));
    profile(&records, &file, 0);
    let stored = load(&file).unwrap();
    assert_eq!(stored.scanned.profile.records, 5_003);
    save(&stored, &again).unwrap();
    assert_eq!(load(&again).unwrap(), stored);
    assert_eq!(fs::read(&file).unwrap(), fs::read(&again).unwrap());
}

#[test]
fn an_object_in_two_profiles_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let parts = parts(folder.path());
    let part = parts[0].to_str().unwrap();
    let output = run(&["merge", part, part]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("two of the profiles have read test-1-2019-04-30-06-26-00"));
}

#[test]
fn samples_are_joined_by_the_worst_case() {
    let folder = tempfile::tempdir().unwrap();
    let (mut files, mut bounds) = (Vec::new(), Vec::new());
    for (name, sample) in [("x", "50%"), ("y", "3"), ("z", "100%")] {
        let of_part = folder.path().join(name);
        fs::create_dir(&of_part).unwrap();
        for number in 0..10 {
            fs::write(of_part.join(format!("{name}{number}")), "{\"a\":1}").unwrap();
        }
        let file = folder.path().join(format!("{name}.json"));
        let source = of_part.to_str().unwrap();
        let report = run(&[
            "scan",
            source,
            "--sample",
            sample,
            "-f",
            "json",
            "--profile",
            file.to_str().unwrap(),
        ]);
        let report: Value = serde_json::from_slice(&report.stdout).unwrap();
        bounds.push(report["inputs"]["sample"]["would_be_met"].as_u64().unwrap());
        files.push(file);
    }
    let all: Vec<&PathBuf> = files.iter().collect();
    let report: Value = serde_json::from_str(&merged(&all, "json")).unwrap();
    let worst = bounds.iter().map(|bound| bound - 1).sum::<u64>() + 1;
    let expected = json!({"seed": 1, "chosen": 18, "of": 30, "would_be_met": worst});
    assert_eq!(report["inputs"]["sample"], expected);
    assert!(worst > 1);
}

#[test]
fn what_is_no_profile_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("p.json");
    profile(Path::new(EXPERIMENT), &file, 0);
    let right = fs::read_to_string(&file).unwrap();
    for (from, to, words) in [
        ("\"version\":1", "\"version\":2", "a profile of version 2; this mapdrift reads version 1"),
        ("mapdrift-profile", "mapdrift-capture", "it has no `\"format\": \"mapdrift-profile\"`"),
        ("\"objects_read\"", "\"objects\"", "is a damaged profile"),
        ("\"key\"", "\"time\"", "is a damaged profile"),
        ("{", "", "it is not JSON"),
        ("\"first\":[0,", "\"first\":[99,", "a record is in an object that it does not list"),
    ] {
        fs::write(&file, right.replacen(from, to, 1)).unwrap();
        let output = run(&["merge", file.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(2), "{to}");
        let said = said(&output);
        assert!(said.contains(words) && said.contains("p.json") && said.contains("hint"), "{said}");
    }
}

//! `mapdrift scan` as its user meets it: one answer however the work was shared out, what a sample leaves out, what else it writes.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Output;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::cli::mapdrift;

const EXPERIMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/experiment");

fn scan(arguments: &[&str]) -> Output {
    mapdrift(&[&["scan"], arguments].concat()).output().unwrap()
}

/// The report, and the exit code.
fn report(arguments: &[&str]) -> (i32, Value) {
    let output = scan(&[arguments, &["--format", "json"]].concat());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{said}"));
    (output.status.code().unwrap(), report)
}

fn field<'a>(report: &'a Value, name: &str) -> &'a Value {
    let mut fields = report["fields"].as_array().unwrap().iter();
    fields.find(|field| field["field"] == name).unwrap_or_else(|| panic!("no {name}: {report}"))
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Objects of every layout, with damage and rare kinds in some.
fn mixed(folder: &Path) {
    for number in 0..40_u32 {
        let records = |separator: &str| -> String {
            let record =
                |i: u32| format!("{{\"id\": {i}, \"name\": \"n{}\", \"of\": {number}}}", i % 7);
            (0..50).map(|i| record(i) + separator).collect()
        };
        let bytes = match number % 5 {
            0 => records("").into_bytes(),
            1 => records("\n").into_bytes(),
            2 => gzip(records("").as_bytes()),
            3 => gzip(&[records("\n").as_bytes(), b"{\"id\": \"late\"}\n"].concat()),
            _ => [records("\n").as_bytes(), b"no record\n{\"cut\": [1,"].concat(),
        };
        fs::write(folder.join(format!("{number:02}")), bytes).unwrap();
    }
}

#[test]
fn any_number_of_readers_gives_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    mixed(folder.path());
    for format in ["text", "json", "jsonl", "csv"] {
        let with = |jobs: &str| {
            let output =
                scan(&[folder.path().to_str().unwrap(), "--jobs", jobs, "--format", format]);
            assert_eq!(output.status.code(), Some(4), "the cut records are problems");
            String::from_utf8(output.stdout).unwrap()
        };
        let one = with("1");
        assert!(one.contains("name"), "{one}");
        for jobs in ["2", "3", "8"] {
            assert_eq!(with(jobs), one, "{format}, {jobs} readers");
        }
    }
}

#[test]
fn every_record_of_the_experiment_is_counted() {
    let (code, report) = report(&[EXPERIMENT]);
    assert_eq!((code, &report["complete"]), (0, &json!(true)));
    assert_eq!(
        (&report["counts"]["records"], &report["counts"]["objects"]),
        (&json!(1189), &json!(12))
    );
    let price = field(&report, "price");
    assert_eq!((&price["present"], &price["kinds"]["string"]), (&json!(500), &json!(3)));
    assert_eq!(field(&report, "interest_service_id")["null"], 689);
    assert_eq!(report["families"].as_array().unwrap().len(), 2);
}

/// A file so large that readers share it.
fn large(folder: &Path, damage: Option<(u64, &[u8])>) -> String {
    let mut bytes = Vec::new();
    let mut number = 0_u64;
    while bytes.len() < 70 << 20 {
        if let Some((_, broken)) = damage.filter(|(at, _)| *at == number) {
            bytes.extend_from_slice(broken);
        }
        let kind = if number % 1_000 == 999 { "\"text\"" } else { "1.5" };
        let filler = "x".repeat(400);
        writeln!(bytes, "{{\"number\": {number}, \"rare\": {kind}, \"filler\": \"{filler}\"}}")
            .unwrap();
        number += 1;
    }
    let path = folder.join("large.ndjson");
    fs::write(&path, bytes).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn readers_that_share_a_large_file_say_what_one_reader_says() {
    let folder = tempfile::tempdir().unwrap();
    let last_part = Some((140_000, &b"{\"broken\": [}\n"[..]));
    let over_lines = Some((80_000, &b"{\"over\":\n\n {\"number\": 1},\n\"lines\": 2}\n"[..]));
    for (damage, code) in [(None, 0), (last_part, 0), (over_lines, 0)] {
        let file = large(folder.path(), damage);
        let (alone, together) = (report(&[&file, "-j", "1"]), report(&[&file, "-j", "3"]));
        assert_eq!(alone, together);
        assert_eq!(alone.0, code, "{}", alone.1["problems"]);
        assert!(alone.1["counts"]["records"].as_u64().unwrap() > 150_000);
    }
}

#[test]
fn a_sample_is_the_same_twice_and_says_what_it_may_have_missed() {
    let folder = tempfile::tempdir().unwrap();
    mixed(folder.path());
    let source = folder.path().to_str().unwrap();
    let (_, ten) = report(&[source, "--sample", "10"]);
    assert_eq!(ten, report(&[source, "--sample", "25%"]).1);
    assert_ne!(ten["counts"], report(&[source, "--sample", "10", "--seed", "3"]).1["counts"]);
    let sample = &ten["inputs"]["sample"];
    // C(40-10, 9) / C(40, 9) is 4.6 %, of 8 holders 6.9 % (hypergeometric).
    let expected = json!({"seed": 1, "chosen": 10, "of": 40, "would_be_met": 10});
    assert_eq!(sample, &expected);
    let text = String::from_utf8(scan(&[source, "--sample", "10"]).stdout).unwrap();
    assert!(text.contains("10 of 40 objects"), "{text}");
}

#[test]
fn objects_outside_the_time_are_left_out_and_said() {
    let (code, report) =
        report(&[EXPERIMENT, "--since", "2019-04-30T06:33:00Z", "--until", "2019-04-30T06:41"]);
    assert_eq!(code, 0);
    let objects = report["counts"]["objects"].as_u64().unwrap();
    assert!((1..12).contains(&objects), "{objects}");
    let said = report["inputs"]["remarks"].to_string();
    assert!(said.contains(&format!("{} objects outside the time", 12 - objects)), "{said}");
    let output = scan(&[EXPERIMENT, "--since", "2020-01-01"]);
    assert_eq!(output.status.code(), Some(3));
    for wrong in [["--since", "yesterday"], ["--sample", "0"], ["--sample", "101%"]] {
        let output = scan(&[&[EXPERIMENT][..], &wrong[..]].concat());
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("hint: write"), "{said}");
    }
}

#[test]
fn clean_lines_come_out_of_any_layout() {
    let folder = tempfile::tempdir().unwrap();
    let pretty = b"{\n  \"a\": \"x // y\",\n  \"b\": [1,\n 2]\n}{\"a\":2}\n/* c */ {\"a\" : 3}garbage{\"a\":4}{\"a\":5}";
    fs::write(folder.path().join("records"), pretty).unwrap();
    let output = scan(&[folder.path().to_str().unwrap(), "--emit", "ndjson"]);
    let lines = String::from_utf8(output.stdout).unwrap();
    let expected =
        "{\"a\": \"x // y\",\"b\": [1,2]}\n{\"a\":2}\n{\"a\" : 3}\n{\"a\":4}\n{\"a\":5}\n";
    assert_eq!((lines.as_str(), output.status.code()), (expected, Some(4)));
}

#[test]
fn the_mapping_is_the_one_that_a_replay_makes() {
    for engine in ["es:6.5.4", "es:8.19", "os:2.19"] {
        let output = scan(&[EXPERIMENT, "--emit", "mapping", "--engine", engine]);
        let folder = tempfile::tempdir().unwrap();
        let records = folder.path().join("records");
        let lines = scan(&[EXPERIMENT, "--emit", &format!("ndjson={}", records.display())]);
        assert!(lines.status.success() && !lines.stdout.is_empty());
        let replayed = mapdrift(&["replay", records.to_str().unwrap(), "--emit", "mapping"])
            .args(["--engine", engine])
            .output()
            .unwrap();
        assert!(String::from_utf8_lossy(&output.stdout).contains("interest_id"));
        assert_eq!(output.stdout, replayed.stdout, "{engine}");
    }
    let output = scan(&[EXPERIMENT, "--emit", "mapping"]);
    assert_eq!(output.status.code(), Some(2), "no engine is named");
}

//! The program as a user meets it: exit codes, what goes where, and input of every bad kind.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

const EXPERIMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/experiment");

/// Runs the program without the settings of whoever runs the tests.
pub(crate) fn mapdrift(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mapdrift"));
    command
        .args(arguments)
        .env_clear()
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("HOME", "/nonexistent");
    command.stdin(Stdio::null());
    command
}

fn run(arguments: &[&str]) -> Output {
    mapdrift(arguments).output().unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("it was not killed")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}\n{}", stdout(output), stderr(output)))
}

/// A folder with one object for each pair of name and bytes.
fn backup(objects: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in objects {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

/// What `check` says of one object with these bytes, replayed as Elasticsearch 6.5.4 would take it.
fn check_bytes(bytes: &[u8]) -> (i32, Value) {
    let folder =
        backup(&[("test-1-2019-04-30-06-26-00-9c948a08-f91a-4ba2-922d-408623ea0ddf", bytes)]);
    let output = run(&[
        "check",
        folder.path().to_str().unwrap(),
        "--engine",
        "es:6.5.4",
        "--format",
        "json",
    ]);
    (code(&output), json(&output))
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn rules_of(report: &Value) -> Vec<&str> {
    report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["rule"].as_str().unwrap())
        .collect()
}

fn kinds_of(report: &Value) -> Vec<&str> {
    report["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|problem| problem["kind"].as_str().unwrap())
        .collect()
}

#[test]
fn fail_on_decides_between_0_and_1() {
    assert_eq!(code(&run(&["check", EXPERIMENT])), 1);
    assert_eq!(code(&run(&["check", EXPERIMENT, "--fail-on", "never"])), 0);
}

#[test]
fn the_report_goes_to_stdout_and_the_summary_to_stderr() {
    let output = run(&["check", EXPERIMENT, "--fail-on", "never"]);
    assert!(stdout(&output).contains("field-added-dynamically"));
    let summary = stderr(&output);
    assert!(summary.starts_with("Scanned ") && summary.ends_with("complete\n"), "{summary}");
    assert_eq!(summary.lines().count(), 1, "no progress on a pipe: {summary}");
}

#[test]
fn a_report_on_a_pipe_has_no_escape_sequences() {
    assert!(!stdout(&run(&["check", EXPERIMENT])).contains('\x1b'));
    assert!(stdout(&run(&["check", EXPERIMENT, "--color", "always"])).contains('\x1b'));
}

#[test]
fn the_same_input_gives_the_same_bytes_from_anywhere() {
    let copy = tempfile::tempdir().unwrap();
    copy_folder(Path::new(EXPERIMENT), &copy.path().join("experiment"));
    let here = mapdrift(&["check", "experiment", "--format", "json"])
        .current_dir(Path::new(EXPERIMENT).parent().unwrap())
        .output();
    let there =
        mapdrift(&["check", "experiment", "--format", "json"]).current_dir(copy.path()).output();
    let absolute = run(&["check", EXPERIMENT, "--format", "json"]);
    assert_eq!(here.unwrap().stdout, there.unwrap().stdout);
    assert_eq!(
        absolute.stdout,
        mapdrift(&["check", ".", "--format", "json"])
            .current_dir(EXPERIMENT)
            .output()
            .unwrap()
            .stdout
    );
}

#[test]
fn a_usage_error_is_2() {
    assert_eq!(code(&run(&["check"])), 2);
    assert_eq!(code(&run(&["check", EXPERIMENT, "--engine", "mongo:4"])), 2);
    assert_eq!(code(&run(&["explain", "no-such-rule"])), 2);
}

#[test]
fn userinfo_in_a_url_is_2_and_not_repeated() {
    let cluster =
        run(&["check", EXPERIMENT, "--cluster", "http://me:hunter2@127.0.0.1:1", "--index", "x"]);
    assert_eq!(code(&cluster), 2);
    assert!(!stderr(&cluster).contains("hunter2"));
    let store = run(&["check", "s3://bucket/", "--s3-endpoint", "http://me:hunter2@127.0.0.1:1"]);
    assert_eq!(code(&store), 2);
    assert!(!stderr(&store).contains("hunter2"));
}

#[test]
fn nothing_to_look_at_is_3_and_names_what_was_looked_for() {
    let missing = run(&["check", "no/such/place"]);
    assert_eq!(code(&missing), 3);
    assert!(stderr(&missing).contains("no/such/place"), "{}", stderr(&missing));
    let empty = tempfile::tempdir().unwrap();
    assert_eq!(code(&run(&["check", empty.path().to_str().unwrap()])), 3);
}

#[test]
fn out_of_reach_is_4_with_cause_and_hint() {
    for arguments in [
        ["check", EXPERIMENT, "--cluster", "http://127.0.0.1:1", "--index", "x"],
        ["check", "s3://bucket/", "--s3-endpoint", "http://127.0.0.1:1", "--region", "us-east-1"],
    ] {
        let output = mapdrift(&arguments)
            .env("AWS_ACCESS_KEY_ID", "id")
            .env("AWS_SECRET_ACCESS_KEY", "secret")
            .output()
            .unwrap();
        let said = stderr(&output);
        assert_eq!(code(&output), 4, "{said}");
        let is_explained = said.contains("caused by: ") && said.contains("hint: ");
        assert!(is_explained && said.contains("onnection refused"), "{said}");
    }
}

#[test]
fn a_truncated_gzip_is_incomplete_and_the_records_before_count() {
    let whole = gzip(&br#"{"a":1}{"a":2}"#.repeat(2_000));
    let (code, report) = check_bytes(&whole[..whole.len() - 12]);
    assert_eq!((code, &report["complete"]), (4, &Value::Bool(false)));
    assert_eq!(kinds_of(&report)[0], "compression-damaged");
    assert!(report["counts"]["records"].as_u64().unwrap() > 100);
    assert!(rules_of(&report).contains(&"object-damaged"));
}

#[test]
fn a_cut_record_at_the_end_is_incomplete() {
    let (code, report) = check_bytes(br#"{"a":1}{"a":2}{"a"#);
    assert_eq!((code, kinds_of(&report)), (4, vec!["record-cut"]));
    assert_eq!(report["counts"]["records"], 2);
    assert_eq!(report["problems"][0]["byte_offset"], 14);
}

#[test]
fn garbage_between_records_is_counted_with_its_place() {
    let (code, report) = check_bytes(br#"{"a":1}garbage{"a":2}{"a":3}"#);
    assert_eq!((code, kinds_of(&report)), (4, vec!["garbage"]));
    assert_eq!(
        (&report["problems"][0]["byte_offset"], &report["problems"][0]["byte_length"]),
        (&7.into(), &7.into())
    );
    assert_eq!(report["counts"]["records"], 3);
}

#[test]
fn a_top_level_array_or_scalar_is_a_finding_and_the_rest_counts() {
    let (code, report) = check_bytes(b"{\"a\":1}\n[1,2]\n7\n{\"a\":2}\n");
    assert_eq!(code, 1);
    assert_eq!(
        (&report["counts"]["records"], &report["counts"]["rejected"]),
        (&4.into(), &2.into())
    );
    let finding = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|f| f["rule"] == "record-not-an-object")
        .unwrap();
    assert_eq!(
        (&finding["count"], &finding["first"]["record"], &finding["first"]["byte_offset"]),
        (&2.into(), &2.into(), &8.into())
    );
}

#[test]
fn a_hundred_thousand_nested_arrays_overflow_nothing() {
    let mut record = br#"{"a":"#.to_vec();
    record.extend(b"[".repeat(100_000));
    record.extend(b"]".repeat(100_000));
    record.extend(br#"}{"b":1}"#);
    let (_, report) = check_bytes(&record);
    assert!(report["counts"]["records"].as_u64().unwrap() >= 1);
}

#[test]
fn an_empty_object_is_read_and_holds_nothing() {
    let (code, report) = check_bytes(b"");
    assert_eq!(
        (code, &report["counts"]["objects"], &report["counts"]["records"]),
        (0, &1.into(), &0.into())
    );
}

#[test]
fn nasty_names_and_values_reach_a_terminal_as_escapes() {
    let record =
        b"{\"a\x1b[31m\\u001b[0m\":1}{\"\\u202ename\\n\":\"x\\u001b]0;y\\u0007\"}{\"z\xff\":1}\n";
    let folder =
        backup(&[("test-1-2019-04-30-06-26-00-9c948a08-f91a-4ba2-922d-408623ea0ddf", record)]);
    let output = run(&["check", folder.path().to_str().unwrap(), "--engine", "es:6.5.4"]);
    let text = stdout(&output);
    assert!(!text.contains(['\x1b', '\u{202e}', '\x07']), "{text:?}");
    assert_ne!(code(&output), 101);
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let mut child = mapdrift(&["check", EXPERIMENT, "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(
        !stderr(&output).contains("panicked") && !stderr(&output).contains("error:"),
        "{}",
        stderr(&output)
    );
    assert_ne!(code(&output), 101);
}

#[cfg(unix)]
#[test]
fn an_interrupted_scan_says_what_it_knows_and_is_4() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let child =
        mapdrift(&["check", pipe.to_str().unwrap(), "--engine", "es:6.5.4", "--format", "json"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
    // The writer's end stays open, so that the scan can only end by the signal.
    let mut writer = std::fs::OpenOptions::new().write(true).open(&pipe).unwrap();
    writer.write_all(&br#"{"a":1}"#.repeat(100_000)).unwrap();
    assert!(
        Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success()
    );
    let output = child.wait_with_output().unwrap();
    let report = json(&output);
    assert_eq!((code(&output), &report["complete"]), (4, &Value::Bool(false)));
    assert!(kinds_of(&report).contains(&"interrupted"), "{report}");
    assert!(stderr(&output).contains("INCOMPLETE"), "{}", stderr(&output));
    drop(writer);
}

#[test]
fn list_prints_what_would_be_read_and_stops() {
    let output = run(&["check", EXPERIMENT, "--list"]);
    let text = stdout(&output);
    assert_eq!(code(&output), 0);
    assert_eq!(text.lines().filter(|line| line.starts_with("records ")).count(), 12, "{text}");
    assert_eq!(text.lines().filter(|line| line.starts_with("failures ")).count(), 1, "{text}");
    assert_eq!(text.lines().filter(|line| line.starts_with("capture ")).count(), 1, "{text}");
}

fn copy_folder(from: &Path, to: &PathBuf) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

//! The program against a store: the same report as from a directory, and what it says when the store refuses or fails.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use super::{BUCKET, World, key};
use crate::cli::mapdrift;
use crate::support::proxy::Fault;
use crate::support::store::{ACCESS_KEY, SECRET_KEY};

const EXPERIMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/experiment");

/// `mapdrift check` with these arguments and the JSON report, signed for the world's proxy.
fn check(world: &World, arguments: &[&str]) -> Command {
    let mut command = mapdrift(&["check", "--engine", "es:6.5.4", "--format", "json"]);
    command.args(arguments);
    sign(&mut command, world.proxy.address);
    command
}

/// The same for `mapdrift scan`, with three readers.
pub(super) fn scan(proxy: SocketAddr, source: &str) -> Command {
    let mut command = mapdrift(&["scan", source, "--jobs", "3", "--format", "json"]);
    sign(&mut command, proxy);
    command
}

fn sign(command: &mut Command, proxy: SocketAddr) {
    command.env("AWS_ENDPOINT_URL_S3", format!("http://{proxy}"));
    command.env("AWS_ACCESS_KEY_ID", ACCESS_KEY).env("AWS_SECRET_ACCESS_KEY", SECRET_KEY);
    command.env("AWS_REGION", "us-east-1").env("AWS_MAX_ATTEMPTS", "2");
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned()
}

/// Runs the program; gives its exit code and everything it said.
fn run(mut command: Command) -> (i32, String) {
    let output = command.output().unwrap();
    (output.status.code().unwrap(), said(&output))
}

pub(super) fn report(mut command: Command) -> (i32, Value) {
    let output = command.output().unwrap();
    let report =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)));
    (output.status.code().unwrap(), report)
}

/// Puts every file of a folder into the bucket, but for the capture.
fn put_all(world: &World, root: &Path, folder: &Path) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let key = path.strip_prefix(root).unwrap().to_str().unwrap();
        if path.is_dir() {
            put_all(world, root, &path);
        } else if key != "capture.json" {
            world.put(key, &std::fs::read(&path).unwrap());
        }
    }
}

#[test]
fn a_bucket_and_its_copy_on_disk_give_the_same_report() {
    let world = World::new();
    put_all(&world, Path::new(EXPERIMENT), Path::new(EXPERIMENT));
    let capture = format!("{EXPERIMENT}/capture.json");
    let bucket = format!("s3://{BUCKET}");
    let (code, mut from_bucket) = report(check(&world, &[&bucket, "--capture", &capture]));
    let (code_on_disk, mut from_disk) = report(check(&world, &[EXPERIMENT, "--capture", &capture]));
    assert_eq!(code, code_on_disk);
    assert_eq!(from_bucket["inputs"]["backup"].take(), serde_json::json!([bucket]));
    assert_eq!(from_disk["inputs"]["backup"].take(), serde_json::json!(["experiment"]));
    assert_eq!(from_bucket, from_disk);
    assert!(from_disk["counts"]["records"].as_u64().unwrap() > 1_000);
}

#[test]
fn a_scan_through_throttling_and_broken_bodies_says_what_the_disk_says() {
    let world = World::new();
    put_all(&world, Path::new(EXPERIMENT), Path::new(EXPERIMENT));
    let slow_down = |status, code| Fault::refusal(status, code, "Please reduce your request rate.");
    for (object, fault) in [
        ("06-27-00", slow_down(503, "SlowDown")),
        ("06-30-11", slow_down(429, "TooManyRequests")),
        ("06-33-00", Fault::Cut(1_000)),
        ("06-35-04", Fault::Reset(20_000)),
    ] {
        world.proxy.fail(&format!("-{object}-"), 1, fault);
    }
    world.proxy.fail("list-type=2", 1, slow_down(503, "SlowDown"));
    let (code, mut from_bucket) = report(scan(world.proxy.address, &format!("s3://{BUCKET}")));
    let (_, mut from_disk) = report(scan(world.proxy.address, EXPERIMENT));
    let named = |report: &mut Value| report["inputs"]["backup"].take();
    assert_eq!((code, named(&mut from_bucket)), (0, serde_json::json!([format!("s3://{BUCKET}")])));
    assert_eq!(named(&mut from_disk), serde_json::json!(["experiment"]));
    assert_eq!(from_bucket, from_disk);
    // Two listings, and of twelve objects four twice.
    assert_eq!(world.proxy.seen().len(), 2 + 12 + 4);
}

#[test]
fn an_object_out_of_reach_makes_a_scan_a_lower_bound() {
    let world = World::new();
    world.put(&key(1), b"{\"a\":1}\n");
    world.put(&key(2), b"{\"a\":1}\n");
    let denied = Fault::refusal(403, "AccessDenied", "Access Denied");
    world.proxy.fail(&format!("GET /backup/{}", key(1)), 9, denied);
    let (code, report) = report(scan(world.proxy.address, &format!("s3://{BUCKET}")));
    assert_eq!((code, &report["complete"]), (4, &Value::Bool(false)));
    assert_eq!(
        (&report["counts"]["records"], &report["problems"][0]["object"]),
        (&1.into(), &key(1).into())
    );
}

#[test]
fn a_list_says_what_would_be_read_and_reads_nothing() {
    let world = World::new();
    put_all(&world, Path::new(EXPERIMENT), Path::new(EXPERIMENT));
    let (code, said) = run(check(&world, &[&format!("s3://{BUCKET}/"), "--list"]));
    assert_eq!(code, 0, "{said}");
    assert_eq!(said.lines().filter(|line| line.starts_with("records ")).count(), 12, "{said}");
    assert_eq!(said.lines().filter(|line| line.starts_with("failures ")).count(), 1, "{said}");
    assert_eq!(world.proxy.seen().len(), 1, "one page of the listing");
}

#[test]
fn a_wrong_secret_is_4_with_a_hint_and_is_not_repeated() {
    let world = World::new();
    world.put(&key(1), b"{}");
    let mut command = check(&world, &[&format!("s3://{BUCKET}/")]);
    command.env("AWS_SECRET_ACCESS_KEY", "another-secret");
    let (code, said) = run(command);
    assert_eq!(code, 4, "{said}");
    assert!(said.contains("SignatureDoesNotMatch") && said.contains("AWS_PROFILE"), "{said}");
    assert!(!said.contains("another-secret"), "{said}");
}

#[test]
fn nothing_to_look_at_is_3_and_names_what_was_looked_for() {
    let world = World::new();
    world.put(&key(1), b"{}");
    for missing in ["s3://backup/2031/", "s3://no-such-bucket/"] {
        let (code, said) = run(check(&world, &[missing]));
        assert_eq!(code, 3, "{said}");
        let name = missing
            .trim_start_matches("s3://backup/")
            .trim_start_matches("s3://")
            .trim_end_matches('/');
        assert!(said.contains(name), "{said}");
    }
}

#[test]
fn a_refused_second_page_is_4_and_no_report() {
    let world = World::new();
    for number in 0..1_001 {
        world.put(&format!("x/{number:04}"), b"{}");
    }
    world.proxy.fail("continuation-token", 9, Fault::refusal(403, "AccessDenied", "Access Denied"));
    let mut command = check(&world, &[&format!("s3://{BUCKET}/")]);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(4));
    assert!(output.stdout.is_empty());
    assert!(
        said(&output).contains("page 2") && said(&output).contains("s3:ListBucket"),
        "{}",
        said(&output)
    );
}

#[test]
fn a_store_that_does_not_answer_is_4_and_named() {
    let world = World::new();
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut command = check(&world, &["s3://backup/"]);
    command.env("AWS_ENDPOINT_URL_S3", format!("http://{nobody}"));
    let (code, said) = run(command);
    assert_eq!(code, 4, "{said}");
    assert!(said.contains(&nobody.to_string()) && said.contains("--s3-endpoint"), "{said}");
}

/// Checks two objects of which the first meets this fault whenever it is asked for; gives the problem of the report.
fn problem(fault: Fault) -> Value {
    let world = World::new();
    world.put(&key(1), &b"{\"a\":1}\n".repeat(1_000));
    world.put(&key(2), b"{\"a\":1}\n");
    world.proxy.fail(&format!("GET /backup/{}", key(1)), 99, fault);
    let (code, report) = report(check(&world, &[&format!("s3://{BUCKET}/")]));
    assert_eq!(code, 4);
    assert_eq!(report["complete"], false);
    let problems = report["problems"].as_array().unwrap();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(problems[0]["object"], key(1).as_str());
    problems[0].clone()
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_stalled_store_at_once_with_what_is_known() {
    let world = World::new();
    world.put(&key(1), b"{\"a\":1}\n");
    world.put(&key(2), b"{\"a\":1}\n");
    world.proxy.fail(&format!("GET /backup/{}", key(2)), 99, Fault::Stall(3));
    let mut command = check(&world, &[&format!("s3://{BUCKET}/")]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    world.proxy.wait_for(&key(2));
    let interrupt = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(interrupt.unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["complete"], false);
    assert!(
        report["problems"]
            .as_array()
            .unwrap()
            .iter()
            .any(|problem| problem["kind"] == "interrupted")
    );
}

#[test]
fn what_kept_an_object_from_being_read_reaches_the_report() {
    let kind = |status, code, words| problem(Fault::refusal(status, code, words))["kind"].clone();
    assert_eq!(kind(403, "InvalidObjectState", "The operation is not valid"), "archived");
    assert_eq!(kind(403, "AccessDenied", "not authorized to perform: kms:Decrypt"), "kms-refused");
    assert_eq!(kind(412, "PreconditionFailed", "At least one did not hold"), "object-changed");
    assert_eq!(kind(403, "AccessDenied", "Access Denied"), "get-failed");
}

#[test]
fn a_body_cut_for_good_is_a_problem_with_its_place() {
    let problem = problem(Fault::Cut(0));
    assert_eq!(problem["kind"], "get-failed");
    assert!(problem["message"].as_str().unwrap().contains("at byte 0 of 8000"), "{problem}");
}

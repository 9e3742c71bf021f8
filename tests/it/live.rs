//! The experiment for real: its records in a real Elasticsearch 6.5.4, its objects in a real S3 server, and the program between
//! them. Only where an engine runs (`MAPDRIFT_ENGINES`); the recorded fixture stands in elsewhere.

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::cli::mapdrift;
use crate::support::engine::{self, ES_6_5};
use crate::support::experiment;
use crate::support::http::{Request, Response, Server, call};
use crate::support::store::{ACCESS_KEY, SECRET_KEY, StoreServer};

const INDEX: &str = "interest_service_click2";
const CLICKS: &str = "2019/04/30/06/test-1-2019-04-30-06-33-00-";

/// What a cluster must allow, and no more.
const READS: [&str; 6] = ["/", "/_mapping", "/_settings", "/_alias", "/_count", "/_stats/docs"];

#[test]
fn a_real_index_and_a_real_bucket_are_explained() {
    if !engine::wanted().iter().any(|name| name == ES_6_5) {
        return engine::say("live: no Elasticsearch 6.5.4, the recorded experiment stands in");
    }
    let cluster = engine::shared(ES_6_5);
    let refused = experiment::index_into(&cluster, INDEX);
    assert_eq!(refused.len(), 9);
    let runtime = Runtime::new().unwrap();
    let store = StoreServer::start(runtime.handle());
    fill(&store.bucket("firehose-backup"));
    let gate = reads_only(cluster);
    let output = check(&store.endpoint(), &gate.url, "json");
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    check_counts(&report);
    check_fields(&report);
    check_findings(&report);
    check_against_recording(&report);
    check_requests(&gate.requests());
    let text = String::from_utf8(check(&store.endpoint(), &gate.url, "text").stdout).unwrap();
    assert!(text.contains("15 fields came with the records of family 2"), "{text}");
}

/// The objects that had been delivered: all but the one in flight, and the failures.
fn fill(bucket: &Path) {
    for folder in ["2019/04/30/06", "elasticsearch-failed/2019/04/30/06"] {
        fs::create_dir_all(bucket.join(folder)).unwrap();
        for entry in fs::read_dir(experiment::folder().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap();
            if !name.to_str().unwrap().contains("06-46-30") {
                fs::copy(&path, bucket.join(folder).join(name)).unwrap();
            }
        }
    }
}

/// The cluster behind a proxy that lets nothing but reads pass.
fn reads_only(cluster: String) -> Server {
    Server::start(move |request| {
        if request.method != "GET" {
            return Response::json(405, r#"{"error":"only reads"}"#);
        }
        let answer = call("GET", &format!("{cluster}{}", request.target), "");
        Response::json(answer.status, &answer.body)
    })
}

fn check(store: &str, cluster: &str, format: &str) -> Output {
    let source = ["check", "s3://firehose-backup/", "--s3-endpoint", store];
    let index = ["--cluster", cluster, "--index", INDEX, "--format", format];
    let mut command = mapdrift(&[&source[..], &index[..]].concat());
    command.env("AWS_ACCESS_KEY_ID", ACCESS_KEY).env("AWS_SECRET_ACCESS_KEY", SECRET_KEY);
    command.env("AWS_REGION", "ap-northeast-2").output().unwrap()
}

fn check_counts(report: &Value) {
    assert_eq!(report["complete"], true);
    let counts = &report["counts"];
    let count = |name: &str| counts[name].as_i64();
    assert_eq!((count("objects"), count("records")), (Some(11), Some(1166)));
    assert_eq!((count("documents"), count("rejected")), (Some(1157), Some(9)));
    assert_eq!((count("failed_deliveries"), count("in_flight")), (Some(9), Some(0)));
    assert_eq!(count("unexplained"), Some(0));
}

fn check_fields(report: &Value) {
    let fields = report["fields"].as_array().unwrap();
    assert_eq!(fields.len(), 19);
    let is_added = |field: &&Value| field["origin"]["kind"] == "added";
    let added: Vec<&Value> = fields.iter().filter(is_added).collect();
    assert_eq!(added.len(), 15);
    for field in added {
        let origin = &field["origin"];
        assert!(origin["object"].as_str().unwrap().starts_with(CLICKS), "{field}");
        let place = (&origin["record"], &origin["byte_offset"], &origin["time"]);
        assert_eq!(place, (&json!(1), &json!(0), &json!("2019-04-30T06:33:00Z")), "{field}");
        assert!(!origin["decision"].as_str().unwrap().is_empty(), "{field}");
    }
    let born = fields.iter().filter(|field| field["origin"]["kind"] == "birth");
    let born: Vec<&str> = born.map(|field| field["field"].as_str().unwrap()).collect();
    assert_eq!(born, ["change", "price", "sector", "ticker_symbol"]);
}

fn check_findings(report: &Value) {
    let findings = report["findings"].as_array().unwrap();
    let count = |rule: &str| findings.iter().filter(|finding| finding["rule"] == rule).count();
    assert_eq!(count("field-added-dynamically"), 15);
    assert_eq!((count("stream-mixed"), count("delivery-failed")), (1, 1));
    assert_eq!((count("object-scalar-conflict"), count("value-rejected-by-type")), (2, 4));
    let nothing = findings.iter().filter(|finding| finding["rule"] == "nothing-to-map");
    let nothing: Vec<&Value> = nothing.map(|finding| &finding["field"]).collect();
    assert_eq!(nothing, ["interest_service_id"]);
    for absent in
        ["count-mismatch", "field-missing-from-live", "field-unexplained", "field-type-changed"]
    {
        assert_eq!(count(absent), 0, "{absent}");
    }
}

/// The recorded experiment, offline, gives every field the same type and the same origin.
fn check_against_recording(report: &Value) {
    let folder = experiment::folder();
    let output = mapdrift(&["check", folder.to_str().unwrap(), "--format", "json"]).output();
    let recorded: Value = serde_json::from_slice(&output.unwrap().stdout).unwrap();
    let fields = |report: &Value| -> Vec<Value> {
        let fields = report["fields"].as_array().unwrap().iter();
        fields.map(|field| json!([field["field"], field["type"], field["origin"]])).collect()
    };
    assert_eq!(fields(report), fields(&recorded));
}

fn check_requests(requests: &[Request]) {
    assert!(requests.len() >= 7, "{requests:?}");
    for Request { method, target, .. } in requests {
        let path = target.split('?').next().unwrap();
        let path = path.strip_prefix(&format!("/{INDEX}")).unwrap_or(path);
        assert!(
            method == "GET" && (READS.contains(&path) || path == "/_template"),
            "{method} {target}"
        );
    }
}

//! What a cluster says becomes a capture: on every real engine that runs here, and on recordings of all of them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use mapdrift::io::cluster::{Auth, ClusterError, ClusterOptions, Trouble, read};
use mapdrift::model::capture::Capture;
use serde_json::{Value, json};

mod engines;
mod many;
mod trouble;
mod trust;

use crate::support::engine::{self, say};
use crate::support::http::{Request, Response, Server, call};

/// What each engine calls itself, and what it can do.
struct Facts {
    engines: &'static str,
    has_types: bool,
    has_composable: bool,
    has_data_streams: bool,
}

fn facts(engine: &str) -> Facts {
    let (engines, has_types, has_composable, has_data_streams) = match engine {
        "es-6.5.4" => ("Elasticsearch 6.5.4", true, false, false),
        "es-6.8.23" => ("Elasticsearch 6.8.23", true, false, false),
        "es-7.10.2" => ("Elasticsearch 7.10.2", false, true, false),
        "es-7.17.29" => ("Elasticsearch 7.17.29", false, true, false),
        "es-8.19.21" => ("Elasticsearch 8.19.21", false, true, false),
        "es-9.5.3" => ("Elasticsearch 9.5.3", false, true, false),
        "os-1.3.20" | "os-1.3.20-compatible" => ("OpenSearch 1.3.20", false, true, true),
        "os-2.19.6" | "os-2.19.6-compatible" => ("OpenSearch 2.19.6", false, true, true),
        "os-3.8.0" => ("OpenSearch 3.8.0", false, true, true),
        other => panic!("{other}: say here what it can do"),
    };
    Facts { engines, has_types, has_composable, has_data_streams }
}

#[tokio::test]
async fn a_real_engine_is_captured_by_reads_alone() {
    for engine in engine::wanted() {
        let url = engine::shared(engine);
        set_up(engine, &url);
        check_session(engine, &url).await;
        if facts(engine).has_data_streams && !engine.starts_with("os-3") {
            let setting = "compatibility.override_main_response_version";
            ok("PUT", &format!("{url}/_cluster/settings"), &json!({"transient": {setting: true}}));
            check_session(&format!("{engine}-compatible"), &url).await;
            ok("PUT", &format!("{url}/_cluster/settings"), &json!({"transient": {setting: null}}));
        }
    }
}

#[tokio::test]
async fn a_recorded_engine_is_captured_alike() {
    let recordings = recordings();
    assert!(recordings.len() >= 9, "recordings of nine engines");
    for recording in &recordings {
        let name = recording.file_stem().unwrap().to_str().unwrap();
        let server = Server::start(replay(recording));
        check_captures(name, &server.url).await;
    }
    if engine::wanted().is_empty() {
        say(&format!("cluster: {} recordings stood in for real engines", recordings.len()));
    }
}

/// Reads through a proxy that keeps what was asked, checks the captures and that nothing but reads went through.
async fn check_session(engine: &str, url: &str) {
    let kept: Arc<Mutex<BTreeMap<String, Response>>> = Arc::default();
    let (upstream, keeper) = (url.to_owned(), Arc::clone(&kept));
    let proxy = Server::start(move |request| {
        assert_eq!(request.method, "GET");
        let answer = call(&request.method, &format!("{upstream}{}", request.target), "");
        let response = Response::json(answer.status, &answer.body);
        keeper.lock().unwrap().insert(request.target.clone(), response.clone());
        response
    });
    check_captures(engine, &proxy.url).await;
    let requests = proxy.requests();
    assert!(requests.len() > 10);
    for request in requests {
        assert!(is_a_read(&request), "{} {}", request.method, request.target);
    }
    if std::env::var("MAPDRIFT_RECORD").is_ok() {
        record(engine, &kept.lock().unwrap());
    }
}

/// The paths that a least-privilege policy must allow, and no others.
fn is_a_read(request: &Request) -> bool {
    let path = request.target.split('?').next().unwrap();
    let allowed = ["_mapping", "_settings", "_alias", "_count", "_stats/docs"];
    let whole = [
        "/",
        "/_data_stream",
        "/_nodes/http",
        "/_template",
        "/_index_template",
        "/_component_template",
    ];
    let of_index = |end: &&str| path.strip_suffix(end).is_some_and(|start| start.ends_with('/'));
    request.method == "GET" && (whole.contains(&path) || allowed.iter().any(of_index))
}

/// The same facts, whether an engine or a recording answers.
async fn check_captures(engine: &str, url: &str) {
    let facts = facts(engine);
    let by_alias = capture(url, "clicks").await.unwrap();
    let engines: Vec<String> = by_alias.engines.iter().map(ToString::to_string).collect();
    assert_eq!(engines, [facts.engines], "{engine}");
    let names: Vec<&str> = by_alias.indices.keys().map(String::as_str).collect();
    assert_eq!(names, ["clicks-2019-04-29", "clicks-2019-04-30"], "{engine}");
    check_indices(engine, &facts, &by_alias);
    check_templates(engine, &facts, &by_alias);

    let by_pattern = capture(url, "clicks-*").await.unwrap();
    assert_eq!(by_pattern.indices.len(), 3, "{engine}: open and closed");
    let closed = &by_pattern.indices["clicks-old"];
    assert_eq!((closed.documents, closed.operations), (None, None), "{engine}");
    let is_said = |line: &String| line.contains("clicks-old") && line.contains("closed");
    assert!(by_pattern.unanswered.iter().any(is_said), "{engine}: {:?}", by_pattern.unanswered);

    let korean = capture(url, "클릭-2019").await.unwrap();
    assert_eq!(korean.indices["클릭-2019"].documents, Some(0), "{engine}");

    if facts.has_data_streams {
        check_data_stream(engine, &capture(url, "logs-clicks").await.unwrap());
    }
    check_absent(engine, url).await;
}

fn check_indices(engine: &str, facts: &Facts, capture: &Capture) {
    let first = &capture.indices["clicks-2019-04-29"];
    let second = &capture.indices["clicks-2019-04-30"];
    assert_eq!(first.documents, Some(4), "{engine}");
    assert_eq!(first.operations, Some(7), "{engine}: five, one written again, one deleted");
    assert_eq!((second.documents, second.operations), (Some(3), Some(3)), "{engine}");
    let aliases: Vec<&String> = second.aliases.as_object().unwrap().keys().collect();
    assert_eq!(aliases, ["clicks", "today"], "{engine}: not only the one that was asked for");
    assert_eq!(first.settings["index"]["number_of_shards"], "2", "{engine}");
    assert!(first.created_at.unwrap() <= second.created_at.unwrap(), "{engine}");
    let types = if facts.has_types { &second.mappings["isc"] } else { &second.mappings };
    assert_eq!(types["properties"]["timestamp"]["type"], "date", "{engine}");
}

fn check_templates(engine: &str, facts: &Facts, capture: &Capture) {
    assert!(capture.legacy_templates.contains_key("others"), "{engine}");
    let has_composable = capture.index_templates.contains_key("metrics");
    assert_eq!(has_composable, facts.has_composable, "{engine}");
    assert_eq!(capture.component_templates.contains_key("base"), facts.has_composable, "{engine}");
    assert!(capture.unanswered.is_empty(), "{engine}: {:?}", capture.unanswered);
}

fn check_data_stream(engine: &str, capture: &Capture) {
    let backing: Vec<&String> = capture.indices.keys().collect();
    assert_eq!(backing, [".ds-logs-clicks-000001"], "{engine}");
    let stream = &capture.data_streams["logs-clicks"];
    assert_eq!(stream["timestamp_field"]["name"], "@timestamp", "{engine}");
}

async fn check_absent(engine: &str, url: &str) {
    let error = capture(url, "clickz").await.unwrap_err();
    assert_eq!(error.trouble(), Trouble::NothingThere, "{engine}");
    assert!(error.to_string().contains("`clickz`"), "{engine}: {error}");
    assert!(error.hint().contains("clicks"), "{engine}: {}", error.hint());
    let error = capture(url, "nothing-*").await.unwrap_err();
    assert_eq!(error.trouble(), Trouble::NothingThere, "{engine}: {error}");
}

/// Makes the same indices, templates and documents on any engine.
fn set_up(engine: &str, url: &str) {
    let facts = facts(engine);
    let settings = |shards: u64| json!({"number_of_shards": shards, "number_of_replicas": 0});
    let put = |path: &str, body: &Value| ok("PUT", &format!("{url}/{path}"), body);
    put("clicks-2019-04-29", &json!({"settings": settings(2), "aliases": {"clicks": {}}}));
    put(
        "clicks-2019-04-30",
        &json!({"settings": settings(1), "aliases": {"clicks": {}, "today": {}}}),
    );
    put("%ED%81%B4%EB%A6%AD-2019", &json!({"settings": settings(1)}));
    put("clicks-old", &json!({"settings": settings(1)}));
    ok("POST", &format!("{url}/clicks-old/_close"), &Value::Null);
    put("_template/others", &json!({"index_patterns": ["others-*"], "settings": settings(1)}));
    if facts.has_composable {
        put("_component_template/base", &json!({"template": {"settings": settings(1)}}));
        put(
            "_index_template/metrics",
            &json!({"index_patterns": ["metrics-*"], "composed_of": ["base"]}),
        );
    }
    if facts.has_data_streams {
        put(
            "_index_template/streams",
            &json!({"index_patterns": ["logs-*"], "composed_of": ["base"], "data_stream": {}}),
        );
        put("_data_stream/logs-clicks", &Value::Null);
    }
    fill(&facts, url);
}

/// Five documents, one written again, one deleted, one refused; and three.
fn fill(facts: &Facts, url: &str) {
    let kind = if facts.has_types { r#","_type":"isc""# } else { "" };
    let mut bulk = String::new();
    let mut add = |verb: &str, index: &str, id: u32, source: &str| {
        let line = format!(r#"{{"{verb}":{{"_index":"{index}"{kind},"_id":"{id}"}}}}"#);
        bulk.push_str(&line);
        bulk.push('\n');
        if verb == "index" {
            bulk.push_str(source);
            bulk.push('\n');
        }
    };
    for id in [1, 2, 3, 4, 5, 1] {
        add("index", "clicks-2019-04-29", id, r#"{"user_id":"Aster","interest_id":1201}"#);
    }
    add("delete", "clicks-2019-04-29", 2, "");
    add("index", "clicks-2019-04-29", 6, r#"{"user_id":"Aster","interest_id":"twelve"}"#);
    for id in [1, 2, 3] {
        add("index", "clicks-2019-04-30", id, r#"{"timestamp":"2019-04-30T07:30:00Z"}"#);
    }
    let answer = call("POST", &format!("{url}/_bulk?refresh=true"), &bulk);
    let answer: Value = serde_json::from_str(&answer.body).unwrap();
    let refused =
        answer["items"].as_array().unwrap().iter().filter(|item| !item["index"]["error"].is_null());
    assert_eq!(refused.count(), 1, "{answer}");
}

fn ok(method: &str, url: &str, body: &Value) {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let answer = call(method, url, &body);
    assert_eq!(answer.status, 200, "{method} {url}: {}", answer.body);
}

async fn capture(url: &str, name: &str) -> Result<Capture, ClusterError> {
    read(&options(url), name).await
}

fn options(url: &str) -> ClusterOptions {
    ClusterOptions {
        url: url.to_owned(),
        auth: Auth::None,
        ca_cert: None,
        timeout: ClusterOptions::TIMEOUT,
    }
}

fn recordings() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/clusters");
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// Writes what one engine answered, by path, as a recording.
fn record(engine: &str, answers: &BTreeMap<String, Response>) {
    let answers: Vec<Value> = answers
        .iter()
        .map(|(target, answer)| {
            let body: Value = serde_json::from_str(&answer.body).unwrap();
            json!({"get": target, "status": answer.status, "body": body})
        })
        .collect();
    let recording = json!({"recorded_from": engine, "answers": answers});
    let path = format!("{}/fixtures/clusters/{engine}.json", env!("CARGO_MANIFEST_DIR"));
    fs::create_dir_all(Path::new(&path).parent().unwrap()).unwrap();
    fs::write(path, format!("{recording:#}\n")).unwrap();
}

/// Answers as a recording does; what it does not hold was never asked.
fn replay(recording: &Path) -> impl Fn(&Request) -> Response + use<> {
    let recording: Value = serde_json::from_slice(&fs::read(recording).unwrap()).unwrap();
    move |request| {
        let answers = recording["answers"].as_array().unwrap();
        match answers.iter().find(|answer| answer["get"] == request.target.as_str()) {
            Some(answer) if request.method == "GET" => {
                let status = u16::try_from(answer["status"].as_u64().unwrap()).unwrap();
                Response::json(status, &answer["body"].to_string())
            }
            _ => Response::json(500, r#"{"error":"not in the recording"}"#),
        }
    }
}

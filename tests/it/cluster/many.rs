//! Many indices under one name: every one is read, and no path grows without bound.

use serde_json::{Value, json};

use super::capture;
use crate::support::http::{Request, Response, Server};

/// Daily indices with long names, more than one path can hold.
fn names() -> Vec<String> {
    (0..400).map(|day| format!("interest_service_click2-by-day-{day:05}")).collect()
}

/// `{NAME: {KEY: value}}` for the names in the path.
fn by_name(request: &Request, key: &str, value: &Value) -> Value {
    let list = request.target.trim_start_matches('/').split('/').next().unwrap();
    let names = list.replace("%2C", ",");
    names.split(',').map(|name| (name.to_owned(), json!({key: value}))).collect()
}

fn cluster(request: &Request) -> Response {
    let path = request.target.split('?').next().unwrap();
    let body = match path.rsplit('/').next().unwrap() {
        "" => json!({"version": {"number": "6.5.4"}}),
        "_mapping" => names().into_iter().map(|name| (name, json!({"mappings": {}}))).collect(),
        "_settings" => {
            let settings = json!({"index": {"creation_date": "1556605623512"}});
            by_name(request, "settings", &settings)
        }
        "_alias" => by_name(request, "aliases", &json!({"clicks": {}})),
        "_count" => json!({"count": 1, "_shards": {"total": 1, "successful": 1, "failed": 0}}),
        _ => json!({}),
    };
    Response::json(200, &body.to_string())
}

#[tokio::test]
async fn every_concrete_index_is_read_in_full() {
    let server = Server::start(cluster);
    let capture = capture(&server.url, "clicks").await.unwrap();
    let captured: Vec<&String> = capture.indices.keys().collect();
    assert_eq!(captured, names().iter().collect::<Vec<_>>());
    for (name, index) in &capture.indices {
        assert_eq!(index.documents, Some(1), "{name}");
        assert!(index.created_at.is_some() && index.aliases["clicks"].is_object(), "{name}");
    }
    let longest = server.requests().iter().map(|request| request.target.len()).max();
    assert!(longest < Some(4_000), "{longest:?}");
}

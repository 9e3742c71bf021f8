//! Which engine answers, where the answer leaves it open.

use mapdrift::model::capture::Capture;

use super::capture;
use crate::support::http::{Response, Server};

/// What is made of `GET /` and `GET /_nodes/http`, each as status and body.
async fn check(
    root: (u16, &'static str),
    nodes: (u16, &'static str),
    expected: &[&str],
) -> Capture {
    let server = Server::start(move |request| match request.target.split('?').next().unwrap() {
        "/" => Response::json(root.0, root.1),
        "/_nodes/http" => Response::json(nodes.0, nodes.1),
        "/clicks/_mapping" => Response::json(200, r#"{"clicks":{"mappings":{}}}"#),
        _ => Response::json(200, "{}"),
    });
    let capture = capture(&server.url, "clicks").await.unwrap();
    let engines: Vec<String> = capture.engines.iter().map(ToString::to_string).collect();
    assert_eq!(engines, expected);
    capture
}

const REFUSED: (u16, &str) = (403, r#"{"error":{"type":"security_exception","reason":"no"}}"#);

#[tokio::test]
async fn the_lucene_version_tells_elasticsearch_7_10_2() {
    let root = r#"{"version":{"number":"7.10.2","lucene_version":"8.7.0"}}"#;
    check((200, root), REFUSED, &["Elasticsearch 7.10.2"]).await;
}

#[tokio::test]
async fn the_lucene_version_tells_opensearch_in_compatibility_mode() {
    let root = r#"{"version":{"number":"7.10.2","lucene_version":"9.12.3"}}"#;
    check((200, root), REFUSED, &["OpenSearch 2.19"]).await;
    let root = r#"{"version":{"number":"7.10.2","lucene_version":"8.10.1"}}"#;
    check((200, root), REFUSED, &["OpenSearch 1.2", "OpenSearch 1.3"]).await;
}

#[tokio::test]
async fn the_nodes_tell_the_version_behind_the_compatibility_mode() {
    let root = r#"{"version":{"number":"7.10.2","lucene_version":"8.10.1"}}"#;
    let nodes = r#"{"nodes":{"a":{"version":"1.3.20"}}}"#;
    check((200, root), (200, nodes), &["OpenSearch 1.3.20"]).await;
}

#[tokio::test]
async fn without_a_lucene_version_both_products_are_named() {
    let both = ["Elasticsearch 7.10.2", "OpenSearch 1.3", "OpenSearch 2.19"];
    check((200, r#"{"version":{"number":"7.10.2"}}"#), REFUSED, &both).await;
    let masked = r#"{"nodes":{"a":{"version":"7.10.2"}}}"#;
    check((200, r#"{"version":{"number":"7.10.2"}}"#), (200, masked), &both).await;
}

#[tokio::test]
async fn where_the_root_says_nothing_the_nodes_do() {
    let nodes = r#"{"nodes":{"a":{"version":"9.5.3"},"b":{"version":"9.5.3"}}}"#;
    check((405, r#"{"error":"Incorrect HTTP method"}"#), (200, nodes), &["Elasticsearch 9.5.3"])
        .await;
    let nodes = r#"{"nodes":{"a":{"version":"2.19.6"}}}"#;
    check((404, ""), (200, nodes), &["OpenSearch 2.19.6"]).await;
}

#[tokio::test]
async fn nodes_of_several_versions_are_all_named() {
    let nodes = r#"{"nodes":{"a":{"version":"8.19.21"},"b":{"version":"7.17.29"}}}"#;
    let expected = ["Elasticsearch 7.17.29", "Elasticsearch 8.19.21"];
    check((405, ""), (200, nodes), &expected).await;
}

#[tokio::test]
async fn an_engine_that_may_not_be_asked_is_unknown_and_that_is_said() {
    let capture = check(REFUSED, REFUSED, &[]).await;
    let said = capture.unanswered.join("\n");
    assert!(said.contains("engine: GET / says 403 (security_exception: no)"), "{said}");
}

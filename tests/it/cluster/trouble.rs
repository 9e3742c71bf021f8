//! What goes wrong between us and a cluster, and what the user is told.

use std::net::TcpListener;
use std::time::Duration;

use mapdrift::io::cluster::{ClusterError, ClusterOptions, Trouble, Why, read};

use super::{capture, options};
use crate::support::http::{Response, Server};

/// Reads `clicks` from a server that answers every request alike; gives the error.
async fn check(status: u16, body: &'static str, trouble: Trouble) -> ClusterError {
    let server = Server::start(move |_| Response::json(status, body));
    let error = capture(&server.url, "clicks").await.unwrap_err();
    assert_eq!(error.trouble(), trouble, "{error}");
    assert!(!error.hint().is_empty());
    error
}

#[tokio::test]
async fn a_401_names_host_and_reason_and_asks_how_to_sign_in() {
    let body = r#"{"error":{"type":"security_exception","reason":"missing authentication"}}"#;
    let error = check(401, body, Trouble::OutOfReach).await;
    assert!(error.to_string().contains("127.0.0.1:"), "{error}");
    assert!(error.to_string().contains("security_exception: missing authentication"), "{error}");
    assert!(error.hint().contains("--auth"), "{}", error.hint());
}

#[tokio::test]
async fn a_403_on_the_mapping_names_what_is_not_permitted() {
    let body = r#"{"Message":"User: anonymous is not authorized to perform: es:ESHttpGet"}"#;
    let error = check(403, body, Trouble::OutOfReach).await;
    assert!(error.to_string().contains("does not permit GET /clicks/_mapping"), "{error}");
    assert!(error.to_string().contains("es:ESHttpGet"), "{error}");
}

#[tokio::test]
async fn a_page_that_is_not_json_is_no_cluster() {
    let error = check(200, "<html>sign in here</html>", Trouble::OutOfReach).await;
    assert!(error.to_string().contains("not JSON"), "{error}");
    assert!(error.hint().contains("is this the address"), "{}", error.hint());
}

#[tokio::test]
async fn json_without_an_index_is_no_index() {
    let error = check(200, "{}", Trouble::NothingThere).await;
    assert!(error.to_string().contains("`clicks`"), "{error}");
}

#[tokio::test]
async fn answers_of_any_other_shape_are_no_index_either() {
    for body in ["[]", "null", "7", "\"x\"", r#"{"a":1}"#, r#"{"a":{"mappings":7}}"#, ""] {
        let server = Server::start(move |_| Response::json(200, body));
        // No panic; an index whose answers say nothing is captured with nothing known.
        if let Ok(capture) = capture(&server.url, "a").await {
            let index = &capture.indices["a"];
            assert_eq!((index.documents, index.operations, index.created_at), (None, None, None));
        }
    }
}

#[tokio::test]
async fn a_busy_cluster_is_told_from_a_wrong_one() {
    let error = check(503, r#"{"error":"no master"}"#, Trouble::OutOfReach).await;
    assert!(error.hint().contains("try again"), "{}", error.hint());
}

/// Where the way to `url` ends.
async fn check_unreachable(url: &str, timeout: Duration, expected: Why) {
    let options = ClusterOptions { timeout, ..options(url) };
    let error = read(&options, "clicks").await.unwrap_err();
    assert_eq!(error.trouble(), Trouble::OutOfReach);
    let ClusterError::Unreachable { why, .. } = &error else { panic!("{error:?}") };
    assert_eq!(*why, expected, "{error:?}");
    assert!(std::error::Error::source(&error).is_some(), "the cause is kept");
}

#[tokio::test]
async fn nothing_listens_there() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    check_unreachable(&format!("http://{free}"), ClusterOptions::TIMEOUT, Why::Refused).await;
}

#[tokio::test]
async fn a_name_without_an_address() {
    // RFC 6761: no name below `invalid` has one.
    check_unreachable("http://no-such.invalid", ClusterOptions::TIMEOUT, Why::Dns).await;
}

#[tokio::test]
async fn plain_http_behind_an_https_address() {
    let server = Server::start(|_| Response::json(200, "{}"));
    let url = server.url.replace("http://", "https://");
    check_unreachable(&url, ClusterOptions::TIMEOUT, Why::Tls).await;
}

#[tokio::test]
async fn a_server_that_says_nothing() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    check_unreachable(&url, Duration::from_millis(200), Why::Timeout).await;
}

#[tokio::test]
async fn addresses_that_cannot_be_asked() {
    for url in [
        "clicks",
        "search.example:9200",
        "ftp://search.example",
        "https://",
        "http://search.example/?pretty",
        "http://search.example/#top",
        "http://[::1",
    ] {
        let error = capture(url, "clicks").await.unwrap_err();
        assert_eq!(error.trouble(), Trouble::Usage, "{url}: {error}");
    }
}

#[tokio::test]
async fn names_that_lead_elsewhere_are_refused() {
    let server = Server::start(|_| Response::json(200, "{}"));
    for name in ["", ".", "..", "clicks,.."] {
        let error = capture(&server.url, name).await.unwrap_err();
        assert_eq!(error.trouble(), Trouble::Usage, "{name}: {error}");
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn odd_names_stay_in_their_place_of_the_path() {
    let server = Server::start(|_| Response::json(404, r#"{"error":{}}"#));
    for (name, path) in [
        ("a/b", "/a%2Fb/_mapping"),
        ("remote:clicks", "/remote%3Aclicks/_mapping"),
        ("<clicks-{now/d}>", "/%3Cclicks%2D%7Bnow%2Fd%7D%3E/_mapping"),
        ("클릭?x=#y", "/%ED%81%B4%EB%A6%AD%3Fx%3D%23y/_mapping"),
        ("%2e%2e", "/%252e%252e/_mapping"),
        ("clicks-*,-old", "/clicks-*,-old/_mapping"),
    ] {
        assert!(capture(&server.url, name).await.is_err());
        let asked = server.requests().into_iter().map(|request| request.target);
        let asked: Vec<String> = asked.map(|target| target.replace("%2D", "-")).collect();
        let path = path.replace("%2D", "-");
        assert!(asked.iter().any(|target| target.starts_with(&path)), "{name}: {asked:?}");
    }
}

/// What is known of the index `clicks` (two shards) from its `_count` and its `_stats`.
async fn check_counts(
    count: &'static str,
    stats: &'static str,
    expected: (Option<u64>, Option<u64>),
) {
    let server = Server::start(move |request| {
        let body = match request.target.split('?').next().unwrap() {
            "/" => r#"{"version":{"number":"6.5.4"}}"#,
            "/clicks/_mapping" => r#"{"clicks":{"mappings":{}}}"#,
            "/clicks/_settings" => r#"{"clicks":{"settings":{"index":{"number_of_shards":"2"}}}}"#,
            "/clicks/_count" => count,
            "/clicks/_stats/docs" => stats,
            _ => "{}",
        };
        Response::json(200, body)
    });
    let capture = capture(&server.url, "clicks").await.unwrap();
    let index = &capture.indices["clicks"];
    assert_eq!((index.documents, index.operations), expected);
    let said = capture.unanswered.join("\n");
    assert_eq!(said.contains("documents of clicks"), expected.0.is_none(), "{said}");
    assert_eq!(said.contains("sequence numbers of clicks"), expected.1.is_none(), "{said}");
}

const COUNT: &str = r#"{"count":6,"_shards":{"total":2,"successful":2,"failed":0}}"#;
const STATS: &str = r#"{"indices":{"clicks":{"shards":{
    "0":[{"routing":{"primary":false},"seq_no":{"max_seq_no":1}},{"routing":{"primary":true},"seq_no":{"max_seq_no":2}}],
    "1":[{"routing":{"primary":true},"seq_no":{"max_seq_no":3}}]}}}}"#;

#[tokio::test]
async fn operations_are_summed_over_primary_shards() {
    check_counts(COUNT, STATS, (Some(6), Some(7))).await;
}

#[tokio::test]
async fn a_shard_that_does_not_answer_leaves_the_numbers_unknown() {
    let count = r#"{"count":3,"_shards":{"total":2,"successful":1,"failed":1}}"#;
    check_counts(count, STATS, (None, Some(7))).await;
    let count = r#"{"count":3,"_shards":{"total":2,"successful":1,"failed":0}}"#;
    check_counts(count, STATS, (None, Some(7))).await;
    let stats = r#"{"indices":{"clicks":{"shards":{"1":[{"routing":{"primary":true},"seq_no":{"max_seq_no":3}}]}}}}"#;
    check_counts(COUNT, stats, (Some(6), None)).await;
    let stats = r#"{"indices":{"clicks":{"shards":{"0":[{"routing":{"primary":true}}],"1":[]}}}}"#;
    check_counts(COUNT, stats, (Some(6), None)).await;
    let stats = r#"{"indices":{"clicks":{"shards":{"0":[{"routing":{"primary":true},"seq_no":{"max_seq_no":9223372036854775807}}],"1":[]}}}}"#;
    check_counts(COUNT, stats, (Some(6), None)).await;
}

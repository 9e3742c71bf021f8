//! What secrets may never do: go to another host, over a clear line, into an error, a log or a capture.

use std::fmt::Write as _;
use std::fs;
use std::net::TcpListener;

use mapdrift::io::cluster::{
    Auth, AuthKind, Aws, ClusterError, ClusterOptions, Secret, Secrets, Trouble, Why, read,
};
use tempfile::NamedTempFile;
use tokio::runtime::Runtime;

use super::{capture, options};
use crate::cli::mapdrift;
use crate::support::http::{Request, Response, Server};
use crate::support::store::StoreServer;

const SECRET: &str = "hush-4711";

fn secrets() -> Secrets {
    Secrets {
        username: Some(Secret::new("reader")),
        password: Some(Secret::new(SECRET)),
        bearer_token: Some(Secret::new(format!("{SECRET}\n"))),
        api_key: Some(Secret::new(format!("id:{SECRET}"))),
    }
}

fn with_auth(url: &str, kind: AuthKind) -> ClusterOptions {
    let auth = Auth::new(kind, secrets(), Aws::default()).unwrap();
    ClusterOptions { auth, ..options(url) }
}

/// A cluster with one empty index.
fn cluster(request: &Request) -> Response {
    let body = match request.target.split('?').next().unwrap() {
        "/" => r#"{"version":{"number":"6.5.4"}}"#,
        "/clicks/_mapping" => r#"{"clicks":{"mappings":{}}}"#,
        _ => "{}",
    };
    Response::json(200, body)
}

/// Every request carries the header that the sign-in stands for.
async fn check_header(kind: AuthKind, expected: &str) {
    let server = Server::start(cluster);
    let capture = read(&with_auth(&server.url, kind), "clicks").await.unwrap();
    for request in server.requests() {
        assert_eq!(request.header("authorization"), Some(expected), "{}", request.target);
    }
    let bytes = mapdrift::io::capture::to_bytes(&capture);
    assert!(!String::from_utf8(bytes).unwrap().contains(SECRET));
}

#[tokio::test]
async fn each_sign_in_has_its_header() {
    check_header(AuthKind::Basic, "Basic cmVhZGVyOmh1c2gtNDcxMQ==").await;
    check_header(AuthKind::Bearer, "Bearer hush-4711").await;
    check_header(AuthKind::ApiKey, "ApiKey aWQ6aHVzaC00NzEx").await;
}

#[tokio::test]
async fn an_encoded_api_key_is_sent_as_it_is() {
    let server = Server::start(cluster);
    let api_key = Some(Secret::new("aWQ6aHVzaC00NzEx"));
    let secrets = Secrets { api_key, ..Secrets::default() };
    let auth = Auth::new(AuthKind::ApiKey, secrets, Aws::default()).unwrap();
    read(&ClusterOptions { auth, ..options(&server.url) }, "clicks").await.unwrap();
    assert_eq!(server.requests()[0].header("authorization"), Some("ApiKey aWQ6aHVzaC00NzEx"));
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let other = Server::start(cluster);
    for (kind, status) in [(AuthKind::None, 301), (AuthKind::Basic, 302), (AuthKind::Bearer, 307)] {
        let to = format!("{}/?token={SECRET}", other.url);
        let server = Server::start(move |_| {
            let headers = vec![("location".to_owned(), to.clone())];
            Response { status, headers, body: String::new() }
        });
        let error = read(&with_auth(&server.url, kind), "clicks").await.unwrap_err();
        assert!(matches!(error, ClusterError::Redirected { .. }), "{error:?}");
        assert_eq!(error.trouble(), Trouble::OutOfReach);
        assert!(error.to_string().contains(&other.url), "{error}");
        assert!(!shown(&error).contains(SECRET), "{}", shown(&error));
    }
    assert!(other.requests().is_empty());
}

#[tokio::test]
async fn plain_http_carries_secrets_on_loopback_only() {
    for kind in [AuthKind::Basic, AuthKind::Bearer, AuthKind::ApiKey] {
        for url in ["http://search.example:9200", "http://10.0.0.7", "http://localhost.example"] {
            let error = read(&with_auth(url, kind), "clicks").await.unwrap_err();
            assert_eq!(error.trouble(), Trouble::Usage, "{url}: {error}");
            assert!(error.to_string().contains("in the clear"), "{error}");
        }
    }
}

#[tokio::test]
async fn userinfo_in_a_url_is_refused_and_not_repeated() {
    for url in ["https://reader:hush-4711@search.example", "http://hush-4711@127.0.0.1:1"] {
        let error = capture(url, "clicks").await.unwrap_err();
        assert_eq!(error.trouble(), Trouble::Usage);
        assert!(!shown(&error).contains(SECRET), "{}", shown(&error));
        assert!(error.hint().contains("MAPDRIFT_PASSWORD"));
    }
}

#[tokio::test]
async fn a_refusal_does_not_repeat_the_secret() {
    let server = Server::start(|_| Response::json(401, r#"{"error":"unauthorized"}"#));
    for kind in [AuthKind::Basic, AuthKind::Bearer, AuthKind::ApiKey] {
        let options = with_auth(&server.url, kind);
        let error = read(&options, "clicks").await.unwrap_err();
        assert!(!shown(&error).contains(SECRET), "{}", shown(&error));
        assert!(!format!("{options:?}").contains(SECRET), "{options:?}");
        assert!(error.hint().contains("MAPDRIFT_"), "{}", error.hint());
    }
}

#[test]
fn a_missing_secret_is_named() {
    for (kind, variable) in [
        (AuthKind::Basic, "MAPDRIFT_USERNAME"),
        (AuthKind::Bearer, "MAPDRIFT_BEARER_TOKEN"),
        (AuthKind::ApiKey, "MAPDRIFT_API_KEY"),
    ] {
        let error = Auth::new(kind, Secrets::default(), Aws::default()).unwrap_err();
        assert_eq!(error.trouble(), Trouble::Usage);
        assert!(error.to_string().contains(variable), "{error}");
    }
}

#[test]
fn a_secret_that_no_header_may_carry_is_refused_and_not_repeated() {
    let secrets = Secrets { bearer_token: Some(Secret::new("hush-4711\nx: y")), ..secrets() };
    let error = Auth::new(AuthKind::Bearer, secrets, Aws::default()).unwrap_err();
    assert_eq!(error.trouble(), Trouble::Usage);
    assert!(!shown(&error).contains(SECRET), "{}", shown(&error));
}

#[tokio::test]
async fn a_ca_certificate_that_is_none_is_a_usage_error() {
    for file in ["Cargo.toml", "no-such-file.pem"] {
        let path = format!("{}/{file}", env!("CARGO_MANIFEST_DIR"));
        let options =
            ClusterOptions { ca_cert: Some(path.into()), ..options("https://127.0.0.1:1") };
        let error = read(&options, "clicks").await.unwrap_err();
        assert_eq!(error.trouble(), Trouble::Usage, "{error}");
        assert!(error.to_string().contains(file), "{error}");
    }
}

#[test]
fn a_private_authority_is_trusted_where_it_is_named() {
    let runtime = Runtime::new().unwrap();
    let (server, authority) = StoreServer::start_tls(runtime.handle());
    let url = format!("https://{}", server.address);
    let error = runtime.block_on(capture(&url, "clicks")).unwrap_err();
    let is_distrust = matches!(error, ClusterError::Unreachable { why: Why::Certificate, .. });
    assert!(is_distrust && error.hint().contains("--ca-cert"), "{error:?}");
    let file = NamedTempFile::new().unwrap();
    fs::write(file.path(), authority).unwrap();
    let options = ClusterOptions { ca_cert: Some(file.path().to_owned()), ..options(&url) };
    // It is an object store and no cluster, but it is reached.
    let error = runtime.block_on(read(&options, "clicks")).unwrap_err();
    let has_answered = matches!(error, ClusterError::SignIn { .. } | ClusterError::Answer { .. });
    assert!(has_answered, "{error:?}");
}

/// What reached a proxy that stands for the whole network, when `url` was captured.
fn through_proxy(url: &str) -> Vec<String> {
    let proxy = Server::start(|request| {
        let target = request.target.replacen("http://search.example", "", 1);
        cluster(&Request { target, ..request.clone() })
    });
    let arguments = ["capture", "--cluster", url, "--index", "clicks", "-o", "-"];
    let output = mapdrift(&arguments).env("HTTP_PROXY", &proxy.url).output().unwrap();
    let is_captured = output.status.success();
    assert_eq!(is_captured, !proxy.requests().is_empty(), "{output:?}");
    proxy.requests().into_iter().map(|request| request.target).collect()
}

#[test]
fn the_proxy_of_the_environment_is_used() {
    let asked = through_proxy("http://search.example");
    assert_eq!(asked[0], "http://search.example/");
    assert!(asked.iter().all(|target| target.starts_with("http://search.example/")), "{asked:?}");
}

#[test]
fn no_proxy_stands_between_us_and_this_machine() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert_eq!(through_proxy(&format!("http://{free}")), [""; 0]);
}

#[tokio::test]
async fn what_a_cluster_says_cannot_steer_a_terminal() {
    let body = r#"{"error":{"type":"x","reason":"\u001b[31mred\u001b[0m\n\u202eback"}}"#;
    let server = Server::start(move |_| Response::json(403, body));
    let error = capture(&server.url, "clicks").await.unwrap_err();
    let said = error.to_string();
    assert!(!said.contains(['\u{1b}', '\n', '\u{202e}']), "{said:?}");
    assert!(said.contains("red"), "{said}");
}

/// Everything that an error could show: its words, its causes', its `Debug`, its hint.
fn shown(error: &ClusterError) -> String {
    let mut words = format!("{error}\n{error:?}\n{}", error.hint());
    let mut cause = std::error::Error::source(error);
    while let Some(link) = cause {
        write!(words, "\n{link}").unwrap();
        cause = link.source();
    }
    words
}

//! Who may read, and what is said to those who may not.

use std::error::Error as _;

use mapdrift::io::listing;
use mapdrift::io::s3::{S3Options, Signing};
use mapdrift::io::source::SourceError;

use super::{BUCKET, World, key, put, s3, signed};
use crate::support::proxy::FaultProxy;
use crate::support::store::{SECRET_KEY, StoreServer};

/// An error with all its causes and its hint, as a user would see it.
pub(super) fn shown(error: &SourceError) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}\ncaused by: {inner}");
        cause = inner.source();
    }
    format!("{text}\nhint: {}", error.hint().unwrap_or_default())
}

/// Lists with these options; gives the exit code and the text.
fn refused(options: &S3Options) -> (u8, String) {
    let world = World::new();
    world.put(&key(1), b"{}");
    let endpoint = options.endpoint.clone().or(Some(world.server.endpoint()));
    let error = world.list_with("", &S3Options { endpoint, ..options.clone() }).unwrap_err();
    (error.exit_code(), shown(&error))
}

fn without_endpoint(secret: &str) -> S3Options {
    S3Options { endpoint: None, ..signed("", secret) }
}

#[test]
fn a_wrong_secret_is_refused_and_never_repeated() {
    let (code, text) = refused(&without_endpoint("a-wrong-secret"));
    assert_eq!(code, 4);
    assert!(text.contains("403 SignatureDoesNotMatch") && text.contains("AWS_PROFILE"), "{text}");
    assert!(!text.contains("a-wrong-secret") && !text.contains("Signature="), "{text}");
}

#[test]
fn an_anonymous_request_is_refused_with_the_permission_to_ask_for() {
    let (code, text) =
        refused(&S3Options { signing: Signing::Anonymous, ..without_endpoint(SECRET_KEY) });
    assert_eq!(code, 4);
    assert!(text.contains("403 AccessDenied") && text.contains("s3:ListBucket"), "{text}");
}

#[test]
fn nobody_listening_is_out_of_reach_with_the_cause() {
    let unused = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (code, text) = refused(&signed(&format!("http://{unused}"), SECRET_KEY));
    assert_eq!(code, 4);
    assert!(text.contains(&unused.to_string()), "{text}");
    assert!(
        text.contains("out of reach") && text.contains("refused") && text.contains("--s3-endpoint"),
        "{text}"
    );
}

#[test]
fn a_store_that_never_answered_is_asked_twice_and_no_more() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let world = FaultProxy::start(runtime.handle(), nobody);
    let options =
        S3Options { attempts: Some(9), ..signed(&format!("http://{}", world.address), SECRET_KEY) };
    assert_eq!(runtime.block_on(listing::list(&[s3("")], &options)).unwrap_err().exit_code(), 4);
    assert_eq!(world.seen().len(), 2);
}

#[test]
fn a_bucket_that_does_not_exist_is_named() {
    let world = World::new();
    let source =
        mapdrift::io::source::Source::S3 { bucket: "no-such".to_owned(), prefix: String::new() };
    let error = world.runtime.block_on(listing::list(&[source], &world.options())).unwrap_err();
    assert_eq!(error.exit_code(), 3);
    assert!(error.to_string().contains("no-such"), "{error}");
}

#[test]
fn an_endpoint_that_cannot_be_meant_is_a_usage_error_without_its_secret() {
    for endpoint in
        ["http://key:hunter2@127.0.0.1:1", "127.0.0.1:9000", "ftp://host", "https://", "nonsense"]
    {
        let (code, text) = refused(&signed(endpoint, SECRET_KEY));
        assert_eq!(code, 2, "{endpoint}: {text}");
        assert!(!text.contains("hunter2"), "{text}");
    }
}

#[test]
fn a_certificate_file_that_cannot_be_used_is_a_usage_error() {
    let folder = tempfile::tempdir().unwrap();
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for (name, content) in [("empty", ""), ("text", "no certificate"), ("broken", broken)] {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        let (code, text) =
            refused(&S3Options { ca_cert: Some(path), ..without_endpoint(SECRET_KEY) });
        assert_eq!(code, 2, "{name}: {text}");
    }
    let (code, _) = refused(&S3Options {
        ca_cert: Some(folder.path().join("missing")),
        ..without_endpoint(SECRET_KEY)
    });
    assert_eq!(code, 2);
}

#[test]
fn a_private_authority_is_trusted_where_it_is_named_and_only_there() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (server, authority) = StoreServer::start_tls(runtime.handle());
    put(&server.bucket(BUCKET), &key(1), b"{}");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("authority.pem");
    std::fs::write(&path, authority).unwrap();
    let endpoint = format!("https://{}", server.address);
    let list = |ca_cert| {
        let options = S3Options { ca_cert, attempts: Some(1), ..signed(&endpoint, SECRET_KEY) };
        runtime.block_on(listing::list(&[s3("")], &options))
    };
    assert_eq!(list(Some(path)).unwrap().entries.len(), 1);
    let error = list(None).unwrap_err();
    assert_eq!(error.exit_code(), 4);
    assert!(shown(&error).contains("--ca-cert"), "{}", shown(&error));
}

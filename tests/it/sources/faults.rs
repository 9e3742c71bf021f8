//! A store that fails: what is tried again, what becomes a problem of one object, and what ends the run.

use std::time::Duration;

use mapdrift::io::s3::{Payer, S3Options};

use super::{Delivered, World, deliver, deliver_one, key};
use crate::support::proxy::Fault;

/// One object of a megabyte, and its bytes.
fn large() -> (World, Vec<u8>) {
    let world = World::new();
    let bytes: Vec<u8> = (0..1_000_000_u32).map(|n| n.to_le_bytes()[0]).collect();
    world.put(&key(1), &bytes);
    (world, bytes)
}

fn get() -> String {
    format!("GET /backup/{}", key(1))
}

#[test]
fn throttling_and_server_errors_are_tried_again() {
    for (status, code) in
        [(503, "SlowDown"), (429, "TooManyRequests"), (500, "InternalError"), (502, "BadGateway")]
    {
        let (world, bytes) = large();
        world.proxy.fail(
            "list-type=2",
            2,
            Fault::refusal(status, code, "Please reduce your request rate."),
        );
        world.proxy.fail(
            &get(),
            2,
            Fault::refusal(status, code, "Please reduce your request rate."),
        );
        let listing = world.list("").unwrap();
        assert_eq!(deliver_one(&world, &listing).bytes, bytes, "{code}");
        assert_eq!(listing.store.unwrap().traffic().requests(), 3 + 3, "{code}");
    }
}

#[test]
fn a_store_in_trouble_is_given_every_attempt_for_every_object() {
    let world = World::new();
    for minute in 0..50 {
        world.put(&key(minute), b"{}");
        let get = format!("GET /backup/{}", key(minute));
        world.proxy.fail(&get, 3, Fault::refusal(500, "InternalError", "We encountered an error."));
    }
    let all = deliver(&world.runtime, &world.list("").unwrap());
    assert!(all.iter().all(|object| object.problem.is_none()), "{all:?}");
}

#[test]
fn endless_throttling_ends_with_its_name() {
    let (world, _) = large();
    world.proxy.fail(
        "list-type=2",
        99,
        Fault::refusal(503, "SlowDown", "Please reduce your request rate."),
    );
    let error = world.list("").unwrap_err();
    assert_eq!(error.exit_code(), 4);
    assert!(error.to_string().contains("503 SlowDown"), "{error}");
    assert_eq!(world.proxy.seen().len(), 4);
}

#[test]
fn a_refused_second_page_is_never_a_short_count() {
    let world = World::new();
    for number in 0..1_205 {
        world.put(&format!("x/{number:04}"), b"");
    }
    assert_eq!(world.list("").unwrap().entries.len(), 1_205);
    world.proxy.fail("continuation-token", 1, Fault::refusal(403, "AccessDenied", "Access Denied"));
    let error = world.list("").unwrap_err();
    assert_eq!(error.exit_code(), 4);
    assert!(
        error.to_string().contains("page 2") && error.hint().unwrap().contains("s3:ListBucket"),
        "{error}"
    );
}

#[test]
fn a_listing_that_goes_on_without_saying_how_is_an_error() {
    let world = World::new();
    let contents = "<Contents><Key>a</Key><Size>1</Size></Contents>";
    let page = |rest: &str| {
        let body = format!(
            "<ListBucketResult><IsTruncated>true</IsTruncated>{contents}{rest}</ListBucketResult>"
        );
        Fault::Answer("200 OK\r\nContent-Type: application/xml".to_owned(), body)
    };
    world.proxy.fail("list-type=2", 1, page(""));
    assert!(world.list("").unwrap_err().to_string().contains("does not say how"));
    world.proxy.fail("list-type=2", 2, page("<NextContinuationToken>t</NextContinuationToken>"));
    assert!(world.list("").unwrap_err().to_string().contains("again and again"));
}

#[test]
fn a_page_of_somebody_else_in_the_stores_place_is_an_error() {
    let world = World::new();
    let sign_in = "<html><body>Please accept our terms<br></body></html>";
    let page = Fault::Answer("200 OK\r\nContent-Type: text/html".to_owned(), sign_in.to_owned());
    world.proxy.fail("list-type=2", 9, page);
    let error = world.list("").unwrap_err();
    assert_eq!(error.exit_code(), 4);
    assert!(error.to_string().contains("no S3 store"), "{error}");
}

#[test]
fn a_broken_body_is_resumed_where_it_ended() {
    for fault in [Fault::Cut(0), Fault::Cut(300_000), Fault::Reset(300_000), Fault::Stall(300_000)]
    {
        let (world, bytes) = large();
        let options = S3Options { patience: Duration::from_millis(300), ..world.options() };
        world.proxy.fail(&get(), 3, fault.clone());
        let listing = world.list_with("", &options).unwrap();
        let delivered = deliver_one(&world, &listing);
        assert_eq!(delivered.problem, None, "{fault:?}");
        assert_eq!(delivered.bytes, bytes, "{fault:?}");
        assert_eq!(listing.store.unwrap().traffic().bytes(), 1_000_000, "{fault:?}");
    }
}

#[test]
fn a_body_that_breaks_without_end_is_a_problem() {
    let (world, bytes) = large();
    world.proxy.fail("bytes=300000-", 99, Fault::Cut(0));
    world.proxy.fail(&get(), 1, Fault::Cut(300_000));
    let delivered = deliver_one(&world, &world.list("").unwrap());
    let problem = delivered.problem.unwrap();
    assert_eq!(problem.kind.name(), "get-failed");
    assert!(problem.message.contains("at byte 300000 of 1000000"), "{}", problem.message);
    assert_eq!(delivered.bytes, bytes[..300_000]);
}

#[test]
fn a_store_that_ignores_ranges_is_noticed() {
    let (world, _) = large();
    let whole = Fault::Answer("200 OK".to_owned(), "y".repeat(1_000_000));
    world.proxy.fail("bytes=300000-", 1, whole);
    world.proxy.fail(&get(), 1, Fault::Cut(300_000));
    let problem = deliver_one(&world, &world.list("").unwrap()).problem.unwrap();
    assert!(problem.message.contains("does not go on"), "{}", problem.message);
}

/// Asks for an object while the store refuses; gives the kind and the words of the problem.
fn refusal(status: u16, code: &str, message: &str) -> (&'static str, String) {
    let (world, _) = large();
    world.put(&key(2), b"{}");
    world.proxy.fail(&get(), 99, Fault::refusal(status, code, message));
    let mut all = deliver(&world.runtime, &world.list("").unwrap());
    assert_eq!(
        all.pop().unwrap(),
        Delivered { key: key(2), bytes: b"{}".to_vec(), problem: None },
        "the scan goes on"
    );
    let problem = all.pop().unwrap().problem.unwrap();
    (problem.kind.name(), problem.message)
}

#[test]
fn archived_objects_are_named() {
    let (kind, message) = refusal(
        403,
        "InvalidObjectState",
        "The operation is not valid for the object's storage class",
    );
    assert_eq!(kind, "archived");
    assert!(message.contains("restored"), "{message}");
}

#[test]
fn a_key_that_may_not_be_used_is_named() {
    let words =
        "User: arn:aws:iam::1:user/x is not authorized to perform: kms:Decrypt on the resource";
    let (kind, message) = refusal(403, "AccessDenied", words);
    assert_eq!(kind, "kms-refused");
    assert!(message.contains("kms:Decrypt"), "{message}");
    assert_eq!(refusal(400, "KMS.DisabledException", "the key is disabled").0, "kms-refused");
}

#[test]
fn a_refused_object_names_the_permission() {
    let (kind, message) = refusal(403, "AccessDenied", "Access Denied");
    assert_eq!(kind, "get-failed");
    assert!(message.contains("403 AccessDenied") && message.contains("s3:GetObject"), "{message}");
}

#[test]
fn an_object_that_changes_or_goes_in_mid_scan_is_noticed() {
    assert_eq!(
        refusal(412, "PreconditionFailed", "At least one of the pre-conditions did not hold").0,
        "object-changed"
    );
    assert_eq!(refusal(404, "NoSuchKey", "The specified key does not exist.").0, "object-changed");
    let (world, _) = large();
    let listing = world.list("").unwrap();
    world.put(&key(1), b"shorter by now");
    assert_eq!(deliver_one(&world, &listing).problem.unwrap().kind.name(), "object-changed");
}

#[test]
fn a_bucket_in_another_region_is_asked_there() {
    let (world, bytes) = large();
    let elsewhere = "301 Moved Permanently\r\nx-amz-bucket-region: ap-northeast-2";
    let body = "<Error><Code>PermanentRedirect</Code><Message>elsewhere</Message></Error>";
    world.proxy.fail(
        "/us-east-1/s3/aws4_request",
        99,
        Fault::Answer(elsewhere.to_owned(), body.to_owned()),
    );
    let listing = world.list("").unwrap();
    assert_eq!(deliver_one(&world, &listing).bytes, bytes);
    // The wrong place is asked once; then listing and object are asked in the right one.
    let regions: Vec<bool> =
        world.proxy.seen().iter().map(|head| head.contains("/ap-northeast-2/s3/")).collect();
    assert_eq!(regions, [false, true, true]);
}

#[test]
fn a_redirect_without_a_region_is_settled_by_head_bucket() {
    let (world, bytes) = large();
    let body = "<Error><Code>PermanentRedirect</Code><Message>elsewhere</Message></Error>";
    let silent = Fault::Answer("301 Moved Permanently".to_owned(), body.to_owned());
    let named = Fault::Answer(
        "301 Moved Permanently\r\nx-amz-bucket-region: eu-west-1".to_owned(),
        String::new(),
    );
    world.proxy.fail("HEAD /backup", 1, named);
    world.proxy.fail("/us-east-1/s3/aws4_request", 1, silent);
    assert_eq!(deliver_one(&world, &world.list("").unwrap()).bytes, bytes);
}

#[test]
fn requester_pays_is_said_with_every_request() {
    let (world, _) = large();
    let options = S3Options { payer: Payer::Requester, ..world.options() };
    deliver_one(&world, &world.list_with("", &options).unwrap());
    assert!(world.proxy.seen().iter().all(|head| head.contains("x-amz-request-payer: requester")));
}

#[test]
fn only_reads_are_sent() {
    let (world, _) = large();
    deliver_one(&world, &world.list("").unwrap());
    assert!(
        world.proxy.seen().iter().all(|head| head.starts_with("GET ") || head.starts_with("HEAD "))
    );
}

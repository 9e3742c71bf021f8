//! What Firehose's names say.

use jiff::{SignedDuration, Timestamp};
use mapdrift::firehose::rotation::{Belongs, Period, rotated};
use mapdrift::firehose::{self, Deliveries, FailureKind, dated, failure_folder, object_name};
use mapdrift::model::object::{Found, TimeSource};

const UUID: &str = "9c948a08-1f4b-4a0e-8f3e-0d9c9a3c1b22";

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Reads a key in which `U` stands for a random part; gives prefix, stream, version, extension.
fn check(key: &str, stream: Option<&str>, expected: Option<(&str, &str, Option<u32>, &str)>) {
    let key = key.replace("-U", &format!("-{UUID}"));
    let name = object_name(&key, stream);
    let parts = name.as_ref().map(|name| (name.prefix, name.stream, name.version, name.extension));
    assert_eq!(parts, expected, "{key}");
}

#[test]
fn a_key_is_read_from_the_right() {
    check(
        "2019/04/30/06/test-1-2019-04-30-06-26-00-U",
        None,
        Some(("2019/04/30/06/", "test", Some(1), "")),
    );
    check("a/clicks-12-2019-04-30-06-26-00-U.gz", None, Some(("a/", "clicks", Some(12), ".gz")));
    check("x-1-2019-04-30-06-26-00-U.custom.log", None, Some(("", "x", Some(1), ".custom.log")));
    check(
        "s.v2-2018-01-01-7-2019-04-30-06-26-00-U",
        None,
        Some(("", "s.v2-2018-01-01", Some(7), "")),
    );
}

#[test]
fn the_time_of_a_key_is_utc() {
    let key = format!("2019/04/30/06/test-1-2019-04-30-06-26-09-{UUID}");
    assert_eq!(object_name(&key, None).unwrap().time, time("2019-04-30T06:26:09Z"));
}

#[test]
fn the_version_may_be_missing() {
    check("test-1ES-2026-11-22-07-31-30-U", None, Some(("", "test-1ES", None, "")));
    check("test-01-2026-11-22-07-31-30-U", None, Some(("", "test-01", None, "")));
}

#[test]
fn a_known_stream_decides_between_two_readings() {
    check("test-1-2019-04-30-06-26-00-U", Some("test"), Some(("", "test", Some(1), "")));
    check("test-1-2019-04-30-06-26-00-U", Some("test-1"), Some(("", "test-1", None, "")));
    check("test-1-2019-04-30-06-26-00-U", Some("other"), Some(("", "test", Some(1), "")));
    check(
        "raw-2019test-3-2019-04-30-06-26-00-U",
        Some("test"),
        Some(("raw-2019", "test", Some(3), "")),
    );
}

#[test]
fn other_names_have_no_parts() {
    for key in [
        "",
        "records.json",
        "2019/04/30/06/",
        "test-1-2019-04-30-06-26-00-nouuid",
        "test-1-2019-13-30-06-26-00-U",
        "test-1-2019-02-29-06-26-00-U",
        "test-1-2019-04-30-24-26-00-U",
        "-2019-04-30-06-26-00-U",
        "1-2019-04-30-06-26-00-Ux",
        "té-st-2019-04-30-06-26-00-U",
        "é",
        "test-1-2019-04-30-06-26-00-9c948a08-1f4b-4a0e-8f3e-0d9c9a3c1b2é",
    ] {
        check(key, None, None);
    }
}

#[test]
fn failure_folders_are_known_in_both_spellings_at_any_depth() {
    let check = |key: &str, kind: Option<FailureKind>| {
        assert_eq!(failure_folder(key).map(|(kind, _)| kind), kind, "{key}");
    };
    check("elasticsearch-failed/2019/04/30/06/x", Some(FailureKind::Index));
    check("a/b/elasticsearch_failed/x", Some(FailureKind::Index));
    check("AmazonOpenSearchService-failed/x", Some(FailureKind::Index));
    check("p/AmazonOpenSearchService_failed/2026/x", Some(FailureKind::Index));
    check("processing-failed/x", Some(FailureKind::Processing));
    check("splunk_failed/x", Some(FailureKind::Splunk));
    check("format-conversion-failed/x", Some(FailureKind::FormatConversion));
    check("format_conversion_failed/x", Some(FailureKind::FormatConversion));
    check("http-endpoint-failed/x", Some(FailureKind::HttpEndpoint));
    check("snowflake-failed/x", Some(FailureKind::Snowflake));
    check("legacyelasticsearch-failed/2019/x", Some(FailureKind::Index));
    check("errors/type=processing-failed/x", Some(FailureKind::Processing));
    check("elasticsearch-failed", None);
    check("2019/04/elasticsearch-failed-1-2019-04-30-06-26-00", None);
    check("elasticsearch-failed-replay/x", None);
    check("payments-failed/x", None);
}

fn found(key: &str, modified: Option<&str>, argument: usize) -> Found {
    Found {
        key: key.replace("-U", &format!("-{UUID}")),
        size: Some(1),
        modified: modified.map(time),
        argument,
    }
}

fn deliveries(found: &[Found]) -> Deliveries {
    firehose::deliveries(found.len(), &|at| found[at].clone(), None)
}

/// Orders what was found; gives keys without their random part.
fn order(found: &[Found]) -> Vec<String> {
    let keys = deliveries(found).sources.into_iter().map(|source| &found[source as usize].key);
    keys.map(|key| key.replace(&format!("-{UUID}"), "-U")).collect()
}

#[test]
fn delivery_order_is_time_then_key() {
    let listed = [
        found("z/s-2-2019-04-30-06-27-00-U", None, 0),
        found("b/s-2-2019-04-30-06-26-00-U", None, 0),
        found("a/s-2-2019-04-30-06-26-00-U", None, 1),
        found("plain", Some("2019-04-30T06:26:30Z"), 0),
    ];
    let expected = [
        "a/s-2-2019-04-30-06-26-00-U",
        "b/s-2-2019-04-30-06-26-00-U",
        "plain",
        "z/s-2-2019-04-30-06-27-00-U",
    ];
    assert_eq!(order(&listed), expected);
}

#[test]
fn the_time_in_the_key_wins_over_the_stores() {
    let found = found("s-2-2019-04-30-06-27-00-U", Some("2024-01-01T00:00:00Z"), 0);
    let object = dated(&found, None);
    assert_eq!(object.time, Some(time("2019-04-30T06:27:00Z")));
    assert_eq!(object.time_source, TimeSource::Key);
}

#[test]
fn without_any_time_the_argument_decides_then_the_name() {
    let listed = [
        found("b", None, 1),
        found("c", None, 0),
        found("a", None, 1),
        found("s-1-2019-04-30-06-27-00-U", None, 2),
    ];
    assert_eq!(order(&listed), ["s-1-2019-04-30-06-27-00-U", "c", "a", "b"]);
}

#[test]
fn failures_are_kept_apart_and_point_back_to_the_listing() {
    let listed = [
        found("elasticsearch-failed/2019/04/30/06/s-1-2019-04-30-06-27-00-U", None, 0),
        found("2019/04/30/06/s-1-2019-04-30-06-28-00-U", None, 0),
        found("2019/04/30/06/s-1-2019-04-30-06-26-00-U", None, 0),
    ];
    let deliveries = deliveries(&listed);
    assert_eq!(deliveries.sources, [2, 1]);
    assert_eq!(deliveries.failures.len(), 1);
    assert_eq!(deliveries.failures[0].source, 0);
    assert_eq!(deliveries.failures[0].kind, FailureKind::Index);
    assert_eq!(deliveries.failures[0].folder, "elasticsearch-failed");
    assert_eq!(deliveries.failures[0].object.time_source, TimeSource::Key);
}

#[test]
fn rotated_names_are_taken_apart() {
    let check = |index: &str, expected: Option<(&str, Period)>| {
        assert_eq!(
            rotated(index, None).map(|found| (found.base, found.period)),
            expected,
            "{index}"
        );
    };
    let day = time("2019-04-30T00:00:00Z").to_zoned(jiff::tz::TimeZone::UTC).date();
    check("clicks-2019-04-30-06", Some(("clicks", Period::Hour(day, 6))));
    check("clicks-2019-04-30", Some(("clicks", Period::Day(day))));
    check("clicks-2019-w18", Some(("clicks", Period::Week(2019, 18))));
    check("clicks-2019-04", Some(("clicks", Period::Month(2019, 4))));
    check("clicks", None);
    check("clicks-2019", None);
    check("clicks-2019-13", None);
    check("clicks-2019-02-30", None);
    check("clicks-2019-w54", None);
    check("-2019-04", None);
}

#[test]
fn a_known_base_keeps_foreign_indices_out() {
    assert!(rotated("clicks-backup-2019-04", Some("clicks")).is_none());
    assert!(rotated("clicks-2019-04", Some("clicks")).is_some());
}

/// Whether an object of this time, with records of up to five minutes later, is in an index.
fn holds(index: &str, oldest: &str) -> Belongs {
    rotated(index, None).unwrap().period.holds(time(oldest), SignedDuration::from_mins(5))
}

#[test]
fn near_a_boundary_both_indices_are_possible() {
    assert_eq!(holds("i-2019-04-30-06", "2019-04-30T06:00:00Z"), Belongs::Certainly);
    assert_eq!(holds("i-2019-04-30-06", "2019-04-30T06:57:00Z"), Belongs::Possibly);
    assert_eq!(holds("i-2019-04-30-07", "2019-04-30T06:57:00Z"), Belongs::Possibly);
    assert_eq!(holds("i-2019-04-30-08", "2019-04-30T06:57:00Z"), Belongs::No);
    assert_eq!(holds("i-2019-04-30", "2019-04-30T23:54:59Z"), Belongs::Certainly);
    assert_eq!(holds("i-2019-04", "2019-04-30T23:58:00Z"), Belongs::Possibly);
    assert_eq!(holds("i-2019-05", "2019-04-30T12:00:00Z"), Belongs::No);
}

#[test]
fn a_week_is_certain_only_where_every_rule_agrees() {
    // AWS's own example: 2016-02-25 is w08 by ISO and by %U, w09 by the American rule that the same page states.
    assert_eq!(holds("i-2016-w08", "2016-02-25T13:00:00Z"), Belongs::Possibly);
    assert_eq!(holds("i-2016-w09", "2016-02-25T13:00:00Z"), Belongs::Possibly);
    assert_eq!(holds("i-2016-w10", "2016-02-25T13:00:00Z"), Belongs::No);
    // 2019-04-30: American 18, ISO 18, %U 17.
    assert_eq!(holds("i-2019-w18", "2019-04-30T06:26:00Z"), Belongs::Possibly);
    assert_eq!(holds("i-2019-w17", "2019-04-30T06:26:00Z"), Belongs::Possibly);
    // A year that begins on a Sunday, in mid-week: all three say 5.
    assert_eq!(holds("i-2023-w05", "2023-02-01T12:00:00Z"), Belongs::Certainly);
}

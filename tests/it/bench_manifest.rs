//! The walk over the benchmark sets says what their generator says, field by field: a fast wrong answer fails here.

use std::fs;
use std::io::Write as _;
use std::ops::ControlFlow;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use mapdrift::model::limits::Limits;
use mapdrift::profile::{Seen, Walk};
use mapdrift::record::Hint;
use serde_json::{Value, json};

#[path = "../bench/generator.rs"]
pub(crate) mod generator;
#[path = "../bench/summary.rs"]
mod summary;

use generator::{Last, SENTINEL, Set, generate, text};
use summary::{expected, summary};

#[test]
fn the_generator_makes_what_the_committed_manifests_say() {
    for set in Set::ALL {
        let mut manifest = generate(set, 3_000_000, Last::Ordinary, |_| {});
        let file = format!("tests/bench/manifests/{}.json", set.name());
        let committed =
            fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
        let whole: Value = serde_json::from_str(&committed).unwrap();
        if whole.get("fields").is_none() {
            manifest.as_object_mut().unwrap().shift_remove("fields"); // too many to commit
            assert_eq!(manifest, whole);
        } else {
            assert_eq!(text(&manifest), committed);
        }
    }
}

#[test]
fn clicks_sum_up_to_their_manifest() {
    check(Set::Clicks, 3_000_000, Last::Ordinary);
}

#[test]
fn nested_events_sum_up_to_their_manifest() {
    check(Set::Gh, 3_000_000, Last::Ordinary);
}

#[test]
fn adversarial_sets_sum_up_to_their_manifests() {
    for set in [Set::AdvKeys, Set::AdvDeep, Set::AdvLong, Set::AdvEsc] {
        check(set, 300_000, Last::Ordinary);
    }
}

#[test]
fn a_field_of_the_last_record_alone_is_seen() {
    let manifest = check(Set::Clicks, 100_000, Last::Sentinel);
    let sentinel = json!({
        "path": [SENTINEL], "present": 1, "kinds": {"integer": 1}, "integers": [1, 1]
    });
    assert!(manifest["fields"].as_array().unwrap().contains(&sentinel));
}

/// The walk over every form of a set must say the same as the manifest, which is returned.
fn check(set: Set, bytes: u64, last: Last) -> Value {
    let (mut concatenated, mut lines) = (Vec::new(), Vec::new());
    let manifest = generate(set, bytes, last, |record| {
        concatenated.extend_from_slice(record);
        lines.extend_from_slice(record);
        lines.push(b'\n');
    });
    let mut gzip = GzEncoder::new(Vec::new(), Compression::new(6));
    gzip.write_all(&lines).unwrap();
    let forms = [concatenated, lines, gzip.finish().unwrap()];
    for (form, body) in ["concatenated", "ndjson", "gzip"].iter().zip(forms) {
        let (want, got) = (text(&expected(&manifest)), text(&walked(&body)));
        let differences: Vec<_> =
            want.lines().zip(got.lines()).filter(|(want, got)| want != got).take(5).collect();
        assert!(differences.is_empty(), "{} {form}: {differences:#?}", set.name());
        assert_eq!(want.lines().count(), got.lines().count(), "{} {form}", set.name());
    }
    manifest
}

/// What mapdrift says about one object in which everything is a record.
fn walked(mut body: &[u8]) -> Value {
    let mut walk = Walk::new(&Limits::default());
    walk.object(0, "set", &Hint::default(), &mut body, &mut |seen| {
        assert!(matches!(seen, Seen::Record { .. }), "{seen:?}");
        ControlFlow::Continue(())
    });
    summary(&walk.into_profile())
}

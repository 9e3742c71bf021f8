//! Planted defects: among 200,000 records that leave no trace, each kind of defect stands at random records. Every finding must be
//! one that was planted, and every plant must be found: rule, field, object, record, byte offset and number of records.
//!
//! `MAPDRIFT_PLANTED=n cargo test planted -- --nocapture` plays n backups and prints what was found of each kind.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::cli::mapdrift;
use crate::random::generate::Rng;

const OBJECTS: usize = 40;
const IN_EACH: usize = 5_000;
const INDEX: &str = "clicks-2019-04-30";

/// What a finding says that can be known beforehand: rule, field, number of records, first record.
type Said = (String, Option<String>, Option<u64>, Option<Place>);
/// Object, record, byte offset.
type Place = (String, u64, u64);

/// Fields of a record that are not those of the others.
type Plant = Vec<(&'static str, &'static str)>;

/// Where things stand, by the number of the record among all.
#[derive(Default)]
struct Plants {
    /// What to write in place of the usual values.
    records: BTreeMap<usize, Plant>,
    /// What must be found: the rule, the field, the records that show it, whether their number is said.
    expected: Vec<(&'static str, Option<&'static str>, Vec<usize>, Counted)>,
    refused: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Counted {
    Yes,
    No,
}

#[test]
fn every_planted_defect_is_found_and_nothing_else() {
    let rounds = std::env::var("MAPDRIFT_PLANTED").map_or(1, |number| number.parse().unwrap());
    let mut kinds: BTreeMap<String, [u64; 3]> = BTreeMap::new();
    for seed in 0..rounds {
        let (expected, found) = round(20_190_430 + seed);
        for (rule, ..) in expected.union(&found) {
            kinds.entry(rule.clone()).or_default();
        }
        for (rule, counts) in &mut kinds {
            let of =
                |set: &BTreeSet<Said>| set.iter().filter(|said| said.0 == *rule).count() as u64;
            let both: BTreeSet<Said> = expected.intersection(&found).cloned().collect();
            for (count, set) in counts.iter_mut().zip([&expected, &found, &both]) {
                *count += of(set);
            }
        }
        let missing: Vec<&Said> = expected.difference(&found).collect();
        let beyond: Vec<&Said> = found.difference(&expected).collect();
        assert!(
            missing.is_empty() && beyond.is_empty(),
            "missing {missing:#?}\nbeyond {beyond:#?}"
        );
    }
    for (rule, [planted, found, both]) in kinds {
        println!("{rule}: {planted} planted, {found} found, {both} of them alike");
    }
}

/// One backup: what was planted, and what was found.
fn round(seed: u64) -> (BTreeSet<Said>, BTreeSet<Said>) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("backup")).unwrap();
    let plants = plant(&mut Rng::new(seed));
    let places = write_backup(&plants, folder.path());
    write_index(&plants, folder.path());
    let reports: Vec<Vec<u8>> = ["1", "3"].map(|jobs| check(folder.path(), jobs)).into();
    assert!(reports[0] == reports[1], "the number of readers changes the report");
    let report: Value = serde_json::from_slice(&reports[0]).unwrap();
    assert_eq!(
        (&report["complete"], &report["counts"]["records"]),
        (&json!(true), &json!(OBJECTS * IN_EACH))
    );
    for finding in report["findings"].as_array().unwrap() {
        let is_forecast = finding["rule"] == "rollover-will-conflict";
        assert_eq!(finding["confidence"] == "certain", !is_forecast, "{finding:#}");
    }
    why_agrees(folder.path(), &report);
    let expected = plants.expected.iter().map(|(rule, field, records, counted)| {
        let count = (*counted == Counted::Yes).then_some(records.len() as u64);
        let first = records.iter().min().map(|record| places[*record].clone());
        ((*rule).to_owned(), field.map(str::to_owned), count, first)
    });
    (expected.collect(), report["findings"].as_array().unwrap().iter().map(said).collect())
}

fn said(finding: &Value) -> Said {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let first = &finding["first"];
    let number = |name: &str| first[name].as_u64();
    let place = text(&first["object"])
        .and_then(|object| Some((object, number("record")?, number("byte_offset")?)));
    (text(&finding["rule"]).unwrap(), text(&finding["field"]), finding["count"].as_u64(), place)
}

/// `why` tells the same origin, refusals and losses as `check`.
fn why_agrees(folder: &Path, report: &Value) {
    let arguments = ["why", "amount", "backup", "--format", "json", "--progress", "none"];
    let output = mapdrift(&arguments).current_dir(folder).output().unwrap();
    let why: Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let of = |rule: &str| {
        findings.iter().find(|found| found["rule"] == rule && found["field"] == "amount").unwrap()
    };
    for part in ["object", "record", "byte_offset", "byte_length", "time"] {
        assert_eq!(why["origin"][part], of("field-added-dynamically")["first"][part]);
        assert_eq!(why["losses"][0]["first"][part], of("value-coerced")["first"][part]);
        assert_eq!(why["others"][0][part], of("mapping-order-dependent")["others"][0][part]);
    }
    assert_eq!((&why["order_dependent"], &why["bent"]), (&json!(true), &json!(1)));
    assert_eq!(why["present"], of("field-added-dynamically")["count"]);
}

fn check(folder: &Path, jobs: &str) -> Vec<u8> {
    let arguments =
        ["check", "backup", "--template", "next.json", "--format", "json", "--jobs", jobs];
    let arguments = [&arguments[..], &["--progress", "none"]].concat();
    mapdrift(&arguments).current_dir(folder).output().unwrap().stdout
}

impl Plants {
    /// Puts fields into `number` random records, one plant in each record, and says which.
    fn put(&mut self, rng: &mut Rng, number: usize, plant: &Plant) -> Vec<usize> {
        self.put_within(rng, 0..OBJECTS * IN_EACH, number, plant)
    }

    fn put_within(
        &mut self,
        rng: &mut Rng,
        within: std::ops::Range<usize>,
        number: usize,
        plant: &Plant,
    ) -> Vec<usize> {
        let mut places = BTreeSet::new();
        while places.len() < number {
            let at = within.start + rng.below(within.len());
            // The first record of all makes no mistakes: it is what the others are like.
            if at > 0 && !self.records.contains_key(&at) {
                self.records.insert(at, plant.clone());
                places.insert(at);
            }
        }
        places.into_iter().collect()
    }

    fn expect(
        &mut self,
        rule: &'static str,
        field: impl Into<Option<&'static str>>,
        records: &[usize],
        counted: Counted,
    ) {
        self.expected.push((rule, field.into(), records.to_vec(), counted));
    }

    /// Records that the engine refuses.
    fn refuse(
        &mut self,
        rng: &mut Rng,
        rule: &'static str,
        field: &'static str,
        value: &'static str,
    ) {
        let number = 1 + rng.below(3);
        let records = self.put(rng, number, &vec![(field, value)]);
        // A record that is no object has no field to blame.
        let blamed = (rule != "record-not-an-object").then_some(field);
        self.expect(rule, blamed, &records, Counted::Yes);
        self.refused += number;
    }

    /// Records that lose something.
    fn bend(&mut self, rng: &mut Rng, rule: &'static str, field: &'static str, plant: &Plant) {
        let number = 1 + rng.below(3);
        let records = self.put(rng, number, plant);
        self.expect(rule, field, &records, Counted::Yes);
    }
}

/// Each kind of defect at random records.
fn plant(rng: &mut Rng) -> Plants {
    let mut plants = Plants::default();
    // Added fields, and what they have cost.
    let late = plants.put(rng, 3, &vec![("late", "\"x\"")]);
    plants.expect("field-added-dynamically", "late", &late, Counted::Yes);
    let extra = plants.put(rng, 2, &vec![("extra", r#"{"deep": 1}"#)]);
    plants.expect("object-added-dynamically", "extra", &extra, Counted::Yes);
    let void = plants.put(rng, 2, &vec![("void", "null")]);
    plants.expect("nothing-to-map", "void", &void, Counted::Yes);
    plants.refuse(rng, "value-rejected-by-type", "count", "\"many\"");
    plants.refuse(rng, "value-rejected-by-type", "at", "\"yesterday\"");
    plants.refuse(rng, "object-scalar-conflict", "note", r#"{"text": "x"}"#);
    plants.refuse(rng, "record-not-an-object", "user", r#""a","user":"b""#);
    // Order: whichever of the two comes first decides.
    let mut amounts = plants.put(rng, 2, &vec![("amount", "5")]);
    let later = amounts.pop().unwrap();
    plants.records.insert(later, vec![("amount", "5.25")]);
    plants.expect("field-added-dynamically", "amount", &[amounts[0], later], Counted::Yes);
    plants.expect("mapping-order-dependent", "amount", &amounts, Counted::No);
    plants.expect("value-coerced", "amount", &[later], Counted::Yes);
    // The next index begins with the newest records.
    let newest = (OBJECTS - 1) * IN_EACH;
    let size = plants.put_within(rng, 1..newest, 1, &vec![("size", "2.5")]);
    let next = plants.put_within(rng, newest..newest + 500, 1, &vec![("size", "2")]);
    plants.expect("field-added-dynamically", "size", &[size[0], next[0]], Counted::Yes);
    plants.expect("mapping-order-dependent", "size", &size, Counted::No);
    plants.expect("rollover-will-conflict", "size", &next, Counted::No);
    // Another template.
    let level = plants.put(rng, 2, &vec![("level", "300")]);
    plants.expect("engine-outcome-differs", "level", &level, Counted::Yes);
    plants.expect("engine-outcome-differs", "level", &[], Counted::No);
    // Losses.
    plants.bend(
        rng,
        "value-above-ignore-above",
        "tag",
        &vec![("tag", "\"more than sixteen units\"")],
    );
    plants.bend(rng, "precision-lost", "big", &vec![("big", "9007199254740993")]);
    plants.bend(rng, "value-coerced", "level", &vec![("level", "\"3\"")]);
    plants.bend(rng, "value-ignored-malformed", "loose", &vec![("loose", "\"n/a\"")]);
    plants.bend(rng, "field-not-searchable", "kept.x", &vec![("kept", r#"{"x": 1}"#)]);
    plants
}

/// One record, its usual values replaced and followed by those that are planted.
fn record(rng: &mut Rng, plant: Option<&Plant>) -> String {
    let usual = [
        ("user", format!("\"u{}\"", rng.below(500))),
        ("count", rng.below(1_000).to_string()),
        ("price", format!("{}.5", rng.below(900))),
        ("at", format!("\"2019-04-30T06:{:02}:00Z\"", rng.below(60))),
        ("note", "\"a few words\"".to_owned()),
        ("level", rng.below(100).to_string()),
        ("tag", format!("\"t{}\"", rng.below(40))),
        ("big", format!("{}.25", rng.below(900))),
        ("loose", rng.below(90).to_string()),
    ];
    let planted = |name: &str| {
        let values = plant.into_iter().flatten();
        values.filter(|(field, _)| *field == name).map(|(_, value)| *value).next()
    };
    let mut fields: Vec<String> = usual
        .iter()
        .map(|(name, value)| format!("\"{name}\":{}", planted(name).unwrap_or(value)))
        .collect();
    let is_usual = |name: &str| usual.iter().any(|(usual, _)| *usual == name);
    let more = plant.into_iter().flatten().filter(|(name, _)| !is_usual(name));
    fields.extend(more.map(|(name, value)| format!("\"{name}\":{value}")));
    format!("{{{}}}", fields.join(","))
}

/// Objects in three layouts, one a minute; the place of every record.
fn write_backup(plants: &Plants, folder: &Path) -> Vec<Place> {
    let mut rng = Rng::new(7);
    let mut places = Vec::new();
    for object in 0..OBJECTS {
        let key = format!("s-1-2019-04-30-06-{object:02}-00-9c948a08-f91a-4ba2-922d-408623ea0ddf");
        let mut bytes = Vec::new();
        for at in 0..IN_EACH {
            places.push((key.clone(), at as u64 + 1, bytes.len() as u64));
            let text = record(&mut rng, plants.records.get(&(object * IN_EACH + at)));
            bytes.extend_from_slice(text.as_bytes());
            if object % 2 == 1 {
                bytes.push(b'\n');
            }
        }
        if object % 3 == 2 {
            let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
            packed.write_all(&bytes).unwrap();
            bytes = packed.finish().unwrap();
        }
        std::fs::write(folder.join("backup").join(key), bytes).unwrap();
    }
    places
}

/// The template, the index that these records made of it, and the template that is to come.
fn write_index(plants: &Plants, folder: &Path) {
    let text =
        json!({"type": "text", "fields": {"keyword": {"type": "keyword", "ignore_above": 256}}});
    let declared = json!({
        "user": {"type": "keyword"}, "count": {"type": "long"}, "price": {"type": "double"},
        "at": {"type": "date"}, "note": {"type": "text"}, "level": {"type": "integer"},
        "tag": {"type": "keyword", "ignore_above": 16}, "big": {"type": "double"},
        "loose": {"type": "long", "ignore_malformed": true}, "kept": {"type": "object", "dynamic": "false"},
    });
    let mut live = declared.clone();
    live["late"] = text;
    live["extra"] = json!({"properties": {"deep": {"type": "long"}}});
    live["amount"] = json!({"type": "long"});
    live["size"] = json!({"type": "float"});
    let documents = OBJECTS * IN_EACH - plants.refused;
    let template = |properties: &Value| json!({"order": 0, "index_patterns": ["clicks-*"], "mappings": {"properties": properties}});
    let capture = json!({
        "format": "mapdrift-capture", "version": 1, "captured_at": "2019-04-30T23:00:00Z",
        "requested": INDEX, "engines": ["es:7.10.2"],
        "indices": {INDEX: {
            "aliases": {}, "created_at": "2019-04-30T06:00:01Z", "documents": documents,
            "operations": documents, "mappings": {"properties": live},
            "settings": {"index": {"number_of_shards": "1"}},
        }},
        "legacy_templates": {"clicks": template(&declared)}, "index_templates": {},
        "component_templates": {}, "data_streams": {}, "unanswered": [],
    });
    std::fs::write(folder.join("backup/capture.json"), capture.to_string()).unwrap();
    let mut next = declared;
    next["level"] = json!({"type": "byte"});
    std::fs::write(folder.join("next.json"), template(&next).to_string()).unwrap();
}

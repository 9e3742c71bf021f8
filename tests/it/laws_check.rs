//! Law 1: what the check lets through, the replica accepts without changing the mapping, and loses exactly what the check says.
//!
//! Random mappings of every field type that is known, with dynamic templates, `dynamic` in all its values and small limits; random
//! records that aim at the hard places; every engine of the table of versions that answers were recorded of. `MAPDRIFT_LAW1=n` plays n
//! records instead of 20,000 and begins at `MAPDRIFT_SEED`. A counter-example is made small before it is shown.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use mapdrift::engine::{Index, Settings};
use mapdrift::mapping;
use mapdrift::model::fate::{Fate, Loss};
use mapdrift::model::limits::Limits;
use mapdrift::profile::{Seen, Then, Verdict, Walk};
use mapdrift::record::Hint;
use serde_json::Value;

use crate::random::generate::case;
use crate::replica::{ENGINES, documents, version};

/// What the check said of a record.
#[derive(Clone, Debug, PartialEq)]
enum Said {
    Clean,
    Lossy(Vec<Loss>),
    Unsure,
}

/// Records of one sort: accepted without change or loss, or not; cleared, or not.
#[derive(Default)]
struct Tally {
    records: u64,
    cleared: u64,
    lossy: u64,
    /// Accepted without change or loss.
    traceless: u64,
    /// Those of them that were not cleared, by the fields' types and the kinds of their values.
    unsure: BTreeMap<String, u64>,
}

#[test]
fn what_the_check_lets_through_leaves_no_trace() {
    let records = setting("MAPDRIFT_LAW1").unwrap_or(20_000);
    let mut tally = Tally::default();
    let mut seed = setting("MAPDRIFT_SEED").unwrap_or(20_190_430);
    while tally.records < records {
        let engine = ENGINES[usize::try_from(seed).unwrap() % ENGINES.len()];
        play(engine, &case(seed), &mut tally);
        seed += 1;
    }
    let share = 100 * tally.cleared / tally.traceless.max(1);
    println!(
        "law 1: {} records, {} without a trace in the replica, of these {share} % cleared; {} lossy",
        tally.records, tally.traceless, tally.lossy
    );
    for (what, count) in &tally.unsure {
        println!("  unsure {count:6} {what}");
    }
    assert!(records < 20_000 || share >= 90, "a lazy check: {share} %");
    assert!(records < 20_000 || tally.lossy > 100, "{} lossy", tally.lossy);
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// The documents of a case twice over: the second time many fields are there.
fn play(engine: &str, case: &Value, tally: &mut Tally) {
    let body = if case["templates"].is_array() { &case["templates"][0] } else { &case["index"] };
    let Some(mut index) = index(engine, &body["mappings"], &body["settings"]) else { return };
    let mut walk = Walk::new(&Limits::default());
    let once = documents(case, &Value::Null);
    for doc in once.iter().chain(&once) {
        let before = index.clone();
        let Some((said, bytes)) = ask(&mut walk, &index, doc) else { continue };
        let indexed = index.index(&bytes);
        tally.records += 1;
        if let Some(wrong) = judge(&said, &before, &index, &indexed.fate) {
            let mapping = mapping::write_body(before.mapping());
            let (mapping, doc) = shrink(engine, mapping, &body["settings"], &bytes);
            panic!(
                "{engine}, {}: {wrong}\nsmallest: {mapping}\nsettings: {}\nrecord: {}",
                case["id"],
                body["settings"],
                String::from_utf8_lossy(&doc)
            );
        }
        count(tally, &said, &before, &index, &indexed.fate, &bytes);
    }
}

fn count(tally: &mut Tally, said: &Said, before: &Index, after: &Index, fate: &Fate, doc: &[u8]) {
    let is_traceless = *fate == Fate::Accepted(Vec::new()) && before.mapping() == after.mapping();
    tally.traceless += u64::from(is_traceless);
    match said {
        Said::Clean => tally.cleared += 1,
        Said::Lossy(_) => tally.lossy += 1,
        Said::Unsure if is_traceless => {
            for what in kinds(before, doc) {
                *tally.unsure.entry(what).or_default() += 1;
            }
        }
        Said::Unsure => {}
    }
}

/// The type and kind of each value at the record's top that the check is unsure of when it stands alone.
fn kinds(index: &Index, doc: &[u8]) -> Vec<String> {
    let Ok(Value::Object(doc)) = serde_json::from_slice(doc) else {
        return vec!["no plain JSON".to_owned()];
    };
    let is_unsure = |(name, value): &(&String, &Value)| {
        let alone = serde_json::json!({ (*name).clone(): value }).to_string();
        let said = ask(&mut Walk::new(&Limits::default()), index, alone.as_bytes());
        said.is_some_and(|(said, _)| said == Said::Unsure)
    };
    let fields = mapping::write_body(index.mapping());
    let told = |(name, value): (&String, &Value)| {
        let body = &fields["properties"][name];
        let what = match body["type"].as_str() {
            Some(found) => found,
            None if body.is_object() => "object",
            None => "unmapped",
        };
        format!("{what} <- {}", kind(value))
    };
    let found: Vec<String> = doc.iter().filter(is_unsure).map(told).collect();
    if found.is_empty() { vec!["several members together".to_owned()] } else { found }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn index(engine: &str, mappings: &Value, settings: &Value) -> Option<Index> {
    let mapping = match mappings {
        Value::Null => mapdrift::model::mapping::Mapping::default(),
        body => mapping::read(body, None).ok()?,
    };
    Index::new(version(engine), mapping, Settings::read(settings)).ok()
}

/// What the check says of a document, and the record's bytes; nothing where it is no object.
fn ask(walk: &mut Walk, index: &Index, doc: &[u8]) -> Option<(Said, Vec<u8>)> {
    let mut found = None;
    walk.check(vec![index.check()]);
    walk.checked_object(0, "a.json", &Hint::default(), &mut &doc[..], &mut |seen| {
        if let Seen::Record { bytes, verdict, .. } = seen {
            let said = match verdict {
                Verdict::Clean => Said::Clean,
                Verdict::Lossy(losses) => {
                    Said::Lossy(losses.iter().map(|loss| Loss::clone(loss)).collect())
                }
                Verdict::Unsure => Said::Unsure,
            };
            found = Some((said, bytes.to_vec()));
        }
        Then::GoOn
    });
    // A record that no index takes comes between.
    walk.check(Vec::new());
    walk.checked_object(1, "b.json", &Hint::default(), &mut &doc[..], &mut |seen| {
        assert!(!matches!(seen, Seen::Record { verdict: Verdict::Clean | Verdict::Lossy(_), .. }));
        Then::GoOn
    });
    found
}

/// What is wrong with an answer of the check.
fn judge(said: &Said, before: &Index, after: &Index, fate: &Fate) -> Option<String> {
    let expected = match said {
        Said::Clean => Fate::Accepted(Vec::new()),
        Said::Lossy(losses) => Fate::Accepted(losses.clone()),
        Said::Unsure => return None,
    };
    let is_right = *fate == expected && before.mapping() == after.mapping();
    (!is_right).then(|| format!("the check says {said:?}, the replica {fate:?}"))
}

fn is_wrong(engine: &str, mapping: &Value, settings: &Value, doc: &[u8]) -> bool {
    let Some(before) = index(engine, mapping, settings) else { return false };
    let mut walk = Walk::new(&Limits::default());
    let Some((said, bytes)) = ask(&mut walk, &before, doc) else { return false };
    let mut after = before.clone();
    let indexed = after.index(&bytes);
    judge(&said, &before, &after, &indexed.fate).is_some()
}

/// The same mistake with as few fields and members as possible.
fn shrink(engine: &str, mapping: Value, settings: &Value, doc: &[u8]) -> (Value, Vec<u8>) {
    let mut doc = doc.to_vec();
    if let Ok(value) = serde_json::from_slice::<Value>(&doc) {
        let small = without_members(value, &|value| {
            is_wrong(engine, &mapping, settings, value.to_string().as_bytes())
        });
        if is_wrong(engine, &mapping, settings, small.to_string().as_bytes()) {
            doc = small.to_string().into_bytes();
        }
    }
    let mapping = without_members(mapping, &|value| is_wrong(engine, value, settings, &doc));
    (mapping, doc)
}

/// Drops members, one after the other, as long as the rest is still wrong.
fn without_members(mut value: Value, is_wrong: &dyn Fn(&Value) -> bool) -> Value {
    let mut at = 0;
    while let ControlFlow::Continue(smaller) = without(&value, at) {
        match smaller {
            Some(smaller) if is_wrong(&smaller) => value = smaller,
            _ => at += 1,
        }
    }
    value
}

/// The value without its member number `at`, counted from outside in; breaks where there are not so many.
fn without(value: &Value, at: usize) -> ControlFlow<(), Option<Value>> {
    let mut pointers = Vec::new();
    list(value, "", &mut pointers);
    let Some(pointer) = pointers.get(at) else { return ControlFlow::Break(()) };
    let (above, last) = pointer.rsplit_once('/').unwrap();
    let mut smaller = value.clone();
    match smaller.pointer_mut(above) {
        Some(Value::Object(map)) => {
            map.remove(&last.replace("~1", "/").replace("~0", "~"));
        }
        Some(Value::Array(list)) => {
            list.remove(last.parse().unwrap());
        }
        _ => return ControlFlow::Continue(None),
    }
    ControlFlow::Continue(Some(smaller))
}

fn list(value: &Value, above: &str, pointers: &mut Vec<String>) {
    let members: Vec<(String, &Value)> = match value {
        Value::Object(map) => map
            .iter()
            .map(|(name, value)| (name.replace('~', "~0").replace('/', "~1"), value))
            .collect(),
        Value::Array(list) => {
            list.iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect()
        }
        _ => return,
    };
    for (name, value) in members {
        let pointer = format!("{above}/{name}");
        pointers.push(pointer.clone());
        list(value, &pointer, pointers);
    }
}

//! Laws of the walk: it sums what an independent reader sees, however the bytes are cut into chunks and whatever is damaged,
//! and profiles merge as a monoid.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::ops::ControlFlow;

use mapdrift::model::limits::Limits;
use mapdrift::model::path::{FieldPath, Name};
use mapdrift::model::profile::{ContentHash, Kind, Profile};
use mapdrift::profile::{Seen, Walk};
use mapdrift::record::Hint;
use proptest::prelude::*;
use serde_json::Value;

use crate::profile::{CHUNKS, Dribble, walk};

/// `SplitMix64`: the same numbers on every machine.
pub(crate) struct Rng(pub(crate) u64);

impl Rng {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).unwrap()
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }
}

const NAMES: [&str; 9] =
    ["a", "b", "c", "d.e", "long_name_of_a_field", "é", "a\\u0062", "\\ud83d\\ude00", ""];
const SCALARS: [&str; 27] = [
    "null",
    "true",
    "false",
    "0",
    "1",
    "-17",
    "123456789",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "1.5",
    "-0.0",
    "0.1",
    "1e3",
    "1E-7",
    "123456.789012345678",
    "1.7976931348623157e308",
    "\"\"",
    "\"x\"",
    "\"2019-04-30\"",
    "\"2019/04/30 06:26:00\"",
    "\"12\"",
    "\"true\"",
    "\"a\\n\\u00e9\\\\\"",
    "\"가나다라 마바사\"",
    "\"0123456789abcdef0123456789abcdef\"",
    "\"}{\"",
];

/// A random value as JSON text, with random white space.
fn value(rng: &mut Rng, depth: usize, out: &mut String) {
    match rng.below(if depth > 3 { 6 } else { 9 }) {
        0..6 => out.push_str(rng.pick(&SCALARS)),
        6 => {
            out.push('[');
            for i in 0..rng.below(4) {
                out.push_str(if i > 0 {
                    rng.pick(&[",", ", ", " ,\n"])
                } else {
                    rng.pick(&["", " "])
                });
                value(rng, depth + 1, out);
            }
            out.push_str(rng.pick(&["]", " ]"]));
        }
        _ => object(rng, depth + 1, out),
    }
}

fn object(rng: &mut Rng, depth: usize, out: &mut String) {
    out.push_str(rng.pick(&["{", "{ ", "{\n  "]));
    let mut names: Vec<&str> = NAMES.to_vec();
    for i in 0..rng.below(6) {
        out.push_str(if i > 0 { rng.pick(&[",", ", ", " , ", ",\n  "]) } else { "" });
        let name = names.remove(rng.below(names.len()));
        write!(out, "\"{name}\"{}", rng.pick(&[":", ": ", " : "])).unwrap();
        value(rng, depth, out);
    }
    out.push_str(rng.pick(&["}", " }", "\n}"]));
}

/// A random stream of objects in one of the usual layouts.
pub(crate) fn stream(rng: &mut Rng) -> String {
    let separator = rng.pick(&["", "\n", "\r\n", " ", "\n\n"]);
    let mut out = String::new();
    for _ in 0..rng.below(8) {
        object(rng, 0, &mut out);
        out.push_str(separator);
    }
    out
}

/// What is compared of one path.
#[derive(Debug, Default, PartialEq)]
struct Expected {
    present: u64,
    counts: [u64; 7],
    lengths: Option<(u64, u64)>,
    integers: Option<(i64, i64)>,
    floats: Option<(f64, f64)>,
}

/// Records, fields, and records by shape.
type Summary = (u64, BTreeMap<FieldPath, Expected>, BTreeMap<BTreeSet<(FieldPath, Kind)>, u64>);

/// The sums of a stream by a reader of somebody else.
fn expected(input: &[u8]) -> Summary {
    let (mut records, mut fields, mut shapes) = (0, BTreeMap::new(), BTreeMap::new());
    for record in serde_json::Deserializer::from_slice(input).into_iter::<Value>() {
        records += 1;
        let mut shape = BTreeSet::new();
        visit(&record.unwrap(), &FieldPath::default(), &mut fields, &mut shape);
        let paths: BTreeSet<_> = shape.iter().map(|(path, _)| path.clone()).collect();
        for path in paths {
            fields.get_mut(&path).unwrap().present += 1;
        }
        *shapes.entry(shape).or_default() += 1;
    }
    (records, fields, shapes)
}

fn visit(
    value: &Value,
    path: &FieldPath,
    fields: &mut BTreeMap<FieldPath, Expected>,
    shape: &mut BTreeSet<(FieldPath, Kind)>,
) {
    let kind = match value {
        Value::Null => Kind::Null,
        Value::Bool(_) => Kind::Boolean,
        Value::Number(number) if number.is_f64() => Kind::Float,
        Value::Number(_) => Kind::Integer,
        Value::String(_) => Kind::String,
        Value::Array(_) => Kind::Array,
        Value::Object(_) => Kind::Object,
    };
    if !path.0.is_empty() {
        let sums = fields.entry(path.clone()).or_default();
        sums.counts[kind as usize] += 1;
        shape.insert((path.clone(), kind));
        let widen = |range: Option<(u64, u64)>, value| {
            range.map_or((value, value), |(a, b): (u64, u64)| (a.min(value), b.max(value)))
        };
        match value {
            Value::String(text) => sums.lengths = Some(widen(sums.lengths, text.len() as u64)),
            Value::Number(number) => {
                if let Some(value) = number.as_i64() {
                    sums.integers = Some(
                        sums.integers.map_or((value, value), |(a, b)| (a.min(value), b.max(value))),
                    );
                } else if let Some(value) = number.as_f64().filter(|_| number.is_f64()) {
                    let least = |a: f64, b: f64| if a.total_cmp(&b).is_lt() { a } else { b };
                    let most = |a: f64, b: f64| if a.total_cmp(&b).is_gt() { a } else { b };
                    sums.floats = Some(
                        sums.floats
                            .map_or((value, value), |(a, b)| (least(a, value), most(b, value))),
                    );
                }
            }
            _ => {}
        }
    }
    match value {
        Value::Array(elements) => {
            for value in elements {
                visit(value, path, fields, shape);
            }
        }
        Value::Object(members) => {
            for (name, value) in members {
                visit(value, &path.child(Name::from(name.as_str())), fields, shape);
            }
        }
        _ => {}
    }
}

/// The same of a profile.
fn found(profile: &Profile) -> Summary {
    let fields = profile.fields.iter().map(|(path, sums)| {
        let counts = Kind::ALL.map(|kind| sums.kinds[kind].count);
        let expected = Expected {
            present: sums.present,
            counts,
            lengths: sums.lengths,
            integers: sums.integers,
            floats: sums.floats,
        };
        ((**path).clone(), expected)
    });
    let shapes = profile.shapes.values().map(|shape| {
        let paths = shape.paths.iter().map(|(path, kind)| ((**path).clone(), *kind)).collect();
        (paths, shape.records)
    });
    (profile.records, fields.collect(), shapes.collect())
}

#[test]
fn random_streams_sum_to_what_serde_json_sees() {
    let mut rng = Rng(1);
    for i in 0..4_000 {
        let input = stream(&mut rng);
        let (_, profile) = walk(&Limits::default(), "k", &mut input.as_bytes());
        let (mine, theirs) = (found(&profile), expected(input.as_bytes()));
        assert_eq!(mine, theirs, "stream {i}: {input}");
    }
}

/// The content hashes of all records.
fn contents(input: &[u8]) -> Vec<ContentHash> {
    let mut found = Vec::new();
    Walk::new(&Limits::default()).object(0, "k", &Hint::default(), &mut &*input, &mut |seen| {
        if let Seen::Record { content, .. } = seen {
            found.push(content);
        }
        ControlFlow::Continue(())
    });
    found
}

#[test]
fn content_is_what_a_record_says_and_not_how() {
    let mut rng = Rng(2);
    let mut seen: BTreeMap<ContentHash, Value> = BTreeMap::new();
    for _ in 0..3_000 {
        let input = stream(&mut rng);
        let values: Vec<Value> =
            serde_json::Deserializer::from_str(&input).into_iter().map(Result::unwrap).collect();
        let rewritten: String = values.iter().map(|value| reversed(value).to_string()).collect();
        let hashes = contents(input.as_bytes());
        assert_eq!(hashes, contents(rewritten.as_bytes()), "{input}");
        for (hash, value) in hashes.into_iter().zip(values) {
            assert_eq!(*seen.entry(hash).or_insert_with(|| value.clone()), value);
        }
    }
    let (a, b) = (
        contents(br#"{"a":[1,2]}{"a":1}{"a":"1"}{"a":1.0}{"a":true}{}"#),
        contents(br#"{"a":[2,1]}{"b":1}{"a":[1]}{"a":{"a":1}}{"a":null}{"a":{}}"#),
    );
    let all: BTreeSet<_> = a.iter().chain(&b).collect();
    assert_eq!(all.len(), 12);
}

/// The same value with its fields in the opposite order.
fn reversed(value: &Value) -> Value {
    match value {
        Value::Array(elements) => elements.iter().map(reversed).collect(),
        Value::Object(members) => Value::Object(
            members.iter().rev().map(|(name, value)| (name.clone(), reversed(value))).collect(),
        ),
        other => other.clone(),
    }
}

/// Changes a few bytes.
fn damage(rng: &mut Rng, input: &mut Vec<u8>) {
    for _ in 0..=rng.below(3) {
        let at = rng.below(input.len() + 1);
        let to = (at + rng.below(30)).min(input.len());
        match rng.below(6) {
            0 => input.truncate(at),
            1 => drop(input.drain(at..to)),
            2 => input.insert(at, b"{}[]\",:\\\n\0\xff\xef/ 0e-"[rng.below(17)]),
            3 if at < input.len() => input[at] = rng.next().to_le_bytes()[0],
            4 => {
                let part = input[at..to].to_vec();
                let to = rng.below(input.len() + 1);
                input.splice(to..to, part);
            }
            _ => drop(input.splice(
                at..at,
                rng.pick(&["\n", "/*x*/", "//y\n", "\u{feff}", "\\n", "1", "[1]", "xx"]).bytes(),
            )),
        }
    }
}

fn chunks_agree(limits: &Limits, input: &[u8], chunks: &[usize]) {
    let whole = walk(limits, "k", &mut &*input);
    for chunk in chunks {
        let limits = Limits { chunk_bytes: *chunk, ..limits.clone() };
        let cut = walk(&limits, "k", &mut Dribble(input, *chunk));
        assert_eq!(cut, whole, "chunks of {chunk}: {}", input.escape_ascii());
    }
}

#[test]
fn chunks_leave_no_trace_in_whole_streams() {
    let mut rng = Rng(3);
    for _ in 0..1_000 {
        chunks_agree(&Limits::default(), stream(&mut rng).as_bytes(), &CHUNKS);
    }
}

#[test]
fn chunks_leave_no_trace_in_damaged_streams() {
    let mut rng = Rng(4);
    let usual = Limits::default();
    let small = Limits { record_bytes: 150, depth: 4, ..Limits::default() };
    for i in 0..20_000 {
        let mut input = stream(&mut rng).into_bytes();
        damage(&mut rng, &mut input);
        let chunks = [CHUNKS[i % 9], CHUNKS[(i + 4) % 9]];
        chunks_agree(if i % 4 == 0 { &small } else { &usual }, &input, &chunks);
    }
}

#[test]
fn a_record_that_is_cut_costs_at_most_one_neighbour() {
    let record = |i: usize| {
        format!(
            r#"{{"id":{i},"user":{{"name":"n\"{i}","tags":["a{i}",{{"x":[]}}]}},"v":-1.5e{i},"t":true}}"#
        )
    };
    let records: Vec<String> = (0..7).map(record).collect();
    for separator in ["", "\n", " "] {
        for cut in 0..records.len() {
            for length in 0..records[cut].len() {
                let text =
                    |i: usize| if i == cut { &records[i][..length] } else { records[i].as_str() };
                let input: String =
                    (0..records.len()).map(|i| text(i).to_owned() + separator).collect();
                let mut whole = Vec::new();
                Walk::new(&Limits::default()).object(
                    0,
                    "k",
                    &Hint::default(),
                    &mut input.as_bytes(),
                    &mut |seen| {
                        if let Seen::Record { bytes, .. } = seen {
                            whole.push(String::from_utf8(bytes.to_vec()).unwrap());
                        }
                        ControlFlow::Continue(())
                    },
                );
                assert!(whole.iter().all(|found| records.contains(found)), "{input}: {whole:?}");
                let lost = records.len() - 1 - whole.len();
                assert!(lost <= usize::from(separator != "\n"), "lost {lost} of {input}");
            }
        }
    }
}

fn profile_of(limits: &Limits, objects: &[(u32, &str)]) -> Profile {
    let mut walk = Walk::new(limits);
    for (rank, object) in objects {
        walk.object(*rank, "k", &Hint::default(), &mut object.as_bytes(), &mut |_| {
            ControlFlow::Continue(())
        });
    }
    walk.into_profile()
}

fn merged(limits: &Limits, parts: impl IntoIterator<Item = Profile>) -> Profile {
    let mut whole = Profile::default();
    for part in parts {
        whole.merge(part);
        whole.keep_within(limits);
    }
    whole
}

proptest! {
    #[test]
    fn profiles_are_a_monoid(seed in any::<u64>(), cut in 0..6_usize, paths in prop_oneof![Just(5_usize), Just(100_000)], shapes in prop_oneof![Just(2_usize), Just(65_536)]) {
        let limits = Limits { paths, shapes, ..Limits::default() };
        let mut rng = Rng(seed);
        let streams: Vec<String> = (0..6).map(|_| stream(&mut rng)).collect();
        let objects: Vec<_> = (0..).zip(streams.iter().map(String::as_str)).collect();
        let whole = profile_of(&limits, &objects);
        let one = |i: usize| profile_of(&limits, &objects[i..=i]);
        prop_assert_eq!(&merged(&limits, (0..6).map(one)), &whole);
        prop_assert_eq!(&merged(&limits, (0..6).rev().map(one)), &whole);
        let (left, right) = objects.split_at(cut);
        let (left, right) = (profile_of(&limits, left), profile_of(&limits, right));
        prop_assert_eq!(&merged(&limits, [left.clone(), right.clone()]), &whole);
        prop_assert_eq!(&merged(&limits, [right, left]), &whole);
        prop_assert_eq!(&merged(&limits, [whole.clone(), Profile::default()]), &whole);
        prop_assert!(whole.fields.len() <= paths && whole.shapes.len() <= shapes);
        let kept: u64 = whole.shapes.values().map(|shape| shape.records).sum();
        prop_assert_eq!(kept + whole.other_shapes, whole.records);
    }
}

//! Random sequences that aim at the hard places: strings that look like dates, numbers at the edges of types, mixed arrays,
//! dotted names, the same name twice, conflicts between documents, dynamic templates, small limits, declared fields of every
//! type that the engines here have.
//!
//! In: a seed. Out: a case in the form of the case table: an index (or templates), then 5 to 20 documents; every second seed
//! begins with the documents of a row of `rows`. The same seed gives the same case. It refuses to know engines and answers.

use serde_json::{Value, json};

use super::mappings::{TYPES, mappings, settings};
use super::rows::ROWS;
use super::values::{EDGES, date, decimal, integer, quoted, scalar, text_number};

/// `SplitMix64` (Steele, Lea, Flood 2014): a state, one number after another.
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }

    pub(super) fn of_100(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    pub(super) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

/// One sequence as a case.
pub(crate) fn case(seed: u64) -> Value {
    let mut rng = Rng::new(seed);
    let half = usize::try_from(seed / 2).unwrap();
    let mut case = match seed % 2 {
        0 => with_row(&mut rng, half % ROWS.len(), half / ROWS.len() % 4 == 3),
        _ => free(&mut rng),
    };
    case["id"] = format!("r-{seed}").into();
    // On one shard a request of many is as good as many requests, and cheaper.
    if rng.of_100(60) {
        case["api"] = "one-bulk".into();
    }
    case
}

/// Anything.
fn free(rng: &mut Rng) -> Value {
    let mut fields = Vec::new();
    let mappings = mappings(rng, &mut fields);
    let settings = settings(rng);
    let documents: Vec<String> = (0..=4 + rng.below(16)).map(|_| document(rng, &fields)).collect();
    let mut body = json!({"mappings": mappings});
    if !settings.as_object().unwrap().is_empty() {
        body["settings"] = settings;
    }
    // Most indices are made on their own, some by their first document and a template.
    let how = if rng.of_100(15) { ("templates", json!([body])) } else { ("index", body) };
    let mut case = json!({"docs": documents});
    case[how.0] = how.1;
    case
}

/// The documents of a row, as they are or each with one more field, then others. `row` and `row_documents` say what was
/// taken as it is.
fn with_row(rng: &mut Rng, number: usize, with_more: bool) -> Value {
    let row = &ROWS[number];
    let index = row.index();
    let fields = declared(&index);
    let mut documents = row.documents();
    // Elasticsearch 7.17 never answers a name that ends in a dot where new fields are runtime fields.
    if row.is_of_few() {
        return json!({"index": index, "docs": documents, "row": number, "row_documents": documents.len()});
    }
    let pure = if with_more { 0 } else { documents.len() };
    if with_more {
        for document in &mut documents {
            add_field(rng, document);
        }
    }
    documents.extend((0..rng.below(9)).map(|_| Value::from(document(rng, &fields))));
    json!({"index": index, "docs": documents, "row": number, "row_documents": pure})
}

/// Another entry behind the last one.
fn add_field(rng: &mut Rng, document: &mut Value) {
    let Some(head) = document.as_str().and_then(|text| text.strip_suffix('}')) else { return };
    let comma = if head == "{" { "" } else { "," };
    let entry = format!("{}:{}", quoted(rng.pick(&["zz", "k", "z.y", "é"])), any(rng, 1));
    *document = format!("{head}{comma}{entry}}}").into();
}

/// Names and types of an index's fields.
fn declared(index: &Value) -> Vec<(String, &'static str)> {
    let properties = index["mappings"]["properties"].as_object();
    let known = |body: &Value| TYPES.iter().find(|known| **known == body["type"]).copied();
    properties
        .into_iter()
        .flatten()
        .filter_map(|(name, body)| Some((name.clone(), known(body)?)))
        .collect()
}

pub(super) const NAMES: [&str; 12] =
    ["a", "b", "c", "d", "n", "s", "o", "A", "ab", "user_id", "é", "@t"];
const DOTTED: [&str; 9] = ["a.b", "a.b.c", "o.x", "o.y", "n.x", "b.a", "s.keyword", "o.p.q", "d.0"];
const ODD: [&str; 16] = [
    "a.", ".a", "a..b", "a. .b", " ", "", ".", "..", " a", "_id", "_source", "_type", "_routing",
    "_all", "_size", "o._id",
];

fn document(rng: &mut Rng, fields: &[(String, &'static str)]) -> String {
    if rng.of_100(4) {
        return rng
            .pick(&[
                "",
                "[]",
                "7",
                "\"x\"",
                "null",
                "{",
                "{\"a\":",
                "{\"a\":1",
                "{\"a\":1}}",
                "{\"a\":1} {\"b\":2}",
                "{\"a\":01}",
                "{\"a\":1,}",
                "{'a':1}",
                "{\"a\":tru}",
                "{\"a\":1}x",
                "/* c */{\"a\":1}",
                "{\"a\":/* c */1}",
                "[{\"a\":1}]",
                "{\"a\":+1}",
                "{\"a\":.5}",
                "{\"a\":\"\\x\"}",
                "\u{feff}{\"a\":1}",
                "x",
                "{\"a\":NaN}",
                "{\"a\" 1}",
            ])
            .to_owned();
    }
    object_text(rng, fields, "", 0)
}

/// An object with entries for declared fields below `above`, and others.
fn object_text(
    rng: &mut Rng,
    fields: &[(String, &'static str)],
    above: &str,
    depth: usize,
) -> String {
    let most = if depth == 0 { 4 } else { 2 };
    let mut entries: Vec<(String, String)> = Vec::new();
    for _ in 0..rng.below(most + 1) + usize::from(depth == 0) {
        let (name, value) = entry(rng, fields, above, depth);
        // The same name twice is refused by all engines: rarely is enough.
        if entries.iter().all(|(known, _)| *known != name) || rng.of_100(4) {
            entries.push((name, value));
        }
    }
    let entries: Vec<String> =
        entries.iter().map(|(name, value)| format!("{}:{value}", quoted(name))).collect();
    format!("{{{}}}", entries.join(","))
}

fn entry(
    rng: &mut Rng,
    fields: &[(String, &'static str)],
    above: &str,
    depth: usize,
) -> (String, String) {
    let below: Vec<&(String, &'static str)> =
        fields.iter().filter(|(full, _)| full.starts_with(above)).collect();
    if !below.is_empty() && rng.of_100(60) {
        let (full, kind) = below[rng.below(below.len())];
        let rest = &full[above.len()..];
        // As one dotted name, or as objects.
        let (name, inner) = match rest.split_once('.') {
            Some((first, _)) if rng.of_100(65) => (first, Some(format!("{above}{first}."))),
            _ => (rest, None),
        };
        let value = match inner {
            Some(inner) => object_text(rng, fields, &inner, depth + 1),
            None => value_for(rng, fields, full, kind, depth),
        };
        return (name.to_owned(), value);
    }
    let name = match rng.below(100) {
        0..80 => rng.pick(&NAMES),
        80..97 => rng.pick(&DOTTED),
        _ => rng.pick(&ODD),
    };
    (name.to_owned(), any(rng, depth))
}

/// A value for a field of this type; sometimes of another.
fn value_for(
    rng: &mut Rng,
    fields: &[(String, &'static str)],
    full: &str,
    kind: &str,
    depth: usize,
) -> String {
    if rng.of_100(8) {
        return any(rng, depth);
    }
    if rng.of_100(45) {
        return fitting(rng, fields, full, kind, depth);
    }
    let inner = |rng: &mut Rng| object_text(rng, fields, &format!("{full}."), depth + 1);
    let edges = EDGES.iter().find(|(name, _)| *name == kind);
    let one = match kind {
        "long" | "integer" | "short" | "byte" | "double" | "float" | "half_float" => {
            match rng.below(4) {
                0 => text_number(rng),
                1 => decimal(rng),
                _ => integer(rng),
            }
        }
        "date" if rng.of_100(20) => integer(rng),
        "date" => quoted(&date(rng)),
        "object" | "nested" | "disabled" => match rng.below(6) {
            0 => scalar(rng),
            1 => format!("[{},{}]", inner(rng), inner(rng)),
            2 => rng.pick(&["[]", "[null]", "null", "{}"]).to_owned(),
            _ => inner(rng),
        },
        _ => match edges {
            Some((_, edges)) => rng.pick(edges).to_owned(),
            None => scalar(rng),
        },
    };
    if rng.of_100(12) { format!("[{one},{}]", scalar(rng)) } else { one }
}

/// A value that the type takes.
fn fitting(
    rng: &mut Rng,
    fields: &[(String, &'static str)],
    full: &str,
    kind: &str,
    depth: usize,
) -> String {
    match kind {
        "object" | "nested" | "disabled" => {
            object_text(rng, fields, &format!("{full}."), depth + 1)
        }
        "date" => quoted(rng.pick(&["2019-04-30", "2019-04-30T07:30:00Z", "2019"])),
        "boolean" => rng.pick(&["true", "\"false\""]).to_owned(),
        "ip" => rng.pick(&["\"10.0.0.1\"", "\"2001:db8::1\""]).to_owned(),
        "binary" => "\"YQ==\"".to_owned(),
        "geo_point" => rng.pick(&["\"40,-70\"", "{\"lat\":1,\"lon\":2}"]).to_owned(),
        "integer_range" | "long_range" => "{\"gte\":1,\"lt\":5}".to_owned(),
        "date_range" => "{\"gte\":\"2019-01-01\"}".to_owned(),
        "ip_range" => "\"10.0.0.0/8\"".to_owned(),
        "text" | "keyword" | "completion" => quoted(rng.pick(&["x", "word", "N/A"])),
        _ => rng.pick(&["1", "42", "7.5", "\"5\"", "null"]).to_owned(),
    }
}

/// Any value.
fn any(rng: &mut Rng, depth: usize) -> String {
    match rng.below(100) {
        0..66 => scalar(rng),
        66..80 => {
            let number = rng.below(4);
            let elements: Vec<String> = (0..number)
                .map(
                    |_| if depth < 3 && rng.of_100(15) { any(rng, depth + 1) } else { scalar(rng) },
                )
                .collect();
            format!("[{}]", elements.join(","))
        }
        _ if depth < 4 => object_text(rng, &[], "", depth + 1),
        _ => "{}".to_owned(),
    }
}

//! The places where engine versions are known to differ, or to do what nobody expects, one a row: an index and the documents
//! that show it.
//!
//! In: a row's number. Out: its index and documents as parts of a case. It refuses to know what engines answer.
//! Two places are missing: a document of another mapping type, which no record of a stream is, and races between shards,
//! where chance decides.

use serde_json::{Value, json};

/// One place.
pub(crate) struct Row {
    /// What a document meets there.
    pub(crate) name: &'static str,
    /// The starts of the names of engines that have it; empty: all.
    engines: &'static [&'static str],
    /// The body of the index's creation.
    index: &'static str,
    /// `<levels n>`, `<floats n>` and `<letters n>` stand for values that are too long to write.
    documents: &'static [&'static str],
}

const fn row(name: &'static str, index: &'static str, documents: &'static [&'static str]) -> Row {
    Row { name, engines: &[], index, documents }
}

impl Row {
    pub(crate) fn is_of(&self, engine: &str) -> bool {
        self.engines.is_empty() || self.engines.iter().any(|start| engine.starts_with(start))
    }

    /// Whether some engines do not have it.
    pub(crate) fn is_of_few(&self) -> bool {
        !self.engines.is_empty()
    }

    /// The index's body; one that an engine without this place would refuse is left empty there, by the engine.
    pub(crate) fn index(&self) -> Value {
        serde_json::from_str(self.index).unwrap()
    }

    /// The documents: texts, and bytes that are no text.
    pub(crate) fn documents(&self) -> Vec<Value> {
        self.documents.iter().map(|text| written_out(text)).collect()
    }
}

fn written_out(text: &str) -> Value {
    if let Some(bytes) = text.strip_prefix("base64 ") {
        return json!({"b64": bytes});
    }
    let Some((head, rest)) = text.split_once('<') else { return text.into() };
    let (what, tail) = rest.split_once('>').unwrap();
    let (what, number) = what.split_once(' ').unwrap();
    let number: usize = number.parse().unwrap();
    let value = match what {
        "levels" => format!("{}1{}", "{\"a\":".repeat(number), "}".repeat(number)),
        "floats" => format!("[{}0.5]", "1.5,".repeat(number - 1)),
        _ => format!("\"{}\"", "x".repeat(number)),
    };
    format!("{head}{value}{tail}").into()
}

const NEW: &str = "{}";

pub(crate) const ROWS: &[Row] = &[
    row("an empty document", NEW, &["{}"]),
    row("an empty object", NEW, &[r#"{"a":{}}"#]),
    row("nothing but nulls", NEW, &[r#"{"a":[]}"#, r#"{"a":[null]}"#, r#"{"a":null}"#]),
    row("an empty array under a dotted name", NEW, &[r#"{"a.b":[]}"#]),
    row("null under a dotted name", NEW, &[r#"{"a.b":null}"#]),
    row("a dot at the end of a name", NEW, &[r#"{"a.":1}"#]),
    row("a name of only dots", NEW, &[r#"{".":1}"#, r#"{"..":1}"#]),
    row("a blank name", NEW, &[r#"{" ":1}"#]),
    row("a blank name in an object", NEW, &[r#"{"a":{" ":1}}"#]),
    row("a blank part of a name", NEW, &[r#"{"a..b":1}"#, r#"{".a":1}"#, r#"{"a. .b":1}"#]),
    row("an empty name", NEW, &[r#"{"":1}"#]),
    row("a key twice", NEW, &[r#"{"a":1,"a":2}"#, r#"{"a":1,"\u0061":2}"#]),
    row("a path twice by dots", NEW, &[r#"{"a":{"b":1},"a.b":2}"#]),
    row("_id as a field", NEW, &[r#"{"_id":"x"}"#, r#"{"a":{"_id":"x"}}"#]),
    row("_source as a field", NEW, &[r#"{"_source":"x"}"#, r#"{"_source":null}"#]),
    row("_all and _uid as fields", NEW, &[r#"{"_all":1}"#, r#"{"_uid":1}"#]),
    Row {
        name: "the type's name as a field",
        engines: &["es-6"],
        index: NEW,
        documents: &[r#"{"isc":{"x":1}}"#],
    },
    row("an integer beyond 64 bits", NEW, &[r#"{"n":9223372036854775808}"#]),
    row(
        "an integer beyond 64 bits, malformed ignored",
        r#"{"settings":{"index.mapping.ignore_malformed":true}}"#,
        &[r#"{"n":9223372036854775808}"#],
    ),
    row("a number beyond float", NEW, &[r#"{"n":1e400}"#]),
    row("digits in a string", NEW, &[r#"{"s":"2019"}"#, r#"{"s":"20190430"}"#, r#"{"s":"1e3"}"#]),
    row("a year and a month", NEW, &[r#"{"s":"2019-04"}"#]),
    row("a year and a month that cannot be", NEW, &[r#"{"s":"1234-56"}"#]),
    row("a date with slashes that cannot be", NEW, &[r#"{"s":"2019/13/45"}"#]),
    row("a date that cannot be", NEW, &[r#"{"s":"2019-13-01"}"#]),
    row("a week, a day of the year", NEW, &[r#"{"s":"2019-W18"}"#, r#"{"t":"2019-120"}"#]),
    row("a small z as zone", NEW, &[r#"{"s":"2019-04-30T07:30:00z"}"#]),
    row("a region as zone", NEW, &[r#"{"s":"2019-04-30T07:30:00Europe/Paris"}"#]),
    row("a date with slashes and a zone", NEW, &[r#"{"s":"2019/04/30 07:30:00 +0200"}"#]),
    row("a year and a T", NEW, &[r#"{"s":"2019T"}"#]),
    row("slashes, then single digits", NEW, &[r#"{"s":"2019/04/30"}"#, r#"{"s":"2019/4/5"}"#]),
    row(
        "numbers in strings, detected",
        r#"{"mappings":{"numeric_detection":true}}"#,
        &[r#"{"s":"5"}"#, r#"{"t":"5.5"}"#, r#"{"u":"NaN"}"#],
    ),
    row("a long, then a decimal in one array", NEW, &[r#"{"a":[1,1.5]}"#]),
    row("a decimal, then a long in one array", NEW, &[r#"{"a":[1.5,1]}"#]),
    row("two new numbers beside a boolean", NEW, &[r#"{"A":true,"a":[1,1.5]}"#]),
    row("two new numbers in two objects", NEW, &[r#"{"o":[{"a":1},{"a":1.5}]}"#]),
    row("a number and a text in one array", NEW, &[r#"{"a":[1,"x"]}"#, r#"{"a":["x",1]}"#]),
    row("two forms of dates in one array", NEW, &[r#"{"a":["2019-01-01","2019/01/01"]}"#]),
    row("an object and a number in one array", NEW, &[r#"{"a":[{"b":1},2]}"#]),
    row("a number and an object in one array", NEW, &[r#"{"a":[2,{"b":1}]}"#]),
    row(
        "a long field meets other values",
        NEW,
        &[r#"{"a":1}"#, r#"{"a":1.9}"#, r#"{"a":"7"}"#, r#"{"a":"x"}"#],
    ),
    row(
        "a dotted name into nested",
        r#"{"mappings":{"properties":{"a":{"type":"nested"}}}}"#,
        &[r#"{"a.b":1}"#],
    ),
    row(
        "a dotted name into a text",
        r#"{"mappings":{"properties":{"a":{"type":"text"}}}}"#,
        &[r#"{"a.b":1}"#],
    ),
    row(
        "a dotted name into a disabled object",
        r#"{"mappings":{"properties":{"a":{"type":"object","enabled":false}}}}"#,
        &[r#"{"a.b":1}"#],
    ),
    row(
        "an unmapped array beside a field of its last name",
        r#"{"mappings":{"dynamic":"false","properties":{"b":{"type":"long"}}}}"#,
        &[r#"{"a.b":["x"]}"#],
    ),
    row(
        "strict: nulls",
        r#"{"mappings":{"dynamic":"strict","properties":{"o":{"type":"object"}}}}"#,
        &[r#"{"x":null}"#, r#"{"o":{"x":null}}"#],
    ),
    row(
        "strict: new fields",
        r#"{"mappings":{"dynamic":"strict"}}"#,
        &[r#"{"x":1}"#, r#"{"x":[]}"#, r#"{"x":{}}"#, r#"{"a.b":1}"#],
    ),
    row(
        "a value for an alias",
        r#"{"mappings":{"properties":{"a":{"type":"long"},"al":{"type":"alias","path":"a"}}}}"#,
        &[r#"{"al":1}"#],
    ),
    row(
        "a null copied to a new field",
        r#"{"mappings":{"properties":{"a":{"type":"long","copy_to":"b"}}}}"#,
        &[r#"{"a":null}"#],
    ),
    row(
        "a boolean in a number field, malformed ignored",
        r#"{"mappings":{"properties":{"a":{"type":"long","ignore_malformed":true}}}}"#,
        &[r#"{"a":true}"#],
    ),
    row(
        "an object in a number field, malformed ignored",
        r#"{"mappings":{"properties":{"a":{"type":"long","ignore_malformed":true}}}}"#,
        &[r#"{"a":{"x":1}}"#],
    ),
    row(
        "numbers in strings with spaces, NaN, hexadecimal",
        r#"{"mappings":{"properties":{"a":{"type":"long"},"i":{"type":"integer"}}}}"#,
        &[r#"{"a":" 5 "}"#, r#"{"i":" 5 "}"#, r#"{"i":"NaN"}"#, r#"{"i":"0x1p3"}"#],
    ),
    row(
        "texts and numbers in a boolean field",
        r#"{"mappings":{"properties":{"a":{"type":"boolean"}}}}"#,
        &[r#"{"a":""}"#, r#"{"a":"True"}"#, r#"{"a":1}"#, r#"{"a":"on"}"#],
    ),
    row(
        "numbers in a date field",
        r#"{"mappings":{"properties":{"a":{"type":"date"}}}}"#,
        &[r#"{"a":2019}"#, r#"{"a":-86400000}"#, r#"{"a":1e3}"#, r#"{"a":""}"#],
    ),
    row(
        "a keyword above ignore_above",
        r#"{"mappings":{"properties":{"a":{"type":"keyword","ignore_above":3}}}}"#,
        &[r#"{"a":"abcd"}"#, r#"{"a":"ab\uD83D\uDE00"}"#],
    ),
    row(
        "a keyword beyond Lucene's length",
        r#"{"mappings":{"properties":{"a":{"type":"keyword"}}}}"#,
        &[r#"{"a":<letters 40000>,"n":1}"#],
    ),
    row(
        "an object in a binary field",
        r#"{"mappings":{"properties":{"a":{"type":"binary"}}}}"#,
        &[r#"{"a":{"x":1}}"#],
    ),
    row(
        "an object in a text field",
        r#"{"mappings":{"properties":{"a":{"type":"text"}}}}"#,
        &[r#"{"a":{"x":1}}"#],
    ),
    row(
        "a number in an object",
        r#"{"mappings":{"properties":{"a":{"type":"object"}}}}"#,
        &[r#"{"a":1}"#, r#"{"a":[1]}"#, r#"{"a":[null]}"#],
    ),
    row(
        "the limit of fields",
        r#"{"settings":{"index.mapping.total_fields.limit":4}}"#,
        &[r#"{"s":"x","t":"y"}"#, r#"{"u":1}"#],
    ),
    row("the limit of depth", NEW, &["<levels 20>", "<levels 21>"]),
    row(
        "a template that makes keywords of objects",
        r#"{"mappings":{"dynamic_templates":[{"t":{"match":"*","mapping":{"type":"keyword"}}}]}}"#,
        &[r#"{"o":{"x":1}}"#, r#"{"o.x":1}"#, r#"{"s":["a"]}"#],
    ),
    row(
        "a template for strings meets a date",
        r#"{"mappings":{"dynamic_templates":[{"t":{"match_mapping_type":"string","mapping":{"type":"keyword"}}}]}}"#,
        &[r#"{"s":"2019-04-30"}"#],
    ),
    row(
        "a template's format does not take the date",
        r#"{"mappings":{"dynamic_templates":[{"t":{"match_mapping_type":"date","mapping":{"type":"date","format":"epoch_second"}}}]}}"#,
        &[r#"{"s":"2019-04-30"}"#],
    ),
    row(
        "a template that copies by name",
        r#"{"mappings":{"dynamic_templates":[{"t":{"match_mapping_type":"string","mapping":{"type":"keyword","copy_to":"all_{name}"}}}]}}"#,
        &[r#"{"s":"x"}"#],
    ),
    Row {
        name: "strict, but for templates",
        engines: &["os-2", "os-3"],
        index: r#"{"mappings":{"dynamic":"strict_allow_templates","dynamic_templates":[{"t":{"match_mapping_type":"string","mapping":{"type":"keyword"}}}]}}"#,
        documents: &[r#"{"s":"x"}"#, r#"{"t":["x"]}"#],
    },
    row(
        "a template whose type is none",
        r#"{"mappings":{"dynamic_templates":[{"t":{"match":"*","mapping":{"type":"{name}"}}}]}}"#,
        &[r#"{"keyword":"x"}"#, r#"{"word":1}"#],
    ),
    row(
        "dates that no calendar has",
        r#"{"mappings":{"properties":{"a":{"type":"date"}}}}"#,
        &[r#"{"a":"2019-02-31"}"#, r#"{"a":"2019-00-01"}"#],
    ),
    Row {
        name: "a java.time format before its time",
        engines: &["es-6.8"],
        index: r#"{"mappings":{"properties":{"a":{"type":"date","format":"8yyyy-MM-dd"}}}}"#,
        documents: &[r#"{"a":"2019"}"#],
    },
    row("comments around the document", NEW, &[r#"/*c*/{"a":1}//d"#]),
    // {"a":"\xff"} and {"a":"\xc0\xaf"}
    row("bytes that are no UTF-8", NEW, &["base64 eyJhIjoi/yJ9", "base64 eyJhIjoiwK8ifQ=="]),
    row("two documents in one", NEW, &[r#"{"a":1}{"b":2}"#]),
    row(
        "points as arrays, texts, objects",
        r#"{"mappings":{"properties":{"a":{"type":"geo_point"}}}}"#,
        &[
            r#"{"a":[1,2]}"#,
            r#"{"a":[[1,2],[3,4]]}"#,
            r#"{"a":"2,1"}"#,
            r#"{"a":{"lat":100,"lon":1}}"#,
        ],
    ),
    row(
        "a point in well-known text",
        r#"{"mappings":{"properties":{"a":{"type":"geo_point"}}}}"#,
        &[r#"{"a":"POINT(1 2)"}"#],
    ),
    row("many floats in one array", NEW, &[r#"{"a":<floats 128>}"#]),
    row(
        "the ends of 64 bits",
        NEW,
        &[r#"{"a":9223372036854775807}"#, r#"{"b":-9223372036854775808}"#],
    ),
    Row {
        name: "dynamic runtime fields",
        engines: &["es-7.17", "es-8", "es-9"],
        index: r#"{"mappings":{"dynamic":"runtime"}}"#,
        documents: &[r#"{"s":"x","n":1.5,"o":{"p":1}}"#],
    },
];

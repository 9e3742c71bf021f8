//! The schema of all records: JSON Schema 2020-12, true to what was seen.
//!
//! In: a finished scan. Out: one document. Every record that was read is valid under it. What was not seen is not allowed: a
//! name or a kind that turns up later is the news that the schema is for. Where not everything was read, because of a sample, a
//! problem or a limit, nothing is required and every name is allowed.
//!
//! Ranges and lengths are left out: tomorrow's larger number is no drift. So is `format`: dates are told by their look, and a
//! validator may check them. Arrays leave no trace in a path, as in a mapping: elements and plain values of a field share one
//! definition. A name that is not Unicode cannot be written in a schema; its object allows every name.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::values;
use crate::model::path::Name;
use crate::model::profile::{FieldSums, Kind};
use crate::model::scanned::Scanned;
use crate::report::escape::harmless_json;

/// Writes the schema, indented.
pub fn json_schema(scanned: &Scanned, out: &mut dyn Write) -> io::Result<()> {
    let all = tree(scanned);
    let is_whole = scanned.complete && scanned.inputs.sample.is_none();
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": format!(
            "made by mapdrift {} from {} records of {}",
            env!("CARGO_PKG_VERSION"),
            scanned.profile.records,
            scanned.inputs.backup.join(", ")
        ),
        "type": "object",
    });
    let root = Parent { objects: scanned.profile.records, is_in_array: false, is_whole };
    let mut definitions = Map::new();
    describe(&all, &root, &mut schema, &mut definitions);
    if !definitions.is_empty() {
        schema["$defs"] = definitions.into();
    }
    writeln!(out, "{}", harmless_json(&serde_json::to_string_pretty(&schema)?))
}

/// A field with those below it.
#[derive(Default)]
struct Node<'a> {
    /// Its path; empty at the root.
    path: String,
    sums: Option<&'a FieldSums>,
    below: BTreeMap<&'a Name, Self>,
}

fn tree(scanned: &Scanned) -> Node<'_> {
    let mut root = Node::default();
    for (path, sums) in &scanned.profile.fields {
        let node = path.0.iter().fold(&mut root, |node, name| node.below.entry(name).or_default());
        node.path = path.to_string();
        node.sums = Some(sums);
    }
    root
}

/// What is known of the objects that hold a field.
struct Parent {
    /// How many there are.
    objects: u64,
    /// Whether one record may have several of them.
    is_in_array: bool,
    /// Whether everything was read.
    is_whole: bool,
}

/// Adds what stands in the objects of a node.
fn describe(
    node: &Node<'_>,
    parent: &Parent,
    schema: &mut Value,
    definitions: &mut Map<String, Value>,
) {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    let mut is_closed = parent.is_whole;
    for (name, below) in &node.below {
        let (Ok(text), Some(sums)) = (std::str::from_utf8(name.as_bytes()), below.sums) else {
            is_closed = false;
            continue;
        };
        properties.insert(text.to_owned(), field(below, sums, parent, definitions));
        if parent.is_whole && stands_in_all(sums, parent) {
            required.push(text);
        }
    }
    schema["properties"] = properties.into();
    if !required.is_empty() {
        schema["required"] = required.into();
    }
    if is_closed {
        schema["additionalProperties"] = false.into();
    }
}

fn field(
    node: &Node<'_>,
    sums: &FieldSums,
    parent: &Parent,
    definitions: &mut Map<String, Value>,
) -> Value {
    let has_arrays = sums.kinds[Kind::Array].count > 0;
    let mut schema = json!({ "type": types(sums) });
    let objects = sums.kinds[Kind::Object].count;
    if objects > 0 {
        let is_in_array = parent.is_in_array || has_arrays;
        let inner = Parent { objects, is_in_array, is_whole: parent.is_whole };
        describe(node, &inner, &mut schema, definitions);
    }
    if !has_arrays {
        return schema;
    }
    // What stands in the array is like what stands in its place, arrays included.
    let reference = json!({ "$ref": format!("#/$defs/{}", pointer(&node.path)) });
    schema["items"] = reference.clone();
    definitions.insert(node.path.clone(), schema);
    reference
}

/// One type, or a list of them. A number with a fraction makes every number pass.
fn types(sums: &FieldSums) -> Value {
    let has = |kind: Kind| sums.kinds[kind].count > 0;
    let is_decimal = has(Kind::Float);
    let names: Vec<&str> = values::kinds(sums)
        .filter(|(kind, _)| !(is_decimal && *kind == Kind::Integer))
        .map(|(kind, _)| if kind == Kind::Float { "number" } else { kind.name() })
        .collect();
    match names.as_slice() {
        [one] => (*one).into(),
        several => several.into(),
    }
}

/// Whether every object has the field. A field without arrays has one value in each object that holds it; where objects stand
/// in arrays and values do too, nobody has counted.
fn stands_in_all(sums: &FieldSums, parent: &Parent) -> bool {
    let values: u64 = values::kinds(sums).map(|(_, count)| count).sum();
    if sums.duplicates > 0 {
        return false;
    }
    if sums.kinds[Kind::Array].count == 0 {
        return values == parent.objects;
    }
    !parent.is_in_array && sums.present == parent.objects
}

/// A name in a JSON pointer (RFC 6901) in a URI fragment (RFC 3986).
fn pointer(name: &str) -> String {
    let escape = |byte: u8| match byte {
        b'~' => "~0".to_owned(),
        b'/' => "~1".to_owned(),
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
            char::from(byte).to_string()
        }
        other => format!("%{other:02X}"),
    };
    name.bytes().map(escape).collect()
}

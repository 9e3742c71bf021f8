//! `MANIFEST.json`: what a set is and what a right answer says about it.
//!
//! ```text
//! {"set": "clicks", "rng_start": .., "records": .., "bytes": {"concatenated": .., "ndjson": ..}, "sha256": {..},
//!  "shapes": .., "fields": [{"path": ["campaign", "id"], "present": .., "kinds": {"integer": ..}, "integers": [0, 99]}]}
//! ```
//!
//! Fields are sorted by path. `floats` are texts, since `-0.0` and the last digit would not survive every JSON reader;
//! `lengths` are bytes after unescaping. Sums that are zero and extremes that were not seen are left out.

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::Set;
use super::sums::{KINDS, LOOKS, Node, Sums};

/// The two forms that differ in bytes: records with nothing between them, and records that each end with a newline.
#[derive(Default)]
pub(crate) struct Totals {
    /// Of the concatenated form.
    pub(crate) bytes: u64,
    records: u64,
    concatenated: Sha256,
    ndjson: Sha256,
}

impl Totals {
    pub(crate) fn add(&mut self, record: &[u8]) {
        self.bytes += record.len() as u64;
        self.records += 1;
        self.concatenated.update(record);
        self.ndjson.update(record);
        self.ndjson.update(b"\n");
    }

    pub(crate) fn manifest(self, set: Set, sums: &Sums) -> Value {
        let mut nodes: Vec<&Node> = sums.nodes.iter().skip(1).collect();
        nodes.sort_by(|a, b| a.path.cmp(&b.path));
        json!({
            "set": set.name(),
            "rng_start": set.start(),
            "records": self.records,
            "bytes": {"concatenated": self.bytes, "ndjson": self.bytes + self.records},
            "sha256": {"concatenated": hex(self.concatenated), "ndjson": hex(self.ndjson)},
            "shapes": sums.shapes.len(),
            "fields": nodes.into_iter().map(field).collect::<Vec<_>>(),
        })
    }
}

/// A manifest as text: one line for each field, so that a change shows as a small difference.
pub(crate) fn text(manifest: &Value) -> String {
    let mut head = manifest.clone();
    let fields = head.as_object_mut().and_then(|head| head.remove("fields"));
    let lines: Vec<String> = fields
        .iter()
        .filter_map(Value::as_array)
        .flatten()
        .map(|field| format!("\n    {field}"))
        .collect();
    let head = format!("{head:#}");
    let open = head.strip_suffix("\n}").expect("an object ends with a brace");
    format!("{open},\n  \"fields\": [{}\n  ]\n}}\n", lines.join(","))
}

fn field(node: &Node) -> Value {
    let mut shown = Map::new();
    shown.insert("path".into(), json!(node.path));
    shown.insert("present".into(), json!(node.present));
    shown.insert("kinds".into(), counts(&KINDS, &node.kinds));
    if let Some((low, high)) = node.integers {
        shown.insert("integers".into(), json!([low, high]));
    }
    if let Some((low, high)) = node.floats {
        shown.insert("floats".into(), json!([format!("{low:?}"), format!("{high:?}")]));
    }
    if let Some((low, high)) = node.lengths {
        shown.insert("lengths".into(), json!([low, high]));
    }
    if node.looks.iter().any(|&count| count > 0) {
        shown.insert("looks".into(), counts(&LOOKS, &node.looks));
    }
    Value::Object(shown)
}

fn counts(names: &[&str], counts: &[u64]) -> Value {
    let seen = names.iter().zip(counts).filter(|&(_, &count)| count > 0);
    Value::Object(seen.map(|(name, &count)| ((*name).to_owned(), json!(count))).collect())
}

fn hex(hash: Sha256) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| char::from(DIGITS[usize::from(value)]);
    hash.finalize().iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

//! mapdrift's answer in the words of the manifest, so that both can be compared line by line.

use mapdrift::model::path::{FieldPath, Name};
use mapdrift::model::profile::{FieldSums, Kind, Profile};
use serde_json::{Map, Value, json};

/// `records`, `shapes` and `fields` of a profile, as `MANIFEST.json` has them.
pub(crate) fn summary(profile: &Profile) -> Value {
    json!({
        "records": profile.records,
        "shapes": profile.shapes.len(),
        "fields": profile.fields.iter().map(|(path, sums)| field(path, sums)).collect::<Vec<_>>(),
    })
}

/// What of a manifest a profile can say: the rest is about the bytes.
pub(crate) fn expected(manifest: &Value) -> Value {
    json!({
        "records": manifest["records"],
        "shapes": manifest["shapes"],
        "fields": manifest["fields"],
    })
}

fn field(path: &FieldPath, sums: &FieldSums) -> Value {
    let name = |name: &Name| String::from_utf8_lossy(name.as_bytes()).into_owned();
    let path: Vec<String> = path.0.iter().map(name).collect();
    let mut shown = Map::new();
    shown.insert("path".into(), json!(path));
    shown.insert("present".into(), json!(sums.present));
    let kinds = Kind::ALL.map(|kind| (kind.name(), sums.kinds[kind].count));
    shown.insert("kinds".into(), seen(&kinds));
    if let Some((low, high)) = sums.integers {
        shown.insert("integers".into(), json!([low, high]));
    }
    if let Some((low, high)) = sums.floats {
        shown.insert("floats".into(), json!([format!("{low:?}"), format!("{high:?}")]));
    }
    if let Some((low, high)) = sums.lengths {
        shown.insert("lengths".into(), json!([low, high]));
    }
    let looks = sums.looks;
    let looks = [
        ("empty", looks.empty),
        ("date", looks.date),
        ("number", looks.number),
        ("boolean", looks.boolean),
    ];
    if looks.iter().any(|&(_, count)| count > 0) {
        shown.insert("looks".into(), seen(&looks));
    }
    Value::Object(shown)
}

fn seen(counts: &[(&str, u64)]) -> Value {
    let seen = counts.iter().filter(|(_, count)| *count > 0);
    Value::Object(seen.map(|(name, count)| ((*name).to_owned(), json!(count))).collect())
}

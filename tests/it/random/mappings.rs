//! Random mappings and settings: declared fields of every type that the engines here have, dynamic templates, small limits.
//!
//! In: random numbers. Out: bodies as an index is made with. It refuses to know documents.

use serde_json::{Map, Value, json};

use super::generate::{NAMES, Rng};

pub(super) const TYPES: [&str; 26] = [
    "long",
    "integer",
    "short",
    "byte",
    "double",
    "float",
    "half_float",
    "keyword",
    "text",
    "date",
    "boolean",
    "ip",
    "binary",
    "geo_point",
    "object",
    "nested",
    "disabled",
    "integer_range",
    "date_range",
    "ip_range",
    "long_range",
    "alias",
    "completion",
    "keyword",
    "date",
    "long",
];

/// Mappings, and the full names and types of what they declare.
pub(super) fn mappings(rng: &mut Rng, fields: &mut Vec<(String, &'static str)>) -> Value {
    let mut root = Map::new();
    if rng.of_100(55) {
        let properties = properties(rng, "", 0, fields);
        if !properties.is_empty() {
            root.insert("properties".into(), Value::Object(properties));
        }
    }
    if rng.of_100(18) {
        root.insert("dynamic".into(), rng.pick(&["true", "false", "strict"]).into());
    }
    if rng.of_100(10) {
        root.insert("date_detection".into(), json!(false));
    }
    if rng.of_100(15) {
        root.insert("numeric_detection".into(), json!(true));
    }
    if rng.of_100(10) {
        let formats =
            ["yyyy-MM-dd", "dd.MM.yyyy", "yyyy/MM/dd", "epoch_millis", "basic_date", "HH:mm"];
        root.insert("dynamic_date_formats".into(), json!([rng.pick(&formats)]));
    }
    if rng.of_100(30) {
        let templates: Vec<Value> = (0..=rng.below(3)).map(|n| dynamic_template(rng, n)).collect();
        root.insert("dynamic_templates".into(), json!(templates));
    }
    Value::Object(root)
}

fn properties(
    rng: &mut Rng,
    above: &str,
    depth: usize,
    fields: &mut Vec<(String, &'static str)>,
) -> Map<String, Value> {
    let mut properties = Map::new();
    for _ in 0..=rng.below(4) {
        let name = rng.pick(&NAMES[..8]);
        if properties.contains_key(name) {
            continue;
        }
        let kind = rng.pick(&TYPES);
        let full = format!("{above}{name}");
        let is_object = matches!(kind, "object" | "nested" | "disabled");
        let body = match kind {
            _ if is_object && depth > 1 => continue,
            _ if is_object => object(rng, kind, &full, depth, fields),
            "alias" => match fields
                .iter()
                .find(|(_, kind)| !matches!(*kind, "object" | "nested" | "disabled" | "alias"))
            {
                Some((path, _)) if !full.starts_with(&format!("{path}.")) => {
                    json!({"type": "alias", "path": path})
                }
                _ => continue,
            },
            _ => leaf(rng, kind),
        };
        fields.push((full, kind));
        properties.insert(name.to_owned(), body);
    }
    properties
}

fn object(
    rng: &mut Rng,
    kind: &str,
    full: &str,
    depth: usize,
    fields: &mut Vec<(String, &'static str)>,
) -> Value {
    let mut body = json!({"type": if kind == "nested" { "nested" } else { "object" }});
    if kind == "disabled" {
        body["enabled"] = json!(false);
        return body;
    }
    if rng.of_100(25) {
        body["dynamic"] = rng.pick(&["true", "false", "strict"]).into();
    }
    if rng.of_100(70) {
        let inner = properties(rng, &format!("{full}."), depth + 1, fields);
        if !inner.is_empty() {
            body["properties"] = Value::Object(inner);
        }
    }
    body
}

fn leaf(rng: &mut Rng, kind: &str) -> Value {
    let mut body = json!({"type": kind});
    let is_number =
        matches!(kind, "long" | "integer" | "short" | "byte" | "double" | "float" | "half_float");
    if is_number && rng.of_100(20) {
        body["coerce"] = json!(false);
    }
    if (is_number || matches!(kind, "date" | "ip" | "geo_point")) && rng.of_100(25) {
        body["ignore_malformed"] = json!(true);
    }
    match kind {
        "keyword" if rng.of_100(40) => body["ignore_above"] = json!(1 + rng.below(6)),
        "date" if rng.of_100(45) => {
            let formats = [
                "epoch_second",
                "epoch_millis",
                "yyyy-MM-dd",
                "dd/MM/yyyy",
                "strict_date",
                "basic_date",
                "date_time",
                "yyyy",
                "yyyy-MM-dd HH:mm:ss||epoch_millis",
                "date_optional_time",
                "strict_date_optional_time||epoch_millis",
            ];
            body["format"] = rng.pick(&formats).into();
        }
        "text" if rng.of_100(40) => {
            body["fields"] = json!({"keyword": {"type": "keyword", "ignore_above": 256}});
        }
        "keyword" if rng.of_100(20) => {
            body["fields"] = json!({"n": {"type": rng.pick(&["long", "date", "ip", "text"])}});
        }
        _ => {}
    }
    if rng.of_100(8)
        && !matches!(kind, "binary" | "geo_point" | "completion")
        && !kind.ends_with("_range")
    {
        body["copy_to"] = json!([rng.pick(&["all", "a", "n", "o.copy"])]);
    }
    body
}

fn dynamic_template(rng: &mut Rng, n: usize) -> Value {
    let mut body = Map::new();
    if rng.of_100(65) {
        let kinds = ["string", "long", "double", "boolean", "date", "object", "*"];
        body.insert("match_mapping_type".into(), rng.pick(&kinds).into());
    }
    let patterns = ["a*", "*b", "*", "n", "s*", "*_id", "o.*", "*.x"];
    if body.is_empty() || rng.of_100(40) {
        body.insert(rng.pick(&["match", "path_match"]).into(), rng.pick(&patterns).into());
    }
    if rng.of_100(20) {
        body.insert(rng.pick(&["unmatch", "path_unmatch"]).into(), rng.pick(&patterns).into());
    }
    let mapping = match body.get("match_mapping_type").and_then(Value::as_str) {
        Some("object") => rng.pick(&[
            r#"{"type":"nested"}"#,
            r#"{"type":"object","dynamic":"false"}"#,
            r#"{"type":"object","enabled":false}"#,
        ]),
        _ => rng.pick(&[
            r#"{"type":"keyword"}"#,
            r#"{"type":"keyword","ignore_above":3}"#,
            r#"{"type":"{dynamic_type}"}"#,
            r#"{"type":"text"}"#,
            r#"{"type":"long","ignore_malformed":true}"#,
            r#"{"type":"float"}"#,
            r#"{"type":"date","format":"epoch_second"}"#,
            r#"{"type":"{dynamic_type}","index":false}"#,
            r#"{"type":"date"}"#,
            r#"{"type":"ip"}"#,
            r#"{"type":"boolean"}"#,
            r#"{"type":"text","fields":{"raw":{"type":"keyword"}}}"#,
            r#"{"type":"keyword","copy_to":"{name}_all"}"#,
            "{}",
        ]),
    };
    body.insert("mapping".into(), serde_json::from_str(mapping).unwrap());
    json!({format!("t{n}"): body})
}

/// Index settings, small limits among them.
pub(super) fn settings(rng: &mut Rng) -> Value {
    let mut settings = Map::new();
    if rng.of_100(12) {
        settings.insert("index.mapping.total_fields.limit".into(), json!(3 + rng.below(10)));
    }
    if rng.of_100(8) {
        settings.insert("index.mapping.depth.limit".into(), json!(1 + rng.below(3)));
    }
    if rng.of_100(4) {
        settings.insert("index.mapping.nested_fields.limit".into(), json!(rng.below(2)));
    }
    if rng.of_100(6) {
        settings.insert("index.mapping.coerce".into(), json!(false));
    }
    if rng.of_100(10) {
        settings.insert("index.mapping.ignore_malformed".into(), json!(true));
    }
    Value::Object(settings)
}

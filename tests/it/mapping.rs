//! The mapping room: JSON read in every dress, templates composed, two mappings compared.

use std::collections::BTreeMap;

use mapdrift::mapping::{self, Difference, Templates};
use mapdrift::model::engine::Engine;
use mapdrift::model::path::FieldPath;
use serde_json::{Value, json};

/// Reads `input` and expects the type's name and the body.
fn check(input: &Value, type_name: Option<&str>, body: &Value) {
    let read = mapping::read(input, None).unwrap();
    assert_eq!(read.type_name.as_deref(), type_name);
    assert_eq!(mapping::write_body(&read), *body);
}

#[test]
fn every_dress_of_a_mapping_reads_alike() {
    let body = json!({"properties": {"a": {"type": "long"}, "o": {"type": "object"}}});
    check(&body, None, &body);
    check(&json!({"isc": body}), Some("isc"), &body);
    check(&json!({"mappings": body}), None, &body);
    check(
        &json!({"settings": {"index.mapping.coerce": false}, "mappings": {"isc": body}}),
        Some("isc"),
        &body,
    );
    check(&json!({"logs": {"mappings": {"_doc": body}}}), Some("_doc"), &body);
    check(
        &json!({"logs": {"aliases": {}, "mappings": {"isc": body, "_default_": {}}}}),
        Some("isc"),
        &body,
    );
    check(&json!({}), None, &json!({}));
    check(&json!({"isc": {}}), Some("isc"), &json!({}));
    check(&json!({"_source": {"excludes": ["b"]}}), None, &json!({"_source": {"excludes": ["b"]}}));
}

#[test]
fn elasticsearch_6_prints_the_type() {
    let read = mapping::read(&json!({"properties": {"a": {"type": "long"}}}), Some("isc")).unwrap();
    let version = |text| Engine::parse(text).unwrap();
    let body = json!({"properties": {"a": {"type": "long"}}});
    assert_eq!(mapping::write(&read, version("es:6.5.4")), json!({"isc": body}));
    assert_eq!(mapping::write(&read, version("es:7.10")), body);
}

#[test]
fn an_error_names_the_place() {
    let error = |json: Value| mapping::read(&json, None).unwrap_err().to_string();
    let nested = json!({"properties": {"a": {"properties": {"b": {"type": 5}}}}});
    assert_eq!(error(nested), "mapping, at `a.b.type`: a type is a string, not 5");
    let dynamic = error(json!({"dynamic": "perhaps"}));
    assert_eq!(dynamic, "mapping, at `dynamic`: `dynamic` cannot be \"perhaps\"");
    let two = json!({"one": {"mappings": {}}, "two": {"mappings": {}}});
    assert!(error(two).contains("one, two"));
}

#[test]
fn unknown_types_and_parameters_are_kept() {
    let body = json!({"properties": {"v": {"type": "from_a_plugin", "odd": {"deep": [1]}}}});
    check(&body, None, &body);
}

fn named(entries: &[(&str, Value)]) -> BTreeMap<String, Value> {
    entries.iter().map(|(name, body)| ((*name).to_owned(), body.clone())).collect()
}

#[test]
fn legacy_templates_merge_by_order() {
    let legacy = named(&[
        (
            "all",
            json!({"index_patterns": ["*"], "order": 0, "settings": {"index.mapping.coerce": "false"},
            "mappings": {"isc": {"properties": {"a": {"type": "keyword"}, "b": {"type": "long"}}}}}),
        ),
        (
            "logs",
            json!({"index_patterns": ["logs-*"], "order": 5,
            "mappings": {"isc": {"properties": {"a": {"type": "text"}}}}}),
        ),
        (
            "other",
            json!({"index_patterns": ["metrics-*"], "mappings": {"isc": {"dynamic": "strict"}}}),
        ),
    ]);
    let none = BTreeMap::new();
    let all = Templates { legacy: &legacy, index: &none, component: &none };
    let composed = mapping::compose("logs-1", all, None).unwrap();
    assert_eq!(composed.from, ["all", "logs"]);
    assert_eq!(composed.mapping.type_name.as_deref(), Some("isc"));
    let expected = json!({"properties": {"a": {"type": "text"}, "b": {"type": "long"}}});
    assert_eq!(mapping::write_body(&composed.mapping), expected);
    assert_eq!(composed.settings, json!({"index.mapping.coerce": "false"}));
}

#[test]
fn the_composable_template_of_highest_priority_wins_alone() {
    let legacy =
        named(&[("old", json!({"index_patterns": ["*"], "mappings": {"dynamic": "strict"}}))]);
    let index = named(&[
        (
            "low",
            json!({"index_patterns": ["*"], "priority": 1, "template": {"mappings": {"properties": {"z": {"type": "long"}}}}}),
        ),
        (
            "high",
            json!({"index_patterns": ["logs-*"], "priority": 9, "composed_of": ["base"],
            "template": {"mappings": {"properties": {"a": {"type": "text"}}}}}),
        ),
    ]);
    let component = named(&[(
        "base",
        json!({"template": {
        "settings": {"index": {"mapping": {"total_fields": {"limit": "7"}}}},
        "mappings": {"properties": {"a": {"type": "keyword", "ignore_above": 9}, "b": {"type": "long"}}}}}),
    )]);
    let all = Templates { legacy: &legacy, index: &index, component: &component };
    let composed = mapping::compose("logs-1", all, None).unwrap();
    assert_eq!(composed.from, ["base", "high"]);
    let expected = json!({"properties": {"a": {"type": "text"}, "b": {"type": "long"}}});
    assert_eq!(mapping::write_body(&composed.mapping), expected);
    assert_eq!(composed.settings, json!({"index.mapping.total_fields.limit": "7"}));
}

#[test]
fn differences_are_named_by_field() {
    let read = |json: Value| mapping::read(&json, None).unwrap();
    let left = read(
        json!({"properties": {"a": {"type": "long"}, "k": {"type": "keyword"}, "o": {"properties": {"x": {"type": "long"}}}}}),
    );
    let right = read(
        json!({"properties": {"a": {"type": "text"}, "k": {"type": "keyword", "ignore_above": 5}, "n": {"type": "ip"}}}),
    );
    let path = FieldPath::parse;
    let expected = vec![
        Difference::Type(path("a"), "long".to_owned(), "text".to_owned()),
        Difference::Parameter(path("k"), "ignore_above".to_owned(), None, Some(json!(5))),
        Difference::OnlyRight(path("n"), "ip".to_owned()),
        Difference::OnlyLeft(path("o"), "object".to_owned()),
        Difference::OnlyLeft(path("o.x"), "long".to_owned()),
    ];
    assert_eq!(mapping::compare(&left, &right), expected);
}

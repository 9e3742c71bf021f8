//! [`Mapping`] to JSON, as the engine prints it.
//!
//! In: a mapping whose parameters stand as the engine keeps them. Out: what `GET index/_mapping` has under `mappings`; on
//! Elasticsearch 6 that is below the type's name. Order of keys: the engines' (`ObjectMapper#toXContent`); readers must not rely on it.

use serde_json::{Map, Value, json};

use crate::model::engine::{Engine, Product};
use crate::model::mapping::{Dynamic, Field, LeafField, Mapping, ObjectField};

/// The value of `mappings`: typed on Elasticsearch 6, typeless later.
pub fn write(mapping: &Mapping, engine: Engine) -> Value {
    let body = write_body(mapping);
    match &mapping.type_name {
        Some(name) if engine.product == Product::Elasticsearch && engine.major < 7 => {
            Value::Object(Map::from_iter([(name.clone(), body)]))
        }
        _ => body,
    }
}

/// The mapping without the layer of its type.
pub fn write_body(mapping: &Mapping) -> Value {
    let mut body = Map::new();
    put_switches(&mapping.root, &mut body);
    body.extend(mapping.extras.clone());
    if let Some(formats) = &mapping.dynamic_date_formats {
        body.insert("dynamic_date_formats".into(), json!(formats));
    }
    if !mapping.dynamic_templates.is_empty() {
        let named = mapping.dynamic_templates.iter().map(|t| json!({ t.name.clone(): t.body }));
        body.insert("dynamic_templates".into(), Value::Array(named.collect()));
    }
    let detections = [
        ("date_detection", mapping.date_detection),
        ("numeric_detection", mapping.numeric_detection),
    ];
    for (key, flag) in detections {
        if let Some(flag) = flag {
            body.insert(key.into(), Value::Bool(flag));
        }
    }
    if !mapping.runtime.is_empty() {
        body.insert("runtime".into(), json!(mapping.runtime));
    }
    put_fields(&mapping.root, &mut body);
    Value::Object(body)
}

fn put_switches(object: &ObjectField, body: &mut Map<String, Value>) {
    if let Some(dynamic) = object.dynamic {
        body.insert("dynamic".into(), dynamic_name(dynamic).into());
    }
    if object.enabled == Some(false) {
        body.insert("enabled".into(), Value::Bool(false));
    }
    body.extend(object.params.clone());
}

fn put_fields(object: &ObjectField, body: &mut Map<String, Value>) {
    if object.fields.is_empty() {
        return;
    }
    let fields = object.fields.iter().map(|(name, field)| (name.to_string(), write_field(field)));
    body.insert("properties".into(), Value::Object(fields.collect()));
}

fn write_field(field: &Field) -> Value {
    match field {
        Field::Object(object) => write_object(object),
        Field::Leaf(leaf) => write_leaf(leaf),
    }
}

/// An object prints its type only where it has no fields, or is nested.
fn write_object(object: &ObjectField) -> Value {
    let mut body = Map::new();
    if object.nested {
        body.insert("type".into(), "nested".into());
    } else if object.fields.is_empty() {
        body.insert("type".into(), "object".into());
    }
    put_switches(object, &mut body);
    put_fields(object, &mut body);
    Value::Object(body)
}

/// One field that takes values, with its multi-fields.
pub fn write_leaf(leaf: &LeafField) -> Value {
    let mut body = Map::from_iter([("type".to_owned(), Value::from(leaf.field_type.as_str()))]);
    body.extend(leaf.params.clone());
    if !leaf.fields.is_empty() {
        let fields = leaf.fields.iter().map(|(name, sub)| (name.to_string(), write_leaf(sub)));
        body.insert("fields".into(), Value::Object(fields.collect()));
    }
    Value::Object(body)
}

/// `dynamic` is always printed as a string.
fn dynamic_name(dynamic: Dynamic) -> &'static str {
    match dynamic {
        Dynamic::True => "true",
        Dynamic::False => "false",
        Dynamic::Strict => "strict",
        Dynamic::Runtime => "runtime",
        Dynamic::StrictAllowTemplates => "strict_allow_templates",
        Dynamic::FalseAllowTemplates => "false_allow_templates",
    }
}

//! JSON to [`Mapping`].
//!
//! In: what the API takes or prints: a bare mapping, the body of an index creation, the answer of `GET index` or
//! `GET index/_mapping`, with or without a mapping type. Out: the mapping, or the place that cannot be read. It refuses to
//! judge types and parameters: those that it does not know are kept.

use serde_json::{Map, Value};

use crate::model::mapping::{Dynamic, DynamicTemplate, Field, LeafField, Mapping, ObjectField};
use crate::model::path::{FieldPath, Name};

/// A mapping that cannot be read: where, and what is wrong there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("mapping, at `{place}`: {problem}")]
pub struct MappingError {
    /// The JSON path from the top: `properties.a.fields`.
    pub place: String,
    /// What stands there and what should.
    pub problem: String,
}

/// Reads a mapping. `type_name` names the mapping type to take where several are listed, and the type of a typeless mapping.
pub fn read(json: &Value, type_name: Option<&str>) -> Result<Mapping, MappingError> {
    let top = object(json, "")?;
    let (body, found) = unwrap(top, type_name)?;
    let mut mapping = read_root(body)?;
    mapping.type_name = found.or(type_name).map(str::to_owned);
    Ok(mapping)
}

/// Root keys of a mapping body; any other single key with an object below it is the name of a mapping type.
const ROOT_KEYS: [&str; 13] = [
    "properties",
    "dynamic",
    "enabled",
    "dynamic_templates",
    "date_detection",
    "numeric_detection",
    "dynamic_date_formats",
    "date_formats",
    "runtime",
    "subobjects",
    "include_in_all",
    "derived",
    "data_stream_timestamp",
];

/// Takes the layers off: index name, `mappings`, mapping type.
fn unwrap<'a>(
    top: &'a Map<String, Value>,
    type_name: Option<&str>,
) -> Result<(&'a Map<String, Value>, Option<&'a str>), MappingError> {
    if let Some(inner) = top.get("mappings").filter(|_| !is_body(top)) {
        return unwrap(object(inner, "mappings")?, type_name);
    }
    if is_body(top) || top.is_empty() {
        return Ok((top, None));
    }
    let mut types: Vec<_> = top.iter().filter(|(name, _)| *name != "_default_").collect();
    if let Some(wanted) = type_name.filter(|wanted| top.contains_key(*wanted)) {
        types.retain(|(name, _)| *name == wanted);
    }
    match types.as_slice() {
        [(name, inner)] => {
            let inner = object(inner, name)?;
            match inner.get("mappings").filter(|_| !is_body(inner)) {
                Some(mappings) => unwrap(object(mappings, &format!("{name}.mappings"))?, type_name),
                None => Ok((inner, Some(name))),
            }
        }
        [] => Ok((top, None)),
        several => {
            let names: Vec<_> = several.iter().map(|(name, _)| name.as_str()).collect();
            Err(error(
                "",
                &format!("several indices or mapping types ({}): name one", names.join(", ")),
            ))
        }
    }
}

fn is_body(object: &Map<String, Value>) -> bool {
    object.keys().any(|key| ROOT_KEYS.contains(&key.as_str()) || is_metadata(key, &object[key]))
}

/// `_source`, `_routing`, ...: configured metadata, where a type name that begins with `_` can only be `_doc` or `_default_`.
fn is_metadata(key: &str, value: &Value) -> bool {
    key.starts_with('_') && key != "_doc" && key != "_default_" && value.is_object()
}

fn read_root(body: &Map<String, Value>) -> Result<Mapping, MappingError> {
    let mut mapping =
        Mapping { root: read_object(body, &FieldPath::default())?, ..Mapping::default() };
    for (key, value) in std::mem::take(&mut mapping.root.params) {
        match key.as_str() {
            // An empty list says nothing, but is printed.
            "dynamic_templates" if value.as_array().is_some_and(Vec::is_empty) => {
                mapping.extras.insert(key, value);
            }
            "dynamic_templates" => mapping.dynamic_templates = read_templates(&value)?,
            "date_detection" => mapping.date_detection = Some(switch(&value, &key)?),
            "numeric_detection" => mapping.numeric_detection = Some(switch(&value, &key)?),
            "dynamic_date_formats" | "date_formats" => {
                mapping.dynamic_date_formats = Some(read_formats(&value)?);
            }
            "runtime" => {
                let entries = object(&value, &key)?;
                mapping.runtime = entries.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
            }
            "subobjects" => {
                mapping.root.params.insert(key, value);
            }
            "type" if value == "object" => {}
            _ => {
                mapping.extras.insert(key, value);
            }
        }
    }
    Ok(mapping)
}

/// Reads an object's definition, and everything below it; `path` is where it stands, for errors.
pub fn read_object(
    body: &Map<String, Value>,
    path: &FieldPath,
) -> Result<ObjectField, MappingError> {
    let mut found = ObjectField::default();
    for (key, value) in body {
        let place = || format!("{path}.{key}");
        match key.as_str() {
            "type" if value == "nested" => found.nested = true,
            "type" if value == "object" && !path.0.is_empty() => {}
            "dynamic" => found.dynamic = Some(read_dynamic(value, &place())?),
            "enabled" => found.enabled = Some(switch(value, &place())?),
            "properties" => found.fields = read_properties(value, path)?,
            _ => {
                found.params.insert(key.clone(), value.clone());
            }
        }
    }
    Ok(found)
}

fn read_properties(
    value: &Value,
    path: &FieldPath,
) -> Result<std::collections::BTreeMap<Name, Field>, MappingError> {
    let mut root = ObjectField::default();
    for (name, body) in object(value, &format!("{path}.properties"))? {
        let body = object(body, &format!("{path}.properties.{name}"))?;
        insert(&mut root, name, body, path)?;
    }
    Ok(root.fields)
}

/// Names with dots stand for objects, as the engines read them, except where the dots are kept (`subobjects: false`), which
/// only the engine that printed the mapping can know: a printed mapping has dots in names for no other reason.
fn insert(
    into: &mut ObjectField,
    name: &str,
    body: &Map<String, Value>,
    path: &FieldPath,
) -> Result<(), MappingError> {
    let path = path.child(Name::from(name));
    let field = read_field(body, &path)?;
    into.fields.insert(Name::from(name), field);
    Ok(())
}

fn read_field(body: &Map<String, Value>, path: &FieldPath) -> Result<Field, MappingError> {
    match body.get("type") {
        None => Ok(Field::Object(read_object(body, path)?)),
        Some(Value::String(t)) if t == "object" || t == "nested" => {
            Ok(Field::Object(read_object(body, path)?))
        }
        Some(Value::String(_)) => Ok(Field::Leaf(read_leaf(body, path)?)),
        Some(other) => {
            Err(error(&format!("{path}.type"), &format!("a type is a string, not {other}")))
        }
    }
}

fn read_leaf(body: &Map<String, Value>, path: &FieldPath) -> Result<LeafField, MappingError> {
    let Some(Value::String(field_type)) = body.get("type") else {
        return Err(error(&path.to_string(), "a multi-field needs a `type`"));
    };
    let mut leaf = LeafField {
        field_type: field_type.clone(),
        fields: std::collections::BTreeMap::new(),
        params: Map::new(),
    };
    for (key, value) in body {
        match key.as_str() {
            "type" => {}
            "fields" => {
                for (name, sub) in object(value, &format!("{path}.fields"))? {
                    let below = path.child(Name::from(name.as_str()));
                    let sub = object(sub, &format!("{path}.fields.{name}"))?;
                    leaf.fields.insert(Name::from(name.as_str()), read_leaf(sub, &below)?);
                }
            }
            _ => {
                leaf.params.insert(key.clone(), value.clone());
            }
        }
    }
    Ok(leaf)
}

fn read_templates(value: &Value) -> Result<Vec<DynamicTemplate>, MappingError> {
    let Value::Array(list) = value else {
        return Err(error("dynamic_templates", "a list of named templates is expected"));
    };
    let mut found = Vec::with_capacity(list.len());
    for (i, entry) in list.iter().enumerate() {
        let place = format!("dynamic_templates[{i}]");
        let entry = object(entry, &place)?;
        let (Some((name, body)), 1) = (entry.iter().next(), entry.len()) else {
            return Err(error(&place, "a dynamic template must be defined with a name"));
        };
        let body = object(body, &format!("{place}.{name}"))?.clone();
        found.push(DynamicTemplate { name: name.clone(), body });
    }
    Ok(found)
}

/// A list, or the word `none` for an empty one; a single string is one format.
fn read_formats(value: &Value) -> Result<Vec<String>, MappingError> {
    let wrong = || error("dynamic_date_formats", "a list of date formats is expected");
    match value {
        Value::String(none) if none == "none" => Ok(Vec::new()),
        Value::String(one) => Ok(vec![one.clone()]),
        Value::Array(list) => {
            let text = |format: &Value| format.as_str().map(str::to_owned).ok_or_else(wrong);
            list.iter().map(text).collect()
        }
        _ => Err(wrong()),
    }
}

fn read_dynamic(value: &Value, place: &str) -> Result<Dynamic, MappingError> {
    let text = match value {
        Value::Bool(true) => "true".to_owned(),
        Value::Bool(false) => "false".to_owned(),
        Value::String(text) => text.clone(),
        _ => value.to_string(),
    };
    match text.as_str() {
        "true" => Ok(Dynamic::True),
        "false" => Ok(Dynamic::False),
        t if t.eq_ignore_ascii_case("strict") => Ok(Dynamic::Strict),
        t if t.eq_ignore_ascii_case("runtime") => Ok(Dynamic::Runtime),
        t if t.eq_ignore_ascii_case("strict_allow_templates") => Ok(Dynamic::StrictAllowTemplates),
        t if t.eq_ignore_ascii_case("false_allow_templates") => Ok(Dynamic::FalseAllowTemplates),
        _ => Err(error(place, &format!("`dynamic` cannot be {value}"))),
    }
}

/// A boolean, as JSON or as the words that the engines take.
fn switch(value: &Value, place: &str) -> Result<bool, MappingError> {
    match value {
        Value::Bool(flag) => Ok(*flag),
        Value::String(text) if text == "true" => Ok(true),
        Value::String(text) if text == "false" => Ok(false),
        other => Err(error(place, &format!("true or false is expected, not {other}"))),
    }
}

fn object<'a>(value: &'a Value, place: &str) -> Result<&'a Map<String, Value>, MappingError> {
    value.as_object().ok_or_else(|| error(place, "an object is expected"))
}

fn error(place: &str, problem: &str) -> MappingError {
    MappingError { place: place.trim_start_matches('.').to_owned(), problem: problem.to_owned() }
}

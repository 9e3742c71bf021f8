//! A field's parameters as the engine keeps and prints them: defaults left out, words turned into booleans and numbers.
//!
//! In: a definition as a user or a dynamic template wrote it. Out: the definition as `GET _mapping` prints it, or the
//! parameter that the engine refuses. Sources: `TypeParsers`, each type's mapper, recorded answers.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::dotted;
use crate::model::engine::{Engine, Product};
use crate::model::mapping::{Field, LeafField, Mapping, ObjectField};
use crate::model::path::Name;

/// A parameter that an engine does not take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParameterError {
    /// No such field type.
    UnknownType(String),
    /// A parameter that the type does not have: its name, the type.
    Unknown(String, String),
    /// A value that is no boolean: the parameter, the value.
    NotBoolean(String, String),
}

/// A mapping as a user wrote it, as the engine prints it: unknown parameters are kept, since the engine took the mapping.
/// `malformed` is the index setting `ignore_malformed`.
pub fn as_printed(mapping: Mapping, engine: Engine, malformed: bool) -> Mapping {
    let mut printed = mapping;
    dotted::expand(&mut printed.root);
    normalise_object(&mut printed.root, engine, malformed);
    for template in &mut printed.dynamic_templates {
        normalise_template(&mut template.body, engine);
    }
    printed
}

fn normalise_object(object: &mut ObjectField, engine: Engine, malformed: bool) {
    for field in object.fields.values_mut() {
        match field {
            Field::Object(inner) => normalise_object(inner, engine, malformed),
            Field::Leaf(leaf) => normalise_leaf(leaf, engine, malformed),
        }
    }
}

fn normalise_leaf(leaf: &mut LeafField, engine: Engine, malformed: bool) {
    for (key, value) in std::mem::take(&mut leaf.params) {
        // A value that is no boolean is kept as it is: the engine took it.
        let value = tidy(&key, &value).unwrap_or(value);
        if !is_default(&leaf.field_type, &key, &value) {
            leaf.params.insert(key, value);
        }
    }
    add_always_printed(leaf, engine);
    drop_index_default(leaf, engine, malformed);
    for sub in leaf.fields.values_mut() {
        normalise_leaf(sub, engine, malformed);
    }
}

/// Dates and addresses print `ignore_malformed` only where it differs from the index setting; on Elasticsearch 6 and OpenSearch 3
/// wherever it was set, as other types do everywhere.
pub fn drop_index_default(leaf: &mut LeafField, engine: Engine, malformed: bool) {
    let explicit = match engine.product {
        Product::OpenSearch => engine.major >= 3,
        Product::Elasticsearch => engine.major < 7,
    };
    let has_default = matches!(leaf.field_type.as_str(), "date" | "date_nanos" | "ip");
    if has_default && !explicit {
        leaf.params.retain(|key, value| key != "ignore_malformed" || *value != malformed);
    }
}

/// Up to 8.x and on OpenSearch a template prints neither a simple pattern style nor a match type that says nothing, and a list in
/// a pattern as Java's text.
fn normalise_template(body: &mut Map<String, Value>, engine: Engine) {
    if engine.product == Product::Elasticsearch && engine.major >= 8 {
        return;
    }
    body.retain(|key, value| !(key == "match_pattern" && value == "simple"));
    let named = body.contains_key("match") || body.contains_key("path_match");
    body.retain(|key, value| !(key == "match_mapping_type" && value == "*" && named));
    for key in ["match", "unmatch", "path_match", "path_unmatch"] {
        if let Some(Value::Array(list)) = body.get(key) {
            let words: Vec<_> = list.iter().map(|word| word.as_str().unwrap_or_default()).collect();
            let text = format!("[{}]", words.join(", "));
            body.insert(key.to_owned(), Value::String(text));
        }
    }
}

/// A definition (`type` included) as the engine prints it.
pub fn leaf_as_printed(
    body: &Map<String, Value>,
    default_type: &str,
    engine: Engine,
) -> Result<LeafField, ParameterError> {
    let field_type = body.get("type").and_then(Value::as_str).unwrap_or(default_type).to_owned();
    if !is_type(&field_type) {
        return Err(ParameterError::UnknownType(field_type));
    }
    let mut leaf = LeafField { field_type, fields: BTreeMap::new(), params: Map::new() };
    for (key, value) in body {
        match key.as_str() {
            "type" => {}
            "fields" => leaf.fields = sub_fields(value, engine)?,
            _ => put(&mut leaf, key, value, engine)?,
        }
    }
    add_always_printed(&mut leaf, engine);
    Ok(leaf)
}

fn sub_fields(value: &Value, engine: Engine) -> Result<BTreeMap<Name, LeafField>, ParameterError> {
    let mut found = BTreeMap::new();
    for (name, body) in value.as_object().into_iter().flatten() {
        if let Some(body) = body.as_object() {
            found.insert(Name::from(name.as_str()), leaf_as_printed(body, "", engine)?);
        }
    }
    Ok(found)
}

fn put(
    leaf: &mut LeafField,
    key: &str,
    value: &Value,
    engine: Engine,
) -> Result<(), ParameterError> {
    if !knows(&leaf.field_type, key) {
        return if refuses_unknown(engine) {
            Err(ParameterError::Unknown(key.to_owned(), leaf.field_type.clone()))
        } else {
            Ok(())
        };
    }
    let value = tidy(key, value)?;
    if !is_default(&leaf.field_type, key, &value) {
        leaf.params.insert(key.to_owned(), value);
    }
    Ok(())
}

/// A parameter's value in the form in which it is kept.
fn tidy(key: &str, value: &Value) -> Result<Value, ParameterError> {
    Ok(match key {
        _ if BOOLEANS.contains(&key) => Value::Bool(boolean(key, value)?),
        "copy_to" if value.is_string() => json!([value]),
        "ignore_above" | "max_input_length" | "dims" => number(value),
        "scaling_factor" | "boost" => decimal(value),
        "index_prefixes" => {
            let mut prefixes = value.clone();
            if let Some(prefixes) = prefixes.as_object_mut() {
                prefixes.entry("min_chars").or_insert_with(|| json!(2));
                prefixes.entry("max_chars").or_insert_with(|| json!(5));
            }
            prefixes
        }
        _ => value.clone(),
    })
}

const BOOLEANS: [&str; 13] = [
    "index",
    "store",
    "doc_values",
    "norms",
    "coerce",
    "ignore_malformed",
    "eager_global_ordinals",
    "fielddata",
    "index_phrases",
    "ignore_z_value",
    "enable_position_increments",
    "preserve_separators",
    "preserve_position_increments",
];

/// Parameters that any type takes.
const COMMON: [&str; 9] = [
    "index",
    "store",
    "doc_values",
    "copy_to",
    "boost",
    "meta",
    "similarity",
    "null_value",
    "index_options",
];

/// Parameters of single types.
const OWN: [(&str, &[&str]); 10] = [
    (
        "text",
        &[
            "analyzer",
            "search_analyzer",
            "search_quote_analyzer",
            "norms",
            "fielddata",
            "fielddata_frequency_filter",
            "eager_global_ordinals",
            "index_prefixes",
            "index_phrases",
            "position_increment_gap",
            "term_vector",
        ],
    ),
    (
        "keyword",
        &[
            "ignore_above",
            "norms",
            "normalizer",
            "eager_global_ordinals",
            "split_queries_on_whitespace",
        ],
    ),
    ("date", &["format", "locale", "ignore_malformed", "print_format"]),
    ("date_nanos", &["format", "locale", "ignore_malformed", "print_format"]),
    ("date_range", &["format", "locale", "coerce"]),
    ("scaled_float", &["scaling_factor", "coerce", "ignore_malformed"]),
    ("boolean", &["ignore_malformed"]),
    ("ip", &["ignore_malformed"]),
    ("geo_point", &["ignore_malformed", "ignore_z_value"]),
    ("alias", &["path"]),
];

/// Types whose parameters are listed here; of the others every parameter is kept.
const LISTED: [&str; 17] = [
    "text",
    "keyword",
    "date",
    "date_nanos",
    "date_range",
    "scaled_float",
    "boolean",
    "ip",
    "geo_point",
    "alias",
    "long",
    "integer",
    "short",
    "byte",
    "double",
    "float",
    "half_float",
];

fn knows(field_type: &str, key: &str) -> bool {
    let own = OWN.iter().find(|(name, _)| *name == field_type).map_or(&[][..], |(_, keys)| keys);
    let number =
        LISTED[10..].contains(&field_type) && ["coerce", "ignore_malformed"].contains(&key);
    !LISTED.contains(&field_type) || COMMON.contains(&key) || own.contains(&key) || number
}

/// Unknown parameters of a dynamic template fail at index time on Elasticsearch 7.7 to 7.10 and on OpenSearch; elsewhere they are
/// dropped, or the template was refused.
fn refuses_unknown(engine: Engine) -> bool {
    match engine.product {
        Product::OpenSearch => true,
        Product::Elasticsearch => engine.major == 7 && (7..=10).contains(&engine.minor),
    }
}

fn is_default(field_type: &str, key: &str, value: &Value) -> bool {
    match key {
        "index" => *value == Value::Bool(true),
        "store" | "fielddata" | "index_phrases" => *value == Value::Bool(false),
        "eager_global_ordinals" => *value == Value::Bool(field_type == "join"),
        "doc_values" => *value == Value::Bool(!matches!(field_type, "binary" | "wildcard")),
        "norms" => *value == Value::Bool(field_type == "text"),
        "ignore_above" => *value == json!(2_147_483_647),
        "boost" => value.as_f64() == Some(1.0),
        "format" => {
            field_type == "date" && *value == json!("strict_date_optional_time||epoch_millis")
        }
        "null_value" => value.is_null(),
        _ => false,
    }
}

/// Parameters that the engine prints although nobody set them.
fn add_always_printed(leaf: &mut LeafField, engine: Engine) {
    let defaults: &[(&str, Value)] = &match leaf.field_type.as_str() {
        "completion" => vec![
            ("analyzer", json!("simple")),
            ("preserve_separators", json!(true)),
            ("preserve_position_increments", json!(true)),
            ("max_input_length", json!(50)),
        ],
        "join" => vec![("eager_global_ordinals", json!(true))],
        "wildcard" if engine.product == Product::OpenSearch => {
            vec![("doc_values", json!(engine.major >= 3))]
        }
        "version" if engine.product == Product::OpenSearch => vec![("index", json!(true))],
        "dense_vector" if (engine.major, engine.minor) >= (8, 11) => {
            let options = json!({"type": "int8_hnsw", "m": 16, "ef_construction": 100});
            let mut always = vec![("index", json!(true)), ("similarity", json!("cosine"))];
            if (engine.major, engine.minor) >= (8, 14) {
                always.push(("index_options", options));
            }
            always
        }
        "search_as_you_type" => {
            vec![("doc_values", json!(false)), ("max_shingle_size", json!(3))]
        }
        _ => Vec::new(),
    };
    for (key, value) in defaults {
        leaf.params.entry(*key).or_insert_with(|| value.clone());
    }
}

fn boolean(key: &str, value: &Value) -> Result<bool, ParameterError> {
    match value {
        Value::Bool(flag) => Ok(*flag),
        Value::String(text) if text == "true" => Ok(true),
        Value::String(text) if text == "false" => Ok(false),
        Value::String(text) => Err(ParameterError::NotBoolean(key.to_owned(), text.clone())),
        other => Err(ParameterError::NotBoolean(key.to_owned(), other.to_string())),
    }
}

fn number(value: &Value) -> Value {
    value
        .as_str()
        .and_then(|text| text.parse::<i64>().ok())
        .map_or_else(|| value.clone(), Value::from)
}

fn decimal(value: &Value) -> Value {
    let read = value.as_f64().or_else(|| value.as_str().and_then(|text| text.parse().ok()));
    read.map_or_else(|| value.clone(), Value::from)
}

/// Any other name is refused when the first document needs it.
fn is_type(name: &str) -> bool {
    KNOWN_TYPES.contains(&name)
}

/// Types of the engines and of their usual plugins.
const KNOWN_TYPES: [&str; 58] = [
    "text",
    "keyword",
    "long",
    "integer",
    "short",
    "byte",
    "double",
    "float",
    "half_float",
    "scaled_float",
    "boolean",
    "date",
    "date_nanos",
    "ip",
    "binary",
    "geo_point",
    "geo_shape",
    "integer_range",
    "long_range",
    "float_range",
    "double_range",
    "date_range",
    "ip_range",
    "completion",
    "token_count",
    "alias",
    "join",
    "percolator",
    "rank_feature",
    "rank_features",
    "feature",
    "feature_vector",
    "dense_vector",
    "sparse_vector",
    "flattened",
    "flat_object",
    "unsigned_long",
    "wildcard",
    "constant_keyword",
    "match_only_text",
    "search_as_you_type",
    "version",
    "histogram",
    "knn_vector",
    "point",
    "shape",
    "annotated_text",
    "icu_collation_keyword",
    "murmur3",
    "aggregate_metric_double",
    "semantic_text",
    "semantic",
    "passthrough",
    "derived",
    "star_tree",
    "counted_keyword",
    "rank_vectors",
    "xy_point",
];

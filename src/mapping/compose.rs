//! What a new index gets from the cluster's templates.
//!
//! In: the templates as the cluster prints them, and the index's name. Out: mapping and settings that the index is born with,
//! and the names of the templates that took part. Sources: `MetadataCreateIndexService` (legacy: every match, lowest `order`
//! first, deep merge), `MetadataIndexTemplateService` (composable: the highest `priority` alone, its components in the order
//! listed, then its own). It refuses to know aliases and data stream lifecycles.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::read::{MappingError, read};
use crate::model::mapping::Mapping;

/// Templates of one cluster, by name, each body as the cluster prints it (below `index_template`, `component_template`).
#[derive(Clone, Copy, Debug)]
pub struct Templates<'a> {
    /// Legacy templates (`_template`).
    pub legacy: &'a BTreeMap<String, Value>,
    /// Composable templates (`_index_template`).
    pub index: &'a BTreeMap<String, Value>,
    /// Component templates (`_component_template`).
    pub component: &'a BTreeMap<String, Value>,
}

/// What a new index is born with.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Composed {
    /// Its mapping; empty where no template has one.
    pub mapping: Mapping,
    /// Its settings, merged; an object.
    pub settings: Value,
    /// The templates that took part, weakest first.
    pub from: Vec<String>,
}

/// What an index called `name` gets; `type_name` as in [`read`].
pub fn compose(
    name: &str,
    templates: Templates<'_>,
    type_name: Option<&str>,
) -> Result<Composed, MappingError> {
    let parts = match best(name, templates.index) {
        Some((found, body)) => composable_parts(found, body, templates.component),
        None => legacy_parts(name, templates.legacy),
    };
    let mut composed = Composed { settings: Value::Object(Map::new()), ..Composed::default() };
    let mut mappings = Map::new();
    for part in &parts {
        composed.from.push(part.name.clone());
        if let Some(settings) = part.settings {
            merge(&mut composed.settings, &flat_settings(settings));
        }
        if let Some(Value::Object(more)) = part.mappings {
            merge_mappings(&mut mappings, more, part.style);
        }
    }
    composed.mapping = read(&Value::Object(mappings), type_name)?;
    Ok(composed)
}

struct Part<'a> {
    name: String,
    settings: Option<&'a Value>,
    mappings: Option<&'a Value>,
    style: Style,
}

/// How a field of a stronger template meets one of a weaker.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    /// Legacy: definitions are merged key by key.
    Deep,
    /// Composable: the stronger definition of a leaf replaces the weaker.
    Replace,
}

fn best<'a>(name: &str, templates: &'a BTreeMap<String, Value>) -> Option<(&'a str, &'a Value)> {
    let matching = templates.iter().filter(|(_, body)| matches(name, body));
    let priority = |body: &Value| body.get("priority").and_then(Value::as_u64).unwrap_or(0);
    let (found, body) = matching.max_by_key(|(_, body)| priority(body))?;
    Some((found, body))
}

fn composable_parts<'a>(
    name: &str,
    body: &'a Value,
    components: &'a BTreeMap<String, Value>,
) -> Vec<Part<'a>> {
    let listed = body.get("composed_of").and_then(Value::as_array).into_iter().flatten();
    let named = listed.filter_map(Value::as_str).filter_map(|n| Some((n, components.get(n)?)));
    let mut parts: Vec<_> =
        named.map(|(n, component)| part(n, component, Style::Replace)).collect();
    parts.push(part(name, body, Style::Replace));
    parts
}

fn legacy_parts<'a>(name: &str, templates: &'a BTreeMap<String, Value>) -> Vec<Part<'a>> {
    let order = |body: &Value| body.get("order").and_then(Value::as_i64).unwrap_or(0);
    let mut found: Vec<_> = templates.iter().filter(|(_, body)| matches(name, body)).collect();
    found.sort_by_key(|(_, body)| order(body));
    found.into_iter().map(|(n, body)| part(n, body, Style::Deep)).collect()
}

fn part<'a>(name: &str, body: &'a Value, style: Style) -> Part<'a> {
    let holder = body.get("template").filter(|t| t.is_object()).unwrap_or(body);
    Part {
        name: name.to_owned(),
        settings: holder.get("settings"),
        mappings: holder.get("mappings"),
        style,
    }
}

fn matches(name: &str, body: &Value) -> bool {
    let patterns = body.get("index_patterns").or_else(|| body.get("template"));
    match patterns {
        Some(Value::Array(list)) => {
            list.iter().filter_map(Value::as_str).any(|pattern| simple_match(pattern, name))
        }
        Some(Value::String(pattern)) => simple_match(pattern, name),
        _ => false,
    }
}

/// The engines' `Regex.simpleMatch`: `*` is any run of characters, everything else stands for itself.
fn simple_match(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(text) = text.strip_prefix(head) else { return false };
    if rest.is_empty() {
        return true;
    }
    let starts = text.char_indices().map(|(i, _)| i).chain([text.len()]);
    starts.into_iter().any(|i| simple_match(rest, &text[i..]))
}

/// Settings under one spelling: `index.` before every name, nested objects joined by dots.
fn flat_settings(settings: &Value) -> Value {
    let mut flat = Map::new();
    flatten("", settings, &mut flat);
    let named = flat.into_iter().map(|(key, value)| {
        if key.starts_with("index.") { (key, value) } else { (format!("index.{key}"), value) }
    });
    Value::Object(named.collect())
}

fn flatten(prefix: &str, value: &Value, into: &mut Map<String, Value>) {
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
                flatten(&path, inner, into);
            }
        }
        leaf => {
            into.insert(prefix.to_owned(), leaf.clone());
        }
    }
}

/// Deep merge; where both have a value that is no object, the stronger (`more`) wins.
fn merge(base: &mut Value, more: &Value) {
    match (base, more) {
        (Value::Object(base), Value::Object(more)) => {
            for (key, value) in more {
                match base.get_mut(key) {
                    Some(old) => merge(old, value),
                    None => {
                        base.insert(key.clone(), value.clone());
                    }
                }
            }
        }
        (base, more) => *base = more.clone(),
    }
}

fn merge_mappings(base: &mut Map<String, Value>, more: &Map<String, Value>, style: Style) {
    for (key, value) in more {
        match (key.as_str(), base.get_mut(key), value) {
            ("dynamic_templates", Some(Value::Array(old)), Value::Array(new)) => {
                merge_named(old, new, style);
            }
            ("properties", Some(Value::Object(old)), Value::Object(new)) => {
                merge_properties(old, new, style);
            }
            (_, Some(Value::Object(old)), Value::Object(new)) => merge_mappings(old, new, style),
            (_, Some(old), new) => *old = new.clone(),
            (_, None, new) => {
                base.insert(key.clone(), new.clone());
            }
        }
    }
}

fn merge_properties(base: &mut Map<String, Value>, more: &Map<String, Value>, style: Style) {
    for (name, value) in more {
        match (base.get_mut(name), value) {
            (Some(Value::Object(old)), Value::Object(new))
                if style == Style::Deep || (is_object(old) && is_object(new)) =>
            {
                merge_mappings(old, new, style);
            }
            _ => {
                base.insert(name.clone(), value.clone());
            }
        }
    }
}

fn is_object(field: &Map<String, Value>) -> bool {
    match field.get("type").and_then(Value::as_str) {
        None => true,
        Some(name) => name == "object" || name == "nested",
    }
}

/// Dynamic templates are told apart by name. Composable: the stronger replaces in place, new ones follow. Legacy: the
/// stronger template's entries come first (`XContentHelper.mergeDefaults`).
fn merge_named(base: &mut Vec<Value>, more: &[Value], style: Style) {
    let name = |entry: &Value| entry.as_object().and_then(|o| o.keys().next().cloned());
    match style {
        Style::Replace => {
            for entry in more {
                match base.iter_mut().find(|old| name(old) == name(entry)) {
                    Some(old) => *old = entry.clone(),
                    None => base.push(entry.clone()),
                }
            }
        }
        Style::Deep => {
            let weaker = std::mem::take(base);
            *base = more.to_vec();
            base.extend(
                weaker.into_iter().filter(|old| !more.iter().any(|e| name(e) == name(old))),
            );
        }
    }
}

//! Dynamic templates: which one a new field gets, and the definition that it gives (`DynamicTemplate`).
//!
//! In: templates of a mapping, a path, a name and a match type. Out: the definition with its place-holders filled. Patterns
//! that cannot be run make their template opaque: that is said by [`Template::opaque`], and the template matches nothing.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::engine::names;
use crate::engine::pattern::{JavaRegex, simple_match};
use crate::engine::switches::Switches;
use crate::model::mapping::DynamicTemplate;
use crate::model::path::visible;

/// A compiled dynamic template.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    pub name: Arc<str>,
    matches: Vec<Pattern>,
    unmatches: Vec<Pattern>,
    path_matches: Vec<Pattern>,
    path_unmatches: Vec<Pattern>,
    types: Vec<String>,
    unmatch_types: Vec<String>,
    /// It gives a runtime field (Elasticsearch 7.11+), not a mapped one.
    pub runtime: bool,
    body: Arc<Map<String, Value>>,
    /// A pattern that cannot be run, or a template that has no condition at all: matches nothing.
    pub opaque: bool,
    without_condition: bool,
}

#[derive(Clone, Debug)]
enum Pattern {
    Simple(String),
    Regex(JavaRegex),
}

/// The word for a kind of value that templates match by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MatchType {
    Object,
    String,
    Long,
    Double,
    Boolean,
    Date,
}

impl MatchType {
    fn word(self) -> &'static str {
        match self {
            Self::Object => "object",
            Self::String => "string",
            Self::Long => "long",
            Self::Double => "double",
            Self::Boolean => "boolean",
            Self::Date => "date",
        }
    }

    /// The type that a definition without `type` gets.
    pub(crate) fn default_type(self) -> &'static str {
        match self {
            Self::Object => "object",
            Self::String => "text",
            Self::Long => "long",
            Self::Double => "float",
            Self::Boolean => "boolean",
            Self::Date => "date",
        }
    }
}

impl Template {
    pub(crate) fn compile(template: &DynamicTemplate, switches: &Switches) -> Self {
        let regex = template.body.get("match_pattern").and_then(Value::as_str) == Some("regex");
        let mut opaque = false;
        let mut patterns = |key: &str| {
            let texts = texts(template.body.get(key), switches);
            let compile = |text: String| {
                if regex {
                    JavaRegex::compile(&text).map(Pattern::Regex)
                } else {
                    Ok(Pattern::Simple(text))
                }
            };
            let compiled: Result<Vec<_>, _> = texts.into_iter().map(compile).collect();
            compiled.unwrap_or_else(|_| {
                opaque = true;
                Vec::new()
            })
        };
        let (matches, unmatches) = (patterns("match"), patterns("unmatch"));
        let (path_matches, path_unmatches) = (patterns("path_match"), patterns("path_unmatch"));
        let types = types(template.body.get("match_mapping_type"));
        let conditions = ["match", "path_match", "match_mapping_type", "unmatch", "path_unmatch"];
        let body = template.body.get("mapping").or_else(|| template.body.get("runtime"));
        Self {
            name: template.name.as_str().into(),
            without_condition: !conditions.iter().any(|key| template.body.contains_key(*key)),
            unmatch_types: types_of(template, "unmatch_mapping_type", switches),
            runtime: template.body.contains_key("runtime"),
            body: Arc::new(body.and_then(Value::as_object).cloned().unwrap_or_default()),
            matches,
            unmatches,
            path_matches,
            path_unmatches,
            types,
            opaque,
        }
    }

    /// Whether the template takes a new field: full path, last name, kind.
    pub(crate) fn takes(&self, path: &[u8], name: &[u8], kind: MatchType) -> bool {
        let (path, name) = (visible(path), visible(name));
        let any = |patterns: &[Pattern], text: &str| patterns.iter().any(|p| p.takes(text));
        let word = |words: &[String]| words.iter().any(|w| w == kind.word() || w == "*");
        !self.opaque
            && !self.without_condition
            && (self.path_matches.is_empty() || any(&self.path_matches, &path))
            && (self.matches.is_empty() || any(&self.matches, &name))
            && !any(&self.path_unmatches, &path)
            && !any(&self.unmatches, &name)
            && (self.types.is_empty() || word(&self.types))
            && !word(&self.unmatch_types)
    }

    /// The definition for a field: `type` filled in, place-holders replaced in keys and values at any depth. The type is
    /// looked up by a word in which only the dynamic type was replaced.
    pub(crate) fn definition(&self, name: &[u8], kind: MatchType) -> Map<String, Value> {
        let name = visible(names::last_segment(name));
        let mut filled = fill_map(&self.body, &|text| fill(text, &name, kind.default_type()));
        let word = match self.body.get("type").and_then(Value::as_str) {
            Some(text) => fill_type(text, kind.default_type()),
            None => kind.default_type().to_owned(),
        };
        filled.insert("type".to_owned(), Value::String(word));
        filled
    }
}

impl Pattern {
    fn takes(&self, text: &str) -> bool {
        match self {
            Self::Simple(pattern) => simple_match(pattern, text),
            // A pattern that runs into its step limit matches nothing; the template is named as opaque by its pattern's size alone.
            Self::Regex(regex) => regex.matches(text).unwrap_or(false),
        }
    }
}

/// Lists are patterns one by one from 8.11 on; before, a list is its Java text, which matches nothing.
fn texts(value: Option<&Value>, switches: &Switches) -> Vec<String> {
    match value {
        None => Vec::new(),
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Array(list)) => {
            let items: Vec<_> = list.iter().map(plain).collect();
            if switches.pattern_lists { items } else { vec![format!("[{}]", items.join(", "))] }
        }
        Some(other) => vec![plain(other)],
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn types(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::Array(list)) => list.iter().map(plain).collect(),
        Some(one) => vec![plain(one)],
        None => Vec::new(),
    }
}

fn types_of(template: &DynamicTemplate, key: &str, switches: &Switches) -> Vec<String> {
    if switches.unmatch_mapping_type { types(template.body.get(key)) } else { Vec::new() }
}

fn fill(text: &str, name: &str, kind: &str) -> String {
    fill_type(&text.replace("{name}", name), kind)
}

fn fill_type(text: &str, kind: &str) -> String {
    text.replace("{dynamic_type}", kind).replace("{dynamicType}", kind)
}

fn fill_map(map: &Map<String, Value>, fill: &dyn Fn(&str) -> String) -> Map<String, Value> {
    map.iter().map(|(key, value)| (fill(key), fill_value(value, fill))).collect()
}

fn fill_value(value: &Value, fill: &dyn Fn(&str) -> String) -> Value {
    match value {
        Value::String(text) => Value::String(fill(text)),
        Value::Array(list) => Value::Array(list.iter().map(|v| fill_value(v, fill)).collect()),
        Value::Object(map) => Value::Object(fill_map(map, fill)),
        other => other.clone(),
    }
}

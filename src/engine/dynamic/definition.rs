//! The definition of a new leaf: the default of its kind, or what a template makes of it (`DynamicFieldsBuilder`, `DynamicTemplate`).

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::guess::Guess;
use super::{Detector, find_template, inherited};
use crate::engine::date::{DEFAULT_FORMAT, SLASH_FORMAT};
use crate::engine::document::{Doc, NewMapper};
use crate::engine::failure::{Failure, Outcome};
use crate::engine::field::Rule;
use crate::engine::switches::{DateExtra, FieldError, Switches};
use crate::engine::template::{MatchType, Template};
use crate::engine::tree::{self, Node, ObjectNode};
use crate::mapping::{self, ParameterError};
use crate::model::mapping::{Field, LeafField};
use crate::model::path::{FieldPath, visible};
use crate::model::timeline::Decision;

pub(super) fn build_leaf(
    doc: &Doc<'_>,
    parent: &ObjectNode,
    name: &[u8],
    guess: Guess,
) -> Outcome<NewMapper> {
    if let Some(template) = find_template(doc, name, guess.kind) {
        let mut new = from_template(doc, template, parent, name, guess.kind)?;
        if let (Some(detector), Field::Leaf(leaf)) = (&guess.date, &mut new.definition)
            && leaf.field_type == "date"
            && !leaf.params.contains_key("format")
        {
            put_format(leaf, detector, doc.switches());
            new.node = compile(doc, leaf, &new.full);
            as_detected(doc, &mut new);
        }
        return Ok(new);
    }
    let leaf = default_definition(&guess, doc.switches());
    let full = doc.path_as_text(name);
    let node = compile(doc, &leaf, &full);
    let mut new = NewMapper { full, node, definition: Field::Leaf(leaf), decision: guess.decision };
    if guess.date.is_some() {
        as_detected(doc, &mut new);
    }
    Ok(new)
}

/// On 6.x the first parse uses the detecting formatter, which has just taken the value; the field in the mapping reads its
/// printed format again, more leniently.
fn as_detected(doc: &Doc<'_>, new: &mut NewMapper) {
    if doc.switches().field_error != FieldError::WithPreview
        && let Node::Field(field) = &mut new.node
    {
        Arc::make_mut(field).rule = Rule::Taken;
    }
}

pub(super) fn compile(doc: &Doc<'_>, leaf: &LeafField, full: &[u8]) -> Node {
    tree::leaf(leaf, full, doc.world.surroundings())
}

fn default_definition(guess: &Guess, switches: &Switches) -> LeafField {
    let mut leaf = LeafField {
        field_type: guess.kind.default_type().to_owned(),
        fields: BTreeMap::new(),
        params: Map::new(),
    };
    if guess.kind == MatchType::String {
        let params = Map::from_iter([("ignore_above".to_owned(), json!(256))]);
        let fields = BTreeMap::new();
        let keyword = LeafField { field_type: "keyword".to_owned(), fields, params };
        leaf.fields.insert("keyword".into(), keyword);
    }
    if let Some(detector) = &guess.date {
        put_format(&mut leaf, detector, switches);
    }
    leaf
}

/// A date made by detection prints the format that detected it, unless that is the default.
fn put_format(leaf: &mut LeafField, detector: &Detector, switches: &Switches) {
    if &*detector.pattern == DEFAULT_FORMAT {
        return;
    }
    leaf.params.insert("format".to_owned(), Value::from(&*detector.pattern));
    match switches.date_extra {
        DateExtra::None => {}
        DateExtra::Locale if &*detector.pattern != SLASH_FORMAT => {}
        DateExtra::Locale => {
            leaf.params.insert("locale".to_owned(), Value::from(""));
        }
        DateExtra::PrintFormat => {
            let first = detector.pattern.split("||").next().unwrap_or_default();
            if first == "strict_date_optional_time" {
                return;
            }
            leaf.params.insert("print_format".to_owned(), Value::from(first));
        }
    }
}

pub(super) fn from_template(
    doc: &Doc<'_>,
    template: &Template,
    parent: &ObjectNode,
    name: &[u8],
    kind: MatchType,
) -> Outcome<NewMapper> {
    let full = doc.path_as_text(name);
    let body = template.definition(name, kind);
    let decision = Decision::DynamicTemplate(template.name.to_string());
    let field_type = body.get("type").and_then(Value::as_str).unwrap_or_default();
    if field_type == "object" || field_type == "nested" {
        let mut object = mapping::read_object(&body, &FieldPath(vec![name.into()]))
            .map_err(|error| Failure::mapper(error.to_string()))?;
        object.params.retain(|key, _| OBJECT_PARAMETERS.contains(&key.as_str()));
        let node = tree::object(&object, &full, inherited(doc, parent), doc.world.surroundings());
        let node = Node::Object(Arc::new(node));
        return Ok(NewMapper { full, node, definition: Field::Object(object), decision });
    }
    let engine = doc.switches().engine;
    let mut leaf = mapping::leaf_as_printed(&body, kind.default_type(), engine)
        .map_err(|error| refused_parameter(doc, &error, name))?;
    mapping::drop_index_default(&mut leaf, engine, doc.world.settings.ignore_malformed);
    let node = compile(doc, &leaf, &full);
    Ok(NewMapper { full, node, definition: Field::Leaf(leaf), decision })
}

/// What an object takes beside `dynamic`, `enabled`, `properties`; anything else in a template is dropped.
const OBJECT_PARAMETERS: [&str; 4] =
    ["include_in_parent", "include_in_root", "include_in_all", "subobjects"];

fn refused_parameter(doc: &Doc<'_>, error: &ParameterError, name: &[u8]) -> Failure {
    let name = visible(name);
    match error {
        ParameterError::UnknownType(found) => {
            Failure::mapper(format!("failed to find type parsed [{found}] for [{name}]"))
        }
        ParameterError::Unknown(key, found) => Failure::mapper(format!(
            "unknown parameter [{key}] on mapper [{name}] of type [{found}]"
        )),
        ParameterError::NotBoolean(key, value) => {
            let inner = Failure::argument(format!(
                "Failed to parse value [{value}] as only [true] or [false] are allowed."
            ));
            match doc.switches().field_error {
                FieldError::WithPreview => inner,
                _ => Failure::argument(format!("Could not convert [{name}.{key}] to boolean"))
                    .because(inner),
            }
        }
    }
}

//! What an unmapped name becomes (`DocumentParser`, `DynamicFieldsBuilder`).
//!
//! In: a token under a name that nothing maps, and the object that it falls into. Out: a new mapper, registered and given the
//! token; or nothing, or the exception. It refuses to know how several new mappers of one name become one; that is `update`.

mod definition;
mod guess;
mod obstacle;
mod runtime;

use std::sync::Arc;

use serde_json::{Map, json};

use self::definition::{build_leaf, compile, from_template};
use self::guess::guess;

use crate::engine::date::DateFormat;
use crate::engine::document::{Doc, NewMapper};
use crate::engine::failure::{Failure, Outcome};
use crate::engine::field;
use crate::engine::limits;
use crate::engine::metadata;
use crate::engine::names;
use crate::engine::template::{MatchType, Template};
use crate::engine::tree::{FieldNode, Node, ObjectNode};
use crate::model::fate::{LossCause, RejectClass};
use crate::model::mapping::{Dynamic, Field, LeafField, ObjectField};
use crate::model::path::visible;
use crate::model::timeline::Decision;

/// A format of date detection.
#[derive(Clone, Debug)]
pub(crate) struct Detector {
    pub pattern: Arc<str>,
    pub format: Arc<DateFormat>,
}

/// The `dynamic` that holds for a new name in `parent`. OpenSearch's `*_allow_templates` act as true where a template takes
/// the name; arrays and dotted parents are looked up as objects.
pub(crate) fn mode(doc: &Doc<'_>, parent: &ObjectNode, name: &[u8]) -> Dynamic {
    allowed(doc, parent.dynamic, name, MatchType::Object)
}

fn allowed(doc: &Doc<'_>, dynamic: Dynamic, name: &[u8], kind: MatchType) -> Dynamic {
    match dynamic {
        Dynamic::StrictAllowTemplates | Dynamic::FalseAllowTemplates
            if find_template(doc, name, kind).is_some() =>
        {
            Dynamic::True
        }
        other => other,
    }
}

fn find_template<'t>(doc: &Doc<'t>, name: &[u8], kind: MatchType) -> Option<&'t Template> {
    if doc.world.templates.is_empty() {
        return None;
    }
    let full = doc.path_as_text(name);
    doc.world.templates.iter().find(|template| template.takes(&full, name, kind))
}

/// A new object under `parent`, or what the template for objects makes of it.
///
/// `None` where the limit on fields is reached and new fields beyond it are ignored.
pub(crate) fn new_object(
    doc: &mut Doc<'_>,
    parent: &ObjectNode,
    name: &[u8],
) -> Outcome<Option<Node>> {
    let new = build_object(doc, parent, name)?;
    let node = new.node.clone();
    Ok(register(doc, new)?.then_some(node))
}

/// Whether the template for objects makes a nested one.
pub(crate) fn would_be_nested(doc: &Doc<'_>, parent: &ObjectNode, name: &[u8]) -> Outcome<bool> {
    let new = build_object(doc, parent, name)?;
    Ok(matches!(new.node, Node::Object(object) if object.nested))
}

/// From 8.11 on an array of 128 to 4096 new floats, touched by no template, is a vector.
pub(crate) fn make_vector(doc: &mut Doc<'_>, name: &[u8], floats: usize) {
    if !doc.switches().vectors || !(128..=4096).contains(&floats) {
        return;
    }
    let full = doc.path_as_text(name);
    let is_float = |new: &NewMapper| {
        new.decision == Decision::Default("decimals") && new.definition.type_name() == "float"
    };
    let mut mine = doc.walked.new.iter().filter(|new| new.full == full).peekable();
    if mine.peek().is_none() || !mine.all(is_float) {
        return;
    }
    let mut params = Map::new();
    params.insert("dims".to_owned(), json!(floats));
    params.insert("index".to_owned(), json!(true));
    params.insert("similarity".to_owned(), json!("cosine"));
    if doc.switches().vector_options {
        let options = json!({"type": "int8_hnsw", "m": 16, "ef_construction": 100});
        params.insert("index_options".to_owned(), options);
    }
    let fields = std::collections::BTreeMap::new();
    let leaf = LeafField { field_type: "dense_vector".to_owned(), fields, params };
    let node = compile(doc, &leaf, &full);
    doc.walked.new.retain(|new| new.full != full);
    let decision = Decision::Default("decimals");
    doc.walked.new.push(NewMapper { full, node, definition: Field::Leaf(leaf), decision });
}

fn build_object(doc: &Doc<'_>, parent: &ObjectNode, name: &[u8]) -> Outcome<NewMapper> {
    let full = doc.path_as_text(name);
    match find_template(doc, name, MatchType::Object) {
        Some(template) => from_template(doc, template, parent, name, MatchType::Object),
        None => {
            let node = ObjectNode::plain(full.clone(), inherited(doc, parent));
            Ok(NewMapper {
                full,
                node: Node::Object(Arc::new(node)),
                definition: Field::Object(ObjectField::default()),
                decision: Decision::Default("objects"),
            })
        }
    }
}

/// The `dynamic` that a new object without its own has. Up to 7.10 and on OpenSearch an ancestor that this document made is
/// not asked: true.
fn inherited(doc: &Doc<'_>, parent: &ObjectNode) -> Dynamic {
    let known = parent.full.is_empty() || doc.world.root.find(&parent.full).is_some();
    if known || doc.switches().new_objects_inherit { parent.dynamic } else { Dynamic::True }
}

/// The object that a dotted name needs: no leaf, and nothing nested.
pub(crate) fn new_parent(
    doc: &mut Doc<'_>,
    parent: &ObjectNode,
    segment: &[u8],
) -> Outcome<Arc<ObjectNode>> {
    let new = build_object(doc, parent, segment)?;
    let object = match &new.node {
        Node::Object(object) => Arc::clone(object),
        Node::Field(field) => return Err(obstacle::not_an_object(doc, field)),
        Node::Alias(_) => return Err(Failure::state("an alias cannot hold fields")),
    };
    if object.nested {
        let full = visible(&doc.path_as_text(segment));
        return Err(Failure::mapper(format!(
            "It is forbidden to create dynamic nested objects ([{full}]) through `copy_to` or dots in field names"
        ))
        .class(RejectClass::DottedName)
        .field(|| names::path(&object.full)));
    }
    register(doc, new)?;
    Ok(object)
}

/// An object that stands for a name under `dynamic: runtime`: its leaves are looked at, itself is not mapped.
pub(crate) fn phantom_object(parent: &ObjectNode, full: &[u8]) -> Arc<ObjectNode> {
    Arc::new(ObjectNode::plain(full.to_vec(), parent.dynamic))
}

/// An unmapped array whose template (looked up as object) gives a field that reads arrays itself.
pub(crate) fn new_array_field(doc: &mut Doc<'_>, name: &[u8]) -> Outcome<Option<Arc<FieldNode>>> {
    let Some(template) = find_template(doc, name, MatchType::Object) else { return Ok(None) };
    let root = Arc::clone(&doc.world.root);
    let new = from_template(doc, template, &root, name, MatchType::Object)?;
    match &new.node {
        Node::Field(field) if field::takes_arrays(field, doc.switches()) => {
            let field = Arc::clone(field);
            Ok(register(doc, new)?.then_some(field))
        }
        _ => Ok(None),
    }
}

/// `parseDynamicValue`: a scalar (or, for a copy, whatever stands there) under a new name.
pub(crate) fn parse_value(doc: &mut Doc<'_>, parent: &Arc<ObjectNode>, name: &[u8]) -> Outcome {
    let full = doc.path_as_text(name);
    let token = doc.token();
    match parent.dynamic {
        Dynamic::Strict => return Err(doc.strict(parent, Dynamic::Strict, name)),
        Dynamic::False => {
            doc.lose(&full, LossCause::NotMapped);
            return Ok(());
        }
        Dynamic::True | Dynamic::Runtime => {}
        Dynamic::StrictAllowTemplates | Dynamic::FalseAllowTemplates => {
            let guess = guess(doc, token, name)?;
            match allowed(doc, parent.dynamic, name, guess.kind) {
                Dynamic::StrictAllowTemplates => {
                    return Err(doc.strict(parent, Dynamic::StrictAllowTemplates, name));
                }
                Dynamic::FalseAllowTemplates => {
                    doc.lose(&full, LossCause::NotMapped);
                    return Ok(());
                }
                _ => {}
            }
        }
    }
    metadata::refuse_existing(doc, &full)?;
    let guess = guess(doc, token, name)?;
    if doc.world.runtime.contains(&visible(&full)) {
        return Ok(());
    }
    match find_template(doc, name, guess.kind) {
        Some(template) if template.runtime => {
            return runtime::runtime_from_template(doc, &full, template, name, guess.kind);
        }
        None if parent.dynamic == Dynamic::Runtime => {
            return runtime::runtime_field(doc, &full, &guess);
        }
        _ => {}
    }
    let new = build_leaf(doc, parent, name, guess)?;
    let node = new.node.clone();
    if !register(doc, new)? {
        return Ok(());
    }
    match node {
        Node::Field(field) => doc.parse_field(&field),
        other => doc.parse_node(&other),
    }
}

/// Whether there was room: beyond the limit on fields a new one may be ignored.
fn register(doc: &mut Doc<'_>, new: NewMapper) -> Outcome<bool> {
    if !limits::check_new(doc, &new)? {
        doc.lose(&new.full, LossCause::BeyondLimit);
        return Ok(false);
    }
    doc.walked.new.push(new);
    Ok(true)
}

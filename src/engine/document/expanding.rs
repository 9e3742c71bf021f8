//! The walk of Elasticsearch 8.1 and later: dots in names are objects in the token stream already, so that one step of the walk
//! is one object (`DocumentParser`, `DotExpandingXContentParser`).
//!
//! In: the state of a walk before its first token. Out: what [`Doc`] gathers, or the exception that the item shows.

use std::borrow::Cow;
use std::sync::Arc;

use crate::engine::document::{Doc, copy, enter_object};
use crate::engine::dynamic;
use crate::engine::failure::{Failure, Outcome};
use crate::engine::field;
use crate::engine::limits;
use crate::engine::metadata;
use crate::engine::names;
use crate::engine::switches::Repeats;
use crate::engine::tape::Token;
use crate::engine::tree::{FieldNode, Node, ObjectNode};
use crate::model::fate::{LossCause, RejectClass};
use crate::model::mapping::Dynamic;
use crate::model::path::visible;

/// `DocumentParser#parseDocument`, exceptions wrapped as it wraps them.
pub(crate) fn walk(doc: &mut Doc<'_>) -> Outcome {
    let located = doc.switches().located;
    match doc.parser.advance().map_err(|failure| outside(failure, located))? {
        Some(Token::BeginObject) => {}
        _ => {
            let kind =
                if located { "document_parsing_exception" } else { "mapper_parsing_exception" };
            return Err(Failure::new(kind, "Malformed content, must start with an object")
                .class(RejectClass::NotAnObject));
        }
    }
    if let Err(failure) = inside(doc) {
        return Err(wrap(doc, failure));
    }
    match doc.parser.advance().map_err(|failure| outside(failure, located))? {
        None => Ok(()),
        Some(token) => {
            let word = token.word();
            let text = format!("Malformed content, found extra data after parsing: {word}");
            let failure = Failure::argument(text).class(RejectClass::NotAnObject);
            Err(if located { failure } else { Failure::mapper("failed to parse").because(failure) })
        }
    }
}

/// JSON faults before and after the document carry their own place.
fn outside(failure: Failure, located: bool) -> Failure {
    if !located {
        return Failure::mapper("failed to parse").because(failure);
    }
    if !failure.kind.starts_with("x_content") {
        return failure;
    }
    let place = failure.message().split_once(']').map_or("[0:0", |(place, _)| place);
    let text = format!("{place}] {}", failure.message());
    Failure::new("document_parsing_exception", text).because(failure)
}

fn wrap(doc: &Doc<'_>, failure: Failure) -> Failure {
    match (doc.switches().located, failure.kind.as_ref()) {
        (true, "document_parsing_exception" | "strict_dynamic_mapping_exception")
        | (false, "mapper_parsing_exception" | "strict_dynamic_mapping_exception") => failure,
        (true, _) => {
            let text = format!("failed to parse: {}", failure.message());
            doc.mapping_failure(text).because(failure)
        }
        (false, _) => Failure::mapper("failed to parse").because(failure),
    }
}

fn inside(doc: &mut Doc<'_>) -> Outcome {
    let root = Arc::clone(&doc.world.root);
    doc.parser.set_keep_dots(root.flat);
    if !root.enabled {
        return doc.parser.skip_children();
    }
    if doc.parser.advance()? == Some(Token::EndObject) {
        return Ok(());
    }
    parse_members(doc, &root)
}

/// `parseObjectOrNested`.
fn parse_object_or_nested(doc: &mut Doc<'_>, object: &Arc<ObjectNode>) -> Outcome {
    if enter_object(doc, object)? { parse_members(doc, object) } else { Ok(()) }
}

fn parse_members(doc: &mut Doc<'_>, object: &Arc<ObjectNode>) -> Outcome {
    let mut name: &[u8] = doc.parser.current_name().unwrap_or_default();
    loop {
        match doc.parser.current() {
            None => {
                return Err(doc.unended_object(&visible(&object.full), &visible(name)));
            }
            Some(Token::EndObject) => return Ok(()),
            Some(Token::Name(found)) => {
                name = found;
                check_name(doc, name)?;
            }
            Some(Token::BeginObject) => parse_object(doc, object, name)?,
            Some(Token::BeginArray) => parse_array(doc, object, name)?,
            Some(Token::Null) => parse_null(doc, object, name)?,
            Some(Token::EndArray) => {}
            Some(_) => parse_value(doc, object, name)?,
        }
        doc.parser.advance()?;
    }
}

/// Names that the expander lets through: empty ones where dots are kept, blank ones.
fn check_name(doc: &Doc<'_>, name: &[u8]) -> Outcome {
    if name.is_empty() {
        return Err(
            Failure::argument("Field name cannot be an empty string").class(RejectClass::FieldName)
        );
    }
    if names::is_blank(name) {
        let full = doc.path_as_text(name);
        let shown = visible(&full);
        return Err(doc
            .mapping_failure(format_args!("Field name cannot contain only whitespace: [{shown}]"))
            .class(RejectClass::FieldName)
            .field(|| names::path(&full)));
    }
    Ok(())
}

/// What a name stands for in an object.
enum Target<'n> {
    Mapped(Cow<'n, Node>),
    Metadata(&'static str),
    Nothing,
}

impl Target<'_> {
    /// The field, if it reads whole arrays itself.
    fn array_reader(&self, doc: &Doc<'_>) -> Option<&FieldNode> {
        match self {
            Target::Mapped(node) => match &**node {
                Node::Field(field) => Some(&**field),
                _ => None,
            },
            _ => None,
        }
        .filter(|field| field::takes_arrays(field, doc.switches()))
    }
}

fn target<'n>(doc: &Doc<'_>, object: &'n ObjectNode, name: &[u8]) -> Target<'n> {
    if let Some(metadata) = metadata::at_root(doc, name) {
        return Target::Metadata(metadata);
    }
    if let Some(node) = object.child(name) {
        return Target::Mapped(Cow::Borrowed(node));
    }
    if doc.switches().repeats == Repeats::FirstReused {
        let full = doc.path_as_text(name);
        let made = doc.walked.new.iter().find(|new| new.full == full);
        return made.map_or(Target::Nothing, |new| Target::Mapped(Cow::Owned(new.node.clone())));
    }
    Target::Nothing
}

fn is_runtime(doc: &Doc<'_>, name: &[u8]) -> bool {
    !doc.world.runtime.is_empty() && doc.world.runtime.contains(&visible(&doc.path_as_text(name)))
}

fn parse_object<'t>(doc: &mut Doc<'t>, object: &Arc<ObjectNode>, name: &'t [u8]) -> Outcome {
    match target(doc, object, name) {
        Target::Mapped(node) => parse_below(doc, object, name, &node),
        Target::Metadata(metadata) => metadata::parse(doc, metadata),
        Target::Nothing => parse_new_object(doc, object, name),
    }
}

/// `doParseObject`: one step down the content path; below `subobjects: false` dots are kept.
fn parse_below<'t>(
    doc: &mut Doc<'t>,
    object: &Arc<ObjectNode>,
    name: &'t [u8],
    node: &Node,
) -> Outcome {
    doc.path.push(name);
    let keep = doc.parser.keeps_dots();
    if let Node::Object(inner) = node
        && inner.flat
    {
        doc.parser.set_keep_dots(true);
    }
    match node {
        Node::Field(field) if flattens(doc, object, field) => flatten(doc, object)?,
        node => parse_node(doc, node)?,
    }
    doc.parser.set_keep_dots(keep);
    doc.path.pop();
    Ok(())
}

/// An object where a leaf that reads no objects is mapped under `subobjects: false`: its members are prefixed siblings.
fn flattens(doc: &Doc<'_>, object: &ObjectNode, field: &FieldNode) -> bool {
    object.flat && doc.token() == Token::BeginObject && !field::takes_objects(field)
}

fn flatten(doc: &mut Doc<'_>, object: &Arc<ObjectNode>) -> Outcome {
    doc.parser.advance()?;
    parse_flat_members(doc, object)
}

/// Members of an object below `subobjects: false`: their names are joined to those above with dots.
fn parse_flat_members(doc: &mut Doc<'_>, object: &Arc<ObjectNode>) -> Outcome {
    let mut name: &[u8] = b"";
    loop {
        match doc.parser.current() {
            None | Some(Token::EndObject) => return Ok(()),
            Some(Token::Name(found)) => name = found,
            Some(Token::BeginObject) => {
                doc.path.push(name);
                doc.parser.advance()?;
                parse_flat_members(doc, object)?;
                doc.path.pop();
            }
            Some(token) => flat_member(doc, object, name, token)?,
        }
        doc.parser.advance()?;
    }
}

fn flat_member<'t>(
    doc: &mut Doc<'t>,
    object: &Arc<ObjectNode>,
    name: &'t [u8],
    token: Token<'t>,
) -> Outcome {
    let full = doc.path_as_text(name);
    let inside = full.get(object.full.len()..).unwrap_or_default();
    let local = inside.strip_prefix(b".").unwrap_or(inside);
    if let Some(node) = object.child(local).cloned() {
        return match token {
            Token::BeginArray => parse_flat_elements(doc, &node),
            _ => parse_node(doc, &node),
        };
    }
    match token {
        Token::BeginArray => parse_new_array(doc, object, name),
        Token::Null => Ok(()),
        _ => dynamic::parse_value(doc, object, name),
    }
}

fn parse_flat_elements(doc: &mut Doc<'_>, node: &Node) -> Outcome {
    while let Some(token) = doc.parser.advance()? {
        match token {
            Token::EndArray => break,
            Token::BeginArray => parse_flat_elements(doc, node)?,
            _ => parse_node(doc, node)?,
        }
    }
    Ok(())
}

fn parse_new_object<'t>(doc: &mut Doc<'t>, object: &Arc<ObjectNode>, name: &'t [u8]) -> Outcome {
    match dynamic::mode(doc, object, name) {
        Dynamic::Strict | Dynamic::StrictAllowTemplates => {
            Err(doc.strict(object, object.dynamic, name))
        }
        Dynamic::False | Dynamic::FalseAllowTemplates => {
            let full = doc.path_as_text(name);
            doc.lose(&full, LossCause::NotMapped);
            doc.parser.skip_children()
        }
        Dynamic::Runtime => {
            let full = doc.path_as_text(name);
            let node = Node::Object(dynamic::phantom_object(object, &full));
            parse_below(doc, object, name, &node)
        }
        Dynamic::True if object.flat => parse_dissolved(doc, object, name),
        Dynamic::True => match dynamic::new_object(doc, object, name)? {
            Some(node) => parse_below(doc, object, name, &node),
            None => doc.parser.skip_children(),
        },
    }
}

/// A new object under `subobjects: false` is no object: its members are fields of the object above.
fn parse_dissolved<'t>(doc: &mut Doc<'t>, object: &Arc<ObjectNode>, name: &'t [u8]) -> Outcome {
    if dynamic::would_be_nested(doc, object, name)? {
        let (name, full) = (visible(name), visible(&object.full));
        return Err(doc.mapping_failure(format_args!(
            "Tried to add nested object [{name}] to object [{full}] which does not support subobjects"
        )));
    }
    doc.path.push(name);
    flatten(doc, object)?;
    doc.path.pop();
    Ok(())
}

fn parse_array<'t>(doc: &mut Doc<'t>, object: &Arc<ObjectNode>, name: &'t [u8]) -> Outcome {
    let target = target(doc, object, name);
    if let Some(field) = target.array_reader(doc) {
        return doc.parse_field(field);
    }
    match target {
        Target::Mapped(_) | Target::Metadata(_) => parse_elements(doc, object, name),
        Target::Nothing if is_runtime(doc, name) => parse_elements(doc, object, name),
        Target::Nothing => parse_new_array(doc, object, name),
    }
}

fn parse_new_array<'t>(doc: &mut Doc<'t>, object: &Arc<ObjectNode>, name: &'t [u8]) -> Outcome {
    match dynamic::mode(doc, object, name) {
        Dynamic::Strict | Dynamic::StrictAllowTemplates => {
            Err(doc.strict(object, object.dynamic, name))
        }
        Dynamic::False | Dynamic::FalseAllowTemplates => {
            let full = doc.path_as_text(name);
            doc.lose(&full, LossCause::NotMapped);
            doc.parser.skip_children()
        }
        Dynamic::True | Dynamic::Runtime => match dynamic::new_array_field(doc, name)? {
            Some(field) => doc.parse_field(&field),
            None => parse_elements(doc, object, name),
        },
    }
}

/// `parseNonDynamicArray`.
fn parse_elements<'t>(doc: &mut Doc<'t>, object: &Arc<ObjectNode>, name: &'t [u8]) -> Outcome {
    // Numbers of floats and of other tokens in the arrays that are open, the innermost last.
    let mut open = vec![(0_usize, 0_usize)];
    loop {
        let Some(token) = doc.parser.advance()? else {
            return Err(doc.unended_array(object, name));
        };
        if let Some((floats, others)) = open.last_mut() {
            match token {
                Token::Float(_) => *floats += 1,
                Token::EndArray => {}
                _ => *others += 1,
            }
        }
        match token {
            Token::EndArray => {
                if let Some((floats, 0)) = open.pop() {
                    dynamic::make_vector(doc, name, floats);
                }
                if open.is_empty() {
                    return Ok(());
                }
            }
            Token::BeginObject => {
                limits::count_array_object(doc)?;
                parse_object(doc, object, name)?;
            }
            // An array in an array goes the way of the outer one, without a call, so that depth costs no stack.
            Token::BeginArray => match target(doc, object, name).array_reader(doc) {
                Some(field) => doc.parse_field(field)?,
                None => open.push((0, 0)),
            },
            Token::Null => parse_null(doc, object, name)?,
            _ => parse_value(doc, object, name)?,
        }
    }
}

fn parse_value<'t>(doc: &mut Doc<'t>, object: &Arc<ObjectNode>, name: &'t [u8]) -> Outcome {
    match target(doc, object, name) {
        Target::Mapped(node) => parse_node(doc, &node),
        Target::Metadata(metadata) => metadata::parse(doc, metadata),
        Target::Nothing if is_runtime(doc, name) => Ok(()),
        Target::Nothing => dynamic::parse_value(doc, object, name),
    }
}

fn parse_null<'t>(doc: &mut Doc<'t>, object: &Arc<ObjectNode>, name: &'t [u8]) -> Outcome {
    let strict = if doc.switches().null_strict_inherited {
        object.dynamic == Dynamic::Strict
    } else {
        object.own == Some(Dynamic::Strict)
    };
    match target(doc, object, name) {
        Target::Mapped(node) => parse_node(doc, &node),
        Target::Metadata(metadata) => metadata::parse(doc, metadata),
        Target::Nothing if strict && !is_runtime(doc, name) => {
            Err(doc.strict(object, Dynamic::Strict, name))
        }
        Target::Nothing => Ok(()),
    }
}

/// `parseObjectOrField`.
pub(crate) fn parse_node(doc: &mut Doc<'_>, node: &Node) -> Outcome {
    match node {
        Node::Object(object) => parse_object_or_nested(doc, object),
        Node::Field(field) => doc.parse_field(field),
        Node::Alias(full) => {
            let verb = if doc.in_copy { "copy" } else { "write" };
            let shown = visible(full);
            Err(doc
                .mapping_failure(format_args!("Cannot {verb} to a field alias [{shown}]."))
                .field(|| names::path(full)))
        }
    }
}

/// A copy to a target that is not mapped: as if the document held the value under the target's name, dots expanded.
pub(crate) fn copy_below<'t>(segments: &[&'t [u8]], doc: &mut Doc<'t>) -> Outcome {
    let mut object = Arc::clone(&doc.world.root);
    let Some((leaf, above)) = segments.split_last() else { return Ok(()) };
    for (at, segment) in above.iter().enumerate() {
        let next = match target(doc, &object, segment) {
            Target::Mapped(node) => match &*node {
                Node::Object(next) => Arc::clone(next),
                node => return copy::into_leaf(doc, node, &segments[at..]),
            },
            Target::Metadata(metadata) => return metadata::parse(doc, metadata),
            Target::Nothing => match dynamic::mode(doc, &object, segment) {
                Dynamic::Strict | Dynamic::StrictAllowTemplates => {
                    return Err(doc.strict(&object, object.dynamic, segment));
                }
                Dynamic::False | Dynamic::FalseAllowTemplates => return Ok(()),
                Dynamic::Runtime => dynamic::phantom_object(&object, &doc.path_as_text(segment)),
                Dynamic::True => match dynamic::new_object(doc, &object, segment)? {
                    Some(Node::Object(next)) if next.nested => return Err(no_nested(doc, &next)),
                    Some(Node::Object(next)) => next,
                    Some(node) => return copy::into_leaf(doc, &node, &segments[at..]),
                    None => return Ok(()),
                },
            },
        };
        doc.path.push(segment);
        object = next;
        if !object.enabled {
            return Ok(());
        }
    }
    match doc.token() {
        Token::Null => parse_null(doc, &object, leaf),
        _ => parse_value(doc, &object, leaf),
    }
}

/// What a template makes nested, no copy may make.
fn no_nested(doc: &Doc<'_>, object: &ObjectNode) -> Failure {
    let full = visible(&object.full);
    let text = format_args!(
        "It is forbidden to create dynamic nested objects ([{full}]) through `copy_to`"
    );
    doc.mapping_failure(text).class(RejectClass::DottedName).field(|| names::path(&object.full))
}

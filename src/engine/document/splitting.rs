//! The walk of Elasticsearch up to 7.17 and of OpenSearch: names are split by the walk, and `DocumentParser`'s steps are
//! followed one by one (`DocumentParser`).
//!
//! In: the state of a walk before its first token. Out: what [`Doc`] gathers, or the exception that the item shows.

use std::sync::Arc;

use crate::engine::document::{Doc, enter_object};
use crate::engine::dynamic;
use crate::engine::failure::{Failure, Outcome};
use crate::engine::field;
use crate::engine::limits;
use crate::engine::metadata;
use crate::engine::names::{self, Segments};
use crate::engine::tape::Token;
use crate::engine::tree::{Found, Node, ObjectNode};
use crate::model::fate::{LossCause, RejectClass};
use crate::model::mapping::Dynamic;
use crate::model::path::visible;

/// `DocumentParser#parseDocument`, exceptions wrapped as it wraps them.
pub(crate) fn walk(doc: &mut Doc<'_>) -> Outcome {
    parse_document(doc).map_err(wrap)
}

/// Whatever is no mapper parsing exception becomes the cause of one.
fn wrap(failure: Failure) -> Failure {
    match failure.kind.as_ref() {
        "mapper_parsing_exception" | "strict_dynamic_mapping_exception" => failure,
        // What the update would say of a document that nests too deep to be walked to its end.
        _ if failure.message().starts_with("Limit of mapping depth") => failure,
        _ => Failure::mapper("failed to parse").because(failure),
    }
}

fn parse_document(doc: &mut Doc<'_>) -> Outcome {
    if doc.parser.advance()? != Some(Token::BeginObject) {
        return Err(Failure::mapper("Malformed content, must start with an object")
            .class(RejectClass::NotAnObject));
    }
    let root = Arc::clone(&doc.world.root);
    if !root.enabled {
        doc.parser.skip_children()?;
    } else if doc.parser.advance()? != Some(Token::EndObject) {
        parse_members(doc, &root)?;
    }
    match doc.parser.advance()? {
        None => Ok(()),
        Some(token) => {
            let word = token.word();
            let text = format!("Malformed content, found extra data after parsing: {word}");
            Err(Failure::argument(text).class(RejectClass::NotAnObject))
        }
    }
}

/// `parseObjectOrNested`; OpenSearch counts how deep it stands.
fn parse_object_or_nested(doc: &mut Doc<'_>, object: &Arc<ObjectNode>) -> Outcome {
    if doc.token() != Token::BeginObject || !object.enabled {
        return parse_object_here(doc, object);
    }
    limits::enter_object(doc)?;
    limits::stop_far_below(doc, object)?;
    parse_object_here(doc, object)?;
    limits::leave_object(doc);
    Ok(())
}

fn parse_object_here(doc: &mut Doc<'_>, object: &Arc<ObjectNode>) -> Outcome {
    if enter_object(doc, object)? { parse_members(doc, object) } else { Ok(()) }
}

/// `innerParseObject`: the members of an object, from the current token to its end.
fn parse_members(doc: &mut Doc<'_>, object: &Arc<ObjectNode>) -> Outcome {
    let mut name: Option<&[u8]> = doc.parser.current_name();
    let mut segments: Option<Segments<'_>> = None;
    loop {
        let Some(token) = doc.parser.current() else {
            let name = name.map_or("null".to_owned(), visible);
            return Err(doc.unended_object(&doc.shown(object), &name));
        };
        match token {
            Token::EndObject => return Ok(()),
            Token::Name(found) => {
                name = Some(found);
                segments = None;
                if doc.switches().names_first {
                    let split = names::split(found, doc.switches())?;
                    if is_disabled(object, &split) {
                        doc.parser.advance()?;
                        if doc.token() != Token::Null {
                            let full = doc.path_as_text(found);
                            doc.lose(&full, LossCause::NotParsed);
                        }
                        doc.parser.skip_children()?;
                    }
                    segments = Some(split);
                } else {
                    metadata::refuse_at_name(doc, found)?;
                }
            }
            Token::EndArray => {}
            _ => parse_member(doc, object, name, segments.clone(), token)?,
        }
        doc.parser.advance()?;
    }
}

fn parse_member<'t>(
    doc: &mut Doc<'t>,
    object: &Arc<ObjectNode>,
    name: Option<&'t [u8]>,
    segments: Option<Segments<'t>>,
    token: Token<'t>,
) -> Outcome {
    let Some(name) = name else {
        let text = doc.parser.text(doc.switches()).map_or("null".to_owned(), visible);
        let full = visible(&object.full);
        return Err(Failure::mapper(format!(
            "object mapping [{full}] trying to serialize a value with no field associated with it, current value [{text}]"
        )));
    };
    let segments = match segments {
        Some(segments) => segments,
        None => names::split(name, doc.switches())?,
    };
    match token {
        Token::BeginObject => parse_object(doc, object, name, &segments),
        Token::BeginArray => parse_array(doc, object, name, &segments),
        Token::Null => parse_null(doc, object, name, &segments),
        _ => parse_value(doc, object, name, &segments),
    }
}

/// `containsDisabledObjectMapper`: a segment before the last names a disabled object.
fn is_disabled(object: &ObjectNode, segments: &[&[u8]]) -> bool {
    let Some((_, above)) = segments.split_last() else { return false };
    let mut holder = object;
    for segment in above {
        match holder.child(segment) {
            Some(Node::Object(inner)) if !inner.enabled => return true,
            Some(Node::Object(inner)) => holder = inner,
            _ => return false,
        }
    }
    false
}

/// What a name stands for in an object.
enum Target<'n> {
    Mapped(&'n Node),
    Metadata(&'static str),
    Nothing,
}

/// `getMapper`: the segments are followed through objects.
fn target<'n>(
    doc: &Doc<'_>,
    object: &'n ObjectNode,
    name: &[u8],
    segments: &[&[u8]],
) -> Outcome<Target<'n>> {
    if doc.switches().names_first
        && let Some(metadata) = metadata::at_root(doc, name)
    {
        return Ok(Target::Metadata(metadata));
    }
    let Some((last, above)) = segments.split_last() else { return Ok(Target::Nothing) };
    let mut holder = object;
    for segment in above {
        let Some(Node::Object(inner)) = holder.child(segment) else { return Ok(Target::Nothing) };
        if inner.nested {
            let (name, full) = (visible(name), visible(&inner.full));
            return Err(Failure::mapper(format!(
                "Cannot add a value for field [{name}] since one of the intermediate objects is mapped as a nested object: [{full}]"
            ))
            .class(RejectClass::DottedName)
            .field(|| names::path(&inner.full)));
        }
        holder = inner;
    }
    Ok(holder.child(last).map_or(Target::Nothing, Target::Mapped))
}

/// `parseObject`.
fn parse_object<'t>(
    doc: &mut Doc<'t>,
    object: &Arc<ObjectNode>,
    name: &'t [u8],
    segments: &[&'t [u8]],
) -> Outcome {
    match target(doc, object, name, segments)? {
        Target::Mapped(node) => {
            doc.path.push(name);
            parse_node(doc, node)?;
            doc.path.pop();
        }
        Target::Metadata(metadata) => metadata::parse(doc, metadata)?,
        Target::Nothing => parse_new_object(doc, object, segments)?,
    }
    Ok(())
}

fn parse_new_object<'t>(
    doc: &mut Doc<'t>,
    object: &Arc<ObjectNode>,
    segments: &[&'t [u8]],
) -> Outcome {
    let Some(leaf) = segments.last().copied() else { return Ok(()) };
    let depth = doc.path.len();
    let parent = dynamic_parent(doc, object, segments)?;
    match dynamic::mode(doc, &parent, leaf) {
        Dynamic::Strict | Dynamic::StrictAllowTemplates => {
            return Err(doc.strict(object, parent.dynamic, leaf));
        }
        Dynamic::False | Dynamic::FalseAllowTemplates => {
            let full = doc.path_as_text(leaf);
            doc.lose(&full, LossCause::NotMapped);
            doc.parser.skip_children()?;
        }
        Dynamic::Runtime => {
            let node = if doc.switches().runtime_makes_no_objects {
                let full = doc.path_as_text(leaf);
                Node::Object(dynamic::phantom_object(&parent, &full))
            } else {
                match dynamic::new_object(doc, &parent, leaf)? {
                    Some(node) => node,
                    None => return doc.parser.skip_children(),
                }
            };
            doc.path.push(leaf);
            parse_node(doc, &node)?;
        }
        Dynamic::True => {
            let Some(node) = dynamic::new_object(doc, &parent, leaf)? else {
                return doc.parser.skip_children();
            };
            doc.path.push(leaf);
            parse_node(doc, &node)?;
        }
    }
    doc.path.truncate(depth);
    Ok(())
}

/// `parseArray`.
fn parse_array<'t>(
    doc: &mut Doc<'t>,
    object: &Arc<ObjectNode>,
    name: &'t [u8],
    segments: &[&'t [u8]],
) -> Outcome {
    match target(doc, object, name, segments)? {
        Target::Mapped(Node::Field(field)) if field::takes_arrays(field, doc.switches()) => {
            doc.parse_field(field)
        }
        Target::Mapped(_) | Target::Metadata(_) => parse_elements(doc, object, name, segments),
        Target::Nothing => parse_new_array(doc, object, segments),
    }
}

/// Only the array's own name is looked up from here on; its dotted parents are made before the elements are read.
fn parse_new_array<'t>(
    doc: &mut Doc<'t>,
    object: &Arc<ObjectNode>,
    segments: &[&'t [u8]],
) -> Outcome {
    let Some(leaf) = segments.last().copied() else { return Ok(()) };
    let depth = doc.path.len();
    let parent = dynamic_parent(doc, object, segments)?;
    match dynamic::mode(doc, &parent, leaf) {
        Dynamic::Strict | Dynamic::StrictAllowTemplates => {
            return Err(doc.strict(&parent, parent.dynamic, leaf));
        }
        Dynamic::False | Dynamic::FalseAllowTemplates => {
            parse_elements(doc, &parent, leaf, &[leaf])?;
        }
        Dynamic::True | Dynamic::Runtime => match dynamic::new_array_field(doc, leaf)? {
            Some(field) => doc.parse_field(&field)?,
            None => parse_elements(doc, &parent, leaf, &[leaf])?,
        },
    }
    doc.path.truncate(depth);
    Ok(())
}

/// `parseNonDynamicArray`: each element as if it stood alone under the array's name.
fn parse_elements<'t>(
    doc: &mut Doc<'t>,
    object: &Arc<ObjectNode>,
    name: &'t [u8],
    segments: &[&'t [u8]],
) -> Outcome {
    limits::enter_array(doc)?;
    let mut depth = 0_usize;
    let (mut name, mut own) = (name, None::<Segments<'t>>);
    loop {
        let Some(token) = doc.parser.advance()? else {
            return Err(doc.unended_array(object, name));
        };
        let split_here = own.clone();
        let segments: &[&'t [u8]] = split_here.as_deref().unwrap_or(segments);
        match token {
            Token::EndArray if depth == 0 => break,
            Token::EndArray => {
                limits::leave_array(doc);
                depth -= 1;
            }
            Token::BeginObject => parse_object(doc, object, name, segments)?,
            // An array in an array goes the way of the outer one; it is not entered by a call, so that depth costs no stack.
            Token::BeginArray => match target(doc, object, name, segments)? {
                Target::Mapped(Node::Field(field))
                    if field::takes_arrays(field, doc.switches()) =>
                {
                    doc.parse_field(field)?;
                }
                _ => {
                    limits::enter_array(doc)?;
                    depth += 1;
                }
            },
            Token::Null => parse_null(doc, object, name, segments)?,
            // A field that read nothing left the parser inside an object: 6.x takes its names for ours.
            Token::Name(found) if !doc.switches().names_first => {
                name = found;
                own = Some(names::split(found, doc.switches())?);
            }
            _ => parse_value(doc, object, name, segments)?,
        }
    }
    limits::leave_array(doc);
    Ok(())
}

/// `parseValue`.
fn parse_value<'t>(
    doc: &mut Doc<'t>,
    object: &Arc<ObjectNode>,
    name: &'t [u8],
    segments: &[&'t [u8]],
) -> Outcome {
    match target(doc, object, name, segments)? {
        Target::Mapped(node) => parse_node(doc, node),
        Target::Metadata(metadata) => metadata::parse(doc, metadata),
        Target::Nothing => {
            let Some(leaf) = segments.last().copied() else { return Ok(()) };
            let depth = doc.path.len();
            let parent = dynamic_parent(doc, object, segments)?;
            dynamic::parse_value(doc, &parent, leaf)?;
            doc.path.truncate(depth);
            Ok(())
        }
    }
}

/// `parseNullValue`: only this object's own `strict` refuses an unmapped null.
fn parse_null<'t>(
    doc: &mut Doc<'t>,
    object: &Arc<ObjectNode>,
    name: &'t [u8],
    segments: &[&'t [u8]],
) -> Outcome {
    match target(doc, object, name, segments)? {
        Target::Mapped(node) => parse_node(doc, node),
        Target::Metadata(metadata) => metadata::parse(doc, metadata),
        Target::Nothing => match object.own {
            Some(own @ (Dynamic::Strict | Dynamic::StrictAllowTemplates)) => {
                Err(doc.strict(object, own, name))
            }
            _ => Ok(()),
        },
    }
}

/// `parseObjectOrField`.
pub(crate) fn parse_node(doc: &mut Doc<'_>, node: &Node) -> Outcome {
    match node {
        Node::Object(object) => parse_object_or_nested(doc, object),
        Node::Field(field) => doc.parse_field(field),
        Node::Alias(full) => {
            let shown = visible(full);
            Err(Failure::argument(format!("Cannot write to a field alias [{shown}]."))
                .field(|| names::path(full)))
        }
    }
}

/// `getDynamicParentMapper`: follows the segments before the last, makes the objects that are missing, and leaves the path
/// standing in the parent. Objects that this document made before are not seen: they are made again, and merged later.
pub(crate) fn dynamic_parent<'t>(
    doc: &mut Doc<'t>,
    object: &Arc<ObjectNode>,
    segments: &[&'t [u8]],
) -> Outcome<Arc<ObjectNode>> {
    let mut parent = Arc::clone(object);
    let Some((_, above)) = segments.split_last() else { return Ok(parent) };
    for segment in above {
        let full = doc.path_as_text(segment);
        let world = doc.world;
        let next = match existing(doc, &full) {
            Some(Existing::Object(found)) => Arc::clone(found),
            Some(Existing::Leaf(type_name)) => {
                return Err(in_the_way(segments, &full, type_name));
            }
            None => match dynamic::mode(doc, &parent, segment) {
                Dynamic::Strict | Dynamic::StrictAllowTemplates => {
                    return Err(doc.strict(&parent, parent.dynamic, segment));
                }
                Dynamic::False | Dynamic::FalseAllowTemplates => return Ok(parent),
                Dynamic::Runtime if world.switches.runtime_makes_no_objects => {
                    dynamic::phantom_object(&parent, &full)
                }
                Dynamic::True | Dynamic::Runtime => dynamic::new_parent(doc, &parent, segment)?,
            },
        };
        doc.path.push(segment);
        parent = next;
    }
    Ok(parent)
}

enum Existing<'w> {
    Object(&'w Arc<ObjectNode>),
    Leaf(&'w str),
}

fn existing<'w>(doc: &Doc<'w>, full: &[u8]) -> Option<Existing<'w>> {
    if let Some(name) = metadata::mapper(doc.switches(), full) {
        return Some(Existing::Leaf(name));
    }
    match doc.world.root.find(full)? {
        Found::Node(Node::Object(object)) => Some(Existing::Object(object)),
        Found::Node(Node::Field(field)) | Found::Multi(field) => {
            Some(Existing::Leaf(&field.type_name))
        }
        Found::Node(Node::Alias(_)) => Some(Existing::Leaf("alias")),
    }
}

fn in_the_way(segments: &[&[u8]], full: &[u8], type_name: &str) -> Failure {
    let (name, shown) = (visible(&segments.join(&b'.')), visible(full));
    let text = format!(
        "Could not dynamically add mapping for field [{name}]. Existing mapping for [{shown}] must be of type object but found [{type_name}]."
    );
    Failure::mapper(text).class(RejectClass::DottedName).field(|| names::path(full))
}

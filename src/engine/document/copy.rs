//! `copy_to`: after a field has read a value, its targets read the same token (`DocumentParser#parseCopy`).
//!
//! In: a field that was just given the current token. Out: what the targets make of it; unmapped targets are made.

use crate::engine::document::{Doc, expanding, splitting};
use crate::engine::dynamic;
use crate::engine::failure::{Failure, Outcome};
use crate::engine::field;
use crate::engine::names;
use crate::engine::switches::{CopyObject, Walk};
use crate::engine::tape::{Parser, Tape, Token};
use crate::engine::tree::{FieldNode, Found, Node};
use crate::model::mapping::Dynamic;
use crate::model::path::visible;

/// Copies the current token to the targets of `field`. Copying does not chain.
pub(crate) fn copy(field: &FieldNode, doc: &mut Doc<'_>) -> Outcome {
    if doc.in_copy || field.copy_to.is_empty() {
        return Ok(());
    }
    let at_end = matches!(doc.token(), Token::EndObject | Token::BeginObject);
    if at_end && doc.switches().copy_object == CopyObject::Refused {
        let targets: Vec<_> = field.copy_to.iter().map(|target| visible(target)).collect();
        return Err(doc.mapping_failure(format_args!(
            "Cannot copy field [{}] to fields [{}]. Copy-to currently only works for value-type fields, not objects.",
            visible(&field.full),
            targets.join(", ")
        )));
    }
    doc.in_copy = true;
    for target in &field.copy_to {
        copy_one(target, doc)?;
    }
    doc.in_copy = false;
    Ok(())
}

fn copy_one(target: &[u8], doc: &mut Doc<'_>) -> Outcome {
    match doc.world.root.find(target) {
        Some(Found::Node(Node::Field(field)) | Found::Multi(field)) => {
            return field::parse(field, doc);
        }
        Some(Found::Node(Node::Alias(_))) => {
            let shown = visible(target);
            let text = format!("Cannot copy to a field alias [{shown}].");
            return Err(match doc.switches().walk {
                Walk::Splitting => Failure::argument(text),
                Walk::Expanding => doc.mapping_failure(text),
            });
        }
        Some(Found::Node(Node::Object(_))) | None => {}
    }
    let path = std::mem::take(&mut doc.path);
    let made = copy_to_new(target, doc);
    doc.path = path;
    made
}

/// The target's path starts anew at the root.
fn copy_to_new(target: &[u8], doc: &mut Doc<'_>) -> Outcome {
    // The target's names outlive the walk: they stand in the mapping that it looks at. A new mapper's stand in this document only.
    let switches = doc.switches();
    let segments = names::split(target, switches)?;
    let owned: Vec<Vec<u8>> = segments.iter().map(|segment| segment.to_vec()).collect();
    with_segments(&owned, doc)
}

fn with_segments(segments: &[Vec<u8>], doc: &mut Doc<'_>) -> Outcome {
    let root = std::sync::Arc::clone(&doc.world.root);
    let borrowed: Vec<&[u8]> = segments.iter().map(Vec::as_slice).collect();
    let parser = doc.parser.clone();
    aside(doc, parser, Vec::new(), |inner| copy_below(&borrowed, inner, &root))
}

/// A walk of other tokens, which adds to what this one gathers.
fn aside<'t: 's, 's>(
    doc: &mut Doc<'t>,
    parser: Parser<'s>,
    path: Vec<&'s [u8]>,
    walk: impl FnOnce(&mut Doc<'s>) -> Outcome,
) -> Outcome {
    let mut inner = Doc {
        world: doc.world,
        parser,
        path,
        walked: std::mem::take(&mut doc.walked),
        in_copy: true,
        counts: doc.counts,
        once: std::mem::take(&mut doc.once),
    };
    let made = walk(&mut inner);
    doc.walked = inner.walked;
    doc.once = inner.once;
    doc.counts.fields = inner.counts.fields;
    made
}

/// 8.1 and later: a field stands where the target's name needs an object, and is given the object that the rest of the name
/// makes. `segments` are the field's name and those below.
pub(crate) fn into_leaf(doc: &mut Doc<'_>, node: &Node, segments: &[&[u8]]) -> Outcome {
    let value = match doc.token() {
        Token::String(text) => serde_json::Value::from(visible(text)).to_string(),
        Token::Integer(text) | Token::Float(text) => visible(text),
        Token::True => "true".to_owned(),
        Token::False => "false".to_owned(),
        _ => "null".to_owned(),
    };
    let name = serde_json::Value::from(visible(&segments.join(&b'.')));
    let source = format!("{{{name}:{value}}}");
    let tape = Tape::read(source.as_bytes(), doc.switches());
    let mut parser = Parser::new(&tape, Walk::Expanding);
    while parser.current_name().is_none() || parser.current() != Some(Token::BeginObject) {
        parser.advance()?;
    }
    parser.set_place(Some(doc.parser.location()));
    let path = doc.path.clone();
    aside(doc, parser, path, |inner| inner.parse_node(node))
}

fn copy_below<'t>(
    segments: &[&'t [u8]],
    doc: &mut Doc<'t>,
    root: &std::sync::Arc<crate::engine::tree::ObjectNode>,
) -> Outcome {
    let Some(leaf) = segments.last().copied() else { return Ok(()) };
    if doc.switches().walk == Walk::Expanding {
        return expanding::copy_below(segments, doc);
    }
    let parent = splitting::dynamic_parent(doc, root, segments)?;
    if doc.token() == Token::Null && doc.switches().copy_null_ignored {
        if parent.dynamic == Dynamic::Strict {
            return Err(doc.strict(&parent, Dynamic::Strict, leaf));
        }
        return Ok(());
    }
    dynamic::parse_value(doc, &parent, leaf)
}

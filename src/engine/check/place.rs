//! Where the names of a path lead in a mapping, and what objects and unmapped names let through.
//!
//! In: names as records write them. Out: an object, a field, a name that nothing maps, or that only the replica can tell. The
//! names are followed as `DocumentParser` follows them in every version; where versions differ, it is unsure.

use std::sync::Arc;

use super::{LONG, Test};
use crate::engine::document::World;
use crate::engine::field;
use crate::engine::names;
use crate::engine::switches::Walk;
use crate::engine::template::{MatchType, Template};
use crate::engine::tree::{self, FieldNode, Node, ObjectNode};
use crate::model::fate::LossCause;
use crate::model::mapping::Dynamic;
use crate::model::path::visible;
use crate::model::profile::Kind;

/// Where a path leads.
pub(super) enum Place<'w> {
    /// An object that the engine reads.
    Object(&'w ObjectNode),
    Field(&'w Arc<FieldNode>),
    /// A name in this object that nothing maps.
    Unmapped(&'w ObjectNode, &'w [u8]),
    /// A dotted name, read in this object, whose parents are missing.
    Missing(&'w ObjectNode),
    /// Below something that the engine passes over.
    Skipped,
    Unsure,
}

/// Follows a path from the root.
pub(super) fn locate<'w>(world: &'w World, path: &[&'w [u8]]) -> Place<'w> {
    let root: &ObjectNode = &world.root;
    if path.first().is_some_and(|name| name.first() == Some(&b'_')) {
        return Place::Unsure; // it may be one of the engine's own
    }
    path.iter().fold(Place::Object(root), |place, name| match place {
        Place::Object(object) if !object.enabled => Place::Skipped,
        Place::Object(object) => member(world, object, name),
        Place::Field(field) if field::takes_objects(field) => Place::Skipped, // the object is judged as a whole
        Place::Unmapped(parent, _) if parent.dynamic == Dynamic::False => Place::Skipped,
        Place::Skipped => Place::Skipped,
        _ => Place::Unsure,
    })
}

fn member<'w>(world: &World, object: &'w ObjectNode, name: &'w [u8]) -> Place<'w> {
    if name.len() > LONG || std::str::from_utf8(name).is_err() || names::is_blank(name) {
        return Place::Unsure;
    }
    if object.flat {
        return match object.child(name) {
            Some(Node::Field(field)) if !name.contains(&b'.') && !field::takes_objects(field) => {
                Place::Field(field)
            }
            _ => Place::Unsure,
        };
    }
    if name.contains(&b'.') {
        return dotted(world, object, name);
    }
    entry(object, name).unwrap_or(Place::Unmapped(object, name))
}

/// A name with dots. Up to 7.17 and on OpenSearch a null needs none of its parents.
fn dotted<'w>(world: &World, object: &'w ObjectNode, name: &[u8]) -> Place<'w> {
    let mut segments: Vec<&[u8]> = name.split(|byte| *byte == b'.').collect();
    if segments.iter().any(|segment| names::is_blank(segment)) {
        return Place::Unsure;
    }
    let Some(last) = segments.pop() else { return Place::Unsure };
    let mut holder = object;
    for segment in segments {
        holder = match holder.child(segment) {
            Some(Node::Object(inner)) if inner.enabled && !inner.nested && !inner.flat => inner,
            Some(Node::Object(_)) => return Place::Unsure,
            _ if world.switches.walk == Walk::Splitting => return Place::Missing(object),
            _ => return Place::Unsure,
        };
    }
    match entry(holder, last) {
        None if world.switches.walk == Walk::Splitting => Place::Missing(object),
        found => found.unwrap_or(Place::Unsure),
    }
}

fn entry<'w>(object: &'w ObjectNode, name: &[u8]) -> Option<Place<'w>> {
    Some(match object.child(name)? {
        Node::Object(inner) => Place::Object(inner),
        Node::Field(field) => Place::Field(field),
        Node::Alias(_) => Place::Unsure,
    })
}

/// What an object field takes.
pub(super) fn object(object: &ObjectNode, kind: Kind) -> Test {
    match kind {
        Kind::Null | Kind::Array => Test::everything(),
        _ if !object.enabled => Test::lossy(&object.full, LossCause::NotParsed),
        Kind::Object => Test::everything(),
        _ => Test::nothing(),
    }
}

/// What becomes of values that nothing maps, where it is nothing.
pub(super) fn unmapped(world: &World, parent: &ObjectNode, name: &[u8], kind: Kind) -> Test {
    let full = tree::join(&parent.full, name);
    let splits = world.switches.walk == Walk::Splitting;
    match (kind, parent.dynamic) {
        (Kind::Null, _) => null(world, parent),
        _ if world.runtime.contains(&visible(&full)) => Test::nothing(),
        (Kind::Array, Dynamic::True) => {
            let is_object = |template: &Template| template.takes(&full, name, MatchType::Object);
            Test::only_if(!world.templates.iter().any(is_object))
        }
        (Kind::Array, Dynamic::False) if splits => Test::everything(),
        (_, Dynamic::False) => Test::lossy(&full, LossCause::NotMapped),
        _ => Test::nothing(),
    }
}

/// An unmapped null is refused by `strict`, in some versions by the object's own only.
pub(super) fn null(world: &World, object: &ObjectNode) -> Test {
    let strict = [Some(Dynamic::Strict), Some(Dynamic::StrictAllowTemplates)];
    let inherited = world.switches.null_strict_inherited.then_some(object.dynamic);
    Test::only_if(!strict.contains(&object.own) && !strict.contains(&inherited))
}

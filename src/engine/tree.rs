//! A mapping compiled for walking documents: objects by name, leaves with their rules.
//!
//! In: [`Mapping`]. Out: a tree of shared nodes, so that an update copies only the branch that it changes. It refuses to know
//! how a document is walked.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::engine::field::Rule;
use crate::engine::names;
use crate::engine::settings::Settings;
use crate::engine::switches::Switches;
use crate::model::mapping::{Dynamic, Field, LeafField, Mapping, ObjectField};
use crate::model::path::Name;

/// One entry of an object.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    Object(Arc<ObjectNode>),
    Field(Arc<FieldNode>),
    /// Full name of the alias.
    Alias(Arc<[u8]>),
}

/// An object or nested field, and the root.
#[derive(Clone, Debug)]
pub(crate) struct ObjectNode {
    /// Full name, segments joined by dots; empty at the root.
    pub full: Arc<[u8]>,
    pub nested: bool,
    /// Its own `dynamic`.
    pub own: Option<Dynamic>,
    /// Its own `dynamic` or that of the nearest ancestor that has one.
    pub dynamic: Dynamic,
    pub enabled: bool,
    /// `subobjects: false`: names below keep their dots.
    pub flat: bool,
    pub children: BTreeMap<Vec<u8>, Node>,
}

/// A field that takes values.
#[derive(Clone, Debug)]
pub(crate) struct FieldNode {
    /// Full name; for a multi-field that of its parent and its own.
    pub full: Arc<[u8]>,
    /// The type's name.
    pub type_name: Arc<str>,
    /// How values are taken.
    pub rule: Rule,
    /// Multi-fields, by name.
    pub fields: Vec<Arc<Self>>,
    /// Full names of the copy targets.
    pub copy_to: Vec<Vec<u8>>,
    /// The definition that this was compiled from.
    pub definition: Arc<LeafField>,
}

/// What compiling needs to know beside the definition.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Surroundings<'a> {
    pub switches: &'a Switches,
    pub settings: &'a Settings,
}

/// Compiles a whole mapping.
pub(crate) fn root(mapping: &Mapping, around: Surroundings<'_>) -> ObjectNode {
    object(&mapping.root, b"", Dynamic::True, around)
}

/// Compiles an object and everything below it.
pub(crate) fn object(
    field: &ObjectField,
    full: &[u8],
    inherited: Dynamic,
    around: Surroundings<'_>,
) -> ObjectNode {
    let dynamic = field.dynamic.unwrap_or(inherited);
    let below = |name: &Name| join(full, name.as_bytes());
    let compile = |(name, child): (&Name, &Field)| {
        let full = below(name);
        let node = match child {
            Field::Object(inner) => Node::Object(Arc::new(object(inner, &full, dynamic, around))),
            Field::Leaf(leaf) => self::leaf(leaf, &full, around),
        };
        (name.as_bytes().to_vec(), node)
    };
    ObjectNode {
        full: full.into(),
        nested: field.nested,
        own: field.dynamic,
        dynamic,
        enabled: field.enabled.unwrap_or(true),
        flat: field.params.get("subobjects").is_some_and(|v| v == false || v == "false"),
        children: field.fields.iter().map(compile).collect(),
    }
}

/// Compiles a leaf.
pub(crate) fn leaf(leaf: &LeafField, full: &[u8], around: Surroundings<'_>) -> Node {
    if leaf.field_type == "alias" {
        return Node::Alias(full.into());
    }
    Node::Field(Arc::new(field(leaf, full, around)))
}

/// Compiles a field that takes values, with its multi-fields.
pub(crate) fn field(leaf: &LeafField, full: &[u8], around: Surroundings<'_>) -> FieldNode {
    let sub = |(name, sub): (&Name, &LeafField)| {
        Arc::new(field(sub, &join(full, name.as_bytes()), around))
    };
    FieldNode {
        full: full.into(),
        type_name: leaf.field_type.as_str().into(),
        rule: Rule::compile(leaf, around),
        fields: leaf.fields.iter().map(sub).collect(),
        copy_to: copy_targets(leaf),
        definition: Arc::new(leaf.clone()),
    }
}

fn copy_targets(leaf: &LeafField) -> Vec<Vec<u8>> {
    let text = |value: &serde_json::Value| value.as_str().map(|name| name.as_bytes().to_vec());
    match leaf.params.get("copy_to") {
        Some(serde_json::Value::Array(list)) => list.iter().filter_map(text).collect(),
        Some(one) => text(one).into_iter().collect(),
        None => Vec::new(),
    }
}

/// Two names joined by a dot; the first may be empty.
pub(crate) fn join(above: &[u8], name: &[u8]) -> Vec<u8> {
    match above {
        [] => name.to_vec(),
        above => [above, b".", name].concat(),
    }
}

impl ObjectNode {
    /// An object without fields.
    pub(crate) fn plain(full: Vec<u8>, dynamic: Dynamic) -> Self {
        let children = BTreeMap::new();
        let full = full.into();
        Self { full, nested: false, own: None, dynamic, enabled: true, flat: false, children }
    }

    /// The entry of that name, dots and all.
    pub(crate) fn child(&self, name: &[u8]) -> Option<&Node> {
        self.children.get(name)
    }

    /// The entry at a full name: segment by segment, multi-fields included.
    pub(crate) fn find(&self, full: &[u8]) -> Option<Found<'_>> {
        if let Some(node) = self.child(full) {
            return Some(Found::Node(node));
        }
        let dots = full.iter().enumerate().filter(|(_, byte)| **byte == b'.');
        for (dot, _) in dots {
            let (head, rest) = (&full[..dot], &full[dot + 1..]);
            match self.child(head) {
                Some(Node::Object(inner)) => {
                    if let Some(found) = inner.find(rest) {
                        return Some(found);
                    }
                }
                Some(Node::Field(field)) => {
                    let sub = field.fields.iter().find(|f| names::last_segment(&f.full) == rest);
                    if let Some(sub) = sub {
                        return Some(Found::Multi(sub));
                    }
                }
                _ => {}
            }
        }
        None
    }
}

/// What stands at a full name.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Found<'n> {
    Node(&'n Node),
    Multi(&'n Arc<FieldNode>),
}

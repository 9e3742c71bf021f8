//! Reality wins: a new field gets the type that the index is known to have, whatever this record alone would have made of it.
//!
//! In: additions of one record, and the live mapping. Out: the same additions, each with the live type where that is another one.
//! Several shards parse the records of one bulk request side by side, so that the first record by delivery need not be the one
//! that decided; and where another writer decided, the type is no less real.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::engine::document::{NewMapper, World};
use crate::engine::tree::{self, Node};
use crate::engine::update::path_in;
use crate::model::mapping::{Field, Mapping, ObjectField};
use crate::model::timeline::Decision;

/// Gives additions their live types. What lies below an object that is no object in the index is left out.
pub(super) fn overrule(additions: Vec<NewMapper>, live: &Mapping, world: &World) -> Vec<NewMapper> {
    let mut not_objects: Vec<Vec<u8>> = Vec::new();
    let overruled = additions.into_iter().map(|new| overruled(new, live, world));
    let additions: Vec<NewMapper> = overruled
        .map(|(new, is_no_object)| {
            not_objects.extend(is_no_object.then(|| [&*new.full, b"."].concat()));
            new
        })
        .collect();
    let is_kept = |new: &NewMapper| !not_objects.iter().any(|above| new.full.starts_with(above));
    additions.into_iter().filter(is_kept).collect()
}

/// The addition as the index has it, and whether it was to be an object and is none.
fn overruled(new: NewMapper, live: &Mapping, world: &World) -> (NewMapper, bool) {
    let Some(field) = live.field(&path_in(&world.root, &new.full)) else { return (new, false) };
    let chosen = new.definition.type_name();
    if field.type_name() == chosen || field.type_name() == "alias" {
        return (new, false);
    }
    let definition = match field {
        Field::Object(object) => {
            Field::Object(ObjectField { fields: BTreeMap::new(), ..object.clone() })
        }
        Field::Leaf(leaf) => Field::Leaf(leaf.clone()),
    };
    let node = match &definition {
        Field::Leaf(leaf) => tree::leaf(leaf, &new.full, world.surroundings()),
        Field::Object(object) => {
            let dynamic = world.root.dynamic;
            let node = tree::object(object, &new.full, dynamic, world.surroundings());
            Node::Object(Arc::new(node))
        }
    };
    let is_no_object = matches!((&new.definition, &definition), (Field::Object(_), Field::Leaf(_)));
    let decision =
        Decision::Overruled { alone: Box::new(new.decision), type_name: chosen.to_owned() };
    (NewMapper { full: new.full, node, definition, decision }, is_no_object)
}

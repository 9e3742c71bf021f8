//! What an engine may refuse of a declared mapping, in words.
//!
//! In: a mapping from a file or from templates. Out: one remark for each field that could not be settled. It refuses to judge:
//! such a field is taken as it was written.

use serde_json::Value;

use super::dotted;
use super::normal::{ParameterError, leaf_as_printed};
use super::write::write_leaf;
use crate::model::engine::Engine;
use crate::model::mapping::{Field, LeafField, Mapping, ObjectField};
use crate::model::path::FieldPath;

/// The fields that the engine may refuse, with the reason.
pub fn doubts(mapping: &Mapping, engine: Engine) -> Vec<String> {
    let mut root = mapping.root.clone();
    dotted::expand(&mut root);
    let mut found = Vec::new();
    object(&root, &FieldPath::default(), engine, &mut found);
    found
}

fn object(object_field: &ObjectField, path: &FieldPath, engine: Engine, found: &mut Vec<String>) {
    for (name, field) in &object_field.fields {
        let path = path.child(name.clone());
        match field {
            Field::Object(inner) => object(inner, &path, engine, found),
            Field::Leaf(leaf) => {
                let doubt = doubt(leaf, engine);
                found
                    .extend(doubt.map(|what| format!("mapping, {path}: {what}; taken as written")));
            }
        }
    }
}

fn doubt(leaf: &LeafField, engine: Engine) -> Option<String> {
    let Value::Object(body) = write_leaf(leaf) else { return None };
    Some(match leaf_as_printed(&body, "", engine).err()? {
        ParameterError::UnknownType(name) => format!("the type {name} is not known"),
        ParameterError::Unknown(name, kind) => {
            format!("{engine} may refuse the parameter {name} of {kind}")
        }
        ParameterError::NotBoolean(name, value) => {
            format!("{engine} may refuse {value} for {name}")
        }
    })
}

//! A mapping as a user wrote it, turned into what the engine would print after taking it.
//!
//! In: a mapping from a file or from templates. Out: the same with each field as the engine keeps it, and what could not be
//! settled, in words. It refuses to judge: a parameter that the engine may refuse stays as it was written.

use serde_json::Value;

use crate::mapping::{self, ParameterError};
use crate::model::engine::Engine;
use crate::model::mapping::{Field, LeafField, Mapping, ObjectField};
use crate::model::path::FieldPath;

/// Settles every field; gives back what was doubtful.
pub(super) fn as_printed(mapping: &mut Mapping, engine: Engine) -> Vec<String> {
    let mut remarks = Vec::new();
    object(&mut mapping.root, &FieldPath::default(), engine, &mut remarks);
    remarks
}

fn object(
    object_field: &mut ObjectField,
    path: &FieldPath,
    engine: Engine,
    remarks: &mut Vec<String>,
) {
    for (name, field) in &mut object_field.fields {
        let path = path.child(name.clone());
        match field {
            Field::Object(inner) => object(inner, &path, engine, remarks),
            Field::Leaf(leaf_field) => leaf(leaf_field, &path, engine, remarks),
        }
    }
}

fn leaf(leaf: &mut LeafField, path: &FieldPath, engine: Engine, remarks: &mut Vec<String>) {
    let Value::Object(body) = mapping::write_leaf(leaf) else { return };
    match mapping::leaf_as_printed(&body, "", engine) {
        Ok(settled) => *leaf = settled,
        Err(error) => {
            let what = match error {
                ParameterError::UnknownType(name) => format!("the type {name} is not known"),
                ParameterError::Unknown(name, kind) => {
                    format!("{engine} may refuse the parameter {name} of {kind}")
                }
                ParameterError::NotBoolean(name, value) => {
                    format!("{engine} may refuse {value} for {name}")
                }
            };
            remarks.push(format!("mapping, {path}: {what}; taken as written"));
        }
    }
}

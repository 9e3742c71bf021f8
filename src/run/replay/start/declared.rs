//! A mapping as a user wrote it, turned into what the engine would print after taking it.
//!
//! In: a mapping from a file or from templates. Out: the same with each field as the engine keeps it, and what could not be
//! settled, in words. It refuses to judge: a parameter that the engine may refuse stays as it was written.

use serde_json::Value;

use crate::mapping::{self, ParameterError};
use crate::model::engine::Engine;
use crate::model::mapping::{Field, LeafField, Mapping, ObjectField};
use crate::model::path::{FieldPath, Name};

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
    expand(object_field);
    for (name, field) in &mut object_field.fields {
        let path = path.child(name.clone());
        match field {
            Field::Object(inner) => object(inner, &path, engine, remarks),
            Field::Leaf(leaf_field) => leaf(leaf_field, &path, engine, remarks),
        }
    }
}

/// A declared name with dots stands for objects, unless the object says that it has none (`subobjects`).
fn expand(object_field: &mut ObjectField) {
    if object_field.params.get("subobjects").is_some_and(|value| *value != true) {
        return;
    }
    for (name, field) in std::mem::take(&mut object_field.fields) {
        let parts: Vec<Name> =
            name.as_bytes().split(|byte| *byte == b'.').map(Name::from).collect();
        let is_plain = parts.len() == 1 || parts.iter().any(|part| part.as_bytes().is_empty());
        let parts = if is_plain { vec![name] } else { parts };
        put(object_field, &parts, field);
    }
}

/// Puts a field where its names lead; objects that are named twice become one.
fn put(into: &mut ObjectField, names: &[Name], field: Field) {
    let Some((first, rest)) = names.split_first() else { return };
    match (rest.is_empty(), into.fields.get_mut(first), field) {
        (false, Some(Field::Object(inner)), field) => put(inner, rest, field),
        (false, _, field) => {
            let mut inner = ObjectField::default();
            put(&mut inner, rest, field);
            into.fields.insert(first.clone(), Field::Object(inner));
        }
        (true, Some(Field::Object(known)), Field::Object(more)) => {
            let fields = std::mem::take(&mut known.fields);
            *known = ObjectField { fields, ..more.clone() };
            for (name, field) in more.fields {
                put(known, &[name], field);
            }
        }
        (true, _, field) => {
            into.fields.insert(first.clone(), field);
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

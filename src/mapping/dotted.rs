//! Declared names with dots, as the objects that they stand for.
//!
//! In: an object as a user wrote it. Out: the same with `a.b` as `b` in an object `a`, as `GET _mapping` prints it. It refuses
//! to judge: names with an empty part stay as they were written.

use crate::model::mapping::{Field, ObjectField};
use crate::model::path::Name;

/// A name with dots stands for objects, unless the object says that it has none (`subobjects`).
pub(super) fn expand(object: &mut ObjectField) {
    if object.params.get("subobjects").is_none_or(|value| *value == true) {
        expand_here(object);
    }
    for field in object.fields.values_mut() {
        if let Field::Object(inner) = field {
            expand(inner);
        }
    }
}

fn expand_here(object: &mut ObjectField) {
    if !object.fields.keys().any(|name| name.as_bytes().contains(&b'.')) {
        return;
    }
    for (name, field) in std::mem::take(&mut object.fields) {
        let parts: Vec<Name> =
            name.as_bytes().split(|byte| *byte == b'.').map(Name::from).collect();
        let is_plain = parts.len() == 1 || parts.iter().any(|part| part.as_bytes().is_empty());
        let parts = if is_plain { vec![name] } else { parts };
        put(object, &parts, field);
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

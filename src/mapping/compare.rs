//! Two mappings compared field by field.
//!
//! In: two mappings. Out: what differs, sorted by path. It refuses to know which of the two is right.

use std::collections::BTreeMap;

use serde_json::Value;

use super::write::write_leaf;
use crate::model::mapping::{Field, Mapping};
use crate::model::path::FieldPath;

/// One difference between a left and a right mapping.
#[derive(Clone, Debug, PartialEq)]
pub enum Difference {
    /// Only the left mapping has the field.
    OnlyLeft(FieldPath, String),
    /// Only the right mapping has the field.
    OnlyRight(FieldPath, String),
    /// Both have it, with different types: left, right.
    Type(FieldPath, String, String),
    /// Both have it with the same type, and a parameter differs: its name, left, right; `None` where it is not set.
    Parameter(FieldPath, String, Option<Value>, Option<Value>),
}

/// What differs between two mappings, sorted by path.
pub fn compare(left: &Mapping, right: &Mapping) -> Vec<Difference> {
    let left: BTreeMap<_, _> = left.fields().into_iter().collect();
    let right: BTreeMap<_, _> = right.fields().into_iter().collect();
    let mut found = Vec::new();
    for (path, field) in &left {
        match right.get(path) {
            None => found.push(Difference::OnlyLeft(path.clone(), field.type_name().to_owned())),
            Some(other) => found.extend(compare_fields(path, field, other)),
        }
    }
    for (path, field) in &right {
        if !left.contains_key(path) {
            found.push(Difference::OnlyRight(path.clone(), field.type_name().to_owned()));
        }
    }
    found.sort_by(|a, b| path_of(a).cmp(path_of(b)));
    found
}

fn compare_fields(path: &FieldPath, left: &Field, right: &Field) -> Vec<Difference> {
    let (a, b) = (left.type_name(), right.type_name());
    if a != b {
        return vec![Difference::Type(path.clone(), a.to_owned(), b.to_owned())];
    }
    let (a, b) = (parameters(left), parameters(right));
    let mut names: Vec<_> = a.keys().chain(b.keys()).collect();
    names.sort();
    names.dedup();
    let differs = names.into_iter().filter(|name| a.get(*name) != b.get(*name));
    differs
        .map(|name| {
            let (a, b) = (a.get(name).cloned(), b.get(name).cloned());
            Difference::Parameter(path.clone(), name.clone(), a, b)
        })
        .collect()
}

fn parameters(field: &Field) -> BTreeMap<String, Value> {
    match field {
        Field::Leaf(leaf) => {
            let Value::Object(body) = write_leaf(leaf) else { return BTreeMap::new() };
            body.into_iter().filter(|(key, _)| key != "type").collect()
        }
        Field::Object(object) => {
            let mut found: BTreeMap<_, _> =
                object.params.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
            if let Some(dynamic) = object.dynamic {
                found.insert("dynamic".to_owned(), Value::from(format!("{dynamic:?}")));
            }
            if object.enabled == Some(false) {
                found.insert("enabled".to_owned(), Value::Bool(false));
            }
            found
        }
    }
}

fn path_of(difference: &Difference) -> &FieldPath {
    match difference {
        Difference::OnlyLeft(path, _)
        | Difference::OnlyRight(path, _)
        | Difference::Type(path, _, _)
        | Difference::Parameter(path, _, _, _) => path,
    }
}

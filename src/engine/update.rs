//! From the new mappers of one document to an update of the mapping (`DocumentParser#createDynamicUpdate`).
//!
//! In: new mappers in order of appearance. Out: one addition for each name, or the conflict, which no parse error wraps.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::engine::document::NewMapper;
use crate::engine::failure::{Failure, Outcome};
use crate::engine::names;
use crate::engine::switches::{Repeats, Switches};
use crate::engine::tree::{Node, ObjectNode, Surroundings, leaf, object};
use crate::model::engine::{Engine, Product};
use crate::model::fate::RejectClass;
use crate::model::mapping::{Dynamic, Field, Mapping, ObjectField};
use crate::model::path::{FieldPath, visible};

/// One mapper for each new name, by the engine's rules.
pub(crate) fn settle(
    new: Vec<NewMapper>,
    root: &ObjectNode,
    switches: &Switches,
) -> Outcome<Vec<NewMapper>> {
    match switches.repeats {
        Repeats::SortedByClass | Repeats::SortedByType => settle_sorted(new, switches),
        Repeats::Appearance | Repeats::FirstReused => settle_in_order(new, root, switches),
    }
}

/// `DocumentParser#createDynamicUpdate`: sorted by full name; the second of the list is merged into the first if they share a
/// name, later ones of a name are only checked against its first and dropped.
fn settle_sorted(mut new: Vec<NewMapper>, switches: &Switches) -> Outcome<Vec<NewMapper>> {
    new.sort_by(|a, b| names::utf16_order(&a.full, &b.full));
    let mut settled: Vec<NewMapper> = Vec::with_capacity(new.len());
    let mut previous: Option<NewMapper> = None;
    // An object in second place is merged into the first only when the list has left it: what lies below fails before.
    let mut pending: Option<(Vec<u8>, Failure)> = None;
    for (position, mapper) in new.into_iter().enumerate() {
        if let Some((_, failure)) = pending.take_if(|(name, _)| !is_at_or_below(&mapper.full, name))
        {
            return Err(failure);
        }
        if let Some(previous) = previous.as_ref().filter(|previous| previous.full == mapper.full) {
            check(&mapper, previous, switches, Pair::Later)?;
            continue;
        }
        names::split(&mapper.full, switches)?;
        if position > 0 {
            previous = Some(mapper.clone());
        }
        // The list is sorted: the first of this name can only be the last that was settled.
        match settled.last_mut().filter(|settled| settled.full == mapper.full) {
            Some(first) => {
                match check(first, &mapper, switches, Pair::First) {
                    Err(failure) if matches!(mapper.definition, Field::Object(_)) => {
                        pending = Some((mapper.full.clone(), failure));
                    }
                    checked => checked?,
                }
                *first = mapper;
            }
            None => settled.push(mapper),
        }
    }
    pending.map_or(Ok(settled), |(_, failure)| Err(failure))
}

fn is_at_or_below(full: &[u8], name: &[u8]) -> bool {
    full.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest[0] == b'.')
}

/// Names in the order of Java's hash map, the mappers of one name in order of appearance; each is merged into what stands there,
/// its parents first (`DocumentParser#createDynamicUpdate` of 8.x). Where nothing conflicts the order does not show.
fn settle_in_order(
    new: Vec<NewMapper>,
    root: &ObjectNode,
    switches: &Switches,
) -> Outcome<Vec<NewMapper>> {
    let mut names: Vec<&[u8]> = Vec::new();
    let mut of_name: BTreeMap<&[u8], Vec<&NewMapper>> = BTreeMap::new();
    for mapper in &new {
        let mappers = of_name.entry(&mapper.full).or_default();
        if mappers.is_empty() {
            names.push(&mapper.full);
        }
        mappers.push(mapper);
    }
    let is_nested = |full: &[u8]| {
        of_name
            .get(full)
            .into_iter()
            .flatten()
            .any(|mapper| mapper.definition.type_name() == "nested")
    };
    let mut tree: BTreeMap<&[u8], Option<&NewMapper>> = BTreeMap::new();
    for name in names::hash_order(names) {
        for mapper in &of_name[name] {
            merge_into(&mut tree, mapper, root, switches, &is_nested)?;
        }
    }
    let mut seen = BTreeSet::new();
    let first = |mapper: &NewMapper| seen.insert(mapper.full.clone());
    let kept: Vec<bool> = new.iter().map(first).collect();
    Ok(new.into_iter().zip(kept).filter_map(|(mapper, kept)| kept.then_some(mapper)).collect())
}

/// Puts a mapper into the update; `None` stands for an object that only holds others.
fn merge_into<'m>(
    tree: &mut BTreeMap<&'m [u8], Option<&'m NewMapper>>,
    mapper: &'m NewMapper,
    root: &ObjectNode,
    switches: &Switches,
    is_nested: &dyn Fn(&[u8]) -> bool,
) -> Outcome {
    let path = path_in(root, &mapper.full);
    let mut end = 0;
    for above in path.0.iter().rev().skip(1).rev() {
        end += above.as_bytes().len() + 1;
        let parent = &mapper.full[..end - 1];
        if let Some(Some(leaf)) = tree.get(parent)
            && let Field::Leaf(definition) = &leaf.definition
        {
            return Err(object_after_leaf(parent, &definition.field_type, is_nested(parent)));
        }
        tree.entry(parent).or_insert(None);
    }
    match (tree.get(&*mapper.full), &mapper.definition) {
        (Some(Some(earlier)), _) => check(earlier, mapper, switches, Pair::Later),
        (Some(None), Field::Leaf(_)) => {
            let text = non_object(&visible(&mapper.full), is_nested(&mapper.full));
            Err(conflict(text, &mapper.full))
        }
        _ => {
            tree.insert(&mapper.full, Some(mapper));
            Ok(())
        }
    }
}

fn object_after_leaf(full: &[u8], field_type: &str, nested: bool) -> Failure {
    let name = visible(full);
    let text = if full.contains(&b'.') || nested {
        non_object(&name, nested)
    } else {
        format!("mapper [{name}] cannot be changed from type [{field_type}] to [ObjectMapper]")
    };
    conflict(text, full)
}

fn conflict(text: String, full: &[u8]) -> Failure {
    Failure::argument(text).class(RejectClass::MappingConflict).field(|| names::path(full))
}

/// Which pair of the sorted list is merged.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pair {
    First,
    Later,
}

/// `into.merge(with)`, for its errors.
fn check(into: &NewMapper, with: &NewMapper, switches: &Switches, pair: Pair) -> Outcome {
    let name = visible(&into.full);
    let by_class = switches.repeats == Repeats::SortedByClass;
    let has_sentence =
        |object: &ObjectField| object.nested && switches.repeats == Repeats::Appearance;
    let text = match (&into.definition, &with.definition) {
        (Field::Object(a), Field::Object(b)) => match (a.nested, b.nested) {
            (true, false) => {
                format!("object mapping [{name}] can't be changed from nested to non-nested")
            }
            (false, true) => {
                format!("object mapping [{name}] can't be changed from non-nested to nested")
            }
            _ => return Ok(()),
        },
        (Field::Object(_), Field::Leaf(_)) if by_class => {
            format!("Can't merge a non object mapping [{name}] with an object mapping [{name}]")
        }
        (Field::Object(object), Field::Leaf(_)) if object.nested && has_own_merge(switches) => {
            format!("can't merge a non nested mapping [{name}] with a nested mapping")
        }
        (Field::Object(object), Field::Leaf(_)) => non_object(&name, has_sentence(object)),
        (Field::Leaf(a), Field::Object(_)) if by_class => format!(
            "mapper [{name}] of different type, current_type [{}], merged_type [ObjectMapper]",
            a.field_type
        ),
        (Field::Leaf(_), Field::Object(object))
            if pair == Pair::First
                || (switches.repeats == Repeats::Appearance && into.full.contains(&b'.')) =>
        {
            non_object(&name, has_sentence(object))
        }
        (Field::Leaf(a), Field::Object(object)) => format!(
            "mapper [{name}] cannot be changed from type [{}] to [{}]",
            a.field_type,
            if has_sentence(object) { "NestedObjectMapper" } else { "ObjectMapper" }
        ),
        (Field::Leaf(a), Field::Leaf(b)) if by_class => {
            if class(&a.field_type) == class(&b.field_type) {
                return Ok(());
            }
            format!(
                "mapper [{name}] of different type, current_type [{}], merged_type [{}]",
                a.field_type, b.field_type
            )
        }
        (Field::Leaf(a), Field::Leaf(b)) if a.field_type != b.field_type => format!(
            "mapper [{name}] cannot be changed from type [{}] to [{}]",
            a.field_type, b.field_type
        ),
        (Field::Leaf(a), Field::Leaf(b)) => {
            let format = |leaf: &crate::model::mapping::LeafField| {
                let set = leaf.params.get("format").and_then(serde_json::Value::as_str);
                set.unwrap_or(super::date::DEFAULT_FORMAT).to_owned()
            };
            if a.field_type != "date" || format(a) == format(b) {
                return Ok(());
            }
            format!(
                "Mapper for [{name}] conflicts with existing mapper:\n\tCannot update parameter [format] from [{}] to [{}]",
                format(a),
                format(b)
            )
        }
    };
    Err(conflict(text, &into.full))
}

/// 7.16 and 7.17: `NestedObjectMapper` is a class of its own, and what it merges with has to be one.
fn has_own_merge(switches: &Switches) -> bool {
    let Engine { product, major, minor, .. } = switches.engine;
    product == Product::Elasticsearch && major == 7 && minor >= 16
}

/// 8.x: a nested object has its own sentence for a leaf of its name.
fn non_object(name: &str, nested: bool) -> String {
    if nested {
        return format!("can't merge a non-nested mapping [{name}] with a nested mapping");
    }
    format!("can't merge a non object mapping [{name}] with an object mapping")
}

/// The Java class of a 6.x mapper: all numbers share one.
fn class(field_type: &str) -> &str {
    match field_type {
        "long" | "integer" | "short" | "byte" | "double" | "float" | "half_float" => "number",
        other => other,
    }
}

/// Puts additions into the mapping and its compiled tree. Objects come before what lies below them in no particular order:
/// missing parents are made.
pub(crate) fn apply(
    additions: &[NewMapper],
    mapping: &mut Mapping,
    root: &mut Arc<ObjectNode>,
    around: Surroundings<'_>,
) {
    let mut sorted: Vec<_> = additions.iter().collect();
    sorted.sort_by_key(|new| names::path(&new.full).0.len());
    for new in sorted {
        let path = path_in(root, &new.full);
        put(&mut mapping.root, &path, &new.definition);
        put_node(root, &path, &new.definition, around);
    }
}

/// The path of a new field: its segments, or fewer below an object that keeps dots in names.
pub(crate) fn path_in(root: &ObjectNode, full: &[u8]) -> FieldPath {
    let segments = names::java_split(full);
    let mut holder = root;
    for (i, segment) in segments.iter().enumerate() {
        if holder.flat {
            let mut path: Vec<_> = segments[..i].iter().map(|s| (*s).into()).collect();
            path.push(segments[i..].join(&b'.').as_slice().into());
            return FieldPath(path);
        }
        match holder.child(segment) {
            Some(Node::Object(inner)) => holder = inner,
            _ => break,
        }
    }
    names::path(full)
}

fn put(object: &mut ObjectField, path: &FieldPath, definition: &Field) {
    let Some((last, above)) = path.0.split_last() else { return };
    let mut holder = object;
    for name in above {
        let entry = holder
            .fields
            .entry(name.clone())
            .or_insert_with(|| Field::Object(ObjectField::default()));
        let Field::Object(inner) = entry else { return };
        holder = inner;
    }
    match (holder.fields.get_mut(last), definition) {
        (Some(Field::Object(old)), Field::Object(new)) => {
            for (name, field) in &new.fields {
                old.fields.entry(name.clone()).or_insert_with(|| field.clone());
            }
        }
        _ => {
            holder.fields.insert(last.clone(), definition.clone());
        }
    }
}

fn put_node(
    root: &mut Arc<ObjectNode>,
    path: &FieldPath,
    definition: &Field,
    around: Surroundings<'_>,
) {
    let Some((last, above)) = path.0.split_last() else { return };
    let mut holder = Arc::make_mut(root);
    for name in above {
        let full = super::tree::join(&holder.full, name.as_bytes());
        let dynamic = holder.dynamic;
        let entry = holder
            .children
            .entry(name.as_bytes().to_vec())
            .or_insert_with(|| Node::Object(Arc::new(ObjectNode::plain(full, dynamic))));
        let Node::Object(inner) = entry else { return };
        holder = Arc::make_mut(inner);
    }
    let full = super::tree::join(&holder.full, last.as_bytes());
    let dynamic: Dynamic = holder.dynamic;
    let node = match definition {
        Field::Object(field) => match holder.children.get_mut(last.as_bytes()) {
            Some(Node::Object(old)) => {
                let new = object(field, &full, dynamic, around);
                let old = Arc::make_mut(old);
                for (name, node) in new.children {
                    old.children.entry(name).or_insert(node);
                }
                return;
            }
            _ => Node::Object(Arc::new(object(field, &full, dynamic, around))),
        },
        Field::Leaf(field) => leaf(field, &full, around),
    };
    holder.children.insert(last.as_bytes().to_vec(), node);
}

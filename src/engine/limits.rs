//! The limits of an index: on the mapping after an update, and on a document while it is read (`MapperService`).
//!
//! In: the updated tree, or the walk's counters. Out: nothing, or the engine's refusal.

use crate::engine::document::{Doc, NewMapper};
use crate::engine::failure::{Failure, Outcome};
use crate::engine::names;
use crate::engine::settings::Settings;
use crate::engine::switches::{DepthInParse, Switches, TotalInParse, Walk};
use crate::engine::tree::{FieldNode, Found, Node, ObjectNode};
use crate::model::fate::RejectClass;
use crate::model::path::visible;

/// Checks the whole mapping after an update: fields, then nested fields, then depth, then names, as `MapperService` does.
pub(crate) fn check(
    root: &ObjectNode,
    runtime: usize,
    additions: &[NewMapper],
    switches: &Switches,
    settings: &Settings,
) -> Outcome {
    let place = if switches.limits.limit_names_index {
        format!(" in index [{}]", settings.index_name)
    } else {
        String::new()
    };
    let limit = settings.total_fields.unwrap_or(1000);
    if count(root, switches) + runtime as u64 > limit {
        let text = format!("Limit of total fields [{limit}]{place} has been exceeded");
        return Err(Failure::argument(text).class(RejectClass::FieldLimit));
    }
    check_nested(root, switches, settings, &place)?;
    check_depth(root, settings, &place)?;
    check_names(additions, switches, settings)
}

/// Copy targets may be no objects, and nothing below a field (`MapperMergeValidator`, `FieldMapper`).
pub(crate) fn check_copies(root: &ObjectNode, walk: Walk) -> Outcome {
    let mut targets = Vec::new();
    collect_targets(root, &mut targets);
    for target in targets {
        let shown = visible(&target);
        if let Some(Found::Node(Node::Object(_))) = root.find(&target) {
            let text = format!("Cannot copy to field [{shown}] since it is mapped as an object");
            return Err(Failure::argument(text).class(RejectClass::MappingConflict));
        }
        let above = target.iter().enumerate().filter(|(_, byte)| **byte == b'.');
        let below_field = above
            .map(|(dot, _)| root.find(&target[..dot]))
            .any(|found| matches!(found, Some(Found::Node(Node::Field(_)) | Found::Multi(_))));
        if below_field && walk == Walk::Splitting {
            let text = format!("[copy_to] may not be used to copy to a multi-field: [{shown}]");
            return Err(Failure::argument(text).class(RejectClass::MappingConflict));
        }
    }
    Ok(())
}

fn collect_targets(object: &ObjectNode, targets: &mut Vec<Vec<u8>>) {
    for node in object.children.values() {
        match node {
            Node::Object(inner) => collect_targets(inner, targets),
            Node::Field(field) => targets.extend(field.copy_to.iter().cloned()),
            Node::Alias(_) => {}
        }
    }
}

fn check_nested(
    root: &ObjectNode,
    switches: &Switches,
    settings: &Settings,
    place: &str,
) -> Outcome {
    let default = if switches.limits.array_objects_limit { 100 } else { 50 };
    let limit = settings.nested_fields.unwrap_or(default);
    if nested(root) > limit {
        let text = format!("Limit of nested fields [{limit}]{place} has been exceeded");
        return Err(Failure::argument(text).class(RejectClass::StructureLimit));
    }
    Ok(())
}

/// The root has depth 1; leaves do not count.
fn check_depth(root: &ObjectNode, settings: &Settings, place: &str) -> Outcome {
    let limit = settings.depth.unwrap_or(20);
    match too_deep(root, limit) {
        None => Ok(()),
        Some(full) => {
            let shown = visible(full);
            let text = format!(
                "Limit of mapping depth [{limit}]{place} has been exceeded due to object field [{shown}]"
            );
            Err(Failure::argument(text)
                .class(RejectClass::StructureLimit)
                .field(|| names::path(full)))
        }
    }
}

fn check_object_depth(object: &ObjectNode, settings: &Settings) -> Outcome {
    let limit = settings.depth.unwrap_or(20);
    let depth = names::dots(&object.full) + 2;
    if depth <= limit {
        return Ok(());
    }
    let shown = visible(&object.full);
    let text =
        format!("Limit of mapping depth [{limit}] has been exceeded due to object field [{shown}]");
    Err(Failure::argument(text)
        .class(RejectClass::StructureLimit)
        .field(|| names::path(&object.full)))
}

fn too_deep(object: &ObjectNode, limit: u64) -> Option<&[u8]> {
    let depth = |full: &[u8]| names::dots(full) + 2;
    object.children.values().find_map(|node| match node {
        Node::Object(inner) if depth(&inner.full) > limit => Some(&*inner.full),
        Node::Object(inner) => too_deep(inner, limit),
        _ => None,
    })
}

/// Names of the update against `field_name_length.limit`; objects first. Which of several the engine reports is random.
fn check_names(additions: &[NewMapper], switches: &Switches, settings: &Settings) -> Outcome {
    let Some(limit) = settings.name_length.filter(|_| switches.limits.name_length_limit) else {
        return Ok(());
    };
    let metadata = switches.metadata.iter().map(|name| name.as_bytes());
    let own = metadata.filter(|_| !additions.is_empty());
    let added = additions.iter().flat_map(|new| all_names(&new.node));
    let own: Vec<Vec<u8>> = own.map(<[u8]>::to_vec).collect();
    let long = added.chain(own).find(|name| names::utf16_length(name) as u64 > limit);
    match long {
        None => Ok(()),
        Some(name) => {
            let shown = visible(&name);
            let text =
                format!("Field name [{shown}] is longer than the limit of [{limit}] characters");
            Err(Failure::argument(text).class(RejectClass::StructureLimit))
        }
    }
}

fn all_names(node: &Node) -> Vec<Vec<u8>> {
    match node {
        Node::Object(object) => vec![names::last_segment(&object.full).to_vec()],
        Node::Field(field) => {
            let all = std::iter::once(field).chain(&field.fields);
            all.map(|field| names::last_segment(&field.full).to_vec()).collect()
        }
        Node::Alias(full) => vec![names::last_segment(full).to_vec()],
    }
}

/// What `total_fields.limit` counts: objects, leaves, multi-fields, aliases.
pub(crate) fn count(object: &ObjectNode, switches: &Switches) -> u64 {
    let one = |node: &Node| match node {
        Node::Object(inner) => 1 + count(inner, switches),
        Node::Field(field) => count_field(field, switches),
        Node::Alias(_) => 1,
    };
    object.children.values().map(one).sum()
}

fn count_field(field: &FieldNode, switches: &Switches) -> u64 {
    let params = &field.definition.params;
    let has =
        |key: &str| params.get(key).is_some_and(|value| *value != serde_json::Value::Bool(false));
    let hidden = if switches.limits.prefixes_count {
        u64::from(has("index_prefixes")) + u64::from(has("index_phrases"))
    } else {
        0
    };
    1 + hidden + field.fields.iter().map(|sub| count_field(sub, switches)).sum::<u64>()
}

fn nested(object: &ObjectNode) -> u64 {
    let one = |node: &Node| match node {
        Node::Object(inner) => u64::from(inner.nested) + nested(inner),
        _ => 0,
    };
    object.children.values().map(one).sum()
}

/// A nested document begins.
pub(crate) fn count_nested(doc: &mut Doc<'_>) -> Outcome {
    doc.counts.nested += 1;
    let limit = doc.world.settings.nested_objects.unwrap_or(10_000);
    if !doc.switches().limits.nested_objects_limit || doc.counts.nested <= limit {
        return Ok(());
    }
    let text = format!(
        "The number of nested documents has exceeded the allowed limit of [{limit}]. This limit can be set by changing the [index.mapping.nested_objects.limit] index level setting."
    );
    Err(doc.mapping_failure(text).class(RejectClass::StructureLimit))
}

/// An object begins; OpenSearch counts them while it reads.
pub(crate) fn enter_object(doc: &mut Doc<'_>) -> Outcome {
    doc.counts.objects += 1;
    let text = "The depth of the field has exceeded the allowed limit of";
    check_reading(doc, doc.counts.objects, text)
}

/// Up to 7.x depth is checked at the update only. Far below the limit the answer of the update is given at once, so that a document
/// cannot exhaust the stack; what it holds further on could only fail it in other words.
pub(crate) fn stop_far_below(doc: &Doc<'_>, object: &ObjectNode) -> Outcome {
    const FAR: u64 = 100;
    if doc.counts.objects <= FAR {
        return Ok(());
    }
    let limit = doc.world.settings.depth.unwrap_or(20);
    let place = if doc.switches().limits.limit_names_index {
        format!(" in index [{}]", doc.world.settings.index_name)
    } else {
        String::new()
    };
    let shown = visible(&object.full);
    let text = format!(
        "Limit of mapping depth [{limit}]{place} has been exceeded due to object field [{shown}]"
    );
    Err(Failure::argument(text).class(RejectClass::StructureLimit))
}

/// An object ends.
pub(crate) fn leave_object(doc: &mut Doc<'_>) {
    doc.counts.objects = doc.counts.objects.saturating_sub(1);
}

/// An array begins.
pub(crate) fn enter_array(doc: &mut Doc<'_>) -> Outcome {
    doc.counts.arrays += 1;
    let text = "The depth of the nested array field has exceeded the allowed limit of";
    check_reading(doc, doc.counts.arrays.saturating_sub(1), text)
}

/// An array ends.
pub(crate) fn leave_array(doc: &mut Doc<'_>) {
    doc.counts.arrays = doc.counts.arrays.saturating_sub(1);
}

fn check_reading(doc: &Doc<'_>, depth: u64, text: &str) -> Outcome {
    let limit = doc.world.settings.depth.unwrap_or(20);
    if doc.switches().limits.depth_in_parse != DepthInParse::Document || depth < limit {
        return Ok(());
    }
    let reason = format!(
        "{text} [{limit}]. This limit can be set by changing the [index.mapping.depth.limit] index level setting."
    );
    Err(Failure::new("parse_exception", reason).class(RejectClass::StructureLimit))
}

/// An object in an array begins.
pub(crate) fn count_array_object(doc: &mut Doc<'_>) -> Outcome {
    doc.counts.array_objects += 1;
    let limit = doc.world.settings.array_objects.unwrap_or(50_000);
    if !doc.switches().limits.array_objects_limit || doc.counts.array_objects <= limit {
        return Ok(());
    }
    let text = format!(
        "The total number of objects across all arrays in the document has exceeded the allowed limit of [{limit}]. This limit can be set by changing the [index.mapping.array_objects.limit] index level setting."
    );
    Err(doc.mapping_failure(text).class(RejectClass::StructureLimit))
}

/// A new mapper against the limits that are checked while reading: false where it is beyond a limit and may be ignored.
pub(crate) fn check_new(doc: &mut Doc<'_>, new: &NewMapper) -> Outcome<bool> {
    let switches = doc.switches();
    if switches.limits.depth_in_parse == DepthInParse::NewObjects
        && let Node::Object(object) = &new.node
    {
        check_object_depth(object, &doc.world.settings)?;
    }
    if switches.limits.total_in_parse == TotalInParse::No {
        return Ok(true);
    }
    if doc.walked.new.iter().any(|old| old.full == new.full) {
        return Ok(true);
    }
    let fields = match (&new.node, switches.limits.total_in_parse) {
        (Node::Field(field), TotalInParse::Fields) => count_field(field, switches),
        _ => 1,
    };
    check_count(doc, fields)
}

/// So many more fields against `total_fields.limit`, as it is checked while reading.
pub(crate) fn check_count(doc: &mut Doc<'_>, more: u64) -> Outcome<bool> {
    let switches = doc.switches();
    if switches.limits.total_in_parse != TotalInParse::Fields && more == 0 {
        return Ok(true);
    }
    let fields = doc.counts.fields + more;
    let limit = doc.world.settings.total_fields.unwrap_or(1000);
    let present = count(&doc.world.root, switches)
        + if switches.limits.runtime_counts { doc.world.runtime.len() as u64 } else { 0 };
    if present + fields <= limit {
        doc.counts.fields = fields;
        return Ok(true);
    }
    if doc.world.settings.ignore_beyond_limit && switches.limits.ignores_beyond_limit {
        return Ok(false);
    }
    let text = format!(
        "Limit of total fields [{limit}] has been exceeded while adding new fields [{fields}]"
    );
    Err(Failure::argument(text).class(RejectClass::FieldLimit))
}

//! `object-added-dynamically`: a whole subtree that nobody declared. In: origins of the replay. Out: one finding at the root
//! of each subtree, which speaks for everything below it.

use super::field_added_dynamically::with_addition;
use super::{Basis, Checked, Rule, each_index};
use crate::model::evidence::{Evidence, FieldEvidence, IndexEvidence};
use crate::model::finding::{Finding, Level};
use crate::model::mapping::Field;
use crate::model::path::FieldPath;
use crate::model::quantity::counted;
use crate::model::timeline::{Addition, Origin};

pub(super) static RULE: Rule = Rule {
    id: "object-added-dynamically",
    summary: "a record added an object that was not declared, with everything below it",
    level: Level::Warning,
    area: "drift",
    basis: Basis::Replay,
    page: include_str!("object_added_dynamically.md"),
    check,
};

/// Leaves that are named one by one.
const NAMED_LEAVES: usize = 8;

fn check(evidence: &Evidence<'_>) -> Checked {
    each_index(evidence, |index| of_index(evidence, index))
}

fn of_index(evidence: &Evidence<'_>, index: &IndexEvidence<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, field) in &index.fields {
        let Some(Origin::Added(addition)) = field.origin else { continue };
        let is_claimed =
            index.has_added_object_above(path) || index.has_other_type_at_or_above(path);
        if field.is_added_object() && !is_claimed {
            findings.push(root(evidence, index, (path, field), addition));
        }
    }
    findings
}

fn root(
    evidence: &Evidence<'_>,
    index: &IndexEvidence<'_>,
    (path, field): (&FieldPath, &FieldEvidence<'_>),
    addition: &Addition,
) -> Finding {
    let leaves = leaves(index, path);
    let verb = if index.is_live && field.live.is_none() { "would be added" } else { "was added" };
    let record = evidence.tell(addition.sighting);
    let below = match leaves.len() as u64 {
        0 => String::new(),
        number => format!(" with {} below it", counted(number, "field", "fields")),
    };
    let message = format!("object `{path}`{below} {verb} by {record}");
    let tokens = vec![field.replayed.map(Field::type_name).unwrap_or_default().to_owned()];
    let found = Finding { tokens, ..RULE.finding(message) };
    let mut found = with_addition(found, evidence, index, (path, field), addition);
    if !leaves.is_empty() {
        found.notes.insert(0, named(&leaves));
    }
    found.help.push("if nobody searches it, map the object with `enabled: false`".to_owned());
    found
}

fn leaves<'a>(index: &'a IndexEvidence<'a>, path: &'a FieldPath) -> Vec<(&'a FieldPath, &'a str)> {
    let below = index.below(path).filter_map(|(leaf, field)| match field.replayed {
        Some(Field::Leaf(mapped)) => Some((leaf, &*mapped.field_type)),
        _ => None,
    });
    below.collect()
}

fn named(leaves: &[(&FieldPath, &str)]) -> String {
    let names: Vec<String> = leaves
        .iter()
        .take(NAMED_LEAVES)
        .map(|(path, mapped)| format!("{path} ({mapped})"))
        .collect();
    match leaves.len().saturating_sub(NAMED_LEAVES) {
        0 => format!("below it: {}", names.join(", ")),
        more => format!("below it: {}, and {more} more", names.join(", ")),
    }
}

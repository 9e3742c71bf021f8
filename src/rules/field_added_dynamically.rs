//! `field-added-dynamically`: a field that nobody declared, brought into the mapping by a record. In: origins of the replay.
//! Out: one finding per field. Leaves below an added object belong to that object; births are no findings.

use super::{Basis, Checked, Rule, each_index};
use crate::model::evidence::{Evidence, FieldEvidence, IndexEvidence};
use crate::model::finding::{Confidence, Finding, Level};
use crate::model::mapping::Field;
use crate::model::path::FieldPath;
use crate::model::quantity::listed;
use crate::model::timeline::{Addition, Origin};

pub(super) static RULE: Rule = Rule {
    id: "field-added-dynamically",
    summary: "a record added a field that was not declared",
    level: Level::Warning,
    area: "drift",
    basis: Basis::Replay,
    page: include_str!("field_added_dynamically.md"),
    check,
};

fn check(evidence: &Evidence<'_>) -> Checked {
    each_index(evidence, |index| of_index(evidence, index))
}

fn of_index(evidence: &Evidence<'_>, index: &IndexEvidence<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, field) in &index.fields {
        let (Some(Origin::Added(addition)), Some(Field::Leaf(leaf))) =
            (field.origin, field.replayed)
        else {
            continue;
        };
        if !index.has_added_object_above(path)
            && !index.has_other_type_at_or_above(path)
            && !index.is_contradicted_at_or_above(path)
        {
            let message = message(evidence, (path, field), addition, index.is_live);
            let tokens = vec![leaf.field_type.clone()];
            let found =
                Finding { tokens, group: Some(group(index, field)), ..RULE.finding(message) };
            findings.push(with_addition(found, evidence, index, (path, field), addition));
        }
    }
    findings
}

/// What a finding about an added field or object holds: the record that did it, the engine's decision, who else carries it.
pub(super) fn with_addition(
    finding: Finding,
    evidence: &Evidence<'_>,
    index: &IndexEvidence<'_>,
    (path, field): (&FieldPath, &FieldEvidence<'_>),
    addition: &Addition,
) -> Finding {
    let mut found = Finding {
        index: index.known_name(),
        field: Some(path.clone()),
        count: Some(field.present()),
        of: Some(evidence.profile.records),
        first: Some(addition.sighting),
        last: field.seen_between().map(|(_, last)| last),
        families: field.families.iter().map(|&name| name.to_owned()).collect(),
        engine: Some(addition.decision.to_string()),
        witness: index.timeline.excerpts.get(&addition.sighting).cloned(),
        help: help(),
        ..finding
    };
    doubt(&mut found, evidence, index, (path, field), addition);
    found
}

fn doubt(
    found: &mut Finding,
    evidence: &Evidence<'_>,
    index: &IndexEvidence<'_>,
    (path, field): (&FieldPath, &FieldEvidence<'_>),
    addition: &Addition,
) {
    if !index.is_raced(path) && index.is_near_race(addition.sighting) {
        found.confidence = Confidence::Likely;
        found.notes.push(
            "chance decided the type of another field close by, and with it which records were taken".to_owned(),
        );
    }
    if index.is_raced(path) {
        found.confidence = Confidence::Likely;
        found.notes.push(match index.winner(path) {
            Some(winner) => format!(
                "{} gives the live type: the two raced inside one buffer interval, and it won",
                evidence.tell(winner.sighting)
            ),
            None => "values of different types arrived close enough for one bulk request; which came first there is not known"
                .to_owned(),
        });
    }
    if has_other_parameters(field) {
        found.confidence = found.confidence.min(Confidence::Likely);
        found.notes.push(
            "its live definition has other parameters than the record gives: somebody may have put it by hand"
                .to_owned(),
        );
    }
    if index.is_live && field.live.is_none() {
        found.confidence = Confidence::Possible;
        found.notes.push(
            "the live mapping does not have it: the record may still be on its way, or never reached this index".to_owned(),
        );
    }
}

/// Whether the live field has the replayed type, but not the parameters or multi-fields.
fn has_other_parameters(field: &FieldEvidence<'_>) -> bool {
    match (field.live, field.replayed) {
        (Some(Field::Leaf(live)), Some(Field::Leaf(replayed))) => live != replayed,
        _ => false,
    }
}

fn message(
    evidence: &Evidence<'_>,
    (path, field): (&FieldPath, &FieldEvidence<'_>),
    addition: &Addition,
    is_live: bool,
) -> String {
    let verb = if is_live && field.live.is_none() { "would be added" } else { "was added" };
    let type_name = field.replayed.map(Field::type_name).unwrap_or_default();
    let record = evidence.tell(addition.sighting);
    format!("`{path}` {verb} as {type_name} by {record}: {}", addition.decision)
}

/// Fields of the same families stand in one block.
pub(super) fn group(index: &IndexEvidence<'_>, field: &FieldEvidence<'_>) -> String {
    let verb = if index.is_live && field.live.is_none() { "would come" } else { "came" };
    let families: Vec<String> = field.families.iter().map(|&name| name.to_owned()).collect();
    match families.as_slice() {
        [] => format!("fields {verb} with records"),
        names => format!("fields {verb} with the records of {}", listed(names)),
    }
}

fn help() -> Vec<String> {
    vec![
        "declare it in the index template, or set `dynamic` to `false` or `strict` on the object that holds it; a producer \
         that should not send it can drop it"
            .to_owned(),
    ]
}

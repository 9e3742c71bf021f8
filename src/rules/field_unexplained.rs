//! `field-unexplained`: a live field that neither the declaration nor any record read here accounts for. In: declared, live
//! and replayed mapping. Out: one finding at the root of each unexplained subtree, and one for each field whose live type the
//! replay contradicts.

use super::{Basis, Checked, Rule, each_live_index};
use crate::model::evidence::{Evidence, FieldEvidence, IndexEvidence};
use crate::model::finding::{Confidence, Finding, Level};
use crate::model::mapping::Field;
use crate::model::path::FieldPath;

pub(super) static RULE: Rule = Rule {
    id: "field-unexplained",
    summary: "no declaration and no record read here accounts for a live field or its type",
    level: Level::Warning,
    area: "drift",
    basis: Basis::Facts,
    page: include_str!("field_unexplained.md"),
    check,
};

fn check(evidence: &Evidence<'_>) -> Checked {
    if evidence.profile.records == 0 {
        return Checked::NotRun("no record was read".to_owned());
    }
    each_live_index(evidence, |index| of_index(evidence, index))
}

fn of_index(evidence: &Evidence<'_>, index: &IndexEvidence<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, field) in &index.fields {
        let is_claimed = index.above(path).any(|(above_path, above)| {
            is_unexplained(above)
                || above.is_type_changed()
                || index.is_contradicted_at(&above_path)
        });
        let (Some(live), false) = (field.live, is_claimed) else { continue };
        if is_unexplained(field) {
            findings.push(unexplained(evidence, index, (path, field), live));
        }
    }
    findings
}

fn is_unexplained(field: &FieldEvidence<'_>) -> bool {
    field.live.is_some() && field.declared.is_none() && field.replayed.is_none()
}

fn unexplained(
    evidence: &Evidence<'_>,
    index: &IndexEvidence<'_>,
    (path, field): (&FieldPath, &FieldEvidence<'_>),
    live: &Field,
) -> Finding {
    let type_name = live.type_name();
    let (confidence, what) = match (field.present(), evidence.complete) {
        (0, true) => (Confidence::Likely, "no record in the backup holds it"),
        (0, false) => (Confidence::Possible, "no record that could be read holds it"),
        _ => (Confidence::Possible, "the records that hold it do not map it in the replay"),
    };
    let message =
        format!("`{path}` is live as {type_name}, but no template declares it, and {what}");
    Finding {
        confidence,
        group: Some(format!("live fields are in no template, and {}", plural(what))),
        tokens: vec![type_name.to_owned()],
        help: vec![
            "widen the backup that is read; else look for a mapping put by hand, another writer, or deleted documents".to_owned(),
        ],
        ..with_sums(RULE.finding(message), evidence, index, (path, field))
    }
}

fn plural(what: &str) -> String {
    what.replace(" holds it", " holds them")
        .replace("that hold it", "that hold them")
        .replace("map it", "map them")
}

fn with_sums(
    finding: Finding,
    evidence: &Evidence<'_>,
    index: &IndexEvidence<'_>,
    (path, field): (&FieldPath, &FieldEvidence<'_>),
) -> Finding {
    let seen = field.seen_between();
    Finding {
        index: index.known_name(),
        field: Some(path.clone()),
        count: Some(field.present()),
        of: Some(evidence.profile.records),
        first: seen.map(|(first, _)| first),
        last: seen.map(|(_, last)| last),
        families: field.families.iter().map(|&name| name.to_owned()).collect(),
        ..finding
    }
}

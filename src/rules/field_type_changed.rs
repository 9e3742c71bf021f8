//! `field-type-changed`: the live type is not the declared one. In: declared and live mapping. Out: one finding per field;
//! what lies below such a field follows from it and is not reported again.

use super::{Basis, Checked, Rule, each_live_index};
use crate::model::evidence::{Evidence, FieldEvidence, IndexEvidence};
use crate::model::finding::{Finding, Level};
use crate::model::mapping::Field;
use crate::model::path::FieldPath;
use crate::model::timeline::Origin;

pub(super) static RULE: Rule = Rule {
    id: "field-type-changed",
    summary: "a field's live type is not the declared one",
    level: Level::Error,
    area: "drift",
    basis: Basis::Facts,
    page: include_str!("field_type_changed.md"),
    check,
};

fn check(evidence: &Evidence<'_>) -> Checked {
    each_live_index(evidence, |index| of_index(evidence, index))
}

fn of_index(evidence: &Evidence<'_>, index: &IndexEvidence<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, field) in &index.fields {
        let is_claimed = index.above(path).any(|(_, above)| above.is_type_changed());
        if let (true, Some(declared), Some(live)) =
            (field.is_type_changed(), field.declared, field.live)
            && !is_claimed
        {
            findings.push(changed(evidence, index, (path, field), (declared, live)));
        }
    }
    findings
}

fn changed(
    evidence: &Evidence<'_>,
    index: &IndexEvidence<'_>,
    (path, field): (&FieldPath, &FieldEvidence<'_>),
    (declared, live): (&Field, &Field),
) -> Finding {
    let (from, to) = (declared.type_name(), live.type_name());
    let seen = field.seen_between();
    Finding {
        index: index.known_name(),
        field: Some(path.clone()),
        count: seen.map(|_| field.present()),
        of: seen.map(|_| evidence.profile.records),
        first: field.origin.and_then(Origin::addition).map(|a| a.sighting).or(seen.map(|s| s.0)),
        last: seen.map(|(_, last)| last),
        families: field.families.iter().map(|&name| name.to_owned()).collect(),
        tokens: vec![from.to_owned(), to.to_owned()],
        help: vec![
            "a type cannot be changed in place: reindex into an index that has the declared type, or declare what is live"
                .to_owned(),
        ],
        ..RULE.finding(format!("`{path}` is declared as {from}, but is {to} in the live mapping"))
    }
}

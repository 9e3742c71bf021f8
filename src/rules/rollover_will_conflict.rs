//! `rollover-will-conflict`: the next index of a series would give a field another type than this one has. In: the next index, born
//! from today's templates and begun with the newest records. Out: one finding per field.

use super::{Basis, Checked, Rule, each_index};
use crate::model::evidence::{Evidence, FieldEvidence, IndexEvidence};
use crate::model::finding::{Confidence, Finding, Level};
use crate::model::path::FieldPath;
use crate::model::timeline::Origin;

pub(super) static RULE: Rule = Rule {
    id: "rollover-will-conflict",
    summary: "the next index of the series would give a field another type than this one has",
    level: Level::Warning,
    area: "cross-index",
    basis: Basis::Replay,
    page: include_str!("rollover_will_conflict.md"),
    check,
};

fn check(evidence: &Evidence<'_>) -> Checked {
    each_index(evidence, |index| of_index(evidence, index))
}

fn of_index(evidence: &Evidence<'_>, index: &IndexEvidence<'_>) -> Vec<Finding> {
    if !index.is_series {
        return Vec::new();
    }
    let differing = index.fields.iter().filter(|(path, _)| index.differs_next(path));
    let outermost = differing
        .filter(|(path, _)| !index.above(path).any(|(above, _)| index.differs_next(&above)));
    outermost.filter_map(|(path, field)| conflict(evidence, index, path, field)).collect()
}

fn conflict(
    evidence: &Evidence<'_>,
    index: &IndexEvidence<'_>,
    path: &FieldPath,
    field: &FieldEvidence<'_>,
) -> Option<Finding> {
    let (now, next) = (index.type_now(path)?, index.type_next(path)?);
    let origin = index.next?.origins.get(path);
    let addition = origin.and_then(Origin::addition);
    let by = match addition {
        Some(addition) => {
            format!("{} makes it {next}, {}", evidence.tell(addition.sighting), addition.decision)
        }
        None => format!("the template declares {next}"),
    };
    let message = format!("`{path}` is {now} here and would be {next} in the next index: {by}");
    Some(Finding {
        confidence: if addition.is_some() { Confidence::Likely } else { Confidence::Certain },
        index: index.known_name(),
        field: Some(path.clone()),
        first: addition.map(|addition| addition.sighting),
        families: field.families.iter().map(|&name| name.to_owned()).collect(),
        witness: addition
            .and_then(|addition| index.next?.excerpts.get(&addition.sighting).cloned()),
        notes: vec![
            "searches across both indices would treat the field in two ways, or fail".to_owned(),
        ],
        tokens: vec![now.to_owned(), next.to_owned()],
        help: vec![format!("declare `{path}` in the index template before the next index begins")],
        ..RULE.finding(message)
    })
}

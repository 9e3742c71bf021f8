//! `prediction-contradicted`: the index has another type than the record that brought the field gives it, and no race explains it.
//! In: origins that the live mapping overruled. Out: one finding per field, with what may have happened.

use super::{Basis, Checked, Rule, each_live_index};
use crate::model::evidence::{Evidence, FieldEvidence, IndexEvidence, Rival};
use crate::model::finding::{Confidence, Finding, Level};
use crate::model::path::FieldPath;
use crate::model::timeline::Addition;

pub(super) static RULE: Rule = Rule {
    id: "prediction-contradicted",
    summary: "a live field has another type than the record that brought it gives",
    level: Level::Warning,
    area: "reconcile",
    basis: Basis::Facts,
    page: include_str!("prediction_contradicted.md"),
    check,
};

fn check(evidence: &Evidence<'_>) -> Checked {
    each_live_index(evidence, |index| of_index(evidence, index))
}

fn of_index(evidence: &Evidence<'_>, index: &IndexEvidence<'_>) -> Vec<Finding> {
    let overruled = index.fields.iter().filter(|(path, _)| index.is_contradicted_at(path));
    let outermost = overruled
        .filter(|(path, _)| !index.above(path).any(|(above, _)| index.is_contradicted_at(&above)));
    outermost.filter_map(|(path, field)| contradicted(evidence, index, (path, field))).collect()
}

fn contradicted(
    evidence: &Evidence<'_>,
    index: &IndexEvidence<'_>,
    (path, field): (&FieldPath, &FieldEvidence<'_>),
) -> Option<Finding> {
    let (from, to) = (field.overruled()?, field.live?.type_name());
    let addition = field.origin?.addition()?;
    let record = evidence.tell(addition.sighting);
    let message =
        format!("`{path}` is live as {to}, but {record}, the first with it, makes it {from}");
    let giver = index.givers(path, to).next();
    let is_looked_at = index.orders.get(path).is_some_and(|rivals| !rivals.is_empty());
    let is_likely = evidence.complete && is_looked_at;
    Some(Finding {
        confidence: if is_likely { Confidence::Likely } else { Confidence::Possible },
        index: index.known_name(),
        field: Some(path.clone()),
        count: Some(field.present()),
        of: Some(evidence.profile.records),
        first: Some(addition.sighting),
        last: field.seen_between().map(|(_, last)| last),
        families: field.families.iter().map(|&name| name.to_owned()).collect(),
        witness: index.timeline.excerpts.get(&addition.sighting).cloned(),
        notes: vec![cause(evidence, is_looked_at, addition, giver)],
        tokens: vec![from.to_owned(), to.to_owned()],
        help: vec![
            "widen the backup that is read; declare the field, so that the next index does not depend on chance".to_owned(),
        ],
        ..RULE.finding(message)
    })
}

fn cause(
    evidence: &Evidence<'_>,
    is_looked_at: bool,
    addition: &Addition,
    giver: Option<&Rival>,
) -> String {
    match giver {
        Some(giver) => format!(
            "{} gives the live type: records before it did not reach the index, or in another order ({} is only what S3 holds first)",
            evidence.tell(giver.sighting),
            evidence.tell(addition.sighting)
        ),
        None if !is_looked_at => {
            "the records were not read a second time to see which of them gives the live type".to_owned()
        }
        None => "no record that was read gives the live type: another writer, an ingest pipeline, an index older than the \
                 backup, records outside it, an object that is missing from it, or a mapping put by hand"
            .to_owned(),
    }
}

//! `mapping-order-dependent`: another order of the same records gives a field another type. In: what the first record of each
//! kind of value alone makes of the field. Out: one finding per field, with two records that disagree.

use super::{Basis, Checked, Rule, each_index};
use crate::model::evidence::{Evidence, FieldEvidence, IndexEvidence, Rival};
use crate::model::fate::Fate;
use crate::model::finding::{Finding, Level, Shown};
use crate::model::path::FieldPath;
use crate::model::quantity::{counted, listed};
use crate::model::timeline::Addition;

pub(super) static RULE: Rule = Rule {
    id: "mapping-order-dependent",
    summary: "another order of the same records gives a field another type",
    level: Level::Warning,
    area: "drift",
    basis: Basis::Replay,
    page: include_str!("mapping_order_dependent.md"),
    check,
};

fn check(evidence: &Evidence<'_>) -> Checked {
    let is_unheard = |index: &IndexEvidence<'_>| {
        index.rivals_unheard && index.orders.values().all(Vec::is_empty)
    };
    if evidence.indices.iter().any(is_unheard) {
        return Checked::NotRun("the records could not be read a second time".to_owned());
    }
    each_index(evidence, |index| of_index(evidence, index))
}

fn of_index(evidence: &Evidence<'_>, index: &IndexEvidence<'_>) -> Vec<Finding> {
    let dependent = index
        .orders
        .keys()
        .filter(|path| index.is_order_dependent(path) && !index.is_contradicted_at(path));
    let outermost = dependent
        .filter(|path| !index.above(path).any(|(above, _)| index.is_order_dependent(&above)));
    let found = outermost.filter_map(|path| found(evidence, index, path));
    found.chain(unasked(index)).collect()
}

/// Nothing is left out without a word.
fn unasked(index: &IndexEvidence<'_>) -> Option<Finding> {
    let fields = counted(index.unasked as u64, "more field has", "more fields have");
    let message = format!(
        "{fields} values of several kinds; whether order decides their types was not looked at"
    );
    (index.unasked > 0).then(|| Finding {
        level: Level::Note,
        index: index.known_name(),
        tokens: vec!["not-looked-at".to_owned()],
        ..RULE.finding(message)
    })
}

fn found(evidence: &Evidence<'_>, index: &IndexEvidence<'_>, path: &FieldPath) -> Option<Finding> {
    let field: &FieldEvidence<'_> = index.fields.get(path)?;
    let (type_name, addition) = (field.replayed?.type_name(), field.origin?.addition()?);
    let decider = index.winner(path).map_or(addition.sighting, |winner| winner.sighting);
    let rivals: Vec<&Rival> = index.other_outcomes(path).collect();
    let mut others: Vec<String> = rivals.iter().map(|rival| rival.type_name.clone()).collect();
    others.sort();
    others.dedup();
    let message = format!(
        "`{path}` is {type_name} because {} came first; another order gives {}",
        evidence.tell(decider),
        listed(&others)
    );
    Some(Finding {
        index: index.known_name(),
        field: Some(path.clone()),
        first: Some(decider),
        families: field.families.iter().map(|&name| name.to_owned()).collect(),
        engine: Some(addition.decision.to_string()),
        witness: index.timeline.excerpts.get(&decider).cloned(),
        others: rivals.iter().map(|rival| outcome(rival, addition)).collect(),
        tokens: vec![type_name.to_owned()],
        help: vec![
            "declare the field in the index template, so that no record decides its type"
                .to_owned(),
        ],
        ..RULE.finding(message)
    })
}

/// What the other record does to the field, and then to the record that really came first.
fn outcome(rival: &Rival, addition: &Addition) -> Shown {
    let alone = format!("alone it makes {}, {}", rival.type_name, rival.decision);
    let is_first = rival.sighting == addition.sighting;
    let after = rival.first_after_it.as_ref().filter(|_| !is_first);
    let after = after.map(|after| format!("; after it, the first record {}", fate(after)));
    let says = alone + &after.unwrap_or_default();
    Shown { sighting: rival.sighting, bytes: rival.excerpt.clone(), says }
}

fn fate(fate: &Fate) -> String {
    match fate {
        Fate::Accepted(losses) if losses.is_empty() => "is taken".to_owned(),
        Fate::Accepted(_) => "is taken with losses".to_owned(),
        Fate::Rejected(_) => "is refused".to_owned(),
    }
}

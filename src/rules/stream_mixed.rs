//! `stream-mixed`: records of different make share one stream. In: the families of records. Out: one finding that names all
//! families; none where all records are of one family.

use super::{Basis, Checked, Rule};
use crate::model::evidence::{Evidence, IndexEvidence};
use crate::model::finding::{Finding, Level};
use crate::model::quantity::thousands;

pub(super) static RULE: Rule = Rule {
    id: "stream-mixed",
    summary: "records with hardly a field in common share one stream or index",
    level: Level::Warning,
    area: "shape",
    basis: Basis::Facts,
    page: include_str!("stream_mixed.md"),
    check,
};

fn check(evidence: &Evidence<'_>) -> Checked {
    Checked::Ran(if evidence.families.len() < 2 { Vec::new() } else { vec![mixed(evidence)] })
}

fn mixed(evidence: &Evidence<'_>) -> Finding {
    let index = evidence.only_index().and_then(IndexEvidence::known_name);
    let subject = index.clone().unwrap_or_else(|| "this stream".to_owned());
    let number = thousands(evidence.families.len() as u64);
    let records = evidence.families.iter().map(|family| family.records).sum();
    let newest = evidence.families.iter().max_by_key(|family| family.first);
    Finding {
        index,
        count: Some(records),
        of: Some(evidence.profile.records),
        first: newest.map(|family| family.first),
        last: evidence.families.iter().map(|family| family.last).max(),
        families: evidence.families.iter().map(|family| family.name.clone()).collect(),
        notes: newest
            .map(|family| begins(evidence, &family.name, family.first))
            .into_iter()
            .collect(),
        help: vec![
            "give each family a stream and an index of its own, or a field that tells them apart"
                .to_owned(),
        ],
        ..RULE.finding(format!("{number} families of records share {subject}"))
    }
}

fn begins(evidence: &Evidence<'_>, name: &str, first: crate::model::object::Sighting) -> String {
    format!("{name} begins with {}", evidence.tell(first))
}

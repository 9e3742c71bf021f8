//! `object-damaged`: objects whose bytes cannot all be read as records: a cut gzip stream, a cut record, bytes that no record
//! explains. In: the problems of the scan. Out: one finding per object and kind of damage.

use std::collections::BTreeMap;

use super::{Basis, Checked, Rule};
use crate::model::evidence::Evidence;
use crate::model::finding::{Finding, Level, Place};
use crate::model::problem::{Problem, ProblemKind};
use crate::model::quantity::counted;

pub(super) static RULE: Rule = Rule {
    id: "object-damaged",
    summary: "some bytes of an object cannot be read as records",
    level: Level::Error,
    area: "delivery",
    basis: Basis::Facts,
    page: include_str!("object_damaged.md"),
    check,
};

fn check(evidence: &Evidence<'_>) -> Checked {
    let mut damaged: BTreeMap<(&str, ProblemKind), Vec<&Problem>> = BTreeMap::new();
    for problem in evidence.problems.iter().filter(|problem| problem.kind.is_damage()) {
        damaged.entry((&problem.object, problem.kind)).or_default().push(problem);
    }
    Checked::Ran(
        damaged.into_iter().map(|((object, kind), all)| damage(object, kind, &all)).collect(),
    )
}

fn damage(object: &str, kind: ProblemKind, problems: &[&Problem]) -> Finding {
    let first = problems.iter().min();
    let bytes: Option<u64> = problems.iter().map(|problem| problem.byte_length).sum();
    let stretches = counted(problems.len() as u64, "stretch", "stretches");
    let length = bytes.map(|n| format!(" ({})", counted(n, "byte", "bytes"))).unwrap_or_default();
    Finding {
        count: Some(problems.len() as u64),
        place: first.map(|first| Place {
            object: object.to_owned(),
            byte_offset: first.byte_offset,
            byte_length: first.byte_length,
        }),
        notes: first.map(|first| first.message.clone()).into_iter().collect(),
        tokens: vec![kind.name().to_owned(), object.to_owned()],
        help: vec!["fetch the object again; if its source is damaged, its records before the damage still count".to_owned()],
        ..RULE.finding(format!("{object}: {}, {stretches}{length}", what(kind)))
    }
}

fn what(kind: ProblemKind) -> &'static str {
    match kind {
        ProblemKind::CompressionDamaged => "the compressed bytes are broken or end early",
        ProblemKind::RecordCut => "a record is cut",
        ProblemKind::Garbage => "bytes that no record explains",
        ProblemKind::RecordTooLong => "a record beyond the size limit",
        ProblemKind::InflateLimit
        | ProblemKind::LimitReached
        | ProblemKind::GetFailed
        | ProblemKind::Archived
        | ProblemKind::KmsRefused
        | ProblemKind::ObjectChanged
        | ProblemKind::IndexUnreadable
        | ProblemKind::Interrupted => kind.name(),
    }
}

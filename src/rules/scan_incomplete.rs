//! `scan-incomplete`: input that was not read, so that every finding is a lower bound. In: the problems of the scan. Out: one
//! finding per kind of problem; damage inside objects is reported by `object-damaged`.

use std::collections::BTreeMap;

use super::{Basis, Checked, Rule};
use crate::model::evidence::Evidence;
use crate::model::finding::{Finding, Level, Place};
use crate::model::problem::{Problem, ProblemKind};
use crate::model::quantity::counted;

pub(super) static RULE: Rule = Rule {
    id: "scan-incomplete",
    summary: "not all input was read; findings are a lower bound",
    level: Level::Error,
    area: "meta",
    basis: Basis::Facts,
    page: include_str!("scan_incomplete.md"),
    check,
};

fn check(evidence: &Evidence<'_>) -> Checked {
    let mut unread: BTreeMap<ProblemKind, Vec<&Problem>> = BTreeMap::new();
    for problem in evidence.problems.iter().filter(|problem| !problem.kind.is_damage()) {
        unread.entry(problem.kind).or_default().push(problem);
    }
    let mut findings: Vec<Finding> =
        unread.into_iter().map(|(kind, all)| incomplete(kind, &all)).collect();
    if !evidence.complete && evidence.problems.is_empty() {
        findings.push(RULE.finding("the scan ended before all input was read".to_owned()));
    }
    Checked::Ran(findings)
}

fn incomplete(kind: ProblemKind, problems: &[&Problem]) -> Finding {
    let first = problems.iter().min();
    let place = first.filter(|first| !first.object.is_empty());
    Finding {
        count: Some(problems.len() as u64),
        place: place.map(|first| Place {
            object: first.object.clone(),
            byte_offset: first.byte_offset,
            byte_length: first.byte_length,
        }),
        notes: first.map(|first| first.message.clone()).into_iter().collect(),
        tokens: vec![kind.name().to_owned()],
        help: vec![help(kind).to_owned()],
        ..RULE.finding(message(kind, problems.len() as u64))
    }
}

fn message(kind: ProblemKind, number: u64) -> String {
    let objects = |one: &str, many: &str| {
        counted(number, &format!("object {one}"), &format!("objects {many}"))
    };
    match kind {
        ProblemKind::GetFailed => objects("could not be fetched", "could not be fetched"),
        ProblemKind::Archived => objects("is archived", "are archived"),
        ProblemKind::KmsRefused => objects(
            "is encrypted with a key that may not be used",
            "are encrypted with keys that may not be used",
        ),
        ProblemKind::ObjectChanged => {
            objects("changed while it was read", "changed while they were read")
        }
        ProblemKind::InflateLimit => {
            objects("inflates beyond the limit", "inflate beyond the limit")
        }
        ProblemKind::LimitReached => counted(number, "limit was reached", "limits were reached"),
        ProblemKind::IndexUnreadable => {
            counted(number, "index could not be judged", "indices could not be judged")
        }
        ProblemKind::Interrupted => "the run was interrupted".to_owned(),
        ProblemKind::CompressionDamaged
        | ProblemKind::RecordCut
        | ProblemKind::Garbage
        | ProblemKind::RecordTooLong => objects("is damaged", "are damaged"),
    }
}

fn help(kind: ProblemKind) -> &'static str {
    match kind {
        ProblemKind::Archived => {
            "restore the objects first (`aws s3api restore-object`), or leave them out"
        }
        ProblemKind::KmsRefused => "allow `kms:Decrypt` on the key",
        ProblemKind::GetFailed => {
            "run again; if it stays, look at the message and at `s3:GetObject` on the prefix"
        }
        ProblemKind::ObjectChanged | ProblemKind::Interrupted => "run again",
        ProblemKind::IndexUnreadable => "look at the message; the other indices were judged",
        _ => "raise the limit, or narrow the source",
    }
}

//! `count-mismatch`: the index holds another number of documents than the backup accounts for. In: the numbers of both sides.
//! Out: one finding at most, or the reason why the numbers cannot be compared.

use super::{Basis, Checked, NO_ENGINE, Rule};
use crate::model::counts::{Counts, Coverage};
use crate::model::evidence::{Evidence, IndexEvidence};
use crate::model::finding::{Confidence, Finding, Level};
use crate::model::quantity::{counted, thousands};

pub(super) static RULE: Rule = Rule {
    id: "count-mismatch",
    summary: "the index holds another number of documents than the backup accounts for",
    level: Level::Error,
    area: "reconcile",
    basis: Basis::Replay,
    page: include_str!("count_mismatch.md"),
    check,
};

fn check(evidence: &Evidence<'_>) -> Checked {
    let counts = evidence.counts;
    if counts.coverage == Coverage::NoIndex {
        return Checked::NotRun("there is no index to compare with".to_owned());
    }
    let Some((rest, expected)) = counts.unexplained().zip(counts.expected()) else {
        return Checked::NotRun(missing_side(evidence).to_owned());
    };
    let reasons = reasons(evidence);
    match Gap::of(rest, counts.in_flight) {
        None => Checked::Ran(Vec::new()),
        Some(Gap::Beyond(number)) if !reasons.is_empty() => Checked::NotRun(format!(
            "the index has {} beyond those expected, which the backup alone cannot judge: {}",
            counted(number, "document", "documents"),
            reasons.join("; ")
        )),
        Some(gap) => Checked::Ran(vec![mismatch(evidence, &gap, expected, reasons)]),
    }
}

/// By how much at least the two sides disagree: records in flight may have arrived or not.
enum Gap {
    Missing(u64),
    Beyond(u64),
}

impl Gap {
    fn of(rest: i64, in_flight: u64) -> Option<Self> {
        match (rest < 0, rest.unsigned_abs()) {
            (true, number) => Some(Self::Missing(number)),
            (false, number) if number > in_flight => Some(Self::Beyond(number - in_flight)),
            (false, _) => None,
        }
    }
}

fn missing_side(evidence: &Evidence<'_>) -> &'static str {
    match (evidence.counts.documents, evidence.counts.rejected) {
        (None, _) => "there is no document count to compare with",
        (_, None) if evidence.indices.is_empty() => NO_ENGINE,
        (_, None) => {
            "which index each record went to is not known, so refused records cannot be told"
        }
        _ => "the numbers are out of range",
    }
}

/// Why the two sides need not agree.
fn reasons(evidence: &Evidence<'_>) -> Vec<String> {
    match &evidence.counts.coverage {
        Coverage::Partial(reasons) => reasons.clone(),
        Coverage::NoIndex | Coverage::Whole if evidence.complete => Vec::new(),
        Coverage::NoIndex | Coverage::Whole => vec!["not all input was read".to_owned()],
    }
}

fn mismatch(evidence: &Evidence<'_>, gap: &Gap, expected: i64, reasons: Vec<String>) -> Finding {
    let (number, side) = match gap {
        Gap::Missing(number) => (*number, "missing"),
        Gap::Beyond(number) => (*number, "too many"),
    };
    let counts = evidence.counts;
    let at_least = if counts.in_flight > 0 { "at least " } else { "" };
    let message = format!(
        "the index has {}, {} were expected: {at_least}{} {side}",
        counted(counts.documents.unwrap_or_default(), "document", "documents"),
        thousands(expected.unsigned_abs()),
        thousands(number),
    );
    Finding {
        confidence: confidence(evidence, gap, &reasons),
        index: evidence.only_index().and_then(IndexEvidence::known_name),
        count: Some(number),
        of: counts.documents,
        notes: notes(counts, gap, reasons),
        tokens: vec![side.to_owned()],
        help: vec![help(gap).to_owned()],
        ..RULE.finding(message)
    }
}

/// Chance that decided a type decided the fate of records too, so the number expected is only likely then.
/// Documents beyond those expected may come from records that S3 does not have yet, which nothing can date; and deliveries
/// that failed for a reason outside the mapping may be the missing ones.
fn confidence(evidence: &Evidence<'_>, gap: &Gap, reasons: &[String]) -> Confidence {
    let counts = evidence.counts;
    let has_other_failures = counts.failed_deliveries > counts.rejected.unwrap_or_default();
    if matches!(gap, Gap::Beyond(_)) || has_other_failures {
        return Confidence::Possible;
    }
    let is_raced = |index: &IndexEvidence<'_>| {
        index.is_contradicted() || index.fields.keys().any(|path| index.is_raced(path))
    };
    let ceilings = evidence.indices.iter().map(|index| index.ceiling);
    let ceiling = ceilings.min().unwrap_or(Confidence::Certain);
    match (reasons.is_empty(), evidence.indices.iter().any(is_raced)) {
        (false, _) => Confidence::Possible,
        (true, true) => ceiling.min(Confidence::Likely),
        (true, false) => ceiling,
    }
}

fn notes(counts: &Counts, gap: &Gap, reasons: Vec<String>) -> Vec<String> {
    let mut notes = reasons;
    if matches!(gap, Gap::Beyond(_)) {
        notes.push(
            "documents that are not yet in S3 cannot be dated, so they may be among them"
                .to_owned(),
        );
    }
    let beyond = counts.failed_deliveries.saturating_sub(counts.rejected.unwrap_or_default());
    if matches!(gap, Gap::Missing(_)) && beyond > 0 {
        let failed = counted(counts.failed_deliveries, "delivery", "deliveries");
        notes.push(format!("{failed} failed, {} more than the replay refuses", thousands(beyond)));
    }
    notes
}

fn help(gap: &Gap) -> &'static str {
    match gap {
        Gap::Missing(_) => {
            "look for deliveries that failed without a failure object, ids that were used twice, and deletions"
        }
        Gap::Beyond(_) => {
            "look for records delivered twice, other writers, and a source that was not given here"
        }
    }
}

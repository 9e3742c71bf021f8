//! `count-mismatch`: the index holds another number of documents than the backup accounts for. In: the numbers of both sides.
//! Out: one finding at most, or the reason why the numbers cannot be compared.

use super::{Checked, Rule};
use crate::model::counts::{Counts, Coverage};
use crate::model::evidence::{Evidence, IndexEvidence};
use crate::model::finding::{Confidence, Finding, Level};
use crate::model::quantity::{counted, thousands};

pub(super) static RULE: Rule = Rule {
    id: "count-mismatch",
    summary: "the index holds another number of documents than the backup accounts for",
    level: Level::Error,
    area: "reconcile",
    page: include_str!("count_mismatch.md"),
    check,
};

fn check(evidence: &Evidence<'_>) -> Checked {
    let (unexplained, expected) = match (evidence.counts.unexplained(), evidence.counts.expected())
    {
        (Some(unexplained), Some(expected)) => (unexplained, expected),
        _ => return Checked::NotRun(missing_side(evidence.counts).to_owned()),
    };
    let reasons = reasons(evidence);
    let in_flight = i64::try_from(evidence.counts.in_flight).unwrap_or(i64::MAX);
    match unexplained {
        _ if evidence.counts.coverage == Coverage::NoIndex => {
            Checked::NotRun("there is no index to compare with".to_owned())
        }
        rest if (0..=in_flight).contains(&rest) => Checked::Ran(Vec::new()),
        rest if rest > 0 && !reasons.is_empty() => Checked::NotRun(format!(
            "the index has {} beyond those expected, which records outside the backup would explain: {}",
            counted(rest.unsigned_abs(), "document", "documents"),
            reasons.join("; ")
        )),
        rest => Checked::Ran(vec![mismatch(evidence, rest, expected, reasons)]),
    }
}

fn missing_side(counts: &Counts) -> &'static str {
    match (counts.documents, counts.rejected) {
        (None, _) => "there is no document count to compare with",
        (_, None) => "no engine is known, so refused records cannot be told",
        _ => "the numbers are out of range",
    }
}

/// Why the two sides need not agree.
fn reasons(evidence: &Evidence<'_>) -> Vec<String> {
    let mut reasons = match &evidence.counts.coverage {
        Coverage::Partial(reasons) => reasons.clone(),
        Coverage::NoIndex | Coverage::Whole => Vec::new(),
    };
    if !evidence.complete {
        reasons.push("not all input could be read".to_owned());
    }
    reasons
}

fn mismatch(evidence: &Evidence<'_>, rest: i64, expected: i64, reasons: Vec<String>) -> Finding {
    let number = thousands(rest.unsigned_abs());
    let (side, documents) =
        (if rest < 0 { "missing" } else { "too many" }, evidence.counts.documents);
    let message = format!(
        "the index has {}, {} were expected: {number} {side}",
        counted(documents.unwrap_or_default(), "document", "documents"),
        thousands(expected.unsigned_abs()),
    );
    Finding {
        confidence: confidence(evidence, &reasons),
        index: evidence.only_index().and_then(IndexEvidence::known_name),
        count: Some(rest.unsigned_abs()),
        of: documents,
        notes: notes(evidence.counts, rest, reasons),
        tokens: vec![side.to_owned()],
        help: help(rest),
        ..RULE.finding(message)
    }
}

/// Chance that decided a type decided the fate of records too, so the number expected is only likely then.
fn confidence(evidence: &Evidence<'_>, reasons: &[String]) -> Confidence {
    let is_raced = |index: &IndexEvidence<'_>| {
        index.fields.keys().any(|path| index.is_raced(path, evidence.objects))
    };
    let ceiling =
        evidence.indices.iter().map(|index| index.ceiling).min().unwrap_or(Confidence::Certain);
    match (reasons.is_empty(), evidence.indices.iter().any(is_raced)) {
        (false, _) => Confidence::Possible,
        (true, true) => ceiling.min(Confidence::Likely),
        (true, false) => ceiling,
    }
}

fn notes(counts: &Counts, rest: i64, reasons: Vec<String>) -> Vec<String> {
    let mut notes = reasons;
    let beyond = counts.failed_deliveries.saturating_sub(counts.rejected.unwrap_or_default());
    if rest < 0 && beyond > 0 {
        let failed = counted(counts.failed_deliveries, "delivery", "deliveries");
        notes.push(format!("{failed} failed, {} more than the replay refuses", thousands(beyond)));
    }
    notes
}

fn help(rest: i64) -> Vec<String> {
    let advice = if rest < 0 {
        "look for deliveries that failed without a failure object, ids that were used twice, and deletions"
    } else {
        "look for records delivered twice, other writers, and a source that was not given here"
    };
    vec![advice.to_owned()]
}

//! `delivery-failed`: records that Firehose itself reports as not delivered. In: the objects in failure folders. Out: one
//! finding per folder. What the wrappers hold is not read here.

use std::collections::BTreeMap;

use super::{Basis, Checked, Rule};
use crate::model::evidence::{Evidence, FailureObject, IndexEvidence};
use crate::model::finding::{Confidence, Finding, Level, Place};
use crate::model::quantity::counted;

pub(super) static RULE: Rule = Rule {
    id: "delivery-failed",
    summary: "Firehose wrote records to a failure folder instead of the index",
    level: Level::Error,
    area: "delivery",
    basis: Basis::Facts,
    page: include_str!("delivery_failed.md"),
    check,
};

fn check(evidence: &Evidence<'_>) -> Checked {
    let mut folders: BTreeMap<&str, Vec<&FailureObject>> = BTreeMap::new();
    for failure in evidence.failures {
        folders.entry(&failure.folder).or_default().push(failure);
    }
    let found = folders.into_iter().map(|(folder, failures)| failed(evidence, folder, &failures));
    Checked::Ran(found.collect())
}

fn failed(evidence: &Evidence<'_>, folder: &str, failures: &[&FailureObject]) -> Finding {
    let wrappers: u64 = failures.iter().filter_map(|failure| failure.wrappers).sum();
    let unread = failures.iter().filter(|failure| failure.wrappers.is_none()).count() as u64;
    let objects = counted(failures.len() as u64, "object", "objects");
    let number = match unread {
        0 => counted(wrappers, "failed delivery", "failed deliveries"),
        _ => format!("at least {}", counted(wrappers, "failed delivery", "failed deliveries")),
    };
    Finding {
        confidence: Confidence::Certain,
        index: evidence.only_index().and_then(IndexEvidence::known_name),
        count: (unread == 0).then_some(wrappers),
        place: failures.iter().map(|failure| &failure.key).min().map(|key| Place {
            object: key.clone(),
            byte_offset: None,
            byte_length: None,
        }),
        notes: notes(evidence, folder, unread),
        tokens: vec![folder.to_owned()],
        help: vec!["the wrappers hold the records (`rawData`, base64) and the error; send them again once the cause is gone".to_owned()],
        ..RULE.finding(format!("{number} in {objects} below {folder}/"))
    }
}

fn notes(evidence: &Evidence<'_>, folder: &str, unread: u64) -> Vec<String> {
    let mut notes = Vec::new();
    if unread > 0 {
        notes.push(format!("{} could not be read", counted(unread, "object", "objects")));
    }
    // Only an index delivery can fail for a reason that the replay knows; a transform fails before it.
    if let (Some(rejected), false) = (evidence.counts.rejected, folder.starts_with("processing")) {
        notes.push(format!("the replay refuses {}", counted(rejected, "record", "records")));
    }
    notes
}

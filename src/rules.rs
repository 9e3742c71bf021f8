//! Rules: evidence in, findings out. A rule is two neighbours, `rules/<rule>.rs` and its page `rules/<rule>.md`.
//!
//! The examples on a page are the rule's tests. The registry is a plain sorted list; a test fails on a rule file that is not
//! in it. Rules know nothing of formats, files or clusters. Rules that look at refused records share the helpers at the end.

mod count_mismatch;
mod delivery_failed;
mod field_added_dynamically;
mod field_missing_from_live;
mod field_type_changed;
mod field_unexplained;
mod nothing_to_map;
mod object_added_dynamically;
mod object_damaged;
mod object_scalar_conflict;
mod record_not_an_object;
mod scan_incomplete;
mod stream_mixed;
mod value_rejected_by_type;

use crate::model::evidence::{Evidence, IndexEvidence};
use crate::model::fate::{Reject, RejectClass};
use crate::model::finding::{Confidence, Finding, Level, RuleCard, Verdict};
use crate::model::timeline::{Refused, RejectGroup};

/// One rule.
#[derive(Debug)]
pub struct Rule {
    /// Kebab-case; names what is the case, not what to do.
    pub id: &'static str,
    /// One line.
    pub summary: &'static str,
    /// The level of its findings unless the rule says otherwise.
    pub level: Level,
    /// `drift`, `reject`, `shape`, `reconcile`, `delivery`, `meta`, ...
    pub area: &'static str,
    /// The whole page.
    pub page: &'static str,
    /// Looks at the evidence.
    pub check: fn(&Evidence<'_>) -> Checked,
}

/// What came of a check.
#[derive(Clone, Debug, PartialEq)]
pub enum Checked {
    /// It ran.
    Ran(Vec<Finding>),
    /// It could not run, and why.
    NotRun(String),
}

/// All rules, sorted by id.
pub static RULES: &[&Rule] = &[
    &count_mismatch::RULE,
    &delivery_failed::RULE,
    &field_added_dynamically::RULE,
    &field_missing_from_live::RULE,
    &field_type_changed::RULE,
    &field_unexplained::RULE,
    &nothing_to_map::RULE,
    &object_added_dynamically::RULE,
    &object_damaged::RULE,
    &object_scalar_conflict::RULE,
    &record_not_an_object::RULE,
    &scan_incomplete::RULE,
    &stream_mixed::RULE,
    &value_rejected_by_type::RULE,
];

/// Runs every rule. No finding is surer than the index it is about, or than the engine is known.
pub fn check(evidence: &Evidence<'_>) -> Verdict {
    let mut verdict = Verdict::default();
    for rule in RULES {
        match (rule.check)(evidence) {
            Checked::Ran(findings) => {
                verdict.findings.extend(findings.into_iter().map(|found| capped(evidence, found)));
            }
            Checked::NotRun(reason) => {
                verdict.not_run.insert(rule.id, reason);
            }
        }
    }
    verdict
}

/// The rule with this id.
pub fn find(id: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.id == id)
}

/// What `mapdrift rules` lists.
pub fn catalogue() -> Vec<RuleCard> {
    RULES.iter().map(|rule| rule.card()).collect()
}

impl Rule {
    /// The rule without its page and its check.
    pub fn card(&self) -> RuleCard {
        RuleCard { id: self.id, summary: self.summary, level: self.level, area: self.area }
    }

    /// A finding of this rule that says nothing but its sentence.
    fn finding(&self, message: String) -> Finding {
        Finding::new(self.id, self.level, message)
    }
}

fn capped(evidence: &Evidence<'_>, mut finding: Finding) -> Finding {
    let index = evidence.indices.iter().find(|index| finding.index.as_deref() == Some(index.name));
    let ceiling = index.map_or(Confidence::Certain, |index| index.ceiling);
    finding.confidence = finding.confidence.min(ceiling).min(evidence.ceiling());
    finding
}

/// Refusals of the given kinds, index by index.
fn refusals<'a>(
    evidence: &'a Evidence<'a>,
    is_mine: fn(RejectClass) -> bool,
) -> Vec<(&'a IndexEvidence<'a>, &'a RejectGroup, &'a Refused)> {
    let all = evidence.indices.iter().flat_map(|index| {
        index.timeline.rejects.iter().map(move |(group, refused)| (index, group, refused))
    });
    all.filter(|(_, group, _)| is_mine(group.class)).collect()
}

/// What every finding about refused records holds: the subject, the number, the places, the engine's words and a witness.
fn with_refusal(
    finding: Finding,
    (index, group, refused): (&IndexEvidence<'_>, &RejectGroup, &Refused),
) -> Finding {
    Finding {
        index: index.known_name(),
        field: group.field.clone(),
        count: Some(refused.counted.count),
        of: Some(index.timeline.records),
        first: Some(refused.counted.first),
        last: Some(refused.counted.last),
        engine: Some(engine_words(&refused.first_reject)),
        witness: Some(refused.first_bytes.clone()),
        families: families(index, group),
        ..finding
    }
}

fn families(index: &IndexEvidence<'_>, group: &RejectGroup) -> Vec<String> {
    let field = group.field.as_ref().and_then(|path| index.fields.get(path));
    field
        .map(|field| field.families.iter().map(|&name| name.to_owned()).collect())
        .unwrap_or_default()
}

/// The engine's sentence with its causes, on one line.
fn engine_words(reject: &Reject) -> String {
    let outermost = format!("{}: {}", reject.error_type, reject.reason);
    let causes = reject.caused_by.iter().map(|cause| {
        format!("{}: {}", cause.error_type, cause.reason.as_deref().unwrap_or("null"))
    });
    std::iter::once(outermost).chain(causes).collect::<Vec<_>>().join("; caused by ")
}

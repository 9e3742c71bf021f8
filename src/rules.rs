//! Rules: evidence in, findings out. A rule is two neighbours, `rules/<rule>.rs` and its page `rules/<rule>.md`.
//!
//! The examples on a page are the rule's tests. The registry is a plain sorted list; a test fails on a rule file that is not
//! in it. Rules know nothing of formats, files or clusters. Rules that look at refused records share the helpers at the end.

mod count_mismatch;
mod delivery_failed;
mod engine_outcome_differs;
mod field_added_dynamically;
mod field_dropped_beyond_limit;
mod field_missing_from_live;
mod field_not_searchable;
mod field_type_changed;
mod field_unexplained;
mod mapping_order_dependent;
mod nothing_to_map;
mod object_added_dynamically;
mod object_damaged;
mod object_scalar_conflict;
mod precision_lost;
mod prediction_contradicted;
mod record_not_an_object;
mod rollover_will_conflict;
mod scan_incomplete;
mod stream_mixed;
mod value_above_ignore_above;
mod value_coerced;
mod value_ignored_malformed;
mod value_rejected_by_type;

use std::collections::BTreeMap;

use crate::model::evidence::{Evidence, IndexEvidence};
use crate::model::fate::{Loss, LossCause, Reject, RejectClass};
use crate::model::finding::{Confidence, Finding, Level, RuleCard, Verdict};
use crate::model::mapping::Field;
use crate::model::quantity::thousands;
use crate::model::timeline::{Counted, Refused, RejectGroup};

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
    /// What its findings rest on.
    pub basis: Basis,
    /// The whole page.
    pub page: &'static str,
    /// Looks at the evidence.
    pub check: fn(&Evidence<'_>) -> Checked,
}

/// What findings rest on, which bounds how sure they can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// What records, objects and stored mappings show by themselves.
    Facts,
    /// What the replay made of the records. Where the live mapping contradicts it in one field, records that it refuses were
    /// taken or the reverse, so which record added another field is no longer certain either.
    Replay,
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
    &engine_outcome_differs::RULE,
    &field_added_dynamically::RULE,
    &field_dropped_beyond_limit::RULE,
    &field_missing_from_live::RULE,
    &field_not_searchable::RULE,
    &field_type_changed::RULE,
    &field_unexplained::RULE,
    &mapping_order_dependent::RULE,
    &nothing_to_map::RULE,
    &object_added_dynamically::RULE,
    &object_damaged::RULE,
    &object_scalar_conflict::RULE,
    &precision_lost::RULE,
    &prediction_contradicted::RULE,
    &record_not_an_object::RULE,
    &rollover_will_conflict::RULE,
    &scan_incomplete::RULE,
    &stream_mixed::RULE,
    &value_above_ignore_above::RULE,
    &value_coerced::RULE,
    &value_ignored_malformed::RULE,
    &value_rejected_by_type::RULE,
];

/// Runs every rule. No finding is surer than the index it is about, and none is certain where two engines fit.
pub fn check(evidence: &Evidence<'_>) -> Verdict {
    let mut verdict = Verdict::default();
    let ceilings = ceilings(evidence);
    for rule in RULES {
        match (rule.check)(evidence) {
            Checked::Ran(findings) => {
                verdict
                    .findings
                    .extend(findings.into_iter().map(|found| capped(rule, &ceilings, found)));
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

/// The best that findings can be: of all, and of each index on either basis.
struct Ceilings<'a> {
    overall: Confidence,
    by_index: BTreeMap<&'a str, OfIndex<'a>>,
}

struct OfIndex<'a> {
    facts: Confidence,
    replay: Confidence,
    index: &'a IndexEvidence<'a>,
}

fn ceilings<'a>(evidence: &'a Evidence<'a>) -> Ceilings<'a> {
    let of_index = |index: &'a IndexEvidence<'a>| {
        let replay = if index.is_contradicted() { Confidence::Likely } else { Confidence::Certain };
        let (facts, replay) = (index.ceiling, index.ceiling.min(replay));
        (index.name, OfIndex { facts, replay, index })
    };
    Ceilings {
        overall: evidence.ceiling(),
        by_index: evidence.indices.iter().map(of_index).collect(),
    }
}

/// A finding that names no index is about the one without a name if it rests on a replay, else about the input alone.
fn capped(rule: &Rule, ceilings: &Ceilings<'_>, mut finding: Finding) -> Finding {
    let known = ceilings.by_index.get(finding.index.as_deref().unwrap_or_default());
    let ceiling = match (rule.basis, known) {
        (Basis::Replay, Some(known)) if is_near_race(&finding, known.index) => {
            known.replay.min(Confidence::Likely)
        }
        (Basis::Replay, Some(known)) => known.replay,
        (Basis::Facts, Some(known)) if finding.index.is_some() => known.facts,
        (Basis::Facts, Some(_)) | (_, None) => Confidence::Certain,
    };
    finding.confidence = finding.confidence.min(ceiling).min(ceilings.overall);
    let near = known.map(|known| known.index.near_rotation);
    if finding.first.zip(near).is_some_and(|(first, near)| near.contains(&first.object)) {
        finding.notes.push(NEAR_ROTATION.to_owned());
    }
    finding
}

/// What must be said of a record whose index is not certain.
const NEAR_ROTATION: &str = "its first record was delivered near the rotation: it may be in the index before or after this one";

/// Whether chance may have decided the fate of some of the records that a finding is about.
fn is_near_race(finding: &Finding, index: &IndexEvidence<'_>) -> bool {
    let between = finding.first.map(|first| (first, finding.last.unwrap_or(first)));
    between.is_some_and(|(first, last)| index.has_race_between(first, last))
}

/// Why nothing about an index can be said.
const NO_ENGINE: &str = "no engine is known, so nothing was replayed; `--engine es:6.5` names one";

/// Asks for the findings of each index; where there is none, nothing was replayed.
fn each_index<'a>(
    evidence: &'a Evidence<'a>,
    findings: impl Fn(&'a IndexEvidence<'a>) -> Vec<Finding>,
) -> Checked {
    if evidence.indices.is_empty() {
        return Checked::NotRun(NO_ENGINE.to_owned());
    }
    Checked::Ran(evidence.indices.iter().flat_map(findings).collect())
}

/// Asks for the findings of each index whose live mapping is known.
fn each_live_index<'a>(
    evidence: &'a Evidence<'a>,
    findings: impl Fn(&'a IndexEvidence<'a>) -> Vec<Finding>,
) -> Checked {
    let mut live = evidence.indices.iter().filter(|index| index.is_live).peekable();
    if live.peek().is_none() {
        return Checked::NotRun("no live mapping is known".to_owned());
    }
    Checked::Ran(live.flat_map(findings).collect())
}

/// Refusals of the given kinds.
fn refusals<'a>(
    index: &'a IndexEvidence<'a>,
    is_mine: impl Fn(RejectClass) -> bool,
) -> impl Iterator<Item = (&'a IndexEvidence<'a>, &'a RejectGroup, &'a Refused)> {
    let all = index.timeline.rejects.iter().map(move |(group, refused)| (index, group, refused));
    all.filter(move |(_, group, _)| is_mine(group.class))
}

/// One finding for each field and cause of losses that a rule is about.
fn losses(
    rule: &Rule,
    index: &IndexEvidence<'_>,
    is_mine: impl Fn(LossCause) -> bool,
    help: &str,
) -> Vec<Finding> {
    let lost = index.timeline.losses.iter().filter(|(loss, _)| is_mine(loss.cause));
    lost.map(|(loss, counted)| lossy(rule, index, loss, *counted, help)).collect()
}

fn lossy(
    rule: &Rule,
    index: &IndexEvidence<'_>,
    loss: &Loss,
    counted: Counted,
    help: &str,
) -> Finding {
    let field = index.fields.get(&loss.field);
    let mapped = field.and_then(|field| field.replayed).map(Field::type_name);
    let typed = mapped.map(|mapped| format!(", which is {mapped}")).unwrap_or_default();
    let verb = if counted.count == 1 { "record loses" } else { "records lose" };
    let number = thousands(counted.count);
    let message =
        format!("{number} {verb} something of `{}`{typed}: {}", loss.field, loss.cause.name());
    let families = field.map(|field| &field.families);
    Finding {
        index: index.known_name(),
        field: Some(loss.field.clone()),
        count: Some(counted.count),
        of: Some(index.timeline.records),
        first: Some(counted.first),
        last: Some(counted.last),
        families: families.into_iter().flatten().map(|&name| name.to_owned()).collect(),
        tokens: vec![loss.cause.name().to_owned()],
        help: vec![help.to_owned()],
        ..rule.finding(message)
    }
}

/// What every finding about refused records holds: the subject, the number, the places, the engine's words and a witness.
fn with_refusal(
    finding: Finding,
    (index, group, refused): (&IndexEvidence<'_>, &RejectGroup, &Refused),
) -> Finding {
    let mut found = Finding {
        index: index.known_name(),
        field: group.field.clone(),
        count: Some(refused.counted.count),
        of: Some(index.timeline.records),
        first: Some(refused.counted.first),
        last: Some(refused.counted.last),
        engine: engine_words(&refused.first_reject),
        witness: Some(refused.first_bytes.clone()),
        smallest: refused.witness.clone(),
        families: families(index, group),
        ..finding
    };
    doubt(&mut found, index, (group, refused));
    found
}

/// With a live mapping the type is known, and a value that does not fit it is refused whoever came first in a race.
fn doubt(
    found: &mut Finding,
    index: &IndexEvidence<'_>,
    (group, refused): (&RejectGroup, &Refused),
) {
    if !refused.first_reject.is_of_the_engine() {
        found.confidence = Confidence::Possible;
        found.notes.push("the record is nested deeper than the replica follows".to_owned());
    }
    let Some(path) = &group.field else { return };
    if index.is_live && index.fields.get(path).is_some_and(|field| field.live.is_none()) {
        found.confidence = Confidence::Possible;
        found.notes.push(
            "the live mapping does not have the field, so the index may have taken them".to_owned(),
        );
    } else if index.has_other_type_at_or_above(path) {
        found.confidence = Confidence::Possible;
        found
            .notes
            .push("the live type is another one, so the index may have taken them".to_owned());
    } else if index.is_raced(path) && !index.is_live {
        found.confidence = Confidence::Likely;
        found.notes.push(
            "values of different types arrived close together; another order would refuse others"
                .to_owned(),
        );
    }
}

fn families(index: &IndexEvidence<'_>, group: &RejectGroup) -> Vec<String> {
    let field = group.field.as_ref().and_then(|path| index.fields.get(path));
    field
        .map(|field| field.families.iter().map(|&name| name.to_owned()).collect())
        .unwrap_or_default()
}

/// The engine's sentence with its causes, on one line; nothing where the replica gave up.
fn engine_words(reject: &Reject) -> Option<String> {
    let outermost = format!("{}: {}", reject.error_type, reject.reason);
    let causes = reject.caused_by.iter().map(|cause| {
        format!("{}: {}", cause.error_type, cause.reason.as_deref().unwrap_or("null"))
    });
    let words = std::iter::once(outermost).chain(causes).collect::<Vec<_>>().join("; caused by ");
    reject.is_of_the_engine().then_some(words)
}

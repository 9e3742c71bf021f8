//! Reports: a finished analysis, and the formats that a reader can have it in.
//!
//! In: the evidence and what the rules said. Out: a [`Report`], and its bytes in a format. A format gets a report and a writer
//! and knows nothing else; each owns its wire types. Where the output goes is none of its business.

pub mod catalogue;
pub mod concise;
pub mod json;
pub mod replay;
pub mod scan;
pub mod text;
pub mod why;

mod escape;

pub use escape::harmless;

use std::collections::BTreeMap;

use crate::model::evidence::{Evidence, FieldEvidence, IndexEvidence};
use crate::model::finding::{Finding, Verdict};
use crate::model::mapping::Field;
use crate::model::path::{FieldPath, Name};
use crate::model::report::{Inputs, Report, ReportedField};
use crate::model::timeline::Origin;

/// Joins everything that a reader may want, sorted: errors first, then by rule, index and field.
pub fn build(
    evidence: &Evidence<'_>,
    verdict: Verdict,
    inputs: Inputs,
    problems_not_kept: u64,
) -> Report {
    let mut findings = verdict.findings;
    findings.sort_by(|a, b| order(a).cmp(&order(b)));
    let mut problems = evidence.problems.to_vec();
    problems.sort();
    Report {
        complete: evidence.complete,
        inputs: Inputs { type_name: type_name(evidence).or(inputs.type_name), ..inputs },
        doubts: doubts(evidence),
        counts: evidence.counts.clone(),
        objects: evidence.objects.to_vec(),
        families: evidence.families.to_vec(),
        failures: evidence.failures.to_vec(),
        fields: fields(evidence),
        findings,
        problems,
        problems_not_kept,
        rules_not_run: verdict.not_run,
    }
}

/// The mapping type of a 6.x index: one name, since an index has one type and several indices hardly differ in it.
fn type_name(evidence: &Evidence<'_>) -> Option<String> {
    evidence.indices.iter().find_map(|index| index.timeline.mapping.type_name.clone())
}

/// Why findings about each index cannot all be certain.
fn doubts(evidence: &Evidence<'_>) -> BTreeMap<String, Vec<String>> {
    let of_index = |index: &IndexEvidence<'_>| {
        let contradicted = index.is_contradicted().then(|| CONTRADICTED.to_owned());
        (
            index.name.to_owned(),
            index.doubts.iter().cloned().chain(contradicted).collect::<Vec<_>>(),
        )
    };
    evidence.indices.iter().map(of_index).filter(|(_, doubts)| !doubts.is_empty()).collect()
}

/// Why what rests on the replay is at most likely.
const CONTRADICTED: &str = "the live mapping contradicts the replay in a field (field-unexplained), so records may have been \
     taken or refused otherwise";

fn order(finding: &Finding) -> impl Ord + '_ {
    let level = std::cmp::Reverse(finding.level);
    (level, finding.rule, &finding.index, &finding.field, &finding.tokens, &finding.message)
}

fn fields(evidence: &Evidence<'_>) -> BTreeMap<String, BTreeMap<FieldPath, ReportedField>> {
    let of_index = |index: &IndexEvidence<'_>| {
        let known = |(path, field): (&FieldPath, _)| Some((path.clone(), reported(field)?));
        (index.name.to_owned(), index.fields.iter().filter_map(known).collect())
    };
    evidence.indices.iter().map(of_index).collect()
}

/// A field that is live or replayed; fields that were only seen or only declared are no part of the mapping.
fn reported(field: &FieldEvidence<'_>) -> Option<ReportedField> {
    let mapped = field.live.or(field.replayed)?;
    let is_explained = field.replayed.is_some() && !field.is_other_live();
    Some(ReportedField {
        field_type: mapped.type_name().to_owned(),
        multi_fields: multi_fields(mapped),
        origin: field.origin.filter(|_| is_explained).cloned().or_else(|| declared(field)),
        present: field.present(),
    })
}

/// A declared field is explained by its declaration, whatever the replay says.
fn declared(field: &FieldEvidence<'_>) -> Option<Origin> {
    field.declared.map(|_| Origin::Declared)
}

fn multi_fields(field: &Field) -> BTreeMap<Name, String> {
    match field {
        Field::Object(_) => BTreeMap::new(),
        Field::Leaf(leaf) => leaf
            .fields
            .iter()
            .map(|(name, multi)| (name.clone(), multi.field_type.clone()))
            .collect(),
    }
}

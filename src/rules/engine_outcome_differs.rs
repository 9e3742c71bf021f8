//! `engine-outcome-differs`: under another engine or template the same records would have another fate, or a field another type. In:
//! both histories and the records whose fates differ. Out: one finding per change and field.

use std::collections::BTreeSet;

use super::{Basis, Checked, Rule, engine_words};
use crate::model::evidence::{Evidence, IndexEvidence};
use crate::model::fate::RejectClass;
use crate::model::finding::{Finding, Level};
use crate::model::mapping::{Field, Mapping};
use crate::model::outcome::{Alternative, Change, Changed};
use crate::model::path::FieldPath;
use crate::model::quantity::counted;

pub(super) static RULE: Rule = Rule {
    id: "engine-outcome-differs",
    summary: "another engine or template gives the same records another fate, or a field another type",
    level: Level::Warning,
    area: "env",
    basis: Basis::Replay,
    page: include_str!("engine_outcome_differs.md"),
    check,
};

fn check(evidence: &Evidence<'_>) -> Checked {
    if evidence.indices.iter().all(|index| index.alternative.is_none()) {
        return Checked::NotRun(
            "no other engine (--engine) and no other template (--template) was given".to_owned(),
        );
    }
    Checked::Ran(evidence.indices.iter().flat_map(of_index).collect())
}

fn of_index(index: &IndexEvidence<'_>) -> Vec<Finding> {
    let Some(other) = index.alternative else { return Vec::new() };
    let fates =
        other.outcomes.0.iter().map(|(change, changed)| fate(index, other, change, changed));
    fates.chain(types(index, other)).collect()
}

fn fate(
    index: &IndexEvidence<'_>,
    other: &Alternative,
    change: &Change,
    changed: &Changed,
) -> Finding {
    let there = there(other);
    let is_one = changed.counted.count == 1;
    let records = counted(changed.counted.count, "record", "records");
    let (is, taken) =
        if is_one { ("is", "that is taken here") } else { ("are", "that are taken here") };
    let message = match change {
        Change::Refused(class, field) => {
            format!(
                "{records} {taken} would be refused by {there}: {}",
                about(*class, field.as_ref())
            )
        }
        Change::Taken(class, field) => {
            format!(
                "{records} that {is} refused here would be taken by {there}: {}",
                about(*class, field.as_ref())
            )
        }
        Change::Bent(cause, field) => {
            format!("{records} would lose something of `{field}` in {there}: {}", cause.name())
        }
        Change::Whole(cause, field) => {
            format!(
                "{records} would no longer lose something of `{field}` in {there}: {}",
                cause.name()
            )
        }
    };
    let field = match change {
        Change::Refused(_, field) | Change::Taken(_, field) => field.clone(),
        Change::Bent(_, field) | Change::Whole(_, field) => Some(field.clone()),
    };
    Finding {
        index: index.known_name(),
        field,
        count: Some(changed.counted.count),
        of: Some(index.timeline.records),
        first: Some(changed.counted.first),
        last: Some(changed.counted.last),
        engine: changed.words.as_ref().and_then(engine_words),
        witness: Some(changed.first_bytes.clone()),
        tokens: vec![token(change).to_owned(), other.engine.to_string()],
        help: vec![help(change).to_owned()],
        ..RULE.finding(message)
    }
}

fn token(change: &Change) -> &'static str {
    match change {
        Change::Refused(..) => "refused",
        Change::Taken(..) => "taken",
        Change::Bent(..) => "bent",
        Change::Whole(..) => "whole",
    }
}

fn help(change: &Change) -> &'static str {
    match change {
        Change::Refused(..) | Change::Bent(..) => {
            "correct the values at their producer, or declare the field so that it takes them, before the change"
        }
        Change::Taken(..) | Change::Whole(..) => {
            "nothing is lost by the change; counts will differ from before"
        }
    }
}

fn about(class: RejectClass, field: Option<&FieldPath>) -> String {
    let named = field.map(|field| format!("`{field}`")).unwrap_or_default();
    match (class, field) {
        (RejectClass::NotAnObject, _) => "they are not one JSON object".to_owned(),
        (RejectClass::FieldLimit, _) => "the limit on fields".to_owned(),
        (RejectClass::StructureLimit, _) => "a limit on depth, nesting or dimensions".to_owned(),
        (_, Some(_)) => format!("because of {named}"),
        (_, None) => "in the words below".to_owned(),
    }
}

/// Fields with another type there, the outermost only.
fn types<'a>(
    index: &'a IndexEvidence<'a>,
    other: &'a Alternative,
) -> impl Iterator<Item = Finding> + 'a {
    let (here, elsewhere) = (&index.timeline.mapping, &other.timeline.mapping);
    let both = here.fields().into_iter().chain(elsewhere.fields());
    let paths: BTreeSet<FieldPath> = both.map(|(path, _)| path).collect();
    let differs = move |path: &FieldPath| type_in(here, path) != type_in(elsewhere, path);
    let has_other_above = move |path: &FieldPath| {
        (1..path.0.len()).any(|end| differs(&FieldPath(path.0[..end].to_vec())))
    };
    paths
        .into_iter()
        .filter(move |path| differs(path) && !has_other_above(path))
        .map(move |path| other_type(index, other, path))
}

fn type_in<'m>(mapping: &'m Mapping, path: &FieldPath) -> Option<&'m str> {
    mapping.field(path).map(Field::type_name)
}

fn other_type(index: &IndexEvidence<'_>, other: &Alternative, path: FieldPath) -> Finding {
    let from = type_in(&index.timeline.mapping, &path);
    let to = type_in(&other.timeline.mapping, &path);
    let there = there(other);
    let message = match (from, to) {
        (Some(from), Some(to)) => format!("`{path}` is {from} here and would be {to} in {there}"),
        (Some(from), None) => format!("`{path}` is {from} here and would not be mapped in {there}"),
        (None, to) => {
            format!(
                "`{path}` is not mapped here and would be {} in {there}",
                to.unwrap_or_default()
            )
        }
    };
    let addition = other.timeline.origins.get(&path).and_then(|origin| origin.addition());
    Finding {
        index: index.known_name(),
        first: addition.map(|addition| addition.sighting),
        engine: addition.map(|addition| addition.decision.to_string()),
        witness: addition
            .and_then(|addition| other.timeline.excerpts.get(&addition.sighting).cloned()),
        tokens: vec![
            from.unwrap_or_default().to_owned(),
            to.unwrap_or_default().to_owned(),
            other.engine.to_string(),
        ],
        help: vec![
            "declare the field in the template with the type that its readers need".to_owned(),
        ],
        field: Some(path),
        ..RULE.finding(message)
    }
}

/// `OpenSearch 2.19.6 with template next.json`.
fn there(other: &Alternative) -> String {
    match &other.begins_with {
        Some(begins_with) => format!("{} with {begins_with}", other.engine),
        None => other.engine.to_string(),
    }
}

//! `nothing-to-map`: a field that records hold, but never with a value. In: sums and mapping. Out: one finding per field that
//! is not mapped anywhere and would be, with the type that its first value happens to suggest.

use super::{Basis, Checked, Rule, each_index};
use crate::model::evidence::{Evidence, FieldEvidence, IndexEvidence};
use crate::model::finding::{Confidence, Finding, Level};
use crate::model::mapping::{Dynamic, Field, Mapping};
use crate::model::path::FieldPath;
use crate::model::profile::Kind;
use crate::model::quantity::{counted, listed};

pub(super) static RULE: Rule = Rule {
    id: "nothing-to-map",
    summary: "a field is always null or empty, so its first value will decide its type",
    level: Level::Note,
    area: "loss",
    basis: Basis::Facts,
    page: include_str!("nothing_to_map.md"),
    check,
};

fn check(evidence: &Evidence<'_>) -> Checked {
    each_index(evidence, |index| of_index(evidence, index))
}

fn of_index(evidence: &Evidence<'_>, index: &IndexEvidence<'_>) -> Vec<Finding> {
    let unmapped = index.fields.iter().filter(|(path, field)| {
        is_unmapped(field) && holds_nothing(field) && would_be_mapped(&index.timeline.mapping, path)
    });
    unmapped.map(|(path, field)| empty(evidence, index, (path, field))).collect()
}

fn is_unmapped(field: &FieldEvidence<'_>) -> bool {
    field.declared.is_none() && field.live.is_none() && field.replayed.is_none()
}

fn holds_nothing(field: &FieldEvidence<'_>) -> bool {
    let values = Kind::ALL.into_iter().filter(|kind| !matches!(kind, Kind::Null | Kind::Array));
    field.present() > 0 && values.map(|kind| field.count_of(kind)).sum::<u64>() == 0
}

/// Whether a value at this path would get a type: not where `dynamic` or `enabled` of an object above says otherwise.
fn would_be_mapped(mapping: &Mapping, path: &FieldPath) -> bool {
    let mut object = Some(&mapping.root);
    let mut dynamic = mapping.root.dynamic.unwrap_or(Dynamic::True);
    for name in path.0.split_last().map(|(_, above)| above).unwrap_or_default() {
        object = match object.and_then(|above| above.fields.get(name)) {
            Some(Field::Object(inner)) if inner.enabled == Some(false) => return false,
            Some(Field::Object(inner)) => Some(inner),
            Some(Field::Leaf(_)) => return false,
            None => None,
        };
        dynamic = object.and_then(|inner| inner.dynamic).unwrap_or(dynamic);
    }
    mapping.root.enabled != Some(false) && matches!(dynamic, Dynamic::True | Dynamic::Runtime)
}

fn empty(
    evidence: &Evidence<'_>,
    index: &IndexEvidence<'_>,
    (path, field): (&FieldPath, &FieldEvidence<'_>),
) -> Finding {
    let holds = match (field.count_of(Kind::Null), field.count_of(Kind::Array)) {
        (_, 0) => "null",
        (0, _) => "an empty array",
        _ => "null or an empty array",
    };
    let seen = field.seen_between();
    let records = counted(field.present(), "record that holds", "records that hold");
    let families: Vec<String> = field.families.iter().map(|&name| name.to_owned()).collect();
    Finding {
        confidence: if evidence.complete { Confidence::Certain } else { Confidence::Likely },
        index: index.known_name(),
        field: Some(path.clone()),
        group: Some(group(holds, &families)),
        count: Some(field.present()),
        of: Some(evidence.profile.records),
        first: seen.map(|(first, _)| first),
        last: seen.map(|(_, last)| last),
        families,
        help: vec![
            "declare it if readers expect it; else the first value decides its type for good"
                .to_owned(),
        ],
        ..RULE.finding(format!(
            "`{path}` is {holds} in the {records} it; its first value will decide its type"
        ))
    }
}

fn group(holds: &str, families: &[String]) -> String {
    match families {
        [] => format!("fields are {holds} wherever they occur"),
        names => format!("fields hold nothing but {holds} in {}", listed(names)),
    }
}

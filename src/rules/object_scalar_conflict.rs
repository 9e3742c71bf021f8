//! `object-scalar-conflict`: an object where a value is mapped, or the reverse. In: refusals of the replay and sums. Out: one
//! finding per field, with the first record of either side. It speaks for the refusals that follow from it.

use super::{Basis, Checked, Rule, each_index, refusals, with_refusal};
use crate::model::evidence::{Evidence, FieldEvidence, IndexEvidence};
use crate::model::fate::RejectClass;
use crate::model::finding::{Finding, Level};
use crate::model::mapping::Field;
use crate::model::object::Sighting;
use crate::model::path::FieldPath;
use crate::model::profile::Kind;
use crate::model::quantity::counted;
use crate::model::timeline::{Refused, RejectGroup};

pub(super) static RULE: Rule = Rule {
    id: "object-scalar-conflict",
    summary: "one name is an object in some records and a value in others; the engine refuses one side",
    level: Level::Error,
    area: "reject",
    basis: Basis::Replay,
    page: include_str!("object_scalar_conflict.md"),
    check,
};

fn check(evidence: &Evidence<'_>) -> Checked {
    let is_mine = |class| matches!(class, RejectClass::ObjectScalar | RejectClass::DottedName);
    each_index(evidence, |index| {
        refusals(index, is_mine).map(|refusal| conflict(evidence, refusal)).collect()
    })
}

fn conflict(
    evidence: &Evidence<'_>,
    (index, group, refused): (&IndexEvidence<'_>, &RejectGroup, &Refused),
) -> Finding {
    let field = group.field.as_ref();
    let mapped = field.and_then(|path| index.mapped(path));
    let records = counted(refused.counted.count, "record is refused", "records are refused");
    let message = format!("{records}: {}", sides(field, mapped));
    let mut found = Finding {
        tokens: vec![mapped.map(Field::type_name).unwrap_or_default().to_owned()],
        help: vec![
            "rename one of the two at its producer; an index cannot hold both under one name"
                .to_owned(),
        ],
        ..with_refusal(RULE.finding(message), (index, group, refused))
    };
    if let Some(field) = field.and_then(|path| index.fields.get(path)) {
        found.notes.extend(producers(evidence, field, refused.counted.first));
    }
    found
}

fn sides(field: Option<&FieldPath>, mapped: Option<&Field>) -> String {
    let name = field.map_or("a field".to_owned(), |path| format!("`{path}`"));
    match mapped {
        Some(object @ Field::Object(_)) => {
            format!("{name} is {} in the mapping, and a plain value in them", object.type_name())
        }
        Some(leaf @ Field::Leaf(_)) => {
            format!("{name} is {} in the mapping, and an object in them", leaf.type_name())
        }
        None => format!("{name} is both an object and a plain value"),
    }
}

/// The first record of either side, but for the refused one, which the finding names already.
fn producers(
    evidence: &Evidence<'_>,
    field: &FieldEvidence<'_>,
    refused: Sighting,
) -> impl Iterator<Item = String> {
    let plain = [Kind::Boolean, Kind::Integer, Kind::Float, Kind::String];
    let value = plain.into_iter().filter_map(|kind| field.first_of(kind)).min();
    let sides = [("object", field.first_of(Kind::Object)), ("plain value", value)];
    let others = sides.into_iter().filter_map(|(side, first)| Some((side, first?)));
    others
        .filter(move |(_, first)| *first != refused)
        .map(|(side, first)| format!("first {side}: {}", evidence.tell(first)))
}

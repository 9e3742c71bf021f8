//! `value-rejected-by-type`: records that the engine refuses because of one value. In: refusals of the replay. Out: one
//! finding per field and kind of refusal. Kinds that have no rule of their own yet are reported here too, in their own words.

use super::{Basis, Checked, Rule, each_index, refusals, with_refusal};
use crate::model::evidence::{Evidence, IndexEvidence};
use crate::model::fate::RejectClass;
use crate::model::finding::{Finding, Level};
use crate::model::mapping::Field;
use crate::model::quantity::thousands;
use crate::model::timeline::{Refused, RejectGroup};

pub(super) static RULE: Rule = Rule {
    id: "value-rejected-by-type",
    summary: "the engine refuses records because a value does not fit its field",
    level: Level::Error,
    area: "reject",
    basis: Basis::Replay,
    page: include_str!("value_rejected_by_type.md"),
    check,
};

fn check(evidence: &Evidence<'_>) -> Checked {
    each_index(evidence, |index| refusals(index, is_mine).map(rejected).collect())
}

/// Everything that neither `object-scalar-conflict` nor `record-not-an-object` reports.
fn is_mine(class: RejectClass) -> bool {
    !matches!(class, RejectClass::NotAnObject | RejectClass::ObjectScalar | RejectClass::DottedName)
}

fn rejected((index, group, refused): (&IndexEvidence<'_>, &RejectGroup, &Refused)) -> Finding {
    let mapped = group.field.as_ref().and_then(|path| index.mapped(path)).map(Field::type_name);
    let is_plural = refused.counted.count != 1;
    let records = if is_plural { "records are refused" } else { "record is refused" };
    let number = thousands(refused.counted.count);
    let message = format!("{number} {records}: {}", cause(group, mapped));
    Finding {
        tokens: vec![token(group.class).to_owned(), mapped.unwrap_or_default().to_owned()],
        help: help(group.class),
        ..with_refusal(RULE.finding(message), (index, group, refused))
    }
}

fn cause(group: &RejectGroup, mapped: Option<&str>) -> String {
    let field = group.field.as_ref().map_or("a field".to_owned(), |path| format!("`{path}`"));
    let typed = mapped.map_or(field.clone(), |mapped| format!("{field}, which is {mapped}"));
    match group.class {
        RejectClass::ValueType => format!("a value does not fit {typed}"),
        RejectClass::Date => format!("a string is no date for {typed}"),
        RejectClass::NumberRange => format!("a number is out of range for {typed}"),
        RejectClass::TermTooLong => format!("a string is too long to be one term of {typed}"),
        RejectClass::FieldName => "the engine takes no field of that name".to_owned(),
        RejectClass::Strict => format!("{field} is not declared, and `dynamic` is `strict`"),
        RejectClass::FieldLimit => "the index would exceed its limit on fields".to_owned(),
        RejectClass::StructureLimit => {
            "a limit on depth, nesting or dimensions is exceeded".to_owned()
        }
        RejectClass::MappingConflict => format!("the record gives {field} two types at once"),
        RejectClass::NotAnObject | RejectClass::ObjectScalar | RejectClass::DottedName => {
            format!("{field} is no value")
        }
        RejectClass::Other => "for a reason in the engine's words below".to_owned(),
    }
}

fn token(class: RejectClass) -> &'static str {
    match class {
        RejectClass::NotAnObject => "not-an-object",
        RejectClass::ValueType => "value-type",
        RejectClass::Date => "date",
        RejectClass::NumberRange => "number-range",
        RejectClass::ObjectScalar => "object-scalar",
        RejectClass::DottedName => "dotted-name",
        RejectClass::FieldName => "field-name",
        RejectClass::Strict => "strict",
        RejectClass::FieldLimit => "field-limit",
        RejectClass::StructureLimit => "structure-limit",
        RejectClass::TermTooLong => "term-too-long",
        RejectClass::MappingConflict => "mapping-conflict",
        RejectClass::Other => "other",
    }
}

fn help(class: RejectClass) -> Vec<String> {
    let advice = match class {
        RejectClass::Date => {
            "send one of the field's formats, or add the format to the field in the next index (`format` cannot change in place)"
        }
        RejectClass::NumberRange => {
            "use a wider type in the next index; identifiers belong in `keyword`"
        }
        RejectClass::Strict => "declare the field, or relax `dynamic` on the object that holds it",
        RejectClass::FieldLimit => {
            "map what nobody searches as one field, or raise `index.mapping.total_fields.limit`"
        }
        RejectClass::TermTooLong => {
            "set `ignore_above` (8191 is safe for any text), or map it as `text` or `wildcard`"
        }
        RejectClass::FieldName => "rename the field at its producer",
        RejectClass::StructureLimit => {
            "send a flatter record, or raise the limit that the engine names"
        }
        _ => {
            "correct the value at its producer; `ignore_malformed` would keep the record without the value; or another type in \
             the next index"
        }
    };
    vec![advice.to_owned()]
}

//! `field-missing-from-live`: declared, but not in the live mapping. In: declared and live mapping. Out: one finding per
//! field; a missing object speaks for what lies below it.

use super::{Basis, Checked, Rule, each_live_index};
use crate::model::evidence::{Evidence, IndexEvidence};
use crate::model::finding::{Finding, Level};
use crate::model::mapping::Field;
use crate::model::path::FieldPath;
use crate::model::quantity::counted;

pub(super) static RULE: Rule = Rule {
    id: "field-missing-from-live",
    summary: "a declared field is not in the live mapping",
    level: Level::Warning,
    area: "drift",
    basis: Basis::Facts,
    page: include_str!("field_missing_from_live.md"),
    check,
};

fn check(evidence: &Evidence<'_>) -> Checked {
    each_live_index(evidence, of_index)
}

fn of_index(index: &IndexEvidence<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, field) in &index.fields {
        let Some(declared) = field.declared else { continue };
        let is_claimed = index.above(path).any(|(_, above)| {
            above.is_type_changed() || (above.declared.is_some() && above.live.is_none())
        });
        if field.live.is_none() && !is_claimed {
            findings.push(missing(index, path, declared));
        }
    }
    findings
}

fn missing(index: &IndexEvidence<'_>, path: &FieldPath, declared: &Field) -> Finding {
    let below = index.below(path).filter(|(_, field)| field.declared.is_some()).count();
    let with = match below {
        0 => String::new(),
        more => format!(" with {} below it", counted(more as u64, "field", "fields")),
    };
    let message = format!(
        "`{path}`{with} is declared as {}, but the live mapping does not have it",
        declared.type_name()
    );
    Finding {
        index: index.known_name(),
        field: Some(path.clone()),
        group: Some("declared fields are not in the live mapping".to_owned()),
        tokens: vec![declared.type_name().to_owned()],
        help: vec![
            "put the mapping now (adding a field is allowed on a live index), or roll over to a new index".to_owned(),
        ],
        ..RULE.finding(message)
    }
}

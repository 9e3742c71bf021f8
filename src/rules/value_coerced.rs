//! `value-coerced`: values are searchable in another form than they were sent. In: losses of records that the engine takes.
//! Out: one finding per field and cause.

use super::{Basis, Checked, Rule, each_index, losses};
use crate::model::evidence::Evidence;
use crate::model::fate::LossCause;
use crate::model::finding::Level;

pub(super) static RULE: Rule = Rule {
    id: "value-coerced",
    summary: "values are searchable in another form than they were sent",
    level: Level::Warning,
    area: "loss",
    basis: Basis::Replay,
    page: include_str!("value_coerced.md"),
    check,
};

fn check(evidence: &Evidence<'_>) -> Checked {
    let is_mine = |cause| matches!(cause, LossCause::DecimalsCut | LossCause::Coerced);
    let help =
        "declare a type that holds the values as they are; `coerce: false` would refuse them";
    each_index(evidence, |index| losses(&RULE, index, is_mine, help))
}

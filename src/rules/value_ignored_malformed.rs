//! `value-ignored-malformed`: values that do not fit are dropped by `ignore_malformed`. In: losses of records that the engine takes.
//! Out: one finding per field and cause.

use super::{Basis, Checked, Rule, each_index, losses};
use crate::model::evidence::Evidence;
use crate::model::fate::LossCause;
use crate::model::finding::Level;

pub(super) static RULE: Rule = Rule {
    id: "value-ignored-malformed",
    summary: "values that do not fit are dropped by `ignore_malformed`",
    level: Level::Warning,
    area: "loss",
    basis: Basis::Replay,
    page: include_str!("value_ignored_malformed.md"),
    check,
};

fn check(evidence: &Evidence<'_>) -> Checked {
    let is_mine = |cause| matches!(cause, LossCause::IgnoreMalformed);
    let help = "correct the value at its producer, or declare another type in the next index";
    each_index(evidence, |index| losses(&RULE, index, is_mine, help))
}

//! `value-above-ignore-above`: strings longer than `ignore_above` are kept and cannot be searched. In: losses of records that the engine takes.
//! Out: one finding per field and cause.

use super::{Basis, Checked, Rule, each_index, losses};
use crate::model::evidence::Evidence;
use crate::model::fate::LossCause;
use crate::model::finding::Level;

pub(super) static RULE: Rule = Rule {
    id: "value-above-ignore-above",
    summary: "strings longer than `ignore_above` are kept and cannot be searched",
    level: Level::Warning,
    area: "loss",
    basis: Basis::Replay,
    page: include_str!("value_above_ignore_above.md"),
    check,
};

fn check(evidence: &Evidence<'_>) -> Checked {
    let is_mine = |cause| matches!(cause, LossCause::IgnoreAbove);
    let help = "raise `ignore_above`, or use `wildcard` or `text` for values of this length";
    each_index(evidence, |index| losses(&RULE, index, is_mine, help))
}

//! `precision-lost`: numbers or dates are finer than their field can hold. In: losses of records that the engine takes.
//! Out: one finding per field and cause.

use super::{Basis, Checked, Rule, each_index, losses};
use crate::model::evidence::Evidence;
use crate::model::fate::LossCause;
use crate::model::finding::Level;

pub(super) static RULE: Rule = Rule {
    id: "precision-lost",
    summary: "numbers or dates are finer than their field can hold",
    level: Level::Warning,
    area: "loss",
    basis: Basis::Replay,
    page: include_str!("precision_lost.md"),
    check,
};

fn check(evidence: &Evidence<'_>) -> Checked {
    let is_mine = |cause| matches!(cause, LossCause::PrecisionLost | LossCause::DateTruncated);
    let help = "use `long` or `keyword` for identifiers, `date_nanos` for finer times";
    each_index(evidence, |index| losses(&RULE, index, is_mine, help))
}

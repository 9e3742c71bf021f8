//! `field-dropped-beyond-limit`: new fields are left out because the limit on fields is reached. In: losses of records that the engine takes.
//! Out: one finding per field and cause.

use super::{Basis, Checked, Rule, each_index, losses};
use crate::model::evidence::Evidence;
use crate::model::fate::LossCause;
use crate::model::finding::Level;

pub(super) static RULE: Rule = Rule {
    id: "field-dropped-beyond-limit",
    summary: "new fields are left out because the limit on fields is reached",
    level: Level::Warning,
    area: "loss",
    basis: Basis::Replay,
    page: include_str!("field_dropped_beyond_limit.md"),
    check,
};

fn check(evidence: &Evidence<'_>) -> Checked {
    let is_mine = |cause| matches!(cause, LossCause::BeyondLimit);
    let help = "map what nobody searches as one field, or raise `index.mapping.total_fields.limit`";
    each_index(evidence, |index| losses(&RULE, index, is_mine, help))
}

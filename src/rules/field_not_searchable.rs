//! `field-not-searchable`: records hold a field that the mapping leaves out. In: losses of records that the engine takes.
//! Out: one finding per field and cause.

use super::{Basis, Checked, Rule, each_index, losses};
use crate::model::evidence::Evidence;
use crate::model::fate::LossCause;
use crate::model::finding::Level;

pub(super) static RULE: Rule = Rule {
    id: "field-not-searchable",
    summary: "records hold a field that the mapping leaves out",
    level: Level::Note,
    area: "loss",
    basis: Basis::Replay,
    page: include_str!("field_not_searchable.md"),
    check,
};

fn check(evidence: &Evidence<'_>) -> Checked {
    let is_mine = |cause| matches!(cause, LossCause::NotMapped | LossCause::NotParsed);
    let help = "declare the field if it is meant to be searched";
    each_index(evidence, |index| losses(&RULE, index, is_mine, help))
}

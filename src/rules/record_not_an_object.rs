//! `record-not-an-object`: records that the engine refuses before it looks at any field: broken JSON, or no object at the
//! top. In: refusals of the replay. Out: one finding per index.

use super::{Basis, Checked, Rule, each_index, refusals, with_refusal};
use crate::model::evidence::{Evidence, IndexEvidence};
use crate::model::fate::RejectClass;
use crate::model::finding::{Finding, Level};
use crate::model::quantity::counted;
use crate::model::timeline::{Refused, RejectGroup};

pub(super) static RULE: Rule = Rule {
    id: "record-not-an-object",
    summary: "the engine refuses records that are not one JSON object",
    level: Level::Error,
    area: "reject",
    basis: Basis::Facts,
    page: include_str!("record_not_an_object.md"),
    check,
};

fn check(evidence: &Evidence<'_>) -> Checked {
    let is_mine = |class| class == RejectClass::NotAnObject;
    each_index(evidence, |index| refusals(index, is_mine).map(refused).collect())
}

fn refused((index, group, refused): (&IndexEvidence<'_>, &RejectGroup, &Refused)) -> Finding {
    let records = counted(refused.counted.count, "record is", "records are");
    Finding {
        help: vec!["correct the producer: each record must be one JSON object in UTF-8".to_owned()],
        ..with_refusal(
            RULE.finding(format!("{records} refused: not one JSON object")),
            (index, group, refused),
        )
    }
}

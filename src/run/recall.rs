//! Objects once more, for single records: what the sums point at, and only the records themselves can tell.
//!
//! In: an analysis that was fed, and the backup that it was fed from. Out: its judgement, with whatever could be had again. What
//! comes once only, like standard input, cannot; then the judgement says less.

use std::io::Read;

use super::analysis::{Analysis, Judgement, NextOf};
use super::backup::Backup;
use super::progress::Meter;
use crate::record::Hint;

/// Judges, and hears the records that the judgement asks for.
pub(super) fn judge(backup: &Backup, meter: &Meter, analysis: Analysis, next: NextOf) -> Judgement {
    let mut judgement = analysis.judge();
    let open = |rank: u32, read: &mut dyn FnMut(&Hint, &mut dyn Read)| {
        if backup.goes_on() && !backup.is_read_once(rank) {
            backup.reopen(meter, rank, read);
        }
    };
    for rank in judgement.wanted() {
        open(rank, &mut |hint, body| judgement.hear(rank, hint, body));
    }
    if let Some(rank) = judgement.newest(next) {
        open(rank, &mut |hint, body| judgement.rehearse(rank, hint, body));
    }
    judgement
}

//! A walk whose records are counted at once, and what every walk makes of what it sees.
//!
//! In: what a walk sees, and the indices that its records may have gone to. Out: fates, counted in each index and compared in pairs.
//! It refuses to know whose turn it is.

use std::io::Read;
use std::ops::ControlFlow;
use std::sync::Arc;

use super::{Guessing, Hear, Met, Pair, Versions};
use crate::engine::check::Check;
use crate::model::fate::{Fate, Loss};
use crate::model::object::Sighting;
use crate::model::profile::ShapeId;
use crate::profile::{ObjectSums, Seen, Then, Verdict, Walk};
use crate::record::Hint;
use crate::replay::{Arrival, Guess, Replay};

/// A walk whose records are counted at once.
pub(super) struct Live<'a> {
    pub(super) walk: &'a mut Walk,
    pub(super) replays: &'a mut [Replay],
    pub(super) pairs: &'a mut [Pair],
    pub(super) takers: &'a [usize],
    /// Whether anybody hears the fate of each record.
    pub(super) guessing: Guessing,
}

impl Live<'_> {
    pub(super) fn test(&mut self) {
        self.walk.check(checks(self.replays, self.takers));
    }

    pub(super) fn walk(
        self,
        rank: u32,
        key: &str,
        hint: &Hint,
        body: &mut dyn Read,
        hear: Hear<'_>,
    ) -> ObjectSums {
        let Self { walk, replays, pairs, takers, guessing } = self;
        walk.checked_object(rank, key, hint, body, &mut |seen| {
            let (fate, is_changed) = count(replays, pairs, takers, guessing, &seen);
            let mut flow = hear(met(seen));
            if let (Some(fate), ControlFlow::Continue(())) = (fate, flow) {
                flow = hear(Met::Fate(&fate));
            }
            match flow {
                ControlFlow::Break(()) => Then::Stop,
                ControlFlow::Continue(()) if is_changed => Then::Check(checks(replays, takers)),
                ControlFlow::Continue(()) => Then::GoOn,
            }
        })
    }
}

pub(super) fn versions(replays: &[Replay], takers: &[usize]) -> Versions {
    takers.iter().map(|taker| (*taker, replays[*taker].version())).collect()
}

pub(super) fn checks(replays: &[Replay], takers: &[usize]) -> Vec<Check> {
    takers.iter().map(|taker| replays[*taker].check()).collect()
}

/// Counts what was seen in each index: its fate in the last, where it is heard, and whether a mapping has changed.
fn count(
    replays: &mut [Replay],
    pairs: &mut [Pair],
    takers: &[usize],
    guessing: Guessing,
    seen: &Seen<'_>,
) -> (Option<Fate>, bool) {
    match judged(seen) {
        None => (None, false),
        Some(Judged::Cleared(sighting, shape, losses)) => {
            for taker in takers {
                replays[*taker].cleared(sighting, shape, losses);
            }
            let is_heard = guessing == Guessing::Never && !takers.is_empty();
            let losses = || losses.iter().map(|loss| (**loss).clone()).collect();
            (is_heard.then(|| Fate::Accepted(losses())), false)
        }
        Some(Judged::Open(arrival)) => {
            let before = versions(replays, takers);
            let fates = takers.iter().map(|taker| (*taker, replays[*taker].record(arrival)));
            let mut fates: Vec<(usize, Fate)> = fates.collect();
            let each: Vec<(usize, &Fate)> =
                fates.iter().map(|(taker, fate)| (*taker, fate)).collect();
            compare(pairs, &each, arrival);
            (fates.pop().map(|(_, fate)| fate), before != versions(replays, takers))
        }
    }
}

/// Compares the fates of one record in each pair of indices. What the check lets through fares alike in all of them.
pub(super) fn compare(pairs: &mut [Pair], fates: &[(usize, &Fate)], arrival: Arrival<'_>) {
    let fate = |index: usize| fates.iter().find(|(taker, _)| *taker == index).map(|found| found.1);
    for pair in pairs {
        if let Some((here, there)) = fate(pair.here).zip(fate(pair.there)) {
            pair.outcomes.compare(here, there, arrival.sighting, arrival.bytes);
        }
    }
}

pub(super) fn note(guess: &mut Guess, seen: &Seen<'_>) {
    match judged(seen) {
        Some(Judged::Cleared(sighting, shape, losses)) => guess.cleared(sighting, shape, losses),
        Some(Judged::Open(arrival)) => guess.waits(arrival),
        None => {}
    }
}

/// A record, and whether the check let it through.
enum Judged<'a> {
    Cleared(Sighting, ShapeId, &'a [Arc<Loss>]),
    Open(Arrival<'a>),
}

fn judged<'a>(seen: &'a Seen<'a>) -> Option<Judged<'a>> {
    Some(match seen {
        Seen::Record { sighting, shape, verdict: Verdict::Clean, .. } => {
            Judged::Cleared(*sighting, *shape, &[])
        }
        Seen::Record { sighting, shape, verdict: Verdict::Lossy(losses), .. } => {
            Judged::Cleared(*sighting, *shape, losses)
        }
        Seen::Record { sighting, bytes, shape, verdict: Verdict::Unsure, .. } => {
            Judged::Open(Arrival { sighting: *sighting, bytes, shape: Some(*shape) })
        }
        Seen::Bounded { sighting, bytes, .. } => {
            Judged::Open(Arrival { sighting: *sighting, bytes, shape: None })
        }
        Seen::Problem(_) => return None,
    })
}

pub(super) fn met(seen: Seen<'_>) -> Met<'static> {
    match seen {
        Seen::Record { sighting, .. } | Seen::Bounded { sighting, .. } => Met::Record(sighting),
        Seen::Problem(problem) => Met::Problem(problem),
    }
}

pub(super) fn told(flow: ControlFlow<()>) -> Then {
    if flow.is_break() { Then::Stop } else { Then::GoOn }
}

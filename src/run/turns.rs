//! Objects walked side by side and counted in delivery order: the result is that of one walk over all of them, one after another.
//!
//! In: indices as they were born, and objects with the indices that they may have gone to. Out: the replays of those indices. An
//! object is walked on a guess, the newest mapping that is known, and set aside; when its turn comes, the guess is counted if it
//! holds, and else the object is walked again, by whichever walker is there. The first objects go alone, until one adds nothing: the beginning is where guesses fail.

mod live;

use std::collections::BTreeMap;
use std::io::Read;
use std::ops::ControlFlow;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::engine::check::Check;
use crate::model::fate::Fate;
use crate::model::object::Sighting;
use crate::model::outcome::Outcomes;
use crate::model::problem::Problem;
use crate::model::profile::Profile;
use crate::profile::{LetThrough, ObjectSums, Seen, Walk};
use crate::record::Hint;
use crate::replay::{Arrival, Guess, Replay, Settled};

use live::{Live, checks, compare, met, note, told, versions};

/// The indices, and whose turn it is.
pub(super) struct Turns {
    state: Mutex<State>,
    passed: Condvar,
    guessing: Guessing,
}

struct State {
    replays: Vec<Replay>,
    pairs: Vec<Pair>,
    /// The rank of the object that is counted next.
    next: u32,
    /// Whether objects go one after the other.
    alone: bool,
    walked_again: u64,
    /// Objects that are done with before their turn, by rank.
    aside: BTreeMap<u32, Aside>,
    /// A walker has ended in a panic.
    is_broken: bool,
}

/// An object that waits for its turn to be counted.
enum Aside {
    /// It was not read.
    Skipped,
    Guessed(Box<Guessed>),
}

/// An object that was walked on a guess.
struct Guessed {
    key: String,
    takers: Vec<usize>,
    guess: Guess,
    let_through: LetThrough,
    /// Whether some of it could not be read.
    is_out_of_reach: bool,
}

/// How far a walker may be ahead of the object that is counted next. Records that wait for the replica are kept for each.
const AHEAD: u32 = 4;

/// Two indices whose records are compared: the places of both.
pub(super) struct Pair {
    pub here: usize,
    pub there: usize,
    /// Records whose fates differ.
    pub outcomes: Outcomes,
}

/// Whether objects may be walked on a guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Guessing {
    Allowed,
    /// Each record's fate is wanted, in order.
    Never,
}

/// Walks objects, one at a time.
pub(super) struct Walker<'t> {
    turns: &'t Turns,
    walk: Walk,
    /// Walks once more and counts nothing.
    spare: Walk,
    /// The indices and the versions of their mappings that records are tested by.
    tested: Versions,
    again: Again<'t>,
    _watch: Watch<'t>,
}

/// Indices, each with the version of its mapping.
type Versions = Vec<(usize, u64)>;

/// Lets nobody wait for a walker that ended in a panic.
struct Watch<'t>(&'t Turns);

/// An object that is to be walked.
pub(super) struct Coming<'a> {
    pub rank: u32,
    pub key: &'a str,
    pub hint: &'a Hint,
    pub body: &'a mut dyn Read,
    /// Whether it can be read only once.
    pub is_read_once: bool,
    /// Places of the indices that its records may have gone to.
    pub takers: &'a [usize],
}

/// Opens an object once more, by its rank.
pub(super) type Again<'a> = &'a (dyn Fn(u32, &mut dyn FnMut(&Hint, &mut dyn Read)) + Sync);

/// What a walker comes across.
pub(super) enum Met<'a> {
    /// A record, or what stands in a record's place.
    Record(Sighting),
    /// What became of the last record, where objects go one after the other.
    Fate(&'a Fate),
    /// Bytes that nobody can count the records of.
    Problem(Problem),
}

/// Hears what is met, and says whether to go on.
pub(super) type Hear<'a> = &'a mut dyn FnMut(Met<'_>) -> ControlFlow<()>;

impl Turns {
    pub(super) fn new(replays: Vec<Replay>, guessing: Guessing) -> Self {
        let (pairs, aside) = (Vec::new(), BTreeMap::new());
        let (next, walked_again) = (0, 0);
        let state =
            State { replays, pairs, next, alone: true, walked_again, aside, is_broken: false };
        Self { state: Mutex::new(state), passed: Condvar::new(), guessing }
    }

    /// Compares the fates of records in pairs of indices.
    pub(super) fn comparing(mut self, pairs: Vec<Pair>) -> Self {
        self.state.get_mut().expect("nobody walks yet").pairs = pairs;
        self
    }

    /// A walker. Each thread has one.
    pub(super) fn walker<'t>(&'t self, walk: impl Fn() -> Walk, again: Again<'t>) -> Walker<'t> {
        let tested = Vec::new();
        Walker { turns: self, walk: walk(), spare: walk(), tested, again, _watch: Watch(self) }
    }

    /// The replays in their order, the pairs that were compared, and how many objects were walked again.
    pub(super) fn into_replays(self) -> (Vec<Replay>, Vec<Pair>, u64) {
        let state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        (state.replays, state.pairs, state.walked_again)
    }

    /// Gives a record to the only index, where objects are not walked.
    pub(super) fn record(&self, arrival: Arrival<'_>) -> Fate {
        self.lock().replays[0].record(arrival)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("a walker that panics ends the run")
    }

    /// Waits until no more than `ahead` objects must be counted before this one.
    fn wait<'s>(
        &'s self,
        state: MutexGuard<'s, State>,
        rank: u32,
        ahead: u32,
    ) -> MutexGuard<'s, State> {
        let is_early =
            |state: &mut State| state.next.saturating_add(ahead) < rank && !state.is_broken;
        let state = self.passed.wait_while(state, is_early);
        let state = state.expect("a walker that panics ends the run");
        assert!(!state.is_broken, "a walker that panics ends the run");
        state
    }

    /// Whether an object must wait for its turn before it is walked.
    fn must_wait(&self, state: &State, coming: &Coming<'_>) -> bool {
        state.alone || coming.is_read_once || self.guessing == Guessing::Never
    }
}

impl Walker<'_> {
    /// Walks an object. Every object must come to a walker, and each walker's in delivery order.
    pub(super) fn object(&mut self, coming: Coming<'_>, hear: Hear<'_>) -> ObjectSums {
        let turns = self.turns;
        let mut state = turns.lock();
        if turns.must_wait(&state, &coming) {
            state = turns.wait(state, coming.rank, 0);
        }
        // Those before may have let the others go side by side.
        if turns.must_wait(&state, &coming) {
            self.go_alone(state, coming, hear)
        } else {
            self.go_side_by_side(state, coming, hear)
        }
    }

    /// Passes the turn of an object that is not read.
    pub(super) fn skip(&mut self, rank: u32, hear: Hear<'_>) {
        self.set_aside(rank, Aside::Skipped, hear);
    }

    /// The sums of everything that was walked.
    pub(super) fn into_profile(self) -> Profile {
        self.walk.into_profile()
    }

    fn go_alone(
        &mut self,
        mut state: MutexGuard<'_, State>,
        coming: Coming<'_>,
        hear: Hear<'_>,
    ) -> ObjectSums {
        let Coming { rank, key, hint, body, takers, .. } = coming;
        self.test_by(&state.replays, takers);
        let before = std::mem::take(&mut self.tested);
        let State { replays, pairs, .. } = &mut *state;
        let guessing = self.turns.guessing;
        let live = Live { walk: &mut self.walk, replays, pairs, takers, guessing };
        let sums = live.walk(rank, key, hint, body, hear);
        self.tested = versions(&state.replays, takers);
        state.alone = sums.records == 0 || before != self.tested;
        state.next = rank + 1;
        self.count_those_aside(&mut state, hear);
        drop(state);
        self.turns.passed.notify_all();
        sums
    }

    fn go_side_by_side(
        &mut self,
        state: MutexGuard<'_, State>,
        coming: Coming<'_>,
        hear: Hear<'_>,
    ) -> ObjectSums {
        let Coming { rank, key, hint, body, takers, .. } = coming;
        self.test_by(&state.replays, takers);
        drop(state);
        let (mut guess, mut is_out_of_reach) = (Guess::default(), false);
        let sums = self.walk.checked_object(rank, key, hint, body, &mut |seen| {
            if !takers.is_empty() {
                note(&mut guess, &seen);
            }
            is_out_of_reach |= matches!(&seen, Seen::Problem(found) if !found.kind.is_damage());
            told(hear(met(seen)))
        });
        let (key, takers) = (key.to_owned(), takers.to_owned());
        let let_through = self.walk.let_through();
        let guessed = Guessed { key, takers, guess, let_through, is_out_of_reach };
        self.set_aside(rank, Aside::Guessed(Box::new(guessed)), hear);
        sums
    }

    /// Leaves an object to be counted when its turn comes, by whoever is there then, and counts those whose turn it is.
    fn set_aside(&mut self, rank: u32, aside: Aside, hear: Hear<'_>) {
        let turns = self.turns;
        let mut state = turns.lock();
        state.aside.insert(rank, aside);
        if self.count_those_aside(&mut state, hear) {
            turns.passed.notify_all();
        }
        drop(turns.wait(state, rank, AHEAD));
    }

    /// Counts objects as long as the next one is there; whether there was any.
    fn count_those_aside(&mut self, state: &mut State, hear: Hear<'_>) -> bool {
        let first = state.next;
        while let Some(aside) = state.aside.remove(&state.next) {
            if let Aside::Guessed(guessed) = aside {
                self.count(state, &guessed, hear);
            }
            state.next += 1;
        }
        state.next > first
    }

    /// Counts an object whose turn it is: the guess where it holds, else what a walk on the true mapping shows.
    fn count(&mut self, state: &mut State, guessed: &Guessed, hear: Hear<'_>) {
        let Guessed { key, takers, guess, .. } = guessed;
        let State { replays, pairs, next, walked_again, .. } = state;
        if let Some(settled) = settle(replays, guessed) {
            let fates = takers
                .iter()
                .zip(settled)
                .map(|(taker, settled)| (*taker, replays[*taker].count_settled(guess, settled)));
            let fates: Vec<(usize, Vec<Fate>)> = fates.collect();
            for (i, waiting) in guess.waiting().enumerate() {
                let each = fates.iter().map(|(taker, fates)| (*taker, &fates[i]));
                compare(pairs, &each.collect::<Vec<_>>(), waiting);
            }
            return;
        }
        *walked_again += 1;
        (self.again)(*next, &mut |hint, body| {
            let guessing = Guessing::Allowed;
            let mut live = Live { walk: &mut self.spare, replays, pairs, takers, guessing };
            live.test();
            live.walk(*next, key, hint, body, &mut |met| match met {
                // The rest was heard before; what is out of reach only now is news.
                Met::Problem(found) if !found.kind.is_damage() && !guessed.is_out_of_reach => {
                    hear(Met::Problem(found))
                }
                _ => ControlFlow::Continue(()),
            });
        });
    }

    /// Sees to it that records are tested by the mappings as they are now.
    fn test_by(&mut self, replays: &[Replay], takers: &[usize]) {
        let now = versions(replays, takers);
        if self.tested != now {
            self.walk.check(checks(replays, takers));
            self.tested = now;
        }
    }
}

/// What each index makes of a guess, if it holds in all of them.
fn settle(replays: &[Replay], guessed: &Guessed) -> Option<Vec<Settled>> {
    let holds = |check: Check| guessed.let_through.holds(&[check]);
    let takers = guessed.takers.iter();
    takers.map(|taker| replays[*taker].settle(&guessed.guess, &holds)).collect()
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let state = self.0.state.lock();
            state.unwrap_or_else(PoisonError::into_inner).is_broken = true;
            self.0.passed.notify_all();
        }
    }
}

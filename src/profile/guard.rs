//! The engine's check beside the sums: which values of a record the replica must look at.
//!
//! In: checks of the indices that a record may go to, and the paths of the trie. Out: a test for each slot, folded over all
//! indices, in the form that the hot loop asks. It refuses to know what a test stands for.

use std::sync::Arc;

use super::number;
use super::run::Scalar;
use super::trie::Slot;
use crate::engine::check::{Check, Pass, Test};
use crate::model::fate::Loss;
use crate::model::profile::Kind;
use crate::record::frame;

/// A record holds something that only the replica can judge.
pub(super) const UNSURE: u8 = 1;
/// A record holds something that is lost.
pub(super) const LOSSY: u8 = 2;
/// A record holds an object whose text matters.
pub(super) const OBJECT: u8 = 4;

/// What a record loses.
pub(super) type Lost = Vec<Arc<Loss>>;

/// Levels of an object that is judged as a whole.
const DEPTH: usize = 100;

/// Tests by slot.
#[derive(Default)]
pub(super) struct Guards {
    checks: Vec<Check>,
    tests: Vec<Test>,
}

/// What holds for a record as a whole.
#[derive(Clone, Copy)]
pub(super) struct Bounds {
    /// Open objects and arrays.
    pub(super) depth: usize,
    /// Objects.
    pub(super) objects: u64,
    /// Bytes of a number.
    pub(super) number: usize,
}

/// Values of one kind at one path, with the test that they were given; `None` where there was none.
pub(super) struct Passed {
    path: Vec<Box<[u8]>>,
    kind: Kind,
    test: Option<Test>,
}

impl Passed {
    /// Whether what passed passes these checks too.
    pub(super) fn holds(&self, checks: &[Check]) -> bool {
        let path: Vec<&[u8]> = self.path.iter().map(|name| &**name).collect();
        self.test.as_ref().is_some_and(|test| fold(checks, &path, self.kind).covers(test))
    }
}

impl Guards {
    pub(super) fn new(checks: Vec<Check>) -> Self {
        Self { checks, tests: Vec::new() }
    }

    pub(super) fn is_active(&self) -> bool {
        !self.checks.is_empty()
    }

    pub(super) fn checks(&self) -> &[Check] {
        &self.checks
    }

    pub(super) fn bounds(&self) -> Bounds {
        let least = |bounds: Bounds, check: &Check| Bounds {
            depth: bounds.depth.min(check.depth()),
            objects: bounds.objects.min(check.objects()),
            number: bounds.number.min(check.number_length()),
        };
        let all = Bounds { depth: usize::MAX, objects: u64::MAX, number: usize::MAX };
        self.checks.iter().fold(all, least)
    }

    /// Makes the test of the next slot, and lets the slot know.
    pub(super) fn add(&mut self, slot: &mut Slot, path: &[&[u8]]) {
        slot.flags = 0;
        if !self.is_active() {
            return;
        }
        let test = fold(&self.checks, path, slot.kind);
        slot.flags = match (test.is_unsure(), test.losses.is_empty()) {
            (true, _) => UNSURE,
            (false, false) => LOSSY,
            _ if slot.kind == Kind::Object && test.pass == Pass::Nothing => OBJECT,
            _ => 0,
        };
        self.tests.push(test);
    }

    /// The orders that need no closer look: those that were seen before and pass.
    pub(super) fn quiet(&self, slot: usize, (least, most): (i64, i64)) -> (i64, i64) {
        let (low, high) =
            self.tests.get(slot).map_or((i64::MIN, i64::MAX), |test| orders(test.pass));
        (least.max(low), most.min(high))
    }

    /// What a value means for its record, and what is lost of it.
    pub(super) fn look(&self, slot: usize, scalar: &Scalar, bytes: &[u8], lost: &mut Lost) -> u8 {
        let Some(test) = self.tests.get(slot) else { return 0 };
        let (low, high) = orders(test.pass);
        if (low..=high).contains(&scalar.order) {
            return 0;
        }
        self.judge(test, scalar.kind, &bytes[scalar.start..scalar.end], lost)
    }

    /// The same of an object that begins at `start`.
    #[inline(never)]
    pub(super) fn look_at_object(
        &self,
        slot: u32,
        bytes: &[u8],
        start: usize,
        lost: &mut Lost,
    ) -> u8 {
        // One that is not whole will be read again.
        let Ok(end) = frame::value(bytes, start, DEPTH) else { return UNSURE };
        self.judge(&self.tests[slot as usize], Kind::Object, &bytes[start..end], lost)
    }

    fn judge(&self, test: &Test, kind: Kind, text: &[u8], lost: &mut Lost) -> u8 {
        for check in &self.checks {
            match test.judge(check, kind, text) {
                Some(losses) if losses.is_empty() => {}
                // What a record loses is told by one index only.
                Some(losses) if self.checks.len() == 1 => {
                    lost.extend(losses.into_iter().map(Arc::new));
                    return LOSSY;
                }
                _ => return UNSURE,
            }
        }
        0
    }

    /// What passes at a slot.
    pub(super) fn passed(&self, slot: usize, path: &[&[u8]], kind: Kind) -> Passed {
        let path = path.iter().map(|name| (*name).into()).collect();
        Passed { path, kind, test: self.tests.get(slot).cloned() }
    }

    /// What a record loses, each once: by its slots, and by its values.
    pub(super) fn losses(&self, slots: &[u32], by_value: &[Arc<Loss>], losses: &mut Lost) {
        losses.clear();
        losses.extend_from_slice(by_value);
        for slot in slots {
            losses.extend(self.tests[*slot as usize].losses.iter().cloned());
        }
        losses.sort_unstable();
        losses.dedup();
    }
}

/// A record that may go to several indices must pass in all; what it loses is told by one index only.
fn fold(checks: &[Check], path: &[&[u8]], kind: Kind) -> Test {
    match checks {
        [check] => check.test(path, kind),
        checks => {
            let tests = checks.iter().map(|check| check.test(path, kind));
            let all = tests.fold(Test::everything(), Test::and);
            if all.losses.is_empty() { all } else { Test::nothing() }
        }
    }
}

fn orders(pass: Pass) -> (i64, i64) {
    match pass {
        Pass::Nothing => (i64::MAX, i64::MIN),
        Pass::Everything => (i64::MIN, i64::MAX),
        Pass::Between(low, high) => (low, high),
        Pass::Decimals(low, high) => (number::ordered(low), number::ordered(high)),
    }
}

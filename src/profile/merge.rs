//! Two profiles become one. A monoid: total, associative, commutative, nothing is forgotten.
//!
//! In: profiles of different objects. Out: the profile of all of them. Adding the profile of one object twice counts it twice.
//! Within limits, what has the smallest hashes is kept, and exact; the rest is one sum. So limits do not break the laws.

use std::collections::btree_map::Entry;

use super::hash;
use crate::model::limits::Limits;
use crate::model::object::Sighting;
use crate::model::path::FieldPath;
use crate::model::profile::{FieldSums, KindSums, Looks, Profile, ShapeSums};

impl Profile {
    /// Adds what another profile holds.
    pub fn merge(&mut self, other: Self) {
        self.records += other.records;
        self.bytes += other.bytes;
        self.contents.merge(&other.contents);
        self.other_shapes += other.other_shapes;
        self.other_values += other.other_values;
        for (path, sums) in other.fields {
            match self.fields.entry(path) {
                Entry::Vacant(place) => {
                    place.insert(sums);
                }
                Entry::Occupied(mut place) => place.get_mut().merge(sums),
            }
        }
        for (id, sums) in other.shapes {
            match self.shapes.entry(id) {
                Entry::Vacant(place) => {
                    place.insert(sums);
                }
                Entry::Occupied(mut place) => place.get_mut().merge(&sums),
            }
        }
    }

    /// Keeps as many paths and shapes as the limits allow. A path goes with everything below it.
    pub fn keep_within(&mut self, limits: &Limits) {
        while self.shapes.len() > limits.shapes {
            let (_, shape) = self.shapes.pop_last().expect("more than the limit");
            self.other_shapes += shape.records;
        }
        if self.fields.len() <= limits.paths {
            return;
        }
        let mut ranks: Vec<_> = self.fields.keys().map(|path| (rank(path), path)).collect();
        let (_, ceiling, _) = ranks.select_nth_unstable(limits.paths);
        let ceiling = (ceiling.0, ceiling.1.clone());
        self.fields.retain(|path, sums| {
            let keep = (rank(path), path) < (ceiling.0, &ceiling.1);
            if !keep {
                self.other_values += sums.kinds.iter().map(|(_, kind)| kind.count).sum::<u64>();
            }
            keep
        });
        for shape in self.shapes.values_mut() {
            shape.paths.retain(|(path, _)| self.fields.contains_key(&**path));
        }
    }
}

/// The largest hash of a path and those above it. Among equal ranks a parent comes before what is below it, so that what
/// is kept within a limit is kept with its parents.
fn rank(path: &FieldPath) -> u64 {
    let mut here = 0;
    let hashes = path.0.iter().map(|name| {
        here = hash::path(here, hash::name(name.as_bytes()));
        here
    });
    hashes.max().unwrap_or(0)
}

impl FieldSums {
    /// Adds what other records had at this path.
    pub fn merge(&mut self, other: Self) {
        self.present += other.present;
        for (kind, sums) in other.kinds.iter() {
            self.kinds.at(kind).merge(sums);
        }
        self.integers = widest(self.integers, other.integers, Ord::cmp);
        self.floats = widest(self.floats, other.floats, f64::total_cmp);
        self.lengths = widest(self.lengths, other.lengths, Ord::cmp);
        self.out_of_range += other.out_of_range;
        self.duplicates += other.duplicates;
        self.looks.merge(other.looks);
        for (form, count) in other.dates {
            *self.dates.entry(form).or_default() += count;
        }
        self.distinct.merge(&other.distinct);
        self.examples.extend(other.examples);
        Self::keep_examples(&mut self.examples);
    }
}

impl KindSums {
    fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.seen = earliest_and_latest(self.seen, other.seen);
    }
}

fn earliest_and_latest(
    a: Option<(Sighting, Sighting)>,
    b: Option<(Sighting, Sighting)>,
) -> Option<(Sighting, Sighting)> {
    match (a, b) {
        (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
        (a, b) => a.or(b),
    }
}

impl Looks {
    fn merge(&mut self, other: Self) {
        self.empty += other.empty;
        self.date += other.date;
        self.number += other.number;
        self.boolean += other.boolean;
    }
}

impl ShapeSums {
    fn merge(&mut self, other: &Self) {
        self.records += other.records;
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
    }
}

/// The smallest and the largest of two ranges.
fn widest<T: Copy>(
    a: Option<(T, T)>,
    b: Option<(T, T)>,
    compare: impl Fn(&T, &T) -> std::cmp::Ordering,
) -> Option<(T, T)> {
    let (Some(a), Some(b)) = (a, b) else { return a.or(b) };
    let least = if compare(&b.0, &a.0).is_lt() { b.0 } else { a.0 };
    let most = if compare(&b.1, &a.1).is_gt() { b.1 } else { a.1 };
    Some((least, most))
}

//! Two profiles become one. A monoid: total, associative, commutative, nothing is forgotten.
//!
//! In: profiles of different objects. Out: the profile of all of them. Adding the profile of one object twice counts it twice.

use std::collections::btree_map::Entry;

use crate::model::object::Sighting;
use crate::model::profile::{FieldSums, Kind, KindSums, Looks, Profile, ShapeSums};

impl Profile {
    /// Adds what another profile holds.
    pub fn merge(&mut self, other: Self) {
        self.records += other.records;
        self.bytes += other.bytes;
        for (path, sums) in other.fields {
            match self.fields.entry(path) {
                Entry::Vacant(place) => {
                    place.insert(sums);
                }
                Entry::Occupied(mut place) => place.get_mut().merge(&sums),
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
}

impl FieldSums {
    /// Adds what another set of records had at this path.
    pub fn merge(&mut self, other: &Self) {
        self.present += other.present;
        for kind in Kind::ALL {
            self.kinds[kind].merge(&other.kinds[kind]);
        }
        self.integers = widest(self.integers, other.integers, Ord::cmp);
        self.floats = widest(self.floats, other.floats, f64::total_cmp);
        self.lengths = widest(self.lengths, other.lengths, Ord::cmp);
        self.looks.merge(other.looks);
    }
}

impl KindSums {
    fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.seen = match (self.seen, other.seen) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (a, b) => a.or(b),
        };
    }

    /// Adds sightings.
    pub(crate) fn see(&mut self, first: Sighting, last: Sighting) {
        self.merge(&Self { count: 0, seen: Some((first, last)) });
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

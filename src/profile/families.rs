//! Families of shapes: shapes whose paths agree, kinds ignored.
//!
//! In: the shapes of a profile. Out: connected components of shapes that share at least half of their paths. It refuses to
//! know which came first, but for the names.

use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasherDefault;
use std::sync::Arc;

use super::trie::Hashed;
use super::{hash, likeness};
use crate::model::family::Family;
use crate::model::path::FieldPath;
use crate::model::profile::{Profile, ShapeId, ShapeSums};

/// The families of a profile, in the order of their first records by delivery.
pub fn families(profile: &Profile) -> Vec<Family> {
    let mut numbers = Numbers::of(profile);
    let mut layouts: BTreeMap<Vec<u32>, Vec<ShapeId>> = BTreeMap::new();
    for (id, shape) in &profile.shapes {
        layouts.entry(numbers.of_shape(shape)).or_default().push(*id);
    }
    let (sets, shapes): (Vec<_>, Vec<_>) = layouts.into_iter().unzip();
    let components = likeness::components(&sets, numbers.paths.len());
    let mut seen = vec![0; numbers.paths.len()];
    let members = components.iter().map(|members| members.iter().map(|set| &sets[*set]));
    let fields: Vec<Vec<u32>> =
        members.zip(1..).map(|(sets, mark)| union(sets, &mut seen, mark)).collect();
    let holders = holders(&fields, numbers.paths.len());
    let mut families: Vec<Family> = components
        .iter()
        .zip(&fields)
        .map(|(members, fields)| {
            let shapes = members.iter().flat_map(|set| shapes[*set].iter().copied()).collect();
            let exclusive = fields.iter().filter(|path| holders[**path as usize] == 1);
            family(profile, shapes, numbers.paths(fields.iter()), numbers.paths(exclusive))
        })
        .collect();
    families.sort_by_key(|family| (family.first, family.last));
    for (family, number) in families.iter_mut().zip(1..) {
        family.name = format!("family {number}");
    }
    families
}

/// The fields of a profile by number, in the order of their paths.
struct Numbers<'a> {
    paths: Vec<&'a Arc<FieldPath>>,
    /// By address: shapes share their paths, so that most are known by it.
    known: HashMap<u64, u32, BuildHasherDefault<Hashed>>,
}

impl<'a> Numbers<'a> {
    fn of(profile: &'a Profile) -> Self {
        Self { paths: profile.fields.keys().collect(), known: HashMap::default() }
    }

    /// The paths of a shape, sorted.
    fn of_shape(&mut self, shape: &ShapeSums) -> Vec<u32> {
        let mut numbers = Vec::with_capacity(shape.paths.len());
        numbers.extend(shape.paths.iter().filter_map(|(path, _)| self.number(path)));
        numbers.dedup();
        numbers
    }

    fn number(&mut self, path: &Arc<FieldPath>) -> Option<u32> {
        let key = hash::spread(Arc::as_ptr(path).addr() as u64);
        if let Some(number) = self.known.get(&key) {
            return Some(*number);
        }
        let place = self.paths.binary_search(&path).ok()?;
        let number = u32::try_from(place).expect("fewer paths than bytes in memory");
        self.known.insert(key, number);
        Some(number)
    }

    fn paths<'b>(&self, numbers: impl Iterator<Item = &'b u32>) -> Vec<Arc<FieldPath>> {
        numbers.map(|number| self.paths[*number as usize].clone()).collect()
    }
}

/// All numbers of these sets, sorted. `seen` has a place for each number; none of them holds this `mark` yet.
fn union<'a>(
    sets: impl Iterator<Item = &'a Vec<u32>>,
    seen: &mut [usize],
    mark: usize,
) -> Vec<u32> {
    let is_new = |number: &&u32| std::mem::replace(&mut seen[**number as usize], mark) != mark;
    let mut all: Vec<u32> = sets.flatten().filter(is_new).copied().collect();
    all.sort_unstable();
    all
}

/// How many of the sets hold each number.
fn holders(sets: &[Vec<u32>], numbers: usize) -> Vec<u32> {
    let mut holders = vec![0; numbers];
    sets.iter().flatten().for_each(|number| holders[*number as usize] += 1);
    holders
}

/// What the shapes of a family add up to, without a name.
fn family(
    profile: &Profile,
    mut shapes: Vec<ShapeId>,
    paths: Vec<Arc<FieldPath>>,
    exclusive: Vec<Arc<FieldPath>>,
) -> Family {
    shapes.sort_unstable();
    let sums = || shapes.iter().map(|id| &profile.shapes[id]);
    Family {
        name: String::new(),
        records: sums().map(|shape| shape.records).sum(),
        first: sums().map(|shape| shape.first).min().expect("a component has a member"),
        last: sums().map(|shape| shape.last).max().expect("a component has a member"),
        paths,
        exclusive,
        shapes,
    }
}

//! Families of shapes: shapes whose paths agree, kinds ignored.
//!
//! In: the shapes of a profile. Out: connected components of shapes that share at least half of their paths. It refuses to
//! know which came first, but for the names.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::family::Family;
use crate::model::path::FieldPath;
use crate::model::profile::{Profile, ShapeId};

/// The families of a profile, in the order of their first records by delivery.
pub fn families(profile: &Profile) -> Vec<Family> {
    let mut layouts: BTreeMap<BTreeSet<&FieldPath>, Vec<ShapeId>> = BTreeMap::new();
    for (id, shape) in &profile.shapes {
        let paths = shape.paths.iter().map(|(path, _)| &**path).collect();
        layouts.entry(paths).or_default().push(*id);
    }
    let layouts: Vec<_> = layouts.into_iter().collect();
    let mut families: Vec<Family> = components(&layouts)
        .into_values()
        .map(|members| family(profile, members.iter().map(|member| &layouts[*member])))
        .collect();
    families.sort_by_key(|family| (family.first, family.last));
    let seen = families.clone();
    for (i, family) in families.iter_mut().enumerate() {
        family.name = format!("family {}", i + 1);
        let others = seen.iter().enumerate().filter(|(other, _)| *other != i);
        for (_, other) in others {
            family.exclusive.retain(|path| !other.paths.contains(path));
        }
    }
    families
}

type Layout<'a> = (BTreeSet<&'a FieldPath>, Vec<ShapeId>);

/// Members by component. Layouts are few: kinds do not matter here.
fn components(layouts: &[Layout<'_>]) -> BTreeMap<usize, Vec<usize>> {
    let mut root: Vec<usize> = (0..layouts.len()).collect();
    for i in 0..layouts.len() {
        for j in 0..i {
            let (a, b) = (find(&root, i), find(&root, j));
            if a != b && agree(&layouts[i].0, &layouts[j].0) {
                root[a.max(b)] = a.min(b);
            }
        }
    }
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for i in 0..layouts.len() {
        members.entry(find(&root, i)).or_default().push(i);
    }
    members
}

fn find(root: &[usize], mut of: usize) -> usize {
    while root[of] != of {
        of = root[of];
    }
    of
}

/// Whether at least half of all paths are common to both (Jaccard). Two records without fields agree.
fn agree(a: &BTreeSet<&FieldPath>, b: &BTreeSet<&FieldPath>) -> bool {
    if 2 * a.len().min(b.len()) < a.len().max(b.len()) {
        return false;
    }
    let common = a.intersection(b).count();
    2 * common >= a.len() + b.len() - common
}

fn family<'a>(profile: &Profile, members: impl Iterator<Item = &'a Layout<'a>>) -> Family {
    let members: Vec<_> = members.collect();
    let shapes: BTreeSet<_> = members.iter().flat_map(|(_, ids)| ids.iter().copied()).collect();
    let paths: BTreeSet<_> =
        members.iter().flat_map(|(paths, _)| paths.iter().map(|path| (*path).clone())).collect();
    let sums = || shapes.iter().map(|id| &profile.shapes[id]);
    Family {
        name: String::new(),
        records: sums().map(|shape| shape.records).sum(),
        exclusive: paths.clone(),
        first: sums().map(|shape| shape.first).min().expect("a component has a member"),
        last: sums().map(|shape| shape.last).max().expect("a component has a member"),
        paths,
        shapes,
    }
}

//! Which sets are alike: at least half of what both hold together is common to both (Jaccard).
//!
//! In: sets of numbers. Out: connected components of sets that are alike. It refuses to know what the numbers stand for.
//!
//! Sets are many where fields come and go, so that not every pair is looked at. Sets that are alike share one of their rarest
//! numbers (prefix filtering: Chaudhuri, Ganti, Kaushik 2006; Bayardo, Ma, Srikant 2007), and a component that a set belongs
//! to already is passed over as a whole.

/// The components, each with the places of its sets.
pub(super) fn components(sets: &[Vec<u32>], numbers: usize) -> Vec<Vec<usize>> {
    let sets = rarest_first(sets, numbers);
    let mut order: Vec<usize> = (0..sets.len()).collect();
    order.sort_unstable_by_key(|set| sets[*set].len());
    let mut search = Search {
        roots: Roots((0..sets.len()).collect()),
        tried: vec![usize::MAX; sets.len()],
        index: std::iter::repeat_with(Vec::new).take(numbers).collect(),
        sets,
    };
    for set in order {
        search.join(set);
    }
    search.roots.components()
}

/// The sets with their numbers changed, so that small ones are in few sets, and sorted.
fn rarest_first(sets: &[Vec<u32>], numbers: usize) -> Vec<Vec<u32>> {
    let mut holders = vec![Vec::new(); numbers];
    for (set, place) in sets.iter().zip(0_u32..) {
        for number in set {
            holders[*number as usize].push(place);
        }
    }
    holders.sort_by_key(Vec::len);
    let mut ranked: Vec<_> = sets.iter().map(|set| Vec::with_capacity(set.len())).collect();
    for (rank, holders) in (0_u32..).zip(holders) {
        for set in holders {
            ranked[set as usize].push(rank);
        }
    }
    ranked
}

/// Sets compared with those that are not larger.
struct Search {
    sets: Vec<Vec<u32>>,
    roots: Roots,
    /// The last set that each set was compared with.
    tried: Vec<usize>,
    /// By number: the sets so far that have it among their rarest, by component.
    index: Vec<Vec<Group>>,
}

/// Sets of one component. Most have one.
struct Group {
    root: usize,
    first: Glance,
    others: Vec<Glance>,
}

/// What tells most sets apart without a look at their numbers.
#[derive(Clone, Copy)]
struct Glance {
    set: usize,
    length: usize,
    /// A bit for each number, many numbers to a bit.
    bits: u64,
}

impl Search {
    fn join(&mut self, set: usize) {
        let glance = Glance::of(set, &self.sets[set]);
        // With a set that is not larger, at least half of this one is common; with one that is not smaller, two thirds.
        let (asked, told) = (glance.length / 2 + 1, glance.length / 3 + 1);
        for place in 0..asked.min(glance.length) {
            self.compare(&glance, self.sets[set][place] as usize);
        }
        for place in 0..told.min(glance.length) {
            let group = Group { root: set, first: glance, others: Vec::new() };
            self.index[self.sets[set][place] as usize].push(group);
        }
    }

    /// Compares a set with those that have this number among their rarest.
    fn compare(&mut self, one: &Glance, number: usize) {
        let Self { sets, roots, tried, index } = self;
        let groups = &mut index[number];
        regroup(groups, roots);
        for group in groups {
            if roots.of(group.root) == roots.of(one.set) {
                continue;
            }
            let is_like = |other: &&Glance| {
                one.may_be_like(other)
                    && std::mem::replace(&mut tried[other.set], one.set) != one.set
                    && are_alike(&sets[other.set], &sets[one.set])
            };
            if let Some(other) = std::iter::once(&group.first).chain(&group.others).find(is_like) {
                roots.join(other.set, one.set);
            }
        }
    }
}

impl Glance {
    fn of(set: usize, numbers: &[u32]) -> Self {
        let bits = numbers.iter().fold(0, |bits, number| bits | 1 << (number & 63));
        Self { set, length: numbers.len(), bits }
    }

    /// Whether so many numbers may be common that the sets are alike.
    fn may_be_like(&self, other: &Self) -> bool {
        (self.bits ^ other.bits).count_ones() as usize <= spare(self.length, other.length)
    }
}

/// How many numbers may be in one of both sets alone.
fn spare(a: usize, b: usize) -> usize {
    a + b - 2 * (a + b).div_ceil(3)
}

/// Groups of what is one component by now become one.
fn regroup(groups: &mut Vec<Group>, roots: &mut Roots) {
    if groups.iter().all(|group| roots.0[group.root] == group.root) {
        return;
    }
    for group in groups.iter_mut() {
        group.root = roots.of(group.root);
    }
    groups.sort_by_key(|group| group.root);
    groups.dedup_by(|next, group| {
        let same = next.root == group.root;
        if same {
            group.others.push(next.first);
            group.others.append(&mut next.others);
        }
        same
    });
}

/// Whether at least half of all numbers are common to both.
fn are_alike(a: &[u32], b: &[u32]) -> bool {
    let (mut i, mut j, mut common) = (0, 0, 0);
    let spare = spare(a.len(), b.len());
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        common += usize::from(x == y);
        i += usize::from(x <= y);
        j += usize::from(y <= x);
        if i + j > spare + 2 * common {
            return false;
        }
    }
    3 * common >= a.len() + b.len()
}

/// Components that grow together.
struct Roots(Vec<usize>);

impl Roots {
    fn of(&mut self, mut set: usize) -> usize {
        while self.0[set] != set {
            self.0[set] = self.0[self.0[set]];
            set = self.0[set];
        }
        set
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.of(one), self.of(other));
        self.0[one.max(other)] = one.min(other);
    }

    fn components(&mut self) -> Vec<Vec<usize>> {
        let mut components = vec![Vec::new(); self.0.len()];
        (0..self.0.len()).for_each(|set| components[self.of(set)].push(set));
        components.retain(|members| !members.is_empty());
        components
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every pair looked at.
    fn plain(sets: &[Vec<u32>]) -> Vec<Vec<usize>> {
        let mut roots = Roots((0..sets.len()).collect());
        for (i, a) in sets.iter().enumerate() {
            for (j, b) in sets.iter().enumerate() {
                let common = a.iter().filter(|number| b.contains(number)).count();
                if 2 * common >= a.len() + b.len() - common {
                    roots.join(i, j);
                }
            }
        }
        roots.components()
    }

    #[test]
    fn components_are_those_of_all_pairs() {
        let mut state = 7_usize;
        let mut random = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) % below
        };
        let mut several = 0;
        for _ in 0..300 {
            let numbers = 4 + random(30);
            let mut set = || -> Vec<u32> {
                let chance = 1 + random(8);
                (0..).take(numbers).filter(|_| random(8) < chance).collect()
            };
            let mut sets: Vec<_> = (0..20).map(|_| set()).collect();
            sets.sort();
            sets.dedup();
            let found = components(&sets, numbers);
            assert_eq!(found, plain(&sets), "{sets:?}");
            several += usize::from(found.len() > 1 && found.len() < sets.len());
        }
        assert!(several > 50, "{several}");
    }
}

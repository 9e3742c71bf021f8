//! The sums of a set of records: per field path what was seen, per shape how often. A monoid: merging is total, associative
//! and commutative, so objects, threads and machines can be merged in any order and give the same profile.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::object::Sighting;
use super::path::FieldPath;

mod dates;
mod distinct;

pub use dates::DateForm;
pub use distinct::Distinct;

/// Everything seen in a set of records.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Profile {
    /// Whole records whose top is an object.
    pub records: u64,
    /// Inflated bytes read, separators and damage included.
    pub bytes: u64,
    /// How many different records there are, by content.
    pub contents: Distinct,
    /// Records of shapes beyond the limit. Those with the smallest hashes are kept.
    pub other_shapes: u64,
    /// Values at paths beyond the limit. Those with the smallest hashes are kept, each with the objects that hold it.
    pub other_values: u64,
    /// Per path as the records write it: a dot inside a name is part of the name.
    pub fields: BTreeMap<Arc<FieldPath>, FieldSums>,
    /// Per shape, by its hash.
    pub shapes: BTreeMap<ShapeId, ShapeSums>,
}

impl Profile {
    /// The ranks of the objects that sightings name.
    pub fn ranks(&self) -> BTreeSet<u32> {
        let seen = self.fields.values().flat_map(|field| field.kinds.seen());
        let shapes = self.shapes.values().map(|shape| (shape.first, shape.last));
        seen.chain(shapes).flat_map(|(first, last)| [first.object, last.object]).collect()
    }

    /// Changes every place that is remembered, for sums of objects or parts that were counted from elsewhere. The order of
    /// places must stay.
    pub fn move_sightings(&mut self, change: &dyn Fn(&mut Sighting)) {
        for field in self.fields.values_mut() {
            for (first, last) in field.kinds.seen_mut() {
                change(first);
                change(last);
            }
        }
        for shape in self.shapes.values_mut() {
            change(&mut shape.first);
            change(&mut shape.last);
        }
    }
}

/// The hash of the sorted set of (path, kind) of a record. Kinds are part of a shape, not of a family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ShapeId(pub u64);

/// The hash of what a record says, 128 bits: independent of white space, of the order of its fields, and of how a string
/// is escaped. Numbers are equal when they are the same `i64` or the same `f64`; beyond both, when they are written alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentHash(pub u128);

/// What was seen at one path.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FieldSums {
    /// Records that hold the path at least once, null included.
    pub present: u64,
    /// Values by kind; array elements count one by one at the path of their array, and so does the array itself.
    pub kinds: Kinds,
    /// Smallest and largest integer within 64 bits.
    pub integers: Option<(i64, i64)>,
    /// Smallest and largest finite decimal, by `f64::total_cmp`.
    pub floats: Option<(f64, f64)>,
    /// Shortest and longest string, in bytes.
    pub lengths: Option<(u64, u64)>,
    /// Integers beyond 64 bits, and decimals beyond `f64`.
    pub out_of_range: u64,
    /// Objects in which this name stands more than once. The engines refuse such records.
    pub duplicates: u64,
    /// What strings look like.
    pub looks: Looks,
    /// The forms of strings that look like dates.
    pub dates: BTreeMap<DateForm, u64>,
    /// How many different strings and numbers there are.
    pub distinct: Distinct,
    /// Some of them, each with its hash: those with the smallest hashes, sorted.
    pub examples: Vec<(u64, Example)>,
}

/// A value that was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// A string, an integer or a float.
    pub kind: Kind,
    /// The decoded bytes of a string, an integer as it is written, a decimal in its shortest form.
    pub text: Box<[u8]>,
    /// Whether the text goes on.
    pub cut: bool,
}

impl FieldSums {
    /// Examples that are kept.
    pub const EXAMPLES: usize = 3;

    /// Leaves of these examples those that are kept, sorted. Examples with the same hash are the same.
    pub fn keep_examples(examples: &mut Vec<(u64, Example)>) {
        examples.sort_unstable_by_key(|(hash, _)| *hash);
        examples.dedup_by_key(|(hash, _)| *hash);
        examples.truncate(Self::EXAMPLES);
    }
}

/// How often one JSON kind was seen at a path, and its first and last sighting by delivery.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KindSums {
    /// Number of values.
    pub count: u64,
    /// Earliest and latest by delivery; `None` where the count is 0.
    pub seen: Option<(Sighting, Sighting)>,
}

/// Sums by JSON kind. Most fields have one or two: kinds that were not seen take no memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kinds(Vec<(Kind, KindSums)>);

impl Kinds {
    /// The sums of a kind, to be changed.
    pub fn at(&mut self, kind: Kind) -> &mut KindSums {
        let place = self.0.partition_point(|(other, _)| *other < kind);
        if self.0.get(place).is_none_or(|(other, _)| *other != kind) {
            self.0.reserve_exact(1);
            self.0.insert(place, (kind, KindSums::default()));
        }
        &mut self.0[place].1
    }

    /// Those that were seen, in the order of [`Kind::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = (Kind, &KindSums)> {
        self.0.iter().map(|(kind, sums)| (*kind, sums))
    }

    /// The first and last sighting of each.
    pub fn seen(&self) -> impl Iterator<Item = (Sighting, Sighting)> {
        self.0.iter().filter_map(|(_, sums)| sums.seen)
    }

    fn seen_mut(&mut self) -> impl Iterator<Item = &mut (Sighting, Sighting)> {
        self.0.iter_mut().filter_map(|(_, sums)| sums.seen.as_mut())
    }
}

/// The kinds of JSON values; numbers without fraction and exponent are integers, as the engines read them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// `null`.
    Null,
    /// `true`, `false`.
    Boolean,
    /// A number without fraction and exponent.
    Integer,
    /// Any other number.
    Float,
    /// A string.
    String,
    /// An object.
    Object,
    /// An array.
    Array,
}

impl Kind {
    /// All of them, in the order of [`Kinds`] and of profile files.
    pub const ALL: [Self; 7] = [
        Self::Null,
        Self::Boolean,
        Self::Integer,
        Self::Float,
        Self::String,
        Self::Object,
        Self::Array,
    ];

    /// The stable name that reports use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Float => "float",
            Self::String => "string",
            Self::Object => "object",
            Self::Array => "array",
        }
    }
}

impl std::ops::Index<Kind> for Kinds {
    type Output = KindSums;

    fn index(&self, kind: Kind) -> &KindSums {
        static UNSEEN: KindSums = KindSums { count: 0, seen: None };
        self.0.iter().find(|(other, _)| *other == kind).map_or(&UNSEEN, |(_, sums)| sums)
    }
}

/// What strings look like, counted; a string can look like several things.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Looks {
    /// `""`.
    pub empty: u64,
    /// An ISO or slash date with a full year, month and day.
    pub date: u64,
    /// A JSON number.
    pub number: u64,
    /// `true` or `false`.
    pub boolean: u64,
}

/// How often one shape was seen, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShapeSums {
    /// The paths of the shape, sorted, with the kind at each. They are shared: shapes may be many.
    pub paths: Vec<(Arc<FieldPath>, Kind)>,
    /// Records of this shape.
    pub records: u64,
    /// The first by delivery.
    pub first: Sighting,
    /// The last by delivery.
    pub last: Sighting,
}

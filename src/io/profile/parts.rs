//! The sums of one field in a profile file. In and out: [`FieldSums`] and what it is made of.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::wire::{Hex, path};
use crate::model::object::Sighting;
use crate::model::path::FieldPath;
use crate::model::profile::{DateForm, Distinct, Example, FieldSums, Kind, KindSums, Kinds, Looks};

#[derive(Serialize, Deserialize)]
pub(super) struct FieldPart {
    path: Vec<Text>,
    present: u64,
    /// In the order of [`Kind::ALL`].
    kinds: [KindPart; 7],
    integers: Option<(i64, i64)>,
    floats: Option<(Decimal, Decimal)>,
    lengths: Option<(u64, u64)>,
    out_of_range: u64,
    duplicates: u64,
    looks: LooksPart,
    dates: Vec<(u8, u64)>,
    distinct: DistinctPart,
    examples: Vec<ExamplePart>,
}

/// A number of values, and the first and the last record that has one.
#[derive(Serialize, Deserialize)]
struct KindPart(u64, Option<(Place, Place)>);

/// Rank of the object, record, byte offset, byte length.
#[derive(Serialize, Deserialize)]
pub(super) struct Place(u32, u64, u64, u64);

#[derive(Serialize, Deserialize)]
struct LooksPart {
    empty: u64,
    date: u64,
    number: u64,
    boolean: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum DistinctPart {
    Few(Vec<Hex>),
    Many(Vec<u16>),
}

#[derive(Serialize, Deserialize)]
struct ExamplePart {
    hash: Hex,
    kind: ExampleKind,
    text: Text,
    cut: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum ExampleKind {
    String,
    Integer,
    Float,
}

/// Bytes that are text, mostly.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Text {
    Text(String),
    Bytes(Vec<u8>),
}

struct Decimal(f64);

impl FieldPart {
    pub(super) fn of(path: &FieldPath, sums: &FieldSums) -> Self {
        let Looks { empty, date, number, boolean } = sums.looks;
        Self {
            path: path.0.iter().map(|name| Text::of(name.as_bytes())).collect(),
            present: sums.present,
            kinds: Kind::ALL.map(|kind| KindPart::of(&sums.kinds[kind])),
            integers: sums.integers,
            floats: sums.floats.map(|(least, most)| (Decimal(least), Decimal(most))),
            lengths: sums.lengths,
            out_of_range: sums.out_of_range,
            duplicates: sums.duplicates,
            looks: LooksPart { empty, date, number, boolean },
            dates: sums.dates.iter().map(|(form, count)| (form.code(), *count)).collect(),
            distinct: DistinctPart::of(&sums.distinct),
            examples: sums
                .examples
                .iter()
                .map(|(hash, example)| ExamplePart::of(*hash, example))
                .collect(),
        }
    }

    pub(super) fn into_field(self) -> (Arc<FieldPath>, FieldSums) {
        let LooksPart { empty, date, number, boolean } = self.looks;
        let sums = FieldSums {
            present: self.present,
            kinds: kinds(self.kinds),
            integers: self.integers,
            floats: self.floats.map(|(least, most)| (least.0, most.0)),
            lengths: self.lengths,
            out_of_range: self.out_of_range,
            duplicates: self.duplicates,
            looks: Looks { empty, date, number, boolean },
            dates: dates(self.dates),
            distinct: self.distinct.into_distinct(),
            examples: examples(self.examples),
        };
        (path(self.path).into(), sums)
    }
}

fn examples(parts: Vec<ExamplePart>) -> Vec<(u64, Example)> {
    let mut examples: Vec<_> = parts.into_iter().map(ExamplePart::into_example).collect();
    FieldSums::keep_examples(&mut examples);
    examples
}

fn kinds(parts: [KindPart; 7]) -> Kinds {
    let mut kinds = Kinds::default();
    for (kind, part) in Kind::ALL.into_iter().zip(parts).filter(|(_, part)| part.0 > 0) {
        *kinds.at(kind) = part.into_sums();
    }
    kinds
}

fn dates(parts: Vec<(u8, u64)>) -> BTreeMap<DateForm, u64> {
    parts.into_iter().map(|(code, count)| (DateForm::from_code(code), count)).collect()
}

impl KindPart {
    fn of(sums: &KindSums) -> Self {
        Self(sums.count, sums.seen.map(|(first, last)| (Place::of(first), Place::of(last))))
    }

    fn into_sums(self) -> KindSums {
        let seen = self.1.map(|(first, last)| (first.into_sighting(), last.into_sighting()));
        KindSums { count: self.0, seen }
    }
}

impl Place {
    pub(super) fn of(at: Sighting) -> Self {
        Self(at.object, at.record, at.byte_offset, at.byte_length)
    }

    pub(super) fn into_sighting(self) -> Sighting {
        let Self(object, record, byte_offset, byte_length) = self;
        Sighting { object, record, byte_offset, byte_length }
    }
}

impl DistinctPart {
    pub(super) fn of(distinct: &Distinct) -> Self {
        match distinct {
            Distinct::Few(hashes) => Self::Few(hashes.iter().map(|hash| Hex(*hash)).collect()),
            Distinct::Many(registers) => Self::Many(registers.clone()),
        }
    }

    pub(super) fn into_distinct(self) -> Distinct {
        match self {
            Self::Few(hashes) => Distinct::Few(hashes.into_iter().map(|hash| hash.0).collect()),
            Self::Many(registers) => Distinct::Many(registers),
        }
    }
}

impl ExamplePart {
    fn of(hash: u64, example: &Example) -> Self {
        let kind = match example.kind {
            Kind::Integer => ExampleKind::Integer,
            Kind::Float => ExampleKind::Float,
            _ => ExampleKind::String,
        };
        Self { hash: Hex(hash), kind, text: Text::of(&example.text), cut: example.cut }
    }

    fn into_example(self) -> (u64, Example) {
        let kind = match self.kind {
            ExampleKind::String => Kind::String,
            ExampleKind::Integer => Kind::Integer,
            ExampleKind::Float => Kind::Float,
        };
        (self.hash.0, Example { kind, text: self.text.into_bytes().into(), cut: self.cut })
    }
}

impl Text {
    fn of(bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::Text(text.to_owned()),
            Err(_) => Self::Bytes(bytes.to_owned()),
        }
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        match self {
            Self::Text(text) => text.into_bytes(),
            Self::Bytes(bytes) => bytes,
        }
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:?}", self.0))
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Self).map_err(|_| de::Error::custom(format!("`{text}` is no number")))
    }
}

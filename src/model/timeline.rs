//! The history that the engine never kept: how one index's mapping grew, which record did it, and the fate of every record.

use std::collections::BTreeMap;
use std::fmt;

use super::fate::{Loss, Reject, RejectClass};
use super::mapping::Mapping;
use super::object::Sighting;
use super::path::FieldPath;
use super::profile::ShapeId;

/// What replaying a backup says about one index.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Timeline {
    /// The mapping after the last record.
    pub mapping: Mapping,
    /// Where each field of it comes from.
    pub origins: BTreeMap<FieldPath, Origin>,
    /// Records that the engine was given.
    pub records: u64,
    /// Records that it took.
    pub accepted: u64,
    /// Of these, records that lost something.
    pub bent: u64,
    /// Refused records by the rank of their object; objects without any are absent.
    pub rejected_in: BTreeMap<u32, u64>,
    /// Refusals by kind and field.
    pub rejects: BTreeMap<RejectGroup, Refused>,
    /// Losses of accepted records.
    pub losses: BTreeMap<Loss, Counted>,
    /// The bytes of each record that changed the mapping, as far as the example limit goes.
    pub excerpts: BTreeMap<Sighting, Vec<u8>>,
}

/// Refusals with the same remedy stand together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RejectGroup {
    /// The kind of refusal.
    pub class: RejectClass,
    /// The field that was the cause, where there is one.
    pub field: Option<FieldPath>,
}

/// How often a refusal happened, with the engine's words for the first record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Number and places.
    pub counted: Counted,
    /// The engine's words for the first record.
    pub first_reject: Reject,
    /// The first record's bytes, as far as the example limit goes.
    pub first_bytes: Vec<u8>,
    /// The smallest record made from the first one that is still refused alike, where one was looked for.
    pub witness: Option<Vec<u8>>,
}

/// A number of records, with the first and the last by delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// Records.
    pub count: u64,
    /// The first.
    pub first: Sighting,
    /// The last.
    pub last: Sighting,
}

impl Counted {
    /// Adds others, in any order.
    pub fn add(&mut self, more: Self) {
        self.count += more.count;
        self.first = self.first.min(more.first);
        self.last = self.last.max(more.last);
    }
}

/// Where a mapped field comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A template or mapping named it.
    Declared,
    /// Nothing was declared, and the first family of records made the index.
    Birth(Addition),
    /// A record added it.
    Added(Addition),
}

impl Origin {
    /// The stable name that reports use.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Declared => "declared",
            Self::Birth(_) => "birth",
            Self::Added(_) => "added",
        }
    }

    /// The same, to be changed.
    pub fn addition_mut(&mut self) -> Option<&mut Addition> {
        match self {
            Self::Declared => None,
            Self::Birth(addition) | Self::Added(addition) => Some(addition),
        }
    }

    /// The record that brought the field; `None` where it was declared.
    pub fn addition(&self) -> Option<&Addition> {
        match self {
            Self::Declared => None,
            Self::Birth(addition) | Self::Added(addition) => Some(addition),
        }
    }
}

/// The record that brought a field, and the engine's reason for its type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addition {
    /// Which record.
    pub sighting: Sighting,
    /// Why the engine chose the type.
    pub decision: Decision,
    /// The shape of the record; `None` for what is no JSON object.
    pub shape: Option<ShapeId>,
    /// The family of that shape.
    pub family: Option<String>,
    /// Whether another type could have won: values that give different types were first seen within one buffer interval,
    /// and the index has several shards, which parse the records of one bulk side by side.
    pub raced: bool,
}

/// Why the engine gave a new field its type.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Decision {
    /// The default for a kind of value: `strings`, `integers`, `decimals`, `booleans`, `objects`.
    Default(&'static str),
    /// Date detection, by this format.
    DateDetection(String),
    /// Numeric detection.
    NumericDetection,
    /// A dynamic template, by its name.
    DynamicTemplate(String),
    /// The index is known to have another type than the record would have given the field.
    Overruled {
        /// Why the record alone would have given it that type.
        alone: Box<Self>,
        /// The type.
        type_name: String,
    },
}

impl Decision {
    /// The type that the record alone would have given the field, where the index has another.
    pub fn overruled(&self) -> Option<&str> {
        match self {
            Self::Overruled { type_name, .. } => Some(type_name),
            _ => None,
        }
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default(kind) => write!(f, "default for {kind}"),
            Self::DateDetection(format) => write!(f, "date detection, {format}"),
            Self::NumericDetection => f.write_str("numeric detection"),
            Self::DynamicTemplate(name) => write!(f, "dynamic template `{name}`"),
            Self::Overruled { alone, type_name } => {
                write!(f, "the live type; this record alone would give {type_name}, {alone}")
            }
        }
    }
}

//! A finished scan, ready for any format: what was looked at, the numbers, the sums of every field, what was not read.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::family::Family;
use super::object::Object;
use super::problem::Problem;
use super::profile::Profile;

/// Everything that a scan has to say; formats choose.
#[derive(Clone, Debug, PartialEq)]
pub struct Scanned {
    /// Whether all that was to be read was read. If not, every number is a lower bound.
    pub complete: bool,
    /// What was looked at.
    pub inputs: Inputs,
    /// Objects that were to be read.
    pub objects_listed: u64,
    /// How many of them were read to their end.
    pub objects_read: u64,
    /// When the first and the last of them were delivered.
    pub period: Option<(Timestamp, Timestamp)>,
    /// Those of them that sightings name, by rank. A backup may have too many to hold them all.
    pub objects: BTreeMap<u32, Object>,
    /// Bounded stretches: whole records, and those that are somebody's record but no JSON object.
    pub records: u64,
    /// Arrays and scalars where a record should be. They are no part of the profile.
    pub not_objects: u64,
    /// Records that no engine reads as JSON. They are no part of the profile.
    pub not_json: u64,
    /// The sums.
    pub profile: Profile,
    /// Families of records, in the order of first delivery.
    pub families: Vec<Family>,
    /// Sorted by object and place.
    pub problems: Vec<Problem>,
    /// Problems that were counted but not kept.
    pub problems_not_kept: u64,
}

/// What a scan looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inputs {
    /// The sources, as given.
    pub backup: Vec<String>,
    /// Objects delivered before this were left out.
    pub since: Option<Timestamp>,
    /// Objects delivered at or after this were left out.
    pub until: Option<Timestamp>,
    /// What a sample left out.
    pub sample: Option<Sample>,
    /// Restrictions on what was read and facts that were missing, in words.
    pub remarks: Vec<String>,
}

/// Whole objects chosen by a hash of their keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// The seed of the hash: the same seed chooses the same objects.
    pub seed: u64,
    /// Objects that were chosen.
    pub chosen: u64,
    /// Objects that it was chosen from.
    pub of: u64,
    /// What stands in at least this many of the objects would have been met with a probability of 95 %; rarer things may
    /// have been missed.
    pub would_be_met: u64,
}

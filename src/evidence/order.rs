//! Which records decide whether a field's type is a matter of order.
//!
//! In: a timeline and the sums of all records. Out: for each field that a record made, the first records of each kind of value and
//! of each kind of refusal: whatever order the records come in, one of them is the first that maps the field, as long as every
//! string of a field maps it alike. It asks no engine what they would make of it.

use std::collections::{BTreeMap, BTreeSet};

use super::mapped_path;
use crate::model::object::Sighting;
use crate::model::path::FieldPath;
use crate::model::profile::{Kind, Profile};
use crate::model::timeline::{Origin, Timeline};

/// Kinds of values that map a field.
pub(super) const TYPED: [Kind; 5] =
    [Kind::Boolean, Kind::Integer, Kind::Float, Kind::String, Kind::Object];

/// The records to ask, for each field that more than one kind of value could have made.
pub fn rivals(timeline: &Timeline, profile: &Profile) -> BTreeMap<FieldPath, BTreeSet<Sighting>> {
    let mut rivals: BTreeMap<FieldPath, BTreeSet<Sighting>> = BTreeMap::new();
    for (path, sums) in &profile.fields {
        let firsts = TYPED.iter().filter_map(|kind| sums.kinds[*kind].seen);
        rivals.entry(mapped_path(path)).or_default().extend(firsts.map(|(first, _)| first));
    }
    for (group, refused) in &timeline.rejects {
        if let Some(known) = group.field.as_ref().and_then(|field| rivals.get_mut(field)) {
            known.insert(refused.counted.first);
        }
    }
    rivals.retain(|path, known| {
        let Some(addition) = timeline.origins.get(path).and_then(Origin::addition) else {
            return false;
        };
        known.insert(addition.sighting);
        known.len() > 1 || addition.decision.overruled().is_some()
    });
    rivals
}

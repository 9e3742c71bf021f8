//! Evidence: declared, live, replayed and seen, joined by field, for the rules to read.
//!
//! In: mappings, a timeline, a profile and its families. Out: [`FieldEvidence`] for every field that any of them knows, and
//! the mark on origins that another order inside a bulk could have changed. It judges nothing.

pub mod counts;
pub mod order;

use std::collections::{BTreeMap, BTreeSet};

use crate::model::evidence::FieldEvidence;
use crate::model::family::Family;
use crate::model::mapping::{Field, Mapping};
use crate::model::object::Sighting;
use crate::model::path::{FieldPath, Name};
use crate::model::profile::{FieldSums, Kind, Profile};
use crate::model::timeline::{Decision, Origin, Timeline};

/// The outer join of everything that is known about the fields of one index.
pub fn join<'a>(
    declared: &'a Mapping,
    live: Option<&'a Mapping>,
    timeline: &'a Timeline,
    profile: &'a Profile,
    families: &'a [Family],
) -> BTreeMap<FieldPath, FieldEvidence<'a>> {
    let mut fields: BTreeMap<FieldPath, FieldEvidence<'a>> = BTreeMap::new();
    let mut place = |mapping: &'a Mapping, put: fn(&mut FieldEvidence<'a>, &'a Field)| {
        for (path, field) in mapping.fields() {
            put(fields.entry(path).or_default(), field);
        }
    };
    place(declared, |evidence, field| evidence.declared = Some(field));
    place(&timeline.mapping, |evidence, field| evidence.replayed = Some(field));
    if let Some(live) = live {
        place(live, |evidence, field| evidence.live = Some(field));
    }
    for (path, origin) in &timeline.origins {
        fields.entry(path.clone()).or_default().origin = Some(origin);
    }
    for (path, sums) in &profile.fields {
        let evidence = fields.entry(mapped_path(path)).or_default();
        evidence.seen.push(sums);
        evidence.families.extend(carriers(path, families));
    }
    fields
}

/// Marks the origins whose type was decided within `same_bulk` of a value that would have given another type.
///
/// Several shards parse one bulk side by side, so inside a buffer interval the order of delivery decides nothing.
pub fn mark_races(
    timeline: &mut Timeline,
    profile: &Profile,
    same_bulk: impl Fn(Sighting, Sighting) -> bool,
) {
    let mut raced: BTreeSet<FieldPath> = BTreeSet::new();
    for (path, sums) in &profile.fields {
        let mapped = mapped_path(path);
        if disagrees_early(sums, &same_bulk) || dates_raced(sums, timeline, &mapped, &same_bulk) {
            raced.insert(mapped);
        }
    }
    for (path, origin) in &mut timeline.origins {
        if let Some(addition) = origin.addition_mut() {
            addition.raced = raced.contains(path);
        }
    }
}

/// The path in a mapping of a path in records: the engines split names at dots and pass over empty ends.
pub fn mapped_path(seen: &FieldPath) -> FieldPath {
    let split = |name: &Name| -> Vec<Name> {
        let parts: Vec<&[u8]> = name.as_bytes().split(|byte| *byte == b'.').collect();
        let used = parts.iter().rposition(|part| !part.is_empty()).map_or(0, |last| last + 1);
        parts[..used].iter().map(|part| Name::from(*part)).collect()
    };
    FieldPath(seen.0.iter().flat_map(split).collect())
}

fn carriers<'a>(path: &FieldPath, families: &'a [Family]) -> impl Iterator<Item = &'a str> {
    families.iter().filter(|family| family.holds(path)).map(|family| family.name.as_str())
}

/// Whether dates and other strings met while the field was new. Where a date made it, the engine refuses the others, and the
/// first refusal tells when they began; where that does not tell, they may have met.
fn dates_raced(
    sums: &FieldSums,
    timeline: &Timeline,
    path: &FieldPath,
    same_bulk: impl Fn(Sighting, Sighting) -> bool,
) -> bool {
    let others = sums.kinds[Kind::String].count.saturating_sub(sums.looks.date);
    let Some(addition) = timeline.origins.get(path).and_then(Origin::addition) else {
        return false;
    };
    if others == 0 || sums.looks.date == 0 {
        return false;
    }
    let refused = timeline.rejects.iter().filter(|(group, _)| group.field.as_ref() == Some(path));
    let (count, first) = refused.fold((0, None), |(count, first), (_, refused)| {
        let begun = refused.counted.first;
        (
            count + refused.counted.count,
            Some(first.map_or(begun, |first: Sighting| first.min(begun))),
        )
    });
    let is_date = matches!(addition.decision, Decision::DateDetection(_));
    match first {
        Some(first) if is_date && count >= others => same_bulk(addition.sighting, first),
        _ => true,
    }
}

/// Whether values that give different types first stand within one bulk of each other.
fn disagrees_early(sums: &FieldSums, same_bulk: impl Fn(Sighting, Sighting) -> bool) -> bool {
    let firsts: Vec<Sighting> = order::TYPED
        .iter()
        .filter_map(|kind| sums.kinds[*kind].seen)
        .map(|(first, _)| first)
        .collect();
    let Some(earliest) = firsts.iter().min() else { return false };
    firsts.iter().any(|first| first != earliest && same_bulk(*earliest, *first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dotted_name_and_an_object_meet_at_one_field() {
        let dotted = FieldPath(vec!["a.b".into()]);
        assert_eq!(mapped_path(&dotted), FieldPath(vec!["a".into(), "b".into()]));
        assert_eq!(mapped_path(&FieldPath(vec!["a..".into()])), FieldPath(vec!["a".into()]));
    }
}

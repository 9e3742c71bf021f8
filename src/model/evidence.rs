//! The borrowed view that rules read: declared, live, replayed and seen, joined by field, for each index.

use std::collections::{BTreeMap, BTreeSet};

use super::counts::Counts;
use super::engine::Engine;
use super::family::Family;
use super::fate::Fate;
use super::finding::Confidence;
use super::mapping::Field;
use super::object::{Object, Sighting};
use super::outcome::Alternative;
use super::path::FieldPath;
use super::problem::Problem;
use super::profile::{FieldSums, Kind, KindSums, Profile};
use super::timeline::{Decision, Origin, Timeline};

/// Everything that is known, for all indices.
#[derive(Clone, Debug)]
pub struct Evidence<'a> {
    /// Backup objects in delivery order; a [`Sighting`] names one by its rank.
    pub objects: &'a [Object],
    /// What the records hold.
    pub profile: &'a Profile,
    /// Their families, in the order of first delivery.
    pub families: &'a [Family],
    /// Failed deliveries: the objects and how many wrappers each holds.
    pub failures: &'a [FailureObject],
    /// What could not be read.
    pub problems: &'a [Problem],
    /// Whether everything was read; if not, findings are a lower bound.
    pub complete: bool,
    /// The engine; two where the cluster's answer fits both, none where nothing names it.
    pub engines: &'a [Engine],
    /// Each index, by name. One unnamed index where nothing names it.
    pub indices: Vec<IndexEvidence<'a>>,
    /// The numbers of both sides.
    pub counts: &'a Counts,
}

/// An object in a failure folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailureObject {
    /// Its key.
    pub key: String,
    /// The folder's name: `elasticsearch-failed`, `processing-failed`, ...
    pub folder: String,
    /// Wrappers in it, one for each failed record; `None` where it was not read.
    pub wrappers: Option<u64>,
}

/// What is known about one index.
#[derive(Clone, Debug)]
pub struct IndexEvidence<'a> {
    /// Its name; empty where nothing names it.
    pub name: &'a str,
    /// Backup objects in delivery order.
    pub objects: &'a [Object],
    /// The replay.
    pub timeline: &'a Timeline,
    /// Whether a live mapping is known at all.
    pub is_live: bool,
    /// Every field that is declared, live, replayed or seen.
    pub fields: BTreeMap<FieldPath, FieldEvidence<'a>>,
    /// The best that a finding about this index can be: lower where the engine, the start or the records are in doubt.
    pub ceiling: Confidence,
    /// Why the ceiling is not `certain`.
    pub doubts: &'a [String],
    /// The ranks of objects so near a rotation that their records may have gone to the index before or after this one.
    pub near_rotation: &'a BTreeSet<u32>,
    /// The records that brought raced fields, in delivery order.
    pub raced: Vec<Sighting>,
    /// For fields that more than one kind of value could have made: what each record alone would have made of them.
    pub orders: &'a BTreeMap<FieldPath, Vec<Rival>>,
    /// Whether some of those records could not be had.
    pub rivals_unheard: bool,
    /// Fields whose records were too many to be asked.
    pub unasked: usize,
    /// The next index, born like this one and begun with the newest records.
    pub next: Option<&'a Timeline>,
    /// An index of another engine or with another template, given the same records.
    pub alternative: Option<&'a Alternative>,
    /// Whether its name says that others follow it.
    pub is_series: bool,
}

/// A record that would have decided the type of a field, had it come first.
#[derive(Clone, Debug, PartialEq)]
pub struct Rival {
    /// Which record.
    pub sighting: Sighting,
    /// The type that it alone gives the field.
    pub type_name: String,
    /// Why.
    pub decision: Decision,
    /// Its bytes, as far as the example limit goes.
    pub excerpt: Vec<u8>,
    /// What becomes of the record that really came first, if this one goes before it; `None` where it gives the field's type too.
    pub first_after_it: Option<Fate>,
}

/// What is known about one field of one index.
#[derive(Clone, Debug, Default)]
pub struct FieldEvidence<'a> {
    /// In the mapping that the index was born with.
    pub declared: Option<&'a Field>,
    /// In the mapping that the cluster reports.
    pub live: Option<&'a Field>,
    /// In the mapping that the replay ends with.
    pub replayed: Option<&'a Field>,
    /// Where the replayed field comes from.
    pub origin: Option<&'a Origin>,
    /// The sums of every spelling of the path in records (`a.b` and `a` over `b` are one field).
    pub seen: Vec<&'a FieldSums>,
    /// The families whose records carry the field.
    pub families: BTreeSet<&'a str>,
}

impl Evidence<'_> {
    /// Names a record for a reader: `record 1 of KEY (2019-04-30T06:33:00Z)`.
    pub fn tell(&self, sighting: Sighting) -> String {
        let Some(object) = self.objects.get(sighting.object as usize) else {
            return format!("record {}", sighting.record);
        };
        match object.time {
            Some(time) => format!("record {} of {} ({time})", sighting.record, object.key),
            None => format!("record {} of {}", sighting.record, object.key),
        }
    }

    /// The best that any finding can be: where two engines fit, nothing is certain. Where none is known, nothing is replayed,
    /// and what the bytes alone show is as certain as ever.
    pub fn ceiling(&self) -> Confidence {
        if self.engines.len() > 1 { Confidence::Likely } else { Confidence::Certain }
    }

    /// The only index; `None` where there are several.
    pub fn only_index(&self) -> Option<&IndexEvidence<'_>> {
        match self.indices.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }
}

impl<'a> IndexEvidence<'a> {
    /// Its name, where it has one.
    pub fn known_name(&self) -> Option<String> {
        (!self.name.is_empty()).then(|| self.name.to_owned())
    }

    /// The field as the replay left it, which is what refused records met; else as it is live.
    pub fn mapped(&self, path: &FieldPath) -> Option<&'a Field> {
        let field = self.fields.get(path)?;
        field.replayed.or(field.live)
    }

    /// The objects above a field, outermost first.
    pub fn above(&self, path: &FieldPath) -> impl Iterator<Item = (FieldPath, &FieldEvidence<'a>)> {
        let prefixes = (1..path.0.len()).map(|length| FieldPath(path.0[..length].to_vec()));
        prefixes
            .filter_map(|prefix| self.fields.get_key_value(&prefix))
            .map(|(p, f)| (p.clone(), f))
    }

    /// Every field below an object.
    pub fn below<'b>(
        &'b self,
        path: &'b FieldPath,
    ) -> impl Iterator<Item = (&'b FieldPath, &'b FieldEvidence<'a>)> {
        self.fields.range(path..).skip(1).take_while(|(below, _)| below.starts_with(path))
    }

    /// Whether an object above the field was itself added by a record: the object's finding speaks for the field.
    pub fn has_added_object_above(&self, path: &FieldPath) -> bool {
        self.above(path).any(|(_, field)| field.is_added_object())
    }

    /// Whether a field above, or the field itself, has another type than was declared or replayed: what lies below follows.
    pub fn has_other_type_at_or_above(&self, path: &FieldPath) -> bool {
        let is_other = |field: &FieldEvidence<'_>| field.is_type_changed() || field.is_other_live();
        self.fields.get(path).is_some_and(is_other) || self.above(path).any(|(_, f)| is_other(f))
    }

    /// Whether the live type of a field that a record brought is another than that record gives, and no race explains it.
    pub fn is_contradicted_at(&self, path: &FieldPath) -> bool {
        let overruled = self.fields.get(path).filter(|field| field.overruled().is_some());
        // Which of its strings came first as a date, the sums do not say; in a race it may have been any.
        let is_race = |field: &FieldEvidence<'_>| {
            self.winner(path).is_some() || (self.is_raced(path) && field.has_dates_among_strings())
        };
        overruled.is_some_and(|field| !is_race(field))
    }

    /// The same for the field or one above it.
    pub fn is_contradicted_at_or_above(&self, path: &FieldPath) -> bool {
        self.is_contradicted_at(path)
            || self.above(path).any(|(above, _)| self.is_contradicted_at(&above))
    }

    /// The record that decided a raced field, where it is not the first that carries it.
    pub fn winner(&self, path: &FieldPath) -> Option<&'a Rival> {
        let field = self.fields.get(path).filter(|field| field.overruled().is_some())?;
        if !self.is_raced(path) {
            return None;
        }
        let first = field.origin?.addition()?.sighting;
        let mut givers = self.givers(path, field.live?.type_name());
        givers.find(|giver| is_near(self.objects, first, giver.sighting))
    }

    /// Records that alone give the field this type, the earliest first.
    pub fn givers<'b>(
        &self,
        path: &FieldPath,
        type_name: &'b str,
    ) -> impl Iterator<Item = &'a Rival> + use<'a, 'b> {
        let rivals = self.orders.get(path).into_iter().flatten();
        rivals.filter(move |rival| rival.type_name == type_name)
    }

    /// Records that alone give the field another type than it has.
    pub fn other_outcomes(&self, path: &FieldPath) -> impl Iterator<Item = &'a Rival> {
        let field = self.fields.get(path);
        let mapped = field.and_then(|field| field.replayed).map(Field::type_name);
        let rivals = self.orders.get(path).into_iter().flatten();
        rivals.filter(move |rival| mapped.is_some_and(|mapped| rival.type_name != mapped))
    }

    /// Whether another order of the same records gives the field another type.
    pub fn is_order_dependent(&self, path: &FieldPath) -> bool {
        self.other_outcomes(path).next().is_some()
    }

    /// The field's type in this index: the live one, else the replayed.
    pub fn type_now(&self, path: &FieldPath) -> Option<&'a str> {
        let field = self.fields.get(path)?;
        field.live.or(field.replayed).map(Field::type_name)
    }

    /// The field's type in the next index.
    pub fn type_next(&self, path: &FieldPath) -> Option<&'a str> {
        self.next?.mapping.field(path).map(Field::type_name)
    }

    /// Whether the next index gives the field another type.
    pub fn differs_next(&self, path: &FieldPath) -> bool {
        matches!((self.type_now(path), self.type_next(path)), (Some(now), Some(next)) if now != next)
    }

    /// Whether the live mapping shows that the replay is not the whole story: a field that records hold has another type than
    /// they give, or is live although the replay never maps it.
    pub fn is_contradicted(&self) -> bool {
        self.fields.values().any(|field| {
            let is_unmade = field.live.is_some() && field.replayed.is_none() && field.present() > 0;
            field.is_other_live() || is_unmade
        }) || self.fields.keys().any(|path| self.is_contradicted_at(path))
    }

    /// Whether a record may have met values of a raced field in its bulk request: chance decided which of those records the
    /// engine took, and with them which one added their other new fields.
    pub fn is_near_race(&self, at: Sighting) -> bool {
        self.has_race_between(at, at)
    }

    /// The same for any record from one to another.
    pub fn has_race_between(&self, first: Sighting, last: Sighting) -> bool {
        let is_within = |raced: &Sighting| first <= *raced && *raced <= last;
        let is_close =
            |raced: &Sighting| [first, last].iter().any(|at| is_near(self.objects, *raced, *at));
        self.raced.iter().any(|raced| is_within(raced) || is_close(raced))
    }

    /// Whether chance decided the field's type: see [`Addition::raced`](super::timeline::Addition::raced).
    pub fn is_raced(&self, path: &FieldPath) -> bool {
        let origin = self.fields.get(path).and_then(|field| field.origin);
        origin.and_then(Origin::addition).is_some_and(|addition| addition.raced)
    }
}

/// Longest time in seconds for which Firehose collects records before it sends them (`BufferingHints.IntervalInSeconds` of the
/// service model). Records closer together than this may have met in one bulk request.
pub const LONGEST_BUFFER_SECONDS: i64 = 900;

fn is_near(objects: &[Object], one: Sighting, other: Sighting) -> bool {
    let time = |sighting: Sighting| objects.get(sighting.object as usize)?.time;
    match (time(one), time(other)) {
        (Some(one), Some(other)) => {
            (one.as_second() - other.as_second()).abs() <= LONGEST_BUFFER_SECONDS
        }
        _ => true,
    }
}

impl<'a> FieldEvidence<'a> {
    /// Records that hold the field, null included; at least so many where it has several spellings.
    pub fn present(&self) -> u64 {
        self.seen.iter().map(|sums| sums.present).sum()
    }

    /// First and last sighting of the field, of any kind.
    pub fn seen_between(&self) -> Option<(Sighting, Sighting)> {
        let all = self.seen.iter().flat_map(|sums| sums.kinds.seen());
        all.reduce(|(first, last), (start, end)| (first.min(start), last.max(end)))
    }

    /// Whether a record added it, and it is an object.
    pub fn is_added_object(&self) -> bool {
        matches!((self.origin, self.replayed), (Some(Origin::Added(_)), Some(Field::Object(_))))
    }

    /// Whether the live type differs from the declared one.
    pub fn is_type_changed(&self) -> bool {
        differ(self.declared, self.live)
    }

    /// Whether the live type differs from the one that the replay ends with.
    pub fn is_other_live(&self) -> bool {
        differ(self.replayed, self.live)
    }

    /// The type that the record which brought the field gives it, where the index has another.
    pub fn overruled(&self) -> Option<&'a str> {
        self.origin?.addition()?.decision.overruled()
    }

    /// Values of one kind at this field, whatever the spelling.
    pub fn count_of(&self, kind: Kind) -> u64 {
        self.seen.iter().map(|sums| sums.kinds[kind].count).sum()
    }

    /// Whether some of its strings look like dates and others do not.
    fn has_dates_among_strings(&self) -> bool {
        let dates: u64 = self.seen.iter().map(|sums| sums.looks.date).sum();
        0 < dates && dates < self.count_of(Kind::String)
    }

    /// The sums of one kind at this field, whatever the spelling; `None` where it was not seen.
    pub fn sums_of(&self, kind: Kind) -> Option<KindSums> {
        let seen = self.seen.iter().filter_map(|sums| sums.kinds[kind].seen);
        let between = seen.reduce(|(a, b), (c, d)| (a.min(c), b.max(d)))?;
        Some(KindSums { count: self.count_of(kind), seen: Some(between) })
    }

    /// The first value of one kind.
    pub fn first_of(&self, kind: Kind) -> Option<Sighting> {
        self.seen.iter().filter_map(|sums| sums.kinds[kind].seen).map(|(first, _)| first).min()
    }
}

fn differ(one: Option<&Field>, other: Option<&Field>) -> bool {
    matches!((one, other), (Some(one), Some(other)) if one.type_name() != other.type_name())
}

//! What a profile file looks like, version 1. In and out: [`Stored`]. It refuses to know files.
//!
//! Names and values that are not UTF-8 are lists of bytes, hashes are hexadecimal, decimals are texts that read back to the same
//! bits. Every field is always written and must be there; those that this version does not know are passed over.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::Stored;
use super::parts::{DistinctPart, FieldPart, Place, Text};
use crate::io::document::time;
use crate::model::object::{Object, TimeSource};
use crate::model::path::{FieldPath, Name};
use crate::model::problem::{Problem, ProblemKind};
use crate::model::profile::{Kind, Profile, ShapeId, ShapeSums};
use crate::model::scanned::{Inputs, Sample, Scanned};
use crate::profile;

/// The whole file.
#[derive(Serialize, Deserialize)]
pub(super) struct ProfileFile {
    format: String,
    version: u64,
    complete: bool,
    inputs: InputsPart,
    objects: Vec<ObjectPart>,
    objects_read: u64,
    records: u64,
    not_objects: u64,
    not_json: u64,
    problems: Vec<ProblemPart>,
    problems_not_kept: u64,
    objects_of_records: u64,
    bytes: u64,
    contents: DistinctPart,
    other_shapes: u64,
    other_values: u64,
    fields: Vec<FieldPart>,
    shapes: Vec<ShapePart>,
}

#[derive(Serialize, Deserialize)]
struct InputsPart {
    backup: Vec<String>,
    #[serde(with = "time::or_null")]
    since: Option<Timestamp>,
    #[serde(with = "time::or_null")]
    until: Option<Timestamp>,
    sample: Option<SamplePart>,
    remarks: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct SamplePart {
    seed: u64,
    chosen: u64,
    of: u64,
    would_be_met: u64,
}

#[derive(Serialize, Deserialize)]
struct ObjectPart {
    key: String,
    size: Option<u64>,
    #[serde(with = "time::or_null")]
    time: Option<Timestamp>,
    time_source: TimeSourcePart,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum TimeSourcePart {
    Key,
    LastModified,
    Unknown,
}

#[derive(Serialize, Deserialize)]
struct ProblemPart {
    object: String,
    byte_offset: Option<u64>,
    byte_length: Option<u64>,
    kind: ProblemName,
    message: String,
}

struct ProblemName(ProblemKind);

/// A shape: its fields by their place in `fields`.
#[derive(Serialize, Deserialize)]
struct ShapePart {
    id: Hex,
    fields: Vec<(usize, KindName)>,
    records: u64,
    first: Place,
    last: Place,
}

/// A hash.
pub(super) struct Hex(pub(super) u64);

struct KindName(Kind);

impl ProfileFile {
    pub(super) fn of(stored: &Stored) -> Self {
        let Stored { scanned, objects } = stored;
        let profile = &scanned.profile;
        let places: BTreeMap<&FieldPath, usize> =
            profile.fields.keys().map(|path| &**path).zip(0..).collect();
        Self {
            format: super::FORM.format.to_owned(),
            version: super::FORM.version,
            complete: scanned.complete,
            inputs: InputsPart::of(&scanned.inputs),
            objects: objects.iter().map(ObjectPart::of).collect(),
            objects_read: scanned.objects_read,
            records: scanned.records,
            not_objects: scanned.not_objects,
            not_json: scanned.not_json,
            problems: scanned.problems.iter().map(ProblemPart::of).collect(),
            problems_not_kept: scanned.problems_not_kept,
            objects_of_records: profile.records,
            bytes: profile.bytes,
            contents: DistinctPart::of(&profile.contents),
            other_shapes: profile.other_shapes,
            other_values: profile.other_values,
            fields: profile.fields.iter().map(|(path, sums)| FieldPart::of(path, sums)).collect(),
            shapes: profile
                .shapes
                .iter()
                .map(|(id, sums)| ShapePart::of(*id, sums, &places))
                .collect(),
        }
    }

    pub(super) fn into_stored(self) -> Stored {
        let objects: Vec<Object> = self.objects.into_iter().map(ObjectPart::into_object).collect();
        let fields: Vec<_> = self.fields.into_iter().map(FieldPart::into_field).collect();
        let paths: Vec<Arc<FieldPath>> = fields.iter().map(|(path, _)| path.clone()).collect();
        let profile = Profile {
            records: self.objects_of_records,
            bytes: self.bytes,
            contents: self.contents.into_distinct(),
            other_shapes: self.other_shapes,
            other_values: self.other_values,
            shapes: self.shapes.into_iter().map(|shape| shape.into_shape(&paths)).collect(),
            fields: fields.into_iter().collect(),
        };
        let times = || objects.iter().filter_map(|object| object.time);
        let named = profile.ranks().into_iter();
        let scanned = Scanned {
            complete: self.complete,
            inputs: self.inputs.into_inputs(),
            objects_listed: objects.len() as u64,
            objects_read: self.objects_read,
            period: times().min().zip(times().max()),
            objects: named
                .filter_map(|rank| Some((rank, objects.get(rank as usize)?.clone())))
                .collect(),
            records: self.records,
            not_objects: self.not_objects,
            not_json: self.not_json,
            families: profile::families(&profile),
            profile,
            problems: self.problems.into_iter().map(ProblemPart::into_problem).collect(),
            problems_not_kept: self.problems_not_kept,
        };
        Stored { scanned, objects }
    }
}

impl InputsPart {
    fn of(inputs: &Inputs) -> Self {
        let Inputs { backup, since, until, sample, remarks } = inputs.clone();
        let sample = sample.map(|Sample { seed, chosen, of, would_be_met }| SamplePart {
            seed,
            chosen,
            of,
            would_be_met,
        });
        Self { backup, since, until, sample, remarks }
    }

    fn into_inputs(self) -> Inputs {
        let Self { backup, since, until, sample, remarks } = self;
        let sample = sample.map(|SamplePart { seed, chosen, of, would_be_met }| Sample {
            seed,
            chosen,
            of,
            would_be_met,
        });
        Inputs { backup, since, until, sample, remarks }
    }
}

impl ObjectPart {
    fn of(object: &Object) -> Self {
        let Object { key, size, time, time_source } = object.clone();
        let time_source = match time_source {
            TimeSource::Key => TimeSourcePart::Key,
            TimeSource::LastModified => TimeSourcePart::LastModified,
            TimeSource::Unknown => TimeSourcePart::Unknown,
        };
        Self { key, size, time, time_source }
    }

    fn into_object(self) -> Object {
        let Self { key, size, time, time_source } = self;
        let time_source = match time_source {
            TimeSourcePart::Key => TimeSource::Key,
            TimeSourcePart::LastModified => TimeSource::LastModified,
            TimeSourcePart::Unknown => TimeSource::Unknown,
        };
        Object { key, size, time, time_source }
    }
}

impl ProblemPart {
    fn of(problem: &Problem) -> Self {
        let Problem { object, byte_offset, byte_length, kind, message } = problem.clone();
        Self { object, byte_offset, byte_length, kind: ProblemName(kind), message }
    }

    fn into_problem(self) -> Problem {
        let Self { object, byte_offset, byte_length, kind, message } = self;
        Problem { object, byte_offset, byte_length, kind: kind.0, message }
    }
}

impl ShapePart {
    fn of(id: ShapeId, sums: &ShapeSums, places: &BTreeMap<&FieldPath, usize>) -> Self {
        let place = |path: &FieldPath| places.get(path).copied();
        let fields =
            sums.paths.iter().filter_map(|(path, kind)| Some((place(path)?, KindName(*kind))));
        Self {
            id: Hex(id.0),
            fields: fields.collect(),
            records: sums.records,
            first: Place::of(sums.first),
            last: Place::of(sums.last),
        }
    }

    /// A place that `fields` does not have is passed over.
    fn into_shape(self, paths: &[Arc<FieldPath>]) -> (ShapeId, ShapeSums) {
        let field = |(place, kind): (usize, KindName)| Some((paths.get(place)?.clone(), kind.0));
        let sums = ShapeSums {
            paths: self.fields.into_iter().filter_map(field).collect(),
            records: self.records,
            first: self.first.into_sighting(),
            last: self.last.into_sighting(),
        };
        (ShapeId(self.id.0), sums)
    }
}

/// The path of a field.
pub(super) fn path(names: Vec<Text>) -> FieldPath {
    FieldPath(names.into_iter().map(|name| Name::from(&*name.into_bytes())).collect())
}

impl Serialize for Hex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:016x}", self.0))
    }
}

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let unfit = |_| de::Error::custom(format!("`{text}` is no hash of 16 hexadecimal digits"));
        u64::from_str_radix(&text, 16).map(Self).map_err(unfit)
    }
}

impl Serialize for KindName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.name())
    }
}

impl<'de> Deserialize<'de> for KindName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let kind = Kind::ALL.into_iter().find(|kind| kind.name() == text);
        kind.map(Self).ok_or_else(|| de::Error::custom(format!("`{text}` is no kind of value")))
    }
}

impl Serialize for ProblemName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.name())
    }
}

impl<'de> Deserialize<'de> for ProblemName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let kind = ProblemKind::ALL.into_iter().find(|kind| kind.name() == text);
        kind.map(Self).ok_or_else(|| de::Error::custom(format!("`{text}` is no kind of problem")))
    }
}

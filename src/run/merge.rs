//! `mapdrift merge`: the profiles of parts of a backup as the profile of the whole.
//!
//! In: profile files. Out: one profile, as a report or as a file. The order of the arguments changes nothing.

use std::collections::BTreeMap;

use super::{Verdict, output, scan};
use crate::cli;
use crate::error::Error;
use crate::io::profile::{self as file, Stored};
use crate::model::limits::Limits;
use crate::model::object::Object;
use crate::model::problem::{Problem, ProblemKind, Problems};
use crate::model::profile::Profile;
use crate::model::quantity::counted;
use crate::model::scanned::{Inputs, Sample, Scanned};
use crate::profile;

/// Reads, joins, reports.
pub(super) fn run(arguments: &cli::Merge) -> Result<Verdict, Error> {
    let parts = arguments.profiles.iter().map(|path| Ok(file::load(path)?));
    let merged = merge(parts.collect::<Result<_, Error>>()?)?;
    match &arguments.output {
        Some(path) => file::save(&merged, path)?,
        None => output::print(|out| scan::write(&merged.scanned, &arguments.report, out))?,
    }
    Ok(if merged.scanned.complete { Verdict::Clean } else { Verdict::Incomplete })
}

fn merge(parts: Vec<Stored>) -> Result<Stored, Error> {
    let (objects, ranks) = united(&parts)?;
    let limits = Limits::default();
    let (mut profile, mut problems) = (Profile::default(), Problems::new(limits.problems));
    let inputs = inputs(&parts);
    let (mut not_kept, mut complete) = (0, true);
    let (mut objects_read, mut records, mut not_objects, mut not_json) = (0, 0, 0, 0);
    for (part, ranks) in parts.into_iter().zip(ranks) {
        let mut scanned = part.scanned;
        scanned.profile.move_sightings(&|at| at.object = ranks[at.object as usize]);
        profile.merge(scanned.profile);
        profile.keep_within(&limits);
        let others = scanned.problems.into_iter().filter(|problem| !is_limit(problem));
        others.for_each(|problem| problems.add(problem));
        not_kept += scanned.problems_not_kept;
        complete &= scanned.complete;
        objects_read += scanned.objects_read;
        records += scanned.records;
        not_objects += scanned.not_objects;
        not_json += scanned.not_json;
    }
    for reached in profile::limits_reached(&profile) {
        problems.add(reached);
    }
    let (problems, more_not_kept) = problems.into_parts();
    let times = || objects.iter().filter_map(|object| object.time);
    let named = profile.ranks().into_iter();
    let scanned = Scanned {
        complete,
        inputs,
        objects_listed: objects.len() as u64,
        objects_read,
        period: times().min().zip(times().max()),
        objects: named.map(|rank| (rank, objects[rank as usize].clone())).collect(),
        records,
        not_objects,
        not_json,
        families: profile::families(&profile),
        profile,
        problems,
        problems_not_kept: not_kept + more_not_kept,
    };
    Ok(Stored { scanned, objects })
}

/// Limits are told of the whole, with its numbers.
fn is_limit(problem: &Problem) -> bool {
    problem.kind == ProblemKind::LimitReached && problem.object.is_empty()
}

/// All objects in delivery order, and for each part the new ranks of its objects. An object in two parts would count twice.
///
/// Objects without a time stay in the order of their part; parts with such objects follow one another by the first of them.
fn united(parts: &[Stored]) -> Result<(Vec<Object>, Vec<Vec<u32>>), Error> {
    let mut order = Vec::new();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for (number, part) in parts.iter().enumerate() {
        let undated = part.objects.iter().filter(|object| object.time.is_none());
        let first_undated = undated.map(|object| object.key.as_str()).min();
        for (rank, object) in part.objects.iter().enumerate() {
            if seen.insert(&object.key, number).is_some() {
                return Err(twice(&object.key));
            }
            let dated = object.time.map(|time| (time, object.key.as_str()));
            order.push(((dated.is_none(), dated, first_undated, rank), number));
        }
    }
    order.sort_unstable();
    let mut ranks: Vec<Vec<u32>> = parts.iter().map(|part| vec![0; part.objects.len()]).collect();
    let mut objects = Vec::with_capacity(order.len());
    for (new, ((.., rank), number)) in (0..).zip(order) {
        ranks[number][rank] = new;
        objects.push(parts[number].objects[rank].clone());
    }
    Ok((objects, ranks))
}

fn twice(key: &str) -> Error {
    Error::Usage {
        message: format!("two of the profiles have read {key}; it would count twice"),
        hint: Some("merge profiles of different objects".to_owned()),
    }
}

/// What all parts looked at. Where they were asked for different times, none is told.
fn inputs(parts: &[Stored]) -> Inputs {
    let all = || parts.iter().map(|part| &part.scanned.inputs);
    let sorted = |list: &dyn Fn(&Inputs) -> Vec<String>| {
        let mut texts: Vec<String> = all().flat_map(list).collect();
        texts.sort();
        texts.dedup();
        texts
    };
    let same = |time: &dyn Fn(&Inputs) -> Option<jiff::Timestamp>| {
        let first = all().next().and_then(time);
        first.filter(|_| all().all(|inputs| time(inputs) == first))
    };
    let (since, until) = (same(&|inputs| inputs.since), same(&|inputs| inputs.until));
    let mut remarks = sorted(&|inputs| inputs.remarks.clone());
    if all().any(|inputs| (inputs.since, inputs.until) != (since, until)) {
        remarks.push("the parts were restricted to different times".to_owned());
    }
    remarks.push(format!("merged from {}", counted(parts.len() as u64, "profile", "profiles")));
    Inputs {
        backup: sorted(&|inputs| inputs.backup.clone()),
        since,
        until,
        sample: sample(parts, &mut remarks),
        remarks,
    }
}

/// What stands in so many objects that, however they are spread over the parts, one sample had to meet it.
fn sample(parts: &[Stored], remarks: &mut Vec<String>) -> Option<Sample> {
    let mut sample: Option<Sample> = None;
    for part in parts {
        let whole = part.objects.len() as u64;
        let seed = sample.map_or(u64::MAX, |sample| sample.seed);
        let next = part.scanned.inputs.sample;
        let next = next.unwrap_or(Sample { seed, chosen: whole, of: whole, would_be_met: 1 });
        let before =
            sample.unwrap_or(Sample { seed: next.seed, chosen: 0, of: 0, would_be_met: 1 });
        sample = Some(Sample {
            seed: before.seed.min(next.seed),
            chosen: before.chosen + next.chosen,
            of: before.of + next.of,
            would_be_met: before.would_be_met + next.would_be_met - 1,
        });
    }
    let seeds = parts.iter().filter_map(|part| Some(part.scanned.inputs.sample?.seed));
    let sample = sample.filter(|_| seeds.clone().next().is_some());
    if seeds.clone().min() != seeds.max() {
        remarks.push("the samples have different seeds; the smallest is told".to_owned());
    }
    sample
}

//! The numbers of both sides, and whether they speak of the same records.
//!
//! In: a capture, the objects with their number of records, what the replay refused. Out: [`Counts`]. Documents that are not
//! yet in the backup cannot be dated: only the backup side of "in flight" is known.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::model::capture::{Capture, CapturedIndex};
use crate::model::counts::{Counts, Coverage};
use crate::model::object::Object;

/// What was read of one object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ObjectRead {
    /// Records found in it.
    pub records: u64,
    /// Inflated bytes.
    pub bytes: u64,
}

/// The backup side of a comparison.
#[derive(Clone, Copy, Debug)]
pub struct Backup<'a> {
    /// In delivery order.
    pub objects: &'a [Object],
    /// What was read of each, by rank.
    pub read: &'a BTreeMap<u32, ObjectRead>,
    /// Wrappers in failure folders.
    pub failed_deliveries: u64,
    /// Refused records by the rank of their object; `None` where nothing was replayed or records cannot be told apart.
    pub rejected_in: Option<&'a BTreeMap<u32, u64>>,
    /// Whether everything was read.
    pub complete: bool,
}

/// Adds both sides up. `young_after` is the delivery time after which a record may be on its way.
pub fn counts(
    backup: &Backup<'_>,
    capture: Option<&Capture>,
    young_after: Option<Timestamp>,
) -> Counts {
    let is_young = |rank: u32| {
        let time = backup.objects.get(rank as usize).and_then(|object| object.time);
        matches!((time, young_after), (Some(time), Some(after)) if time > after)
    };
    let total = |value: fn(&ObjectRead) -> u64| backup.read.values().map(value).sum();
    let young =
        backup.read.iter().filter(|(rank, _)| is_young(**rank)).map(|(_, read)| read.records).sum();
    let rejected = backup.rejected_in.map(|by_object| {
        by_object.iter().filter(|(rank, _)| !is_young(**rank)).map(|(_, count)| count).sum()
    });
    Counts {
        objects: backup.read.len() as u64,
        records: total(|read| read.records),
        bytes: total(|read| read.bytes),
        documents: capture.and_then(documents),
        documents_by_index: capture.map(documents_by_index).unwrap_or_default(),
        rejected,
        failed_deliveries: backup.failed_deliveries,
        in_flight: young,
        coverage: capture.map_or(Coverage::NoIndex, |capture| coverage(backup, capture)),
    }
}

/// The delivery time after which records may be on their way when the cluster was read at `read_at`.
pub fn young_after(read_at: Timestamp, in_flight_seconds: u32) -> Timestamp {
    read_at
        .checked_sub(SignedDuration::from_secs(i64::from(in_flight_seconds)))
        .unwrap_or(Timestamp::MIN)
}

fn documents(capture: &Capture) -> Option<u64> {
    capture.indices.values().map(|index| index.documents).sum()
}

fn documents_by_index(capture: &Capture) -> BTreeMap<String, u64> {
    let known = |(name, index): (&String, &CapturedIndex)| Some((name.clone(), index.documents?));
    capture.indices.iter().filter_map(known).collect()
}

/// Why the replay of the backup may not be the history of the index: records are missing from it, or their order is not known.
pub fn history_doubts(
    backup: &Backup<'_>,
    name: &str,
    index: Option<&CapturedIndex>,
) -> Vec<String> {
    let mut doubts = Vec::new();
    if !backup.complete {
        doubts.push("not all of the backup was read".to_owned());
    }
    let undated = backup.objects.iter().filter(|object| object.time.is_none()).count();
    if undated > 0 && backup.objects.len() > 1 {
        doubts.push(format!(
            "{undated} of {} objects have no delivery time: their order is not known",
            backup.objects.len()
        ));
    }
    doubts.extend(index.and_then(|index| age_doubt(backup, name, index)));
    doubts
}

fn coverage(backup: &Backup<'_>, capture: &Capture) -> Coverage {
    let mut doubts = BTreeSet::new();
    for (name, index) in &capture.indices {
        doubts.extend(history_doubts(backup, name, Some(index)));
        doubts.extend(deletion_doubt(name, index));
    }
    if doubts.is_empty() {
        Coverage::Whole
    } else {
        Coverage::Partial(doubts.into_iter().collect())
    }
}

/// Why documents may be gone. The index tells: every operation on a shard has a sequence number, kept with the index.
fn deletion_doubt(name: &str, index: &CapturedIndex) -> Option<String> {
    match (index.operations, index.documents) {
        (Some(operations), Some(documents)) if operations == documents => None,
        (Some(operations), Some(documents)) => Some(format!(
            "{name} numbered {operations} operations for {documents} documents: some were deleted, overwritten or failed late"
        )),
        _ => Some(format!("{name} does not say whether documents were ever deleted")),
    }
}

/// Why the index may hold documents that came before the backup began.
fn age_doubt(backup: &Backup<'_>, name: &str, index: &CapturedIndex) -> Option<String> {
    let first = backup.objects.iter().filter_map(|object| object.time).min();
    match (index.created_at, first) {
        (Some(created), Some(first)) if first <= created => None,
        (Some(created), Some(first)) => Some(format!(
            "{name} was created at {created:.0}, before the first object of the backup ({first:.0})"
        )),
        (None, _) => Some(format!("{name} does not say when it was created")),
        (_, None) => Some(format!(
            "no object says when it was delivered: {name} may be older than the backup"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::object::TimeSource;

    fn object(time: &str) -> Object {
        Object {
            key: time.to_owned(),
            size: None,
            time: time.parse().ok(),
            time_source: TimeSource::Key,
        }
    }

    #[test]
    fn refusals_among_records_in_flight_are_not_taken_off_twice() {
        let objects = [object("2019-04-30T06:26:00Z"), object("2019-04-30T06:41:00Z")];
        let ten = ObjectRead { records: 10, bytes: 100 };
        let backup = Backup {
            objects: &objects,
            read: &BTreeMap::from([(0, ten), (1, ten)]),
            failed_deliveries: 0,
            rejected_in: Some(&BTreeMap::from([(0, 2), (1, 3)])),
            complete: true,
        };
        let mut counts = counts(&backup, None, "2019-04-30T06:40:00Z".parse().ok());
        counts.documents = Some(8);
        assert_eq!((counts.rejected, counts.in_flight), (Some(2), 10));
        assert_eq!(counts.unexplained(), Some(0));
    }
}

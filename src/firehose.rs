//! What Firehose's names say: which objects are backup and which are failures, when they were delivered, in which order,
//! and which rotated index their records went to.
//!
//! In: objects as a store lists them. Out: the backup objects in delivery order, and the failure objects apart. Refuses to
//! know: what is in an object, and how it is fetched.

pub mod failure;
pub mod key;
pub mod rotation;

pub use failure::{FailureKind, failure_folder};
pub use key::{ObjectName, object_name};

use jiff::Timestamp;

use crate::model::object::{Found, Object, TimeSource};

/// What a listing turned out to hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deliveries {
    /// Backup objects in delivery order, by their position in the listing. The place here is the rank that sightings use.
    pub sources: Vec<u32>,
    /// Failure objects, in delivery order.
    pub failures: Vec<FailureObject>,
}

/// An object in a failure folder. It holds wrappers, one JSON object each, never records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailureObject {
    /// Which object.
    pub object: Object,
    /// What failed.
    pub kind: FailureKind,
    /// The folder's name as it is spelled in the key.
    pub folder: String,
    /// Its position in the listing.
    pub source: u32,
}

/// Sorts a listing of so many objects into backup and failures, each in delivery order: by time (from the key, else the
/// store's), then by key. Objects whose time nothing tells come last, in argument order, then by name. `stream` is the stream
/// that the user named. `found` may be asked for an object several times: a listing may be too long to hold it twice.
pub fn deliveries(
    count: usize,
    found: &dyn Fn(usize) -> Found,
    stream: Option<&str>,
) -> Deliveries {
    let mut ranked: Vec<(Option<i64>, u32)> = (0..count)
        .map(|at| {
            let object = dated(&found(at), stream);
            let at = u32::try_from(at).expect("a listing holds fewer than 2^32 objects");
            (object.time.map(Timestamp::as_microsecond), at)
        })
        .collect();
    ranked.sort_unstable_by(|(left_time, left), (right_time, right)| {
        let by_time = (left_time.is_none(), left_time).cmp(&(right_time.is_none(), right_time));
        by_time
            .then_with(|| {
                let (left, right) = (found(*left as usize), found(*right as usize));
                let argument = |found: &Found| left_time.is_none().then_some(found.argument);
                (argument(&left), &left.key).cmp(&(argument(&right), &right.key))
            })
            .then(left.cmp(right))
    });
    let mut deliveries = Deliveries::default();
    for (_, source) in ranked {
        match failure(source, &found(source as usize), stream) {
            Some(failure) => deliveries.failures.push(failure),
            None => deliveries.sources.push(source),
        }
    }
    deliveries
}

fn failure(source: u32, found: &Found, stream: Option<&str>) -> Option<FailureObject> {
    let (kind, folder) = failure_folder(&found.key)?;
    let folder = folder.to_owned();
    Some(FailureObject { object: dated(found, stream), kind, folder, source })
}

/// An object with its time.
pub fn dated(found: &Found, stream: Option<&str>) -> Object {
    let in_key = object_name(&found.key, stream).map(|name| (name.time, TimeSource::Key));
    let dated = in_key.or_else(|| Some((found.modified?, TimeSource::LastModified)));
    let (time, time_source) =
        dated.map_or((None, TimeSource::Unknown), |(time, source)| (Some(time), source));
    Object { key: found.key.clone(), size: found.size, time, time_source }
}

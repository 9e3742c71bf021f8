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

use crate::model::object::{Found, Object, TimeSource};

/// What a listing turned out to hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deliveries {
    /// Backup objects in delivery order; the position is the rank that sightings use.
    pub objects: Vec<Object>,
    /// For each of `objects`, its position in the listing.
    pub sources: Vec<usize>,
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
    pub source: usize,
}

/// Sorts a listing into backup and failures, each in delivery order: by time (from the key, else the store's), then by key.
/// Objects whose time nothing tells come last, in argument order, then by name. `stream` is the stream that the user named.
pub fn deliveries(found: &[Found], stream: Option<&str>) -> Deliveries {
    let mut ranked: Vec<(usize, Object)> =
        found.iter().map(|entry| dated(entry, stream)).enumerate().collect();
    ranked.sort_by(|(left_at, left), (right_at, right)| {
        let key = |at: usize, object: &Object| {
            (object.time.is_none(), object.time, undated_argument(&found[at], object))
        };
        key(*left_at, left)
            .cmp(&key(*right_at, right))
            .then_with(|| left.key.cmp(&right.key))
            .then(left_at.cmp(right_at))
    });
    let mut deliveries = Deliveries::default();
    for (source, object) in ranked {
        let failed = failure_folder(&object.key).map(|(kind, folder)| (kind, folder.to_owned()));
        if let Some((kind, folder)) = failed {
            deliveries.failures.push(FailureObject { object, kind, folder, source });
        } else {
            deliveries.objects.push(object);
            deliveries.sources.push(source);
        }
    }
    deliveries
}

/// Gives an object its time.
fn dated(found: &Found, stream: Option<&str>) -> Object {
    let in_key = object_name(&found.key, stream).map(|name| (name.time, TimeSource::Key));
    let dated = in_key.or_else(|| Some((found.modified?, TimeSource::LastModified)));
    let (time, time_source) =
        dated.map_or((None, TimeSource::Unknown), |(time, source)| (Some(time), source));
    Object { key: found.key.clone(), size: found.size, time, time_source }
}

/// The argument decides only where no time does.
fn undated_argument(found: &Found, object: &Object) -> Option<usize> {
    object.time.is_none().then_some(found.argument)
}

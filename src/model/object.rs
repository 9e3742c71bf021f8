//! Backup objects and places inside them: which object, which record, which bytes, when.

use std::cmp::Ordering;

use jiff::Timestamp;

/// One object (S3) or file that holds records, in delivery order: its rank in the list of objects is its identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// The S3 key, or the file's path relative to what was given. `-` is standard input.
    pub key: String,
    /// Stored size in bytes, compressed as it is; unknown for standard input.
    pub size: Option<u64>,
    /// Delivery time; unknown for standard input.
    pub time: Option<Timestamp>,
    /// Where `time` comes from.
    pub time_source: TimeSource,
}

/// One object or file as a store lists it, before anything is made of its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// As in [`Object::key`].
    pub key: String,
    /// Stored size in bytes; unknown for standard input and pipes.
    pub size: Option<u64>,
    /// The store's last modification time. Never a local file's: a copy or a `touch` must not change a report.
    pub modified: Option<Timestamp>,
    /// Which SOURCE argument it came from, from 0.
    pub argument: usize,
}

/// Where a time comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TimeSource {
    /// The timestamp in the name that Firehose gives.
    Key,
    /// The store's last modification time.
    LastModified,
    /// Nothing says.
    Unknown,
}

/// Where one record is. Ordered by delivery: object rank, then record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sighting {
    /// Rank of the object in delivery order, from 0.
    pub object: u32,
    /// The record within its object, from 1.
    pub record: u64,
    /// Of the record's first byte, in inflated bytes from 0.
    pub byte_offset: u64,
    /// Of the record, in inflated bytes.
    pub byte_length: u64,
}

impl Ord for Sighting {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.object, self.record, self.byte_offset, self.byte_length).cmp(&(
            other.object,
            other.record,
            other.byte_offset,
            other.byte_length,
        ))
    }
}

impl PartialOrd for Sighting {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

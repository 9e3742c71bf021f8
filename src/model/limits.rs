//! Every limit of the program in one place, each with the reason for its default. Hitting one is said, never a crash.

/// Limits on what is read and kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Of one record, in bytes. Firehose takes 1,000 KiB before base64 (`PutRecord`); the rest is room for other writers.
    pub record_bytes: usize,
    /// Of one object after inflating. A Firehose buffer holds 128 MiB at most, and "hints" can be exceeded.
    pub inflated_bytes: u64,
    /// Bytes that are inflated and walked at a time. They fit a second-level cache; larger chunks were not faster.
    pub chunk_bytes: usize,
    /// Nesting of one record. The engines stop at 1,000 (Elasticsearch 8.8, Jackson's `StreamReadConstraints`) or earlier.
    pub depth: usize,
    /// Different field paths. An index takes 1,000 fields by default (`index.mapping.total_fields.limit`).
    pub paths: usize,
    /// Different shapes of records.
    pub shapes: usize,
    /// Bytes of a record or value kept as an example.
    pub example_bytes: usize,
    /// Problems kept with their place; the others are counted.
    pub problems: usize,
    /// Concurrent bytes of objects in flight from a store.
    pub in_flight_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            record_bytes: 64 << 20,
            inflated_bytes: 8 << 30,
            chunk_bytes: 256 << 10,
            depth: 1_024,
            paths: 100_000,
            shapes: 65_536,
            example_bytes: 1_024,
            problems: 1_000,
            in_flight_bytes: 64 << 20,
        }
    }
}

//! What a cluster said about an index at one moment. Every command runs on it offline.
//!
//! In: what `io::cluster` read or `io::capture` loaded. Out: plain data for replay, evidence and reports. It refuses to know
//! how it was read and what a capture file looks like.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use super::engine::Engine;

/// Everything read from a cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct Capture {
    /// When it was read; for a live cluster the moment of the last read.
    pub captured_at: Timestamp,
    /// What was asked for: an index, an alias, a pattern or a data stream.
    pub requested: String,
    /// The engine. More than one where the cluster's answer fits several (both products, or nodes of several versions): then
    /// nothing can be certain. None where the cluster did not let us ask (`unanswered` says so).
    pub engines: Vec<Engine>,
    /// Each concrete index, by name.
    pub indices: BTreeMap<String, CapturedIndex>,
    /// Legacy templates (`_template`), by name, as the engine printed them.
    pub legacy_templates: BTreeMap<String, Value>,
    /// Composable templates (`_index_template`), by name: what the engine printed below `index_template`.
    pub index_templates: BTreeMap<String, Value>,
    /// Component templates (`_component_template`), by name: what the engine printed below `component_template`.
    pub component_templates: BTreeMap<String, Value>,
    /// Data streams (`_data_stream`) whose backing indices are among `indices`, by name, as the engine printed them.
    pub data_streams: BTreeMap<String, Value>,
    /// What the cluster did not answer, and why: a missing right or an old version. Sorted.
    pub unanswered: Vec<String>,
}

/// What the cluster said about one concrete index.
#[derive(Clone, Debug, PartialEq)]
pub struct CapturedIndex {
    /// `GET index/_mapping`, below `mappings`: typed or typeless as the engine printed it.
    pub mappings: Value,
    /// `GET index/_settings`, below `settings`. Null where the cluster did not answer.
    pub settings: Value,
    /// Its aliases, as printed. Null where the cluster did not answer.
    pub aliases: Value,
    /// `_count`: top-level documents, the only number that is compared. Unknown where a shard did not answer.
    pub documents: Option<u64>,
    /// Operations that the primary shards ever numbered (sum of `max_seq_no` + 1). Equal to `documents` where nothing was
    /// ever deleted or overwritten: sequence numbers are kept with the index, unlike the counters of `_stats`. A document
    /// that the mapping refused has no number (seen on Elasticsearch 6.5.4).
    pub operations: Option<u64>,
    /// `index.creation_date`.
    pub created_at: Option<Timestamp>,
}

//! mapdrift: which record added a field to an Elasticsearch or OpenSearch index, since when, and what it has cost.
//!
//! An engine decides a field's type when the first document with that field arrives, and keeps no record of which one that
//! was. Amazon Data Firehose writes every raw record to S3 as it delivers to the index. Replaying that backup through an
//! exact replica of the engine's dynamic mapping gives the history back.
//!
//! ```text
//! S3 | directory | file | stdin           cluster | capture file
//!   | io: list, get                          | io: mappings, templates, settings, counts
//!   v object bytes                           v JSON
//! firehose: key -> stream, version, time,  mapping: JSON <-> Mapping, templates composed, two mappings compared
//!           failure folders, rotation        |
//!   v                                        |
//! record: inflate -> frame -> cursor         |
//!   v tokens of one record                   |
//! profile: the walk; sums per path  <--- engine::check: per path and kind, a test compiled from a mapping
//!   |                  (`scan` ends here: a report of the sums, profiles that merge)
//!   v records that the check does not let through
//! engine: the replica, exact, one record at a time
//!   v fate, additions
//! replay: objects side by side on a guess, counted in delivery order
//!   v Timeline: mapping, origin of each field, fates by cause
//!   v
//! evidence: the outer join by field and by record, and which records to hear once more, alone: what order decides
//!   v
//! rules: evidence -> findings
//!   v
//! report: findings, or the chain of one field -> text, json
//! ```
//!
//! Three rings, imports go inwards only (`tests/it/architecture.rs` holds the table):
//! [`model`] has the nouns; the stages between `firehose` and `report` are pure and synchronous, and a stage never calls
//! another stage; [`io`] is the world; [`cli`], [`settings`], [`error`] and [`run`] are the program, and `run` is the only
//! place that knows the order.
//!
//! Laws: a finding marked certain is never wrong; nothing is skipped without a word; nothing is written to a cluster or a
//! bucket; the same input gives the same bytes; a scan that could not finish never looks like a clean one.

pub mod model;

pub mod firehose;
pub mod record;
pub mod profile;
pub mod mapping;
pub mod engine;
pub mod replay;
pub mod evidence;
pub mod rules;
pub mod report;

pub mod io;

pub mod cli;
pub mod error;
pub mod run;
pub mod settings;

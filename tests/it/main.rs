//! The one integration binary: each module states facts about one subject.
#![expect(clippy::disallowed_methods, reason = "tests read fixtures and start servers")]
#![expect(clippy::unwrap_used, reason = "helpers of tests fail like tests")]
#![expect(clippy::format_push_string, reason = "tests may allocate")]

mod architecture;
mod bench_manifest;
mod capture;
mod cli;
mod cluster;
mod date;
mod doubts;
mod firehose;
mod laws_check;
mod laws_profile;
mod laws_replay;
mod live;
mod losses;
mod mapping;
mod merge;
mod mutation;
mod number;
mod pattern;
mod planted;
mod profile;
mod raced;
mod random;
mod readme;
mod record;
mod renderers;
mod replay_cmd;
mod replica;
mod rules;
mod scan;
mod scan_formats;
mod sources;
mod support;
mod timeline;

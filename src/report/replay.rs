//! What a replay has to say: a report for people or programs, and the lists that `--emit` prints.
//!
//! In: a [`Replayed`], or one record's fate. Out: bytes in a format. It refuses to know where they go.

mod fates;
mod json;
mod shell;
mod text;
mod witnesses;

pub use fates::fate;
pub use json::json;
pub use text::text;
pub use witnesses::witnesses;

use std::io::{self, Write};

use serde_json::Value;

use crate::model::object::{Object, Sighting};
use crate::model::replayed::Replayed;
use crate::model::timeline::{Refused, RejectGroup};
use crate::report::escape::harmless_json;

/// The mapping as the engine prints it, keys sorted, indented by two.
pub fn mapping(mapping: &Value, out: &mut dyn Write) -> io::Result<()> {
    let mut mapping = mapping.clone();
    mapping.sort_all_objects();
    writeln!(out, "{}", harmless_json(&pretty(&mapping)?))
}

fn pretty(value: &Value) -> io::Result<String> {
    Ok(serde_json::to_string_pretty(value)?)
}

/// Refusals, the most frequent first, then by their first record.
fn refusals(replayed: &Replayed) -> Vec<(&RejectGroup, &Refused)> {
    let mut all: Vec<_> = replayed.timeline.rejects.iter().collect();
    all.sort_by_key(|(group, refused)| {
        (std::cmp::Reverse(refused.counted.count), refused.counted.first, *group)
    });
    all
}

fn object_of(replayed: &Replayed, at: Sighting) -> Option<&Object> {
    replayed.objects.get(at.object as usize)
}

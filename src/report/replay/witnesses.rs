//! `--emit witnesses`: for each kind of refusal the smallest record that still gets it, with a `curl` line.
//!
//! In: a finished replay. Out: text that is a shell script: what is said stands in comments. The line reproduces the refusal
//! on an index that has the mapping of `--emit mapping` (or, for refusals by a limit, its settings too).

use std::io::{self, Write};

use super::{object_of, refusals, shell};
use crate::model::path::visible;
use crate::model::quantity::counted;
use crate::model::replayed::Replayed;
use crate::report::escape::harmless;

/// Writes all of them, the most frequent refusal first.
pub fn witnesses(replayed: &Replayed, out: &mut dyn Write) -> io::Result<()> {
    let index = replayed.inputs.index.as_deref().unwrap_or("INDEX");
    let type_name = replayed.inputs.type_name.as_deref();
    for (i, (_, refused)) in refusals(replayed).into_iter().enumerate() {
        if i > 0 {
            writeln!(out)?;
        }
        let reject = &refused.first_reject;
        let records = counted(refused.counted.count, "record", "records");
        writeln!(
            out,
            "# {records}: {}: {}",
            harmless(&reject.error_type),
            harmless(&reject.reason)
        )?;
        for cause in &reject.caused_by {
            let reason = cause.reason.as_deref().unwrap_or("null");
            writeln!(out, "#   caused by {}: {}", harmless(&cause.error_type), harmless(reason))?;
        }
        let first = refused.counted.first;
        let object =
            object_of(replayed, first).map(|object| harmless(&object.key)).unwrap_or_default();
        writeln!(out, "# first: {object} | record {}, byte {}", first.record, first.byte_offset)?;
        match &refused.witness {
            Some(witness) => {
                writeln!(out, "# smallest: {}", harmless(&visible(witness)))?;
                writeln!(out, "{}", shell::curl(index, type_name, witness))?;
            }
            None => writeln!(out, "# no smaller record could be made that is refused alike")?,
        }
    }
    Ok(())
}

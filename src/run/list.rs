//! `check --list`: what would be read, in delivery order, and what would not be, with the reason.

use std::io::{self, Write};

use indicatif::HumanBytes;

use crate::io::listing::{Row, RowKind};
use crate::report::harmless;

/// One line for each object or file.
pub(super) fn write(rows: &[Row], out: &mut dyn Write) -> io::Result<()> {
    for row in rows {
        let time = row.object.time.map_or_else(|| "-".to_owned(), |time| format!("{time:.0}"));
        let size =
            row.object.size.map_or_else(|| "-".to_owned(), |size| HumanBytes(size).to_string());
        writeln!(
            out,
            "{:<12} {time:<20} {size:>12}  {}",
            what(&row.kind),
            harmless(&row.object.key)
        )?;
        if let RowKind::Skipped(why) = &row.kind {
            writeln!(out, "{:<12} {}", "", harmless(why))?;
        }
    }
    Ok(())
}

fn what(kind: &RowKind) -> &'static str {
    match kind {
        RowKind::Records => "records",
        RowKind::Failures(_) => "failures",
        RowKind::Capture => "capture",
        RowKind::Skipped(_) => "not read",
    }
}

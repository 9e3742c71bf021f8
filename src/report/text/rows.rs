//! Pieces that several parts of the text report share: places, times, sizes, columns. In: nouns. Out: one line of text each.

use jiff::Timestamp;

use crate::model::object::{Sighting, TimeSource};
use crate::model::quantity::thousands;
use crate::model::report::Report;
use crate::report::escape::harmless;

/// `KEY | record 1, bytes 0..481, delivered 2019-04-30T06:33:00Z`.
pub(super) fn sighting(report: &Report, at: Sighting) -> String {
    let bytes =
        format!("bytes {}..{}", at.byte_offset, at.byte_offset.saturating_add(at.byte_length));
    let Some(object) = report.objects.get(at.object as usize) else {
        return format!("record {}, {bytes}", at.record);
    };
    let time = match (object.time, object.time_source) {
        (Some(time), TimeSource::Key) => format!(", delivered {time}"),
        (Some(time), _) => format!(", last modified {time}"),
        (None, _) => String::new(),
    };
    format!("{} | record {}, {bytes}{time}", harmless(&object.key), at.record)
}

/// `KEY | bytes 480..512`, as far as it is known.
pub(super) fn place(object: &str, offset: Option<u64>, length: Option<u64>) -> String {
    let object = harmless(if object.is_empty() { "(no object)" } else { object });
    match (offset, length) {
        (Some(from), Some(length)) => {
            format!("{object} | bytes {from}..{}", from.saturating_add(length))
        }
        (Some(from), None) => format!("{object} | from byte {from}"),
        _ => object,
    }
}

/// The time of the object that holds a record.
pub(super) fn time(report: &Report, at: Sighting) -> Option<Timestamp> {
    report.objects.get(at.object as usize)?.time
}

/// `2019-04-30 06:26:00 to 06:41:06 UTC`; the day is not repeated.
pub(super) fn span(from: Timestamp, to: Timestamp) -> String {
    let (start, end) = (from.strftime("%F %T").to_string(), to.strftime("%F %T").to_string());
    match (start == end, from.strftime("%F").to_string() == to.strftime("%F").to_string()) {
        (true, _) => format!("{start} UTC"),
        (false, true) => format!("{start} to {} UTC", to.strftime("%T")),
        (false, false) => format!("{start} to {end} UTC"),
    }
}

/// Bytes with a decimal prefix, as object stores count.
pub(super) fn size(bytes: u64) -> String {
    let units = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    for (unit, name) in units {
        if bytes >= unit {
            let tenths = bytes / (unit / 10);
            return match tenths {
                100.. => format!("{} {name}", thousands(tenths / 10)),
                _ => format!("{}.{} {name}", tenths / 10, tenths % 10),
            };
        }
    }
    format!("{bytes} B")
}

/// Names for a line: as many as fit into `width` characters, then how many there are in all.
pub(super) fn names(all: &[String], width: usize) -> String {
    let mut shown = String::new();
    for (i, name) in all.iter().enumerate() {
        let is_last = i + 1 == all.len();
        let room = if is_last { width } else { width.saturating_sub(", ... (99)".len()) };
        if i > 0 && shown.chars().count() + 2 + name.chars().count() > room {
            return format!("{shown}, ... ({})", all.len());
        }
        if i > 0 {
            shown.push_str(", ");
        }
        shown.push_str(name);
    }
    shown
}

/// Columns of equal width, two blanks or more between them.
pub(super) fn columns(rows: &[Vec<String>]) -> Vec<String> {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max()
    };
    let widths: Vec<usize> = (0..count).map(|column| width(column).unwrap_or(0)).collect();
    rows.iter().map(|row| line(row, &widths)).collect()
}

fn line(row: &[String], widths: &[usize]) -> String {
    let mut line = String::new();
    for (cell, width) in row.iter().zip(widths) {
        let padding = width.saturating_sub(cell.chars().count()) + 3;
        line.push_str(cell);
        line.push_str(&" ".repeat(padding));
    }
    line.trim_end().to_owned()
}

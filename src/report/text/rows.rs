//! Pieces that several parts of the text report share: places, times, sizes, columns. In: nouns. Out: one line of text each.

use jiff::Timestamp;

use crate::model::object::{Sighting, TimeSource};
use crate::model::quantity::thousands;
use crate::model::report::Report;
use crate::report::escape::harmless;

/// Lines that a list of names may take.
const MOST_LINES: usize = 8;

/// The key of the object that holds a record.
pub(in crate::report) fn object(report: &Report, at: Sighting) -> String {
    report.objects.get(at.object as usize).map(|object| harmless(&object.key)).unwrap_or_default()
}

/// `record 1, bytes 0..481, delivered 2019-04-30T06:33:00Z`.
pub(in crate::report) fn sighting(report: &Report, at: Sighting) -> String {
    let bytes =
        format!("bytes {}..{}", at.byte_offset, at.byte_offset.saturating_add(at.byte_length));
    let object = report.objects.get(at.object as usize);
    let time = match object.and_then(|object| Some((object.time?, object.time_source))) {
        Some((time, TimeSource::Key)) => format!(", delivered {time}"),
        Some((time, TimeSource::LastModified | TimeSource::Unknown)) => {
            format!(", last modified {time}")
        }
        None => String::new(),
    };
    format!("record {}, {bytes}{time}", at.record)
}

/// `KEY | bytes 480..512`, as far as it is known.
pub(in crate::report) fn place(object: &str, offset: Option<u64>, length: Option<u64>) -> String {
    let object = harmless(object);
    match (offset, length) {
        (Some(from), Some(length)) => {
            format!("{object} | bytes {from}..{}", from.saturating_add(length))
        }
        (Some(from), None) => format!("{object} | from byte {from}"),
        _ => object,
    }
}

/// The time of the object that holds a record.
pub(in crate::report) fn time(report: &Report, at: Sighting) -> Option<Timestamp> {
    report.objects.get(at.object as usize)?.time
}

/// `2019-04-30 06:26:00 to 06:41:06 UTC`; the day is not repeated.
pub(in crate::report) fn span(from: Timestamp, to: Timestamp) -> String {
    let (start, end) = (from.strftime("%F %T").to_string(), to.strftime("%F %T").to_string());
    match (start == end, from.strftime("%F").to_string() == to.strftime("%F").to_string()) {
        (true, _) => format!("{start} UTC"),
        (false, true) => format!("{start} to {} UTC", to.strftime("%T")),
        (false, false) => format!("{start} to {end} UTC"),
    }
}

/// Bytes with a decimal prefix, as object stores count.
pub(in crate::report) fn size(bytes: u64) -> String {
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

/// Names on lines of at most `width` characters; beyond `MOST_LINES` lines the rest is a number. Never empty.
pub(in crate::report) fn names(all: &[String], width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for (i, name) in all.iter().enumerate() {
        let mut entry = cut(name, width);
        if i + 1 < all.len() {
            entry.push(',');
        }
        let is_full = lines
            .last()
            .is_some_and(|line| line.chars().count() + 1 + entry.chars().count() > width);
        if is_full && lines.len() == MOST_LINES {
            lines.push(format!("... and {} more", all.len() - i));
            return lines;
        }
        match lines.last_mut() {
            Some(line) if line.is_empty() => *line = entry,
            Some(line) if !is_full => *line = format!("{line} {entry}"),
            _ => lines.push(entry),
        }
    }
    lines
}

/// Words on lines of at most `width` characters; a longer word has a line to itself. Nothing for no words.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.retain(|line| !line.is_empty());
    lines
}

/// Text of at most `width` characters; `...` where there is more.
pub(in crate::report) fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(3)).collect();
    format!("{kept}...")
}

/// Columns of equal width, two blanks or more between them.
pub(in crate::report) fn columns(rows: &[Vec<String>]) -> Vec<String> {
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

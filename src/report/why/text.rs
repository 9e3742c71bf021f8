//! The chain for people: one paragraph for each question.
//!
//! In: a finished chain. Out: plain text with colours written into the stream. Everything untrusted goes through `escape`.

use std::io::{self, Write};

use crate::model::finding::Confidence;
use crate::model::object::Sighting;
use crate::model::path::{FieldPath, Name};
use crate::model::profile::KindSums;
use crate::model::quantity::{counted, thousands};
use crate::model::timeline::{Counted, Origin};
use crate::model::why::{Chain, Elsewhere, Why};
use crate::report::escape::{excerpt, harmless};
use crate::report::text::{paint, rows, unread};

/// Width of an excerpt or a sentence.
const WIDTH: usize = 96;
/// Records or indices that are shown one by one.
const SHOWN: usize = 20;

/// Writes the chain.
pub fn text(why: &Why, out: &mut dyn Write) -> io::Result<()> {
    head(why, out)?;
    origin(why, out)?;
    seen(why, out)?;
    refused(why, out)?;
    bent(why, out)?;
    order(why, out)?;
    next(why, out)?;
    everywhere(why, out)?;
    unread::write(&why.report.problems, why.report.problems_not_kept, out)
}

fn head(why: &Why, out: &mut dyn Write) -> io::Result<()> {
    let Chain { index, field_type, live, .. } = &why.chain;
    let typed = match (field_type, live) {
        (Some(live), Some(_)) => format!("{live} in the live mapping"),
        (Some(replayed), None) => format!("{replayed} in the replay"),
        (None, _) => "not mapped".to_owned(),
    };
    let name = paint::bold(&harmless(&why.field.to_string()));
    item("field", &format!("{name}   {}", harmless(&typed)), out)?;
    let engines: Vec<String> = why.report.inputs.engines.iter().map(ToString::to_string).collect();
    let index = if index.is_empty() { "without a name".to_owned() } else { harmless(index) };
    let doubt = match why.chain.confidence {
        Confidence::Certain => String::new(),
        other => format!("   what follows is {}", other.name()),
    };
    item("index", &format!("{index}   {}{doubt}", engines.join(" or ")), out)?;
    for remark in &why.report.inputs.remarks {
        below(&harmless(remark), out)?;
    }
    for doubt in why.report.doubts.get(&why.chain.index).into_iter().flatten() {
        below(&harmless(doubt), out)?;
    }
    Ok(())
}

fn origin(why: &Why, out: &mut dyn Write) -> io::Result<()> {
    let Some(origin) = &why.chain.origin else {
        return item("origin", "neither a declaration nor a record that was read", out);
    };
    let words = match origin {
        Origin::Declared => "declared in the mapping that the index was born with",
        Origin::Birth(_) => {
            "birth: nothing was declared, and the first family of records made the index"
        }
        Origin::Added(_) => "added by a record",
    };
    item("origin", words, out)?;
    let Some(addition) = origin.addition() else { return Ok(()) };
    record(why, addition.sighting, why.chain.excerpt.as_deref(), out)?;
    below(&harmless(&addition.decision.to_string()), out)?;
    if let Some(family) = &addition.family {
        below(&harmless(&format!("a record of {family}")), out)?;
    }
    if addition.raced {
        below(
            "values of other types arrived close enough for one bulk request: another may have decided",
            out,
        )?;
    }
    Ok(())
}

fn seen(why: &Why, out: &mut dyn Write) -> io::Result<()> {
    let records = counted(why.chain.present, "record", "records");
    let all = thousands(why.report.counts.records);
    let families = match why.chain.families.as_slice() {
        [] => String::new(),
        names => format!(" ({})", harmless(&names.join(", "))),
    };
    item("records", &format!("{records} of {all}{families}"), out)?;
    let row = |(kind, sums): &(crate::model::profile::Kind, KindSums)| {
        let (first, last) = sums.seen?;
        let place = |at| brief(why, at);
        let row = [kind.name().to_owned(), thousands(sums.count), place(first), place(last)];
        Some(row.to_vec())
    };
    let head = ["kind", "values", "first", "last"].map(str::to_owned).to_vec();
    let table: Vec<Vec<String>> =
        std::iter::once(head).chain(why.chain.seen.iter().filter_map(row)).collect();
    if table.len() == 1 {
        return Ok(());
    }
    rows::columns(&table).iter().try_for_each(|line| below(line, out))
}

fn refused(why: &Why, out: &mut dyn Write) -> io::Result<()> {
    for (_, refused) in why.chain.rejected.iter().take(SHOWN) {
        item("refused", &costs(why, refused.counted), out)?;
        record(why, refused.counted.first, Some(&refused.first_bytes), out)?;
        let words = &refused.first_reject;
        let causes = words.caused_by.iter().map(|cause| {
            format!(
                "; caused by {}: {}",
                cause.error_type,
                cause.reason.as_deref().unwrap_or("null")
            )
        });
        let words = format!("{}: {}{}", words.error_type, words.reason, causes.collect::<String>());
        below(&harmless(&words), out)?;
    }
    Ok(())
}

fn bent(why: &Why, out: &mut dyn Write) -> io::Result<()> {
    for (cause, counted) in &why.chain.bent {
        item("bent", &format!("{}: {}", cause.name(), costs(why, *counted)), out)?;
    }
    Ok(())
}

fn order(why: &Why, out: &mut dyn Write) -> io::Result<()> {
    if why.chain.others.is_empty() {
        return Ok(());
    }
    item("order", "another order of the same records gives another type", out)?;
    for rival in why.chain.others.iter().take(SHOWN) {
        record(why, rival.sighting, Some(&rival.excerpt), out)?;
        below(&harmless(&format!("alone it makes {}, {}", rival.type_name, rival.decision)), out)?;
    }
    Ok(())
}

fn next(why: &Why, out: &mut dyn Write) -> io::Result<()> {
    let Some(next) = &why.chain.next else { return Ok(()) };
    let words = match (&next.field_type, &next.addition) {
        (None, _) => "an index born today from the newest records would not have it yet".to_owned(),
        (Some(kind), None) => format!("an index born today would have it declared as {kind}"),
        (Some(kind), Some(added)) => format!(
            "an index born today would make it {kind}, by {}: {}",
            brief(why, added.sighting),
            added.decision
        ),
    };
    item("next", &harmless(&words), out)
}

/// Every index, where there are several: in which the type differs, and since when.
fn everywhere(why: &Why, out: &mut dyn Write) -> io::Result<()> {
    if why.everywhere.len() < 2 {
        return Ok(());
    }
    item("indices", &format!("{} have the field", why.everywhere.len()), out)?;
    let row = |other: &Elsewhere| {
        let since = match &other.origin {
            None => "not explained".to_owned(),
            Some(Origin::Declared) => "declared".to_owned(),
            Some(Origin::Birth(added) | Origin::Added(added)) => brief(why, added.sighting),
        };
        let typed = other.field_type.as_deref().unwrap_or("not mapped");
        vec![harmless(&other.index), harmless(typed), since]
    };
    let table: Vec<Vec<String>> = why.everywhere.iter().take(SHOWN).map(row).collect();
    rows::columns(&table).iter().try_for_each(|line| below(line, out))?;
    match why.everywhere.len().saturating_sub(SHOWN) {
        0 => Ok(()),
        more => below(&format!("... and {more} more"), out),
    }
}

fn costs(why: &Why, counted_: Counted) -> String {
    let records = counted(counted_.count, "record", "records");
    format!("{records}, from {} to {}", brief(why, counted_.first), brief(why, counted_.last))
}

/// Where a record stands, and its bytes around the field.
fn record(why: &Why, at: Sighting, bytes: Option<&[u8]>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "  {} {}", paint::frame("-->"), rows::object(&why.report, at))?;
    below(&rows::sighting(&why.report, at), out)?;
    let Some(bytes) = bytes.filter(|bytes| !bytes.is_empty()) else { return Ok(()) };
    below(&excerpt(bytes, at.byte_length, last_name(&why.field), WIDTH), out)
}

fn last_name(field: &FieldPath) -> Option<&[u8]> {
    field.0.last().map(Name::as_bytes)
}

/// `record 3, 2019-04-30T06:33:00Z`, or the object where it has no time.
fn brief(why: &Why, at: Sighting) -> String {
    let when = rows::time(&why.report, at).map(|time| time.to_string());
    format!("record {} of {}", at.record, when.unwrap_or_else(|| rows::object(&why.report, at)))
}

fn item(label: &str, words: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}{words}", paint::label(label))
}

fn below(line: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "   {}  {line}", paint::frame("|"))
}

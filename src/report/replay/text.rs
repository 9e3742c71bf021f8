//! The replay for people: what was replayed, the fields and who brought them, refusals and losses by cause with the first
//! record of each, the difference from the live mapping.
//!
//! In: a finished replay. Out: plain text with colours written into the stream. Everything untrusted goes through `escape`.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::Value;

use super::{object_of, refusals};
use crate::model::finding::Level;
use crate::model::mapping::Field;
use crate::model::object::Sighting;
use crate::model::path::{FieldPath, visible};
use crate::model::quantity::{counted, thousands};
use crate::model::replayed::{Compared, Difference, DifferenceKind, Replayed};
use crate::model::timeline::{Origin, Refused, RejectGroup};
use crate::report::escape::{excerpt, harmless};
use crate::report::text::{paint, rows, unread};

/// Width of an excerpt or a list of names.
const WIDTH: usize = 96;
/// Groups of fields, refusals, losses, differences, problems that are shown one by one.
const SHOWN: usize = 40;

/// Writes the report.
pub fn text(replayed: &Replayed, out: &mut dyn Write) -> io::Result<()> {
    head(replayed, out)?;
    fields(replayed, out)?;
    for (group, refused) in refusals(replayed).into_iter().take(SHOWN) {
        refusal(replayed, group, refused, out)?;
    }
    more(replayed.timeline.rejects.len(), "kinds of refusals", out)?;
    losses(replayed, out)?;
    if let Some(compared) = &replayed.compared {
        live(compared, out)?;
    }
    unread::write(&replayed.problems, replayed.problems_not_kept, out)?;
    counts(replayed, out)
}

fn head(replayed: &Replayed, out: &mut dyn Write) -> io::Result<()> {
    let inputs = &replayed.inputs;
    let label =
        |word, line: String, out: &mut dyn Write| writeln!(out, "{}{line}", paint::label(word));
    let name = inputs.index.as_deref().map_or("(not named)".to_owned(), harmless);
    label("index", name, out)?;
    let type_name = inputs.type_name.as_deref().map(|name| format!(", type {}", harmless(name)));
    label("engine", format!("{}{}", inputs.engine, type_name.unwrap_or_default()), out)?;
    let start = if inputs.start.is_empty() {
        "nothing declared".to_owned()
    } else {
        inputs.start.join(", ")
    };
    label("start", harmless(&start), out)?;
    label("backup", backup(replayed), out)?;
    for remark in &inputs.remarks {
        label("remark", harmless(remark), out)?;
    }
    for (field, name) in replayed.opaque.iter().take(SHOWN) {
        let what = format!("{field} is {name}, whose rules are not known: every value is taken");
        label("remark", harmless(&what), out)?;
    }
    Ok(())
}

fn backup(replayed: &Replayed) -> String {
    let times = replayed.objects.iter().filter_map(|object| object.time);
    let span = times.clone().min().zip(times.max()).map(|(from, to)| rows::span(from, to));
    let read = if replayed.complete { "read completely" } else { "NOT read completely" };
    let parts = [
        Some(counted(replayed.objects_read, "object", "objects")),
        Some(counted(replayed.timeline.records, "record", "records")),
        Some(rows::size(replayed.bytes)),
        span,
        Some(read.to_owned()),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Fields by the record that brought them, then by type and decision.
fn fields(replayed: &Replayed, out: &mut dyn Write) -> io::Result<()> {
    let all = replayed.timeline.mapping.fields();
    let leaves = all.iter().filter(|(_, field)| matches!(field, Field::Leaf(_))).count() as u64;
    writeln!(out, "\n{}{}", paint::label("mapping"), counted(leaves, "field", "fields"))?;
    let mut by_record: BTreeMap<Option<Sighting>, Groups> = BTreeMap::new();
    for (path, field) in all {
        let origin = replayed.timeline.origins.get(&path);
        let addition = origin.and_then(Origin::addition);
        let decision = addition.map_or("declared".to_owned(), |added| added.decision.to_string());
        let groups = by_record.entry(addition.map(|added| added.sighting)).or_default();
        groups
            .entry((type_of(field), harmless(&decision), carriers(replayed, &path)))
            .or_default()
            .push(harmless(&path.to_string()));
    }
    let number = by_record.len();
    for (at, groups) in by_record.into_iter().take(SHOWN) {
        let from = at.map_or("declared".to_owned(), |at| place(replayed, at));
        writeln!(out, "  {} {from}", paint::frame("-->"))?;
        let mut largest_first: Vec<_> = groups.into_iter().collect();
        largest_first.sort_by_key(|(_, names)| Reverse(names.len()));
        let lines: Vec<Vec<String>> =
            largest_first.iter().flat_map(|(kind, names)| row(kind, names)).collect();
        for line in rows::columns(&lines) {
            gutter(&line, out)?;
        }
    }
    more(number, "records that added fields", out)
}

/// Names by type, decision and who carries them.
type Groups = BTreeMap<(String, String, String), Vec<String>>;

/// `689 records, family 2`: who carries a field.
fn carriers(replayed: &Replayed, path: &FieldPath) -> String {
    let Some(carriers) = replayed.carriers.get(path) else { return String::new() };
    let records = counted(carriers.records, "record", "records");
    let families = carriers.families.join(", ");
    harmless(&if families.is_empty() { records } else { format!("{records}, {families}") })
}

fn row(
    (type_name, decision, carriers): &(String, String, String),
    names: &[String],
) -> Vec<Vec<String>> {
    let mut lines: Vec<Vec<String>> =
        rows::names(names, WIDTH / 2).into_iter().map(|line| vec![line]).collect();
    let decision =
        if decision == "declared" { String::new() } else { rows::cut(decision, WIDTH / 2) };
    lines[0].extend([rows::cut(type_name, WIDTH / 2), decision, rows::cut(carriers, WIDTH / 2)]);
    lines
}

/// `text + keyword`: the type with those of its multi-fields.
fn type_of(field: &Field) -> String {
    let multi: Vec<&str> = match field {
        Field::Object(_) => Vec::new(),
        Field::Leaf(leaf) => leaf.fields.values().map(|multi| multi.field_type.as_str()).collect(),
    };
    let all: Vec<&str> = std::iter::once(field.type_name()).chain(multi).collect();
    harmless(&all.join(" + "))
}

fn refusal(
    replayed: &Replayed,
    group: &RejectGroup,
    refused: &Refused,
    out: &mut dyn Write,
) -> io::Result<()> {
    let number = refused.counted.count;
    let records = counted(number, "record is", "records are");
    let field = group.field.as_ref().map(|path| format!(", {}", harmless(&path.to_string())));
    let share = share(number, replayed.timeline.records);
    let line = format!("{records} refused{share}{}", field.unwrap_or_default());
    writeln!(out, "\n{}: {}", paint::severity(Level::Error, "refused"), paint::bold(&line))?;
    let first = refused.counted.first;
    writeln!(out, "  {} {}", paint::frame("-->"), place(replayed, first))?;
    if number > 1 {
        gutter(&format!("the last: {}", place(replayed, refused.counted.last)), out)?;
    }
    let last_name = group.field.as_ref().and_then(|path| path.0.last());
    let name = last_name.map(crate::model::path::Name::as_bytes);
    gutter(&excerpt(&refused.first_bytes, first.byte_length, name, WIDTH), out)?;
    gutter("", out)?;
    let words = &refused.first_reject;
    gutter(&harmless(&format!("{}: {}", words.error_type, words.reason)), out)?;
    for cause in &words.caused_by {
        let reason = cause.reason.as_deref().unwrap_or("null");
        gutter(&harmless(&format!("caused by {}: {reason}", cause.error_type)), out)?;
    }
    if let Some(witness) = &refused.witness {
        let shown = rows::cut(&harmless(&visible(witness)), WIDTH * 2);
        writeln!(out, "   {} {:<9}{shown}", paint::frame("="), "smallest")?;
    }
    Ok(())
}

/// ` (0.3 %)`.
#[expect(clippy::cast_precision_loss, reason = "a share needs one digit behind the point")]
fn share(count: u64, of: u64) -> String {
    if of == 0 {
        return String::new();
    }
    let percent = count as f64 / of as f64 * 100.0;
    if percent < 0.1 { " (below 0.1 %)".to_owned() } else { format!(" ({percent:.1} %)") }
}

fn losses(replayed: &Replayed, out: &mut dyn Write) -> io::Result<()> {
    let all = &replayed.timeline.losses;
    if all.is_empty() {
        return Ok(());
    }
    let records = counted(replayed.timeline.bent, "record was", "records were");
    let line = format!("{records} taken, but not as sent");
    writeln!(out, "\n{}: {}", paint::severity(Level::Warning, "bent"), paint::bold(&line))?;
    let lines: Vec<Vec<String>> = all
        .iter()
        .take(SHOWN)
        .map(|(loss, found)| {
            let field = rows::cut(&harmless(&loss.field.to_string()), WIDTH / 2);
            let number = counted(found.count, "record", "records")
                + &share(found.count, replayed.timeline.records);
            let first = format!("first: {}", place(replayed, found.first));
            vec![field, loss.cause.name().to_owned(), number, first]
        })
        .collect();
    for line in rows::columns(&lines) {
        gutter(&line, out)?;
    }
    more(all.len(), "losses", out)
}

fn live(compared: &Compared, out: &mut dyn Write) -> io::Result<()> {
    let with = harmless(&compared.with);
    let label = paint::label("live");
    if compared.differences.is_empty() {
        return writeln!(out, "\n{label}the replayed mapping is the one of {with}");
    }
    let number = counted(compared.differences.len() as u64, "difference", "differences");
    writeln!(out, "\n{label}{number} from {with}")?;
    let lines: Vec<Vec<String>> = compared.differences.iter().take(SHOWN).map(difference).collect();
    for line in rows::columns(&lines) {
        gutter(&line, out)?;
    }
    more(compared.differences.len(), "differences", out)
}

fn difference(difference: &Difference) -> Vec<String> {
    let field = rows::cut(&harmless(&difference.field.to_string()), WIDTH / 2);
    let side = |value: &Option<Value>| match value {
        None => "-".to_owned(),
        Some(Value::String(text)) => rows::cut(&harmless(text), WIDTH / 2),
        Some(value) => rows::cut(&harmless(&value.to_string()), WIDTH / 2),
    };
    let what = match &difference.kind {
        DifferenceKind::Presence if difference.live.is_none() => {
            "not in the live mapping".to_owned()
        }
        DifferenceKind::Presence => "not in the replayed mapping".to_owned(),
        DifferenceKind::Type => "type".to_owned(),
        DifferenceKind::Parameter(name) => harmless(name),
    };
    let sides = format!("replayed {}, live {}", side(&difference.replayed), side(&difference.live));
    vec![field, what, sides]
}

fn counts(replayed: &Replayed, out: &mut dyn Write) -> io::Result<()> {
    let timeline = &replayed.timeline;
    let bent = match replayed.timeline.bent {
        0 => String::new(),
        bent => format!(" ({} not as sent)", thousands(bent)),
    };
    writeln!(
        out,
        "\n{}{}: {} accepted{bent}, {} refused{}",
        paint::label("fates"),
        counted(timeline.records, "record", "records"),
        thousands(timeline.accepted),
        thousands(timeline.records - timeline.accepted),
        if replayed.complete { "" } else { "; not all input was read, so this is a lower bound" },
    )
}

/// `KEY | record 17, bytes 1396..1479`.
fn place(replayed: &Replayed, at: Sighting) -> String {
    let object = object_of(replayed, at).map(|object| harmless(&object.key)).unwrap_or_default();
    let end = at.byte_offset.saturating_add(at.byte_length);
    format!("{object} | record {}, bytes {}..{end}", at.record, at.byte_offset)
}

fn gutter(line: &str, out: &mut dyn Write) -> io::Result<()> {
    let line = format!("   {}  {line}", paint::frame("|"));
    writeln!(out, "{}", line.trim_end())
}

fn more(number: usize, what: &str, out: &mut dyn Write) -> io::Result<()> {
    match number.saturating_sub(SHOWN) {
        0 => Ok(()),
        rest => writeln!(out, "   ... and {} more {what}", thousands(rest as u64)),
    }
}

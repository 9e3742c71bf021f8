//! The list of rules, for people and for programs. In: cards of the rules. Out: text or JSON. A rule's page is plain Markdown
//! and printed as it is.

use std::io::{self, Write};

use serde::Serialize;

use crate::model::finding::RuleCard;

/// One line per rule: id, level, summary.
pub fn text(rules: &[RuleCard], out: &mut dyn Write) -> io::Result<()> {
    let width = rules.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    for rule in rules {
        writeln!(
            out,
            "{:<width$}  {:<7}  {:<9}  {}",
            rule.id,
            rule.level.name(),
            rule.area,
            rule.summary
        )?;
    }
    Ok(())
}

/// One JSON document: `version`, `rules[]` with `id`, `level`, `area`, `summary`.
pub fn json(rules: &[RuleCard], out: &mut dyn Write) -> io::Result<()> {
    let rules = rules.iter().map(entry).collect();
    serde_json::to_writer_pretty(&mut *out, &Document { version: 1, rules })?;
    writeln!(out)
}

fn entry(rule: &RuleCard) -> Entry {
    Entry { id: rule.id, level: rule.level.name(), area: rule.area, summary: rule.summary }
}

#[derive(Serialize)]
struct Document {
    version: u32,
    rules: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    id: &'static str,
    level: &'static str,
    area: &'static str,
    summary: &'static str,
}

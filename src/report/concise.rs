//! One line per finding: for lists, ignore files and `grep`. In: a report. Out: `level[rule] index field: sentence`, sorted.

use std::io::{self, Write};

use crate::model::finding::{Confidence, Finding};
use crate::model::report::Report;
use crate::report::escape::harmless;

/// Writes the findings, and one line for the verdict of an incomplete run.
pub fn concise(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for finding in &report.findings {
        writeln!(out, "{}", line(finding))?;
    }
    if report.complete {
        return Ok(());
    }
    writeln!(out, "incomplete: not all input was read, so this is a lower bound")
}

fn line(finding: &Finding) -> String {
    let index = finding.index.as_deref().unwrap_or("-");
    let field = finding.field.as_ref().map_or("-".to_owned(), ToString::to_string);
    let doubt = match finding.confidence {
        Confidence::Certain => String::new(),
        Confidence::Likely | Confidence::Possible => format!(" ({})", finding.confidence.name()),
    };
    let (index, field, message) = (harmless(index), harmless(&field), harmless(&finding.message));
    format!("{}[{}]{doubt} {index} {field}: {message}", finding.level.name(), finding.rule)
}

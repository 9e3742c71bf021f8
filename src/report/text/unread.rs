//! Every stretch of input that was not read, with its place; beyond a number, how many more. In: problems. Out: lines.

use std::io::{self, Write};

use super::{paint, rows};
use crate::model::problem::Problem;
use crate::model::quantity::{counted, thousands};
use crate::report::escape::harmless;

/// Problems that are shown one by one.
const SHOWN: usize = 10;

/// Writes nothing where there is nothing to say.
pub(in crate::report) fn write(
    problems: &[Problem],
    not_kept: u64,
    out: &mut dyn Write,
) -> io::Result<()> {
    let total = problems.len() as u64 + not_kept;
    if total == 0 {
        return Ok(());
    }
    let stretches = counted(total, "stretch of input", "stretches of input");
    writeln!(out, "\n{}{stretches}", paint::label("unread"))?;
    for problem in problems.iter().take(SHOWN) {
        let place = rows::place(&problem.object, problem.byte_offset, problem.byte_length);
        let place = if place.is_empty() { place } else { format!("{place}: ") };
        let what = harmless(&problem.message);
        writeln!(out, "{}{}: {place}{what}", paint::label(""), problem.kind.name())?;
    }
    match total.saturating_sub(SHOWN as u64) {
        0 => Ok(()),
        more => writeln!(out, "{}... and {} more", paint::label(""), thousands(more)),
    }
}

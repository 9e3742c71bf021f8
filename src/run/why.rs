//! `mapdrift why`: the chain of one field, from the record that brought it to what the next index would make of it.

use super::analysis::NextOf;
use super::{Verdict, check, output};
use crate::cli::{Format, Redact, Why};
use crate::error::Error;
use crate::model::path::FieldPath;
use crate::model::why;
use crate::report;

/// Names that are offered for one that is not there.
const OFFERED: usize = 5;

/// Reads both sides as `check` does, and answers for one field.
pub(super) fn run(arguments: &Why) -> Result<Verdict, Error> {
    let backup = check::list(&arguments.sides)?;
    let (judgement, meter) = check::judged(&arguments.sides, &backup, NextOf::Any)?;
    let field = FieldPath::parse(&arguments.field);
    let walked_again = judgement.walked_again();
    let mut why = judgement.why(&field).map_err(|known| unknown(&arguments.field, known))?;
    meter.end(&check::ended(&why.report, walked_again), backup.traffic());
    if arguments.redact == Redact::Values {
        redact(&mut why);
    }
    output::print(|out| match arguments.format {
        Format::Text => report::why::text(&why, out),
        Format::Json => report::why::json(&why, out),
    })?;
    Ok(if why.report.complete { Verdict::Clean } else { Verdict::Incomplete })
}

fn unknown(wanted: &str, known: impl IntoIterator<Item = FieldPath>) -> Error {
    let known: Vec<String> = known.into_iter().map(|path| path.to_string()).collect();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let names = similar::get_close_matches(wanted, &known, OFFERED, 0.6);
    let hint =
        if names.is_empty() { String::new() } else { format!("; near it: {}", names.join(", ")) };
    Error::Nothing(format!("no mapping and no record has a field `{wanted}`{hint}"))
}

/// Takes out whatever may quote a value.
fn redact(why: &mut why::Why) {
    let chain = &mut why.chain;
    chain.excerpt = None;
    for (_, refused) in &mut chain.rejected {
        refused.first_bytes = Vec::new();
        refused.witness = None;
        "(not shown)".clone_into(&mut refused.first_reject.reason);
        for cause in &mut refused.first_reject.caused_by {
            cause.reason = Some("(not shown)".to_owned());
        }
    }
    for rival in &mut chain.others {
        rival.excerpt = Vec::new();
    }
    let remark = "values of records are not shown (--redact values)";
    why.report.inputs.remarks.push(remark.to_owned());
}

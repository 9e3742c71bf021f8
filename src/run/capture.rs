//! `mapdrift capture`: what a cluster says about an index, in one file.

use std::path::Path;

use super::{Verdict, output};
use crate::cli;
use crate::error::Error;
use crate::io::{capture, cluster};
use crate::model::capture::Capture;
use crate::settings;

/// Reads the cluster and writes the file; `-` is standard output.
pub(super) fn run(arguments: &cli::Capture) -> Result<Verdict, Error> {
    let (options, index) = settings::cluster(&arguments.cluster, settings::aws(&arguments.aws))?
        .ok_or_else(|| Error::Usage {
            message: "capture needs a cluster and an index".to_owned(),
            hint: Some("give --cluster URL and --index NAME".to_owned()),
        })?;
    let captured = super::runtime()?.block_on(cluster::read(&options, &index))?;
    if arguments.output == Path::new("-") {
        output::print(|out| out.write_all(&capture::to_bytes(&captured)))?;
    } else {
        capture::save(&captured, &arguments.output)?;
        output::tell(&format!("{}: {}", arguments.output.display(), said(&captured)));
    }
    Ok(Verdict::Clean)
}

/// What is in the file, on one line.
fn said(captured: &Capture) -> String {
    let names: Vec<&str> = captured.indices.keys().map(String::as_str).collect();
    let line = format!("{} ({})", captured.requested, names.join(", "));
    match captured.unanswered.as_slice() {
        [] => line,
        unanswered => format!("{line}; not answered: {}", unanswered.join("; ")),
    }
}

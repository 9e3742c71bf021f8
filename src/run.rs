//! The program: each command is one function that wires the stages together, and the only place that knows their order.
//!
//! In: the command line. Out: a report on standard output, everything else on standard error, and an exit code.

pub mod analysis;
mod backup;
mod capture;
mod check;
mod list;
mod merge;
mod output;
mod progress;
mod recall;
mod replay;
mod rules;
mod scan;
mod sinks;
mod templates;
mod turns;
mod why;

use std::process::ExitCode;

use crate::cli::{Cli, Color, Command};
use crate::error::Error;

/// How a run that could look ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Complete, and nothing at or above the level that fails.
    Clean,
    /// Complete, with findings that fail.
    Findings,
    /// What was printed is a lower bound.
    Incomplete,
}

/// Runs one command.
pub fn main(cli: Cli) -> ExitCode {
    choose_colours(cli.color);
    match command(cli.command) {
        Ok(Verdict::Clean) => ExitCode::from(0),
        Ok(Verdict::Findings) => ExitCode::from(1),
        Ok(Verdict::Incomplete) => ExitCode::from(4),
        Err(error) => {
            output::complain(&error);
            ExitCode::from(error.exit_code())
        }
    }
}

fn command(command: Command) -> Result<Verdict, Error> {
    match command {
        Command::Check(check) => check::run(&check),
        Command::Why(arguments) => why::run(&arguments),
        Command::Scan(scan) => scan::run(&scan),
        Command::Merge(merge) => merge::run(&merge),
        Command::Replay(replay) => replay::run(&replay),
        Command::Capture(capture) => capture::run(&capture),
        Command::Explain(explain) => rules::explain(&explain),
        Command::Rules(list) => rules::list(&list),
    }
}

fn choose_colours(color: Color) {
    match color {
        Color::Auto => {}
        Color::Always => anstream::ColorChoice::Always.write_global(),
        Color::Never => anstream::ColorChoice::Never.write_global(),
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, Error> {
    tokio::runtime::Runtime::new().map_err(Error::Start)
}

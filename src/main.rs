//! The program: arguments in, exit code out. Everything else is in the library.

use std::process::ExitCode;

use clap::Parser as _;
use mapdrift::{cli::Cli, run};

fn main() -> ExitCode {
    run::main(Cli::parse())
}

//! Where bytes leave the program: reports to standard output, complaints to standard error. A closed pipe ends quietly.

use std::io::{self, Write};

use crate::error::Error;

/// Writes a report to standard output. Colours are taken out where the terminal does not take them.
pub(super) fn print(render: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
    let mut out = io::BufWriter::new(anstream::stdout().lock());
    match render(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(source) => Err(Error::Write { what: "to standard output".to_owned(), source }),
        Ok(()) => Ok(()),
    }
}

/// Says why a run could not look: the chain of causes, then what to do.
pub(super) fn complain(error: &Error) {
    anstream::eprintln!("{}", error.explain());
}

/// Says something to the user that is no part of a report.
pub(super) fn tell(line: &str) {
    anstream::eprintln!("{line}");
}

/// Ends the program without waiting for anything.
#[expect(clippy::exit, reason = "a second Ctrl-C is an order")]
pub(super) fn leave_at_once() -> ! {
    std::process::exit(130)
}

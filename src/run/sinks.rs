//! Where `--emit` goes: standard output or files. What comes record by record is written at once, the rest at the end.
//!
//! In: what was asked for, and renderings of it. Out: bytes in their places. A closed pipe ends quietly.

use std::io::{self, BufWriter, Stdout, Write};

use crate::error::Error;
use crate::io::written::Written;
use crate::settings::{Emit, EmitKind};

/// All that `--emit` named.
pub(super) struct Sinks {
    all: Vec<Sink>,
}

struct Sink {
    kind: EmitKind,
    target: Target,
    /// The first thing that went wrong; said at the end.
    failed: Option<io::Error>,
}

enum Target {
    Standard(BufWriter<Stdout>),
    File(Written),
}

impl Sinks {
    /// Opens every file before anything is read: a path that cannot be written must not cost a scan.
    pub(super) fn open(emits: Vec<Emit>) -> Result<Self, Error> {
        let all = emits.into_iter().map(|emit| {
            let target =
                match emit.path {
                    None => Target::Standard(BufWriter::new(io::stdout())),
                    Some(path) => Target::File(Written::begin(&path).map_err(|source| {
                        Error::Write { what: path.display().to_string(), source }
                    })?),
                };
            Ok(Sink { kind: emit.kind, target, failed: None })
        });
        Ok(Self { all: all.collect::<Result<_, Error>>()? })
    }

    /// Whether somebody wants this.
    pub(super) fn want(&self, kind: EmitKind) -> bool {
        self.all.iter().any(|sink| sink.kind == kind)
    }

    /// Whether the report may have standard output.
    pub(super) fn leave_standard_output(&self) -> bool {
        !self.all.iter().any(|sink| matches!(sink.target, Target::Standard(_)))
    }

    /// Writes to everybody who wants this. What goes wrong is said by [`Self::finish`].
    pub(super) fn write(
        &mut self,
        kind: EmitKind,
        render: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
    ) {
        for sink in self.all.iter_mut().filter(|sink| sink.kind == kind) {
            sink.write(render);
        }
    }

    /// Every file gets its name.
    pub(super) fn finish(self) -> Result<(), Error> {
        self.all.into_iter().try_for_each(Sink::finish)
    }
}

impl Sink {
    fn write(&mut self, render: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>) {
        if self.failed.is_some() {
            return;
        }
        let written = match &mut self.target {
            Target::Standard(out) => render(out),
            Target::File(out) => render(out),
        };
        self.failed = written.err();
    }

    fn finish(self) -> Result<(), Error> {
        let (what, ended) = match self.target {
            Target::Standard(mut out) => ("to standard output".to_owned(), out.flush()),
            Target::File(out) => {
                let what = out.path().display().to_string();
                (what, if self.failed.is_none() { out.finish() } else { Ok(()) })
            }
        };
        match self.failed.map_or(ended, Err) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            Err(source) => Err(Error::Write { what, source }),
            Ok(()) => Ok(()),
        }
    }
}

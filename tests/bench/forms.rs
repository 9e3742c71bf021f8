//! The forms in which a set is written to disk: concatenated, NDJSON, gzip objects of 5 MiB in both framings, one whole .gz.
//! The compressed bytes depend on the compressor; the manifest's hashes are those of the plain bytes.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;

use super::generator::{Last, Set, generate, text};

/// Plain bytes of one gzip object, as Firehose buffers them by default.
const OBJECT_BYTES: usize = 5 << 20;

/// How the records of a set are stored.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// `records.json`: nothing between two records.
    Concatenated,
    /// `records.ndjson`: a newline after each record.
    Ndjson,
    /// `objects/0000.gz` and so on: concatenated records, cut at the first record end after 5 MiB.
    Objects,
    /// `objects-ndjson/0000.gz` and so on.
    ObjectsNdjson,
    /// `records.ndjson.gz`: one member.
    Whole,
}

impl Form {
    pub(crate) const ALL: [Self; 5] =
        [Self::Concatenated, Self::Ndjson, Self::Objects, Self::ObjectsNdjson, Self::Whole];

    pub(crate) fn named(name: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|form| form.name() == name);
        found.ok_or_else(|| {
            format!("{name} is no form; there are {}", Self::ALL.map(Self::name).join(" "))
        })
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Concatenated => "concatenated",
            Self::Ndjson => "ndjson",
            Self::Objects => "objects",
            Self::ObjectsNdjson => "objects-ndjson",
            Self::Whole => "whole",
        }
    }

    fn newline(self) -> bool {
        matches!(self, Self::Ndjson | Self::ObjectsNdjson | Self::Whole)
    }
}

/// Writes `forms` of a set and its `MANIFEST.json` into `folder`.
pub(crate) fn write(
    set: Set,
    bytes: u64,
    last: Last,
    forms: &[Form],
    folder: &Path,
) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut outputs: Vec<Output> =
        forms.iter().map(|&form| Output::new(form, folder)).collect::<io::Result<_>>()?;
    let mut failed = None;
    let manifest = generate(set, bytes, last, |record| {
        let all = outputs.iter_mut().try_for_each(|output| output.add(record));
        failed = failed.take().or(all.err());
    });
    outputs.into_iter().try_for_each(Output::finish)?;
    fs::write(folder.join("MANIFEST.json"), text(&manifest))?;
    failed.map_or(Ok(()), Err)
}

/// One form being written.
struct Output {
    form: Form,
    folder: PathBuf,
    objects: usize,
    written: usize,
    sink: Sink,
}

enum Sink {
    Plain(BufWriter<File>),
    Gzip(Box<GzEncoder<BufWriter<File>>>),
}

impl Output {
    fn new(form: Form, folder: &Path) -> io::Result<Self> {
        let (folder, sink) = match form {
            Form::Concatenated => (folder.into(), plain(&folder.join("records.json"))?),
            Form::Ndjson => (folder.into(), plain(&folder.join("records.ndjson"))?),
            Form::Whole => (folder.into(), gzip(&folder.join("records.ndjson.gz"))?),
            Form::Objects | Form::ObjectsNdjson => {
                let folder = folder.join(form.name());
                let _ = fs::remove_dir_all(&folder); // an earlier, larger set must not stay
                fs::create_dir_all(&folder)?;
                let first = gzip(&folder.join("0000.gz"))?;
                (folder, first)
            }
        };
        Ok(Self { form, folder, objects: 1, written: 0, sink })
    }

    fn add(&mut self, record: &[u8]) -> io::Result<()> {
        let many = matches!(self.form, Form::Objects | Form::ObjectsNdjson);
        if many && self.written >= OBJECT_BYTES {
            let next = gzip(&self.folder.join(format!("{:04}.gz", self.objects)))?;
            std::mem::replace(&mut self.sink, next).finish()?;
            self.objects += 1;
            self.written = 0;
        }
        let separator: &[u8] = if self.form.newline() { b"\n" } else { b"" };
        self.written += record.len() + separator.len();
        match &mut self.sink {
            Sink::Plain(file) => file.write_all(record).and_then(|()| file.write_all(separator)),
            Sink::Gzip(file) => file.write_all(record).and_then(|()| file.write_all(separator)),
        }
    }

    fn finish(self) -> io::Result<()> {
        self.sink.finish()
    }
}

impl Sink {
    fn finish(self) -> io::Result<()> {
        match self {
            Self::Plain(mut file) => file.flush(),
            Self::Gzip(file) => file.finish()?.flush(),
        }
    }
}

fn plain(path: &Path) -> io::Result<Sink> {
    Ok(Sink::Plain(BufWriter::with_capacity(1 << 20, File::create(path)?)))
}

fn gzip(path: &Path) -> io::Result<Sink> {
    let file = BufWriter::with_capacity(1 << 20, File::create(path)?);
    Ok(Sink::Gzip(Box::new(GzEncoder::new(file, Compression::new(6)))))
}

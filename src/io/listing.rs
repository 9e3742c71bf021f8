//! Everything that the sources hold: what would be read, what would not, and why.
//!
//! In: sources and how to reach a store. Out: a [`Listing`], and rows for `--list`. Refuses to know: what is in an object.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

mod entries;

pub use entries::Entries;

use super::files;
use super::s3::{S3Options, Store};
use super::source::{Source, SourceError, usage};
use crate::firehose::{self, Deliveries, FailureKind};
use crate::model::object::{Found, Object};
use crate::model::problem::Problem;

/// What the sources hold, in argument order, then by name.
#[derive(Debug, Default)]
pub struct Listing {
    /// Objects and files, each once.
    pub entries: Entries,
    /// Capture files that lie beside a backup, at the root of a directory.
    pub captures: Vec<PathBuf>,
    /// What is there and is not read.
    pub skipped: Vec<Skipped>,
    /// Names that came up more than once, through overlapping arguments or links. Each was kept once.
    pub repeated: Vec<String>,
    /// Places that could not be looked into.
    pub problems: Vec<Problem>,
    /// The object store, if an argument named one.
    pub store: Option<Store>,
}

/// One object or file, and where its bytes are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What the store says of it.
    pub found: Found,
    /// Where it is.
    pub location: Location,
}

/// Where bytes are. Ordered so that the same place is found again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Location {
    /// Standard input.
    Stdin,
    /// A file, by its canonical path.
    File(PathBuf),
    /// A part of a file.
    FilePart {
        /// The file.
        path: PathBuf,
        /// Which part.
        part: FilePart,
    },
    /// A named pipe or device: it can be read once.
    Pipe(PathBuf),
    /// An object.
    S3 {
        /// The bucket.
        bucket: String,
        /// The whole key.
        key: String,
        /// As listed, with its quotes; some stores give none.
        etag: Option<String>,
    },
}

/// A part of a large file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FilePart {
    /// Which one, from 0.
    pub number: usize,
    /// How many there are.
    pub of: usize,
    /// Its first byte.
    pub from: u64,
    /// The byte behind its last one.
    pub to: u64,
}

impl Location {
    /// Its full name, for messages where the key alone is ambiguous.
    pub fn name(&self) -> String {
        match self {
            Self::Stdin => "-".to_owned(),
            Self::File(path) | Self::FilePart { path, .. } | Self::Pipe(path) => {
                path.display().to_string()
            }
            Self::S3 { bucket, key, .. } => format!("s3://{bucket}/{key}"),
        }
    }
}

/// Something that is there and is not read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skipped {
    /// Its name.
    pub name: String,
    /// Why, in words.
    pub why: String,
}

/// Lists all sources. Any source that names nothing is an error: a mistyped prefix beside a good one must not pass as a
/// complete backup.
pub async fn list(sources: &[Source], s3: &S3Options) -> Result<Listing, SourceError> {
    let mut listing = Listing::default();
    let mut empty = Vec::new();
    for (argument, source) in sources.iter().enumerate() {
        let before = listing.things();
        let looked_for = list_one(source, argument, s3, &mut listing).await?;
        if listing.things() == before {
            empty.push(looked_for);
        }
    }
    if !empty.is_empty() {
        return Err(SourceError::NothingThere { looked_for: empty });
    }
    listing.keep_each_once();
    listing.tell_apart();
    Ok(listing)
}

/// Adds what one source holds; gives back what was looked for, in words.
async fn list_one(
    source: &Source,
    argument: usize,
    s3: &S3Options,
    listing: &mut Listing,
) -> Result<String, SourceError> {
    match source {
        Source::Stdin => {
            let found = Found { key: "-".to_owned(), size: None, modified: None, argument };
            listing.entries.push(Entry { found, location: Location::Stdin });
            Ok("standard input".to_owned())
        }
        Source::Path(path) => files::list_path(path, argument, listing),
        Source::Glob(pattern) => files::list_glob(pattern, argument, listing),
        Source::S3 { bucket, prefix } => {
            if listing.store.is_none() {
                listing.store = Some(Store::connect(s3).await?);
            }
            let store = listing.store.clone().expect("it was made above");
            let before = listing.skipped.len();
            store.list(bucket, prefix, argument, listing).await?;
            Ok(nothing_in_s3(bucket, prefix, listing.skipped.len() - before))
        }
    }
}

fn nothing_in_s3(bucket: &str, prefix: &str, skipped: usize) -> String {
    let pattern = if prefix.contains('*') { " (S3 takes a prefix, not a pattern)" } else { "" };
    match skipped {
        0 => format!("no object in bucket {bucket} has a key that begins with '{prefix}'{pattern}"),
        some => format!("bucket {bucket} has only {some} folder markers below '{prefix}'"),
    }
}

impl Listing {
    /// The first sighting of a place stays.
    fn keep_each_once(&mut self) {
        let again: Vec<usize> =
            self.entries.alike(&|entry| entry.location.name()).iter().map(|(_, at)| *at).collect();
        self.repeated = again.iter().map(|at| self.entries.get(*at).location.name()).collect();
        self.entries.remove(&again);
        let mut captures = BTreeSet::new();
        self.captures.retain(|path| captures.insert(std::fs::canonicalize(path).ok()));
    }

    /// Two different places with the same key are shown with their full names.
    fn tell_apart(&mut self) {
        for (first, later) in self.entries.alike(&|entry| entry.found.key.clone()) {
            for at in [first, later] {
                self.entries.rename(at, self.entries.get(at).location.name());
            }
        }
    }

    /// Whatever makes a source more than empty.
    fn things(&self) -> usize {
        self.entries.len() + self.captures.len() + self.problems.len()
    }

    /// Which of it is backup, in delivery order. `stream` is the stream that the user named.
    pub fn deliveries(&self, stream: Option<&str>) -> Deliveries {
        firehose::deliveries(self.entries.len(), &|at| self.entries.get(at).found, stream)
    }

    /// What the entry at a position is to a reader.
    pub fn object(&self, position: u32) -> Object {
        firehose::dated(&self.entries.get(position as usize).found, None)
    }

    /// Objects without an `ETag`: that they do not change while they are read is known by their size only.
    pub fn untagged(&self) -> usize {
        let untagged = |entry: &Entry| matches!(entry.location, Location::S3 { etag: None, .. });
        self.entries.iter().filter(untagged).count()
    }

    /// The capture beside the backup. Two of them are a usage error: none may win by chance.
    pub fn capture(&self) -> Result<Option<&Path>, SourceError> {
        match self.captures.as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(one)),
            [first, second, ..] => {
                let what = format!("a second capture beside {}", first.display());
                Err(usage(
                    &second.display().to_string(),
                    &what,
                    "say which one is meant with --capture FILE",
                ))
            }
        }
    }
}

/// One row of `--list`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The object; its key is the full name for what is skipped.
    pub object: Object,
    /// What would be done with it.
    pub kind: RowKind,
}

/// What would be done with something that is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowKind {
    /// Its records would be read.
    Records,
    /// It holds failed deliveries, which are counted apart.
    Failures(FailureKind),
    /// It is the capture beside the backup.
    Capture,
    /// It would not be read, and why.
    Skipped(String),
}

/// What would be read, in delivery order; then failures, captures, and what would be skipped.
pub fn rows(listing: &Listing, deliveries: &Deliveries) -> Vec<Row> {
    let records = deliveries
        .sources
        .iter()
        .map(|source| Row { object: listing.object(*source), kind: RowKind::Records });
    let failures = deliveries.failures.iter().map(|failure| Row {
        object: failure.object.clone(),
        kind: RowKind::Failures(failure.kind),
    });
    let captures =
        listing.captures.iter().map(|path| named(path.display().to_string(), RowKind::Capture));
    let skipped = listing
        .skipped
        .iter()
        .map(|skipped| named(skipped.name.clone(), RowKind::Skipped(skipped.why.clone())));
    let repeated = listing.repeated.iter().map(|name| {
        named(name.clone(), RowKind::Skipped("given more than once, read once".to_owned()))
    });
    records.chain(failures).chain(captures).chain(skipped).chain(repeated).collect()
}

fn named(key: String, kind: RowKind) -> Row {
    let object = Object {
        key,
        size: None,
        time: None,
        time_source: crate::model::object::TimeSource::Unknown,
    };
    Row { object, kind }
}

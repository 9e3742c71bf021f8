//! The backup side of a run: what the sources hold, listed, put in delivery order and fetched ahead.
//!
//! In: sources and how to reach a store. Out: each object's bytes, in delivery order, and the failure objects apart. It refuses
//! to know what is made of the bytes. Ctrl-C ends a reading early, and [`Backup::interrupted`] says so.

use std::io::Read;
use std::num::NonZeroUsize;
use std::sync::Arc;

use jiff::Timestamp;

use super::output;
use super::progress::{Meter, Traffic};
use crate::error::Error;
use crate::firehose::{self, Deliveries};
use crate::io::fetch::{self, Body, FetchOptions, Stop};
use crate::io::listing::{self, Entry, FilePart, Listing, Location};
use crate::io::s3::{S3Options, Store};
use crate::io::source::Source;
use crate::model::evidence::FailureObject;
use crate::model::limits::Limits;
use crate::model::object::Object;
use crate::model::problem::{Problem, ProblemKind};
use crate::model::quantity::counted;
use crate::record::{Hint, inflate};

/// A backup that was listed.
pub(super) struct Backup {
    /// The threads that fetch.
    pub runtime: tokio::runtime::Runtime,
    /// What is there, captures and what is not read included.
    pub listing: Arc<Listing>,
    /// The same in delivery order.
    pub deliveries: Arc<Deliveries>,
    /// The sources, as a report calls them.
    pub names: Vec<String>,
    stop: Stop,
}

/// An object whose turn it is.
pub(super) struct Opened<'a> {
    /// Its place in delivery order.
    pub rank: u32,
    /// Which one.
    pub object: Object,
    /// What the store says of its bytes.
    pub hint: Hint,
    /// Which part of it; `None` for all of it.
    pub part: Option<FilePart>,
    /// Its bytes as stored.
    pub body: &'a mut dyn Read,
}

/// Objects on their way. Clones share it: each object goes to whoever asks first.
#[derive(Clone)]
pub(super) struct Queue<'a> {
    backup: &'a Backup,
    meter: &'a Meter,
    fetch: fetch::Fetch,
}

impl Queue<'_> {
    /// Opens one object after the other; `read` gives back the records read so far.
    pub(super) fn each(self, read: &mut dyn FnMut(Opened<'_>) -> u64) {
        let mut records = 0;
        for (rank, mut body) in self.fetch {
            let object = self.backup.object(rank);
            let (hint, part) = (hint(&mut body), body.part());
            let mut body = self.meter.object(&object.key, records, body);
            records = read(Opened { rank, object, hint, part, body: &mut body });
        }
    }
}

impl Backup {
    /// Lists the sources.
    pub(super) fn list(sources: &[Source], store: &S3Options) -> Result<Self, Error> {
        let runtime = super::runtime()?;
        let listing = runtime.block_on(listing::list(sources, store))?;
        let deliveries = listing.deliveries(None);
        if listing.entries.is_empty() {
            let found = "the sources hold a capture and no object with records";
            return Err(Error::Nothing(found.to_owned()));
        }
        let names = sources.iter().map(Source::name).collect();
        if listing.untagged() > 0 {
            output::tell(
                "note: the store lists no ETags; an object that changes while it is read is noticed by its size only",
            );
        }
        let (listing, deliveries) = (Arc::new(listing), Arc::new(deliveries));
        Ok(Self { runtime, listing, deliveries, names, stop: Stop::new() })
    }

    /// How many objects with records there are.
    pub(super) fn len(&self) -> usize {
        self.deliveries.sources.len()
    }

    /// One of them, by its rank.
    pub(super) fn object(&self, rank: u32) -> Object {
        self.listing.object(self.deliveries.sources[rank as usize])
    }

    /// All of them, in delivery order.
    pub(super) fn objects(&self) -> impl Iterator<Item = Object> {
        self.deliveries.sources.iter().map(|source| self.listing.object(*source))
    }

    /// When the first and the last of those were delivered whose time is known: they come first, in that order.
    pub(super) fn period(&self) -> Option<(Timestamp, Timestamp)> {
        let dated = |rank: usize| self.object(u32::try_from(rank).ok()?).time;
        let first = self.len().checked_sub(1).and_then(|_| dated(0))?;
        let last = (0..self.len()).rev().find_map(dated)?;
        Some((first, last))
    }

    /// Leaves out the objects that `keep` does not want.
    pub(super) fn keep(&mut self, keep: &dyn Fn(&Object) -> bool) {
        let sources = self.deliveries.sources.iter().copied();
        let sources = sources.filter(|source| keep(&self.listing.object(*source))).collect();
        let failures = self.deliveries.failures.clone();
        self.deliveries = Arc::new(Deliveries { sources, failures });
    }

    /// Leaves out the objects that were delivered at another time than `is_inside` wants, and says what was left out.
    pub(super) fn keep_delivered(&mut self, is_inside: &dyn Fn(Timestamp) -> bool) -> Vec<String> {
        let before = self.len();
        let undated = self.objects().filter(|object| object.time.is_none()).count();
        self.keep(&|object: &Object| object.time.is_none_or(is_inside));
        let left_out = (before - self.len()) as u64;
        let mut said =
            vec![format!("{} outside the time asked for", counted(left_out, "object", "objects"))];
        if undated > 0 {
            let objects = counted(undated as u64, "object has", "objects have");
            said.push(format!("{objects} no delivery time and cannot be left out by time"));
        }
        said
    }

    /// What a report must say of the listing: names that came up more than once were read once.
    pub(super) fn remark(&self) -> Option<String> {
        let repeated = &self.listing.repeated;
        let first = repeated.first()?;
        let objects = counted(repeated.len() as u64, "object was", "objects were");
        Some(format!("{objects} given more than once and read once, first {first}"))
    }

    /// A meter for all of it.
    pub(super) fn meter(&self, progress: crate::cli::Progress) -> Meter {
        Meter::start(progress, self.objects().filter_map(|object| object.size).sum())
    }

    /// Opens the record objects one after the other; `read` gives back the records read so far.
    pub(super) fn records(&self, meter: &Meter, read: &mut dyn FnMut(Opened<'_>) -> u64) {
        self.queue(meter, self.entries()).each(read);
    }

    /// Opens one record object once more, by its rank.
    pub(super) fn again(&self, meter: &Meter, rank: u32, read: &mut dyn FnMut(Opened<'_>) -> u64) {
        let only = self.entries().skip(rank as usize).take(1);
        self.queue(meter, only).each(read);
    }

    /// The same for those who want its bytes only.
    pub(super) fn reopen(
        &self,
        meter: &Meter,
        rank: u32,
        read: &mut dyn FnMut(&Hint, &mut dyn Read),
    ) {
        self.again(meter, rank, &mut |opened| {
            read(&opened.hint, opened.body);
            0
        });
    }

    /// Opens the record objects for several readers, each on a thread of its own, and gives back what each made of its share.
    /// Which object goes to which reader is left to chance. Large plain files come in parts.
    pub(super) fn records_side_by_side<T: Send>(
        &self,
        meter: &Meter,
        readers: NonZeroUsize,
        read: &(dyn Fn(Queue<'_>) -> T + Sync),
    ) -> Vec<T> {
        let queue = match readers.get() {
            1 => self.queue(meter, self.entries()),
            _ => self.queue(meter, self.entries().flat_map(in_parts)),
        };
        share(&queue, readers, read)
    }

    /// The same for objects that stay whole: each reader is given its objects in delivery order.
    pub(super) fn whole_records_side_by_side<T: Send>(
        &self,
        meter: &Meter,
        readers: NonZeroUsize,
        read: &(dyn Fn(Queue<'_>) -> T + Sync),
    ) -> Vec<T> {
        share(&self.queue(meter, self.entries()), readers, read)
    }

    fn queue<'a>(
        &'a self,
        meter: &'a Meter,
        entries: impl Iterator<Item = (u32, Entry)> + Send + 'static,
    ) -> Queue<'a> {
        self.stop_on_ctrl_c();
        Queue { backup: self, meter, fetch: self.fetch(entries) }
    }

    /// Whether an object can be read only once.
    pub(super) fn is_read_once(&self, rank: u32) -> bool {
        let entry = self.listing.entries.get(self.deliveries.sources[rank as usize] as usize);
        matches!(entry.location, Location::Stdin | Location::Pipe(_))
    }

    /// All record objects in delivery order, with their ranks.
    fn entries(&self) -> impl Iterator<Item = (u32, Entry)> + Send + 'static {
        let (listing, deliveries) = (Arc::clone(&self.listing), Arc::clone(&self.deliveries));
        let entry = move |rank: u32| {
            let source = deliveries.sources.get(rank as usize)?;
            Some((rank, listing.entries.get(*source as usize)))
        };
        (0..).map_while(entry)
    }

    /// Opens the failure objects one after the other.
    pub(super) fn failures(&self, read: &mut dyn FnMut(FailureObject, &Hint, &mut Body)) {
        let entry =
            |failure: &firehose::FailureObject| self.listing.entries.get(failure.source as usize);
        let entries: Vec<Entry> = self.deliveries.failures.iter().map(entry).collect();
        for (position, mut body) in self.fetch((0..).zip(entries)) {
            let failure = &self.deliveries.failures[position as usize];
            let (key, folder) = (failure.object.key.clone(), failure.folder.clone());
            let hint = hint(&mut body);
            read(FailureObject { key, folder, wrappers: None }, &hint, &mut body);
        }
    }

    /// Whether reading goes on.
    pub(super) fn goes_on(&self) -> bool {
        !self.stop.is_stopped()
    }

    /// What an interruption means; `None` where there was none.
    pub(super) fn interrupted(&self, objects_read: u64) -> Option<Problem> {
        self.stop.is_stopped().then(|| Problem {
            object: String::new(),
            byte_offset: None,
            byte_length: None,
            kind: ProblemKind::Interrupted,
            message: format!("interrupted after {objects_read} of {} objects", self.len()),
        })
    }

    /// What was asked of the store.
    pub(super) fn traffic(&self) -> Traffic {
        let counted = |store: &Store| Traffic {
            requests: store.traffic().requests(),
            bytes: store.traffic().bytes(),
        };
        self.listing.store.as_ref().map(counted).unwrap_or_default()
    }

    fn fetch(&self, entries: impl Iterator<Item = (u32, Entry)> + Send + 'static) -> fetch::Fetch {
        let store = self.listing.store.clone();
        fetch::start(self.runtime.handle(), store, entries, &fetch_options(), &self.stop)
    }

    /// The first Ctrl-C ends the reading and prints what is known; a second one ends the program at once.
    fn stop_on_ctrl_c(&self) {
        let stop = self.stop.clone();
        self.runtime.spawn(async move {
            if tokio::signal::ctrl_c().await.is_ok() {
                stop.stop();
            }
            if tokio::signal::ctrl_c().await.is_ok() {
                output::leave_at_once();
            }
        });
    }
}

/// Gives every reader a thread and the same queue.
fn share<T: Send>(
    queue: &Queue<'_>,
    readers: NonZeroUsize,
    read: &(dyn Fn(Queue<'_>) -> T + Sync),
) -> Vec<T> {
    std::thread::scope(|scope| {
        let start = |_| {
            let queue = queue.clone();
            scope.spawn(move || read(queue))
        };
        let readers: Vec<_> = (0..readers.get()).map(start).collect();
        let ended = readers.into_iter().map(|reader| match reader.join() {
            Ok(part) => part,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        ended.collect()
    })
}

/// A large plain file in parts. One beyond the limit is read whole, so that it ends where the limit says.
fn in_parts((rank, entry): (u32, Entry)) -> Vec<(u32, Entry)> {
    if entry.found.size.is_none_or(|size| size > Limits::default().inflated_bytes) {
        return vec![(rank, entry)];
    }
    let parts = fetch::parts::cut(&entry, &|head| inflate::is_plain(head, &entry.found.key));
    parts.into_iter().map(|part| (rank, part)).collect()
}

/// The budget is the program's own limit.
fn fetch_options() -> FetchOptions {
    FetchOptions { in_flight_bytes: Limits::default().in_flight_bytes, ..FetchOptions::default() }
}

fn hint(body: &mut Body) -> Hint {
    Hint { content_encoding: body.content_encoding().map(str::to_owned) }
}

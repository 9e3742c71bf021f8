//! The backup side of a run: what the sources hold, listed, put in delivery order and fetched ahead.
//!
//! In: sources and how to reach a store. Out: each object's bytes, in delivery order, and the failure objects apart. It refuses
//! to know what is made of the bytes. Ctrl-C ends a reading early, and [`Backup::interrupted`] says so.

use std::io::Read;

use super::output;
use super::progress::{Meter, Traffic};
use crate::error::Error;
use crate::firehose::{self, Deliveries};
use crate::io::fetch::{self, Body, FetchOptions, Stop};
use crate::io::listing::{self, Listing};
use crate::io::s3::{S3Options, Store};
use crate::io::source::Source;
use crate::model::evidence::FailureObject;
use crate::model::limits::Limits;
use crate::model::object::Object;
use crate::model::problem::{Problem, ProblemKind};
use crate::model::quantity::counted;
use crate::record::Hint;

/// A backup that was listed.
pub(super) struct Backup {
    /// The threads that fetch.
    pub runtime: tokio::runtime::Runtime,
    /// What is there, captures and what is not read included.
    pub listing: Listing,
    /// The same in delivery order.
    pub deliveries: Deliveries,
    /// The sources, as a report calls them.
    pub names: Vec<String>,
    stop: Stop,
}

/// An object whose turn it is.
pub(super) struct Opened<'a> {
    /// Its place in delivery order.
    pub rank: u32,
    /// Which one.
    pub object: &'a Object,
    /// What the store says of its bytes.
    pub hint: Hint,
    /// Its bytes as stored.
    pub body: &'a mut dyn Read,
}

impl Backup {
    /// Lists the sources.
    pub(super) fn list(sources: &[Source], store: &S3Options) -> Result<Self, Error> {
        let runtime = super::runtime()?;
        let listing = runtime.block_on(listing::list(sources, store))?;
        let deliveries = firehose::deliveries(&listing.found(), None);
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
        Ok(Self { runtime, listing, deliveries, names, stop: Stop::new() })
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
        let sizes = self.deliveries.objects.iter().filter_map(|object| object.size);
        Meter::start(progress, sizes.sum())
    }

    /// Opens the record objects one after the other; `read` gives back the records read so far.
    pub(super) fn records(&self, meter: &Meter, read: &mut dyn FnMut(Opened<'_>) -> u64) {
        self.stop_on_ctrl_c();
        let mut records = 0;
        for (position, mut body) in self.fetch(&self.deliveries.sources) {
            let object = &self.deliveries.objects[position];
            let rank = u32::try_from(position).expect("a listing holds fewer than 2^32 objects");
            let hint = hint(&mut body);
            let mut body = meter.object(&object.key, records, body);
            records = read(Opened { rank, object, hint, body: &mut body });
        }
    }

    /// Opens the failure objects one after the other.
    pub(super) fn failures(&self, read: &mut dyn FnMut(FailureObject, &Hint, &mut Body)) {
        let sources: Vec<usize> =
            self.deliveries.failures.iter().map(|failure| failure.source).collect();
        for (position, mut body) in self.fetch(&sources) {
            let failure = &self.deliveries.failures[position];
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
    pub(super) fn interrupted(&self, objects_read: usize) -> Option<Problem> {
        self.stop.is_stopped().then(|| Problem {
            object: String::new(),
            byte_offset: None,
            byte_length: None,
            kind: ProblemKind::Interrupted,
            message: format!(
                "interrupted after {objects_read} of {} objects",
                self.deliveries.objects.len()
            ),
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

    fn fetch(&self, sources: &[usize]) -> fetch::Fetch {
        let store = self.listing.store.clone();
        fetch::start(
            self.runtime.handle(),
            store,
            self.listing.pick(sources),
            &fetch_options(),
            &self.stop,
        )
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

/// The budget is the program's own limit.
fn fetch_options() -> FetchOptions {
    FetchOptions { in_flight_bytes: Limits::default().in_flight_bytes, ..FetchOptions::default() }
}

fn hint(body: &mut Body) -> Hint {
    Hint { content_encoding: body.content_encoding().map(str::to_owned) }
}

//! Opening objects in delivery order, with the next ones already on their way.
//!
//! In: entries in delivery order. Out: for each its rank and a [`Body`], a plain blocking reader for a worker thread.
//! Refuses to know: what the bytes mean. Memory is bounded by a budget of bytes in flight, given out in delivery order,
//! so that an object under way never waits for one that comes after it.

pub mod body;
pub mod parts;
mod pump;

pub use body::Body;
pub(super) use body::unreadable;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use tokio::runtime::Handle;
use tokio::sync::{Semaphore, mpsc, watch};

use self::body::Feed;
use super::listing::{Entry, Location};
use super::s3::Store;

/// How much is fetched ahead.
#[derive(Clone, Debug)]
pub struct FetchOptions {
    /// Bytes that are fetched and not yet read, over all objects.
    pub in_flight_bytes: usize,
    /// Objects that share the budget when all are large.
    pub parallel: usize,
    /// Objects under way at once, however small.
    pub connections: usize,
}

impl Default for FetchOptions {
    fn default() -> Self {
        Self { in_flight_bytes: 64 << 20, parallel: 16, connections: 64 }
    }
}

/// Ends a fetch from anywhere: every body then fails with `Interrupted`, and no further one begins.
#[derive(Clone, Debug)]
pub struct Stop(Arc<Stopped>);

#[derive(Debug)]
struct Stopped {
    /// Asked at every record by every reader: a lock would make them wait for each other.
    flag: AtomicBool,
    sender: watch::Sender<bool>,
}

impl Stop {
    /// A fetch that runs.
    pub fn new() -> Self {
        let (flag, sender) = (AtomicBool::new(false), watch::Sender::new(false));
        Self(Arc::new(Stopped { flag, sender }))
    }

    /// Ends it.
    pub fn stop(&self) {
        self.0.flag.store(true, Ordering::Relaxed);
        self.0.sender.send_replace(true);
    }

    /// Whether it was ended.
    pub fn is_stopped(&self) -> bool {
        self.0.flag.load(Ordering::Relaxed)
    }

    /// Waits until it is ended.
    pub async fn stopped(&self) {
        let mut receiver = self.0.sender.subscribe();
        // The sender lives as long as `self`, so this waits.
        let _ = receiver.wait_for(|stopped| *stopped).await;
    }
}

impl Default for Stop {
    fn default() -> Self {
        Self::new()
    }
}

/// Bodies in delivery order. Clones share one queue: each body goes to whoever asks first.
#[derive(Clone, Debug)]
pub struct Fetch {
    queue: Arc<Mutex<mpsc::Receiver<(u32, Body)>>>,
}

impl Iterator for Fetch {
    type Item = (u32, Body);

    /// Waits for the next body. For threads outside the runtime only: on one of its own it panics.
    fn next(&mut self) -> Option<(u32, Body)> {
        self.queue.lock().expect("no holder of this lock panics").blocking_recv()
    }
}

/// Starts to fetch entries, each with its rank. `store` is the listing's.
pub fn start(
    runtime: &Handle,
    store: Option<Store>,
    entries: impl Iterator<Item = (u32, Entry)> + Send + 'static,
    options: &FetchOptions,
    stop: &Stop,
) -> Fetch {
    // Bodies that wait here are being fetched already; the budget is what bounds them.
    let (sender, receiver) = mpsc::channel(options.connections.max(1));
    runtime.spawn(dispatch(store, entries, options.clone(), stop.clone(), sender));
    Fetch { queue: Arc::new(Mutex::new(receiver)) }
}

/// Opens entries one after the other, each as soon as the budget has room for it.
async fn dispatch(
    store: Option<Store>,
    entries: impl Iterator<Item = (u32, Entry)>,
    options: FetchOptions,
    stop: Stop,
    sender: mpsc::Sender<(u32, Body)>,
) {
    let budget = Budget::new(&options);
    for (rank, entry) in entries {
        let body = tokio::select! {
            biased; // nothing is opened any more once the reading was stopped
            () = stop.stopped() => return,
            body = open(store.as_ref(), entry, &budget, &stop) => body,
        };
        if sender.send((rank, body)).await.is_err() {
            return;
        }
    }
}

async fn open(store: Option<&Store>, entry: Entry, budget: &Budget, stop: &Stop) -> Body {
    let key = entry.found.key.clone();
    match (&entry.location, store) {
        (Location::File(path), _) => Body::file(key, path.clone(), stop.clone()),
        (Location::FilePart { path, part }, _) => {
            Body::file_part(key, path.clone(), *part, stop.clone())
        }
        (Location::Stdin | Location::Pipe(_), _) => {
            Body::fed(key, pump::stream(entry.location.clone(), stop.clone()))
        }
        (Location::S3 { .. }, Some(store)) => {
            Body::fed(key, budget.feed(store.clone(), entry, stop.clone()).await)
        }
        (Location::S3 { .. }, None) => unreachable!("a listing with objects holds its store"),
    }
}

/// The bytes that may be in flight.
struct Budget {
    bytes: Arc<Semaphore>,
    connections: Arc<Semaphore>,
    /// What one object may take of it.
    share: usize,
}

impl Budget {
    fn new(options: &FetchOptions) -> Self {
        let bytes = options.in_flight_bytes.clamp(1 << 16, u32::MAX as usize);
        let share = (bytes / options.parallel.max(1)).max(1 << 16);
        Self {
            bytes: Arc::new(Semaphore::new(bytes)),
            connections: Arc::new(Semaphore::new(options.connections.max(1))),
            share,
        }
    }

    /// Waits for room, then fetches in the background. The room is given back when the body is dropped.
    async fn feed(&self, store: Store, entry: Entry, stop: Stop) -> Feed {
        let size =
            entry.found.size.and_then(|size| usize::try_from(size).ok()).unwrap_or(usize::MAX);
        let window = size.clamp(1, self.share);
        let permits = u32::try_from(window).expect("a share of at most 4 GiB");
        let room = self
            .bytes
            .clone()
            .acquire_many_owned(permits)
            .await
            .expect("the budget is never closed");
        let connection =
            self.connections.clone().acquire_owned().await.expect("the budget is never closed");
        let (outlet, feed) = body::pipe(window, Some(room));
        tokio::spawn(async move {
            pump::object(store, entry, &outlet, &stop).await;
            drop(connection);
        });
        feed
    }
}

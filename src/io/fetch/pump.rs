//! The fetching side of a body: an object from a store, or a stream that only blocking reads can take.
//!
//! In: where the bytes are. Out: messages to a body. Both kinds end at once when the run is stopped or the reader goes away.

#![expect(clippy::disallowed_methods, reason = "the world is read here")]

use std::fs::File;
use std::io::{self, Read};

use bytes::Bytes;
use tokio::sync::mpsc;

use super::Stop;
use super::body::{self, Feed, Outlet, broken_file};
use crate::io::listing::{Entry, Location};
use crate::io::s3::{self, Store};
use crate::model::problem::Unreadable;

/// Fetches an object. When stopped it leaves without a word, which the reader takes for an interruption.
pub(super) async fn object(store: Store, entry: Entry, outlet: &Outlet, stop: &Stop) {
    tokio::select! {
        () = stop.stopped() => {}
        () = outlet.abandoned() => {}
        result = copy_object(store, entry, outlet) => match result {
            Ok(()) => outlet.end(),
            Err(error) => outlet.fail(error),
        },
    }
}

async fn copy_object(store: Store, entry: Entry, outlet: &Outlet) -> Result<(), Unreadable> {
    let mut reader = s3::open(store, &entry).await?;
    outlet.head(reader.content_encoding.take());
    while let Some(bytes) = reader.next().await? {
        outlet.chunk(bytes).await;
    }
    Ok(())
}

/// What one read of a stream takes.
const STREAM_CHUNK: usize = 1 << 18;
/// What may wait for the reader.
const STREAM_WINDOW: usize = 1 << 22;

type StreamChunk = io::Result<Bytes>;

/// Reads a stream on a thread of its own. Nothing can interrupt a blocking read, so when the run is stopped the thread is
/// left behind, and the program does not wait for it.
pub(super) fn stream(location: Location, stop: Stop) -> Feed {
    let (outlet, feed) = body::pipe(STREAM_WINDOW, None);
    let (chunks, arrived) = mpsc::channel(1);
    std::thread::spawn(move || read_stream(&location, &chunks));
    tokio::spawn(async move {
        tokio::select! {
            () = stop.stopped() => {}
            () = outlet.abandoned() => {}
            () = forward(arrived, &outlet) => {}
        }
    });
    feed
}

async fn forward(mut arrived: mpsc::Receiver<StreamChunk>, outlet: &Outlet) {
    outlet.head(None);
    while let Some(chunk) = arrived.recv().await {
        match chunk {
            Ok(bytes) => outlet.chunk(bytes).await,
            Err(error) => return outlet.fail(broken_file(&error)),
        }
    }
    outlet.end();
}

fn read_stream(location: &Location, chunks: &mpsc::Sender<StreamChunk>) {
    let result = open_stream(location).and_then(|stream| send_chunks(stream, chunks));
    if let Err(error) = result {
        // Nobody listens any more if this fails.
        let _ = chunks.blocking_send(Err(error));
    }
}

fn open_stream(location: &Location) -> io::Result<Box<dyn Read>> {
    match location {
        Location::Stdin => Ok(Box::new(io::stdin())),
        Location::Pipe(path) | Location::File(path) => Ok(Box::new(File::open(path)?)),
        Location::S3 { .. } | Location::FilePart { .. } => {
            unreachable!("objects are fetched by the runtime, parts of files by their readers")
        }
    }
}

/// Ends with the stream, or when nobody listens.
fn send_chunks(mut stream: Box<dyn Read>, chunks: &mpsc::Sender<StreamChunk>) -> io::Result<()> {
    let mut buffer = vec![0; STREAM_CHUNK];
    loop {
        let length = match stream.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            other => other?,
        };
        if chunks.blocking_send(Ok(Bytes::copy_from_slice(&buffer[..length]))).is_err() {
            return Ok(());
        }
    }
}

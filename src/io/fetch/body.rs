//! The bytes of one object as a blocking reader, and how a failure travels through it.
//!
//! In: messages from a fetching task, or a file. Out: [`std::io::Read`], whose failures are [`io::Error`]s that carry an
//! [`Unreadable`].

#![expect(clippy::disallowed_methods, reason = "the world is read here")]

use std::fs::File;
use std::io::{self, Read, Seek as _, SeekFrom, Take};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::{Buf as _, Bytes};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::Stop;
use crate::io::listing::FilePart;
use crate::model::problem::{ProblemKind, Unreadable};

/// One object's bytes, as stored.
#[derive(Debug)]
pub struct Body {
    key: String,
    /// `None` for the whole object.
    part: Option<FilePart>,
    inner: Inner,
}

#[derive(Debug)]
enum Inner {
    /// A file that is opened with the first read, and what of it is read.
    Unopened(PathBuf, Stop),
    Open(Take<File>, Stop),
    Fed(Feed),
}

impl Body {
    pub(super) fn file(key: String, path: PathBuf, stop: Stop) -> Self {
        Self { key, part: None, inner: Inner::Unopened(path, stop) }
    }

    pub(super) fn file_part(key: String, path: PathBuf, part: FilePart, stop: Stop) -> Self {
        Self { key, part: Some(part), inner: Inner::Unopened(path, stop) }
    }

    pub(super) fn fed(key: String, feed: Feed) -> Self {
        Self { key, part: None, inner: Inner::Fed(feed) }
    }

    /// The object's key, as listed.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Which part of the object this is; `None` for all of it.
    pub fn part(&self) -> Option<FilePart> {
        self.part
    }

    /// The store's `Content-Encoding`. Waits for the store's answer; where that is a failure, the first read says so.
    pub fn content_encoding(&mut self) -> Option<&str> {
        match &mut self.inner {
            Inner::Fed(feed) => feed.content_encoding(),
            Inner::Unopened(..) | Inner::Open(..) => None,
        }
    }

    fn try_read(&mut self, buffer: &mut [u8]) -> Result<usize, Unreadable> {
        if let Inner::Unopened(path, stop) = &self.inner {
            let file = open_file(path, self.part).map_err(|error| broken_file(&error))?;
            self.inner = Inner::Open(file, stop.clone());
        }
        match &mut self.inner {
            Inner::Open(_, stop) if stop.is_stopped() => Err(interrupted()),
            Inner::Open(file, _) => read_file(file, buffer),
            Inner::Fed(feed) => feed.read(buffer),
            Inner::Unopened(..) => unreachable!("it was opened above"),
        }
    }
}

impl Read for Body {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.try_read(buffer).map_err(io::Error::other)
    }
}

fn open_file(path: &Path, part: Option<FilePart>) -> io::Result<Take<File>> {
    let mut file = File::open(path)?;
    let Some(FilePart { from, to, .. }) = part else { return Ok(file.take(u64::MAX)) };
    file.seek(SeekFrom::Start(from))?;
    Ok(file.take(to - from))
}

fn read_file(file: &mut Take<File>, buffer: &mut [u8]) -> Result<usize, Unreadable> {
    loop {
        match file.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other.map_err(|error| broken_file(&error)),
        }
    }
}

pub(super) fn broken_file(error: &io::Error) -> Unreadable {
    unreadable(ProblemKind::GetFailed, &format!("cannot read the file: {error}"))
}

pub(in crate::io) fn unreadable(kind: ProblemKind, message: &str) -> Unreadable {
    Unreadable { kind, message: message.to_owned() }
}

fn interrupted() -> Unreadable {
    unreadable(ProblemKind::Interrupted, "the run was interrupted")
}

/// What a fetching task says.
enum Message {
    /// First of all, unless that fails.
    Head { content_encoding: Option<String> },
    /// Bytes, with the room they take.
    Chunk(Bytes, OwnedSemaphorePermit),
    /// Last of all.
    End,
    /// Last of all, instead.
    Failed(Unreadable),
}

/// The task's end of a pipe.
pub(super) struct Outlet {
    sender: mpsc::UnboundedSender<Message>,
    room: Arc<Semaphore>,
    window: usize,
}

/// The reader's end of a pipe.
#[derive(Debug)]
pub(super) struct Feed {
    receiver: mpsc::UnboundedReceiver<Message>,
    content_encoding: Option<String>,
    begun: bool,
    chunk: Bytes,
    /// The room that `chunk` takes.
    taken: Option<OwnedSemaphorePermit>,
    outcome: Option<Result<(), Unreadable>>,
    /// Given back to the budget when the reader is done.
    _share: Option<OwnedSemaphorePermit>,
}

/// A pipe that holds at most `window` bytes; `share` is what it was given of a budget.
pub(super) fn pipe(window: usize, share: Option<OwnedSemaphorePermit>) -> (Outlet, Feed) {
    let (sender, receiver) = mpsc::unbounded_channel();
    let outlet = Outlet { sender, room: Arc::new(Semaphore::new(window)), window };
    let feed = Feed {
        receiver,
        content_encoding: None,
        begun: false,
        chunk: Bytes::new(),
        taken: None,
        outcome: None,
        _share: share,
    };
    (outlet, feed)
}

impl Outlet {
    pub(super) fn head(&self, content_encoding: Option<String>) {
        self.say(Message::Head { content_encoding });
    }

    /// Waits until the reader has made room.
    pub(super) async fn chunk(&self, bytes: Bytes) {
        let permits =
            u32::try_from(bytes.len().min(self.window)).expect("a window of at most 4 GiB");
        let room =
            self.room.clone().acquire_many_owned(permits).await.expect("the room is never closed");
        self.say(Message::Chunk(bytes, room));
    }

    pub(super) fn end(&self) {
        self.say(Message::End);
    }

    pub(super) fn fail(&self, error: Unreadable) {
        self.say(Message::Failed(error));
    }

    /// Waits until the reader has gone.
    pub(super) async fn abandoned(&self) {
        self.sender.closed().await;
    }

    /// A reader that has gone needs no message.
    fn say(&self, message: Message) {
        let _ = self.sender.send(message);
    }
}

impl Feed {
    fn content_encoding(&mut self) -> Option<&str> {
        if !self.begun {
            self.receive();
        }
        self.content_encoding.as_deref()
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Unreadable> {
        while self.chunk.is_empty() {
            match &self.outcome {
                Some(outcome) => return outcome.clone().map(|()| 0),
                None => self.receive(),
            }
        }
        let length = buffer.len().min(self.chunk.len());
        self.chunk.copy_to_slice(&mut buffer[..length]);
        if self.chunk.is_empty() {
            self.taken = None;
        }
        Ok(length)
    }

    fn receive(&mut self) {
        self.begun = true;
        match self.receiver.blocking_recv() {
            Some(Message::Head { content_encoding }) => self.content_encoding = content_encoding,
            Some(Message::Chunk(bytes, room)) => (self.chunk, self.taken) = (bytes, Some(room)),
            Some(Message::End) => self.outcome = Some(Ok(())),
            Some(Message::Failed(error)) => self.outcome = Some(Err(error)),
            // The task went without a last word: the run is being ended.
            None => self.outcome = Some(Err(interrupted())),
        }
    }
}

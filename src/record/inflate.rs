//! From stored bytes to the bytes that were delivered: gzip, zip, both Snappy containers of Firehose, zstd, plain, one inside
//! the other.
//!
//! In: an object's bytes, what its store says about them, its key. Out: a reader of inflated bytes. Magic bytes decide
//! first, then the content encoding, then the extension; what comes out is looked at again, since producers compress too.
//! It holds a bounded buffer for each layer and refuses to know what the bytes mean.

use std::fmt;
use std::io::{self, Read};

use crate::model::problem::{ProblemKind, Unreadable};

mod deflate;
mod gzip;
mod input;
mod snappy;
mod zip;
mod zstd;

use input::Input;

/// Compression inside compression that is followed. Firehose and a producer make two.
const LAYERS: usize = 4;

/// What a store says about an object's bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hint {
    /// The `Content-Encoding` header. Firehose writes `gzip`, `zip`, `snappy-java`, `hadoop-snappy`.
    pub content_encoding: Option<String>,
}

/// Why bytes could not be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Whether the store or the compression is to blame.
    pub kind: ProblemKind,
    /// What happened, in words.
    pub message: String,
}

impl Broken {
    /// More inflated bytes than the limit.
    pub fn inflate_limit(limit: u64) -> Self {
        let message =
            format!("the object inflates to more than {limit} bytes; the rest is not read");
        Self { kind: ProblemKind::InflateLimit, message }
    }
}

/// A reader of the bytes in `body`, inflated.
pub fn open<'a>(hint: &Hint, key: &str, body: &'a mut dyn Read) -> io::Result<Box<dyn Read + 'a>> {
    let mut input = Input::new(Box::new(body));
    for layer in 0..LAYERS {
        let head = input.peek(HEAD)?;
        let found = by_magic(head).or_else(|| (layer == 0).then(|| by_name(head, hint, key))?);
        let inflated: Box<dyn Read + 'a> = match found {
            Some(Format::Gzip) => Box::new(gzip::Gzip::new(input)),
            Some(Format::Zip) => Box::new(zip::Zip::new(input)),
            Some(Format::SnappyJava) => Box::new(snappy::Java::new(input)),
            Some(Format::HadoopSnappy) => Box::new(snappy::Hadoop::new(input)),
            Some(Format::SnappyFrames) => Box::new(snappy::frames(input)),
            Some(Format::Zstd) => Box::new(zstd::Zstd::new(input)),
            None => return Ok(Box::new(input)),
        };
        input = Input::new(inflated);
    }
    Ok(Box::new(input))
}

/// Whether an object with these first bytes, at least 16 unless it is shorter, is not compressed.
pub fn is_plain(head: &[u8], key: &str) -> bool {
    by_magic(head).or_else(|| by_name(head, &Hint::default(), key)).is_none()
}

/// Bytes that are looked at to tell a format.
const HEAD: usize = 16;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Gzip,
    Zip,
    SnappyJava,
    HadoopSnappy,
    SnappyFrames,
    Zstd,
}

fn by_magic(head: &[u8]) -> Option<Format> {
    const MAGIC: [(&[u8], Format); 5] = [
        (&gzip::MAGIC, Format::Gzip),
        (&zip::MAGIC, Format::Zip),
        (&snappy::JAVA_MAGIC, Format::SnappyJava),
        (&snappy::FRAMES_MAGIC, Format::SnappyFrames),
        (&zstd::MAGIC, Format::Zstd),
    ];
    MAGIC.iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, format)| *format)
}

/// Only the Hadoop blocks have no magic bytes. A name alone is not believed where the bytes contradict it.
fn by_name(head: &[u8], hint: &Hint, key: &str) -> Option<Format> {
    let encoding = hint.content_encoding.as_deref().unwrap_or_default();
    let extension = key.rsplit('.').next().unwrap_or_default();
    let named = encoding.eq_ignore_ascii_case("hadoop-snappy")
        || ["snappy", "hsnappy"].iter().any(|name| extension.eq_ignore_ascii_case(name));
    (named && snappy::looks_like_hadoop(head)).then_some(Format::HadoopSnappy)
}

/// Compressed bytes that are not what they say.
#[derive(Debug)]
struct Damaged(String);

impl fmt::Display for Damaged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Damaged {}

fn damaged(message: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, Damaged(message.into()))
}

/// Who is to blame for an error of a reader that [`open`] made: the compression, else the store.
pub fn blame(error: &io::Error) -> Broken {
    if let Some(Unreadable { kind, message }) = Unreadable::behind(error).cloned() {
        return Broken { kind, message };
    }
    let compression = error.get_ref().and_then(|inner| inner.downcast_ref::<Damaged>()).is_some();
    let kind = if compression { ProblemKind::CompressionDamaged } else { ProblemKind::GetFailed };
    Broken { kind, message: error.to_string() }
}

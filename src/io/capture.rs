//! The capture file: everything read from a cluster, in one file that every command takes in the cluster's place.
//!
//! In: a [`Capture`] and a path, or a path. Out: the file (JSON, gzip where the name ends in `.gz`, readable by its owner
//! alone, written beside its place and renamed), or the capture, or an error that says what is wrong with which file and
//! where. It refuses to know how a cluster is asked.
//!
//! The same capture gives the same bytes: objects are sorted by key, whatever order the engine printed them in.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use serde_json::Value;
use thiserror::Error;

use crate::model::capture::Capture;

mod wire;

use wire::CaptureFile;

/// The version that is written, and the only one that is read.
const VERSION: u64 = 1;

/// What `format` holds, so that a file of another program is told apart from a damaged one.
const FORMAT: &str = "mapdrift-capture";

/// The most bytes of JSON that are read. The mappings of ten thousand indices with a thousand fields each fit.
const MAX_BYTES: u64 = 1 << 30;

/// A capture file that could not be read or written. A usage error: the user named the file.
#[derive(Debug, Error)]
pub enum CaptureError {
    /// The file cannot be opened or read.
    #[error("cannot read the capture {path}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file cannot be written.
    #[error("cannot write the capture {path}")]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is not JSON.
    #[error("{path} is not a capture: it is not JSON")]
    NotJson {
        /// The file.
        path: PathBuf,
        /// Line and column.
        source: serde_json::Error,
    },
    /// The file is JSON of another kind.
    #[error("{path} is not a capture: {why}")]
    NotACapture {
        /// The file.
        path: PathBuf,
        /// What it lacks.
        why: &'static str,
    },
    /// A version that this program does not know.
    #[error("{path} is a capture of version {version}; this mapdrift reads version {VERSION}")]
    Version {
        /// The file.
        path: PathBuf,
        /// The version that it states.
        version: String,
    },
    /// A field is missing or holds what it cannot hold.
    #[error("{path} is a damaged capture")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Which field, line and column.
        source: serde_json::Error,
    },
    /// The file is larger than any capture.
    #[error("{path} is not a capture: it holds more than {MAX_BYTES} bytes")]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
}

impl CaptureError {
    /// What the user can do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Read { .. } => "name a file that `mapdrift capture` wrote and that you may read",
            Self::Write { .. } => {
                "name a file in a directory that exists and that you may write to"
            }
            Self::Version { .. } => {
                "read it with the mapdrift that wrote it, or capture the cluster again"
            }
            Self::NotJson { .. }
            | Self::NotACapture { .. }
            | Self::Damaged { .. }
            | Self::TooLarge { .. } => "capture the cluster again with `mapdrift capture`",
        }
    }
}

/// Writes a capture, replacing the file at once or not at all.
pub fn save(capture: &Capture, path: &Path) -> Result<(), CaptureError> {
    let bytes = to_bytes(capture);
    let is_gzip = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gz"));
    let written = if is_gzip {
        gzip(&bytes).and_then(|packed| replace(path, &packed))
    } else {
        replace(path, &bytes)
    };
    written.map_err(|source| CaptureError::Write { path: path.to_owned(), source })
}

/// Reads a capture, plain or gzip by its first bytes.
#[expect(clippy::disallowed_methods, reason = "capture files are read here")]
pub fn load(path: &Path) -> Result<Capture, CaptureError> {
    let read = |source| CaptureError::Read { path: path.to_owned(), source };
    let stored = fs::read(path).map_err(read)?;
    let bytes =
        if stored.starts_with(&[0x1f, 0x8b]) { gunzip(&stored).map_err(read)? } else { stored };
    if bytes.len() as u64 > MAX_BYTES {
        return Err(CaptureError::TooLarge { path: path.to_owned() });
    }
    from_bytes(&bytes, path)
}

/// The file's bytes before any compression: JSON with sorted keys, indented, a newline at the end.
pub fn to_bytes(capture: &Capture) -> Vec<u8> {
    let mut file =
        serde_json::to_value(CaptureFile::of(capture)).expect("a capture has only string keys");
    // The head of the file stays in reading order; what the engine printed is sorted.
    for part in file.as_object_mut().into_iter().flat_map(|parts| parts.values_mut()) {
        part.sort_all_objects();
    }
    let mut bytes = serde_json::to_vec_pretty(&file).expect("a JSON value can be written");
    bytes.push(b'\n');
    bytes
}

fn from_bytes(bytes: &[u8], path: &Path) -> Result<Capture, CaptureError> {
    let path = || path.to_owned();
    let json: Value = serde_json::from_slice(bytes)
        .map_err(|source| CaptureError::NotJson { path: path(), source })?;
    if json.get("format").and_then(Value::as_str) != Some(FORMAT) {
        return Err(CaptureError::NotACapture {
            path: path(),
            why: "it has no `\"format\": \"mapdrift-capture\"`",
        });
    }
    match json.get("version") {
        None => return Err(CaptureError::NotACapture { path: path(), why: "it has no `version`" }),
        Some(version) if version.as_u64() != Some(VERSION) => {
            return Err(CaptureError::Version { path: path(), version: version.to_string() });
        }
        Some(_) => {}
    }
    // Read again from the bytes: only then does serde know the line and column of what is wrong.
    let file: CaptureFile = serde_json::from_slice(bytes)
        .map_err(|source| CaptureError::Damaged { path: path(), source })?;
    Ok(file.into_capture())
}

/// Writes beside the place and renames. The temporary file, and so the capture, is readable by its owner alone.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder =
        path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}

fn gunzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    MultiGzDecoder::new(bytes).take(MAX_BYTES + 1).read_to_end(&mut out)?;
    Ok(out)
}

//! JSON files that the user names in place of a cluster: mappings, templates.
//!
//! In: a path. Out: the JSON in it, or an error that says what is wrong with which file and where. It refuses to know what the
//! JSON means.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use serde_json::Value;

/// The most bytes that are read. The mappings of ten thousand indices with a thousand fields each fit.
const MAX_BYTES: u64 = 1 << 30;

/// A file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum GivenError {
    /// It cannot be opened or read.
    #[error("cannot read {path}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is not JSON.
    #[error("{path} is not JSON")]
    NotJson {
        /// The file.
        path: PathBuf,
        /// Line and column.
        source: serde_json::Error,
    },
    /// It is larger than any mapping.
    #[error("{path} holds more than {MAX_BYTES} bytes")]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
}

impl GivenError {
    /// What the user can do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Read { .. } => "name a file that is there and that you may read",
            Self::NotJson { .. } | Self::TooLarge { .. } => {
                "name a file that holds what the index API takes or prints"
            }
        }
    }
}

/// Reads one file.
#[expect(clippy::disallowed_methods, reason = "files that the user names are read here")]
pub fn json(path: &Path) -> Result<Value, GivenError> {
    let read = |source| GivenError::Read { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(read)?;
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(read)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(GivenError::TooLarge { path: path.to_owned() });
    }
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    serde_json::from_slice(text)
        .map_err(|source| GivenError::NotJson { path: path.to_owned(), source })
}

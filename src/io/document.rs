//! The program's own files: JSON with a head that tells what it is, gzip where the name ends in `.gz`, readable by its owner
//! alone, written beside its place and renamed.
//!
//! In: a path and what the file holds. Out: the file, or what it holds, or an error that says what is wrong with which file and
//! where. It refuses to know what the parts of a file mean.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use serde::de::DeserializeOwned;
use serde_json::Value;
use thiserror::Error;

pub(super) mod time;

/// A kind of file.
#[derive(Debug)]
pub struct Form {
    /// What it is called; the command that makes one has the same name or is told in `again`.
    pub noun: &'static str,
    /// What its field `format` holds, so that a file of another program is told apart from a damaged one.
    pub format: &'static str,
    /// The version that is written, and the only one that is read.
    pub version: u64,
    /// How to get another one.
    pub again: &'static str,
}

/// The most bytes of JSON that are read. The mappings of ten thousand indices with a thousand fields each fit.
const MAX_BYTES: u64 = 1 << 30;

/// A file that could not be read or written. A usage error: the user named the file.
#[derive(Debug, Error)]
pub enum DocumentError {
    /// The file cannot be opened or read.
    #[error("cannot read the {} {path}", form.noun)]
    Read {
        /// What it should be.
        form: &'static Form,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file cannot be written.
    #[error("cannot write the {} {path}", form.noun)]
    Write {
        /// What it should become.
        form: &'static Form,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is not JSON.
    #[error("{path} is not a {}: it is not JSON", form.noun)]
    NotJson {
        /// What it should be.
        form: &'static Form,
        /// The file.
        path: PathBuf,
        /// Line and column.
        source: serde_json::Error,
    },
    /// The file is JSON of another kind.
    #[error("{path} is not a {}: {why}", form.noun)]
    AnotherForm {
        /// What it should be.
        form: &'static Form,
        /// The file.
        path: PathBuf,
        /// What it lacks.
        why: String,
    },
    /// A version that this program does not know.
    #[error("{path} is a {} of version {version}; this mapdrift reads version {}", form.noun, form.version)]
    Version {
        /// What it is.
        form: &'static Form,
        /// The file.
        path: PathBuf,
        /// The version that it states.
        version: String,
    },
    /// A field is missing or holds what it cannot hold.
    #[error("{path} is a damaged {}", form.noun)]
    Damaged {
        /// What it was.
        form: &'static Form,
        /// The file.
        path: PathBuf,
        /// Which field, line and column.
        source: serde_json::Error,
    },
}

impl DocumentError {
    /// What the user can do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Read { form, .. } => {
                format!("name a file that mapdrift wrote and that you may read, or {}", form.again)
            }
            Self::Write { .. } => {
                "name a file in a directory that exists and that you may write to".to_owned()
            }
            Self::Version { form, .. } => {
                format!("read it with the mapdrift that wrote it, or {}", form.again)
            }
            Self::NotJson { form, .. }
            | Self::AnotherForm { form, .. }
            | Self::Damaged { form, .. } => form.again.to_owned(),
        }
    }
}

/// Writes a file, replacing one that is there at once or not at all.
pub(super) fn save(form: &'static Form, bytes: &[u8], path: &Path) -> Result<(), DocumentError> {
    let is_gzip = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gz"));
    let written = if is_gzip {
        gzip(bytes).and_then(|packed| replace(path, &packed))
    } else {
        replace(path, bytes)
    };
    written.map_err(|source| DocumentError::Write { form, path: path.to_owned(), source })
}

/// Reads a file, plain or gzip by its first bytes.
#[expect(clippy::disallowed_methods, reason = "files are read here")]
pub(super) fn load<T: DeserializeOwned>(
    form: &'static Form,
    path: &Path,
) -> Result<T, DocumentError> {
    let read = |source| DocumentError::Read { form, path: path.to_owned(), source };
    let stored = fs::read(path).map_err(read)?;
    let bytes =
        if stored.starts_with(&[0x1f, 0x8b]) { gunzip(&stored).map_err(read)? } else { stored };
    if bytes.len() as u64 > MAX_BYTES {
        let why = format!("it holds more than {MAX_BYTES} bytes");
        return Err(DocumentError::AnotherForm { form, path: path.to_owned(), why });
    }
    parse(form, &bytes, path)
}

fn parse<T: DeserializeOwned>(
    form: &'static Form,
    bytes: &[u8],
    path: &Path,
) -> Result<T, DocumentError> {
    let path = || path.to_owned();
    let another = |why| DocumentError::AnotherForm { form, path: path(), why };
    let json: Value = serde_json::from_slice(bytes).map_err(|source| DocumentError::NotJson {
        form,
        path: path(),
        source,
    })?;
    if json.get("format").and_then(Value::as_str) != Some(form.format) {
        return Err(another(format!("it has no `\"format\": \"{}\"`", form.format)));
    }
    match json.get("version") {
        None => return Err(another("it has no `version`".to_owned())),
        Some(version) if version.as_u64() != Some(form.version) => {
            let version = version.to_string();
            return Err(DocumentError::Version { form, path: path(), version });
        }
        Some(_) => {}
    }
    // Read again from the bytes: only then does serde know the line and column of what is wrong.
    serde_json::from_slice(bytes).map_err(|source| DocumentError::Damaged {
        form,
        path: path(),
        source,
    })
}

/// Writes beside the place and renames. The temporary file, and so the file, is readable by its owner alone.
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

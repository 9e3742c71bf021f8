//! The profile file: the sums of a scan, so that scans of parts can be merged, and compared later.
//!
//! In: a finished scan with all objects that it was to read, and a path; or a path. Out: the file, or both of them. It refuses to
//! know how sums come about. Reading a file gives exactly what was written.

use std::path::Path;

use super::document::{self, DocumentError, Form};
use crate::model::object::Object;
use crate::model::scanned::Scanned;

mod parts;
mod wire;

use wire::ProfileFile;

static FORM: Form = Form {
    noun: "profile",
    format: "mapdrift-profile",
    version: 1,
    again: "make it again with `mapdrift scan --profile`",
};

/// A scan as a file holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    /// What was seen.
    pub scanned: Scanned,
    /// All objects that were to be read, in delivery order. Two profiles with the same object cannot be merged.
    pub objects: Vec<Object>,
}

/// Writes a profile, replacing the file at once or not at all.
pub fn save(stored: &Stored, path: &Path) -> Result<(), DocumentError> {
    let mut bytes =
        serde_json::to_vec(&ProfileFile::of(stored)).expect("a profile has only string keys");
    bytes.push(b'\n');
    document::save(&FORM, &bytes, path)
}

/// Reads a profile. Families are made again from its shapes.
pub fn load(path: &Path) -> Result<Stored, DocumentError> {
    let stored = document::load(&FORM, path).map(ProfileFile::into_stored)?;
    let ranks = stored.scanned.profile.ranks();
    if ranks.last().is_some_and(|rank| *rank as usize >= stored.objects.len()) {
        let why = "a record is in an object that it does not list".to_owned();
        return Err(DocumentError::AnotherForm { form: &FORM, path: path.to_owned(), why });
    }
    Ok(stored)
}

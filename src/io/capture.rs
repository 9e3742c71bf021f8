//! The capture file: everything read from a cluster, in one file that every command takes in the cluster's place.
//!
//! In: a [`Capture`] and a path, or a path. Out: the file, or the capture. It refuses to know how a cluster is asked.
//!
//! The same capture gives the same bytes: objects are sorted by key, whatever order the engine printed them in.

use std::path::Path;

use super::document::{self, DocumentError, Form};
use crate::model::capture::Capture;

mod wire;

use wire::CaptureFile;

static FORM: Form = Form {
    noun: "capture",
    format: "mapdrift-capture",
    version: 1,
    again: "capture the cluster again with `mapdrift capture`",
};

/// Writes a capture, replacing the file at once or not at all.
pub fn save(capture: &Capture, path: &Path) -> Result<(), DocumentError> {
    document::save(&FORM, &to_bytes(capture), path)
}

/// Reads a capture.
pub fn load(path: &Path) -> Result<Capture, DocumentError> {
    document::load(&FORM, path).map(CaptureFile::into_capture)
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

//! Names of the engine's own in a document (engine-semantics 3.5).
//!
//! In: a name at the root. Out: the engine's refusal, or nothing where the name is ordinary.

use crate::engine::document::Doc;
use crate::engine::failure::{Failure, Outcome};
use crate::engine::field;
use crate::engine::names;
use crate::engine::switches::Switches;
use crate::model::fate::RejectClass;
use crate::model::path::visible;

const REASON: &str =
    "is a metadata field and cannot be added inside a document. Use the index API request parameters.";

/// Metadata fields of 6.x that are fields like others while the document is read, and collide in the mapping.
const COLLIDING_ES6: [&str; 4] = ["_source", "_field_names", "_version", "_seq_no"];

/// 6.x: names of the list are refused at the name, by full path.
pub(crate) fn refuse_at_name(doc: &Doc<'_>, name: &[u8]) -> Outcome {
    if name.first() != Some(&b'_') && doc.path.is_empty() {
        return Ok(());
    }
    let full = doc.path_as_text(name);
    let known = doc.switches().metadata.iter().any(|known| known.as_bytes() == full);
    match known {
        true => Err(Failure::mapper(format!("Field [{}] {REASON}", visible(name)))
            .class(RejectClass::FieldName)
            .field(|| names::path(&full))),
        false => Ok(()),
    }
}

/// 7.x and later: the metadata mapper that stands at this name.
pub(crate) fn at_root(doc: &Doc<'_>, name: &[u8]) -> Option<&'static str> {
    let at_root = doc.path.is_empty() && name.first() == Some(&b'_');
    if !at_root {
        return None;
    }
    doc.switches().metadata.iter().copied().find(|known| known.as_bytes() == name)
}

/// The metadata mapper with that full name, where a dotted name runs into it.
pub(crate) fn mapper(switches: &Switches, full: &[u8]) -> Option<&'static str> {
    if full.first() != Some(&b'_') {
        return None;
    }
    let es6 = !switches.names_first;
    let colliding = COLLIDING_ES6.iter().copied().filter(|_| es6);
    let listed = switches.metadata.iter().copied();
    let registered = listed.filter(|name| !es6 || !["_size", "_timestamp", "_ttl"].contains(name));
    registered.chain(colliding).find(|known| known.as_bytes() == full)
}

/// 6.x: a field of a document with the name of a metadata field that is not refused at the name.
pub(crate) fn collides(switches: &Switches, full: &[u8]) -> bool {
    !switches.names_first && COLLIDING_ES6.iter().any(|known| known.as_bytes() == full)
}

/// A metadata mapper's own parse: refusal, in the generic wrapper.
pub(crate) fn parse(doc: &mut Doc<'_>, name: &'static str) -> Outcome {
    let text = format!("Field [{name}] {REASON}");
    let cause = match doc.switches().located {
        true => doc.mapping_failure(text),
        false => Failure::mapper(text),
    };
    let cause = cause.class(RejectClass::FieldName).field(|| names::path(name.as_bytes()));
    Err(field::wrapped(doc, name.as_bytes(), name, cause))
}

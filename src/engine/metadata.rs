//! Names of the engine's own in a document (`MetadataFieldMapper`).
//!
//! In: a name at the root. Out: the engine's refusal, or nothing where the name is ordinary.

use crate::engine::document::Doc;
use crate::engine::failure::{Failure, Outcome};
use crate::engine::field;
use crate::engine::names;
use crate::engine::number::{java_double, parse_double};
use crate::engine::switches::{DocCount, Switches};
use crate::engine::tape::Token;
use crate::model::fate::{LossCause, RejectClass};
use crate::model::path::visible;

const REASON: &str = "is a metadata field and cannot be added inside a document. Use the index API request parameters.";

/// Metadata fields of 6.x that are fields like others while the document is read, and collide in the mapping.
const COLLIDING_ES6: [&str; 4] = ["_source", "_field_names", "_version", "_seq_no"];

/// 6.x: names of the list are refused at the name, by full path.
pub(crate) fn refuse_at_name(doc: &Doc<'_>, name: &[u8]) -> Outcome {
    if name.first() != Some(&b'_') && doc.path.is_empty() {
        return Ok(());
    }
    let full = doc.path_as_text(name);
    let known = doc.switches().metadata.iter().any(|known| known.as_bytes() == full);
    if known {
        Err(Failure::mapper(format!("Field [{}] {REASON}", visible(name)))
            .class(RejectClass::FieldName)
            .field(|| names::path(&full)))
    } else {
        Ok(())
    }
}

/// 7.x and later: the metadata mapper that stands at this name.
pub(crate) fn at_root(doc: &Doc<'_>, name: &[u8]) -> Option<&'static str> {
    let at_root = doc.path.is_empty() && name.first() == Some(&b'_');
    if !at_root {
        return None;
    }
    if name == DOC_COUNT.as_bytes() && doc.switches().doc_count != DocCount::Ordinary {
        return Some(DOC_COUNT);
    }
    doc.switches().metadata.iter().copied().find(|known| known.as_bytes() == name)
}

const DOC_COUNT: &str = "_doc_count";

/// The metadata mapper with that full name, where a dotted name runs into it.
pub(crate) fn mapper(switches: &Switches, full: &[u8]) -> Option<&'static str> {
    if full.first() != Some(&b'_') {
        return None;
    }
    let es6 = !switches.names_first;
    if full == DOC_COUNT.as_bytes() && switches.doc_count != DocCount::Ordinary {
        return Some(DOC_COUNT);
    }
    let colliding = COLLIDING_ES6.iter().copied().filter(|_| es6);
    let listed = switches.metadata.iter().copied();
    let registered = listed.filter(|name| !es6 || !["_size", "_timestamp", "_ttl"].contains(name));
    registered.chain(colliding).find(|known| known.as_bytes() == full)
}

/// 6.x: a field of a document with the name of a metadata field that is not refused at the name.
pub(crate) fn collides(switches: &Switches, full: &[u8]) -> bool {
    !switches.names_first && COLLIDING_ES6.iter().any(|known| known.as_bytes() == full)
}

/// 6.x, once the index has a mapping: a new name is looked up among all field types, and these are found.
pub(crate) fn refuse_existing(doc: &Doc<'_>, full: &[u8]) -> Outcome {
    if !doc.world.has_mapping || !collides(doc.switches(), full) {
        return Ok(());
    }
    let name = visible(full);
    Err(Failure::mapper(format!("Cannot generate dynamic mappings of type [{name}] for [{name}]"))
        .class(RejectClass::FieldName)
        .field(|| names::path(full)))
}

/// A metadata mapper's own parse: refusal, in the generic wrapper.
pub(crate) fn parse(doc: &mut Doc<'_>, name: &'static str) -> Outcome {
    if name == DOC_COUNT {
        return doc_count(doc).map_err(|cause| {
            let cause = cause.field(|| names::path(name.as_bytes()));
            field::wrapped(doc, name.as_bytes(), name, field::Reading::Written, cause)
        });
    }
    let text = format!("Field [{name}] {REASON}");
    let cause =
        if doc.switches().located { doc.mapping_failure(text) } else { Failure::mapper(text) };
    let cause = cause.class(RejectClass::FieldName).field(|| names::path(name.as_bytes()));
    if field::swallows_all(doc) {
        let _ = field::preview::read(doc);
        doc.lose(name.as_bytes(), LossCause::IgnoreMalformed);
        return Ok(());
    }
    Err(field::wrapped(doc, name.as_bytes(), name, field::Reading::Written, cause))
}

/// `_doc_count`: a positive JSON integer.
fn doc_count(doc: &Doc<'_>) -> Outcome {
    let token = doc.token();
    let integer = doc.switches().doc_count == DocCount::Integer;
    let text = match token {
        Token::Integer(text) | Token::Float(text) => visible(text),
        other => {
            let word = other.word();
            let text = format!(
                "Failed to parse object: expecting token of type [VALUE_NUMBER] but found [{word}]"
            );
            return Err(Failure::new("parsing_exception", text).class(RejectClass::ValueType));
        }
    };
    let value = parse_double(&text).unwrap_or(f64::NAN);
    if value.fract() != 0.0 {
        let (shown, class) = (java_double(value), if integer { "Integer" } else { "Long" });
        let text = format!("{shown} cannot be converted to {class} without data loss");
        return Err(Failure::argument(text).class(RejectClass::ValueType));
    }
    if value >= 1.0 {
        return Ok(());
    }
    let mut reason = format!("Field [{DOC_COUNT}] must be a positive integer.");
    if integer {
        reason = format!("{reason} Value [{text}] is not allowed.");
    }
    Err(Failure::argument(reason).class(RejectClass::ValueType))
}

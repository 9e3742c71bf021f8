//! Dense vectors of Elasticsearch: an array of exactly as many numbers as the field has dimensions.
//!
//! 9.x reads base64 too: the bytes of that many floats or half floats. Not replicated: what a similarity makes of the values,
//! texts of other element types (they pass), and a field without `dims`, which the first document sets.

use crate::engine::document::Doc;
use crate::engine::failure::{Failure, Outcome};
use crate::engine::names;
use crate::engine::tape::Token;
use crate::engine::tree::FieldNode;
use crate::model::fate::RejectClass;
use crate::model::path::visible;

pub(crate) fn take(field: &FieldNode, doc: &mut Doc<'_>) -> Outcome {
    let lenient = !doc.switches().fields.vector_texts;
    match doc.token() {
        Token::Null => return Ok(()),
        Token::BeginArray => {}
        Token::String(_) if !lenient => return take_text(field, doc),
        Token::BeginObject if !lenient => return doc.parser.text(doc.switches()).map(|_| ()),
        _ if lenient => {}
        token => {
            let text = format!(
                "Unsupported type [{}] for provided value [{}]",
                token.word(),
                visible(doc.parser.text(doc.switches())?)
            );
            return Err(Failure::new("parsing_exception", text).class(RejectClass::ValueType));
        }
    }
    let mut found = 0_u64;
    loop {
        match doc.parser.advance()? {
            Some(Token::EndArray) | None => break,
            Some(Token::Integer(_) | Token::Float(_)) => found += 1,
            Some(other) => {
                let word = other.word();
                let text = format!(
                    "Failed to parse object: expecting token of type [VALUE_NUMBER] but found [{word}]"
                );
                return Err(Failure::new("parsing_exception", text).class(RejectClass::ValueType));
            }
        }
    }
    check(field, found)
}

fn take_text(field: &FieldNode, doc: &Doc<'_>) -> Outcome {
    let params = &field.definition.params;
    let is_float = params.get("element_type").is_none_or(|element| element == "float");
    let Some(dims) = params.get("dims").and_then(serde_json::Value::as_u64).filter(|_| is_float)
    else {
        return Ok(());
    };
    let text = doc.parser.text(doc.switches())?;
    let length = base64_length(text)
        .map_err(|reason| Failure::argument(reason).class(RejectClass::ValueType))?;
    let (floats, halves) = (dims * 4, dims * 2);
    if length == floats || length == halves {
        return Ok(());
    }
    let reason = format!(
        "Failed to parse object: Base64 decoded vector byte length [{length}] does not match the expected length of [{floats}] or [{halves}] for dimension count [{dims}]"
    );
    Err(Failure::new("parsing_exception", reason).class(RejectClass::ValueType))
}

/// Bytes that a text stands for, in the words of `java.util.Base64.Decoder` where it stands for none.
fn base64_length(text: &[u8]) -> Result<u64, String> {
    const WRONG_END: &str = "Input byte array has wrong 4-byte ending unit";
    if text.len() == 1 {
        return Err("Input byte[] should at least have 2 bytes for base64 bytes".to_owned());
    }
    let (mut letters, mut at) = (0_u64, 0);
    while let Some(byte) = text.get(at) {
        at += 1;
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' => letters += 1,
            b'=' if letters % 4 == 0 => return Err(WRONG_END.to_owned()),
            b'=' => {
                if letters % 4 == 2 {
                    at += 1;
                    if text.get(at - 1) != Some(&b'=') {
                        return Err(WRONG_END.to_owned());
                    }
                }
                break;
            }
            other => return Err(format!("Illegal base64 character {}", signed_hex(*other))),
        }
    }
    match letters % 4 {
        1 => Err("Last unit does not have enough valid bits".to_owned()),
        _ if at < text.len() => {
            Err(format!("Input byte array has incorrect ending byte at {}", at + 1))
        }
        left => Ok(letters / 4 * 3 + left.saturating_sub(1)),
    }
}

/// `Integer#toString` of a Java byte to the base 16.
fn signed_hex(byte: u8) -> String {
    match byte {
        0..=0x7f => format!("{byte:x}"),
        _ => format!("-{:x}", byte.wrapping_neg()),
    }
}

fn check(field: &FieldNode, found: u64) -> Outcome {
    let Some(dims) = field.definition.params.get("dims").and_then(serde_json::Value::as_u64) else {
        return Ok(());
    };
    if found == dims {
        return Ok(());
    }
    let full = visible(&field.full);
    let text = if found > dims {
        format!(
            "The [dense_vector] field [{full}] in doc [document with id '?'] has more dimensions than defined in the mapping [{dims}]"
        )
    } else {
        format!(
            "The [dense_vector] field [{full}] in doc [document with id '?'] has a different number of dimensions [{found}] than defined in the mapping [{dims}]"
        )
    };
    Err(Failure::argument(text)
        .class(RejectClass::StructureLimit)
        .field(|| names::path(&field.full)))
}

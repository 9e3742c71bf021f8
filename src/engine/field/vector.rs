//! Dense vectors of Elasticsearch: an array of exactly as many numbers as the field has dimensions.
//!
//! Text forms (9.x reads base64 and hexadecimal) are not replicated: strings pass. So does a field without `dims`, which the
//! first document sets.

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
        Token::String(_) if !lenient => return Ok(()),
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

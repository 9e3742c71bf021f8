//! Completion suggestions: a text, texts, objects with `input`, `weight`, `contexts` (`CompletionFieldMapper#parse`).

use crate::engine::document::Doc;
use crate::engine::failure::{Failure, Outcome};
use crate::engine::field;
use crate::engine::names;
use crate::engine::number::parse_long;
use crate::engine::tape::Token;
use crate::engine::tree::FieldNode;
use crate::model::fate::{LossCause, RejectClass};
use crate::model::path::visible;

pub(crate) fn take(field: &FieldNode, doc: &mut Doc<'_>) -> Outcome {
    match doc.token() {
        Token::Null => Ok(()),
        Token::BeginArray => {
            while !matches!(doc.parser.advance()?, Some(Token::EndArray) | None) {
                take_one(field, doc)?;
            }
            Ok(())
        }
        _ => take_one(field, doc),
    }
}

fn take_one(field: &FieldNode, doc: &mut Doc<'_>) -> Outcome {
    match doc.token() {
        Token::String(text) => {
            input(field, doc, text);
            Ok(())
        }
        Token::BeginObject => take_object(field, doc),
        other => {
            let name = doc.parser.current_name().map_or("null".to_owned(), visible);
            let text = format!(
                "failed to parse [{name}]: expected text or object, but got {}",
                other.word()
            );
            Err(Failure::new("parsing_exception", text).class(RejectClass::ValueType))
        }
    }
}

/// Blank texts are dropped, long ones cut.
fn input(field: &FieldNode, doc: &mut Doc<'_>, text: &[u8]) {
    let limit = field.definition.params.get("max_input_length").and_then(serde_json::Value::as_u64);
    if text.iter().all(|byte| *byte <= b' ') {
        field::ignore(field, doc);
    } else if names::utf16_length(text) as u64 > limit.unwrap_or(50) {
        doc.lose(&field.full, LossCause::IgnoreAbove);
    }
}

fn refuse(text: String) -> Outcome {
    Err(Failure::argument(text).class(RejectClass::ValueType))
}

fn take_object(field: &FieldNode, doc: &mut Doc<'_>) -> Outcome {
    let mut name: &[u8] = b"";
    loop {
        match doc.parser.advance()? {
            Some(Token::EndObject) | None => return Ok(()),
            Some(Token::Name(found)) => {
                if !matches!(found, b"input" | b"weight" | b"contexts") {
                    let shown = visible(found);
                    return refuse(format!(
                        "unknown field name [{shown}], must be one of [input, weight, contexts]"
                    ));
                }
                name = found;
            }
            Some(token) => match name {
                b"input" => inputs(field, doc, token)?,
                b"weight" => weight(token)?,
                _ => contexts(field, doc)?,
            },
        }
    }
}

fn inputs(field: &FieldNode, doc: &mut Doc<'_>, token: Token<'_>) -> Outcome {
    match token {
        Token::String(text) => input(field, doc, text),
        Token::BeginArray => loop {
            match doc.parser.advance()? {
                Some(Token::EndArray) | None => break,
                Some(Token::String(text)) => input(field, doc, text),
                Some(other) => {
                    let word = other.word();
                    return refuse(format!(
                        "input array must have string values, but was [{word}]"
                    ));
                }
            }
        },
        other => {
            return refuse(format!("input must be a string or array, but was [{}]", other.word()));
        }
    }
    Ok(())
}

fn weight(token: Token<'_>) -> Outcome {
    let (shown, value) = match token {
        Token::String(text) | Token::Integer(text) => {
            let shown = visible(text);
            let value = parse_long(&shown).ok();
            (shown, value)
        }
        Token::Float(text) => (visible(text), None),
        other => {
            return refuse(format!(
                "weight must be a number or string, but was [{}]",
                other.word()
            ));
        }
    };
    match value {
        None => refuse(format!("weight must be an integer, but was [{shown}]")),
        Some(value) if !(0..=i64::from(i32::MAX)).contains(&value) => {
            refuse(format!("weight must be in the interval [0..2147483647], but was [{value}]"))
        }
        Some(_) => Ok(()),
    }
}

/// What stands below declared contexts is passed over: their rules are not replicated.
fn contexts(field: &FieldNode, doc: &mut Doc<'_>) -> Outcome {
    if field.definition.params.contains_key("contexts") {
        doc.parser.skip_children()
    } else {
        let full = visible(&field.full);
        refuse(format!("contexts field is not supported for field: [{full}]"))
    }
}

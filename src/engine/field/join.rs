//! Join fields: a relation's name, or an object with name and parent (`ParentJoinFieldMapper#parse`).
//!
//! The routing that a child needs is no part of a record: a child is always refused for it.

use serde_json::Value;

use crate::engine::document::Doc;
use crate::engine::failure::{Failure, Outcome};
use crate::engine::switches::FieldError;
use crate::engine::tape::Token;
use crate::engine::tree::FieldNode;
use crate::model::fate::RejectClass;
use crate::model::path::visible;

pub(crate) fn take(field: &FieldNode, doc: &mut Doc<'_>) -> Outcome {
    let (mut name, mut parent) = (None, false);
    match doc.token() {
        Token::String(text) => name = Some(visible(text)),
        Token::BeginObject => read_object(field, doc, &mut name, &mut parent)?,
        other => {
            let word = other.word();
            let full = if doc.switches().fields.join_names_null {
                visible(&field.full)
            } else {
                "null".to_owned()
            };
            return Err(Failure::state(format!(
                "[{full}] expected START_OBJECT or VALUE_STRING but was: {word}"
            ))
            .class(RejectClass::ValueType));
        }
    }
    check(field, doc, name, parent)
}

fn read_object(
    field: &FieldNode,
    doc: &mut Doc<'_>,
    name: &mut Option<String>,
    parent: &mut bool,
) -> Outcome {
    let mut current: &[u8] = b"";
    loop {
        match doc.parser.advance()? {
            Some(Token::EndObject) | None => return Ok(()),
            Some(Token::Name(found)) => current = found,
            Some(Token::String(text)) if current == b"name" => *name = Some(visible(text)),
            Some(Token::String(_) | Token::Integer(_) | Token::Float(_))
                if current == b"parent" =>
            {
                *parent = true;
            }
            Some(Token::String(_) | Token::Integer(_) | Token::Float(_)) => {
                let (shown, full) = (visible(current), visible(&field.full));
                return refuse(format!("unknown field name [{shown}] in join field [{full}]"));
            }
            Some(_) => {}
        }
    }
}

fn check(field: &FieldNode, doc: &Doc<'_>, name: Option<String>, parent: bool) -> Outcome {
    let full = visible(&field.full);
    let Some(name) = name else {
        return if doc.switches().fields.join_names_null
            && doc.switches().field_error == FieldError::WithPreview
        {
            refuse(format!("null join name in field [{full}]"))
        } else {
            Err(Failure::new(
                "null_pointer_exception",
                "Cannot invoke \"String.equals(Object)\" because \"name\" is null",
            )
            .class(RejectClass::ValueType))
        };
    };
    let relations = field.definition.params.get("relations").and_then(Value::as_object);
    let is_parent = relations.is_some_and(|relations| relations.contains_key(&name));
    let children = relations.into_iter().flat_map(serde_json::Map::values);
    let is_child = children.into_iter().any(|child| match child {
        Value::Array(list) => list.iter().any(|one| *one == name.as_str()),
        one => *one == name.as_str(),
    });
    match (is_parent, is_child) {
        (false, false) => refuse(format!("unknown join name [{name}] for field [{full}]")),
        (_, true) if !parent => refuse(format!("[parent] is missing for join field [{full}]")),
        (_, true) => refuse(format!("[routing] is missing for join field [{full}]")),
        _ => Ok(()),
    }
}

fn refuse(text: String) -> Outcome {
    Err(Failure::argument(text).class(RejectClass::ValueType))
}

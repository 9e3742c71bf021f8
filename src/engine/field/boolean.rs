//! Booleans: `true`, `false`, the two words, and the empty string for false.

use crate::engine::document::Doc;
use crate::engine::failure::{Failure, Outcome};
use crate::engine::field::number::not_coercible;
use crate::engine::field::{self, Rule, switch};
use crate::engine::tape::Token;
use crate::engine::tree::{FieldNode, Surroundings};
use crate::model::fate::{LossCause, RejectClass};
use crate::model::mapping::LeafField;
use crate::model::path::visible;

/// A boolean's parameters.
#[derive(Clone, Debug)]
pub(crate) struct Boolean {
    ignore_malformed: bool,
}

impl Boolean {
    pub(crate) fn compile(leaf: &LeafField, around: Surroundings<'_>) -> Rule {
        let off = |key: &str| switch(leaf, key) == Some(false);
        if off("index") && off("doc_values") && switch(leaf, "store") != Some(true) {
            return Rule::Unread;
        }
        let malformed =
            switch(leaf, "ignore_malformed").unwrap_or(around.settings.ignore_malformed);
        Rule::Boolean(Self {
            ignore_malformed: malformed && around.switches.fields.boolean_malformed,
        })
    }
}

pub(crate) fn take(rule: &Boolean, field: &FieldNode, doc: &mut Doc<'_>) -> Outcome {
    match read(field, doc) {
        Err(_) if rule.ignore_malformed && doc.token().is_value() => {
            field::ignore(field, doc);
            Ok(())
        }
        other => other,
    }
}

fn read(field: &FieldNode, doc: &mut Doc<'_>) -> Outcome {
    match doc.token() {
        Token::Null | Token::True | Token::False => Ok(()),
        Token::String(b"true" | b"false" | b"") => {
            doc.lose(&field.full, LossCause::Coerced);
            Ok(())
        }
        Token::String(text) => Err(Failure::argument(format!(
            "Failed to parse value [{}] as only [true] or [false] are allowed.",
            visible(text)
        ))
        .class(RejectClass::ValueType)),
        Token::BeginObject if doc.parser.is_expanded() => {
            let at = doc.parser.location();
            Err(Failure::state(format!("Can't get boolean value on a START_OBJECT at {at}"))
                .class(RejectClass::DottedName))
        }
        token => {
            let text = format!("Current token ({}) not of boolean type", token.json_word());
            Err(not_coercible(doc, text, token))
        }
    }
}

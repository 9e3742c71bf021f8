//! Runtime fields for new leaves (`DynamicFieldsBuilder`, Elasticsearch 7.11 and later).

use serde_json::{Map, Value};

use super::guess::Guess;
use crate::engine::date::DEFAULT_FORMAT;
use crate::engine::document::Doc;
use crate::engine::failure::Outcome;
use crate::engine::limits;
use crate::engine::template::{MatchType, Template};
use crate::model::fate::LossCause;
use crate::model::path::visible;
use crate::model::timeline::Decision;

/// A runtime field as a template defines it (`runtime` instead of `mapping`, Elasticsearch 7.11+).
pub(super) fn runtime_from_template(
    doc: &mut Doc<'_>,
    full: &[u8],
    template: &Template,
    name: &[u8],
    kind: MatchType,
) -> Outcome {
    let body = template.definition(name, kind);
    let decision = Decision::DynamicTemplate(template.name.to_string());
    register_runtime(doc, full, body, decision)
}

/// A runtime field for a new leaf: printed in the `runtime` section, not indexed.
pub(super) fn runtime_field(doc: &mut Doc<'_>, full: &[u8], guess: &Guess) -> Outcome {
    let word = match guess.kind {
        MatchType::String | MatchType::Object => "keyword",
        MatchType::Long => "long",
        MatchType::Double => "double",
        MatchType::Boolean => "boolean",
        MatchType::Date => "date",
    };
    let mut body = Map::from_iter([("type".to_owned(), Value::from(word))]);
    if let Some(detector) = guess.date.as_ref().filter(|d| &*d.pattern != DEFAULT_FORMAT) {
        body.insert("format".to_owned(), Value::from(&*detector.pattern));
    }
    let decision = guess.decision.clone();
    register_runtime(doc, full, body, decision)
}

fn register_runtime(
    doc: &mut Doc<'_>,
    full: &[u8],
    body: Map<String, Value>,
    decision: Decision,
) -> Outcome {
    let name = visible(full);
    let known = doc.walked.runtime.iter().any(|(other, ..)| *other == name);
    if !known && !limits::check_count(doc, 1)? {
        doc.lose(full, LossCause::BeyondLimit);
        return Ok(());
    }
    doc.walked.runtime.push((name, Value::Object(body), decision));
    Ok(())
}

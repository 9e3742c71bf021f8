//! Keywords: any scalar by its text, unless it is too long.

use crate::engine::check::{self, Pass};
use crate::engine::document::Doc;
use crate::engine::failure::{Failure, Outcome};
use crate::engine::field::{self, switch};
use crate::engine::names;
use crate::engine::tree::{FieldNode, Surroundings};
use crate::model::fate::{LossCause, RejectClass};
use crate::model::mapping::LeafField;
use crate::model::path::visible;
use crate::model::profile::Kind;

/// Longest term of Lucene, in bytes of UTF-8.
const LONGEST_TERM: usize = 32_766;

/// A keyword's parameters.
#[derive(Clone, Debug)]
pub(crate) struct Keyword {
    /// In UTF-16 units.
    ignore_above: Option<usize>,
    null_value: Option<String>,
    /// Whether a term is made at all: indexed, or with doc values.
    makes_terms: bool,
}

impl Keyword {
    pub(crate) fn compile(leaf: &LeafField, around: Surroundings<'_>) -> Self {
        let own = leaf
            .params
            .get("ignore_above")
            .and_then(|value| value.as_u64().or_else(|| value.as_str()?.parse().ok()));
        let limit = own.or(around.settings.ignore_above);
        let on = |key: &str| switch(leaf, key).unwrap_or(true);
        Self {
            ignore_above: limit.and_then(|limit| usize::try_from(limit).ok()),
            null_value: leaf.params.get("null_value").and_then(|v| v.as_str()).map(str::to_owned),
            makes_terms: on("index") || on("doc_values"),
        }
    }

    /// Bytes are never fewer than UTF-16 units, so that they can stand for them.
    pub(crate) fn passes(&self, kind: Kind) -> Pass {
        let most = self.ignore_above.unwrap_or(LONGEST_TERM).min(LONGEST_TERM);
        match kind {
            Kind::String => Pass::Between(0, i64::try_from(most).unwrap_or(0)),
            Kind::Integer | Kind::Float if most >= check::LONG => Pass::Everything,
            _ => Pass::Nothing,
        }
    }
}

pub(crate) fn take(rule: &Keyword, field: &FieldNode, doc: &mut Doc<'_>) -> Outcome {
    let text = match field::text(doc)? {
        Some(text) => text,
        None => match &rule.null_value {
            Some(value) => value.as_bytes(),
            None => return Ok(()),
        },
    };
    // No byte is more than two units.
    let is_longer = |limit| text.len() * 2 > limit && names::utf16_length(text) > limit;
    if rule.ignore_above.is_some_and(is_longer) {
        doc.lose(&field.full, LossCause::IgnoreAbove);
        return Ok(());
    }
    if text.len() > LONGEST_TERM {
        return immense(rule, field, doc, text);
    }
    Ok(())
}

/// Lucene refuses the term when the document is indexed, which is after the mapping update; from 8.2 the parse does.
fn immense(rule: &Keyword, field: &FieldNode, doc: &mut Doc<'_>, text: &[u8]) -> Outcome {
    let switches = doc.switches();
    if !rule.makes_terms && (!switches.fields.immense_in_parse || switches.fields.immense_unindexed)
    {
        return Ok(());
    }
    let full = visible(&field.full);
    let start: Vec<String> = text.iter().take(30).map(ToString::to_string).collect();
    let (space, rest) = if switches.fields.immense_in_parse {
        ("", "'".to_owned())
    } else {
        let rest = format!(
            "', original message: bytes can be at most {LONGEST_TERM} in length; got {}",
            text.len()
        );
        (" ", rest)
    };
    let reason = format!(
        "Document contains at least one immense term in field=\"{full}\" (whose UTF8 encoding is longer than the max length {LONGEST_TERM}), all of which were skipped. {space}Please correct the analyzer to not produce such terms. {space}The prefix of the first immense term is: '[{}]...{rest}",
        start.join(", ")
    );
    let failure = Failure::argument(reason)
        .class(RejectClass::TermTooLong)
        .field(|| names::path(&field.full));
    if switches.fields.immense_in_parse {
        return Err(failure);
    }
    let cause = format!("bytes can be at most {LONGEST_TERM} in length; got {}", text.len());
    let failure = failure.because(Failure::new("max_bytes_length_exceeded_exception", cause));
    doc.walked.late.get_or_insert(failure);
    Ok(())
}

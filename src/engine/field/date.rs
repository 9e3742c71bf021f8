//! Dates: the token's text, read by the field's formats from left to right.

use std::sync::Arc;

use crate::engine::date::{DEFAULT_FORMAT, DateFailure, DateFormat};
use crate::engine::document::Doc;
use crate::engine::failure::{Failure, Outcome};
use crate::engine::field::{self, Rule, switch};
use crate::engine::tree::{FieldNode, Surroundings};
use crate::model::fate::{LossCause, RejectClass};
use crate::model::mapping::LeafField;
use crate::model::path::visible;

/// A date's parameters.
#[derive(Clone, Debug)]
pub(crate) struct Date {
    format: Arc<DateFormat>,
    ignore_malformed: bool,
    /// `date_nanos`.
    nanos: bool,
}

impl Date {
    pub(crate) fn ignores_malformed(&self) -> bool {
        self.ignore_malformed
    }

    /// A format that the replica does not know makes the field opaque.
    pub(crate) fn compile(leaf: &LeafField, around: Surroundings<'_>) -> Rule {
        let pattern = leaf.params.get("format").and_then(|value| value.as_str());
        let format = DateFormat::compile(pattern.unwrap_or(DEFAULT_FORMAT), around.switches.engine);
        let Ok(format) = format else { return Rule::Opaque };
        let malformed = switch(leaf, "ignore_malformed").unwrap_or(around.settings.ignore_malformed);
        let nanos = leaf.field_type == "date_nanos";
        Rule::Date(Self { format: Arc::new(format), ignore_malformed: malformed, nanos })
    }
}

pub(crate) fn take(rule: &Date, field: &FieldNode, doc: &mut Doc<'_>) -> Outcome {
    let Some(text) = field::text(doc)? else { return Ok(()) };
    match read(rule, text) {
        Ok(true) => {
            doc.lose(&field.full, LossCause::DateTruncated);
            Ok(())
        }
        Ok(false) => Ok(()),
        Err(_) if rule.ignore_malformed => {
            field::ignore(field, doc);
            Ok(())
        }
        Err(failure) => Err(failure),
    }
}

/// Whether something finer than the field's resolution was cut.
fn read(rule: &Date, text: &[u8]) -> Outcome<bool> {
    let moment = rule.format.parse(&visible(text)).map_err(|failure| refused(&failure))?;
    Ok(!rule.nanos && moment.nanos_of_milli > 0)
}

pub(crate) fn refused(failure: &DateFailure) -> Box<Failure> {
    Failure::from_causes(&failure.causes)
        .unwrap_or_else(|| Failure::argument("failed to parse date"))
        .class(RejectClass::Date)
}

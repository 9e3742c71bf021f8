//! The notes of an engine in `_ignored`, against the losses that the replica predicts.
//!
//! In: a document, its note, its fate. Out: a disagreement. Losses that leave no note are compared in `losses`.

use std::collections::BTreeSet;

use mapdrift::model::engine::{Engine, Product};
use mapdrift::model::fate::{Fate, LossCause};
use serde_json::Value;

use super::Tally;

/// The fields that the engine notes in a document's `_ignored`, against the losses that leave such a note.
pub(super) fn compare(
    version: Engine,
    case: &Value,
    doc: &[u8],
    noted: &Value,
    fate: &Fate,
    tally: &mut Tally,
) {
    let Fate::Accepted(losses) = fate else { return };
    let noted: BTreeSet<String> = noted
        .as_array()
        .into_iter()
        .flatten()
        .map(|field| field.as_str().unwrap().to_owned())
        .collect();
    let predicted: BTreeSet<String> = losses
        .iter()
        .filter(|loss| is_noted(loss.cause, version))
        .map(|loss| loss.field.to_string())
        .collect();
    let is_silent = predicted.is_superset(&noted)
        && SILENT.iter().any(|(product, major, id, _)| {
            *product == version.product
                && major.contains(&version.major)
                && case["id"].as_str().unwrap().starts_with(id)
        });
    if noted != predicted && !is_silent {
        tally.disagree("ignored", case, doc, format!("{noted:?}"), format!("{predicted:?}"));
    }
}

/// Values that are dropped without a note: product and majors, the start of the case's name, the reason.
type Silent = (Product, std::ops::RangeInclusive<u16>, &'static str, &'static str);

const SILENT: &[Silent] = &[
    (Product::Elasticsearch, 6..=9, "r", "random documents are drawn from all of these"),
    (Product::OpenSearch, 1..=3, "r", "random documents are drawn from all of these"),
    (Product::Elasticsearch, 7..=9, "type-completion", "longer inputs are cut, not dropped"),
    (Product::Elasticsearch, 7..=7, "type-scaled_float-malformed", "dropped by the field itself"),
    (Product::OpenSearch, 1..=2, "type-scaled_float-malformed", "dropped by the field itself"),
    (Product::OpenSearch, 2..=3, "dynamic-setting-malformed", "dropped around the field's parse"),
    (Product::OpenSearch, 3..=3, "date-malformed", "dropped around the field's parse"),
    (Product::OpenSearch, 3..=3, "s16-50", "dropped around the field's parse"),
    (Product::OpenSearch, 3..=3, "type-", "dropped around the field's parse"),
];

/// Elasticsearch notes what `ignore_above` leaves out from 7.15 on; what was run is 7.10 and 7.17.
fn is_noted(cause: LossCause, version: Engine) -> bool {
    match cause {
        LossCause::IgnoreMalformed | LossCause::BeyondLimit => true,
        LossCause::IgnoreAbove => {
            version.product == Product::Elasticsearch && (version.major, version.minor) >= (7, 15)
        }
        _ => false,
    }
}

//! Rank features: strictly positive floats, one for each feature and document (Lucene `FeatureField`).

use crate::engine::document::Doc;
use crate::engine::failure::{Failure, Outcome};
use crate::engine::field::number::{self, Kind};
use crate::engine::number::{java_float, parse_float};
use crate::engine::tape::Token;
use crate::engine::tree::{FieldNode, join};
use crate::model::fate::RejectClass;
use crate::model::path::visible;

/// `rank_feature`.
pub(crate) fn take(field: &FieldNode, doc: &mut Doc<'_>) -> Outcome {
    if doc.token() == Token::Null {
        return Ok(());
    }
    let value = float(doc)?;
    let full = visible(&field.full);
    if !doc.once.insert(field.full.to_vec()) {
        return refuse(format!(
            "[rank_feature] fields do not support indexing multiple values for the same field [{full}] in the same document"
        ));
    }
    check(value, &full, "_feature")
}

/// `rank_features`: an object of features.
pub(crate) fn take_many(field: &FieldNode, doc: &mut Doc<'_>) -> Outcome {
    if doc.token() != Token::BeginObject {
        let word = doc.token().word();
        let kind = &field.type_name;
        return refuse(format!(
            "[{kind}] fields must be json objects, expected a START_OBJECT but got: {word}"
        ));
    }
    // Names of features keep their dots.
    let keep = doc.parser.keeps_dots();
    doc.parser.set_keep_dots(true);
    let taken = take_features(field, doc);
    doc.parser.set_keep_dots(keep);
    taken
}

fn take_features(field: &FieldNode, doc: &mut Doc<'_>) -> Outcome {
    let mut feature: &[u8] = b"";
    loop {
        match doc.parser.advance()? {
            Some(Token::EndObject) | None => return Ok(()),
            Some(Token::Name(name)) => feature = name,
            Some(Token::Null) => {}
            Some(Token::String(_) | Token::Integer(_) | Token::Float(_)) => {
                let value = float(doc)?;
                let key = join(&field.full, feature);
                // A sparse vector keeps the greatest of several weights.
                let several = !doc.once.insert(key.clone());
                if several && &*field.type_name == "rank_features" {
                    let shown = visible(&key);
                    return refuse(format!(
                        "[rank_features] fields do not support indexing multiple values for the same rank feature [{shown}] in the same document"
                    ));
                }
                check(value, &visible(feature), &visible(&field.full))?;
            }
            Some(other) => {
                let (word, kind) = (other.word(), &field.type_name);
                return refuse(format!(
                    "[{kind}] fields take hashes that map a feature to a strictly positive float, but got unexpected token {word}"
                ));
            }
        }
    }
}

/// Strings are read whether they are empty or not; JSON numbers may be infinite: Lucene refuses that.
fn float(doc: &Doc<'_>) -> Outcome<f32> {
    match doc.token() {
        Token::String(text) => parse_float(&visible(text))
            .map_err(|cause| Failure::from_cause(cause).class(RejectClass::ValueType)),
        Token::Integer(text) | Token::Float(text) => {
            let value = crate::engine::number::parse_double(&visible(text)).unwrap_or(f64::NAN);
            #[expect(clippy::cast_possible_truncation, reason = "Java's cast to float: nearest")]
            Ok(value as f32)
        }
        _ => number::read(Kind::Float, true, doc).map(|_| f32::NAN),
    }
}

fn check(value: f32, feature: &str, name: &str) -> Outcome {
    let shown = java_float(value);
    if !value.is_finite() {
        return refuse(format!(
            "featureValue must be finite, got: {shown} for feature {feature} on field {name}"
        ));
    }
    if value < f32::MIN_POSITIVE {
        let least = java_float(f32::MIN_POSITIVE);
        return refuse(format!(
            "featureValue must be a positive normal float, got: {shown} for feature {feature} on field {name} which is less than the minimum positive normal float: {least}"
        ));
    }
    Ok(())
}

fn refuse(text: String) -> Outcome {
    Err(Failure::argument(text).class(RejectClass::ValueType))
}

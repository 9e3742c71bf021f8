//! Fields that take values: what each type accepts, coerces, ignores, refuses (`FieldMapper`).
//!
//! In: a field and the token that stands before the parser. Out: losses, or the exception in its wrapper. Types whose rules are
//! not known here are opaque: every value passes, and [`Rule::Opaque`] says so.

mod boolean;
mod completion;
mod date;
mod geo;
mod ip;
mod join;
mod keyword;
mod number;
mod other;
pub(crate) mod preview;
mod range;
mod rank;
mod vector;

use crate::engine::check::Pass;
use crate::engine::document::Doc;
use crate::engine::failure::{Failure, Outcome};
use crate::engine::names;
use crate::engine::number::{Decimal, java_float, parse_double, parse_long};
use crate::engine::switches::{FieldError, JsonErrors, Switches};
use crate::engine::tape::Token;
use crate::engine::tree::{FieldNode, Surroundings};
use crate::model::engine::Product;
use crate::model::fate::{LossCause, RejectClass};
use crate::model::mapping::LeafField;
use crate::model::path::visible;
use crate::model::profile::Kind;

/// How a field takes values.
#[derive(Clone, Debug)]
pub(crate) enum Rule {
    /// Any scalar by its text.
    Text,
    Keyword(keyword::Keyword),
    Number(number::Number),
    Boolean(boolean::Boolean),
    Date(date::Date),
    Ip(ip::Ip),
    Range(range::Range),
    Point(geo::Point),
    Completion,
    Join,
    /// A query: its shape is looked at, not what stands in it.
    Percolator,
    RankFeature,
    RankFeatures,
    Scaled(other::Scaled),
    UnsignedLong(other::Scaled),
    Binary,
    Flattened,
    /// `dense_vector` of Elasticsearch.
    Vector,
    Version,
    Wildcard,
    /// Not read at all.
    Unread,
    /// The value was taken when the field was made: 6.x dates that detection made.
    Taken,
    /// Rules that are not known: accepted, whatever it is.
    Opaque,
}

impl Rule {
    /// Compiles the rule of a leaf.
    pub(crate) fn compile(leaf: &LeafField, around: Surroundings<'_>) -> Self {
        let opensearch = around.switches.engine.product == Product::OpenSearch;
        match leaf.field_type.as_str() {
            "text" | "match_only_text" | "search_as_you_type" | "token_count" => Self::Text,
            "wildcard" if opensearch => Self::Wildcard,
            "keyword" => Self::Keyword(keyword::Keyword::compile(leaf, around)),
            "long" | "integer" | "short" | "byte" | "double" | "float" | "half_float" => {
                Self::Number(number::Number::compile(leaf, around))
            }
            "boolean" => boolean::Boolean::compile(leaf, around),
            "date" | "date_nanos" => date::Date::compile(leaf, around),
            "ip" => Self::Ip(ip::Ip::compile(leaf, around)),
            "binary" if !flag(leaf, "store") && !flag(leaf, "doc_values") => Self::Unread,
            "binary" => Self::Binary,
            "integer_range" | "long_range" | "float_range" | "double_range" | "date_range"
            | "ip_range" => range::Range::compile(leaf, around),
            "geo_point" => Self::Point(geo::Point::compile(leaf, around)),
            "completion" => Self::Completion,
            "join" => Self::Join,
            "percolator" => Self::Percolator,
            "rank_feature" => Self::RankFeature,
            "rank_features" => Self::RankFeatures,
            "sparse_vector" if !opensearch => Self::RankFeatures,
            "dense_vector" if !opensearch => Self::Vector,
            "scaled_float" => Self::Scaled(other::Scaled::compile(leaf, around)),
            "unsigned_long" if opensearch => {
                Self::UnsignedLong(other::Scaled::compile(leaf, around))
            }
            "flattened" | "flat_object" => Self::Flattened,
            "version" if opensearch => Self::Version,
            _ => Self::Opaque,
        }
    }

    /// Numbers and strings that pass without a trace for sure: no exception, no loss, whatever else the record holds.
    pub(crate) fn passes(&self, kind: Kind) -> Pass {
        match (self, kind) {
            (Self::Text | Self::Unread | Self::Taken | Self::Opaque, _) => Pass::Everything,
            (Self::Keyword(rule), kind) => rule.passes(kind),
            (Self::Number(rule), kind) => rule.passes(kind),
            (Self::Scaled(_), Kind::Integer | Kind::Float) => Pass::Everything,
            (Self::UnsignedLong(_), Kind::Integer) => Pass::Between(0, i64::MAX),
            (Self::Wildcard, Kind::String) => Pass::Between(0, 32_766),
            _ => Pass::Nothing,
        }
    }

    /// Whether the generic wrapper stands around this type's parse. Some types override it.
    fn is_wrapped(&self) -> bool {
        !matches!(
            self,
            Self::Point(_)
                | Self::Vector
                | Self::Completion
                | Self::Join
                | Self::Percolator
                | Self::RankFeatures
        )
    }

    /// Whether the rule itself asks for a string's text, where and if it needs it.
    fn asks_for_text(&self) -> bool {
        matches!(
            self,
            Self::Text
                | Self::Keyword(_)
                | Self::Number(_)
                | Self::Range(_)
                | Self::Point(_)
                | Self::Unread
                | Self::Taken
                | Self::Opaque
        )
    }

    fn reading(&self) -> Reading {
        match self {
            Self::Number(rule) => rule.reading(),
            Self::Scaled(_) => Reading::Double,
            Self::RankFeature => Reading::Float,
            Self::Binary => Reading::Base64,
            Self::UnsignedLong(_) => Reading::Decimal,
            _ => Reading::Written,
        }
    }

    /// Whether the field has `ignore_malformed` switched on, by itself or by the index.
    fn ignores_malformed(&self) -> bool {
        match self {
            Self::Number(rule) => rule.ignores_malformed(),
            Self::Date(rule) => rule.ignores_malformed(),
            Self::Ip(rule) => rule.ignores_malformed(),
            Self::Range(rule) => rule.ignores_malformed(),
            Self::UnsignedLong(rule) => rule.ignores_malformed(),
            _ => false,
        }
    }
}

/// Whether a boolean parameter is set to true.
pub(crate) fn flag(leaf: &LeafField, key: &str) -> bool {
    leaf.params.get(key).is_some_and(|value| *value == true || value == "true")
}

/// A boolean parameter, where it is set.
pub(crate) fn switch(leaf: &LeafField, key: &str) -> Option<bool> {
    let value = leaf.params.get(key)?;
    value.as_bool().or_else(|| value.as_str()?.parse().ok())
}

/// Whether the field reads whole arrays itself.
pub(crate) fn takes_arrays(field: &FieldNode, _switches: &Switches) -> bool {
    matches!(&*field.type_name, "geo_point" | "geo_shape" | "completion" | "dense_vector")
}

/// Whether the field passes over an object's members.
pub(crate) fn passes_over_objects(field: &FieldNode) -> bool {
    matches!(field.rule, Rule::Opaque | Rule::Flattened) && field.fields.is_empty()
}

/// Whether the field reads objects itself.
pub(crate) fn takes_objects(field: &FieldNode) -> bool {
    matches!(
        field.rule,
        Rule::Point(_)
            | Rule::Range(_)
            | Rule::Completion
            | Rule::Join
            | Rule::Percolator
            | Rule::RankFeatures
            | Rule::Flattened
            | Rule::Opaque
    )
}

/// `FieldMapper#parse`: the field, then its multi-fields, each error in the generic wrapper.
pub(crate) fn parse(field: &FieldNode, doc: &mut Doc<'_>) -> Outcome {
    if let Err(cause) = take(field, doc) {
        let cause = cause.field(|| names::path(&field.full));
        if !field.rule.is_wrapped() {
            return Err(cause);
        }
        if !swallows(field, doc) {
            let reading = field.rule.reading();
            let type_name = doc.switches().type_in_errors(&field.type_name);
            return Err(wrapped(doc, &field.full, type_name, reading, cause));
        }
        // The preview that the error would have shown is read all the same: the parser ends where the value does.
        let _ = preview::read(doc);
        ignore(field, doc);
    }
    for sub in &field.fields {
        parse(sub, doc)?;
    }
    Ok(())
}

/// OpenSearch from 2.0 on, with the index setting `ignore_malformed`.
pub(crate) fn swallows_all(doc: &Doc<'_>) -> bool {
    doc.switches().fields.malformed_swallows_all && doc.world.settings.ignore_malformed
}

/// OpenSearch 2: any field error, with the index setting on. OpenSearch 3: those of fields that have the parameter on.
fn swallows(field: &FieldNode, doc: &Doc<'_>) -> bool {
    let switches = doc.switches();
    swallows_all(doc)
        || (switches.fields.malformed_swallows_objects && field.rule.ignores_malformed())
}

/// The field's own rule, nothing around it.
pub(crate) fn take(field: &FieldNode, doc: &mut Doc<'_>) -> Outcome {
    if let Some(fault) = doc.parser.broken_text()
        && !field.rule.asks_for_text()
    {
        return take_broken(field, doc, fault);
    }
    match &field.rule {
        Rule::Text => text(doc).map(|_| ()),
        Rule::Keyword(rule) => keyword::take(rule, field, doc),
        Rule::Number(rule) => number::take(rule, field, doc),
        Rule::Boolean(rule) => boolean::take(rule, field, doc),
        Rule::Date(rule) => date::take(rule, field, doc),
        Rule::Ip(rule) => ip::take(rule, field, doc),
        Rule::Range(rule) => range::take(rule, field, doc),
        Rule::Point(rule) => geo::parse(rule, field, doc),
        Rule::Completion => completion::take(field, doc),
        Rule::Join => join::take(field, doc),
        Rule::Percolator => other::take_query(doc),
        Rule::RankFeature => rank::take(field, doc),
        Rule::RankFeatures => rank::take_many(field, doc),
        Rule::Scaled(rule) => other::take_scaled(rule, field, doc),
        Rule::UnsignedLong(rule) => other::take_unsigned(rule, field, doc),
        Rule::Binary => other::take_binary(doc),
        Rule::Flattened => other::take_flattened(field, doc),
        Rule::Vector => vector::take(field, doc),
        Rule::Version => other::take_version(doc),
        Rule::Wildcard => other::take_wildcard(field, doc),
        Rule::Unread | Rule::Taken => Ok(()),
        Rule::Opaque => doc.parser.skip_children(),
    }
}

/// A string that is no JSON, in fields that read the text of every string.
fn take_broken(field: &FieldNode, doc: &mut Doc<'_>, fault: Failure) -> Outcome {
    if doc.switches().fields.date_objects
        && matches!(field.rule, Rule::Date(_))
        && field.rule.ignores_malformed()
    {
        ignore(field, doc);
        return Ok(());
    }
    Err(fault)
}

/// The text of a scalar; `None` for null.
pub(crate) fn text<'t>(doc: &Doc<'t>) -> Outcome<Option<&'t [u8]>> {
    match doc.token() {
        Token::Null => Ok(None),
        _ => doc.parser.text(doc.switches()).map(Some),
    }
}

/// The generic wrapper around whatever a field's parse throws.
pub(crate) fn wrapped(
    doc: &mut Doc<'_>,
    full: &[u8],
    type_name: &str,
    reading: Reading,
    cause: Failure,
) -> Failure {
    let full = visible(full);
    let mut reason = format!("failed to parse field [{full}] of type [{type_name}]");
    match doc.switches().field_error {
        FieldError::Plain => {}
        FieldError::WithId => reason.push_str(" in document with id '?'"),
        FieldError::WithPreview => {
            reason.push_str(" in document with id '?'. ");
            // What is asked for again after a fault of the JSON reader is empty.
            let asked = doc.parser.broken_text().is_some() && number::is_json_fault(&cause);
            let shown = if asked { Ok(String::new()) } else { preview(doc, reading) };
            match shown {
                Ok(value) => {
                    reason.push_str("Preview of field's value: '");
                    reason.push_str(&value);
                    reason.push('\'');
                }
                Err(_) => reason.push_str("Could not parse field value preview,"),
            }
        }
    }
    let class = match cause.class {
        RejectClass::Other => RejectClass::ValueType,
        class => class,
    };
    doc.mapping_failure(reason).class(class).because(cause)
}

/// How a field looked at the token that it refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    Written,
    /// As a double: Jackson then no longer knows an integer beyond 64 bits as an integer.
    Double,
    /// As a `BigDecimal`, which the number stays.
    Decimal,
    /// As base64: where that fails, the string is what comes behind the fault.
    Base64,
    /// As a float: from Jackson 2.14 on the number stays one.
    Float,
}

fn preview(doc: &mut Doc<'_>, reading: Reading) -> Outcome<String> {
    let json = doc.switches().json_errors;
    match (doc.token(), reading) {
        (Token::Integer(text), Reading::Double | Reading::Float)
            if parse_long(&visible(text)).is_err() =>
        {
            match json {
                JsonErrors::Jackson28 | JsonErrors::Jackson210 => Ok("null".to_owned()),
                _ => Err(Failure::state("the number was read as another")),
            }
        }
        (Token::Float(text), _)
            if reading == Reading::Float && json != JsonErrors::Jackson210
                || doc.parser.was_read_as_float() =>
        {
            let value = parse_double(&visible(text)).unwrap_or(f64::NAN);
            #[expect(clippy::cast_possible_truncation, reason = "Java's cast to float: nearest")]
            Ok(java_float(value as f32))
        }
        (Token::Float(text), Reading::Decimal) => {
            let text = visible(text);
            Ok(Decimal::parse(&text).map_or(text, |decimal| decimal.to_string()))
        }
        (Token::String(text), Reading::Base64) => match other::base64_fault(text) {
            Some((read, _)) => doc.parser.text_behind(read).map(|text| visible(&text)),
            None => preview::read(doc),
        },
        _ => preview::read(doc),
    }
}

/// What a field with `ignore_malformed` does with a value that it cannot take.
pub(crate) fn ignore(field: &FieldNode, doc: &mut Doc<'_>) {
    doc.lose(&field.full, LossCause::IgnoreMalformed);
}

//! Ranges: an object of bounds, each read by the rules of its number, date or address; addresses also as a network.

use std::net::IpAddr;
use std::sync::Arc;

use crate::engine::date::{DEFAULT_FORMAT, DateFormat};
use crate::engine::document::Doc;
use crate::engine::failure::{Failure, Outcome};
use crate::engine::field::number::{self, Kind};
use crate::engine::field::{self, Rule, date, switch};
use crate::engine::names;
use crate::engine::number::parse_long;
use crate::engine::switches::{FieldError, Walk};
use crate::engine::tape::Token;
use crate::engine::tree::{FieldNode, Surroundings};
use crate::model::fate::RejectClass;
use crate::model::mapping::LeafField;
use crate::model::path::visible;

/// A range's parameters.
#[derive(Clone, Debug)]
pub(crate) struct Range {
    bound: Bound,
    coerce: bool,
    ignore_malformed: bool,
}

/// What the bounds are.
#[derive(Clone, Debug)]
enum Bound {
    Number(Kind),
    Date(Arc<DateFormat>, Arc<str>),
    Ip,
}

/// A bound that was read: an order that bounds of one kind share, and how the engine prints it.
#[derive(Clone, Debug, PartialEq, PartialOrd)]
enum Value {
    Integer(i128),
    Float(f64),
    Ip(u128),
}

impl Range {
    pub(crate) fn compile(leaf: &LeafField, around: Surroundings<'_>) -> Rule {
        let bound = match leaf.field_type.as_str() {
            "integer_range" => Bound::Number(Kind::Integer),
            "long_range" => Bound::Number(Kind::Long),
            "float_range" => Bound::Number(Kind::Float),
            "double_range" => Bound::Number(Kind::Double),
            "ip_range" => Bound::Ip,
            _ => {
                let pattern = leaf.params.get("format").and_then(|value| value.as_str());
                let pattern = pattern.unwrap_or(DEFAULT_FORMAT);
                let Ok(format) = DateFormat::compile(pattern, around.switches.engine) else {
                    return Rule::Opaque;
                };
                Bound::Date(Arc::new(format), pattern.into())
            }
        };
        let malformed =
            switch(leaf, "ignore_malformed").unwrap_or(around.settings.ignore_malformed);
        Rule::Range(Self {
            bound,
            coerce: switch(leaf, "coerce").unwrap_or(around.settings.coerce.unwrap_or(true)),
            ignore_malformed: malformed && around.switches.fields.range_malformed,
        })
    }

    pub(crate) fn ignores_malformed(&self) -> bool {
        self.ignore_malformed
    }
}

pub(crate) fn take(rule: &Range, field: &FieldNode, doc: &mut Doc<'_>) -> Outcome {
    match (doc.token(), &rule.bound) {
        (Token::Null, _) => Ok(()),
        (Token::BeginObject, _) => take_object(rule, field, doc),
        (Token::String(_), Bound::Ip) => network(doc.parser.text(doc.switches())?),
        _ => {
            let name = name_of(doc, field);
            Err(error(doc, field, format_args!("expected an object but got {name}"))
                .class(RejectClass::ObjectScalar))
        }
    }
}

/// What the parser calls the value. From 8.1 on a copy has the last name of its target (`CopyToParser`).
fn name_of(doc: &Doc<'_>, field: &FieldNode) -> String {
    if doc.in_copy && doc.switches().walk == Walk::Expanding {
        return visible(names::last_segment(&field.full));
    }
    doc.parser.current_name().map_or("null".to_owned(), visible)
}

fn take_object(rule: &Range, field: &FieldNode, doc: &mut Doc<'_>) -> Outcome {
    let (mut from, mut to) = (None, None);
    let mut name: &[u8] = b"";
    let mut ignored = false;
    while let Some(token) = doc.parser.advance()? {
        match token {
            Token::EndObject => break,
            Token::Name(found) => name = found,
            Token::Null if doc.switches().fields.range_null_first => {}
            _ => {
                let (lower, open) = match name {
                    b"gt" => (true, true),
                    b"gte" => (true, false),
                    b"lt" => (false, true),
                    b"lte" => (false, false),
                    other => {
                        let shown = visible(other);
                        return Err(error(
                            doc,
                            field,
                            format_args!("with unknown parameter [{shown}]"),
                        ));
                    }
                };
                if token == Token::Null {
                    continue;
                }
                let step = if lower { 1 } else { -1 };
                match bound(rule, doc) {
                    Ok(value) => {
                        let value = if open { next(&value, step) } else { value };
                        *(if lower { &mut from } else { &mut to }) = Some(value);
                    }
                    Err(failure) if rule.ignore_malformed && failure.is_argument() => {
                        ignored = true;
                    }
                    Err(failure) => return Err(failure),
                }
            }
        }
    }
    if ignored {
        field::ignore(field, doc);
        return Ok(());
    }
    in_order(from, to)
}

fn error(doc: &Doc<'_>, field: &FieldNode, text: std::fmt::Arguments<'_>) -> Failure {
    let full = visible(&field.full);
    doc.mapping_failure(format_args!("error parsing field [{full}], {text}"))
        .class(RejectClass::ValueType)
        .field(|| names::path(&field.full))
}

fn bound(rule: &Range, doc: &Doc<'_>) -> Outcome<Value> {
    match &rule.bound {
        Bound::Number(kind @ (Kind::Float | Kind::Double)) => {
            Ok(Value::Float(number::read(*kind, rule.coerce, doc)?.value.near()))
        }
        Bound::Number(kind) => Ok(match number::read(*kind, rule.coerce, doc)?.value {
            number::Value::Long(value) => Value::Integer(value.into()),
            other => Value::Float(other.near()),
        }),
        Bound::Date(format, pattern) => date_bound(format, pattern, doc),
        Bound::Ip => {
            let text = doc.parser.text(doc.switches())?;
            let address =
                std::str::from_utf8(text).ok().and_then(|text| text.parse::<IpAddr>().ok());
            match address {
                Some(address) => Ok(Value::Ip(order(address))),
                None => {
                    let text = format!("'{}' is not an IP string literal.", visible(text));
                    Err(Failure::argument(text).class(RejectClass::ValueType))
                }
            }
        }
    }
}

fn order(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().into(),
        IpAddr::V6(address) => address.into(),
    }
}

/// Bounds of dates go through the date math parser: `now` and `||` arithmetic pass, only the date before it is read.
fn date_bound(format: &DateFormat, pattern: &str, doc: &Doc<'_>) -> Outcome<Value> {
    let text = visible(doc.parser.text(doc.switches())?);
    let date = match text.split_once("||") {
        Some((date, _)) => date,
        None => &text,
    };
    if date.starts_with("now") {
        return Ok(Value::Integer(i128::from(i64::MAX) / 2));
    }
    match format.parse_for_math(date) {
        Ok(moment) => Ok(Value::Integer(moment.millis.into())),
        Err(failure) => {
            let cause = date::refused(&failure);
            let mut text = format!("failed to parse date field [{date}] with format [{pattern}]");
            if doc.switches().field_error == FieldError::WithPreview {
                text = format!("{text}: [{}]", cause.message());
            }
            Err(Failure::new("parse_exception", text).class(RejectClass::Date).because(cause))
        }
    }
}

/// The neighbour of an open bound.
fn next(value: &Value, step: i8) -> Value {
    match *value {
        Value::Integer(number) => Value::Integer(number + i128::from(step)),
        Value::Float(number) if step > 0 => Value::Float(number.next_up()),
        Value::Float(number) => Value::Float(number.next_down()),
        Value::Ip(address) if step > 0 => Value::Ip(address.saturating_add(1)),
        Value::Ip(address) => Value::Ip(address.saturating_sub(1)),
    }
}

/// Lucene refuses a range whose ends are the wrong way round.
fn in_order(from: Option<Value>, to: Option<Value>) -> Outcome {
    let (Some(from), Some(to)) = (from, to) else { return Ok(()) };
    if from <= to {
        return Ok(());
    }
    let text = match (from, to) {
        (Value::Integer(from), Value::Integer(to)) => {
            format!("min value ({from}) is greater than max value ({to})")
        }
        (Value::Float(from), Value::Float(to)) => {
            let print = crate::engine::number::java_double;
            format!("min value ({}) is greater than max value ({})", print(from), print(to))
        }
        _ => "min value cannot be greater than max value for InetAddressRange field".to_owned(),
    };
    Err(Failure::argument(text).class(RejectClass::ValueType))
}

/// `address/prefix`, as `InetAddresses#parseCidr` reads it.
fn network(text: &[u8]) -> Outcome {
    let shown = visible(text);
    let refused = |text: String| Failure::argument(text).class(RejectClass::ValueType);
    let parts = shown.split_once('/').filter(|(_, prefix)| !prefix.is_empty());
    let Some((address, prefix)) = parts.filter(|(_, prefix)| !prefix.contains('/')) else {
        return Err(refused(format!("Expected [ip/prefix] but was [{shown}]")));
    };
    let most = match address.parse::<IpAddr>() {
        Ok(IpAddr::V4(_)) => 32,
        Ok(IpAddr::V6(_)) => 128,
        Err(_) => return Err(refused(format!("'{address}' is not an IP string literal."))),
    };
    let length = prefix_length(prefix)?;
    if (0..=most).contains(&length) {
        return Ok(());
    }
    let limits = "Must be 0-32 for IPv4 ranges, 0-128 for IPv6 ranges";
    Err(refused(format!("Illegal prefix length [{length}] in [{shown}]. {limits}")))
}

/// `Integer#parseInt`.
fn prefix_length(text: &str) -> Outcome<i32> {
    let long = parse_long(text).map_err(Failure::from_cause)?;
    i32::try_from(long).map_err(|_| {
        let text = format!("For input string: \"{text}\"");
        Failure::new("number_format_exception", text).class(RejectClass::ValueType)
    })
}

//! Numbers: integers of four widths, floats of three (`NumberFieldMapper`).
//!
//! In: a scalar. Out: whether it is taken, with what is lost on the way. Sources: `NumberFieldMapper`,
//! `AbstractXContentParser`, Jackson's `ParserBase`.

mod taken;

use crate::engine::check::Pass;
use crate::engine::document::Doc;
use crate::engine::failure::{Failure, Outcome};
use crate::engine::field::{self, Reading, switch};
use crate::engine::number::{
    Decimals, Narrow, half, java_double, parse_double, parse_float, parse_long, string_to_long,
    string_to_narrow,
};
use crate::engine::switches::{JsonErrors, Walk};
use crate::engine::tape::Token;
use crate::engine::tree::{FieldNode, Surroundings};
use crate::model::fate::{LossCause, RejectClass};
use crate::model::mapping::LeafField;
use crate::model::path::readable;
use crate::model::profile;

pub(crate) use taken::{Taken, Value};
use taken::{cut_to, rounded_to};

/// A number's parameters.
#[derive(Clone, Debug)]
pub(crate) struct Number {
    kind: Kind,
    coerce: bool,
    ignore_malformed: bool,
}

/// The types of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Long,
    Integer,
    Short,
    Byte,
    Double,
    Float,
    HalfFloat,
}

impl Kind {
    pub(crate) fn of(type_name: &str) -> Option<Self> {
        Some(match type_name {
            "long" => Self::Long,
            "integer" => Self::Integer,
            "short" => Self::Short,
            "byte" => Self::Byte,
            "double" => Self::Double,
            "float" => Self::Float,
            "half_float" => Self::HalfFloat,
            _ => return None,
        })
    }

    /// The Java class that its texts name.
    fn class(self) -> &'static str {
        match self {
            Self::Long => "Long",
            Self::Integer | Self::Byte => "Integer",
            Self::Short => "Short",
            Self::Double => "Double",
            Self::Float | Self::HalfFloat => "Float",
        }
    }
}

impl Number {
    pub(crate) fn reading(&self) -> Reading {
        match self.kind {
            Kind::Double => Reading::Double,
            Kind::Float | Kind::HalfFloat => Reading::Float,
            _ => Reading::Written,
        }
    }

    pub(crate) fn ignores_malformed(&self) -> bool {
        self.ignore_malformed
    }

    /// Numbers that the type holds as they are written.
    pub(crate) fn passes(&self, kind: profile::Kind) -> Pass {
        let most = match (kind, self.kind) {
            (profile::Kind::Integer, _) => return self.integers(),
            (profile::Kind::Float, Kind::Double) => f64::MAX,
            (profile::Kind::Float, Kind::Float) => f64::from(f32::MAX),
            (profile::Kind::Float, Kind::HalfFloat) => 65_504.0,
            _ => return Pass::Nothing,
        };
        Pass::Decimals(-most, most)
    }

    /// Without coercion a long is compared with the double that it would be.
    fn integers(&self) -> Pass {
        let (low, high) = match self.kind {
            Kind::Long if !self.coerce => (-(1 << 53), 1 << 53),
            Kind::Long => (i64::MIN, i64::MAX),
            Kind::Integer => Narrow::Integer.range(),
            Kind::Short => Narrow::Short.range(),
            Kind::Byte => Narrow::Byte.range(),
            Kind::Double => (-(1 << 53), 1 << 53),
            Kind::Float => (-(1 << 24), 1 << 24),
            Kind::HalfFloat => (-(1 << 11), 1 << 11),
        };
        Pass::Between(low, high)
    }

    pub(crate) fn compile(leaf: &LeafField, around: Surroundings<'_>) -> Self {
        let settings = around.settings;
        Self {
            kind: Kind::of(&leaf.field_type).unwrap_or(Kind::Long),
            coerce: switch(leaf, "coerce").unwrap_or(settings.coerce.unwrap_or(true)),
            ignore_malformed: switch(leaf, "ignore_malformed").unwrap_or(settings.ignore_malformed),
        }
    }
}

pub(crate) fn take(rule: &Number, field: &FieldNode, doc: &mut Doc<'_>) -> Outcome {
    let token = doc.token();
    if token == Token::Null || (rule.coerce && token == Token::String(b"")) {
        if token != Token::Null {
            doc.lose(&field.full, LossCause::Coerced);
        }
        return Ok(());
    }
    match read(rule.kind, rule.coerce, doc) {
        Ok(taken) => {
            if let Some(loss) = taken.loss {
                doc.lose(&field.full, loss);
            }
            Ok(())
        }
        Err(failure) if rule.ignore_malformed && is_ignorable(doc, token, &failure) => {
            field::ignore(field, doc);
            Ok(())
        }
        Err(failure) => Err(failure),
    }
}

/// 6.x ignores only what `IllegalArgumentException` says; later engines Jackson's exceptions too, for scalars.
fn is_ignorable(doc: &Doc<'_>, token: Token<'_>, failure: &Failure) -> bool {
    if failure.message() == NOT_REACHED {
        false
    } else if is_json_fault(failure) && doc.parser.broken_text().is_some() {
        doc.switches().fields.broken_malformed
    } else if doc.switches().fields.json_malformed {
        token.is_value()
    } else {
        failure.is_argument()
    }
}

/// Jackson's words where a number is none of the kinds that it knows.
const NOT_REACHED: &str = "Internal error: this code path should never get executed";

/// Jackson from 2.14 on: a decimal that was asked for as a float is none of the integers any more.
fn keeps_floats(doc: &Doc<'_>) -> bool {
    matches!(doc.switches().json_errors, JsonErrors::Jackson214 | JsonErrors::Jackson3)
}

/// Whether it is the JSON reader's exception.
pub(crate) fn is_json_fault(failure: &Failure) -> bool {
    let kind = failure.kind.as_ref();
    ["json_", "x_content_", "unexpected_end"].iter().any(|start| kind.starts_with(start))
}

/// Reads the current token as a number of that kind.
pub(crate) fn read(kind: Kind, coerce: bool, doc: &Doc<'_>) -> Outcome<Taken> {
    let token = doc.token();
    let taken = match token {
        Token::String(_) => {
            if !coerce {
                let text = format!("{} value passed as String", kind.class());
                return Err(Failure::argument(text).class(RejectClass::ValueType));
            }
            let text = &*readable(doc.parser.text(doc.switches())?);
            if text.len() > 1000 && doc.switches().fields.number_string_limit {
                let length = text.chars().count();
                let text = format!("Numeric value length [{length}] exceeds the maximum of [1000]");
                return Err(Failure::argument(text).class(RejectClass::ValueType));
            }
            let taken = match kind {
                Kind::Long => string_long(text),
                Kind::Integer | Kind::Byte => string_narrow(text, Narrow::Integer),
                Kind::Short => string_narrow(text, Narrow::Short),
                _ => string_float(text, kind),
            };
            let taken = taken?;
            Taken { loss: taken.loss.or(Some(LossCause::Coerced)), ..taken }
        }
        Token::Integer(text) | Token::Float(text) => match kind {
            Kind::Double => json_float(&readable(text), kind),
            Kind::Float | Kind::HalfFloat => {
                let text = readable(text);
                let is_long = || matches!(token, Token::Integer(_)) && parse_long(&text).is_ok();
                if keeps_floats(doc) && !is_long() {
                    doc.parser.read_as_float();
                }
                json_float(&text, kind)
            }
            _ => json_integer(token, &readable(text), kind, coerce, doc)?,
        },
        Token::BeginObject if doc.switches().fields.object_as_number => {
            return Err(
                Failure::argument("Cannot parse object as number").class(RejectClass::ObjectScalar)
            );
        }
        other => {
            let verb = match doc.switches().json_errors {
                JsonErrors::Jackson3 => "cannot use numeric value accessors",
                _ => "can not use numeric value accessors",
            };
            let text = format!("Current token ({}) not numeric, {verb}", other.json_word());
            return Err(not_coercible(doc, text, other));
        }
    };
    check(kind, taken)
}

fn string_long(text: &str) -> Outcome<Taken> {
    let value = string_to_long(text, Decimals::Cut).map_err(classed)?;
    Ok(cut_to(value, text))
}

fn string_narrow(text: &str, kind: Narrow) -> Outcome<Taken> {
    Ok(cut_to(string_to_narrow(text, kind).map_err(classed)?, text))
}

fn string_float(text: &str, kind: Kind) -> Outcome<Taken> {
    let value = match kind {
        Kind::Double => Value::Double(parse_double(text).map_err(classed)?),
        _ => Value::Float(parse_float(text).map_err(classed)?),
    };
    Ok(rounded_to(value, text, kind))
}

fn classed(cause: crate::model::fate::Cause) -> Failure {
    let range = cause.reason.as_deref().is_some_and(|text| text.contains("out of range"));
    let class = if range { RejectClass::NumberRange } else { RejectClass::ValueType };
    Failure::from_cause(cause).class(class)
}

/// Jackson reads a double, and casts it for `float`.
fn json_float(text: &str, kind: Kind) -> Taken {
    let value = parse_double(text).unwrap_or(f64::NAN);
    let value = match kind {
        Kind::Double => Value::Double(value),
        #[expect(clippy::cast_possible_truncation, reason = "Java's cast to float: nearest")]
        _ => Value::Float(value as f32),
    };
    rounded_to(value, text, kind)
}

fn json_integer(
    token: Token<'_>,
    text: &str,
    kind: Kind,
    coerce: bool,
    doc: &Doc<'_>,
) -> Outcome<Taken> {
    if doc.parser.was_read_as_float() {
        // Seen on 8.19: the long that Jackson makes of an integer that it holds as a float is 0.
        if matches!(token, Token::Integer(_)) && kind == Kind::Long {
            return Ok(Taken { value: Value::Long(0), loss: Some(LossCause::Coerced) });
        }
        let kind = match doc.switches().json_errors {
            JsonErrors::Jackson3 => "illegal_state_exception",
            _ => "runtime_exception",
        };
        return Err(Failure::new(kind, NOT_REACHED).class(RejectClass::ValueType));
    }
    let value = match token {
        Token::Integer(_) => parse_long(text).ok(),
        _ => cut(text),
    };
    let (low, high) = match kind {
        Kind::Integer | Kind::Byte | Kind::Short => Narrow::Integer.range(),
        _ => (i64::MIN, i64::MAX),
    };
    // Decimals count: the largest int and a half is too large.
    #[expect(
        clippy::cast_precision_loss,
        reason = "exact for int; the ends of long are tested as they are"
    )]
    let is_near = kind == Kind::Long
        || (low as f64..=high as f64).contains(&parse_double(text).unwrap_or(f64::NAN));
    let Some(value) = value.filter(|value| is_near && (low..=high).contains(value)) else {
        return Err(out_of_range(doc, text, kind, token));
    };
    let (low, high) = Narrow::Short.range();
    if kind == Kind::Short && !(low..=high).contains(&value) {
        let text = match doc.switches().json_errors {
            JsonErrors::Jackson3 => {
                format!("Numeric value ({text}) out of range of `short` ({low} - {high})")
            }
            _ => format!("Numeric value ({text}) out of range of Java short"),
        };
        return Err(match doc.switches().json_errors {
            JsonErrors::Jackson210 => json_failure(doc, "json_parse_exception", text),
            _ => range_error(doc, text),
        }
        .class(RejectClass::NumberRange));
    }
    if !coerce {
        let full = parse_double(text).unwrap_or(f64::NAN);
        #[expect(
            clippy::float_cmp,
            clippy::cast_precision_loss,
            reason = "Java compares the long with the double"
        )]
        if value as f64 != full {
            let (shown, class) = (java_double(full), kind.class());
            let text = format!("{shown} cannot be converted to {class} without data loss");
            return Err(Failure::argument(text).class(RejectClass::ValueType));
        }
    }
    Ok(cut_to(value, text))
}

/// A JSON float as a long: through double, cut towards zero; `None` beyond 64 bits.
fn cut(text: &str) -> Option<i64> {
    let value = parse_double(text).ok()?;
    #[expect(clippy::cast_precision_loss, reason = "Jackson compares doubles")]
    let inside = value >= i64::MIN as f64 && value <= i64::MAX as f64;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "Java's cast: towards zero, and at 2^63 the largest long"
    )]
    inside.then_some(value as i64)
}

fn out_of_range(doc: &Doc<'_>, text: &str, kind: Kind, token: Token<'_>) -> Failure {
    let (word, low, high) = match kind {
        Kind::Long => ("long", i64::MIN, i64::MAX),
        _ => ("int", i64::from(i32::MIN), i64::from(i32::MAX)),
    };
    let word = match doc.switches().json_errors {
        JsonErrors::Jackson3 => format!("`{word}`"),
        _ => word.to_owned(),
    };
    let digits = text.trim_start_matches('-').len();
    let shown = match (token, doc.switches().json_errors) {
        (Token::Float(_), _) | (_, JsonErrors::Jackson28) => text.to_owned(),
        _ if text.len() >= 1000 => format!("[Integer with {digits} digits]"),
        _ => text.to_owned(),
    };
    let text = format!("Numeric value ({shown}) out of range of {word} ({low} - {high})");
    range_error(doc, text)
}

fn range_error(doc: &Doc<'_>, text: String) -> Failure {
    let kind = match doc.switches().json_errors {
        JsonErrors::Jackson28 => "json_parse_exception",
        _ => "input_coercion_exception",
    };
    json_failure(doc, kind, text).class(RejectClass::NumberRange)
}

/// Jackson's exception for a token of the wrong kind.
pub(crate) fn not_coercible(doc: &Doc<'_>, text: String, token: Token<'_>) -> Failure {
    let kind = match doc.switches().json_errors {
        JsonErrors::Jackson3 => "input_coercion_exception",
        _ => "json_parse_exception",
    };
    let class = match token {
        Token::BeginObject => RejectClass::ObjectScalar,
        _ => RejectClass::ValueType,
    };
    json_failure(doc, kind, text).class(class)
}

/// An exception of the JSON library while a value is read: 8.x puts its own around it, OpenSearch 3 puts Jackson 2's names around
/// Jackson 3's.
pub(crate) fn json_failure(doc: &Doc<'_>, kind: &'static str, text: String) -> Failure {
    match (doc.switches().json_errors, doc.switches().walk) {
        (JsonErrors::Jackson3, _) => {
            let inner = match kind {
                "json_parse_exception" => "stream_read_exception",
                other => other,
            };
            Failure::new(kind, text.clone()).because(Failure::new(inner, text))
        }
        (_, Walk::Expanding) => {
            let outer = format!("[{}] {text}", doc.parser.location());
            Failure::new("x_content_parse_exception", outer).because(Failure::new(kind, text))
        }
        _ => Failure::new(kind, text),
    }
}

/// A double that may be infinite: what `scaled_float` reads before its own check.
pub(crate) fn read_any_double(coerce: bool, doc: &Doc<'_>) -> Outcome<f64> {
    match doc.token() {
        Token::Integer(text) | Token::Float(text) => {
            Ok(parse_double(&readable(text)).unwrap_or(f64::NAN))
        }
        Token::String(_) if coerce => {
            parse_double(&readable(doc.parser.text(doc.switches())?)).map_err(classed)
        }
        _ => read(Kind::Double, coerce, doc).map(|taken| taken.value.near()),
    }
}

/// What only the field's type refuses: bytes beyond a byte, floats that are not finite.
fn check(kind: Kind, taken: Taken) -> Outcome<Taken> {
    let (name, finite) = match kind {
        Kind::Byte => {
            let (low, high) = Narrow::Byte.range();
            #[expect(clippy::cast_precision_loss, reason = "8 bits")]
            let outside = taken.value.near() < low as f64 || taken.value.near() > high as f64;
            if outside {
                let text = format!("Value [{}] is out of range for a byte", taken.value.shown());
                return Err(Failure::argument(text).class(RejectClass::NumberRange));
            }
            return Ok(taken);
        }
        Kind::Double => ("double", taken.value.near().is_finite()),
        Kind::Float => ("float", taken.value.near().is_finite()),
        #[expect(clippy::cast_possible_truncation, reason = "it was made from a float")]
        Kind::HalfFloat => ("half_float", half(taken.value.near() as f32).is_finite()),
        _ => return Ok(taken),
    };
    if finite {
        return Ok(taken);
    }
    let text = format!("[{name}] supports only finite values, but got [{}]", taken.value.shown());
    Err(Failure::argument(text).class(RejectClass::NumberRange))
}

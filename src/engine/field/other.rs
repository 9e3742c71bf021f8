//! Types with a rule of one or two sentences: binary, `scaled_float`, `unsigned_long`, flattened objects, versions.

use crate::engine::document::Doc;
use crate::engine::failure::{Failure, Outcome};
use crate::engine::field::number::{self, Kind, json_failure};
use crate::engine::field::{self, switch};
use crate::engine::number::{Decimal, java_double};
use crate::engine::switches::JsonErrors;
use crate::engine::tape::Token;
use crate::engine::tree::{FieldNode, Surroundings};
use crate::model::engine::Product;
use crate::model::fate::{LossCause, RejectClass};
use crate::model::mapping::LeafField;
use crate::model::path::visible;

fn refuse(text: String) -> Outcome {
    Err(Failure::argument(text).class(RejectClass::ValueType))
}

/// `binary` with doc values or stored: base64 as Jackson reads it.
pub(crate) fn take_binary(doc: &mut Doc<'_>) -> Outcome {
    let kind = "json_parse_exception";
    match doc.token() {
        Token::Null => Ok(()),
        Token::String(text) => match base64_fault(text) {
            None => Ok(()),
            Some((_, fault)) => {
                let fault =
                    format!("Failed to decode VALUE_STRING as base64 (MIME-NO-LINEFEEDS): {fault}");
                Err(json_failure(doc, kind, fault).class(RejectClass::ValueType))
            }
        },
        other => {
            let verb = match doc.switches().json_errors {
                JsonErrors::Jackson3 => "cannot",
                _ => "can not",
            };
            let word = other.json_word();
            let text = format!(
                "Current token ({word}) not VALUE_STRING or VALUE_EMBEDDED_OBJECT, {verb} access as binary"
            );
            let class = match other {
                Token::BeginObject => RejectClass::ObjectScalar,
                _ => RejectClass::ValueType,
            };
            Err(json_failure(doc, kind, text).class(class))
        }
    }
}

/// Units of four letters, padded; white space stands between units only. The fault, and the bytes that Jackson has read when it
/// finds it: the quote may be one of them.
pub(crate) fn base64_fault(text: &[u8]) -> Option<(usize, String)> {
    let mut unit = 0;
    let mut bytes = text.iter().zip(1..);
    while let Some((byte, read)) = bytes.next() {
        match byte {
            0..=b' ' if unit == 0 => {}
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' => unit = (unit + 1) % 4,
            b'=' if unit == 2 => {
                if bytes.next().is_none_or(|(next, _)| *next != b'=') {
                    return Some((read + 1, "expected padding character '='".to_owned()));
                }
                unit = 0;
            }
            b'=' if unit == 3 => unit = 0,
            other => {
                let fault = format!("Illegal character (code 0x{other:x}) in base64 content");
                return Some((read, fault));
            }
        }
    }
    let read = text.len() + usize::from(unit == 1);
    (unit != 0).then(|| (read, "Unexpected end of base64-encoded String".to_owned()))
}

/// `scaled_float`.
#[derive(Clone, Debug)]
pub(crate) struct Scaled {
    coerce: bool,
    ignore_malformed: bool,
}

impl Scaled {
    pub(crate) fn ignores_malformed(&self) -> bool {
        self.ignore_malformed
    }

    pub(crate) fn compile(leaf: &LeafField, around: Surroundings<'_>) -> Self {
        let settings = around.settings;
        Self {
            coerce: switch(leaf, "coerce").unwrap_or(settings.coerce.unwrap_or(true)),
            ignore_malformed: switch(leaf, "ignore_malformed").unwrap_or(settings.ignore_malformed),
        }
    }
}

pub(crate) fn take_scaled(rule: &Scaled, field: &FieldNode, doc: &mut Doc<'_>) -> Outcome {
    let token = doc.token();
    if token == Token::Null || (rule.coerce && token == Token::String(b"")) {
        return Ok(());
    }
    let read = number::read_any_double(rule.coerce, doc).and_then(|value| {
        if value.is_finite() {
            Ok(())
        } else {
            refuse(format!(
                "[scaled_float] only supports finite values, but got [{}]",
                java_double(value)
            ))
        }
    });
    match read {
        Ok(()) => {
            if matches!(token, Token::String(_)) {
                doc.lose(&field.full, LossCause::Coerced);
            }
            Ok(())
        }
        Err(failure) if rule.ignore_malformed => {
            if failure.is_argument() || doc.switches().fields.scaled_json_malformed {
                field::ignore(field, doc);
                Ok(())
            } else {
                Err(failure)
            }
        }
        Err(failure) => Err(failure),
    }
}

/// `unsigned_long` of OpenSearch; that of Elasticsearch was never run.
pub(crate) fn take_unsigned(rule: &Scaled, field: &FieldNode, doc: &mut Doc<'_>) -> Outcome {
    let token = doc.token();
    if token == Token::Null || (rule.coerce && token == Token::String(b"")) {
        return Ok(());
    }
    let read = match token {
        Token::String(_) if !rule.coerce => refuse("BigInteger value passed as String".to_owned()),
        Token::String(text) => unsigned(&visible(text), Shown::AsWritten),
        Token::Integer(text) | Token::Float(text) => unsigned(&visible(text), Shown::Whole),
        _ => number::read(Kind::Long, rule.coerce, doc).map(|_| ()),
    };
    // A JSON number out of range is found after the place where malformed values are ignored.
    let string = matches!(token, Token::String(_) | Token::True | Token::False);
    match read {
        Err(_) if rule.ignore_malformed && string => {
            field::ignore(field, doc);
            Ok(())
        }
        other => other,
    }
}

/// How a number out of range is printed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    AsWritten,
    Whole,
}

fn unsigned(text: &str, shown: Shown) -> Outcome {
    if Decimal::parse(text).is_none() {
        return refuse(format!("For input string: \"{text}\""));
    }
    let whole = whole_digits(text);
    if whole.parse::<u64>().is_ok() {
        return Ok(());
    }
    let printed = if shown == Shown::Whole { whole.as_str() } else { text };
    Err(Failure::argument(format!("Value [{printed}] is out of range for an unsigned long"))
        .class(RejectClass::NumberRange))
}

/// A decimal cut to its integer, in full digits (`BigDecimal#toBigInteger`); beyond 5,000 digits as it is written.
fn whole_digits(text: &str) -> String {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let sign = if mantissa.starts_with('-') { "-" } else { "" };
    let mantissa = mantissa.trim_start_matches(['-', '+']);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits: String = [whole, fraction].concat().chars().map(ascii_digit).collect();
    let point =
        whole.chars().count().cast_signed() + exponent.parse::<isize>().unwrap_or(isize::MAX / 2);
    if point > 5_000 {
        return text.to_owned();
    }
    let kept: String =
        (0..point).map(|i| digits.chars().nth(i.cast_unsigned()).unwrap_or('0')).collect();
    let kept = kept.trim_start_matches('0');
    match kept {
        "" => "0".to_owned(),
        kept => format!("{sign}{kept}"),
    }
}

/// A digit of any script as its ASCII twin.
fn ascii_digit(letter: char) -> char {
    let text = letter.to_string();
    let digit =
        crate::engine::number::parse_long(&text).ok().and_then(|digit| u32::try_from(digit).ok());
    digit.and_then(|digit| char::from_digit(digit, 10)).unwrap_or(letter)
}

/// `wildcard` of OpenSearch: any scalar by its text; from 3.x on it has doc values, whose length Lucene limits.
pub(crate) fn take_wildcard(field: &FieldNode, doc: &mut Doc<'_>) -> Outcome {
    let Some(text) = field::text(doc)? else { return Ok(()) };
    let values = switch(&field.definition, "doc_values") != Some(false);
    if values && text.len() > 32_766 {
        let full = visible(&field.full);
        let text = format!("DocValuesField \"{full}\" is too large, must be <= 32766");
        doc.walked.late.get_or_insert(Failure::argument(text).class(RejectClass::TermTooLong));
    }
    Ok(())
}

/// `flattened` and `flat_object`: an object or null.
pub(crate) fn take_flattened(field: &FieldNode, doc: &mut Doc<'_>) -> Outcome {
    match doc.token() {
        Token::Null => Ok(()),
        Token::BeginObject => doc.parser.skip_children(),
        other => {
            let word = other.word();
            let text = match doc.switches().engine.product {
                Product::Elasticsearch => format!(
                    "Failed to parse object: expecting token of type [START_OBJECT] but found [{word}]"
                ),
                Product::OpenSearch => {
                    let full = visible(&field.full);
                    format!("[{full}] unexpected token [{word}] in flat_object field value")
                }
            };
            Err(Failure::new("parsing_exception", text).class(RejectClass::ObjectScalar))
        }
    }
}

/// `percolator`: an object of one query. Which queries there are and what they take is not replicated: they pass.
pub(crate) fn take_query(doc: &mut Doc<'_>) -> Outcome {
    let begin = doc.parser.clone();
    let malformed = |name: &str, text: &str| {
        let text = format!("[{name}] query malformed, {text}");
        Err(Failure::new("parsing_exception", text).class(RejectClass::ValueType))
    };
    if doc.token() != Token::BeginObject {
        return malformed("_na", "must start with start_object");
    }
    match doc.parser.advance()? {
        Some(Token::Name(name)) => {
            if doc.parser.advance()? != Some(Token::BeginObject) {
                return malformed(&visible(name), "no start_object after query name");
            }
        }
        _ => {
            let at = doc.parser.location();
            return refuse(format!("query malformed, empty clause found at [{at}]"));
        }
    }
    doc.parser = begin;
    doc.parser.skip_children()
}

/// `version` of OpenSearch: a semantic version.
pub(crate) fn take_version(doc: &mut Doc<'_>) -> Outcome {
    let Some(text) = field::text(doc)? else { return Ok(()) };
    let text = visible(text);
    let text = text.split_whitespace().collect::<Vec<_>>().join(".");
    if doc.token() == Token::String(b"") {
        return refuse("Version string cannot be null or empty".to_owned());
    }
    if is_version(&text) {
        Ok(())
    } else {
        refuse(format!("Invalid semantic version format: [{text}]"))
    }
}

fn is_version(text: &str) -> bool {
    let (core, build) =
        text.split_once('+').map_or((text, None), |(core, build)| (core, Some(build)));
    let (numbers, before) =
        core.split_once('-').map_or((core, None), |(numbers, before)| (numbers, Some(before)));
    let number = |part: &str| {
        let digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        digits && (part == "0" || !part.starts_with('0'))
    };
    let identifiers = |text: &str| {
        let letters =
            |part: &str| part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        text.split('.').all(|part| !part.is_empty() && letters(part))
    };
    let parts: Vec<&str> = numbers.split('.').collect();
    parts.len() == 3
        && parts.iter().all(|part| number(part))
        && before.is_none_or(identifiers)
        && build.is_none_or(identifiers)
}

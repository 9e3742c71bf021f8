//! The value that the engine prints in a field's error: Java's text of what the parser stands on, which it reads to its end.
//!
//! In: the walk, standing on any token. Out: text. Objects of several keys come in hash order in Java; here they keep the
//! document's, so such previews must not be compared.

use crate::engine::document::Doc;
use crate::engine::failure::Outcome;
use crate::engine::number;
use crate::engine::tape::Token;
use crate::model::path::visible;

/// Reads the current value and prints it as `Object#toString` does.
pub(crate) fn read(doc: &mut Doc<'_>) -> Outcome<String> {
    read_below(doc, DEEPEST)
}

/// Levels that are printed: a preview must not cost the stack.
const DEEPEST: usize = 100;

fn read_below(doc: &mut Doc<'_>, left: usize) -> Outcome<String> {
    if left == 0 {
        doc.parser.skip_children()?;
        return Ok("...".to_owned());
    }
    Ok(match doc.token() {
        Token::String(text) => match doc.parser.broken_text() {
            Some(fault) => return Err(fault),
            None => visible(text),
        },
        Token::Integer(text) => integer(text),
        Token::Float(text) => {
            let value = number::parse_double(&visible(text)).unwrap_or(f64::NAN);
            number::java_double(value)
        }
        Token::True => "true".to_owned(),
        Token::False => "false".to_owned(),
        Token::BeginObject => object(doc, left - 1)?,
        Token::BeginArray => array(doc, left - 1)?,
        _ => "null".to_owned(),
    })
}

/// Leading zeros cannot be; only `-0` changes its text.
fn integer(text: &[u8]) -> String {
    match text {
        b"-0" => "0".to_owned(),
        text => visible(text),
    }
}

fn object(doc: &mut Doc<'_>, left: usize) -> Outcome<String> {
    let mut entries: Vec<(String, String)> = Vec::new();
    while let Some(token) = doc.parser.advance()? {
        match token {
            Token::EndObject => break,
            Token::Name(name) => {
                doc.parser.advance()?;
                let (name, value) = (visible(name), read_below(doc, left)?);
                // A name that dots bring back takes the place of the first.
                match entries.iter_mut().find(|(old, _)| *old == name) {
                    Some((_, old)) => *old = value,
                    None => entries.push((name, value)),
                }
            }
            _ => {}
        }
    }
    let entries: Vec<_> =
        entries.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    Ok(format!("{{{}}}", entries.join(", ")))
}

fn array(doc: &mut Doc<'_>, left: usize) -> Outcome<String> {
    let mut entries = Vec::new();
    while let Some(token) = doc.parser.advance()? {
        if token == Token::EndArray {
            break;
        }
        entries.push(read_below(doc, left)?);
    }
    Ok(format!("[{}]", entries.join(", ")))
}

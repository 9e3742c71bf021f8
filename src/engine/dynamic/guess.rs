//! What a scalar looks like: the kind that templates match by, and why (`DocumentParser`).

use crate::engine::document::Doc;
use crate::engine::dynamic::{Detector, find_template};
use crate::engine::failure::{Failure, Outcome};
use crate::engine::names;
use crate::engine::number::{self, NumberKind};
use crate::engine::switches::CopyObject;
use crate::engine::tape::Token;
use crate::engine::template::MatchType;
use crate::model::fate::RejectClass;
use crate::model::path::visible;
use crate::model::timeline::Decision;

/// What a scalar looks like.
pub(super) struct Guess {
    pub kind: MatchType,
    /// The format that detected a date.
    pub date: Option<Detector>,
    pub decision: Decision,
}

impl Guess {
    fn plain(kind: MatchType, what: &'static str) -> Self {
        Self { kind, date: None, decision: Decision::Default(what) }
    }
}

/// `createBuilderFromDynamicValue`, up to the choice of the kind.
pub(super) fn guess(doc: &Doc<'_>, token: Token<'_>, name: &[u8]) -> Outcome<Guess> {
    match token {
        Token::String(_) => Ok(guess_string(doc, doc.parser.text(doc.switches())?)),
        Token::Integer(text) => {
            if !doc.switches().big_integers && number::parse_long(&visible(text)).is_err() {
                let text = "No matching token for number_type [BIG_INTEGER]";
                return Err(Failure::state(text)
                    .class(RejectClass::NumberRange)
                    .field(|| names::path(&doc.path_as_text(name))));
            }
            Ok(Guess::plain(MatchType::Long, "integers"))
        }
        Token::Float(_) => Ok(Guess::plain(MatchType::Double, "decimals")),
        Token::True | Token::False => Ok(Guess::plain(MatchType::Boolean, "booleans")),
        // Whatever it is, a template for strings takes it.
        _ if find_template(doc, name, MatchType::String).is_some() => {
            Ok(Guess::plain(MatchType::String, "strings"))
        }
        other => {
            let at_start =
                doc.switches().copy_object == CopyObject::AtStart && other == Token::EndObject;
            let word = if at_start { Token::BeginObject.word() } else { other.word() };
            let name = visible(name);
            Err(Failure::state(format!(
                "Can't handle serializing a dynamic type with content token [{word}] and field name [{name}]"
            )))
        }
    }
}

fn guess_string(doc: &Doc<'_>, text: &[u8]) -> Guess {
    let Ok(text) = std::str::from_utf8(text) else {
        return Guess::plain(MatchType::String, "strings");
    };
    if let Some(kind) = number::kind_of(text) {
        let kind = match kind {
            NumberKind::Long => MatchType::Long,
            NumberKind::Double => MatchType::Double,
        };
        return if doc.world.numeric_detection {
            Guess { kind, date: None, decision: Decision::NumericDetection }
        } else {
            Guess::plain(MatchType::String, "strings")
        };
    }
    {
        let found = doc.world.dates.iter().find(|detector| detector.format.detects(text));
        if let Some(detector) = found {
            let decision = Decision::DateDetection(detector.pattern.to_string());
            return Guess { kind: MatchType::Date, date: Some(detector.clone()), decision };
        }
    }
    Guess::plain(MatchType::String, "strings")
}

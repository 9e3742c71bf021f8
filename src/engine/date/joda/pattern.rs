//! Joda-Time's pattern letters.
//!
//! Goes in: a pattern such as `yyyy-MM-dd'T'HH`. Comes out: elements, or the exception that Joda throws for the pattern.
//! Source: `org.joda.time.format.DateTimeFormat#parsePatternTo`. Centuries (`C`) and zone names in full (`zzzz`, which
//! cannot be parsed) are not known.

use super::bucket::Field;
use super::element::{Digits, Element};
use super::{Refused, Thrown};

/// The elements of a pattern.
pub(super) fn compile(pattern: &str) -> Result<Element, Refused> {
    let tokens = tokens(pattern);
    let mut parts = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Text(text) if text.is_empty() => break,
            Token::Text(text) => parts.push(Element::Literal(text.clone())),
            Token::Letter(letter, count) => {
                let before_number = tokens.get(at + 1).is_some_and(is_numeric);
                parts.push(element(*letter, *count, before_number)?);
            }
        }
    }
    if parts.is_empty() {
        return Err(Refused::Thrown(Thrown::of(
            "illegal_argument_exception",
            "Invalid pattern specification".to_owned(),
        )));
    }
    Ok(Element::All(parts))
}

enum Token {
    /// A run of one letter.
    Letter(char, usize),
    /// Anything else, quotes taken off.
    Text(String),
}

fn tokens(pattern: &str) -> Vec<Token> {
    let letters: Vec<char> = pattern.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        let letter = letters[at];
        if letter.is_ascii_alphabetic() {
            let count = letters[at..].iter().take_while(|next| **next == letter).count();
            tokens.push(Token::Letter(letter, count));
            at += count;
        } else {
            let (text, end) = literal(&letters, at);
            tokens.push(Token::Text(text));
            at = end;
        }
    }
    tokens
}

fn literal(letters: &[char], mut at: usize) -> (String, usize) {
    let (mut text, mut quoted) = (String::new(), false);
    while let Some(letter) = letters.get(at) {
        match letter {
            '\'' if letters.get(at + 1) == Some(&'\'') => {
                text.push('\'');
                at += 1;
            }
            '\'' => quoted = !quoted,
            letter if !quoted && letter.is_ascii_alphabetic() => break,
            letter => text.push(*letter),
        }
        at += 1;
    }
    (text, at)
}

fn is_numeric(token: &Token) -> bool {
    match token {
        Token::Text(_) => false,
        Token::Letter('M', count) => *count <= 2,
        Token::Letter(letter, _) => "cCxyYdhHmsSeDFwWkK".contains(*letter),
    }
}

fn element(letter: char, count: usize, before_number: bool) -> Result<Element, Refused> {
    let plain = |field, most: usize| {
        Element::Number(Digits { field, max: most.max(count), signed: false, fixed: false })
    };
    Ok(match letter {
        'x' | 'y' | 'Y' => year(letter, count, before_number),
        'M' if count >= 3 => Element::Word(Field::Month),
        'M' => plain(Field::Month, 2),
        'd' => plain(Field::DayOfMonth, 2),
        'D' => plain(Field::DayOfYear, 3),
        'e' => plain(Field::DayOfWeek, 1),
        'w' => plain(Field::Week, 2),
        'E' => Element::Word(Field::DayOfWeek),
        'a' => Element::Word(Field::Halfday),
        'G' => Element::Word(Field::Era),
        'H' => plain(Field::Hour, 2),
        'k' => plain(Field::ClockhourOfDay, 2),
        'h' => plain(Field::ClockhourOfHalfday, 2),
        'K' => plain(Field::HourOfHalfday, 2),
        'm' => plain(Field::Minute, 2),
        's' => plain(Field::Second, 2),
        'S' => Element::Fraction { unit: 1_000, max: count },
        'Z' if count >= 3 => Element::ZoneId,
        'Z' => Element::Offset,
        'z' if count < 4 => Element::ZoneName,
        'z' => return Err(Refused::Unknown("time zone names in full (zzzz)")),
        'C' => return Err(Refused::Unknown("centuries (C)")),
        _ => {
            let reason = format!("Illegal pattern component: {}", letter.to_string().repeat(count));
            return Err(Refused::Thrown(Thrown::of("illegal_argument_exception", reason)));
        }
    })
}

/// Digits are taken greedily, unless a number follows.
fn year(letter: char, count: usize, before_number: bool) -> Element {
    let field = match letter {
        'x' => Field::Weekyear,
        'Y' if count != 2 => Field::YearOfEra,
        _ => Field::Year,
    };
    if count == 2 {
        return Element::TwoDigitYear { field, lenient: !before_number };
    }
    let max = if before_number { count } else { count.max(9) };
    Element::Number(Digits { field, max, signed: letter != 'Y', fixed: false })
}

//! The pattern letters of `java.time`.
//!
//! Goes in: a pattern such as `uuuu-MM-dd'T'HH[:mm]`. Comes out: nodes, or the exception that Java throws for the pattern.
//! Source: `DateTimeFormatterBuilder#appendPattern` and `#appendValue` (numbers side by side), JDK 17.
//!
//! Not known: zone names (`z`, `v`), localized offsets (`O`, `ZZZZ`), quarters in words, day periods (`B`), narrow names,
//! standalone names, Julian days (`g`), weeks of a month (`W`, `F`).

use super::fields::Field;
use super::node::{Node, Number, OffsetForm, Part, Sign};

/// Why a pattern could not be compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Java refuses it: an `IllegalArgumentException` with this message.
    Refused(String),
    /// Java takes it, the replica does not know how.
    Unknown(&'static str),
}

/// The nodes of a pattern.
pub(super) fn compile(pattern: &str) -> Result<Vec<Node>, Fault> {
    let letters: Vec<char> = pattern.chars().collect();
    let mut builder = Builder::default();
    let mut at = 0;
    while let Some(&letter) = letters.get(at) {
        at = match letter {
            letter if letter.is_ascii_alphabetic() => {
                letters_at(&letters, at, pattern, &mut builder)?
            }
            '\'' => quoted(&letters, at, pattern, &mut builder)?,
            '[' => {
                builder.open();
                at + 1
            }
            ']' => {
                builder.close().ok_or_else(|| {
                    refused("Pattern invalid as it contains ] without previous [")
                })?;
                at + 1
            }
            '{' | '}' | '#' => {
                return Err(refused(&format!("Pattern includes reserved character: '{letter}'")));
            }
            literal => {
                builder.add(Node::Literal(literal.to_string()));
                at + 1
            }
        };
    }
    while builder.close().is_some() {}
    Ok(builder.nodes)
}

fn refused(reason: &str) -> Fault {
    Fault::Refused(reason.to_owned())
}

#[derive(Default)]
struct Builder {
    nodes: Vec<Node>,
    /// Where the number stands that neighbours of fixed width take digits from.
    number: Option<usize>,
    /// What was being built when an optional part began.
    outer: Vec<(Vec<Node>, usize)>,
    /// The width that the next node is padded to.
    pad: usize,
}

impl Builder {
    fn add(&mut self, node: Node) -> usize {
        let node = match std::mem::take(&mut self.pad) {
            0 => node,
            width => Node::Pad { width, node: Box::new(node) },
        };
        self.nodes.push(node);
        self.number = None;
        self.nodes.len() - 1
    }

    /// Adds a number: one of fixed width behind another number reserves its digits there.
    fn add_number(&mut self, node: Node, fixed: Option<usize>) {
        let before = self.number;
        let at = self.add(node);
        self.number = match (before, fixed) {
            (Some(before), Some(width)) => {
                self.reserve(before, width);
                Some(before)
            }
            _ => Some(at),
        };
    }

    fn reserve(&mut self, at: usize, width: usize) {
        if let Some(Node::Number(Number { reserved, .. }) | Node::Reduced { reserved, .. }) =
            self.nodes.get_mut(at)
        {
            *reserved += width;
        }
    }

    fn open(&mut self) {
        self.number = None;
        self.outer.push((std::mem::take(&mut self.nodes), std::mem::take(&mut self.pad)));
    }

    fn close(&mut self) -> Option<()> {
        let (outer, pad) = self.outer.pop()?;
        let inner = std::mem::replace(&mut self.nodes, outer);
        self.pad = pad;
        if !inner.is_empty() {
            self.add(Node::Optional(inner));
        }
        Some(())
    }
}

fn quoted(
    letters: &[char],
    start: usize,
    pattern: &str,
    builder: &mut Builder,
) -> Result<usize, Fault> {
    let (mut text, mut at) = (String::new(), start + 1);
    loop {
        match letters.get(at) {
            None => {
                return Err(refused(&format!(
                    "Pattern ends with an incomplete string literal: {pattern}"
                )));
            }
            Some('\'') if letters.get(at + 1) == Some(&'\'') => at += 1,
            Some('\'') => break,
            Some(_) => {}
        }
        text.push(letters[at]);
        at += 1;
    }
    if text.is_empty() {
        text.push('\'');
    }
    builder.add(Node::Literal(text));
    Ok(at + 1)
}

fn letters_at(
    letters: &[char],
    mut at: usize,
    pattern: &str,
    builder: &mut Builder,
) -> Result<usize, Fault> {
    let run = |at: usize| letters[at..].iter().take_while(|next| **next == letters[at]).count();
    let mut count = run(at);
    if letters[at] == 'p' {
        let next = at + count;
        if !letters.get(next).is_some_and(char::is_ascii_alphabetic) {
            return Err(refused(&format!(
                "Pad letter 'p' must be followed by valid pad pattern: {pattern}"
            )));
        }
        (builder.pad, at) = (count, next);
        count = run(at);
    }
    add_letter(letters[at], count, builder)?;
    Ok(at + count)
}

fn add_letter(letter: char, count: usize, builder: &mut Builder) -> Result<(), Fault> {
    let too_many = || refused(&format!("Too many pattern letters: {letter}"));
    match letter {
        'u' | 'y' => {
            year(if letter == 'u' { Field::Year } else { Field::YearOfEra }, count, builder);
        }
        'Y' => week_year(count, builder)?,
        'M' | 'L' if count <= 2 => small(Field::Month, count, builder),
        'Q' | 'q' if count <= 2 => small(Field::Quarter, count, builder),
        'M' if count <= 4 => word(Field::Month, count == 3, builder),
        'E' if count <= 4 => word(Field::DayOfWeek, count < 4, builder),
        'e' if count == 3 || count == 4 => word(Field::DayOfWeek, count == 3, builder),
        'c' if count == 2 => return Err(refused("Invalid pattern \"cc\"")),
        'e' | 'c' if count <= 2 => {
            number(Field::LocalDayOfWeek, (count, count), Sign::Never, builder);
        }
        'M' | 'L' | 'Q' | 'q' | 'E' | 'e' | 'c' if count > 5 => return Err(too_many()),
        'M' | 'L' | 'Q' | 'q' | 'E' | 'e' | 'c' => {
            return Err(Fault::Unknown("narrow and standalone names, quarters in words"));
        }
        'a' if count == 1 => word(Field::HalfDay, true, builder),
        'G' if count <= 3 => word(Field::Era, true, builder),
        'a' => return Err(too_many()),
        'G' if count > 5 => return Err(too_many()),
        'G' => return Err(Fault::Unknown("eras in full")),
        'd' | 'h' | 'H' | 'k' | 'K' | 'm' | 's' if count > 2 => return Err(too_many()),
        'd' => small(Field::DayOfMonth, count, builder),
        'h' => small(Field::ClockHourOfHalfDay, count, builder),
        'H' => small(Field::Hour, count, builder),
        'k' => small(Field::ClockHourOfDay, count, builder),
        'K' => small(Field::HourOfHalfDay, count, builder),
        'm' => small(Field::Minute, count, builder),
        's' => small(Field::Second, count, builder),
        'w' if count > 2 => return Err(too_many()),
        'w' => number(Field::LocalWeek, (count, 2), Sign::Never, builder),
        'D' if count == 1 => small(Field::DayOfYear, 1, builder),
        'D' if count <= 3 => number(Field::DayOfYear, (count, 3), Sign::Never, builder),
        'D' => return Err(too_many()),
        'S' if count > 9 => {
            return Err(refused(&format!(
                "Minimum width must be from 0 to 9 inclusive but was {count}"
            )));
        }
        'S' => {
            builder
                .add_number(Node::Fraction { min: count, max: count, point: false }, Some(count));
        }
        'A' | 'n' | 'N' if count > 19 => return Err(width_over_19(count)),
        'A' => number(Field::MilliOfDay, (count, 19), Sign::Never, builder),
        'n' => number(Field::Nano, (count, 19), Sign::Never, builder),
        'N' => number(Field::NanoOfDay, (count, 19), Sign::Never, builder),
        'V' if count == 2 => drop(builder.add(Node::Zone)),
        'V' => return Err(refused("Pattern letter count must be 2: V")),
        'Z' | 'X' | 'x' => offset(letter, count, builder)?,
        'z' | 'v' | 'O' | 'B' | 'g' | 'W' | 'F' => {
            return Err(Fault::Unknown(
                "zone names, localized offsets, day periods, Julian days, weeks of a month",
            ));
        }
        _ => return Err(refused(&format!("Unknown pattern letter: {letter}"))),
    }
    Ok(())
}

fn width_over_19(count: usize) -> Fault {
    refused(&format!("The minimum width must be from 1 to 19 inclusive but was {count}"))
}

fn year(field: Field, count: usize, builder: &mut Builder) {
    match count {
        2 => builder.add_number(Node::Reduced { field, reserved: 0 }, Some(2)),
        1 | 3 => number(field, (count, 19), Sign::Normal, builder),
        _ => number(field, (count, 19), Sign::Exceeds, builder),
    }
}

fn week_year(count: usize, builder: &mut Builder) -> Result<(), Fault> {
    match count {
        2 => {
            builder.add_number(Node::Reduced { field: Field::LocalWeekYear, reserved: 0 }, Some(2));
        }
        20.. => return Err(width_over_19(count)),
        1..=3 => number(Field::LocalWeekYear, (count, 19), Sign::Normal, builder),
        _ => number(Field::LocalWeekYear, (count, 19), Sign::Exceeds, builder),
    }
    Ok(())
}

/// One letter: any number of digits and a minus; two: exactly two.
fn small(field: Field, count: usize, builder: &mut Builder) {
    if count == 1 {
        number(field, (1, 19), Sign::Normal, builder);
    } else {
        number(field, (count, count), Sign::Never, builder);
    }
}

fn number(field: Field, (min, max): (usize, usize), sign: Sign, builder: &mut Builder) {
    let fixed = (min == max && sign == Sign::Never).then_some(max);
    builder.add_number(Node::Number(Number { field, min, max, sign, reserved: 0 }), fixed);
}

fn word(field: Field, short: bool, builder: &mut Builder) {
    builder.add(Node::Word { field, short });
}

/// `Z`, `X` and `x`: the more letters, the more parts; an even number has no colons.
fn offset(letter: char, count: usize, builder: &mut Builder) -> Result<(), Fault> {
    let needed =
        |seconds, colons, zero| OffsetForm { minutes: Part::Needed, seconds, colons, zero };
    let form = match (letter, count) {
        ('Z', 1..=3) => needed(Part::Absent, false, "+0000"),
        ('Z', 4) => return Err(Fault::Unknown("localized offsets (ZZZZ)")),
        ('Z', 5) => needed(Part::Maybe, true, "Z"),
        (_, 1) => {
            let zero = if letter == 'X' { "Z" } else { "+00" };
            OffsetForm { minutes: Part::Maybe, seconds: Part::Absent, colons: false, zero }
        }
        (_, 2..=5) => {
            let colons = count % 2 == 1;
            let zero = if letter == 'X' {
                "Z"
            } else if colons {
                "+00:00"
            } else {
                "+0000"
            };
            needed(if count < 4 { Part::Absent } else { Part::Maybe }, colons, zero)
        }
        _ => return Err(refused(&format!("Too many pattern letters: {letter}"))),
    };
    builder.add(Node::Offset(form));
    Ok(())
}

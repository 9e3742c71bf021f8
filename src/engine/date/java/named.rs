//! The format names of Elasticsearch 7.0 to 9.x and of OpenSearch.
//!
//! Goes in: a name and the engine. Comes out: the parsers behind the name, tried in order. The table is written in a short
//! notation of what `java.time` builds; it was read off the running formatters of 7.10.2, 7.17.29, 8.19.21, 9.5.3 and of
//! OpenSearch 1.3.20, 2.19.6 and 3.8.0 (`DateFormatters`), which differ in the widths of years and in the ISO parser only.
//!
//! | notation | meaning |
//! |---|---|
//! | `H1-2`, `M2` | a field with its fewest and most digits; letters as in patterns, but `Y w e` are ISO weeks and `K k c` the weeks of the locale |
//! | `u4-10+`, `u1-19-` | a plus where there are more than the fewest digits; a minus |
//! | `H2<4` | four digits that follow belong to other fields |
//! | `U`, `V`, `B` | years whose width depends on the version |
//! | `.1-9`, `n1-9` | decimals of a second, with and without the point |
//! | `Z`, `X`, `x` | region or offset; `+0100`; `+01:00` |
//! | `~`, `smart`, `lenient` | any case; resolver styles other than strict |

use super::super::calendar::Weeks;
use super::epoch::{Epoch, Unit};
use super::fields::Field;
use super::iso::{Iso, Part, Time, ZoneRule};
use super::node::{self, Node, Number, OffsetForm, Sign};
use super::resolve::{Rules, Style};
use super::{Parser, Refused, long_years};
use crate::model::engine::{Engine, Product};

/// The parsers behind a name; `None` if it is none.
pub(super) fn parsers(name: &str, engine: Engine) -> Option<Result<Vec<Parser>, Refused>> {
    let snake = snake_case(name, engine);
    let opensearch = engine.product == Product::OpenSearch;
    match snake.as_str() {
        "epoch_millis" => return Some(Ok(vec![Parser::Epoch(Epoch::of(Unit::Millis, engine))])),
        "epoch_second" => return Some(Ok(vec![Parser::Epoch(Epoch::of(Unit::Seconds, engine))])),
        "epoch_micros" if opensearch && engine.major >= 3 => {
            return Some(Ok(vec![Parser::Epoch(Epoch::of(Unit::Micros, engine))]));
        }
        "rfc3339_lenient" if opensearch && (engine.major, engine.minor) >= (2, 13) => {
            return Some(Err(Refused::Unknown("rfc3339_lenient")));
        }
        _ => {}
    }
    let known =
        if snake == "week_year" && (opensearch || engine.major < 8) { "weekyear" } else { &snake };
    let java = TABLE
        .iter()
        .find(|(name, _)| *name == known)
        .map(|(_, notation)| alternatives(notation, engine))?;
    let has_iso = !opensearch && (engine.major, engine.minor) >= (8, 15);
    Some(Ok(match iso(known).filter(|_| has_iso) {
        Some(iso) if engine.major >= 9 => vec![Parser::Iso(iso)],
        Some(iso) => std::iter::once(Parser::Iso(iso)).chain(java).collect(),
        None => java,
    }))
}

/// Up to 7.x and on OpenSearch a name may be written in `camelCase`.
fn snake_case(name: &str, engine: Engine) -> String {
    let camel = engine.product == Product::OpenSearch || engine.major < 8;
    let has_capitals = name.bytes().any(|byte| byte.is_ascii_uppercase());
    if !camel || !has_capitals || name.contains('_') || name.starts_with("epoch") {
        return name.to_owned();
    }
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    // `weekYear` is no name; the camel form of `week_year` is `weekyear`.
    if snake == "week_year" { name.to_owned() } else { snake }
}

/// The formats that Elasticsearch's own parser reads from 8.15 on.
fn iso(name: &str) -> Option<Iso> {
    use Part::{Day, Month, Nano, Second, Year};
    use ZoneRule::{Allowed, Needed, Refused};
    let (date, time, allowed, comma, zone) = match name {
        "iso8601" | "strict_date_optional_time" => (Year, Time::Free, Nano, true, Allowed),
        "strict_date_optional_time_nanos" => (Year, Time::WholeOrNone, Nano, true, Allowed),
        "strict_date_hour_minute_second" => (Day, Time::Whole, Second, true, Refused),
        "strict_date_hour_minute_second_fraction" | "strict_date_hour_minute_second_millis" => {
            (Day, Time::WithDecimals, Nano, false, Refused)
        }
        "strict_date_time" => (Day, Time::Whole, Nano, false, Needed),
        "strict_date_time_no_millis" => (Day, Time::Whole, Second, true, Needed),
        "strict_year" => (Year, Time::Free, Year, true, Refused),
        "strict_year_month" => (Month, Time::Free, Month, true, Refused),
        _ => return None,
    };
    Some(Iso { date, time, allowed, comma, zone })
}

fn alternatives(notation: &str, engine: Engine) -> Vec<Parser> {
    notation
        .split(" | ")
        .map(|one| {
            let (style, one) = match one.split_once(' ') {
                Some(("smart", rest)) => (Style::Smart, rest),
                Some(("lenient", rest)) => (Style::Lenient, rest),
                _ => (Style::Strict, one),
            };
            let mut letters = Letters { rest: one, engine };
            Parser::Nodes {
                nodes: letters.nodes(),
                rules: Rules { style, long_years: long_years(engine), weeks: Weeks::Iso },
            }
        })
        .collect()
}

struct Letters<'a> {
    rest: &'a str,
    engine: Engine,
}

impl Letters<'_> {
    fn nodes(&mut self) -> Vec<Node> {
        let mut nodes = Vec::new();
        while let Some(letter) = self.next() {
            nodes.push(match letter {
                ']' => break,
                '[' => Node::Optional(self.nodes()),
                '\'' => self.literal(),
                '~' => Node::AnyCase,
                'Z' => Node::Zone,
                'X' => Node::Offset(OffsetForm { minutes: node::Part::Maybe, ..OFFSET }),
                'x' => Node::Offset(OffsetForm { colons: true, ..OFFSET }),
                '.' | 'n' => {
                    let (min, max) = self.widths();
                    Node::Fraction { min, max, point: letter == '.' }
                }
                letter => self.number(letter),
            });
        }
        nodes
    }

    fn next(&mut self) -> Option<char> {
        let letter = self.rest.chars().next()?;
        self.rest = &self.rest[letter.len_utf8()..];
        Some(letter)
    }

    fn skip(&mut self, letter: char) -> bool {
        let there = self.rest.strip_prefix(letter);
        self.rest = there.unwrap_or(self.rest);
        there.is_some()
    }

    fn literal(&mut self) -> Node {
        let (text, rest) = self.rest.split_once('\'').unwrap_or((self.rest, ""));
        self.rest = rest;
        Node::Literal(text.to_owned())
    }

    fn count(&mut self) -> usize {
        let digits = self.rest.len()
            - self.rest.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
        let (count, rest) = self.rest.split_at(digits);
        self.rest = rest;
        count.parse().unwrap_or(0)
    }

    fn widths(&mut self) -> (usize, usize) {
        let min = self.count();
        let max = if self.rest.starts_with('-')
            && self.rest[1..].starts_with(|letter: char| letter.is_ascii_digit())
        {
            self.skip('-');
            self.count()
        } else {
            min
        };
        (min, max)
    }

    fn number(&mut self, letter: char) -> Node {
        let later = self.engine.product == Product::Elasticsearch
            && (self.engine.major, self.engine.minor) >= (7, 15);
        let (field, (min, max), sign) = match letter {
            'U' => (Field::Year, (4, if later { 4 } else { 10 }), Sign::Exceeds),
            'V' => (Field::Year, (1, if later { 9 } else { 5 }), Sign::Normal),
            'B' if later => (Field::WeekYear, (4, 10), Sign::Normal),
            'B' => (Field::WeekYear, (4, 4), Sign::Never),
            _ => {
                let widths = self.widths();
                let exceeds = self.skip('+');
                let minus = !exceeds && self.skip('-');
                (
                    field(letter),
                    widths,
                    if exceeds {
                        Sign::Exceeds
                    } else if minus {
                        Sign::Normal
                    } else {
                        Sign::Never
                    },
                )
            }
        };
        let reserved = if self.skip('<') { self.count() } else { 0 };
        Node::Number(Number { field, min, max, sign, reserved })
    }
}

const OFFSET: OffsetForm = OffsetForm {
    minutes: node::Part::Needed,
    seconds: node::Part::Absent,
    colons: false,
    zero: "Z",
};

fn field(letter: char) -> Field {
    match letter {
        'u' => Field::Year,
        'y' => Field::YearOfEra,
        'M' => Field::Month,
        'd' => Field::DayOfMonth,
        'D' => Field::DayOfYear,
        'Y' => Field::WeekYear,
        'w' => Field::Week,
        'e' => Field::DayOfWeek,
        'K' => Field::LocalWeekYear,
        'k' => Field::LocalWeek,
        'c' => Field::LocalDayOfWeek,
        'H' => Field::Hour,
        'm' => Field::Minute,
        _ => Field::Second,
    }
}

/// Names and what is behind them.
const TABLE: &[(&str, &str)] = &[
    ("iso8601", "U['-'M2['-'d2]]['T'[H2[':'m2[':'s2[.1-9][','n1-9]]]][Z][X]]"),
    ("basic_date", "u1-4-M1-2d1-2"),
    ("basic_date_time", "u4-4-<4M2d2'T'H2<4m2s2.1-9Z | u4-4-<4M2d2'T'H2<4m2s2.1-9X"),
    ("basic_date_time_no_millis", "u4-4-<4M2d2'T'H2<4m2s2Z | u4-4-<4M2d2'T'H2<4m2s2X"),
    ("basic_ordinal_date", "smart u4-19+<3D3"),
    ("basic_ordinal_date_time", "y4-19+<3D3'T'H2<4m2s2.1-9Z | y4-19+<3D3'T'H2<4m2s2.1-9X"),
    ("basic_ordinal_date_time_no_millis", "u4-19+<3D3'T'H2<4m2s2Z | u4-19+<3D3'T'H2<4m2s2X"),
    ("basic_time", "H2<4m2s2.1-9Z | H2<4m2s2.1-9X"),
    ("basic_time_no_millis", "H2<4m2s2Z | H2<4m2s2X"),
    ("basic_t_time", "'T'H2<4m2s2.1-9Z | smart 'T'H2<4m2s2.1-9X"),
    ("basic_t_time_no_millis", "'T'H2<4m2s2Z | 'T'H2<4m2s2X"),
    ("basic_week_date", "Y1-19-'W'w1-2e1-19-"),
    (
        "basic_week_date_time",
        "Y1-19-'W'w1-2e1-19-'T'H2<4m2s2.1-9Z | Y1-19-'W'w1-2e1-19-'T'H2<4m2s2.1-9X",
    ),
    (
        "basic_week_date_time_no_millis",
        "Y1-19-'W'w1-2e1-19-'T'H2<4m2s2Z | Y1-19-'W'w1-2e1-19-'T'H2<4m2s2X",
    ),
    ("date", "V['-'M1-2['-'d1-2]]"),
    ("date_hour", "V['-'M1-2['-'d1-2]]'T'H1-2"),
    ("date_hour_minute", "V['-'M1-2['-'d1-2]]'T'H1-2':'m1-2"),
    ("date_hour_minute_second", "V['-'M1-2['-'d1-2]]'T'H1-2':'m1-2':'s1-2"),
    ("date_hour_minute_second_fraction", "V['-'M1-2['-'d1-2]]'T'H1-2':'m1-2':'s1-2.1-9"),
    ("date_hour_minute_second_millis", "V['-'M1-2['-'d1-2]]'T'H1-2':'m1-2':'s1-2.1-3"),
    ("date_optional_time", "V['-'M1-2['-'d1-2]]['T'[H1-2[':'m1-2[':'s1-2][.1-9][','n1-9][Z][X]]]]"),
    (
        "date_time",
        "V['-'M1-2['-'d1-2]]'T'H1-2':'m1-2[':'s1-2.1-9]x | V['-'M1-2['-'d1-2]]'T'H1-2':'m1-2[':'s1-2.1-9]X",
    ),
    (
        "date_time_no_millis",
        "V['-'M1-2['-'d1-2]]'T'H1-2':'m1-2[':'s1-2]x | V['-'M1-2['-'d1-2]]'T'H1-2':'m1-2[':'s1-2]X | V['-'M1-2['-'d1-2]]'T'H1-2':'m1-2[':'s1-2][Z] | V['-'M1-2['-'d1-2]]'T'H1-2':'m1-2[':'s1-2][X]",
    ),
    ("hour", "H1-2"),
    ("hour_minute", "H1-2':'m1-2"),
    ("hour_minute_second", "H1-2':'m1-2':'s1-2"),
    ("hour_minute_second_fraction", "H1-2':'m1-2':'s1-2.1-9"),
    ("hour_minute_second_millis", "H1-2':'m1-2':'s1-2.1-3"),
    ("ordinal_date", "u4-10+'-'D1-3"),
    (
        "ordinal_date_time",
        "u4-10+'-'D1-3'T'H1-2':'m1-2[':'s1-2.1-9]Z | u4-10+'-'D1-3'T'H1-2':'m1-2[':'s1-2.1-9]X",
    ),
    (
        "ordinal_date_time_no_millis",
        "u4-10+'-'D1-3'T'H1-2':'m1-2':'s1-2Z | u4-10+'-'D1-3'T'H1-2':'m1-2':'s1-2X",
    ),
    ("time", "H1-2':'m1-2':'s1-2.1-9Z | H1-2':'m1-2':'s1-2.1-9X"),
    ("time_no_millis", "H1-2':'m1-2':'s1-2Z | H1-2':'m1-2':'s1-2X"),
    ("t_time", "'T'H1-2':'m1-2':'s1-2.1-9Z | 'T'H1-2':'m1-2':'s1-2.1-9X"),
    ("t_time_no_millis", "'T'H1-2':'m1-2':'s1-2Z | 'T'H1-2':'m1-2':'s1-2X"),
    ("week_date", "Y4-10+'-W'w1-2'-'e1"),
    (
        "week_date_time",
        "Y4-10+'-W'w1-2'-'e1'T'H1-2':'m1-2':'s1-2.1-9Z | Y4-10+'-W'w1-2'-'e1'T'H1-2':'m1-2':'s1-2.1-9X",
    ),
    (
        "week_date_time_no_millis",
        "Y4-10+'-W'w1-2'-'e1'T'H1-2':'m1-2':'s1-2Z | Y4-10+'-W'w1-2'-'e1'T'H1-2':'m1-2':'s1-2X",
    ),
    ("weekyear", "K1-19-"),
    ("weekyear_week", "K1-19-'-W'k1-19-"),
    ("weekyear_week_day", "K1-19-'-W'k1-19-'-'c1-19-"),
    ("year", "u1-19-"),
    ("year_month", "u1-19-'-'M1-19-"),
    ("year_month_day", "u1-19-'-'M1-19-'-'d1-19-"),
    ("strict_basic_week_date", "Y4'W'w1-2e1-19-"),
    (
        "strict_basic_week_date_time",
        "Y4'W'w1-2e1-19-'T'H2<4m2s2.1-9Z | Y4'W'w1-2e1-19-'T'H2<4m2s2.1-9X",
    ),
    (
        "strict_basic_week_date_time_no_millis",
        "B'W'w2-2e1-19-'T'H2<4m2s2Z | B'W'w2-2e1-19-'T'H2<4m2s2X",
    ),
    ("strict_date", "lenient u4-10+'-'M2'-'d2"),
    ("strict_date_hour", "smart u4-19+'-'M2'-'d2'T'H2"),
    ("strict_date_hour_minute", "smart u4-19+'-'M2'-'d2'T'H2':'m2"),
    ("strict_date_hour_minute_second", "smart u4-19+'-'M2'-'d2'T'H2':'m2':'s2"),
    ("strict_date_hour_minute_second_fraction", "U['-'M2['-'d2]]'T'H2':'m2':'s2.1-9"),
    ("strict_date_hour_minute_second_millis", "U['-'M2['-'d2]]'T'H2':'m2':'s2.1-9"),
    ("strict_date_optional_time", "U['-'M2['-'d2]]['T'[H2[':'m2[':'s2[.1-9][','n1-9]]][Z][X]]]"),
    ("strict_date_optional_time_nanos", "U['-'M2['-'d2]]['T'H2':'m2':'s2[.1-9][','n1-9][Z][X]]"),
    (
        "strict_date_time",
        "U['-'M2['-'d2]]'T'H2':'m2':'s2[.1-9]Z | U['-'M2['-'d2]]'T'H2':'m2':'s2[.1-9]X",
    ),
    (
        "strict_date_time_no_millis",
        "U['-'M2['-'d2]]'T'H2':'m2':'s2Z | U['-'M2['-'d2]]'T'H2':'m2':'s2X",
    ),
    ("strict_hour", "smart H2"),
    ("strict_hour_minute", "smart H2':'m2"),
    ("strict_hour_minute_second", "H2':'m2':'s2"),
    ("strict_hour_minute_second_fraction", "H2':'m2':'s2.1-9"),
    ("strict_hour_minute_second_millis", "H2':'m2':'s2.1-9"),
    ("strict_ordinal_date", "~U'-'D3"),
    ("strict_ordinal_date_time", "U'-'D3'T'H2':'m2[':'s2.1-9]Z | U'-'D3'T'H2':'m2[':'s2.1-9]X"),
    ("strict_ordinal_date_time_no_millis", "U'-'D3'T'H2':'m2':'s2Z | U'-'D3'T'H2':'m2':'s2X"),
    ("strict_time", "H2':'m2':'s2.1-9Z | H2':'m2':'s2.1-9X"),
    ("strict_time_no_millis", "H2':'m2':'s2Z | H2':'m2':'s2X"),
    ("strict_t_time", "'T'H2':'m2':'s2.1-9Z | 'T'H2':'m2':'s2.1-9X"),
    ("strict_t_time_no_millis", "'T'H2':'m2':'s2Z | 'T'H2':'m2':'s2X"),
    ("strict_week_date", "~Y4-10+'-W'w2'-'e1"),
    (
        "strict_week_date_time",
        "~Y4-10+'-W'w2'-'e1'T'H2':'m2':'s2.1-9Z | ~Y4-10+'-W'w2'-'e1'T'H2':'m2':'s2.1-9X",
    ),
    (
        "strict_week_date_time_no_millis",
        "~Y4-10+'-W'w2'-'e1'T'H2':'m2':'s2Z | ~Y4-10+'-W'w2'-'e1'T'H2':'m2':'s2X",
    ),
    ("strict_weekyear", "K4-10+"),
    ("strict_weekyear_week", "K4-10+'-W'k2"),
    ("strict_weekyear_week_day", "K4-10+'-W'k2'-'c1-19-"),
    ("strict_year", "U"),
    ("strict_year_month", "U'-'M2"),
    ("strict_year_month_day", "U['-'M2['-'d2]]"),
];

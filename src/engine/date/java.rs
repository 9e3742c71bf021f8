//! Dates as `java.time` reads them: Elasticsearch from 7.0 on and OpenSearch, with Elasticsearch's own ISO parser from 8.15 on.
//!
//! Goes in: a format (names and patterns joined by `||`), the engine, and a string. Comes out: a moment, or the exceptions that
//! the engine shows. Sources: `JavaDateFormatter`, `DateFormatters`, `DateFormatter` of both products.
//!
//! Not known: what [`pattern`] lists; the order in which Java's hash maps print fields (`temporal accessor [..]`).

mod epoch;
mod fields;
mod iso;
mod moment;
mod named;
mod node;
mod pattern;
mod resolve;

use crate::model::engine::{Engine, Product};
use crate::model::fate::Cause;

use super::calendar::Weeks;
use epoch::Epoch;
use fields::{Field, Fields};
use iso::Iso;
use moment::NoMoment;
use node::{Found, Node, Stop};
use pattern::Fault;
use resolve::{LongYears, Resolved, Rules, Style, resolve};

/// A format, ready to parse.
#[derive(Clone, Debug)]
pub(super) struct Java {
    /// The format as errors print it.
    shown: String,
    parsers: Vec<Parser>,
    engine: Engine,
}

/// One of the parsers that a string is tried with.
#[derive(Clone, Debug)]
enum Parser {
    Nodes { nodes: Vec<Node>, rules: Rules },
    Iso(Iso),
    Epoch(Epoch),
}

/// Why a format could not be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// The engine refuses it too, with these exceptions.
    Illegal(Vec<Cause>),
    /// The engine takes it, the replica does not know how.
    Unknown(&'static str),
}

/// What a string says, before it is made a moment.
enum Said {
    Fields(Box<Resolved>),
    /// Seconds since 1970 and nanoseconds of the second.
    Instant(i64, i64),
}

impl Java {
    /// Makes a format of names and patterns joined by `||`. A leading `8` is passed over, as it was in 6.x.
    pub(super) fn compile(format: &str, engine: Engine) -> Result<Self, Refused> {
        if format.is_empty() {
            return Err(refused(&["No date pattern provided"]));
        }
        let stripped = format.strip_prefix('8').unwrap_or(format);
        let mut parsers = Vec::new();
        let parts: Vec<&str> = stripped.split("||").collect();
        for part in &parts {
            if part.is_empty() {
                let reason =
                    format!("Cannot have empty element in multi date format pattern: {stripped}");
                return Err(refused(&[&reason]));
            }
            parsers.extend(one_format(trim(part), engine)?);
        }
        let named_alone = engine.product == Product::Elasticsearch && engine.major >= 8;
        let shown = if !named_alone {
            format
        } else if parts.len() == 1 {
            trim(stripped)
        } else {
            stripped
        };
        Ok(Self { shown: shown.to_owned(), parsers, engine })
    }

    /// Whether date detection takes the string: by parsing alone, or from Elasticsearch 8.7 on by the whole conversion.
    pub(super) fn detects(&self, text: &str) -> bool {
        if text.is_empty() {
            return false;
        }
        let version = (self.engine.major, self.engine.minor);
        let converts =
            self.engine.product == Product::Elasticsearch && !((7, 0)..(8, 7)).contains(&version);
        if converts { self.parse(text).is_ok() } else { self.say(text).is_ok() }
    }

    /// Milliseconds since 1970 and the nanoseconds below them.
    pub(super) fn parse(&self, text: &str) -> Result<(i64, u32), Vec<Cause>> {
        if text.is_empty() {
            return Err(vec![cause("illegal_argument_exception", self.empty())]);
        }
        let (seconds, nanos) = match self.say(text)? {
            Said::Instant(seconds, nanos) => (seconds, nanos),
            Said::Fields(resolved) => {
                moment::moment(&resolved).map_err(|why| vec![no_moment(&why, &resolved)])?
            }
        };
        self.to_millis(seconds, nanos)
    }

    fn empty(&self) -> &'static str {
        let later = self.engine.product == Product::Elasticsearch
            && (self.engine.major, self.engine.minor) >= (8, 14);
        if later { "cannot parse empty datetime" } else { "cannot parse empty date" }
    }

    /// OpenSearch moves what does not fit to the nearest end; the others overflow.
    fn to_millis(&self, seconds: i64, nanos: i64) -> Result<(i64, u32), Vec<Cause>> {
        const FARTHEST: i64 = 31_556_889_864_403_199;
        if !(-31_557_014_167_219_200..=FARTHEST).contains(&seconds) {
            // Java prints the fields in the order of a hash map that changes from run to run.
            let fields = format!(
                "{{InstantSeconds={seconds}, NanoOfSecond={nanos}, MicroOfSecond={}, MilliOfSecond={}}}",
                nanos / 1_000,
                nanos / 1_000_000
            );
            let fields = format!("{fields},ISO of type java.time.format.Parsed");
            let reason = format!("Unable to obtain Instant from TemporalAccessor: {fields}");
            let inner = cause("date_time_exception", "Instant exceeds minimum or maximum instant");
            return Err(vec![cause("date_time_exception", &reason), inner]);
        }
        let millis = i128::from(seconds) * 1_000 + i128::from(nanos / 1_000_000);
        let below = u32::try_from(nanos % 1_000_000).unwrap_or(0);
        let clamps = self.engine.product == Product::OpenSearch
            && (self.engine.major, self.engine.minor) >= (2, 18);
        match i64::try_from(millis) {
            Ok(millis) => Ok((millis, below)),
            Err(_) if clamps => Ok((if millis < 0 { i64::MIN } else { i64::MAX }, 0)),
            Err(_) => Err(self.too_far(seconds, nanos)),
        }
    }

    fn too_far(&self, seconds: i64, nanos: i64) -> Vec<Cause> {
        let overflow = cause("arithmetic_exception", "long overflow");
        if self.engine.product == Product::OpenSearch
            || (self.engine.major, self.engine.minor) < (8, 18)
        {
            return vec![overflow];
        }
        let where_to = if seconds < 0 { "past" } else { "future" };
        let date = resolve::show_instant(seconds, nanos);
        let reason = format!(
            "date[{date}] is too far in the {where_to} to be represented in a long milliseconds variable"
        );
        vec![cause("illegal_argument_exception", &reason), overflow]
    }

    /// The first parser that takes the whole string.
    fn say(&self, text: &str) -> Result<Said, Vec<Cause>> {
        let one = match self.parsers.as_slice() {
            [Parser::Epoch(_)] => None,
            [one] => Some(one),
            _ => None,
        };
        let outer = || {
            cause(
                "illegal_argument_exception",
                &format!("failed to parse date field [{text}] with format [{}]", self.shown),
            )
        };
        if let Some(parser) = one {
            return parser.say(text).map_err(|failure| failure.causes(outer(), text));
        }
        self.parsers.iter().find_map(|parser| parser.say(text).ok()).ok_or_else(|| {
            vec![
                outer(),
                cause("date_time_parse_exception", "Failed to parse with all enclosed parsers"),
            ]
        })
    }
}

fn refused(reasons: &[&str]) -> Refused {
    Refused::Illegal(
        reasons.iter().map(|reason| cause("illegal_argument_exception", reason)).collect(),
    )
}

fn one_format(format: &str, engine: Engine) -> Result<Vec<Parser>, Refused> {
    if format.is_empty() {
        return Err(refused(&["No date pattern provided"]));
    }
    if let Some(parsers) = named::parsers(format, engine) {
        return parsers;
    }
    match pattern::compile(format) {
        Ok(nodes) => {
            // The preview of `java.time` in 6.8 still resolved patterns smartly: 31 February is the 28th.
            let style = if engine.product == Product::Elasticsearch && engine.major < 7 {
                Style::Smart
            } else {
                Style::Strict
            };
            let rules = Rules { style, long_years: long_years(engine), weeks: weeks(engine) };
            Ok(vec![Parser::Nodes { nodes, rules }])
        }
        Err(Fault::Refused(reason)) => {
            Err(refused(&[&format!("Invalid format: [{format}]: {reason}"), &reason]))
        }
        Err(Fault::Unknown(why)) => Err(Refused::Unknown(why)),
    }
}

/// The weeks of the locale in patterns. Up to 8.15 and on OpenSearch the engine brings ISO weeks for its neutral default; from
/// 8.16 on the default is English, with the weeks of the United States.
fn weeks(engine: Engine) -> Weeks {
    let english =
        engine.product == Product::Elasticsearch && (engine.major, engine.minor) >= (8, 16);
    if english { Weeks::Sunday } else { Weeks::Iso }
}

/// By the JDK that comes with the engine.
fn long_years(engine: Engine) -> LongYears {
    let newest = match engine.product {
        Product::Elasticsearch => (engine.major, engine.minor) >= (8, 16),
        Product::OpenSearch => engine.major >= 3,
    };
    if newest { LongYears::Exact } else { LongYears::Clamped }
}

fn trim(format: &str) -> &str {
    format.trim_matches(|letter| letter <= ' ')
}

/// Why a single parser refused a string.
enum Failure {
    /// At this byte.
    At(usize),
    /// Behind this byte nothing more was expected.
    Rest(usize),
    /// An exception with this message.
    Thrown(String),
    /// Elasticsearch's own parser says no more.
    Iso,
}

impl Parser {
    fn say(&self, text: &str) -> Result<Said, Failure> {
        match self {
            Self::Epoch(epoch) => epoch
                .parse(text)
                .map(|(seconds, nanos)| Said::Instant(seconds, nanos))
                .ok_or(Failure::Iso),
            Self::Iso(iso) => iso
                .parse(text)
                .map(|fields| Said::Fields(Box::new(with_time(fields))))
                .map_err(|_| Failure::Iso),
            Self::Nodes { nodes, rules } => {
                let mut found = Found::default();
                match node::parse(nodes, &mut found, text, 0) {
                    Ok(end) if end < text.len() => Err(Failure::Rest(end)),
                    Ok(_) => resolve(found.fields, *rules)
                        .map(|resolved| Said::Fields(Box::new(resolved)))
                        .map_err(|reason| Failure::Thrown(in_weeks(&reason, rules.weeks))),
                    Err(Stop::At(at)) => Err(Failure::At(at)),
                    Err(Stop::Thrown(reason)) => Err(Failure::Thrown(reason)),
                }
            }
        }
    }
}

/// Errors name the weeks of the locale by their first day and shortest length.
fn in_weeks(reason: &str, weeks: Weeks) -> String {
    match weeks {
        Weeks::Iso => reason.to_owned(),
        Weeks::Sunday => reason.replace("[MONDAY,4]", "[SUNDAY,1]"),
    }
}

/// The ISO parser gives a time of day where it read an hour.
fn with_time(fields: Fields) -> Resolved {
    let get = |field| fields.get(field).unwrap_or(0);
    let seconds = get(Field::Hour) * 3_600 + get(Field::Minute) * 60 + get(Field::Second);
    let time = fields.has(Field::Hour).then(|| seconds * 1_000_000_000 + get(Field::Nano));
    Resolved { date: None, time, fields, excess_days: 0, weeks: Weeks::Iso }
}

impl Failure {
    fn causes(self, outer: Cause, text: &str) -> Vec<Cause> {
        let unit = |at: usize| {
            text.get(..at.min(text.len())).map_or(at, |head| head.encode_utf16().count())
        };
        let inner = |reason: String| cause("date_time_parse_exception", &reason);
        let shown = abbreviated(text);
        match self {
            Self::At(at) => vec![
                outer,
                inner(format!("Text '{shown}' could not be parsed at index {}", unit(at))),
            ],
            Self::Rest(at) => {
                let reason = format!(
                    "Text '{shown}' could not be parsed, unparsed text found at index {}",
                    unit(at)
                );
                vec![outer, inner(reason)]
            }
            Self::Thrown(reason) => {
                let arithmetic = reason == resolve::INTEGER_OVERFLOW;
                let innermost = cause(
                    if arithmetic { "arithmetic_exception" } else { "date_time_exception" },
                    &reason,
                );
                vec![
                    outer,
                    inner(format!("Text '{shown}' could not be parsed: {reason}")),
                    innermost,
                ]
            }
            Self::Iso => vec![outer, inner("Could not fully parse datetime".to_owned())],
        }
    }
}

fn abbreviated(text: &str) -> String {
    let units: Vec<u16> = text.encode_utf16().collect();
    if units.len() > 64 { String::from_utf16_lossy(&units[..64]) + "..." } else { text.to_owned() }
}

fn no_moment(why: &NoMoment, resolved: &Resolved) -> Cause {
    match why {
        NoMoment::DateTime(reason) => {
            cause("date_time_exception", &in_weeks(reason, resolved.weeks))
        }
        NoMoment::TooLittle => {
            let shown: Vec<String> = fields::ALL
                .iter()
                .filter_map(|field| {
                    resolved.fields.get(*field).map(|value| format!("{}={value}", field.name()))
                })
                .collect();
            let reason = format!(
                "temporal accessor [{{{}}},ISO] cannot be converted to zoned date time",
                shown.join(", ")
            );
            cause("illegal_argument_exception", &reason)
        }
    }
}

fn cause(error_type: &str, reason: &str) -> Cause {
    Cause { error_type: error_type.to_owned(), reason: Some(reason.to_owned()) }
}

//! Dates in strings: which strings an engine takes for a date, and which moment they are.
//!
//! Goes in: a date format as a mapping holds it (`yyyy/MM/dd||epoch_millis`), the engine, and a string (for a JSON number its
//! text). Comes out: milliseconds since 1970 with the finer digits, or the exceptions that the engine shows. One grammar per
//! library that the engines use: Joda-Time for Elasticsearch 6.x, `java.time` since 7.0 and on OpenSearch, and Elasticsearch's own ISO
//! parser from 8.15 on.
//!
//! Not known: locales other than English and the neutral one; the texts of `java.time` behind a single format.

mod calendar;
mod java;
mod joda;
mod plain;
mod zone;

use crate::model::engine::{Engine, Product};
use crate::model::fate::Cause;

use java::Java;
use joda::{Joda, Refused, Thrown};

/// A date format of a mapping, ready to read strings.
#[derive(Clone, Debug)]
pub struct DateFormat {
    grammar: Grammar,
    /// Whether dates of the usual form need no grammar.
    is_plain_first: bool,
}

#[derive(Clone, Debug)]
enum Grammar {
    Joda(Joda),
    Java(Java),
}

impl Grammar {
    fn compile(format: &str, engine: Engine) -> Result<Self, DateFailure> {
        if uses_joda(engine) && !asks_for_java(format, engine) {
            return Ok(Self::Joda(Joda::compile(format).map_err(refused)?));
        }
        match Java::compile(format, engine) {
            Ok(java) => Ok(Self::Java(java)),
            Err(java::Refused::Unknown(why)) => Err(DateFailure::unknown(why)),
            Err(java::Refused::Illegal(causes)) => Err(DateFailure { causes, unknown: None }),
        }
    }
}

/// A moment in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment {
    /// Milliseconds since 1970-01-01T00:00Z, cut: this is what a `date` field holds.
    pub millis: i64,
    /// What was cut, in nanoseconds, 0 to 999,999.
    pub nanos_of_milli: u32,
}

/// A string that is no date, or a format that is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DateFailure {
    /// The engine's exceptions, outermost first; empty where `unknown` says why.
    pub causes: Vec<Cause>,
    /// The engine takes the format, but the replica does not know what it reads: this is why. Treat the field as opaque.
    pub unknown: Option<String>,
}

impl DateFormat {
    /// Reads a `format`.
    pub fn compile(format: &str, engine: Engine) -> Result<Self, DateFailure> {
        let grammar = Grammar::compile(format, engine)?;
        Ok(Self { grammar, is_plain_first: plain::is_read_first(format) })
    }

    /// Whether date detection takes the string for a date with this format. What is detected may still fail to parse.
    pub fn detects(&self, text: &str) -> bool {
        match &self.grammar {
            Grammar::Joda(joda) => joda.parse(text).is_ok(),
            Grammar::Java(java) => java.detects(text),
        }
    }

    /// The date before date math, as in the bounds of a `date_range`: the same moments, on Joda other words for what is none.
    pub fn parse_for_math(&self, text: &str) -> Result<Moment, DateFailure> {
        match &self.grammar {
            Grammar::Joda(joda) => moment(joda.parse_for_math(text).map_err(thrown)),
            Grammar::Java(_) => self.parse(text),
        }
    }

    /// Milliseconds since 1970 of a string in the usual form, where the format reads that first; nothing means nothing.
    pub(crate) fn plain_millis(&self, text: &[u8]) -> Option<i64> {
        if self.is_plain_first { plain::millis(text) } else { None }
    }

    /// The moment that a `date` field with this format stores.
    pub fn parse(&self, text: &str) -> Result<Moment, DateFailure> {
        if let Some(millis) = self.plain_millis(text.as_bytes()) {
            return Ok(Moment { millis, nanos_of_milli: 0 });
        }
        match &self.grammar {
            Grammar::Joda(joda) => moment(joda.parse(text).map_err(thrown)),
            Grammar::Java(java) => moment(java.parse(text)),
        }
    }
}

fn moment(read: Result<(i64, u32), Vec<Cause>>) -> Result<Moment, DateFailure> {
    match read {
        Ok((millis, nanos_of_milli)) => Ok(Moment { millis, nanos_of_milli }),
        Err(causes) => Err(DateFailure { causes, unknown: None }),
    }
}

fn thrown(thrown: Thrown) -> Vec<Cause> {
    vec![thrown.cause()]
}

impl DateFailure {
    fn unknown(why: &str) -> Self {
        Self { causes: Vec::new(), unknown: Some(why.to_owned()) }
    }
}

/// One of the formats that new strings are tried with, in this order.
#[derive(Clone, Debug)]
pub struct DetectionFormat {
    /// What the mapping prints as `format`; `None` where it prints none, because it is the default of a `date` field.
    pub printed: Option<&'static str>,
    /// The grammar that detection uses. The field that comes out of it is compiled from the printed text and may differ.
    pub format: DateFormat,
}

/// The default `format` of a `date` field.
pub const DEFAULT_FORMAT: &str = "strict_date_optional_time||epoch_millis";
/// The second default of `dynamic_date_formats`.
pub const SLASH_FORMAT: &str = "yyyy/MM/dd HH:mm:ss||yyyy/MM/dd||epoch_millis";

/// The two formats of date detection where `dynamic_date_formats` is not set (`RootObjectMapper.Defaults`).
pub fn detection_formats(engine: Engine) -> Result<[DetectionFormat; 2], DateFailure> {
    let slashes = if uses_joda(engine) {
        DateFormat { grammar: Grammar::Joda(Joda::strict_slashes()), is_plain_first: false }
    } else {
        DateFormat::compile(SLASH_FORMAT, engine)?
    };
    Ok([
        DetectionFormat { printed: None, format: DateFormat::compile(DEFAULT_FORMAT, engine)? },
        DetectionFormat { printed: Some(SLASH_FORMAT), format: slashes },
    ])
}

fn uses_joda(engine: Engine) -> bool {
    engine.product == Product::Elasticsearch && engine.major < 7
}

/// From 6.7 on a format that begins with `8` is one of `java.time`, as a preview of 7.0.
fn asks_for_java(format: &str, engine: Engine) -> bool {
    engine.minor >= 7 && format.starts_with('8')
}

fn refused(refused: Refused) -> DateFailure {
    match refused {
        Refused::Thrown(what) => DateFailure { causes: thrown(what), unknown: None },
        Refused::Pattern(outer, inner) => {
            DateFailure { causes: vec![outer.cause(), inner.cause()], unknown: None }
        }
        Refused::Unknown(why) => DateFailure::unknown(why),
    }
}

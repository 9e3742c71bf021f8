//! Dates as Elasticsearch 6.x reads them: Joda-Time 2.10.1.
//!
//! Goes in: a format (names and patterns joined by `||`) and a string. Comes out: milliseconds since 1970, or the exception
//! that Joda throws. Sources: `org.elasticsearch.common.joda.Joda`, `org.joda.time.format.DateTimeFormatterBuilder`.
//!
//! Not known: the pivot of two-digit years follows the engine's clock (`now - 30` at the time the format was made); here it
//! is that of 2020, so `yy` from 40 to 49 may be a hundred years off. Whether such a string is a date does not depend on it.

mod bucket;
mod element;
mod named;
mod pattern;

use crate::model::fate::Cause;

use bucket::Bucket;
use element::{Element, Stop};

/// What a parse throws: type and reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Thrown {
    /// The engine's name of the exception class.
    pub(super) error_type: &'static str,
    /// Its message.
    pub(super) reason: String,
}

impl Thrown {
    fn of(error_type: &'static str, reason: String) -> Self {
        Self { error_type, reason }
    }

    fn prepend(self, text: &str) -> Self {
        Self { reason: format!("Cannot parse \"{text}\": {}", self.reason), ..self }
    }

    /// The one link of the cause chain.
    pub(super) fn cause(self) -> Cause {
        Cause { error_type: self.error_type.to_owned(), reason: Some(self.reason) }
    }
}

/// Why a format could not be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// The engine refuses it too.
    Thrown(Thrown),
    /// The engine refuses it because of its pattern: its words, and Joda's.
    Pattern(Thrown, Thrown),
    /// The engine takes it, the replica does not know how.
    Unknown(&'static str),
}

/// A format, ready to parse.
#[derive(Clone, Debug)]
pub(super) struct Joda {
    root: Element,
}

impl Joda {
    /// Makes a format of names and patterns joined by `||`.
    pub(super) fn compile(format: &str) -> Result<Self, Refused> {
        Ok(Self { root: named::format(format)? })
    }

    /// The second of the two formats that dates are detected with: digits are counted, unlike in the same text as a pattern
    /// (`Joda#getStrictStandardDateFormatter`).
    pub(super) fn strict_slashes() -> Self {
        Self { root: named::strict_slashes() }
    }

    /// Milliseconds since 1970, and the nanoseconds beyond them that Joda cuts without telling.
    pub(super) fn parse(&self, text: &str) -> Result<(i64, u32), Thrown> {
        self.read(text, &|at| invalid_format(text, at))
    }

    /// The same in the words of `JodaDateMathParser`, which reads into a date.
    pub(super) fn parse_for_math(&self, text: &str) -> Result<(i64, u32), Thrown> {
        self.read(text, &|at| {
            let units = text.get(..at).unwrap_or(text).encode_utf16().count();
            format!("Parse failure at index [{units}] of [{text}]")
        })
    }

    /// `stopped` words the place where no format goes on.
    fn read(&self, text: &str, stopped: &dyn Fn(usize) -> String) -> Result<(i64, u32), Thrown> {
        let mut bucket = Bucket::default();
        let at = match element::parse(&self.root, &mut bucket, text, 0) {
            Ok(end) if end >= text.len() => {
                let finer = bucket.finer;
                return Ok((bucket.millis(text)?, finer));
            }
            Ok(end) => end,
            Err(Stop::At(at)) => at,
            Err(Stop::Thrown(thrown)) => return Err(thrown),
        };
        Err(Thrown::of("illegal_argument_exception", stopped(at)))
    }
}

/// Joda shows at most 32 characters behind the mistake (`FormatUtils#createErrorMessage`); it counts UTF-16 units.
fn invalid_format(text: &str, at: usize) -> String {
    let units: Vec<u16> = text.encode_utf16().collect();
    let at = text.get(..at.min(text.len())).map_or(units.len(), |head| head.encode_utf16().count());
    let whole = units.len() <= at + 35;
    let sample = |from: usize| {
        let to = if whole { units.len() } else { at + 32 };
        String::from_utf16_lossy(&units[from..to]) + if whole { "" } else { "..." }
    };
    if at == 0 {
        format!("Invalid format: \"{}\"", sample(0))
    } else if at >= units.len() {
        format!("Invalid format: \"{}\" is too short", sample(0))
    } else {
        format!("Invalid format: \"{}\" is malformed at \"{}\"", sample(0), sample(at))
    }
}

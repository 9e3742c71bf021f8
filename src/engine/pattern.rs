//! Wildcards and regular expressions, as the engines run them over names.
//!
//! Goes in: a pattern of a mapping and a name or path. Comes out: whether it matches. A regular expression of Java is run by a
//! linear engine where it translates, else by a backtracking one with a limit on its steps; what neither can run faithfully is
//! refused with the reason, never approximated. Sources: `Regex#simpleMatch`, `DynamicTemplate.MatchType`,
//! `java.util.regex.Pattern`.

mod java;

use std::fmt;

/// Matches `*` as any run of characters, everything else as itself.
pub fn simple_match(pattern: &str, text: &str) -> bool {
    let Some((head, tail)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut rest) = text.strip_prefix(head) else { return false };
    let (middle, last) =
        tail.rsplit_once('*').map_or((None, tail), |(middle, last)| (Some(middle), last));
    for part in middle.into_iter().flat_map(|middle| middle.split('*')) {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// A regular expression of Java that must match a whole text (`String#matches`).
#[derive(Clone, Debug)]
pub struct JavaRegex {
    program: Program,
    /// What Java does with letters beyond ASCII here depends on the JDK or cannot be translated.
    ascii_only: bool,
}

#[derive(Clone, Debug)]
enum Program {
    Linear(Box<regex::Regex>),
    Backtracking(Box<fancy_regex::Regex>),
}

/// Why a pattern cannot be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegexFailure {
    /// Java refuses it as well: `PatternSyntaxException`.
    Invalid(String),
    /// Java takes it; this is what the replica cannot do. Whoever depends on it is opaque.
    Unknown(String),
}

impl fmt::Display for RegexFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(why) => write!(f, "not a regular expression of Java: {why}"),
            Self::Unknown(why) => {
                write!(f, "a regular expression that cannot be run as Java runs it: {why}")
            }
        }
    }
}

/// Steps that a backtracking match may take: a name of 100 characters needs some thousand with a sane pattern.
const STEPS: usize = 200_000;

impl JavaRegex {
    /// Translates a pattern.
    pub fn compile(pattern: &str) -> Result<Self, RegexFailure> {
        let translated = java::translate(pattern)?;
        let whole = format!(r"\A(?:{})\z", translated.pattern);
        let unknown = |why: String| {
            RegexFailure::Unknown(why.lines().last().unwrap_or_default().trim().to_owned())
        };
        let program = if translated.backtracks {
            let built = fancy_regex::RegexBuilder::new(&whole).backtrack_limit(STEPS).build();
            Program::Backtracking(Box::new(built.map_err(|error| unknown(error.to_string()))?))
        } else {
            Program::Linear(Box::new(
                regex::Regex::new(&whole).map_err(|error| unknown(error.to_string()))?,
            ))
        };
        Ok(Self { program, ascii_only: translated.ascii_only })
    }

    /// Whether the whole text matches; an error where that cannot be said.
    pub fn matches(&self, text: &str) -> Result<bool, RegexFailure> {
        if self.ascii_only && !text.is_ascii() {
            let why = format!("letters beyond ASCII in `{text}` with \\b or without case");
            return Err(RegexFailure::Unknown(why));
        }
        match &self.program {
            Program::Linear(regex) => Ok(regex.is_match(text)),
            Program::Backtracking(regex) => regex
                .is_match(text)
                .map_err(|_| RegexFailure::Unknown(format!("more than {STEPS} steps"))),
        }
    }
}

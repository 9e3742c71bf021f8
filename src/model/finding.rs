//! What a rule says about the evidence: one observable, about one subject, with the records that show it.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::object::Sighting;
use super::path::FieldPath;

/// One finding. One per field in data; only text groups them.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The rule's id.
    pub rule: &'static str,
    /// How bad it is.
    pub level: Level,
    /// How sure it is.
    pub confidence: Confidence,
    /// The index, where the finding is about one.
    pub index: Option<String>,
    /// The field, where the finding is about one.
    pub field: Option<FieldPath>,
    /// One sentence that stands alone.
    pub message: String,
    /// What a reader calls several of these that belong together, to be read after their number: `fields came with family
    /// 2`. Text puts findings with the same words into one block; `None` where each stands alone.
    pub group: Option<String>,
    /// Records that show it.
    pub count: Option<u64>,
    /// Of how many.
    pub of: Option<u64>,
    /// The first record that shows it.
    pub first: Option<Sighting>,
    /// The last record that shows it.
    pub last: Option<Sighting>,
    /// Where the finding is about bytes that are no record.
    pub place: Option<Place>,
    /// Names of the families whose records show it.
    pub families: Vec<String>,
    /// The engine's decision or words, where it made some.
    pub engine: Option<String>,
    /// A record that shows it.
    pub witness: Option<Vec<u8>>,
    /// The smallest record made from it that still shows it, where one was made.
    pub smallest: Option<Vec<u8>>,
    /// Other records that the finding rests on.
    pub others: Vec<Shown>,
    /// Further evidence, one sentence each.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Vec<String>,
    /// What makes two findings of one rule about one subject different: from and to types, never counts or dates.
    pub tokens: Vec<String>,
}

/// A record that stands beside the first one, and what it shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// Which record.
    pub sighting: Sighting,
    /// Its bytes, as far as the example limit goes.
    pub bytes: Vec<u8>,
    /// One sentence.
    pub says: String,
}

/// A stretch of an object that no record explains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The object's key.
    pub object: String,
    /// First inflated byte, where known.
    pub byte_offset: Option<u64>,
    /// Length in inflated bytes, where known.
    pub byte_length: Option<u64>,
}

/// What all rules together said.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Verdict {
    /// Findings, in the order of rules.
    pub findings: Vec<Finding>,
    /// Rules that could not run, with the reason.
    pub not_run: BTreeMap<&'static str, String>,
}

/// What a reader may know about a rule without running it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleCard {
    /// Kebab-case.
    pub id: &'static str,
    /// One line.
    pub summary: &'static str,
    /// The level of its findings unless it says otherwise.
    pub level: Level,
    /// `drift`, `reject`, `shape`, ...
    pub area: &'static str,
}

impl Finding {
    /// A finding that is certain and says nothing but its sentence.
    pub fn new(rule: &'static str, level: Level, message: String) -> Self {
        Self {
            rule,
            level,
            confidence: Confidence::Certain,
            index: None,
            field: None,
            message,
            group: None,
            count: None,
            of: None,
            first: None,
            last: None,
            place: None,
            families: Vec::new(),
            engine: None,
            witness: None,
            smallest: None,
            others: Vec::new(),
            notes: Vec::new(),
            help: Vec::new(),
            tokens: Vec::new(),
        }
    }

    /// What stays the same while the same thing is the case: 16 hex digits of SHA-256 over the rule, the index with its dates
    /// taken out, the field and the tokens. Parts end with a zero byte, so that they cannot run into each other.
    pub fn fingerprint(&self) -> String {
        let index = self.index.as_deref().map(index_pattern).unwrap_or_default();
        let field = self.field.as_ref().map(ToString::to_string).unwrap_or_default();
        let mut hash = Sha256::new();
        for part in [self.rule, &index, &field].into_iter().chain(self.tokens.iter().map(|t| &**t))
        {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        let front =
            hash.finalize().iter().take(8).fold(0_u64, |front, byte| front << 8 | u64::from(*byte));
        format!("{front:016x}")
    }
}

/// An index name with `*` for its dates and rollover numbers: `logs-2019-04-30-06` and `logs-2019.05` are both `logs-*`.
///
/// The forms are those of Firehose's `IndexRotationPeriod` (`-yyyy-MM-dd-HH`, `-yyyy-MM-dd`, `-yyyy-'w'ww`, `-yyyy-MM`), the
/// same with dots or without separators, and the six digits of a rollover.
pub fn index_pattern(name: &str) -> String {
    let parts: Vec<&str> = name.split_inclusive(['-', '.', '_']).collect();
    let mut shown = String::new();
    let mut rest = parts.as_slice();
    while let Some((part, behind)) = rest.split_first() {
        let length = date_parts(rest);
        let stands_for = if length == 0 { part } else { "*" };
        shown.push_str(stands_for);
        if length > 0 {
            shown.push_str(separator(rest[length - 1]));
        }
        rest = if length == 0 { behind } else { &rest[length..] };
    }
    shown
}

/// How many of the first parts are one date, or the number of a rollover; 0 where they begin with neither.
fn date_parts(parts: &[&str]) -> usize {
    let Some((first, behind)) = parts.split_first() else { return 0 };
    let bare = first.trim_end_matches(['-', '.', '_']);
    let is_number = !bare.is_empty() && bare.bytes().all(|byte| byte.is_ascii_digit());
    let is_century = bare.starts_with("19") || bare.starts_with("20");
    match bare.len() {
        4 if is_number && is_century => {
            1 + behind.iter().take(3).take_while(|p| is_date_part(p)).count()
        }
        8 | 10 if is_number && is_century => 1,
        6 if is_number => 1,
        _ => 0,
    }
}

/// Month, day, hour, or a week as `w17`.
fn is_date_part(part: &str) -> bool {
    let bare = part.trim_end_matches(['-', '.', '_']);
    let digits = bare.strip_prefix('w').unwrap_or(bare);
    digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn separator(part: &str) -> &str {
    &part[part.trim_end_matches(['-', '.', '_']).len()..]
}

/// How bad a finding is, in SARIF's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Worth knowing.
    Note,
    /// Worth a look.
    Warning,
    /// Data or readers suffer.
    Error,
}

impl Level {
    /// The stable name that reports use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// How sure a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// One of several readings of the evidence.
    Possible,
    /// The evidence leaves little else.
    Likely,
    /// Shown by the engine's stored state, or by the replica on a fully read record.
    Certain,
}

impl Confidence {
    /// The stable name that reports use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Possible => "possible",
            Self::Likely => "likely",
            Self::Certain => "certain",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_in_index_names_are_taken_out() {
        let shown = |name| index_pattern(name);
        assert_eq!(shown("logs-2019-04-30-06"), "logs-*");
        assert_eq!(shown("logs-2019.05"), "logs-*");
        assert_eq!(shown("logs-2019-w17"), "logs-*");
        assert_eq!(shown(".ds-logs-app-2024.01.31-000007"), ".ds-logs-app-*-*");
        assert_eq!(shown("logs-20190430-v2"), "logs-*-v2");
        assert_eq!(shown("interest_service_click2"), "interest_service_click2");
        assert_eq!(shown("port-8080-a"), "port-8080-a");
        assert_eq!(shown(""), "");
    }

    #[test]
    fn a_fingerprint_ignores_words_counts_and_dates() {
        let mut finding = Finding::new("field-added-dynamically", Level::Warning, "one".into());
        finding.index = Some("logs-2019-04-30".into());
        finding.field = Some(FieldPath::parse("a.b"));
        finding.tokens = vec!["long".into()];
        let mut later = finding.clone();
        later.index = Some("logs-2019-05-01".into());
        later.message = "two".into();
        later.count = Some(7);
        assert_eq!(finding.fingerprint(), later.fingerprint());
        assert_eq!(finding.fingerprint().len(), 16);
        later.tokens = vec!["text".into()];
        assert_ne!(finding.fingerprint(), later.fingerprint());
    }
}

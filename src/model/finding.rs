//! What a rule says about the evidence: one observable, about one subject, with the records that show it.

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
    /// Records that show it.
    pub count: Option<u64>,
    /// Of how many.
    pub of: Option<u64>,
    /// The first record that shows it.
    pub first: Option<Sighting>,
    /// The last record that shows it.
    pub last: Option<Sighting>,
    /// Names of the families whose records show it.
    pub families: Vec<String>,
    /// The engine's decision or words, where it made some.
    pub engine: Option<String>,
    /// A record that shows it.
    pub witness: Option<Vec<u8>>,
    /// What to do.
    pub help: Vec<String>,
    /// What makes two findings of one rule about one subject different: from and to types, never counts or dates.
    pub tokens: Vec<String>,
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

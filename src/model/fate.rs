//! What the engine does with one record: takes it, takes it with losses, or refuses it in its own words.

use super::path::FieldPath;

/// The fate of one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Indexed. Each loss is something that is not searchable as it was sent.
    Accepted(Vec<Loss>),
    /// Refused.
    Rejected(Reject),
}

/// A value that was accepted, but not as it was sent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Loss {
    /// The mapped field.
    pub field: FieldPath,
    /// Why.
    pub cause: LossCause,
}

/// Why an accepted value is not searchable as it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LossCause {
    /// A decimal was cut to an integer.
    DecimalsCut,
    /// A string was read as a number or boolean.
    Coerced,
    /// Longer than `ignore_above`.
    IgnoreAbove,
    /// Dropped by `ignore_malformed`.
    IgnoreMalformed,
    /// An integer beyond what the type holds exactly.
    PrecisionLost,
    /// A date finer than the field's resolution.
    DateTruncated,
    /// Under `dynamic: false`.
    NotMapped,
    /// Under `enabled: false`.
    NotParsed,
    /// Beyond the field limit, with `ignore_dynamic_beyond_limit`.
    BeyondLimit,
}

impl LossCause {
    /// The stable name that reports use.
    pub fn name(self) -> &'static str {
        match self {
            Self::DecimalsCut => "decimals-cut",
            Self::Coerced => "coerced",
            Self::IgnoreAbove => "ignore-above",
            Self::IgnoreMalformed => "ignore-malformed",
            Self::PrecisionLost => "precision-lost",
            Self::DateTruncated => "date-truncated",
            Self::NotMapped => "dynamic-false",
            Self::NotParsed => "enabled-false",
            Self::BeyondLimit => "beyond-limit",
        }
    }
}

/// A refusal, as the engine words it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reject {
    /// `mapper_parsing_exception`, ... Empty where the replica gave up: see [`Reject::is_of_the_engine`].
    pub error_type: String,
    /// The engine's sentence. `'?'` stands for the document's id, which a backup does not know.
    pub reason: String,
    /// The engine's cause chain, outermost first.
    pub caused_by: Vec<Cause>,
    /// The field that was the cause, where there is one.
    pub field: Option<FieldPath>,
    /// Which kind of refusal this is.
    pub class: RejectClass,
}

impl Reject {
    /// Whether the words are the engine's. They are the replica's own where it could not follow a record to its end.
    pub fn is_of_the_engine(&self) -> bool {
        !self.error_type.is_empty()
    }
}

/// One link of a cause chain.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cause {
    /// `illegal_argument_exception`, ...
    pub error_type: String,
    /// The engine's sentence; `None` where the engine prints `null`.
    pub reason: Option<String>,
}

/// Kinds of refusals: what a reader would do about them differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RejectClass {
    /// Not JSON, or no object at the top.
    NotAnObject,
    /// A value that its field's type cannot take.
    ValueType,
    /// A string that no format of its date field parses.
    Date,
    /// A number beyond its field's range.
    NumberRange,
    /// An object where a value is mapped, or the reverse.
    ObjectScalar,
    /// `a` and `a.b` used side by side.
    DottedName,
    /// A name that the engine refuses.
    FieldName,
    /// `dynamic: strict`.
    Strict,
    /// The limit on fields.
    FieldLimit,
    /// Depth, nested fields, nested objects, dimensions.
    StructureLimit,
    /// A term beyond Lucene's limit.
    TermTooLong,
    /// Two types for the same new field inside one record.
    MappingConflict,
    /// Anything else.
    Other,
}

//! Input that could not be read: where and what. Counted, never fatal, never silent: a report with a problem is incomplete.

use std::collections::BTreeSet;
use std::error::Error;
use std::io;

/// One stretch of input that was not read, or whose records could not be counted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The object's key; empty where the problem is not in one object.
    pub object: String,
    /// First inflated byte of the stretch, where known.
    pub byte_offset: Option<u64>,
    /// Its length in inflated bytes, where known.
    pub byte_length: Option<u64>,
    /// What kind of problem this is.
    pub kind: ProblemKind,
    /// What happened, in words, with what to do where something can be done.
    pub message: String,
}

/// Problems, kept up to a limit and counted beyond it. The first by object and place are kept, in whatever order they come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems {
    kept: BTreeSet<Problem>,
    not_kept: u64,
    limit: usize,
}

impl Problems {
    /// None yet; at most `limit` will be kept.
    pub fn new(limit: usize) -> Self {
        Self { kept: BTreeSet::new(), not_kept: 0, limit }
    }

    /// Takes note of one.
    pub fn add(&mut self, problem: Problem) {
        self.kept.insert(problem);
        if self.kept.len() > self.limit {
            self.kept.pop_last();
            self.not_kept += 1;
        }
    }

    /// Takes note of those that somebody else met.
    pub fn merge(&mut self, others: Self) {
        self.not_kept += others.not_kept;
        others.kept.into_iter().for_each(|problem| self.add(problem));
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty() && self.not_kept == 0
    }

    /// Those that were kept, sorted, and how many were not.
    pub fn into_parts(self) -> (Vec<Problem>, u64) {
        (self.kept.into_iter().collect(), self.not_kept)
    }
}

/// Why a store could not give an object's bytes. Its readers carry it inside an [`io::Error`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Unreadable {
    /// What kind of problem this is.
    pub kind: ProblemKind,
    /// What happened, in words, with what to do where something can be done.
    pub message: String,
}

impl Unreadable {
    /// The one that a read error stands for, however deep decoders have wrapped it.
    pub fn behind(error: &io::Error) -> Option<&Self> {
        let mut cause: Option<&(dyn Error + 'static)> = Some(error);
        while let Some(inner) = cause {
            if let Some(found) = inner.downcast_ref::<Self>() {
                return Some(found);
            }
            // An `io::Error` counts what it carries as itself, not as its source.
            cause = match inner.downcast_ref::<io::Error>() {
                Some(wrapper) => wrapper.get_ref().map(|carried| carried as _),
                None => inner.source(),
            };
        }
        None
    }
}

/// What kind of problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProblemKind {
    /// A compressed object ends early or is broken inside.
    CompressionDamaged,
    /// A record ends early: at the end of its object, or where the next one begins.
    RecordCut,
    /// Bytes between records that are no record.
    Garbage,
    /// A record beyond the size limit.
    RecordTooLong,
    /// An object inflates beyond the limit.
    InflateLimit,
    /// A cap was reached; what lies beyond it is only counted.
    LimitReached,
    /// An object could not be fetched.
    GetFailed,
    /// An object is archived (`GLACIER`, `DEEP_ARCHIVE`) and must be restored first.
    Archived,
    /// The key that encrypts the object may not be used.
    KmsRefused,
    /// The object changed while it was read.
    ObjectChanged,
    /// What the cluster says of an index cannot be read.
    IndexUnreadable,
    /// The run was interrupted.
    Interrupted,
}

impl ProblemKind {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::CompressionDamaged,
        Self::RecordCut,
        Self::Garbage,
        Self::RecordTooLong,
        Self::InflateLimit,
        Self::LimitReached,
        Self::GetFailed,
        Self::Archived,
        Self::KmsRefused,
        Self::ObjectChanged,
        Self::IndexUnreadable,
        Self::Interrupted,
    ];

    /// The stable name that reports use.
    pub fn name(self) -> &'static str {
        match self {
            Self::CompressionDamaged => "compression-damaged",
            Self::RecordCut => "record-cut",
            Self::Garbage => "garbage",
            Self::RecordTooLong => "record-too-long",
            Self::InflateLimit => "inflate-limit",
            Self::LimitReached => "limit-reached",
            Self::GetFailed => "get-failed",
            Self::Archived => "archived",
            Self::KmsRefused => "kms-refused",
            Self::ObjectChanged => "object-changed",
            Self::IndexUnreadable => "index-unreadable",
            Self::Interrupted => "interrupted",
        }
    }

    /// Whether the object's bytes are damaged, as against out of reach.
    pub fn is_damage(self) -> bool {
        matches!(
            self,
            Self::CompressionDamaged | Self::RecordCut | Self::Garbage | Self::RecordTooLong
        )
    }
}

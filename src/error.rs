//! Why a run could not look at what it was asked to look at. What records do is never an error: findings and problems are data.

use std::error::Error as _;
use std::fmt::Write as _;

use crate::engine::IndexError;
use crate::io::cluster::{ClusterError, Trouble};
use crate::io::document::DocumentError;
use crate::io::given::GivenError;
use crate::io::source::SourceError;
use crate::mapping::MappingError;

/// The world or the user stood in the way.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Flags that do not fit together, or values that are none.
    #[error("{message}")]
    Usage {
        /// What is wrong.
        message: String,
        /// What to do.
        hint: Option<String>,
    },
    /// There is an input, and nothing in it to look at.
    #[error("nothing to look at: {0}")]
    Nothing(String),
    /// The system gives no threads.
    #[error("cannot start")]
    Start(#[source] std::io::Error),
    /// The backup side.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The index side.
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    /// A file of the program's own, such as a capture.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// A file that the user named, in place of the cluster.
    #[error(transparent)]
    Given(#[from] GivenError),
    /// A mapping that the cluster or a file holds cannot be read.
    #[error("the mapping of {index} cannot be read")]
    Mapping {
        /// Whose mapping.
        index: String,
        /// What is wrong with it.
        source: MappingError,
    },
    /// A mapping that no index of this engine can have.
    #[error("the mapping of {index} cannot be replayed")]
    Index {
        /// Whose mapping.
        index: String,
        /// What is wrong with it.
        source: IndexError,
    },
    /// The report or a file could not be written.
    #[error("cannot write {what}")]
    Write {
        /// What was written.
        what: String,
        /// The system's word.
        source: std::io::Error,
    },
}

impl Error {
    /// The exit code: 2 for the user's side, 3 for nothing to look at, 4 for out of reach.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Usage { .. }
            | Self::Document(_)
            | Self::Given(_)
            | Self::Mapping { .. }
            | Self::Index { .. }
            | Self::Write { .. } => 2,
            Self::Nothing(_) => 3,
            Self::Start(_) => 4,
            Self::Source(error) => error.exit_code(),
            Self::Cluster(error) => match error.trouble() {
                Trouble::Usage => 2,
                Trouble::NothingThere => 3,
                Trouble::OutOfReach => 4,
            },
        }
    }

    /// What to do about it, where something can be done.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Usage { hint, .. } => hint.clone(),
            Self::Source(error) => error.hint(),
            Self::Cluster(error) => Some(error.hint()),
            Self::Document(error) => Some(error.hint()),
            Self::Given(error) => Some(error.hint().to_owned()),
            Self::Nothing(_)
            | Self::Start(_)
            | Self::Mapping { .. }
            | Self::Index { .. }
            | Self::Write { .. } => None,
        }
    }

    fn causes(&self) -> impl Iterator<Item = &(dyn std::error::Error + 'static)> {
        std::iter::successors(self.source(), |cause| (*cause).source())
    }

    /// The error and its causes on one line.
    pub fn chain(&self) -> String {
        let mut text = self.to_string();
        for cause in self.causes() {
            let _ = write!(text, ": {cause}");
        }
        text
    }

    /// The whole complaint: what, why, and what to do.
    pub fn explain(&self) -> String {
        let mut text = format!("error: {self}");
        for cause in self.causes() {
            let _ = write!(text, "\n  caused by: {cause}");
        }
        if let Some(hint) = self.hint() {
            let _ = write!(text, "\n  hint: {hint}");
        }
        text
    }
}

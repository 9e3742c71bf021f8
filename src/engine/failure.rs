//! An exception of the engine on its way up: type, sentence, cause.
//!
//! In: what went wrong, in the engine's words. Out: a [`Reject`]. It refuses to know when an exception is wrapped into
//! another; the traversal does that.

use std::borrow::Cow;

use crate::model::fate::{Cause, Reject, RejectClass};
use crate::model::path::FieldPath;

/// The result of a step.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

/// One exception with its causes. It is kept small, since nearly every step succeeds.
#[derive(Clone, Debug)]
pub(crate) struct Failure(Box<Exception>);

/// What an exception says.
#[derive(Clone, Debug)]
pub(crate) struct Exception {
    /// As the engine prints it: class name in snake case.
    pub kind: Cow<'static, str>,
    /// The sentence; `None` where the engine prints `null`.
    pub reason: Option<Cow<'static, str>>,
    /// What caused it.
    pub cause: Option<Failure>,
    /// The field at fault.
    pub field: Option<FieldPath>,
    /// What a reader would do about it.
    pub class: RejectClass,
}

impl Failure {
    pub(crate) fn new(
        kind: impl Into<Cow<'static, str>>,
        reason: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self(Box::new(Exception {
            kind: kind.into(),
            reason: Some(reason.into()),
            cause: None,
            field: None,
            class: RejectClass::Other,
        }))
    }

    /// `illegal_argument_exception`.
    pub(crate) fn argument(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::new("illegal_argument_exception", reason)
    }

    /// `illegal_state_exception`.
    pub(crate) fn state(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::new("illegal_state_exception", reason)
    }

    /// `mapper_parsing_exception`.
    pub(crate) fn mapper(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::new("mapper_parsing_exception", reason)
    }

    /// Exceptions as other rooms give them, outermost first.
    pub(crate) fn from_causes(causes: &[Cause]) -> Option<Self> {
        let (first, rest) = causes.split_first()?;
        let mut failure = Self::new(first.error_type.clone(), "");
        failure.reason = first.reason.clone().map(Cow::Owned);
        failure.cause = Self::from_causes(rest);
        Some(failure)
    }

    /// One exception as other rooms give it.
    pub(crate) fn from_cause(cause: Cause) -> Self {
        let mut failure = Self::new(cause.error_type, "");
        failure.reason = cause.reason.map(Cow::Owned);
        failure
    }

    #[must_use]
    pub(crate) fn class(mut self, class: RejectClass) -> Self {
        self.class = class;
        self
    }

    /// Names the field at fault unless a deeper cause did.
    #[must_use]
    pub(crate) fn field(mut self, field: impl FnOnce() -> FieldPath) -> Self {
        if self.field.is_none() {
            self.field = Some(field());
        }
        self
    }

    /// Makes `cause` the cause of this; class and field are taken over where this one has none.
    #[must_use]
    pub(crate) fn because(mut self, cause: Self) -> Self {
        if self.class == RejectClass::Other {
            self.class = cause.class;
        }
        if self.field.is_none() {
            self.field.clone_from(&cause.field);
        }
        self.cause = Some(cause);
        self
    }

    /// Whether it is an `IllegalArgumentException` of Java's; those of dates and of the JSON reader are not.
    pub(crate) fn is_argument(&self) -> bool {
        matches!(self.kind.as_ref(), "illegal_argument_exception" | "number_format_exception")
    }

    /// The sentence, or the word that Java prints for a missing one.
    pub(crate) fn message(&self) -> &str {
        self.reason.as_deref().unwrap_or("null")
    }

    pub(crate) fn into_reject(self) -> Reject {
        let mut caused_by = Vec::new();
        let mut next = self.cause.as_ref();
        while let Some(cause) = next {
            let reason = cause.reason.as_deref().map(str::to_owned);
            caused_by.push(Cause { error_type: cause.kind.clone().into_owned(), reason });
            next = cause.cause.as_ref();
        }
        let class = self.class;
        Reject {
            error_type: self.kind.clone().into_owned(),
            reason: self.message().to_owned(),
            caused_by,
            field: self.0.field,
            class,
        }
    }
}

impl std::ops::Deref for Failure {
    type Target = Exception;
    fn deref(&self) -> &Exception {
        &self.0
    }
}

impl std::ops::DerefMut for Failure {
    fn deref_mut(&mut self) -> &mut Exception {
        &mut self.0
    }
}

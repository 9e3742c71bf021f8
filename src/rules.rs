//! Rules: evidence in, findings out. A rule is two neighbours, `rules/<rule>.rs` and its page `rules/<rule>.md`.
//!
//! The examples on a page are the rule's tests. The registry is a plain sorted list; a test fails on a rule file that is not
//! in it. Rules know nothing of formats, files or clusters.

use crate::model::evidence::Evidence;
use crate::model::finding::{Finding, Level};

/// One rule.
#[derive(Debug)]
pub struct Rule {
    /// Kebab-case; names what is the case, not what to do.
    pub id: &'static str,
    /// One line.
    pub summary: &'static str,
    /// The level of its findings unless the rule says otherwise.
    pub level: Level,
    /// `drift`, `reject`, `shape`, `reconcile`, `delivery`, `meta`, ...
    pub area: &'static str,
    /// The whole page.
    pub page: &'static str,
    /// Looks at the evidence.
    pub check: fn(&Evidence<'_>) -> Checked,
}

/// What came of a check.
#[derive(Clone, Debug, PartialEq)]
pub enum Checked {
    /// It ran.
    Ran(Vec<Finding>),
    /// It could not run, and why.
    NotRun(String),
}

/// All rules, sorted by id.
pub static RULES: &[&Rule] = &[];

//! What a run of random sequences was made of: documents by status, by class of refusal, by exception, by row.
//!
//! In: cases and answers. Out: sums in words, and what was reached too rarely to say that it was tried. It refuses to know
//! the replica.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::rows::ROWS;

/// Documents that a full run must bring to every row and every exception of an engine.
const OFTEN: usize = 10;

/// Exceptions that documents can bring about, apart from those of types and plugins that stand alone.
const EXCEPTIONS: [&str; 23] = [
    NOT_WRAPPED,
    "array_index_out_of_bounds_exception",
    "class_cast_exception",
    "date_time_exception",
    "date_time_parse_exception",
    "document_parsing_exception",
    "illegal_argument_exception",
    "illegal_field_value_exception",
    "illegal_state_exception",
    "input_coercion_exception",
    "json_e_o_f_exception",
    "json_parse_exception",
    "mapper_parsing_exception",
    "max_bytes_length_exceeded_exception",
    "not_x_content_exception",
    "number_format_exception",
    "parse_exception",
    "parsing_exception",
    "stream_read_exception",
    "strict_dynamic_mapping_exception",
    "unexpected_end_of_input_exception",
    "x_content_e_o_f_exception",
    "x_content_parse_exception",
];

/// Conflicts between new fields, limits, blank names within objects: not in the wrapper of a parse.
const NOT_WRAPPED: &str = "illegal_argument_exception, not wrapped";

/// What a run was made of, and how it went.
#[derive(Default)]
pub(super) struct Sums {
    pub(super) documents: usize,
    pub(super) sequences: usize,
    /// Disagreements by class; those that stand with a reason too.
    pub(super) disagreements: BTreeMap<&'static str, usize>,
    /// Sequences with a disagreement that has no reason.
    pub(super) disagreeing: usize,
    /// Indices that the engine would not make.
    not_made: usize,
    rejected: usize,
    /// Documents by status and exception types.
    classes: BTreeMap<String, usize>,
    /// Documents by exception, wherever it stands among the causes.
    exceptions: BTreeMap<String, usize>,
    /// Documents by row, as far as they were played as they are written there.
    rows: BTreeMap<usize, usize>,
}

impl Sums {
    pub(super) fn add(&mut self, case: &Value, answer: &Value) {
        self.sequences += 1;
        let Some(items) = answer["items"].as_array() else {
            self.not_made += 1;
            return;
        };
        self.documents += items.len();
        for item in items {
            self.rejected += usize::from(item["status"] != 200 && item["status"] != 201);
            let types = types(item);
            for exception in exceptions(&types) {
                *self.exceptions.entry(exception.to_owned()).or_default() += 1;
            }
            *self.classes.entry(class(item, &types)).or_default() += 1;
        }
        if let (Some(row), Some(number)) = (case["row"].as_u64(), case["row_documents"].as_u64()) {
            let number = items.len().min(usize::try_from(number).unwrap());
            *self.rows.entry(usize::try_from(row).unwrap()).or_default() += number;
        }
    }

    /// A run that would find little: too few refusals, or too few kinds of them.
    pub(super) fn too_thin(&self) -> Option<String> {
        let kinds = self.classes.values().filter(|number| **number >= 2).count();
        let is_thin =
            self.rejected * 5 < self.documents || kinds < 6 || self.not_made * 3 > self.sequences;
        is_thin.then(|| format!("the documents are too easy: {self}"))
    }

    /// What this engine has and a long run did not reach often.
    pub(super) fn misses(&self, engine: &str, recorded: &Value) -> Option<String> {
        let of_engine = exceptions_of(recorded);
        let reached = |name: &&str| self.exceptions.get(*name).copied().unwrap_or(0);
        let exceptions = EXCEPTIONS.iter().copied().filter(|name| of_engine.contains(*name));
        let rows = ROWS.iter().enumerate().filter(|(_, row)| row.is_of(engine));
        let rare: Vec<&str> = exceptions
            .filter(|name| reached(name) < OFTEN)
            .chain(rows.filter(|(row, _)| self.of_row(*row) < OFTEN).map(|(_, row)| row.name))
            .collect();
        (!rare.is_empty()).then(|| format!("reached less than {OFTEN} times: {rare:?}"))
    }

    fn of_row(&self, row: usize) -> usize {
        self.rows.get(&row).copied().unwrap_or(0)
    }
}

impl std::fmt::Display for Sums {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { documents, sequences, disagreeing, not_made, rejected, .. } = self;
        write!(
            f,
            "{documents} documents in {sequences} sequences ({not_made} indices refused), {rejected} refused, \
             {disagreeing} sequences disagree; with those that stand: {:?}",
            self.disagreements
        )?;
        for (class, number) in &self.classes {
            write!(f, "\n   {number:>6} {class}")?;
        }
        let counts = |(name, number): (&str, usize)| format!("{name} {number}");
        let exceptions = self.exceptions.iter().map(|(name, number)| (name.as_str(), *number));
        let exceptions: Vec<String> = exceptions.map(counts).collect();
        write!(f, "\n   by exception: {}", exceptions.join("; "))?;
        let rows = ROWS.iter().enumerate().map(|(at, row)| (row.name, self.of_row(at)));
        let rows: Vec<String> = rows.map(counts).collect();
        write!(f, "\n   by place: {}", rows.join("; "))
    }
}

/// The exceptions of an answer, outermost first.
fn types(item: &Value) -> Vec<&str> {
    let mut types = Vec::new();
    let mut next = Some(item);
    while let Some(error) = next {
        types.extend(error["type"].as_str());
        next = error.get("cause");
    }
    types
}

/// `mapper_parsing_exception <- number_format_exception`.
fn class(item: &Value, types: &[&str]) -> String {
    if types.is_empty() { format!("status {}", item["status"]) } else { types.join(" <- ") }
}

fn exceptions<'a>(types: &[&'a str]) -> BTreeSet<&'a str> {
    let outermost = types.first().filter(|first| **first == "illegal_argument_exception");
    types.iter().copied().chain(outermost.map(|_| NOT_WRAPPED)).collect()
}

/// Every exception that an engine answered documents with, anywhere in its recorded answers.
fn exceptions_of(recorded: &Value) -> BTreeSet<&str> {
    let below: Box<dyn Iterator<Item = &Value>> = match recorded {
        Value::Object(object) => Box::new(object.values()),
        Value::Array(list) => Box::new(list.iter()),
        _ => return BTreeSet::new(),
    };
    let own = recorded.get("status").map(|_| exceptions(&types(recorded)));
    own.into_iter().chain(below.map(exceptions_of)).flatten().collect()
}

//! What a comparison of the replica with an engine comes to.
//!
//! In: documents that were compared, one disagreement after another. Out: their numbers, and each in words.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{KNOWN, Known};

/// Documents that were compared.
#[derive(Default)]
pub(crate) struct Tally {
    pub documents: usize,
    pub rejected: usize,
    pub disagreements: Vec<Disagreement>,
}

pub(crate) struct Disagreement {
    class: &'static str,
    case: String,
    document: String,
    expected: String,
    found: String,
}

impl Disagreement {
    /// Whether it stands, with a reason in the table.
    pub(crate) fn is_known(&self, engine: &str) -> bool {
        KNOWN.iter().any(|known| self.is(known, engine))
    }

    /// `accepted` or `rejected` (the other way in the engine), `error`, `mapping`, `declared`, `start`.
    pub(crate) fn class(&self) -> &'static str {
        self.class
    }

    pub(super) fn is(&self, known: &Known, engine: &str) -> bool {
        let place = format!("{}: {}", self.case, self.document);
        engine.starts_with(known.0) && place.starts_with(known.1)
    }
}

impl std::fmt::Display for Disagreement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { class, case, document, expected, found } = self;
        let short = |text: &str| text.chars().take(400).collect::<String>();
        let document: String = document.chars().take(150).collect();
        write!(
            f,
            "-- {class} {case}: {document}\n   engine:  {}\n   replica: {}",
            short(expected),
            short(found)
        )
    }
}

impl Tally {
    #[expect(
        clippy::print_stdout,
        reason = "how many documents were compared is part of the test's answer"
    )]
    pub(super) fn print(&self, engine: &str) {
        println!(
            "{engine}: {} documents compared, {} refused, disagreements {:?}",
            self.documents,
            self.rejected,
            self.classes()
        );
    }

    /// Disagreements by class, those that stand too.
    pub(crate) fn classes(&self) -> BTreeMap<&'static str, usize> {
        let mut classes = BTreeMap::new();
        for found in &self.disagreements {
            *classes.entry(found.class).or_default() += 1;
        }
        classes
    }

    pub(super) fn disagree(
        &mut self,
        class: &'static str,
        case: &Value,
        doc: &[u8],
        expected: String,
        found: String,
    ) {
        self.disagreements.push(Disagreement {
            class,
            case: case["id"].as_str().unwrap().to_owned(),
            document: String::from_utf8_lossy(doc).into_owned(),
            expected,
            found,
        });
    }
}

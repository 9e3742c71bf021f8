//! What was seen at a field, as every format tells it. In: the sums of a field. Out: numbers and words.

use crate::model::path::visible;
use crate::model::profile::{Example, FieldSums, Kind};

/// Kinds in the order that reports have them: what is mapped first, `null` last.
pub(super) const KINDS: [Kind; 7] = [
    Kind::String,
    Kind::Integer,
    Kind::Float,
    Kind::Boolean,
    Kind::Object,
    Kind::Array,
    Kind::Null,
];

/// Kinds that were seen, each with its number of values.
pub(super) fn kinds(sums: &FieldSums) -> impl Iterator<Item = (Kind, u64)> {
    let count = |kind: Kind| (kind, sums.kinds[kind].count);
    KINDS.into_iter().map(count).filter(|(_, count)| *count > 0)
}

/// Smallest and largest number, integers and decimals together.
pub(super) fn range(sums: &FieldSums) -> Option<(Number, Number)> {
    let integers =
        sums.integers.map(|(least, most)| (Number::Integer(least), Number::Integer(most)));
    let floats = sums.floats.map(|(least, most)| (Number::Float(least), Number::Float(most)));
    match (integers, floats) {
        (Some(a), Some(b)) => Some((
            if b.0.as_float() < a.0.as_float() { b.0 } else { a.0 },
            if b.1.as_float() > a.1.as_float() { b.1 } else { a.1 },
        )),
        (a, b) => a.or(b),
    }
}

/// A number that was seen.
#[derive(Clone, Copy)]
pub(super) enum Number {
    Integer(i64),
    Float(f64),
}

impl Number {
    #[expect(clippy::cast_precision_loss, reason = "only to compare with a decimal")]
    fn as_float(self) -> f64 {
        match self {
            Self::Integer(number) => number as f64,
            Self::Float(number) => number,
        }
    }

    /// As JSON has it.
    pub(super) fn json(self) -> serde_json::Value {
        match self {
            Self::Integer(number) => number.into(),
            Self::Float(number) => number.into(),
        }
    }
}

/// The example with the smallest hash: the same one for the same values.
pub(super) fn example(sums: &FieldSums) -> Option<&Example> {
    sums.examples.first().map(|(_, example)| example)
}

/// An example as text: strings without quotes, `...` where it goes on.
pub(super) fn shown(example: &Example) -> String {
    let rest = if example.cut { "..." } else { "" };
    format!("{}{rest}", visible(&example.text))
}

/// The patterns of strings that look like dates, the most frequent first.
pub(super) fn date_formats(sums: &FieldSums) -> Vec<(String, u64)> {
    let mut forms: Vec<_> =
        sums.dates.iter().map(|(form, count)| (form.pattern(), *count)).collect();
    forms.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    forms
}

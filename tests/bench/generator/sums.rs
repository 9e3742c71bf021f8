//! What a right answer must say about the records made so far: per path presence, kinds, extremes, looks; and the shapes.
//!
//! The sums are kept by whoever writes the records, as it writes them. Nothing here reads JSON, and nothing here comes from
//! mapdrift, so an error in the product cannot hide in its own yardstick.

use std::collections::{BTreeMap, BTreeSet};

/// The kinds of JSON values, in the order in which sums are kept.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Null,
    Boolean,
    Integer,
    Float,
    String,
    Object,
    Array,
}

/// The names of the kinds, in the order of [`Kind`].
pub(crate) const KINDS: [&str; 7] =
    ["null", "boolean", "integer", "float", "string", "object", "array"];

/// What strings look like, in the order in which they are counted.
pub(crate) const LOOKS: [&str; 4] = ["empty", "date", "number", "boolean"];

/// One field. The root is node 0.
#[derive(Default)]
pub(crate) struct Node {
    pub(crate) path: Vec<String>,
    /// Records that hold the path at least once.
    pub(crate) present: u64,
    pub(crate) kinds: [u64; 7],
    pub(crate) integers: Option<(i64, i64)>,
    /// By `f64::total_cmp`.
    pub(crate) floats: Option<(f64, f64)>,
    /// In bytes after unescaping.
    pub(crate) lengths: Option<(u64, u64)>,
    pub(crate) looks: [u64; 4],
    children: BTreeMap<String, usize>,
    last_record: u64,
}

/// The sums of all records.
pub(crate) struct Sums {
    pub(crate) records: u64,
    pub(crate) nodes: Vec<Node>,
    /// Different sets of (path, kind).
    pub(crate) shapes: BTreeSet<Vec<(usize, Kind)>>,
    shape: Vec<(usize, Kind)>,
}

impl Sums {
    pub(crate) fn new() -> Self {
        Self {
            records: 0,
            nodes: vec![Node::default()],
            shapes: BTreeSet::new(),
            shape: Vec::new(),
        }
    }

    pub(crate) fn begin_record(&mut self) {
        self.records += 1;
        self.shape.clear();
    }

    pub(crate) fn end_record(&mut self) {
        self.shape.sort_unstable();
        self.shape.dedup();
        if !self.shapes.contains(&self.shape) {
            self.shapes.insert(self.shape.clone());
        }
    }

    /// The node of `name` below `parent`.
    pub(crate) fn child(&mut self, parent: usize, name: &str) -> usize {
        if let Some(&known) = self.nodes[parent].children.get(name) {
            return known;
        }
        let mut path = self.nodes[parent].path.clone();
        path.push(name.to_owned());
        let new = self.nodes.len();
        self.nodes.push(Node { path, ..Node::default() });
        self.nodes[parent].children.insert(name.to_owned(), new);
        new
    }

    pub(crate) fn value(&mut self, at: usize, kind: Kind) {
        let node = &mut self.nodes[at];
        node.kinds[kind as usize] += 1;
        if node.last_record != self.records {
            node.last_record = self.records;
            node.present += 1;
        }
        if !self.shape.ends_with(&[(at, kind)]) {
            self.shape.push((at, kind));
        }
    }

    pub(crate) fn integer(&mut self, at: usize, value: i64) {
        self.value(at, Kind::Integer);
        let seen = &mut self.nodes[at].integers;
        *seen = Some(seen.map_or((value, value), |(low, high)| (low.min(value), high.max(value))));
    }

    pub(crate) fn float(&mut self, at: usize, value: f64) {
        self.value(at, Kind::Float);
        let seen = &mut self.nodes[at].floats;
        let (low, high) = seen.unwrap_or((value, value));
        let low = if value.total_cmp(&low).is_lt() { value } else { low };
        let high = if value.total_cmp(&high).is_gt() { value } else { high };
        *seen = Some((low, high));
    }

    /// Whether a string is a date is known by whoever made it.
    pub(crate) fn string(&mut self, at: usize, text: &str, date: bool) {
        self.value(at, Kind::String);
        let length = text.len() as u64;
        let node = &mut self.nodes[at];
        node.lengths = Some(
            node.lengths
                .map_or((length, length), |(low, high)| (low.min(length), high.max(length))),
        );
        let looks = [text.is_empty(), date, is_number(text), text == "true" || text == "false"];
        for (sum, look) in node.looks.iter_mut().zip(looks) {
            *sum += u64::from(look);
        }
    }
}

/// Whether the whole text is a JSON number (RFC 8259 §6), however large.
fn is_number(text: &str) -> bool {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let unsigned = mantissa.strip_prefix('-').unwrap_or(mantissa);
    let (whole, fraction) = match unsigned.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (unsigned, None),
    };
    let power = exponent.map(|power| power.strip_prefix(['+', '-']).unwrap_or(power));
    (whole == "0" || !whole.starts_with('0'))
        && [Some(whole), fraction, power].into_iter().flatten().all(digits)
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

//! The smallest record that shows something: fields dropped, arrays cut, strings shortened, as long as it still shows.
//!
//! In: a record, and what it must go on showing. Out: a smaller record that shows it too. It refuses to know what is shown:
//! [`of_reject`] asks the replica for the same refusal, tests ask two engines for the same disagreement.

use super::Index;
use crate::model::fate::{Fate, Reject};
use crate::record::{Cursor, Token};

/// Candidates that are tried for one record. A click record with twenty fields takes about thirty.
const ATTEMPTS: usize = 400;
/// Bytes of candidates that are tried: long records end early, with what was reached.
const BYTES: usize = 8 << 20;
/// Records beyond this are shown as they are: making them smaller costs more than reading the whole backup.
const LONGEST: usize = 64 << 10;
/// Values up to this length are left as they are: that is what a reader recognises.
const LEGIBLE: usize = 24;

/// The smallest record found that `index` refuses as it refused `record`: with the same exceptions (their types, along the
/// cause chain), in the same field, for the same kind of reason. Their sentences may differ, since they quote the value and
/// its place. `None` where the index as it stands does not refuse `record` like that.
pub fn of_reject(index: &Index, record: &[u8], reject: &Reject) -> Option<Vec<u8>> {
    let mut is_alike = |candidate: &[u8]| match index.clone().index(candidate).fate {
        Fate::Rejected(found) => alike(&found, reject),
        Fate::Accepted(_) => false,
    };
    (record.len() <= LONGEST && is_alike(record)).then(|| shrink(record, ATTEMPTS, &mut is_alike))
}

fn alike(one: &Reject, other: &Reject) -> bool {
    let causes = |reject: &Reject| {
        reject.caused_by.iter().map(|cause| cause.error_type.clone()).collect::<Vec<_>>()
    };
    one.error_type == other.error_type
        && one.class == other.class
        && one.field == other.field
        && causes(one) == causes(other)
}

/// Makes `record` smaller while `still` says yes; asks at most `attempts` times. What comes out was asked for, or is `record`.
pub fn shrink(record: &[u8], attempts: usize, still: &mut dyn FnMut(&[u8]) -> bool) -> Vec<u8> {
    let mut shrinking = Shrinking { best: record.to_vec(), attempts, bytes: BYTES, still };
    match Part::read(record).filter(|tree| shrinking.takes(&tree.written())) {
        Some(mut tree) => while shrinking.attempts > 0 && shrinking.tree(&mut tree) {},
        None => shrinking.text(),
    }
    shrinking.best
}

/// A search under way.
struct Shrinking<'s> {
    best: Vec<u8>,
    attempts: usize,
    bytes: usize,
    still: &'s mut dyn FnMut(&[u8]) -> bool,
}

/// The way from the root to a part: positions in objects and arrays.
type Way = Vec<usize>;

impl Shrinking<'_> {
    /// Tries one candidate and keeps it if it still shows what it must.
    fn takes(&mut self, candidate: &[u8]) -> bool {
        if self.attempts == 0 || self.bytes < candidate.len() {
            self.attempts = 0;
            return false;
        }
        self.attempts -= 1;
        self.bytes -= candidate.len();
        let taken = (self.still)(candidate);
        if taken {
            self.best = candidate.to_vec();
        }
        taken
    }

    /// One round over all parts; whether anything became smaller.
    fn tree(&mut self, tree: &mut Part) -> bool {
        let before = self.best.len();
        let mut next = vec![Way::new()];
        while let Some(way) = next.pop() {
            self.children(tree, &way);
            self.unwrap(tree, &way);
            self.shorten(tree, &way);
            let children = tree.at(&way).map_or(0, Part::children);
            next.extend((0..children).map(|child| [&way[..], &[child]].concat()));
        }
        self.best.len() < before
    }

    /// Drops children of one object or array, many at a time first, from the end: the first of several equal culprits stays.
    fn children(&mut self, tree: &mut Part, way: &[usize]) {
        let mut size = tree.at(way).map_or(0, Part::children);
        while size > 0 && self.attempts > 0 {
            let mut end = tree.at(way).map_or(0, Part::children);
            while end > 0 {
                let start = end.saturating_sub(size);
                self.change(tree, way, |part| part.drop_children(start, end));
                end = start;
            }
            size /= 2;
        }
    }

    /// An array of one element becomes the element.
    fn unwrap(&mut self, tree: &mut Part, way: &[usize]) {
        while self.change(tree, way, Part::unwrap) {}
    }

    /// Cuts a long value: as far as a reader likes it, else as far as it goes.
    fn shorten(&mut self, tree: &mut Part, way: &[usize]) {
        let Some(long) = tree.at(way).map(Part::length).filter(|length| *length > LEGIBLE) else {
            return;
        };
        let (mut too_short, mut enough) = (LEGIBLE - 1, long);
        if self.change(tree, way, |part| part.cut(LEGIBLE)) {
            return;
        }
        while enough - too_short > 1 && self.attempts > 0 {
            let middle = too_short.midpoint(enough);
            if self.change(tree, way, |part| part.cut(middle)) {
                enough = middle;
            } else {
                too_short = middle;
            }
        }
    }

    /// Changes one part, and undoes it where nothing is shown any more.
    fn change(
        &mut self,
        tree: &mut Part,
        way: &[usize],
        change: impl FnOnce(&mut Part) -> bool,
    ) -> bool {
        let Some(part) = tree.at_mut(way) else { return false };
        let before = part.clone();
        if change(part) && self.takes(&tree.written()) {
            return true;
        }
        if let Some(part) = tree.at_mut(way) {
            *part = before;
        }
        false
    }

    /// Bytes that are no JSON: stretches are dropped, long ones first.
    fn text(&mut self) {
        let mut size = self.best.len().div_ceil(2);
        while size > 0 && self.attempts > 0 {
            let mut end = self.best.len();
            while end > 0 {
                let start = end.saturating_sub(size);
                let candidate = [&self.best[..start], &self.best[end..]].concat();
                self.takes(&candidate);
                end = start;
            }
            size /= 2;
        }
    }
}

/// A record as a tree of its own bytes.
#[derive(Clone, Debug)]
enum Part {
    /// Names as written, quotes included.
    Object(Vec<(Vec<u8>, Self)>),
    Array(Vec<Self>),
    /// As written, quotes included.
    String(Vec<u8>),
    /// A number or a word.
    Other(Vec<u8>),
}

impl Part {
    /// Reads bytes that are one JSON value; `None` for anything else.
    fn read(record: &[u8]) -> Option<Self> {
        let mut cursor = Cursor::new(record);
        let first = cursor.next().ok()?;
        let tree = Self::value(record, &mut cursor, first)?;
        matches!(cursor.next(), Ok(Token::End)).then_some(tree)
    }

    fn value(record: &[u8], cursor: &mut Cursor<'_>, token: Token<'_>) -> Option<Self> {
        let written = |cursor: &Cursor<'_>| record[cursor.token_start()..cursor.offset()].to_vec();
        Some(match token {
            Token::BeginObject => {
                let mut fields = Vec::new();
                loop {
                    match cursor.next().ok()? {
                        Token::EndObject => break Self::Object(fields),
                        _ => {
                            let name = written(cursor);
                            let token = cursor.next().ok()?;
                            fields.push((without_colon(name), Self::value(record, cursor, token)?));
                        }
                    }
                }
            }
            Token::BeginArray => {
                let mut elements = Vec::new();
                loop {
                    match cursor.next().ok()? {
                        Token::EndArray => break Self::Array(elements),
                        token => elements.push(Self::value(record, cursor, token)?),
                    }
                }
            }
            Token::String(_) => Self::String(written(cursor)),
            Token::End => return None,
            _ => Self::Other(written(cursor)),
        })
    }

    fn at(&self, way: &[usize]) -> Option<&Self> {
        let Some((first, rest)) = way.split_first() else { return Some(self) };
        match self {
            Self::Object(fields) => fields.get(*first)?.1.at(rest),
            Self::Array(elements) => elements.get(*first)?.at(rest),
            Self::String(_) | Self::Other(_) => None,
        }
    }

    fn at_mut(&mut self, way: &[usize]) -> Option<&mut Self> {
        let Some((first, rest)) = way.split_first() else { return Some(self) };
        match self {
            Self::Object(fields) => fields.get_mut(*first)?.1.at_mut(rest),
            Self::Array(elements) => elements.get_mut(*first)?.at_mut(rest),
            Self::String(_) | Self::Other(_) => None,
        }
    }

    fn children(&self) -> usize {
        match self {
            Self::Object(fields) => fields.len(),
            Self::Array(elements) => elements.len(),
            Self::String(_) | Self::Other(_) => 0,
        }
    }

    fn drop_children(&mut self, start: usize, end: usize) -> bool {
        match self {
            Self::Object(fields) => drop(fields.drain(start..end)),
            Self::Array(elements) => drop(elements.drain(start..end)),
            Self::String(_) | Self::Other(_) => return false,
        }
        true
    }

    fn unwrap(&mut self) -> bool {
        let Self::Array(elements) = self else { return false };
        if elements.len() != 1 {
            return false;
        }
        *self = elements.swap_remove(0);
        true
    }

    /// Characters of a value, an escape sequence being one.
    fn length(&self) -> usize {
        match self {
            Self::String(written) => characters(&written[1..written.len() - 1]).len(),
            Self::Other(written) => written.len(),
            Self::Object(_) | Self::Array(_) => 0,
        }
    }

    fn cut(&mut self, length: usize) -> bool {
        match self {
            Self::String(written) => {
                let kept: usize = characters(&written[1..written.len() - 1])
                    .iter()
                    .take(length)
                    .map(|c| c.len())
                    .sum();
                written.truncate(1 + kept);
                written.push(b'"');
            }
            Self::Other(written) => written.truncate(length),
            Self::Object(_) | Self::Array(_) => return false,
        }
        true
    }

    fn written(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::String(written) | Self::Other(written) => out.extend_from_slice(written),
            Self::Object(fields) => {
                out.push(b'{');
                for (i, (name, value)) in fields.iter().enumerate() {
                    if i > 0 {
                        out.push(b',');
                    }
                    out.extend_from_slice(name);
                    out.push(b':');
                    value.write(out);
                }
                out.push(b'}');
            }
            Self::Array(elements) => {
                out.push(b'[');
                for (i, value) in elements.iter().enumerate() {
                    if i > 0 {
                        out.push(b',');
                    }
                    value.write(out);
                }
                out.push(b']');
            }
        }
    }
}

/// A name's token reaches to its colon.
fn without_colon(mut name: Vec<u8>) -> Vec<u8> {
    if let Some(quote) = name.iter().rposition(|byte| *byte == b'"') {
        name.truncate(quote + 1);
    }
    name
}

/// The characters of what stands between quotes; bytes that are not UTF-8 stand for themselves.
fn characters(text: &[u8]) -> Vec<&[u8]> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.first() {
        let length = match (first, rest.get(1)) {
            (b'\\', Some(b'u')) => 6,
            (b'\\', _) => 2,
            (0xc0..0xe0, _) => 2,
            (0xe0..0xf0, _) => 3,
            (0xf0.., _) => 4,
            _ => 1,
        };
        let (character, after) = rest.split_at(length.min(rest.len()));
        found.push(character);
        rest = after;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(record: &str, needle: &str, expected: &str) {
        let has = |bytes: &[u8]| String::from_utf8_lossy(bytes).contains(needle);
        let found = shrink(record.as_bytes(), ATTEMPTS, &mut |candidate| has(candidate));
        assert_eq!(String::from_utf8(found).unwrap(), expected);
    }

    #[test]
    fn what_does_not_matter_is_dropped() {
        check(
            r#"{"a": 1, "b" : {"c": [1, 2, "x", {"d": 7}]}, "e": null}"#,
            "\"x\"",
            r#"{"b":{"c":"x"}}"#,
        );
        check(r#"{"a":["p","x","x"]}"#, "x", r#"{"a":"x"}"#);
    }

    #[test]
    fn long_values_are_cut_and_short_ones_stay() {
        let long = "x".repeat(1_000);
        check(
            &format!(r#"{{"a":"{long}"}}"#),
            "\"a\":\"x",
            &format!(r#"{{"a":"{}"}}"#, "x".repeat(24)),
        );
        check(
            &format!(r#"{{"a":"{long}"}}"#),
            &"x".repeat(500),
            &format!(r#"{{"a":"{}"}}"#, "x".repeat(500)),
        );
        check(r#"{"a":"N/A","b":1}"#, "N", r#"{"a":"N/A"}"#);
    }

    #[test]
    fn bytes_that_are_no_json_lose_stretches() {
        check("{\"a\":1,,\"b\":2}", ",,", ",,");
    }

    #[test]
    fn work_is_bounded() {
        let mut asked = 0;
        shrink(b"{\"a\":[1,2,3,4,5,6,7,8,9]}", 7, &mut |_| {
            asked += 1;
            asked == 1
        });
        assert_eq!(asked, 7);
    }
}

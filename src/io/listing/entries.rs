//! The entries of a listing, packed: a bucket of a million objects must fit beside everything else.
//!
//! In: entries, in the order of the listing. Out: the same entries, one at a time. An object of S3 takes 48 bytes and its key;
//! whatever does not fit that form, and everything that is no object of S3, is kept as it came.

use std::collections::BTreeMap;

use jiff::Timestamp;
use xxhash_rust::xxh3::xxh3_64;

use super::{Entry, Location};
use crate::model::object::Found;

/// Bytes of keys that are allocated together: growing one large piece would need room for both copies.
const BLOCK: usize = 1 << 20;

/// Entries by their position.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entries {
    rows: Vec<Row>,
    blocks: Vec<String>,
    /// Buckets, each with the argument that named it.
    places: Vec<(String, usize)>,
    /// Entries that are not packed, by position.
    whole: BTreeMap<u32, Entry>,
    /// Keys that are shown with more than the key, by position.
    names: BTreeMap<u32, String>,
}

/// A packed object. Every number has a value that stands for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Row {
    /// Where its key begins, in all blocks.
    at: u64,
    size: u64,
    /// Seconds since 1970.
    modified: i64,
    etag: [u8; 16],
    /// Of an upload in parts; 0 for one in a piece.
    parts: u16,
    length: u16,
    /// [`WHOLE`] where the entry is not packed.
    place: u16,
}

const NO_SIZE: u64 = u64::MAX;
const NO_TIME: i64 = i64::MIN;
const NO_ETAG: u16 = u16::MAX;
const WHOLE: u16 = u16::MAX;

impl Entries {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Adds one at the end.
    pub fn push(&mut self, entry: Entry) {
        let position = position(self.rows.len());
        let row = self.packed(&entry).unwrap_or_else(|| {
            self.whole.insert(position, entry);
            Row { place: WHOLE, ..NOTHING }
        });
        self.rows.push(row);
    }

    /// The entry at a position.
    pub fn get(&self, at: usize) -> Entry {
        let row = self.rows[at];
        let position = position(at);
        let mut entry = match self.whole.get(&position) {
            Some(entry) => entry.clone(),
            None => self.unpacked(&row),
        };
        if let Some(name) = self.names.get(&position) {
            entry.found.key.clone_from(name);
        }
        entry
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = Entry> {
        (0..self.len()).map(|at| self.get(at))
    }

    /// Shows an entry by another name.
    pub(super) fn rename(&mut self, at: usize, name: String) {
        self.names.insert(position(at), name);
    }

    /// Drops the entries at these positions, which are sorted.
    pub(super) fn remove(&mut self, positions: &[usize]) {
        if positions.is_empty() {
            return;
        }
        let all = std::mem::take(self);
        let stay = (0..all.len()).filter(|at| positions.binary_search(at).is_err());
        stay.for_each(|at| self.push(all.get(at)));
    }

    /// Entries that are alike in `text`: the position of the first, and that of each later one, sorted by the later one.
    pub(super) fn alike(&self, text: &dyn Fn(&Entry) -> String) -> Vec<(usize, usize)> {
        if self.is_one_prefix() {
            return Vec::new();
        }
        let hash = |at| (xxh3_64(text(&self.get(at)).as_bytes()), at);
        let mut hashes: Vec<(u64, usize)> = (0..self.len()).map(hash).collect();
        hashes.sort_unstable();
        let mut alike = Vec::new();
        for group in hashes.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1) {
            let mut firsts: BTreeMap<String, usize> = BTreeMap::new();
            for (_, at) in group {
                match firsts.entry(text(&self.get(*at))) {
                    std::collections::btree_map::Entry::Vacant(place) => {
                        place.insert(*at);
                    }
                    std::collections::btree_map::Entry::Occupied(first) => {
                        alike.push((*first.get(), *at));
                    }
                }
            }
        }
        alike.sort_unstable_by_key(|(_, later)| *later);
        alike
    }

    /// A store lists each key below one prefix once.
    fn is_one_prefix(&self) -> bool {
        self.places.len() == 1 && self.whole.is_empty()
    }

    fn packed(&mut self, entry: &Entry) -> Option<Row> {
        let Location::S3 { bucket, key, etag } = &entry.location else { return None };
        let Found { key: shown, size, modified, argument } = &entry.found;
        let (etag, parts) = match etag {
            None => ([0; 16], NO_ETAG),
            Some(etag) => pack_etag(etag)?,
        };
        let length = u16::try_from(key.len()).ok()?;
        if key != shown || modified.is_some_and(|time| time.subsec_nanosecond() != 0) {
            return None;
        }
        let place = self.place(bucket, *argument)?;
        Some(Row {
            at: self.keep(key),
            size: size.unwrap_or(NO_SIZE),
            modified: modified.map_or(NO_TIME, Timestamp::as_second),
            etag,
            parts,
            length,
            place,
        })
    }

    fn unpacked(&self, row: &Row) -> Entry {
        let at = usize::try_from(row.at).expect("what is in memory has an address");
        let (block, begin) = (at / BLOCK, at % BLOCK);
        let key = &self.blocks[block][begin..begin + usize::from(row.length)];
        let (bucket, argument) = &self.places[usize::from(row.place)];
        let found = Found {
            key: key.to_owned(),
            size: (row.size != NO_SIZE).then_some(row.size),
            modified: Timestamp::from_second(row.modified).ok(),
            argument: *argument,
        };
        let etag = (row.parts != NO_ETAG).then(|| unpack_etag(&row.etag, row.parts));
        let location = Location::S3 { bucket: bucket.clone(), key: key.to_owned(), etag };
        Entry { found, location }
    }

    /// The number of a bucket and argument.
    fn place(&mut self, bucket: &str, argument: usize) -> Option<u16> {
        let is_same = |place: &(String, usize)| place.0 == bucket && place.1 == argument;
        let known = self.places.iter().rposition(is_same);
        let at = known.unwrap_or_else(|| {
            self.places.push((bucket.to_owned(), argument));
            self.places.len() - 1
        });
        u16::try_from(at).ok().filter(|at| *at != WHOLE)
    }

    /// Keeps a key, which is shorter than a block; says where.
    fn keep(&mut self, key: &str) -> u64 {
        let fits = |block: &String| block.len() + key.len() <= BLOCK;
        if !self.blocks.last().is_some_and(fits) {
            self.blocks.push(String::with_capacity(BLOCK));
        }
        let block = self.blocks.len() - 1;
        let begin = self.blocks[block].len();
        self.blocks[block].push_str(key);
        (block * BLOCK + begin) as u64
    }
}

const NOTHING: Row = Row {
    at: 0,
    size: NO_SIZE,
    modified: NO_TIME,
    etag: [0; 16],
    parts: NO_ETAG,
    length: 0,
    place: WHOLE,
};

fn position(at: usize) -> u32 {
    u32::try_from(at).expect("a listing holds fewer than 2^32 objects")
}

/// An `ETag` as S3 makes it: a quoted MD5, and the number of parts of an upload in parts. Nothing for any other.
fn pack_etag(etag: &str) -> Option<([u8; 16], u16)> {
    let text = etag.strip_prefix('"')?.strip_suffix('"')?;
    let (digits, parts) = match text.split_once('-') {
        Some((digits, parts)) => (digits, parts.parse().ok().filter(|parts| *parts != 0)?),
        None => (text, 0),
    };
    let number = u128::from_str_radix(digits, 16).ok()?;
    let packed = (number.to_be_bytes(), parts);
    (parts != NO_ETAG && unpack_etag(&packed.0, parts) == etag).then_some(packed)
}

fn unpack_etag(etag: &[u8; 16], parts: u16) -> String {
    let digits = u128::from_be_bytes(*etag);
    match parts {
        0 => format!("\"{digits:032x}\""),
        parts => format!("\"{digits:032x}-{parts}\""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(key: &str, etag: Option<&str>, size: Option<u64>) -> Entry {
        let modified = Timestamp::from_second(1_556_605_560).ok();
        let found = Found { key: key.to_owned(), size, modified, argument: 3 };
        let etag = etag.map(str::to_owned);
        Entry {
            found,
            location: Location::S3 { bucket: "b".to_owned(), key: key.to_owned(), etag },
        }
    }

    #[test]
    fn what_goes_in_comes_out() {
        let md5 = "\"9c948a081f4b4a0e8f3e0d9c9a3c1b22\"";
        let all = [
            entry("2019/한글", Some(md5), Some(7)),
            entry("", None, None),
            entry("parts", Some("\"0c948a081f4b4a0e8f3e0d9c9a3c1b22-10000\""), Some(u64::MAX - 1)),
            entry("upper", Some("\"9C948A081F4B4A0E8F3E0D9C9A3C1B22\""), Some(0)),
            entry("odd", Some("W/\"x\""), Some(0)),
            entry("zero", Some("\"9c948a081f4b4a0e8f3e0d9c9a3c1b22-01\""), Some(0)),
            Entry { location: Location::Stdin, ..entry("-", None, None) },
        ];
        let mut entries = Entries::default();
        for entry in &all {
            entries.push(entry.clone());
        }
        assert_eq!(entries.iter().collect::<Vec<_>>(), all);
        assert_eq!(entries.whole.len(), 4, "the others are packed");
        entries.remove(&[0, 4]);
        entries.rename(0, "shown".to_owned());
        let shown = Found { key: "shown".to_owned(), ..all[1].found.clone() };
        assert_eq!((entries.len(), entries.get(0).found), (5, shown));
    }

    #[test]
    fn keys_fill_many_blocks() {
        let keys: Vec<String> = (0..4_000).map(|i| format!("{i}-{}", "k".repeat(1_000))).collect();
        let mut entries = Entries::default();
        for key in &keys {
            entries.push(entry(key, None, None));
        }
        assert!(entries.blocks.len() > 3 && entries.whole.is_empty());
        assert!(entries.iter().map(|entry| entry.found.key).eq(keys));
    }

    #[test]
    fn later_ones_point_at_the_first() {
        let mut entries = Entries::default();
        for key in ["a", "b", "a", "c", "a", "b"] {
            entries.push(Entry { location: Location::Stdin, ..entry(key, None, None) });
        }
        let alike = entries.alike(&|entry| entry.found.key.clone());
        assert_eq!(alike, [(0, 2), (0, 4), (1, 5)]);
    }
}

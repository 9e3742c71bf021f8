//! The sums of one walk, made token by token.
//!
//! In: one object at a time. Out: sums, once the object was whole.

use std::collections::BTreeSet;

use crate::model::limits::Limits;
use crate::model::object::Sighting;
use crate::model::path::{FieldPath, Name};
use crate::model::profile::{FieldSums, Kind, Looks, Profile, ShapeId, ShapeSums};
use crate::record::{Cursor, Fault, Token};

pub(super) struct Sums {
    profile: Profile,
    depth: usize,
    /// The values of the record that is being read.
    values: Vec<(FieldPath, Value)>,
}

struct Value {
    kind: Kind,
    integer: Option<i64>,
    float: Option<f64>,
    length: Option<u64>,
    looks: Looks,
}

impl Sums {
    pub(super) fn new(limits: &Limits) -> Self {
        Self { profile: Profile::default(), depth: limits.depth, values: Vec::new() }
    }

    pub(super) fn add_bytes(&mut self, bytes: u64) {
        self.profile.bytes += bytes;
    }

    pub(super) fn into_profile(self) -> Profile {
        self.profile
    }

    /// Reads the object at `at`; the place after it.
    pub(super) fn read(&mut self, bytes: &[u8], at: usize) -> Result<usize, Fault> {
        let bytes = &bytes[at..];
        let mut cursor = Cursor::with_depth(bytes, self.depth);
        let mut path = FieldPath::default();
        let mut named = Vec::new();
        loop {
            let token = cursor.next().map_err(|fault| fault.kind.at(fault.at + at))?;
            let value = value(token);
            match token {
                Token::Name(name) => {
                    path.0.push(Name::from(&*name.decode()));
                    continue;
                }
                Token::EndObject | Token::EndArray => {}
                Token::End => {
                    return Err(crate::record::FaultKind::UnexpectedEnd.at(at + bytes.len()));
                }
                _ if !path.0.is_empty() => self.values.push((path.clone(), value)),
                _ => {}
            }
            match token {
                Token::BeginObject => named.push(true),
                Token::BeginArray => named.push(false),
                Token::EndObject | Token::EndArray => {
                    named.pop();
                    if cursor.depth() == 0 {
                        return Ok(at + cursor.offset());
                    }
                }
                _ => {}
            }
            let scalar_or_end = !matches!(token, Token::BeginObject | Token::BeginArray);
            if scalar_or_end && named.last() == Some(&true) {
                path.0.pop();
            }
        }
    }

    /// Counts the record that was read.
    pub(super) fn commit(&mut self, sighting: Sighting) -> ShapeId {
        self.profile.records += 1;
        let mut shape = BTreeSet::new();
        for (path, value) in std::mem::take(&mut self.values) {
            let sums = self.profile.fields.entry(path.clone()).or_default();
            add(sums, &value, sighting);
            shape.insert((path, value.kind));
        }
        let paths: Vec<_> = shape.into_iter().collect();
        let mut seen = None;
        for (path, _) in &paths {
            if seen != Some(path) {
                self.profile.fields.entry(path.clone()).or_default().present += 1;
            }
            seen = Some(path);
        }
        let mut hash = xxhash_rust::xxh3::Xxh3::new();
        for (path, kind) in &paths {
            for name in &path.0 {
                hash.update(&(name.as_bytes().len() as u64).to_le_bytes());
                hash.update(name.as_bytes());
            }
            hash.update(&[0xff, *kind as u8]);
        }
        let id = ShapeId(hash.digest());
        let shape = self.profile.shapes.entry(id).or_insert(ShapeSums {
            paths,
            records: 0,
            first: sighting,
            last: sighting,
        });
        shape.records += 1;
        shape.first = shape.first.min(sighting);
        shape.last = shape.last.max(sighting);
        id
    }

    /// Drops the record that could not be read.
    pub(super) fn forget(&mut self) {
        self.values.clear();
    }
}

fn value(token: Token<'_>) -> Value {
    let mut value = Value {
        kind: Kind::Null,
        integer: None,
        float: None,
        length: None,
        looks: Looks::default(),
    };
    value.kind = match token {
        Token::BeginObject => Kind::Object,
        Token::BeginArray => Kind::Array,
        Token::True | Token::False => Kind::Boolean,
        Token::Integer(digits) => {
            value.integer = std::str::from_utf8(digits).ok().and_then(|text| text.parse().ok());
            Kind::Integer
        }
        Token::Float(digits) => {
            let float: Option<f64> =
                std::str::from_utf8(digits).ok().and_then(|text| text.parse().ok());
            value.float = float.filter(|float| float.is_finite());
            Kind::Float
        }
        Token::String(text) => {
            let text = text.decode();
            value.length = Some(text.len() as u64);
            value.looks = super::looks::looks(&text);
            Kind::String
        }
        _ => Kind::Null,
    };
    value
}

fn add(sums: &mut FieldSums, value: &Value, sighting: Sighting) {
    sums.kinds[value.kind].count += 1;
    sums.kinds[value.kind].see(sighting, sighting);
    let mut one = FieldSums { looks: value.looks, ..FieldSums::default() };
    one.integers = value.integer.map(|value| (value, value));
    one.floats = value.float.map(|value| (value, value));
    one.lengths = value.length.map(|value| (value, value));
    sums.merge(&one);
}

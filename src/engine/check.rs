//! The check: what a mapping lets through without a trace, compiled per path and kind of value so that the walk can ask it.
//!
//! In: an index as it stands. Out: a [`Test`] for each path and [`Kind`]. What passes its tests is accepted, changes no mapping
//! and loses exactly what the tests say; whatever else there is goes through the replica. The check may be unsure of anything and
//! must never be wrong, so it refuses to be clever: names that only some engines take, fields that read arrays or objects
//! themselves, single-value fields and new names are left to the replica.

mod place;

use std::sync::Arc;

use crate::engine::document::{self, World};
use crate::engine::field::{self, Rule};
use crate::engine::tape::Tape;
use crate::engine::tree::{FieldNode, Found, Node};
use crate::model::fate::{Loss, LossCause};
use crate::model::profile::Kind;

use place::Place;

/// An index as the walk asks it.
#[derive(Clone, Debug)]
pub struct Check {
    world: World,
}

/// Which values of a kind at a path pass without being looked at by the replica.
#[derive(Clone, Debug)]
pub struct Test {
    /// Those that pass without a look at their text.
    pub pass: Pass,
    /// The fields that tell of each other value alone what becomes of it; `None` where no value tells alone.
    fields: Option<Vec<Arc<FieldNode>>>,
    /// What each record with such a value loses, at least once.
    pub losses: Vec<Arc<Loss>>,
}

/// Values that pass.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pass {
    /// None.
    Nothing,
    /// All.
    Everything,
    /// Integers between these, or strings of that many bytes; both ends pass.
    Between(i64, i64),
    /// Decimals between these; both ends pass.
    Decimals(f64, f64),
}

/// Bytes of a number or a name beyond which engines differ; none has a limit below.
pub(crate) const LONG: usize = 200;

impl Check {
    /// The check of an index as `world` has it.
    pub(crate) fn new(world: &World) -> Self {
        Self { world: world.clone() }
    }

    /// Open objects and arrays, the root among them, up to which no limit on depth can be reached.
    pub fn depth(&self) -> usize {
        let limit = self.world.settings.depth.unwrap_or(20).min(90);
        usize::try_from(limit).unwrap_or(0).saturating_sub(1)
    }

    /// Objects in one record up to which no limit on nested documents or objects in arrays can be reached.
    pub fn objects(&self) -> u64 {
        let settings = &self.world.settings;
        settings.nested_objects.unwrap_or(10_000).min(settings.array_objects.unwrap_or(50_000))
    }

    /// Bytes of a number up to which its length does not matter.
    pub fn number_length(&self) -> usize {
        LONG
    }

    /// The test of a path, name by name as records write it.
    pub fn test(&self, path: &[&[u8]], kind: Kind) -> Test {
        match place::locate(&self.world, path) {
            Place::Object(object) => place::object(object, kind),
            Place::Field(field) => self.of_field(field, kind),
            Place::Unmapped(parent, name) => place::unmapped(&self.world, parent, name, kind),
            Place::Missing(object) if kind == Kind::Null => place::null(&self.world, object),
            Place::Missing(_) => Test::nothing(),
            Place::Skipped => Test::everything(),
            Place::Unsure => Test::nothing(),
        }
    }

    /// A field, its multi-fields and the targets of its copies all see the value.
    fn of_field(&self, field: &Arc<FieldNode>, kind: Kind) -> Test {
        let own = self.of_one(field, kind);
        if kind == Kind::Array {
            return own;
        }
        let targets = field.copy_to.iter().map(|target| match self.world.root.find(target) {
            Some(Found::Node(Node::Field(target)) | Found::Multi(target))
                if kind != Kind::Object =>
            {
                self.of_one(target, kind)
            }
            _ => Test::nothing(),
        });
        let test = targets.fold(own, Test::and);
        // Jackson reads a number in the way in which it was read first.
        let is_number = matches!(kind, Kind::Integer | Kind::Float);
        let is_shared = !field.fields.is_empty() || !field.copy_to.is_empty();
        if is_number && is_shared { Test { fields: None, ..test } } else { test }
    }

    /// A field and its multi-fields.
    fn of_one(&self, field: &Arc<FieldNode>, kind: Kind) -> Test {
        let takes = |text: &[u8]| self.alone(field, text).is_some_and(|losses| losses.is_empty());
        let own = match kind {
            Kind::Array => {
                return Test::only_if(!field::takes_arrays(field, &self.world.switches));
            }
            Kind::Object if !field.fields.is_empty() => Test::nothing(),
            Kind::Object if field::passes_over_objects(field) => Test::everything(),
            Kind::Object if field::takes_objects(field) => Test::alone(field, Pass::Nothing),
            Kind::Object => Test::nothing(),
            Kind::Null => Test::only_if(takes(b"null")),
            Kind::Boolean => Test::only_if(takes(b"true") && takes(b"false")),
            Kind::Integer | Kind::Float | Kind::String => {
                Test::alone(field, field.rule.passes(kind))
            }
        };
        field.fields.iter().map(|sub| self.of_one(sub, kind)).fold(own, Test::and)
    }

    /// What a field loses of a JSON value by its own rule; nothing where that is not all that becomes of it.
    fn alone(&self, field: &FieldNode, value: &[u8]) -> Option<Vec<Loss>> {
        let source = [b"{\"a\":", value, b"}"].concat();
        let tape = Tape::read(&source, &self.world.switches);
        document::field_alone(&tape, &self.world, field).ok()?.losses_alone()
    }

    /// The same of a value of that kind, where there are shorter ways.
    fn judge(&self, field: &FieldNode, kind: Kind, text: &[u8]) -> Option<Vec<Loss>> {
        let is_plain = || !text.contains(&b'\\');
        match (&field.rule, kind) {
            (Rule::Text, _) => Some(Vec::new()),
            (Rule::Date(rule), Kind::Integer | Kind::String)
                if is_plain() && rule.is_exact(kind, text) =>
            {
                Some(Vec::new())
            }
            (_, Kind::String) => self.alone(field, &[b"\"", text, b"\""].concat()),
            _ => self.alone(field, text),
        }
    }
}

impl Test {
    /// Nothing passes.
    pub fn nothing() -> Self {
        Self { pass: Pass::Nothing, fields: None, losses: Vec::new() }
    }

    /// Everything passes.
    pub fn everything() -> Self {
        Self { pass: Pass::Everything, fields: Some(Vec::new()), losses: Vec::new() }
    }

    /// Everything passes, where `is_sure`.
    fn only_if(is_sure: bool) -> Self {
        if is_sure { Self::everything() } else { Self::nothing() }
    }

    /// What passes, and besides whatever the field takes when it stands alone.
    fn alone(field: &Arc<FieldNode>, pass: Pass) -> Self {
        Self { pass, fields: Some(vec![Arc::clone(field)]), losses: Vec::new() }
    }

    /// Everything passes, and is lost.
    fn lossy(full: &[u8], cause: LossCause) -> Self {
        let field = crate::engine::names::path(full);
        Self { losses: vec![Arc::new(Loss { field, cause })], ..Self::everything() }
    }

    /// What passes both.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.pass = self.pass.and(other.pass);
        self.fields = self.fields.zip(other.fields).map(|(a, b)| [a, b].concat());
        self.losses.extend(other.losses);
        self
    }

    /// Whether no value passes, whatever its text.
    pub fn is_unsure(&self) -> bool {
        self.pass == Pass::Nothing && self.fields.is_none()
    }

    /// What an index whose check this is loses of a value beyond those that pass; nothing where it cannot be told of the value
    /// alone. `text` is a number or an object as it is written, or a string's bytes between its quotes.
    pub fn judge(&self, check: &Check, kind: Kind, text: &[u8]) -> Option<Vec<Loss>> {
        let mut losses = Vec::new();
        for field in self.fields.as_ref()? {
            losses.extend(check.judge(field, kind, text)?);
        }
        Some(losses)
    }

    /// Whether every value that `other` lets pass passes here too, with the same losses.
    pub fn covers(&self, other: &Self) -> bool {
        let knows =
            |fields: &[Arc<FieldNode>], field| fields.iter().any(|old| Arc::ptr_eq(old, field));
        let is_judged_alike = match (&self.fields, &other.fields) {
            (_, None) => true,
            (None, Some(_)) => self.pass == Pass::Everything,
            (Some(new), Some(old)) => new.iter().all(|field| knows(old, field)),
        };
        let is_alike = self.losses == other.losses && is_judged_alike;
        other.is_unsure() || is_alike && self.pass.and(other.pass) == other.pass
    }
}

impl Pass {
    /// Values that are in both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Everything, other) | (other, Self::Everything) => other,
            (Self::Between(a, b), Self::Between(c, d)) => Self::Between(a.max(c), b.min(d)),
            (Self::Decimals(a, b), Self::Decimals(c, d)) => Self::Decimals(a.max(c), b.min(d)),
            _ => Self::Nothing,
        }
    }
}

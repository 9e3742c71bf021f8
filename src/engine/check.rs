//! The check: what a mapping lets through without a trace, compiled per path and kind of value so that the walk can ask it.
//!
//! In: an index as it stands. Out: a [`Test`] for each path and [`Kind`]. What passes its tests is accepted, changes no mapping
//! and loses exactly what the tests say; whatever else there is goes through the replica. The check may be unsure of anything and
//! must never be wrong, so it refuses to be clever: names that only some engines take, fields that read arrays or objects
//! themselves, single-value fields and new names are left to the replica.

mod place;

use std::sync::Arc;

use crate::engine::document::{self, World};
use crate::engine::field::date::Date;
use crate::engine::field::{self, Rule, ip};
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
    /// Those that pass as far as their order tells.
    pub pass: Pass,
    /// What else their text must be.
    texts: Vec<TextTest>,
    /// What each record with such a value loses, at least once.
    pub losses: Vec<Arc<Loss>>,
}

/// Values that pass.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pass {
    /// None: the replica decides.
    Nothing,
    /// All.
    Everything,
    /// Integers between these, or strings of that many bytes; both ends pass.
    Between(i64, i64),
    /// Decimals between these; both ends pass.
    Decimals(f64, f64),
}

/// What a text must be.
#[derive(Clone, Debug)]
enum TextTest {
    /// A date of this field, to the millisecond.
    Date(Date),
    /// An IP address.
    Ip,
    /// Whatever this field takes without a trace when it stands alone.
    Alone(Arc<FieldNode>),
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
        let is_number = matches!(kind, Kind::Integer | Kind::Float);
        let is_shared = !field.fields.is_empty() || !field.copy_to.is_empty();
        // Jackson reads a number in the way in which it was read first.
        let is_alone = test.texts.iter().all(|text| !matches!(text, TextTest::Alone(_)));
        if is_number && is_shared && !is_alone { Test::nothing() } else { test }
    }

    /// A field and its multi-fields.
    fn of_one(&self, field: &Arc<FieldNode>, kind: Kind) -> Test {
        let takes = |text: &[u8]| self.takes_alone(field, text);
        let own = match kind {
            Kind::Array => {
                return Test::only_if(!field::takes_arrays(field, &self.world.switches));
            }
            Kind::Object if !field.fields.is_empty() => Test::nothing(),
            Kind::Object if field::passes_over_objects(field) => Test::everything(),
            Kind::Object if field::takes_objects(field) => Test::alone(field),
            Kind::Object => Test::nothing(),
            Kind::Null => Test::only_if(takes(b"null")),
            Kind::Boolean => Test::only_if(takes(b"true") && takes(b"false")),
            Kind::Integer | Kind::Float | Kind::String => of_scalars(field, kind),
        };
        field.fields.iter().map(|sub| self.of_one(sub, kind)).fold(own, Test::and)
    }

    /// Whether a field takes a JSON scalar without a trace, by its own rule.
    fn takes_alone(&self, field: &FieldNode, scalar: &[u8]) -> bool {
        let source = [b"{\"a\":", scalar, b"}"].concat();
        let tape = Tape::read(&source, &self.world.switches);
        document::field_alone(&tape, &self.world, field).is_ok_and(|walked| walked.is_traceless())
    }

    /// Whether a text is what a test wants it to be. `text` is a number or an object as it is written, or a
    /// string's bytes between its quotes.
    fn takes_text(&self, test: &TextTest, kind: Kind, text: &[u8]) -> bool {
        match test {
            _ if text.contains(&b'\\') => false,
            TextTest::Date(rule) => rule.is_exact(kind, text),
            TextTest::Ip => ip::is_address(text),
            TextTest::Alone(field) if kind == Kind::String => {
                self.takes_alone(field, &[b"\"", text, b"\""].concat())
            }
            TextTest::Alone(field) => self.takes_alone(field, text),
        }
    }
}

/// What a field takes of numbers and strings.
fn of_scalars(field: &Arc<FieldNode>, kind: Kind) -> Test {
    match (&field.rule, kind) {
        (Rule::Text | Rule::Unread | Rule::Taken | Rule::Opaque, _) => Test::everything(),
        (Rule::Date(rule), Kind::String | Kind::Integer) => {
            Test::of_text(TextTest::Date(rule.clone()))
        }
        (Rule::Ip(_), Kind::String) => Test::of_text(TextTest::Ip),
        (rule, kind) => match rule.passes(kind) {
            Pass::Nothing => Test::alone(field),
            pass => Test::of(pass),
        },
    }
}

impl Test {
    /// Nothing passes.
    pub fn nothing() -> Self {
        Self::of(Pass::Nothing)
    }

    /// Everything passes.
    pub fn everything() -> Self {
        Self::of(Pass::Everything)
    }

    /// Values of one kind pass.
    fn of(pass: Pass) -> Self {
        Self { pass, texts: Vec::new(), losses: Vec::new() }
    }

    /// Everything passes, where `is_sure`.
    fn only_if(is_sure: bool) -> Self {
        if is_sure { Self::everything() } else { Self::nothing() }
    }

    /// Values pass whose text does.
    fn of_text(text: TextTest) -> Self {
        Self { texts: vec![text], ..Self::everything() }
    }

    /// Values pass that the field takes when they stand alone.
    fn alone(field: &Arc<FieldNode>) -> Self {
        Self::of_text(TextTest::Alone(Arc::clone(field)))
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
        self.texts.extend(other.texts);
        self.losses.extend(other.losses);
        self
    }

    /// Whether the text of a value matters.
    pub fn reads_text(&self) -> bool {
        !self.texts.is_empty()
    }

    /// Whether a text is what it must be for an index whose check this is. `text` is a number or an object as it is
    /// written, or a string's bytes between its quotes.
    pub fn takes(&self, check: &Check, kind: Kind, text: &[u8]) -> bool {
        self.texts.iter().all(|test| check.takes_text(test, kind, text))
    }

    /// Whether every value that `other` lets pass passes here too, with the same losses.
    pub fn covers(&self, other: &Self) -> bool {
        let was_asked = |text: &TextTest| other.texts.iter().any(|old| old.is(text));
        let is_alike = self.losses == other.losses && self.texts.iter().all(was_asked);
        other.pass == Pass::Nothing || is_alike && self.pass.and(other.pass) == other.pass
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

impl TextTest {
    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Date(a), Self::Date(b)) => a.is(b),
            (Self::Ip, Self::Ip) => true,
            (Self::Alone(a), Self::Alone(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }
}

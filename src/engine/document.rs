//! One walk of a document over a mapping: what both ways to walk share.
//!
//! In: the tokens of a record and the compiled mapping. Out: new mappers, losses, or the exception. It refuses to change the
//! mapping; `engine` does that with the new mappers.

pub(crate) mod copy;
pub(crate) mod expanding;
pub(crate) mod splitting;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::engine::dynamic::Detector;
use crate::engine::failure::{Failure, Outcome};
use crate::engine::field;
use crate::engine::limits;
use crate::engine::names;
use crate::engine::settings::Settings;
use crate::engine::switches::{CopyObject, Switches, Walk};
use crate::engine::tape::{Parser, Tape, Token};
use crate::engine::template::Template;
use crate::engine::tree::{self, FieldNode, Node, ObjectNode, Surroundings};
use crate::model::fate::{Loss, LossCause, RejectClass};
use crate::model::mapping::{Dynamic, Field};
use crate::model::timeline::Decision;

/// Everything that a walk looks at and does not change.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub switches: Switches,
    pub settings: Settings,
    pub root: Arc<ObjectNode>,
    pub templates: Arc<[Template]>,
    /// Formats of date detection; empty where it is off.
    pub dates: Arc<[Detector]>,
    pub numeric_detection: bool,
    /// Full names of runtime fields.
    pub runtime: Arc<BTreeSet<String>>,
    /// Whether the index has a mapping yet: declared, or made by a document.
    pub has_mapping: bool,
    /// The mapping type's name, `_doc` where types are hidden.
    pub type_name: Arc<str>,
}

impl World {
    pub(crate) fn surroundings(&self) -> Surroundings<'_> {
        Surroundings { switches: &self.switches, settings: &self.settings }
    }
}

/// A mapper that the document brings.
#[derive(Clone, Debug)]
pub(crate) struct NewMapper {
    /// Full name, as the content path gives it.
    pub full: Vec<u8>,
    /// What takes this document's values.
    pub node: Node,
    /// The definition that goes into the mapping.
    pub definition: Field,
    /// Why it looks like that.
    pub decision: Decision,
}

/// What a walk leaves behind.
#[derive(Debug, Default)]
pub(crate) struct Walked {
    pub new: Vec<NewMapper>,
    pub losses: Vec<Loss>,
    /// New runtime fields: full name, definition, why.
    pub runtime: Vec<(String, serde_json::Value, Decision)>,
    /// An exception of Lucene's: the document fails after the mapping was updated.
    pub late: Option<Failure>,
    /// The value was read whole, and it may stand beside any other.
    pub stands_alone: bool,
}

/// The state of one walk.
pub(crate) struct Doc<'t> {
    pub world: &'t World,
    pub parser: Parser<'t>,
    /// Names from the root to the object that is being read.
    pub path: Vec<&'t [u8]>,
    pub walked: Walked,
    /// Values are being copied: copying does not chain.
    pub in_copy: bool,
    /// What limits count while reading.
    pub counts: Counts,
    /// Keys of values that a document may hold once.
    pub once: BTreeSet<Vec<u8>>,
}

/// What limits count while a document is read.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    /// Nested documents.
    pub nested: u64,
    /// Objects around the current token, the root not included.
    pub objects: u64,
    /// Arrays around the current token.
    pub arrays: u64,
    /// Objects in arrays.
    pub array_objects: u64,
    /// Fields that the document adds, as the check in the parse counts them.
    pub fields: u64,
}

/// Walks a document. `tape` holds its tokens.
pub(crate) fn walk<'t>(tape: &'t Tape<'t>, world: &'t World) -> Outcome<Walked> {
    let mut doc = Doc::new(tape, world);
    match world.switches.walk {
        Walk::Splitting => splitting::walk(&mut doc)?,
        Walk::Expanding => expanding::walk(&mut doc)?,
    }
    Ok(doc.walked)
}

/// Gives a field the first value of an object, and nothing else: neither its multi-fields nor its copies see it.
pub(crate) fn field_alone<'t>(
    tape: &'t Tape<'t>,
    world: &'t World,
    field: &FieldNode,
) -> Outcome<Walked> {
    let mut doc = Doc::new(tape, world);
    for _brace_name_value in 0..3 {
        doc.parser.advance()?;
    }
    field::take(field, &mut doc)?;
    // Some leave the parser inside an object that they do not take.
    let ends = [doc.parser.advance()?, doc.parser.advance()?] == [Some(Token::EndObject), None];
    doc.walked.stands_alone = ends && doc.once.is_empty();
    Ok(doc.walked)
}

impl Walked {
    /// What is lost, where that is all that becomes of the value.
    pub(crate) fn losses_alone(self) -> Option<Vec<Loss>> {
        let is_all = self.new.is_empty() && self.runtime.is_empty() && self.late.is_none();
        (is_all && self.stands_alone).then_some(self.losses)
    }
}

/// What both ways of walking do with an object's value before its members: whether there are members to read.
fn enter_object(doc: &mut Doc<'_>, object: &ObjectNode) -> Outcome<bool> {
    if !object.enabled {
        if doc.token() != Token::Null {
            doc.lose(&object.full, LossCause::NotParsed);
        }
        doc.parser.skip_children()?;
        return Ok(false);
    }
    let token = doc.token();
    if token == Token::Null {
        return Ok(false);
    }
    if token.is_value() {
        return Err(doc.concrete_value(object));
    }
    if object.nested {
        limits::count_nested(doc)?;
    }
    let next = if token == Token::EndObject { doc.parser.advance()? } else { Some(token) };
    if next == Some(Token::BeginObject) {
        doc.parser.advance()?;
    }
    Ok(true)
}

impl<'t> Doc<'t> {
    fn new(tape: &'t Tape<'t>, world: &'t World) -> Self {
        Self {
            world,
            parser: Parser::new(tape, world.switches.walk),
            path: Vec::new(),
            walked: Walked::default(),
            in_copy: false,
            counts: Counts::default(),
            once: BTreeSet::new(),
        }
    }

    pub(crate) fn switches(&self) -> &'t Switches {
        &self.world.switches
    }

    /// The full name of `name` in the object that is being read.
    pub(crate) fn path_as_text(&self, name: &[u8]) -> Vec<u8> {
        let mut full =
            Vec::with_capacity(self.path.iter().map(|n| n.len() + 1).sum::<usize>() + name.len());
        for above in &self.path {
            full.extend_from_slice(above);
            full.push(b'.');
        }
        full.extend_from_slice(name);
        full
    }

    /// Notes that the value at `full` is not searchable as it was sent.
    pub(crate) fn lose(&mut self, full: &[u8], cause: LossCause) {
        self.walked.losses.push(Loss { field: names::path(full), cause });
    }

    /// A mapper parsing exception of this engine, with its place where the engine prints one.
    pub(crate) fn mapping_failure(&self, reason: impl std::fmt::Display) -> Failure {
        if self.switches().located {
            let reason = format!("[{}] {reason}", self.parser.location());
            Failure::new("document_parsing_exception", reason)
        } else {
            Failure::mapper(reason.to_string())
        }
    }

    /// The exception for a new name under `dynamic: strict`.
    pub(crate) fn strict(&self, parent: &ObjectNode, dynamic: Dynamic, name: &[u8]) -> Failure {
        let word = match dynamic {
            Dynamic::StrictAllowTemplates if self.switches().strict_prints_value => {
                "strict_allow_templates"
            }
            _ => "strict",
        };
        let within = self.shown(parent);
        let shown = crate::model::path::visible(name);
        let text = format!(
            "mapping set to {word}, dynamic introduction of [{shown}] within [{within}] is not allowed"
        );
        let text = if self.switches().located {
            format!("[{}] {text}", self.parser.location())
        } else {
            text
        };
        let full = tree::join(&parent.full, name);
        Failure::new("strict_dynamic_mapping_exception", text)
            .class(RejectClass::Strict)
            .field(|| names::path(&full))
    }

    /// Gives the current token to whatever stands in the mapping.
    pub(crate) fn parse_node(&mut self, node: &Node) -> Outcome {
        match self.switches().walk {
            Walk::Splitting => splitting::parse_node(self, node),
            Walk::Expanding => expanding::parse_node(self, node),
        }
    }

    /// Gives the current token to a field.
    pub(crate) fn parse_field(&mut self, field: &FieldNode) -> Outcome {
        let is_copy = self.switches().copy_object == CopyObject::AtStart
            && !field.copy_to.is_empty()
            && self.token() == Token::BeginObject;
        if !is_copy {
            field::parse(field, self)?;
            return copy::copy(field, self);
        }
        // OpenSearch 3 writes the object into a document of its own, which the field and each target read from its start.
        self.parser.set_place(Some("1:1".to_owned()));
        let begin = self.parser.clone();
        field::parse(field, self)?;
        let end = std::mem::replace(&mut self.parser, begin);
        copy::copy(field, self)?;
        self.parser = end;
        self.parser.set_place(None);
        Ok(())
    }

    /// An object's full name, the mapping type's for the root.
    pub(crate) fn shown(&self, object: &ObjectNode) -> String {
        match &*object.full {
            [] => self.world.type_name.to_string(),
            full => crate::model::path::visible(full),
        }
    }

    /// The exception for a document that ends inside the object with that full name, behind the member `name`.
    pub(crate) fn unended_object(&self, full: &str, name: &str) -> Failure {
        self.mapping_failure(format_args!(
            "object mapping for [{full}] tried to parse field [{name}] as object, but got EOF, has a concrete value been provided to it?"
        ))
        .class(RejectClass::NotAnObject)
    }

    /// The exception for a document that ends inside an array.
    pub(crate) fn unended_array(&self, object: &ObjectNode, name: &[u8]) -> Failure {
        let (full, name) =
            (crate::model::path::visible(&object.full), crate::model::path::visible(name));
        self.mapping_failure(format_args!(
            "object mapping for [{full}] with array for [{name}] tried to parse as array, but got EOF, is there a mismatch in types for the same field?"
        ))
        .class(RejectClass::NotAnObject)
    }

    /// The exception for a scalar where an object is mapped.
    pub(crate) fn concrete_value(&self, object: &ObjectNode) -> Failure {
        let full = self.shown(object);
        let name =
            self.parser.current_name().map_or("null".to_owned(), crate::model::path::visible);
        self.mapping_failure(format_args!(
            "object mapping for [{full}] tried to parse field [{name}] as object, but found a concrete value"
        ))
        .class(RejectClass::ObjectScalar)
        .field(|| names::path(&object.full))
    }

    /// The token that is being read; every call stands inside a document.
    pub(crate) fn token(&self) -> Token<'t> {
        self.parser.current().unwrap_or(Token::Null)
    }
}

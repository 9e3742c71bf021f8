//! What an unmapped name becomes (engine-semantics 5, 7, 11).
//!
//! In: a token under a name that nothing maps, and the object that it falls into. Out: a new mapper, registered and given the
//! token; or nothing, or the exception. It refuses to know how several new mappers of one name become one; that is `update`.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::engine::date::DateFormat;
use crate::engine::document::{Doc, NewMapper};
use crate::engine::failure::{Failure, Outcome};
use crate::engine::field::{self, Rule};
use crate::engine::limits;
use crate::engine::metadata;
use crate::engine::names;
use crate::engine::number::{self, NumberKind};
use crate::engine::switches::{CopyObject, DateExtra, FieldError, Switches};
use crate::engine::tape::Token;
use crate::engine::template::{MatchType, Template};
use crate::engine::tree::{self, FieldNode, Node, ObjectNode};
use crate::mapping::{self, ParameterError};
use crate::model::fate::{LossCause, RejectClass};
use crate::model::mapping::{Dynamic, Field, LeafField, ObjectField};
use crate::model::path::{FieldPath, visible};
use crate::model::timeline::Decision;

/// A format of date detection.
#[derive(Clone, Debug)]
pub(crate) struct Detector {
    pub pattern: Arc<str>,
    pub format: Arc<DateFormat>,
}

/// The formats of date detection where a mapping names none. The documentation's slash format is wrong
/// (`RootObjectMapper.Defaults`).
pub(crate) const DEFAULT_FORMATS: [&str; 2] =
    [DEFAULT_DATE, "yyyy/MM/dd HH:mm:ss||yyyy/MM/dd||epoch_millis"];

/// The format of a date field that names none; it is not printed.
pub(crate) const DEFAULT_DATE: &str = "strict_date_optional_time||epoch_millis";

/// What is asked for under an unmapped name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    Object,
    Array,
    /// The object that a dotted name needs.
    Parent,
}

/// The `dynamic` that holds for a new name in `parent`. OpenSearch's `*_allow_templates` act as true where a template takes
/// the name; arrays and dotted parents are looked up as objects.
pub(crate) fn mode(doc: &Doc<'_>, parent: &ObjectNode, wanted: Wanted, name: &[u8]) -> Dynamic {
    let kind = match wanted {
        Wanted::Object | Wanted::Array | Wanted::Parent => MatchType::Object,
    };
    allowed(doc, parent.dynamic, name, kind)
}

fn allowed(doc: &Doc<'_>, dynamic: Dynamic, name: &[u8], kind: MatchType) -> Dynamic {
    match dynamic {
        Dynamic::StrictAllowTemplates | Dynamic::FalseAllowTemplates
            if find_template(doc, name, kind).is_some() =>
        {
            Dynamic::True
        }
        other => other,
    }
}

fn find_template<'t>(doc: &Doc<'t>, name: &[u8], kind: MatchType) -> Option<&'t Template> {
    if doc.world.templates.is_empty() {
        return None;
    }
    let full = doc.path_as_text(name);
    doc.world.templates.iter().find(|template| template.takes(&full, name, kind))
}

/// A new object under `parent`, or what the template for objects makes of it.
///
/// `None` where the limit on fields is reached and new fields beyond it are ignored.
pub(crate) fn new_object(
    doc: &mut Doc<'_>,
    parent: &ObjectNode,
    name: &[u8],
) -> Outcome<Option<Node>> {
    let new = build_object(doc, parent, name)?;
    let node = new.node.clone();
    Ok(register(doc, new)?.then_some(node))
}

/// Whether the template for objects makes a nested one.
pub(crate) fn would_be_nested(doc: &Doc<'_>, parent: &ObjectNode, name: &[u8]) -> Outcome<bool> {
    let new = build_object(doc, parent, name)?;
    Ok(matches!(new.node, Node::Object(object) if object.nested))
}

/// From 8.11 on an array of 128 to 4096 new floats, touched by no template, is a vector.
pub(crate) fn make_vector(doc: &mut Doc<'_>, name: &[u8], floats: usize) {
    if !doc.switches().vectors || !(128..=4096).contains(&floats) {
        return;
    }
    let full = doc.path_as_text(name);
    let is_float = |new: &NewMapper| {
        new.decision == Decision::Default("decimals") && new.definition.type_name() == "float"
    };
    let mut mine = doc.walked.new.iter().filter(|new| new.full == full).peekable();
    if mine.peek().is_none() || !mine.all(is_float) {
        return;
    }
    let mut params = Map::new();
    params.insert("dims".to_owned(), json!(floats));
    params.insert("index".to_owned(), json!(true));
    params.insert("similarity".to_owned(), json!("cosine"));
    if doc.switches().vector_options {
        let options = json!({"type": "int8_hnsw", "m": 16, "ef_construction": 100});
        params.insert("index_options".to_owned(), options);
    }
    let fields = std::collections::BTreeMap::new();
    let leaf = LeafField { field_type: "dense_vector".to_owned(), fields, params };
    let node = compile(doc, &leaf, &full);
    doc.walked.new.retain(|new| new.full != full);
    let decision = Decision::Default("decimals");
    doc.walked.new.push(NewMapper { full, node, definition: Field::Leaf(leaf), decision });
}

fn build_object(doc: &Doc<'_>, parent: &ObjectNode, name: &[u8]) -> Outcome<NewMapper> {
    let full = doc.path_as_text(name);
    match find_template(doc, name, MatchType::Object) {
        Some(template) => from_template(doc, template, parent, name, MatchType::Object),
        None => {
            let node = ObjectNode::plain(full.clone(), inherited(doc, parent));
            Ok(NewMapper {
                full,
                node: Node::Object(Arc::new(node)),
                definition: Field::Object(ObjectField::default()),
                decision: Decision::Default("objects"),
            })
        }
    }
}

/// The `dynamic` that a new object without its own has. Up to 7.10 and on OpenSearch an ancestor that this document made is
/// not asked: true.
fn inherited(doc: &Doc<'_>, parent: &ObjectNode) -> Dynamic {
    let known = parent.full.is_empty() || doc.world.root.find(&parent.full).is_some();
    if known || doc.switches().new_objects_inherit { parent.dynamic } else { Dynamic::True }
}

/// The object that a dotted name needs: no leaf, and nothing nested.
pub(crate) fn new_parent(
    doc: &mut Doc<'_>,
    parent: &ObjectNode,
    segment: &[u8],
) -> Outcome<Arc<ObjectNode>> {
    let new = build_object(doc, parent, segment)?;
    let object = match &new.node {
        Node::Object(object) => Arc::clone(object),
        Node::Field(field) => return Err(not_an_object(doc, field, segment)),
        Node::Alias(_) => return Err(Failure::state("an alias cannot hold fields")),
    };
    if object.nested {
        let full = visible(&doc.path_as_text(segment));
        return Err(Failure::mapper(format!(
            "It is forbidden to create dynamic nested objects ([{full}]) through `copy_to` or dots in field names"
        ))
        .class(RejectClass::DottedName)
        .field(|| names::path(&object.full)));
    }
    register(doc, new)?;
    Ok(object)
}

fn not_an_object(doc: &Doc<'_>, field: &FieldNode, segment: &[u8]) -> Failure {
    let switches = doc.switches();
    let failure = if switches.template_parent_sentence {
        Failure::mapper(format!(
            "Field [{}] must be an object; but it's configured as [{}] in dynamic template [null]",
            visible(segment),
            field.type_name
        ))
    } else {
        Failure::new("class_cast_exception", class_cast(&field.type_name, switches))
    };
    failure.class(RejectClass::DottedName).field(|| names::path(&field.full))
}

fn class_cast(type_name: &str, switches: &Switches) -> String {
    let product = match switches.engine.product {
        crate::model::engine::Product::Elasticsearch => "elasticsearch",
        crate::model::engine::Product::OpenSearch => "opensearch",
    };
    let package = format!("org.{product}.index.mapper");
    let leaf = format!("{package}.{}", mapper_class(type_name));
    let object = format!("{package}.ObjectMapper");
    format!(
        "class {leaf} cannot be cast to class {object} ({leaf} and {object} are in unnamed module of loader 'app')"
    )
}

/// An object that stands for a name under `dynamic: runtime`: its leaves are looked at, itself is not mapped.
pub(crate) fn phantom_object(parent: &ObjectNode, full: &[u8]) -> Arc<ObjectNode> {
    Arc::new(ObjectNode::plain(full.to_vec(), parent.dynamic))
}

/// An unmapped array whose template (looked up as object) gives a field that reads arrays itself.
pub(crate) fn new_array_field(doc: &mut Doc<'_>, name: &[u8]) -> Outcome<Option<Arc<FieldNode>>> {
    let Some(template) = find_template(doc, name, MatchType::Object) else { return Ok(None) };
    let root = Arc::clone(&doc.world.root);
    let new = from_template(doc, template, &root, name, MatchType::Object)?;
    match &new.node {
        Node::Field(field) if field::takes_arrays(field, doc.switches()) => {
            let field = Arc::clone(field);
            Ok(register(doc, new)?.then_some(field))
        }
        _ => Ok(None),
    }
}

/// `parseDynamicValue`: a scalar (or, for a copy, whatever stands there) under a new name.
pub(crate) fn parse_value(doc: &mut Doc<'_>, parent: &Arc<ObjectNode>, name: &[u8]) -> Outcome {
    let full = doc.path_as_text(name);
    let token = doc.token();
    match parent.dynamic {
        Dynamic::Strict => return Err(doc.strict(parent, Dynamic::Strict, name)),
        Dynamic::False => {
            doc.lose(&full, LossCause::NotMapped);
            return Ok(());
        }
        Dynamic::True | Dynamic::Runtime => {}
        Dynamic::StrictAllowTemplates | Dynamic::FalseAllowTemplates => {
            let guess = guess(doc, token, name)?;
            match allowed(doc, parent.dynamic, name, guess.kind) {
                Dynamic::StrictAllowTemplates => {
                    return Err(doc.strict(parent, Dynamic::StrictAllowTemplates, name));
                }
                Dynamic::FalseAllowTemplates => {
                    doc.lose(&full, LossCause::NotMapped);
                    return Ok(());
                }
                _ => {}
            }
        }
    }
    metadata::refuse_existing(doc, &full)?;
    let guess = guess(doc, token, name)?;
    if doc.world.runtime.contains(&visible(&full)) {
        return Ok(());
    }
    match find_template(doc, name, guess.kind) {
        Some(template) if template.runtime => {
            return runtime_from_template(doc, &full, template, name, guess.kind);
        }
        None if parent.dynamic == Dynamic::Runtime => return runtime_field(doc, &full, &guess),
        _ => {}
    }
    let new = build_leaf(doc, parent, name, guess)?;
    let node = new.node.clone();
    if !register(doc, new)? {
        return Ok(());
    }
    match node {
        Node::Field(field) => doc.parse_field(&field),
        other => doc.parse_node(&other),
    }
}

/// What a scalar looks like.
struct Guess {
    kind: MatchType,
    /// The format that detected a date.
    date: Option<Detector>,
    decision: Decision,
}

impl Guess {
    fn plain(kind: MatchType, what: &'static str) -> Self {
        Self { kind, date: None, decision: Decision::Default(what) }
    }
}

/// `createBuilderFromDynamicValue`, up to the choice of the kind.
fn guess(doc: &Doc<'_>, token: Token<'_>, name: &[u8]) -> Outcome<Guess> {
    match token {
        Token::String(text) => Ok(guess_string(doc, text)),
        Token::Integer(text) => {
            if !doc.switches().big_integers && number::parse_long(&visible(text)).is_err() {
                let text = "No matching token for number_type [BIG_INTEGER]";
                return Err(Failure::state(text)
                    .class(RejectClass::NumberRange)
                    .field(|| names::path(&doc.path_as_text(name))));
            }
            Ok(Guess::plain(MatchType::Long, "integers"))
        }
        Token::Float(_) => Ok(Guess::plain(MatchType::Double, "decimals")),
        Token::True | Token::False => Ok(Guess::plain(MatchType::Boolean, "booleans")),
        other => {
            let at_start =
                doc.switches().copy_object == CopyObject::AtStart && other == Token::EndObject;
            let word = if at_start { Token::BeginObject.word() } else { other.word() };
            let name = visible(name);
            Err(Failure::state(format!(
                "Can't handle serializing a dynamic type with content token [{word}] and field name [{name}]"
            )))
        }
    }
}

fn guess_string(doc: &Doc<'_>, text: &[u8]) -> Guess {
    let Ok(text) = std::str::from_utf8(text) else {
        return Guess::plain(MatchType::String, "strings");
    };
    if let Some(kind) = number::kind_of(text) {
        let kind = match kind {
            NumberKind::Long => MatchType::Long,
            NumberKind::Double => MatchType::Double,
        };
        return if doc.world.numeric_detection {
            Guess { kind, date: None, decision: Decision::NumericDetection }
        } else {
            Guess::plain(MatchType::String, "strings")
        };
    }
    {
        let found = doc.world.dates.iter().find(|detector| detector.format.detects(text));
        if let Some(detector) = found {
            let decision = Decision::DateDetection(detector.pattern.to_string());
            return Guess { kind: MatchType::Date, date: Some(detector.clone()), decision };
        }
    }
    Guess::plain(MatchType::String, "strings")
}

fn build_leaf(doc: &Doc<'_>, parent: &ObjectNode, name: &[u8], guess: Guess) -> Outcome<NewMapper> {
    if let Some(template) = find_template(doc, name, guess.kind) {
        let mut new = from_template(doc, template, parent, name, guess.kind)?;
        if let (Some(detector), Field::Leaf(leaf)) = (&guess.date, &mut new.definition)
            && leaf.field_type == "date"
            && !leaf.params.contains_key("format")
        {
            put_format(leaf, detector, doc.switches());
            new.node = compile(doc, leaf, &new.full);
            as_detected(doc, &mut new);
        }
        return Ok(new);
    }
    let leaf = default_definition(&guess, doc.switches());
    let full = doc.path_as_text(name);
    let node = compile(doc, &leaf, &full);
    let mut new = NewMapper { full, node, definition: Field::Leaf(leaf), decision: guess.decision };
    if guess.date.is_some() {
        as_detected(doc, &mut new);
    }
    Ok(new)
}

/// On 6.x the first parse uses the detecting formatter, which has just taken the value; the field in the mapping reads its
/// printed format again, more leniently.
fn as_detected(doc: &Doc<'_>, new: &mut NewMapper) {
    if doc.switches().field_error != FieldError::WithPreview
        && let Node::Field(field) = &mut new.node
    {
        Arc::make_mut(field).rule = Rule::Taken;
    }
}

fn compile(doc: &Doc<'_>, leaf: &LeafField, full: &[u8]) -> Node {
    tree::leaf(leaf, full, doc.world.surroundings())
}

fn default_definition(guess: &Guess, switches: &Switches) -> LeafField {
    let mut leaf = LeafField {
        field_type: guess.kind.default_type().to_owned(),
        fields: std::collections::BTreeMap::new(),
        params: Map::new(),
    };
    if guess.kind == MatchType::String {
        let params = Map::from_iter([("ignore_above".to_owned(), json!(256))]);
        let fields = std::collections::BTreeMap::new();
        let keyword = LeafField { field_type: "keyword".to_owned(), fields, params };
        leaf.fields.insert("keyword".into(), keyword);
    }
    if let Some(detector) = &guess.date {
        put_format(&mut leaf, detector, switches);
    }
    leaf
}

/// A date made by detection prints the format that detected it, unless that is the default.
fn put_format(leaf: &mut LeafField, detector: &Detector, switches: &Switches) {
    if &*detector.pattern == DEFAULT_DATE {
        return;
    }
    leaf.params.insert("format".to_owned(), Value::from(&*detector.pattern));
    match switches.date_extra {
        DateExtra::None => {}
        DateExtra::Locale if &*detector.pattern != DEFAULT_FORMATS[1] => {}
        DateExtra::Locale => {
            leaf.params.insert("locale".to_owned(), Value::from(""));
        }
        DateExtra::PrintFormat => {
            let first = detector.pattern.split("||").next().unwrap_or_default();
            if first == "strict_date_optional_time" {
                return;
            }
            leaf.params.insert("print_format".to_owned(), Value::from(first));
        }
    }
}

fn from_template(
    doc: &Doc<'_>,
    template: &Template,
    parent: &ObjectNode,
    name: &[u8],
    kind: MatchType,
) -> Outcome<NewMapper> {
    let full = doc.path_as_text(name);
    let body = template.definition(name, kind);
    let decision = Decision::DynamicTemplate(template.name.to_string());
    let field_type = body.get("type").and_then(Value::as_str).unwrap_or_default();
    if field_type == "object" || field_type == "nested" {
        let mut object = mapping::read_object(&body, &FieldPath(vec![name.into()]))
            .map_err(|error| Failure::mapper(error.to_string()))?;
        object.params.retain(|key, _| OBJECT_PARAMETERS.contains(&key.as_str()));
        let node = tree::object(&object, &full, inherited(doc, parent), doc.world.surroundings());
        let node = Node::Object(Arc::new(node));
        return Ok(NewMapper { full, node, definition: Field::Object(object), decision });
    }
    let leaf = mapping::leaf_as_printed(&body, kind.default_type(), doc.switches().engine)
        .map_err(|error| refused_parameter(doc, &error, name))?;
    let node = compile(doc, &leaf, &full);
    Ok(NewMapper { full, node, definition: Field::Leaf(leaf), decision })
}

/// What an object takes beside `dynamic`, `enabled`, `properties`; anything else in a template is dropped.
const OBJECT_PARAMETERS: [&str; 4] =
    ["include_in_parent", "include_in_root", "include_in_all", "subobjects"];

fn refused_parameter(doc: &Doc<'_>, error: &ParameterError, name: &[u8]) -> Failure {
    let name = visible(name);
    match error {
        ParameterError::UnknownType(found) => {
            Failure::mapper(format!("failed to find type parsed [{found}] for [{name}]"))
        }
        ParameterError::Unknown(key, found) => Failure::mapper(format!(
            "unknown parameter [{key}] on mapper [{name}] of type [{found}]"
        )),
        ParameterError::NotBoolean(key, value) => {
            let inner = Failure::argument(format!(
                "Failed to parse value [{value}] as only [true] or [false] are allowed."
            ));
            match doc.switches().field_error {
                FieldError::WithPreview => inner,
                _ => Failure::argument(format!("Could not convert [{name}.{key}] to boolean"))
                    .because(inner),
            }
        }
    }
}

/// A runtime field as a template defines it (`runtime` instead of `mapping`, Elasticsearch 7.11+).
fn runtime_from_template(
    doc: &mut Doc<'_>,
    full: &[u8],
    template: &Template,
    name: &[u8],
    kind: MatchType,
) -> Outcome {
    let body = template.definition(name, kind);
    let decision = Decision::DynamicTemplate(template.name.to_string());
    register_runtime(doc, full, body, decision)
}

/// A runtime field for a new leaf: printed in the `runtime` section, not indexed.
fn runtime_field(doc: &mut Doc<'_>, full: &[u8], guess: &Guess) -> Outcome {
    let word = match guess.kind {
        MatchType::String | MatchType::Object => "keyword",
        MatchType::Long => "long",
        MatchType::Double => "double",
        MatchType::Boolean => "boolean",
        MatchType::Date => "date",
    };
    let mut body = Map::from_iter([("type".to_owned(), Value::from(word))]);
    if let Some(detector) = guess.date.as_ref().filter(|d| &*d.pattern != DEFAULT_DATE) {
        body.insert("format".to_owned(), Value::from(&*detector.pattern));
    }
    let decision = guess.decision.clone();
    register_runtime(doc, full, body, decision)
}

fn register_runtime(
    doc: &mut Doc<'_>,
    full: &[u8],
    body: Map<String, Value>,
    decision: Decision,
) -> Outcome {
    let name = visible(full);
    let known = doc.walked.runtime.iter().any(|(other, ..)| *other == name);
    if !known && !limits::check_count(doc, 1)? {
        doc.lose(full, LossCause::BeyondLimit);
        return Ok(());
    }
    doc.walked.runtime.push((name, Value::Object(body), decision));
    Ok(())
}

/// Whether there was room: beyond the limit on fields a new one may be ignored.
fn register(doc: &mut Doc<'_>, new: NewMapper) -> Outcome<bool> {
    if !limits::check_new(doc, &new)? {
        doc.lose(&new.full, LossCause::BeyondLimit);
        return Ok(false);
    }
    doc.walked.new.push(new);
    Ok(true)
}

/// The class that maps a type, as Java prints it.
fn mapper_class(type_name: &str) -> String {
    match type_name {
        "long" | "integer" | "short" | "byte" | "double" | "float" | "half_float" => {
            "NumberFieldMapper".to_owned()
        }
        other => {
            let words = other.split('_').map(|word| {
                let mut chars = word.chars();
                chars.next().map_or(String::new(), |first| {
                    first.to_uppercase().chain(chars).collect::<String>()
                })
            });
            format!("{}FieldMapper", words.collect::<String>())
        }
    }
}

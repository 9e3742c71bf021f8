//! What differs between engine versions, as one table.
//!
//! In: product and version. Out: [`Switches`]. Boundaries were seen on running engines; a version between two that were run
//! is named by the older side of its boundary.

mod fields;
mod limits;

pub use fields::{FieldSwitches, Geo};
pub use limits::{DepthInParse, LimitSwitches, TotalInParse};

use crate::model::engine::{Engine, Product};

/// The decisions that versions make differently. Each line of [`Switches::of`] says since when.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "a table of independent facts about versions")]
pub struct Switches {
    /// Limits.
    pub limits: LimitSwitches,
    /// Field types.
    pub fields: FieldSwitches,
    /// The version itself.
    pub engine: Engine,
    /// How documents are walked.
    pub walk: Walk,
    /// A JSON integer beyond 64 bits can be mapped dynamically (as `long`).
    pub big_integers: bool,
    /// The first bytes must look like JSON.
    pub first_bytes: bool,
    /// Names of the JSON library's exceptions.
    pub json_errors: JsonErrors,
    /// What a name of only dots gives.
    pub only_dots: OnlyDots,
    /// Names are split and checked at the name, not at the value.
    pub names_first: bool,
    /// Fields of the engine's own and what happens to them in a document.
    pub metadata: &'static [&'static str],
    /// How the same new field several times in one document is settled.
    pub repeats: Repeats,
    /// How the error of a field's parse is worded.
    pub field_error: FieldError,
    /// Exceptions of a parse are `document_parsing_exception` with their place.
    pub located: bool,
    /// An inherited `strict` refuses an unmapped null.
    pub null_strict_inherited: bool,
    /// Objects made by this document pass on a template's `dynamic`.
    pub new_objects_inherit: bool,
    /// A copied null makes no field and no error.
    pub copy_null_ignored: bool,
    /// What a copied object gives.
    pub copy_object: CopyObject,
    /// The word printed in strict errors is the value of `dynamic`.
    pub strict_prints_value: bool,
    /// Lists of patterns in dynamic templates.
    pub pattern_lists: bool,
    /// `unmatch_mapping_type` exists.
    pub unmatch_mapping_type: bool,
    /// Extra parameter printed on a date made from a format of `dynamic_date_formats` that is not the default.
    pub date_extra: DateExtra,
    /// Arrays of 128 to 4096 new floats become `dense_vector`.
    pub vectors: bool,
    /// Numbers of more than 1000 characters are refused.
    pub number_length: bool,
    /// Objects and arrays nested deeper than 1000 are refused by the JSON reader.
    pub json_depth: bool,
    /// Names of more than 50,000 characters are refused.
    pub json_name_length: bool,
    /// The `_doc_count` that documents may bring.
    pub doc_count: DocCount,
    /// A template that gives a leaf where a dotted name needs an object is refused in a sentence of its own.
    pub template_parent_sentence: bool,
    /// UTF-16 and UTF-32 pass through `_bulk`.
    pub wide_encodings: bool,
    /// A dynamic vector prints its `index_options`.
    pub vector_options: bool,
    /// `dynamic: runtime` makes no objects.
    pub runtime_makes_no_objects: bool,
}

/// Ways to walk a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Walk {
    /// Names are split by the walk (up to 7.17, OpenSearch).
    Splitting,
    /// Dots are expanded into objects in the token stream (8.1 and later).
    Expanding,
}

/// The JSON library behind the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonErrors {
    /// Jackson 2.8: range errors are `json_parse_exception`.
    Jackson28,
    /// Jackson 2.10: `input_coercion_exception`.
    Jackson210,
    /// Jackson 2.14 and later: a number keeps the form in which it was read first.
    Jackson214,
    /// Jackson 3.
    Jackson3,
}

/// What a name of only dots gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnlyDots {
    ArrayIndex,
    Dots,
    Character,
}

/// How several new mappers of one name become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeats {
    /// 9.2: sorted, the first pair merges, classes are compared.
    SortedByClass,
    /// 9.3: sorted, the first pair merges, types are compared.
    SortedByType,
    /// 9.4: merged in order of appearance.
    Appearance,
    /// 9.5: the first mapper takes the later values.
    FirstReused,
}

/// Parts of the generic wrapper's sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldError {
    Plain,
    WithId,
    WithPreview,
}

/// What copying an object gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyObject {
    /// The dynamic builder meets `END_OBJECT`.
    AtEnd,
    /// The dynamic builder meets `START_OBJECT`.
    AtStart,
    /// A sentence of its own.
    Refused,
}

/// Extra parameter on a dynamic date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateExtra {
    None,
    Locale,
    PrintFormat,
}

/// What `_doc_count` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocCount {
    /// A name like any other.
    Ordinary,
    /// A positive `int`, with a second sentence in its refusal.
    Integer,
    /// A positive `long`.
    Long,
}

impl Switches {
    /// The type that a field error names: `token_count` calls itself by the integer that it stores.
    pub(crate) fn type_in_errors<'n>(&self, type_name: &'n str) -> &'n str {
        match type_name {
            "token_count" if self.field_error == FieldError::WithPreview => "integer",
            other => other,
        }
    }

    /// The table's column for an engine.
    pub fn of(engine: Engine) -> Self {
        let at = At(engine);
        let es = engine.product == Product::Elasticsearch;
        let os = !es;
        Self {
            limits: LimitSwitches::of(at),
            fields: FieldSwitches::of(at),
            engine,
            walk: if at.es(8, 1) { Walk::Expanding } else { Walk::Splitting },
            big_integers: at.es(7, 0) || os,
            first_bytes: !(at.es(8, 18) && engine.major == 8 || at.es(9, 1)),
            json_errors: json_errors(at),
            only_dots: match () {
                () if at.es(7, 13) => OnlyDots::Dots,
                () if at.os(2, 17) => OnlyDots::Character,
                () => OnlyDots::ArrayIndex,
            },
            names_first: at.es(7, 0) || os,
            metadata: metadata(at),
            repeats: match () {
                () if os => Repeats::SortedByType,
                () if at.es(9, 4) => Repeats::FirstReused,
                () if at.es(8, 0) => Repeats::Appearance,
                () if at.es(7, 0) => Repeats::SortedByType,
                () => Repeats::SortedByClass,
            },
            field_error: match () {
                () if os || at.es(7, 0) => FieldError::WithPreview,
                () if at.es(6, 7) => FieldError::WithId,
                () => FieldError::Plain,
            },
            located: at.es(8, 8),
            null_strict_inherited: at.es(8, 9),
            new_objects_inherit: at.es(7, 11),
            copy_null_ignored: at.es(7, 11),
            copy_object: match () {
                () if at.es(7, 11) => CopyObject::Refused,
                () if at.os(3, 0) => CopyObject::AtStart,
                () => CopyObject::AtEnd,
            },
            strict_prints_value: at.os(2, 16),
            pattern_lists: at.es(8, 9),
            unmatch_mapping_type: at.es(8, 12),
            date_extra: match () {
                () if at.es(8, 16) => DateExtra::Locale,
                () if at.os(2, 16) => DateExtra::PrintFormat,
                () => DateExtra::None,
            },
            vectors: at.es(8, 11),
            number_length: at.es(8, 8) || at.os(2, 0),
            json_depth: at.es(8, 8) || at.os(3, 0),
            json_name_length: at.os(3, 0),
            doc_count: match () {
                () if at.es(7, 11) => DocCount::Integer,
                () if at.os(2, 0) => DocCount::Long,
                () => DocCount::Ordinary,
            },
            template_parent_sentence: at.es(7, 13),
            wide_encodings: es && engine.major < 7 || at.es(7, 11) || at.os(2, 0),
            vector_options: at.es(8, 14),
            runtime_makes_no_objects: at.es(7, 14),
        }
    }
}

/// "At least this version of this product".
#[derive(Clone, Copy)]
struct At(Engine);

impl At {
    fn es(self, major: u16, minor: u16) -> bool {
        self.0.product == Product::Elasticsearch && (self.0.major, self.0.minor) >= (major, minor)
    }

    fn os(self, major: u16, minor: u16) -> bool {
        self.0.product == Product::OpenSearch && (self.0.major, self.0.minor) >= (major, minor)
    }
}

fn json_errors(at: At) -> JsonErrors {
    match () {
        () if at.os(3, 6) => JsonErrors::Jackson3,
        () if at.es(7, 11) || at.0.product == Product::OpenSearch => JsonErrors::Jackson214,
        () if at.es(7, 0) => JsonErrors::Jackson210,
        () => JsonErrors::Jackson28,
    }
}

/// Names at the root that a document may not use. On 6.x the list of `MapperService.META_FIELDS`, later
/// the registered metadata mappers, `_feature` where mapper-extras is loaded, as it is in every distribution up to 7.x.
fn metadata(at: At) -> &'static [&'static str] {
    match () {
        () if at.os(2, 0) => &METADATA_OS2,
        () if at.0.product == Product::OpenSearch => &METADATA_OS1,
        () if at.es(9, 0) || at.es(8, 17) => &METADATA_ES9,
        () if at.es(8, 0) => &METADATA_ES8,
        () if at.es(7, 0) => &METADATA_ES7,
        () => &METADATA_ES6,
    }
}

const METADATA_ES6: [&str; 11] = [
    "_uid",
    "_id",
    "_type",
    "_all",
    "_parent",
    "_routing",
    "_index",
    "_size",
    "_timestamp",
    "_ttl",
    "_ignored",
];
const METADATA_ES7: [&str; 10] = [
    "_id",
    "_type",
    "_routing",
    "_index",
    "_ignored",
    "_source",
    "_field_names",
    "_version",
    "_seq_no",
    "_feature",
];
const METADATA_OS1: [&str; 11] = [
    "_id",
    "_type",
    "_routing",
    "_index",
    "_ignored",
    "_source",
    "_field_names",
    "_version",
    "_seq_no",
    "_feature",
    "_data_stream_timestamp",
];
const METADATA_OS2: [&str; 11] = [
    "_id",
    "_nested_path",
    "_routing",
    "_index",
    "_ignored",
    "_source",
    "_field_names",
    "_version",
    "_seq_no",
    "_feature",
    "_data_stream_timestamp",
];
const METADATA_ES8: [&str; 10] = [
    "_id",
    "_nested_path",
    "_routing",
    "_index",
    "_ignored",
    "_source",
    "_field_names",
    "_version",
    "_seq_no",
    "_data_stream_timestamp",
];
const METADATA_ES9: [&str; 12] = [
    "_id",
    "_nested_path",
    "_routing",
    "_index",
    "_ignored",
    "_source",
    "_field_names",
    "_version",
    "_seq_no",
    "_data_stream_timestamp",
    "_index_mode",
    "_ignored_source",
];

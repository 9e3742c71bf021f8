//! What differs between engine versions, as one table (engine-semantics 0.2).
//!
//! In: product and version. Out: [`Switches`]. Boundaries were seen on running engines; a version between two that were run
//! is named by the older side of its boundary.

use crate::model::engine::{Engine, Product};

/// The decisions that versions make differently. Each line of [`Switches::of`] says since when.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "a table of independent facts about versions")]
pub(crate) struct Switches {
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
    /// `json_parse_exception` and `input_coercion_exception` are ignorable in number fields.
    pub json_malformed: bool,
    /// An inherited `strict` refuses an unmapped null.
    pub null_strict_inherited: bool,
    /// Objects made by this document pass on a template's `dynamic`.
    pub new_objects_inherit: bool,
    /// Depth is checked while the document is read: objects and arrays.
    pub depth_in_parse: DepthInParse,
    /// `total_fields.limit` is checked while the document is read.
    pub total_in_parse: TotalInParse,
    /// "in index [...]" stands in the texts of limits.
    pub limit_names_index: bool,
    /// Prefix and phrase sub-fields of text count as fields.
    pub prefixes_count: bool,
    /// `nested_objects.limit` exists.
    pub nested_objects_limit: bool,
    /// `field_name_length.limit` exists.
    pub name_length_limit: bool,
    /// `array_objects.limit` exists.
    pub array_objects_limit: bool,
    /// A copied null makes no field and no error.
    pub copy_null_ignored: bool,
    /// What a copied object gives.
    pub copy_object: CopyObject,
    /// The word printed in strict errors is the value of `dynamic`.
    pub strict_prints_value: bool,
    /// Keywords beyond Lucene's term length fail in the parse.
    pub immense_in_parse: bool,
    /// Lists of patterns in dynamic templates.
    pub pattern_lists: bool,
    /// `unmatch_mapping_type` exists.
    pub unmatch_mapping_type: bool,
    /// Extra parameter printed on a date made from a format of `dynamic_date_formats` that is not the default.
    pub date_extra: DateExtra,
    /// Geo: which forms are read, in whose words.
    pub geo: Geo,
    /// The index setting `ignore_malformed` swallows every field error.
    pub malformed_swallows_all: bool,
    /// The field parameter `ignore_malformed` swallows objects and arrays of objects in number, date, ip fields.
    pub malformed_swallows_objects: bool,
    /// Boolean fields have `ignore_malformed`.
    pub boolean_malformed: bool,
    /// Ranges have `ignore_malformed`.
    pub range_malformed: bool,
    /// "Expected text at" instead of "Can't get text on a".
    pub expected_text: bool,
    /// Arrays of 128 to 4096 new floats become `dense_vector`.
    pub vectors: bool,
    /// Numbers of more than 1000 characters are refused.
    pub number_length: bool,
    /// Objects and arrays nested deeper than 1000 are refused by the JSON reader.
    pub json_depth: bool,
    /// Names of more than 50,000 characters are refused.
    pub json_name_length: bool,
    /// `_doc_count` is a field of the engine's own.
    pub doc_count: bool,
    /// A template that gives a leaf where a dotted name needs an object is refused in a sentence of its own.
    pub template_parent_sentence: bool,
    /// A join without a name is refused in a sentence.
    pub join_names_null: bool,
    /// `scaled_float` ignores booleans too.
    pub scaled_json_malformed: bool,
    /// `dynamic: runtime` makes no objects.
    pub runtime_makes_no_objects: bool,
}

/// Ways to walk a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Walk {
    /// Names are split by the walk (up to 7.17, OpenSearch).
    Splitting,
    /// Dots are expanded into objects in the token stream (8.1 and later).
    Expanding,
}

/// The JSON library behind the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JsonErrors {
    /// Jackson 2.8: range errors are `json_parse_exception`.
    Jackson28,
    /// Jackson 2.10 and later: `input_coercion_exception`.
    Jackson210,
    /// Jackson 3.
    Jackson3,
}

/// What a name of only dots gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnlyDots {
    ArrayIndex,
    Dots,
    Character,
}

/// How several new mappers of one name become one (engine-semantics 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeats {
    /// 9.2: sorted, the first pair merges, classes are compared.
    SortedByClass,
    /// 9.3: sorted, the first pair merges, types are compared.
    SortedByType,
    /// 9.4: merged in order of appearance.
    Appearance,
    /// 9.5: the first mapper takes the later values.
    FirstReused,
}

/// Parts of the generic wrapper's sentence (engine-semantics 8.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FieldError {
    Plain,
    WithId,
    WithPreview,
}

/// Checks of `depth.limit` while reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DepthInParse {
    No,
    /// New objects only (8.6).
    NewObjects,
    /// Objects and arrays of the document (OpenSearch 2.7).
    Document,
}

/// Checks of `total_fields.limit` while reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TotalInParse {
    No,
    /// One for each new mapper name (7.15).
    Mappers,
    /// With multi-fields (8.x).
    Fields,
}

/// What copying an object gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CopyObject {
    /// The dynamic builder meets END_OBJECT.
    AtEnd,
    /// The dynamic builder meets START_OBJECT.
    AtStart,
    /// A sentence of its own.
    Refused,
}

/// Extra parameter on a dynamic date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DateExtra {
    None,
    Locale,
    PrintFormat,
}

/// Generations of the point reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Geo {
    /// 6.5: no wrapper; only parse exceptions are ignorable.
    Es65,
    /// 6.8: own wrapper.
    Es68,
    /// 7.10, OpenSearch 1: WKT too.
    Es7,
    /// 7.11 and later: the flat array is read outside the wrapper.
    Es717,
    /// OpenSearch 2 and 3: GeoJSON too.
    Os2,
    /// 8.x and 9.x.
    Es8,
}

impl Switches {
    /// The table's column for an engine.
    pub(crate) fn of(engine: Engine) -> Self {
        let at = At(engine);
        let es = engine.product == Product::Elasticsearch;
        let os = !es;
        Self {
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
            json_malformed: os || at.es(7, 0),
            null_strict_inherited: at.es(8, 9),
            new_objects_inherit: at.es(7, 11),
            depth_in_parse: match () {
                () if at.os(2, 7) => DepthInParse::Document,
                () if at.es(8, 6) => DepthInParse::NewObjects,
                () => DepthInParse::No,
            },
            total_in_parse: match () {
                () if at.es(8, 0) => TotalInParse::Fields,
                () if at.es(7, 15) => TotalInParse::Mappers,
                () => TotalInParse::No,
            },
            limit_names_index: es && engine.major < 7,
            prefixes_count: os || !at.es(7, 11),
            nested_objects_limit: os || at.es(7, 0),
            name_length_limit: os || at.es(7, 0),
            array_objects_limit: at.es(9, 0),
            copy_null_ignored: at.es(7, 11),
            copy_object: match () {
                () if at.es(7, 11) => CopyObject::Refused,
                () if at.os(3, 0) => CopyObject::AtStart,
                () => CopyObject::AtEnd,
            },
            strict_prints_value: at.os(2, 16),
            immense_in_parse: at.es(8, 2),
            pattern_lists: at.es(8, 9),
            unmatch_mapping_type: at.es(8, 12),
            date_extra: match () {
                () if at.es(8, 16) => DateExtra::Locale,
                () if at.os(2, 16) => DateExtra::PrintFormat,
                () => DateExtra::None,
            },
            geo: match () {
                () if at.os(2, 0) => Geo::Os2,
                () if at.es(8, 0) => Geo::Es8,
                () if at.es(7, 11) => Geo::Es717,
                () if os || at.es(7, 0) => Geo::Es7,
                () if at.es(6, 6) => Geo::Es68,
                () => Geo::Es65,
            },
            malformed_swallows_all: at.os(2, 0) && !at.os(3, 0),
            malformed_swallows_objects: at.os(3, 0),
            boolean_malformed: at.es(8, 8),
            range_malformed: at.os(2, 0),
            expected_text: at.es(8, 15),
            vectors: at.es(8, 11),
            number_length: at.es(8, 8) || at.os(2, 0),
            json_depth: at.es(8, 8) || at.os(3, 0),
            json_name_length: at.os(3, 0),
            doc_count: at.es(7, 11) || at.os(2, 0),
            template_parent_sentence: at.es(7, 13),
            join_names_null: at.es(7, 11),
            scaled_json_malformed: at.os(2, 0) || at.es(8, 0),
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
        () if at.es(7, 0) || at.0.product == Product::OpenSearch => JsonErrors::Jackson210,
        () => JsonErrors::Jackson28,
    }
}

/// Names at the root that a document may not use (engine-semantics 3.5). On 6.x the list of `MapperService.META_FIELDS`, later
/// the registered metadata mappers, `_feature` where mapper-extras is loaded, as it is in every distribution up to 7.x.
fn metadata(at: At) -> &'static [&'static str] {
    match () {
        () if at.os(2, 0) => &METADATA_OS2,
        () if at.0.product == Product::OpenSearch => &METADATA_OS1,
        () if at.es(9, 0) || at.es(8, 17) => &METADATA_ES9,
        () if at.es(8, 0) => &METADATA_ES8,
        () if at.es(7, 11) => &METADATA_ES717,
        () if at.es(7, 0) => &METADATA_ES7,
        () => &METADATA_ES6,
    }
}

const METADATA_ES6: [&str; 11] = [
    "_uid", "_id", "_type", "_all", "_parent", "_routing", "_index", "_size", "_timestamp", "_ttl", "_ignored",
];
const METADATA_ES7: [&str; 10] = [
    "_id", "_type", "_routing", "_index", "_ignored", "_source", "_field_names", "_version", "_seq_no", "_feature",
];
const METADATA_ES717: [&str; 10] = METADATA_ES7;
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
const METADATA_ES8: [&str; 12] = [
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
    "_tsid",
    "_ts_routing_hash",
];
const METADATA_ES9: [&str; 14] = [
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
    "_tsid",
    "_ts_routing_hash",
    "_index_mode",
    "_ignored_source",
];

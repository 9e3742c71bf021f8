//! The columns of the table about field types.
//!
//! In: product and version. Out: what its field types do differently.

use super::At;
use crate::model::engine::Product;

/// What field types do differently from version to version.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "a table of independent facts about versions")]
pub struct FieldSwitches {
    /// `json_parse_exception` and `input_coercion_exception` are ignorable in number fields.
    pub json_malformed: bool,
    /// Keywords beyond Lucene's term length fail in the parse.
    pub immense_in_parse: bool,
    /// A keyword that makes no terms takes any length.
    pub immense_unindexed: bool,
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
    /// Strings that are no JSON are ignorable in number fields.
    pub broken_malformed: bool,
    /// In ranges a null is passed over, whatever its name.
    pub range_null_first: bool,
    /// "Expected text at" instead of "Can't get text on a".
    pub expected_text: bool,
    /// The default format of `date_nanos` has its own name.
    pub nanos_format: bool,
    /// A date field refuses objects in a sentence of its own, and may ignore them.
    pub date_objects: bool,
    /// JSON integers beyond 32 bits in a date field of the default format are milliseconds at once.
    pub date_fast_path: bool,
    /// Strings in number fields have a length limit of their own.
    pub number_string_limit: bool,
    /// An object in a number field is refused in a sentence of its own.
    pub object_as_number: bool,
    /// A join without a name is refused in a sentence.
    pub join_names_null: bool,
    /// `scaled_float` ignores booleans too.
    pub scaled_json_malformed: bool,
    /// `dense_vector` reads texts, and refuses other scalars in a sentence of its own.
    pub vector_texts: bool,
}

impl FieldSwitches {
    pub(super) fn of(at: At) -> Self {
        let os = at.0.product == Product::OpenSearch;
        Self {
            json_malformed: os || at.es(7, 0),
            immense_in_parse: at.es(8, 2),
            immense_unindexed: at.es(8, 7),
            geo: match () {
                () if at.os(2, 0) => Geo::Os2,
                () if at.es(8, 0) => Geo::Es8,
                () if at.es(7, 11) => Geo::Es717,
                () if os || at.es(7, 0) => Geo::Es7,
                () if at.es(6, 6) => Geo::Es68,
                () => Geo::Es65,
            },
            malformed_swallows_all: at.os(2, 0),
            malformed_swallows_objects: at.os(3, 0),
            boolean_malformed: at.es(8, 8),
            range_malformed: at.os(2, 0),
            broken_malformed: at.es(7, 11),
            range_null_first: at.os(3, 0),
            expected_text: at.es(8, 15),
            nanos_format: at.es(7, 11),
            date_objects: at.es(9, 3),
            date_fast_path: at.es(9, 3),
            number_string_limit: at.es(8, 18),
            object_as_number: at.es(8, 0),
            join_names_null: at.es(7, 11),
            scaled_json_malformed: at.os(2, 0) || at.es(8, 0),
            vector_texts: at.es(9, 3),
        }
    }
}

/// Generations of the point reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Geo {
    /// 6.5: no wrapper; only parse exceptions are ignorable.
    Es65,
    /// 6.8: own wrapper.
    Es68,
    /// 7.10, OpenSearch 1: WKT too.
    Es7,
    /// 7.11 and later: the flat array is read outside the wrapper.
    Es717,
    /// OpenSearch 2 and 3: `GeoJSON` too.
    Os2,
    /// 8.x and 9.x.
    Es8,
}

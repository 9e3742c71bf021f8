//! The columns of the table about limits.
//!
//! In: product and version. Out: which limits are checked, and where.

use super::At;
use crate::model::engine::Product;

/// What versions check of an index's limits, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "a table of independent facts about versions")]
pub struct LimitSwitches {
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
    /// `total_fields.ignore_dynamic_beyond_limit` exists.
    pub ignores_beyond_limit: bool,
    /// Runtime fields count against `total_fields.limit`.
    pub runtime_counts: bool,
}

impl LimitSwitches {
    pub(super) fn of(at: At) -> Self {
        let os = at.0.product == Product::OpenSearch;
        Self {
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
            limit_names_index: !os && at.0.major < 7,
            prefixes_count: os || !at.es(7, 11),
            nested_objects_limit: os || at.es(7, 0),
            name_length_limit: os || at.es(7, 0),
            array_objects_limit: at.es(9, 0),
            ignores_beyond_limit: at.es(8, 14),
            runtime_counts: at.es(8, 0),
        }
    }
}

/// Checks of `depth.limit` while reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DepthInParse {
    No,
    /// New objects only (8.6).
    NewObjects,
    /// Objects and arrays of the document (OpenSearch 2.7).
    Document,
}

/// Checks of `total_fields.limit` while reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TotalInParse {
    No,
    /// One for each new mapper name (7.15).
    Mappers,
    /// With multi-fields (8.x).
    Fields,
}

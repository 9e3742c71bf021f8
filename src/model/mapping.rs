//! A mapping as the engine holds it: object fields, leaf fields, and the switches of dynamic mapping.
//!
//! Parameters and field types that mapdrift does not know are kept as they were written, never refused.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::path::{FieldPath, Name};

/// The mapping of one index.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mapping {
    /// The mapping type's name on Elasticsearch 6.x (`isc`, `_doc`); `None` where mappings have no type.
    pub type_name: Option<String>,
    /// The root object.
    pub root: ObjectField,
    /// In the order in which they are tried.
    pub dynamic_templates: Vec<DynamicTemplate>,
    /// `date_detection`, where it is set.
    pub date_detection: Option<bool>,
    /// `numeric_detection`, where it is set.
    pub numeric_detection: Option<bool>,
    /// `dynamic_date_formats`, where it is set.
    pub dynamic_date_formats: Option<Vec<String>>,
    /// The `runtime` section: full path, as written, to definition.
    pub runtime: BTreeMap<String, Value>,
    /// `_source`, `_routing`, `_meta` and whatever else stands at the root.
    pub extras: Map<String, Value>,
}

/// A field with fields below it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ObjectField {
    /// `type: nested`.
    pub nested: bool,
    /// Its own `dynamic`; inherited where `None`.
    pub dynamic: Option<Dynamic>,
    /// Its own `enabled`; true where `None`.
    pub enabled: Option<bool>,
    /// By name. Under `subobjects: false` a name may hold dots.
    pub fields: BTreeMap<Name, Field>,
    /// Parameters that are not listed above, as written.
    pub params: Map<String, Value>,
}

/// One field of a mapping.
#[derive(Clone, Debug, PartialEq)]
pub enum Field {
    /// `object` or `nested`.
    Object(ObjectField),
    /// Anything else, `alias` included.
    Leaf(LeafField),
}

/// A field that takes values.
#[derive(Clone, Debug, PartialEq)]
pub struct LeafField {
    /// `text`, `long`, `date`, ...
    pub field_type: String,
    /// Multi-fields.
    pub fields: BTreeMap<Name, Self>,
    /// All other parameters, as written.
    pub params: Map<String, Value>,
}

/// Values of `dynamic`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dynamic {
    /// New fields are added.
    True,
    /// New fields are not mapped.
    False,
    /// Records with new fields are refused.
    Strict,
    /// New fields become runtime fields (Elasticsearch 7.11+).
    Runtime,
    /// Strict unless a dynamic template matches (OpenSearch 2.16+).
    StrictAllowTemplates,
    /// False unless a dynamic template matches (OpenSearch 3.3+).
    FalseAllowTemplates,
}

/// A named dynamic template; its body as written.
#[derive(Clone, Debug, PartialEq)]
pub struct DynamicTemplate {
    /// Its name.
    pub name: String,
    /// `match_mapping_type`, `match`, `mapping`, ...
    pub body: Map<String, Value>,
}

impl Mapping {
    /// The field at `path`, name by name.
    pub fn field(&self, path: &FieldPath) -> Option<&Field> {
        let (last, above) = path.0.split_last()?;
        let mut object = &self.root;
        for name in above {
            let Field::Object(inner) = object.fields.get(name)? else { return None };
            object = inner;
        }
        object.fields.get(last)
    }

    /// Every field, objects before what lies below them, in the order of names. Multi-fields are part of their leaf.
    pub fn fields(&self) -> Vec<(FieldPath, &Field)> {
        let mut found = Vec::new();
        collect(&self.root, &FieldPath::default(), &mut found);
        found
    }
}

impl Field {
    /// `object`, `nested`, or the leaf's type.
    pub fn type_name(&self) -> &str {
        match self {
            Self::Object(object) if object.nested => "nested",
            Self::Object(_) => "object",
            Self::Leaf(leaf) => &leaf.field_type,
        }
    }
}

fn collect<'a>(
    object: &'a ObjectField,
    above: &FieldPath,
    found: &mut Vec<(FieldPath, &'a Field)>,
) {
    for (name, field) in &object.fields {
        let path = above.child(name.clone());
        found.push((path.clone(), field));
        if let Field::Object(inner) = field {
            collect(inner, &path, found);
        }
    }
}

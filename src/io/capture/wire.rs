//! What a capture file looks like, version 1. In and out: [`Capture`]. It refuses to know files.
//!
//! Every field is always written and must be there: a capture that lost a part must not look like a cluster without it.
//! Fields that this version does not know are passed over, so that later versions may add some.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;

use crate::io::document::time;
use crate::model::capture::{Capture, CapturedIndex};
use crate::model::engine::{Engine, Product};

/// The whole file.
#[derive(Serialize, Deserialize)]
pub(super) struct CaptureFile {
    format: String,
    version: u64,
    #[serde(with = "time")]
    captured_at: Timestamp,
    requested: String,
    engines: Vec<EngineName>,
    indices: BTreeMap<String, IndexPart>,
    legacy_templates: BTreeMap<String, Value>,
    index_templates: BTreeMap<String, Value>,
    component_templates: BTreeMap<String, Value>,
    data_streams: BTreeMap<String, Value>,
    unanswered: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct IndexPart {
    #[serde(with = "time::or_null")]
    created_at: Option<Timestamp>,
    #[serde(deserialize_with = "present")]
    documents: Option<u64>,
    #[serde(deserialize_with = "present")]
    operations: Option<u64>,
    aliases: Value,
    settings: Value,
    mappings: Value,
}

impl CaptureFile {
    pub(super) fn of(capture: &Capture) -> Self {
        let capture = capture.clone();
        Self {
            format: super::FORM.format.to_owned(),
            version: super::FORM.version,
            captured_at: capture.captured_at,
            requested: capture.requested,
            engines: capture.engines.into_iter().map(EngineName).collect(),
            indices: capture
                .indices
                .into_iter()
                .map(|(name, index)| (name, IndexPart::of(index)))
                .collect(),
            legacy_templates: capture.legacy_templates,
            index_templates: capture.index_templates,
            component_templates: capture.component_templates,
            data_streams: capture.data_streams,
            unanswered: capture.unanswered,
        }
    }

    pub(super) fn into_capture(self) -> Capture {
        Capture {
            captured_at: self.captured_at,
            requested: self.requested,
            engines: self.engines.into_iter().map(|name| name.0).collect(),
            indices: self
                .indices
                .into_iter()
                .map(|(name, part)| (name, part.into_index()))
                .collect(),
            legacy_templates: self.legacy_templates,
            index_templates: self.index_templates,
            component_templates: self.component_templates,
            data_streams: self.data_streams,
            unanswered: self.unanswered,
        }
    }
}

impl IndexPart {
    fn of(index: CapturedIndex) -> Self {
        let CapturedIndex { mappings, settings, aliases, documents, operations, created_at } =
            index;
        Self { created_at, documents, operations, aliases, settings, mappings }
    }

    fn into_index(self) -> CapturedIndex {
        let Self { created_at, documents, operations, aliases, settings, mappings } = self;
        CapturedIndex { mappings, settings, aliases, documents, operations, created_at }
    }
}

/// An engine as `es:6.5.4`, the name that users give it too.
struct EngineName(Engine);

impl Serialize for EngineName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Engine { product, major, minor, patch } = self.0;
        let product = match product {
            Product::Elasticsearch => "es",
            Product::OpenSearch => "os",
        };
        let patch = patch.map(|patch| format!(".{patch}")).unwrap_or_default();
        serializer.serialize_str(&format!("{product}:{major}.{minor}{patch}"))
    }
}

impl<'de> Deserialize<'de> for EngineName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Engine::parse(&name).map(Self).ok_or_else(|| {
            de::Error::custom(format!(
                "`{name}` in `engines` is no engine; expected one like es:6.5.4"
            ))
        })
    }
}

/// `null` is a value, a missing key is damage: serde takes a missing `Option` for null unless it is read by a function.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    Option::deserialize(deserializer)
}

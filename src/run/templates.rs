//! Index templates from files or a capture, for every command that takes them.
//!
//! In: files that hold bodies, as `PUT` takes them, or answers, as `GET` prints them: legacy, composable, component. Out: what
//! an index begins with. It refuses to know how templates are put together; `mapping::compose` does.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::error::Error;
use crate::io::given;
use crate::mapping::{self, Composed, MappingError, Templates};
use crate::model::capture::Capture;

/// Templates by kind and name.
#[derive(Clone, Debug, Default)]
pub struct Given {
    legacy: BTreeMap<String, Value>,
    index: BTreeMap<String, Value>,
    component: BTreeMap<String, Value>,
    /// Whether their settings are the index's; those of a capture are known from the index itself.
    pub bring_settings: bool,
}

/// Reads template files.
pub(super) fn files(paths: &[PathBuf]) -> Result<Given, Error> {
    let mut given = Given { bring_settings: true, ..Given::default() };
    for path in paths {
        given.add(path, given::json(path)?);
    }
    Ok(given)
}

/// The templates of a cluster.
pub(super) fn captured(capture: &Capture) -> Given {
    Given {
        legacy: capture.legacy_templates.clone(),
        index: capture.index_templates.clone(),
        component: capture.component_templates.clone(),
        bring_settings: false,
    }
}

impl Given {
    /// One template, as `PUT` takes it.
    pub fn one(name: &str, body: Value) -> Self {
        let mut given = Self { bring_settings: true, ..Self::default() };
        given.add_body(name.to_owned(), body);
        given
    }

    /// What an index of this name begins with. Without a name every template that the user gave takes part.
    pub(super) fn compose(
        &self,
        name: Option<&str>,
        type_name: Option<&str>,
    ) -> Result<Composed, MappingError> {
        let Some(name) = name else {
            let (legacy, index) = (matching_all(&self.legacy), matching_all(&self.index));
            let all = Templates { legacy: &legacy, index: &index, component: &self.component };
            return mapping::compose("index", all, type_name);
        };
        let all =
            Templates { legacy: &self.legacy, index: &self.index, component: &self.component };
        mapping::compose(name, all, type_name)
    }

    fn add(&mut self, path: &Path, json: Value) {
        let stem =
            path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
        let answers =
            [("index_templates", "index_template"), ("component_templates", "component_template")];
        for (list, inner) in answers {
            let Some(entries) = json.get(list).and_then(Value::as_array) else { continue };
            for entry in entries {
                let name = entry.get("name").and_then(Value::as_str).unwrap_or(&stem).to_owned();
                let Some(body) = entry.get(inner) else { continue };
                let into =
                    if inner == "index_template" { &mut self.index } else { &mut self.component };
                into.insert(name, body.clone());
            }
            return;
        }
        if is_body(&json) {
            return self.add_body(stem, json);
        }
        for (name, body) in json.as_object().into_iter().flatten() {
            self.add_body(name.clone(), body.clone());
        }
    }

    fn add_body(&mut self, name: String, mut body: Value) {
        let has_patterns = body.get("index_patterns").is_some();
        let is_nested = body.get("template").is_some_and(Value::is_object);
        let is_composable =
            is_nested || body.get("composed_of").is_some() || body.get("priority").is_some();
        match (has_patterns, is_composable) {
            (true, true) => self.index.insert(name, body),
            (false, true) => self.component.insert(name, body),
            (true, false) => self.legacy.insert(name, body),
            (false, false) => {
                // 5.x wrote the pattern as `template`; without any pattern the user means this index.
                if body.get("template").is_none() {
                    body["index_patterns"] = json!(["*"]);
                }
                self.legacy.insert(name, body)
            }
        };
    }
}

fn is_body(json: &Value) -> bool {
    ["index_patterns", "template", "mappings", "settings", "composed_of"]
        .iter()
        .any(|key| json.get(key).is_some())
}

fn matching_all(templates: &BTreeMap<String, Value>) -> BTreeMap<String, Value> {
    let mut all = templates.clone();
    for body in all.values_mut() {
        body["index_patterns"] = json!(["*"]);
    }
    all
}

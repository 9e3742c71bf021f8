//! The index settings that take part in writing a document.
//!
//! In: what `GET index/_settings` has for one index: flat (`index.mapping.coerce`) or nested, numbers and booleans as strings.
//! Out: [`Settings`], defaults where nothing is set. It refuses to know settings that change no fate and no mapping.

use serde_json::Value;

/// Index settings of the write path; `None` where the engine's default holds, which may depend on its version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// `index.mapping.total_fields.limit`; 1000.
    pub total_fields: Option<u64>,
    /// `index.mapping.total_fields.ignore_dynamic_beyond_limit`; false.
    pub ignore_beyond_limit: bool,
    /// `index.mapping.depth.limit`; 20.
    pub depth: Option<u64>,
    /// `index.mapping.nested_fields.limit`; 50, 100 for indices made by 9.x.
    pub nested_fields: Option<u64>,
    /// `index.mapping.nested_objects.limit`; 10000.
    pub nested_objects: Option<u64>,
    /// `index.mapping.field_name_length.limit`; none.
    pub name_length: Option<u64>,
    /// `index.mapping.array_objects.limit`; 50000.
    pub array_objects: Option<u64>,
    /// `index.mapping.coerce`; true.
    pub coerce: Option<bool>,
    /// `index.mapping.ignore_malformed`; false.
    pub ignore_malformed: bool,
    /// `index.mapping.ignore_above`; none.
    pub ignore_above: Option<u64>,
    /// The index's name, which 6.x prints in the texts of limits.
    pub index_name: String,
}

impl Settings {
    /// Reads settings; names that are not known are passed over.
    pub fn read(json: &Value) -> Self {
        let found = |name: &str| look_up(json, &format!("index.{name}"));
        let number = |name: &str| found(name).and_then(as_number);
        let switch = |name: &str| found(name).and_then(as_switch);
        Self {
            total_fields: number("mapping.total_fields.limit"),
            ignore_beyond_limit: switch("mapping.total_fields.ignore_dynamic_beyond_limit")
                .unwrap_or(false),
            depth: number("mapping.depth.limit"),
            nested_fields: number("mapping.nested_fields.limit"),
            nested_objects: number("mapping.nested_objects.limit"),
            name_length: number("mapping.field_name_length.limit"),
            array_objects: number("mapping.array_objects.limit"),
            coerce: switch("mapping.coerce"),
            ignore_malformed: switch("mapping.ignore_malformed").unwrap_or(false),
            ignore_above: number("mapping.ignore_above"),
            index_name: found("provided_name").and_then(Value::as_str).unwrap_or("?").to_owned(),
        }
    }
}

/// The value at a dotted name, whether its dots are nesting or part of keys; `settings` and `index.` may stand above it or not.
fn look_up<'v>(json: &'v Value, name: &str) -> Option<&'v Value> {
    let at = |json: &'v Value| {
        descend(json, name).or_else(|| descend(json, name.strip_prefix("index.")?))
    };
    at(json).or_else(|| at(json.get("settings")?))
}

fn descend<'v>(json: &'v Value, name: &str) -> Option<&'v Value> {
    let map = json.as_object()?;
    if let Some(value) = map.get(name) {
        return Some(value);
    }
    let mut dots = name.match_indices('.');
    dots.find_map(|(dot, _)| descend(map.get(&name[..dot])?, &name[dot + 1..]))
}

fn as_number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

fn as_switch(value: &Value) -> Option<bool> {
    value.as_bool().or_else(|| value.as_str()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn flat_and_nested_settings_read_alike() {
        let flat =
            json!({"index.mapping.total_fields.limit": "7", "index.mapping.coerce": "false"});
        let nested = json!({"settings": {"index": {"mapping": {"total_fields": {"limit": 7}, "coerce": false}}}});
        assert_eq!(Settings::read(&flat), Settings::read(&nested));
        assert_eq!(Settings::read(&flat).total_fields, Some(7));
    }
}

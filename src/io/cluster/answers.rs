//! What the cluster's answers say. In: the JSON of one answer. Out: facts of `model::capture`. It refuses to know how the
//! answers were read, and invents nothing: what an answer does not hold is unknown.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

/// `{NAME: {KEY: value}}` as name to value, with every object sorted: the order in which an engine prints means nothing.
pub(super) fn by_index(body: Value, key: &str) -> BTreeMap<String, Value> {
    let Value::Object(indices) = body else { return BTreeMap::new() };
    let value = |mut entry: Value| entry.get_mut(key).map(Value::take);
    let known = indices.into_iter().filter_map(|(name, entry)| Some((name, value(entry)?)));
    known.map(|(name, value)| (name, sorted(value))).collect()
}

/// `{LIST: [{name, KEY: value}]}` as name to value; the whole entry where `key` is empty.
pub(super) fn by_name(mut body: Value, list: &str, key: &str) -> BTreeMap<String, Value> {
    let Some(Value::Array(entries)) = body.get_mut(list).map(Value::take) else {
        return BTreeMap::new();
    };
    let named = entries.into_iter().filter_map(|mut entry| {
        let name = entry["name"].as_str()?.to_owned();
        let value = if key.is_empty() { entry } else { entry.get_mut(key)?.take() };
        Some((name, sorted(value)))
    });
    named.collect()
}

/// `{NAME: value}`, sorted.
pub(super) fn as_map(body: Value) -> BTreeMap<String, Value> {
    let Value::Object(entries) = body else { return BTreeMap::new() };
    entries.into_iter().map(|(name, value)| (name, sorted(value))).collect()
}

/// `index.creation_date`: milliseconds since 1970, as a string.
pub(super) fn created_at(settings: &Value) -> Option<Timestamp> {
    let millis = settings["index"]["creation_date"].as_str()?.parse().ok()?;
    Timestamp::from_millisecond(millis).ok()
}

/// The documents that `_count` found, where every shard answered.
pub(super) fn documents(body: &Value) -> Option<u64> {
    let all_answered = body["_shards"]["failed"].as_u64() == Some(0)
        && body["_shards"]["successful"].as_u64() == body["_shards"]["total"].as_u64();
    all_answered.then(|| body["count"].as_u64()).flatten()
}

/// The sum over primary shards of `max_seq_no` + 1, where each of the index's shards showed its primary. A shard that
/// never saw an operation says -1.
pub(super) fn operations(stats: &Value, index: &str, settings: &Value) -> Option<u64> {
    let shards = stats["indices"].get(index)?["shards"].as_object()?;
    let expected: usize = settings["index"]["number_of_shards"].as_str()?.parse().ok()?;
    let mut sum: u64 = 0;
    for copies in shards.values() {
        let primary = copies.as_array()?.iter().find(|copy| copy["routing"]["primary"] == true)?;
        let highest = primary["seq_no"]["max_seq_no"].as_i64()?;
        sum = sum.checked_add(u64::try_from(highest.checked_add(1)?).ok()?)?;
    }
    (shards.len() == expected).then_some(sum)
}

/// The backing indices of a data stream.
pub(super) fn backing(stream: &Value) -> impl Iterator<Item = &str> {
    let indices = stream["indices"].as_array().into_iter().flatten();
    indices.filter_map(|index| index["index_name"].as_str())
}

/// Indices and aliases in the answer to `_alias`, sorted.
pub(super) fn names(body: &Value) -> Vec<String> {
    let mut names = Vec::new();
    for (index, entry) in body.as_object().into_iter().flatten() {
        names.push(index.clone());
        names.extend(
            entry["aliases"].as_object().into_iter().flat_map(|aliases| aliases.keys().cloned()),
        );
    }
    names.sort();
    names.dedup();
    names
}

fn sorted(mut value: Value) -> Value {
    value.sort_all_objects();
    value
}

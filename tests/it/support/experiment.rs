//! The reference experiment as data: its objects and records, and its records indexed into a real engine as Firehose did.
//! It refuses to know what mapdrift makes of them.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use serde_json::{Deserializer, Value, json};

use super::http::call;

/// A record that the engine refused, and its words (`error` of the bulk item, as JSON).
#[derive(Debug, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) record: String,
    pub(crate) error: String,
}

impl Refusal {
    /// Jackson names the object that it reads from, with an identity that differs from run to run: that is masked.
    pub(crate) fn new(record: &[u8], error: &Value) -> Self {
        let mut error = error.to_string();
        if let Some(at) = error.find("InputWrapper@") {
            let start = at + "InputWrapper@".len();
            let length = error[start..].find(';').unwrap();
            error.replace_range(start..start + length, "?");
        }
        Self { record: String::from_utf8(record.to_vec()).unwrap(), error }
    }
}

pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/experiment")
}

/// The backup objects in delivery order: key and inflated bytes.
pub(crate) fn objects() -> Vec<(String, Vec<u8>)> {
    let prefix = "2019/04/30/06";
    let entries = fs::read_dir(folder().join(prefix)).unwrap();
    let mut keys: Vec<String> = entries
        .map(|entry| format!("{prefix}/{}", entry.unwrap().file_name().into_string().unwrap()))
        .collect();
    keys.sort();
    keys.into_iter().map(|key| (key.clone(), inflated(&folder().join(key)))).collect()
}

/// Creates `index` with one shard and no mapping, and indexes every record that is not in flight under the type `isc`: one
/// bulk request per object. What was refused, in order.
pub(crate) fn index_into(url: &str, index: &str) -> Vec<Refusal> {
    let settings = json!({"settings": {"number_of_shards": 1, "number_of_replicas": 0}});
    let created = call("PUT", &format!("{url}/{index}"), &settings.to_string());
    assert_eq!(created.status, 200, "{}", created.body);
    let mut refused = Vec::new();
    let objects = objects();
    let (in_flight, delivered) = objects.split_last().unwrap();
    assert!(in_flight.0.contains("06-46-30"), "only the last object is in flight");
    for (_, bytes) in delivered {
        refused.extend(deliver(url, index, &records(bytes)));
    }
    call("POST", &format!("{url}/{index}/_refresh"), "");
    refused
}

/// The records of an object, as they stand there.
pub(crate) fn records(bytes: &[u8]) -> Vec<&[u8]> {
    let mut values = Deserializer::from_slice(bytes).into_iter::<Value>();
    let mut records = Vec::new();
    let mut start = 0;
    while let Some(value) = values.next() {
        value.unwrap();
        records.push(&bytes[start..values.byte_offset()]);
        start = values.byte_offset();
    }
    records
}

fn deliver(url: &str, index: &str, records: &[&[u8]]) -> Vec<Refusal> {
    let mut bulk = String::new();
    for record in records {
        bulk.push_str(&json!({"index": {"_index": index, "_type": "isc"}}).to_string());
        bulk.push('\n');
        bulk.push_str(std::str::from_utf8(record).unwrap());
        bulk.push('\n');
    }
    let answer = call("POST", &format!("{url}/_bulk"), &bulk);
    let answer: Value = serde_json::from_str(&answer.body).unwrap();
    let items = answer["items"].as_array().unwrap().iter().zip(records);
    let refused = items.filter(|(item, _)| !item["index"]["error"].is_null());
    refused.map(|(item, record)| Refusal::new(record, &item["index"]["error"])).collect()
}

fn inflated(path: &Path) -> Vec<u8> {
    let bytes = fs::read(path).unwrap();
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return bytes;
    }
    let mut out = Vec::new();
    MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut out).unwrap();
    out
}

//! Plays a case on a real engine and records what it answers, in the form of `fixtures/engines/answers`.
//!
//! In: the address of an engine, a case. Out: an answer: per document status and exceptions, and the mapping after each request
//! or at the end. It refuses to know the replica.

use serde_json::{Value, json};

use crate::support::http::{call, call_with};

/// An engine that cases are played on.
pub(crate) struct Player {
    url: String,
    engine: String,
}

/// When the mapping is asked for: comparing it after each request finds the document that made the difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AskMapping {
    EachTime,
    AtTheEnd,
}

impl Player {
    pub(crate) fn new(engine: &str, url: String) -> Self {
        Self { url, engine: engine.to_owned() }
    }

    /// One case; `documents` are its documents in bytes.
    pub(crate) fn play(&self, case: &Value, documents: &[Vec<u8>], ask: AskMapping) -> Value {
        if case["fresh"] == true {
            let runs =
                documents.iter().map(|one| self.play_once(case, std::slice::from_ref(one), ask));
            return json!({"fresh": runs.collect::<Vec<_>>()});
        }
        self.play_once(case, documents, ask)
    }

    fn play_once(&self, case: &Value, documents: &[Vec<u8>], ask: AskMapping) -> Value {
        let index = format!("c-{}", case["id"].as_str().unwrap().to_lowercase());
        let Some(mut body) = self.body(case) else { return json!({"skipped": true}) };
        let doc_type = case["type"].as_str().unwrap_or("isc");
        self.call("DELETE", &format!("/{index}"), None);
        let templates = case["templates"].as_array().cloned().unwrap_or_default();
        for (n, template) in templates.iter().enumerate() {
            let mut template = template.clone();
            template["index_patterns"] = json!(["c-*"]);
            on_one_shard(&mut template);
            self.type_mappings(&mut template, doc_type);
            let (status, answer) = self.call("PUT", &format!("/_template/t{n}"), Some(&template));
            if status != 200 {
                self.forget_templates(templates.len());
                return json!({"create": error(status, &answer["error"])});
            }
        }
        if templates.is_empty() {
            self.type_mappings(&mut body, doc_type);
            let (status, answer) = self.call("PUT", &format!("/{index}"), Some(&body));
            if status != 200 {
                return json!({"create": error(status, &answer["error"])});
            }
        }
        let before = if templates.is_empty() { self.mapping(&index) } else { Value::Null };
        let (items, mappings) = self.documents(case, &index, documents, before.clone(), ask);
        let ignored = self.ignored(&index);
        self.call("DELETE", &format!("/{index}"), None);
        self.forget_templates(templates.len());
        json!({"mapping_before": before, "items": items, "mappings": mappings, "ignored": ignored})
    }

    /// By document: the fields that it does not hold as they were sent.
    fn ignored(&self, index: &str) -> Value {
        self.call("POST", &format!("/{index}/_refresh"), None);
        let all = json!({"size": 10_000, "_source": false});
        let (_, answer) = self.call("POST", &format!("/{index}/_search"), Some(&all));
        let hits = answer["hits"]["hits"].as_array().cloned().unwrap_or_default();
        let noted = hits.into_iter().filter(|hit| hit.get("_ignored").is_some());
        noted
            .map(|hit| (hit["_id"].as_str().unwrap().to_owned(), hit["_ignored"].clone()))
            .collect()
    }

    fn documents(
        &self,
        case: &Value,
        index: &str,
        documents: &[Vec<u8>],
        before: Value,
        ask: AskMapping,
    ) -> (Vec<Value>, Vec<Value>) {
        let at_once = if case["api"] == "one-bulk" { documents.len().max(1) } else { 1 };
        let (mut items, mut mappings, mut last) = (Vec::new(), Vec::new(), before);
        for (n, group) in documents.chunks(at_once).enumerate() {
            items.extend(self.request(case, index, n * at_once, group));
            if ask == AskMapping::EachTime {
                let now = self.mapping(index);
                mappings.push(if now == last { Value::Null } else { now.clone() });
                last = now;
            }
        }
        if ask == AskMapping::AtTheEnd {
            mappings.push(self.mapping(index));
        }
        (items, mappings)
    }

    /// One request with the documents from number `start` on.
    fn request(&self, case: &Value, index: &str, start: usize, group: &[Vec<u8>]) -> Vec<Value> {
        let types: Vec<&str> = (0..group.len())
            .map(|n| {
                case["docs"][start + n]["type"].as_str().or(case["type"].as_str()).unwrap_or("isc")
            })
            .collect();
        if case["api"] == "doc" {
            let doc_type = if self.is_typed() { types[0] } else { "_doc" };
            let url = format!("{}/{index}/{doc_type}/{}", self.url, start + 1);
            let (status, answer) = parsed(&call_with("PUT", &url, &group[0]));
            return vec![error(status, &answer["error"])];
        }
        let mut body = Vec::new();
        for (n, document) in group.iter().enumerate() {
            let mut meta = json!({"_index": index, "_id": (start + n + 1).to_string()});
            if self.is_typed() {
                meta["_type"] = types[n].into();
            }
            body.extend_from_slice(json!({"index": meta}).to_string().as_bytes());
            body.push(b'\n');
            body.extend_from_slice(document);
            body.push(b'\n');
        }
        let (status, answer) = parsed(&call_with("POST", &format!("{}/_bulk", self.url), &body));
        match answer["items"].as_array() {
            Some(items) => items
                .iter()
                .map(|item| {
                    error(
                        u16::try_from(item["index"]["status"].as_u64().unwrap()).unwrap(),
                        &item["index"]["error"],
                    )
                })
                .collect(),
            None => {
                let mut refused = error(status, &answer["error"]);
                refused["request"] = json!(true);
                vec![refused]
            }
        }
    }

    /// The body of the index's creation; `None` where the case is not meant for this engine.
    fn body(&self, case: &Value) -> Option<Value> {
        let mut body = match (&case["index"], case["by_engine"] == true) {
            (Value::Null, _) => json!({}),
            (index, true) => {
                let keys =
                    index.as_object()?.keys().filter(|key| self.engine.starts_with(key.as_str()));
                let best = keys.max_by_key(|key| key.len()).map_or("*", String::as_str);
                index.get(best).filter(|body| !body.is_null())?.clone()
            }
            (index, false) => index.clone(),
        };
        on_one_shard(&mut body);
        Some(body)
    }

    fn type_mappings(&self, body: &mut Value, doc_type: &str) {
        if self.is_typed() && !body["mappings"].is_null() {
            body["mappings"] = json!({doc_type: body["mappings"].take()});
        }
        if body["mappings"].is_null() && body.get("mappings").is_some() {
            body.as_object_mut().unwrap().remove("mappings");
        }
    }

    fn is_typed(&self) -> bool {
        self.engine.starts_with("es-6")
    }

    /// The mapping without index and type.
    fn mapping(&self, index: &str) -> Value {
        let (_, answer) = self.call("GET", &format!("/{index}/_mapping"), None);
        let found = answer[index]["mappings"].clone();
        let types = found.as_object().cloned().unwrap_or_default();
        match types.into_iter().next() {
            Some((_, body)) if self.is_typed() => body,
            None => json!({}),
            _ => found,
        }
    }

    fn forget_templates(&self, number: usize) {
        for n in 0..number {
            self.call("DELETE", &format!("/_template/t{n}"), None);
        }
    }

    fn call(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let body = body.map(Value::to_string).unwrap_or_default();
        parsed(&call(method, &format!("{}{path}", self.url), &body))
    }
}

/// Elasticsearch 6 has five shards otherwise, which race for new fields.
fn on_one_shard(body: &mut Value) {
    if body["settings"].is_null() {
        body["settings"] = json!({});
    }
    for (name, value) in [("number_of_shards", 1), ("number_of_replicas", 0)] {
        if body["settings"][name].is_null() {
            body["settings"][name] = json!(value);
        }
    }
}

fn parsed(answer: &crate::support::http::Response) -> (u16, Value) {
    let json = serde_json::from_str(&answer.body);
    let json = json.or_else(|_| serde_json::from_str(&with_visible_surrogates(&answer.body)));
    (answer.status, json.unwrap_or_else(|_| json!({"raw": answer.body})))
}

/// Half of a surrogate pair as the text `\udXXX`: engines print names with them, and JSON readers refuse them.
fn with_visible_surrogates(text: &str) -> String {
    let unit = |at: usize| {
        let hex = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(hex, 16).ok()
    };
    let (mut out, mut at) = (String::new(), 0);
    while let Some(c) = text[at..].chars().next() {
        let is_escape = c == '\\';
        match (unit(at), unit(at + 6)) {
            (Some(0xd800..0xdc00), Some(0xdc00..0xe000)) => {
                out.push_str(&text[at..at + 12]);
                at += 12;
            }
            (Some(0xd800..0xe000), _) => {
                out.push('\\');
                out.push_str(&text[at..at + 6].to_lowercase());
                at += 6;
            }
            _ => {
                let length = if is_escape { 2 } else { c.len_utf8() };
                out.push_str(&text[at..at + length]);
                at += length;
            }
        }
    }
    out
}

/// Status and exceptions; reasons of more than 700 characters are cut.
fn error(status: u16, error: &Value) -> Value {
    let mut answer = exceptions(error);
    answer["status"] = json!(status);
    answer
}

fn exceptions(error: &Value) -> Value {
    match error {
        Value::Null => json!({}),
        Value::Object(_) => {
            let reason =
                error["reason"].as_str().map(|reason| match reason.char_indices().nth(700) {
                    Some((end, _)) => format!("{}...", &reason[..end]),
                    None => reason.to_owned(),
                });
            let mut found = json!({"type": error["type"], "reason": reason});
            if error["caused_by"].is_object() {
                found["cause"] = exceptions(&error["caused_by"]);
            }
            found
        }
        other => json!({"text": other.to_string()}),
    }
}

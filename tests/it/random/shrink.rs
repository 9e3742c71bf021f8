//! A sequence that disagrees, made as small as it can be.
//!
//! In: a case, an engine that plays it. Out: the smallest case found that disagrees in the same way, in words. It refuses to
//! judge what a disagreement is.

use std::fmt::Write as _;

use mapdrift::engine::witness;
use serde_json::Value;

use super::disagreement;
use super::play::{AskMapping, Player};
use crate::replica::documents;

/// Documents dropped, then shrunk, then declarations dropped.
pub(super) fn shrunk(player: &Player, name: &str, seed: u64, case: Value) -> String {
    let disagrees = |case: &Value| {
        let documents = documents(case, &Value::Null);
        let answer = player.play(case, &documents, AskMapping::AtTheEnd);
        disagreement(name, case, &documents, &answer)
    };
    let kind = disagrees(&case).map(|words| kind(&words));
    let still =
        |case: &Value| disagrees(case).is_some_and(|words| Some(self::kind(&words)) == kind);
    let mut best = case;
    drop_documents(&mut best, &still);
    shrink_documents(&mut best, &still);
    let part = if best["index"].is_null() { "templates" } else { "index" };
    shrink_body(&mut best, part, &still);
    let words = disagrees(&best).unwrap_or_else(|| "gone when played again".to_owned());
    format!("{name}, seed {seed}: {}{}\n{words}", best[part], shown(&best["docs"]))
}

fn drop_documents(best: &mut Value, still: &impl Fn(&Value) -> bool) {
    for at in (0..best["docs"].as_array().unwrap().len()).rev() {
        let mut smaller = best.clone();
        smaller["docs"].as_array_mut().unwrap().remove(at);
        if still(&smaller) {
            *best = smaller;
        }
    }
}

fn shrink_documents(best: &mut Value, still: &impl Fn(&Value) -> bool) {
    for at in 0..best["docs"].as_array().unwrap().len() {
        let Some(text) = best["docs"][at].as_str().map(str::to_owned) else { continue };
        let mut smaller = best.clone();
        let found = witness::shrink(text.as_bytes(), 60, &mut |candidate| {
            let Ok(text) = std::str::from_utf8(candidate) else { return false };
            smaller["docs"][at] = text.into();
            still(&smaller)
        });
        best["docs"][at] = String::from_utf8(found).unwrap().into();
    }
}

fn shrink_body(best: &mut Value, part: &str, still: &impl Fn(&Value) -> bool) {
    let found = witness::shrink(best[part].to_string().as_bytes(), 80, &mut |candidate| {
        let Ok(body) = serde_json::from_slice::<Value>(candidate) else { return false };
        let mut smaller = best.clone();
        smaller[part] = body;
        still(&smaller)
    });
    best[part] = serde_json::from_slice(&found).unwrap();
}

fn shown(documents: &Value) -> String {
    let mut text = String::new();
    for document in documents.as_array().unwrap() {
        let document: String = document
            .as_str()
            .map_or(document.to_string(), str::to_owned)
            .chars()
            .take(300)
            .collect();
        write!(text, "\n   {document}").unwrap();
    }
    text
}

/// What a smaller sequence must keep: the class of the disagreement, and the exceptions of both sides.
fn kind(words: &str) -> Vec<String> {
    let class = words.split(' ').nth(1).unwrap_or_default().to_owned();
    let sides = words.lines().filter(|line| line.starts_with("   "));
    let types = sides.flat_map(|side| {
        side.split(" <- ").map(|link| link.split(": ").take(2).collect::<Vec<_>>())
    });
    let types = types.map(|link| {
        link.iter()
            .find(|part| part.contains("_exception"))
            .map_or(String::new(), |found| (*found).to_owned())
    });
    std::iter::once(class).chain(types).collect()
}

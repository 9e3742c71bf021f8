//! The case table on real engines: `fixtures/engines/cases.json.gz` played again and compared with the replica.
//!
//! Elasticsearch 6.5.4, 7.10.2 and OpenSearch 2.19 play it whole, the others a third of it, chosen by the seed and the cases'
//! names; with `MAPDRIFT_ENGINES=full` all play it whole.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::play::{AskMapping, Player};
use super::{first_seed, today};
use crate::replica::{Tally, documents, load, replay};
use crate::support::engine;

const WHOLE: [&str; 3] = ["es-6.5.4", "es-7.10.2", "os-2.19.6"];

/// Plays and compares; what disagrees.
pub(super) fn compare(player: &Player, name: &str) -> Vec<String> {
    let cases = load("cases.json.gz");
    let mut tally = Tally::default();
    for case in cases["cases"].as_array().unwrap().iter().filter(|case| takes(name, case)) {
        let documents = documents(case, &cases["values"]);
        let answer = player.play(case, &documents, AskMapping::EachTime);
        if answer["skipped"] == true {
            continue;
        }
        match answer["fresh"].as_array() {
            Some(runs) => {
                for (document, run) in documents.iter().zip(runs) {
                    replay(name, case, std::slice::from_ref(document), run, &mut tally);
                }
            }
            None => replay(name, case, &documents, &answer, &mut tally),
        }
    }
    let found: Vec<String> = tally
        .disagreements
        .iter()
        .filter(|found| !found.is_known(name))
        .map(ToString::to_string)
        .collect();
    let part = if is_whole(name) { "whole" } else { "a third" };
    engine::say(&format!(
        "table: {name}, {part}: {} documents compared, {} refused, {} disagree; with those that stand: {:?}",
        tally.documents,
        tally.rejected,
        found.len(),
        tally.classes()
    ));
    found.into_iter().take(20).map(|words| format!("{name}, table: {words}")).collect()
}

/// Races between shards are no oracle; Elasticsearch 6.8 without its shape library never answers who asks for `geo_shape`, the
/// others lack the type; a third of the table is chosen by name.
fn takes(name: &str, case: &Value) -> bool {
    let id = case["id"].as_str().unwrap();
    let part = id
        .bytes()
        .fold(first_seed(), |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
    let is_none = id.contains("shards") || id.contains("geo_shape");
    !is_none && (is_whole(name) || part.is_multiple_of(3))
}

fn is_whole(name: &str) -> bool {
    engine::is_full() || WHOLE.contains(&name)
}

/// The answers of an engine for the recording: all of them, or those to the cases whose names begin with `only` put among
/// the recorded ones.
pub(super) fn answers(player: &Player, name: &str, only: Option<&str>) -> Value {
    let cases = load("cases.json.gz");
    let mut answers: BTreeMap<String, Value> = match only {
        Some(_) => {
            let recorded = load(&format!("answers/{name}.json.gz"));
            serde_json::from_value(recorded["answers"].clone()).unwrap()
        }
        None => BTreeMap::new(),
    };
    let is_asked = |case: &&Value| case["id"].as_str().unwrap().starts_with(only.unwrap_or(""));
    for case in cases["cases"].as_array().unwrap().iter().filter(is_asked) {
        let answer = player.play(case, &documents(case, &cases["values"]), AskMapping::EachTime);
        answers.insert(case["id"].as_str().unwrap().to_owned(), answer);
    }
    json!({"engine": name, "recorded": today(), "answers": answers})
}

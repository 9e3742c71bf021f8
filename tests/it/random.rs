//! Random documents on real engines and in the replica: status, error type, reason, causes of every document, and the mapping
//! at the end of every sequence.
//!
//! `MAPDRIFT_ENGINES` says which engines run (see `support::engine`), two at a time. Each plays the case table (see `table`)
//! and 1,000 random documents; with `full`, 20,000, and every row and exception that the engine has must be reached often.
//! Without engines the recorded sequences of `fixtures/engines/sequences` stand in.
//! `MAPDRIFT_RECORD=sequences` with engines writes those (see `record`). `MAPDRIFT_SEED=n` begins elsewhere, `MAPDRIFT_DOCUMENTS=n`
//! plays more or less, `MAPDRIFT_PART=random` or `table` only one of both.

pub(crate) mod generate;
mod mappings;
mod play;
mod rows;
mod shrink;
mod sums;
mod table;
mod values;

use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::sync::Mutex;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::replica::{self, ENGINES, Tally, documents, replay};
use crate::support::engine::{self, Engine};
use play::{AskMapping, Player};
use sums::Sums;

/// Where sequences begin unless `MAPDRIFT_SEED` says otherwise.
const SEED: u64 = 20_190_430;
/// Documents that are recorded for each engine.
const RECORDED: usize = 400;
/// Failing sequences that are shrunk and shown for each engine.
const SHOWN: usize = 12;

#[test]
fn random_documents_fare_alike_in_engine_and_replica() {
    if engine::wanted().is_empty() {
        engine::say("random: no engine runs; recorded sequences stand in");
        return recorded_sequences();
    }
    if let Some(what) = setting("MAPDRIFT_RECORD") {
        return record(&what);
    }
    let failures: Mutex<Vec<String>> = Mutex::default();
    two_at_a_time(&|name| {
        let engine = Engine::start(name);
        let player = Player::new(name, engine.url());
        let part = setting("MAPDRIFT_PART");
        let has = |wanted: &str| part.as_ref().is_none_or(|part| part == wanted);
        let table = if has("table") { table::compare(&player, name) } else { Vec::new() };
        let random =
            if has("random") { compare(&player, name, number_of_documents()) } else { Vec::new() };
        failures.lock().unwrap().extend(table.into_iter().chain(random));
    });
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

#[test]
fn a_seed_gives_the_same_sequence_and_its_documents_are_mixed() {
    assert_eq!(generate::case(7), generate::case(7));
    assert_ne!(generate::case(7)["docs"], generate::case(8)["docs"]);
    let lengths = (0..200).map(|seed| generate::case(seed)["docs"].as_array().unwrap().len());
    let lengths: std::collections::BTreeSet<usize> = lengths.collect();
    assert!(lengths.len() > 15 && lengths.last() == Some(&20), "{lengths:?}");
}

fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn first_seed() -> u64 {
    setting("MAPDRIFT_SEED").map_or(SEED, |seed| seed.parse().unwrap())
}

fn number_of_documents() -> usize {
    match setting("MAPDRIFT_DOCUMENTS") {
        Some(number) => number.parse().unwrap(),
        None if engine::is_full() => 20_000,
        None => 1_000,
    }
}

/// Engines start, are used and end; never more than two run.
fn two_at_a_time(job: &(dyn Fn(&str) + Sync)) {
    let queue = Mutex::new(engine::wanted().iter());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().unwrap().next();
                    let Some(name) = next else { break };
                    job(name);
                }
            });
        }
    });
}

/// Plays sequences until `number` documents were compared; what disagrees, each shrunk.
fn compare(player: &Player, name: &str, number: usize) -> Vec<String> {
    let (mut sums, mut failures, mut seed) = (Sums::default(), Vec::new(), first_seed());
    while sums.documents < number {
        let case = generate::case(seed);
        let documents = documents(&case, &Value::Null);
        let answer = player.play(&case, &documents, AskMapping::AtTheEnd);
        let words = compare_sequence(name, &case, &documents, &answer, &mut sums);
        if words.is_some() && failures.len() < SHOWN {
            let shrunk = shrink::shrunk(player, name, seed, case);
            engine::say(&shrunk);
            failures.push(shrunk);
        }
        seed += 1;
    }
    engine::say(&format!("random: {name}, seeds {}..{seed}: {sums}", first_seed()));
    let missed = engine::is_full()
        .then(|| sums.misses(name, &replica::load(&format!("answers/{name}.json.gz"))))
        .flatten();
    let disagreeing = (sums.disagreeing > failures.len())
        .then(|| format!("{} sequences disagree", sums.disagreeing));
    let more = sums.too_thin().into_iter().chain(missed).chain(disagreeing);
    failures.extend(more.map(|words| format!("{name}: {words}")));
    failures
}

/// Compares and counts; the first disagreement that does not stand, in words.
fn compare_sequence(
    name: &str,
    case: &Value,
    documents: &[Vec<u8>],
    answer: &Value,
    sums: &mut Sums,
) -> Option<String> {
    sums.add(case, answer);
    let tally = tally(name, case, documents, answer);
    for (class, number) in tally.classes() {
        *sums.disagreements.entry(class).or_default() += number;
    }
    let words = unexpected(name, &tally);
    sums.disagreeing += usize::from(words.is_some());
    words
}

fn tally(name: &str, case: &Value, documents: &[Vec<u8>], answer: &Value) -> Tally {
    let mut tally = Tally::default();
    replay(name, case, documents, answer, &mut tally);
    tally
}

fn disagreement(name: &str, case: &Value, documents: &[Vec<u8>], answer: &Value) -> Option<String> {
    unexpected(name, &tally(name, case, documents, answer))
}

/// The first disagreement of a sequence that does not stand, in words.
fn unexpected(name: &str, tally: &Tally) -> Option<String> {
    for found in tally.disagreements.iter().filter(|found| !found.is_known(name)) {
        let words = found.to_string();
        if !is_known(name, &words) {
            return Some(words);
        }
        if found.class() != "error" {
            return None; // The mappings differ from here on: what follows may be its consequence.
        }
    }
    None
}

/// The recorded sequences of every engine against the replica.
fn recorded_sequences() {
    let mut failures = Vec::new();
    for name in ENGINES {
        let (sums, disagreeing) = recorded(name, name);
        engine::say(&format!("random: {name}, recorded: {sums}"));
        failures.extend(disagreeing);
        failures.extend(sums.too_thin());
    }
    assert!(
        failures.is_empty(),
        "{} sequences disagree:\n{}",
        failures.len(),
        failures.join("\n\n")
    );
}

/// The recorded sequences of `name` against the replica of `other`; what disagrees.
fn recorded(name: &str, other: &str) -> (Sums, Vec<String>) {
    let (mut sums, mut failures) = (Sums::default(), Vec::new());
    for entry in load(name)["sequences"].as_array().unwrap() {
        let (case, answer) = (&entry["case"], &entry["answer"]);
        let documents = documents(case, &Value::Null);
        if let Some(words) = compare_sequence(other, case, &documents, answer, &mut sums) {
            failures.push(format!("{name}, {}: {words}", case["id"].as_str().unwrap()));
        }
    }
    (sums, failures)
}

/// A replica of the next version is found out by the sequences of this one: what is compared, and what is generated, sees
/// differences as small as those between neighbours.
#[test]
fn a_replica_of_another_version_disagrees() {
    for pair in ENGINES.windows(2) {
        for (name, other) in [(pair[0], pair[1]), (pair[1], pair[0])] {
            let (own, (sums, _)) = (recorded(name, name).0.disagreeing, recorded(name, other));
            assert!(sums.disagreeing > own, "{name} cannot be told from {other}");
        }
    }
}

/// Disagreements that stand: engine, a part of what is said, the reason.
const KNOWN: &[(&str, &str, &str)] = &[
    (
        "es-6",
        "Cannot generate dynamic mappings of type [_source]",
        "a declared mapping type that says nothing is not told from none",
    ),
    (
        "",
        "value: 'null' <- input_coercion_exception: Numeric value (18446744073709551616)",
        "the preview of an integer beyond 64 bits that a copy reads again",
    ),
    (
        "",
        "preview, <- input_coercion_exception: Numeric value (18446744073709551616)",
        "the preview of an integer beyond 64 bits that a copy reads again",
    ),
];

fn is_known(name: &str, words: &str) -> bool {
    KNOWN.iter().any(|(engine, part, _)| name.starts_with(engine) && words.contains(part))
}

/// `MAPDRIFT_RECORD=sequences` or `table`: asks the engines again and writes what they say; `MAPDRIFT_CASES=json-` only to
/// the cases of the table whose names begin so.
fn record(what: &str) {
    two_at_a_time(&|name| {
        let engine = Engine::start(name);
        let player = Player::new(name, engine.url());
        match what {
            "sequences" => save(&file("sequences", name), &sequences(&player, name)),
            "table" => {
                let only = setting("MAPDRIFT_CASES");
                save(&file("answers", name), &table::answers(&player, name, only.as_deref()));
            }
            other => panic!("MAPDRIFT_RECORD={other}: sequences or table"),
        }
    });
}

fn sequences(player: &Player, name: &str) -> Value {
    let (mut seed, mut number, mut sequences) = (SEED, 0, Vec::new());
    while number < RECORDED {
        let case = generate::case(seed);
        let answer = player.play(&case, &documents(&case, &Value::Null), AskMapping::AtTheEnd);
        number += answer["items"].as_array().map_or(0, Vec::len);
        sequences.push(json!({"case": case, "answer": answer}));
        seed += 1;
    }
    json!({"engine": name, "recorded": today(), "sequences": sequences})
}

fn today() -> String {
    jiff::Timestamp::now().strftime("%F").to_string()
}

fn file(folder: &str, name: &str) -> PathBuf {
    PathBuf::from(format!(
        "{}/fixtures/engines/{folder}/{name}.json.gz",
        env!("CARGO_MANIFEST_DIR")
    ))
}

fn load(name: &str) -> Value {
    let mut text = String::new();
    GzDecoder::new(std::fs::File::open(file("sequences", name)).unwrap())
        .read_to_string(&mut text)
        .unwrap();
    serde_json::from_str(&text).unwrap()
}

fn save(path: &std::path::Path, value: &Value) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut encoder = GzEncoder::new(std::fs::File::create(path).unwrap(), Compression::best());
    encoder.write_all(value.to_string().as_bytes()).unwrap();
    encoder.finish().unwrap();
}

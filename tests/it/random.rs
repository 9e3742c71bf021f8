//! Random documents on real engines and in the replica: status, error type, reason, causes of every document, and the mapping
//! at the end of every sequence.
//!
//! `MAPDRIFT_ENGINES` says which engines run (see `support::engine`), two at a time: `required` plays the case table on each,
//! `full` 20,000 random documents too, which still find one to three disagreements an engine. Without engines the recorded
//! sequences of `fixtures/engines/sequences` stand in.
//! `MAPDRIFT_RECORD=sequences` with engines writes those. `MAPDRIFT_SEED=n` begins elsewhere, `MAPDRIFT_DOCUMENTS=n`
//! plays more or less, `MAPDRIFT_PART=random` or `table` only one of both.

mod generate;
mod play;
mod table;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::sync::Mutex;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::replica::{Tally, documents, replay};
use crate::support::engine::{self, Engine};
use mapdrift::engine::witness;
use play::{AskMapping, Player};

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
        let has = |wanted: &str| part.as_ref().map_or(engine::is_full(), |part| part == wanted);
        let table =
            if part.is_none() || has("table") { table::compare(&player, name) } else { Vec::new() };
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
    assert_eq!((lengths.first(), lengths.last()), (Some(&5), Some(&20)));
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
        sums.add(&answer);
        if disagreement(name, &case, &documents, &answer).is_some() {
            sums.disagreeing += 1;
            if failures.len() < SHOWN {
                failures.push(shrunk(player, name, seed, case));
            }
        }
        seed += 1;
    }
    engine::say(&format!("random: {name}, seeds {}..{seed}: {sums}", first_seed()));
    failures.extend(
        sums.too_thin().into_iter().chain(sums.misses(name)).map(|thin| format!("{name}: {thin}")),
    );
    failures
}

/// The first disagreement of a sequence, in words.
fn disagreement(name: &str, case: &Value, documents: &[Vec<u8>], answer: &Value) -> Option<String> {
    let mut tally = Tally::default();
    replay(name, case, documents, answer, &mut tally);
    for found in tally.disagreements.iter().filter(|found| !found.is_known(name)) {
        let words = found.to_string();
        if !is_known(name, &words) {
            return Some(words);
        }
        if !words.starts_with("-- error") {
            return None; // The mappings differ from here on: what follows may be its consequence.
        }
    }
    None
}

/// A sequence made smaller while it still disagrees: documents dropped, then shrunk, then declarations dropped.
fn shrunk(player: &Player, name: &str, seed: u64, case: Value) -> String {
    let disagrees = |case: &Value| {
        let documents = documents(case, &Value::Null);
        let answer = player.play(case, &documents, AskMapping::AtTheEnd);
        disagreement(name, case, &documents, &answer)
    };
    let kind = disagrees(&case).map(|words| kind(&words));
    let still =
        |case: &Value| disagrees(case).is_some_and(|words| Some(self::kind(&words)) == kind);
    let mut best = case;
    let mut at = best["docs"].as_array().unwrap().len();
    while at > 0 {
        at -= 1;
        let mut smaller = best.clone();
        smaller["docs"].as_array_mut().unwrap().remove(at);
        if still(&smaller) {
            best = smaller;
        }
    }
    for at in 0..best["docs"].as_array().unwrap().len() {
        let text = best["docs"][at].as_str().unwrap().to_owned();
        let mut smaller = best.clone();
        let found = witness::shrink(text.as_bytes(), 60, &mut |candidate| {
            let Ok(text) = std::str::from_utf8(candidate) else { return false };
            smaller["docs"][at] = text.into();
            still(&smaller)
        });
        best["docs"][at] = String::from_utf8(found).unwrap().into();
    }
    let part = if best["index"].is_null() { "templates" } else { "index" };
    let found = witness::shrink(best[part].to_string().as_bytes(), 80, &mut |candidate| {
        let Ok(body) = serde_json::from_slice::<Value>(candidate) else { return false };
        let mut smaller = best.clone();
        smaller[part] = body;
        still(&smaller)
    });
    best[part] = serde_json::from_slice(&found).unwrap();
    let words = disagrees(&best).unwrap_or_else(|| "gone when played again".to_owned());
    let mut text = format!("{name}, seed {seed}: {}", best[part]);
    for document in best["docs"].as_array().unwrap() {
        let document: String = document.as_str().unwrap().chars().take(300).collect();
        write!(text, "\n   {document}").unwrap();
    }
    format!("{text}\n{words}")
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

/// What a run was made of.
#[derive(Default)]
struct Sums {
    documents: usize,
    sequences: usize,
    disagreeing: usize,
    /// Indices that the engine would not make.
    not_made: usize,
    rejected: usize,
    /// Documents by status and exception types.
    classes: BTreeMap<String, usize>,
}

impl Sums {
    fn add(&mut self, answer: &Value) {
        self.sequences += 1;
        let Some(items) = answer["items"].as_array() else {
            self.not_made += 1;
            return;
        };
        self.documents += items.len();
        for item in items {
            self.rejected += usize::from(item["status"] != 200 && item["status"] != 201);
            *self.classes.entry(class(item)).or_default() += 1;
        }
    }

    /// A run that would find little: too few refusals, or too few kinds of them.
    fn too_thin(&self) -> Option<String> {
        let kinds = self.classes.values().filter(|number| **number >= 2).count();
        let is_thin =
            self.rejected * 5 < self.documents || kinds < 6 || self.not_made * 3 > self.sequences;
        is_thin.then(|| format!("the documents are too easy: {self}"))
    }

    /// A long run reaches every class of refusals that the recording of the same engine has, ten times at least.
    fn misses(&self, name: &str) -> Option<String> {
        let (recorded, _) = recorded(name, name);
        let number = |class: &String| self.classes.get(class).copied().unwrap_or(0);
        let rare: Vec<&String> =
            recorded.classes.keys().filter(|class| number(class) < 10).collect();
        (self.documents >= 20_000 && !rare.is_empty())
            .then(|| format!("reached less than ten times: {rare:?}"))
    }
}

impl std::fmt::Display for Sums {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { documents, sequences, disagreeing, not_made, rejected, classes } = self;
        write!(
            f,
            "{documents} documents in {sequences} sequences ({not_made} indices refused), {rejected} refused, {disagreeing} sequences disagree"
        )?;
        for (class, number) in classes {
            write!(f, "\n   {number:>6} {class}")?;
        }
        Ok(())
    }
}

/// `mapper_parsing_exception <- number_format_exception`.
fn class(item: &Value) -> String {
    let mut types = Vec::new();
    let mut next = Some(item);
    while let Some(error) = next {
        types.extend(error["type"].as_str().map(str::to_owned));
        next = error.get("cause");
    }
    if types.is_empty() { format!("status {}", item["status"]) } else { types.join(" <- ") }
}

/// The recorded sequences of every engine against the replica.
fn recorded_sequences() {
    let mut failures = Vec::new();
    for name in RECORDINGS {
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
        sums.add(answer);
        if let Some(words) = disagreement(other, case, &documents(case, &Value::Null), answer) {
            sums.disagreeing += 1;
            failures.push(format!("{name}, {}: {words}", case["id"].as_str().unwrap()));
        }
    }
    (sums, failures)
}

/// A replica of the next version is found out by the sequences of this one: what is compared, and what is generated, sees
/// differences as small as those between neighbours.
#[test]
fn a_replica_of_another_version_disagrees() {
    for pair in RECORDINGS.windows(2) {
        for (name, other) in [(pair[0], pair[1]), (pair[1], pair[0])] {
            let (own, (sums, _)) = (recorded(name, name).0.disagreeing, recorded(name, other));
            assert!(sums.disagreeing > own, "{name} cannot be told from {other}");
        }
    }
}

/// Disagreements that stand: engine, a part of what is said, the reason.
const KNOWN: &[(&str, &str, &str)] = &[(
    "es-6",
    "Cannot generate dynamic mappings of type [_source]",
    "the other refusal of _source is predicted",
)];

fn is_known(name: &str, words: &str) -> bool {
    KNOWN.iter().any(|(engine, part, _)| name.starts_with(engine) && words.contains(part))
}

const RECORDINGS: [&str; 9] = [
    "es-6.5.4",
    "es-6.8.23",
    "es-7.10.2",
    "es-7.17.29",
    "es-8.19.21",
    "es-9.5.3",
    "os-1.3.20",
    "os-2.19.6",
    "os-3.8.0",
];

/// `MAPDRIFT_RECORD=sequences` or `table`: asks the engines again and writes what they say.
fn record(what: &str) {
    two_at_a_time(&|name| {
        let engine = Engine::start(name);
        let player = Player::new(name, engine.url());
        match what {
            "sequences" => save(&file("sequences", name), &sequences(&player, name)),
            "table" => save(&file("answers", name), &table::answers(&player, name)),
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

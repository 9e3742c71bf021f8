//! The protocol of the replay: objects that were walked on any guess and counted in their turn give the history that the replica
//! gives alone, record by record.
//!
//! Random small objects over three names, so that guesses are often wrong; each object is walked on the mapping after a random
//! object before it. `MAPDRIFT_PROTOCOL=n` plays n backups instead of 20,000 and begins at `MAPDRIFT_SEED`.

use mapdrift::engine::{Index, Settings};
use mapdrift::mapping;
use mapdrift::model::limits::Limits;
use mapdrift::model::timeline::Timeline;
use mapdrift::profile::{Seen, Then, Verdict, Walk, families};
use mapdrift::record::Hint;
use mapdrift::replay::{Arrival, Guess, Replay};
use serde_json::json;

use crate::random::generate::Rng;
use crate::replica::{ENGINES, version};

/// What became of the guesses.
#[derive(Debug, Default)]
struct Guesses {
    held: u64,
    failed: u64,
    cleared: u64,
}

#[test]
fn guesses_counted_in_their_turn_are_the_serial_history() {
    let backups = setting("MAPDRIFT_PROTOCOL").unwrap_or(20_000);
    let first = setting("MAPDRIFT_SEED").unwrap_or(20_190_430);
    let mut guesses = Guesses::default();
    for seed in first..first + backups {
        let mut rng = Rng::new(seed);
        let objects: Vec<Vec<u8>> = (0..2 + rng.below(4)).map(|_| object(&mut rng)).collect();
        let index = index(&mut rng);
        let serial = serial(&index, &objects);
        let guessed = guessed(&index, &objects, &mut rng, &mut guesses);
        let shown: Vec<_> = objects.iter().map(|o| String::from_utf8_lossy(o)).collect();
        let mapping = mapping::write_body(index.mapping());
        assert!(serial == guessed, "seed {seed}\nmapping {mapping}\nobjects {shown:#?}");
    }
    println!("protocol: {backups} backups, {guesses:?}");
    assert!(backups < 20_000 || guesses.failed > 500 && guesses.held > 10_000, "{guesses:?}");
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// An index that is born from nothing, or from a small mapping.
fn index(rng: &mut Rng) -> Index {
    let mappings = [
        json!({}),
        json!({"properties": {"a": {"type": "long"}}}),
        json!({"dynamic": false, "properties": {"b": {"type": "keyword", "ignore_above": 3}}}),
        json!({"properties": {"a": {"type": "long", "copy_to": "c"}}}),
        json!({"properties": {"b": {"type": "object", "enabled": false}}}),
        json!({"dynamic_templates": [{"t": {"match": "c", "mapping": {"type": "rank_feature"}}}]}),
        json!({"dynamic_templates": [{"t": {"match": "b", "match_mapping_type": "object", "mapping": {"type": "nested"}}}]}),
    ];
    let limits = [json!({}), json!({}), json!({"index.mapping.total_fields.limit": 3})];
    let body = mapping::read(&mappings[rng.below(mappings.len())], None).unwrap();
    let settings = Settings::read(&limits[rng.below(limits.len())]);
    Index::new(version(ENGINES[rng.below(ENGINES.len())]), body, settings).unwrap()
}

pub(crate) fn object(rng: &mut Rng) -> Vec<u8> {
    const VALUES: [&str; 16] = [
        "1",
        "1.5",
        "\"x\"",
        "\"long\"",
        "null",
        "[]",
        "[1,1.5]",
        "[null]",
        "true",
        "{}",
        "\"2019-04-30\"",
        "\"7\"",
        "[{\"a\":1}]",
        "{\"c\":1}",
        "{\"a\":\"x\"}",
        "99999999999",
    ];
    const NAMES: [&str; 5] = ["a", "b", "c", "b.a", "b.c"];
    let mut bytes = Vec::new();
    for _ in 0..=rng.below(4) {
        let members: Vec<String> = (0..rng.below(4))
            .map(|_| {
                let name = NAMES[rng.below(NAMES.len())];
                format!("\"{name}\":{}", VALUES[rng.below(VALUES.len())])
            })
            .collect();
        bytes.extend_from_slice(format!("{{{}}}\n", members.join(",")).as_bytes());
    }
    if rng.below(10) == 0 {
        bytes.extend_from_slice(b"[1]\n");
    }
    bytes
}

/// Every record through the replica.
fn serial(index: &Index, objects: &[Vec<u8>]) -> Timeline {
    let mut replay = Replay::new(index.clone(), 100);
    let mut walk = Walk::new(&Limits::default());
    for (rank, object) in (0..).zip(objects) {
        each(&mut walk, rank, object, &mut |seen| {
            replay.record(arrival(seen));
            Then::GoOn
        });
    }
    replay.finish(&families(&walk.into_profile()))
}

/// Every object on a guess, and once more where it does not hold.
fn guessed(index: &Index, objects: &[Vec<u8>], rng: &mut Rng, guesses: &mut Guesses) -> Timeline {
    let mut replay = Replay::new(index.clone(), 100);
    let (mut walk, mut spare) = (Walk::new(&Limits::default()), Walk::new(&Limits::default()));
    let mut known = vec![replay.check()];
    for (rank, object) in (0..).zip(objects) {
        walk.check(vec![known[rng.below(known.len())].clone()]);
        let mut guess = Guess::default();
        each(&mut walk, rank, object, &mut |seen| {
            match seen {
                Seen::Record { sighting, shape, verdict: Verdict::Clean, .. } => {
                    guess.cleared(*sighting, *shape, &[]);
                }
                Seen::Record { sighting, shape, verdict: Verdict::Lossy(losses), .. } => {
                    guess.cleared(*sighting, *shape, losses);
                }
                seen => {
                    guess.waits(arrival(seen));
                    return Then::GoOn;
                }
            }
            guesses.cleared += 1;
            Then::GoOn
        });
        match replay.settle(&guess, &|check| walk.let_through().holds(&[check])) {
            Some(settled) => {
                guesses.held += 1;
                replay.count_settled(&guess, settled);
            }
            None => {
                guesses.failed += 1;
                again(&mut spare, &mut replay, rank, object);
            }
        }
        known.push(replay.check());
    }
    replay.finish(&families(&walk.into_profile()))
}

/// One object on the mapping as it is.
fn again(walk: &mut Walk, replay: &mut Replay, rank: u32, object: &[u8]) {
    walk.check(vec![replay.check()]);
    each(walk, rank, object, &mut |seen| {
        let before = replay.version();
        match seen {
            Seen::Record { sighting, shape, verdict: Verdict::Clean, .. } => {
                replay.cleared(*sighting, *shape, &[]);
            }
            Seen::Record { sighting, shape, verdict: Verdict::Lossy(losses), .. } => {
                replay.cleared(*sighting, *shape, losses);
            }
            seen => {
                replay.record(arrival(seen));
            }
        }
        if before == replay.version() { Then::GoOn } else { Then::Check(vec![replay.check()]) }
    });
}

fn each(walk: &mut Walk, rank: u32, object: &[u8], seen: &mut dyn FnMut(&Seen<'_>) -> Then) {
    let mut body = object;
    walk.checked_object(rank, "o", &Hint::default(), &mut body, &mut |found| seen(&found));
}

fn arrival<'a>(seen: &'a Seen<'a>) -> Arrival<'a> {
    match seen {
        Seen::Record { sighting, bytes, shape, .. } => {
            Arrival { sighting: *sighting, bytes, shape: Some(*shape) }
        }
        Seen::Bounded { sighting, bytes, .. } => {
            Arrival { sighting: *sighting, bytes, shape: None }
        }
        Seen::Problem(problem) => panic!("{problem:?}"),
    }
}

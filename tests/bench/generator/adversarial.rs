//! Records that hurt readers: too many names, too deep, too long, too many escapes.

use super::recorder::Recorder;
use super::rng::Rng;

/// 20 of 50,000 names, so that most records have a shape of their own and a few hold a name twice.
pub(crate) fn many_keys(rng: &mut Rng, w: &mut Recorder) {
    for _ in 0..20 {
        let name = format!("k{:05}", rng.below(50_000));
        let value = rng.below(1_000_000);
        w.key(&name).integer(i64::try_from(value).expect("small"));
    }
}

/// 10 to 120 levels, objects and arrays by turns.
pub(crate) fn deep(rng: &mut Rng, w: &mut Recorder) {
    let levels = rng.between(10, 120);
    w.key("id").integer(i64::try_from(rng.below(1_000_000)).expect("small"));
    w.key("tree");
    level(levels, w);
}

fn level(left: u64, w: &mut Recorder) {
    match left {
        0 => w.integer(1),
        n if n % 5 == 0 => w.array(|w| level(n - 1, w)),
        n => w.object(|w| {
            w.key("n");
            level(n - 1, w);
        }),
    }
}

/// Strings of 0.1 to 1 MB.
pub(crate) fn long(rng: &mut Rng, w: &mut Recorder) {
    let length = usize::try_from(rng.between(100_000, 1_000_000)).expect("a length");
    w.key("id").integer(i64::try_from(rng.below(1_000_000)).expect("small"));
    let letters = rng.hex(16);
    let text: String = letters.chars().cycle().take(length).collect();
    w.key("payload").string(&text);
}

/// 20 escapes in each of 8 values, and a name that is written with an escape.
pub(crate) fn escapes(rng: &mut Rng, w: &mut Recorder) {
    let number = i64::try_from(rng.below(1_000)).expect("small");
    w.key_written("ab", "\"a\\u0062\"").integer(number);
    for name in ["s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7"] {
        let (text, written) = escaped(rng);
        w.key(name).string_written(&text, &written);
    }
}

fn escaped(rng: &mut Rng) -> (String, String) {
    const PAIRS: [(&str, &str); 8] = [
        ("\"", "\\\""),
        ("\\", "\\\\"),
        ("/", "\\/"),
        ("\n", "\\n"),
        ("\u{8}", "\\b"),
        ("é", "\\u00e9"),
        ("한", "\\ud55c"),
        ("😀", "\\ud83d\\ude00"),
    ];
    let (mut text, mut written) = (String::new(), String::from("\""));
    for _ in 0..20 {
        let (plain, escape) = PAIRS[usize::try_from(rng.below(8)).expect("index")];
        text.extend(["x", plain]);
        written.extend(["x", escape]);
    }
    written.push('"');
    (text, written)
}

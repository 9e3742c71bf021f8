//! The house rules that a compiler does not check: which room may know which, how files open, what stands at the top.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Ring 1 rooms and the ring 1 rooms that each may use, with the reason. A new arrow is a decision made here.
const ARROWS: &[(&str, &[&str])] = &[
    ("firehose", &["record"]),          // failure wrappers are read as records
    ("record", &[]),                    //
    ("profile", &["record", "engine"]), // the walk is driven by tokens; the check runs inside it
    ("mapping", &[]),                   //
    ("engine", &["record", "mapping"]), // the replica reads the same tokens
    ("replay", &["profile", "engine"]), //
    ("evidence", &[]),                  //
    ("rules", &[]),                     //
    ("report", &[]),                    //
];
const PROGRAM: &[&str] = &["cli", "error", "run", "settings"];

#[test]
fn arrows_between_rooms_point_inwards() {
    let allowed: BTreeMap<&str, &[&str]> = ARROWS.iter().copied().collect();
    let mut wrong = Vec::new();
    for file in sources() {
        let room = room_of(&file);
        for used in used_rooms(&fs::read_to_string(&file).unwrap()) {
            if used != room && !may_use(&room, &used, &allowed) {
                wrong.push(format!("{}: {room} -> {used}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "arrows that the table does not allow:\n{}", wrong.join("\n"));
}

#[test]
fn every_room_of_lib_is_in_the_table() {
    let known: Vec<&str> = ARROWS
        .iter()
        .map(|(room, _)| *room)
        .chain(PROGRAM.iter().copied())
        .chain(["model", "io"])
        .collect();
    let lib = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let rooms: Vec<&str> =
        lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    assert!(!rooms.is_empty());
    for room in rooms {
        assert!(
            known.contains(&room),
            "src/lib.rs has a room that the table does not know: {room}"
        );
    }
}

#[test]
fn every_file_opens_with_its_purpose() {
    for file in sources() {
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.starts_with("//! "), "{} does not open with `//!`", file.display());
    }
}

#[test]
fn only_report_and_the_program_print() {
    for file in sources() {
        let room = room_of(&file);
        if room == "report" || PROGRAM.contains(&room.as_str()) || room == "main" {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        for word in ["println!", "eprintln!", "print!(", "dbg!"] {
            assert!(!text.contains(word), "{} prints", file.display());
        }
    }
}

#[test]
fn the_top_level_holds_nothing_else() {
    let expected = [
        "Cargo.lock",
        "Cargo.toml",
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "README.md",
        "fixtures",
        "src",
        "target",
        "tests",
    ];
    for entry in fs::read_dir(root()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(
            name.starts_with('.') || expected.contains(&name.as_str()),
            "{name} does not belong at the top level"
        );
    }
}

fn may_use(room: &str, used: &str, allowed: &BTreeMap<&str, &[&str]>) -> bool {
    if PROGRAM.contains(&room) || room == "main" || room == "lib" {
        return true;
    }
    if PROGRAM.contains(&used) || used == "io" {
        return false;
    }
    match room {
        "model" => false,
        "io" => true,
        ring1 => used == "model" || allowed[ring1].contains(&used),
    }
}

/// The rooms that a file names as `crate::room` outside comments.
fn used_rooms(text: &str) -> Vec<String> {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let after: Vec<String> = code
        .flat_map(|line| line.split("crate::").skip(1).map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let word = |rest: &String| {
        rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>()
    };
    let mut rooms: Vec<String> = Vec::new();
    for rest in &after {
        match rest.strip_prefix('{') {
            Some(group) => {
                rooms.extend(group.split([',', '}']).map(|part| word(&part.trim().to_owned())));
            }
            None => rooms.push(word(rest)),
        }
    }
    rooms.retain(|room| !room.is_empty());
    rooms
}

fn room_of(file: &Path) -> String {
    let inside = file.strip_prefix(root().join("src")).unwrap();
    let first = inside.components().next().unwrap().as_os_str().to_str().unwrap();
    first.trim_end_matches(".rs").to_owned()
}

fn sources() -> Vec<PathBuf> {
    let mut found = Vec::new();
    collect(&root().join("src"), &mut found);
    found.sort();
    assert!(found.len() > 10);
    found
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

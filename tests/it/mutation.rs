//! A replica with one switch wrong is found out: every switch of the version table is swapped between neighbouring engines,
//! and each of both mutants must disagree with what its engine was recorded to answer.
//!
//! Each switch names the recorded cases that show it, so that a run replays those only. A switch that none of its cases
//! shows is looked for in everything that was recorded, and the failure says which case shows it, or that nothing does.

use std::collections::BTreeMap;
use std::mem::swap;
use std::sync::{Arc, Mutex, OnceLock};

use mapdrift::engine::switches::{FieldSwitches, LimitSwitches, Switches};
use serde_json::Value;

use crate::replica::{Tally, documents, load, replay_with, version};
use crate::support::engine;

/// Engines that differ by as little as recorded ones can.
const NEIGHBOURS: [(&str, &str); 8] = [
    ("es-6.5.4", "es-6.8.23"),
    ("es-6.8.23", "es-7.10.2"),
    ("es-7.10.2", "es-7.17.29"),
    ("es-7.17.29", "es-8.19.21"),
    ("es-8.19.21", "es-9.5.3"),
    ("es-7.10.2", "os-1.3.20"),
    ("os-1.3.20", "os-2.19.6"),
    ("os-2.19.6", "os-3.8.0"),
];

/// Mutants that no recording can tell from the engine: switch, engine, the reason.
const UNSEEN: &[(&str, &str, &str)] = &[
    ("null_strict_inherited", "es-7.17.29", "the walk up to 7.17 asks the object itself"),
    (
        "new_objects_inherit",
        "es-7.10.2",
        "it takes `dynamic: runtime` that still makes objects, which is 7.11 to 7.13",
    ),
    (
        "new_objects_inherit",
        "es-7.17.29",
        "it takes `dynamic: runtime` that still makes objects, which is 7.11 to 7.13",
    ),
    ("strict_prints_value", "os-1.3.20", "no `strict_allow_templates` yet"),
    ("pattern_lists", "es-7.17.29", "7.17 prints a list as one text before a document comes"),
    ("unmatch_mapping_type", "es-7.17.29", "7.17 refuses the template"),
    ("vectors", "es-7.17.29", "only the walk of 8.1 and later counts floats"),
    ("vector_options", "es-7.17.29", "makes no vectors"),
    ("runtime_makes_no_objects", "es-7.10.2", "no `dynamic: runtime` yet"),
    ("nested_objects_limit", "es-6.8.23", "refuses the setting"),
    ("name_length_limit", "es-6.8.23", "refuses the setting"),
    ("array_objects_limit", "es-8.19.21", "refuses the setting"),
    ("ignores_beyond_limit", "es-7.17.29", "refuses the setting"),
    ("immense_unindexed", "es-7.17.29", "only asked where the parse refuses long terms"),
    ("range_malformed", "os-1.3.20", "refuses the parameter"),
    ("scaled_json_malformed", "es-8.19.21", "runs without the module that has `scaled_float`"),
];

/// A switch: its name, how two versions swap it, and the recorded cases that show it.
struct Switch {
    name: &'static str,
    swap: fn(&mut Switches, &mut Switches),
    cases: &'static [&'static str],
}

/// The switches of one part of the table. One that is not listed here does not compile.
macro_rules! switches {
    ($table:ident, $part:ident, besides [$($other:ident),*], { $($name:ident: $cases:expr,)* }) => {{
        let _ = |$table { $($name: _,)* $($other: _,)* }: &$table| {};
        [$(Switch {
            name: stringify!($name),
            swap: |one, other| swap(&mut $part(one).$name, &mut $part(other).$name),
            cases: &$cases,
        }),*]
    }};
}

fn whole(table: &mut Switches) -> &mut Switches {
    table
}

fn limits(table: &mut Switches) -> &mut LimitSwitches {
    &mut table.limits
}

fn fields(table: &mut Switches) -> &mut FieldSwitches {
    &mut table.fields
}

fn of_documents() -> impl Iterator<Item = Switch> {
    switches!(Switches, whole, besides [limits, fields], {
        engine: ["date-number-14", "dynamic-copy-strict", "template-unknown-param", "s16-23", "s16-30", "s16-61b", "date-range", "type-wildcard"],
        walk: ["dynamic-copy-alias"],
        big_integers: ["s16-18"],
        first_bytes: ["s16-66"],
        json_errors: ["r-20190438", "s16-18", "r-20190448", "s16-12a"],
        only_dots: ["s16-07"],
        names_first: ["s16-14a"],
        metadata: ["s16-15a", "name-meta-false", "name-meta-arrayx"],
        repeats: ["s16-33", "s16-09", "s16-35"],
        field_error: ["s16-20", "s16-14a"],
        located: ["dynamic-copy-strict", "dynamic-copy-alias"],
        null_strict_inherited: ["s16-45"],
        new_objects_inherit: [],
        copy_null_ignored: ["s16-48"],
        copy_object: ["dynamic-copy-to"],
        strict_prints_value: ["s16-65b"],
        pattern_lists: ["template-array-match"],
        unmatch_mapping_type: ["template-unmatch-mapping-type"],
        date_extra: ["s16-31"],
        vectors: ["s16-72"],
        number_length: ["json-number-unmapped"],
        json_depth: ["json-depth-off"],
        json_name_length: ["name-shape"],
        doc_count: ["r273"],
        template_parent_sentence: ["s16-61b"],
        wide_encodings: ["json-utf16"],
        vector_options: ["s16-72"],
        runtime_makes_no_objects: ["s16-74"],
    })
    .into_iter()
}

fn of_limits() -> impl Iterator<Item = Switch> {
    switches!(LimitSwitches, limits, besides [], {
        depth_in_parse: ["limit-order"],
        total_in_parse: ["limit-default-over", "limit-default-text-over"],
        limit_names_index: ["limit-default-over"],
        prefixes_count: ["limit-total-prefix"],
        nested_objects_limit: ["limit-nested-objects"],
        name_length_limit: ["limit-name-length"],
        array_objects_limit: ["limit-array-objects"],
        ignores_beyond_limit: ["limit-total-beyond"],
        runtime_counts: ["limit-total-runtime"],
    })
    .into_iter()
}

fn of_fields() -> impl Iterator<Item = Switch> {
    switches!(FieldSwitches, fields, besides [], {
        json_malformed: ["s16-49", "s16-19"],
        immense_in_parse: ["s16-55"],
        immense_unindexed: ["type-keyword-docvalues-index"],
        geo: ["s16-71", "r-20190465", "r-20190446", "r14", "r285"],
        malformed_swallows_all: ["r-20190456"],
        malformed_swallows_objects: ["s16-50"],
        boolean_malformed: ["r130"],
        range_malformed: ["type-integer_range-malformed"],
        expected_text: ["s16-57"],
        nanos_format: ["date-nanos"],
        date_objects: ["r-20190456"],
        date_fast_path: ["type-date_nanos"],
        number_string_limit: ["type-byte"],
        object_as_number: ["s16-50"],
        join_names_null: ["type-join"],
        scaled_json_malformed: ["type-scaled_float-malformed"],
        vector_texts: ["type-dense_vector"],
        broken_malformed: ["type-broken-malformed"],
        range_null_first: ["r-20190457"],
    })
    .into_iter()
}

#[test]
fn a_replica_with_one_switch_of_its_neighbour_disagrees() {
    let mut survivors = Vec::new();
    for switch in of_documents().chain(of_limits()).chain(of_fields()) {
        let mut mutants = 0;
        for (name, mutant) in mutants_of(&switch) {
            mutants += 1;
            survivors.extend(survivor(&switch, name, &mutant));
        }
        assert!(mutants > 0, "{} is the same on every engine", switch.name);
    }
    assert!(survivors.is_empty(), "{}", survivors.join("\n"));
}

/// Each engine with the switch of a neighbour that has another.
fn mutants_of(switch: &Switch) -> Vec<(&'static str, Switches)> {
    let mut mutants = Vec::new();
    for (one, other) in NEIGHBOURS {
        let own = [one, other].map(|name| Switches::of(version(name)));
        let [mut first, mut second] = own.clone();
        (switch.swap)(&mut first, &mut second);
        if first != own[0] {
            mutants.extend([(one, first), (other, second)]);
        }
    }
    mutants
}

/// What is wrong where no case of the switch shows a mutant.
fn survivor(switch: &Switch, name: &str, mutant: &Switches) -> Option<String> {
    let recording = recording(name);
    let is_unseen =
        UNSEEN.iter().any(|(unseen, engine, _)| (*unseen, *engine) == (switch.name, name));
    let is_shown = switch.cases.iter().any(|case| recording.shows(case, mutant));
    match (is_shown, is_unseen) {
        (true, true) => return Some(format!("{} of {name} is seen after all", switch.name)),
        (false, false) => {}
        _ => return None,
    }
    let found = recording.shortest_first.iter().find(|case| recording.shows(case, mutant));
    let words = match found {
        Some(case) => format!("{} of {name}: none of its cases shows it, {case} does", switch.name),
        None => format!("{} of {name}: nothing that was recorded shows it", switch.name),
    };
    engine::say(&words);
    Some(words)
}

/// Everything that an engine was recorded to answer, by the name of the case.
struct Recording {
    switches: Switches,
    cases: BTreeMap<String, Vec<Run>>,
    /// The names of the cases, those with few documents first.
    shortest_first: Vec<String>,
}

/// A fresh index and its documents, with the answer to them.
struct Run {
    case: Arc<Value>,
    documents: Vec<Vec<u8>>,
    answer: Value,
    /// What the replica itself says otherwise.
    own: OnceLock<Vec<String>>,
}

impl Recording {
    fn of(name: &str, cases: BTreeMap<String, Vec<Run>>) -> Self {
        let documents =
            |name: &String| cases[name].iter().map(|run| run.documents.len()).sum::<usize>();
        let mut shortest_first: Vec<String> = cases.keys().cloned().collect();
        shortest_first.sort_by_cached_key(documents);
        assert!(cases.values().any(|runs| !runs.is_empty()), "nothing was recorded of {name}");
        Self { switches: Switches::of(version(name)), cases, shortest_first }
    }

    fn shows(&self, case: &str, mutant: &Switches) -> bool {
        let runs = self.cases.get(case).map(Vec::as_slice).unwrap_or_default();
        runs.iter().any(|run| run.shows(mutant, &self.switches))
    }
}

impl Run {
    fn shows(&self, mutant: &Switches, switches: &Switches) -> bool {
        let own = self.own.get_or_init(|| self.disagreements(switches));
        self.disagreements(mutant) != *own
    }

    fn disagreements(&self, switches: &Switches) -> Vec<String> {
        let mut tally = Tally::default();
        replay_with(switches, &self.case, &self.documents, &self.answer, &mut tally);
        tally.disagreements.iter().map(ToString::to_string).collect()
    }
}

/// The recording of an engine, read once.
fn recording(name: &str) -> Arc<Recording> {
    static READ: Mutex<BTreeMap<String, Arc<OnceLock<Arc<Recording>>>>> =
        Mutex::new(BTreeMap::new());
    let slot = Arc::clone(READ.lock().unwrap().entry(name.to_owned()).or_default());
    Arc::clone(slot.get_or_init(|| Arc::new(read(name))))
}

fn read(name: &str) -> Recording {
    let mut cases = BTreeMap::new();
    for (table, answers) in [("cases", "answers"), ("random/cases", "random")] {
        let (table, answers) =
            (load(&format!("{table}.json.gz")), load(&format!("{answers}/{name}.json.gz")));
        for case in table["cases"].as_array().unwrap() {
            let id = case["id"].as_str().unwrap();
            cases.insert(id.to_owned(), runs(case, &table["values"], &answers["answers"][id]));
        }
    }
    for entry in load(&format!("sequences/{name}.json.gz"))["sequences"].as_array().unwrap() {
        let id = entry["case"]["id"].as_str().unwrap();
        cases.insert(id.to_owned(), runs(&entry["case"], &Value::Null, &entry["answer"]));
    }
    Recording::of(name, cases)
}

fn runs(case: &Value, values: &Value, answer: &Value) -> Vec<Run> {
    if answer.is_null() || answer.get("skipped").is_some() {
        return Vec::new();
    }
    let documents = documents(case, values);
    let case = Arc::new(case.clone());
    let run = |documents, answer: &Value| Run {
        case: Arc::clone(&case),
        documents,
        answer: answer.clone(),
        own: OnceLock::new(),
    };
    match answer["fresh"].as_array() {
        Some(answers) => {
            documents.into_iter().zip(answers).map(|(one, answer)| run(vec![one], answer)).collect()
        }
        None => vec![run(documents, answer)],
    }
}

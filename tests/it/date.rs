//! Dates against the answers of real engines (`fixtures/dates/recorded.jsonl`).
//!
//! The first line names the engines, one letter each; every other line is one question: does date detection take this string
//! (`detect`), what does a date field with this format make of it (`field`), is this format taken at all (`format`).
//! Answers: milliseconds since 1970, `accepted` where the engine prints no full date, or the chain of exceptions, where
//! `{t}` stands for the string and `{f}` for the format.

use std::collections::BTreeMap;
use std::fs;

use mapdrift::engine::date::{DEFAULT_FORMAT, DateFailure, DateFormat, detection_formats};
use mapdrift::engine::number::kind_of;
use mapdrift::model::engine::Engine;
use serde_json::{Value, json};

const RECORDED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/dates/recorded.jsonl");

#[test]
fn every_recorded_engine_agrees_on_detection() {
    check("detect", 7_000, |engine, question| {
        let text = question["text"].as_str().unwrap();
        if kind_of(text).is_some() {
            return json!("text");
        }
        for (format, answer) in detection_formats(engine).unwrap().iter().zip(["first", "slash"]) {
            if format.format.detects(text) {
                let field =
                    DateFormat::compile(format.printed.unwrap_or(DEFAULT_FORMAT), engine).unwrap();
                return if field.parse(text).is_ok() { json!(answer) } else { json!("rejected") };
            }
        }
        json!("text")
    });
}

#[test]
fn every_recorded_engine_agrees_on_field_values_and_errors() {
    check("field", 10_000, |engine, question| {
        let (format, text) =
            (question["format"].as_str().unwrap(), question["text"].as_str().unwrap());
        let compiled = DateFormat::compile(format, engine)
            .unwrap_or_else(|why| panic!("{format} on {engine}: {why:?}"));
        match compiled.parse(text) {
            Ok(moment) => json!(moment.millis),
            Err(failure) => chain(&failure, text, format),
        }
    });
}

#[test]
fn a_format_that_an_engine_refuses_is_refused_in_its_words() {
    check("format", 1, |engine, question| {
        let format = question["format"].as_str().unwrap();
        match DateFormat::compile(format, engine) {
            Ok(_) => json!("accepted"),
            Err(failure) => chain(&failure, "", format),
        }
    });
}

/// Asks every recorded question of one kind and compares all answers; there must be at least `least` of them.
fn check(kind: &str, least: usize, ask: impl Fn(Engine, &Value) -> Value) {
    let recorded = fs::read_to_string(RECORDED).unwrap();
    let mut lines = recorded.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let engines: BTreeMap<String, Engine> = lines
        .next()
        .unwrap()
        .as_object()
        .unwrap()
        .iter()
        .map(|(letter, name)| (letter.clone(), Engine::parse(name.as_str().unwrap()).unwrap()))
        .collect();
    let mut asked = 0;
    let mut wrong = Vec::new();
    for question in lines.filter(|line| line["kind"] == kind) {
        for (letters, recorded) in question["answers"].as_object().unwrap() {
            for letter in letters.chars() {
                let engine = engines[&letter.to_string()];
                let answer = ask(engine, &question);
                asked += 1;
                // Where the engine printed no full date, that it took the string is all that is known.
                let same = &answer == recorded || (recorded == "accepted" && answer.is_number());
                if !same {
                    wrong.push(format!(
                        "{engine} {} {}\n  recorded {recorded}\n  answered {answer}",
                        question["format"], question["text"]
                    ));
                }
            }
        }
    }
    assert!(asked >= least, "only {asked} questions of kind {kind}");
    assert!(
        wrong.is_empty(),
        "{} of {asked} differ:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(30)].join("\n")
    );
}

fn chain(failure: &DateFailure, text: &str, format: &str) -> Value {
    let fill = |reason: &str| {
        let mut reason = reason.to_owned();
        if !text.is_empty() {
            for (open, close) in [('[', ']'), ('"', '"'), ('\'', '\'')] {
                reason =
                    reason.replace(&format!("{open}{text}{close}"), &format!("{open}{{t}}{close}"));
            }
        }
        // Java prints these fields in the order of a hash map, which changes from run to run.
        if let (Some(from), Some(to)) = (reason.find("{InstantSeconds="), reason.find("},ISO")) {
            reason.replace_range(from..=to, "{..}");
        }
        reason.replace(&format!("with format [{format}]"), "with format [{f}]")
    };
    failure
        .causes
        .iter()
        .map(|cause| json!([cause.error_type, cause.reason.as_deref().map(fill)]))
        .collect()
}

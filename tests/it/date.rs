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

#[test]
fn joda_reads_what_it_should_not() {
    let engine = Engine::parse("es:6.5.4").unwrap();
    for (format, text, expected) in [
        ("strict_year", "+007", "-61946294400000"),
        ("strict_date", "2019-+4-30", "1556582400000"),
        ("strict_date_hour", "2019-04-30T+7", "1556607600000"),
        ("date_optional_time", "2019-04-30t07.5z", "1556609400000"),
        ("epoch_millis", "1e400", "0"),
        ("epoch_millis", "9223372036854775808", "-9223372036854775808"),
        ("yy-MM", "--05", "-62062156800000"),
        (
            "yyyy-MM-dd HH:mm z",
            "2019-03-10 02:30 EST",
            "illegal_instant_exception: Cannot parse \"2019-03-10 02:30 EST\": Illegal instant due to time zone offset transition (America/New_York)",
        ),
        (
            "strict_date",
            "2019-02-29",
            "illegal_field_value_exception: Cannot parse \"2019-02-29\": Value 29 for dayOfMonth must be in the range [1,28]",
        ),
        ("yyyy", "x😀", "illegal_argument_exception: Invalid format: \"x😀\""),
    ] {
        assert_eq!(read(format, text, engine), expected, "{format} {text}");
    }
}

#[test]
fn java_time_reads_what_was_said_and_fills_in_the_rest() {
    for (engine, format, text, expected) in [
        ("es:7.10.2", "strict_date_optional_time", "2019T07", "25200000"),
        (
            "es:7.10.2",
            "yyyy-MM-dd",
            "2019-02-31",
            "date_time_exception: Invalid date 'FEBRUARY 31'",
        ),
        ("es:7.10.2", "strict_date", "2019-02-31", "1551571200000"),
        ("es:7.10.2", "strict_hour_minute", "24:00", "0"),
        ("es:7.10.2", "uuuu-MM-dd HH:mm VV", "2019-03-31 02:30 Europe/Paris", "1553995800000"),
        ("es:7.10.2", "uuuu-MM-dd HH:mm VV", "2019-10-27 02:30 Europe/Paris", "1572136200000"),
        ("es:7.10.2", "epoch_second", "-5.5", "-4500"),
        ("es:8.19.21", "epoch_second", "-5.5", "-5500"),
        ("os:3.8.0", "epoch_millis", "201.9.", "201"),
        ("os:2.19.6", "epoch_second", "-5.5", "-4500"),
        (
            "es:7.10.2",
            "epoch_millis",
            "-5",
            "illegal_argument_exception: failed to parse date field [-5] with format [epoch_millis]",
        ),
        ("es:7.10.2", "weekyear_week_day", "2033-W53-4", "2019427200000"),
        ("es:7.10.2", "dateOptionalTime", "2019-04-30", "1556582400000"),
        ("es:9.5.3", "strict_date_time", "2019-04-30T07:30:00Z", "1556609400000"),
        ("es:9.5.3", "strict_date_optional_time", "2019-04-30T07:30:00UTC+2", "1556602200000"),
        (
            "es:9.5.3",
            "strict_date_optional_time",
            "2019T",
            "illegal_argument_exception: failed to parse date field [2019T] with format [strict_date_optional_time]",
        ),
        ("es:9.5.3", "YYYY-MM-dd", "2019-04-30", "1546128000000"),
    ] {
        let engine = Engine::parse(engine).unwrap();
        assert_eq!(read(format, text, engine), expected, "{format} {text} on {engine}");
    }
}

#[test]
fn a_format_that_is_not_known_says_so() {
    for (engine, format) in [
        ("es:6.5.4", "zzzz"),
        ("es:6.5.4", "CC"),
        ("es:7.10.2", "uuuu-MM-dd z"),
        ("es:7.10.2", "QQQQ uuuu"),
        ("os:2.19.6", "rfc3339_lenient"),
    ] {
        let failure = DateFormat::compile(format, Engine::parse(engine).unwrap()).unwrap_err();
        assert!(failure.unknown.is_some() && failure.causes.is_empty(), "{format}: {failure:?}");
    }
}

#[test]
fn finer_digits_than_milliseconds_are_reported() {
    let format = DateFormat::compile(DEFAULT_FORMAT, Engine::parse("os:3.8.0").unwrap()).unwrap();
    let moment = format.parse("1969-12-31T23:59:59.123456789Z").unwrap();
    assert_eq!((moment.millis, moment.nanos_of_milli), (-877, 456_789));
}

/// Milliseconds, or the outermost exception.
fn read(format: &str, text: &str, engine: Engine) -> String {
    match DateFormat::compile(format, engine).unwrap().parse(text) {
        Ok(moment) => moment.millis.to_string(),
        Err(failure) => {
            let cause = &failure.causes[0];
            format!("{}: {}", cause.error_type, cause.reason.as_deref().unwrap_or("null"))
        }
    }
}

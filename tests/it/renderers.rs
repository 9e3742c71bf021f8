//! Formats: a rich, an empty and a nasty report through every one of them. Snapshots stand in `fixtures/report`.

use std::collections::BTreeMap;

use mapdrift::model::counts::{Counts, Coverage};
use mapdrift::model::engine::Engine;
use mapdrift::model::evidence::FailureObject;
use mapdrift::model::family::Family;
use mapdrift::model::finding::{Confidence, Finding, Level, Place};
use mapdrift::model::object::{Object, Sighting, TimeSource};
use mapdrift::model::path::FieldPath;
use mapdrift::model::problem::{Problem, ProblemKind};
use mapdrift::model::report::{Inputs, Report, ReportedField};
use mapdrift::model::timeline::{Addition, Decision, Origin};
use mapdrift::report;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// Every format of `report`, as its snapshot in `fixtures/report` has it.
fn check(name: &str, report: &Report) {
    for (format, bytes) in formats(report) {
        let shown = String::from_utf8(bytes).unwrap();
        let mut settings = insta::Settings::new();
        settings.set_snapshot_path("../../fixtures/report");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(format!("{name}.{format}"), shown));
    }
}

/// Text without its colours, as a pipe shows it.
fn formats(report: &Report) -> [(&'static str, Vec<u8>); 3] {
    let (mut text, mut concise, mut json) = (Vec::new(), Vec::new(), Vec::new());
    report::text::text(report, &mut anstream::StripStream::new(&mut text)).unwrap();
    report::concise::concise(report, &mut concise).unwrap();
    report::json::json(report, &mut json).unwrap();
    [("text", text), ("concise", concise), ("json", json)]
}

#[test]
fn a_rich_report_says_what_who_when_and_what_to_do() {
    check("rich", &rich());
}

#[test]
fn an_empty_report_says_that_nothing_was_found() {
    check("empty", &empty());
}

#[test]
fn nasty_names_stay_on_their_line() {
    check("nasty", &nasty());
}

#[test]
fn no_format_lets_a_name_command_the_terminal() {
    for (format, bytes) in formats(&nasty()) {
        let shown = String::from_utf8(bytes).unwrap();
        let is_command = |c: &char| c.is_control() && *c != '\n';
        assert_eq!(shown.chars().find(is_command), None, "{format}");
        let lines = shown.lines().filter(|line| line.starts_with("error[forged]"));
        assert_eq!(lines.count(), 0, "{format}");
    }
}

proptest! {
    #![proptest_config(seeded())]

    #[test]
    fn no_name_breaks_a_line_or_commands_the_terminal(name in "\\PC{0,4}[\\x00-\\x1f\\x7f-\\u{9f}\\u{2028}-\\u{202e}]{1,4}\\PC{0,4}") {
        let lines = |report: &Report| formats(report).map(|(_, bytes)| bytes.split(|byte| *byte == b'\n').count());
        let mut report = rich();
        let plain = lines(&report);
        for finding in &mut report.findings {
            finding.message = name.clone();
        }
        prop_assert_eq!(lines(&report), plain);
        for (_, bytes) in formats(&report) {
            let shown = String::from_utf8(bytes).unwrap();
            prop_assert!(!shown.chars().any(|c| c.is_control() && c != '\n'));
            let turns = shown.contains(['\u{202e}', '\u{2028}']);
            prop_assert!(!turns);
        }
    }
}

#[test]
fn what_text_leaves_out_is_said() {
    let mut report = rich();
    let found = rejected();
    report.findings =
        (0..40).map(|i| Finding { tokens: vec![i.to_string()], ..found.clone() }).collect();
    let text = String::from_utf8(formats(&report)[0].1.clone()).unwrap();
    assert_eq!(text.matches("error[value-rejected-by-type]").count(), 13);
    assert!(text.contains("28 more findings, left out here"), "{text}");
    assert!(text.contains("40 errors"), "{text}");
}

#[test]
fn severity_is_a_word_and_a_colour() {
    let mut coloured = Vec::new();
    report::text::text(&rich(), &mut coloured).unwrap();
    let coloured = String::from_utf8(coloured).unwrap();
    assert!(coloured.contains("\u{1b}[1m\u{1b}[31merror[value-rejected-by-type]\u{1b}[0m"));
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    assert_eq!(formats(&rich()), formats(&rich()));
}

#[test]
fn json_holds_every_finding_with_its_own_fingerprint() {
    let (mut json, report) = (Vec::new(), rich());
    report::json::json(&report, &mut json).unwrap();
    let document: serde_json::Value = serde_json::from_slice(&json).unwrap();
    let findings = document["findings"].as_array().unwrap();
    let prints: std::collections::BTreeSet<_> =
        findings.iter().map(|f| f["fingerprint"].as_str()).collect();
    assert_eq!((findings.len(), prints.len()), (report.findings.len(), report.findings.len()));
}

fn seeded() -> ProptestConfig {
    ProptestConfig {
        cases: 64,
        rng_seed: RngSeed::Fixed(1),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

const INDEX: &str = "interest_service_click2";

fn rich() -> Report {
    let strings = ["user_id", "app_version", "device_id", "event"];
    let mut findings = vec![rejected(), mixed(), empty_field(), damaged(), unread(), mismatch()];
    findings.extend(strings.map(|name| added(name, "text", "default for strings", 1)));
    findings.push(added("interest_id", "long", "default for integers", 1));
    findings.push(added("late", "float", "default for decimals", 7));
    findings.sort_by_key(|found| (std::cmp::Reverse(found.level), found.rule, found.field.clone()));
    Report {
        complete: false,
        inputs: inputs(),
        doubts: BTreeMap::from([(
            INDEX.to_owned(),
            vec!["the index is older than the backup".to_owned()],
        )]),
        counts: Counts {
            objects: 2,
            records: 1_166,
            bytes: 332_104,
            documents: Some(1_141),
            documents_by_index: BTreeMap::from([(INDEX.to_owned(), 1_141)]),
            rejected: Some(20),
            failed_deliveries: 20,
            in_flight: 4,
            coverage: Coverage::Partial(vec!["not all of the backup was read".to_owned()]),
        },
        objects: vec![object("06-26-00"), object("06-33-00")],
        families: vec![
            family("family 1", 500, &["change", "price"], 0),
            family("family 2", 666, &strings, 1),
        ],
        failures: vec![FailureObject {
            key: "elasticsearch-failed/2019/04/30/06/x".to_owned(),
            folder: "elasticsearch-failed".to_owned(),
            wrappers: Some(20),
        }],
        fields: BTreeMap::from([(INDEX.to_owned(), fields(&strings))]),
        findings,
        problems: vec![
            problem(ProblemKind::RecordCut, Some(1_480), "the last record ends early"),
            problem(ProblemKind::GetFailed, None, "the store answered 503 three times"),
        ],
        problems_not_kept: 2,
        rules_not_run: BTreeMap::from([(
            "field-missing-from-live",
            "no live mapping is known".to_owned(),
        )]),
    }
}

fn inputs() -> Inputs {
    Inputs {
        requested: Some(INDEX.to_owned()),
        engines: vec![Engine::parse("es:6.5.4").unwrap()],
        type_name: Some("isc".to_owned()),
        backup: vec!["fixtures/experiment".to_owned()],
        captured_at: "2019-04-30T06:45:00Z".parse().ok(),
        in_flight_seconds: 300,
        remarks: vec!["the templates could not be read: 403".to_owned()],
    }
}

fn fields(strings: &[&str]) -> BTreeMap<FieldPath, ReportedField> {
    let addition = |record, decision| Addition {
        sighting: at(1, record),
        decision,
        shape: None,
        family: None,
        raced: false,
    };
    let text = |name: &&str| {
        let origin = Origin::Added(addition(1, Decision::Default("strings")));
        (FieldPath::parse(name), field("text", Some("keyword"), Some(origin)))
    };
    let mut all: BTreeMap<_, _> = strings.iter().map(text).collect();
    let long = Origin::Added(addition(1, Decision::Default("integers")));
    let late = Origin::Added(addition(7, Decision::Default("decimals")));
    let birth = Origin::Birth(Addition {
        sighting: at(0, 1),
        decision: Decision::Default("decimals"),
        shape: None,
        family: None,
        raced: true,
    });
    all.insert(FieldPath::parse("interest_id"), field("long", None, Some(long)));
    all.insert(FieldPath::parse("late"), field("float", None, Some(late)));
    all.insert(FieldPath::parse("price"), field("float", None, Some(birth)));
    all.insert(FieldPath::parse("declared"), field("ip", None, Some(Origin::Declared)));
    all.insert(FieldPath::parse("by_hand"), field("keyword", None, None));
    all
}

fn field(field_type: &str, multi: Option<&str>, origin: Option<Origin>) -> ReportedField {
    let multi_fields =
        multi.map(|multi| ("keyword".into(), multi.to_owned())).into_iter().collect();
    ReportedField { field_type: field_type.to_owned(), multi_fields, origin, present: 666 }
}

fn added(name: &str, field_type: &str, decision: &str, record: u64) -> Finding {
    Finding {
        index: Some(INDEX.to_owned()),
        field: Some(FieldPath::parse(name)),
        group: Some("fields came with the records of family 2".to_owned()),
        count: Some(666),
        of: Some(1_166),
        first: Some(at(1, record)),
        last: Some(at(1, 666)),
        families: vec!["family 2".to_owned()],
        engine: Some(decision.to_owned()),
        witness: Some(
            format!(r#"{{"user_id":"Aster-Kotlin","{name}":"{}"#, "x".repeat(120)).into(),
        ),
        help: vec!["declare it".to_owned()],
        tokens: vec![field_type.to_owned()],
        ..Finding::new(
            "field-added-dynamically",
            Level::Warning,
            format!("`{name}` was added as {field_type}"),
        )
    }
}

fn rejected() -> Finding {
    Finding {
        index: Some(INDEX.to_owned()),
        field: Some(FieldPath::parse("price")),
        count: Some(20),
        of: Some(1_166),
        first: Some(at(0, 17)),
        last: Some(at(0, 230)),
        families: vec!["family 1".to_owned()],
        engine: Some(
            "mapper_parsing_exception: failed to parse field [price] of type [float]".to_owned(),
        ),
        witness: Some(br#"{"price":"N/A"}"#.to_vec()),
        help: vec!["correct the value at its producer".to_owned()],
        ..Finding::new(
            "value-rejected-by-type",
            Level::Error,
            "20 records are refused: a value does not fit `price`".into(),
        )
    }
}

fn mixed() -> Finding {
    Finding {
        index: Some(INDEX.to_owned()),
        count: Some(1_166),
        families: vec!["family 1".to_owned(), "family 2".to_owned()],
        notes: vec!["family 2 begins with record 1".to_owned()],
        ..Finding::new(
            "stream-mixed",
            Level::Warning,
            format!("2 families of records share {INDEX}"),
        )
    }
}

fn empty_field() -> Finding {
    Finding {
        index: Some(INDEX.to_owned()),
        field: Some(FieldPath::parse("interest_service_id")),
        confidence: Confidence::Likely,
        group: Some("fields hold nothing but null in family 2".to_owned()),
        count: Some(666),
        of: Some(1_166),
        first: Some(at(1, 1)),
        ..Finding::new(
            "nothing-to-map",
            Level::Note,
            "`interest_service_id` is null in the 666 records that hold it".into(),
        )
    }
}

fn damaged() -> Finding {
    Finding {
        place: Some(Place {
            object: key("06-26-00"),
            byte_offset: Some(1_480),
            byte_length: Some(12),
        }),
        notes: vec!["the last record ends early".to_owned()],
        ..Finding::new("object-damaged", Level::Error, "a record is cut".to_owned())
    }
}

fn unread() -> Finding {
    Finding::new("scan-incomplete", Level::Error, "1 object could not be fetched".to_owned())
}

fn mismatch() -> Finding {
    Finding {
        index: Some(INDEX.to_owned()),
        confidence: Confidence::Possible,
        count: Some(1),
        ..Finding::new(
            "count-mismatch",
            Level::Error,
            "the index has 1,141 documents, 1,142 were expected: 1 missing".into(),
        )
    }
}

fn empty() -> Report {
    Report {
        complete: true,
        inputs: Inputs::default(),
        doubts: BTreeMap::new(),
        counts: Counts::default(),
        objects: Vec::new(),
        families: Vec::new(),
        failures: Vec::new(),
        fields: BTreeMap::new(),
        findings: Vec::new(),
        problems: Vec::new(),
        problems_not_kept: 0,
        rules_not_run: BTreeMap::new(),
    }
}

/// What an attacker, or a careless producer, puts into names, keys and values.
const NASTY: &str = "a\u{1b}[2J\nerror[forged]: \u{202e}::warning|b|</script>,=1+1\u{9b}\t\u{feff}";

fn nasty() -> Report {
    let name = FieldPath(vec![NASTY.into(), b"\xff\xed\xa0\x80.".as_slice().into()]);
    let mut finding = added("x", NASTY, NASTY, 1);
    finding.field = Some(name.clone());
    finding.index = Some(NASTY.to_owned());
    finding.message = format!("`{name}`: {NASTY}");
    finding.group = Some(NASTY.to_owned());
    finding.witness = Some([NASTY.as_bytes(), b"\xff\xfe"].concat());
    (finding.notes, finding.help) = (vec![NASTY.to_owned()], vec![NASTY.to_owned()]);
    let mut other = finding.clone();
    other.field = Some(FieldPath::parse("y"));
    let mut inputs = inputs();
    (inputs.type_name, inputs.remarks) = (Some(NASTY.to_owned()), vec![NASTY.to_owned()]);
    inputs.backup = vec![NASTY.to_owned()];
    let mut objects = vec![object("06-26-00"), object("06-33-00")];
    for object in &mut objects {
        NASTY.clone_into(&mut object.key);
    }
    let problem = Problem {
        object: NASTY.to_owned(),
        message: NASTY.to_owned(),
        ..problem(ProblemKind::Garbage, None, "")
    };
    Report {
        inputs,
        doubts: BTreeMap::from([(NASTY.to_owned(), vec![NASTY.to_owned()])]),
        objects,
        families: vec![Family {
            paths: vec![name.clone().into()],
            ..family("family 1", 1, &[], 0)
        }],
        fields: BTreeMap::from([(
            NASTY.to_owned(),
            BTreeMap::from([(name, field(NASTY, Some(NASTY), None))]),
        )]),
        findings: vec![
            finding,
            other,
            Finding { field: None, families: vec!["family 1".into(), NASTY.into()], ..mixed() },
        ],
        problems: vec![problem],
        rules_not_run: BTreeMap::from([("count-mismatch", NASTY.to_owned())]),
        ..empty()
    }
}

fn family(name: &str, records: u64, paths: &[&str], object: u32) -> Family {
    let mut paths: Vec<_> = paths.iter().map(|path| FieldPath::parse(path).into()).collect();
    paths.sort();
    Family {
        name: name.to_owned(),
        shapes: [].into(),
        records,
        exclusive: paths.clone(),
        paths,
        first: at(object, 1),
        last: at(object, records),
    }
}

fn problem(kind: ProblemKind, byte_offset: Option<u64>, message: &str) -> Problem {
    Problem {
        object: key("06-26-00"),
        byte_offset,
        byte_length: byte_offset.map(|_| 12),
        kind,
        message: message.to_owned(),
    }
}

fn object(time: &str) -> Object {
    Object {
        key: key(time),
        size: Some(166_052),
        time: format!("2019-04-30T{}Z", time.replace('-', ":")).parse().ok(),
        time_source: TimeSource::Key,
    }
}

fn key(time: &str) -> String {
    format!("2019/04/30/06/test-1-2019-04-30-{time}-9c948a08-f91a-4ba2-922d-408623ea0ddf")
}

fn at(object: u32, record: u64) -> Sighting {
    Sighting { object, record, byte_offset: (record - 1) * 500, byte_length: 500 }
}

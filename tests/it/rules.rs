//! Rules: the registry is whole, and every example on every page says what the rules really find.
//!
//! A page's examples are blocks: `records [KEY]` (one object of the backup, a minute younger than the one before), `declared` (the body of a template's mapping),
//! `live` (the body of the index's mapping), `next` (the body of the mapping in a template to come), `index` (facts about the index and the run, one a line), `expect` (all findings,
//! one a line, and why the page's rule did not run). `UPDATE=1 cargo test` rewrites the `expect` blocks.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use mapdrift::firehose::{self, failure};
use mapdrift::model::capture::{Capture, CapturedIndex};
use mapdrift::model::engine::Engine;
use mapdrift::model::evidence::FailureObject;
use mapdrift::model::finding::{Confidence, Finding};
use mapdrift::model::limits::Limits;
use mapdrift::model::object::Found;
use mapdrift::model::problem::{Problem, ProblemKind};
use mapdrift::model::report::{Inputs, Report};
use mapdrift::record::Hint;
use mapdrift::report;
use mapdrift::rules::{self, RULES, Rule};
use mapdrift::run::analysis::{Analysis, Bytes, Given, NextOf, Options, WhatIf};
use serde_json::{Value, json};

#[test]
fn pages_say_what_the_rules_find() {
    let mut wrong = Vec::new();
    for rule in RULES {
        let page = page_of(rule);
        let text = fs::read_to_string(&page).unwrap();
        let fresh = rewritten(&text, rule.id);
        if fresh == text {
            continue;
        }
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&page, fresh).unwrap();
        } else {
            wrong.push(format!("{}:\n{}", page.display(), difference(&text, &fresh)));
        }
    }
    assert!(wrong.is_empty(), "UPDATE=1 rewrites these pages:\n{}", wrong.join("\n"));
}

#[test]
fn every_page_fires_and_stays_silent() {
    for rule in RULES {
        let mark = format!("[{}]", rule.id);
        let (fires, silent) = rule.page.split_once("\n## Not reported\n").expect(rule.id);
        assert!(
            expectations(fires).iter().any(|expected| expected.contains(&mark)),
            "{} never fires",
            rule.id
        );
        let quiet = expectations(silent);
        assert!(!quiet.is_empty(), "{} has no example of what it does not report", rule.id);
        assert!(
            !quiet.iter().any(|expected| expected.contains(&mark)),
            "{} is not silent",
            rule.id
        );
    }
}

#[test]
fn every_page_has_the_same_parts() {
    for rule in RULES {
        let headings: Vec<&str> = rule.page.lines().filter(|line| line.starts_with('#')).collect();
        let expected = [
            "## What it says",
            "## Why it matters",
            "## Example",
            "## Not reported",
            "## How to fix",
        ];
        assert_eq!(headings[0], format!("# {}", rule.id));
        assert_eq!(&headings[1..], expected, "{}", rule.id);
    }
}

#[test]
fn every_rule_file_is_listed_and_has_its_page() {
    let folder = root().join("src/rules");
    let files: BTreeSet<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let listed: BTreeSet<String> = RULES
        .iter()
        .map(|rule| rule.id.replace('-', "_"))
        .flat_map(|stem| [format!("{stem}.rs"), format!("{stem}.md")])
        .collect();
    assert_eq!(files, listed);
}

#[test]
fn the_registry_is_sorted_and_every_rule_says_what_it_is() {
    let ids: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
    assert!(ids.is_sorted_by(|a, b| a < b), "{ids:?}");
    for rule in RULES {
        assert!(
            rule.id.bytes().all(|byte| byte == b'-' || byte.is_ascii_lowercase()),
            "{}",
            rule.id
        );
        assert!(!rule.summary.is_empty() && !rule.summary.ends_with('.'), "{}", rule.id);
        assert_eq!(rules::find(rule.id).map(|found| found.id), Some(rule.id));
    }
    assert!(rules::find("no-such-rule").is_none());
}

#[test]
fn nothing_is_certain_where_two_engines_fit() {
    let mut example = refused_price();
    example.facts.push(("engine".to_owned(), "es:6.5.4 or es:6.5.3".to_owned()));
    let found = analysed(&example).findings;
    assert!(!found.is_empty());
    assert!(found.iter().all(|finding| finding.confidence < Confidence::Certain), "{found:?}");
}

#[test]
fn without_an_engine_nothing_is_replayed_and_that_is_said() {
    let mut analysis = Analysis::new(None, Vec::new(), Options::default()).unwrap();
    analysis.problem(archived("a"));
    let report = analysis.judge().report();
    let silent: Vec<&str> = report.rules_not_run.keys().copied().collect();
    for rule in
        ["count-mismatch", "field-added-dynamically", "nothing-to-map", "value-rejected-by-type"]
    {
        assert!(silent.contains(&rule), "{rule} is silent without a word");
    }
    assert_eq!(
        report.findings.iter().map(|found| found.rule).collect::<Vec<_>>(),
        ["scan-incomplete"]
    );
}

#[test]
fn a_finding_keeps_its_fingerprint_while_records_come_and_go() {
    let prints = |example: &Example| -> BTreeSet<String> {
        analysed(example).findings.iter().map(Finding::fingerprint).collect()
    };
    let (few, mut many) = (refused_price(), refused_price());
    many.objects[0].1.extend(br#"{"price":"unknown"}{"price":7}"#);
    assert_eq!(prints(&few), prints(&many));
}

fn refused_price() -> Example {
    let records = br#"{"price":1.5}{"price":"N/A"}"#.to_vec();
    Example {
        objects: vec![("records".to_owned(), records)],
        live: Some(json!({"properties": {"price": {"type": "float"}}})),
        ..Example::default()
    }
}

/// One example: everything up to an `expect` block.
#[derive(Default)]
struct Example {
    objects: Vec<(String, Vec<u8>)>,
    declared: Option<Value>,
    live: Option<Value>,
    next: Option<Value>,
    facts: Vec<(String, String)>,
}

/// The page with every `expect` block as it should be.
fn rewritten(page: &str, rule: &str) -> String {
    let mut fresh = String::new();
    let mut example = Example::default();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        push_line(&mut fresh, line);
        let Some(info) = line.strip_prefix("```") else { continue };
        let body: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        if info == "expect" {
            fresh += &expected(&std::mem::take(&mut example), rule);
        } else {
            for line in &body {
                push_line(&mut fresh, line);
            }
            example.block(info, &body.join("\n"));
        }
        push_line(&mut fresh, "```");
    }
    fresh
}

fn push_line(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

impl Example {
    fn block(&mut self, info: &str, body: &str) {
        let (kind, name) = info.split_once(' ').unwrap_or((info, "backup"));
        match kind {
            "records" => self.objects.push((name.to_owned(), body.as_bytes().to_vec())),
            "declared" => self.declared = Some(serde_json::from_str(body).expect(body)),
            "next" => self.next = Some(serde_json::from_str(body).expect(body)),
            "live" => self.live = Some(serde_json::from_str(body).expect(body)),
            "index" => self.facts.extend(body.lines().map(|line| {
                let (name, value) = line.split_once(' ').expect(line);
                (name.to_owned(), value.to_owned())
            })),
            other => panic!("a page has a block of an unknown kind: {other}"),
        }
    }

    fn fact(&self, name: &str) -> Option<&str> {
        self.facts.iter().find(|(fact, _)| fact == name).map(|(_, value)| value.as_str())
    }

    /// The index settings, as the engine prints them: `setting NAME VALUE` sets one.
    fn settings(&self) -> Value {
        let mut index = json!({"number_of_shards": self.fact("shards").unwrap_or("1")});
        let named = self.facts.iter().filter(|(fact, _)| fact == "setting");
        for (name, value) in named.filter_map(|(_, setting)| setting.split_once(' ')) {
            let mut place = &mut index;
            for part in name.split('.') {
                place = &mut place[part];
            }
            *place = json!(value);
        }
        json!({ "index": index })
    }

    fn name(&self) -> &str {
        self.fact("name").unwrap_or("clicks")
    }

    fn engines(&self) -> Vec<Engine> {
        let names = self.fact("engine").unwrap_or("es:6.5.4").split(" or ");
        names.map(|name| Engine::parse(name).expect(name)).collect()
    }

    fn capture(&self) -> Option<Capture> {
        let body = |mapping: &Value| json!({ "_doc": mapping });
        let index = CapturedIndex {
            mappings: body(self.live.as_ref()?),
            settings: self.settings(),
            aliases: json!({}),
            documents: self.fact("documents").map(|number| number.parse().unwrap()),
            operations: self.fact("operations").map(|number| number.parse().unwrap()),
            created_at: Some(
                self.fact("created").unwrap_or("2019-04-30T06:26:30Z").parse().unwrap(),
            ),
        };
        let template =
            |mapping| json!({"index_patterns": ["*"], "order": 0, "mappings": body(mapping)});
        let declared =
            self.declared.iter().map(|mapping| ("declared".to_owned(), template(mapping)));
        Some(Capture {
            captured_at: "2019-04-30T07:00:00Z".parse().unwrap(),
            requested: self.name().to_owned(),
            engines: self.engines(),
            indices: [(self.name().to_owned(), index)].into(),
            legacy_templates: declared.collect(),
            index_templates: [].into(),
            component_templates: [].into(),
            data_streams: [].into(),
            unanswered: Vec::new(),
        })
    }

    fn options(&self) -> Options {
        let limit =
            |name, default| self.fact(name).map_or(default, |number| number.parse().unwrap());
        let inflated_bytes = limit("inflated_bytes", Limits::default().inflated_bytes);
        let limits = Limits { inflated_bytes, ..Limits::default() };
        let inputs =
            Inputs { engines: self.engines(), in_flight_seconds: 300, ..Inputs::default() };
        let engine = self.live.is_none().then(|| self.engines()[0]);
        Options { engine, limits, in_flight_seconds: 300, inputs, what_if: self.what_if() }
    }

    fn what_if(&self) -> Option<WhatIf> {
        let named = self.fact("next_engine").map(|name| Engine::parse(name).unwrap());
        let body = |mapping: &Value| json!({"index_patterns": ["*"], "mappings": mapping});
        let templates = self
            .next
            .as_ref()
            .map(|next| ("template next".to_owned(), Given::one("next", body(next))));
        let engine = named.unwrap_or(self.engines()[0]);
        (named.is_some() || templates.is_some()).then_some(WhatIf { engine, templates })
    }
}

/// The whole way from bytes to findings, as `check` goes it, without the world.
fn analysed(example: &Example) -> Report {
    assert!(example.declared.is_none() || example.live.is_some(), "a template needs an index");
    let start: Timestamp = "2019-04-30T06:26:00Z".parse().unwrap();
    let minutes = |argument| i64::try_from(argument).unwrap();
    let found = |(argument, (key, bytes)): (usize, &(String, Vec<u8>))| Found {
        key: key.clone(),
        size: Some(bytes.len() as u64),
        modified: start.checked_add(SignedDuration::from_mins(minutes(argument))).ok(),
        argument,
    };
    let found: Vec<Found> = example.objects.iter().enumerate().map(found).collect();
    let deliveries = firehose::deliveries(found.len(), &|at| found[at].clone(), None);
    let objects = deliveries.sources.iter();
    let objects = objects.map(|source| firehose::dated(&found[*source as usize], None)).collect();
    let mut analysis = Analysis::new(example.capture(), objects, example.options()).unwrap();
    for (rank, source) in (0..).zip(&deliveries.sources) {
        let mut body = example.objects[*source as usize].1.as_slice();
        let again = |rank: u32, read: &mut dyn FnMut(&Hint, &mut dyn std::io::Read)| {
            let source = deliveries.sources[rank as usize] as usize;
            read(&Hint::default(), &mut example.objects[source].1.as_slice());
        };
        let mut reader = analysis.reader(&again);
        let bytes = Bytes { hint: &Hint::default(), body: &mut body, is_read_once: false };
        reader.object(rank, bytes, &|| true);
        let part = reader.finish();
        analysis.add(part);
    }
    for failure in deliveries.failures.clone() {
        let key = failure.object.key;
        let is_folder = |part: &&str| failure::folder_kind(part).is_some();
        let folder = key.split('/').find(is_folder).unwrap().to_owned();
        let object = FailureObject { key, folder, wrappers: None };
        analysis.failure(
            object,
            &Hint::default(),
            &mut example.objects[failure.source as usize].1.as_slice(),
        );
    }
    if let Some(key) = example.fact("archived") {
        analysis.problem(archived(key));
    }
    let body = |rank: u32| {
        let source = deliveries.sources[rank as usize] as usize;
        example.objects[source].1.as_slice()
    };
    let mut judgement = analysis.judge();
    for rank in judgement.wanted() {
        judgement.hear(rank, &Hint::default(), &mut body(rank));
    }
    if let Some(rank) = judgement.newest(NextOf::Series) {
        judgement.rehearse(rank, &Hint::default(), &mut body(rank));
    }
    judgement.report()
}

fn archived(key: &str) -> Problem {
    Problem {
        object: key.to_owned(),
        byte_offset: None,
        byte_length: None,
        kind: ProblemKind::Archived,
        message: "the object is in storage class GLACIER".to_owned(),
    }
}

fn expected(example: &Example, rule: &str) -> String {
    let report = analysed(example);
    let mut lines = Vec::new();
    report::concise::concise(&report, &mut lines).unwrap();
    let mut lines = String::from_utf8(lines).unwrap();
    if let Some(reason) = report.rules_not_run.get(rule) {
        push_line(&mut lines, &format!("not run: {reason}"));
    }
    lines
}

/// The bodies of the `expect` blocks.
fn expectations(part: &str) -> Vec<&str> {
    part.split("```expect\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

fn difference(old: &str, new: &str) -> String {
    similar::TextDiff::from_lines(old, new).unified_diff().context_radius(1).to_string()
}

fn page_of(rule: &Rule) -> PathBuf {
    root().join(format!("src/rules/{}.md", rule.id.replace('-', "_")))
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

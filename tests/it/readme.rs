//! The README says what the program says: its report excerpt, its table of rules, its table of exit codes.
//! `UPDATE=1 cargo test` writes the table of rules anew.

use std::fmt::Write as _;
use std::fs;

use mapdrift::rules;

use crate::cli::mapdrift;

const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");

#[test]
fn the_excerpts_are_what_the_commands_print() {
    excerpt_of("check", 20);
    excerpt_of("scan", 8);
}

fn excerpt_of(command: &str, least: usize) {
    let output = mapdrift(&[command, "fixtures/experiment"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let mut rest = printed.lines();
    let readme = fs::read_to_string(README).unwrap();
    let start = format!("```text\n$ mapdrift {command} fixtures/experiment\n");
    let excerpt = between(&readme, &start, "```");
    assert!(excerpt.lines().count() > least);
    for line in excerpt.lines().filter(|line| line.trim() != "...") {
        assert!(
            rest.any(|found| found == line),
            "the README shows a line that `{command}` does not print here:\n{line}"
        );
    }
}

#[test]
fn the_table_of_rules_is_the_registry() {
    let readme = fs::read_to_string(README).unwrap();
    let (start, end) = ("<!-- rules -->\n", "<!-- end of rules -->");
    let shown = between(&readme, start, end);
    let mut table = "| rule | level | what it says |\n|---|---|---|\n".to_owned();
    for rule in rules::catalogue() {
        writeln!(table, "| `{}` | {} | {} |", rule.id, rule.level.name(), rule.summary).unwrap();
    }
    if std::env::var_os("UPDATE").is_some() {
        fs::write(
            README,
            readme.replace(&format!("{start}{shown}{end}"), &format!("{start}{table}{end}")),
        )
        .unwrap();
    } else {
        assert_eq!(shown, table, "UPDATE=1 cargo test writes the table anew");
    }
}

#[test]
fn commands_that_the_readme_shows_exist() {
    let readme = fs::read_to_string(README).unwrap();
    let commands =
        readme.lines().filter_map(|line| line.strip_prefix("mapdrift ")?.split(' ').next());
    let mut seen = 0;
    for command in commands {
        assert!(
            mapdrift(&[command, "--help"]).output().unwrap().status.success(),
            "there is no `mapdrift {command}`"
        );
        seen += 1;
    }
    assert!(seen >= 5);
}

fn between<'t>(text: &'t str, start: &str, end: &str) -> &'t str {
    let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("the README has no {start:?}"));
    rest.split_once(end).unwrap_or_else(|| panic!("nothing ends {start:?}")).0
}

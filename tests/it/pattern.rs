//! Wildcards and Java's regular expressions: what matches, what Java refuses, what the replica refuses to guess.

use mapdrift::engine::pattern::{JavaRegex, RegexFailure, simple_match};

#[test]
fn a_star_is_any_run_and_nothing_else_is_special() {
    for (pattern, text, expected) in [
        ("a*c", "abc", true),
        ("a*c", "ac", true),
        ("a*c", "abcd", false),
        ("*", "", true),
        ("**", "x", true),
        ("a**b", "ab", true),
        ("*ab*b", "aab", false),
        ("a?c", "abc", false),
        ("a.c", "abc", false),
        ("*.name", "a.b.name", true),
        ("", "", true),
        ("", "x", false),
        ("aa*aa", "aaa", false),
    ] {
        assert_eq!(simple_match(pattern, text), expected, "{pattern} on {text}");
    }
}

#[test]
fn a_regular_expression_must_match_the_whole_name() {
    check("is_.*", "is_new", "true");
    check("is_.*", "this_new", "false");
    check("long_.*|.*_long", "x_long", "true");
    check("a|ab", "ab", "true");
    check("(?i).*PRICE", "unit_price", "true");
}

#[test]
fn look_around_and_atomic_groups_are_run() {
    check("^(?!raw_).*$", "raw_x", "false");
    check("^(?!raw_).*$", "x", "true");
    check("(?>a+)ab", "aaab", "false");
    check("a++b", "aaab", "true");
    check(r"([a-z])\1", "aa", "true");
    check("a$b", "ab", "false");
}

#[test]
fn letters_classes_and_line_ends_are_those_of_java() {
    check(r"\d", "٣", "false");
    check(r"\w", "é", "false");
    check(r"\p{L}", "é", "true");
    check("a.b", "a\u{2028}b", "false");
    check("(?s)a.b", "a\nb", "true");
    check("[a-z&&[^b]]", "b", "false");
    check("[]a]", "]", "true");
    check(r"\Qa.b\E", "axb", "false");
    check(r"\R{2}", "\r\n", "false");
}

#[test]
fn what_java_refuses_is_refused() {
    for pattern in ["*a", "(a", "a)", "[a", "a{,3}", "{", r"\y", "(?<n>a)(?<n>b)", "[b-a]", r"\x6"]
    {
        check(pattern, "", "invalid");
    }
}

#[test]
fn what_cannot_be_run_faithfully_is_said_not_guessed() {
    for pattern in
        [r"\p{InGreek}", r"\p{javaLowerCase}", "(?m)^a$", r"\G", "[a&&b]", "[^a[b]]", "(a)\\11"]
    {
        check(pattern, "", "unknown");
    }
    check(r"\bab", "é", "unknown");
    check("(?i)k", "\u{212a}", "unknown");
    check(r"(?:(a+)+\1)+b", &"a".repeat(40), "unknown");
}

fn check(pattern: &str, text: &str, expected: &str) {
    let found = JavaRegex::compile(pattern).and_then(|regex| regex.matches(text));
    let found = match found {
        Ok(true) => "true",
        Ok(false) => "false",
        Err(RegexFailure::Invalid(_)) => "invalid",
        Err(RegexFailure::Unknown(_)) => "unknown",
    };
    assert_eq!(found, expected, "{pattern} on {text}");
}

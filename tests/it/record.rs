//! The record reader: what it takes and refuses is what Jackson takes and refuses in the engines.

use mapdrift::record::{Cursor, FaultKind, Token};

/// The tokens of `input` in a short form, or the fault that ends them.
fn tokens(input: &[u8]) -> Result<String, (usize, FaultKind)> {
    let mut cursor = Cursor::new(input);
    let mut shown = String::new();
    loop {
        let token = cursor.next().map_err(|fault| (fault.at, fault.kind))?;
        let text = |bytes: &[u8]| bytes.escape_ascii().to_string();
        shown += &match token {
            Token::BeginObject => "{".into(),
            Token::EndObject => "}".into(),
            Token::BeginArray => "[".into(),
            Token::EndArray => "]".into(),
            Token::Name(name) => format!("{}:", text(&name.decode())),
            Token::String(value) => format!("'{}'", text(&value.decode())),
            Token::Integer(number) => format!("i{}", text(number)),
            Token::Float(number) => format!("f{}", text(number)),
            Token::True => "T".into(),
            Token::False => "F".into(),
            Token::Null => "N".into(),
            Token::End => return Ok(shown),
        };
    }
}

fn check(input: impl AsRef<[u8]>, expected: &str) {
    let input = input.as_ref();
    assert_eq!(tokens(input), Ok(expected.into()), "{}", input.escape_ascii());
}

fn refuse(input: impl AsRef<[u8]>, at: usize, kind: FaultKind) {
    let input = input.as_ref();
    assert_eq!(tokens(input), Err((at, kind)), "{}", input.escape_ascii());
}

#[test]
fn every_kind_of_value_is_read() {
    check(r#"{"a":[1,-0,1.5e3,true,false,null,"x",{}],"b":[]}"#, "{a:[i1i-0f1.5e3TFN'x'{}]b:[]}");
    check("", "");
    check(" \t\r\n{ } ", "{}");
    check("{}[]1 2", "{}[]i1i2");
}

#[test]
fn comments_stand_where_white_space_stands() {
    check("/*a*/{//b\n\"a\"/**/:/*\u{e9}*/1//c\r,/***/\"b\":2}//d", "{a:i1b:i2}");
    refuse("{}/*", 4, FaultKind::UnexpectedEnd);
    refuse("{}/x", 3, FaultKind::UnexpectedByte);
    refuse("{}#x", 2, FaultKind::UnexpectedByte);
    refuse("{/*\x01*/}", 3, FaultKind::ControlCharacter);
    refuse(b"{/*\xff*/}", 3, FaultKind::InvalidUtf8);
}

#[test]
fn a_byte_order_mark_is_skipped_at_the_start_only() {
    check("\u{feff} {}", "{}");
    refuse(" \u{feff}{}", 1, FaultKind::UnexpectedByte);
}

#[test]
fn only_four_white_space_characters_exist() {
    for byte in [0x0b, 0x0c, 0x00] {
        refuse([b'{', byte, b'}'], 1, FaultKind::ControlCharacter);
    }
    refuse("{\u{a0}}", 1, FaultKind::UnexpectedByte);
}

#[test]
fn strings_are_decoded_to_what_jackson_means() {
    check(r#"["\"\\\/\b\f\n\r\t\u0041\u00e9"]"#, r#"['\"\\/\x08\x0c\n\r\tA\xc3\xa9']"#);
    check(
        r#"["\ud83d\ude00","\ud800","\ude00\ud83d","\u0000"]"#,
        r"['\xf0\x9f\x98\x80''\xed\xa0\x80''\xed\xb8\x80\xed\xa0\xbd''\x00']",
    );
    check(
        b"[\"\xed\xa0\xbd\xed\xb8\x80\",\"\xed\xa0\xbd\\ude00\"]",
        r"['\xf0\x9f\x98\x80''\xf0\x9f\x98\x80']",
    );
    check(b"[\"\xc0\xaf\",\"\xe0\x80\xaf\"]", "['/''/']");
    check(
        b"[\"\xf4\x90\x80\x80\",\"\xf0\x80\x80\x80\"]",
        r"['\xed\xb0\x80\xed\xb0\x80''\xef\xbf\x80\xed\xb0\x80']",
    );
    check(b"{\"\xf0\x80\x80\x80\":1}", r"{\xed\x9f\x80\xed\xb0\x80:i1}");
    check("[\"\u{ac00}01234567\\n89\u{10ffff}\"]", r"['\xea\xb0\x8001234567\n89\xf4\x8f\xbf\xbf']");
}

#[test]
fn broken_strings_are_refused_at_their_first_fault() {
    refuse("[\"a\tb\"]", 3, FaultKind::ControlCharacter);
    refuse(b"[\"a\xff\tb\"]", 3, FaultKind::InvalidUtf8);
    refuse(b"[\"\x80\"]", 2, FaultKind::InvalidUtf8);
    refuse(b"[\"\xe2\x82\"]", 4, FaultKind::InvalidUtf8);
    refuse(b"[\"\xe2\\u0041\"]", 3, FaultKind::InvalidUtf8);
    refuse(b"[\"\xf8\x88\x80\x80\x80\"]", 2, FaultKind::InvalidUtf8);
    refuse(b"[\"\xe2\x82", 4, FaultKind::UnexpectedEnd);
    refuse(r#"["\x41"]"#, 3, FaultKind::BadEscape);
    refuse(r#"["\u12g4"]"#, 6, FaultKind::BadEscape);
    refuse(r#"["\u12"#, 6, FaultKind::UnexpectedEnd);
    refuse(r#"["0123456789"#, 12, FaultKind::UnexpectedEnd);
    refuse("['a']", 1, FaultKind::UnexpectedByte);
}

#[test]
fn numbers_follow_the_grammar_and_have_no_range() {
    check(
        "[0,-0,1e400,1E+2,1e-2,0.5,123456789012345678901234567890]",
        "[i0i-0f1e400f1E+2f1e-2f0.5i123456789012345678901234567890]",
    );
    for (input, at) in
        [("[01]", 2), ("[-01]", 3), ("[1.]", 3), ("[1e]", 3), ("[-]", 2), ("[1e+]", 4), ("[-a]", 2)]
    {
        refuse(input, at, FaultKind::BadNumber);
    }
    for input in ["[+1]", "[.5]", "[NaN]", "[Infinity]", "[,]"] {
        refuse(input, 1, FaultKind::UnexpectedByte);
    }
    refuse("[0x10]", 2, FaultKind::UnexpectedByte);
    refuse("[1.5.5]", 4, FaultKind::UnexpectedByte);
    refuse("[-", 2, FaultKind::UnexpectedEnd);
}

#[test]
fn words_are_exact() {
    refuse("[True]", 1, FaultKind::UnexpectedByte);
    refuse("[trua]", 4, FaultKind::BadLiteral);
    refuse("[nul", 4, FaultKind::UnexpectedEnd);
    refuse("[nullx]", 5, FaultKind::UnexpectedByte);
}

#[test]
fn brackets_and_commas_must_match() {
    for (input, at) in [
        ("{]", 1),
        ("[}", 1),
        ("{\"a\"}", 4),
        ("{\"a\":}", 5),
        ("{\"a\":1,}", 7),
        ("[1,]", 3),
        ("[1 2]", 3),
        ("{\"a\":1 \"b\":2}", 7),
        ("{a:1}", 1),
        ("{,}", 1),
        ("[1,,2]", 3),
        ("}", 0),
        (",", 0),
        ("{\"a\" 1}", 5),
    ] {
        refuse(input, at, FaultKind::UnexpectedByte);
    }
    for input in ["{", "[", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "[1", "[1,", "[{}"] {
        refuse(input, input.len(), FaultKind::UnexpectedEnd);
    }
}

#[test]
fn nesting_is_followed_to_the_limit_and_no_further() {
    let deep = |n: usize| format!("{}{}", r#"[{"a":"#.repeat(n), "}]".repeat(n));
    assert!(tokens(deep(512).replace(":}", ":1}").as_bytes()).is_ok());
    refuse("[".repeat(100_000), 1_024, FaultKind::TooDeep);
    refuse(deep(600), 512 * 6, FaultKind::TooDeep);
}

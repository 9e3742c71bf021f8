//! Classes of texts that JSON readers differ on, each taken or refused as Jackson does it in the engines; and what a stream of
//! good records around them keeps: all of them around a text that is taken, all but a neighbour around one that is not.
//!
//! The classes are those of Nicolas Seriot's "Parsing JSON is a Minefield" (structures, numbers, strings, escapes, encodings,
//! white space); the texts are written for this test.

use std::ops::ControlFlow;

use mapdrift::model::limits::Limits;
use mapdrift::profile::{Seen, Walk};
use mapdrift::record::Hint;

/// Records that are taken.
const TAKEN: &[&[u8]] = &[
    // Structures.
    b"{}",
    b"{ }",
    b"{\t\"a\"\r\n:\n0\t}",
    b"{\"a\":[]}",
    b"{\"a\":[[],[[]],{}]}",
    b"{\"a\":{\"a\":{\"a\":{}}}}",
    b"{\"\":0}",
    b"{\"a\":1,\"a\":1}",
    b"{\"a\":1,\"\\u0061\":2}",
    b"{\"a\":[null,1,\"1\",{}]}",
    b"{\"a\":[1,null,null,null,2]}",
    // Comments, which the engines allow.
    b"{/**/}",
    b"{\"a\":/*}*/1}",
    b"{\"a\":1//}\n}",
    b"{/*\n*/\"a\"/**/:/**/[/**/1/**/,/**/2/**/]/**/}",
    b"{\"a\":1/***/}",
    // Numbers.
    b"{\"a\":0}",
    b"{\"a\":-0}",
    b"{\"a\":-1}",
    b"{\"a\":0e1}",
    b"{\"a\":0e+1}",
    b"{\"a\":1E22}",
    b"{\"a\":1E-2}",
    b"{\"a\":-0.0}",
    b"{\"a\":123.456e78}",
    b"{\"a\":0.00000000000000000000000000000000000000000000000000000000000000000000000001}",
    b"{\"a\":1e400}",
    b"{\"a\":-1e999999999999999999}",
    b"{\"a\":1e-400}",
    b"{\"a\":123123e-10000000}",
    b"{\"a\":18446744073709551616}",
    b"{\"a\":-9223372036854775809}",
    b"{\"a\":100000000000000000000000000000000000000000000000000000000000000000000000}",
    // Strings and escapes.
    b"{\"a\":\"\"}",
    b"{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"}",
    b"{\"a\":\"\\u0000\"}",
    b"{\"a\":\"\\u0012\\u007f\"}",
    b"{\"a\":\"\x7f\"}",
    b"{\"a\":\"\\uD834\\uDD1E\"}",
    b"{\"a\":\"\\uDADA\"}",
    b"{\"a\":\"\\uDd1e\\uD800\"}",
    b"{\"a\":\"\\uD800\\uD800\\n\"}",
    b"{\"\\uDFAA\":0}",
    b"{\"a\":\"a/*b*/c//d\"}",
    b"{\"a\":\"}{][,:\"}",
    b"{\"a\":\"new\\u00a0line\\u2028\"}",
    // Encodings.
    "{\"a\":\"é한😀\u{2028}\u{feff}\u{10ffff}\"}".as_bytes(),
    "{\"é한😀\":1}".as_bytes(),
    b"{\"a\":\"\xed\xa0\x80\"}",
    b"{\"a\":\"\xc0\xaf\xe0\x80\xaf\"}",
    b"{\"a\":\"\xf4\xbf\xbf\xbf\"}",
    b"{\"a\":\"\xf0\x80\x80\x80\"}",
];

/// Texts that are refused. Some hold line feeds, or something that looks like the beginning of a record.
const REFUSED: &[&[u8]] = &[
    // Structures.
    b"{\"a\":1,}",
    b"{\"a\":1,,\"b\":2}",
    b"{,\"a\":1}",
    b"{\"a\"}",
    b"{\"a\":}",
    b"{\"a\" 1}",
    b"{:1}",
    b"{a:1}",
    b"{'a':1}",
    b"{1:1}",
    b"{\"a\":[1,]}",
    b"{\"a\":[,1]}",
    b"{\"a\":[1 2]}",
    b"{\"a\":[1,,2]}",
    b"{\"a\":[1:2]}",
    b"{\"a\":b}",
    b"{\"a\"::1}",
    b"{\"a\":1;}",
    b"{\"a\":{1}}",
    b"{\"a\":[}]}",
    b"{\"a\":{]}}",
    b"{[]:1}",
    // Comments.
    b"{#a\n}",
    b"{\"a\":/*1}",
    b"{\"a\":1/}",
    b"{\"a\":1/*\x01*/}",
    // Numbers.
    b"{\"a\":+1}",
    b"{\"a\":01}",
    b"{\"a\":-01}",
    b"{\"a\":1.}",
    b"{\"a\":.5}",
    b"{\"a\":-.5}",
    b"{\"a\":1.e1}",
    b"{\"a\":1e}",
    b"{\"a\":1e+}",
    b"{\"a\":1eE2}",
    b"{\"a\":1.2.3}",
    b"{\"a\":1+2}",
    b"{\"a\":-}",
    b"{\"a\":--1}",
    b"{\"a\":- 1}",
    b"{\"a\":0x1}",
    b"{\"a\":1_000}",
    b"{\"a\":1 000}",
    b"{\"a\":NaN}",
    b"{\"a\":-NaN}",
    b"{\"a\":Infinity}",
    b"{\"a\":-Infinity}",
    "{\"a\":\u{ff11}}".as_bytes(),
    // Words.
    b"{\"a\":True}",
    b"{\"a\":tru}",
    b"{\"a\":nul}",
    b"{\"a\":nulll}",
    b"{\"a\":FALSE}",
    b"{\"a\":undefined}",
    // Strings and escapes.
    b"{\"a\":'b'}",
    b"{\"a\":\"\t\"}",
    b"{\"a\":\"\x00\"}",
    b"{\"a\":\"\x1f\"}",
    b"{\"a\":\"\\x00\"}",
    b"{\"a\":\"\\a\"}",
    b"{\"a\":\"\\ \"}",
    b"{\"a\":\"\\u\"}",
    b"{\"a\":\"\\u00A\"}",
    b"{\"a\":\"\\u00G0\"}",
    b"{\"a\":\"\\uD834\\uDd\"}",
    b"{\"a\":\"\\U0041\"}",
    // Encodings.
    b"{\"a\":\"\xff\"}",
    b"{\"a\":\"\x80\"}",
    b"{\"a\":\"\xe9\"}",
    b"{\"a\":\"\xe2\x82\"}",
    b"{\"a\":\"\xf8\x88\x80\x80\x80\"}",
    b"{\"a\":\"\xe2\\u0041\"}",
    b"{\"\xff\":1}",
    b"{\xff}",
    // White space.
    b"{\x0b}",
    b"{\x0c}",
    b"{\x00}",
    "{\u{a0}}".as_bytes(),
    "{\u{2060}}".as_bytes(),
    b"{\"a\":\x0c1}",
];

/// Records that are cut: whatever follows belongs to them until something shows that it does not.
const CUT: &[&[u8]] = &[
    b"{",
    b"{\"",
    b"{\"a",
    b"{\"a\"",
    b"{\"a\":",
    b"{\"a\":\"",
    b"{\"a\":\"b",
    b"{\"a\":\"b\\",
    b"{\"a\":\"b\\u12",
    b"{\"a\":1",
    b"{\"a\":-",
    b"{\"a\":tr",
    b"{\"a\":1,",
    b"{\"a\":[",
    b"{\"a\":[1",
    b"{\"a\":[1,",
    b"{\"a\":{\"b\":[{\"c\":1}",
    b"{\"a\":\"\xe2\x82",
];

/// The good records around.
const AROUND: [&str; 4] = [
    r#"{"id":1,"a":{"id":[1,{"id":2}]}}"#,
    r#"{"id":2,"s":"\"}{\""}"#,
    r#"{"id":3,"t":[true,null]}"#,
    r#"{"id":4}"#,
];

/// Whole records, and how many other stretches were told.
fn read(stream: &[u8]) -> (Vec<Vec<u8>>, usize) {
    let (mut records, mut others, mut next) = (Vec::new(), 0, 0);
    let mut body = stream;
    Walk::new(&Limits::default()).object(0, "k", &Hint::default(), &mut body, &mut |seen| {
        let (from, length) = match &seen {
            Seen::Record { sighting, bytes, .. } => {
                records.push(bytes.to_vec());
                (sighting.byte_offset, sighting.byte_length)
            }
            Seen::Bounded { sighting, .. } => {
                others += 1;
                (sighting.byte_offset, sighting.byte_length)
            }
            Seen::Problem(problem) => {
                others += 1;
                (problem.byte_offset.unwrap(), problem.byte_length.unwrap())
            }
        };
        assert!(from >= next && length > 0, "stretches follow one another");
        next = from + length;
        ControlFlow::Continue(())
    });
    assert!(next <= stream.len() as u64);
    (records, others)
}

/// A text among the good records, as its place and a separator say.
fn among(text: &[u8], place: usize, separator: &str) -> Vec<u8> {
    let mut records: Vec<&[u8]> = AROUND.map(str::as_bytes).to_vec();
    records.insert(place, text);
    records.iter().flat_map(|record| [record, separator.as_bytes()].concat()).collect()
}

fn good(found: &[Vec<u8>]) -> usize {
    found.iter().filter(|record| AROUND.iter().any(|good| good.as_bytes() == *record)).count()
}

#[test]
fn what_is_taken_is_read_whole_wherever_it_stands() {
    for text in TAKEN {
        let shown = text.escape_ascii();
        assert_eq!(read(text), (vec![text.to_vec()], 0), "{shown}");
        for separator in ["", "\n", "\r\n", " ", "\n\n"] {
            for place in 0..=AROUND.len() {
                let mut expected: Vec<_> = AROUND.map(|record| record.as_bytes().to_vec()).into();
                expected.insert(place, text.to_vec());
                let found = read(&among(text, place, separator));
                assert_eq!(found, (expected, 0), "{shown}, {place}, {separator:?}");
            }
        }
    }
}

#[test]
fn what_is_refused_costs_its_line_and_no_other() {
    for text in REFUSED.iter().filter(|text| !text.contains(&b'\n')).chain(CUT) {
        let shown = text.escape_ascii();
        assert_eq!((read(text).0, read(text).1), (vec![], 1), "{shown}");
        for place in 0..=AROUND.len() {
            let (found, others) = read(&among(text, place, "\n"));
            assert_eq!((good(&found), found.len(), others), (4, 4, 1), "{shown}, {place}");
        }
    }
}

#[test]
fn what_is_refused_costs_at_most_one_neighbour_without_lines() {
    for text in REFUSED.iter().chain(CUT) {
        for separator in ["", " "] {
            for place in 0..=AROUND.len() {
                let (found, others) = read(&among(text, place, separator));
                let shown = text.escape_ascii();
                assert!(good(&found) >= 3, "{shown}, {place}, {separator:?}: {}", good(&found));
                assert_eq!(found.len(), good(&found), "{shown}, {place}, {separator:?}");
                assert_eq!(others, 1, "{shown}, {place}, {separator:?}");
            }
        }
    }
}

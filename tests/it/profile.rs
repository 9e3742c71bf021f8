//! The walk over whole objects: which records are found in which bytes, whatever the framing, compression and damage.

use std::fmt::Write as _;
use std::io::{self, Read, Write as _};
use std::ops::ControlFlow;

use flate2::Compression;
use flate2::write::GzEncoder;
use mapdrift::model::limits::Limits;
use mapdrift::model::problem::ProblemKind;
use mapdrift::model::profile::Profile;
use mapdrift::profile::{Instead, Seen, Walk, families, limits_reached};
use mapdrift::record::Hint;

/// Sizes of chunks that every input is read in; all must give the same.
pub(crate) const CHUNKS: [usize; 10] = [1, 3, 7, 16, 33, 64, 65, 100, 1000, 256 << 10];

/// Hands out at most so many bytes at a time.
pub(crate) struct Dribble<'a>(pub(crate) &'a [u8], pub(crate) usize);

impl Read for Dribble<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.1.min(out.len()).min(self.0.len());
        out[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        Ok(count)
    }
}

/// What the walk tells, in a short form, and the profile.
pub(crate) fn walk(limits: &Limits, key: &str, body: &mut dyn Read) -> (String, Profile) {
    let mut walk = Walk::new(limits);
    let mut told = String::new();
    let sums = walk.object(0, key, &Hint::default(), body, &mut |seen| {
        match seen {
            Seen::Record { sighting, bytes, .. } => {
                assert_eq!(bytes.len() as u64, sighting.byte_length);
                write!(told, "{}@{}{} ", sighting.record, sighting.byte_offset, short(bytes))
                    .unwrap();
            }
            Seen::Bounded { sighting, bytes, what } => {
                assert_eq!(bytes.len() as u64, sighting.byte_length);
                let what = match what {
                    Instead::NotAnObject => "value".into(),
                    Instead::NotJson(fault) => format!("{:?}+{}", fault.kind, fault.at),
                };
                write!(
                    told,
                    "{}@{}{}({what}) ",
                    sighting.record,
                    sighting.byte_offset,
                    short(bytes)
                )
                .unwrap();
            }
            Seen::Problem(problem) => {
                assert_eq!(problem.object, key);
                let offset = problem.byte_offset.unwrap();
                write!(
                    told,
                    "!{}@{offset}+{:?} ",
                    problem.kind.name(),
                    problem.byte_length.unwrap_or(0)
                )
                .unwrap();
            }
        }
        ControlFlow::Continue(())
    });
    write!(told, "={}", sums.records).unwrap();
    (told, walk.into_profile())
}

fn short(bytes: &[u8]) -> String {
    let text = bytes.escape_ascii().to_string().replace("\\\"", "\"");
    if text.len() <= 40 { text } else { format!("<{}>", bytes.len()) }
}

fn check_with(limits: &Limits, input: &[u8], expected: &str) {
    for chunk in CHUNKS {
        let limits = Limits { chunk_bytes: chunk, ..limits.clone() };
        let (told, _) = walk(&limits, "k", &mut Dribble(input, chunk));
        assert_eq!(told, expected, "{} in chunks of {chunk}", short(input));
    }
}

fn check(input: impl AsRef<[u8]>, expected: &str) {
    check_with(&Limits::default(), input.as_ref(), expected);
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn records_stand_in_any_layout() {
    check("", "=0");
    check("{}", "1@0{} =1");
    check("{\"a\":1}{\"a\":2}", "1@0{\"a\":1} 2@7{\"a\":2} =2");
    check("{\"a\":1}\n{\"a\":2}\r\n\n{}\n", "1@0{\"a\":1} 2@8{\"a\":2} 3@18{} =3");
    check(
        "{\n  \"a\": 1\n}{\n}{} {}\t{}",
        "1@0{\\n  \"a\": 1\\n} 2@12{\\n} 3@15{} 4@18{} 5@21{} =5",
    );
    check("{\"a\":\"}{\"}{}", "1@0{\"a\":\"}{\"} 2@10{} =2");
}

#[test]
fn what_an_engine_gets_with_a_record_belongs_to_it() {
    check("\u{feff}{}", "1@0\\xef\\xbb\\xbf{} =1");
    check("/*a*/{} // b\n{}//c", "1@0/*a*/{} 2@13{} =2");
    check("// a\n{}\n/*b*/ {}", "1@5{} 2@8/*b*/ {} =2");
    check("\u{feff}/*a*/{}", "1@0\\xef\\xbb\\xbf/*a*/{} =1");
}

#[test]
fn other_values_at_the_top_are_records_of_their_own_where_bounded() {
    check("[1,{\"a\":2}]{}", "1@0[1,{\"a\":2}](value) 2@11{} =2");
    check("12\n\"x\"\r\nnull\n{}", "1@012(value) 2@3\"x\"(value) 3@8null(value) 4@13{} =4");
    check("true", "1@0true(value) =1");
    check("{}1{}", "1@0{} !garbage@2+1 2@3{} =2");
}

#[test]
fn a_broken_line_is_one_record() {
    check("{\"a\":1}\nabc\n{\"a\":2}\n", "1@0{\"a\":1} 2@8abc(UnexpectedByte+0) 3@12{\"a\":2} =3");
    check("{\"a\":\n{\"a\":2}\n", "1@0{\"a\":(UnexpectedEnd+5) 2@6{\"a\":2} =2");
    check("{}\n{\"a\":\"b\n{\"a\":2}", "1@0{} 2@3{\"a\":\"b(ControlCharacter+7) 3@11{\"a\":2} =3");
    check("{}\n{\"a\":1}x\n{}\n", "1@0{} 2@3{\"a\":1} !garbage@10+1 3@12{} =3");
    check("abc\n", "1@0abc(UnexpectedByte+0) =1");
    check("a\nb\n{}\n{}", "!garbage@0+3 1@4{} 2@7{} =2");
}

#[test]
fn a_record_whose_brackets_match_is_one_record() {
    let record = |n: &str| format!("{{\"a\":{n},\"b\":{{\"c\":[{{}}]}}}}");
    let input = format!("{}{}{}", record("NaN"), record("NaN"), record("1"));
    check(
        input,
        "1@0{\"a\":NaN,\"b\":{\"c\":[{}]}}(UnexpectedByte+5) 2@24{\"a\":NaN,\"b\":{\"c\":[{}]}}(UnexpectedByte+5) 3@48{\"a\":1,\"b\":{\"c\":[{}]}} =3",
    );
    check(
        "{\n\"a\":01,\n\"b\":{\"a\":1}\n}\n{\"a\":1}",
        "1@0{\\n\"a\":01,\\n\"b\":{\"a\":1}\\n}(BadNumber+7) 2@24{\"a\":1} =2",
    );
    check(b"{\"a\":\"\xff\"}{\"a\":1}", "1@0{\"a\":\"\\xff\"}(InvalidUtf8+6) 2@9{\"a\":1} =2");
}

#[test]
fn garbage_and_cuts_are_problems_with_their_place() {
    check("{\"a\":1}xx{\"a\":2}", "1@0{\"a\":1} !garbage@7+2 2@9{\"a\":2} =2");
    check("{\"a\":1}\\n{\"a\":2}\\n", "1@0{\"a\":1} !garbage@7+2 2@9{\"a\":2} !garbage@16+2 =2");
    check("{\"a\":1}{\"a\":", "1@0{\"a\":1} !record-cut@7+5 =1");
    check("{\"a\":1}{\"a\":{\"a\":3}{\"a\":4}", "1@0{\"a\":1} !record-cut@7+12 2@19{\"a\":4} =2");
    check(":1}{\"a\":2}{\"a\":3}", "!garbage@0+3 1@3{\"a\":2} 2@10{\"a\":3} =2");
    check(
        "{\"a\":1}{\"b\":x,\"c\":{\"b\":1}{\"a\":2}{\"a\":3}",
        "1@0{\"a\":1} !record-cut@7+18 2@25{\"a\":2} 3@32{\"a\":3} =3",
    );
}

#[test]
fn a_form_feed_is_garbage_and_no_white_space() {
    check("\x0c", "!garbage@0+1 =0");
    check("{}\x0c{}", "1@0{} !garbage@2+1 2@3{} =2");
    check("\"\u{e9})\x0c \n", "1@0\"\\xc3\\xa9)\\x0c(ControlCharacter+4) =1");
}

#[test]
fn nesting_and_length_have_limits_that_are_said() {
    let deep = "[".repeat(100_000);
    check(&deep, "!record-cut@0+100000 =0");
    check(
        format!("{{\"a\":1}}\n{deep}\n{{\"a\":1}}\n"),
        "1@0{\"a\":1} 2@8<100000>(TooDeep+1024) 3@100009{\"a\":1} =3",
    );
    check(
        format!("{{\"a\":{deep}{}}}{{}}", "]".repeat(100_000)),
        "1@0<200006>(TooDeep+1028) 2@200006{} =2",
    );
    let limits = Limits { record_bytes: 100, ..Limits::default() };
    let long = format!("{{\"a\":1}}{{\"a\":\"{}\"}}{{\"a\":2}}{{\"a\":3}}", "x".repeat(1000));
    check_with(
        &limits,
        long.as_bytes(),
        "1@0{\"a\":1} !record-too-long@7+1008 2@1015{\"a\":2} 3@1022{\"a\":3} =3",
    );
    let comment = format!("//{}", "a".repeat(200));
    check_with(&limits, comment.as_bytes(), "!record-too-long@0+202 =0");
    let limits = Limits { inflated_bytes: 10, ..Limits::default() };
    check_with(&limits, b"{\"a\":1}{\"a\":2}", "1@0{\"a\":1} !inflate-limit@7+3 =1");
    check_with(&limits, b"{\"a\":1}   ", "1@0{\"a\":1} =1");
}

#[test]
fn gzip_is_found_by_its_magic_in_every_arrangement() {
    let found = "1@0{\"a\":1} 2@7{\"a\":2} =2";
    let (one, two) = (gzip(b"{\"a\":1}"), gzip(b"{\"a\":2}"));
    check(gzip(b"{\"a\":1}{\"a\":2}"), found);
    check([&one[..], &two].concat(), found);
    check([&one[..], b"\n", &two, b"\r\n"].concat(), found);
    check(gzip(&[&one[..], b"\n", &two].concat()), found);
    check([&one[..], b"{\"a\":2}"].concat(), found);
    check([&one[..], b"\0\0\0"].concat(), "1@0{\"a\":1} =1");
    check(gzip(b""), "=0");
}

#[test]
fn cut_and_damaged_gzip_is_one_problem_and_its_whole_records_count() {
    let mut whole = gzip(b"{\"a\":1}\n{\"a\":2}\n");
    check(&whole[..whole.len() - 8], "1@0{\"a\":1} 2@8{\"a\":2} !compression-damaged@16+0 =2");
    let last = whole.len() - 5;
    whole[last] ^= 1;
    check(&whole, "1@0{\"a\":1} 2@8{\"a\":2} !compression-damaged@16+0 =2");
    check([0x1f, 0x8b, 0x08], "!compression-damaged@0+0 =0");
}

#[test]
fn an_error_of_the_store_keeps_its_words() {
    struct Failing(usize);
    impl Read for Failing {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            self.0 += 1;
            match self.0 {
                1 => b"{\"a\":1}{\"a\"".as_slice().read(out),
                _ => Err(io::Error::other("the line went dead")),
            }
        }
    }
    let mut problems = Vec::new();
    let mut walk = Walk::new(&Limits::default());
    let sums = walk.object(0, "k", &Hint::default(), &mut Failing(0), &mut |seen| {
        if let Seen::Problem(problem) = seen {
            problems.push(problem);
        }
        ControlFlow::Continue(())
    });
    assert_eq!((sums.records, sums.bytes), (1, 11));
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].kind, ProblemKind::GetFailed);
    assert_eq!((problems[0].byte_offset, problems[0].byte_length), (Some(7), Some(4)));
    assert_eq!(problems[0].message, "the line went dead");
}

#[test]
fn kinds_do_not_split_families() {
    let input =
        b"{\"a\":1,\"b\":null}{\"a\":1,\"b\":\"x\"}{\"c\":1,\"d\":2,\"e\":3}{\"a\":[1,{}],\"b\":1,\"z\":1}";
    let (_, profile) = walk(&Limits::default(), "k", &mut input.as_slice());
    let families = families(&profile);
    let shown: Vec<_> = families
        .iter()
        .map(|family| {
            (family.name.as_str(), family.records, family.paths.len(), family.exclusive.len())
        })
        .collect();
    assert_eq!(shown, [("family 1", 3, 3, 3), ("family 2", 1, 3, 3)]);
}

/// Two records in each container that is read.
fn containers() -> Vec<(&'static str, Vec<u8>)> {
    let (one, two) = (b"{\"a\":1}\n", b"{\"a\":2}\n");
    let both = [&one[..], two].concat();
    let snappy = |bytes: &[u8]| snap::raw::Encoder::new().compress_vec(bytes).unwrap();
    let long = |length: usize| u32::try_from(length).unwrap().to_be_bytes();
    let mut java = b"\x82SNAPPY\0\0\0\0\x01\0\0\0\x01".to_vec();
    let mut hadoop = Vec::new();
    for part in [one, two] {
        let block = snappy(part);
        java.extend([&long(block.len())[..], &block].concat());
        hadoop.extend([&long(part.len())[..], &long(block.len()), &block].concat());
    }
    let mut frames = snap::write::FrameEncoder::new(Vec::new());
    frames.write_all(&both).unwrap();
    let zstd =
        ruzstd::encoding::compress_to_vec(&both[..], ruzstd::encoding::CompressionLevel::Fastest);
    vec![
        ("gzip", gzip(&both)),
        ("zip", zip(&both, 0)),
        ("zip with descriptor", zip(&both, 8)),
        ("snappy-java", java),
        ("hadoop-snappy", hadoop),
        ("snappy frames", frames.into_inner().unwrap()),
        ("zstd", zstd),
    ]
}

/// One deflated entry named `x`, with what follows it in an archive left out but for the descriptor.
fn zip(bytes: &[u8], flags: u8) -> Vec<u8> {
    let mut deflate = flate2::write::DeflateEncoder::new(Vec::new(), Compression::default());
    deflate.write_all(bytes).unwrap();
    let (data, mut crc) = (deflate.finish().unwrap(), flate2::Crc::new());
    crc.update(bytes);
    let numbers =
        [crc.sum(), u32::try_from(data.len()).unwrap(), u32::try_from(bytes.len()).unwrap()];
    let numbers: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
    let mut entry = vec![b'P', b'K', 3, 4, 20, 0, flags, 0, 8, 0, 0, 0, 0, 0];
    entry.extend(if flags == 0 { numbers.clone() } else { vec![0; 12] });
    entry.extend([1, 0, 0, 0, b'x']);
    entry.extend(data);
    if flags != 0 {
        entry.extend(b"PK\x07\x08");
        entry.extend(numbers);
    }
    entry.extend(b"PK\x01\x02 and so on");
    entry
}

#[test]
fn every_container_of_firehose_is_read() {
    for (name, bytes) in containers() {
        for chunk in [1, 7, 256 << 10] {
            let limits = Limits { chunk_bytes: chunk, ..Limits::default() };
            let (told, _) = walk(&limits, "k.snappy", &mut Dribble(&bytes, chunk));
            assert_eq!(told, "1@0{\"a\":1} 2@8{\"a\":2} =2", "{name} in chunks of {chunk}");
            let (told, _) = walk(&limits, "k.snappy", &mut Dribble(&gzip(&bytes), chunk));
            assert!(told.ends_with("=2") || name == "hadoop-snappy", "{name} inside gzip: {told}");
        }
    }
}

#[test]
fn a_container_that_is_cut_anywhere_says_so() {
    for (name, bytes) in containers() {
        let whole = if name.starts_with("zip") { bytes.len() - 14 } else { bytes.len() };
        for cut in 20..whole {
            let (told, _) = walk(&Limits::default(), "k.snappy", &mut &bytes[..cut]);
            // Between two Snappy blocks nothing tells that there was more.
            let between = told == "1@0{\"a\":1} =1" && name.contains("snappy");
            assert!(
                told.contains("!compression-damaged") || between,
                "{name} cut at {cut}: {told}"
            );
        }
    }
}

#[test]
fn a_bomb_stops_at_the_limit() {
    let bomb = gzip(&gzip(&vec![b' '; 50_000_000]));
    let limits = Limits { inflated_bytes: 1_000_000, ..Limits::default() };
    assert!(bomb.len() < 1_000);
    let (told, _) = walk(&limits, "k", &mut &bomb[..]);
    assert_eq!(told, "!inflate-limit@1000000+0 =0");
}

#[test]
fn limits_on_paths_and_shapes_are_said() {
    let input = b"{\"a\":1}{\"b\":1}{\"c\":1}";
    let said = |limits: &Limits| {
        let (_, profile) = walk(limits, "k", &mut input.as_slice());
        let problems = limits_reached(&profile);
        problems.into_iter().map(|problem| problem.message).collect::<Vec<_>>()
    };
    assert!(said(&Limits::default()).is_empty());
    let shapes = Limits { shapes: 2, ..Limits::default() };
    assert_eq!(said(&shapes), ["2 shapes of records are kept; 1 records have other shapes"]);
    let paths = Limits { paths: 1, ..Limits::default() };
    assert_eq!(said(&paths), ["1 field paths are kept; 2 values stand at other paths"]);
}

/// Numbers that follow one another, and texts that differ in a digit, are what fields of records hold.
#[test]
fn values_in_a_row_are_told_apart_like_any_others() {
    type Value = (&'static str, fn(usize) -> String);
    let values: [Value; 6] = [
        ("ids", |i| i.to_string()),
        ("times", |i| (1_556_582_400_000 + i * 1_000).to_string()),
        ("decimals", |i| format!("{i}.5")),
        ("short texts", |i| format!("\"k{i:05}\"")),
        ("longer texts", |i| format!("\"https://example.com/orders/{i}\"")),
        ("long texts", |i| format!("\"{i:070}\"")),
    ];
    for (what, value) in values {
        for count in [10, 1_000, 30_000] {
            let mut lines = String::new();
            (0..count).for_each(|i| lines.push_str(&format!("{{\"v\":{}}}\n", value(i))));
            let (_, profile) = walk(&Limits::default(), "k", &mut lines.as_bytes());
            let distinct = profile.fields.values().next().unwrap().distinct.estimate();
            let off = distinct.abs_diff(count as u64);
            assert!(off * 100 <= count as u64 * 7, "{count} {what}: {distinct}");
        }
    }
}

//! A record on a line of its own, whatever layout it came in.
//!
//! In: the bytes of a whole record, as the walk hands them on. Out: the same record without line breaks, comments and byte order
//! marks. Names, values and their order stay byte for byte. It refuses to judge: what is no JSON is copied from there on.

use std::io::{self, Write};

use super::scan;

/// Writes the record and a line feed.
pub fn one_line(record: &[u8], out: &mut dyn Write) -> io::Result<()> {
    let mut at = 0;
    let mut kept = 0; // what is not yet written begins here
    while let Some(byte) = record.get(at) {
        let (end, drop) = match byte {
            b'"' => (scan::string(record, at + 1).map_or(record.len(), |name| name.end + 1), false),
            b'/' => (scan::comment(record, at).unwrap_or(record.len()), true),
            0xef if record[at..].starts_with(BOM) => (at + BOM.len(), true),
            b' ' | b'\t' | b'\r' | b'\n' => {
                let (end, breaks) = space(record, at);
                (end, breaks || kept == at)
            }
            _ => (at + 1, false),
        };
        if drop {
            out.write_all(&record[kept..at])?;
            kept = end;
        }
        at = end;
    }
    out.write_all(&record[kept..])?;
    out.write_all(b"\n")
}

const BOM: &[u8] = b"\xef\xbb\xbf";

/// White space up to its end, and whether it breaks the line.
fn space(record: &[u8], at: usize) -> (usize, bool) {
    let rest = &record[at..];
    let length =
        rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')).count();
    (at + length, rest[..length].iter().any(|byte| matches!(byte, b'\r' | b'\n')))
}

#[cfg(test)]
mod tests {
    use super::one_line;

    fn line(record: &str) -> String {
        let mut out = Vec::new();
        one_line(record.as_bytes(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_is_on_one_line_stays_as_it_is() {
        let record = r#"{"a": "x // y\n\"", "b": [1, 2]}"#;
        assert_eq!(line(record), format!("{record}\n"));
    }

    #[test]
    fn line_breaks_comments_and_marks_go() {
        let record = "\u{feff}/* who */ {\n  \"a /*b*/\": 1, // one\r\n  \"c\": [\n    2 ]\n}";
        assert_eq!(line(record), "{\"a /*b*/\": 1, \"c\": [2 ]}\n");
    }
}

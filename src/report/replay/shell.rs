//! A record as a command that would send it to an index: for a reader to paste, never run by this program.
//!
//! In: bytes, an index name, a mapping type. Out: one line for a POSIX shell that sends exactly these bytes, whatever they are.

use std::fmt::Write as _;

/// A `curl` line that indexes `record`. `ES_URL` names the cluster.
pub(super) fn curl(index: &str, type_name: Option<&str>, record: &[u8]) -> String {
    let path = format!("/{}/{}", percent(index), percent(type_name.unwrap_or("_doc")));
    let target = format!("\"${{ES_URL:-http://localhost:9200}}\"{}", quoted(&path));
    let head = "curl -sS -X POST -H 'Content-Type: application/json'";
    match std::str::from_utf8(record) {
        Ok(text) if is_plain(text) => format!("{head} {target} --data-raw {}", quoted(text)),
        _ => format!("printf {} | {head} {target} --data-binary @-", quoted(&octal(record))),
    }
}

/// Text that a terminal and a shell pass on as it is. `--data-raw` with nothing sends no body at all.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && super::super::harmless(text) == text
}

/// One word: nothing inside single quotes means anything to a POSIX shell, and a single quote ends them.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// The format of a `printf` that writes these bytes (POSIX: `\ddd`; `%%` and `\\` for the two that mean something).
fn octal(bytes: &[u8]) -> String {
    let mut format = String::new();
    for &byte in bytes {
        match byte {
            b'%' => format.push_str("%%"),
            b'\\' => format.push_str("\\\\"),
            0x20..0x7f => format.push(char::from(byte)),
            _ => {
                let _ = write!(format, "\\{byte:03o}");
            }
        }
    }
    format
}

/// One segment of a path (RFC 3986: everything but unreserved characters is encoded).
fn percent(segment: &str) -> String {
    let mut encoded = String::new();
    for byte in segment.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => {
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
    }
    encoded
}

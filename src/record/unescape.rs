//! A string read at once: where it ends, and what it means.
//!
//! In: bytes behind an opening quote. Out: the place of the closing quote, and the decoded text. It is for strings that are
//! usual, escapes and all. What is rare it refuses, to be read by [`scan::string`] and [`Text::decode`](super::Text::decode):
//! bytes that are not UTF-8, half a surrogate pair, faults, a string that ends near the end of the bytes.

use super::scan;

/// Decodes the string that begins at `start`; the place of its closing quote. Nothing where it is not a usual one. What is
/// decoded is UTF-8.
pub fn string(bytes: &[u8], start: usize, decoded: &mut Vec<u8>) -> Option<usize> {
    decoded.clear();
    let (mut at, mut ascii) = (start, true);
    loop {
        let block = scan::block(bytes, at)?;
        let plain = (scan::text_stops(block).trailing_zeros() as usize).min(scan::BLOCK);
        ascii &= scan::high(block) & ((1 << plain) - 1) == 0;
        decoded.extend_from_slice(block);
        decoded.truncate(decoded.len() - (scan::BLOCK - plain));
        at += plain;
        while bytes.get(at) == Some(&b'\\') {
            at = escape(bytes, at, decoded)?;
        }
        match bytes.get(at) {
            Some(b'"') => break,
            Some(0x20..) => {}
            _ => return None,
        }
    }
    (ascii || std::str::from_utf8(&bytes[start..at]).is_ok()).then_some(at)
}

/// What letters behind a backslash stand for; 0 for the others.
const LETTERS: [u8; 256] = {
    let mut letters = [0; 256];
    letters[b'"' as usize] = b'"';
    letters[b'\\' as usize] = b'\\';
    letters[b'/' as usize] = b'/';
    letters[b'b' as usize] = 0x08;
    letters[b'f' as usize] = 0x0c;
    letters[b'n' as usize] = b'\n';
    letters[b'r' as usize] = b'\r';
    letters[b't' as usize] = b'\t';
    letters
};

/// Decodes the escape at `at`; the place behind it.
#[inline]
fn escape(bytes: &[u8], at: usize, decoded: &mut Vec<u8>) -> Option<usize> {
    match LETTERS[usize::from(*bytes.get(at + 1)?)] {
        0 => unicode(bytes, at, decoded),
        letter => {
            decoded.push(letter);
            Some(at + 2)
        }
    }
}

fn unicode(bytes: &[u8], at: usize, decoded: &mut Vec<u8>) -> Option<usize> {
    let unit = unit(bytes, at)?;
    let low = match unit {
        0xd800..0xdc00 => self::unit(bytes, at + 6).filter(|low| (0xdc00..0xe000).contains(low)),
        _ => None,
    };
    let point = low.map_or(unit, |low| 0x1_0000 + ((unit & 0x3ff) << 10) + (low & 0x3ff));
    let letter = char::from_u32(point)?;
    decoded.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
    Some(at + if low.is_some() { 12 } else { 6 })
}

/// The unit that `\uXXXX` at `at` stands for.
fn unit(bytes: &[u8], at: usize) -> Option<u32> {
    let [b'\\', b'u', digits @ ..] = bytes.get(at..)?.first_chunk::<6>()? else { return None };
    digits.iter().try_fold(0, |unit, digit| Some(unit << 4 | char::from(*digit).to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Text;

    /// What may stand in a string, good and bad.
    const PARTS: [&[u8]; 19] = [
        b"x",
        b"seventeen letters",
        b"\\\"",
        b"\\\\",
        b"\\/",
        b"\\n",
        b"\\b",
        b"\\u00e9",
        b"\\uD55c",
        b"\\ud83d\\ude00",
        b"\\ud83d",
        b"\\ude00",
        b"\\u0000",
        "é한😀".as_bytes(),
        b"\xff",
        b"\\x",
        b"\\u12g4",
        b"\t",
        b"\\ud83d\\u0041",
    ];

    #[test]
    fn usual_strings_are_those_that_are_read_in_two_steps() {
        let mut state = 1_usize;
        let (mut usual, mut decoded) = (0, Vec::new());
        for _ in 0..20_000 {
            let mut text = Vec::new();
            for _ in 0..state % 7 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                text.extend_from_slice(PARTS[(state >> 33) % PARTS.len()]);
            }
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let bytes = [b"\"", &text[..], b"\", and so it goes on"].concat();
            let slow = scan::string(&bytes, 1).ok();
            let Some(end) = string(&bytes, 1, &mut decoded) else {
                let is_usual = |slow: scan::Scanned| {
                    let decoded = Text::value(&bytes[1..slow.end], slow).decode();
                    slow.utf8 && std::str::from_utf8(&decoded).is_ok()
                };
                assert!(!slow.is_some_and(is_usual), "{bytes:?}");
                continue;
            };
            let slow = slow.expect("a usual string is a string");
            assert_eq!(end, slow.end, "{bytes:?}");
            assert_eq!(decoded, &*Text::value(&bytes[1..end], slow).decode(), "{bytes:?}");
            usual += 1;
        }
        assert!((5_000..18_000).contains(&usual), "{usual}");
    }
}

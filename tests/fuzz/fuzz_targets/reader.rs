//! The cursor and the walk's own reading agree on every input; what `serde_json` accepts, both accept.

#![no_main]

use std::ops::ControlFlow;

use libfuzzer_sys::fuzz_target;
use mapdrift::model::limits::Limits;
use mapdrift::profile::{Seen, Walk};
use mapdrift::record::{Cursor, Fault, Hint, Token};

/// The first root value, by the cursor.
fn by_cursor(bytes: &[u8]) -> Result<usize, Fault> {
    let mut cursor = Cursor::new(bytes);
    loop {
        match cursor.next()? {
            Token::Name(text) | Token::String(text) => drop(text.decode()),
            _ => {}
        }
        if cursor.depth() == 0 {
            return Ok(cursor.offset());
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    let cursor = by_cursor(bytes);
    if let Ok(serde_json::Value::Object(_)) = serde_json::from_slice(bytes) {
        assert!(cursor.is_ok(), "{cursor:?}");
    }
    if bytes.first() != Some(&b'{') {
        return;
    }
    let mut first = None;
    let mut body = bytes;
    Walk::new(&Limits::default()).object(0, "k", &Hint::default(), &mut body, &mut |seen| {
        first = match seen {
            Seen::Record { sighting, .. } => Some(sighting.byte_length as usize),
            _ => None,
        };
        ControlFlow::Break(())
    });
    assert_eq!(first, cursor.ok(), "{cursor:?}");
});

//! From stored bytes to the tokens of one record: inflate, frame, cursor.
//!
//! In: the bytes of an object as a store hands them out. Out: where each record is, and its tokens, read exactly as the
//! engines read them. It refuses to know what fields mean, and where the bytes come from.

pub mod cursor;
pub mod frame;
pub mod inflate;
pub mod lines;
mod nesting;
mod one_line;
mod resume;
pub mod scan;
pub mod unescape;

pub use cursor::{Cursor, Fault, FaultKind, Text, Token};
pub use frame::{Frames, Place, Stretch, What, Whole};
pub use inflate::Hint;
pub use one_line::one_line;

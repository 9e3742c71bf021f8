//! Ring 0: the nouns of the field, as plain data. Everything else in the program turns one of them into the next.
//!
//! In: nothing of ours. Out: types with public fields. They refuse to know where data comes from and how it is printed:
//! nothing here derives `Serialize` for a public format.

pub mod capture;
pub mod counts;
pub mod engine;
pub mod evidence;
pub mod family;
pub mod fate;
pub mod finding;
pub mod limits;
pub mod mapping;
pub mod object;
pub mod outcome;
pub mod path;
pub mod problem;
pub mod profile;
pub mod quantity;
pub mod replayed;
pub mod report;
pub mod scanned;
pub mod timeline;
pub mod why;

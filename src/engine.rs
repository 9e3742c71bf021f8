//! engine.

pub mod date;
pub mod number;
pub mod pattern;

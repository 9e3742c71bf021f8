//! x

mod date;

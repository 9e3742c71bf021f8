//! The world: object stores, files, the cluster, capture files. Everything outside the program is read here and nowhere else.
//!
//! In: what the user named, how to sign in. Out: listings, bytes, and nouns of `model`, with errors that say what to do. It
//! refuses to know what a record or a mapping means.

pub mod source;
pub mod listing;
pub mod files;
pub mod s3;
pub mod fetch;

pub mod capture;
pub mod cluster;

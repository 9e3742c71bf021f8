//! Ring 2: the world. Stores of records, the cluster, files of the program's own.
//!
//! In: addresses, options, credentials. Out: bytes and nouns of `model`. It refuses to know what a record or a mapping means.
//! In: what the user named, how to sign in. Out: listings, bytes, and nouns of `model`, with errors that say what to do. It
//! refuses to know what a record or a mapping means.

pub mod source;
pub mod listing;
pub mod files;
pub mod s3;
pub mod fetch;

pub mod capture;
pub mod cluster;
pub mod document;
pub mod given;
pub mod profile;
pub mod written;

//! The world: object stores, files, the cluster, capture files. Everything outside the program is read here and nowhere else.
//!
//! In: what the user named. Out: listings, bytes, JSON, with errors that say what to do. Refuses to know: what the bytes mean.

pub mod source;
pub mod listing;
pub mod files;
pub mod s3;
pub mod fetch;
//! Ring 2: the world. Stores of records, the cluster, capture files.
//!
//! In: addresses, options, credentials. Out: bytes and nouns of `model`. It refuses to know what a record or a mapping means.

pub mod capture;
pub mod cluster;

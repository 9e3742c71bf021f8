//! An object store: Amazon S3, or a compatible one.
//!
//! In: how to sign in, and a bucket. Out: listings and bytes. Refuses to know: what is in an object, and any request that
//! is not a read: `HeadBucket`, `ListObjectsV2` and `GetObject` are all that this folder sends.

mod attempts;
pub mod client;
pub mod error;
mod get;
mod list;
pub mod options;
mod signin;

pub use attempts::Traffic;
pub use client::Store;
pub use error::S3Error;
pub use options::{Addressing, Payer, Proxies, S3Options, Signing};

pub(super) use get::open;

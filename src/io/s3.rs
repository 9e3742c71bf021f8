//! An object store: Amazon S3, or a compatible one.
//!
//! In: how to sign in, and a bucket. Out: listings and bytes. Refuses to know: what is in an object, and any request that
//! is not a read: `HeadBucket`, `ListObjectsV2` and `GetObject` are all that this folder sends.

pub mod client;
pub mod error;
pub mod get;
mod list;

pub use client::{Addressing, Payer, Proxies, S3Options, Signing, Store, Traffic};
pub use error::S3Error;

//! What several test modules share: real engines, a small HTTP server. It refuses to know what is tested.

pub(crate) mod engine;
pub(crate) mod http;

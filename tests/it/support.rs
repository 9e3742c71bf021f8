//! Servers that tests start in their own process, on loopback, on a port that the system chooses.

pub(crate) mod proxy;
pub(crate) mod store;

//! What several test modules share: real engines, and servers on loopback on ports that the system chooses. It refuses to
//! know what is tested.

pub(crate) mod moto;
pub(crate) mod engine;
pub(crate) mod experiment;
pub(crate) mod http;
pub(crate) mod proxy;
pub(crate) mod store;

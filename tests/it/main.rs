//! The one integration binary: each module states facts about one subject.
#![expect(clippy::disallowed_methods, reason = "tests read fixtures and start servers")]

mod architecture;
mod cluster;
mod record;
mod support;

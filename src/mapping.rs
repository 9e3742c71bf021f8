//! The mapping room: JSON to [`Mapping`] and back as each engine reads and prints it, index templates composed into what a
//! new index gets, and two mappings compared field by field.
//!
//! In: JSON that a cluster printed or a user wrote, typed or typeless. Out: [`Mapping`], JSON, differences. It refuses to know
//! what a document does to a mapping; that is `engine`. Parameters and types that it does not know are kept as written.

mod compare;
mod compose;
mod dotted;
mod doubts;
mod normal;
mod read;
mod write;

pub use compare::{Difference, compare};
pub use compose::{Composed, Templates, compose};
pub use doubts::doubts;
pub use normal::{ParameterError, as_printed, drop_index_default, leaf_as_printed};
pub use read::{MappingError, read, read_object};
pub use write::{write, write_body, write_leaf};

#[expect(unused_imports, reason = "named in the room's documentation")]
use crate::model::mapping::Mapping;

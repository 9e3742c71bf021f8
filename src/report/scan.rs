//! What a scan has to say: a tree of fields and families over time for people, documents and lines for programs, a schema.
//!
//! In: a finished scan. Out: bytes in a format. It refuses to know where they go.

mod csv;
mod json;
mod schema;
mod shapes;
mod text;
mod values;

pub use csv::csv;
pub use json::{json, jsonl};
pub use schema::json_schema;
pub use shapes::shapes;
pub use text::text;

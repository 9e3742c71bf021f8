//! Single records of one object, by their places.
//!
//! In: the object's bytes once more. Out: the records, or why the rest of them cannot be had.

use std::io::{self, Read};

use crate::model::object::Sighting;
use crate::record::Hint;
use crate::record::inflate::{self, Broken};

/// Hears the records at these places, which are in the order of the object.
pub(super) fn records(
    hint: &Hint,
    key: &str,
    body: &mut dyn Read,
    places: &[Sighting],
    hear: &mut dyn FnMut(Sighting, Vec<u8>),
) -> Result<(), Broken> {
    let blame = |error: io::Error| inflate::blame(&error);
    let mut inflated = inflate::open(hint, key, body).map_err(blame)?;
    let mut at = 0;
    for place in places {
        let skipped = place.byte_offset.saturating_sub(at);
        io::copy(&mut (&mut inflated).take(skipped), &mut io::sink()).map_err(blame)?;
        let mut bytes = Vec::new();
        (&mut inflated).take(place.byte_length).read_to_end(&mut bytes).map_err(blame)?;
        at = place.byte_offset + place.byte_length;
        hear(*place, bytes);
    }
    Ok(())
}

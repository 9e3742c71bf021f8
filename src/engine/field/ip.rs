//! IP addresses: the text forms that the engines' `InetAddresses` reads.

use crate::engine::document::Doc;
use crate::engine::failure::{Failure, Outcome};
use crate::engine::field::{self, switch};
use crate::engine::tree::{FieldNode, Surroundings};
use crate::model::fate::RejectClass;
use crate::model::mapping::LeafField;
use crate::model::path::visible;

/// An IP field's parameters.
#[derive(Clone, Debug)]
pub(crate) struct Ip {
    ignore_malformed: bool,
}

impl Ip {
    pub(crate) fn ignores_malformed(&self) -> bool {
        self.ignore_malformed
    }

    pub(crate) fn compile(leaf: &LeafField, around: Surroundings<'_>) -> Self {
        let malformed = switch(leaf, "ignore_malformed");
        Self { ignore_malformed: malformed.unwrap_or(around.settings.ignore_malformed) }
    }
}

pub(crate) fn take(rule: &Ip, field: &FieldNode, doc: &mut Doc<'_>) -> Outcome {
    let Some(text) = field::text(doc)? else { return Ok(()) };
    if is_address(text) {
        return Ok(());
    }
    if rule.ignore_malformed {
        field::ignore(field, doc);
        return Ok(());
    }
    let text = format!("'{}' is not an IP string literal.", visible(text));
    Err(Failure::argument(text).class(RejectClass::ValueType))
}

/// Dotted quads without leading zeros, IPv6 with one `::` at most and possibly a quad at its end; no zone.
pub(crate) fn is_address(text: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(text) else { return false };
    text.parse::<std::net::Ipv4Addr>().is_ok() || text.parse::<std::net::Ipv6Addr>().is_ok()
}

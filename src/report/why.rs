//! The chain of one field, for people and programs.
//!
//! In: the evidence, or a finished [`Why`]. Out: the chain, or bytes in a format. It refuses to know how a field was found.

mod json;
mod text;

pub use json::json;
pub use text::text;

use crate::model::evidence::{Evidence, FieldEvidence, IndexEvidence};
use crate::model::mapping::Field;
use crate::model::path::FieldPath;
use crate::model::profile::Kind;
use crate::model::report::Report;
use crate::model::timeline::Origin;
use crate::model::why::{Chain, Elsewhere, Next, Why};

/// The chain of a field; `None` where neither a mapping nor a record has it.
pub fn build(evidence: &Evidence<'_>, report: Report, field: &FieldPath) -> Option<Why> {
    let having = |index: &&IndexEvidence<'_>| index.fields.contains_key(field);
    let mapped = |index: &&&IndexEvidence<'_>| index.type_now(field).is_some();
    let all: Vec<&IndexEvidence<'_>> = evidence.indices.iter().filter(having).collect();
    let index = all.iter().rev().find(mapped).or(all.last())?;
    Some(Why {
        field: field.clone(),
        chain: chain(index, field, index.fields.get(field)?),
        everywhere: all.iter().map(|index| elsewhere(index, field)).collect(),
        report,
    })
}

fn elsewhere(index: &IndexEvidence<'_>, field: &FieldPath) -> Elsewhere {
    Elsewhere {
        index: index.name.to_owned(),
        field_type: index.type_now(field).map(str::to_owned),
        origin: origin(&index.fields[field]),
    }
}

fn chain(index: &IndexEvidence<'_>, path: &FieldPath, field: &FieldEvidence<'_>) -> Chain {
    let origin = origin(field);
    let brought_by = origin.as_ref().and_then(Origin::addition).map(|added| added.sighting);
    let type_of = |field: Option<&Field>| field.map(|field| field.type_name().to_owned());
    let timeline = index.timeline;
    let refused = timeline.rejects.iter().filter(|(group, _)| group.field.as_ref() == Some(path));
    let lost = timeline.losses.iter().filter(|(loss, _)| loss.field == *path);
    Chain {
        index: index.name.to_owned(),
        confidence: index.ceiling,
        field_type: index.type_now(path).map(str::to_owned),
        declared: type_of(field.declared),
        live: type_of(field.live),
        excerpt: brought_by.and_then(|sighting| timeline.excerpts.get(&sighting).cloned()),
        origin,
        present: field.present(),
        families: field.families.iter().map(|&name| name.to_owned()).collect(),
        seen: Kind::ALL.iter().filter_map(|kind| Some((*kind, field.sums_of(*kind)?))).collect(),
        rejected: refused.map(|(group, refused)| (group.clone(), refused.clone())).collect(),
        bent: lost.map(|(loss, counted)| (loss.cause, *counted)).collect(),
        others: index.other_outcomes(path).cloned().collect(),
        next: index.next.map(|next| Next {
            field_type: index.type_next(path).map(str::to_owned),
            addition: next.origins.get(path).and_then(Origin::addition).cloned(),
        }),
    }
}

/// A declared field is explained by its declaration, whatever the replay says.
fn origin(field: &FieldEvidence<'_>) -> Option<Origin> {
    field.origin.cloned().or_else(|| field.declared.map(|_| Origin::Declared))
}

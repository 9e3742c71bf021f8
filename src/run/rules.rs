//! `mapdrift explain` and `mapdrift rules`: the catalogue, from the rules themselves.

use super::{Verdict, output};
use crate::cli::{Explain, Format, Rules};
use crate::error::Error;
use crate::report::catalogue;
use crate::rules::{self, RULES};

/// Prints the page of one rule.
pub(super) fn explain(explain: &Explain) -> Result<Verdict, Error> {
    let rule = rules::find(&explain.rule).ok_or_else(|| unknown(&explain.rule))?;
    output::print(|out| out.write_all(rule.page.as_bytes()))?;
    Ok(Verdict::Clean)
}

/// Lists all rules.
pub(super) fn list(list: &Rules) -> Result<Verdict, Error> {
    let cards = rules::catalogue();
    output::print(|out| match list.format {
        Format::Text => catalogue::text(&cards, out),
        Format::Json => catalogue::json(&cards, out),
    })?;
    Ok(Verdict::Clean)
}

fn unknown(id: &str) -> Error {
    let ids: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
    let near = similar::get_close_matches(id, &ids, 1, 0.6);
    Error::Usage {
        message: format!("there is no rule `{id}`"),
        hint: Some(match near.first() {
            Some(near) => format!("did you mean `{near}`? `mapdrift rules` lists them all"),
            None => "`mapdrift rules` lists them all".to_owned(),
        }),
    }
}

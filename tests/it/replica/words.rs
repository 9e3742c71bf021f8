//! The words of a refusal as far as they can be compared.
//!
//! In: an item of an engine's answer, a refusal of the replica. Out: its chain of exceptions without what the JVM, the libraries
//! or the recording decide.

use mapdrift::model::fate::Reject;
use serde_json::Value;

/// The exceptions of an answer, outermost first, as far as they can be compared.
pub(super) fn chain(item: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut next = Some(item);
    while let Some(error) = next.filter(|error| !error.is_null()) {
        let kind = error["type"].as_str().unwrap_or("?");
        found.push(link(kind, error["reason"].as_str().unwrap_or("null")));
        next = error.get("cause");
    }
    without_repetition(found)
}

/// An exception that says its cause's words again says them in Jackson's words where the cause is Jackson's.
fn without_repetition(mut chain: Vec<String>) -> Vec<String> {
    for at in 1..chain.len() {
        if TYPE_ONLY.contains(&chain[at].as_str())
            && let Some((head, _)) = chain[at - 1].split_once("[l:c] failed to parse: ")
        {
            chain[at - 1] = format!("{head}[l:c] failed to parse: ...");
        }
    }
    chain
}

pub(super) fn reject_chain(reject: &Reject) -> Vec<String> {
    let causes = reject.caused_by.iter();
    let causes = causes.map(|c| link(&c.error_type, c.reason.as_deref().unwrap_or("null")));
    let all = std::iter::once(link(&reject.error_type, &reject.reason)).chain(causes);
    without_repetition(all.collect())
}

/// Exceptions of Jackson and the JDK, whose words are theirs.
const TYPE_ONLY: [&str; 6] = [
    "json_parse_exception",
    "json_e_o_f_exception",
    "stream_read_exception",
    "unexpected_end_of_input_exception",
    "stream_constraints_exception",
    "date_time_parse_exception",
];

/// One exception in a form that two sides share: ids, and what Jackson, the JDK and hash orders decide, are left out.
fn link(kind: &str, reason: &str) -> String {
    if TYPE_ONLY.contains(&kind) {
        return kind.to_owned();
    }
    let first = without_places(reason.lines().next().unwrap_or_default());
    if kind.starts_with("x_content")
        && !first.contains("Current token")
        && !first.contains("Numeric value")
    {
        return kind.to_owned(); // Jackson's words for bytes that are no JSON.
    }
    let first = first.as_str();
    let text = without_chance(&without_preview(&without_id(first)));
    // Recorded reasons are cut at 700 characters.
    let text: String = text.chars().take(400).collect();
    format!("{kind}: {text}")
}

fn without_id(text: &str) -> String {
    let Some((head, rest)) = text.split_once("document with id '") else { return text.to_owned() };
    let rest = rest.split_once('\'').map_or("", |(_, rest)| rest);
    format!("{head}document with id '?'{rest}")
}

/// Places are written as the engine does, but depend on how far its parser had read; Jackson's words behind them are left out.
fn without_places(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find('[') {
        let end = rest[start..].find(']').map(|end| start + end);
        let place = end.map(|end| &rest[start + 1..end]).is_some_and(|inside| {
            inside.contains(':') && inside.bytes().all(|byte| byte == b':' || byte.is_ascii_digit())
        });
        let next = if place { end.unwrap() + 1 } else { start + 1 };
        out.push_str(if place { &rest[..start] } else { &rest[..next] });
        if place {
            out.push_str("[l:c]");
        }
        rest = &rest[next..];
    }
    out.push_str(rest);
    for words in ["failed to parse: [l:c]", "[l:c] [l:c]"] {
        if let Some((head, _)) = out.split_once(words) {
            return format!("{head}{words} ...");
        }
    }
    out
}

/// Recorded reasons are cut at 700 characters: of a preview that is longer than this, the end may be missing.
const RECORDED: usize = 300;

/// Previews of objects come in hash order.
fn without_preview(text: &str) -> String {
    match text.split_once("Preview of field's value: '") {
        Some((head, rest))
            if rest.contains('{') && (rest.contains(", ") || rest.len() > RECORDED) =>
        {
            format!("{head}...")
        }
        _ => text.to_owned(),
    }
}

/// A preview that ends with a float in scientific form.
fn float_preview(text: &str) -> Option<(&str, f32)> {
    let (head, number) = text.strip_suffix('\'')?.rsplit_once('\'')?;
    let is_preview = head.ends_with("Preview of field's value: ") && number.contains('E');
    Some((head, number.parse().ok().filter(|_| is_preview)?))
}

/// What the JVM decides: the order of hash sets, and a digit too many in `Float.toString` before JDK 19.
fn without_chance(text: &str) -> String {
    let text =
        text.replace("1.17549435E-38", "1.1754944E-38").replace("2.14748365E9", "2.1474836E9");
    if let Some((head, rest)) = text.split_once("supports only finite values, but got [") {
        let number = rest.trim_end_matches(']').parse::<f32>().unwrap_or(f32::NAN);
        return format!("{head}supports only finite values, but got [{number}]");
    }
    if let Some((head, number)) = float_preview(&text) {
        return format!("{head}'{number}'");
    }
    if let Some(rest) = text.strip_prefix("For input string: \"") {
        // The JDK's double parser names the text with or without its spaces.
        return format!("For input string: \"{}\"", rest.trim_end_matches('"').trim());
    }
    if let Some((head, _)) = text.split_once("from TemporalAccessor: {") {
        return head.to_owned();
    }
    for order in
        ["has been exceeded due to object field", "must be one of", "is longer than the limit of"]
    {
        if let Some((head, _)) = text.split_once(order) {
            let head = head.split("Field name [").next().unwrap_or(head);
            return format!("{head}{order} ...");
        }
    }
    text
}

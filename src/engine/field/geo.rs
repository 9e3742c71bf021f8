//! Points: text, geohash, object, array; who reads which form in whose words (`GeoUtils#parseGeoPoint`, `GeoPoint`).

mod object;

use crate::engine::document::Doc;
use crate::engine::failure::{Failure, Outcome};
use crate::engine::field::number::{self, Kind};
use crate::engine::field::{self, switch};
use crate::engine::names;
use crate::engine::number::{java_double, parse_double};
use crate::engine::switches::Geo;
use crate::engine::tape::Token;
use crate::engine::tree::{FieldNode, Surroundings};
use crate::model::fate::RejectClass;
use crate::model::mapping::LeafField;
use crate::model::path::visible;

/// A point field's parameters.
#[derive(Clone, Debug)]
pub(crate) struct Point {
    ignore_malformed: bool,
    ignore_z: bool,
}

impl Point {
    pub(crate) fn compile(leaf: &LeafField, around: Surroundings<'_>) -> Self {
        let malformed = switch(leaf, "ignore_malformed");
        Self {
            ignore_malformed: malformed.unwrap_or(around.settings.ignore_malformed),
            ignore_z: switch(leaf, "ignore_z_value").unwrap_or(true),
        }
    }
}

/// `GeoPointFieldMapper#parse`, in its own wrapper from 6.6 on.
pub(crate) fn parse(rule: &Point, field: &FieldNode, doc: &mut Doc<'_>) -> Outcome {
    let geo = doc.switches().fields.geo;
    take(rule, field, doc).map_err(|failure| {
        let failure = failure.field(|| names::path(&field.full));
        let own = match geo {
            Geo::Es65 => false,
            Geo::Es8 | Geo::Es717 => !is_bare(&failure),
            _ => true,
        };
        if own { wrapped(field, doc, failure) } else { failure }
    })
}

/// From 7.11 the flat array is read outside the wrapper: its errors are marked by an empty class of their own.
fn is_bare(failure: &Failure) -> bool {
    failure.class == RejectClass::Other
}

fn wrapped(field: &FieldNode, doc: &Doc<'_>, failure: Failure) -> Failure {
    let full = visible(&field.full);
    let text = format!("failed to parse field [{full}] of type [{}]", field.type_name);
    let class = match failure.class {
        RejectClass::Other => RejectClass::ValueType,
        class => class,
    };
    doc.mapping_failure(text).class(class).because(failure)
}

fn take(rule: &Point, field: &FieldNode, doc: &mut Doc<'_>) -> Outcome {
    match doc.token() {
        Token::Null => Ok(()),
        Token::BeginArray => match doc.parser.advance()? {
            Some(Token::Integer(_) | Token::Float(_)) => take_flat(rule, field, doc),
            _ => take_elements(rule, field, doc),
        },
        _ => take_one(rule, field, doc),
    }
}

/// 7.10 and OpenSearch give the points to Lucene when all are read: only then it refuses what is no number.
fn take_elements(rule: &Point, field: &FieldNode, doc: &mut Doc<'_>) -> Outcome {
    let geo = doc.switches().fields.geo;
    let mut refused = Ok(());
    while !matches!(doc.parser.current(), Some(Token::EndArray) | None) {
        if doc.token() != Token::Null || geo != Geo::Es8 {
            match take_one(rule, field, doc) {
                Err(failure) if matches!(geo, Geo::Es7 | Geo::Os2) && is_lucenes(&failure) => {
                    refused = refused.and(Err(failure));
                }
                other => other?,
            }
        }
        doc.parser.advance()?;
    }
    refused
}

fn is_lucenes(failure: &Failure) -> bool {
    failure.message().contains(" NaN; must be between ")
}

/// `[lon, lat]`, `[lon, lat, z]`: the parser stands on the first number. A third is looked at and left where it is.
fn take_flat(rule: &Point, field: &FieldNode, doc: &mut Doc<'_>) -> Outcome {
    let begin = doc.parser.clone();
    let geo = doc.switches().fields.geo;
    let read = |doc: &mut Doc<'_>| -> Outcome {
        let lon = double(doc)?;
        doc.parser.advance()?;
        let lat = double(doc)?;
        match doc.parser.advance()? {
            Some(Token::Integer(_) | Token::Float(_)) => check_z(rule, double(doc)?)?,
            Some(Token::EndArray) | None => {}
            Some(_) => return Err(parse_exception(format!("{}{MORE}", prefix(geo)))),
        }
        in_range(rule, field, (lat, lon), geo)
    };
    match read(doc) {
        Err(failure)
            if rule.ignore_malformed && swallows_flat(doc.switches().fields.geo, &failure) =>
        {
            doc.parser = begin;
            while !matches!(doc.parser.current(), Some(Token::EndArray) | None) {
                doc.parser.advance()?;
            }
            field::ignore(field, doc);
            Ok(())
        }
        Err(mut failure) if matches!(doc.switches().fields.geo, Geo::Es8 | Geo::Es717) => {
            if !failure.message().starts_with("illegal l") {
                failure.class = RejectClass::Other;
            }
            Err(failure)
        }
        other => other,
    }
}

/// What stands behind the second number of a flat array and is none itself.
const MORE: &str = "field type does not accept > 3 dimensions";

fn prefix(geo: Geo) -> &'static str {
    if matches!(geo, Geo::Es65 | Geo::Es68) { "[geo_point] " } else { "" }
}

fn swallows_flat(geo: Geo, failure: &Failure) -> bool {
    match geo {
        Geo::Es7 | Geo::Os2 => true,
        _ if failure.message().ends_with(MORE) => false,
        _ => failure.kind == "parse_exception" && matches!(geo, Geo::Es65 | Geo::Es68),
    }
}

/// One point, ignored if it may be. From 6.6 the parser is led to the end of an object or array whatever happened inside.
fn take_one(rule: &Point, field: &FieldNode, doc: &mut Doc<'_>) -> Outcome {
    let begin = doc.parser.clone();
    let geo = doc.switches().fields.geo;
    let read = point(rule, doc).and_then(|place| in_range(rule, field, place, geo));
    let Err(failure) = read else { return Ok(()) };
    if doc.switches().fields.geo != Geo::Es65
        && matches!(begin.current(), Some(Token::BeginObject | Token::BeginArray))
    {
        doc.parser = begin;
        doc.parser.skip_children()?;
    }
    let ignorable = failure.kind == "parse_exception"
        || !matches!(doc.switches().fields.geo, Geo::Es65 | Geo::Es68);
    if rule.ignore_malformed && ignorable {
        field::ignore(field, doc);
        return Ok(());
    }
    Err(failure)
}

fn parse_exception(text: impl Into<std::borrow::Cow<'static, str>>) -> Failure {
    Failure::new("parse_exception", text).class(RejectClass::ValueType)
}

fn double(doc: &Doc<'_>) -> Outcome<f64> {
    match doc.token() {
        Token::String(_) => parse_double(&visible(doc.parser.text(doc.switches())?))
            .map_err(|cause| Failure::from_cause(cause).class(RejectClass::ValueType)),
        Token::Integer(text) | Token::Float(text) => {
            Ok(parse_double(&visible(text)).unwrap_or(f64::NAN))
        }
        _ => number::read(Kind::Double, true, doc).map(|taken| taken.value.near()),
    }
}

fn in_range(rule: &Point, field: &FieldNode, (lat, lon): (f64, f64), geo: Geo) -> Outcome {
    // From 7 on the reader of points is given the field's own name, without those above.
    let name = match geo {
        Geo::Es65 | Geo::Es68 => visible(&field.full),
        _ => visible(names::last_segment(&field.full)),
    };
    let outside = |word: &str, value: f64| {
        let text = format!("illegal {word} value [{}] for {name}", java_double(value));
        Err(Failure::argument(text).class(RejectClass::NumberRange))
    };
    let no_number = |word: &str, most: &str| {
        let text = format!("invalid {word} NaN; must be between -{most} and {most}");
        Err(Failure::argument(text).class(RejectClass::NumberRange))
    };
    match rule.ignore_malformed {
        false if lat.is_nan() => no_number("latitude", "90.0"),
        false if lon.is_nan() => no_number("longitude", "180.0"),
        false if !(-90.0..=90.0).contains(&lat) => outside("latitude", lat),
        false if !(-180.0..=180.0).contains(&lon) => outside("longitude", lon),
        // No number is left of an infinite one when it is brought into range.
        true if geo == Geo::Es65 && !lat.is_finite() => no_number("latitude", "90.0"),
        true if geo == Geo::Es65 && !lon.is_finite() => no_number("longitude", "180.0"),
        true if !lat.is_finite() || !lon.is_finite() => {
            Err(parse_exception("cannot normalize the point - not a number"))
        }
        _ => Ok(()),
    }
}

fn check_z(rule: &Point, z: f64) -> Outcome {
    if rule.ignore_z {
        Ok(())
    } else {
        Err(parse_exception(format!(
            "Exception parsing coordinates: found Z value [{}] but [ignore_z_value] parameter is [false]",
            java_double(z)
        )))
    }
}

fn point(rule: &Point, doc: &mut Doc<'_>) -> Outcome<(f64, f64)> {
    match doc.token() {
        Token::BeginObject => object::read(rule, doc),
        Token::BeginArray => array(rule, doc),
        Token::String(_) => from_text(rule, &visible(doc.parser.text(doc.switches())?), doc),
        _ => Err(parse_exception("geo_point expected")),
    }
}

fn array(rule: &Point, doc: &mut Doc<'_>) -> Outcome<(f64, f64)> {
    let mut found = Vec::new();
    loop {
        match doc.parser.advance()? {
            Some(Token::EndArray) | None => break,
            Some(Token::Integer(_) | Token::Float(_)) => found.push(double(doc)?),
            Some(_) => return Err(parse_exception("numeric value expected")),
        }
        if found.len() == 3 {
            check_z(rule, found[2])?;
        }
        match doc.switches().fields.geo {
            Geo::Os2 if found.len() > 3 => {
                return Err(parse_exception(
                    "[geo_point] field type does not accept more than 3 values",
                ));
            }
            Geo::Es7 | Geo::Es717 | Geo::Es8 if found.len() > 3 => {
                return Err(parse_exception(
                    "[geo_point] field type does not accept > 3 dimensions",
                ));
            }
            _ => {}
        }
    }
    if found.len() < 2 && doc.switches().fields.geo == Geo::Os2 {
        return Err(parse_exception("[geo_point] field type should have at least two dimensions"));
    }
    let part = |i: usize| found.get(i).copied().unwrap_or(f64::NAN);
    Ok((part(1), part(0)))
}

/// `GeoPoint#resetFromString`.
fn from_text(rule: &Point, text: &str, doc: &Doc<'_>) -> Outcome<(f64, f64)> {
    let geo = doc.switches().fields.geo;
    let knows_wkt = !matches!(geo, Geo::Es65 | Geo::Es68);
    if knows_wkt && text.to_lowercase().contains("point") {
        return wkt(rule, text);
    }
    if !text.contains(',') {
        return geohash(text);
    }
    let parts: Vec<&str> = text.trim_end_matches(',').split(',').collect();
    if parts.len() > 3 {
        return Err(parse_exception(match geo {
            Geo::Os2 => format!(
                "failed to parse [{text}], expected 2 or 3 coordinates but found: [{}]",
                parts.len()
            ),
            // One argument for two places.
            _ => format!(
                "failed to parse [{}], expected 2 or 3 coordinates but found: [{{}}]",
                parts.len()
            ),
        }));
    }
    let read = |part: Option<&&str>, word: &str| {
        let part = part.copied().unwrap_or_default().trim();
        parse_double(part).map_err(|cause| {
            let cause = Failure::from_cause(cause).class(RejectClass::ValueType);
            match geo {
                Geo::Es65 => cause,
                _ => parse_exception(format!("{word} must be a number")),
            }
        })
    };
    let lat = read(parts.first(), "latitude")?;
    let lon = read(parts.get(1), "longitude")?;
    if let Some(z) = parts.get(2) {
        check_z(rule, read(Some(z), "z")?)?;
    }
    Ok((lat, lon))
}

/// `POINT (lon lat [z])`.
fn wkt(rule: &Point, text: &str) -> Outcome<(f64, f64)> {
    let invalid = || parse_exception("Invalid WKT format");
    let trimmed = text.trim();
    let rest = trimmed.get(5..).filter(|_| trimmed[..5].eq_ignore_ascii_case("point"));
    let inner = rest.and_then(|rest| rest.trim().strip_prefix('(')?.strip_suffix(')'));
    let numbers: Vec<&str> = inner.ok_or_else(invalid)?.split_whitespace().collect();
    let read = |text: &str| parse_double(text).map_err(|_| invalid());
    match numbers.as_slice() {
        [lon, lat] => Ok((read(lat)?, read(lon)?)),
        [lon, lat, z] => {
            check_z(rule, read(z)?)?;
            Ok((read(lat)?, read(lon)?))
        }
        _ => Err(invalid()),
    }
}

const BASE_32: &str = "0123456789bcdefghjkmnpqrstuvwxyz";

/// A geohash: its first twelve letters are read. The place itself does not matter here.
fn geohash(text: &str) -> Outcome<(f64, f64)> {
    let refuse =
        |reason: String| Err(parse_exception(reason.clone()).because(Failure::argument(reason)));
    if text.is_empty() {
        return refuse("empty geohash".to_owned());
    }
    match text.chars().take(12).find(|c| !BASE_32.contains(*c)) {
        Some(c) => refuse(format!("unsupported symbol [{c}] in geohash [{text}]")),
        None => Ok((0.0, 0.0)),
    }
}

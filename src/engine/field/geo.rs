//! Points: text, geohash, object, array; who reads which form in whose words (`GeoUtils#parseGeoPoint`, `GeoPoint`).

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

fn take_elements(rule: &Point, field: &FieldNode, doc: &mut Doc<'_>) -> Outcome {
    while !matches!(doc.parser.current(), Some(Token::EndArray) | None) {
        if doc.token() != Token::Null || doc.switches().fields.geo != Geo::Es8 {
            take_one(rule, field, doc)?;
        }
        doc.parser.advance()?;
    }
    Ok(())
}

/// `[lon, lat]`, `[lon, lat, z]`: the parser stands on the first number. A third is looked at and left where it is.
fn take_flat(rule: &Point, field: &FieldNode, doc: &mut Doc<'_>) -> Outcome {
    let begin = doc.parser.clone();
    let read = |doc: &mut Doc<'_>| -> Outcome {
        let lon = double(doc)?;
        doc.parser.advance()?;
        let lat = double(doc)?;
        if matches!(doc.parser.advance()?, Some(Token::Integer(_) | Token::Float(_))) {
            check_z(rule, double(doc)?)?;
        }
        in_range(rule, field, lat, lon)
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

fn swallows_flat(geo: Geo, failure: &Failure) -> bool {
    match geo {
        Geo::Es7 | Geo::Os2 => true,
        _ => failure.kind == "parse_exception" && matches!(geo, Geo::Es65 | Geo::Es68),
    }
}

/// One point, ignored if it may be. From 6.6 the parser is led to the end of an object or array whatever happened inside.
fn take_one(rule: &Point, field: &FieldNode, doc: &mut Doc<'_>) -> Outcome {
    let begin = doc.parser.clone();
    let read = point(rule, doc).and_then(|(lat, lon)| in_range(rule, field, lat, lon));
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
        Token::String(text) => parse_double(&visible(text))
            .map_err(|cause| Failure::from_cause(cause).class(RejectClass::ValueType)),
        Token::Integer(text) | Token::Float(text) => {
            Ok(parse_double(&visible(text)).unwrap_or(f64::NAN))
        }
        _ => number::read(Kind::Double, true, doc).map(|taken| taken.value.near()),
    }
}

fn in_range(rule: &Point, field: &FieldNode, lat: f64, lon: f64) -> Outcome {
    let full = visible(&field.full);
    let outside = |word: &str, value: f64| {
        let text = format!("illegal {word} value [{}] for {full}", java_double(value));
        Err(Failure::argument(text).class(RejectClass::NumberRange))
    };
    match rule.ignore_malformed {
        false if !(-90.0..=90.0).contains(&lat) => outside("latitude", lat),
        false if !(-180.0..=180.0).contains(&lon) => outside("longitude", lon),
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
        Token::BeginObject => object(rule, doc),
        Token::BeginArray => array(rule, doc),
        Token::String(text) => from_text(rule, &visible(text), doc),
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
        if found.len() > 3
            && matches!(doc.switches().fields.geo, Geo::Es7 | Geo::Es717 | Geo::Os2 | Geo::Es8)
        {
            return Err(parse_exception("[geo_point] field type does not accept > 3 dimensions"));
        }
    }
    let part = |i: usize| found.get(i).copied().unwrap_or(f64::NAN);
    Ok((part(1), part(0)))
}

/// Parts of an object that were seen.
#[derive(Default)]
struct Parts {
    lat: Option<f64>,
    lon: Option<f64>,
    bad: Option<Failure>,
    geohash: Option<String>,
    kind: Option<String>,
    coordinates: Option<Vec<f64>>,
}

fn object(rule: &Point, doc: &mut Doc<'_>) -> Outcome<(f64, f64)> {
    let mut parts = Parts::default();
    let geo = doc.switches().fields.geo;
    loop {
        match doc.parser.advance()? {
            Some(Token::EndObject) | None => break,
            Some(Token::Name(name)) => member(rule, doc, name, &mut parts)?,
            Some(other) => {
                return Err(parse_exception(format!("token [{}] not allowed", other.word())));
            }
        }
    }
    if let Some(coordinates) = &parts.coordinates {
        let part = |i: usize| coordinates.get(i).copied().unwrap_or(f64::NAN);
        return Ok((part(1), part(0)));
    }
    if let Some(hash) = &parts.geohash {
        if parts.lat.is_some() || parts.lon.is_some() {
            return Err(parse_exception("field must be either lat/lon or geohash"));
        }
        return geohash(hash);
    }
    if let Some(cause) = parts.bad {
        return Err(parse_exception("[lat] and [lon] must be valid double values").because(cause));
    }
    match (parts.lat, parts.lon, geo) {
        (Some(lat), Some(lon), _) => Ok((lat, lon)),
        (None, None, Geo::Es8) => {
            Err(parse_exception("field must be either lat/lon, geohash string or type/coordinates"))
        }
        (None, None, Geo::Os2) => Err(parse_exception("token [END_OBJECT] not allowed")),
        (None, _, Geo::Es8) => Err(parse_exception("Required [lat]")),
        (_, None, Geo::Es8) => Err(parse_exception("Required [lon]")),
        (None, ..) => Err(parse_exception("field [lat] missing")),
        (_, None, _) => Err(parse_exception("field [lon] missing")),
    }
}

fn member(rule: &Point, doc: &mut Doc<'_>, name: &[u8], parts: &mut Parts) -> Outcome {
    let geo = doc.switches().fields.geo;
    match (name, geo) {
        (b"lat" | b"lon", _) => {
            let lat = name == b"lat";
            let value = coordinate(doc, if lat { "latitude" } else { "longitude" }, parts)?;
            *(if lat { &mut parts.lat } else { &mut parts.lon }) = value;
        }
        (b"geohash", Geo::Es65 | Geo::Es68 | Geo::Es7 | Geo::Es717 | Geo::Os2) => {
            match doc.parser.advance()? {
                Some(Token::String(text)) => parts.geohash = Some(visible(text)),
                _ => return Err(parse_exception("geohash must be a string")),
            }
        }
        (b"type", Geo::Os2 | Geo::Es8) => {
            doc.parser.advance()?;
            let text = visible(doc.parser.text(doc.switches())?);
            if !text.eq_ignore_ascii_case("point") {
                return Err(parse_exception("[type] for geo_point can only be 'Point'"));
            }
            parts.kind = Some(text);
        }
        (b"coordinates", Geo::Os2 | Geo::Es8) => {
            if doc.parser.advance()? != Some(Token::BeginArray) {
                return Err(parse_exception("GeoJSON 'coordinates' must be an array"));
            }
            let (lat, lon) = array(rule, doc)?;
            parts.coordinates = Some(vec![lon, lat]);
        }
        (b"z", Geo::Es8) => {
            doc.parser.advance()?;
            check_z(rule, double(doc)?)?;
        }
        (other, Geo::Es8) => {
            return Err(parse_exception(format!(
                "field [{}] not supported - must be one of: lon, lat, z, type, coordinates",
                visible(other)
            )));
        }
        (_, Geo::Os2) => {
            return Err(parse_exception(
                "field must be either [lon|lat], [type|coordinates], or [geohash]",
            ));
        }
        _ => return Err(parse_exception("field must be either [lat], [lon] or [geohash]")),
    }
    Ok(())
}

fn coordinate(doc: &mut Doc<'_>, word: &str, parts: &mut Parts) -> Outcome<Option<f64>> {
    match doc.parser.advance()? {
        Some(Token::String(_) | Token::Integer(_) | Token::Float(_)) => match double(doc) {
            Ok(value) => Ok(Some(value)),
            Err(failure) => {
                parts.bad = Some(failure);
                Ok(None)
            }
        },
        _ => Err(parse_exception(format!("{word} must be a number"))),
    }
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
        return Err(parse_exception(format!(
            "failed to parse [{text}], expected 2 or 3 coordinates but found: [{}]",
            parts.len()
        )));
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

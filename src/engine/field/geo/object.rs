//! A point written as an object: `lat` and `lon`, a geohash, `GeoJSON`; in whose words the rest is refused.
//!
//! In: the walk at the object's start. Out: latitude and longitude. It refuses to know whether they lie on the earth.

use super::{Point, array, check_z, double, geohash, parse_exception};
use crate::engine::document::Doc;
use crate::engine::failure::{Failure, Outcome};
use crate::engine::switches::Geo;
use crate::engine::tape::Token;
use crate::model::path::visible;

/// Latitude and longitude.
type Place = (f64, f64);

pub(super) fn read(rule: &Point, doc: &mut Doc<'_>) -> Outcome<Place> {
    match doc.switches().fields.geo {
        Geo::Es65 | Geo::Es68 | Geo::Es7 | Geo::Es717 => any_order(doc),
        Geo::Os2 => one_form(rule, doc),
        Geo::Es8 => every_member(rule, doc),
    }
}

/// A name, where the parser now stands; `None` at the object's end.
fn name<'t>(doc: &mut Doc<'t>) -> Outcome<Option<&'t [u8]>> {
    match doc.parser.advance()? {
        Some(Token::EndObject) | None => Ok(None),
        Some(Token::Name(name)) => Ok(Some(name)),
        Some(other) => Err(not_allowed(other)),
    }
}

/// A name and the value behind it, where the parser now stands; `None` at the object's end.
fn member<'t>(doc: &mut Doc<'t>) -> Outcome<Option<&'t [u8]>> {
    let found = name(doc)?;
    if found.is_some() {
        doc.parser.advance()?;
    }
    Ok(found)
}

fn not_allowed(token: Token<'_>) -> Failure {
    parse_exception(format!("token [{}] not allowed", token.word()))
}

/// A number or a text; `Err` within where the text is none.
fn number(doc: &Doc<'_>, name: &str) -> Outcome<Outcome<f64>> {
    match doc.token() {
        Token::String(_) | Token::Integer(_) | Token::Float(_) => Ok(double(doc)),
        _ => Err(parse_exception(format!("{name} must be a number"))),
    }
}

fn string(doc: &Doc<'_>, refusal: &'static str) -> Outcome<String> {
    match doc.token() {
        Token::String(_) => Ok(visible(doc.parser.text(doc.switches())?)),
        _ => Err(parse_exception(refusal)),
    }
}

/// `GeoUtils#parseGeoPoint` of Elasticsearch to 7.17 and OpenSearch 1: what is wrong with numbers is said at the end.
fn any_order(doc: &mut Doc<'_>) -> Outcome<Place> {
    let (mut lat, mut lon, mut hash, mut bad) = (f64::NAN, f64::NAN, None, None);
    while let Some(name) = name(doc)? {
        let (into, word) = match name {
            b"lat" => (&mut lat, "latitude"),
            b"lon" => (&mut lon, "longitude"),
            b"geohash" => {
                doc.parser.advance()?;
                hash = Some(string(doc, "geohash must be a string")?);
                continue;
            }
            _ => return Err(parse_exception("field must be either [lat], [lon] or [geohash]")),
        };
        doc.parser.advance()?;
        match number(doc, word)? {
            Ok(value) => *into = value,
            Err(failure) => bad = Some(failure),
        }
    }
    match (hash, bad) {
        (Some(_), _) if !lat.is_nan() || !lon.is_nan() => {
            Err(parse_exception("field must be either lat/lon or geohash"))
        }
        (Some(hash), _) => geohash(&hash),
        (_, Some(bad)) => {
            Err(parse_exception("[lat] and [lon] must be valid double values").because(bad))
        }
        _ if lat.is_nan() => Err(parse_exception("field [lat] missing")),
        _ if lon.is_nan() => Err(parse_exception("field [lon] missing")),
        _ => Ok((lat, lon)),
    }
}

const ONE_OF_THREE: &str = "field must be either [lon|lat], [type|coordinates], or [geohash]";

/// `GeoUtils#parseGeoPoint` of OpenSearch from 2.0: the first name says which form it is, and no other may follow.
fn one_form(rule: &Point, doc: &mut Doc<'_>) -> Outcome<Place> {
    let Some(name) = member(doc)? else { return Err(not_allowed(Token::EndObject)) };
    let place = match name {
        b"lat" | b"lon" => pair(name, doc)?,
        b"geohash" => geohash(&string(doc, "geohash must be a string")?)?,
        b"type" | b"coordinates" => return geo_json(rule, name, doc),
        _ => return Err(parse_exception(ONE_OF_THREE)),
    };
    ended(doc, place)
}

fn ended(doc: &mut Doc<'_>, place: Place) -> Outcome<Place> {
    match member(doc)? {
        Some(_) => Err(parse_exception(ONE_OF_THREE)),
        None => Ok(place),
    }
}

fn pair(first: &[u8], doc: &mut Doc<'_>) -> Outcome<Place> {
    let mut found = [None, None];
    let mut name = first;
    for turn in 0..2 {
        if turn == 1 {
            match member(doc)? {
                Some(next) => name = next,
                None => break,
            }
        }
        let (at, word) = match name {
            b"lat" => (0, "lat"),
            b"lon" => (1, "lon"),
            _ => return Err(parse_exception(ONE_OF_THREE)),
        };
        let refused = |bad: Failure| {
            parse_exception("[lon] and [lat] must be valid double values").because(bad)
        };
        found[at] = Some(number(doc, word)?.map_err(refused)?);
    }
    match found {
        [Some(lat), Some(lon)] => Ok((lat, lon)),
        [_, None] => Err(parse_exception("field [lon] missing")),
        _ => Err(parse_exception("field [lat] missing")),
    }
}

fn geo_json(rule: &Point, first: &[u8], doc: &mut Doc<'_>) -> Outcome<Place> {
    let (mut place, mut has_type, mut name) = (None, false, first);
    for turn in 0..2 {
        if turn == 1 {
            match member(doc)? {
                Some(next) => name = next,
                None if has_type => return Err(parse_exception("field [coordinates] missing")),
                None => return Err(parse_exception("field [type] missing")),
            }
        }
        match name {
            b"type" => {
                let text = string(doc, "type must be a string")?;
                if !text.eq_ignore_ascii_case("point") {
                    return Err(parse_exception("type must be Point"));
                }
                has_type = true;
            }
            b"coordinates" if doc.token() == Token::BeginArray => place = Some(array(rule, doc)?),
            b"coordinates" => return Err(parse_exception("coordinates must be an array")),
            _ => return Err(parse_exception(ONE_OF_THREE)),
        }
    }
    ended(doc, place.unwrap_or_default())
}

/// What `GenericPointParser` has seen.
#[derive(Default)]
struct Seen {
    lat: Option<f64>,
    lon: Option<f64>,
    kind: Option<String>,
    coordinates: Option<Vec<f64>>,
}

/// `GenericPointParser` of Elasticsearch 8 and 9: each value is checked where it stands, the form at the end.
fn every_member(rule: &Point, doc: &mut Doc<'_>) -> Outcome<Place> {
    let mut seen = Seen::default();
    while let Some(name) = member(doc)? {
        match name {
            b"lat" => seen.lat = not_nan(valid(doc, "latitude")?),
            b"lon" => seen.lon = not_nan(valid(doc, "longitude")?),
            b"z" => check_z(rule, valid(doc, "z")?)?,
            b"type" => seen.kind = Some(string(doc, "[type] must be a string")?),
            b"coordinates" => seen.coordinates = Some(coordinates(doc)?),
            other => {
                return Err(parse_exception(format!(
                    "field [{}] not supported - must be one of: lon, lat, z, type, coordinates",
                    visible(other)
                )));
            }
        }
    }
    seen.has_one_form()?;
    match &seen.coordinates {
        Some(coordinates) if seen.kind.is_some() => seen.on_earth(rule, coordinates),
        _ => Ok((seen.lat.unwrap_or(f64::NAN), seen.lon.unwrap_or(f64::NAN))),
    }
}

fn not_nan(value: f64) -> Option<f64> {
    (!value.is_nan()).then_some(value)
}

fn valid(doc: &Doc<'_>, name: &str) -> Outcome<f64> {
    let refused = |bad: Failure| {
        parse_exception(format!("[{name}] must be a valid double value")).because(bad)
    };
    number(doc, name)?.map_err(refused)
}

fn coordinates(doc: &mut Doc<'_>) -> Outcome<Vec<f64>> {
    if doc.token() != Token::BeginArray {
        return Err(parse_exception("[coordinates] must be an array"));
    }
    let mut found = Vec::new();
    while !matches!(doc.parser.advance()?, Some(Token::EndArray) | None) {
        found.push(valid(doc, "coordinates")?);
    }
    Ok(found)
}

impl Seen {
    fn has_one_form(&self) -> Outcome {
        let required = |name: &str| Err(parse_exception(format!("Required [{name}]")));
        let is_json = self.coordinates.is_some() && self.kind.is_some();
        match (self.lat.is_some(), self.lon.is_some()) {
            (true, true) if is_json => Err(parse_exception(
                "fields matching more than one point format found: [lon/lat, GeoJSON]",
            )),
            (true, true) => Ok(()),
            _ if is_json => Ok(()),
            (_, true) => required("lat"),
            (true, _) => required("lon"),
            _ if self.coordinates.is_some() => required("type"),
            _ if self.kind.is_some() => required("coordinates"),
            _ => Err(parse_exception(
                "field must be either lat/lon, geohash string or type/coordinates",
            )),
        }
    }

    fn on_earth(&self, rule: &Point, coordinates: &[f64]) -> Outcome<Place> {
        let kind = self.kind.as_deref().unwrap_or_default();
        if !kind.eq_ignore_ascii_case("point") {
            return Err(parse_exception("[type] for geo_point can only be 'Point'"));
        }
        match coordinates {
            [] | [_] => Err(parse_exception("[coordinates] must contain at least two values")),
            [lon, lat] => Ok((*lat, *lon)),
            [lon, lat, z] => check_z(rule, *z).map(|()| (*lat, *lon)),
            _ => Err(parse_exception("[geo_point] field type does not accept > 3 dimensions")),
        }
    }
}

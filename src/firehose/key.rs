//! The name that Amazon Data Firehose gives an object.
//!
//! In: an object key. Out: its parts, read from the right, because a stream's name may itself hold `-`, digits and what
//! looks like a date. Refuses to know: what the prefix means, and any name that Firehose did not give.
//!
//! Source: <https://docs.aws.amazon.com/firehose/latest/dev/s3-object-name.html>:
//! `<prefix><stream>-<version>-<yyyy>-<MM>-<dd>-<HH>-<mm>-<ss>-<uuid><extension>`.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// The parts of a key that Firehose made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectName<'a> {
    /// Everything before the stream's name.
    pub prefix: &'a str,
    /// The delivery stream.
    pub stream: &'a str,
    /// The stream's configuration version; `LocalStack` leaves it out.
    pub version: Option<u32>,
    /// The time in the name. UTC for every Elasticsearch and `OpenSearch` destination: only extended S3 destinations have a zone.
    pub time: Timestamp,
    /// The random part.
    pub uuid: &'a str,
    /// From the first dot after the random part, dot included; may be empty.
    pub extension: &'a str,
}

/// Reads a key from the right. `stream` is the stream that the user named: it decides between `test`, version 1 and
/// `test-1` without a version, and finds a stream's name behind a prefix that does not end in `/`.
pub fn object_name<'a>(key: &'a str, stream: Option<&str>) -> Option<ObjectName<'a>> {
    let name_start = key.rfind('/').map_or(0, |slash| slash + 1);
    let dots = key[name_start..].match_indices('.').map(|(at, _)| name_start + at);
    let mut ends: Vec<usize> = dots.chain([key.len()]).collect();
    ends.reverse();
    ends.into_iter().find_map(|end| name_ending_at(key, name_start, end, stream))
}

/// Reads the name whose random part ends at byte `end`.
fn name_ending_at<'a>(
    key: &'a str,
    start: usize,
    end: usize,
    stream: Option<&str>,
) -> Option<ObjectName<'a>> {
    let (rest, uuid) = split_tail(&key[start..end], UUID)?;
    let (head, time) = split_tail(rest.strip_suffix('-')?, TIME)?;
    let head = head.strip_suffix('-')?;
    let time = parse_time(time)?;
    let (before, stream, version) = stream_and_version(head, stream)?;
    let prefix = &key[..start + before];
    Some(ObjectName { prefix, stream, version, time, uuid, extension: &key[end..] })
}

/// What precedes the time: bytes before the stream, the stream, its version.
fn stream_and_version<'a>(
    head: &'a str,
    known: Option<&str>,
) -> Option<(usize, &'a str, Option<u32>)> {
    let versioned = head
        .rsplit_once('-')
        .and_then(|(stream, version)| Some((stream, version_number(version)?)));
    if let Some(known) = known {
        if let Some((stream, version)) = versioned.filter(|(stream, _)| stream.ends_with(known)) {
            let before = stream.len() - known.len();
            return Some((before, &stream[before..], Some(version)));
        }
        if head.ends_with(known) {
            let before = head.len() - known.len();
            return Some((before, &head[before..], None));
        }
    }
    match versioned {
        Some((stream, version)) if is_stream_name(stream) => Some((0, stream, Some(version))),
        _ => is_stream_name(head).then_some((0, head, None)),
    }
}

/// Versions begin at 1 and are written without leading zeros.
fn version_number(text: &str) -> Option<u32> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    plain.then(|| text.parse().ok()).flatten()
}

/// `DeliveryStreamName` of the service model: `[a-zA-Z0-9_.-]{1,64}`.
fn is_stream_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    (1..=64).contains(&name.len()) && name.bytes().all(allowed)
}

/// A pattern of fixed length: `h` is a hexadecimal digit, `d` a decimal one, all else stands for itself.
const UUID: &str = "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh";
const TIME: &str = "dddd-dd-dd-dd-dd-dd";

/// Cuts a tail that fits the pattern off the text.
pub(super) fn split_tail<'a>(text: &'a str, pattern: &str) -> Option<(&'a str, &'a str)> {
    let (head, tail) = text.split_at_checked(text.len().checked_sub(pattern.len())?)?;
    let fits = tail.bytes().zip(pattern.bytes()).all(|(byte, wanted)| match wanted {
        b'h' => byte.is_ascii_hexdigit(),
        b'd' => byte.is_ascii_digit(),
        literal => byte == literal,
    });
    fits.then_some((head, tail))
}

/// `2019-04-30-06-26-00`, in UTC; nothing where the calendar has no such moment.
fn parse_time(text: &str) -> Option<Timestamp> {
    let mut parts = text.split('-').map(|part| part.parse::<i16>().ok());
    let year = parts.next()??;
    let mut small = || parts.next().flatten().and_then(|part| i8::try_from(part).ok());
    let moment = DateTime::new(year, small()?, small()?, small()?, small()?, small()?, 0).ok()?;
    TimeZone::UTC.to_timestamp(moment).ok()
}

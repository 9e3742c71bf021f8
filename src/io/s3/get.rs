//! Reading one object, through broken connections, and noticing when it is no longer the object that was listed.
//!
//! In: an entry of a listing. Out: its bytes in order, exactly once. Refuses to know: what they mean.

use std::time::Duration;

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::operation::get_object::{GetObjectError, GetObjectOutput};
use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;

use super::client::Store;
use super::error::{Refusal, chain_text};
use crate::io::fetch::unreadable;
use crate::io::listing::{Entry, Location};
use crate::model::problem::{ProblemKind, Unreadable};

/// As the SDK's own between attempts.
const LONGEST_WAIT: Duration = Duration::from_secs(20);

/// An object that is being read.
pub(in crate::io) struct Reader {
    store: Store,
    bucket: String,
    key: String,
    /// As listed, else as first answered.
    etag: Option<String>,
    /// The whole object's length.
    length: u64,
    position: u64,
    fruitless: u32,
    body: ByteStream,
    /// The answer's `Content-Encoding`.
    pub content_encoding: Option<String>,
}

/// Asks for an object.
pub(in crate::io) async fn open(store: Store, entry: &Entry) -> Result<Reader, Unreadable> {
    let Location::S3 { bucket, key, etag } = &entry.location else {
        return Err(unreadable(ProblemKind::GetFailed, "it is not in an object store"));
    };
    let answer = request(&store, bucket, key, etag.clone(), 0).await?;
    let length = answer.content_length.and_then(|length| u64::try_from(length).ok());
    let listed = entry.found.size.or(length);
    check_same(etag.as_deref(), &answer)?;
    if length.is_some() && length != listed {
        return Err(changed("its size is not the listed one"));
    }
    Ok(Reader {
        bucket: bucket.clone(),
        key: key.clone(),
        etag: etag.clone().or(answer.e_tag),
        length: listed.unwrap_or(0),
        position: 0,
        fruitless: 0,
        body: answer.body,
        content_encoding: answer.content_encoding,
        store,
    })
}

impl Reader {
    /// The next bytes; nothing at the end. After a break it goes on where it stopped.
    pub(in crate::io) async fn next(&mut self) -> Result<Option<Bytes>, Unreadable> {
        loop {
            let patience = self.store.options().patience;
            let broken = match tokio::time::timeout(patience, self.body.next()).await {
                Ok(Some(Ok(bytes))) => return Ok(Some(self.take(bytes))),
                Ok(None) if self.position >= self.length => return Ok(None),
                Ok(None) => "the body ended early".to_owned(),
                Ok(Some(Err(error))) => chain_text(&error),
                Err(_) => format!("the server fell silent for {patience:?}"),
            };
            self.resume(broken).await?;
        }
    }

    fn take(&mut self, bytes: Bytes) -> Bytes {
        self.position += bytes.len() as u64;
        self.fruitless = 0;
        self.store.traffic().received(bytes.len());
        bytes
    }

    async fn resume(&mut self, broken: String) -> Result<(), Unreadable> {
        self.fruitless += 1;
        if self.fruitless >= self.store.attempts() {
            let at = format!(
                "{broken} at byte {} of {}, {} times in a row",
                self.position, self.length, self.fruitless
            );
            return Err(unreadable(ProblemKind::GetFailed, &at));
        }
        tokio::time::sleep(self.wait()).await;
        let answer =
            request(&self.store, &self.bucket, &self.key, self.etag.clone(), self.position).await?;
        check_same(self.etag.as_deref(), &answer)?;
        if !begins_at(&answer, self.position, self.length) {
            return Err(unreadable(
                ProblemKind::GetFailed,
                "the store does not go on where the broken answer ended",
            ));
        }
        self.body = answer.body;
        Ok(())
    }

    /// None for the first break: a server may close a connection that a slow reader kept idle.
    fn wait(&self) -> Duration {
        let Some(doublings) = self.fruitless.checked_sub(2) else { return Duration::ZERO };
        let wait = self.store.options().backoff.saturating_mul(1 << doublings.min(10));
        wait.min(LONGEST_WAIT)
    }
}

/// `GetObject` from a position on.
async fn request(
    store: &Store,
    bucket: &str,
    key: &str,
    etag: Option<String>,
    from: u64,
) -> Result<GetObjectOutput, Unreadable> {
    let range = (from > 0).then(|| format!("bytes={from}-"));
    let request = store.client(bucket).get_object().bucket(bucket).key(key);
    let request = request.set_if_match(etag).set_range(range).set_request_payer(store.payer());
    request.send().await.map_err(|error| explain(&error, &store.counterpart(bucket)))
}

/// Some stores ignore `If-Match`; the answer's own tag tells as well.
fn check_same(listed: Option<&str>, answer: &GetObjectOutput) -> Result<(), Unreadable> {
    match (listed, answer.e_tag.as_deref().filter(|etag| !etag.is_empty())) {
        (Some(listed), Some(now)) if bare(listed) != bare(now) => {
            Err(changed("its ETag is not the listed one"))
        }
        _ => Ok(()),
    }
}

/// Some stores list the tag without quotes, or answer with a weak one.
fn bare(etag: &str) -> &str {
    etag.trim_start_matches("W/").trim_matches('"')
}

/// `Content-Range: bytes 5-9/10`.
fn begins_at(answer: &GetObjectOutput, position: u64, length: u64) -> bool {
    let Some(range) =
        answer.content_range.as_deref().and_then(|range| range.strip_prefix("bytes "))
    else {
        return position == 0;
    };
    let total = range.rsplit_once('/').map(|(_, total)| total);
    range.split_once('-').is_some_and(|(first, _)| first.parse() == Ok(position))
        && total.is_some_and(|total| total == "*" || total.parse() == Ok(length))
}

fn changed(what: &str) -> Unreadable {
    unreadable(
        ProblemKind::ObjectChanged,
        &format!("the object changed after it was listed: {what}"),
    )
}

/// Names what refused, and what to change.
fn explain(error: &SdkError<GetObjectError, HttpResponse>, counterpart: &str) -> Unreadable {
    let Some(refusal) = Refusal::of(error) else {
        return unreadable(
            ProblemKind::GetFailed,
            &format!("{counterpart} is out of reach: {}", chain_text(error)),
        );
    };
    let hint = refusal.hint("s3:GetObject").map_or(String::new(), |hint| format!(" ({hint})"));
    match refusal.code.as_str() {
        "InvalidObjectState" => unreadable(
            ProblemKind::Archived,
            "the object is archived and must be restored before it can be read",
        ),
        _ if refusal.is_about_kms() => {
            unreadable(ProblemKind::KmsRefused, &format!("{refusal}{hint}"))
        }
        _ if refusal.status == 412 => changed("the store has another version by now"),
        _ if refusal.status == 404 => changed("it is gone"),
        _ => unreadable(ProblemKind::GetFailed, &format!("{refusal}{hint}")),
    }
}

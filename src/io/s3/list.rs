//! Listing a bucket, page by page, to the end or to an error: never a short count.
//!
//! In: bucket and prefix. Out: entries in a [`Listing`]. Refuses to know: what the keys mean.

use aws_sdk_s3::Client;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::operation::list_objects_v2::{ListObjectsV2Error, ListObjectsV2Output};
use aws_sdk_s3::types::{Object as StoreObject, RequestPayer};
use jiff::Timestamp;

use super::client::Store;
use super::error::{S3Error, from_sdk};
use super::options::Payer;
use crate::io::listing::{Entry, Listing, Location, Skipped};
use crate::model::object::Found;

/// One answer to `ListObjectsV2`.
type Answer = Result<ListObjectsV2Output, Box<SdkError<ListObjectsV2Error, HttpResponse>>>;

impl Store {
    /// Adds every object whose key begins with `prefix`.
    pub(crate) async fn list(
        &self,
        bucket: &str,
        prefix: &str,
        argument: usize,
        listing: &mut Listing,
    ) -> Result<(), S3Error> {
        let mut token = None;
        for number in 1.. {
            let page = self
                .page(bucket, prefix, token.clone())
                .await
                .map_err(|error| self.explain(*error, bucket, action(bucket, prefix, number)))?;
            let next = next_token(&page, token.as_deref()).map_err(|what| S3Error::Nonsense {
                action: action(bucket, prefix, number),
                what,
            })?;
            for object in page.contents.unwrap_or_default() {
                add(object, bucket, argument, listing);
            }
            if next.is_none() {
                break;
            }
            token = next;
        }
        Ok(())
    }

    fn explain(
        &self,
        error: SdkError<ListObjectsV2Error, HttpResponse>,
        bucket: &str,
        action: String,
    ) -> S3Error {
        if error.as_service_error().is_some_and(ListObjectsV2Error::is_no_such_bucket) {
            return S3Error::NoSuchBucket { bucket: bucket.to_owned() };
        }
        from_sdk(error, action, self.counterpart(bucket))
    }

    /// One page. The first answer may name another region, where the question is asked again.
    async fn page(&self, bucket: &str, prefix: &str, token: Option<String>) -> Answer {
        let first = self.ask(self.client(bucket), bucket, prefix, token.clone()).await;
        let Err(error) = first else { return first };
        match self
            .other_region(bucket, &error)
            .await
            .and_then(|region| self.move_to(bucket, &region))
        {
            Some(client) => self.ask(client, bucket, prefix, token).await,
            None => Err(error),
        }
    }

    async fn ask(
        &self,
        client: Client,
        bucket: &str,
        prefix: &str,
        token: Option<String>,
    ) -> Answer {
        let request =
            client.list_objects_v2().bucket(bucket).prefix(prefix).set_continuation_token(token);
        request.set_request_payer(self.payer()).send().await.map_err(Box::new)
    }

    pub(super) fn payer(&self) -> Option<RequestPayer> {
        match self.options().payer {
            Payer::Owner => None,
            Payer::Requester => Some(RequestPayer::Requester),
        }
    }

    /// The region that an answer names, or, where it only says that this one is wrong, the region that `HeadBucket` names.
    async fn other_region(
        &self,
        bucket: &str,
        error: &SdkError<ListObjectsV2Error, HttpResponse>,
    ) -> Option<String> {
        let response = error.raw_response()?;
        if let Some(region) = region_header(response) {
            return Some(region);
        }
        if !matches!(response.status().as_u16(), 301 | 307 | 400) {
            return None;
        }
        match self.client(bucket).head_bucket().bucket(bucket).send().await {
            Ok(head) => head.bucket_region,
            Err(error) => error.raw_response().and_then(region_header),
        }
    }
}

fn region_header(response: &HttpResponse) -> Option<String> {
    response.headers().get("x-amz-bucket-region").map(str::to_owned)
}

/// A truncated page without a new token would end the listing short (Garage, Tempo and pghoard users have met this).
fn next_token(page: &ListObjectsV2Output, last: Option<&str>) -> Result<Option<String>, String> {
    let token = page.next_continuation_token().filter(|token| !token.is_empty());
    match token {
        _ if page.is_truncated() != Some(true) => Ok(None),
        None => Err("the store says that the listing goes on, and does not say how".to_owned()),
        Some(token) if Some(token) == last => {
            Err("the store gives the same page again and again".to_owned())
        }
        Some(token) => Ok(Some(token.to_owned())),
    }
}

/// Folder markers are objects that consoles make to show an empty folder.
fn add(object: StoreObject, bucket: &str, argument: usize, listing: &mut Listing) {
    let key = object.key.unwrap_or_default();
    let size = object.size.and_then(|size| u64::try_from(size).ok());
    let location = Location::S3 {
        bucket: bucket.to_owned(),
        key: key.clone(),
        etag: object.e_tag.filter(|etag| !etag.is_empty()),
    };
    if key.ends_with('/') && size.unwrap_or(0) == 0 {
        listing.skipped.push(Skipped { name: location.name(), why: "a folder marker".to_owned() });
        return;
    }
    let modified = object.last_modified.and_then(|time| Timestamp::from_second(time.secs()).ok());
    listing.entries.push(Entry { found: Found { key, size, modified, argument }, location });
}

fn action(bucket: &str, prefix: &str, page: usize) -> String {
    let page = if page > 1 { format!(", page {page}") } else { String::new() };
    format!("list s3://{bucket}/{prefix}{page}")
}

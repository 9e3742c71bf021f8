//! Every single attempt of a request: counted, and judged whether another one makes sense.
//!
//! In: what the SDK shows of an attempt. Out: [`Traffic`], and a word to the SDK's own retry. Refuses to know: what was
//! asked for.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_sdk_s3::config::interceptors::{
    BeforeDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
    InterceptorContext,
};
use aws_sdk_s3::config::retry::{ClassifyRetry, RetryAction};
use aws_sdk_s3::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_s3::error::BoxError;

/// What went over the wire.
#[derive(Debug, Default)]
pub struct Traffic {
    requests: AtomicU64,
    answers: AtomicU64,
    bytes: AtomicU64,
}

impl Traffic {
    /// Requests sent, every attempt counted.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Bytes of objects received, as stored.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    pub(super) fn received(&self, bytes: usize) {
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}

/// Counts attempts and answers.
#[derive(Debug)]
pub(super) struct CountAttempts(pub(super) Arc<Traffic>);

impl Intercept for CountAttempts {
    fn name(&self) -> &'static str {
        "count attempts"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.requests.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn read_before_deserialization(
        &self,
        _: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.answers.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

/// What the SDK's retry does not know: compatible stores say 429 where S3 says 503 `SlowDown`; and a store that has never
/// answered is likely a mistyped address, which nobody wants to wait for.
#[derive(Debug)]
pub(super) struct Retry(pub(super) Arc<Traffic>);

/// Attempts at a store that has never answered.
const FIRST_CONTACT: u64 = 2;

impl ClassifyRetry for Retry {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        match context.response().map(|response| response.status().as_u16()) {
            Some(429) => RetryAction::throttling_error(),
            None if self.0.answers.load(Ordering::Relaxed) == 0
                && self.0.requests() >= FIRST_CONTACT =>
            {
                RetryAction::RetryForbidden
            }
            _ => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "429 and first contact"
    }
}

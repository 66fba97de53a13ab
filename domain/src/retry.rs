//! Trouble that passes: the same work again, a few times.

use std::time::{Duration, Instant};

use backon::{ExponentialBuilder, Retryable};

use crate::{Error, Result};

/// No try begins later than this, however long those before it waited for a lock or a connection.
const PATIENCE: Duration = Duration::from_secs(2);

/// Does `work` again while it fails by a lost race or a lost connection, at most five times within
/// about two seconds, and counts each in `madang_retries_total`.
///
/// The answer to a commit can be lost too, so `work` must find what it stored before: by the key
/// that its form brought, or by the status that it led to.
pub(crate) async fn retry<T, F>(name: &'static str, work: impl FnMut() -> F) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    let backoff = ExponentialBuilder::default()
        .with_jitter()
        .with_min_delay(Duration::from_millis(10))
        .with_max_delay(Duration::from_millis(500))
        .with_max_times(5);
    let began = Instant::now();
    work.retry(backoff)
        .when(|error| error.transient().is_some() && began.elapsed() < PATIENCE)
        .notify(|error: &Error, after| {
            let cause = error.transient().unwrap_or("none");
            metrics::counter!("madang_retries_total", "work" => name, "cause" => cause).increment(1);
            tracing::warn!(%error, work = name, cause, retry_after_ms = after.as_millis(), "trying again");
        })
        .await
}

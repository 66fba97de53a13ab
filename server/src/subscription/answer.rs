//! What an endpoint answered, or why it did not.

use std::{error::Error, io, time::Duration};

use contract::subscription::Trouble;
use domain::subscription::Outcome;
use reqwest::{Response, header::RETRY_AFTER};
use time::{OffsetDateTime, format_description::well_known::Rfc2822};
use tokio::time::timeout;

use super::names::Nowhere;

/// Bytes of an answer's body that are read, for the connection to be used again. Nobody looks at them.
const BODY: usize = 16 * 1_024;

/// How long they may take.
const REST: Duration = Duration::from_secs(1);

/// The status, and how long the endpoint asked to be left alone.
pub(super) async fn read(answer: Response, now: OffsetDateTime) -> Outcome {
    let code = answer.status().as_u16();
    let asked = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    let retry_after = asked.and_then(|asked| retry_after(asked, now));
    let _ = timeout(REST, finish(answer)).await;
    Outcome::Answered { code, retry_after }
}

async fn finish(mut answer: Response) {
    let mut read = 0;
    while let Ok(Some(part)) = answer.chunk().await {
        read += part.len();
        if read > BODY {
            return;
        }
    }
}

/// Seconds, or a time that is still to come: RFC 9110, 10.2.3.
fn retry_after(value: &str, now: OffsetDateTime) -> Option<time::Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<u32>() {
        return Some(time::Duration::seconds(seconds.into()));
    }
    let until = OffsetDateTime::parse(value, &Rfc2822).ok()?;
    Some(until - now).filter(|wait| wait.is_positive())
}

/// Why there was no answer.
pub(super) fn trouble(error: &reqwest::Error) -> Trouble {
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(cause) = next {
        if cause.is::<rustls::Error>() {
            return Trouble::Tls;
        }
        match cause.downcast_ref::<Nowhere>() {
            Some(Nowhere::Unknown) => return Trouble::Name,
            Some(Nowhere::Private) => return Trouble::Private,
            // An I/O error does not count what it wraps among its sources.
            None => match cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
                Some(wrapped) => next = Some(wrapped),
                None => next = cause.source(),
            },
        }
    }
    if error.is_connect() {
        Trouble::Connect
    } else if error.is_timeout() {
        Trouble::Timeout
    } else {
        Trouble::Broken
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn what_an_endpoint_asks_for_is_seconds_or_a_time() {
        let now = datetime!(2026-11-26 00:00 UTC);
        let read = |value| retry_after(value, now);
        assert_eq!(read("120"), Some(time::Duration::minutes(2)));
        assert_eq!(read(" 0 "), Some(time::Duration::ZERO));
        assert_eq!(read("Thu, 26 Nov 2026 01:00:00 GMT"), Some(time::Duration::hours(1)));
        for nothing in ["", "-5", "1.5", "soon", "Wed, 25 Nov 2026 23:00:00 GMT", "99999999999999999999"] {
            assert_eq!(read(nothing), None, "{nothing}");
        }
    }
}

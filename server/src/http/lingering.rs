//! Refusals that arrive. Closing a connection that still has something to read resets it, and the answer may be
//! lost with it; so what is left of a body once a request is answered is read on and forgotten, as RFC 9112,
//! section 9.6, has servers do it.

use std::{
    mem,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    body::{Body, Bytes, HttpBody},
    extract::Request,
    http::header,
};
use futures_util::StreamExt;
use http_body::{Frame, SizeHint};
use tokio::{
    runtime::Handle,
    time::{Instant, timeout, timeout_at},
};

/// How long what is left may take in all.
const WHOLE: Duration = Duration::from_secs(30);

/// How long to wait for more of it.
const SILENCE: Duration = Duration::from_secs(5);

/// What is left of the body of a request is read, for a while, even where nobody wants it.
pub(super) fn linger(request: Request) -> Request {
    if request.body().is_end_stream() {
        return request;
    }
    // Who asks first whether to go on has sent nothing yet.
    let coming = !request.headers().contains_key(header::EXPECT);
    request.map(|inner| Body::new(Lingering { inner, coming }))
}

struct Lingering {
    inner: Body,
    /// Whether there can be anything of it on its way.
    coming: bool,
}

impl HttpBody for Lingering {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.coming = true;
        let frame = ready!(Pin::new(&mut self.inner).poll_frame(context));
        self.coming = matches!(frame, Some(Ok(_)));
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl Drop for Lingering {
    fn drop(&mut self) {
        if !self.coming || self.inner.is_end_stream() {
            return;
        }
        if let Ok(runtime) = Handle::try_current() {
            drop(runtime.spawn(forget(mem::take(&mut self.inner))));
        }
    }
}

async fn forget(rest: Body) {
    let end = Instant::now() + WHOLE;
    let mut rest = rest.into_data_stream();
    let reading = async { while let Ok(Some(Ok(_))) = timeout(SILENCE, rest.next()).await {} };
    let _ = timeout_at(end, reading).await;
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    use futures_util::stream;

    use super::*;

    /// A body of parts that come so far apart, and how many of them were read.
    fn body(apart: Duration) -> (Body, Arc<AtomicUsize>) {
        let read = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&read);
        let parts = stream::unfold(0, move |number| {
            let counted = Arc::clone(&counted);
            async move {
                tokio::time::sleep(apart).await;
                counted.fetch_add(1, Ordering::Relaxed);
                (number < 99).then_some((Ok::<_, axum::Error>(Bytes::from_static(b"part")), number + 1))
            }
        });
        (Body::from_stream(parts), read)
    }

    /// How many parts are asked for of a body that the handler does not read.
    async fn read_unasked(apart: Duration, expect: bool) -> usize {
        let (body, read) = body(apart);
        let mut request = Request::new(body);
        if expect {
            request.headers_mut().insert(header::EXPECT, header::HeaderValue::from_static("100-continue"));
        }
        drop(linger(request));
        // The clock of the test jumps to the next thing that anybody waits for.
        tokio::time::sleep(Duration::from_secs(3_600)).await;
        read.load(Ordering::Relaxed)
    }

    #[tokio::test(start_paused = true)]
    async fn what_nobody_wants_is_read_to_its_end_but_not_for_ever() {
        assert_eq!(read_unasked(Duration::from_millis(100), false).await, 100);
        // 30 seconds in all, and 5 for each part.
        assert_eq!(read_unasked(Duration::from_millis(4_900), false).await, 6);
        assert_eq!(read_unasked(Duration::from_secs(6), false).await, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn who_asks_whether_to_send_is_not_told_to_by_a_refusal() {
        assert_eq!(read_unasked(Duration::from_millis(100), true).await, 0);
    }
}

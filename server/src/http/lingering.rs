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
    time::{Instant, sleep, timeout, timeout_at},
};

/// The most that is read of it, in bytes: the largest file that anybody may send, and the form around it. Of what
/// is said to be larger, such as a form full of pictures, nothing is.
const MOST: u64 = contract::import::MOST_BYTES + 1024 * 1024;

/// How long what is left may take in all.
const WHOLE: Duration = Duration::from_secs(30);

/// How long to wait for more of it.
const SILENCE: Duration = Duration::from_secs(5);

/// How long the answer may take to be on its way. Asking for what somebody waits to be asked for before that
/// would have them send it.
const ANSWER: Duration = Duration::from_secs(1);

/// What is left of the body of a request is read, for a while, even where nobody wants it.
pub(super) fn linger(request: Request) -> Request {
    if request.body().is_end_stream() {
        return request;
    }
    let unasked = request.headers().contains_key(header::EXPECT);
    request.map(|inner| Body::new(Lingering { inner, unasked, over: false }))
}

struct Lingering {
    inner: Body,
    /// Whether who sends it waits to be asked for it.
    unasked: bool,
    /// Whether nothing more comes: its end, or what broke it off.
    over: bool,
}

impl HttpBody for Lingering {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.unasked = false;
        let frame = ready!(Pin::new(&mut self.inner).poll_frame(context));
        self.over = !matches!(frame, Some(Ok(_)));
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
        if self.over || self.inner.is_end_stream() || self.inner.size_hint().lower() > MOST {
            return;
        }
        if let Ok(runtime) = Handle::try_current() {
            let pause = if self.unasked { ANSWER } else { Duration::ZERO };
            drop(runtime.spawn(forget(mem::take(&mut self.inner), pause)));
        }
    }
}

async fn forget(rest: Body, pause: Duration) {
    sleep(pause).await;
    let end = Instant::now() + WHOLE;
    let mut rest = rest.into_data_stream();
    let mut read = 0;
    let reading = async {
        while let Ok(Some(Ok(part))) = timeout(SILENCE, rest.next()).await {
            read += part.len() as u64;
            if read > MOST {
                break;
            }
        }
    };
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

    /// A body of parts of a MiB that come so far apart, and how many of them were read.
    fn body(parts: usize, apart: Duration) -> (Body, Arc<AtomicUsize>) {
        let read = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&read);
        let parts = stream::iter(0..parts).then(move |_| {
            let counted = Arc::clone(&counted);
            async move {
                sleep(apart).await;
                counted.fetch_add(1, Ordering::Relaxed);
                Ok::<_, axum::Error>(Bytes::from_static(&[0; 1024 * 1024]))
            }
        });
        (Body::from_stream(parts), read)
    }

    /// How many parts are asked for of a body that the handler does not read.
    async fn read_unasked(parts: usize, apart: Duration) -> usize {
        let (body, read) = body(parts, apart);
        drop(linger(Request::new(body)));
        // The clock of the test jumps to the next thing that anybody waits for.
        sleep(Duration::from_secs(3_600)).await;
        read.load(Ordering::Relaxed)
    }

    #[tokio::test(start_paused = true)]
    async fn what_nobody_wants_is_read_to_its_end_but_not_for_ever() {
        assert_eq!(read_unasked(50, Duration::from_millis(100)).await, 50);
        // 30 seconds in all, 5 for each part, and 129 MiB.
        assert_eq!(read_unasked(50, Duration::from_millis(4_900)).await, 6);
        assert_eq!(read_unasked(50, Duration::from_secs(6)).await, 0);
        assert_eq!(read_unasked(200, Duration::from_millis(100)).await, 130);
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_to_be_asked_is_not_asked_before_the_answer_is_on_its_way() {
        let (body, read) = body(3, Duration::ZERO);
        let mut request = Request::new(body);
        request.headers_mut().insert(header::EXPECT, header::HeaderValue::from_static("100-continue"));
        drop(linger(request));
        sleep(Duration::from_millis(900)).await;
        assert_eq!(read.load(Ordering::Relaxed), 0);
        sleep(Duration::from_secs(1)).await;
        assert_eq!(read.load(Ordering::Relaxed), 3);
    }
}

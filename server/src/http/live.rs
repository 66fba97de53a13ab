//! Server-sent events: each page that shows something live listens here, for its member alone.

use std::{convert::Infallible, time::Duration};

use app::context::{Visitor, key};
use axum::{
    Extension, Router,
    extract::State,
    http::{
        StatusCode,
        header::{CACHE_CONTROL, HeaderName},
    },
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
    routing::get,
};
use domain::{
    Shop,
    member::{self, Shopper},
    notification,
};
use futures_util::{Stream, stream};
use tokio::time::{Instant, timeout_at};
use tower_sessions::Session;

use crate::live::{Hub, Listener, Word};

/// After so long a stream ends. The browser opens it again, and is asked again who it is.
const LIFE: Duration = Duration::from_secs(15 * 60);

/// How often a silent stream says that it is still there, before anything in between gives it up.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

#[derive(Clone)]
struct Live {
    shop: Shop,
    hub: Hub,
}

/// The route, without the layers that find out who asks.
pub(super) fn router(shop: Shop, hub: Hub) -> Router {
    Router::new().route(PATH, get(listen)).with_state(Live { shop, hub })
}

/// Where the streams are.
pub(super) const PATH: &str = "/live";

async fn listen(
    State(Live { shop, hub }): State<Live>,
    Extension(visitor): Extension<Visitor>,
    session: Session,
) -> Response {
    let Some(shopper) = visitor.shopper else { return StatusCode::UNAUTHORIZED.into_response() };
    let listener = hub.listen(shopper.id());
    let told = Told { shop, session, shopper, listener, until: Instant::now() + LIFE, said: Said::Nothing };
    let stream = Sse::new(events(told)).keep_alive(KeepAlive::new().interval(KEEP_ALIVE));
    // Proxies pass on each event at once, and nobody keeps it.
    ([(CACHE_CONTROL, "no-store"), (HeaderName::from_static("x-accel-buffering"), "no")], stream).into_response()
}

/// One stream, and whom it tells.
struct Told {
    shop: Shop,
    session: Session,
    shopper: Shopper,
    listener: Listener,
    until: Instant,
    said: Said,
}

/// How far the beginning of a stream has come.
#[derive(Clone, Copy)]
enum Said {
    Nothing,
    Hello,
    Count,
}

fn events(told: Told) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(told, |mut told| async move { Some((Ok(told.next().await?), told)) })
}

impl Told {
    /// The next event, or the end.
    async fn next(&mut self) -> Option<Event> {
        match self.said {
            // From here on nothing is missed, so now is the time to look at everything.
            Said::Nothing => {
                self.said = Said::Hello;
                // Those whose streams all ended at once come back one by one.
                let wait = Duration::from_millis(1_000 + self.listener.number() % 40 * 100);
                Some(Event::default().event("hello").data("hello").retry(wait))
            }
            Said::Hello => {
                self.said = Said::Count;
                self.unread().await
            }
            Said::Count => {
                let word = timeout_at(self.until, self.listener.next()).await.ok()??;
                if !self.is_signed_in().await {
                    return None;
                }
                match word {
                    Word::Order(id) => Some(Event::default().event("order").data(id.to_string())),
                    Word::Inbox => self.unread().await,
                    Word::Replaced => Some(Event::default().event("replaced").data("replaced")),
                }
            }
        }
    }

    /// How many notifications nobody has read. Where that is not known, the stream ends.
    async fn unread(&self) -> Option<Event> {
        let count = notification::unread(&self.shop, &self.shopper).await.ok()?;
        Some(Event::default().event("inbox").data(count.to_string()))
    }

    /// Whether the session that opened the stream is still that of the member: who has signed out
    /// since hears nothing any more. Words are few enough to ask before each.
    async fn is_signed_in(&self) -> bool {
        if self.session.load().await.is_err() {
            return false;
        }
        let (Ok(Some(id)), Ok(Some(generation))) =
            (self.session.get(key::MEMBER).await, self.session.get(key::GENERATION).await)
        else {
            return false;
        };
        member::recognize(&self.shop, id, generation)
            .await
            .is_ok_and(|now| now.is_some_and(|now| now.id() == self.shopper.id()))
    }
}

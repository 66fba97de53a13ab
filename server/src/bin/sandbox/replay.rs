//! Idempotency keys: whoever repeats a request gets the first answer again, and nothing is done
//! twice.

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::{
    refusal::Refusal,
    state::{Neighbor, Sandbox},
};

/// The longest key, in bytes.
const LONGEST: usize = 300;

/// An answer that was given.
#[derive(Clone)]
pub(crate) struct Answer {
    status: StatusCode,
    body: Bytes,
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        (self.status, [(header::CONTENT_TYPE, "application/json")], self.body).into_response()
    }
}

/// Lets the first request of a key through, and answers the others as it was answered.
pub(crate) async fn once(
    State((sandbox, neighbor)): State<(Sandbox, Neighbor)>,
    request: Request,
    next: Next,
) -> Response {
    let key = match key(&request) {
        Ok(None) => return next.run(request).await,
        Ok(Some(key)) => format!("{} {} {key}", neighbor.word(), request.uri().path()),
        Err(refusal) => return refusal.into_response(),
    };
    {
        let mut state = sandbox.lock();
        match state.answers.get(&key) {
            Some(Some(answer)) => return answer.clone().into_response(),
            Some(None) => return Refusal::BUSY.into_response(),
            None => drop(state.answers.insert(key.clone(), None)),
        }
    }
    let (parts, body) = next.run(request).await.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let mut state = sandbox.lock();
    if stays(neighbor, parts.status) {
        state.answers.insert(key, Some(Answer { status: parts.status, body: body.clone() }));
    } else {
        state.answers.remove(&key);
    }
    Response::from_parts(parts, Body::from(body))
}

fn key(request: &Request) -> Result<Option<String>, Refusal> {
    if request.method() != Method::POST {
        return Ok(None);
    }
    let Some(key) = text(request.headers()) else { return Ok(None) };
    if key.len() > LONGEST { Err(Refusal::LONG_KEY) } else { Ok(Some(key)) }
}

fn text(headers: &HeaderMap) -> Option<String> {
    headers.get("idempotency-key").map(|key| String::from_utf8_lossy(key.as_bytes()).into_owned())
}

/// Whether the answer is final. A card that was refused stays refused under the same key; what
/// was asked wrongly, or failed, may be asked again.
fn stays(neighbor: Neighbor, status: StatusCode) -> bool {
    status.is_success() || (neighbor == Neighbor::Gateway && status == StatusCode::FORBIDDEN)
}

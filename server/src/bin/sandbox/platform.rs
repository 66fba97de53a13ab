//! The data platform: takes `CloudEvents` 1.0 in batches, as a whole or not at all.

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    middleware::from_fn_with_state,
    routing::post,
};
use serde::Serialize;
use serde_json::{Map, Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::{
    refusal::{Refusal, read},
    state::{Neighbor, Sandbox},
    switches,
};

/// The media type of a batch, by the JSON format of `CloudEvents` 1.0.
const BATCH: &str = "application/cloudevents-batch+json";

const NO_BATCH: Refusal = Refusal::new(
    StatusCode::UNSUPPORTED_MEDIA_TYPE,
    "UNSUPPORTED_MEDIA_TYPE",
    "only application/cloudevents-batch+json is taken",
);
const NO_EVENT: Refusal = Refusal::new(
    StatusCode::UNPROCESSABLE_ENTITY,
    "INVALID_EVENT",
    "every event needs specversion 1.0, id, source and type; time is RFC 3339",
);
const REFUSED: Refusal = Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "REFUSED", "these events are not taken");

/// An event that was taken, each time it came.
#[derive(Serialize)]
pub(crate) struct Taken {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    subject: String,
    sequence: String,
    source: String,
    time: String,
    data: Value,
}

pub(crate) fn router(sandbox: &Sandbox) -> Router<Sandbox> {
    let this = (sandbox.clone(), Neighbor::Platform);
    Router::new()
        .route("/events", post(take))
        // The last one sees a request first.
        .route_layer(from_fn_with_state(this.clone(), switches::trouble))
        .route_layer(from_fn_with_state(this, switches::hold))
}

async fn take(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.split(';').next().map(str::trim) != Some(BATCH) {
        return Err(NO_BATCH);
    }
    let batch: Vec<Map<String, Value>> = read(&body)?;
    let taken = batch.into_iter().map(Taken::read).collect::<Option<Vec<_>>>().ok_or(NO_EVENT)?;
    let mut state = sandbox.lock();
    if state.switches(Neighbor::Platform).refuse {
        return Err(REFUSED);
    }
    let accepted = taken.len();
    state.platform.extend(taken);
    Ok((StatusCode::ACCEPTED, Json(json!({ "accepted": accepted }))))
}

impl Taken {
    fn read(mut event: Map<String, Value>) -> Option<Self> {
        let text = |name: &str| event.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (id, source, kind) = (text("id"), text("source"), text("type"));
        let time = text("time");
        let timely = !event.contains_key("time") || OffsetDateTime::parse(&time, &Rfc3339).is_ok();
        if text("specversion") != "1.0" || id.is_empty() || source.is_empty() || kind.is_empty() || !timely {
            return None;
        }
        let (subject, sequence) = (text("subject"), text("sequence"));
        let data = event.remove("data").unwrap_or_default();
        Some(Self { id, kind, subject, sequence, source, time, data })
    }
}

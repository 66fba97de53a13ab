//! The switches of each neighbor, and what they do to its answers.

use std::time::Duration;

use axum::{
    Form, Json, Router,
    extract::{Path, Request, State},
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
    routing::{get, put},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::{
    refusal::Refusal,
    state::{Neighbor, Sandbox},
};

/// How long a connection is held on which nothing will be answered.
const HELD: Duration = Duration::from_secs(30);

/// How a neighbor misbehaves; what is missing is off.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub(crate) struct Switches {
    /// Milliseconds that every answer takes longer.
    pub(crate) slow: u64,
    /// It answers that it will not.
    pub(crate) refuse: bool,
    /// It does nothing, and answers 500.
    pub(crate) fail: bool,
    /// It does what it was asked for, and never answers.
    pub(crate) time_out: bool,
    /// Each webhook comes twice.
    pub(crate) duplicate: bool,
    /// Webhooks come in another order.
    pub(crate) reorder: bool,
}

/// What a form sends: a box that is not ticked is missing, one that is says anything.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Ticked {
    #[serde(default)]
    slow: String,
    refuse: Option<String>,
    fail: Option<String>,
    time_out: Option<String>,
    duplicate: Option<String>,
    reorder: Option<String>,
}

pub(crate) fn router() -> Router<Sandbox> {
    Router::new().route("/switches", get(all)).route("/switches/{neighbor}", put(set).post(tick))
}

async fn all(State(sandbox): State<Sandbox>) -> Json<Value> {
    let state = sandbox.lock();
    let all = Neighbor::ALL.map(|neighbor| (neighbor.word().to_owned(), json!(state.switches(neighbor))));
    Json(all.into_iter().collect())
}

async fn set(
    State(sandbox): State<Sandbox>,
    Path(neighbor): Path<Neighbor>,
    Json(switches): Json<Switches>,
) -> Json<Switches> {
    sandbox.lock().switches.insert(neighbor, switches);
    Json(switches)
}

async fn tick(
    State(sandbox): State<Sandbox>,
    Path(neighbor): Path<Neighbor>,
    Form(ticked): Form<Ticked>,
) -> Result<Redirect, Refusal> {
    let slow = if ticked.slow.is_empty() { 0 } else { ticked.slow.parse().map_err(|_| Refusal::INVALID)? };
    let switches = Switches {
        slow,
        refuse: ticked.refuse.is_some(),
        fail: ticked.fail.is_some(),
        time_out: ticked.time_out.is_some(),
        duplicate: ticked.duplicate.is_some(),
        reorder: ticked.reorder.is_some(),
    };
    sandbox.lock().switches.insert(neighbor, switches);
    Ok(Redirect::to("/"))
}

/// Holds back answers that time out. What was asked for is done to its end, whether or not
/// whoever asked still waits. Stands around everything else.
pub(crate) async fn hold(
    State((sandbox, neighbor)): State<(Sandbox, Neighbor)>,
    request: Request,
    next: Next,
) -> Response {
    let work = tokio::spawn(async move {
        let times_out = sandbox.lock().switches(neighbor).time_out;
        let answer = next.run(request).await;
        if !times_out {
            return answer;
        }
        sleep(HELD).await;
        StatusCode::GATEWAY_TIMEOUT.into_response()
    });
    work.await.unwrap_or_else(|_| Refusal::BROKEN.into_response())
}

/// Answers late, with the work done halfway; or fails. Stands close around the work.
pub(crate) async fn trouble(
    State((sandbox, neighbor)): State<(Sandbox, Neighbor)>,
    request: Request,
    next: Next,
) -> Response {
    let switches = sandbox.lock().switches(neighbor);
    let half = Duration::from_millis(switches.slow / 2);
    sleep(half).await;
    let answer = if switches.fail { Refusal::BROKEN.into_response() } else { next.run(request).await };
    sleep(half).await;
    answer
}

//! What people see of the sandbox, and what programs can ask about it.

use axum::{
    Json, Router,
    extract::{Path, State as With},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use contract::money::won;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::Value;

use crate::{
    state::{Neighbor, Sandbox, State},
    switches::Switches,
};

/// The most rows of a table.
const LATEST: usize = 50;

const STYLE: &str = "
:root { color-scheme: light dark }
body { font: 1rem/1.6 system-ui, sans-serif; margin: 0 auto; padding: 1rem; max-width: 72rem }
body.narrow { max-width: 30rem }
dl { display: grid; grid-template-columns: auto 1fr; gap: .25rem 1rem } dt { opacity: .75 } dd { margin: 0 }
label, button, input { font: inherit }
input:not([type=checkbox]) { padding: .5rem; max-width: 100%; box-sizing: border-box }
#number { display: block; width: 100% }
button { padding: .6rem 1.2rem; border: 0; border-radius: .4rem; background: #1d4ed8; color: #fff; cursor: pointer }
button.plain { background: #4b5563 }
.buttons, .switches { display: flex; flex-wrap: wrap; gap: .5rem 1.25rem; align-items: center }
.switches input[name=slow] { width: 6rem } .wrong { color: light-dark(#b91c1c, #fca5a5); min-height: 1.6em; margin: 0 } #hint { opacity: .8 }
.table { overflow-x: auto } table { border-collapse: collapse; width: 100% }
caption { text-align: left; font-weight: 600; padding: .5rem 0 }
th, td { text-align: left; padding: .3rem .75rem .3rem 0; border-bottom: 1px solid #8884; white-space: nowrap }
";

pub(crate) fn router() -> Router<Sandbox> {
    Router::new().route("/", get(overview)).route("/received/{neighbor}", get(received)).route("/reset", post(reset))
}

/// A page around its content.
pub(crate) fn document(title: &str, body: &Markup) -> Markup {
    shell(title, "narrow", body)
}

fn shell(title: &str, class: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="ko" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · Sandbox" }
                style { (PreEscaped(STYLE)) }
            }
            body class=(class) { main { (body) } }
        }
    }
}

async fn received(With(sandbox): With<Sandbox>, Path(neighbor): Path<Neighbor>) -> Json<Value> {
    Json(sandbox.lock().received(neighbor))
}

async fn reset(With(sandbox): With<Sandbox>, headers: HeaderMap) -> Response {
    sandbox.reset();
    // Only a form of a page says what it sends.
    if headers.contains_key(header::CONTENT_TYPE) {
        Redirect::to("/").into_response()
    } else {
        StatusCode::NO_CONTENT.into_response()
    }
}

async fn overview(With(sandbox): With<Sandbox>) -> Markup {
    let state = sandbox.lock();
    let body = html! {
        h1 { "연습 상대 " small lang="en" { "Sandbox" } }
        p { "상점이 밖에서 만나는 셋을 대신합니다. " span lang="en" { "What the shop's three neighbors received." } }
        form method="post" action="/reset" { button .plain { "모두 지우기 · Forget everything" } }
        @for neighbor in Neighbor::ALL { (section(&state, neighbor)) }
    };
    shell("연습 상대", "", &body)
}

fn section(state: &State, neighbor: Neighbor) -> Markup {
    let (title, list, columns): (_, _, &[(&str, &str)]) = match neighbor {
        Neighbor::Gateway => (
            "결제사 · Payment gateway",
            "payments",
            &[
                ("주문 · Order", "orderId"),
                ("상태 · Status", "status"),
                ("금액 · Amount", "amount"),
                ("남은 금액 · Balance", "balance"),
                ("카드 · Card", "card"),
                ("실패 · Failure", "failure"),
                ("요청 · Requested", "requestedAt"),
            ],
        ),
        Neighbor::Carrier => (
            "택배사 · Carrier",
            "parcels",
            &[
                ("운송장 · Number", "trackingNumber"),
                ("배송 · Reference", "reference"),
                ("상태 · Status", "status"),
                ("받는 이 · Recipient", "recipient"),
                ("주소 · Address", "address"),
            ],
        ),
        Neighbor::Platform => (
            "데이터 플랫폼 · Data platform",
            "events",
            &[
                ("번호 · Id", "id"),
                ("종류 · Type", "type"),
                ("주문 · Subject", "subject"),
                ("순서 · Sequence", "sequence"),
                ("시각 · Time", "time"),
            ],
        ),
    };
    let received = state.received(neighbor);
    html! {
        section aria-labelledby=(neighbor.word()) {
            h2 id=(neighbor.word()) { (title) }
            (form(neighbor, state.switches(neighbor)))
            (table("받은 것 · Received", columns, &received[list]))
            @if neighbor != Neighbor::Platform {
                (table("알림 · Webhooks", &[
                    ("내용 · What", "what"), ("횟수 · Attempts", "attempts"), ("상점의 답 · Answer", "answer"),
                ], &received["webhooks"]))
            }
        }
    }
}

fn form(neighbor: Neighbor, switches: Switches) -> Markup {
    let tick = |name: &str, label: &str, on: bool| {
        html! { label { input type="checkbox" name=(name) checked[on]; " " (label) } }
    };
    html! {
        form .switches method="post" action={ "/switches/" (neighbor.word()) } {
            label { "느리게 · Slow (ms) " input type="number" name="slow" min="0" value=(switches.slow); }
            (tick("refuse", "거절 · Refuse", switches.refuse))
            (tick("fail", "오류 500 · Fail", switches.fail))
            (tick("timeOut", "처리하고 답 없음 · Time out", switches.time_out))
            @if neighbor != Neighbor::Platform {
                (tick("duplicate", "알림 두 번 · Duplicate", switches.duplicate))
                (tick("reorder", "알림 뒤섞기 · Reorder", switches.reorder))
            }
            button { "적용 · Apply" }
        }
    }
}

/// The latest first.
fn table(caption: &str, columns: &[(&str, &str)], rows: &Value) -> Markup {
    let rows = rows.as_array().map(Vec::as_slice).unwrap_or_default();
    html! {
        div .table {
            table {
                caption { (caption) ": " (rows.len()) }
                thead { tr { @for (label, _) in columns { th scope="col" { (label) } } } }
                tbody {
                    @for row in rows.iter().rev().take(LATEST) {
                        tr { @for (_, field) in columns { td { (cell(field, &row[*field])) } } }
                    }
                }
            }
        }
    }
}

fn cell(field: &str, value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Number(number) if matches!(field, "amount" | "balance") => number.as_i64().map(won).unwrap_or_default(),
        other => other.to_string(),
    }
}

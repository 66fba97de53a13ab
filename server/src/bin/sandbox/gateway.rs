//! The payment gateway, in the shape of the Toss Payments API.

mod billing;
mod book;
mod payment;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, Query, Request, State},
    http::{StatusCode, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::Value;
use tokio::time::sleep;

use crate::{
    refusal::{Refusal, read},
    replay,
    state::{Neighbor, Sandbox},
    switches,
};

pub(crate) use book::Book;
pub(crate) use payment::{Back, REJECTED_BY_COMPANY, TURNED_BACK};

use payment::Asked;

const UNAUTHORIZED: Refusal =
    Refusal::new(StatusCode::UNAUTHORIZED, "UNAUTHORIZED_KEY", "인증되지 않은 시크릿 키 혹은 클라이언트 키 입니다.");

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Open {
    method: String,
    amount: i64,
    order_id: String,
    order_name: String,
    success_url: String,
    fail_url: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Confirm {
    payment_key: String,
    order_id: String,
    amount: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cancel {
    cancel_reason: String,
    cancel_amount: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Span {
    start_date: String,
    end_date: String,
    starting_after: Option<String>,
    limit: Option<usize>,
}

/// What programs ask for; pages for people are elsewhere.
pub(crate) fn router(sandbox: &Sandbox) -> Router<Sandbox> {
    let this = (sandbox.clone(), Neighbor::Gateway);
    Router::new()
        .route("/v1/payments", post(open))
        .route("/v1/payments/confirm", post(confirm))
        .route("/v1/payments/{key}", get(find))
        .route("/v1/payments/orders/{order}", get(of_order))
        .route("/v1/payments/{key}/cancel", post(cancel))
        .route("/v1/transactions", get(transactions))
        .route("/v1/billing/authorizations/issue", post(billing::issue))
        .route("/v1/billing/{key}", post(billing::charge).delete(billing::forget))
        // The last one sees a request first.
        .route_layer(from_fn_with_state(this.clone(), switches::trouble))
        .route_layer(from_fn_with_state(this.clone(), replay::once))
        .route_layer(from_fn_with_state(this, switches::hold))
        .route_layer(from_fn_with_state(sandbox.clone(), authorize))
}

/// Basic authentication: the secret is the user, and there is no password.
async fn authorize(State(sandbox): State<Sandbox>, request: Request, next: Next) -> Response {
    let wanted = format!("Basic {}", STANDARD.encode(format!("{}:", sandbox.gateway_secret())));
    match request.headers().get(header::AUTHORIZATION) {
        Some(given) if given.as_bytes() == wanted.as_bytes() => next.run(request).await,
        _ => UNAUTHORIZED.into_response(),
    }
}

async fn open(State(sandbox): State<Sandbox>, body: Bytes) -> Result<Json<Value>, Refusal> {
    let asked: Open = read(&body)?;
    if asked.method != "CARD" || asked.amount < 1 || asked.order_id.is_empty() {
        return Err(Refusal::INVALID);
    }
    let back = Back::parse(asked.success_url, asked.fail_url)?;
    let asked = Asked { order: asked.order_id, name: asked.order_name, amount: asked.amount };
    sandbox.book(|book, _| book.open(sandbox.base(), asked, back)).map(Json)
}

async fn confirm(State(sandbox): State<Sandbox>, body: Bytes) -> Result<Json<Value>, Refusal> {
    let asked: Confirm = read(&body)?;
    let confirmed =
        sandbox.book(|book, switches| book.confirm(&asked.payment_key, &asked.order_id, asked.amount, switches));
    Ok(told(&sandbox, confirmed?).await)
}

async fn find(State(sandbox): State<Sandbox>, Path(key): Path<String>) -> Result<Json<Value>, Refusal> {
    let found = sandbox.book(|book, _| book.find(&key).map(|payment| payment.json()));
    Ok(told(&sandbox, found?).await)
}

async fn of_order(State(sandbox): State<Sandbox>, Path(order): Path<String>) -> Result<Json<Value>, Refusal> {
    let found = sandbox.book(|book, _| book.of_order(&order).map(|payment| payment.json()));
    Ok(told(&sandbox, found?).await)
}

/// The answer about a payment, which a quiet card delays.
async fn told(sandbox: &Sandbox, payment: Value) -> Json<Value> {
    let key = payment["paymentKey"].as_str().unwrap_or_default();
    let quiet = sandbox.book(|book, _| book.find(key).map(|payment| payment.quiet()));
    sleep(quiet.unwrap_or_default()).await;
    Json(payment)
}

async fn cancel(State(sandbox): State<Sandbox>, Path(key): Path<String>, body: Bytes) -> Result<Json<Value>, Refusal> {
    let asked: Cancel = read(&body)?;
    if asked.cancel_reason.is_empty() {
        return Err(Refusal::INVALID);
    }
    sandbox.book(|book, _| book.cancel(&key, asked.cancel_amount, asked.cancel_reason)).map(Json)
}

/// Every time that money was taken or given back, from one time to another, both included.
async fn transactions(State(sandbox): State<Sandbox>, Query(span): Query<Span>) -> Result<Json<Value>, Refusal> {
    let (from, until) = (payment::read(&span.start_date)?, payment::read(&span.end_date)?);
    let limit = span.limit.unwrap_or(100).min(5_000);
    sandbox.book(|book, _| book.transactions(from, until, span.starting_after.as_deref(), limit)).map(Json)
}

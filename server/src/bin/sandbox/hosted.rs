//! The gateway's pages for people: paying by a card, and registering one.

use axum::{
    Form, Router,
    extract::{Path, Query, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use contract::money::won;
use maud::{Markup, html};
use serde::Deserialize;
use url::Url;

use crate::{
    card::{Card, Luck, TEST_NUMBER},
    gateway::{Back, REJECTED_BY_COMPANY, TURNED_BACK},
    page::document,
    refusal::Refusal,
    state::Sandbox,
};

/// What the buttons send.
#[derive(Deserialize)]
struct Typed {
    #[serde(default)]
    number: String,
    #[serde(rename = "do")]
    wanted: Wanted,
}

#[derive(Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Wanted {
    Pay,
    Cancel,
}

/// How a shop sends its customers here to register a card.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Registration {
    customer_key: String,
    success_url: String,
    fail_url: String,
}

/// What is to be paid.
struct Bill {
    order: String,
    name: String,
    amount: i64,
    open: bool,
    back: Back,
}

pub(crate) fn router() -> Router<Sandbox> {
    Router::new()
        .route("/checkout/{key}", get(checkout).post(pay))
        .route("/billing/auth", get(registration).post(register))
}

async fn checkout(State(sandbox): State<Sandbox>, Path(key): Path<String>) -> Response {
    match bill(&sandbox, &key) {
        Ok(bill) if bill.open => card_form(Some(&bill), false).into_response(),
        _ => over(),
    }
}

async fn pay(State(sandbox): State<Sandbox>, Path(key): Path<String>, Form(typed): Form<Typed>) -> Response {
    let Some(bill) = bill(&sandbox, &key).ok().filter(|bill| bill.open) else { return over() };
    if typed.wanted == Wanted::Cancel {
        return turned(&sandbox, &key, &bill, TURNED_BACK);
    }
    let Some(card) = Card::parse(&typed.number) else {
        return (StatusCode::UNPROCESSABLE_ENTITY, card_form(Some(&bill), true)).into_response();
    };
    if card.luck() == Luck::RefusedAtOnce {
        return turned(&sandbox, &key, &bill, REJECTED_BY_COMPANY);
    }
    // Meanwhile it can have been paid in another window.
    let agreed = sandbox.book(|book, _| match book.find(&key) {
        Ok(payment) if payment.is_open() => book.agree(&key, card).is_ok(),
        _ => false,
    });
    if !agreed {
        return over();
    }
    let amount = bill.amount.to_string();
    leave(&bill.back.success, &[("paymentKey", &key), ("orderId", &bill.order), ("amount", &amount)])
}

fn bill(sandbox: &Sandbox, key: &str) -> Result<Bill, Refusal> {
    sandbox.book(|book, _| {
        let payment = book.find(key)?;
        let back = payment.back.clone().ok_or(Refusal::INVALID)?;
        Ok(Bill {
            order: payment.asked.order.clone(),
            name: payment.asked.name.clone(),
            amount: payment.asked.amount,
            open: payment.is_open(),
            back,
        })
    })
}

/// Ends the payment, and sends its shopper back.
fn turned(sandbox: &Sandbox, key: &str, bill: &Bill, why: Refusal) -> Response {
    let ended = sandbox.book(|book, _| match book.find(key) {
        Ok(payment) if payment.is_open() => book.abort(key, why).is_ok(),
        _ => false,
    });
    if !ended {
        return over();
    }
    leave(&bill.back.fail, &[("code", why.code), ("message", why.message), ("orderId", &bill.order)])
}

async fn registration(Query(asked): Query<Registration>) -> Result<Markup, Refusal> {
    Back::parse(asked.success_url, asked.fail_url)?;
    Ok(card_form(None, false))
}

async fn register(
    State(sandbox): State<Sandbox>,
    Query(asked): Query<Registration>,
    Form(typed): Form<Typed>,
) -> Result<Response, Refusal> {
    let back = Back::parse(asked.success_url, asked.fail_url)?;
    let refused = |why: Refusal| Ok(leave(&back.fail, &[("code", why.code), ("message", why.message)]));
    if typed.wanted == Wanted::Cancel {
        return refused(TURNED_BACK);
    }
    let Some(card) = Card::parse(&typed.number) else {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, card_form(None, true)).into_response());
    };
    if card.luck() == Luck::RefusedAtOnce {
        return refused(REJECTED_BY_COMPANY);
    }
    let word = sandbox.book(|book, _| book.register(asked.customer_key.clone(), card));
    Ok(leave(&back.success, &[("customerKey", &asked.customer_key), ("authKey", &word)]))
}

/// Back to the shop, with more in its address.
fn leave(to: &str, with: &[(&str, &str)]) -> Response {
    match Url::parse_with_params(to, with) {
        Ok(url) => (StatusCode::FOUND, [(header::LOCATION, String::from(url))]).into_response(),
        Err(_) => Refusal::INVALID.into_response(),
    }
}

fn over() -> Response {
    let body = html! {
        h1 { "끝난 결제입니다" }
        p { "이 결제는 이미 끝났거나 시간이 지났습니다. 상점으로 돌아가 확인해 주세요." }
        p lang="en" { "This payment is over. Please go back to the shop." }
    };
    (StatusCode::GONE, document("끝난 결제", &body)).into_response()
}

fn card_form(bill: Option<&Bill>, wrong: bool) -> Markup {
    let title = if bill.is_some() { "카드 결제" } else { "카드 등록" };
    let body = html! {
        h1 { (title) }
        @if let Some(bill) = bill {
            dl {
                dt { "상품" } dd { (bill.name) }
                dt { "결제 금액" } dd { strong { (won(bill.amount)) } }
            }
        } @else {
            p { "등록한 카드로 다음부터 바로 결제할 수 있습니다." }
        }
        form method="post" {
            p {
                label for="number" { "카드 번호" }
                input #number name="number" required value=(TEST_NUMBER) inputmode="numeric"
                    autocomplete="cc-number" maxlength="30" pattern="[0-9 \\-]{13,30}" aria-describedby="hint wrong"
                    aria-invalid=(wrong);
            }
            p #wrong role=[wrong.then_some("alert")] .wrong { @if wrong { "카드 번호 13~19자리를 입력해 주세요." } }
            p .buttons {
                button name="do" value="pay" { @if bill.is_some() { "결제하기" } @else { "등록하기" } }
                button name="do" value="cancel" formnovalidate .plain { "취소" }
            }
        }
        p #hint {
            "연습용 결제창입니다. 아무 번호나 쓸 수 있고 돈은 나가지 않습니다. "
            "0002로 끝나면 결제할 때, 0003으로 끝나면 이 화면에서 거절되고, 0004로 끝나면 결제되지만 10초 동안 답이 없습니다."
        }
    };
    document(title, &body)
}

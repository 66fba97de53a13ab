//! Cards that the gateway keeps. A billing key says itself what it stands for, so that it is still
//! good when the sandbox has started anew.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    book::Book,
    payment::{Asked, written},
};
use crate::{
    card::Card,
    refusal::{Refusal, read},
    state::Sandbox,
};

const PREFIX: &str = "billing_";

const NOT_FOUND: Refusal = Refusal::new(StatusCode::NOT_FOUND, "NOT_FOUND_BILLING_KEY", "존재하지 않는 빌링키 입니다.");
const UNKNOWN_AUTH: Refusal =
    Refusal::new(StatusCode::BAD_REQUEST, "INVALID_AUTHORIZE_AUTH", "유효하지 않은 인증 방식입니다.");
const ANOTHERS: Refusal = Refusal::new(
    StatusCode::FORBIDDEN,
    "NOT_MATCHES_CUSTOMER_KEY",
    "빌링 인증 고객키와 결제 요청 고객키가 일치하지 않습니다.",
);

/// A card of which its owner has said that the shop may have it.
pub(super) struct Registration {
    customer: String,
    card: Card,
}

/// What a billing key says.
#[derive(Serialize, Deserialize)]
pub(super) struct BillingKey {
    #[serde(rename = "c")]
    customer: String,
    #[serde(flatten)]
    pub(super) card: Card,
    /// Makes each key another, even of the same card.
    #[serde(rename = "u")]
    unique: Uuid,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Issue {
    auth_key: String,
    customer_key: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Charge {
    customer_key: String,
    amount: i64,
    order_id: String,
    order_name: String,
}

impl Book {
    /// Keeps a card that was typed in at the page. Answers the word that the shop turns into a
    /// billing key, once.
    pub(crate) fn register(&mut self, customer: String, card: Card) -> String {
        let word = format!("auth_{}", Uuid::now_v7().simple());
        self.registrations.insert(word.clone(), Registration { customer, card });
        word
    }
}

impl BillingKey {
    fn written(&self) -> String {
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(json!(self).to_string()))
    }

    fn read(key: &str) -> Option<Self> {
        let said = URL_SAFE_NO_PAD.decode(key.strip_prefix(PREFIX)?).ok()?;
        serde_json::from_slice(&said).ok()
    }
}

pub(super) async fn issue(State(sandbox): State<Sandbox>, body: Bytes) -> Result<Json<Value>, Refusal> {
    let asked: Issue = read(&body)?;
    let issued = sandbox.book(|book, _| {
        match book.registrations.get(&asked.auth_key) {
            Some(known) if known.customer == asked.customer_key => {}
            Some(_) => return Err(ANOTHERS),
            None => return Err(UNKNOWN_AUTH),
        }
        book.registrations.remove(&asked.auth_key).ok_or(UNKNOWN_AUTH)
    });
    let Registration { customer, card } = issued?;
    let key = BillingKey { customer, card, unique: Uuid::now_v7() };
    Ok(Json(json!({
        "mId": "sandbox", "customerKey": key.customer, "authenticatedAt": written(OffsetDateTime::now_utc()),
        "method": "카드", "billingKey": key.written(), "cardCompany": key.card.company(),
        "cardNumber": key.card.number, "card": key.card.json(),
    })))
}

pub(super) async fn charge(
    State(sandbox): State<Sandbox>,
    Path(key): Path<String>,
    body: Bytes,
) -> Result<Json<Value>, Refusal> {
    let asked: Charge = read(&body)?;
    let card = BillingKey::read(&key).ok_or(NOT_FOUND)?;
    if card.customer != asked.customer_key {
        return Err(ANOTHERS);
    }
    if asked.amount < 1 || asked.order_id.is_empty() {
        return Err(Refusal::INVALID);
    }
    let asked = Asked { order: asked.order_id, name: asked.order_name, amount: asked.amount };
    let paid = sandbox.book(|book, switches| {
        if book.forgotten.contains(&key) {
            return Err(NOT_FOUND);
        }
        book.charge(sandbox.base(), asked, card, switches)
    });
    Ok(super::told(&sandbox, paid?).await)
}

/// Forgets a card; one that is forgotten stays so.
pub(super) async fn forget(State(sandbox): State<Sandbox>, Path(key): Path<String>) -> Result<Json<Value>, Refusal> {
    BillingKey::read(&key).ok_or(NOT_FOUND)?;
    sandbox.book(|book, _| book.forgotten.insert(key.clone()));
    Ok(Json(json!({ "billingKey": key, "deletedAt": written(OffsetDateTime::now_utc()) })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_billing_key_says_what_it_stands_for() {
        let card = Card::parse("4330123412340002").expect("a card");
        let key = BillingKey { customer: "me".to_owned(), card: card.clone(), unique: Uuid::from_u128(7) }.written();
        let read = BillingKey::read(&key).expect("a billing key");
        assert_eq!((read.customer.as_str(), read.card), ("me", card));
        for wrong in ["", "billing_", "billing_x", "4330123412340002"] {
            assert!(BillingKey::read(wrong).is_none(), "{wrong}");
        }
    }
}

//! The payment gateway over HTTP, in the shape of the Toss Payments API.

mod brand;
mod denial;
mod wire;

use std::{fmt, time::Duration};

use async_trait::async_trait;
use contract::{Won, payment::PaymentId};
use domain::{
    payment::gateway::{Back, Charge, Denial, Gateway, Opened, Token, Told},
    pulse::{Neighbor, Pulse},
};
use reqwest::{Client, RequestBuilder};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use time::{OffsetDateTime, UtcOffset, macros::format_description};
use url::Url;
use uuid::Uuid;

use crate::outside;

/// How long a connection may take; a gateway that is there takes a fraction of it.
const CONNECT: Duration = Duration::from_secs(2);

/// How long an answer may take, from beginning to end. A shopper waits for it.
const ANSWER: Duration = Duration::from_secs(5);

/// How long a page of transactions may take. Nobody waits for it.
const BOOKS: Duration = Duration::from_secs(30);

/// Transactions on a page.
const PAGE: usize = 1_000;

/// The most characters that the gateway takes for the name of a payment.
const NAME: usize = 100;

/// The most characters that the gateway takes for the reason of a cancel.
const REASON: usize = 200;

/// A gateway at an address, which knows the shop by a secret.
pub struct Toss {
    client: Client,
    base: Url,
    secret: String,
    pulse: Pulse,
}

impl fmt::Debug for Toss {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Toss").field("base", &self.base.as_str()).finish_non_exhaustive()
    }
}

impl Toss {
    /// The gateway at `base`.
    ///
    /// # Errors
    /// A sentence, where this machine cannot speak HTTP.
    pub fn new(base: &Url, secret: &str) -> Result<Self, String> {
        let sentence = |why: &dyn fmt::Display| format!("the payment gateway cannot be spoken to: {why}");
        let client = outside::client().map_err(|error| sentence(&error))?;
        let client = client.connect_timeout(CONNECT).timeout(ANSWER).build().map_err(|error| sentence(&error))?;
        Ok(Self { client, base: base.clone(), secret: secret.to_owned(), pulse: Pulse::default() })
    }

    /// The same gateway, whose answers are noted there.
    #[must_use]
    pub fn noted(self, pulse: &Pulse) -> Self {
        pulse.knows(Neighbor::Gateway, &outside::host(&self.base));
        Self { pulse: pulse.clone(), ..self }
    }

    async fn post<T: DeserializeOwned>(&self, path: &[&str], key: &str, body: &Value) -> Result<T, Denial> {
        self.ask(self.client.post(self.at(path)).header("idempotency-key", key).json(body)).await
    }

    async fn ask<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, Denial> {
        wire::read(&self.answer(request).await?)
    }

    /// The body of an answer that says that it was done.
    async fn answer(&self, request: RequestBuilder) -> Result<Vec<u8>, Denial> {
        let answer = self.send(request).await;
        match &answer {
            Err(Denial::Unanswered(why)) => self.pulse.met(Neighbor::Gateway, Err(why)),
            // A refusal is an answer, too.
            Ok(_) | Err(Denial::Refused(_) | Denial::Already(_)) => self.pulse.met(Neighbor::Gateway, Ok(())),
        }
        answer
    }

    async fn send(&self, request: RequestBuilder) -> Result<Vec<u8>, Denial> {
        let answer = request.basic_auth(&self.secret, Some("")).send().await.map_err(|error| denial::broken(&error))?;
        let status = answer.status();
        let body = answer.bytes().await.map_err(|error| denial::broken(&error))?;
        if status.is_success() { Ok(body.into()) } else { Err(denial::of(status, &body)) }
    }

    fn at(&self, path: &[&str]) -> Url {
        let mut url = self.base.clone();
        // An address without a path to extend is refused by the settings.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        url
    }
}

#[async_trait]
impl Gateway for Toss {
    async fn open(&self, payment: PaymentId, amount: Won, name: &str, back: &Back) -> Result<Opened, Denial> {
        let body = json!({
            "method": "CARD", "amount": amount, "orderId": payment, "orderName": shortened(name, NAME),
            "successUrl": back.success, "failUrl": back.fail,
        });
        let opened: wire::Payment = self.post(&["v1", "payments"], &format!("open-{payment}"), &body).await?;
        opened.opened()
    }

    async fn confirm(&self, key: &str, payment: PaymentId, amount: Won) -> Result<Charge, Denial> {
        let body = json!({ "paymentKey": key, "orderId": payment, "amount": amount });
        let paid: wire::Payment =
            self.post(&["v1", "payments", "confirm"], &format!("confirm-{payment}"), &body).await?;
        Ok(paid.into())
    }

    async fn charge(
        &self,
        token: &str,
        customer: Uuid,
        payment: PaymentId,
        amount: Won,
        name: &str,
    ) -> Result<Charge, Denial> {
        let body = json!({
            "customerKey": customer, "amount": amount, "orderId": payment, "orderName": shortened(name, NAME),
        });
        let paid: wire::Payment = self.post(&["v1", "billing", token], &format!("charge-{payment}"), &body).await?;
        Ok(paid.into())
    }

    async fn find(&self, payment: PaymentId) -> Result<Option<Charge>, Denial> {
        let url = self.at(&["v1", "payments", "orders", &payment.to_string()]);
        match self.ask::<wire::Payment>(self.client.get(url)).await {
            Ok(found) => Ok(Some(found.into())),
            Err(Denial::Refused(code)) if code == "NOT_FOUND_PAYMENT" => Ok(None),
            // Whatever else it says, it does not tell where the payment stands.
            Err(Denial::Refused(code) | Denial::Already(code) | Denial::Unanswered(code)) => {
                Err(Denial::Unanswered(code))
            }
        }
    }

    async fn transactions(
        &self,
        from: OffsetDateTime,
        until: OffsetDateTime,
        after: Option<&str>,
    ) -> Result<Told, Denial> {
        let mut url = self.at(&["v1", "transactions"]);
        // Both ends are included, and in whole seconds.
        url.query_pairs_mut()
            .append_pair("startDate", &korean(from))
            .append_pair("endDate", &korean(until - time::Duration::SECOND))
            .append_pair("limit", &PAGE.to_string());
        if let Some(after) = after {
            url.query_pairs_mut().append_pair("startingAfter", after);
        }
        let page: Vec<wire::Transaction> = self.ask(self.client.get(url).timeout(BOOKS)).await?;
        let full = page.len() >= PAGE;
        let next = page.last().filter(|_| full).map(|last| last.transaction_key.clone());
        Ok(Told { transactions: page.into_iter().filter_map(wire::Transaction::moved).collect(), next })
    }

    async fn cancel(&self, key: &str, cancel: Uuid, amount: Won, reason: &str) -> Result<Charge, Denial> {
        let body = json!({ "cancelReason": shortened(reason, REASON), "cancelAmount": amount });
        let left: wire::Payment = self.post(&["v1", "payments", key, "cancel"], &cancel.to_string(), &body).await?;
        Ok(left.into())
    }

    fn registration(&self, customer: Uuid, back: &Back) -> String {
        let mut url = self.at(&["billing", "auth"]);
        url.query_pairs_mut()
            .append_pair("clientKey", "")
            .append_pair("customerKey", &customer.to_string())
            .append_pair("successUrl", &back.success)
            .append_pair("failUrl", &back.fail);
        url.into()
    }

    async fn register(&self, customer: Uuid, word: &str) -> Result<Token, Denial> {
        let body = json!({ "authKey": word, "customerKey": customer });
        // The word itself is as good as the card for a while; and who brings another's word must not
        // use it up.
        let key = format!("register-{:x}", Sha256::digest(format!("{customer} {word}")));
        let kept: wire::Billing = self.post(&["v1", "billing", "authorizations", "issue"], &key, &body).await?;
        Ok(kept.into())
    }

    async fn forget(&self, token: &str) -> Result<(), Denial> {
        match self.answer(self.client.delete(self.at(&["v1", "billing", token]))).await {
            // What it does not know it has forgotten.
            Err(Denial::Refused(code)) if code.starts_with("NOT_FOUND") => Ok(()),
            answer => answer.map(drop),
        }
    }
}

/// A time as the gateway reads it: in Korea, without a zone.
fn korean(at: OffsetDateTime) -> String {
    let korea = UtcOffset::from_hms(9, 0, 0).unwrap_or(UtcOffset::UTC);
    let form = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]");
    at.to_offset(korea).format(form).unwrap_or_default()
}

fn shortened(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gateway(base: &str) -> Toss {
        Toss::new(&base.parse().expect("an address"), "test_sk_secret").expect("a gateway")
    }

    #[test]
    fn the_secret_is_not_printed() {
        assert!(!format!("{:?}", gateway("http://localhost:1/")).contains("secret"));
    }

    #[test]
    fn a_time_is_told_in_korea() {
        assert_eq!(korean(time::macros::datetime!(2026-11-19 15:00 UTC)), "2026-11-20T00:00:00");
    }

    #[test]
    fn paths_are_put_behind_the_address_however_it_ends() {
        for base in ["https://gateway.example", "https://gateway.example/"] {
            assert_eq!(gateway(base).at(&["v1", "a/b?c"]).as_str(), "https://gateway.example/v1/a%2Fb%3Fc");
        }
        assert_eq!(gateway("http://localhost:1/in/").at(&["v1"]).as_str(), "http://localhost:1/in/v1");
    }

    #[test]
    fn a_registration_carries_the_addresses_to_come_back_to_whole() {
        let back = Back {
            success: "https://shop.example/my/cards/return?next=/a?b=1&c=2".to_owned(),
            fail: "https://shop.example/my/cards?refused=1".to_owned(),
        };
        let page = gateway("https://gateway.example").registration(Uuid::from_u128(7), &back);
        let page = Url::parse(&page).expect("an address");
        assert_eq!(page.path(), "/billing/auth");
        let pairs: Vec<(String, String)> = page.query_pairs().into_owned().collect();
        let customer = Uuid::from_u128(7).to_string();
        let expected =
            [("clientKey", ""), ("customerKey", &customer), ("successUrl", &back.success), ("failUrl", &back.fail)];
        assert_eq!(pairs, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }
}

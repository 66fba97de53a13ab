//! The gateway's bodies, as far as the shop reads them.

use contract::{Won, payment::PaymentId, system::Money};
use domain::payment::gateway::{self, Charge, ChargeStatus, Denial, Opened, Token};
use serde::{Deserialize, de::DeserializeOwned};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::brand::brand;

/// A payment.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Payment {
    payment_key: String,
    order_id: PaymentId,
    status: Status,
    total_amount: Won,
    #[serde(default)]
    balance_amount: Won,
    checkout: Option<Checkout>,
    card: Option<Card>,
    failure: Option<Failed>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Status {
    Ready,
    InProgress,
    WaitingForDeposit,
    Done,
    Canceled,
    PartialCanceled,
    Aborted,
    Expired,
}

#[derive(Deserialize)]
struct Checkout {
    url: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Card {
    #[serde(default)]
    issuer_code: String,
    #[serde(default)]
    number: String,
}

#[derive(Deserialize)]
struct Failed {
    #[serde(default)]
    code: String,
}

/// Money that went, or a step of a payment that moved none.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Transaction {
    pub(super) transaction_key: String,
    payment_key: String,
    #[serde(default)]
    order_id: String,
    #[serde(default)]
    status: String,
    /// Of another currency, it may have decimals.
    amount: serde_json::Number,
    transaction_at: String,
}

/// A card that the gateway keeps.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Billing {
    billing_key: String,
    card_company: Option<String>,
    card: Option<Card>,
}

/// Reads the body of an answer that says that it was done. One that cannot be read does not undo
/// the work.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Denial> {
    serde_json::from_slice(body).map_err(|error| {
        // The place alone: the words of the error quote the body.
        let (line, column) = (error.line(), error.column());
        Denial::Unanswered(format!("the answer cannot be read, at {line}:{column}"))
    })
}

impl Payment {
    /// Where the shopper goes on.
    pub(super) fn opened(self) -> Result<Opened, Denial> {
        let checkout = self.checkout.ok_or_else(|| Denial::Unanswered("no page in the answer".to_owned()))?;
        Ok(Opened { key: self.payment_key, page: checkout.url })
    }
}

impl Transaction {
    /// The money that it moved; `None` where it moved none, or says nothing of it.
    pub(super) fn moved(self) -> Option<gateway::Transaction> {
        let money = match self.status.as_str() {
            "DONE" => Money::Taken,
            "CANCELED" | "PARTIAL_CANCELED" => Money::Back,
            _ => return None,
        };
        let amount = self.amount.as_i64().or_else(|| self.amount.as_f64().map(|amount| amount as i64))?;
        Some(gateway::Transaction {
            key: self.transaction_key,
            payment_key: self.payment_key,
            order: self.order_id,
            money,
            // Which way it went the status says.
            amount: amount.saturating_abs(),
            at: OffsetDateTime::parse(&self.transaction_at, &Rfc3339).ok()?,
        })
    }
}

impl From<Payment> for Charge {
    fn from(told: Payment) -> Self {
        Self {
            key: told.payment_key,
            payment: told.order_id,
            amount: told.total_amount,
            balance: told.balance_amount,
            status: told.status.into(),
            card: told.card.and_then(|card| Some((brand(&card.issuer_code), last4(&card.number)?))),
            failure: match told.status {
                // Time ran out, in whatever words: nobody refused a card.
                Status::Expired => "EXPIRED".to_owned(),
                _ => told.failure.map(|failed| failed.code).unwrap_or_default(),
            },
        }
    }
}

impl From<Status> for ChargeStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Ready => Self::Ready,
            Status::InProgress | Status::WaitingForDeposit => Self::InProgress,
            Status::Done => Self::Done,
            Status::Canceled | Status::PartialCanceled => Self::Canceled,
            Status::Aborted | Status::Expired => Self::Ended,
        }
    }
}

impl From<Billing> for Token {
    fn from(kept: Billing) -> Self {
        let card = kept.card.unwrap_or(Card { issuer_code: String::new(), number: String::new() });
        Self {
            token: kept.billing_key,
            brand: kept.card_company.filter(|name| !name.is_empty()).unwrap_or_else(|| brand(&card.issuer_code)),
            // A card of which nothing is shown can still pay.
            last4: last4(&card.number).unwrap_or_else(|| "0000".to_owned()),
        }
    }
}

/// The last four digits that a masked number shows; `None` where it shows fewer.
fn last4(number: &str) -> Option<String> {
    let shown: String = number.chars().filter(char::is_ascii_digit).collect();
    shown.len().checked_sub(4).map(|from| shown[from..].to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn payment(fields: &Value) -> Charge {
        let mut body = json!({
            "paymentKey": "key", "orderId": PaymentId::from_u128(7), "status": "DONE", "totalAmount": 20_000,
            "balanceAmount": 20_000, "card": null, "somethingNew": [],
        });
        for (name, value) in fields.as_object().expect("fields") {
            body[name] = value.clone();
        }
        read::<Payment>(body.to_string().as_bytes()).expect("a payment").into()
    }

    #[test]
    fn a_number_shows_its_last_four_digits_or_the_last_four_it_shows() {
        assert_eq!(last4("433012******1234").as_deref(), Some("1234"));
        assert_eq!(last4("12345678****000*").as_deref(), Some("8000"));
        assert_eq!(last4("****-****-****-*123"), None);
        assert_eq!(last4(""), None);
    }

    #[test]
    fn every_status_of_the_gateway_is_known() {
        for (word, status) in [
            ("READY", ChargeStatus::Ready),
            ("IN_PROGRESS", ChargeStatus::InProgress),
            ("WAITING_FOR_DEPOSIT", ChargeStatus::InProgress),
            ("DONE", ChargeStatus::Done),
            ("CANCELED", ChargeStatus::Canceled),
            ("PARTIAL_CANCELED", ChargeStatus::Canceled),
            ("ABORTED", ChargeStatus::Ended),
            ("EXPIRED", ChargeStatus::Ended),
        ] {
            assert_eq!(payment(&json!({ "status": word })).status, status);
        }
    }

    #[test]
    fn a_payment_tells_card_and_failure_where_it_has_them() {
        let paid = payment(&json!({ "card": { "issuerCode": "61", "number": "433012******1234" } }));
        assert_eq!(paid.card, Some(("현대".to_owned(), "1234".to_owned())));
        assert_eq!(payment(&json!({})).card, None);
        let ended = payment(&json!({ "status": "ABORTED", "failure": { "code": "REJECT_CARD_COMPANY" } }));
        assert_eq!((ended.status, ended.failure.as_str()), (ChargeStatus::Ended, "REJECT_CARD_COMPANY"));
        let expired = payment(&json!({ "status": "EXPIRED", "failure": { "code": "EXPIRED_PAYMENT" } }));
        assert_eq!((expired.status, expired.failure.as_str()), (ChargeStatus::Ended, "EXPIRED"));
    }

    #[test]
    fn a_transaction_that_moved_no_money_is_none() {
        let told = |status: &str, amount: Value| {
            let body = json!([{
                "mId": "m", "transactionKey": "t", "paymentKey": "key", "orderId": "order", "currency": "KRW",
                "method": "카드", "customerKey": null, "useEscrow": false, "amount": amount, "status": status,
                "transactionAt": "2026-11-20T00:30:00+09:00",
            }]);
            let page = read::<Vec<Transaction>>(body.to_string().as_bytes()).expect("a page");
            page.into_iter().next().and_then(Transaction::moved).map(|one| (one.money, one.amount))
        };
        assert_eq!(told("DONE", json!(20_000)), Some((Money::Taken, 20_000)));
        assert_eq!(told("CANCELED", json!(-20_000)), Some((Money::Back, 20_000)));
        assert_eq!(told("PARTIAL_CANCELED", json!(181.56)), Some((Money::Back, 181)));
        for status in ["WAITING_FOR_DEPOSIT", "ABORTED", "EXPIRED", "NEW"] {
            assert_eq!(told(status, json!(20_000)), None);
        }
    }

    #[test]
    fn an_answer_that_cannot_be_read_leaves_open_what_was_done() {
        for body in ["", "<html>", "{}", r#"{"paymentKey":"token","status":"NEW"}"#] {
            let Err(Denial::Unanswered(why)) = read::<Payment>(body.as_bytes()) else { panic!("{body} was read") };
            assert!(!why.contains("token"));
        }
    }

    #[test]
    fn a_kept_card_is_named_by_its_company() {
        let body = json!({
            "billingKey": "a secret", "customerKey": "c", "cardCompany": "현대",
            "card": { "issuerCode": "61", "number": "433012******1234", "cardType": "신용" },
        });
        let token = Token::from(read::<Billing>(body.to_string().as_bytes()).expect("a card"));
        assert_eq!((token.brand.as_str(), token.last4.as_str()), ("현대", "1234"));
        assert!(!format!("{token:?}").contains("secret"));
    }
}

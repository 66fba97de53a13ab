//! A payment, and what can become of it.

use axum::http::StatusCode;
use serde::Serialize;
use serde_json::{Value, json};
use time::{
    Duration, OffsetDateTime, PrimitiveDateTime, UtcOffset, format_description::well_known::Rfc3339,
    macros::format_description,
};
use url::Url;
use uuid::Uuid;

use crate::{
    card::{Card, Luck},
    refusal::Refusal,
    switches::Switches,
};

/// How long a page waits for its shopper, and then for the shop to confirm.
const OPEN: Duration = Duration::minutes(30);

/// For how long nobody is told of money that a quiet card has paid.
const QUIET: Duration = Duration::seconds(10);

pub(crate) const NOT_FOUND: Refusal =
    Refusal::new(StatusCode::NOT_FOUND, "NOT_FOUND_PAYMENT", "존재하지 않는 결제 입니다.");
pub(crate) const REJECTED: Refusal =
    Refusal::new(StatusCode::FORBIDDEN, "REJECT_CARD_PAYMENT", "한도초과 혹은 잔액부족으로 결제에 실패했습니다.");
pub(crate) const REJECTED_BY_COMPANY: Refusal =
    Refusal::new(StatusCode::FORBIDDEN, "REJECT_CARD_COMPANY", "결제 승인이 거절되었습니다.");
pub(crate) const TURNED_BACK: Refusal =
    Refusal::new(StatusCode::BAD_REQUEST, "PAY_PROCESS_CANCELED", "사용자에 의해 결제가 취소되었습니다.");
const EXPIRED: Refusal =
    Refusal::new(StatusCode::BAD_REQUEST, "EXPIRED_PAYMENT", "결제가 만료되었습니다. 다시 시도해주세요.");
const NO_SESSION: Refusal = Refusal::new(
    StatusCode::NOT_FOUND,
    "NOT_FOUND_PAYMENT_SESSION",
    "결제 시간이 만료되어 결제 진행 데이터가 존재하지 않습니다.",
);
const ALREADY: Refusal = Refusal::new(StatusCode::BAD_REQUEST, "ALREADY_PROCESSED_PAYMENT", "이미 처리된 결제 입니다.");
const ALREADY_CANCELED: Refusal =
    Refusal::new(StatusCode::BAD_REQUEST, "ALREADY_CANCELED_PAYMENT", "이미 취소된 결제 입니다.");
const NOT_CANCELABLE: Refusal =
    Refusal::new(StatusCode::FORBIDDEN, "NOT_CANCELABLE_PAYMENT", "취소 할 수 없는 결제 입니다.");
const TOO_MUCH: Refusal = Refusal::new(StatusCode::FORBIDDEN, "NOT_CANCELABLE_AMOUNT", "취소 할 수 없는 금액 입니다.");

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Status {
    Ready,
    InProgress,
    Done,
    Canceled,
    PartialCanceled,
    Aborted,
    Expired,
}

/// What the shop asks a payment for.
pub(crate) struct Asked {
    pub(crate) order: String,
    pub(crate) name: String,
    pub(crate) amount: i64,
}

pub(crate) struct Payment {
    pub(crate) key: String,
    pub(crate) asked: Asked,
    pub(crate) status: Status,
    /// Where the shopper goes on; none for a card that the gateway keeps.
    pub(crate) back: Option<Back>,
    page: String,
    balance: i64,
    card: Option<Card>,
    cancels: Vec<Cancel>,
    failure: Option<Refusal>,
    requested_at: OffsetDateTime,
    approved_at: Option<OffsetDateTime>,
}

/// The shop's own addresses.
#[derive(Clone)]
pub(crate) struct Back {
    pub(crate) success: String,
    pub(crate) fail: String,
}

impl Back {
    /// Only where a browser can go.
    pub(crate) fn parse(success: String, fail: String) -> Result<Self, Refusal> {
        for address in [&success, &fail] {
            Url::parse(address).ok().filter(|url| matches!(url.scheme(), "http" | "https")).ok_or(Refusal::INVALID)?;
        }
        Ok(Self { success, fail })
    }
}

/// Money that went once.
pub(super) struct Transaction {
    pub(super) key: String,
    pub(super) at: OffsetDateTime,
    pub(super) json: Value,
}

struct Cancel {
    amount: i64,
    reason: String,
    at: OffsetDateTime,
    key: String,
}

impl Payment {
    pub(crate) fn new(base: &str, asked: Asked, back: Option<Back>) -> Self {
        let key = format!("sandbox_{}", Uuid::now_v7().simple());
        Self {
            page: format!("{base}/checkout/{key}"),
            key,
            balance: asked.amount,
            asked,
            status: Status::Ready,
            back,
            card: None,
            cancels: Vec::new(),
            failure: None,
            requested_at: OffsetDateTime::now_utc(),
            approved_at: None,
        }
    }

    /// Whether money was taken, given back or not.
    pub(crate) const fn taken(&self) -> bool {
        matches!(self.status, Status::Done | Status::Canceled | Status::PartialCanceled)
    }

    /// Whether its shopper can still pay, or pay otherwise.
    pub(crate) const fn is_open(&self) -> bool {
        matches!(self.status, Status::Ready | Status::InProgress)
    }

    /// Whether its time is over, now for the first time.
    pub(crate) fn expire(&mut self) -> bool {
        let over = self.is_open() && OffsetDateTime::now_utc() - self.requested_at > OPEN;
        if over {
            (self.status, self.failure) = (Status::Expired, Some(EXPIRED));
        }
        over
    }

    /// The shopper agrees to pay by a card.
    pub(crate) fn agree(&mut self, card: Card) {
        (self.status, self.card) = (Status::InProgress, Some(card));
    }

    /// It comes to nothing.
    pub(crate) fn abort(&mut self, why: Refusal) {
        (self.status, self.failure) = (Status::Aborted, Some(why));
    }

    /// Whether the money of this order may be taken.
    pub(crate) fn confirmable(&self, order: &str, amount: i64) -> Result<(), Refusal> {
        if self.taken() {
            Err(ALREADY)
        } else if self.status != Status::InProgress {
            Err(NO_SESSION)
        } else if self.asked.order != order || self.asked.amount != amount {
            Err(Refusal::INVALID)
        } else {
            Ok(())
        }
    }

    /// Takes the money, unless the card has none.
    pub(crate) fn take(&mut self, switches: Switches) -> Result<(), Refusal> {
        let pays = |card: &Card| matches!(card.luck(), Luck::Pays | Luck::PaysQuietly);
        if switches.refuse || !self.card.as_ref().is_some_and(pays) {
            self.abort(REJECTED);
            return Err(REJECTED);
        }
        (self.status, self.approved_at) = (Status::Done, Some(OffsetDateTime::now_utc()));
        Ok(())
    }

    /// For how long nobody is told of it yet.
    pub(crate) fn quiet(&self) -> std::time::Duration {
        let quiet = self.card.as_ref().is_some_and(|card| card.luck() == Luck::PaysQuietly);
        let since = self.approved_at.filter(|_| quiet);
        since.and_then(|at| (at + QUIET - OffsetDateTime::now_utc()).try_into().ok()).unwrap_or_default()
    }

    /// Gives money back: all that is left, where no amount is said.
    pub(crate) fn cancel(&mut self, amount: Option<i64>, reason: String) -> Result<(), Refusal> {
        match self.status {
            Status::Done | Status::PartialCanceled => {}
            Status::Canceled => return Err(ALREADY_CANCELED),
            _ => return Err(NOT_CANCELABLE),
        }
        let amount = amount.unwrap_or(self.balance);
        if amount < 1 {
            return Err(Refusal::INVALID);
        }
        if amount > self.balance {
            return Err(TOO_MUCH);
        }
        self.balance -= amount;
        self.status = if self.balance == 0 { Status::Canceled } else { Status::PartialCanceled };
        let key = Uuid::now_v7().simple().to_string();
        self.cancels.push(Cancel { amount, reason, at: OffsetDateTime::now_utc(), key });
        Ok(())
    }

    /// As the Toss Payments API tells it (version 2022-11-16), as far as anybody here reads it.
    pub(crate) fn json(&self) -> Value {
        let cancels = self.cancels.iter().map(|cancel| {
            json!({
                "cancelAmount": cancel.amount, "cancelReason": cancel.reason, "canceledAt": written(cancel.at),
                "transactionKey": cancel.key, "cancelStatus": "DONE",
            })
        });
        let cancels: Vec<Value> = cancels.collect();
        let card = self.card.as_ref().map(|card| {
            let mut card = card.json();
            card["amount"] = json!(self.asked.amount);
            card["installmentPlanMonths"] = json!(0);
            card
        });
        json!({
            "version": "2022-11-16",
            "mId": "sandbox",
            "paymentKey": self.key,
            "type": if self.back.is_some() { "NORMAL" } else { "BILLING" },
            "orderId": self.asked.order,
            "orderName": self.asked.name,
            "status": self.status,
            "method": card.as_ref().map(|_| "카드"),
            "currency": "KRW",
            "country": "KR",
            "totalAmount": self.asked.amount,
            "balanceAmount": self.balance,
            "isPartialCancelable": true,
            "requestedAt": written(self.requested_at),
            "approvedAt": self.approved_at.map(written),
            "lastTransactionKey": self.cancels.last().map(|cancel| &cancel.key),
            "card": card,
            "cancels": (!cancels.is_empty()).then_some(cancels),
            "failure": self.failure.map(|why| json!({ "code": why.code, "message": why.message })),
            "checkout": { "url": self.page },
        })
    }

    /// Each time that its money went.
    pub(super) fn transactions(&self) -> Vec<Transaction> {
        let of = |key: String, amount: i64, status: Status, at: OffsetDateTime| Transaction {
            json: json!({
                "mId": "sandbox", "transactionKey": key, "paymentKey": self.key, "orderId": self.asked.order,
                "currency": "KRW", "method": "카드", "customerKey": null, "useEscrow": false, "amount": amount,
                "status": status, "transactionAt": written(at),
            }),
            key,
            at: at.replace_nanosecond(0).unwrap_or(at),
        };
        let taken = self.approved_at.map(|at| of(format!("{}_taken", self.key), self.asked.amount, Status::Done, at));
        let mut left = self.asked.amount;
        let back = self.cancels.iter().map(|cancel| {
            left -= cancel.amount;
            let status = if left == 0 { Status::Canceled } else { Status::PartialCanceled };
            of(cancel.key.clone(), cancel.amount, status, cancel.at)
        });
        taken.into_iter().chain(back).collect()
    }

    /// For whoever looks at the sandbox.
    pub(crate) fn received(&self) -> Value {
        json!({
            "paymentKey": self.key, "orderId": self.asked.order, "orderName": self.asked.name,
            "status": self.status, "amount": self.asked.amount, "balance": self.balance,
            "card": self.card.as_ref().map(|card| &card.number), "failure": self.failure.map(|why| why.code),
            "requestedAt": written(self.requested_at),
        })
    }
}

/// As the gateway writes times: in seconds, in Korea.
pub(crate) fn written(at: OffsetDateTime) -> String {
    let korean = UtcOffset::from_hms(9, 0, 0).unwrap_or(UtcOffset::UTC);
    let second = at.replace_nanosecond(0).unwrap_or(at);
    second.to_offset(korean).format(&Rfc3339).unwrap_or_default()
}

/// Reads a time as the gateway takes it: in Korea, without a zone; fractions of seconds are dropped.
pub(super) fn read(at: &str) -> Result<OffsetDateTime, Refusal> {
    let korean = UtcOffset::from_hms(9, 0, 0).unwrap_or(UtcOffset::UTC);
    let second = at.get(..19).unwrap_or(at);
    let read = PrimitiveDateTime::parse(second, format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]"));
    Ok(read.map_err(|_| Refusal::INVALID)?.assume_offset(korean))
}

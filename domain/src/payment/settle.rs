//! The one path on which a payment is settled, whoever says that it has changed: the shopper who
//! comes back, the gateway's webhook, or the sweep.

use std::sync::Arc;

use contract::{
    Failure, Won,
    member::MemberId,
    order::{OrderId, order_number},
    payment::{PaymentId, PaymentState},
};
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};
use tokio::task::JoinSet;
use tracing::instrument;

use super::{
    PaymentView, apply,
    back::{ANSWER, pg},
    card,
    gateway::{Charge, ChargeStatus, Denial, Gateway, RUNNING},
    read::find,
};
use crate::{Result, Shop, member::Shopper, retry::retry, words::read};

/// A page of the gateway that nobody went on with is given up after so long.
const PAGE: Duration = Duration::minutes(30);

/// So long after a payment ended without money, it is looked at once more: money may come late.
pub(super) const LATE: Duration = Duration::minutes(5);

/// What has become of a payment.
#[derive(Debug)]
pub(super) enum Outcome {
    /// Money was taken.
    Paid(Charge),
    /// It was refused, with the gateway's code; no money was taken.
    Refused(String),
    /// It was asked for, and there is no answer.
    Unanswered(String),
    /// The shopper turned back, or never went on; nothing was asked for.
    TurnedBack,
    /// The shopper is still at the gateway's page, or somebody else asks at this moment.
    Waits,
    /// The gateway did not say how it stands.
    Silent,
    /// Nothing has changed.
    Nothing,
}

/// The shopper comes back from the gateway's page, having agreed: takes the money, once.
///
/// # Errors
/// [`Failure::NotFound`] for another member's too, [`Failure::BadRequest`] where key or amount are
/// not the payment's.
#[instrument(skip_all, fields(payment = %payment))]
pub async fn agreed(shop: &Shop, by: &Shopper, payment: PaymentId, key: &str, amount: Won) -> Result<PaymentView> {
    let gateway = shop.gateway()?;
    let row = load(shop, payment).await?.filter(|row| row.member == by.id()).ok_or(Failure::NotFound)?;
    if row.amount != amount || row.key.as_deref() != Some(key) {
        return Err(Failure::BadRequest.into());
    }
    if row.state == PaymentState::Pending {
        let outcome = take(shop, gateway, payment, key, amount).await?;
        settle(shop, payment, outcome).await?;
    }
    find(shop, by, payment).await
}

/// The shopper comes back from the gateway's page without having agreed. What the gateway knows
/// counts, not what the address says.
///
/// # Errors
/// [`Failure::NotFound`] for another member's too.
#[instrument(skip_all, fields(payment = %payment))]
pub async fn turned_back(shop: &Shop, by: &Shopper, payment: PaymentId) -> Result<PaymentView> {
    let before = find(shop, by, payment).await?;
    if before.state == PaymentState::Pending {
        let outcome = match look(shop, shop.gateway()?, payment).await? {
            // The page is still open at the gateway, but the shopper has left it.
            Outcome::Waits | Outcome::Silent => Outcome::TurnedBack,
            outcome => outcome,
        };
        settle(shop, payment, outcome).await?;
    }
    find(shop, by, payment).await
}

/// Somebody says that a payment has changed: asks the gateway, and settles it. Whoever says so need
/// not be trusted. A payment that is not there is nothing to settle.
///
/// # Errors
/// [`Failure::GatewayUnavailable`] where it could not be asked; where the database is away.
#[instrument(skip_all, fields(payment = %payment))]
pub async fn check(shop: &Shop, payment: PaymentId) -> Result<()> {
    let outcome = look(shop, shop.gateway()?, payment).await?;
    let unanswered = matches!(outcome, Outcome::Unanswered(_) | Outcome::Silent);
    settle(shop, payment, outcome).await?;
    if unanswered { Err(Failure::GatewayUnavailable.into()) } else { Ok(()) }
}

/// Asks the gateway about the payments whose time has come, fifty at most. Answers how many: call it
/// again while there were some.
///
/// # Errors
/// Where the database is away.
pub async fn sweep(shop: &Shop) -> Result<usize> {
    if shop.gateway.is_none() {
        return Ok(0);
    }
    // Claimed for as long as an answer may take: two instances do not ask about the same one.
    let due = sqlx::query_scalar!(
        "update payment set check_at = $1::timestamptz + $2
         where payment_id in (select payment_id from payment where check_at <= $1 order by check_at limit 50
                              for update skip locked)
         returning payment_id",
        shop.now(),
        pg(ANSWER)
    )
    .fetch_all(&shop.db)
    .await?;
    let mut checks = JoinSet::new();
    for payment in &due {
        let (shop, payment) = (shop.clone(), *payment);
        checks.spawn(async move {
            match check(&shop, payment).await {
                // Told where it happened; the next round asks again.
                Ok(()) | Err(crate::Error::Refused(_)) => {}
                Err(error) => tracing::error!(%error, %payment, "a payment was not checked"),
            }
        });
    }
    while checks.join_next().await.is_some() {}
    Ok(due.len())
}

/// Gives up the page of an order's payment, if one is open: nothing was asked for there. The order
/// is locked.
pub(crate) async fn give_up(conn: &mut PgConnection, order: OrderId, at: OffsetDateTime) -> Result<()> {
    sqlx::query!(
        "update payment set status = 'canceled', settled_at = $2, check_at = $2::timestamptz + $3
         where order_id = $1 and status = 'pending'",
        order,
        at,
        pg(LATE)
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Gives up the pages on which a member was to charge the wallet: they went on with another one.
pub(super) async fn give_up_charges(conn: &mut PgConnection, member: MemberId, at: OffsetDateTime) -> Result<()> {
    sqlx::query!(
        "update payment set status = 'canceled', settled_at = $2, check_at = $2::timestamptz + $3
         where member_id = $1 and order_id is null and status = 'pending'",
        member,
        at,
        pg(LATE)
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Takes the money that the shopper has agreed to. It is written down before, so that nothing else
/// becomes of the order until the gateway has answered.
async fn take(shop: &Shop, gateway: &Arc<dyn Gateway>, payment: PaymentId, key: &str, amount: Won) -> Result<Outcome> {
    if !retry("ask for payment", || apply::asked(shop, payment)).await? {
        return Ok(Outcome::TurnedBack);
    }
    let answer = gateway.confirm(key, payment, amount).await;
    Ok(outcome(gateway, payment, answer).await)
}

/// What an answer of the gateway means.
pub(super) async fn outcome(gateway: &Arc<dyn Gateway>, payment: PaymentId, answer: Result<Charge, Denial>) -> Outcome {
    match answer {
        Ok(charge) => of_charge(charge),
        Err(Denial::Refused(code)) => Outcome::Refused(code),
        // Whoever asks at this moment will know.
        Err(Denial::Unanswered(code)) if code == RUNNING => Outcome::Waits,
        Err(Denial::Unanswered(error)) => Outcome::Unanswered(error),
        // It was done before, and its answer lost.
        Err(Denial::Already(code)) => match gateway.find(payment).await {
            Ok(Some(charge)) => of_charge(charge),
            Ok(None) => Outcome::Unanswered(code),
            Err(denial) => Outcome::Unanswered(denial.to_string()),
        },
    }
}

fn of_charge(charge: Charge) -> Outcome {
    match charge.status {
        ChargeStatus::Done | ChargeStatus::Canceled => Outcome::Paid(charge),
        ChargeStatus::Ended => Outcome::Refused(charge.failure),
        ChargeStatus::Ready | ChargeStatus::InProgress => Outcome::Unanswered("not taken yet".to_owned()),
    }
}

/// Looks a payment up at the gateway, and goes on with it where that is what is missing.
async fn look(shop: &Shop, gateway: &Arc<dyn Gateway>, payment: PaymentId) -> Result<Outcome> {
    let Some(row) = load(shop, payment).await? else { return Ok(Outcome::Nothing) };
    if row.state == PaymentState::Paid {
        return Ok(Outcome::Nothing);
    }
    let found = match gateway.find(payment).await {
        Ok(found) => found,
        Err(denial) if row.state == PaymentState::Unknown => return Ok(Outcome::Unanswered(denial.to_string())),
        Err(denial) => {
            tracing::warn!(error = %denial, "the gateway does not say how a payment stands");
            return Ok(Outcome::Silent);
        }
    };
    let Some(charge) = found else {
        return match row.state {
            // It never reached the gateway, or is on its way: asked again under the same key, it is
            // done once.
            PaymentState::Unknown => again(shop, gateway, &row, payment).await,
            PaymentState::Pending if row.age > ANSWER => Ok(Outcome::TurnedBack),
            PaymentState::Pending => Ok(Outcome::Waits),
            _ => Ok(Outcome::Nothing),
        };
    };
    match (charge.status, row.state) {
        (ChargeStatus::Done | ChargeStatus::Canceled, _) => Ok(Outcome::Paid(charge)),
        (_, PaymentState::Paid | PaymentState::Failed | PaymentState::Canceled) => Ok(Outcome::Nothing),
        // The shopper has agreed, and did not come back to say so.
        (ChargeStatus::InProgress, PaymentState::Pending) => {
            take(shop, gateway, payment, &charge.key, row.amount).await
        }
        (ChargeStatus::InProgress | ChargeStatus::Ready, PaymentState::Unknown) => {
            again(shop, gateway, &row, payment).await
        }
        // Where its address was lost, nobody can go on with it.
        (ChargeStatus::Ready, PaymentState::Pending) if row.age > PAGE || (row.key.is_none() && row.age > ANSWER) => {
            Ok(Outcome::TurnedBack)
        }
        (ChargeStatus::Ready, PaymentState::Pending) => Ok(Outcome::Waits),
        (ChargeStatus::Ended, PaymentState::Pending) if !is_refusal(&charge.failure) => Ok(Outcome::TurnedBack),
        (ChargeStatus::Ended, _) => Ok(Outcome::Refused(charge.failure)),
    }
}

/// Whether a page ended because of the card, and not because the shopper or the time was out.
fn is_refusal(code: &str) -> bool {
    !matches!(code, "" | "PAY_PROCESS_CANCELED" | "USER_CANCEL" | "EXPIRED")
}

/// Asks once more for what was asked for before.
async fn again(shop: &Shop, gateway: &Arc<dyn Gateway>, row: &Row, payment: PaymentId) -> Result<Outcome> {
    let answer = match (&row.token, &row.key) {
        (Some(token), _) => {
            let customer = card::customer(shop, row.member).await?;
            gateway.charge(token, customer, payment, row.amount, &name(row.order)).await
        }
        (None, Some(key)) => gateway.confirm(key, payment, row.amount).await,
        (None, None) => return Ok(Outcome::Refused("NOT_FOUND_PAYMENT".to_owned())),
    };
    Ok(outcome(gateway, payment, answer).await)
}

/// Makes true what has become of a payment. Answers where it stands then.
pub(super) async fn settle(shop: &Shop, payment: PaymentId, outcome: Outcome) -> Result<PaymentState> {
    let state = retry("settle payment", || async {
        match &outcome {
            Outcome::Paid(charge) => apply::paid(shop, payment, charge).await,
            Outcome::Refused(code) => apply::refused(shop, payment, code).await,
            Outcome::Unanswered(error) => apply::unanswered(shop, payment, error).await,
            Outcome::TurnedBack => apply::turned_back(shop, payment).await,
            Outcome::Waits => apply::waits(shop, payment).await,
            Outcome::Silent => apply::silent(shop, payment).await,
            Outcome::Nothing => apply::looked(shop, payment).await,
        }
    })
    .await?;
    metrics::counter!("madang_payments_total", "outcome" => outcome.word()).increment(1);
    Ok(state)
}

impl Outcome {
    const fn word(&self) -> &'static str {
        match self {
            Self::Paid(_) => "paid",
            Self::Refused(_) => "refused",
            Self::Unanswered(_) => "unanswered",
            Self::TurnedBack => "turned_back",
            Self::Waits => "waits",
            Self::Silent => "silent",
            Self::Nothing => "nothing",
        }
    }
}

/// A payment as it is settled.
struct Row {
    member: i64,
    amount: Won,
    state: PaymentState,
    key: Option<String>,
    /// Of the registered card.
    token: Option<String>,
    age: Duration,
    /// What it pays, and when that was ordered; none for a charge of the wallet.
    order: Option<(OrderId, OffsetDateTime)>,
}

/// What the gateway calls a payment. The same each time: it stands in a request that is repeated.
pub(super) fn name(order: Option<(OrderId, OffsetDateTime)>) -> String {
    order.map_or_else(|| "Madang points".to_owned(), |(id, at)| format!("Madang {}", order_number(id, at)))
}

async fn load(shop: &Shop, payment: PaymentId) -> Result<Option<Row>> {
    let row = sqlx::query!(
        r#"select p.member_id as "member!", p.amount, p.status, p.gateway_key, m.token as "token?", p.created_at,
                  p.order_id, o.placed_at as "placed_at?"
           from payment p left join payment_method m using (method_id) left join "order" o using (order_id)
           where p.payment_id = $1 and p.method = 'card'"#,
        payment
    )
    .fetch_optional(&shop.db)
    .await?;
    row.map(|row| {
        Ok(Row {
            member: row.member,
            amount: row.amount,
            state: read(&row.status)?,
            key: row.gateway_key,
            token: row.token,
            age: shop.now() - row.created_at,
            order: row.order_id.zip(row.placed_at),
        })
    })
    .transpose()
}

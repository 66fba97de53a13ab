//! Everybody's card payments, as the staff looks through them, and what it can hurry on.

use contract::{
    Failure, Won,
    member::MemberId,
    order::OrderId,
    payment::{PaymentId, PaymentState},
    table::{Cursor, Rows},
    trail::Act,
};
use serde_json::json;
use time::{Date, Duration, OffsetDateTime};
use tracing::instrument;
use uuid::Uuid;

use super::{
    back::{ANSWER, give_back, pg},
    settle::check,
};
use crate::{
    Result, Shop, keyset,
    member::{Operator, Staff},
    trail,
    words::{read, word},
};

/// An order can be paid for so long after it was placed, at most.
const HOLD: Duration = Duration::days(8);

/// Refunds on their way that are shown at once.
pub const MOST_OPEN: i64 = 100;

/// What is looked for. An order is looked for by itself.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Where it stands.
    pub state: Option<PaymentState>,
    /// The Korean day on which it began.
    pub day: Option<Date>,
    /// The order, or the payment itself.
    pub order: Option<Sought>,
    /// How much exactly, in won.
    pub amount: Option<Won>,
}

/// An order as somebody names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sought {
    /// Its id, or that of its payment.
    Id(Uuid),
    /// Its number: the Korean day, and the end of its id.
    Number(Date, String),
}

impl Sought {
    /// Reads `20261120-1A2B3C4D`, or an id; `None` where it is neither.
    pub fn parse(typed: &str) -> Option<Self> {
        let typed = typed.trim();
        if let Ok(id) = Uuid::try_parse(typed) {
            return Some(Self::Id(id));
        }
        let (day, tail) = typed.split_once('-')?;
        let day = (day.len() == 8 && day.is_ascii()).then(|| format!("{}-{}-{}", &day[..4], &day[4..6], &day[6..]))?;
        let day = contract::system::read_day(&day).ok()?;
        let plain = tail.len() == 8 && tail.bytes().all(|byte| byte.is_ascii_hexdigit());
        plain.then(|| Self::Number(day, tail.to_ascii_lowercase()))
    }
}

/// A card payment, as the staff sees it.
#[derive(Debug, Clone)]
pub struct CardPayment {
    /// The payment.
    pub id: PaymentId,
    /// What it pays, and when that was placed; none where it charges the wallet.
    pub order: Option<(OrderId, OffsetDateTime)>,
    /// Whose it is.
    pub member: MemberId,
    /// How much, in won.
    pub amount: Won,
    /// What of it went back to the card, or is about to, in won.
    pub canceled: Won,
    /// Where it stands.
    pub state: PaymentState,
    /// The card's brand; empty while it is not known.
    pub brand: String,
    /// The last four digits of its number; empty while they are not known.
    pub last4: String,
    /// The gateway's code, where it was refused.
    pub failure: String,
    /// As what the gateway knows it; empty while it does not.
    pub key: String,
    /// How often the gateway was asked how it stands.
    pub checks: i32,
    /// When it began, in UTC.
    pub created_at: OffsetDateTime,
}

struct Row {
    id: PaymentId,
    order: Option<OrderId>,
    placed_at: Option<OffsetDateTime>,
    member: MemberId,
    amount: Won,
    canceled: Won,
    status: String,
    brand: String,
    last4: String,
    failure: String,
    key: String,
    checks: i32,
    created_at: OffsetDateTime,
}

/// The query of the list under one filter, each with its index.
macro_rules! listing {
    ($filter:literal, $span:expr, $at:expr, $id:expr, $limit:expr $(, $more:expr)*) => {
        sqlx::query_as!(
            Row,
            "select p.payment_id as id, p.order_id as \"order\", o.placed_at as \"placed_at?\", p.member_id as \"member!\",
                    p.amount, p.status, p.brand, p.last4, p.failure, coalesce(p.gateway_key, '') as \"key!\", p.checks,
                    p.created_at,
                    coalesce((select sum(c.amount)::bigint from payment_cancel c where c.payment_id = p.payment_id), 0)
                        as \"canceled!\"
             from payment p left join \"order\" o on o.order_id = p.order_id
             where p.method = 'card' and "
                + $filter
                + " and p.created_at >= coalesce($1::timestamptz, '-infinity')
                    and p.created_at < coalesce($2::timestamptz, 'infinity')
                    and (p.created_at, p.payment_id) < (coalesce($3::timestamptz, 'infinity'),
                                                        coalesce($4::uuid, '00000000-0000-0000-0000-000000000000'))
             order by p.created_at desc, p.payment_id desc limit $5",
            $span.0,
            $span.1,
            $at,
            $id,
            $limit
            $(, $more)*
        )
    };
}

/// Card payments, the latest first.
///
/// # Errors
/// Where the database is away.
pub async fn list(
    shop: &Shop,
    _by: &Staff,
    filter: &Filter,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Rows<CardPayment>> {
    let span = keyset::span(filter.day);
    let (at, id) = (keyset::moment(after), after.and_then(Cursor::id::<Uuid>));
    let state = filter.state.map(word).transpose()?;
    let more = limit + 1;
    let rows = match (&filter.order, filter.amount, state) {
        (Some(Sought::Id(sought)), ..) => {
            listing!("(p.order_id = $6 or p.payment_id = $6)", span, at, id, more, sought).fetch_all(&shop.db).await?
        }
        (Some(Sought::Number(day, tail)), ..) => {
            let begins = contract::system::begins(*day);
            let span = (Some(begins), Some(begins + HOLD));
            let tail = format!("%{tail}");
            listing!("p.order_id::text like $6", span, at, id, more, tail).fetch_all(&shop.db).await?
        }
        (None, Some(amount), state) => {
            let found =
                listing!("p.amount = $6 and ($7::text is null or p.status = $7)", span, at, id, more, amount, state);
            found.fetch_all(&shop.db).await?
        }
        (None, None, Some(state)) => listing!("p.status = $6", span, at, id, more, state).fetch_all(&shop.db).await?,
        (None, None, None) => listing!("true", span, at, id, more).fetch_all(&shop.db).await?,
    };
    let rows: Result<Vec<CardPayment>> = rows.into_iter().map(payment).collect();
    Ok(Rows::cut(rows?, limit, |row| keyset::cursor(row.created_at, row.id)))
}

fn payment(row: Row) -> Result<CardPayment> {
    Ok(CardPayment {
        id: row.id,
        order: row.order.zip(row.placed_at),
        member: row.member,
        amount: row.amount,
        canceled: row.canceled,
        state: read(&row.status)?,
        brand: row.brand,
        last4: row.last4,
        failure: row.failure,
        key: row.key,
        checks: row.checks,
        created_at: row.created_at,
    })
}

/// What card payments of one state come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sum {
    /// Where they stand.
    pub state: PaymentState,
    /// How many.
    pub count: i64,
    /// How much together, in won.
    pub amount: Won,
}

/// What the card payments that began on a Korean day come to, by where they stand.
///
/// # Errors
/// Where the database is away.
pub async fn sums(shop: &Shop, _by: &Staff, day: Date) -> Result<Vec<Sum>> {
    let rows = sqlx::query!(
        r#"select status, count(*) as "count!", sum(amount)::bigint as "amount!" from payment
           where method = 'card' and created_at >= $1 and created_at < $1::timestamptz + interval '1 day'
           group by status order by status"#,
        contract::system::begins(day)
    );
    let rows = rows.fetch_all(&shop.db).await?;
    rows.into_iter().map(|row| Ok(Sum { state: read(&row.status)?, count: row.count, amount: row.amount })).collect()
}

/// How many card payments have no answer yet, and how many pages are open.
///
/// # Errors
/// Where the database is away.
pub async fn undecided(shop: &Shop, _by: &Staff) -> Result<(i64, i64)> {
    let row = sqlx::query!(
        r#"select (select count(*) from (select from payment where method = 'card' and status = 'unknown' limit 10000) u)
                      as "unknown!",
                  (select count(*) from (select from payment where method = 'card' and status = 'pending' limit 10000) p)
                      as "pending!""#
    );
    let row = row.fetch_one(&shop.db).await?;
    Ok((row.unknown, row.pending))
}

/// Asks the gateway now how a payment stands that is still open, and settles it. Answers where it
/// stands then.
///
/// # Errors
/// [`Failure::NotFound`], [`Failure::StatusChanged`] where it is open no more,
/// [`Failure::GatewayUnavailable`] where the gateway did not say.
#[instrument(skip_all, fields(payment = %payment))]
pub async fn ask(shop: &Shop, by: &Staff, payment: PaymentId) -> Result<PaymentState> {
    // Asked about for as long as an answer may take: the sweep leaves it alone.
    let mut tx = shop.db.begin().await?;
    let open = sqlx::query_scalar!(
        "update payment set check_at = $2::timestamptz + $3
         where payment_id = $1 and method = 'card' and status in ('pending', 'unknown') returning status",
        payment,
        shop.now(),
        pg(ANSWER)
    );
    let Some(before) = open.fetch_optional(&mut *tx).await? else {
        state(shop, payment).await?;
        return Err(Failure::StatusChanged.into());
    };
    let told = trail::Change {
        act: Act::PaymentAsked,
        subject: payment.to_string(),
        seller: None,
        before: json!({}),
        after: json!({ "status": before }),
    };
    trail::record(&mut tx, &Operator::from(by), shop.now(), &[told]).await?;
    tx.commit().await?;
    check(shop, payment).await?;
    state(shop, payment).await
}

/// Where a card payment stands.
async fn state(shop: &Shop, payment: PaymentId) -> Result<PaymentState> {
    let status = sqlx::query_scalar!("select status from payment where payment_id = $1 and method = 'card'", payment);
    read(&status.fetch_optional(&shop.db).await?.ok_or(Failure::NotFound)?)
}

/// Money that has to go back to a card and did not yet.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// The request.
    pub id: Uuid,
    /// The payment that it is a part of.
    pub payment: PaymentId,
    /// The order that was paid.
    pub order: Option<OrderId>,
    /// How much, in won.
    pub amount: Won,
    /// How often it was asked for.
    pub attempts: i32,
    /// Why it did not go the last time.
    pub error: String,
    /// When it is asked for again, in UTC.
    pub try_at: OffsetDateTime,
    /// Since when it waits, in UTC.
    pub created_at: OffsetDateTime,
}

/// What is on its way back to cards, the next first: [`MOST_OPEN`] at most, and one more, which
/// tells that there are further ones.
///
/// # Errors
/// Where the database is away.
pub async fn waiting(shop: &Shop, _by: &Staff) -> Result<Vec<Waiting>> {
    let rows = sqlx::query_as!(
        Waiting,
        r#"select c.payment_cancel_id as id, c.payment_id as payment, p.order_id as "order", c.amount, c.attempts,
                  c.error, c.try_at, c.created_at
           from payment_cancel c join payment p using (payment_id)
           where c.status = 'requested' order by c.try_at limit $1"#,
        MOST_OPEN + 1
    );
    Ok(rows.fetch_all(&shop.db).await?)
}

/// Asks the gateway now for money that has to go back. Answers whether it went.
///
/// # Errors
/// [`Failure::NotFound`], [`Failure::StatusChanged`] where it went before,
/// [`Failure::GatewayUnavailable`] where there is no gateway.
#[instrument(skip_all, fields(cancel = %id))]
pub async fn hurry(shop: &Shop, by: &Staff, id: Uuid) -> Result<bool> {
    shop.gateway()?;
    let mut tx = shop.db.begin().await?;
    let hurried = sqlx::query!(
        "update payment_cancel set try_at = least(try_at, $2) where payment_cancel_id = $1 and status = 'requested'
         returning payment_id, amount, attempts",
        id,
        shop.now()
    );
    let Some(hurried) = hurried.fetch_optional(&mut *tx).await? else {
        went(shop, id).await?;
        return Err(Failure::StatusChanged.into());
    };
    let told = trail::Change {
        act: Act::CardRefundHurried,
        subject: hurried.payment_id.to_string(),
        seller: None,
        before: json!({}),
        after: json!({ "amount": hurried.amount, "attempts": hurried.attempts }),
    };
    trail::record(&mut tx, &Operator::from(by), shop.now(), &[told]).await?;
    tx.commit().await?;
    give_back(shop).await?;
    went(shop, id).await
}

/// Whether money has gone back.
async fn went(shop: &Shop, id: Uuid) -> Result<bool> {
    let status = sqlx::query_scalar!("select status from payment_cancel where payment_cancel_id = $1", id);
    Ok(status.fetch_optional(&shop.db).await?.ok_or(Failure::NotFound)? == "done")
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[test]
    fn an_order_is_named_by_its_number_or_an_id() {
        let number = Sought::Number(date!(2026 - 11 - 21), "deadbeef".to_owned());
        assert_eq!(Sought::parse(" 20261121-DEADBEEF "), Some(number));
        assert_eq!(Sought::parse(&Uuid::from_u128(7).to_string()), Some(Sought::Id(Uuid::from_u128(7))));
        for wrong in
            ["", "20261121", "20261321-DEADBEEF", "20261121-DEADBEE%", "가나다라-DEADBEEF", "2026112-1DEADBEEF"]
        {
            assert_eq!(Sought::parse(wrong), None, "{wrong}");
        }
    }
}

//! The books of some days against those of the gateway: what one side has and the other does not.
//! Done beside the requests, kept, and once a night for the day before.

mod compare;
mod work;

use contract::{
    Failure, Won,
    form::{Check, Flaw, Flaws},
    order::OrderId,
    payment::{PaymentId, PaymentState},
    system::{Differs, MOST_DAYS, Money, RunStatus, read_day},
    table::{Cursor, Rows},
    trail::Act,
    when::kst_date,
};
use serde_json::json;
use time::{Date, Duration, OffsetDateTime};

use crate::{
    Result, Shop,
    member::{Operator, Staff},
    retry::retry,
    trail,
    words::{read, word},
};

pub use work::work;

/// So long after midnight in Korea the day before is compared: by then the gateway has all of it.
const NIGHT: Duration = Duration::hours(4);

/// A comparison.
#[derive(Debug, Clone)]
pub struct Run {
    /// Later ones have larger ids.
    pub id: i64,
    /// Its first Korean day.
    pub first_day: Date,
    /// Its last one.
    pub last_day: Date,
    /// Where it stands.
    pub status: RunStatus,
    /// Who asked for it; empty for that of the night.
    pub by_name: String,
    /// When it was asked for, in UTC.
    pub created_at: OffsetDateTime,
    /// When it was begun, in UTC.
    pub started_at: Option<OffsetDateTime>,
    /// When it came to its end, in UTC.
    pub finished_at: Option<OffsetDateTime>,
    /// How often it was begun.
    pub attempts: i32,
    /// Why it came to nothing the last time.
    pub error: String,
    /// Transactions of the gateway that were read by now.
    pub fetched: i64,
    /// Transactions that agree.
    pub matched: i64,
    /// What they come to: taken less given back, in won.
    pub matched_won: Won,
    /// Transactions that the gateway has.
    pub theirs: i64,
    /// What they come to, in won.
    pub theirs_won: Won,
    /// Transactions that the shop has.
    pub ours: i64,
    /// What they come to, in won.
    pub ours_won: Won,
    /// How many differences were found.
    pub differences: i64,
}

/// What one side has, and the other does not, or not so.
#[derive(Debug, Clone)]
pub struct Difference {
    /// Orders the differences of a run.
    pub id: i64,
    /// How they differ.
    pub differs: Differs,
    /// Which way the money went.
    pub money: Money,
    /// The payment, where the shop has it.
    pub payment: Option<PaymentId>,
    /// The order that it pays.
    pub order: Option<OrderId>,
    /// The gateway's key of it.
    pub gateway_key: String,
    /// The gateway's order id of it.
    pub gateway_order: String,
    /// How much here, in won.
    pub ours: Option<Won>,
    /// How much there, in won.
    pub theirs: Option<Won>,
    /// Where the payment stands here.
    pub state: Option<PaymentState>,
    /// When the money went, in UTC.
    pub at: OffsetDateTime,
}

/// Asks for a comparison of some Korean days as typed, both included. Days that are being compared
/// already are so once. Answers the run.
///
/// # Errors
/// [`Failure::Invalid`] with every flaw, [`Failure::GatewayUnavailable`] where there is no gateway.
pub async fn ask(shop: &Shop, by: &Staff, first: &str, last: &str) -> Result<i64> {
    shop.gateway()?;
    let mut check = Check::default();
    let first = check.field("first_day", read_day(first));
    let last = check.field("last_day", read_day(last));
    let (Some(first), Some(last)) = (first, last) else { return Err(check.refuse().into()) };
    let flaw = |flaw| Failure::Invalid(Flaws::one("last_day", flaw));
    if last < first {
        return Err(flaw(Flaw::EndsBeforeStart).into());
    }
    let most = (first + Duration::days(MOST_DAYS - 1)).min(kst_date(shop.now()));
    if last > most {
        return Err(flaw(Flaw::OutOfRange { min: 1, max: MOST_DAYS }).into());
    }
    retry("ask for reconciliation", || ask_once(shop, by, first, last)).await
}

async fn ask_once(shop: &Shop, by: &Staff, first: Date, last: Date) -> Result<i64> {
    let at = shop.now();
    let mut tx = shop.db.begin().await?;
    let asked = sqlx::query_scalar!(
        "insert into reconciliation (first_day, last_day, by_member, created_at, try_at) values ($1, $2, $3, $4, $4)
         on conflict do nothing returning reconciliation_id",
        first,
        last,
        by.id(),
        at
    );
    let Some(id) = asked.fetch_optional(&mut *tx).await? else {
        let open = sqlx::query_scalar!(
            "select reconciliation_id from reconciliation
             where first_day = $1 and last_day = $2 and status in ('queued', 'running')",
            first,
            last
        );
        // It has come to its end this very moment.
        return Ok(open.fetch_optional(&mut *tx).await?.ok_or(Failure::StatusChanged)?);
    };
    let told = trail::Change {
        act: Act::ReconciliationAsked,
        subject: id.to_string(),
        seller: None,
        before: json!({}),
        after: json!({ "first_day": first.to_string(), "last_day": last.to_string() }),
    };
    trail::record(&mut tx, &Operator::from(by), at, &[told]).await?;
    tx.commit().await?;
    Ok(id)
}

/// Asks for the comparison of the day before, once a night, where there is a gateway. Answers how
/// many were asked for.
///
/// # Errors
/// Where the database is away.
pub async fn nightly(shop: &Shop) -> Result<usize> {
    let at = shop.now();
    let Some(day) = kst_date(at - NIGHT).previous_day().filter(|_| shop.takes_cards()) else { return Ok(0) };
    let asked = sqlx::query!(
        "insert into reconciliation (first_day, last_day, nightly, created_at, try_at)
         select $1::date, $1::date, true, $2::timestamptz, $2::timestamptz
         where not exists (select from reconciliation where nightly and first_day = $1)
         on conflict do nothing",
        day,
        at
    );
    Ok(usize::try_from(asked.execute(&shop.db).await?.rows_affected()).unwrap_or_default())
}

macro_rules! runs {
    ($filter:literal, $limit:expr, $id:expr) => {
        sqlx::query!(
            "select r.reconciliation_id as id, r.first_day, r.last_day, r.status, coalesce(m.name, '') as \"by_name!\",
                    r.created_at, r.started_at, r.finished_at, r.attempts, r.error, r.fetched, r.matched, r.matched_won,
                    r.theirs, r.theirs_won, r.ours, r.ours_won, r.differences
             from reconciliation r left join member m on m.member_id = r.by_member
             where r.reconciliation_id "
                + $filter
                + " order by r.reconciliation_id desc limit $1",
            $limit,
            $id
        )
    };
}

macro_rules! run {
    ($row:expr) => {{
        let row = $row;
        Run {
            id: row.id,
            first_day: row.first_day,
            last_day: row.last_day,
            status: read(&row.status)?,
            by_name: row.by_name,
            created_at: row.created_at,
            started_at: row.started_at,
            finished_at: row.finished_at,
            attempts: row.attempts,
            error: row.error,
            fetched: row.fetched,
            matched: row.matched,
            matched_won: row.matched_won,
            theirs: row.theirs,
            theirs_won: row.theirs_won,
            ours: row.ours,
            ours_won: row.ours_won,
            differences: row.differences,
        }
    }};
}

/// The runs, the latest first, those before `before`: at most `limit`, and one more, which tells
/// that there are further ones.
///
/// # Errors
/// Where the database is away.
pub async fn runs(shop: &Shop, _by: &Staff, before: Option<i64>, limit: i64) -> Result<Vec<Run>> {
    let rows = runs!("< $2", limit + 1, before.unwrap_or(i64::MAX)).fetch_all(&shop.db).await?;
    rows.into_iter().map(|row| Ok(run!(row))).collect()
}

/// One of them.
///
/// # Errors
/// [`Failure::NotFound`].
pub async fn find(shop: &Shop, _by: &Staff, id: i64) -> Result<Run> {
    let row = runs!("= $2", 1, id).fetch_optional(&shop.db).await?.ok_or(Failure::NotFound)?;
    Ok(run!(row))
}

/// The differences of a run: all of them, or those of one kind.
///
/// # Errors
/// Where the database is away.
pub async fn differences(
    shop: &Shop,
    _by: &Staff,
    run: i64,
    differs: Option<Differs>,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Rows<Difference>> {
    let rows = sqlx::query!(
        r#"select d.difference_id as id, d.differs, d.money, d.payment_id as payment, p.order_id as "order?",
                  d.gateway_key, d.gateway_order, d.ours, d.theirs, d.status, d.at
           from reconciliation_difference d left join payment p on p.payment_id = d.payment_id
           where d.reconciliation_id = $1 and d.difference_id > $2 and ($3::text is null or d.differs = $3)
           order by d.difference_id limit $4"#,
        run,
        after.and_then(Cursor::id::<i64>).unwrap_or_default(),
        differs.map(word).transpose()?,
        limit + 1
    );
    let rows: Result<Vec<Difference>> = rows
        .fetch_all(&shop.db)
        .await?
        .into_iter()
        .map(|row| {
            Ok(Difference {
                id: row.id,
                differs: read(&row.differs)?,
                money: read(&row.money)?,
                payment: row.payment,
                order: row.order,
                gateway_key: row.gateway_key,
                gateway_order: row.gateway_order,
                ours: row.ours,
                theirs: row.theirs,
                state: row.status.as_deref().map(read).transpose()?,
                at: row.at,
            })
        })
        .collect();
    Ok(Rows::cut(rows?, limit, |row| Cursor { value: String::new(), id: row.id.to_string() }))
}

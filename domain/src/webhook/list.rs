//! The webhooks that were kept, as the staff looks through them.

use contract::{
    order::OrderId,
    payment::PaymentId,
    system::Source,
    table::{Cursor, Rows},
};
use time::{Date, Duration, OffsetDateTime};

use crate::{
    Result, Shop, keyset,
    member::Staff,
    words::{read, word},
};

/// What is looked for. A payment or a message is looked for by itself.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Who told it.
    pub source: Option<Source>,
    /// The Korean day.
    pub day: Option<Date>,
    /// The payment that it is about.
    pub payment: Option<PaymentId>,
    /// As what the sender named it; empty for any.
    pub message: String,
}

/// A webhook as it came.
#[derive(Debug, Clone)]
pub struct Told {
    /// Later ones have larger ids.
    pub id: i64,
    /// Who told it.
    pub source: Source,
    /// As what the sender named it.
    pub message: String,
    /// The payment that it is about.
    pub payment: Option<PaymentId>,
    /// The parcel's number that it is about.
    pub tracking_number: Option<String>,
    /// The order that either belongs to.
    pub order: Option<OrderId>,
    /// What it said.
    pub body: String,
    /// When, in UTC.
    pub received_at: OffsetDateTime,
}

struct Row {
    id: i64,
    source: String,
    message: String,
    payment: Option<PaymentId>,
    tracking_number: Option<String>,
    order: Option<OrderId>,
    body: String,
    received_at: OffsetDateTime,
}

/// The query of the list under one filter, each with its index.
macro_rules! listing {
    ($filter:literal, $span:expr, $at:expr, $id:expr, $limit:expr $(, $more:expr)*) => {
        sqlx::query_as!(
            Row,
            "select w.webhook_id as id, w.source, w.message_id as message, w.payment_id as payment,
                    a.tracking_number as \"tracking_number?\", coalesce(p.order_id, d.order_id) as \"order?\", w.body,
                    w.received_at
             from webhook w
             left join payment p on p.payment_id = w.payment_id
             left join checkpoint c on w.source = 'carrier' and c.message_id = w.message_id
             left join parcel a on a.delivery_id = c.delivery_id
             left join delivery d on d.delivery_id = c.delivery_id
             where "
                + $filter
                + " and w.received_at >= coalesce($1::timestamptz, '-infinity')
                    and w.received_at < coalesce($2::timestamptz, 'infinity')
                    and (w.received_at, w.webhook_id) < (coalesce($3::timestamptz, 'infinity'), coalesce($4::bigint, 0))
             order by w.received_at desc, w.webhook_id desc limit $5",
            $span.0,
            $span.1,
            $at,
            $id,
            $limit
            $(, $more)*
        )
    };
}

/// Webhooks, the latest first.
///
/// # Errors
/// Where the database is away.
pub async fn list(shop: &Shop, _by: &Staff, filter: &Filter, after: Option<&Cursor>, limit: i64) -> Result<Rows<Told>> {
    let span = keyset::span(filter.day);
    let (at, id) = (keyset::moment(after), after.and_then(Cursor::id::<i64>));
    let more = limit + 1;
    // Sources are told apart in the text: how many there are of one decides about the index.
    let rows = match (&filter.payment, filter.message.as_str(), filter.source) {
        (Some(payment), ..) => listing!("w.payment_id = $6", span, at, id, more, payment).fetch_all(&shop.db).await?,
        (None, "", Some(Source::Gateway)) => {
            listing!("w.source = 'gateway'", span, at, id, more).fetch_all(&shop.db).await?
        }
        (None, "", Some(Source::Carrier)) => {
            listing!("w.source = 'carrier'", span, at, id, more).fetch_all(&shop.db).await?
        }
        (None, "", None) => listing!("true", span, at, id, more).fetch_all(&shop.db).await?,
        (None, message, source) => {
            let sources = source.as_ref().map_or(Source::ALL, std::slice::from_ref);
            let sources: Vec<String> = sources.iter().map(|own| word(*own)).collect::<Result<_>>()?;
            let named = listing!("w.source = any($6) and w.message_id = $7", span, at, id, more, &sources, message);
            named.fetch_all(&shop.db).await?
        }
    };
    let rows: Result<Vec<Told>> = rows.into_iter().map(told).collect();
    Ok(Rows::cut(rows?, limit, |row| keyset::cursor(row.received_at, row.id)))
}

fn told(row: Row) -> Result<Told> {
    Ok(Told {
        id: row.id,
        source: read(&row.source)?,
        message: row.message,
        payment: row.payment,
        tracking_number: row.tracking_number,
        order: row.order,
        body: row.body,
        received_at: row.received_at,
    })
}

/// Forgets webhooks that are older than so many days, five thousand at most. Answers how many: call
/// it again while there were some.
///
/// # Errors
/// Where the database is away.
pub async fn forget(shop: &Shop, days: i64) -> Result<usize> {
    let gone = sqlx::query!(
        "delete from webhook where webhook_id in (
             select webhook_id from webhook where received_at < $1 order by received_at limit 5000
             for update skip locked)",
        shop.now() - Duration::days(days)
    );
    Ok(usize::try_from(gone.execute(&shop.db).await?.rows_affected()).unwrap_or_default())
}

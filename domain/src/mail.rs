//! Mails: each is handed to one sender, once. Whether a sender that died had sent its mail nobody
//! knows, and so it is never sent again.

use contract::{notification::Notice, order::order_number};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::{Result, Shop, notification::read_notice, retry::retry};

/// After so long nobody is at a mail any more. Every sender must give up earlier.
pub const PATIENCE: Duration = Duration::minutes(10);

/// How often a mail is tried: about a day, from five seconds on in ever longer steps.
pub const ATTEMPTS: i32 = 32;

/// A mail to send.
#[derive(Debug, Clone)]
pub struct Mail {
    /// The mail; stays the same however often it is tried.
    pub id: Uuid,
    /// Who gets it, by name.
    pub name: String,
    /// Where to, as the member's account says now.
    pub email: String,
    /// What it says.
    pub notice: Notice,
    /// The number of the order that it is about, if it is about one.
    pub order: Option<String>,
    /// When it was queued, in UTC.
    pub created_at: OffsetDateTime,
}

/// Hands out the mails that are due, `most` of them, to be sent by who asks and by nobody else.
///
/// # Errors
/// Where the database is away. What was handed out by then is lost, as with a sender that died.
pub async fn due(shop: &Shop, most: i64) -> Result<Vec<Mail>> {
    let now = shop.now();
    let rows = sqlx::query!(
        r#"with due as (
             select mail_id from mail where status = 'queued' and try_at <= $1
             order by try_at limit $3 for update skip locked
         ), taken as (
             update mail m set status = 'sending', attempts = m.attempts + 1, try_at = $2
             from due where m.mail_id = due.mail_id
             returning m.mail_id, m.notification_id, m.created_at
         )
         select t.mail_id, m.name, m.email, n.kind, n.payload, t.created_at,
                o.order_id as "order_id?", o.placed_at as "placed_at?"
         from taken t join notification n using (notification_id) join member m using (member_id)
         left join "order" o on o.order_id = (n.payload->>'order')::uuid
         order by n.notification_id"#,
        now,
        now + PATIENCE,
        most
    )
    .fetch_all(&shop.db)
    .await?;
    rows.into_iter()
        .map(|row| {
            let notice = read_notice(row.kind, row.payload)?;
            let order = row.order_id.zip(row.placed_at).map(|(id, placed_at)| order_number(id, placed_at));
            Ok(Mail { id: row.mail_id, name: row.name, email: row.email, notice, order, created_at: row.created_at })
        })
        .collect()
}

/// It was taken over by the mail server.
///
/// # Errors
/// Where the database is away.
pub async fn sent(shop: &Shop, id: Uuid) -> Result<()> {
    count("sent");
    retry("mail sent", || async {
        // Should the disk lose this, the mail counts as lost, and is not sent again either.
        sqlx::query!(
            r#"with relaxed as (select set_config('synchronous_commit', 'off', true) as "how")
               update mail set status = 'sent', sent_at = $2, error = '' from relaxed
               where mail_id = $1 and status in ('sending', 'lost') and relaxed.how = 'off'"#,
            id,
            shop.now()
        )
        .execute(&shop.db)
        .await?;
        Ok(())
    })
    .await
}

/// It was not taken over this time: it is tried again later, unless it was tried too often.
///
/// # Errors
/// Where the database is away.
pub async fn put_off(shop: &Shop, id: Uuid, error: &str) -> Result<()> {
    count("put_off");
    retry("put mail off", || async {
        sqlx::query!(
            "update mail set error = $3, status = case when attempts < $4 then 'queued' else 'failed' end,
                 try_at = $2::timestamptz
                     + interval '5 seconds' * least(2 ^ (least(attempts, 20) - 1), 720) * (0.75 + random() / 2)
             where mail_id = $1 and status = 'sending'",
            id,
            shop.now(),
            error,
            ATTEMPTS
        )
        .execute(&shop.db)
        .await?;
        Ok(())
    })
    .await
}

/// It was refused for good.
///
/// # Errors
/// Where the database is away.
pub async fn fail(shop: &Shop, id: Uuid, error: &str) -> Result<()> {
    end(shop, id, "failed", error).await
}

/// Nobody knows whether it was taken over.
///
/// # Errors
/// Where the database is away.
pub async fn lose(shop: &Shop, id: Uuid, error: &str) -> Result<()> {
    end(shop, id, "lost", error).await
}

async fn end(shop: &Shop, id: Uuid, status: &'static str, error: &str) -> Result<()> {
    count(status);
    retry("end mail", || async {
        sqlx::query!(
            "update mail set status = $2, error = $3 where mail_id = $1 and status = 'sending'",
            id,
            status,
            error
        )
        .execute(&shop.db)
        .await?;
        Ok(())
    })
    .await
}

/// Ends the mails whose senders have died: lost, but for senders that do no harm when they send
/// `again`, whose mails are queued once more. Answers how many.
///
/// # Errors
/// Where the database is away.
pub async fn sweep(shop: &Shop, again: bool) -> Result<usize> {
    let over = sqlx::query!(
        "update mail set status = case when $2 then 'queued' else 'lost' end, error = 'the sender died'
         where status = 'sending' and try_at <= $1",
        shop.now(),
        again
    )
    .execute(&shop.db)
    .await?;
    let over = over.rows_affected();
    if over > 0 && !again {
        metrics::counter!("madang_mails_total", "outcome" => "lost").increment(over);
        tracing::warn!(count = over, "mails are lost: whoever sent them has died");
    }
    Ok(usize::try_from(over).unwrap_or(usize::MAX))
}

fn count(outcome: &'static str) {
    metrics::counter!("madang_mails_total", "outcome" => outcome).increment(1);
}

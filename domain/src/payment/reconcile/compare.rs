//! The comparison itself, in sets: a transaction belongs to the payment of its order id, else to
//! that of its key. What was given back is matched by its payment and amount, one by one.

use contract::Won;
use sqlx::PgPool;
use time::OffsetDateTime;

use super::work::Alone;
use crate::{Result, Shop};

/// Takes away what an earlier try has left.
pub(super) async fn clear(db: &PgPool, run: i64) -> Result<()> {
    sqlx::query!(
        "with gone as (delete from reconciliation_transaction where reconciliation_id = $1)
         delete from reconciliation_difference where reconciliation_id = $1",
        run
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Writes down every difference.
pub(super) async fn compare(shop: &Shop, run: i64, from: OffsetDateTime, until: OffsetDateTime) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    // Nobody waits for it, and it locks nothing that anybody else needs.
    sqlx::query("set local statement_timeout = '10min'").execute(&mut *tx).await?;
    sqlx::query("analyze reconciliation_transaction").execute(&mut *tx).await?;
    sqlx::query!(
        "with their as (
             select coalesce(p.payment_id, k.payment_id) as payment_id, t.gateway_key, t.gateway_order, t.amount, t.at
             from reconciliation_transaction t
             left join payment p on p.payment_id = t.payment_id and p.method = 'card'
             left join payment k on p.payment_id is null and k.gateway_key = t.gateway_key
             where t.reconciliation_id = $1 and t.money = 'taken'
         ), summed as (
             select payment_id, min(gateway_key) as gateway_key, min(gateway_order) as gateway_order,
                    sum(amount)::bigint as amount, min(at) as at
             from their where payment_id is not null group by payment_id
         )
         insert into reconciliation_difference
             (reconciliation_id, differs, money, payment_id, gateway_key, gateway_order, ours, theirs, status, at)
         select $1, 'theirs_only', 'taken', null, gateway_key, gateway_order, null, amount, null, at
         from their where payment_id is null
         union all
         select $1, case when p.amount <> s.amount then 'amount' else 'status' end, 'taken', payment_id, s.gateway_key,
                s.gateway_order, p.amount, s.amount, p.status, s.at
         from summed s join payment p using (payment_id)
         where p.amount <> s.amount
            or not (p.status = 'paid' or exists (select from payment_cancel c where c.payment_id = p.payment_id))",
        run
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "insert into reconciliation_difference
             (reconciliation_id, differs, money, payment_id, gateway_key, gateway_order, ours, theirs, status, at)
         select $1, 'ours_only', 'taken', p.payment_id, coalesce(p.gateway_key, ''), p.payment_id::text, p.amount, null,
                p.status, p.settled_at
         from payment p
         where p.method = 'card' and p.status = 'paid' and p.settled_at >= $2 and p.settled_at < $3
           and not exists (select from reconciliation_transaction t
                           where t.reconciliation_id = $1 and t.money = 'taken' and t.payment_id = p.payment_id)
           and not exists (select from reconciliation_transaction t
                           where t.reconciliation_id = $1 and t.money = 'taken' and t.gateway_key = p.gateway_key)",
        run,
        from,
        until
    )
    .execute(&mut *tx)
    .await?;
    // Of each payment and amount: as many there as here, or some have nobody to belong to.
    sqlx::query!(
        "with their as (
             select coalesce(p.payment_id, k.payment_id) as payment_id, t.gateway_key, t.gateway_order, t.amount, t.at,
                    row_number() over (partition by coalesce(p.payment_id, k.payment_id), t.amount order by t.at) as nth
             from reconciliation_transaction t
             left join payment p on p.payment_id = t.payment_id and p.method = 'card'
             left join payment k on p.payment_id is null and k.gateway_key = t.gateway_key
             where t.reconciliation_id = $1 and t.money = 'back'
         ), own as (
             select c.payment_id, c.amount, c.status,
                    row_number() over (partition by c.payment_id, c.amount
                                       order by c.status = 'done' desc, c.created_at) as nth
             from payment_cancel c where c.payment_id in (select payment_id from their)
         ), own_in_span as (
             select c.payment_id, c.amount, c.done_at,
                    row_number() over (partition by c.payment_id, c.amount order by c.done_at) as nth
             from payment_cancel c where c.status = 'done' and c.done_at >= $2 and c.done_at < $3
         ), counted as (
             select payment_id, amount, count(*) as count from their where payment_id is not null group by 1, 2
         )
         insert into reconciliation_difference
             (reconciliation_id, differs, money, payment_id, gateway_key, gateway_order, ours, theirs, status, at)
         select $1, case when o.status is null then 'theirs_only' else 'status' end, 'back', t.payment_id, t.gateway_key,
                t.gateway_order, o.amount, t.amount, p.status, t.at
         from their t left join own o using (payment_id, amount, nth) left join payment p using (payment_id)
         where o.status is null or o.status = 'requested'
         union all
         select $1, 'ours_only', 'back', o.payment_id, coalesce(p.gateway_key, ''), o.payment_id::text, o.amount, null,
                p.status, o.done_at
         from own_in_span o left join counted t using (payment_id, amount) join payment p using (payment_id)
         where o.nth > coalesce(t.count, 0)",
        run,
        from,
        until
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

/// What only the shop has, so many at most.
pub(super) async fn ours_alone(shop: &Shop, run: i64, most: i64) -> Result<Vec<Alone>> {
    Ok(sqlx::query_as!(
        Alone,
        r#"select difference_id as id, payment_id as "payment!", money = 'back' as "back!", ours as "ours!",
                  coalesce((select sum(c.amount)::bigint from payment_cancel c
                            where c.payment_id = d.payment_id and c.status = 'done'), 0) as "all_back!"
           from reconciliation_difference d
           where reconciliation_id = $1 and differs = 'ours_only' order by difference_id limit $2"#,
        run,
        most
    )
    .fetch_all(&shop.db)
    .await?)
}

/// It was looked up: the gateway has so much of it, on another day.
pub(super) async fn found(shop: &Shop, difference: i64, ours: Won, there: Option<Won>) -> Result<()> {
    match there {
        Some(amount) if amount == ours => {
            sqlx::query!("delete from reconciliation_difference where difference_id = $1", difference)
                .execute(&shop.db)
                .await?;
        }
        Some(amount) => {
            sqlx::query!(
                "update reconciliation_difference set differs = 'amount', theirs = $2 where difference_id = $1",
                difference,
                amount
            )
            .execute(&shop.db)
            .await?;
        }
        None => {}
    }
    Ok(())
}

/// Adds up, and is done.
pub(super) async fn finish(shop: &Shop, run: i64, from: OffsetDateTime, until: OffsetDateTime) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    sqlx::query("set local statement_timeout = '10min'").execute(&mut *tx).await?;
    sqlx::query!(
        "with their as (
             select case money when 'taken' then amount else -amount end as won,
                    not exists (select from reconciliation_difference d
                                where d.reconciliation_id = t.reconciliation_id and d.money = t.money
                                  and d.gateway_key = t.gateway_key and d.theirs is not null
                                  and (t.money = 'taken' or d.theirs = t.amount)) as agrees
             from reconciliation_transaction t where reconciliation_id = $1
         ), own as (
             select amount as won from payment
             where method = 'card' and status = 'paid' and settled_at >= $2 and settled_at < $3
             union all
             select -amount from payment_cancel where status = 'done' and done_at >= $2 and done_at < $3
         ), there as (
             select count(*) as count, coalesce(sum(won), 0)::bigint as won, count(*) filter (where agrees) as agreed,
                    coalesce(sum(won) filter (where agrees), 0)::bigint as agreed_won
             from their
         ), here as (select count(*) as count, coalesce(sum(won), 0)::bigint as won from own)
         update reconciliation set status = 'done', finished_at = $4, error = '', matched = there.agreed,
             matched_won = there.agreed_won, theirs = there.count, theirs_won = there.won, ours = here.count,
             ours_won = here.won,
             differences = (select count(*) from reconciliation_difference d where d.reconciliation_id = $1)
         from there, here where reconciliation_id = $1 and status = 'running'",
        run,
        from,
        until,
        shop.now()
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!("delete from reconciliation_transaction where reconciliation_id = $1", run).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(())
}

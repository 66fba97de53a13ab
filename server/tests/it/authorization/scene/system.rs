//! What the staff alone has to do with: coupons, payments by card, the log and the gateway.

use domain::coupon::{self, batch};
use uuid::Uuid;

use super::{Cast, Result, Things};

pub(super) async fn things(cast: &Cast) -> Result<Things> {
    let Cast { shop, staff, .. } = cast;
    let one = |query: &'static str| sqlx::query_scalar::<_, i64>(query).fetch_one(&shop.db);
    let campaign = one("select min(campaign_id) from coupon_campaign where issue_mode = 'download'").await?;
    let coupon = Uuid::now_v7();
    coupon::give(shop, staff, coupon, campaign, "someone@madang.example").await?;
    let chosen = Uuid::now_v7();
    batch::by_address(shop, staff, chosen, campaign, "applicant@madang.example refused@madang.example").await?;
    let letter = one(
        "with reader as (
             insert into event_reader (name) values ('notification') on conflict (name) do update set name = 'notification'
             returning name
         )
         insert into dead_letter (reader, event_id, name, subject, payload, created_at, attempts, error)
         select name, 0, 'order.paid', 'x', '{}', now(), 5, 'broken' from reader returning dead_letter_id",
    )
    .await?;
    let compared = sqlx::query_scalar::<_, i64>(
        "insert into reconciliation (first_day, last_day, status, by_member, created_at, finished_at, try_at)
         values ('2026-11-01', '2026-11-01', 'done', $1, now(), now(), now()) returning reconciliation_id",
    );
    let compared = compared.bind(staff.id()).fetch_one(&shop.db).await?;
    let mut things = cards(cast).await?;
    things.extend([
        ("campaign", campaign.to_string()),
        ("coupon", coupon.to_string()),
        ("batch", chosen.to_string()),
        ("letter", letter.to_string()),
        ("reconciliation", compared.to_string()),
    ]);
    Ok(things)
}

/// A card of the demo shopper's; a payment that is open, and money on its way back of another one.
/// The shop itself asks the gateway about neither for a year.
async fn cards(cast: &Cast) -> Result<Things> {
    let Cast { shop, shopper, .. } = cast;
    let (card, open, paid, back) = (Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7());
    let own = sqlx::query(
        "insert into payment_method (method_id, member_id, token, brand, last4) values ($1, $2, 'token', '카드', '1234')",
    );
    own.bind(card).bind(shopper.id()).execute(&shop.db).await?;
    let payments = sqlx::query(
        "insert into payment (payment_id, member_id, idempotency_key, method, amount, status, gateway_key, check_at,
             settled_at)
         select id, member_id, id, 'card', 1000, new.status, gateway_key, now() + wait,
             case when new.status = 'paid' then now() end
         from member, (values ($1::uuid, 'unknown', 'open', interval '1 year'), ($2, 'paid', 'paid', null))
             as new (id, status, gateway_key, wait)
         where email = 'someone@madang.example'",
    );
    payments.bind(open).bind(paid).execute(&shop.db).await?;
    let asked = sqlx::query(
        "insert into payment_cancel (payment_cancel_id, request_key, payment_id, amount, try_at, created_at)
         values ($1, $1, $2, 1000, now() + interval '1 year', now())",
    );
    asked.bind(back).bind(paid).execute(&shop.db).await?;
    Ok(Things::from([("card", card.to_string()), ("payment", open.to_string()), ("back", back.to_string())]))
}

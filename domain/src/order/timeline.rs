//! The timeline of an order: every change of a status, when, by whom and why.

use contract::{
    Failure,
    claim::ClaimStatus,
    member::MemberId,
    order::{Actor, FulfillmentStatus, OrderId, OrderStatus, PaymentStatus},
};
use serde::Serialize;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    Result, Shop,
    error::OnConstraint,
    words::{read, word},
};

/// A change to be written.
#[derive(Debug, Clone)]
pub(crate) struct Turn {
    order: OrderId,
    axis: &'static str,
    subject: Option<Uuid>,
    from: Option<String>,
    to: String,
    actor: Actor,
    by: Option<MemberId>,
    reason: String,
    key: Option<Uuid>,
    /// Whether the table of its axis has this step.
    allowed: bool,
}

/// A status with its table of allowed steps.
pub(crate) trait Status: Serialize + Copy {
    /// Whether it may go from here to `next`.
    fn may_become(self, next: Self) -> bool;
}

impl Status for OrderStatus {
    fn may_become(self, next: Self) -> bool {
        Self::may_become(self, next)
    }
}

impl Status for PaymentStatus {
    fn may_become(self, next: Self) -> bool {
        Self::may_become(self, next)
    }
}

impl Status for FulfillmentStatus {
    fn may_become(self, next: Self) -> bool {
        Self::may_become(self, next)
    }
}

impl Status for ClaimStatus {
    fn may_become(self, next: Self) -> bool {
        Self::may_become(self, next)
    }
}

impl Turn {
    /// A change of the order's own status.
    pub(crate) fn order(
        order: OrderId,
        from: Option<OrderStatus>,
        to: OrderStatus,
        by: (Actor, Option<MemberId>),
    ) -> Self {
        Self::new(order, "order", None, from, to, by)
    }

    /// A change of the payment's status.
    pub(crate) fn payment(
        order: OrderId,
        from: Option<PaymentStatus>,
        to: PaymentStatus,
        by: (Actor, Option<MemberId>),
    ) -> Self {
        Self::new(order, "payment", None, from, to, by)
    }

    /// A change of one seller's goods.
    pub(crate) fn fulfillment(
        order: OrderId,
        delivery: Uuid,
        from: FulfillmentStatus,
        to: FulfillmentStatus,
        by: (Actor, Option<MemberId>),
    ) -> Self {
        Self::new(order, "fulfillment", Some(delivery), Some(from), to, by)
    }

    /// A change of any status.
    pub(crate) fn new<S: Status>(
        order: OrderId,
        axis: &'static str,
        subject: Option<Uuid>,
        from: Option<S>,
        to: S,
        (actor, by): (Actor, Option<MemberId>),
    ) -> Self {
        // A status is an enum without data, whose word cannot fail.
        let allowed = from.is_none_or(|from| from.may_become(to));
        let text = |status: S| word(status).unwrap_or_default();
        let (from, to) = (from.map(text), text(to));
        Self { order, axis, subject, from, to, actor, by, reason: String::new(), key: None, allowed }
    }

    /// The same with its reason, which may be empty, and the key of the form that asked for it.
    pub(crate) fn because(self, reason: &str, key: Option<Uuid>) -> Self {
        Self { reason: reason.to_owned(), key, ..self }
    }
}

/// Writes changes, in their order. A step that its axis does not have is refused, whoever asks for
/// it. A key that has changed another order is no key of this one.
pub(crate) async fn record(conn: &mut PgConnection, turns: &[Turn], at: OffsetDateTime) -> Result<()> {
    if turns.iter().any(|turn| !turn.allowed) {
        return Err(Failure::StatusChanged.into());
    }
    let orders: Vec<OrderId> = turns.iter().map(|turn| turn.order).collect();
    let axes: Vec<String> = turns.iter().map(|turn| turn.axis.to_owned()).collect();
    let subjects: Vec<Option<Uuid>> = turns.iter().map(|turn| turn.subject).collect();
    let from: Vec<Option<String>> = turns.iter().map(|turn| turn.from.clone()).collect();
    let to: Vec<String> = turns.iter().map(|turn| turn.to.clone()).collect();
    let actors: Vec<String> = turns.iter().map(|turn| word(turn.actor)).collect::<Result<_>>()?;
    let members: Vec<Option<MemberId>> = turns.iter().map(|turn| turn.by).collect();
    let reasons: Vec<String> = turns.iter().map(|turn| turn.reason.clone()).collect();
    let keys: Vec<Option<Uuid>> = turns.iter().map(|turn| turn.key).collect();
    sqlx::query!(
        "insert into order_change (order_id, axis, subject, from_status, to_status, actor, by_member, reason,
             idempotency_key, created_at)
         select *, $10 from unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::bigint[],
             $8::text[], $9::uuid[])",
        &orders,
        &axes,
        &subjects as &[Option<Uuid>],
        &from as &[Option<String>],
        &to,
        &actors,
        &members as &[Option<MemberId>],
        &reasons,
        &keys as &[Option<Uuid>],
        at
    )
    .execute(conn)
    .await
    .on_constraint("order_change_idempotency_key", || Failure::BadRequest)?;
    Ok(())
}

/// Whether a form with this key has changed this order before.
pub(super) async fn is_done(conn: &mut PgConnection, order: OrderId, key: Uuid) -> Result<bool> {
    let done = sqlx::query_scalar!(
        r#"select exists (select from order_change where idempotency_key = $2 and order_id = $1) as "done!""#,
        order,
        key
    );
    Ok(done.fetch_one(conn).await?)
}

/// One change, as people read it.
#[derive(Debug, Clone)]
pub struct Step {
    /// Of what: `order`, `payment`, `fulfillment` or `claim`.
    pub axis: String,
    /// The delivery or the claim.
    pub subject: Option<Uuid>,
    /// The status before.
    pub from: Option<String>,
    /// The status afterwards.
    pub to: String,
    /// Who changed it.
    pub actor: Actor,
    /// Their name; empty for the shop itself.
    pub by_name: String,
    /// Why; may be empty.
    pub reason: String,
    /// When, in UTC.
    pub at: OffsetDateTime,
}

/// The changes of an order, oldest first. Whoever may see the order may see these.
///
/// # Errors
/// Where the database is away.
pub async fn timeline(shop: &Shop, order: &super::Detail) -> Result<Vec<Step>> {
    steps(shop, order.summary.id).await
}

/// The same by the order's id.
pub(super) async fn steps(shop: &Shop, order: OrderId) -> Result<Vec<Step>> {
    let rows = sqlx::query!(
        r#"select axis, subject, from_status, to_status, actor, coalesce(m.name, '') as "by_name!", reason, c.created_at
           from order_change c left join member m on m.member_id = c.by_member
           where order_id = $1 order by order_change_id"#,
        order
    )
    .fetch_all(&shop.db)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Step {
                axis: row.axis,
                subject: row.subject,
                from: row.from_status,
                to: row.to_status,
                actor: read(&row.actor)?,
                by_name: row.by_name,
                reason: row.reason,
                at: row.created_at,
            })
        })
        .collect()
}

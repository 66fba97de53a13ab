//! Refunds in the database: the arithmetic of each, and its lines.

use std::collections::BTreeMap;

use contract::{
    Won,
    claim::ClaimId,
    order::OrderId,
    product::ProductId,
    refund::{Refund, RefundLine},
};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::RefundView;
use crate::{Result, Shop};

/// Writes a refund, of which `points` came back as points; the rest goes back to the card. Answers
/// its id.
pub(super) async fn insert(
    conn: &mut PgConnection,
    order: OrderId,
    refund: &Refund,
    claim: Option<ClaimId>,
    points: Won,
    at: OffsetDateTime,
) -> Result<Uuid> {
    let id = Uuid::now_v7();
    sqlx::query!(
        "insert into refund (refund_id, order_id, claim_id, goods, discount, delivery, return_fee, points, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        id,
        order,
        claim,
        refund.goods,
        refund.discount,
        refund.delivery,
        refund.return_fee,
        points,
        at
    )
    .execute(&mut *conn)
    .await?;
    let products: Vec<ProductId> = refund.lines.iter().map(|line| line.product).collect();
    let copies: Vec<i32> = refund.lines.iter().map(|line| line.quantity).collect();
    let goods: Vec<Won> = refund.lines.iter().map(|line| line.goods).collect();
    let discounts: Vec<Won> = refund.lines.iter().map(|line| line.discount).collect();
    sqlx::query!(
        "insert into refund_line (refund_id, product_id, quantity, goods, discount)
         select $1, * from unnest($2::bigint[], $3::int[], $4::bigint[], $5::bigint[])",
        id,
        &products,
        &copies,
        &goods,
        &discounts
    )
    .execute(conn)
    .await?;
    Ok(id)
}

/// The refunds of an order, oldest first.
pub(super) async fn list(shop: &Shop, id: OrderId) -> Result<Vec<RefundView>> {
    let rows = sqlx::query!(
        r#"select r.refund_id, r.goods, r.discount, r.delivery, r.return_fee, r.points, r.created_at, l.product_id, l.quantity,
                l.goods as line_goods, l.discount as line_discount, coalesce(k.amount, 0) as "card_done!"
         from refund r join refund_line l using (refund_id)
         left join (select c.refund_id, sum(c.amount)::bigint as amount from payment_cancel c join payment p using (payment_id)
                    where p.order_id = $1 and c.status = 'done' group by 1) k using (refund_id)
         where r.order_id = $1 order by r.refund_id, l.product_id"#,
        id
    )
    .fetch_all(&shop.db)
    .await?;
    let mut refunds: BTreeMap<Uuid, RefundView> = BTreeMap::new();
    for row in rows {
        let view = refunds.entry(row.refund_id).or_insert_with(|| {
            let (goods, discount, delivery, return_fee) = (row.goods, row.discount, row.delivery, row.return_fee);
            let refund = Refund { lines: Vec::new(), goods, discount, delivery, return_fee };
            RefundView { at: row.created_at, refund, points: row.points, card_done: row.card_done }
        });
        view.refund.lines.push(RefundLine {
            product: row.product_id,
            quantity: row.quantity,
            goods: row.line_goods,
            discount: row.line_discount,
        });
    }
    Ok(refunds.into_values().collect())
}

//! Reading card payments back.

use contract::{
    Failure,
    member::MemberId,
    order::OrderId,
    payment::{PaymentId, PaymentState},
};

use super::PaymentView;
use crate::{Result, Shop, member::Shopper, words::read};

/// One of one's own card payments.
///
/// # Errors
/// [`Failure::NotFound`], for another member's too.
pub async fn find(shop: &Shop, by: &Shopper, payment: PaymentId) -> Result<PaymentView> {
    let found = select(shop, Some(by.id()), Some(payment), None).await?.pop();
    Ok(found.ok_or(Failure::NotFound)?)
}

/// The card payments of an order, oldest first. Whoever may see the order may see these.
///
/// # Errors
/// Where the database is away.
pub async fn of_order(shop: &Shop, order: OrderId) -> Result<Vec<PaymentView>> {
    select(shop, None, None, Some(order)).await
}

async fn select(
    shop: &Shop,
    member: Option<MemberId>,
    payment: Option<PaymentId>,
    order: Option<OrderId>,
) -> Result<Vec<PaymentView>> {
    let rows = sqlx::query!(
        r#"select payment_id, order_id, amount, status, checkout_url, brand, last4, failure, created_at,
                  coalesce((select sum(c.amount)::bigint from payment_cancel c where c.payment_id = p.payment_id), 0)
                      as "canceled!"
           from payment p
           where method = 'card' and (order_id = $1 or payment_id = $2) and ($3::bigint is null or member_id = $3)
           order by payment_id"#,
        order,
        payment,
        member
    )
    .fetch_all(&shop.db)
    .await?;
    rows.into_iter()
        .map(|row| {
            let state: PaymentState = read(&row.status)?;
            Ok(PaymentView {
                id: row.payment_id,
                order: row.order_id,
                amount: row.amount,
                state,
                page: row.checkout_url.filter(|_| state == PaymentState::Pending),
                brand: row.brand,
                last4: row.last4,
                failure: row.failure,
                canceled: row.canceled,
                created_at: row.created_at,
            })
        })
        .collect()
}

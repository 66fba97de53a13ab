//! Stores accepted orders: one statement per table, whatever the size of the batch.

use contract::{Won, member::MemberId, product::ProductId};
use serde_json::json;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::Accepted;
use crate::{
    Result,
    event::{self, NewEvent},
};

/// Writes the orders, what they take from stock, wallets and carts, and their events.
pub(super) async fn store(conn: &mut PgConnection, orders: &[Accepted], at: OffsetDateTime) -> Result<()> {
    if orders.is_empty() {
        return Ok(());
    }
    insert_orders(conn, orders, at).await?;
    insert_lines(conn, orders).await?;
    insert_payments(conn, orders, at).await?;
    insert_deliveries(conn, orders).await?;
    take_stock(conn, orders, at).await?;
    take_points(conn, orders, at).await?;
    empty_carts(conn, orders).await?;
    event::append(conn, &events(orders, at)).await
}

async fn insert_orders(conn: &mut PgConnection, orders: &[Accepted], at: OffsetDateTime) -> Result<()> {
    let ids: Vec<Uuid> = column(orders, |order| order.order);
    let members: Vec<MemberId> = column(orders, |order| order.member);
    let keys: Vec<Uuid> = column(orders, |order| order.key);
    let goods: Vec<Won> = column(orders, |order| order.goods);
    let delivery: Vec<Won> = column(orders, Accepted::delivery);
    let points: Vec<Won> = column(orders, Accepted::total);
    let recipients: Vec<String> = column(orders, |order| order.destination.recipient.clone());
    let phones: Vec<String> = column(orders, |order| order.destination.phone.clone());
    let postcodes: Vec<String> = column(orders, |order| order.destination.postcode.clone());
    let line1s: Vec<String> = column(orders, |order| order.destination.line1.clone());
    let line2s: Vec<String> = column(orders, |order| order.destination.line2.clone());
    let notes: Vec<String> = column(orders, |order| order.note.clone());
    sqlx::query!(
        r#"insert into "order" (order_id, member_id, idempotency_key, order_status, payment_status, goods_total,
               delivery_total, points_used, recipient, phone, postcode, line1, line2, delivery_note, placed_at)
           select order_id, member_id, idempotency_key, 'placed', 'paid', goods, delivery, points, recipient, phone,
               postcode, line1, line2, note, $13
           from unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[],
               $8::text[], $9::text[], $10::text[], $11::text[], $12::text[])
               as new (order_id, member_id, idempotency_key, goods, delivery, points, recipient, phone, postcode,
                   line1, line2, note)"#,
        &ids,
        &members,
        &keys,
        &goods,
        &delivery,
        &points,
        &recipients,
        &phones,
        &postcodes,
        &line1s,
        &line2s,
        &notes,
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn insert_lines(conn: &mut PgConnection, orders: &[Accepted]) -> Result<()> {
    let lines = || orders.iter().flat_map(|order| order.lines.iter().map(move |line| (order.order, line)));
    let ids: Vec<Uuid> = lines().map(|(order, _)| order).collect();
    let products: Vec<ProductId> = lines().map(|(_, line)| line.product).collect();
    let sellers: Vec<i64> = lines().map(|(_, line)| line.seller).collect();
    let titles: Vec<String> = lines().map(|(_, line)| line.title.clone()).collect();
    let authors: Vec<String> = lines().map(|(_, line)| line.author.clone()).collect();
    let prices: Vec<Won> = lines().map(|(_, line)| line.unit_price).collect();
    let quantities: Vec<i32> = lines().map(|(_, line)| line.quantity).collect();
    sqlx::query!(
        "insert into order_line (order_id, product_id, seller_id, title, author, unit_price, quantity)
         select * from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::bigint[], $7::int[])",
        &ids,
        &products,
        &sellers,
        &titles,
        &authors,
        &prices,
        &quantities
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn insert_payments(conn: &mut PgConnection, orders: &[Accepted], at: OffsetDateTime) -> Result<()> {
    let payments: Vec<Uuid> = column(orders, |_| Uuid::now_v7());
    let ids: Vec<Uuid> = column(orders, |order| order.order);
    let amounts: Vec<Won> = column(orders, Accepted::total);
    sqlx::query!(
        "insert into payment (payment_id, order_id, method, amount, status, created_at)
         select payment_id, order_id, 'points', amount, 'paid', $4
         from unnest($1::uuid[], $2::uuid[], $3::bigint[]) as new (payment_id, order_id, amount)",
        &payments,
        &ids,
        &amounts,
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn insert_deliveries(conn: &mut PgConnection, orders: &[Accepted]) -> Result<()> {
    let parts = || orders.iter().flat_map(|order| order.fees.iter().map(move |(seller, fee)| (order, *seller, *fee)));
    let deliveries: Vec<Uuid> = parts().map(|_| Uuid::now_v7()).collect();
    let ids: Vec<Uuid> = parts().map(|(order, ..)| order.order).collect();
    let sellers: Vec<i64> = parts().map(|(_, seller, _)| seller).collect();
    let fees: Vec<Won> = parts().map(|(.., fee)| fee).collect();
    sqlx::query!(
        "insert into delivery (delivery_id, order_id, seller_id, fee)
         select * from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[])",
        &deliveries,
        &ids,
        &sellers,
        &fees
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn take_stock(conn: &mut PgConnection, orders: &[Accepted], at: OffsetDateTime) -> Result<()> {
    let lines = || orders.iter().flat_map(|order| order.lines.iter().map(move |line| (order.order, line)));
    let ids: Vec<Uuid> = lines().map(|(order, _)| order).collect();
    let products: Vec<ProductId> = lines().map(|(_, line)| line.product).collect();
    let quantities: Vec<i32> = lines().map(|(_, line)| line.quantity).collect();
    sqlx::query!(
        "with sold as (
             select * from unnest($1::uuid[], $2::bigint[], $3::int[]) as new (order_id, product_id, quantity)
         ), taken as (
             update stock s set on_hand = s.on_hand - sum.quantity
             from (select product_id, sum(quantity)::int as quantity from sold group by product_id) sum
             where s.product_id = sum.product_id
         )
         insert into stock_movement (product_id, kind, on_hand_delta, order_id, created_at)
         select product_id, 'sold', -quantity, order_id, $4 from sold",
        &ids,
        &products,
        &quantities,
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn take_points(conn: &mut PgConnection, orders: &[Accepted], at: OffsetDateTime) -> Result<()> {
    let ids: Vec<Uuid> = column(orders, |order| order.order);
    let members: Vec<MemberId> = column(orders, |order| order.member);
    let totals: Vec<Won> = column(orders, Accepted::total);
    let balances: Vec<Won> = column(orders, |order| order.balance_after);
    // An order that costs nothing leaves no entry.
    sqlx::query!(
        "with spent as (
             select * from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[])
                 with ordinality as new (order_id, member_id, amount, balance_after, position)
         ), taken as (
             update points_wallet w set balance = w.balance - sum.amount
             from (select member_id, sum(amount)::bigint as amount from spent group by member_id) sum
             where w.member_id = sum.member_id
         )
         insert into points_entry (member_id, kind, amount, balance_after, order_id, created_at)
         select member_id, 'spend', -amount, balance_after, order_id, $5 from spent where amount > 0 order by position",
        &ids,
        &members,
        &totals,
        &balances,
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn empty_carts(conn: &mut PgConnection, orders: &[Accepted]) -> Result<()> {
    let pairs = || orders.iter().flat_map(|order| order.lines.iter().map(move |line| (order.member, line.product)));
    let members: Vec<MemberId> = pairs().map(|(member, _)| member).collect();
    let products: Vec<ProductId> = pairs().map(|(_, product)| product).collect();
    sqlx::query!(
        "delete from cart_line l
         using cart c, unnest($1::bigint[], $2::bigint[]) as bought (member_id, product_id)
         where c.member_id = bought.member_id and l.cart_id = c.cart_id and l.product_id = bought.product_id",
        &members,
        &products
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// `order.placed` and `order.paid` of each order, in this order.
fn events(orders: &[Accepted], at: OffsetDateTime) -> Vec<NewEvent> {
    let both = orders.iter().flat_map(|order| {
        let lines: Vec<_> = order
            .lines
            .iter()
            .map(|line| {
                json!({
                    "product_id": line.product, "seller_id": line.seller,
                    "quantity": line.quantity, "unit_price": line.unit_price,
                })
            })
            .collect();
        let payload = json!({
            "order_id": order.order, "member_id": order.member, "goods_total": order.goods,
            "delivery_total": order.delivery(), "total": order.total(), "lines": lines,
            "at": at.unix_timestamp_nanos() / 1_000_000,
        });
        ["order.placed", "order.paid"].map(|name| NewEvent {
            name,
            subject: order.order.to_string(),
            payload: payload.clone(),
        })
    });
    both.collect()
}

fn column<T>(orders: &[Accepted], value: impl Fn(&Accepted) -> T) -> Vec<T> {
    orders.iter().map(value).collect()
}

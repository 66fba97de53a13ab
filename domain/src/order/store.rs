//! Stores accepted orders: one statement per table, whatever the size of the batch.

use contract::{
    Won,
    coupon::{CouponId, CouponStatus},
    member::MemberId,
    order::{Actor, OrderStatus, PaymentStatus, Stage},
    product::ProductId,
    stock::MovementKind,
};
use serde_json::json;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Accepted, AcceptedLine, Turn, record};
use crate::{
    Result,
    coupon::ledger as coupons,
    event::{self, NewEvent},
    inventory::ledger::{self as stock, Move},
    points::ledger::{self as points, Spending},
    words::word,
};

/// Writes the orders, what they take from stock, wallets, coupons and carts, their timelines and
/// their events. Everything they take must be locked.
///
/// # Errors
/// Where the database is away, or a constraint finds what the decision has overlooked.
pub async fn store(conn: &mut PgConnection, orders: &[Accepted], at: OffsetDateTime) -> Result<()> {
    if orders.is_empty() {
        return Ok(());
    }
    insert_orders(conn, orders, at).await?;
    insert_lines(conn, orders).await?;
    insert_payments(conn, orders, at).await?;
    insert_deliveries(conn, orders).await?;
    let mut events = stock::apply(conn, &moves(orders), at).await?;
    points::spend(conn, &spendings(orders), at).await?;
    coupons::take(conn, &used_coupons(orders)).await?;
    empty_carts(conn, orders).await?;
    record(conn, &turns(orders), at).await?;
    events.extend(placed_events(orders, at));
    event::append(conn, &events).await
}

const fn statuses(order: &Accepted) -> (OrderStatus, PaymentStatus) {
    if order.is_paid() {
        (OrderStatus::Placed, PaymentStatus::Paid)
    } else {
        (OrderStatus::PendingPayment, PaymentStatus::Unpaid)
    }
}

const fn stage(order: &Accepted) -> &'static str {
    if order.is_paid() { Stage::New.word() } else { Stage::Unpaid.word() }
}

async fn insert_orders(conn: &mut PgConnection, orders: &[Accepted], at: OffsetDateTime) -> Result<()> {
    let ids: Vec<Uuid> = column(orders, |order| order.order);
    let members: Vec<MemberId> = column(orders, |order| order.member);
    let keys: Vec<Uuid> = column(orders, |order| order.key);
    let statuses_of: Vec<String> = orders.iter().map(|order| word(statuses(order).0)).collect::<Result<_>>()?;
    let payments: Vec<String> = orders.iter().map(|order| word(statuses(order).1)).collect::<Result<_>>()?;
    let goods: Vec<Won> = column(orders, |order| order.goods);
    let discounts: Vec<Won> = column(orders, Accepted::discount);
    let delivery: Vec<Won> = column(orders, Accepted::delivery);
    let points: Vec<Won> = column(orders, Accepted::points);
    let coupons: Vec<Option<CouponId>> = column(orders, |order| order.coupon);
    let holds: Vec<Option<OffsetDateTime>> = column(orders, |order| order.held_until);
    let recipients: Vec<String> = column(orders, |order| order.destination.recipient.clone());
    let phones: Vec<String> = column(orders, |order| order.destination.phone.clone());
    let postcodes: Vec<String> = column(orders, |order| order.destination.postcode.clone());
    let line1s: Vec<String> = column(orders, |order| order.destination.line1.clone());
    let line2s: Vec<String> = column(orders, |order| order.destination.line2.clone());
    let notes: Vec<String> = column(orders, |order| order.note.clone());
    let stages: Vec<String> = column(orders, |order| stage(order).to_owned());
    sqlx::query!(
        r#"insert into "order" (order_id, member_id, idempotency_key, order_status, payment_status, goods_total,
               discount_total, delivery_total, points_used, coupon_id, held_until, recipient, phone, postcode, line1,
               line2, delivery_note, stage, placed_at)
           select *, $19
           from unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::text[], $5::text[], $6::bigint[], $7::bigint[],
               $8::bigint[], $9::bigint[], $10::uuid[], $11::timestamptz[], $12::text[], $13::text[], $14::text[],
               $15::text[], $16::text[], $17::text[], $18::text[])"#,
        &ids,
        &members,
        &keys,
        &statuses_of,
        &payments,
        &goods,
        &discounts,
        &delivery,
        &points,
        &coupons as &[Option<CouponId>],
        &holds as &[Option<OffsetDateTime>],
        &recipients,
        &phones,
        &postcodes,
        &line1s,
        &line2s,
        &notes,
        &stages,
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
    let discounts: Vec<Won> = lines().map(|(_, line)| line.discount).collect();
    let rates: Vec<i32> = lines().map(|(_, line)| line.earn_percent).collect();
    sqlx::query!(
        "insert into order_line (order_id, product_id, seller_id, title, author, unit_price, quantity, discount,
             earn_percent)
         select * from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::bigint[], $7::int[],
             $8::bigint[], $9::int[])",
        &ids,
        &products,
        &sellers,
        &titles,
        &authors,
        &prices,
        &quantities,
        &discounts,
        &rates
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn insert_payments(conn: &mut PgConnection, orders: &[Accepted], at: OffsetDateTime) -> Result<()> {
    let paid = || orders.iter().filter(|order| order.is_paid());
    let payments: Vec<Uuid> = paid().map(|_| Uuid::now_v7()).collect();
    let ids: Vec<Uuid> = paid().map(|order| order.order).collect();
    let amounts: Vec<Won> = paid().map(Accepted::total).collect();
    if payments.is_empty() {
        return Ok(());
    }
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
    let stages: Vec<String> = parts().map(|(order, ..)| stage(order).to_owned()).collect();
    let paid = |line: &AcceptedLine| line.unit_price * i64::from(line.quantity) - line.discount;
    let goods: Vec<Won> = parts()
        .map(|(order, seller, _)| order.lines.iter().filter(|line| line.seller == seller).map(paid).sum())
        .collect();
    sqlx::query!(
        "insert into delivery (delivery_id, order_id, seller_id, fee, stage, goods)
         select * from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::text[], $6::bigint[])",
        &deliveries,
        &ids,
        &sellers,
        &fees,
        &stages,
        &goods
    )
    .execute(conn)
    .await?;
    Ok(())
}

fn moves(orders: &[Accepted]) -> Vec<Move> {
    let lines = orders.iter().flat_map(|order| order.lines.iter().map(move |line| (order, line)));
    let moves = lines.map(|(order, line)| {
        let (kind, on_hand, reserved) = if order.is_paid() {
            (MovementKind::Sold, -line.quantity, 0)
        } else {
            (MovementKind::Reserved, 0, line.quantity)
        };
        let (order, by) = (Some(order.order), Some(order.member));
        Move { product: line.product, kind, on_hand, reserved, order, by, reason: "ordered" }
    });
    moves.collect()
}

fn spendings(orders: &[Accepted]) -> Vec<Spending> {
    column(orders, |order| Spending {
        member: order.member,
        order: order.order,
        taken: order.spent.clone(),
        balance_after: order.balance_after,
    })
}

fn used_coupons(orders: &[Accepted]) -> Vec<(CouponId, Uuid, CouponStatus)> {
    let status = |order: &Accepted| if order.is_paid() { CouponStatus::Used } else { CouponStatus::Held };
    orders.iter().filter_map(|order| Some((order.coupon?, order.order, status(order)))).collect()
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

fn turns(orders: &[Accepted]) -> Vec<Turn> {
    let both = orders.iter().flat_map(|order| {
        let (status, payment) = statuses(order);
        let by = (Actor::Shopper, Some(order.member));
        [Turn::order(order.order, None, status, by), Turn::payment(order.order, None, payment, by)]
    });
    both.collect()
}

/// `order.placed` and, where it is paid, `order.paid` of each order, in this order. The lines stand
/// in the one that readers wait for.
fn placed_events(orders: &[Accepted], at: OffsetDateTime) -> Vec<NewEvent> {
    let at = at.unix_timestamp_nanos() / 1_000_000;
    let event = |order: &Accepted, name, payload| NewEvent { name, subject: order.order.to_string(), payload };
    let mut events = Vec::with_capacity(2 * orders.len());
    for order in orders {
        let placed = json!({
            "order_id": order.order, "member_id": order.member, "total": order.total(), "paid": order.is_paid(), "at": at,
        });
        events.push(event(order, "order.placed", placed));
        if order.is_paid() {
            events.push(event(order, "order.paid", paid(order, at)));
        }
    }
    events
}

fn paid(order: &Accepted, at: i128) -> serde_json::Value {
    let lines: Vec<_> = order
        .lines
        .iter()
        .map(|line| {
            json!({
                "product_id": line.product, "seller_id": line.seller, "quantity": line.quantity,
                "unit_price": line.unit_price, "discount": line.discount,
            })
        })
        .collect();
    json!({
        "order_id": order.order, "member_id": order.member, "goods_total": order.goods,
        "discount_total": order.discount(), "delivery_total": order.delivery(), "total": order.total(),
        "lines": lines, "at": at,
    })
}

fn column<T>(orders: &[Accepted], value: impl Fn(&Accepted) -> T) -> Vec<T> {
    orders.iter().map(value).collect()
}

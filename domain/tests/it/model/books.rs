//! What can be seen of the shop, as words: of the model, and of the database.

use std::collections::BTreeMap;

use sqlx::PgPool;
use time::OffsetDateTime;

use super::rules::{Model, NEVER};

pub(super) type Books = BTreeMap<String, String>;

/// What is in one and not in the other.
pub(super) fn differences(model: &Books, database: &Books) -> Vec<String> {
    let none = String::from("nothing");
    let keys: std::collections::BTreeSet<&String> = model.keys().chain(database.keys()).collect();
    keys.into_iter()
        .map(|key| (key, model.get(key).unwrap_or(&none), database.get(key).unwrap_or(&none)))
        .filter(|(_, model, database)| model != database)
        .map(|(key, model, database)| format!("{key}: the model has {model}, the database {database}"))
        .collect()
}

impl Model {
    pub(super) fn books(&self) -> Books {
        let mut books = Books::new();
        for (member, lots) in &self.wallets {
            books.insert(format!("wallet {member}"), lots.values().sum::<i64>().to_string());
            for (day, points) in lots.iter().filter(|(_, points)| **points > 0) {
                let day = if *day == NEVER { "never".to_owned() } else { day.to_string() };
                books.insert(format!("wallet {member} day {day}"), points.to_string());
            }
        }
        for (product, book) in &self.shelf {
            books.insert(format!("stock {product}"), format!("{} {}", book.on_hand, book.reserved));
        }
        for (campaign, of) in &self.campaigns {
            books.insert(format!("campaign {campaign}"), of.issued.to_string());
        }
        for (id, coupon) in &self.coupons {
            let order = coupon.order.map(|order| format!(" {order:04x}")).unwrap_or_default();
            books.insert(format!("coupon {id:04x}"), format!("{} {}{order}", coupon.member, coupon.status));
        }
        for (id, order) in &self.orders {
            let minute = |minute: Option<i64>| minute.map_or("-".to_owned(), |minute| minute.to_string());
            let words = [
                order.status.to_owned(),
                order.payment.to_owned(),
                order.total.to_string(),
                order.spent().to_string(),
                order.refunded.to_string(),
                order.earned.to_string(),
                minute(order.held_until),
                minute(order.confirm_at),
            ];
            books.insert(format!("order {id:04x}"), words.join(" "));
            for (product, line) in &order.lines {
                let numbers = [line.quantity, line.canceled, line.returned].map(|number| number.to_string()).join(" ");
                books.insert(format!("line {id:04x} {product}"), format!("{numbers} {}", line.discount));
            }
            for (seller, part) in &order.parts {
                books.insert(format!("part {id:04x} {seller}"), format!("{} {}", part.fee, part.status));
            }
        }
        for (id, claim) in &self.claims {
            books.insert(format!("claim {id:04x}"), format!("{} {}", claim.status, claim.fault));
        }
        books
    }
}

/// The same of the database. Times count in whole minutes since `noon`; what the database does
/// takes some milliseconds longer than what the model does.
pub(super) async fn of_database(db: &PgPool, noon: OffsetDateTime) -> Books {
    let rows: Vec<(String, String)> = sqlx::query_as(
        r#"with minute as (select order_id,
               coalesce(floor(extract(epoch from held_until - $1) / 60)::text, '-') as held,
               coalesce(floor(extract(epoch from confirm_at - $1) / 60)::text, '-') as confirm from "order")
           select 'wallet ' || member_id, balance::text from points_wallet
           union all select 'wallet ' || member_id || ' day '
               || case when expires_on = '9999-12-31' then 'never' else (expires_on - ($1 at time zone 'Asia/Seoul')::date)::text end,
               remaining::text from points_lot where remaining > 0
           union all select 'stock ' || product_id, concat_ws(' ', on_hand, reserved) from stock
           union all select 'campaign ' || campaign_id, issued::text from coupon_campaign
           union all select 'coupon ' || right(coupon_id::text, 4),
               concat_ws(' ', member_id, status, right(order_id::text, 4)) from coupon
           union all select 'order ' || right(order_id::text, 4), concat_ws(' ', order_status, payment_status, total,
               points_used, refunded_total, points_earned, held, confirm) from "order" join minute using (order_id)
           union all select 'line ' || right(order_id::text, 4) || ' ' || product_id,
               concat_ws(' ', quantity, canceled, returned, discount) from order_line
           union all select 'part ' || right(order_id::text, 4) || ' ' || seller_id,
               concat_ws(' ', fee, fulfillment_status) from delivery
           union all select 'claim ' || right(claim_id::text, 4), concat_ws(' ', status, fault) from claim"#,
    )
    .bind(noon)
    .fetch_all(db)
    .await
    .expect("the books");
    rows.into_iter().collect()
}

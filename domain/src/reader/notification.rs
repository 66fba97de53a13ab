//! Tells members what became of their orders, payments, parcels and coupons.

use async_trait::async_trait;
use contract::{
    Won,
    member::MemberId,
    notification::{Books, Notice},
    order::OrderId,
    subscription::{Off, SubscriptionId},
};
use serde::{Deserialize, de::DeserializeOwned};
use sqlx::PgConnection;

use crate::{
    Result, Shop,
    event::{Event, Reader},
    notification::{Told, tell},
};

/// The reader `notification`.
#[derive(Debug, Clone, Copy)]
pub struct Notification;

#[async_trait]
impl Reader for Notification {
    fn name(&self) -> &'static str {
        "notification"
    }

    fn reads(&self) -> &'static [&'static str] {
        &[
            "order.paid",
            "order.canceled",
            "order.expired",
            "order.returned",
            "payment.failed",
            "parcel.shipped",
            "parcel.delivered",
            "coupon.expiring",
            "seller.approved",
            "seller.rejected",
            "subscription.failed",
        ]
    }

    async fn store(&self, shop: &Shop, conn: &mut PgConnection, events: &[Event]) -> Result<()> {
        let facts = events.iter().map(|event| Ok((event, Fact::read(event)?))).collect::<Result<Vec<_>>>()?;
        let books = books(conn, &facts).await?;
        let told = facts.into_iter().zip(books).filter_map(|((event, fact), books)| {
            let (member, notice) = fact.tell(&event.name, books)?;
            Some(Told { event: event.id, member, at: event.at, notice })
        });
        tell(conn, &told.collect::<Vec<_>>(), shop.now()).await
    }
}

/// What an event knows, as far as its member is told of it.
enum Fact {
    Order(OfOrder),
    Payment(OfPayment),
    Coupon(OfCoupon),
    Application(OfApplication),
    Subscription(OfSubscription),
}

#[derive(Deserialize)]
struct OfOrder {
    order_id: OrderId,
    member_id: MemberId,
    /// Whose part of the order it is, of a parcel.
    seller_id: Option<i64>,
    /// Of a canceled one: whether it had been paid.
    paid: Option<bool>,
    #[serde(default)]
    whole: bool,
    #[serde(default)]
    total: Won,
    #[serde(default)]
    refund: Won,
}

#[derive(Deserialize)]
struct OfPayment {
    order_id: Option<OrderId>,
    member_id: MemberId,
    amount: Won,
    #[serde(default)]
    code: String,
}

#[derive(Deserialize)]
struct OfCoupon {
    member_id: MemberId,
    name: String,
    expires_at: i64,
}

#[derive(Deserialize)]
struct OfApplication {
    member_id: MemberId,
    shop_name: String,
    #[serde(default)]
    reason: String,
}

#[derive(Deserialize)]
struct OfSubscription {
    subscription_id: SubscriptionId,
    member_id: MemberId,
    host: String,
    because: Off,
}

impl Fact {
    fn read(event: &Event) -> Result<Self> {
        Ok(match event.name.as_str() {
            "payment.failed" => Self::Payment(payload(event)?),
            "coupon.expiring" => Self::Coupon(payload(event)?),
            "seller.approved" | "seller.rejected" => Self::Application(payload(event)?),
            "subscription.failed" => Self::Subscription(payload(event)?),
            _ => Self::Order(payload(event)?),
        })
    }

    /// The order, and of a parcel the seller, whose books it is about.
    const fn about(&self) -> (Option<OrderId>, Option<i64>) {
        match self {
            Self::Order(fact) => (Some(fact.order_id), fact.seller_id),
            Self::Payment(fact) => (fact.order_id, None),
            Self::Coupon(_) | Self::Application(_) | Self::Subscription(_) => (None, None),
        }
    }

    /// Who is told what, if anybody is. That an order was canceled before it was paid is no news to
    /// whoever did so.
    fn tell(self, event: &str, books: Books) -> Option<(MemberId, Notice)> {
        match self {
            Self::Order(fact) => {
                let order = fact.order_id;
                let notice = match event {
                    "order.paid" => Notice::Paid { order, books, total: fact.total },
                    "order.canceled" if fact.paid == Some(true) => {
                        Notice::Canceled { order, books, refund: fact.refund, whole: fact.whole }
                    }
                    "order.expired" => Notice::Expired { order, books },
                    "order.returned" => Notice::Refunded { order, books, refund: fact.refund },
                    "parcel.shipped" => Notice::Shipped { order, books },
                    "parcel.delivered" => Notice::Delivered { order, books },
                    _ => return None,
                };
                Some((fact.member_id, notice))
            }
            Self::Payment(OfPayment { order_id: order, member_id, amount, code }) => {
                // The card had paid when it turned out that the wallet cannot hold it.
                let returned = matches!(code.as_str(), "WALLET_FULL" | "AMOUNT_MISMATCH");
                Some((member_id, Notice::PaymentFailed { order, books: order.map(|_| books), amount, returned }))
            }
            Self::Coupon(OfCoupon { member_id, name, expires_at }) => {
                Some((member_id, Notice::CouponExpiring { name, expires_at }))
            }
            Self::Application(OfApplication { member_id, shop_name: shop, reason }) => {
                let notice = match event {
                    "seller.approved" => Notice::SellerApproved { shop },
                    _ => Notice::SellerRejected { shop, reason },
                };
                Some((member_id, notice))
            }
            Self::Subscription(OfSubscription { subscription_id: subscription, member_id, host, because }) => {
                Some((member_id, Notice::SubscriptionOff { subscription, host, because }))
            }
        }
    }
}

fn payload<T: DeserializeOwned>(event: &Event) -> Result<T> {
    Ok(T::deserialize(&event.payload)?)
}

/// The books that each of these is about, in the same order; of a parcel those that it holds.
async fn books(conn: &mut PgConnection, facts: &[(&Event, Fact)]) -> Result<Vec<Books>> {
    let orders: Vec<Option<OrderId>> = facts.iter().map(|(_, fact)| fact.about().0).collect();
    let sellers: Vec<Option<i64>> = facts.iter().map(|(_, fact)| fact.about().1).collect();
    Ok(sqlx::query_as!(
        Books,
        r#"select coalesce(line.first, '') as "first!", greatest(line.count - 1, 0) as "others!"
           from unnest($1::uuid[], $2::bigint[]) with ordinality as asked (order_id, seller_id, position)
           cross join lateral (
               select (array_agg(l.title order by l.product_id))[1] as first, count(*) as count
               from order_line l
               where l.order_id = asked.order_id
                 and (asked.seller_id is null or l.seller_id = asked.seller_id and l.quantity > l.canceled)
           ) line
           order by asked.position"#,
        &orders as &[Option<OrderId>],
        &sellers as &[Option<i64>]
    )
    .fetch_all(conn)
    .await?)
}

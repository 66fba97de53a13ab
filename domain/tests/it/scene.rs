//! Orders along their way, and those who move them.

use contract::{
    Failure, Won,
    address::AddressId,
    coupon::{CampaignForm, CouponId},
    order::{FulfillmentStatus, OrderId},
    product::ProductId,
    when::{kst_date, kst_field},
};
use domain::{
    Error, Result, Shop, address, coupon, delivery,
    member::{self, Operator, Shopper, Staff},
    order::{self, Checkout, Detail, Step, place_one},
    points,
};
use sqlx::PgPool;
use time::{Date, Duration};
use uuid::Uuid;

use crate::fixture;

/// A shop with a reader who has points, and staff.
pub(crate) struct Scene {
    pub(crate) shop: Shop,
    pub(crate) reader: Shopper,
    pub(crate) home: AddressId,
    pub(crate) staff: Staff,
    pub(crate) operator: Operator,
}

impl Scene {
    pub(crate) async fn new(db: PgPool, charged: Won) -> Result<Self> {
        let shop = fixture::shop(db);
        let reader = recruit(&shop, "김독자", "shopper").await?;
        if charged > 0 {
            points::charge(&shop, &reader, Uuid::now_v7(), charged).await?;
        }
        let home = address::add(&shop, &reader, &fixture::home()).await?;
        let staff = Staff::of(&recruit(&shop, "박직원", "staff").await?)?;
        let operator = Operator::from(&staff);
        Ok(Self { shop, reader, home, staff, operator })
    }

    /// Puts lines into the cart; what the checkout page would send then.
    pub(crate) async fn checkout(&self, lines: &[(ProductId, i32)]) -> Result<Checkout> {
        for &(product, copies) in lines {
            fixture::put(&self.shop, &self.reader, product, copies).await?;
        }
        fixture::checkout(&self.shop, &self.reader, self.home).await
    }

    /// The same with a coupon that takes `off` won.
    pub(crate) async fn checkout_with(
        &self,
        lines: &[(ProductId, i32)],
        coupon: CouponId,
        off: Won,
    ) -> Result<Checkout> {
        let checkout = self.checkout(lines).await?;
        let total = checkout.expected_total - off;
        Ok(Checkout { coupon: Some(coupon), expected_total: total, points: total, ..checkout })
    }

    /// An order that is paid.
    pub(crate) async fn buy(&self, lines: &[(ProductId, i32)]) -> Result<OrderId> {
        place_one(&self.shop, self.checkout(lines).await?).await
    }

    /// An order of which so many points are paid.
    pub(crate) async fn hold(&self, lines: &[(ProductId, i32)], points: Won) -> Result<OrderId> {
        place_one(&self.shop, Checkout { points, ..self.checkout(lines).await? }).await
    }

    /// An order that is paid and delivered.
    pub(crate) async fn delivered(&self, lines: &[(ProductId, i32)]) -> Result<OrderId> {
        let order = self.buy(lines).await?;
        self.deliver(order).await?;
        Ok(order)
    }

    /// Delivers all parts of an order.
    pub(crate) async fn deliver(&self, order: OrderId) -> Result<()> {
        for part in self.detail(order).await?.deliveries {
            for to in [FulfillmentStatus::Shipped, FulfillmentStatus::Delivered] {
                delivery::advance(&self.shop, &self.operator, order, part.seller, to).await?;
            }
        }
        Ok(())
    }

    pub(crate) async fn detail(&self, order: OrderId) -> Result<Detail> {
        order::detail(&self.shop, &self.reader, order).await
    }

    pub(crate) async fn timeline(&self, order: OrderId) -> Result<Vec<Step>> {
        order::timeline(&self.shop, &self.detail(order).await?).await
    }

    pub(crate) async fn balance(&self) -> Result<Won> {
        points::balance(&self.shop, &self.reader).await
    }

    /// What the reader's wallet holds, by day.
    pub(crate) async fn lots(&self) -> Result<Vec<(Date, Won)>> {
        let lots = sqlx::query_as(
            "select expires_on, remaining from points_lot where member_id = $1 and remaining > 0 order by expires_on",
        );
        Ok(lots.bind(self.reader.id()).fetch_all(&self.shop.db).await?)
    }

    /// Gives the reader points that run out `days` days from today, as if earned long ago.
    pub(crate) async fn grant(&self, amount: Won, days: i64) -> Result<Date> {
        let day = kst_date(self.shop.now()) + Duration::days(days);
        sqlx::query(
            "with wallet as (
                 update points_wallet set balance = balance + $2 where member_id = $1 returning balance
             ), lot as (
                 insert into points_lot (member_id, expires_on, remaining) values ($1, $3, $2)
             )
             insert into points_entry (member_id, kind, amount, balance_after, expires_on)
             select $1, 'earn', $2, balance, $3 from wallet",
        )
        .bind(self.reader.id())
        .bind(amount)
        .bind(day)
        .execute(&self.shop.db)
        .await?;
        Ok(day)
    }

    /// A coupon of the reader's, of a campaign of its own.
    pub(crate) async fn coupon(&self, form: &CampaignForm) -> Result<CouponId> {
        let campaign = coupon::create(&self.shop, &self.staff, Uuid::now_v7(), form).await?;
        let id = Uuid::now_v7();
        coupon::download(&self.shop, &self.reader, id, campaign).await?;
        Ok(id)
    }

    pub(crate) async fn coupon_status(&self, id: CouponId) -> Result<String> {
        let status = sqlx::query_scalar("select status from coupon where coupon_id = $1");
        Ok(status.bind(id).fetch_one(&self.shop.db).await?)
    }

    /// What of a product is on hand, and what reserved.
    pub(crate) async fn stock(&self, product: ProductId) -> Result<(i32, i32)> {
        let stock = sqlx::query_as("select on_hand, reserved from stock where product_id = $1");
        Ok(stock.bind(product).fetch_one(&self.shop.db).await?)
    }

    /// The names in the event log that begin so, oldest first.
    pub(crate) async fn events(&self, prefix: &str) -> Result<Vec<String>> {
        let names = sqlx::query_scalar("select name from event where name like $1 || '%' order by event_id");
        Ok(names.bind(prefix).fetch_all(&self.shop.db).await?)
    }
}

/// A member of a role, without a password.
pub(crate) async fn recruit(shop: &Shop, name: &str, role: &str) -> Result<Shopper> {
    let id: i64 = sqlx::query_scalar(
        "with joined as (
             insert into member (email, password_hash, name, role)
             values (md5(random()::text) || '@example.com', '!', $1, $2) returning member_id
         )
         insert into points_wallet (member_id) select member_id from joined returning member_id",
    )
    .bind(name)
    .bind(role)
    .fetch_one(&shop.db)
    .await?;
    Ok(member::recognize(shop, id, 0).await?.expect("a member"))
}

/// Who runs the seller of a product, and which seller that is.
pub(crate) async fn seller_of(shop: &Shop, product: ProductId) -> Result<(Operator, i64)> {
    let by = recruit(shop, "이서점", "seller").await?;
    let seller = sqlx::query_scalar(
        "update seller set member_id = $1 where seller_id = (select seller_id from product where product_id = $2)
         returning seller_id",
    );
    let seller: i64 = seller.bind(by.id()).bind(product).fetch_one(&shop.db).await?;
    Ok((Operator::of(shop, &by).await?, seller))
}

/// A product of the same seller as another one.
pub(crate) async fn beside(shop: &Shop, other: ProductId, price: Won, on_hand: i32) -> ProductId {
    let product = fixture::product(shop, "같은 서점의 책", price, on_hand).await;
    sqlx::query(
        "update product set seller_id = (select seller_id from product where product_id = $2) where product_id = $1",
    )
    .bind(product)
    .bind(other)
    .execute(&shop.db)
    .await
    .expect("a product beside");
    product
}

/// A campaign for everybody from yesterday on, whose coupons are good for thirty days.
pub(crate) fn campaign(shop: &Shop, kind: &str, value: &str) -> CampaignForm {
    let word = str::to_owned;
    CampaignForm {
        name: word("가을"),
        discount_kind: word(kind),
        discount_value: word(value),
        starts_at: kst_field(shop.now() - Duration::DAY),
        ends_at: kst_field(shop.now() + Duration::days(60)),
        valid_days: word("30"),
        per_member: word("1"),
        issue_mode: word("download"),
        ..CampaignForm::default()
    }
}

/// Why it was refused, if the rules refused it.
pub(crate) fn refused<T>(outcome: Result<T>) -> Option<Failure> {
    match outcome {
        Err(Error::Refused(failure)) => Some(failure),
        _ => None,
    }
}

/// The same, where other trouble goes on.
pub(crate) fn told<T>(outcome: Result<T>) -> Result<Option<Failure>> {
    match outcome {
        Ok(_) => Ok(None),
        Err(Error::Refused(failure)) => Ok(Some(failure)),
        Err(trouble) => Err(trouble),
    }
}

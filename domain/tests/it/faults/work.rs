//! All that is done again when trouble passes, each ready to be done and told by what it leaves.

use contract::{
    address::AddressId,
    claim::{ClaimKind, ClaimStatus, Fault},
    coupon::CampaignId,
    order::{FulfillmentStatus, OrderId},
    product::ProductId,
};
use domain::{
    Result, Shop, claim, coupon, delivery,
    inventory::{self, Change},
    member::{Operator, Shopper, Staff},
    order::{self, Checkout, place_one},
    points,
};
use uuid::Uuid;

use crate::{
    fixture::product,
    scene::{Scene, campaign},
};

/// What is done, and the rows that it locks one after the other, be it through a foreign key.
#[derive(Clone, Copy)]
pub(super) struct Kind {
    /// As its retries are counted.
    pub(super) name: &'static str,
    first: &'static str,
    second: &'static str,
}

const fn kind(name: &'static str, first: &'static str, second: &'static str) -> Kind {
    Kind { name, first, second }
}

pub(super) const ALL: [Kind; 12] = [
    kind("place", "stock", "points_wallet"),
    kind("pay", "order", "points_wallet"),
    kind("cancel", "order", "stock"),
    kind("confirm", "order", "points_wallet"),
    kind("charge", "points_wallet", "points_lot"),
    kind("download coupon", "coupon_campaign", "member"),
    kind("change stock", "stock", "product"),
    kind("adjust points", "points_wallet", "points_lot"),
    kind("advance delivery", "order", "delivery"),
    kind("request claim", "order", "member"),
    kind("advance claim", "order", "stock"),
    kind("withdraw claim", "order", "claim"),
];

/// Something that can be done, again and again with one effect.
pub(super) struct Work {
    pub(super) kind: Kind,
    reader: Shopper,
    home: AddressId,
    staff: Staff,
    operator: Operator,
    product: ProductId,
    seller: i64,
    order: OrderId,
    campaign: CampaignId,
    /// The form's; the new claim's, the new coupon's.
    pub(super) key: Uuid,
    /// One that was there before.
    claim: Uuid,
    checkout: Checkout,
}

impl Work {
    pub(super) async fn prepare(scene: &Scene, kind: Kind) -> Result<Self> {
        let shop = &scene.shop;
        let product = product(shop, "책", 20_000, 50).await;
        let seller = sqlx::query_scalar("select seller_id from product where product_id = $1").bind(product);
        let order = match kind.name {
            "pay" => scene.hold(&[(product, 2)], 5_000).await?,
            "place" | "cancel" | "advance delivery" => scene.buy(&[(product, 2)]).await?,
            _ => scene.delivered(&[(product, 2)]).await?,
        };
        let claim = Uuid::now_v7();
        if ["advance claim", "withdraw claim"].contains(&kind.name) {
            claim::request(shop, &scene.reader, order, &asked(claim, product)).await?;
        }
        Ok(Self {
            kind,
            reader: scene.reader.clone(),
            home: scene.home,
            staff: scene.staff.clone(),
            operator: scene.operator.clone(),
            product,
            seller: seller.fetch_one(&shop.db).await?,
            order,
            campaign: coupon::create(shop, &scene.staff, Uuid::now_v7(), &campaign(shop, "amount", "1000")).await?,
            key: Uuid::now_v7(),
            claim,
            checkout: scene.checkout(&[(product, 1)]).await?,
        })
    }

    /// Does it.
    pub(super) async fn run(&self, shop: &Shop) -> Result<()> {
        let (reader, order, key) = (&self.reader, self.order, self.key);
        match self.kind.name {
            "place" => {
                let sent = Checkout { key, address: self.home, ..self.checkout.clone() };
                let placed = place_one(shop, sent).await?;
                assert_eq!(order::placed(shop, reader, key).await?, Some(placed), "its key finds it");
                Ok(())
            }
            "pay" => order::pay(shop, reader, order).await,
            "cancel" => order::cancel(shop, reader, order, key, Some(&[(self.product, 1)]), None).await,
            "confirm" => order::confirm(shop, reader, order).await,
            "charge" => points::charge(shop, reader, key, 1_000).await,
            "download coupon" => coupon::download(shop, reader, key, self.campaign).await,
            "change stock" => inventory::change(shop, &self.operator, key, self.product, Change::By("3"), "입고").await,
            "adjust points" => points::adjust(shop, &self.staff, key, reader.id(), "-700", "정정").await,
            "advance delivery" => {
                delivery::advance(shop, &self.operator, order, self.seller, FulfillmentStatus::Shipped).await
            }
            "request claim" => claim::request(shop, reader, order, &asked(key, self.product)).await,
            "advance claim" => {
                let to = ClaimStatus::Approved;
                let step = claim::Advance { to, fault: None, resalable: true, reason: String::new() };
                claim::advance(shop, &self.operator, order, self.claim, &step).await
            }
            "withdraw claim" => claim::withdraw(shop, reader, order, self.claim).await,
            other => panic!("nobody does {other}"),
        }
    }

    /// Does it, and is told that it is done.
    pub(super) async fn is_done(&self, shop: &Shop) {
        let outcome = self.run(shop).await;
        assert!(outcome.is_ok(), "{}: {outcome:?}", self.kind.name);
    }

    /// What it leaves is there, so many times.
    pub(super) async fn effects(&self, scene: &Scene) -> i64 {
        let (order, key) = (self.order, self.key);
        let turned =
            |to: &str| format!("select count(*) from order_change where order_id = '{order}' and to_status = '{to}'");
        let query = match self.kind.name {
            "place" => format!("select count(*) from \"order\" where idempotency_key = '{key}'"),
            "pay" => format!("select count(*) from payment where order_id = '{order}'"),
            "cancel" => format!("select count(*) from refund where order_id = '{order}'"),
            "confirm" => format!("select count(*) from points_entry where order_id = '{order}' and kind = 'earn'"),
            "charge" | "adjust points" => format!("select count(*) from points_entry where idempotency_key = '{key}'"),
            "download coupon" => {
                format!("select issued::bigint from coupon_campaign where campaign_id = {}", self.campaign)
            }
            "change stock" => format!("select count(*) from stock_movement where idempotency_key = '{key}'"),
            "advance delivery" => turned("shipped"),
            "request claim" => turned("requested"),
            "advance claim" => turned("approved"),
            _ => turned("withdrawn"),
        };
        sqlx::query_scalar(&query).fetch_one(&scene.shop.db).await.expect("a number")
    }

    pub(super) async fn assert_done_once(&self, scene: &Scene) {
        assert_eq!(self.effects(scene).await, 1, "{} happened once", self.kind.name);
    }

    /// Changes the first row that it locks.
    pub(super) fn change_first(&self) -> String {
        let column = match self.kind.first {
            "order" => "delivery_note",
            "stock" => "low_at",
            "points_wallet" => "balance",
            _ => "name",
        };
        let table = self.kind.first;
        format!("update \"{table}\" set {column} = {column} where {}", self.row(table))
    }

    pub(super) fn lock_first(&self) -> String {
        self.lock(self.kind.first)
    }

    /// Locks a row that it comes to later.
    pub(super) fn lock_second(&self) -> String {
        self.lock(self.kind.second)
    }

    fn lock(&self, table: &str) -> String {
        format!("select from \"{table}\" where {} for update", self.row(table))
    }

    fn row(&self, table: &str) -> String {
        match table {
            "order" | "delivery" => format!("order_id = '{}'", self.order),
            "claim" => format!("claim_id = '{}'", self.claim),
            "stock" | "product" => format!("product_id = {}", self.product),
            "coupon_campaign" => format!("campaign_id = {}", self.campaign),
            _ => format!("member_id = {}", self.reader.id()),
        }
    }
}

fn asked(id: Uuid, product: ProductId) -> claim::Request {
    let (kind, fault, reason) = (ClaimKind::Exchange, Fault::Buyer, "까닭".to_owned());
    claim::Request { id, kind, fault, reason, lines: vec![(product, 1)] }
}

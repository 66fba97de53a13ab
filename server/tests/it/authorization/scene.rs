//! The demo shop with something of everything in it, and everybody who tries.

use std::{collections::BTreeMap, sync::Mutex};

use contract::{
    Quantity,
    address::Address,
    cart::Totals,
    claim::{ClaimKind, Fault},
    order::{FulfillmentStatus, OrderId, SeenLine},
    product::ProductId,
};
use domain::{
    Policy, Shop, address,
    application::{self, ApplicationForm},
    cart::{self, Owner},
    claim, delivery,
    member::{self, Operator, Shopper, SignUp, Staff},
    order::{Checkout, place_one},
};
use reqwest::Client;
use sqlx::PgPool;
use uuid::Uuid;

use super::doors::Who;
use crate::process::{Served, browser, post};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// What the shop does by itself, behind the log or by the clock.
const BY_ITSELF: &[&str] = &["_sqlx_migrations", "event_reader", "mail", "notification", "session"];

/// Tables of a best-seller list begin so.
const RANKING: &str = "ranking";

pub(super) struct Scene {
    db: PgPool,
    /// What stands in braces in the table.
    things: BTreeMap<&'static str, String>,
    clients: Mutex<BTreeMap<Who, Client>>,
}

impl Scene {
    /// Sets the scene: orders, a claim, an application and what else the table names.
    pub(super) async fn set(url: &str) -> Result<Self> {
        let db = PgPool::connect(url).await?;
        let shop = Shop::new(db.clone(), Policy::default());
        let shopper = member::sign_in(&shop, "shopper@madang.example", "shopper-madang").await?;
        let staff = member::sign_in(&shop, "staff@madang.example", "staff-madang").await?;
        let staff = Staff::of(&staff)?;
        let one = |query: &'static str| sqlx::query_scalar::<_, i64>(query).fetch_one(&db);
        // Another seller, with the demo seller's password.
        sqlx::query(
            "with other as (
                 insert into member (email, password_hash, name, role)
                 select 'other@madang.example', password_hash, '최서점', 'seller' from member
                 where email = 'seller@madang.example' returning member_id
             ), wallet as (
                 insert into points_wallet (member_id) select member_id from other
             )
             update seller set member_id = other.member_id from other
             where seller_id = (select min(seller_id) from seller where member_id is null)",
        )
        .execute(&db)
        .await?;
        let seller =
            one("select seller_id from seller join member using (member_id) where email = 'seller@madang.example'")
                .await?;
        let product = one("select product_id from product join stock using (product_id) join seller using (seller_id)
             join member using (member_id)
             where email = 'seller@madang.example' and on_hand >= 20 order by sale_price, product_id limit 1")
        .await?;
        let home = Address {
            recipient: "김독자".to_owned(),
            phone: "01012345678".to_owned(),
            postcode: "04524".to_owned(),
            line1: "서울특별시 중구 세종대로 110".to_owned(),
            line2: String::new(),
        };
        let address = address::add(&shop, &shopper, &home).await?;
        let paid = buy(&shop, &shopper, product, address, true).await?;
        let unpaid = buy(&shop, &shopper, product, address, false).await?;
        let delivered = buy(&shop, &shopper, product, address, true).await?;
        for to in [FulfillmentStatus::Shipped, FulfillmentStatus::Delivered] {
            delivery::advance(&shop, &Operator::from(&staff), delivered, seller, to).await?;
        }
        let asked = claim::Request {
            id: Uuid::now_v7(),
            kind: ClaimKind::Return,
            fault: Fault::Seller,
            reason: "파본".to_owned(),
            lines: vec![(product, 1)],
        };
        claim::request(&shop, &shopper, delivered, &asked).await?;
        let someone = someone(&shop, "someone@madang.example").await?;
        let applicant = someone_who_applies(&shop, "1248100998", "applicant@madang.example").await?;
        let refused = someone_who_applies(&shop, "2208162517", "refused@madang.example").await?;
        let notification = sqlx::query_scalar::<_, i64>(
            "insert into notification (member_id, kind, payload, event_id, created_at)
             values ($1, 'restocked', '{\"product\": 1, \"title\": \"책\"}', -1, now()) returning notification_id",
        );
        let notification = notification.bind(shopper.id()).fetch_one(&db).await?;
        let card = Uuid::now_v7();
        let own = sqlx::query(
            "insert into payment_method (method_id, member_id, token, brand, last4) values ($1, $2, 'token', '카드', '1234')",
        );
        own.bind(card).bind(shopper.id()).execute(&db).await?;
        let letter = one(
            "with reader as (
                 insert into event_reader (name) values ('notification') on conflict (name) do update set name = 'notification'
                 returning name
             )
             insert into dead_letter (reader, event_id, name, subject, payload, created_at, attempts, error)
             select name, 0, 'order.paid', 'x', '{}', now(), 5, 'broken' from reader returning dead_letter_id",
        )
        .await?;
        let campaign = one("select min(campaign_id) from coupon_campaign where issue_mode = 'download'").await?;
        let things = BTreeMap::from([
            ("product", product.to_string()),
            ("seller", seller.to_string()),
            ("order", paid.to_string()),
            ("unpaid", unpaid.to_string()),
            ("delivered", delivered.to_string()),
            ("claim", asked.id.to_string()),
            ("address", address.to_string()),
            ("member", someone.to_string()),
            ("application", applicant.to_string()),
            ("other-application", refused.to_string()),
            ("notification", notification.to_string()),
            ("card", card.to_string()),
            ("letter", letter.to_string()),
            ("campaign", campaign.to_string()),
        ]);
        Ok(Self { db, things, clients: Mutex::default() })
    }

    /// A text of the table with its things in it. A key is a new one each time.
    pub(super) fn filled(&self, text: &str) -> String {
        let key = Uuid::now_v7().to_string();
        let filled = text.replace("{key}", &key);
        self.things.iter().fold(filled, |text, (name, id)| text.replace(&format!("{{{name}}}"), id))
    }

    /// A browser in which somebody is signed in.
    pub(super) async fn client(&self, shop: &Served, who: Who) -> Result<Client> {
        let known = self.clients.lock().map_err(|_| "a panic")?.get(&who).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let client = self.anew(shop, who).await?;
        self.clients.lock().map_err(|_| "a panic")?.insert(who, client.clone());
        Ok(client)
    }

    /// One of its own.
    pub(super) async fn anew(&self, shop: &Served, who: Who) -> Result<Client> {
        let client = browser()?;
        let account = match who {
            Who::Guest => return Ok(client),
            Who::Member => ("shopper@madang.example", "shopper-madang"),
            Who::OtherSeller => ("other@madang.example", "seller-madang"),
            Who::Seller => ("seller@madang.example", "seller-madang"),
            Who::Staff => ("staff@madang.example", "staff-madang"),
        };
        let form = [("email", account.0), ("password", account.1), ("next", "/my")];
        let answer = post(&client, shop.url("/fn/member/sign-in"), &form).await?;
        let to = answer.headers().get(reqwest::header::LOCATION).and_then(|to| to.to_str().ok());
        assert_eq!(to, Some("/my"), "{who:?} signs in");
        Ok(client)
    }

    /// A sum over each table that changes by acts alone.
    pub(super) async fn books(&self) -> Result<BTreeMap<String, String>> {
        let tables: Vec<String> =
            sqlx::query_scalar("select tablename::text from pg_tables where schemaname = 'public' order by 1")
                .fetch_all(&self.db)
                .await?;
        let sums: Vec<String> = tables
            .iter()
            .filter(|table| !BY_ITSELF.contains(&table.as_str()) && !table.starts_with(RANKING))
            .map(|table| {
                format!(
                    "select '{table}', md5(coalesce(string_agg(t::text, '' order by t::text), '')) from \"{table}\" t"
                )
            })
            .collect();
        let sums: Vec<(String, String)> = sqlx::query_as(&sums.join(" union all ")).fetch_all(&self.db).await?;
        Ok(sums.into_iter().collect())
    }

    pub(super) async fn close(self) {
        self.db.close().await;
    }
}

async fn buy(shop: &Shop, by: &Shopper, product: ProductId, address: i64, paid: bool) -> Result<OrderId> {
    cart::add(shop, Owner::Member(by.id()), product, Quantity::try_from(1).map_err(|_| "a quantity")?).await?;
    let lines = cart::lines(shop, Owner::Member(by.id())).await?;
    let totals =
        Totals::of(lines.iter().map(|line| (line.seller, line.unit_price, line.quantity)), shop.policy.delivery);
    let seen = lines
        .iter()
        .map(|line| SeenLine { product: line.product, quantity: line.quantity, unit_price: line.unit_price })
        .collect();
    let checkout = Checkout::new(by, Uuid::now_v7(), seen, totals.total(), address);
    let points = if paid { checkout.points } else { 0 };
    Ok(place_one(shop, Checkout { points, ..checkout }).await?)
}

async fn sign_up(shop: &Shop, email: &str) -> Result<Shopper> {
    let password = "correct horse".to_owned();
    let form = SignUp {
        email: email.to_owned(),
        password: password.clone(),
        password_again: password,
        name: "정회원".to_owned(),
        phone: String::new(),
    };
    Ok(member::sign_up(shop, form).await?)
}

/// A member to whom the staff may do anything.
async fn someone(shop: &Shop, email: &str) -> Result<i64> {
    Ok(sign_up(shop, email).await?.id())
}

/// The application of a member of its own.
async fn someone_who_applies(shop: &Shop, number: &str, email: &str) -> Result<i64> {
    let by = sign_up(shop, email).await?;
    let form = ApplicationForm {
        shop_name: "정서점".to_owned(),
        business_number: number.to_owned(),
        phone: "02-123-4567".to_owned(),
        introduction: "헌책".to_owned(),
    };
    application::apply(shop, &by, &form).await?;
    Ok(application::latest(shop, &by).await?.ok_or("no application")?.id)
}

//! The demo shop with something of everything in it, and everybody who tries.

mod orders;
mod people;
mod subscriptions;
mod system;
mod wares;

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicU32, Ordering},
    },
};

use domain::{
    Policy, Shop,
    member::{self, Operator, Shopper, Staff},
};
use reqwest::Client;
use sqlx::PgPool;
use uuid::Uuid;

use super::doors::Who;
use crate::process::{Served, browser, post};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// What stands in braces in the table.
type Things = BTreeMap<&'static str, String>;

/// What the shop does by itself, behind the log or by the clock.
const BY_ITSELF: &[&str] = &[
    "_sqlx_migrations",
    "api_reply",
    "event_reader",
    "mail",
    "notification",
    "order_search",
    "points_to_earn",
    "session",
    "signup_day",
];

/// Tables that the shop fills by itself begin so: best-seller lists, figures of what was sold and of
/// who came, the stock as lists show it, and comparisons with the gateway, of which there is one a
/// night. Whoever asks for one of these leaves a line in the trail, which is looked at.
const FILLED_BY_ITSELF: &[&str] = &["ranking", "reconciliation", "sales_", "stock_shown", "visit_"];

/// Who sets the scene.
struct Cast {
    shop: Shop,
    shopper: Shopper,
    seller: Operator,
    staff: Staff,
}

impl Cast {
    async fn sign_in(db: &PgPool) -> Result<Self> {
        let shop = Shop::new(db.clone(), Policy::default());
        let shopper = member::sign_in(&shop, "shopper@madang.example", "shopper-madang").await?;
        let seller = member::sign_in(&shop, "seller@madang.example", "seller-madang").await?;
        let staff = member::sign_in(&shop, "staff@madang.example", "staff-madang").await?;
        let seller = Operator::of(&shop, &seller).await?;
        Ok(Self { shop, shopper, seller, staff: Staff::of(&staff)? })
    }
}

pub(super) struct Scene {
    db: PgPool,
    things: Things,
    clients: Mutex<BTreeMap<Who, Client>>,
}

impl Scene {
    /// Sets the scene: orders, claims, products and what else the table names.
    pub(super) async fn set(url: &str) -> Result<Self> {
        let db = PgPool::connect(url).await?;
        let cast = Cast::sign_in(&db).await?;
        let mut things = people::things(&cast).await?;
        things.extend(orders::things(&cast).await?);
        things.extend(wares::things(&cast).await?);
        things.extend(subscriptions::things(&cast).await?);
        things.extend(system::things(&cast).await?);
        Ok(Self { db, things, clients: Mutex::default() })
    }

    /// A text of the table with its things in it. A key is a new one each time, and so is an ISBN.
    pub(super) fn filled(&self, text: &str) -> String {
        let key = Uuid::now_v7().to_string();
        let filled = text.replace("{key}", &key).replace("{isbn}", &isbn());
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
        let Some((email, password)) = who.account() else { return Ok(client) };
        let form = [("email", email), ("password", password), ("next", "/my")];
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
            .filter(|table| !BY_ITSELF.contains(&table.as_str()))
            .filter(|table| !FILLED_BY_ITSELF.iter().any(|begin| table.starts_with(begin)))
            .map(|table| {
                format!(
                    "select '{table}', md5(coalesce(string_agg(t::text, '' order by t::text), '')) from \"{table}\" t"
                )
            })
            .collect();
        let sums: Vec<(String, String)> = sqlx::query_as(&sums.join(" union all ")).fetch_all(&self.db).await?;
        Ok(sums.into_iter().collect())
    }

    /// The rules, to do with the shop what no door does.
    pub(super) fn shop(&self) -> Shop {
        Shop::new(self.db.clone(), Policy::default())
    }

    pub(super) async fn close(self) {
        self.db.close().await;
    }
}

/// One that no product has.
fn isbn() -> String {
    static LAST: AtomicU32 = AtomicU32::new(0);
    let digits = format!("97910{:07}", LAST.fetch_add(1, Ordering::Relaxed));
    let weighed = digits.bytes().zip([1, 3].into_iter().cycle());
    let sum: u32 = weighed.map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

//! A demo shop to buy in: its database is the test's, and two books cost the same.

use contract::order::FulfillmentStatus;
use domain::{
    Policy, Shop, delivery,
    member::{self, Operator},
};
use reqwest::StatusCode;
use serde_json::{Value, json};
use server::postgres::{self, Cluster};
use sqlx::PgPool;
use tempfile::TempDir;
use uuid::Uuid;

use super::{Answer, Api};
use crate::support::{Outcome, ask, folder, run};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The price of a book, in won.
pub(super) const PRICE: i64 = 9_000;

/// What a parcel costs whose goods are worth less than 15,000 won.
pub(super) const FEE: i64 = 3_000;

/// The shop, and what is bought in it.
pub(super) struct Buying {
    pub(super) api: Api,
    pub(super) database: Cluster,
    /// A book of the demo seller, and one of another.
    pub(super) books: [i64; 2],
    _dir: TempDir,
}

impl Buying {
    pub(super) async fn start() -> Result<Self> {
        Self::with(&[]).await
    }

    pub(super) async fn with(settings: &[(&str, &str)]) -> Result<Self> {
        let dir = folder(0o755)?;
        let database = postgres::open(dir.path()).await?;
        let url = database.url();
        let settings: Vec<_> = [("DATABASE_URL", url.as_str())].into_iter().chain(settings.iter().copied()).collect();
        let api = Api::with(&settings)?;
        let priced =
            format!("update stock set on_hand = 50; update product set list_price = {PRICE}, sale_price = {PRICE}");
        run(&database, &priced).await?;
        let of = async |seller: &str| -> Result<i64> {
            let query = format!("select min(product_id)::text from product where seller_id {seller}");
            Ok(ask(&database, &query).await?.parse()?)
        };
        let own = "(select seller_id from seller where member_id is not null)";
        let books = [of(&format!("= {own}")).await?, of(&format!("<> {own}")).await?];
        Ok(Self { api, database, books, _dir: dir })
    }

    pub(super) async fn end(self) -> Outcome {
        drop(self.api);
        Ok(self.database.close().await?)
    }

    /// The same shop at first hand.
    pub(super) async fn shop(&self) -> Result<Shop> {
        Ok(Shop::new(PgPool::connect(&self.database.url()).await?, Policy::default()))
    }

    /// Puts copies into the cart of a member.
    pub(super) async fn put(&self, token: &str, book: i64, copies: i32) -> Outcome {
        let line = json!({ "productId": book, "quantity": copies });
        let answer = self.api.post("/cart/lines", &line).by(token).send().await?;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        Ok(())
    }

    /// Orders what is in the cart.
    pub(super) async fn place(&self, token: &str, key: &str, order: &Value) -> Result<Answer> {
        Ok(self.api.post("/order/process-order", order).by(token).key(key).send().await?)
    }

    /// Buys one copy of each of these books by points. Answers the order.
    pub(super) async fn buy(&self, token: &str, books: &[i64]) -> Result<Value> {
        for book in books {
            self.put(token, *book, 1).await?;
        }
        let cart = self.api.get("/cart/lines").by(token).send().await?;
        let order = json!({ "address": home(), "expectedTotal": cart.body["total"] });
        let placed = self.place(token, &Uuid::now_v7().to_string(), &order).await?;
        assert_eq!(placed.status, StatusCode::CREATED, "{}", placed.body);
        Ok(placed.body)
    }

    /// Brings all of an order to its shopper.
    pub(super) async fn deliver(&self, order: &Value) -> Outcome {
        let shop = self.shop().await?;
        let staff = member::sign_in(&shop, "staff@madang.example", "staff-madang").await?;
        let staff = Operator::of(&shop, &staff).await?;
        let id = order["id"].as_str().ok_or("no order")?.parse()?;
        for part in order["deliveries"].as_array().into_iter().flatten() {
            let seller = part["sellerId"].as_i64().ok_or("no seller")?;
            for step in [FulfillmentStatus::Preparing, FulfillmentStatus::Shipped, FulfillmentStatus::Delivered] {
                delivery::advance(&shop, &staff, id, seller, step).await?;
            }
        }
        Ok(())
    }

    /// The points of the demo shopper, in won.
    pub(super) async fn points(&self) -> Result<i64> {
        let query = "select balance::text from points_wallet join member using (member_id)
                     where email = 'shopper@madang.example'";
        Ok(ask(&self.database, query).await?.parse()?)
    }
}

/// Where parcels go.
pub(super) fn home() -> Value {
    json!({
        "recipient": "김독자", "phone": "010-1234-5678", "postcode": "04524", "line1": "서울 중구 세종대로 110", "line2": "3층"
    })
}

/// The path of an order.
pub(super) fn path(order: &Value) -> String {
    format!("/order/orders/{}", order["id"].as_str().unwrap_or_default())
}

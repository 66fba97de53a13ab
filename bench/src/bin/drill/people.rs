//! Shoppers who order as people do: by points, by a registered card, by a new one or by both; who
//! press again when nothing comes back, close the browser, and change their minds.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use contract::{
    Won,
    cart::Totals,
    order::{DeliveryPolicy, SeenLine, write_seen},
};
use domain::{Policy, Shop, member, points};
use reqwest::{
    Client, Response, StatusCode,
    header::{ACCEPT, LOCATION},
};
use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    Outcome,
    dice::Dice,
    options::Options,
    stage::{Stage, pause},
};

/// What everybody can buy without end.
const COPIES: i32 = 1_000_000;

/// What everybody has to begin with, in won.
const POINTS: Won = 5_000_000;

/// How long a shopper waits for a page.
const PATIENCE: Duration = Duration::from_secs(8);

/// What was done, by everybody together.
#[derive(Debug, Default)]
pub(crate) struct Count {
    /// Orders that were answered.
    pub placed: AtomicU64,
    /// Cancels that were answered.
    pub canceled: AtomicU64,
    /// Charges of wallets that were answered.
    pub charged: AtomicU64,
    /// Requests that came to nothing.
    pub lost: AtomicU64,
}

/// Everybody, and what stops them.
pub(crate) struct Troupe {
    people: Vec<Person>,
    /// What they did.
    pub count: Arc<Count>,
    over: Arc<AtomicBool>,
}

struct Goods {
    product: i64,
    seller: i64,
    price: Won,
}

struct Person {
    dice: Dice,
    browser: Client,
    shops: Vec<String>,
    sandbox: String,
    db: PgPool,
    goods: Arc<Vec<Goods>>,
    member: i64,
    address: i64,
    card: Uuid,
    count: Arc<Count>,
    over: Arc<AtomicBool>,
}

/// Signs everybody up, with an address, points and a card.
pub(crate) async fn prepare(options: &Options, stage: &Stage) -> Outcome<Troupe> {
    sqlx::query(
        "with received as (update stock set on_hand = on_hand + $1 returning product_id)
         insert into stock_movement (product_id, kind, on_hand_delta, reason) select product_id, 'received', $1, 'drill' from received",
    )
    .bind(COPIES)
    .execute(&stage.db)
    .await?;
    let rows: Vec<(i64, i64, i64)> = sqlx::query_as(
        "select product_id, seller_id, sale_price from product where status = 'on_sale' order by product_id limit 40",
    )
    .fetch_all(&stage.db)
    .await?;
    let goods = rows.into_iter().map(|(product, seller, price)| Goods { product, seller, price });
    let goods = Arc::new(goods.collect::<Vec<_>>());
    let (count, over) = (Arc::default(), Arc::default());
    let shop = Shop::new(stage.db.clone(), Policy::default());
    let mut people = Vec::new();
    for number in 0..options.shoppers {
        let mut person = Person {
            dice: Dice::new(options.seed, 1_000 + number),
            browser: server::outside::client()?.cookie_store(true).timeout(PATIENCE).build()?,
            shops: stage.shops(),
            sandbox: stage.sandbox.clone(),
            db: stage.db.clone(),
            goods: Arc::clone(&goods),
            member: 0,
            address: 0,
            card: Uuid::nil(),
            count: Arc::clone(&count),
            over: Arc::clone(&over),
        };
        person.sign_up(number, &shop).await?;
        people.push(person);
    }
    Ok(Troupe { people, count, over })
}

impl Troupe {
    /// Lets everybody shop until they are told to stop. Answers the handles to wait for.
    pub(crate) fn begin(&mut self) -> Vec<tokio::task::JoinHandle<()>> {
        self.people.drain(..).map(|person| tokio::spawn(person.shop())).collect()
    }

    /// Tells everybody to stop.
    pub(crate) fn stop(&self) {
        self.over.store(true, Relaxed);
    }
}

impl Person {
    async fn sign_up(&mut self, number: u64, shop: &Shop) -> Outcome<()> {
        let email = format!("drill-{number}@madang.example");
        let form = [
            ("email", email.as_str()),
            ("password", "drill-madang-9"),
            ("password_again", "drill-madang-9"),
            ("name", "김연습"),
            ("phone", ""),
        ];
        self.post("/fn/member/sign-up", &form).await?;
        let form = [
            ("form[recipient]", "김연습"),
            ("form[phone]", "01012345678"),
            ("form[postcode]", "04524"),
            ("form[line1]", "서울 중구 세종대로 110"),
            ("form[line2]", ""),
        ];
        self.post("/fn/address/add", &form).await?;
        let found = "select member_id, address_id from member join address using (member_id) where email = $1";
        (self.member, self.address) = sqlx::query_as(found).bind(&email).fetch_one(&self.db).await?;
        let shopper = member::recognize(shop, self.member, 0).await?.ok_or("nobody signed up")?;
        points::charge(shop, &shopper, Uuid::now_v7(), POINTS.min(shop.policy.points.wallet_max)).await?;
        self.register_card().await
    }

    /// Registers a card at the sandbox's page.
    async fn register_card(&mut self) -> Outcome<()> {
        let to = self.post("/fn/payment/card/register", &[("next", "")]).await?;
        let page = self.get(&location(&to)?).await?.text().await?;
        let from = page.find(&format!("{}/billing/auth", self.sandbox)).ok_or("no way to the page for cards")?;
        let link = page[from..].split(['"', '\'', '<', ' ']).next().unwrap_or_default().replace("&amp;", "&");
        let back = self.browser.post(link).form(&[("number", "4111111111111111"), ("do", "pay")]).send().await?;
        self.get(&path_of(&location(&back)?)).await?;
        let card = "select method_id from payment_method where member_id = $1 and removed_at is null";
        self.card = sqlx::query_scalar(card).bind(self.member).fetch_one(&self.db).await?;
        Ok(())
    }

    async fn shop(mut self) {
        while !self.over.load(Relaxed) {
            let done = match self.dice.below(10) {
                0 => self.charge().await,
                1 => self.cancel().await,
                _ => self.order().await,
            };
            if done.is_err() {
                self.count.lost.fetch_add(1, Relaxed);
                pause(50).await;
            }
        }
    }

    async fn order(&mut self) -> Outcome<()> {
        let lines = self.fill_cart().await?;
        let sums = lines.iter().map(|(goods, copies)| (goods.seller, goods.price, *copies));
        let total = Totals::of(sums, DeliveryPolicy::default()).total();
        let seen: Vec<SeenLine> = lines
            .iter()
            .map(|(goods, quantity)| SeenLine { product: goods.product, quantity: *quantity, unit_price: goods.price })
            .collect();
        let (points, way) = match self.dice.below(8) {
            0..=2 => (total, String::new()),
            3..=4 => (0, self.card.to_string()),
            5 => (total / 3, self.card.to_string()),
            6 => (0, "new".to_owned()),
            _ => (total / 2, "new".to_owned()),
        };
        let (key, seen, address) = (Uuid::now_v7().to_string(), write_seen(&seen), self.address.to_string());
        let (all, points, due) = (total.to_string(), points.to_string(), (total - points).to_string());
        let form = [
            ("key", key.as_str()),
            ("seen", &seen),
            ("expected_total", &all),
            ("due", &due),
            ("points", &points),
            ("coupon", ""),
            ("way", &way),
            ("address", &address),
            ("note", ""),
        ];
        let answer = self.insist("/fn/order/place", &form).await?;
        self.count.placed.fetch_add(1, Relaxed);
        let to = location(&answer)?;
        if to.starts_with("/pay/") { self.go_on(&to).await } else { Ok(()) }
    }

    /// Empties the cart and puts other lines into it. Answers them by product id.
    async fn fill_cart(&mut self) -> Outcome<Vec<(&Goods, i32)>> {
        let left = "select product_id from cart_line join cart using (cart_id) where member_id = $1";
        let left: Vec<i64> = sqlx::query_scalar(left).bind(self.member).fetch_all(&self.db).await?;
        for product in left {
            self.post("/fn/cart/remove", &[("product", &product.to_string())]).await?;
        }
        let goods = Arc::clone(&self.goods);
        let mut lines: Vec<(usize, i32)> = Vec::new();
        for _ in 0..=self.dice.below(3) {
            let at = usize::try_from(self.dice.below(u64::try_from(goods.len())?))?;
            if lines.iter().all(|(other, _)| *other != at) {
                lines.push((at, 1 + i32::try_from(self.dice.below(3))?));
            }
        }
        lines.sort_unstable();
        for (at, copies) in &lines {
            let product = goods.get(*at).ok_or("no goods")?.product;
            self.post("/fn/cart/add", &[("product", &product.to_string()), ("quantity", &copies.to_string())]).await?;
        }
        Ok(lines.into_iter().filter_map(|(at, copies)| Some((self.goods.get(at)?, copies))).collect())
    }

    /// Goes on at the sandbox's page: agrees mostly, sometimes turns back, sometimes leaves.
    async fn go_on(&mut self, to: &str) -> Outcome<()> {
        let payment: Uuid = to.trim_start_matches("/pay/").parse()?;
        let page: Option<String> = sqlx::query_scalar("select checkout_url from payment where payment_id = $1")
            .bind(payment)
            .fetch_one(&self.db)
            .await?;
        let page = page.ok_or("the payment has no page")?;
        let (number, wanted) = match self.dice.below(12) {
            0 => return Ok(()),
            1 => ("4111111111111111", "cancel"),
            2 => ("4111111111110002", "pay"),
            _ => ("4111111111111111", "pay"),
        };
        let back = self.browser.post(page).form(&[("number", number), ("do", wanted)]).send().await?;
        // The browser is closed before it comes back: the money that was agreed to is asked for all
        // the same.
        if self.dice.chance(15) {
            return Ok(());
        }
        let path = path_of(&location(&back)?);
        self.get(&path).await?;
        // Loaded again, as people do.
        if self.dice.chance(20) {
            self.get(&path).await?;
        }
        Ok(())
    }

    async fn charge(&mut self) -> Outcome<()> {
        let way = if self.dice.chance(50) { "new".to_owned() } else { self.card.to_string() };
        let amount = (1_000 * (1 + self.dice.below(9))).to_string();
        let key = Uuid::now_v7().to_string();
        let form = [("amount", amount.as_str()), ("key", &key), ("way", &way), ("next", "")];
        let answer = self.insist("/fn/points/charge", &form).await?;
        self.count.charged.fetch_add(1, Relaxed);
        let to = location(&answer)?;
        if to.starts_with("/pay/") { self.go_on(&to).await } else { Ok(()) }
    }

    /// Cancels a recent order, as a whole.
    async fn cancel(&mut self) -> Outcome<()> {
        let recent = r#"select order_id from "order" where member_id = $1 and order_status in ('placed', 'pending_payment')
                        order by order_id desc limit 5"#;
        let recent: Vec<Uuid> = sqlx::query_scalar(recent).bind(self.member).fetch_all(&self.db).await?;
        let Some(order) = self.dice.pick(&recent).copied() else { return Ok(()) };
        let (order, key) = (order.to_string(), Uuid::now_v7().to_string());
        self.insist("/fn/order/cancel", &[("order", &order), ("key", &key)]).await?;
        self.count.canceled.fetch_add(1, Relaxed);
        Ok(())
    }

    /// Sends a form, and the same again a few times where nothing comes back.
    async fn insist(&mut self, path: &str, form: &[(&str, &str)]) -> Outcome<Response> {
        for _ in 0..4 {
            match self.post(path, form).await {
                Ok(answer) if answer.status() != StatusCode::SERVICE_UNAVAILABLE => return Ok(answer),
                // Some give up.
                _ if self.dice.chance(20) => break,
                _ => pause(200).await,
            }
        }
        Err("nothing came back".into())
    }

    async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Outcome<Response> {
        let shop = self.dice.pick(&self.shops).ok_or("no shop")?.clone();
        let request = self.browser.post(format!("{shop}{path}")).header(ACCEPT, "text/html").form(form);
        Ok(request.send().await?)
    }

    async fn get(&mut self, path: &str) -> Outcome<Response> {
        let shop = self.dice.pick(&self.shops).ok_or("no shop")?.clone();
        Ok(self.browser.get(format!("{shop}{path}")).header(ACCEPT, "text/html").send().await?)
    }
}

/// Where an answer leads.
fn location(answer: &Response) -> Outcome<String> {
    let to = answer.headers().get(LOCATION).ok_or_else(|| format!("{} leads nowhere", answer.status()))?;
    Ok(to.to_str()?.to_owned())
}

/// The path and query of an address of any instance: a shopper may come back to another one.
fn path_of(address: &str) -> String {
    let bare = address.strip_prefix("http://").and_then(|rest| rest.find('/').map(|at| rest[at..].to_owned()));
    bare.unwrap_or_else(|| address.to_owned())
}

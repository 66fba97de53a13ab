//! Messages to sellers over real HTTP: signed, tried again, and never into a private network.

mod receiver;

use std::{
    io,
    net::{IpAddr, TcpListener},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use async_trait::async_trait;
use contract::{
    Failure,
    form::{Flaw, Flaws},
    subscription::{DeliveryId, DeliveryStatus, SubscriptionId, Topic, Trouble},
};
use domain::{
    Error, Policy, Shop,
    event::drain,
    member::{self, Operator},
    reader::subscription::Subscription,
    subscription::{Delivery, SubscriptionForm, create, delivery, resend, rotate_secret, secrets, test},
};
use server::{
    demo, postgres,
    subscription::{Names, Sender, System, Targets},
};
use sqlx::PgPool;
use standardwebhooks::Webhook;
use uuid::Uuid;

use self::receiver::{Answer, Receiver};
use crate::{
    carrier::{buy, stocked},
    process::{Served, free_address},
    support::{Outcome, folder},
};

/// The demo shop, its seller, and a sender that may go where these targets allow.
struct Scene {
    shop: Shop,
    by: Operator,
    sender: Sender,
}

impl Scene {
    async fn new(db: &PgPool, targets: Targets) -> Result<Self, Box<dyn std::error::Error>> {
        demo::fill(db).await?;
        let shop = Shop::new(db.clone(), Policy::default()).with_targets(Arc::new(targets.clone()));
        let seller = member::sign_in(&shop, "seller@madang.example", "seller-madang").await?;
        let by = Operator::of(&shop, &seller).await?;
        Ok(Self { shop, by, sender: Sender::new(targets)? })
    }

    /// One that may go everywhere.
    async fn open(db: &PgPool) -> Result<Self, Box<dyn std::error::Error>> {
        Self::new(db, Targets::new(Arc::new(System), true)).await
    }

    async fn subscribe(&self, url: &str) -> Result<SubscriptionId, Error> {
        let topics = Topic::ALL.map(|topic| topic.word().to_owned()).to_vec();
        let form = SubscriptionForm { url: url.to_owned(), topics, description: String::new() };
        create(&self.shop, &self.by, Uuid::now_v7(), &form).await
    }

    /// Sends a test message to an endpoint, once, and tells what came of it.
    async fn try_out(&self, url: &str) -> Result<Delivery, Error> {
        let id = self.subscribe(url).await?;
        let message = test(&self.shop, &self.by, id).await?;
        assert_eq!(self.sender.step(&self.shop).await?, 1);
        self.one(message).await
    }

    async fn one(&self, message: DeliveryId) -> Result<Delivery, Error> {
        Ok(delivery(&self.shop, &self.by, message).await?.delivery)
    }
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn an_order_reaches_its_seller_signed_and_once_more_where_that_went_wrong(db: PgPool) -> Outcome {
    let (_, buyer) = stocked(&db).await?;
    let scene = Scene::open(&db).await?;
    sqlx::query("update product set seller_id = $1 where product_id = 1").bind(scene.by.seller()).execute(&db).await?;
    let receiver = Receiver::open(&[Answer::Status(500), Answer::Status(200)]).await?;
    let id = scene.subscribe(&receiver.url("/hooks?shop=madang")).await?;
    let order = buy(&scene.shop, &buyer).await?;
    drain(&scene.shop, &[&Subscription]).await?;
    assert_eq!(scene.sender.step(&scene.shop).await?, 1);
    assert_eq!(scene.sender.step(&scene.shop).await?, 0, "not again at once");
    let later = scene.shop.ahead(time::Duration::seconds(10));
    assert_eq!(scene.sender.step(&later).await?, 1);

    let heard = receiver.heard();
    let [first, second] = heard.as_slice() else { panic!("two requests: {}", heard.len()) };
    let secret = secrets(&scene.shop, &scene.by, id).await?.current;
    let webhook = Webhook::new(secret.expose())?;
    for request in [first, second] {
        webhook.verify(request.body.as_bytes(), &request.headers)?;
        assert_eq!(request.header("content-type"), "application/json");
        assert_eq!(request.header("user-agent"), concat!("Madang/", env!("CARGO_PKG_VERSION")));
        assert_eq!(request.path, "/hooks?shop=madang");
    }
    assert!(webhook.verify(format!("{} ", first.body).as_bytes(), &first.headers).is_err());
    assert_eq!((first.header("webhook-id"), &first.body), (second.header("webhook-id"), &second.body));
    let told: serde_json::Value = serde_json::from_str(&first.body)?;
    assert_eq!((&told["type"], &told["data"]["orderId"]), (&"order.paid".into(), &order.to_string().into()));
    let one = scene.one(first.header("webhook-id").parse()?).await?;
    assert_eq!((one.status, one.status_code, one.attempts), (DeliveryStatus::Delivered, Some(200), 2));
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn during_a_rotation_a_receiver_with_either_secret_believes_it(db: PgPool) -> Outcome {
    let scene = Scene::open(&db).await?;
    let receiver = Receiver::open(&[Answer::Status(204)]).await?;
    let id = scene.subscribe(&receiver.url("/")).await?;
    let old = secrets(&scene.shop, &scene.by, id).await?.current;
    rotate_secret(&scene.shop, &scene.by, id, 0).await?;
    let new = secrets(&scene.shop, &scene.by, id).await?.current;
    test(&scene.shop, &scene.by, id).await?;
    scene.sender.step(&scene.shop).await?;
    let heard = receiver.heard();
    for secret in [&old, &new] {
        Webhook::new(secret.expose())?.verify(heard[0].body.as_bytes(), &heard[0].headers)?;
    }
    let stranger = Webhook::from_bytes(vec![7; 32])?;
    assert!(stranger.verify(heard[0].body.as_bytes(), &heard[0].headers).is_err());
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn an_endpoint_that_never_answers_is_waited_for_so_long_and_holds_up_no_other(db: PgPool) -> Outcome {
    let scene = Scene::open(&db).await?;
    let scene = Scene { sender: scene.sender.patient(Duration::from_secs(2)), ..scene };
    let (silent, trickling) = (Receiver::open(&[Answer::Never]).await?, Receiver::open(&[Answer::Trickle]).await?);
    let quick = Receiver::open(&[Answer::Status(200)]).await?;
    let mut messages = Vec::new();
    for receiver in [&silent, &trickling, &quick] {
        let id = scene.subscribe(&receiver.url("/")).await?;
        messages.push(test(&scene.shop, &scene.by, id).await?);
    }
    let began = Instant::now();
    assert_eq!(scene.sender.step(&scene.shop).await?, 3);
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    let one = scene.one(messages[0]).await?;
    assert_eq!((one.status, one.status_code, one.trouble), (DeliveryStatus::Pending, None, Some(Trouble::Timeout)));
    // Its status came; nobody waits for the rest.
    assert_eq!(scene.one(messages[1]).await?.status, DeliveryStatus::Delivered);
    assert_eq!(scene.one(messages[2]).await?.status, DeliveryStatus::Delivered);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_redirect_is_not_followed_and_410_switches_off(db: PgPool) -> Outcome {
    let scene = Scene::open(&db).await?;
    let inside = Receiver::open(&[Answer::Status(200)]).await?;
    for status in [301, 302, 303, 307, 308] {
        let receiver = Receiver::open(&[Answer::Redirect(status, inside.url("/secret"))]).await?;
        let one = scene.try_out(&receiver.url("/")).await?;
        assert_eq!((one.status_code, one.trouble), (Some(status.into()), Some(Trouble::Answer)));
        assert_eq!(receiver.heard().len(), 1);
    }
    assert_eq!(inside.heard().len(), 0);
    let gone = Receiver::open(&[Answer::Status(410)]).await?;
    let one = scene.try_out(&gone.url("/")).await?;
    assert_eq!(one.status, DeliveryStatus::Failed);
    let again = resend(&scene.shop, &scene.by, one.id).await;
    assert!(matches!(again, Err(Error::Refused(Failure::StatusChanged))));
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn why_there_was_no_answer_is_told_in_a_word(db: PgPool) -> Outcome {
    let scene = Scene::new(&db, Targets::new(Arc::new(Changing::to(&[])), true)).await?;
    let receiver = Receiver::open(&[]).await?;
    let nobody = free_address()?;
    for (url, trouble) in [
        (format!("http://{nobody}/"), Trouble::Connect),
        (receiver.url("/").replace("http://", "https://"), Trouble::Tls),
        ("https://nowhere.example.com/".to_owned(), Trouble::Name),
    ] {
        let one = scene.try_out(&url).await?;
        assert_eq!((one.trouble, one.status_code), (Some(trouble), None), "{url}");
    }
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn without_the_setting_nobody_subscribes_to_a_private_network(db: PgPool) -> Outcome {
    let scene = Scene::new(&db, Targets::new(Arc::new(System), false)).await?;
    let refused = |flaw| Some(Failure::Invalid(Flaws::one("url", flaw)));
    for (url, flaw) in [
        ("https://127.0.0.1:9000/", Flaw::PrivateTarget),
        ("https://10.0.0.1/", Flaw::PrivateTarget),
        ("https://169.254.169.254/latest/meta-data/", Flaw::PrivateTarget),
        ("https://[::1]/", Flaw::PrivateTarget),
        ("https://[fd00::1]/", Flaw::PrivateTarget),
        ("https://localhost/", Flaw::PrivateTarget),
        ("http://hooks.example.com/", Flaw::Url),
        ("http://127.0.0.1/", Flaw::Url),
    ] {
        let failure = scene.subscribe(url).await.err().map(|error| error.failure());
        assert_eq!(failure, refused(flaw), "{url}");
    }
    // What the machine itself looks up.
    let inside =
        Scene { shop: scene.shop.clone().with_targets(Arc::new(Targets::new(Arc::new(Localhost), false))), ..scene };
    let failure = inside.subscribe("https://hooks.example.com/").await.err().map(|error| error.failure());
    assert_eq!(failure, refused(Flaw::PrivateTarget));
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_name_that_turned_private_is_not_connected_to(db: PgPool) -> Outcome {
    let inside = TcpListener::bind("127.0.0.1:0")?;
    let names = Changing::to(&["8.8.8.8", "127.0.0.1"]);
    let scene = Scene::new(&db, Targets::new(Arc::new(names), false)).await?;
    let one = scene.try_out(&format!("https://hooks.example.com:{}/", inside.local_addr()?.port())).await?;
    assert_eq!((one.status, one.trouble), (DeliveryStatus::Pending, Some(Trouble::Private)));
    assert!(nobody_came(&inside)?);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_was_allowed_once_is_not_connected_to_once_it_is_no_more(db: PgPool) -> Outcome {
    let inside = TcpListener::bind("127.0.0.1:0")?;
    let port = inside.local_addr()?.port();
    let open = Scene::open(&db).await?;
    let closed = Scene { sender: Sender::new(Targets::new(Arc::new(Localhost), false))?, ..open };
    for (url, trouble) in [
        (format!("https://127.0.0.1:{port}/"), Trouble::Private),
        (format!("https://[::ffff:127.0.0.1]:{port}/"), Trouble::Private),
        (format!("https://localhost:{port}/"), Trouble::Private),
        (format!("http://hooks.example.com:{port}/"), Trouble::Tls),
    ] {
        let one = closed.try_out(&url).await?;
        assert_eq!((one.trouble, one.status_code), (Some(trouble), None), "{url}");
    }
    assert!(nobody_came(&inside)?);
    Ok(())
}

fn nobody_came(listener: &TcpListener) -> io::Result<bool> {
    listener.set_nonblocking(true)?;
    Ok(listener.accept().is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock))
}

#[tokio::test]
async fn the_program_sends_by_itself_what_was_subscribed_to_where_its_settings_allow() -> Outcome {
    let dir = folder(0o755)?;
    let database = postgres::open(dir.path()).await?;
    let url = database.url();
    let shop = Served::with(dir.path(), &[("DATABASE_URL", &url), ("MADANG_WEBHOOK_PRIVATE", "true")])?;
    let db = PgPool::connect(&url).await?;
    let (_, buyer) = stocked(&db).await?;
    let scene = Scene::open(&db).await?;
    sqlx::query("update product set seller_id = $1 where product_id = 1").bind(scene.by.seller()).execute(&db).await?;
    let receiver = Receiver::open(&[Answer::Status(200)]).await?;
    let id = scene.subscribe(&receiver.url("/")).await?;
    let order = buy(&scene.shop, &buyer).await?;
    let heard = receiver.hears(1).await?;
    assert!(heard[0].body.contains(&order.to_string()), "{}", heard[0].body);
    test(&scene.shop, &scene.by, id).await?;
    let heard = receiver.hears(2).await?;
    let webhook = Webhook::new(secrets(&scene.shop, &scene.by, id).await?.current.expose())?;
    for request in &heard {
        webhook.verify(request.body.as_bytes(), &request.headers)?;
    }
    shop.stop()?;
    db.close().await;
    database.close().await?;
    Ok(())
}

/// Whatever the name, this machine.
struct Localhost;

#[async_trait]
impl Names for Localhost {
    async fn look_up(&self, _name: &str) -> io::Result<Vec<IpAddr>> {
        System.look_up("localhost").await
    }
}

/// One address after the other, each time it is asked, the last one for good; none leads nowhere.
struct Changing {
    to: Vec<IpAddr>,
    asked: AtomicUsize,
}

impl Changing {
    fn to(addresses: &[&str]) -> Self {
        let to = addresses.iter().map(|address| address.parse().expect("an address")).collect();
        Self { to, asked: AtomicUsize::new(0) }
    }
}

#[async_trait]
impl Names for Changing {
    async fn look_up(&self, _name: &str) -> io::Result<Vec<IpAddr>> {
        let asked = self.asked.fetch_add(1, Ordering::Relaxed);
        Ok(self.to.get(asked).or(self.to.last()).copied().into_iter().collect())
    }
}

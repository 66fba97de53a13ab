//! What members are told: once, whoever reads the log and however often.

use contract::{
    Failure,
    claim::{ClaimKind, ClaimStatus, Fault},
    notification::{Books, Notice},
    order::OrderId,
    product::ProductId,
};
use domain::{
    Result, Shop,
    coupon::{self, remind},
    event::{Reader, drain},
    inventory::{Change, change},
    notification::{self, MOST_UNREAD, PAGE},
    order::{cancel, cancel_unpaid, expire},
    reader::{notification::Notification, stock_alert::StockAlert},
};
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgListener, PgPoolOptions},
};
use time::Duration;
use uuid::Uuid;

use crate::{
    concurrency::two_handles,
    fixture::{number, product},
    scene::{Scene, beside, campaign, recruit, refused},
};

/// Both readers take all that there is.
pub(crate) async fn read(shop: &Shop) -> Result<()> {
    drain(shop, &[&Notification, &StockAlert]).await
}

/// Both read everything once more from the beginning, as if nothing were known of it.
pub(crate) async fn read_again(shop: &Shop) -> Result<()> {
    sqlx::query("update event_reader set xid = '0', event_id = 0").execute(&shop.db).await?;
    read(shop).await
}

/// Appends an event as somebody else would.
pub(crate) async fn happen(shop: &Shop, name: &str, payload: serde_json::Value) -> Result<()> {
    let event = sqlx::query("insert into event (name, subject, payload) values ($1, 'x', $2)");
    event.bind(name).bind(payload).execute(&shop.db).await?;
    Ok(())
}

impl Scene {
    /// What the reader was told, oldest first.
    pub(crate) async fn told(&self) -> Result<Vec<Notice>> {
        let told = notification::list(&self.shop, &self.reader, None).await?;
        Ok(told.into_iter().rev().map(|one| one.notice).collect())
    }

    pub(crate) async fn move_stock(&self, product: ProductId, delta: &str) -> Result<()> {
        change(&self.shop, &self.operator, Uuid::now_v7(), product, Change::By(delta), "시험").await
    }
}

fn books(first: &str, others: i64) -> Books {
    Books { first: first.to_owned(), others }
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn an_orders_way_is_told_once_however_often_it_is_read(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 200_000).await?;
    let book = product(&scene.shop, "심청전", 20_000, 50).await;
    let other = beside(&scene.shop, book, 5_000, 50).await;
    let order = scene.buy(&[(book, 1), (other, 1)]).await?;
    scene.deliver(order).await?;
    let claim = scene.claim(order, ClaimKind::Return, Fault::Seller, &[(book, 1)]).await?;
    scene.through(order, claim, ClaimStatus::Completed).await?;
    read(&scene.shop).await?;
    let both = || books("심청전", 1);
    let expected = [
        Notice::Paid { order, books: both(), total: 25_000 },
        Notice::Shipped { order, books: both() },
        Notice::Delivered { order, books: both() },
        Notice::Refunded { order, books: both(), refund: 20_000 },
    ];
    assert_eq!(scene.told().await?, expected);
    assert_eq!(number(&scene.shop, "select count(*) from mail where status = 'queued'").await, 4);
    read(&scene.shop).await?;
    read_again(&scene.shop).await?;
    assert_eq!(scene.told().await?, expected);
    assert_eq!(number(&scene.shop, "select count(*) from mail").await, 4);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_parcel_tells_what_is_in_it_alone(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 100_000).await?;
    let (one, other) =
        (product(&scene.shop, "한 책", 20_000, 9).await, product(&scene.shop, "다른 책", 20_000, 9).await);
    let order = scene.buy(&[(one, 1), (other, 1)]).await?;
    scene.deliver(order).await?;
    read(&scene.shop).await?;
    let shipped: Vec<_> = scene
        .told()
        .await?
        .into_iter()
        .filter_map(|notice| match notice {
            Notice::Shipped { books, .. } => Some(books),
            _ => None,
        })
        .collect();
    assert_eq!(shipped, [books("한 책", 0), books("다른 책", 0)]);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_was_paid_tells_its_refund_and_what_was_not_tells_only_that_its_time_is_over(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 200_000).await?;
    let book = product(&scene.shop, "책", 20_000, 50).await;
    let paid = scene.buy(&[(book, 2)]).await?;
    cancel(&scene.shop, &scene.reader, paid, Uuid::now_v7(), Some(&[(book, 1)]), None).await?;
    cancel(&scene.shop, &scene.reader, paid, Uuid::now_v7(), None, None).await?;
    let unpaid = scene.hold(&[(book, 1)], 0).await?;
    cancel_unpaid(&scene.shop, &scene.reader, unpaid, Uuid::now_v7()).await?;
    let late = scene.hold(&[(book, 1)], 0).await?;
    assert_eq!(expire(&scene.shop.ahead(Duration::hours(1))).await?, 1);
    read(&scene.shop).await?;
    let one = || books("책", 0);
    let expected = [
        Notice::Paid { order: paid, books: one(), total: 40_000 },
        Notice::Canceled { order: paid, books: one(), refund: 20_000, whole: false },
        Notice::Canceled { order: paid, books: one(), refund: 20_000, whole: true },
        Notice::Expired { order: late, books: one() },
    ];
    assert_eq!(scene.told().await?, expected);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_payment_that_failed_is_told_for_an_order_and_for_the_wallet(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let book = product(&scene.shop, "책", 20_000, 5).await;
    let order = scene.hold(&[(book, 1)], 0).await?;
    for (order, code) in [(Some(order), "REJECT_CARD_PAYMENT"), (None, "WALLET_FULL")] {
        let payload = serde_json::json!({
            "payment_id": Uuid::now_v7(), "order_id": order, "member_id": scene.reader.id(), "amount": 20_000,
            "code": code, "at": 0,
        });
        happen(&scene.shop, "payment.failed", payload).await?;
    }
    read(&scene.shop).await?;
    let expected = [
        Notice::PaymentFailed { order: Some(order), books: Some(books("책", 0)), amount: 20_000, returned: false },
        Notice::PaymentFailed { order: None, books: None, amount: 20_000, returned: true },
    ];
    assert_eq!(scene.told().await?, expected);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_failed_payment_told_before_it_said_whether_money_goes_back_can_be_read(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let payload = serde_json::json!({
        "payment_id": Uuid::now_v7(), "order_id": null, "member_id": scene.reader.id(), "amount": 20_000, "at": 0,
    });
    happen(&scene.shop, "payment.failed", payload).await?;
    read(&scene.shop).await?;
    let older = sqlx::query("update notification set payload = payload - 'returned' where payload ? 'returned'");
    assert_eq!(older.execute(&scene.shop.db).await?.rows_affected(), 1);
    let expected = Notice::PaymentFailed { order: None, books: None, amount: 20_000, returned: false };
    assert_eq!(scene.told().await?, [expected]);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn two_instances_at_once_tell_once(_: PgPoolOptions, options: PgConnectOptions) -> Result<()> {
    let shops = two_handles(options).await?;
    let scene = Scene::new(shops[0].db.clone(), 1_000_000).await?;
    let book = product(&scene.shop, "책", 20_000, 100).await;
    for _ in 0..20 {
        scene.buy(&[(book, 1)]).await?;
    }
    let (one, other) = tokio::join!(read(&shops[0]), read(&shops[1]));
    one?;
    other?;
    read(&shops[0]).await?;
    assert_eq!(number(&scene.shop, "select count(*) from notification where kind = 'paid'").await, 20);
    assert_eq!(number(&scene.shop, "select count(*) from mail").await, 20);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_seller_hears_of_stock_that_runs_out_in_the_inbox_alone(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let (book, nobodys) = (product(&scene.shop, "책", 1_000, 8).await, product(&scene.shop, "책", 1_000, 8).await);
    let keeper = recruit(&scene.shop, "이서점", "seller").await?;
    let own = sqlx::query(
        "update seller set member_id = $1 where seller_id = (select seller_id from product where product_id = $2)",
    );
    own.bind(keeper.id()).bind(book).execute(&scene.shop.db).await?;
    for product in [book, nobodys] {
        scene.move_stock(product, "-4").await?;
        scene.move_stock(product, "-4").await?;
    }
    read(&scene.shop).await?;
    read_again(&scene.shop).await?;
    let told = notification::list(&scene.shop, &keeper, None).await?;
    let title = || "책".to_owned();
    let expected = [
        Notice::StockDepleted { product: book, title: title() },
        Notice::StockLow { product: book, title: title(), available: 4 },
    ];
    assert_eq!(told.into_iter().map(|one| one.notice).collect::<Vec<_>>(), expected);
    assert_eq!(number(&scene.shop, "select count(*) from notification").await, 2);
    assert_eq!(number(&scene.shop, "select count(*) from mail").await, 0);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_coupon_about_to_run_out_is_told_once(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 50_000).await?;
    let mut form = campaign(&scene.shop, "amount", "1000");
    let used = scene.coupon(&form).await?;
    let kept = scene.coupon(&form).await?;
    form.valid_days = "60".to_owned();
    scene.coupon(&form).await?;
    let book = product(&scene.shop, "책", 20_000, 5).await;
    domain::order::place_one(&scene.shop, scene.checkout_with(&[(book, 1)], used, 1_000).await?).await?;
    assert_eq!(remind(&scene.shop).await?, 0, "not yet");

    let soon = scene.shop.ahead(Duration::days(28));
    let (one, other) = tokio::join!(remind(&soon), remind(&soon));
    assert_eq!((one? + other?, remind(&soon).await?), (1, 0));
    read(&soon).await?;
    read_again(&soon).await?;
    let expiring: Vec<_> =
        scene.told().await?.into_iter().filter(|notice| matches!(notice, Notice::CouponExpiring { .. })).collect();
    let coupons = coupon::mine(&scene.shop, &scene.reader).await?;
    let expires_at = coupons.iter().find(|coupon| coupon.id == kept).expect("a coupon").expires_at;
    let expires_at = i64::try_from(expires_at.unix_timestamp_nanos() / 1_000_000).expect("a time");
    assert_eq!(expiring, [Notice::CouponExpiring { name: "가을".to_owned(), expires_at }]);

    let over = scene.shop.ahead(Duration::days(70));
    assert_eq!(remind(&over).await?, 0, "too late");
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn one_reads_ones_own_inbox_alone_and_only_what_was_seen(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    let stranger = recruit(shop, "최독자", "shopper").await?;
    tell(&scene, 3).await?;
    let told = notification::list(shop, &scene.reader, None).await?;
    assert_eq!((told.len(), told.iter().any(|one| one.is_read)), (3, false), "looking marks nothing");
    assert_eq!(notification::unread(shop, &scene.reader).await?, 3);
    assert!(notification::list(shop, &stranger, None).await?.is_empty());

    assert_eq!(refused(notification::read(shop, &stranger, told[0].id).await), Some(Failure::NotFound));
    notification::read_all(shop, &stranger, i64::MAX).await?;
    assert_eq!(notification::unread(shop, &scene.reader).await?, 3);
    for _ in 0..2 {
        notification::read(shop, &scene.reader, told[1].id).await?;
        assert_eq!(notification::unread(shop, &scene.reader).await?, 2);
    }
    tell(&scene, 1).await?;
    notification::read_all(shop, &scene.reader, told[0].id).await?;
    let told = notification::list(shop, &scene.reader, None).await?;
    assert_eq!(told.iter().map(|one| one.is_read).collect::<Vec<_>>(), [false, true, true, true]);
    assert_eq!(refused(notification::read(shop, &scene.reader, i64::MAX).await), Some(Failure::NotFound));
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn pages_follow_each_other_and_the_count_ends_at_a_hundred(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    tell(&scene, 130).await?;
    assert_eq!(notification::unread(&scene.shop, &scene.reader).await?, MOST_UNREAD);
    let (mut seen, mut before) = (Vec::new(), None);
    loop {
        let page = notification::list(&scene.shop, &scene.reader, before).await?;
        let size = usize::try_from(PAGE).expect("a size");
        seen.extend(page.iter().take(size).map(|one| one.id));
        before = seen.last().copied();
        if page.len() <= size {
            break;
        }
    }
    assert_eq!(seen.len(), 130);
    assert!(seen.is_sorted_by(|one, next| one > next));
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_change_of_an_inbox_is_announced_with_its_commit(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let mut ear = PgListener::connect_with(&scene.shop.db).await?;
    ear.listen(notification::CHANNEL).await?;
    let member = scene.reader.id().to_string();
    tell(&scene, 2).await?;
    assert_eq!(ear.recv().await?.payload(), member);
    let told = notification::list(&scene.shop, &scene.reader, None).await?;
    notification::read(&scene.shop, &scene.reader, told[0].id).await?;
    assert_eq!(ear.recv().await?.payload(), member);
    // What changes nothing is not announced: the next word is that of the last one.
    notification::read(&scene.shop, &scene.reader, told[0].id).await?;
    notification::read_all(&scene.shop, &scene.reader, told[0].id).await?;
    notification::read_all(&scene.shop, &scene.reader, told[0].id).await?;
    sqlx::query("select pg_notify('inbox', 'last')").execute(&scene.shop.db).await?;
    assert_eq!(ear.recv().await?.payload(), member);
    assert_eq!(ear.recv().await?.payload(), "last");
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_member_who_is_gone_is_no_trouble(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let gone = serde_json::json!({ "order_id": OrderId::nil(), "member_id": 999_999, "total": 1, "at": 0 });
    happen(&scene.shop, "order.paid", gone).await?;
    tell(&scene, 1).await?;
    assert_eq!(number(&scene.shop, "select count(*) from notification").await, 1);
    assert_eq!(number(&scene.shop, "select count(*) from dead_letter").await, 0);
    assert_eq!((Notification.name(), StockAlert.name()), ("notification", "stock_alert"));
    Ok(())
}

/// Tells the reader of so many orders that are paid.
pub(crate) async fn tell(scene: &Scene, times: i64) -> Result<()> {
    sqlx::query(
        "insert into event (name, subject, payload)
         select 'order.paid', n::text,
                jsonb_build_object('order_id', gen_random_uuid(), 'member_id', $1, 'total', n, 'at', 0)
         from generate_series(1, $2) n",
    )
    .bind(scene.reader.id())
    .bind(times)
    .execute(&scene.shop.db)
    .await?;
    read(&scene.shop).await
}

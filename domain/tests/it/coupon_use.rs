//! What coupons do to orders, and orders to coupons.

use contract::{
    Failure, Won,
    coupon::{CampaignForm, CouponId, CouponStatus, PricedLine, Unusable},
    order::{OrderStatus, PaymentStatus},
    product::ProductId,
};
use domain::{
    Result, address, coupon,
    order::{Checkout, cancel, place, place_one},
};
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use time::Duration;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::{
    concurrency::two_handles,
    fixture::{assert_books_add_up, home, number, product},
    scene::{Scene, beside, campaign, recruit, refused, told},
};

impl Scene {
    async fn coupon_of(&self, value: &str, change: impl FnOnce(&mut CampaignForm)) -> Result<CouponId> {
        let mut form = campaign(&self.shop, "amount", value);
        change(&mut form);
        self.coupon(&form).await
    }

    /// Orders with a coupon, expecting that it takes so much off.
    async fn buy_with(&self, lines: &[(ProductId, i32)], coupon: CouponId, off: Won) -> Result<Uuid> {
        place_one(&self.shop, self.checkout_with(lines, coupon, off).await?).await
    }
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn the_best_choice_stands_first_and_the_others_tell_why_not(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let book = product(&scene.shop, "책", 20_000, 5).await;
    let other = product(&scene.shop, "다른 책", 20_000, 5).await;
    let three = scene.coupon_of("3000", |_| {}).await?;
    let dear = scene.coupon_of("9000", |form| form.min_order = "60000".to_owned()).await?;
    let tenth = scene.coupon(&campaign(&scene.shop, "percent", "10")).await?;
    let soon = scene.coupon_of("3000", |form| form.valid_days = "3".to_owned()).await?;
    let elsewhere = scene.coupon_of("9000", |form| form.products = other.to_string()).await?;
    let capped = campaign(&scene.shop, "percent", "50");
    let capped = scene.coupon(&CampaignForm { max_discount: "3500".to_owned(), ..capped }).await?;
    let lines = [PricedLine { product: book, category: 1, amount: 40_000 }];
    let choices = async |ahead| {
        let choices = coupon::choices(&scene.shop.ahead(ahead), &scene.reader, &lines).await?;
        Ok::<_, domain::Error>(
            choices.into_iter().map(|choice| (choice.coupon.id, choice.discount)).collect::<Vec<_>>(),
        )
    };
    let unusable = [(dear, Err(Unusable::BelowMinimum { missing: 20_000 })), (elsewhere, Err(Unusable::OutOfScope))];
    let best = [(tenth, Ok(4_000)), (capped, Ok(3_500)), (soon, Ok(3_000)), (three, Ok(3_000))];
    assert_eq!(choices(Duration::ZERO).await?, [&best[..], &unusable].concat());
    let three_days_on = [&best[..2], &best[3..], &unusable].concat();
    assert_eq!(choices(Duration::days(3)).await?, three_days_on, "what ran out is no choice");
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_coupon_that_cannot_be_used_refuses_the_order_and_changes_nothing(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 100_000).await?;
    let shop = &scene.shop;
    let (book, other) = (product(shop, "책", 20_000, 5).await, product(shop, "다른 책", 20_000, 5).await);
    let good = scene.coupon_of("3000", |_| {}).await?;
    let used = scene.coupon_of("3000", |_| {}).await?;
    scene.buy_with(&[(book, 1)], used, 3_000).await?;
    let below = scene.coupon_of("3000", |form| form.min_order = "20001".to_owned()).await?;
    let elsewhere = scene.coupon_of("3000", |form| form.products = other.to_string()).await?;
    let revoked = scene.coupon_of("3000", |_| {}).await?;
    sqlx::query("update coupon set status = 'revoked' where coupon_id = $1").bind(revoked).execute(&shop.db).await?;
    let strangers = Uuid::now_v7();
    let stranger = recruit(shop, "다른이", "shopper").await?;
    let open = coupon::create(shop, &scene.staff, Uuid::now_v7(), &campaign(shop, "amount", "3000")).await?;
    coupon::download(shop, &stranger, strangers, open).await?;
    let before = (scene.balance().await?, scene.stock(book).await?, scene.events("order.").await?);

    let checkout = scene.checkout_with(&[(book, 1)], good, 3_000).await?;
    for coupon in [used, below, elsewhere, revoked, strangers, Uuid::now_v7()] {
        let asked = Checkout { coupon: Some(coupon), order: Uuid::now_v7(), key: Uuid::now_v7(), ..checkout.clone() };
        assert_eq!(refused(place_one(shop, asked).await), Some(Failure::CouponUnusable));
    }
    let over = shop.now() + Duration::days(30);
    let outcomes = place(&shop.db, shop.policy, std::slice::from_ref(&checkout), over).await?;
    assert_eq!(outcomes, [Err(Failure::CouponUnusable)], "thirty days later its time is over");
    let other_total = Checkout { expected_total: 20_000, points: 20_000, ..checkout.clone() };
    assert_eq!(refused(place_one(shop, other_total).await), Some(Failure::CartChanged));
    assert_eq!((scene.balance().await?, scene.stock(book).await?, scene.events("order.").await?), before);
    let kept = [(good, "available"), (used, "used"), (below, "available"), (strangers, "available")];
    for (coupon, status) in kept {
        assert_eq!(scene.coupon_status(coupon).await?, status);
    }
    place_one(shop, checkout).await?;
    assert_books_add_up(shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_coupon_is_used_once_however_many_ask_at_once(pool: PgPoolOptions, options: PgConnectOptions) -> Result<()> {
    let scene = Scene::new(pool.connect_with(options.clone()).await?, 500_000).await?;
    let shops = two_handles(options).await?;
    let book = product(&scene.shop, "책", 20_000, 50).await;
    let once = scene.coupon_of("3000", |_| {}).await?;
    let checkout = scene.checkout_with(&[(book, 1)], once, 3_000).await?;
    let mut tasks: JoinSet<Result<bool>> = JoinSet::new();
    for number in 0..8 {
        let (shop, reader, sent) = (shops[number % 2].clone(), scene.reader.clone(), checkout.clone());
        tasks.spawn(async move {
            loop {
                let sent = Checkout { order: Uuid::now_v7(), key: Uuid::now_v7(), ..sent.clone() };
                match told(place_one(&shop, sent).await)? {
                    None => return Ok(true),
                    Some(Failure::CouponUnusable) => return Ok(false),
                    // Another one took the cart with it: fill it again, and ask again.
                    Some(Failure::CartEmpty | Failure::CartChanged) => {
                        domain::cart::remove(&shop, domain::cart::Owner::Member(reader.id()), book).await?;
                        crate::fixture::put(&shop, &reader, book, 1).await?;
                    }
                    Some(other) => return Err(other.into()),
                }
            }
        });
    }
    let won = tasks.join_all().await.into_iter().collect::<Result<Vec<_>>>()?;
    assert_eq!(won.iter().filter(|won| **won).count(), 1);
    assert_eq!(number(&scene.shop, r#"select count(*) from "order" where discount_total = 3000"#).await, 1);
    assert_eq!((scene.balance().await?, scene.coupon_status(once).await?), (483_000, "used".to_owned()));
    assert_books_add_up(&scene.shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_batch_uses_a_coupon_once(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 100_000).await?;
    let shop = &scene.shop;
    let book = product(shop, "책", 20_000, 5).await;
    let once = scene.coupon_of("3000", |_| {}).await?;
    let first = scene.checkout_with(&[(book, 1)], once, 3_000).await?;
    // Somebody else names the same coupon.
    let thief = recruit(shop, "다른이", "shopper").await?;
    let address = address::add(shop, &thief, &home()).await?;
    crate::fixture::put(shop, &thief, book, 1).await?;
    let stolen = Checkout {
        order: Uuid::now_v7(),
        key: Uuid::now_v7(),
        member: thief.id(),
        address,
        points: 0,
        ..first.clone()
    };
    let outcomes = place(&shop.db, shop.policy, &[stolen.clone(), first.clone(), stolen], shop.now()).await?;
    assert_eq!(outcomes, [Err(Failure::CouponUnusable), Ok(first.order), Err(Failure::CouponUnusable)]);
    assert_books_add_up(shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_discount_is_split_over_the_lines_it_applies_to(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 100_000).await?;
    let shop = &scene.shop;
    let one = product(shop, "하나", 10_000, 5).await;
    let two = beside(shop, one, 5_000, 5).await;
    let out = beside(shop, one, 7_000, 5).await;
    let scope = scene.coupon_of("1000", |form| form.products = format!("{one} {two}")).await?;
    let order = scene.buy_with(&[(one, 1), (two, 1), (out, 1)], scope, 1_000).await?;
    let detail = scene.detail(order).await?;
    let parts: Vec<Won> = detail.summary.lines.iter().map(|line| line.discount).collect();
    assert_eq!(parts, [667, 333, 0]);
    assert_eq!((detail.discount_total, detail.summary.total, detail.delivery_total), (1_000, 21_000, 0));
    assert_eq!((scene.balance().await?, detail.coupon.as_str()), (79_000, "가을"));
    let category = number(shop, "select category_id from category").await;
    let everything = scene.coupon_of("9", |form| form.categories = category.to_string()).await?;
    scene.buy_with(&[(out, 1)], everything, 9).await?;
    assert_books_add_up(shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn an_order_that_a_coupon_pays_whole_lives_like_any_other(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let book = product(&scene.shop, "책", 20_000, 5).await;
    let free = scene.coupon_of("1000000", |_| {}).await?;
    let order = scene.buy_with(&[(book, 2)], free, 40_000).await?;
    let detail = scene.detail(order).await?;
    assert_eq!((detail.summary.status, detail.summary.total), (OrderStatus::Placed, 0));
    cancel(&scene.shop, &scene.reader, order, Uuid::now_v7(), Some(&[(book, 1)]), Some(0)).await?;
    assert_eq!(scene.detail(order).await?.summary.payment, PaymentStatus::PartiallyRefunded, "by 0 won");
    assert_eq!(scene.coupon_status(free).await?, "used");
    cancel(&scene.shop, &scene.reader, order, Uuid::now_v7(), None, Some(0)).await?;
    assert_eq!(scene.detail(order).await?.summary.payment, PaymentStatus::Refunded);
    assert_eq!((scene.coupon_status(free).await?.as_str(), scene.balance().await?), ("available", 0));
    assert_books_add_up(&scene.shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_coupon_expires_by_itself_unless_an_order_has_it(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 100_000).await?;
    let book = product(&scene.shop, "책", 20_000, 5).await;
    let (used, kept) = (scene.coupon_of("3000", |_| {}).await?, scene.coupon_of("3000", |_| {}).await?);
    scene.buy_with(&[(book, 1)], used, 3_000).await?;
    let late = scene.shop.ahead(Duration::days(30));
    let mine = coupon::mine(&late, &scene.reader).await?;
    assert_eq!(
        mine.iter().map(|coupon| (coupon.id, coupon.status)).collect::<Vec<_>>(),
        [(kept, CouponStatus::Expired), (used, CouponStatus::Used)],
        "even before the sweep"
    );
    assert_eq!(coupon::expire(&scene.shop).await?, 0);
    assert_eq!((coupon::expire(&late).await?, coupon::expire(&late).await?), (1, 0));
    assert_eq!(scene.coupon_status(kept).await?, "expired");
    assert_eq!(scene.coupon_status(used).await?, "used");
    assert_books_add_up(&scene.shop).await;
    Ok(())
}

//! The best sellers, against what the orders themselves say.

mod naive;
mod walk;

use contract::{
    product::ProductId,
    ranking::{Movement, Window},
};
use domain::{
    Policy, Result, Shop,
    event::drain,
    order::{Checkout, cancel, cancel_unpaid, pay, place, place_one},
    ranking::{best, roll},
    reader::ranking::Ranking,
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
    fixture::{buyer, checkout, number, product, put},
    scene::Scene,
};
use naive::agrees;

/// The shop with its clock at ten minutes past an hour, so that none turns while a test runs.
fn early(shop: &Shop) -> Shop {
    let past = shop.now().unix_timestamp().rem_euclid(3_600);
    shop.ahead(Duration::seconds(3_600 + 600 - past))
}

/// Sells on the day that the clock shows, whatever the desk thinks.
async fn sell(scene: &Scene, late: &Shop, lines: &[(ProductId, i32)]) -> Result<Uuid> {
    place_at(late, scene.checkout(lines).await?).await
}

async fn place_at(late: &Shop, checkout: Checkout) -> Result<Uuid> {
    Ok(place(&late.db, late.policy, &[checkout], late.now()).await?.remove(0)?)
}

/// Product and copies of every place, once the reader is there and the hours have turned.
async fn places(late: &Shop, window: Window) -> Result<Vec<(ProductId, i64)>> {
    drain(late, &[&Ranking]).await?;
    roll(late).await?;
    let ranked = best(late, window, None, 20).await?;
    Ok(ranked.into_iter().map(|ranked| (ranked.card.id, ranked.units)).collect())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn copies_count_when_they_are_paid_and_until_they_are_canceled(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 900_000).await?;
    let (shop, reader) = (&scene.shop, &scene.reader);
    let (one, other) = (product(shop, "하나", 9_000, 90).await, product(shop, "둘", 9_000, 90).await);
    assert_eq!(places(shop, Window::ThreeDays).await?, []);
    let first = scene.buy(&[(one, 5), (other, 3)]).await?;
    assert_eq!(places(shop, Window::ThreeDays).await?, [(one, 5), (other, 3)]);

    let (paid, dropped) = (scene.hold(&[(other, 4)], 0).await?, scene.hold(&[(other, 9)], 0).await?);
    assert_eq!(places(shop, Window::ThreeDays).await?, [(one, 5), (other, 3)], "held is not sold");
    pay(shop, reader, paid).await?;
    cancel_unpaid(shop, reader, dropped, Uuid::now_v7()).await?;
    assert_eq!(places(shop, Window::ThreeDays).await?, [(other, 7), (one, 5)]);

    cancel(shop, reader, first, Uuid::now_v7(), Some(&[(one, 2)]), None).await?;
    assert_eq!(places(shop, Window::ThreeDays).await?, [(other, 7), (one, 3)]);
    cancel(shop, reader, first, Uuid::now_v7(), None, None).await?;
    assert_eq!(places(shop, Window::ThreeDays).await?, [(other, 4)], "what nobody keeps has no place");
    agrees(shop).await?;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_cancel_takes_copies_out_of_the_hour_in_which_they_were_paid(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 900_000).await?;
    let book = product(&scene.shop, "책", 9_000, 90).await;
    let begin = early(&scene.shop);
    let order = sell(&scene, &begin, &[(book, 6)]).await?;
    let takes = async |late: &Shop, copies| {
        cancel(late, &scene.reader, order, Uuid::now_v7(), Some(&[(book, copies)]), None).await
    };
    let hours = |hours| begin.ahead(Duration::hours(hours));

    let late = hours(24);
    assert_eq!(places(&late, Window::Day).await?, [(book, 6)], "the running hour and the 24 before it");
    let late = hours(25);
    assert_eq!(places(&late, Window::Day).await?, []);
    takes(&late, 2).await?;
    assert_eq!(places(&late, Window::ThreeDays).await?, [(book, 4)]);
    agrees(&late).await?;
    // The window before has gone too; the longer ones have not.
    let late = hours(60);
    takes(&late, 1).await?;
    assert_eq!(places(&late, Window::ThreeDays).await?, [(book, 3)]);
    agrees(&late).await?;
    // Read late: the hours turn while it is in the log.
    takes(&late, 1).await?;
    let late = hours(30 * 24 + 1);
    assert_eq!(places(&late, Window::Month).await?, []);
    agrees(&late).await?;
    assert_eq!(number(&scene.shop, "select units from sales_bucket").await, 2);
    // And when every window has left it behind, it is forgotten, and stays so.
    let late = hours(2 * (30 * 24 + 1));
    assert_eq!(places(&late, Window::Month).await?, []);
    takes(&late, 2).await?;
    drain(&late, &[&Ranking]).await?;
    for table in ["sales_bucket", "ranking_total"] {
        assert_eq!(number(&scene.shop, &format!("select count(*) from {table}")).await, 0, "{table}");
    }
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn places_move_against_the_window_before(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 9_000_000).await?;
    let mut books = Vec::new();
    for title in ["가", "나", "다", "라", "마"] {
        books.push(product(&scene.shop, title, 1_000, 90).await);
    }
    let [one, two, three, four, new] = books[..] else { panic!("five books") };
    let begin = early(&scene.shop);
    sell(&scene, &begin, &[(one, 5), (two, 4), (three, 3), (four, 2)]).await?;
    let late = begin.ahead(Duration::hours(25));
    sell(&scene, &late, &[(new, 9), (three, 7), (two, 5), (four, 4), (one, 3)]).await?;
    places(&late, Window::Day).await?;

    let moved = async |window| -> Result<Vec<_>> {
        let ranked = best(&late, window, None, 20).await?;
        Ok(ranked.into_iter().map(|ranked| (ranked.place, ranked.card.id, ranked.movement)).collect())
    };
    let expected = [
        (1, new, Movement::New),
        (2, three, Movement::Up(1)),
        (3, two, Movement::Down(1)),
        (4, four, Movement::Same),
        (5, one, Movement::Down(4)),
    ];
    assert_eq!(moved(Window::Day).await?, expected);
    // Over three days all of it is one window, and there was nothing before.
    let expected = [three, two, new, one, four].map(|book| (book, Movement::New));
    let over_three = moved(Window::ThreeDays).await?.into_iter().map(|(_, book, moved)| (book, moved));
    assert_eq!(over_three.collect::<Vec<_>>(), expected);
    agrees(&late).await?;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn those_sold_equally_stand_by_age_and_those_not_on_sale_nowhere(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 900_000).await?;
    let shop = &scene.shop;
    let mut books = Vec::new();
    for title in ["가", "나", "다", "라"] {
        books.push(product(shop, title, 1_000, 90).await);
    }
    scene.buy(&[(books[3], 2), (books[1], 2), (books[0], 2), (books[2], 3)]).await?;
    let all = [(books[2], 3), (books[0], 2), (books[1], 2), (books[3], 2)];
    assert_eq!(places(shop, Window::Week).await?, all);
    for (status, shown) in [("suspended", &all[1..]), ("archived", &all[1..]), ("on_sale", &all[..])] {
        let set = sqlx::query("update product set status = $2 where product_id = $1");
        set.bind(books[2]).bind(status).execute(&shop.db).await?;
        assert_eq!(places(shop, Window::Week).await?, shown, "{status}");
        let first = best(shop, Window::Week, None, 1).await?;
        assert_eq!(first.iter().map(|first| (first.place, first.card.id)).collect::<Vec<_>>(), [(1, shown[0].0)]);
    }
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn an_hour_that_turns_is_rolled_once_whoever_notices(_: PgPoolOptions, options: PgConnectOptions) -> Result<()> {
    let pool = PgPoolOptions::new().max_connections(16).connect_with(options.clone()).await?;
    let scene = Scene::new(pool, 900_000).await?;
    let shops = two_handles(options).await?;
    let book = product(&scene.shop, "책", 1_000, 900).await;
    let begin = early(&scene.shop);
    for hours in [0, 3, 30, 31, 90, 91, 92, 180, 400] {
        let clock = begin.now() + Duration::hours(hours) - scene.shop.now();
        sell(&scene, &scene.shop.ahead(clock), &[(book, 2)]).await?;
        let mut tasks = JoinSet::new();
        for number in 0..8 {
            let late = shops[number % 2].ahead(clock);
            tasks.spawn(async move {
                if number < 4 { drain(&late, &[&Ranking]).await } else { roll(&late).await.map(drop) }
            });
        }
        tasks.join_all().await.into_iter().collect::<Result<()>>()?;
        agrees(&scene.shop.ahead(clock)).await?;
        let late = scene.shop.ahead(clock);
        assert_eq!(roll(&late).await?, 0, "nothing is left to roll");
    }
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn everybody_buying_reading_and_rolling_at_once_counts_each_copy_once(
    _: PgPoolOptions,
    options: PgConnectOptions,
) -> Result<()> {
    let shops = two_handles(options).await?;
    let mut books = Vec::new();
    for title in ["가", "나", "다"] {
        books.push(product(&shops[0], title, 1_000, 5_000).await);
    }
    let mut shopping = JoinSet::new();
    for shopper in 0..6 {
        let (reader, home) = buyer(&shops[0], &format!("reader{shopper}@example.com"), 900_000).await?;
        let (shop, books) = (shops[shopper % 2].clone(), books.clone());
        shopping.spawn(async move {
            for round in 0..9 {
                let (one, other) = (books[(shopper + round) % 3], books[(shopper + 1) % 3]);
                put(&shop, &reader, one, 2).await?;
                put(&shop, &reader, other, 1).await?;
                let order = place_one(&shop, checkout(&shop, &reader, home).await?).await?;
                match round % 3 {
                    0 => cancel(&shop, &reader, order, Uuid::now_v7(), None, None).await?,
                    1 => cancel(&shop, &reader, order, Uuid::now_v7(), Some(&[(one, 1)]), None).await?,
                    _ => {}
                }
            }
            Ok(())
        });
    }
    let mut others = JoinSet::new();
    for number in 0..6 {
        let shop = shops[number % 2].clone();
        others.spawn(async move {
            for hours in 0..15 {
                // The hours run ahead of the sales, which stay in every window.
                let late = shop.ahead(Duration::hours(hours));
                if number < 4 { drain(&late, &[&Ranking]).await? } else { roll(&late).await.map(drop)? }
            }
            Ok(())
        });
    }
    shopping.join_all().await.into_iter().collect::<Result<()>>()?;
    others.join_all().await.into_iter().collect::<Result<()>>()?;
    let late = shops[1].ahead(Duration::hours(14));
    places(&late, Window::Day).await?;
    agrees(&late).await?;
    let kept = number(&late, "select sum(quantity - canceled)::bigint from order_line").await;
    assert_eq!(number(&late, "select sum(units)::bigint from sales_bucket").await, kept);
    Ok(())
}

/// Another instance over the same database.
fn another(shop: &Shop) -> Shop {
    Shop::new(shop.db.clone(), Policy::default())
}

//! Waiting for what is sold out.

use contract::{Failure, notification::Notice};
use domain::{
    Result,
    wish::{self, MOST},
};
use sqlx::PgPool;
use tokio::task::JoinSet;

use crate::{
    fixture::{number, product},
    notification::{read, read_again},
    scene::{Scene, recruit, refused},
};

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn only_what_is_sold_out_is_waited_for(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    let book = product(shop, "책", 1_000, 1).await;
    assert_eq!(refused(wish::add(shop, &scene.reader, book).await), Some(Failure::StatusChanged));
    assert_eq!(refused(wish::add(shop, &scene.reader, 0).await), Some(Failure::NotFound));
    scene.move_stock(book, "-1").await?;
    sqlx::query("update product set status = 'suspended'").execute(&shop.db).await?;
    assert_eq!(refused(wish::add(shop, &scene.reader, book).await), Some(Failure::NotOnSale));
    sqlx::query("update product set status = 'on_sale'").execute(&shop.db).await?;
    for _ in 0..2 {
        wish::add(shop, &scene.reader, book).await?;
        assert!(wish::has(shop, &scene.reader, book).await?);
        assert_eq!(wish::list(shop, &scene.reader).await?.len(), 1);
    }
    for _ in 0..2 {
        wish::withdraw(shop, &scene.reader, book).await?;
        assert!(!wish::has(shop, &scene.reader, book).await?);
    }
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_book_that_is_back_is_told_once_to_each_who_waited(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 100_000).await?;
    let shop = &scene.shop;
    let (book, other) = (product(shop, "책", 1_000, 1).await, product(shop, "다른 책", 1_000, 0).await);
    let order = scene.buy(&[(book, 1)]).await?;
    let friend = recruit(shop, "최독자", "shopper").await?;
    for by in [&scene.reader, &friend] {
        wish::add(shop, by, book).await?;
    }
    wish::add(shop, &friend, other).await?;
    // A canceled order brings it back as well as a delivery would.
    domain::order::cancel(shop, &scene.reader, order, uuid::Uuid::now_v7(), None, None).await?;
    read(shop).await?;
    let back = Notice::Restocked { product: book, title: "책".to_owned() };
    assert_eq!(scene.told().await?.into_iter().filter(|notice| *notice == back).count(), 1);
    assert_eq!(number(shop, "select count(*) from notification where kind = 'restocked'").await, 2);
    assert!(wish::list(shop, &scene.reader).await?.is_empty());
    assert_eq!(wish::list(shop, &friend).await?.len(), 1, "the other book is still waited for");

    // Read again, or back once more: nobody waits any longer.
    read_again(shop).await?;
    scene.move_stock(book, "-1").await?;
    scene.move_stock(book, "1").await?;
    read(shop).await?;
    assert_eq!(number(shop, "select count(*) from notification where kind = 'restocked'").await, 2);
    assert_eq!(scene.events("stock.restocked").await?.len(), 2);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_book_that_is_gone_again_before_anybody_heard_is_waited_for_on(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let book = product(&scene.shop, "책", 1_000, 0).await;
    wish::add(&scene.shop, &scene.reader, book).await?;
    scene.move_stock(book, "1").await?;
    scene.move_stock(book, "-1").await?;
    read(&scene.shop).await?;
    assert!(scene.told().await?.is_empty());
    scene.move_stock(book, "1").await?;
    read(&scene.shop).await?;
    assert_eq!(scene.told().await?, [Notice::Restocked { product: book, title: "책".to_owned() }]);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_member_waits_for_a_hundred_at_most_however_fast(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let mut books = Vec::new();
    for _ in 0..MOST + 4 {
        books.push(product(&scene.shop, "책", 1_000, 0).await);
    }
    let mut tasks = JoinSet::new();
    for book in books.clone() {
        let (shop, reader) = (scene.shop.clone(), scene.reader.clone());
        tasks.spawn(async move { wish::add(&shop, &reader, book).await });
    }
    let refusals: Vec<_> = tasks.join_all().await.into_iter().filter_map(refused).collect();
    assert_eq!(refusals, vec![Failure::TooManyWishes; 4]);
    let kept = wish::list(&scene.shop, &scene.reader).await?;
    assert_eq!(i64::try_from(kept.len()).expect("a number"), MOST);
    wish::add(&scene.shop, &scene.reader, kept[0].product).await?;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_wish_made_while_the_book_comes_back_is_refused_or_told(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    for round in 0..20 {
        let book = product(&scene.shop, "책", 1_000, 0).await;
        let (wished, moved) = tokio::join!(wish::add(&scene.shop, &scene.reader, book), scene.move_stock(book, "1"));
        moved?;
        read(&scene.shop).await?;
        let told = scene.told().await?.contains(&Notice::Restocked { product: book, title: "책".to_owned() });
        assert_eq!(told, wished.is_ok(), "round {round}");
        assert!(wish::list(&scene.shop, &scene.reader).await?.is_empty(), "round {round}");
    }
    Ok(())
}

//! Steps with many products at once.

use contract::{
    Failure,
    form::{Flaw, Flaws},
    product::{
        ProductId, ProductStatus,
        bulk::{Outcome, Step},
    },
};
use domain::{
    Result,
    product::{
        self,
        bulk::{self, Done},
    },
    wish,
};
use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    fixture::{assert_books_add_up, number, product as add},
    notification::read,
    scene::{Scene, refused, seller_of},
};

impl Scene {
    async fn take(&self, ids: &[ProductId], step: Step) -> Result<Uuid> {
        let key = Uuid::now_v7();
        bulk::apply(&self.shop, &self.operator, key, ids, step).await?;
        Ok(key)
    }

    async fn done(&self, key: Uuid) -> Result<Done> {
        bulk::done(&self.shop, &self.operator, key).await
    }

    async fn standing(&self, id: ProductId) -> Result<(ProductStatus, i64, i32)> {
        let own = product::own(&self.shop, &self.operator, id).await?;
        Ok((own.facts.status, own.facts.sale_price, own.version))
    }
}

fn outcomes(done: &Done) -> Vec<(ProductId, Outcome)> {
    let mut outcomes: Vec<_> = done.lines.iter().map(|line| (line.id, line.outcome)).collect();
    outcomes.sort_by_key(|(id, _)| *id);
    outcomes
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_step_changes_those_that_it_can_and_says_why_not_of_the_others(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 50_000).await?;
    let shop = &scene.shop;
    let (fresh, sold) = (add(shop, "새 책", 10_000, 5).await, add(shop, "팔린 책", 10_000, 5).await);
    scene.buy(&[(sold, 1)]).await?;
    let planned = bulk::plan(shop, &scene.operator, &[fresh, sold], Step::Status(ProductStatus::Draft)).await?;
    assert_eq!(planned.iter().map(|one| one.to.is_ok()).collect::<Vec<_>>(), [true, false]);
    let key = scene.take(&[fresh, sold, 999_999], Step::Status(ProductStatus::Draft)).await?;
    let done = scene.done(key).await?;
    assert_eq!(outcomes(&done), [(fresh, Outcome::Changed), (sold, Outcome::Sold)]);
    assert_eq!(done.asked, 3);
    assert_eq!(scene.standing(fresh).await?, (ProductStatus::Draft, 10_000, 1));
    assert_eq!(scene.standing(sold).await?, (ProductStatus::OnSale, 10_000, 0));
    assert_eq!(number(shop, "select count(*) from trail where act = 'product_changed'").await, 1);
    // The same form again, and another one in its key.
    bulk::apply(shop, &scene.operator, key, &[fresh, sold, 999_999], Step::Status(ProductStatus::Draft)).await?;
    let other = bulk::apply(shop, &scene.operator, key, &[fresh], Step::Price(100)).await;
    assert_eq!(refused(other), Some(Failure::AlreadySent));
    assert_eq!(scene.standing(fresh).await?.2, 1);
    assert_books_add_up(shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn prices_are_undone_but_for_those_that_somebody_changed_since(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    let (one, other) = (add(shop, "책", 10_830, 5).await, add(shop, "다른 책", 20_000, 5).await);
    let key = scene.take(&[one, other], Step::Percent(-10)).await?;
    assert_eq!(scene.standing(one).await?, (ProductStatus::OnSale, 9_750, 1));
    product::save_line(shop, &scene.operator, other, 1, "15000", "on_sale").await?;
    for _ in 0..2 {
        bulk::undo(shop, &scene.operator, key).await?;
        assert_eq!(scene.standing(one).await?, (ProductStatus::OnSale, 10_830, 2));
        assert_eq!(scene.standing(other).await?, (ProductStatus::OnSale, 15_000, 2));
    }
    let done = scene.done(key).await?;
    assert!(done.undone_at.is_some());
    let restored: Vec<_> = done.lines.iter().map(|line| (line.id, line.restored)).collect();
    assert_eq!(restored, [(one, Some(true)), (other, Some(false))]);
    assert_eq!(number(shop, "select count(*) from trail where act = 'product_restored'").await, 1);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_was_bought_since_is_no_draft_again(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 50_000).await?;
    let shop = &scene.shop;
    let book = add(shop, "책", 10_000, 5).await;
    scene.take(&[book], Step::Status(ProductStatus::Draft)).await?;
    let key = scene.take(&[book], Step::Status(ProductStatus::OnSale)).await?;
    scene.buy(&[(book, 1)]).await?;
    bulk::undo(shop, &scene.operator, key).await?;
    assert_eq!(scene.standing(book).await?, (ProductStatus::OnSale, 10_000, 2));
    assert_eq!(scene.done(key).await?.lines[0].restored, Some(false));
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_seller_changes_their_own_alone(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    let (own, other) = (add(shop, "내 책", 10_000, 5).await, add(shop, "남의 책", 10_000, 5).await);
    let (keeper, _) = seller_of(shop, own).await?;
    let key = Uuid::now_v7();
    bulk::apply(shop, &keeper, key, &[own, other], Step::Status(ProductStatus::Archived)).await?;
    let done = bulk::done(shop, &keeper, key).await?;
    assert_eq!((outcomes(&done), done.asked), (vec![(own, Outcome::Changed)], 2));
    assert_eq!(scene.standing(other).await?, (ProductStatus::OnSale, 10_000, 0));
    let foreign = bulk::apply(shop, &keeper, Uuid::now_v7(), &[other], Step::Price(10)).await;
    assert_eq!(refused(foreign), Some(Failure::NotFound));
    let (stranger, _) = seller_of(shop, other).await?;
    assert_eq!(refused(bulk::done(shop, &stranger, key).await), Some(Failure::NotFound));
    assert_eq!(refused(bulk::undo(shop, &stranger, key).await), Some(Failure::NotFound));
    assert_eq!(scene.standing(own).await?.0, ProductStatus::Archived);
    for wrong in [Vec::new(), (0..1_001).collect::<Vec<_>>()] {
        let refusal = bulk::apply(shop, &keeper, Uuid::now_v7(), &wrong, Step::Price(10)).await;
        assert_eq!(refused(refusal), Some(Failure::BadRequest));
    }
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn books_that_move_take_their_place_among_the_best_sellers_along(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    let book = add(shop, "책", 10_000, 5).await;
    let poetry: i64 = sqlx::query_scalar(
        "insert into category (slug, name_ko, name_en, position) values ('poetry', '시', 'Poetry', 2) returning category_id",
    )
    .fetch_one(&shop.db)
    .await?;
    sqlx::query(
        "insert into ranking_total (days, ago, product_id, category_id, units)
         select 7, 0, product_id, category_id, 3 from product",
    )
    .execute(&shop.db)
    .await?;
    let gone = bulk::apply(shop, &scene.operator, Uuid::now_v7(), &[book], Step::Category(poetry + 1)).await;
    assert_eq!(refused(gone), Some(Failure::Invalid(Flaws::one("value", Flaw::Choice))));
    let key = scene.take(&[book], Step::Category(poetry)).await?;
    assert_eq!(number(shop, "select category_id from ranking_total").await, poetry);
    bulk::undo(shop, &scene.operator, key).await?;
    assert_ne!(number(shop, "select category_id from ranking_total").await, poetry);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn who_waits_is_told_of_what_is_put_on_sale_with_others(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    let (book, other) = (add(shop, "책", 1_000, 0).await, add(shop, "다른 책", 1_000, 0).await);
    for id in [book, other] {
        wish::add(shop, &scene.reader, id).await?;
    }
    scene.take(&[book, other], Step::Status(ProductStatus::Suspended)).await?;
    scene.move_stock(book, "3").await?;
    scene.take(&[book, other], Step::Status(ProductStatus::OnSale)).await?;
    read(shop).await?;
    assert_eq!(scene.told().await?.len(), 1);
    assert_eq!(wish::list(shop, &scene.reader).await?.len(), 1, "the other one is still sold out");
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn steps_at_the_same_time_over_the_same_products_are_each_whole(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    let mut books = Vec::new();
    for _ in 0..8 {
        books.push(add(shop, "책", 10_000, 1).await);
    }
    let turned: Vec<ProductId> = books.iter().rev().copied().collect();
    for price in 1..6 {
        let (one, other) = tokio::join!(
            scene.take(&books, Step::Price(price * 100)),
            scene.take(&turned, Step::Price(price * 100 + 10)),
        );
        one.and(other)?;
        assert_eq!(number(shop, "select count(distinct sale_price) from product").await, 1);
    }
    assert_eq!(number(shop, "select count(*) from trail").await, 80);
    assert_eq!(number(shop, "select sum(version)::bigint from product").await, 80);
    Ok(())
}

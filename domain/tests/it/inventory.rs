//! Stock, as those who keep it change it and as orders do.

use contract::{
    Failure,
    form::{Flaw, Flaws},
    product::ProductId,
    stock::{MOST, MovementKind, StockLevel},
    table::PAGE,
};
use domain::{
    Result,
    inventory::{self, Change, Movement, MovementFilter, StockFilter},
    member::Operator,
    order::{cancel, pay},
};
use sqlx::PgPool;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::{
    fixture::{assert_books_add_up, product},
    scene::{Scene, recruit, refused, seller_of},
};

impl Scene {
    async fn move_by(&self, product: ProductId, delta: &str) -> Result<()> {
        inventory::change(&self.shop, &self.operator, Uuid::now_v7(), product, Change::By(delta), "시험").await
    }

    async fn count(&self, product: ProductId, counted: &str, seen: i32) -> Result<()> {
        let change = Change::To { counted, seen };
        inventory::change(&self.shop, &self.operator, Uuid::now_v7(), product, change, "재고 조사").await
    }

    async fn movements(&self, product: ProductId) -> Result<Vec<(MovementKind, i32, i32)>> {
        Ok(movements(self, &self.operator, product)
            .await?
            .into_iter()
            .map(|one| (one.kind, one.on_hand, one.reserved))
            .collect())
    }
}

/// The movements of a product, newest first.
pub(crate) async fn movements(scene: &Scene, by: &Operator, product: ProductId) -> Result<Vec<Movement>> {
    let filter = MovementFilter { product: Some(product), ..MovementFilter::default() };
    Ok(inventory::movements(&scene.shop, by, filter, None, PAGE).await?.rows)
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn stock_moves_with_its_reason_and_who_moved_it(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 60_000).await?;
    let shop = &scene.shop;
    let book = product(shop, "책", 20_000, 5).await;
    let (keeper, _) = seller_of(shop, book).await?;
    inventory::change(shop, &keeper, Uuid::now_v7(), book, Change::By("+7"), " 입고 ").await?;
    inventory::change(shop, &scene.operator, Uuid::now_v7(), book, Change::By("-2"), "파손").await?;
    let counted = Change::To { counted: "11", seen: 10 };
    inventory::change(shop, &keeper, Uuid::now_v7(), book, counted, "재고 조사").await?;
    let order = scene.buy(&[(book, 3)]).await?;
    cancel(shop, &scene.reader, order, Uuid::now_v7(), None, None).await?;

    let told = movements(&scene, &keeper, book).await?;
    let told: Vec<_> = told
        .iter()
        .map(|one| (one.kind, one.on_hand, one.reason.as_str(), one.by_name.as_str(), one.order_id))
        .collect();
    let expected = [
        (MovementKind::Returned, 3, "canceled", "김독자", Some(order)),
        (MovementKind::Sold, -3, "ordered", "김독자", Some(order)),
        (MovementKind::Adjusted, 1, "재고 조사", "이서점", None),
        (MovementKind::Adjusted, -2, "파손", "박직원", None),
        (MovementKind::Received, 7, "입고", "이서점", None),
        (MovementKind::Received, 5, "opening", "", None),
    ];
    assert_eq!(told, expected);
    assert_eq!(scene.stock(book).await?, (11, 0));
    assert_books_add_up(shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn the_same_form_moves_stock_once(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let book = product(&scene.shop, "책", 20_000, 5).await;
    let key = Uuid::now_v7();
    let mut tasks = JoinSet::new();
    for _ in 0..8 {
        let (shop, by) = (scene.shop.clone(), scene.operator.clone());
        tasks.spawn(async move { inventory::change(&shop, &by, key, book, Change::By("10"), "입고").await });
    }
    tasks.join_all().await.into_iter().collect::<Result<()>>()?;
    assert_eq!(scene.stock(book).await?, (15, 0));
    let key = Uuid::now_v7();
    for _ in 0..2 {
        // Sent again, the count was taken before: nothing has moved since but by itself.
        let counted = Change::To { counted: "12", seen: 15 };
        inventory::change(&scene.shop, &scene.operator, key, book, counted, "재고 조사").await?;
    }
    assert_eq!(scene.stock(book).await?, (12, 0));
    assert_eq!(scene.movements(book).await?.len(), 3);
    assert_books_add_up(&scene.shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_count_never_overwrites_what_was_sold_meanwhile(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 50_000).await?;
    let book = product(&scene.shop, "책", 20_000, 5).await;
    scene.buy(&[(book, 1)]).await?;
    for counted in ["9", "5", "4", "0"] {
        assert_eq!(refused(scene.count(book, counted, 5).await), Some(Failure::StockChanged), "{counted}");
    }
    assert_eq!(scene.stock(book).await?, (4, 0));
    scene.count(book, "4", 4).await?;
    assert_eq!(scene.movements(book).await?.len(), 2, "a count that agrees is no movement");
    scene.count(book, "6", 4).await?;
    assert_eq!(scene.stock(book).await?, (6, 0));
    // Two who counted at the same time: the second is told.
    let (one, other) = tokio::join!(scene.count(book, "7", 6), scene.count(book, "8", 6));
    assert_eq!([&one, &other].iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert_eq!(refused(one.and(other)), Some(Failure::StockChanged));
    assert_books_add_up(&scene.shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_is_reserved_cannot_be_taken_away(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 50_000).await?;
    let book = product(&scene.shop, "책", 20_000, 5).await;
    let order = scene.hold(&[(book, 2)], 0).await?;
    assert_eq!(refused(scene.move_by(book, "-4").await), Some(Failure::OutOfStock));
    assert_eq!(refused(scene.count(book, "1", 5).await), Some(Failure::OutOfStock));
    scene.move_by(book, "-3").await?;
    assert_eq!(scene.stock(book).await?, (2, 2));
    pay(&scene.shop, &scene.reader, order).await?;
    assert_eq!(scene.stock(book).await?, (0, 0));
    assert_eq!(refused(scene.move_by(book, "-1").await), Some(Failure::OutOfStock));
    assert_books_add_up(&scene.shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_seller_finds_their_own_stock_alone(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    let (own, other) = (product(shop, "내 책", 20_000, 3).await, product(shop, "남의 책", 20_000, 30).await);
    let (keeper, _) = seller_of(shop, own).await?;
    let moved = inventory::change(shop, &keeper, Uuid::now_v7(), other, Change::By("1"), "입고").await;
    assert_eq!(refused(moved), Some(Failure::NotFound));
    assert_eq!(refused(inventory::get(shop, &keeper, other).await), Some(Failure::NotFound));
    assert_eq!(refused(movements(&scene, &keeper, other).await), Some(Failure::NotFound));
    assert_eq!(refused(inventory::set_low_at(shop, &keeper, other, "1").await), Some(Failure::NotFound));
    assert_eq!(refused(inventory::get(shop, &scene.operator, other + 1).await), Some(Failure::NotFound));
    let products = async |by: &Operator, level| -> Result<Vec<i64>> {
        let filter = StockFilter { level, ..StockFilter::default() };
        let found = inventory::page(shop, by, &filter, None, 10).await?;
        Ok(found.rows.into_iter().map(|stock| stock.product).collect())
    };
    assert_eq!(products(&keeper, None).await?, [own]);
    assert_eq!(products(&scene.operator, None).await?, [own, other]);
    assert_eq!(products(&scene.operator, Some(StockLevel::Low)).await?, [own], "what is low");
    inventory::set_low_at(shop, &keeper, own, "2").await?;
    assert!(products(&scene.operator, Some(StockLevel::Low)).await?.is_empty());
    assert_eq!(scene.stock(other).await?, (30, 0));

    assert_eq!(refused(Operator::of(shop, &scene.reader).await), Some(Failure::NotFound));
    let without_a_shop = recruit(shop, "최서점", "seller").await?;
    assert_eq!(refused(Operator::of(shop, &without_a_shop).await), Some(Failure::NotFound));
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn low_and_depleted_are_told_once_at_each_crossing(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 50_000).await?;
    let book = product(&scene.shop, "책", 1_000, 8).await;
    let steps: [(&str, &[&str]); 9] = [
        ("-2", &[]),
        ("buy", &["stock.low"]),
        ("buy", &[]),
        ("hold", &[]),
        ("pay", &[]),
        ("-3", &["stock.depleted"]),
        ("+9", &["stock.restocked"]),
        ("-4", &["stock.low"]),
        ("-5", &["stock.depleted"]),
    ];
    let mut told = Vec::new();
    let mut held = None;
    for (step, expected) in steps {
        match step {
            "buy" => drop(scene.buy(&[(book, 1)]).await?),
            "hold" => held = Some(scene.hold(&[(book, 1)], 0).await?),
            "pay" => pay(&scene.shop, &scene.reader, held.expect("an order")).await?,
            delta => scene.move_by(book, delta).await?,
        }
        told.extend(expected.iter().map(|name| (*name).to_owned()));
        assert_eq!(scene.events("stock.").await?, told, "{step}");
    }
    // From plenty to nothing by a hold: depleted says it all.
    scene.move_by(book, "9").await?;
    scene.hold(&[(book, 9)], 0).await?;
    assert_eq!(scene.events("stock.").await?.len(), told.len() + 2);
    let last: (String, serde_json::Value) =
        sqlx::query_as("select name, payload from event where name like 'stock.%' order by event_id desc limit 1")
            .fetch_one(&scene.shop.db)
            .await?;
    let payload = serde_json::json!({ "product_id": book, "available": 0, "low_at": 5 });
    assert_eq!(last, ("stock.depleted".to_owned(), payload));
    assert_books_add_up(&scene.shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn numbers_at_the_edge_are_refused(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let book = product(&scene.shop, "책", 20_000, 5).await;
    let flaw = |outcome: Result<()>| match refused(outcome) {
        Some(Failure::Invalid(flaws)) => flaws.iter().next().map(|(field, flaw)| (field.to_owned(), flaw)),
        _ => None,
    };
    let most = i64::from(MOST);
    for edge in ["2147483647", "-2147483648", "9223372036854775807", "-9223372036854775808", "99999999999999999999"] {
        let outside = ("delta".to_owned(), Flaw::OutOfRange { min: -most, max: most });
        assert_eq!(flaw(scene.move_by(book, edge).await), Some(outside), "{edge}");
        let outside = ("counted".to_owned(), Flaw::OutOfRange { min: 0, max: most });
        assert_eq!(flaw(scene.count(book, edge, 5).await), Some(outside), "{edge}");
        let low_at = inventory::set_low_at(&scene.shop, &scene.operator, book, edge).await;
        assert_eq!(flaw(low_at), Some(("low_at".to_owned(), Flaw::OutOfRange { min: 0, max: most })), "{edge}");
    }
    let over = Failure::Invalid(Flaws::one("delta", Flaw::OutOfRange { min: -5, max: most - 5 }));
    assert_eq!(refused(scene.move_by(book, &MOST.to_string()).await), Some(over), "no product has more than that");
    assert_eq!(flaw(scene.move_by(book, "0").await), Some(("delta".to_owned(), Flaw::Required)));
    for seen in [i32::MIN, i32::MAX] {
        assert_eq!(refused(scene.count(book, "0", seen).await), Some(Failure::StockChanged), "{seen}");
    }
    let silent = inventory::change(&scene.shop, &scene.operator, Uuid::now_v7(), book, Change::By("1"), " ").await;
    assert_eq!(flaw(silent), Some(("reason".to_owned(), Flaw::Required)));
    assert_eq!((scene.stock(book).await?, scene.movements(book).await?.len()), ((5, 0), 1));
    Ok(())
}

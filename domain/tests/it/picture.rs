//! Pictures of products, from a file to its last version.

mod shelf;

use std::sync::Arc;

use contract::{
    Failure,
    form::{Flaw, Flaws},
    picture::{MOST, PictureFlaw, PictureId, UNDO_HOURS},
    product::ProductId,
};
use domain::{
    Error, Result, Shop,
    cart::{self, Owner},
    member::Operator,
    picture::{self, Step},
    product,
};
use sqlx::PgPool;
use time::Duration;
use tokio::task::JoinSet;

use crate::{
    fixture::{self, number},
    scene::{Scene, refused, seller_of},
};
use shelf::{Shelf, drawn};

/// A shop whose pictures lie on a shelf, and a product in it.
async fn stage(db: PgPool) -> Result<(Scene, Arc<Shelf>, ProductId)> {
    let mut scene = Scene::new(db, 0).await?;
    let shelf = Arc::new(Shelf::default());
    scene.shop = scene.shop.with_store(shelf.clone());
    let book = fixture::product(&scene.shop, "책", 20_000, 5).await;
    Ok((scene, shelf, book))
}

async fn add(scene: &Scene, product: ProductId, shade: u8) -> Result<PictureId> {
    picture::add(&scene.shop, &scene.operator, product, "앞표지.png", drawn(700, 500, shade)).await
}

async fn order(shop: &Shop, product: ProductId) -> Result<Vec<PictureId>> {
    Ok(picture::of_product(shop, product).await?.into_iter().map(|one| one.versions.id).collect())
}

async fn cover(shop: &Shop, product: ProductId) -> Result<Option<String>> {
    let cards = product::recent(shop, 100).await?;
    Ok(cards.into_iter().find(|card| card.id == product).and_then(|card| card.cover))
}

fn flaw<T>(outcome: Result<T>) -> Option<PictureFlaw> {
    match outcome.err()? {
        Error::Refused(Failure::Invalid(flaws)) => flaws.iter().find_map(|(_, flaw)| match flaw {
            Flaw::Picture(flaw) => Some(flaw),
            _ => None,
        }),
        _ => None,
    }
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_file_becomes_the_last_picture_and_the_first_one_stands_for_the_product(db: PgPool) -> Result<()> {
    let (scene, shelf, book) = stage(db).await?;
    let shop = &scene.shop;
    assert_eq!(cover(shop, book).await?, None);
    let (one, other) = (add(&scene, book, 1).await?, add(&scene, book, 2).await?);
    assert_eq!(order(shop, book).await?, [one, other]);
    assert_eq!(cover(shop, book).await?, Some(format!("{one}-700")));
    let expected = [one, other].map(|id| ["300", "600", "700"].map(|width| format!("{id}/{width}.webp")));
    assert_eq!(shelf.keys(), expected.concat());
    assert_eq!(number(shop, "select count(*) from picture_leftover").await, 0);

    let file = picture::file(shop, one, 300).await.expect("a store").expect("a file");
    assert_eq!((&file[..4], &file[8..12]), (b"RIFF".as_slice(), b"WEBP".as_slice()));
    assert_eq!(picture::file(shop, one, 1_200).await.expect("a store"), None);

    picture::arrange(shop, &scene.operator, book, other, Step::First).await?;
    assert_eq!(order(shop, book).await?, [other, one]);
    let shown = Some(format!("{other}-700"));
    assert_eq!(cover(shop, book).await?, shown);
    fixture::put(shop, &scene.reader, book, 1).await?;
    let lines = cart::lines(shop, Owner::Member(scene.reader.id())).await?;
    assert_eq!(lines.into_iter().map(|line| line.cover).collect::<Vec<_>>(), [shown]);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn another_sellers_product_is_not_there(db: PgPool) -> Result<()> {
    let (scene, shelf, book) = stage(db).await?;
    let (shop, own) = (&scene.shop, fixture::product(&scene.shop, "내 책", 20_000, 5).await);
    let (keeper, _) = seller_of(shop, own).await?;
    let (one, mine) = (add(&scene, book, 1).await?, add(&scene, own, 1).await?);
    let files = shelf.keys();
    let added = picture::add(shop, &keeper, book, "a.png", drawn(10, 10, 9)).await;
    assert_eq!(refused(added.map(drop)), Some(Failure::NotFound));
    for (product, picture) in [(book, one), (book, mine), (own, one)] {
        let arranged = picture::arrange(shop, &keeper, product, picture, Step::First).await;
        assert_eq!(refused(arranged), Some(Failure::NotFound), "{product} {picture}");
        let described = picture::describe(shop, &keeper, product, picture, "표지").await;
        assert_eq!(refused(described), Some(Failure::NotFound), "{product} {picture}");
        assert_eq!(refused(picture::remove(shop, &keeper, product, picture).await), Some(Failure::NotFound));
        assert_eq!(refused(picture::restore(shop, &keeper, product, picture).await), Some(Failure::NotFound));
    }
    assert_eq!(refused(picture::desk(shop, &keeper, book).await.map(drop)), Some(Failure::NotFound));
    assert_eq!((order(shop, book).await?, shelf.keys()), (vec![one], files));

    picture::describe(shop, &keeper, own, mine, "앞표지").await?;
    picture::remove(shop, &keeper, own, mine).await?;
    picture::restore(shop, &keeper, own, mine).await?;
    assert_eq!(refused(Operator::of(shop, &scene.reader).await.map(drop)), Some(Failure::NotFound));
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn the_same_file_is_no_second_picture_of_a_product(db: PgPool) -> Result<()> {
    let (scene, _, book) = stage(db).await?;
    let other = fixture::product(&scene.shop, "다른 책", 20_000, 5).await;
    let one = add(&scene, book, 1).await?;
    assert_eq!(flaw(add(&scene, book, 1).await), Some(PictureFlaw::Twice));
    add(&scene, other, 1).await?;
    // Once it is removed it can come again; what was removed then stays so.
    picture::remove(&scene.shop, &scene.operator, book, one).await?;
    add(&scene, book, 1).await?;
    let restored = picture::restore(&scene.shop, &scene.operator, book, one).await;
    assert_eq!(refused(restored), Some(Failure::StatusChanged));
    assert_eq!(order(&scene.shop, book).await?.len(), 1);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn however_many_come_at_once_a_product_has_ten(db: PgPool) -> Result<()> {
    let (scene, shelf, book) = stage(db).await?;
    let mut tasks = JoinSet::new();
    // Each of them twice.
    for shade in (0..14).chain(0..14) {
        let (shop, by) = (scene.shop.clone(), scene.operator.clone());
        tasks.spawn(async move { picture::add(&shop, &by, book, "a.png", drawn(20, 20, shade)).await });
    }
    let outcomes = tasks.join_all().await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), MOST);
    for outcome in outcomes.into_iter().filter(Result::is_err) {
        assert!(matches!(flaw(outcome), Some(PictureFlaw::TooMany | PictureFlaw::Twice)));
    }
    assert_eq!(order(&scene.shop, book).await?.len(), MOST);
    // What was stored for nothing is swept, and nothing else.
    while picture::sweep(&scene.shop.ahead(Duration::hours(2))).await? > 0 {}
    assert_eq!(shelf.keys().len(), MOST);
    assert_eq!(number(&scene.shop, "select count(*) from picture_leftover").await, 0);

    let removed = order(&scene.shop, book).await?[3];
    picture::remove(&scene.shop, &scene.operator, book, removed).await?;
    add(&scene, book, 200).await?;
    let restored = picture::restore(&scene.shop, &scene.operator, book, removed).await;
    assert_eq!(refused(restored), Some(Failure::TooManyPictures));
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_is_no_picture_leaves_nothing_behind(db: PgPool) -> Result<()> {
    let (scene, shelf, book) = stage(db).await?;
    let bytes = b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec();
    let added = picture::add(&scene.shop, &scene.operator, book, "사진.jpg", bytes).await;
    let expected = Failure::Invalid(Flaws::one("사진.jpg", Flaw::Picture(PictureFlaw::Kind)));
    assert_eq!(refused(added.map(drop)), Some(expected));
    assert!(shelf.keys().is_empty());
    assert_eq!(number(&scene.shop, "select count(*) from picture_leftover").await, 0);
    assert_eq!(number(&scene.shop, "select count(*) from trail").await, 0);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_file_that_is_not_stored_is_no_picture_and_is_swept(db: PgPool) -> Result<()> {
    let (scene, shelf, book) = stage(db).await?;
    let shop = &scene.shop;
    // The first version is stored, then the store goes away.
    shelf.fail_after(1);
    assert_eq!(flaw(add(&scene, book, 1).await), Some(PictureFlaw::NotStored));
    assert!(order(shop, book).await?.is_empty());
    assert_eq!(cover(shop, book).await?, None);
    assert_eq!(shelf.keys().len(), 1);

    // Not before its upload could be at its end; and while the store is away, later.
    assert_eq!(picture::sweep(&shop.ahead(Duration::minutes(50))).await?, 0);
    let later = shop.ahead(Duration::minutes(61));
    assert_eq!(picture::sweep(&later).await?, 0);
    assert_eq!(picture::leftovers(shop).await?, 1);
    shelf.recover();
    assert_eq!(picture::sweep(&later).await?, 0, "it has just been tried");
    assert_eq!(picture::sweep(&later.ahead(Duration::minutes(6))).await?, 1);
    assert!(shelf.keys().is_empty());
    assert_eq!(picture::leftovers(shop).await?, 0);
    // The seller tries the same once more.
    add(&scene, book, 1).await?;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn an_upload_that_the_sweep_has_overtaken_is_no_picture(db: PgPool) -> Result<()> {
    let (scene, shelf, book) = stage(db).await?;
    // While its first version is being stored, the sweep takes it for one that was never finished.
    shelf.sweep_meanwhile(scene.shop.ahead(Duration::hours(2)));
    assert_eq!(flaw(add(&scene, book, 1).await), Some(PictureFlaw::NotStored));
    assert!(order(&scene.shop, book).await?.is_empty());
    // What came after it is not forgotten.
    assert!(!shelf.keys().is_empty());
    assert_eq!(picture::sweep(&scene.shop.ahead(Duration::minutes(1))).await?, 1);
    assert!(shelf.keys().is_empty());
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn files_that_a_row_points_to_are_never_swept(db: PgPool) -> Result<()> {
    let (scene, shelf, book) = stage(db).await?;
    let one = add(&scene, book, 1).await?;
    let lost = sqlx::query("insert into picture_leftover (picture_id, due_at) values ($1, now())");
    lost.bind(one).execute(&scene.shop.db).await?;
    assert_eq!(picture::sweep(&scene.shop.ahead(Duration::hours(2))).await?, 0);
    assert_eq!(shelf.keys().len(), 3);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_removed_picture_can_be_put_back_until_it_is_swept(db: PgPool) -> Result<()> {
    let (scene, shelf, book) = stage(db).await?;
    let (shop, by) = (&scene.shop, &scene.operator);
    let (one, other) = (add(&scene, book, 1).await?, add(&scene, book, 2).await?);
    for _ in 0..2 {
        picture::remove(shop, by, book, one).await?;
    }
    assert_eq!(cover(shop, book).await?, Some(format!("{other}-700")));
    let removed = picture::desk(shop, by, book).await?.removed;
    assert_eq!(removed.iter().map(|gone| gone.picture.versions.id).collect::<Vec<_>>(), [one]);
    assert_eq!(picture::sweep(&shop.ahead(Duration::hours(UNDO_HOURS - 1))).await?, 0);
    for _ in 0..2 {
        picture::restore(shop, by, book, one).await?;
    }
    assert_eq!(order(shop, book).await?, [one, other], "where it was");
    assert_eq!(cover(shop, book).await?, Some(format!("{one}-700")));

    picture::remove(shop, by, book, one).await?;
    picture::remove(shop, by, book, other).await?;
    let later = shop.ahead(Duration::hours(UNDO_HOURS + 1));
    assert_eq!(refused(picture::restore(&later, by, book, one).await), Some(Failure::NotFound));
    assert!(picture::desk(&later, by, book).await?.removed.is_empty());
    let (mine, theirs) = tokio::join!(picture::sweep(&later), picture::sweep(&later));
    assert_eq!(mine? + theirs?, 2, "two instances do it once");
    assert!(shelf.keys().is_empty());
    assert_eq!(number(shop, "select count(*) from picture").await, 0);
    assert_eq!(cover(shop, book).await?, None);
    assert_eq!(refused(picture::remove(shop, by, book, one).await), Some(Failure::NotFound));
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn the_files_of_a_product_that_goes_are_swept(db: PgPool) -> Result<()> {
    let (scene, shelf, book) = stage(db).await?;
    add(&scene, book, 1).await?;
    for table in ["stock_movement", "stock", "product"] {
        sqlx::query(&format!("delete from {table} where product_id = $1")).bind(book).execute(&scene.shop.db).await?;
    }
    assert_eq!(picture::sweep(&scene.shop.ahead(Duration::minutes(1))).await?, 1);
    assert!(shelf.keys().is_empty());
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn the_trail_tells_what_was_done_to_pictures_and_nothing_else(db: PgPool) -> Result<()> {
    let (scene, _, book) = stage(db).await?;
    let (shop, by) = (&scene.shop, &scene.operator);
    let (one, other) = (add(&scene, book, 1).await?, add(&scene, book, 2).await?);
    picture::describe(shop, by, book, one, " 앞표지 ").await?;
    picture::describe(shop, by, book, one, "앞표지").await?;
    picture::arrange(shop, by, book, other, Step::Up).await?;
    picture::arrange(shop, by, book, other, Step::Up).await?;
    picture::remove(shop, by, book, one).await?;
    picture::restore(shop, by, book, one).await?;
    let told: Vec<(String, String)> =
        sqlx::query_as("select act, subject from trail order by trail_id").fetch_all(&shop.db).await?;
    let acts = [
        "picture_added",
        "picture_added",
        "picture_described",
        "pictures_ordered",
        "picture_removed",
        "picture_restored",
    ];
    assert_eq!(told, acts.map(|act| (act.to_owned(), book.to_string())));
    let described: (serde_json::Value, serde_json::Value) =
        sqlx::query_as("select before, after from trail where act = 'picture_described'").fetch_one(&shop.db).await?;
    assert_eq!(described, (serde_json::json!({ "alt": "" }), serde_json::json!({ "alt": "앞표지" })));

    let long = picture::describe(shop, by, book, one, &"가".repeat(201)).await;
    assert_eq!(refused(long), Some(Failure::Invalid(Flaws::one("alt", Flaw::TooLong { max: 200 }))));
    Ok(())
}

//! Others who change things at the same time, and instances that die.

use contract::{
    Failure,
    import::{Column, ImportState, RowFlaw},
};
use domain::{
    Result, Shop,
    import::{self, Import, Spool},
    inventory,
    member::Operator,
};
use sqlx::{PgPool, Postgres, Transaction};
use time::Duration;
use tokio::task::JoinHandle;

use super::{apply, book, counts, flaws, isbn, send, stored, work};
use crate::{
    fixture::{assert_books_add_up, number},
    scene::{Scene, refused, seller_of},
};

/// A file of so many new products.
fn new_products(count: u32) -> String {
    let rows = (1..=count).map(|at| format!("{},책 {at},저자,novel,1000,1\n", isbn(at)));
    format!("isbn,title,author,category,list_price,on_hand\n{}", rows.collect::<String>())
}

async fn products(shop: &Shop) -> i64 {
    number(shop, "select count(*) from product").await
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_moved_since_it_was_checked_is_named_and_nothing_is_applied(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    let (moved, still, low) = (book(shop, "하나", 1).await?, book(shop, "둘", 2).await?, book(shop, "셋", 3).await?);
    let file = format!("id,sale_price,low_at\n{moved},9000,\n{still},9000,\n{low},,3\n");
    let sent = send(shop, &scene.operator, file).await?;
    sqlx::query("update product set title = '다른 제목', version = version + 1 where product_id = $1")
        .bind(moved)
        .execute(&shop.db)
        .await?;
    inventory::set_low_at(shop, &scene.operator, low, "4").await?;
    let refused_file = apply(shop, &scene.operator, &sent).await?;
    assert_eq!((refused_file.state, counts(&refused_file)), (ImportState::Checked, (0, 1, 0, 2)));
    let expected = [(2, Column::Id, RowFlaw::Moved), (4, Column::Id, RowFlaw::Moved)];
    assert_eq!(flaws(shop, &scene.operator, &refused_file).await?, expected);
    assert_eq!(stored(shop, still).await?.3, 10_000, "nothing of it");

    import::check_again(shop, &scene.operator, sent.id).await?;
    work(shop).await?;
    let again = import::get(shop, &scene.operator, sent.id).await?;
    assert_eq!(counts(&again), (0, 3, 0, 0));
    assert_eq!(apply(shop, &scene.operator, &again).await?.state, ImportState::Applied);
    let (title, _, _, sale, ..) = stored(shop, moved).await?;
    assert_eq!((title.as_str(), sale), ("다른 제목", 9_000), "what others changed stays");
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn an_isbn_that_was_taken_since_is_named(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    let own = book(shop, "책", 9).await?;
    let (keeper, _) = seller_of(shop, own).await?;
    let sent = send(shop, &keeper, new_products(3)).await?;
    assert_eq!(counts(&sent), (3, 0, 0, 0));
    book(shop, "먼저 온 책", 2).await?;
    let told = apply(shop, &keeper, &sent).await?;
    assert_eq!((told.state, counts(&told)), (ImportState::Checked, (2, 0, 0, 1)));
    assert_eq!(flaws(shop, &keeper, &told).await?, [(3, Column::Isbn, RowFlaw::Moved)]);
    assert_eq!(products(shop).await, 2);
    import::check_again(shop, &keeper, sent.id).await?;
    work(shop).await?;
    assert_eq!(flaws(shop, &keeper, &told).await?, [(3, Column::Isbn, RowFlaw::IsbnTaken)]);
    Ok(())
}

/// A file of 1,200 new products of which 1,000 are applied, and not committed: the last one waits for
/// somebody else, who is about to add it too.
async fn halfway(
    shop: &Shop,
    by: &Operator,
) -> Result<(Import, JoinHandle<Result<usize>>, Transaction<'static, Postgres>)> {
    let sent = send(shop, by, new_products(1_200)).await?;
    import::apply(shop, by, sent.id).await?;
    let mut other = shop.db.begin().await?;
    sqlx::query(
        "with added as (
             insert into product (seller_id, category_id, title, author, published_year, isbn, description, list_price,
                 sale_price)
             select seller_id, category_id, '먼저 온 책', '저자', 2000, $1, '', 1, 1 from product limit 1
             returning product_id
         )
         insert into stock (product_id, on_hand) select product_id, 0 from added",
    )
    .bind(isbn(1_200))
    .execute(&mut *other)
    .await?;
    let instance = tokio::spawn({
        let shop = shop.clone();
        async move { import::work(&shop).await }
    });
    while import::get(shop, by, sent.id).await?.done < 1_000 {
        tokio::task::yield_now().await;
    }
    Ok((sent, instance, other))
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn an_instance_that_dies_while_applying_leaves_nothing_half_done(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    let own = book(shop, "책", 90_000).await?;
    let (keeper, _) = seller_of(shop, own).await?;
    let (sent, instance, other) = halfway(shop, &keeper).await?;
    assert_eq!(products(shop).await, 1, "nobody sees what is not done");
    instance.abort();
    assert!(instance.await.is_err_and(|error| error.is_cancelled()));
    other.rollback().await?;
    assert_eq!(import::work(shop).await?, 0, "it may still be alive");
    assert_eq!(products(shop).await, 1);
    work(&shop.ahead(Duration::minutes(2))).await?;
    let applied = import::get(shop, &keeper, sent.id).await?;
    assert_eq!((applied.state, products(shop).await), (ImportState::Applied, 1_201));
    assert_books_add_up(shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn an_isbn_that_is_taken_while_applying_undoes_all_and_is_compared_anew(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    let own = book(shop, "책", 90_000).await?;
    let (keeper, _) = seller_of(shop, own).await?;
    let (sent, instance, other) = halfway(shop, &keeper).await?;
    other.commit().await?;
    instance.await??;
    assert_eq!(products(shop).await, 2);
    work(shop).await?;
    let told = import::get(shop, &keeper, sent.id).await?;
    assert_eq!((told.state, counts(&told)), (ImportState::Checked, (1_199, 1, 0, 0)));
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_file_whose_reader_died_is_told_as_broken_off(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    let mut spool = Spool::new().await?;
    spool.write(b"id,title\n1,a\n").await?;
    let taken = import::take_in(shop, &scene.operator, "a.csv", spool).await?;
    work(shop).await?;
    assert_eq!(import::get(shop, &scene.operator, taken.id).await?.state, ImportState::Reading);
    work(&shop.ahead(Duration::minutes(2))).await?;
    assert_eq!(import::get(shop, &scene.operator, taken.id).await?.state, ImportState::CutOff);
    // Should it have been only slow, it finds that told.
    let id = taken.id;
    taken.read(shop.clone()).await;
    assert_eq!(import::get(shop, &scene.operator, id).await?.state, ImportState::CutOff);
    assert_eq!(refused(import::apply(shop, &scene.operator, id).await), Some(Failure::StatusChanged));
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_file_is_applied_once_however_often_it_is_asked_for(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    let own = book(shop, "책", 90_000).await?;
    let (keeper, _) = seller_of(shop, own).await?;
    let sent = send(shop, &keeper, new_products(3)).await?;
    for _ in 0..3 {
        import::apply(shop, &keeper, sent.id).await?;
        let (one, other) = tokio::join!(import::work(shop), import::work(shop));
        one?;
        other?;
    }
    assert_eq!(products(shop).await, 4);
    assert_eq!(number(shop, "select count(*) from trail").await, 3);
    assert_eq!(refused(import::check_again(shop, &keeper, sent.id).await), Some(Failure::StatusChanged));
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn who_runs_nothing_any_more_applies_nothing(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    let own = book(shop, "책", 1).await?;
    let (keeper, _) = seller_of(shop, own).await?;
    let sent = send(shop, &keeper, format!("id,title\n{own},새 제목\n")).await?;
    import::apply(shop, &keeper, sent.id).await?;
    sqlx::query("update member set status = 'blocked' where member_id = $1")
        .bind(keeper.id())
        .execute(&shop.db)
        .await?;
    work(shop).await?;
    assert_eq!(import::get(shop, &scene.operator, sent.id).await?.state, ImportState::Failed);
    assert_eq!(stored(shop, own).await?.0, "책");
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn rows_go_after_days_and_what_was_left_alone_is_told_as_old(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    let own = book(shop, "책", 1).await?;
    let left = send(shop, &scene.operator, format!("id,title\n{own},새 제목\n")).await?;
    let wrong = send(shop, &scene.operator, "id,title\n0,새 제목\n").await?;
    let applied = send(shop, &scene.operator, format!("id,sale_price\n{own},9000\n")).await?;
    apply(shop, &scene.operator, &applied).await?;
    assert_eq!(import::forget(shop).await?, 1, "what is applied needs no rows");
    assert_eq!(import::forget(shop).await?, 0);
    let later = shop.ahead(Duration::days(4));
    while import::forget(&later).await? > 0 {}
    assert_eq!(number(shop, "select count(*) from product_import_row").await, 0);
    for file in [&left, &wrong] {
        assert_eq!(import::get(shop, &scene.operator, file.id).await?.state, ImportState::Expired);
        assert_eq!(refused(import::apply(shop, &scene.operator, file.id).await), Some(Failure::StatusChanged));
    }
    assert_eq!(import::get(shop, &scene.operator, applied.id).await?.state, ImportState::Applied);
    while import::forget(&shop.ahead(Duration::days(100))).await? > 0 {}
    assert!(import::list(shop, &scene.operator, None, 10).await?.rows.is_empty());
    Ok(())
}

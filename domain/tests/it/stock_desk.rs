//! Stock as who runs the shop looks through it, changes many at once, and counts it by a file.

use std::io::Cursor as Bytes;

use contract::{
    Failure,
    form::Flaw,
    product::ProductId,
    sheet::SheetFlaw,
    stock::{MovementKind, StockLevel, StockOrder},
    table::Cursor,
};
use domain::{
    Result, Shop,
    inventory::{self, Bulk, Change, MovementFilter, StockFilter, take},
    member::Operator,
};
use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    fixture::{assert_books_add_up, number, product},
    scene::{Scene, beside, refused, seller_of},
};

async fn listed(shop: &Shop, by: &Operator, filter: &StockFilter) -> Result<Vec<ProductId>> {
    let (mut found, mut after): (Vec<ProductId>, Option<Cursor>) = (Vec::new(), None);
    // Pages of two, so that the way from one to the next is tried too.
    loop {
        let page = inventory::page(shop, by, filter, after.as_ref(), 2).await?;
        found.extend(page.rows.iter().map(|row| row.product));
        after = page.next;
        if after.is_none() {
            return Ok(found);
        }
    }
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn every_order_shows_every_product_once(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    let mut books = Vec::new();
    for (title, on_hand) in [("나", 5), ("가", 5), ("다", 0), ("라", 40), ("가", 5)] {
        books.push(product(shop, title, 20_000, on_hand).await);
    }
    scene.hold(&[(books[0], 2)], 0).await?;
    scene.hold(&[(books[3], 2)], 0).await?;
    inventory::follow(shop).await?;
    let expected = |order| match order {
        StockOrder::Id => [0, 1, 2, 3, 4],
        StockOrder::Title => [1, 4, 0, 2, 3],
        StockOrder::Available => [2, 0, 1, 4, 3],
        StockOrder::OnHand => [2, 0, 1, 4, 3],
        StockOrder::Reserved => [1, 2, 4, 0, 3],
    };
    for order in [StockOrder::Id, StockOrder::Title, StockOrder::Available, StockOrder::OnHand, StockOrder::Reserved] {
        let filter = StockFilter { order, ..StockFilter::default() };
        let mut expected: Vec<_> = expected(order).iter().map(|at| books[*at]).collect();
        assert_eq!(listed(shop, &scene.operator, &filter).await?, expected, "{order:?}");
        expected.reverse();
        let filter = StockFilter { down: true, ..filter };
        assert_eq!(listed(shop, &scene.operator, &filter).await?, expected, "{order:?} turned round");
    }
    // A cursor of another order, or of nobody, begins at the first row.
    let foreign = Cursor { value: "가'; drop".to_owned(), id: books[0].to_string() };
    let filter = StockFilter { order: StockOrder::Available, ..StockFilter::default() };
    let page = inventory::page(shop, &scene.operator, &filter, Some(&foreign), 9).await?;
    assert_eq!(page.rows.len(), 5);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn the_table_is_searched_and_filtered_and_each_sees_their_own(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    let (low, gone) = (product(shop, "푸른 바다", 20_000, 3).await, product(shop, "먼 바다", 20_000, 0).await);
    let plenty = beside(shop, low, 20_000, 30).await;
    let (keeper, seller) = seller_of(shop, low).await?;
    inventory::look_over(shop).await?;
    scene.hold(&[(plenty, 1)], 0).await?;
    inventory::follow(shop).await?;
    let with = |level| StockFilter { level: Some(level), ..StockFilter::default() };
    let staff = &scene.operator;
    assert_eq!(listed(shop, staff, &with(StockLevel::Low)).await?, [low, gone]);
    assert_eq!(listed(shop, staff, &with(StockLevel::Depleted)).await?, [gone]);
    assert_eq!(listed(shop, staff, &with(StockLevel::Held)).await?, [plenty]);
    assert_eq!(listed(shop, &keeper, &with(StockLevel::Low)).await?, [low]);
    assert_eq!(
        listed(shop, staff, &StockFilter { seller: Some(seller), ..StockFilter::default() }).await?,
        [low, plenty]
    );
    let search = |typed: &str| StockFilter { search: typed.to_owned(), ..StockFilter::default() };
    assert_eq!(listed(shop, staff, &search("바다")).await?, [low, gone]);
    // A short number may stand in another's ISBN too.
    assert!(listed(shop, staff, &search(&gone.to_string())).await?.contains(&gone), "by its number");
    assert_eq!(listed(shop, &keeper, &search("바다")).await?, [low]);
    // Asking for another seller's stock does not show it.
    let foreign = StockFilter { seller: Some(seller + 1), ..StockFilter::default() };
    assert_eq!(listed(shop, &keeper, &foreign).await?, [low, plenty]);
    let counts = inventory::counts(shop, staff, &StockFilter::default()).await?;
    assert_eq!((counts.shown, counts.low, counts.depleted, counts.held), (3, 2, 1, 1));
    // What is not sold runs out of nothing.
    let set = sqlx::query("update product set status = 'draft' where product_id = $1").bind(gone);
    set.execute(&shop.db).await?;
    assert_eq!(listed(shop, staff, &with(StockLevel::Low)).await?, [low]);
    assert_eq!(listed(shop, staff, &with(StockLevel::Depleted)).await?, Vec::<ProductId>::new());
    let counts = inventory::counts(shop, staff, &with(StockLevel::Low)).await?;
    assert_eq!((counts.shown, counts.low, counts.depleted, counts.held), (1, 1, 0, 1));
    assert_eq!(listed(shop, staff, &StockFilter::default()).await?.len(), 3, "its stock is there all the same");
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_change_of_many_does_what_it_can_and_names_the_rest(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    let (own, few) = (product(shop, "책", 20_000, 9).await, product(shop, "적은 책", 20_000, 3).await);
    let third = beside(shop, own, 20_000, 9).await;
    let (keeper, _) = seller_of(shop, own).await?;
    let key = Uuid::now_v7();
    for _ in 0..2 {
        let outcome =
            inventory::change_many(shop, &scene.operator, key, &[few, own, 999], Bulk::By("-4"), "파손").await?;
        assert_eq!(outcome.done, [own]);
        assert_eq!(outcome.refused, [(few, Failure::OutOfStock), (999, Failure::NotFound)]);
    }
    let other = inventory::change_many(shop, &scene.operator, key, &[few, own], Bulk::By("4"), "입고").await;
    assert_eq!(refused(other), Some(Failure::AlreadySent), "the same form with something else in it");
    assert_eq!((scene.stock(own).await?, scene.stock(few).await?), ((5, 0), (3, 0)), "the same form moves once");
    let outcome =
        inventory::change_many(shop, &keeper, Uuid::now_v7(), &[own, few, third], Bulk::LowAt("7"), "기준").await?;
    assert_eq!((outcome.done, outcome.refused), (vec![own, third], vec![(few, Failure::NotFound)]));
    assert_eq!(inventory::get(shop, &scene.operator, few).await?.low_at, 5, "another seller's stays");
    let flaws = inventory::change_many(shop, &keeper, Uuid::now_v7(), &[own], Bulk::By("0"), " ").await;
    let Some(Failure::Invalid(flaws)) = refused(flaws) else { panic!("accepted") };
    assert_eq!(flaws.iter().map(|(field, _)| field).collect::<Vec<_>>(), ["value", "reason"]);
    assert_eq!(number(shop, "select count(*) from trail where act in ('stock_changed', 'stock_low_set')").await, 3);
    assert_books_add_up(shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn the_last_own_change_is_taken_back_once(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    let book = product(shop, "책", 20_000, 5).await;
    let (keeper, _) = seller_of(shop, book).await?;
    let change =
        async |by: &Operator, delta| inventory::change(shop, by, Uuid::now_v7(), book, Change::By(delta), "입고").await;
    change(&keeper, "10").await?;
    let (first, _) = inventory::last_own(shop, &keeper, book).await?.expect("a change");
    change(&keeper, "7").await?;
    assert_eq!(refused(inventory::undo(shop, &keeper, book, first).await), Some(Failure::StatusChanged));
    assert_eq!(inventory::last_own(shop, &scene.operator, book).await?, None, "staff has changed nothing");
    let (last, delta) = inventory::last_own(shop, &keeper, book).await?.expect("a change");
    assert_eq!(delta, 7);
    assert_eq!(refused(inventory::undo(shop, &scene.operator, book, last).await), Some(Failure::NotFound));
    inventory::undo(shop, &keeper, book, last).await?;
    inventory::undo(shop, &keeper, book, last).await?;
    assert_eq!(scene.stock(book).await?, (15, 0));
    assert_eq!(inventory::last_own(shop, &keeper, book).await?, None, "an undo is not undone");
    let filter = MovementFilter { kind: Some(MovementKind::Adjusted), days: Some(1), ..MovementFilter::default() };
    let told = inventory::movements(shop, &keeper, filter, None, 9).await?.rows;
    assert_eq!(told.iter().map(|one| (one.on_hand, one.undoes)).collect::<Vec<_>>(), [(-7, true)]);
    assert_books_add_up(shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn who_holds_copies_is_told_until_the_hold_expires(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let book = product(&scene.shop, "책", 20_000, 5).await;
    let order = scene.hold(&[(book, 2)], 0).await?;
    let holds = inventory::holds(&scene.shop, &scene.operator, book).await?;
    assert_eq!(holds.iter().map(|hold| (hold.order, hold.copies)).collect::<Vec<_>>(), [(order, 2)]);
    assert!(holds[0].until.is_some_and(|until| until > scene.shop.now()));
    let later = scene.shop.ahead(time::Duration::hours(1));
    domain::order::expire(&later).await?;
    assert!(inventory::holds(&scene.shop, &scene.operator, book).await?.is_empty());
    Ok(())
}

async fn draft(shop: &Shop, by: &Operator, text: &str) -> Result<Uuid> {
    let id = Uuid::now_v7();
    take::draft(shop, by, id, Bytes::new(text.as_bytes().to_vec()), "재고 조사").await?;
    Ok(id)
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_file_of_counts_is_taken_as_a_whole(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let (shop, by) = (&scene.shop, &scene.operator);
    let (one, two) = (product(shop, "하나", 20_000, 5).await, product(shop, "둘", 20_000, 8).await);
    let isbn: String = sqlx::query_scalar("select replace(isbn, '-', '') from product where product_id = $1")
        .bind(two)
        .fetch_one(&shop.db)
        .await?;
    let id = draft(shop, by, &format!("id,isbn,counted,reason\n{one},,7,\n,{isbn},8,월말\n")).await?;
    let found = take::find(shop, by, id).await?;
    assert_eq!((found.counted, found.differing, found.more, found.fewer, found.is_open()), (2, 1, 2, 0, true));
    // Stock that moves after the look keeps all of it from being taken.
    inventory::change(shop, by, Uuid::now_v7(), two, Change::By("1"), "입고").await?;
    assert_eq!(refused(take::apply(shop, by, id).await), Some(Failure::StockChanged));
    let found = take::find(shop, by, id).await?;
    assert_eq!((found.moved, found.is_open()), (1, false));
    assert_eq!(take::rows(shop, &found, 9).await?[0].product, two, "which one is told first");
    assert_eq!(scene.stock(one).await?, (5, 0));
    take::look_again(shop, by, id).await?;
    take::apply(shop, by, id).await?;
    take::apply(shop, by, id).await?;
    assert_eq!((scene.stock(one).await?, scene.stock(two).await?), ((7, 0), (8, 0)));
    assert_books_add_up(shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_file_with_a_flaw_changes_nothing_and_tells_each(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    let (own, other) = (product(shop, "내 책", 20_000, 5).await, product(shop, "남의 책", 20_000, 5).await);
    let (keeper, _) = seller_of(shop, own).await?;
    let text = format!("id,counted\n{own},7\n{own},8\n{other},1\n12,많이\n,3\n{own},-1\n");
    let id = draft(shop, &keeper, &text).await?;
    let flaws = take::find(shop, &keeper, id).await?.flaws;
    let told: Vec<_> = flaws.iter().map(|fault| (fault.line, fault.field.as_str(), fault.flaw)).collect();
    let range = Flaw::OutOfRange { min: 0, max: contract::stock::MOST.into() };
    let expected = [
        (3, "id", Flaw::Repeated),
        (4, "id", Flaw::Unknown),
        (5, "counted", Flaw::NotANumber),
        (6, "id", Flaw::Required),
        (7, "counted", range),
    ];
    assert_eq!(told, expected);
    assert_eq!(refused(take::apply(shop, &keeper, id).await), Some(Failure::StatusChanged));
    assert_eq!(refused(take::find(shop, &scene.operator, id).await), Some(Failure::NotFound), "another's file");
    let failure = async |text: &str| refused(draft(shop, &keeper, text).await);
    assert_eq!(failure("id,number\n1,2").await, Some(Failure::Sheet(SheetFlaw::ColumnMissing)));
    let long = format!("id,counted\n{}", "1,1\n".repeat(take::MOST_LINES + 1));
    assert_eq!(failure(&long).await, Some(Failure::Sheet(SheetFlaw::TooManyRows)));
    assert_eq!(scene.stock(own).await?, (5, 0));
    Ok(())
}

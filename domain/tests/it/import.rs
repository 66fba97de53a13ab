//! Products by file: what a file comes to, and that it is applied whole or not at all.

mod broken;
mod export;
mod trouble;

use contract::{
    Failure,
    form::Flaw,
    import::{Column, ImportState, RowFlaw},
    product::ProductId,
    table::PAGE,
};
use domain::{
    Result, Shop,
    import::{self, Import, Spool},
    member::Operator,
};
use sqlx::PgPool;

use crate::{
    fixture::{assert_books_add_up, number, product},
    scene::{Scene, refused, seller_of},
};

/// The ISBN of a number.
fn isbn(number: u32) -> String {
    let digits = format!("9797{number:08}");
    let weighted = digits.bytes().zip([1, 3].into_iter().cycle());
    let sum: u32 = weighted.map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    format!("979-7-{}-{}-{}", &digits[4..8], &digits[8..], (10 - sum % 10) % 10)
}

/// A product with a true ISBN.
async fn book(shop: &Shop, title: &str, number: u32) -> Result<ProductId> {
    let id = product(shop, title, 10_000, 7).await;
    let set = sqlx::query("update product set isbn = $2 where product_id = $1").bind(id).bind(isbn(number));
    set.execute(&shop.db).await?;
    Ok(id)
}

/// Sends a file in, and waits until nothing is left to do for it.
async fn send(shop: &Shop, by: &Operator, file: impl AsRef<[u8]>) -> Result<Import> {
    let mut spool = Spool::new().await?;
    // In pieces, as it comes over the wire.
    for piece in file.as_ref().chunks(1_000) {
        spool.write(piece).await?;
    }
    let taken = import::take_in(shop, by, "C:\\책\\새 책.csv", spool).await?;
    let id = taken.id;
    taken.read(shop.clone()).await;
    work(shop).await?;
    import::get(shop, by, id).await
}

async fn work(shop: &Shop) -> Result<()> {
    while import::work(shop).await? > 0 {}
    Ok(())
}

/// Applies a file that is ready.
async fn apply(shop: &Shop, by: &Operator, file: &Import) -> Result<Import> {
    import::apply(shop, by, file.id).await?;
    work(shop).await?;
    import::get(shop, by, file.id).await
}

/// Rows that are new, changed, unchanged and wrong.
const fn counts(file: &Import) -> (i32, i32, i32, i32) {
    (file.added, file.changed, file.unchanged, file.wrong)
}

/// What is wrong, by line and column.
async fn flaws(shop: &Shop, by: &Operator, file: &Import) -> Result<Vec<(i32, Column, RowFlaw)>> {
    let rows = import::wrong_rows(shop, by, file.id, None, PAGE).await?.rows;
    Ok(rows
        .into_iter()
        .flat_map(|row| row.wrong.into_iter().map(move |one| (row.line, one.column, one.flaw)))
        .collect())
}

/// What a product's columns hold that a file may change.
async fn stored(shop: &Shop, id: ProductId) -> Result<(String, String, i64, i64, String, i32)> {
    let row = sqlx::query_as(
        "select title, author, list_price, sale_price, status, version from product where product_id = $1",
    );
    Ok(row.bind(id).fetch_one(&shop.db).await?)
}

/// Title, seller, list price, sale price, status, rate of points, copies, and from how many they are few.
type New = (String, i64, i64, i64, String, Option<i32>, i32, i32);

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_file_adds_what_is_new_changes_what_differs_and_leaves_the_rest(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    let (own, same) = (book(shop, "옛 제목", 1).await?, book(shop, "그대로", 2).await?);
    let (keeper, seller) = seller_of(shop, own).await?;
    sqlx::query("update product set seller_id = $1").bind(seller).execute(&shop.db).await?;
    let file = format!(
        "ISBN,제목,저자,분야,정가,판매가,상태,재고,재고 부족 기준,적립률,색깔\r\n\
         {},새 제목,,,\"12,000원\",,판매 중지,99,3,,빨강\r\n\
         {},그대로,저자,novel,10000,10000,on_sale,1,5,,\r\n\
         {},새 책,김새책,소설,15000,,,20,,7,\r\n\
         {},헌 책,박헌책,Novels,9000,8000,판매 중,,,,\r\n",
        isbn(1).replace('-', ""),
        isbn(2),
        isbn(3),
        isbn(4)
    );
    let sent = send(shop, &keeper, file).await?;
    assert_eq!((sent.state, counts(&sent)), (ImportState::Checked, (2, 1, 1, 0)));
    assert_eq!((sent.file_name.as_str(), sent.by_name.as_str(), sent.rows), ("새 책.csv", "이서점", 4));
    assert_eq!(sent.ignored, ["색깔"]);
    assert_eq!(number(shop, "select count(*) from product").await, 2, "nothing before it is applied");

    let applied = apply(shop, &keeper, &sent).await?;
    assert_eq!((applied.state, counts(&applied)), (ImportState::Applied, (2, 1, 1, 0)));
    let word = str::to_owned;
    let changed = (word("새 제목"), word("저자"), 12_000, 10_000, word("suspended"), 1);
    assert_eq!(stored(shop, own).await?, changed);
    assert_eq!(stored(shop, same).await?.5, 0, "what is so already is not touched");
    assert_eq!(scene.stock(own).await?, (7, 0), "stock of what there is stays");
    let new: Vec<New> = sqlx::query_as(
        "select title, seller_id, list_price, sale_price, status, earn_percent, on_hand, low_at
         from product join stock using (product_id) where product_id > $1 order by product_id",
    )
    .bind(same)
    .fetch_all(&shop.db)
    .await?;
    let expected = [
        (word("새 책"), seller, 15_000, 15_000, word("draft"), Some(7), 20, 5),
        (word("헌 책"), seller, 9_000, 8_000, word("on_sale"), None, 0, 5),
    ];
    assert_eq!(new, expected);
    let low_at = number(shop, &format!("select low_at::bigint from stock where product_id = {own}")).await;
    assert_eq!(low_at, 3);
    assert_books_add_up(shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn each_change_is_in_the_trail_with_what_stood_there_before(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    let own = book(shop, "옛 제목", 1).await?;
    let (keeper, seller) = seller_of(shop, own).await?;
    let file =
        format!("id,isbn,title,author,category,list_price,low_at\n{own},,새 제목,,,,2\n,{},책,저,novel,1,\n", isbn(2));
    let sent = send(shop, &keeper, file).await?;
    apply(shop, &keeper, &sent).await?;
    let told: Vec<(String, i64, i64, serde_json::Value, serde_json::Value)> = sqlx::query_as(
        "select actor || ' ' || act || ' ' || subject, by_member, seller_id, before, after from trail order by trail_id",
    )
    .fetch_all(&shop.db)
    .await?;
    let (subject, by, of, before, after) = told.first().expect("a change");
    assert_eq!((subject.as_str(), *by, *of), (format!("seller product_imported {own}").as_str(), keeper.id(), seller));
    assert_eq!(before, &serde_json::json!({ "title": "옛 제목", "low_at": 5 }));
    assert_eq!(after, &serde_json::json!({ "title": "새 제목", "low_at": 2 }));
    assert_eq!(told.len(), 2);
    let new = told.last().map(|(.., before, after)| (before.clone(), after["title"].clone(), after["status"].clone()));
    assert_eq!(new, Some((serde_json::json!({}), "책".into(), "draft".into())));
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn with_one_wrong_row_nothing_is_applied_and_every_flaw_is_told(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    let own = book(shop, "책", 1).await?;
    let file = format!(
        "id,isbn,title,sale_price,category,status\n\
         {own},,새 제목,,,\n\
         ,{},,,소설,\n\
         ,1234,제목,만원,없는 분야,sold\n\
         {own}0,,제목,,,\n\
         ,,\"여러\n줄\",,,\n",
        isbn(9)
    );
    let sent = send(shop, &scene.operator, file).await?;
    assert_eq!((sent.state, counts(&sent)), (ImportState::Checked, (0, 1, 0, 4)));
    let cell = RowFlaw::Cell;
    let expected = [
        (3, Column::Seller, cell(Flaw::Required)),
        (3, Column::Title, cell(Flaw::Required)),
        (3, Column::Author, cell(Flaw::Required)),
        (3, Column::ListPrice, cell(Flaw::Required)),
        (4, Column::Isbn, RowFlaw::Isbn),
        (4, Column::Category, cell(Flaw::Unknown)),
        (4, Column::SalePrice, cell(Flaw::NotANumber)),
        (4, Column::Status, cell(Flaw::Choice)),
        (5, Column::Id, cell(Flaw::Unknown)),
        (6, Column::Isbn, cell(Flaw::Required)),
        (6, Column::Title, cell(Flaw::Characters)),
    ];
    assert_eq!(flaws(shop, &scene.operator, &sent).await?, expected);
    assert_eq!(refused(import::apply(shop, &scene.operator, sent.id).await), Some(Failure::StatusChanged));
    work(shop).await?;
    assert_eq!(stored(shop, own).await?.0, "책");
    // Page by page, each row once.
    let first = import::wrong_rows(shop, &scene.operator, sent.id, None, 3).await?;
    let rest = import::wrong_rows(shop, &scene.operator, sent.id, first.next.as_ref(), 3).await?;
    let lines: Vec<i32> = first.rows.iter().chain(&rest.rows).map(|row| row.line).collect();
    assert_eq!((lines, rest.next), (vec![3, 4, 5, 6], None));
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn another_sellers_product_is_not_there(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    let (own, others) = (book(shop, "내 책", 1).await?, book(shop, "남의 책", 2).await?);
    let (keeper, _) = seller_of(shop, own).await?;
    let file = format!("id,isbn,title\n{others},,가로챔\n,{},가로챔\n{own},{},바꿈\n", isbn(2), isbn(2));
    let sent = send(shop, &keeper, &file).await?;
    let expected = [
        (2, Column::Id, RowFlaw::Cell(Flaw::Unknown)),
        (3, Column::Isbn, RowFlaw::IsbnTaken),
        (4, Column::Isbn, RowFlaw::IsbnTaken),
        (4, Column::Isbn, RowFlaw::Twice { line: 3 }),
    ];
    assert_eq!(flaws(shop, &keeper, &sent).await?, expected);
    // The staff may change both.
    let sent = send(shop, &scene.operator, format!("id,title\n{own},하나\n{others},둘\n")).await?;
    assert_eq!(apply(shop, &scene.operator, &sent).await?.state, ImportState::Applied);
    assert_eq!((stored(shop, own).await?.0, stored(shop, others).await?.0), ("하나".to_owned(), "둘".to_owned()));
    // And nobody's file is there for another seller.
    let theirs = sent.id;
    assert_eq!(refused(import::get(shop, &keeper, theirs).await), Some(Failure::NotFound));
    assert_eq!(refused(import::wrong_rows(shop, &keeper, theirs, None, PAGE).await), Some(Failure::NotFound));
    assert_eq!(refused(import::apply(shop, &keeper, theirs).await), Some(Failure::NotFound));
    assert_eq!(refused(import::check_again(shop, &keeper, theirs).await), Some(Failure::NotFound));
    let listed = import::list(shop, &keeper, None, 1).await?;
    assert_eq!((listed.rows.len(), listed.next), (1, None), "their own alone");
    assert_eq!(import::list(shop, &scene.operator, None, PAGE).await?.rows.len(), 2);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn the_same_product_twice_is_told_with_its_first_line(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    let own = book(shop, "책", 1).await?;
    let (keeper, _) = seller_of(shop, own).await?;
    let new = format!("새 책,저자,novel,1000,,{}", isbn(5));
    let file = format!(
        "title,author,category,list_price,id,isbn\n하나,,,,{own},\n둘,,,,,{}\n{new}\n{new}\n셋,,,,{own},\n",
        isbn(1)
    );
    let sent = send(shop, &keeper, file).await?;
    let expected = [
        (3, Column::Isbn, RowFlaw::Twice { line: 2 }),
        (5, Column::Isbn, RowFlaw::Twice { line: 4 }),
        (6, Column::Id, RowFlaw::Twice { line: 2 }),
    ];
    assert_eq!(flaws(shop, &keeper, &sent).await?, expected);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_was_sold_does_not_become_a_draft_again(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 50_000).await?;
    let shop = &scene.shop;
    let (sold, unsold) = (book(shop, "팔린 책", 1).await?, book(shop, "새 책", 2).await?);
    scene.buy(&[(sold, 1)]).await?;
    let sent = send(shop, &scene.operator, format!("id,status\n{sold},draft\n{unsold},초안\n")).await?;
    assert_eq!(flaws(shop, &scene.operator, &sent).await?, [(2, Column::Status, RowFlaw::SoldBefore)]);
    assert_eq!(counts(&sent), (0, 1, 0, 1));
    Ok(())
}

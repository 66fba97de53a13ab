//! What goes out can come in again.

use contract::{
    product::ProductStatus,
    sheet::harmless,
    table::{Cursor, Rows},
};
use domain::{
    Result, Shop,
    import::export::{Exported, Filter, rows},
    member::Operator,
};
use sqlx::PgPool;

use super::{book, counts, isbn, send};
use crate::scene::{Scene, seller_of};

/// All that goes out, a few rows at a time.
async fn all(shop: &Shop, by: &Operator, filter: &Filter) -> Result<Vec<Exported>> {
    let (mut out, mut after) = (Vec::new(), None::<Cursor>);
    loop {
        let Rows { rows, next } = rows(shop, by, filter, after.as_ref(), 2).await?;
        out.extend(rows);
        if next.is_none() {
            return Ok(out);
        }
        after = next;
    }
}

/// As the shop writes it into a file.
fn cell(text: &str) -> String {
    format!("\"{}\"", harmless(text).replace('"', "\"\""))
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_goes_out_comes_in_unchanged(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    let titles = ["=SUM(A1:A9)", "+82 책", "-", "@마당", "'따옴표", "'=1+2", "쉼표, \"따옴표\"", " 빈칸 ", "어린 왕자"];
    for (at, title) in (1..).zip(titles) {
        let id = book(shop, title, at).await?;
        sqlx::query(
            "update product set description = $2, published_year = -300, original_title = $3, sale_price = 9000,
                 earn_percent = nullif($4, 3), status = case when $4 = 4 then 'suspended' else status end
             where product_id = $1",
        )
        .bind(id)
        .bind(format!("첫 줄\r\n\r\n=둘째 줄{title}\n끝"))
        .bind(title)
        .bind(i32::try_from(at).expect("a number"))
        .execute(&shop.db)
        .await?;
    }
    let out = all(shop, &scene.operator, &Filter::default()).await?;
    assert_eq!(out.len(), titles.len());
    let mut file = "\u{FEFF}id,seller,isbn,title,original_title,author,published_year,category,list_price,sale_price,\
                    status,earn_percent,low_at,on_hand,description\r\n"
        .to_owned();
    for row in out {
        let earn = row.earn_percent.map(|percent| percent.to_string()).unwrap_or_default();
        let cells = [
            row.id.to_string(),
            row.seller.to_string(),
            row.isbn,
            row.title,
            row.original_title,
            row.author,
            row.published_year.to_string(),
            row.category,
            row.list_price.to_string(),
            row.sale_price.to_string(),
            row.status,
            earn,
            row.low_at.to_string(),
            row.on_hand.to_string(),
            row.description,
        ];
        file.push_str(&format!("{}\r\n", cells.map(|text| cell(&text)).join(",")));
    }
    let sent = send(shop, &scene.operator, file).await?;
    assert_eq!(counts(&sent), (0, 0, i32::try_from(titles.len()).expect("a number"), 0));
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_goes_out_is_what_the_filters_show(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    let prince = book(shop, "어린 왕자", 1).await?;
    let beggar = book(shop, "왕자와 거지", 2).await?;
    let summer = book(shop, "여름", 3).await?;
    sqlx::query("update product set status = 'suspended' where product_id = $1").bind(beggar).execute(&shop.db).await?;
    sqlx::query("update stock set low_at = 7 where product_id = $1").bind(summer).execute(&shop.db).await?;
    let (keeper, seller) = seller_of(shop, summer).await?;
    let category: i64 = sqlx::query_scalar("select category_id from category").fetch_one(&shop.db).await?;
    let by = &scene.operator;
    let of = |filter: Filter| async move {
        Ok::<_, domain::Error>(all(shop, by, &filter).await?.into_iter().map(|row| row.id).collect::<Vec<_>>())
    };
    let search = |word: &str| Filter { search: word.to_owned(), ..Filter::default() };
    assert_eq!(of(Filter::default()).await?, [prince, beggar, summer]);
    assert_eq!(of(search("왕자")).await?, [prince, beggar]);
    assert_eq!(of(search(&isbn(3))).await?, [summer]);
    let suspended = Filter { status: Some(ProductStatus::Suspended), ..search("왕자") };
    assert_eq!(of(suspended).await?, [beggar]);
    assert_eq!(of(Filter { low: true, ..Filter::default() }).await?, [summer]);
    assert_eq!(of(Filter { seller: Some(seller), ..Filter::default() }).await?, [summer]);
    assert_eq!(of(Filter { category: Some(category), ..Filter::default() }).await?.len(), 3);
    assert!(of(Filter { category: Some(category + 1), ..Filter::default() }).await?.is_empty());
    let own: Vec<_> = all(shop, &keeper, &Filter::default()).await?.into_iter().map(|row| row.id).collect();
    assert_eq!(own, [summer], "a seller's own alone");
    Ok(())
}

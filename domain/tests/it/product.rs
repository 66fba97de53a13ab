//! Finding products.

use contract::{
    Failure,
    form::{Flaw, Flaws},
    listing::{PAGE_SIZE, Sort},
    product::ProductCard,
    table::Cursor,
};
use domain::{
    Result, Shop,
    product::{self, Wanted},
};
use sqlx::PgPool;

use crate::{
    fixture::{number, product as add, shop},
    scene::refused,
};

async fn titles(shop: &domain::Shop, typed: &str) -> Result<Vec<String>> {
    Ok(product::search(shop, typed, Sort::Title, 1).await?.cards.into_iter().map(|card| card.title).collect())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_search_finds_two_syllables_other_spacing_and_isbns(db: PgPool) -> Result<()> {
    let shop = shop(db);
    let prince = add(&shop, "어린 왕자", 10_000, 1).await;
    add(&shop, "왕자와 거지", 10_000, 1).await;
    add(&shop, "100% 소년 Crime and Punishment", 10_000, 1).await;
    sqlx::query("update product set isbn = '979-7-0000-0001-2', author = '생텍쥐페리' where product_id = $1")
        .bind(prince)
        .execute(&shop.db)
        .await?;
    assert_eq!(titles(&shop, "왕자").await?, ["어린 왕자", "왕자와 거지"]);
    assert_eq!(titles(&shop, "어린왕자").await?, ["어린 왕자"]);
    assert_eq!(titles(&shop, "생텍 왕자").await?, ["어린 왕자"]);
    assert_eq!(titles(&shop, "979-7-0000-0001-2").await?, ["어린 왕자"]);
    assert_eq!(titles(&shop, "9797000000012").await?, ["어린 왕자"]);
    assert_eq!(titles(&shop, "CRIME").await?, ["100% 소년 Crime and Punishment"]);
    assert_eq!(titles(&shop, "왕").await?, ["어린 왕자", "왕자와 거지"]);
    assert_eq!(titles(&shop, "100%").await?, ["100% 소년 Crime and Punishment"]);
    for nothing in ["%%", "__", "\\", "'; drop table product", "🙂", "   ", "- -"] {
        assert!(titles(&shop, nothing).await?.is_empty(), "{nothing}");
    }
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn pages_of_a_category_hold_every_product_once_in_order(db: PgPool) -> Result<()> {
    let shop = shop(db);
    for number in 0..PAGE_SIZE + 6 {
        add(&shop, &format!("책 {number:02}"), 1_000 * ((number * 7) % 13), 1).await;
    }
    sqlx::query("update product set status = 'archived' where title = '책 00'").execute(&shop.db).await?;
    let category = sqlx::query_scalar("select category_id from category").fetch_one(&shop.db).await?;
    for sort in Sort::ALL {
        let mut all = Vec::new();
        for page in 1..=2 {
            let listed = product::in_category(&shop, category, sort, page).await?;
            assert_eq!((listed.count, listed.pages), (PAGE_SIZE + 5, 2));
            all.extend(listed.cards);
        }
        assert_eq!(i64::try_from(all.len()).unwrap_or_default(), PAGE_SIZE + 5);
        let sorted = match sort {
            Sort::Recent => all.is_sorted_by_key(|card| -card.id),
            Sort::PriceLow => all.is_sorted_by_key(|card| card.sale_price),
            Sort::PriceHigh => all.is_sorted_by_key(|card| -card.sale_price),
            Sort::Title => all.is_sorted_by_key(|card| card.title.clone()),
        };
        assert!(sorted, "{sort:?}");
    }
    Ok(())
}

/// All that is found, in parts of four, each of which tells the same number.
async fn walk(shop: &Shop, wanted: &Wanted, sort: Sort) -> Result<Vec<ProductCard>> {
    let (mut all, mut after, mut counts) = (Vec::new(), None, Vec::new());
    loop {
        let found = product::find(shop, wanted, sort, after.as_ref(), 4).await?;
        assert!(found.cards.rows.len() <= 4);
        all.extend(found.cards.rows);
        counts.push(found.count);
        after = found.cards.next;
        if after.is_none() {
            assert!(counts.iter().all(|count| usize::try_from(*count) == Ok(all.len())), "{counts:?}");
            return Ok(all);
        }
    }
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_is_found_by_cursor_comes_once_and_in_order(db: PgPool) -> Result<()> {
    let shop = shop(db);
    for number in 0..17 {
        add(&shop, &format!("{} 꿈", ["책", "글", "밤"][number % 3]), [1_000, 3_000][number % 2], 1).await;
    }
    let elsewhere = add(&shop, "책 꿈", 1_000, 1).await;
    // Several came in the same moment, and some are not sold.
    sqlx::query("update product set created_at = timestamptz '2026-01-01 00:00:00.123456Z' - interval '1 day' * (product_id % 4)")
        .execute(&shop.db)
        .await?;
    sqlx::query("update product set status = 'archived' where product_id % 9 = 3").execute(&shop.db).await?;
    sqlx::query(
        "with other as (
             insert into category (slug, name_ko, name_en, position) values ('poem', '시', 'Poems', 2) returning category_id
         )
         update product set category_id = (select category_id from other) where product_id = $1",
    )
    .bind(elsewhere)
    .execute(&shop.db)
    .await?;
    let category = number(&shop, "select category_id from category where slug = 'novel'").await;
    let all = Wanted::default();
    let of_category = Wanted { category: Some(category), ..Wanted::default() };
    let dreams = Wanted { typed: "책 꿈".to_owned(), ..Wanted::default() };
    let both = Wanted { typed: "꿈".to_owned(), category: Some(category) };
    for (wanted, sql) in [
        (all, "true"),
        (of_category, "c.slug = 'novel'"),
        (dreams, "p.title like '책%'"),
        (both, "p.title like '%꿈' and c.slug = 'novel'"),
    ] {
        for (sort, order) in [
            (Sort::Recent, "p.created_at desc, p.product_id desc"),
            (Sort::PriceLow, "p.sale_price, p.product_id"),
            (Sort::PriceHigh, "p.sale_price desc, p.product_id desc"),
            (Sort::Title, "p.title, p.product_id"),
        ] {
            let truth: Vec<i64> = sqlx::query_scalar(&format!(
                "select product_id from product p join category c using (category_id)
                 where p.status = 'on_sale' and {sql} order by {order}"
            ))
            .fetch_all(&shop.db)
            .await?;
            let found: Vec<i64> = walk(&shop, &wanted, sort).await?.into_iter().map(|card| card.id).collect();
            assert!(!found.is_empty());
            assert_eq!(found, truth, "{wanted:?} {sort:?}");
        }
    }
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_cursor_that_is_none_is_refused_and_nothing_finds_nothing(db: PgPool) -> Result<()> {
    let shop = shop(db);
    add(&shop, "책", 1_000, 1).await;
    let cursor = |id: &str, value: &str| Cursor { id: id.to_owned(), value: value.to_owned() };
    for (sort, after) in [
        (Sort::Recent, cursor("1", "yesterday")),
        (Sort::Recent, cursor("1", "-62135596800000001")),
        (Sort::Recent, cursor("1", "9223372036854775807")),
        (Sort::PriceLow, cursor("1", "")),
        (Sort::PriceHigh, cursor("one", "1000")),
        (Sort::Title, cursor("9223372036854775808", "책")),
    ] {
        let found = product::find(&shop, &Wanted::default(), sort, Some(&after), 4).await;
        let expected = Failure::Invalid(Flaws::one("cursor", Flaw::Format));
        assert_eq!(refused(found), Some(expected), "{sort:?} {after:?}");
    }
    for (typed, count) in [("", 1), ("  ", 1), ("- -", 0), ("%", 0), ("없는 낱말", 0)] {
        let wanted = Wanted { typed: typed.to_owned(), ..Wanted::default() };
        assert_eq!(product::find(&shop, &wanted, Sort::Recent, None, 4).await?.count, count, "{typed:?}");
    }
    Ok(())
}

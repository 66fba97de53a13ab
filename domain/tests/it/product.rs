//! Finding products.

use contract::listing::{PAGE_SIZE, Sort};
use domain::{Result, product};
use sqlx::PgPool;

use crate::fixture::{product as add, shop};

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

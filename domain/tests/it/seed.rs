//! Filling a shop.

use domain::{
    Result, member,
    seed::{self, ACCOUNTS, CATEGORIES, Work},
};
use sqlx::PgPool;

use crate::fixture::{assert_books_add_up, number, shop};

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn the_demo_shop_is_filled_once_and_its_accounts_sign_in(db: PgPool) -> Result<()> {
    let shop = shop(db);
    let works: Vec<Work<'_>> = CATEGORIES
        .iter()
        .map(|(category, name, _)| Work {
            title: name,
            original_title: "",
            author: "저자",
            year: -400,
            category,
            description: ".",
        })
        .collect();
    assert!(seed::is_empty(&shop.db).await?);
    assert!(seed::demo(&shop.db, &works).await?);
    assert!(!seed::demo(&shop.db, &works).await?);
    assert_eq!(number(&shop, "select count(*) from stock").await, 12);
    for account in ACCOUNTS {
        let shopper = member::sign_in(&shop, account.email, account.password).await?;
        assert_eq!(shopper.role(), account.role);
    }
    assert_books_add_up(&shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn generated_rows_come_on_top_of_each_other(db: PgPool) -> Result<()> {
    let shop = shop(db);
    seed::products(&shop.db, 2_500, |_| {}).await?;
    seed::products(&shop.db, 500, |_| {}).await?;
    seed::members(&shop.db, 2_500, |_| {}).await?;
    seed::members(&shop.db, 500, |_| {}).await?;
    assert_eq!(number(&shop, "select count(*) from product join stock using (product_id)").await, 3_000);
    assert_eq!(number(&shop, "select count(distinct isbn) from product").await, 3_000);
    assert_eq!(number(&shop, "select count(*) from points_wallet join address using (member_id)").await, 3_000);
    assert_books_add_up(&shop).await;
    Ok(())
}

//! What became of a cart's lines since they were put in.

use server::postgres;

use crate::{
    process::{Served, browser, get, post},
    support::{Outcome, folder, run},
};

#[tokio::test]
async fn a_line_whose_price_or_stock_changed_is_flagged_in_cart_and_checkout() -> Outcome {
    let dir = folder(0o755)?;
    let database = postgres::open(dir.path()).await?;
    let shop = Served::with(dir.path(), &[("DATABASE_URL", &database.url())])?;
    let browser = browser()?;
    let account = [("email", "shopper@madang.example"), ("password", "shopper-madang")];
    post(&browser, shop.url("/fn/member/sign-in"), &account).await?;
    run(&database, "update stock set on_hand = 50; update product set list_price = 9000, sale_price = 9000").await?;
    for product in ["2", "3"] {
        post(&browser, shop.url("/fn/cart/add"), &[("product", product), ("quantity", "2")]).await?;
    }
    for page in ["/cart", "/checkout"] {
        let (_, page) = get(&browser, shop.url(page)).await?;
        assert!(!page.contains("담은 뒤 가격이 바뀌었습니다: 9,000원 → 9,500원") && !page.contains("class=\"flag"));
    }
    run(&database, "update product set list_price = 9500, sale_price = 9500 where product_id = 2").await?;
    run(&database, "update stock set on_hand = 1 where product_id = 3").await?;
    for page in ["/cart", "/checkout"] {
        let (_, page) = get(&browser, shop.url(page)).await?;
        assert!(page.contains("담은 뒤 가격이 바뀌었습니다: 9,000원 → 9,500원"));
        assert!(page.contains("살 수 있는 수량이 1권입니다."));
        assert!(!page.contains("결제하기</button>"), "what cannot be had cannot be paid");
    }
    run(&database, "update product set status = 'archived' where product_id = 3").await?;
    assert!(get(&browser, shop.url("/cart")).await?.1.contains("살 수 있는 수량이 0권입니다."));
    shop.stop()?;
    Ok(database.close().await?)
}

//! What is told, to whom, and how often.

use contract::{
    claim::{ClaimKind, ClaimStatus, Fault},
    subscription::Topic,
};
use domain::{
    Result, Shop,
    inventory::{self, Change},
    member::{Operator, block},
    order::{cancel, cancel_unpaid},
    subscription::{create, delivery, pause, resume},
};
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use super::{Listening, form, log, read};
use crate::{
    fixture::{number, product},
    scene::{beside, seller_of},
};

/// What an endpoint was told, the first message first.
async fn told(shop: &Shop, by: &Operator, id: contract::subscription::SubscriptionId) -> Result<Vec<Value>> {
    let mut told = Vec::new();
    for row in log(shop, by, id).await?.iter().rev() {
        told.push(serde_json::from_str(&delivery(shop, by, row.id).await?.body)?);
    }
    Ok(told)
}

fn types(told: &[Value]) -> Vec<&str> {
    told.iter().filter_map(|body| body["type"].as_str()).collect()
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn each_seller_hears_of_their_own_lines_alone_and_nothing_of_the_shopper(db: PgPool) -> Result<()> {
    let own = Listening::new(db).await?;
    let shop = own.shop();
    let second = beside(shop, own.book, 7_000, 50).await;
    let foreign = product(shop, "홍길동전", 10_000, 50).await;
    let (other, _) = seller_of(shop, foreign).await?;
    let theirs = create(shop, &other, Uuid::now_v7(), &form(&["order.paid"])).await?;
    let order = own.scene.buy(&[(own.book, 2), (second, 1), (foreign, 3)]).await?;
    read(shop).await?;
    let heard = told(shop, &own.by, own.id).await?;
    let parts = own.scene.detail(order).await?.deliveries;
    let part = |seller: i64| parts.iter().find(|part| part.seller == seller).map(|part| part.id);
    let expected = json!({
        "orderId": order, "deliveryId": part(own.seller), "lines": [
            { "productId": own.book, "title": "심청전", "quantity": 2, "unitPrice": 20_000 },
            { "productId": second, "title": "같은 서점의 책", "quantity": 1, "unitPrice": 7_000 },
        ],
    });
    assert_eq!((types(&heard), &heard[0]["data"]), (vec!["order.paid"], &expected));
    let heard = told(shop, &other, theirs).await?;
    let products: Vec<_> =
        heard[0]["data"]["lines"].as_array().expect("lines").iter().map(|line| &line["productId"]).collect();
    assert_eq!(products, [&json!(foreign)]);
    let bodies: Vec<String> = sqlx::query_scalar("select body from subscription_delivery").fetch_all(&shop.db).await?;
    for private in ["김독자", "01012345678", "세종대로", "04524", &own.scene.reader.id().to_string()] {
        let quoted = format!("\"{private}\"");
        assert!(
            !bodies.iter().any(|body| body.contains(&quoted) || (private.len() > 4 && body.contains(private))),
            "{private}"
        );
    }
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_happened_before_is_not_told_nor_what_happens_during_a_pause(db: PgPool) -> Result<()> {
    let own = Listening::new(db).await?;
    let shop = own.shop();
    own.scene.buy(&[(own.book, 1)]).await?;
    // Made while the reader is behind.
    let late = create(shop, &own.by, Uuid::now_v7(), &form(&["order.paid"])).await?;
    read(shop).await?;
    assert_eq!((own.log().await?.len(), log(shop, &own.by, late).await?.len()), (1, 0));
    pause(shop, &own.by, late).await?;
    own.scene.buy(&[(own.book, 1)]).await?;
    resume(shop, &own.by, late).await?;
    read(shop).await?;
    assert_eq!(log(shop, &own.by, late).await?.len(), 0, "though the reader came to it after the pause");
    own.scene.buy(&[(own.book, 1)]).await?;
    read(shop).await?;
    assert_eq!((own.log().await?.len(), log(shop, &own.by, late).await?.len()), (3, 1));
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_fact_is_told_once_and_keeps_its_id_however_often_the_log_is_read(db: PgPool) -> Result<()> {
    let own = Listening::new(db).await?;
    let shop = own.shop();
    let first = own.sell().await?;
    let from_the_beginning = "update event_reader set xid = '0', event_id = 0 where name = 'subscription'";
    sqlx::query(from_the_beginning).execute(&shop.db).await?;
    let (one, other) = tokio::join!(read(shop), read(shop));
    one?;
    other?;
    assert_eq!(own.log().await?.len(), 1);
    // The database lost what the reader had stored, after the message was sent.
    sqlx::query("delete from subscription_delivery").execute(&shop.db).await?;
    sqlx::query(from_the_beginning).execute(&shop.db).await?;
    read(shop).await?;
    assert_eq!(own.log().await?.first().map(|row| row.id), Some(first));
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn an_order_is_told_from_its_payment_to_its_return(db: PgPool) -> Result<()> {
    let own = Listening::new(db).await?;
    let (shop, scene) = (own.shop(), &own.scene);
    let unpaid = scene.hold(&[(own.book, 1)], 0).await?;
    cancel_unpaid(shop, &scene.reader, unpaid, Uuid::now_v7()).await?;
    let order = scene.buy(&[(own.book, 4)]).await?;
    cancel(shop, &scene.reader, order, Uuid::now_v7(), Some(&[(own.book, 1)]), None).await?;
    scene.deliver(order).await?;
    let claim = scene.claim(order, ClaimKind::Return, Fault::Buyer, &[(own.book, 3)]).await?;
    scene.through(order, claim, ClaimStatus::Completed).await?;
    read(shop).await?;
    let heard = told(shop, &own.by, own.id).await?;
    assert_eq!(types(&heard), ["order.paid", "order.canceled", "parcel.shipped", "parcel.delivered", "order.returned"]);
    let copies: Vec<_> = heard.iter().map(|body| body["data"]["lines"][0]["quantity"].clone()).collect();
    assert_eq!(copies, [4, 1, 3, 3, 3]);
    let kept: Vec<_> = heard.iter().map(|body| body["data"]["nothingKept"].clone()).collect();
    assert_eq!(kept, [json!(null), json!(false), json!(null), json!(null), json!(true)]);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn stock_is_told_when_it_is_low_gone_and_back_and_only_where_somebody_asked_for_it(db: PgPool) -> Result<()> {
    let own = Listening::new(db).await?;
    let (shop, by) = (own.shop(), &own.by);
    let quiet = create(shop, by, Uuid::now_v7(), &form(&["stock.restocked"])).await?;
    let foreign = product(shop, "홍길동전", 10_000, 50).await;
    inventory::set_low_at(shop, &own.scene.operator, foreign, "5").await?;
    inventory::set_low_at(shop, by, own.book, "5").await?;
    for (product, delta) in [(own.book, "-46"), (own.book, "-4"), (own.book, "30"), (foreign, "-46")] {
        let by = &own.scene.operator;
        inventory::change(shop, by, Uuid::now_v7(), product, Change::By(delta), "실사").await?;
    }
    read(shop).await?;
    let heard = told(shop, by, own.id).await?;
    assert_eq!(types(&heard), ["stock.low", "stock.depleted", "stock.restocked"]);
    let low = json!({ "productId": own.book, "title": "심청전", "available": 4, "lowAt": 5 });
    assert_eq!(heard[0]["data"], low);
    assert_eq!(types(&told(shop, by, quiet).await?), ["stock.restocked"]);
    let topics = log(shop, by, quiet).await?.into_iter().map(|row| row.topic).collect::<Vec<_>>();
    assert_eq!(topics, [Topic::StockRestocked]);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_seller_who_was_blocked_is_told_nothing(db: PgPool) -> Result<()> {
    let own = Listening::new(db).await?;
    let shop = own.shop();
    own.sell().await?;
    block(shop, &own.scene.staff, &[own.by.id()], "사칭").await?;
    assert_eq!(super::sending::due(shop).await?.len(), 0, "nor is what waits sent");
    own.scene.buy(&[(own.book, 1)]).await?;
    read(shop).await?;
    assert_eq!(number(shop, "select count(*) from subscription_delivery").await, 1);
    Ok(())
}

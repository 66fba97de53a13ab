//! The queue of orders, as the staff and each seller see it.

use std::collections::BTreeMap;

use contract::{
    order::{FulfillmentStatus as To, OrderId, OrderSort, Stage, order_number},
    table::Cursor,
};
use domain::{
    Result, delivery,
    event::drain,
    member::Operator,
    order::{Filter, cancel, confirm, counts, detail_by, expire, queue},
    reader::order_search::OrderSearch,
};
use sqlx::PgPool;
use time::Duration;
use uuid::Uuid;

use crate::{
    fixture::{assert_books_add_up, product},
    scene::{Scene, beside, seller_of},
};

impl Scene {
    async fn listed(&self, by: &Operator, filter: Filter) -> Result<Vec<OrderId>> {
        Ok(queue(&self.shop, by, &filter, None, 50).await?.rows.into_iter().map(|row| row.id).collect())
    }

    async fn found(&self, by: &Operator, typed: &str) -> Result<Vec<OrderId>> {
        self.listed(by, Filter { search: typed.to_owned(), ..Filter::default() }).await
    }

    async fn at(&self, by: &Operator, stage: Stage) -> Result<Vec<OrderId>> {
        self.listed(by, Filter { stage: Some(stage), ..Filter::default() }).await
    }
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn an_order_stands_under_the_tab_of_its_least_advanced_part(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 500_000).await?;
    let shop = &scene.shop;
    let (one, other) = (product(shop, "하나", 20_000, 50).await, product(shop, "둘", 20_000, 50).await);
    let ((packer, _), (sender, second)) = (seller_of(shop, one).await?, seller_of(shop, other).await?);
    let staff = &scene.operator;
    let order = scene.buy(&[(one, 1), (other, 1)]).await?;
    let held = scene.hold(&[(one, 1)], 1_000).await?;
    assert_eq!((scene.at(staff, Stage::New).await?, scene.at(staff, Stage::Unpaid).await?), (vec![order], vec![held]));
    assert_eq!(
        (scene.at(&packer, Stage::New).await?, scene.at(&packer, Stage::Unpaid).await?),
        (vec![order], vec![held])
    );
    assert!(scene.at(&sender, Stage::Unpaid).await?.is_empty());

    delivery::advance(shop, &sender, order, second, To::Shipped).await?;
    assert_eq!(scene.at(staff, Stage::New).await?, [order], "the other part is not accepted");
    assert_eq!(
        (scene.at(&packer, Stage::New).await?, scene.at(&sender, Stage::Shipped).await?),
        (vec![order], vec![order])
    );
    // What is canceled holds nothing back.
    cancel(shop, &scene.reader, order, Uuid::now_v7(), Some(&[(one, 1)]), None).await?;
    assert_eq!(
        (scene.at(staff, Stage::Shipped).await?, scene.at(&packer, Stage::Canceled).await?),
        (vec![order], vec![order])
    );
    delivery::advance(shop, &sender, order, second, To::Delivered).await?;
    assert_eq!(scene.at(staff, Stage::Delivered).await?, [order]);
    confirm(shop, &scene.reader, order).await?;
    assert_eq!(
        (scene.at(staff, Stage::Confirmed).await?, scene.at(&sender, Stage::Confirmed).await?),
        (vec![order], vec![order])
    );
    expire(&shop.ahead(Duration::hours(1))).await?;
    assert_eq!((scene.at(staff, Stage::Canceled).await?, scene.at(staff, Stage::Unpaid).await?), (vec![held], vec![]));

    let counted = counts(shop, staff).await?;
    assert_eq!((counted.of(Stage::Confirmed), counted.of(Stage::Canceled), counted.of(Stage::New)), (1, 1, 0));
    assert_eq!((counted.all(), counts(shop, &sender).await?.all()), (2, 1));
    assert_books_add_up(shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_seller_sees_their_own_lines_and_sum_and_nothing_of_who_pays(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 500_000).await?;
    let shop = &scene.shop;
    let (one, other) = (product(shop, "하나", 4_000, 50).await, product(shop, "둘", 20_000, 50).await);
    let beside = beside(shop, one, 3_000, 50).await;
    let (packer, _) = seller_of(shop, one).await?;
    let (stranger, _) = seller_of(shop, product(shop, "셋", 1_000, 1).await).await?;
    scene.buy(&[(one, 2), (beside, 1), (other, 1)]).await?;
    let rows = queue(shop, &packer, &Filter::default(), None, 50).await?.rows;
    let row = &rows[0];
    let titles: Vec<&str> = row.lines.iter().map(|line| line.title.as_str()).collect();
    assert_eq!(titles, ["하나", "같은 서점의 책"]);
    assert_eq!((rows.len(), row.total, row.parts.len()), (1, 11_000 + 3_000, 1));
    assert_eq!((row.buyer.0.as_str(), row.buyer.1.as_str(), row.recipient.as_str()), ("", "", "김독자"));
    assert!(queue(shop, &stranger, &Filter::default(), None, 50).await?.rows.is_empty());
    let all = queue(shop, &scene.operator, &Filter::default(), None, 50).await?.rows;
    assert_eq!((all[0].total, all[0].lines.len(), all[0].parts.len()), (11_000 + 3_000 + 20_000, 3, 2));
    assert_eq!(all[0].buyer.0, "김독자");
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_is_canceled_is_neither_packed_nor_counted(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 500_000).await?;
    let shop = &scene.shop;
    let (one, other) = (product(shop, "하나", 4_000, 50).await, product(shop, "둘", 20_000, 50).await);
    let beside = beside(shop, one, 3_000, 50).await;
    let (packer, _) = seller_of(shop, one).await?;
    let order = scene.buy(&[(one, 2), (beside, 1), (other, 1)]).await?;
    let row = async |by: &Operator| -> Result<(Vec<String>, i32, i64)> {
        let row = queue(shop, by, &Filter::default(), None, 50).await?.rows.remove(0);
        Ok((row.goods().map(|line| line.title.clone()).collect(), row.copies(), row.undone()))
    };
    let refunded = async || -> Result<(i64, usize)> {
        let part = detail_by(shop, &packer, order).await?;
        Ok((part.refunded_total, part.refunds.len()))
    };
    assert_eq!(row(&packer).await?, (vec!["하나".to_owned(), "같은 서점의 책".to_owned()], 3, 0));

    cancel(shop, &scene.reader, order, Uuid::now_v7(), Some(&[(one, 1), (beside, 1), (other, 1)]), None).await?;
    assert_eq!(row(&packer).await?, (vec!["하나".to_owned()], 1, 4_000 + 3_000));
    assert_eq!(row(&scene.operator).await?, (vec!["하나".to_owned()], 1, 4_000 + 3_000 + 20_000));
    assert_eq!(refunded().await?, (4_000 + 3_000, 1), "nothing of the other seller's");

    // With the last copy goes the fee; what was bought stays readable.
    cancel(shop, &scene.reader, order, Uuid::now_v7(), Some(&[(one, 1)]), None).await?;
    assert_eq!(row(&packer).await?, (vec!["하나".to_owned(), "같은 서점의 책".to_owned()], 0, 11_000 + 3_000));
    assert_eq!(refunded().await?, (11_000 + 3_000, 2));
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn pages_hold_every_order_once_in_every_order(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 900_000).await?;
    let shop = &scene.shop;
    let book = product(shop, "책", 16_000, 500).await;
    let (packer, seller) = seller_of(shop, book).await?;
    let mut totals: BTreeMap<OrderId, i64> = BTreeMap::new();
    for copies in [1, 3, 2, 1, 2, 1, 4] {
        totals.insert(scene.buy(&[(book, copies)]).await?, 16_000 * i64::from(copies));
    }
    let accepted = *totals.keys().nth(2).expect("an order");
    delivery::advance(shop, &packer, accepted, seller, To::Preparing).await?;
    for by in [&scene.operator, &packer] {
        for sort in [OrderSort::Newest, OrderSort::Oldest, OrderSort::TotalHigh, OrderSort::TotalLow] {
            let filter = Filter { sort, ..Filter::default() };
            let (mut seen, mut after): (Vec<OrderId>, Option<Cursor>) = (Vec::new(), None);
            loop {
                let page = queue(shop, by, &filter, after.as_ref(), 2).await?;
                seen.extend(page.rows.iter().map(|row| row.id));
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            let mut expected: Vec<OrderId> = totals.keys().copied().collect();
            expected.sort_by_key(|id| match sort {
                OrderSort::Newest | OrderSort::Oldest => (0, *id),
                OrderSort::TotalHigh | OrderSort::TotalLow => (totals[id], *id),
            });
            if matches!(sort, OrderSort::Newest | OrderSort::TotalHigh) {
                expected.reverse();
            }
            assert_eq!(seen, expected, "{sort:?}");
        }
    }
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn an_order_is_found_by_what_people_know_of_it(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 500_000).await?;
    let shop = &scene.shop;
    let (one, other) = (product(shop, "하나", 20_000, 50).await, product(shop, "둘", 20_000, 50).await);
    let ((packer, seller), (stranger, _)) = (seller_of(shop, one).await?, seller_of(shop, other).await?);
    let order = scene.buy(&[(one, 1)]).await?;
    let foreign = scene.buy(&[(other, 1)]).await?;
    drain(shop, &[&OrderSearch]).await?;
    let waybill = contract::delivery::Waybill { carrier: "한빛택배".to_owned(), number: "678901234567".to_owned() };
    delivery::ship(shop, &packer, order, seller, Some(&waybill)).await?;

    let number = order_number(order, scene.detail(order).await?.summary.placed_at);
    let bare = number.replace('-', "").to_lowercase();
    let email: String = sqlx::query_scalar("select email from member where member_id = $1")
        .bind(scene.reader.id())
        .fetch_one(&shop.db)
        .await?;
    for typed in [number.as_str(), &bare, &order.to_string(), "6789-0123-4567"] {
        assert_eq!(scene.found(&scene.operator, typed).await?, [order], "{typed}");
        assert_eq!(scene.found(&packer, typed).await?, [order], "{typed}");
        assert!(scene.found(&stranger, typed).await?.is_empty(), "{typed}");
    }
    for typed in ["김독자", "세종대로 110", "01012345678", "010-1234-5678", "서울특별시 중구"] {
        assert_eq!(scene.found(&scene.operator, typed).await?, [foreign, order], "{typed}");
        assert_eq!(scene.found(&packer, typed).await?, [order], "{typed}");
    }
    // Who ordered is the staff's to know.
    assert_eq!(scene.found(&scene.operator, &email).await?, [foreign, order]);
    assert!(scene.found(&packer, &email).await?.is_empty());
    for typed in ["20261125-00000000", "없는 사람", "%", "_", "김"] {
        assert!(scene.found(&scene.operator, typed).await?.is_empty(), "{typed}");
    }
    let shipped = Filter { stage: Some(Stage::New), search: "김독자".to_owned(), ..Filter::default() };
    assert_eq!(scene.listed(&scene.operator, shipped).await?, [foreign]);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_was_promised_to_be_shipped_by_now_is_late(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 500_000).await?;
    let shop = &scene.shop;
    let book = product(shop, "책", 20_000, 50).await;
    let (_, seller) = seller_of(shop, book).await?;
    let (waits, sent) = (scene.buy(&[(book, 1)]).await?, scene.buy(&[(book, 1)]).await?);
    delivery::advance(shop, &scene.operator, sent, seller, To::Shipped).await?;
    let late = Filter { late: true, ..Filter::default() };
    assert!(scene.listed(&scene.operator, late.clone()).await?.is_empty());
    let later = shop.ahead(Duration::days(3));
    let rows = queue(&later, &scene.operator, &late, None, 50).await?.rows;
    assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [waits]);
    assert_eq!((counts(shop, &scene.operator).await?.late, counts(&later, &scene.operator).await?.late), (0, 1));
    let today = contract::when::kst_date(shop.now());
    let days = |from, to| Filter { from: Some(from), to: Some(to), ..Filter::default() };
    assert_eq!(scene.listed(&scene.operator, days(today, today)).await?, [sent, waits]);
    let yesterday = today - Duration::DAY;
    assert!(scene.listed(&scene.operator, days(yesterday, yesterday)).await?.is_empty());
    Ok(())
}

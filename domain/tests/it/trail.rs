//! The audit trail.

use contract::{
    order::{Actor, order_number},
    table::{Cursor, PAGE},
    trail::Act,
    when::kst_date,
};
use domain::{
    Result, Shop,
    inventory::{self, Change},
    member::{self, Operator},
    order, points,
    trail::{self, Entry, Filter},
};
use sqlx::PgPool;
use time::Duration;
use uuid::Uuid;

use crate::{
    fixture::product,
    scene::{Scene, seller_of},
};

async fn told(shop: &Shop, by: &Operator, filter: &Filter) -> Result<Vec<Entry>> {
    let page = trail::list(shop, by, filter, None, PAGE).await?;
    assert_eq!(page.next, None);
    Ok(page.rows)
}

fn acts(entries: &[Entry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.act.as_str()).collect()
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_seller_sees_what_was_done_to_theirs_alone_and_no_name_of_the_staff(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    let (own, other) = (product(shop, "내 책", 20_000, 3).await, product(shop, "남의 책", 20_000, 30).await);
    let (keeper, _) = seller_of(shop, own).await?;
    inventory::set_low_at(shop, &keeper, own, "2").await?;
    inventory::change(shop, &scene.operator, Uuid::now_v7(), own, Change::By("1"), "입고").await?;
    inventory::change(shop, &scene.operator, Uuid::now_v7(), other, Change::By("1"), "입고").await?;
    member::block(shop, &scene.staff, &[scene.reader.id()], "도용").await?;

    let theirs = told(shop, &keeper, &Filter::default()).await?;
    assert_eq!(acts(&theirs), ["stock_changed", "stock_low_set"]);
    let who: Vec<_> = theirs.iter().map(|one| (one.actor, one.by_name.as_str(), one.by_email.as_str())).collect();
    assert_eq!(who, [(Actor::Staff, "", ""), (Actor::Seller, "이서점", "")]);
    assert_eq!(theirs[0].before, serde_json::json!({ "on_hand": 3 }));
    assert_eq!(theirs[0].after, serde_json::json!({ "on_hand": 4, "reason": "입고" }));
    // Asking for somebody's name tells a seller nothing.
    let named = Filter { who: "박직원".to_owned(), ..Filter::default() };
    assert_eq!(told(shop, &keeper, &named).await?.len(), 2);

    let all = told(shop, &scene.operator, &Filter::default()).await?;
    assert_eq!(acts(&all), ["member_blocked", "stock_changed", "stock_changed", "stock_low_set"]);
    assert!(all.iter().all(|one| !one.by_name.is_empty() && !one.by_email.is_empty()));
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn the_trail_is_asked_by_act_person_subject_and_korean_day(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    let book = product(shop, "책", 20_000, 3).await;
    let (keeper, _) = seller_of(shop, book).await?;
    inventory::set_low_at(shop, &keeper, book, "2").await?;
    let later = shop.ahead(Duration::days(3));
    points::adjust(&later, &scene.staff, Uuid::now_v7(), scene.reader.id(), "500", "사과").await?;
    let ask = async |filter: Filter| -> Result<Vec<String>> {
        Ok(told(shop, &scene.operator, &filter).await?.into_iter().map(|one| one.act).collect())
    };
    let none = Vec::<String>::new();
    let of = |act| Filter { acts: vec![act], ..Filter::default() };
    assert_eq!(ask(of(Act::PointsAdjusted)).await?, ["points_adjusted"]);
    assert_eq!(ask(of(Act::MemberBlocked)).await?, none);
    let by = |who: &str| Filter { who: who.to_owned(), ..Filter::default() };
    assert_eq!(ask(by("이서점")).await?, ["stock_low_set"]);
    assert_eq!(ask(by("박직")).await?, ["points_adjusted"]);
    assert_eq!(ask(by("@example.com")).await?, ["points_adjusted", "stock_low_set"]);
    assert_eq!(ask(by("김독자")).await?, none, "who did nothing");
    let subject =
        Filter { subject: scene.reader.id().to_string(), acts: Act::TO_MEMBERS.to_vec(), ..Filter::default() };
    assert_eq!(ask(subject).await?, ["points_adjusted"]);
    let (today, then) = (kst_date(shop.now()), kst_date(later.now()));
    let days = |from, to| Filter { from, to, ..Filter::default() };
    assert_eq!(ask(days(Some(today), Some(today))).await?, ["stock_low_set"]);
    assert_eq!(ask(days(today.next_day(), None)).await?, ["points_adjusted"]);
    assert_eq!(ask(days(None, then.previous_day())).await?, ["stock_low_set"]);
    assert_eq!(ask(days(Some(today), Some(then))).await?.len(), 2);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_was_done_to_an_order_is_found_by_its_number_and_names_its_products(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 500_000).await?;
    let shop = &scene.shop;
    let book = product(shop, "심청전", 20_000, 10).await;
    let (keeper, _) = seller_of(shop, book).await?;
    let (bought, other) = (scene.buy(&[(book, 2)]).await?, scene.buy(&[(book, 1)]).await?);
    order::add_note(shop, &scene.staff, other, Uuid::now_v7(), "전화함").await?;
    order::cancel_by(shop, &scene.operator, bought, Uuid::now_v7(), Some(&[(book, 1)]), Some(20_000), "품절").await?;

    let number = order_number(bought, scene.detail(bought).await?.summary.placed_at);
    let of = |subject: &str| Filter { subject: subject.to_owned(), ..Filter::default() };
    let found = told(shop, &scene.operator, &of(&format!(" {} ", number.to_lowercase()))).await?;
    assert_eq!(acts(&found), ["order_canceled"]);
    assert_eq!(found[0].subject, bought.to_string());
    assert_eq!(found[0].named.orders.get(&bought), Some(&number));
    assert_eq!(found[0].named.titles.get(&book).map(String::as_str), Some("심청전"));
    assert!(told(shop, &scene.operator, &of("20200101-00000000")).await?.is_empty());
    assert!(told(shop, &keeper, &of(&number)).await?.is_empty(), "that is the staff's");
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn pages_follow_each_other_even_where_times_are_the_same(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    sqlx::query(
        "insert into trail (at, by_member, actor, act, subject)
         select timestamptz '2026-01-01' + make_interval(secs => n / 10), $1, 'staff', 'stock_changed', n::text
         from generate_series(1, 35) n",
    )
    .bind(scene.staff.id())
    .execute(&shop.db)
    .await?;
    let (mut seen, mut after): (Vec<i64>, Option<Cursor>) = (Vec::new(), None);
    loop {
        let page = trail::list(shop, &scene.operator, &Filter::default(), after.as_ref(), 4).await?;
        seen.extend(page.rows.iter().map(|entry| entry.subject.parse::<i64>().expect("a number")));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, (1..=35).rev().collect::<Vec<_>>());
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn points_that_staff_corrects_are_told_once(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 1_000).await?;
    let (shop, key) = (&scene.shop, Uuid::now_v7());
    for _ in 0..2 {
        points::adjust(shop, &scene.staff, key, scene.reader.id(), "-300", "잘못 줌").await?;
    }
    let told = told(shop, &scene.operator, &Filter::default()).await?;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].subject, scene.reader.id().to_string());
    assert_eq!(told[0].before, serde_json::json!({ "balance": 1_000 }));
    assert_eq!(told[0].after, serde_json::json!({ "balance": 700, "reason": "잘못 줌" }));
    Ok(())
}

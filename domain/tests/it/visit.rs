//! Who came and who signed up, by Korean days.

use contract::when::{kst_date, kst_midnight};
use domain::{
    Result, Shop,
    cart::{self, Owner},
    signup,
    visit::{VisitDay, days, flush, forget},
};
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use time::Duration;
use uuid::Uuid;

use crate::{
    concurrency::two_handles,
    fixture::{copies, member, number, product},
    scene::{Scene, seller_of},
};

/// Visitors and carts of the last day that had any.
fn numbers(days: &[VisitDay]) -> Option<(i64, i64)> {
    days.last().map(|day| (day.visitors, day.carts))
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_visitor_counts_once_a_day_over_all_instances(_: PgPoolOptions, options: PgConnectOptions) -> Result<()> {
    let shops = two_handles(options).await?;
    let by = &Scene::new(shops[0].db.clone(), 0).await?.operator;
    let now = shops[0].now();
    for shop in &shops {
        shop.visits().came(now, "1.2.3.4 Firefox", None, None);
        shop.visits().came(now, "1.2.3.5 Firefox", None, Some(7));
    }
    shops[1].visits().came(now, "1.2.3.6 Firefox", None, None);
    assert_eq!(days(&shops[0], by, 2).await?, [], "no request writes");
    let (one, other) = tokio::join!(flush(&shops[0]), flush(&shops[1]));
    assert_eq!((one?, other?), (2, 3));
    assert_eq!(numbers(&days(&shops[0], by, 2).await?), Some((3, 0)));
    // A restart forgets what was in memory, and counts nobody again.
    let restarted = Shop::new(shops[0].db.clone(), shops[0].policy);
    restarted.visits().came(now, "1.2.3.4 Firefox", None, None);
    flush(&restarted).await?;
    assert_eq!(numbers(&days(&restarted, by, 2).await?), Some((3, 0)));

    let next = kst_midnight(kst_date(now) + Duration::DAY);
    shops[0].visits().came(next, "1.2.3.4 Firefox", None, None);
    flush(&shops[0]).await?;
    let late = shops[0].ahead(next - now);
    assert_eq!(days(&late, by, 2).await?.iter().map(|day| day.visitors).collect::<Vec<_>>(), [3, 1]);
    assert_eq!(forget(&late).await?, 0, "another instance may still store some of it");
    assert_eq!(forget(&late.ahead(Duration::DAY)).await?, 3);
    assert_eq!(number(&late, "select count(*) from visit_key").await, 1);
    assert_eq!(days(&late, by, 2).await?.iter().map(|day| day.visitors).collect::<Vec<_>>(), [3, 1], "numbers stay");
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_could_not_be_stored_is_stored_the_next_time(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let (shop, by) = (&scene.shop, &scene.operator);
    shop.visits().came(shop.now(), "1.2.3.4", None, None);
    sqlx::query("alter table visit_day rename to away").execute(&shop.db).await?;
    assert!(flush(shop).await.is_err());
    sqlx::query("alter table away rename to visit_day").execute(&shop.db).await?;
    assert_eq!((flush(shop).await?, flush(shop).await?), (1, 0));
    assert_eq!(numbers(&days(shop, by, 1).await?), Some((1, 0)));
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn who_puts_something_into_a_cart_counts_once_for_the_shop_and_each_seller(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    let (one, other) = (product(shop, "하나", 9_000, 9).await, product(shop, "둘", 5_000, 9).await);
    let (first, stranger) = (seller_of(shop, one).await?.0, seller_of(shop, other).await?.0);
    let guest = Owner::Guest(Uuid::now_v7());
    for (owner, book) in [(guest, one), (guest, one), (Owner::Member(scene.reader.id()), one), (guest, other)] {
        cart::add(shop, owner, book, copies(1)).await?;
    }
    assert!(cart::add(shop, Owner::Guest(Uuid::now_v7()), other, copies(99)).await.is_err());
    flush(shop).await?;
    assert_eq!(numbers(&days(shop, &scene.operator, 1).await?), Some((0, 2)));
    assert_eq!(numbers(&days(shop, &first, 1).await?), Some((0, 2)));
    assert_eq!(numbers(&days(shop, &stranger, 1).await?), Some((0, 1)));
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn sign_ups_of_days_that_are_over_are_kept(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    // Whatever the scene is made of joined long ago.
    sqlx::query("update member set created_at = '2020-01-01'").execute(&shop.db).await?;
    let midnight = kst_midnight(kst_date(shop.now()));
    for (number, at) in [-Duration::SECOND, Duration::ZERO, Duration::SECOND, -Duration::DAY].into_iter().enumerate() {
        let joined = member(shop, &format!("reader{number}@example.com")).await?;
        let set = sqlx::query("update member set created_at = $2 where member_id = $1");
        set.bind(joined.id()).bind(midnight + at).execute(&shop.db).await?;
    }
    let counted = async |late: &Shop, days| -> Result<Vec<i64>> {
        Ok(signup::days(late, &scene.staff, days).await?.into_iter().map(|(_, members)| members).collect())
    };
    assert_eq!(counted(shop, 3).await?, [0, 2, 2]);
    assert_eq!(signup::keep(&shop.ahead(Duration::DAY)).await?, 60);
    let late = shop.ahead(Duration::DAY);
    assert_eq!(counted(&late, 4).await?, [0, 2, 2, 0]);
    // Not counted again.
    sqlx::query("update member set created_at = '2020-01-01'").execute(&shop.db).await?;
    assert_eq!((signup::keep(&late).await?, counted(&late, 4).await?), (0, vec![0, 2, 2, 0]));
    Ok(())
}

//! Coupons for chosen members.

use std::io::Cursor as Bytes;

use contract::{
    Failure,
    coupon::{CampaignForm, CampaignId},
    form::{Flaw, Flaws},
    sheet::SheetFlaw,
};
use domain::{
    Result,
    coupon::{
        self,
        batch::{self, Batch, Wanted},
    },
};
use sqlx::PgPool;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::{
    fixture::{assert_books_add_up, member as sign_up, number},
    scene::{Scene, campaign, refused},
};

impl Scene {
    async fn limited(&self, quantity: &str) -> Result<CampaignId> {
        let form = CampaignForm { quantity: quantity.to_owned(), ..campaign(&self.shop, "amount", "3000") };
        coupon::create(&self.shop, &self.staff, Uuid::now_v7(), &form).await
    }

    async fn choose(&self, campaign: CampaignId, typed: &str) -> Result<Uuid> {
        let id = Uuid::now_v7();
        batch::by_address(&self.shop, &self.staff, id, campaign, typed).await?;
        Ok(id)
    }

    async fn batch(&self, campaign: CampaignId, id: Uuid) -> Result<Batch> {
        batch::find(&self.shop, &self.staff, campaign, id).await
    }

    async fn members(&self, count: i32) -> Result<()> {
        let made = sqlx::query(
            "insert into member (email, password_hash, name)
             select 'reader' || n || '@example.com', '!', '독자' from generate_series(1, $1) n",
        );
        made.bind(count).execute(&self.shop.db).await?;
        Ok(())
    }
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn chosen_members_get_one_each_and_the_rest_is_named(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    let (one, _) = (sign_up(shop, "one@example.com").await?, sign_up(shop, "two@example.com").await?);
    let id = scene.limited("").await?;
    coupon::download(shop, &one, Uuid::now_v7(), id).await?;
    let batch = scene.choose(id, "one@example.com, TWO@example.com;two@example.com\nnobody@example.com nobody").await?;
    let before = scene.batch(id, batch).await?;
    assert_eq!((before.chosen, before.have_now, before.would_issue(), before.confirmed), (2, 1, 1, false));
    assert_eq!(before.unknown_first, ["nobody", "nobody@example.com"]);
    assert_eq!(number(shop, "select count(*) from coupon").await, 1, "nothing before it is confirmed");
    for _ in 0..2 {
        batch::confirm(shop, &scene.staff, id, batch).await?;
    }
    let after = scene.batch(id, batch).await?;
    assert_eq!((after.issued, after.had, after.missed, after.done), (1, 1, 0, true));
    assert_eq!(scene.events("coupon.issued").await?.len(), 2);
    assert_eq!(number(shop, "select count(*) from trail where act = 'coupons_issued'").await, 1);
    assert_books_add_up(shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn never_more_are_issued_than_there_are_whoever_else_takes_one(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    scene.members(300).await?;
    let id = scene.limited("100").await?;
    let typed = |from: i32| (from..from + 150).map(|n| format!("reader{n}@example.com\n")).collect::<String>();
    let batches = [scene.choose(id, &typed(1)).await?, scene.choose(id, &typed(101)).await?];
    let mut tasks: JoinSet<Result<()>> = JoinSet::new();
    for batch in batches.into_iter().cycle().take(4) {
        let (shop, staff) = (shop.clone(), scene.staff.clone());
        tasks.spawn(async move { batch::confirm(&shop, &staff, id, batch).await });
    }
    let (shop, reader) = (scene.shop.clone(), scene.reader.clone());
    tasks.spawn(async move {
        // The last may be gone before.
        let _ = coupon::download(&shop, &reader, Uuid::now_v7(), id).await;
        Ok(())
    });
    tasks.join_all().await.into_iter().collect::<Result<()>>()?;
    assert_eq!(number(&scene.shop, "select count(*) from coupon").await, 100);
    assert_eq!(number(&scene.shop, "select count(distinct member_id) from coupon").await, 100);
    let [one, two] = [scene.batch(id, batches[0]).await?, scene.batch(id, batches[1]).await?];
    assert!(one.done && two.done);
    assert_eq!((one.decided(), two.decided()), (150, 150));
    assert_books_add_up(&scene.shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_was_confirmed_goes_on_without_who_confirmed_it(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    scene.members(7_000).await?;
    let id = scene.limited("").await?;
    let key = Uuid::now_v7();
    batch::by_filter(shop, &scene.staff, key, id, &Wanted { shoppers: true, ..Wanted::default() }).await?;
    // As if the shop had stopped right after the answer.
    sqlx::query("update coupon_batch set confirmed_at = now()").execute(&shop.db).await?;
    assert_eq!(batch::run(shop).await?, 5_000, "so many in one transaction");
    assert!(!scene.batch(id, key).await?.done);
    while batch::run(shop).await? > 0 {}
    let done = scene.batch(id, key).await?;
    assert_eq!((done.chosen, done.issued, done.done), (7_001, 7_001, true));
    assert_books_add_up(shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn members_are_chosen_by_what_they_have_in_common(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 60_000).await?;
    let shop = &scene.shop;
    let book = crate::fixture::product(shop, "책", 20_000, 5).await;
    scene.buy(&[(book, 1)]).await?;
    sign_up(shop, "new@example.com").await?;
    sqlx::query("update member set created_at = now() - interval '9 days' where role = 'staff'")
        .execute(&shop.db)
        .await?;
    let id = scene.limited("").await?;
    let chosen = async |wanted: Wanted| {
        let key = Uuid::now_v7();
        batch::by_filter(shop, &scene.staff, key, id, &wanted).await?;
        Ok::<_, domain::Error>(scene.batch(id, key).await?.chosen)
    };
    let word = str::to_owned;
    let today = contract::when::kst_field(shop.now())[..10].to_owned();
    assert_eq!(chosen(Wanted::default()).await?, 3);
    assert_eq!(chosen(Wanted { shoppers: true, ..Wanted::default() }).await?, 2);
    assert_eq!(chosen(Wanted { bought_days: word("1"), ..Wanted::default() }).await?, 1);
    assert_eq!(chosen(Wanted { since: today, ..Wanted::default() }).await?, 2);
    let none = chosen(Wanted { since: word("2099-01-01"), ..Wanted::default() }).await;
    assert!(matches!(refused(none), Some(Failure::Invalid(_))));
    let wrong = chosen(Wanted { since: word("어제"), bought_days: word("0"), shoppers: false }).await;
    let Some(Failure::Invalid(flaws)) = refused(wrong) else { panic!("accepted") };
    assert_eq!(flaws.iter().map(|(field, _)| field).collect::<Vec<_>>(), ["since", "bought_days"]);
    assert_eq!(number(shop, "select count(*) from coupon_batch").await, 4, "what was refused is not kept");
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_file_or_a_list_that_is_none_is_refused(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let id = scene.limited("").await?;
    let invalid = |flaw| Some(Failure::Invalid(Flaws::one("emails", flaw)));
    assert_eq!(refused(scene.choose(id, " ,\n").await), invalid(Flaw::Required));
    let many: String = (0..=batch::MOST_TYPED).map(|n| format!("a{n}@example.com ")).collect();
    assert_eq!(refused(scene.choose(id, &many).await), invalid(Flaw::OutOfRange { min: 1, max: 1_000 }));
    assert_eq!(refused(scene.choose(id + 1, "a@example.com").await), Some(Failure::NotFound));
    let file = async |text: &str| {
        let bytes = Bytes::new(text.as_bytes().to_vec());
        refused(batch::by_file(&scene.shop, &scene.staff, Uuid::now_v7(), id, bytes).await)
    };
    assert_eq!(file("name\n김").await, Some(Failure::Sheet(SheetFlaw::ColumnMissing)));
    assert_eq!(file("email\n").await, Some(Failure::Sheet(SheetFlaw::Empty)));
    assert_eq!(file("번호,이메일\n1,a@example.com\n").await, None);
    coupon::stop(&scene.shop, &scene.staff, id).await?;
    let batch = scene.choose(id, "a@example.com").await?;
    assert_eq!(refused(batch::confirm(&scene.shop, &scene.staff, id, batch).await), Some(Failure::CampaignClosed));
    Ok(())
}

//! Campaigns, and how members get their coupons.

use std::collections::BTreeMap;

use contract::{
    Failure,
    coupon::{CampaignForm, CampaignId},
    form::{Flaw, Flaws},
    member::MemberId,
    table::PAGE,
};
use domain::{
    Result, Shop,
    coupon::{self, CampaignFilter},
    member,
};
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use time::Duration;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::{
    concurrency::two_handles,
    fixture::{assert_books_add_up, member as sign_up, number, product, sign_up_form},
    scene::{Scene, campaign, recruit, refused, told},
};

impl Scene {
    async fn create(&self, change: impl FnOnce(&mut CampaignForm)) -> Result<CampaignId> {
        let mut form = campaign(&self.shop, "amount", "3000");
        change(&mut form);
        coupon::create(&self.shop, &self.staff, Uuid::now_v7(), &form).await
    }

    async fn download(&self, shop: &Shop, campaign: CampaignId) -> Result<()> {
        coupon::download(shop, &self.reader, Uuid::now_v7(), campaign).await
    }

    async fn issued(&self, campaign: CampaignId) -> Result<i32> {
        Ok(coupon::find(&self.shop, &self.staff, campaign).await?.issued)
    }
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn of_a_thousand_members_at_once_exactly_a_hundred_get_the_hundred_coupons(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) -> Result<()> {
    let scene = Scene::new(pool.connect_with(options.clone()).await?, 0).await?;
    let shops = two_handles(options).await?;
    let hundred = scene.create(|form| form.quantity = "100".to_owned()).await?;
    let members: Vec<MemberId> = sqlx::query_scalar(
        "insert into member (email, password_hash, name)
         select 'reader' || n || '@example.com', '!', '독자' from generate_series(1, 1000) n returning member_id",
    )
    .fetch_all(&scene.shop.db)
    .await?;
    let mut tasks: JoinSet<Result<_>> = JoinSet::new();
    for (number, id) in members.into_iter().enumerate() {
        // Every tenth asks twice, on two instances.
        for handle in 0..(1 + usize::from(number % 10 == 0)) {
            let shop = shops[(number + handle) % 2].clone();
            tasks.spawn(async move {
                let by = member::recognize(&shop, id, 0).await?.expect("a member");
                Ok((id, told(coupon::download(&shop, &by, Uuid::now_v7(), hundred).await)?))
            });
        }
    }
    let mut answers: BTreeMap<MemberId, Vec<Option<Failure>>> = BTreeMap::new();
    for outcome in tasks.join_all().await {
        let (id, failure) = outcome?;
        answers.entry(id).or_default().push(failure);
    }
    let mut lucky = 0;
    for outcomes in answers.values() {
        let got = outcomes.iter().filter(|outcome| outcome.is_none()).count();
        assert!(got <= 1, "nobody gets two");
        lucky += got;
        for failure in outcomes.iter().flatten() {
            let expected = *failure == Failure::CouponExhausted || got == 1 && *failure == Failure::CouponAlreadyIssued;
            assert!(expected, "{failure:?}");
        }
    }
    assert_eq!((answers.len(), lucky), (1_000, 100));
    assert_eq!(scene.issued(hundred).await?, 100);
    assert_eq!(number(&scene.shop, "select count(distinct member_id) from coupon").await, 100);
    assert_eq!(scene.events("coupon.issued").await?.len(), 100);
    assert_books_add_up(&scene.shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_member_gets_as_many_as_one_may_have(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let two = scene.create(|form| form.per_member = "2".to_owned()).await?;
    let mut tasks = JoinSet::new();
    for _ in 0..8 {
        let (shop, reader) = (scene.shop.clone(), scene.reader.clone());
        tasks.spawn(async move { coupon::download(&shop, &reader, Uuid::now_v7(), two).await });
    }
    let refusals: Vec<_> = tasks.join_all().await.into_iter().filter_map(refused).collect();
    assert_eq!(refusals, vec![Failure::CouponAlreadyIssued; 6]);
    assert_eq!((coupon::mine(&scene.shop, &scene.reader).await?.len(), scene.issued(two).await?), (2, 2));
    assert_books_add_up(&scene.shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn the_same_form_gets_the_same_coupon_even_the_last_one_and_at_once(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    for quantity in ["", "1"] {
        let last = scene.create(|form| form.quantity = quantity.to_owned()).await?;
        let id = Uuid::now_v7();
        let mut tasks = JoinSet::new();
        for _ in 0..8 {
            let (shop, reader) = (scene.shop.clone(), scene.reader.clone());
            tasks.spawn(async move { coupon::download(&shop, &reader, id, last).await });
        }
        tasks.join_all().await.into_iter().collect::<Result<()>>()?;
        coupon::download(&scene.shop, &scene.reader, id, last).await?;
        assert_eq!(scene.issued(last).await?, 1);
        // Somebody else cannot have it by naming it.
        let other = recruit(&scene.shop, "다른이", "shopper").await?;
        assert!(coupon::download(&scene.shop, &other, id, last).await.is_err());
        assert!(coupon::mine(&scene.shop, &other).await?.is_empty());
    }
    assert_books_add_up(&scene.shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_code_gets_a_coupon_in_upper_or_lower_case(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let (shop, reader) = (&scene.shop, &scene.reader);
    let by_code = scene
        .create(|form| {
            form.issue_mode = "code".to_owned();
            form.code = "Madang-2026".to_owned();
        })
        .await?;
    let wrong = |flaw| Some(Failure::Invalid(Flaws::one("code", flaw)));
    let redeem = async |code: &str| refused(coupon::redeem(shop, reader, Uuid::now_v7(), code).await);
    assert_eq!(redeem("MADANG-2027").await, wrong(Flaw::Unknown));
    assert_eq!(redeem(" ").await, wrong(Flaw::Required));
    assert_eq!(redeem("'; drop").await, wrong(Flaw::Characters));
    assert_eq!(refused(scene.download(shop, by_code).await), Some(Failure::NotFound), "without it, there is nothing");
    assert_eq!(redeem(" madang-2026 ").await, None);
    assert_eq!(redeem("MADANG-2026").await, Some(Failure::CouponAlreadyIssued));
    assert_eq!(scene.issued(by_code).await?, 1);
    let again = scene.create(|form| {
        form.issue_mode = "code".to_owned();
        form.code = "mADANG-2026".to_owned();
    });
    assert_eq!(refused(again.await), wrong(Flaw::CodeTaken));
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn staff_gives_a_coupon_to_a_chosen_member(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let (shop, staff) = (&scene.shop, &scene.staff);
    let chosen = sign_up(shop, "chosen@example.com").await?;
    let given = scene.create(|form| form.issue_mode = "staff".to_owned()).await?;
    let give = async |id, email: &str| refused(coupon::give(shop, staff, id, given, email).await);
    let id = Uuid::now_v7();
    assert_eq!(give(id, " CHOSEN@example.com ").await, None);
    assert_eq!(give(id, "chosen@example.com").await, None);
    assert_eq!(give(Uuid::now_v7(), "chosen@example.com").await, Some(Failure::CouponAlreadyIssued));
    let invalid = |flaw| Some(Failure::Invalid(Flaws::one("email", flaw)));
    assert_eq!(give(Uuid::now_v7(), "nobody@example.com").await, invalid(Flaw::Unknown));
    assert_eq!(give(Uuid::now_v7(), "nobody").await, invalid(Flaw::Email));
    assert_eq!(refused(scene.download(shop, given).await), Some(Failure::NotFound));
    assert_eq!(coupon::mine(shop, &chosen).await?.iter().map(|coupon| coupon.id).collect::<Vec<_>>(), [id]);
    // Staff may also give what others download, within the same limits.
    let one = scene.create(|form| form.quantity = "1".to_owned()).await?;
    coupon::give(shop, staff, Uuid::now_v7(), one, "chosen@example.com").await?;
    assert_eq!(refused(scene.download(shop, one).await), Some(Failure::CouponExhausted));
    assert_books_add_up(shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_members_coupons_come_in_pages_the_newest_first_whatever_their_ids(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let (shop, reader) = (&scene.shop, &scene.reader);
    let many = scene.create(|form| form.per_member = "9".to_owned()).await?;
    let mut taken = Vec::new();
    for id in [Uuid::max(), Uuid::now_v7(), Uuid::from_u128(1), Uuid::from_u128(u128::MAX - 1), Uuid::now_v7()] {
        coupon::download(shop, reader, id, many).await?;
        taken.insert(0, id);
    }
    let (mut read, mut after) = (Vec::new(), None);
    loop {
        let page = coupon::page(shop, reader, after.as_ref(), 2).await?;
        assert!(page.rows.len() <= 2);
        read.extend(page.rows.into_iter().map(|coupon| coupon.id));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(read, taken);
    let mine = coupon::mine(shop, reader).await?;
    assert_eq!(mine.iter().map(|coupon| coupon.id).collect::<Vec<_>>(), taken);
    assert_eq!(coupon::own(shop, reader, taken[0]).await?, mine[0]);
    let other = recruit(shop, "다른이", "shopper").await?;
    assert_eq!(refused(coupon::own(shop, &other, taken[0]).await), Some(Failure::NotFound));
    assert!(coupon::page(shop, &other, None, 2).await?.rows.is_empty());
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn new_members_are_welcomed_as_long_as_there_are_coupons(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    let welcome = |form: &mut CampaignForm| form.issue_mode = "sign_up".to_owned();
    let two = scene
        .create(|form| {
            welcome(form);
            form.quantity = "2".to_owned();
        })
        .await?;
    let stopped = scene.create(welcome).await?;
    coupon::stop(shop, &scene.staff, stopped).await?;
    let mut tasks = JoinSet::new();
    for number in 0..4 {
        let shop = shop.clone();
        tasks.spawn(async move { member::sign_up(&shop, sign_up_form(&format!("new{number}@example.com"))).await });
    }
    let members: Vec<_> = tasks.join_all().await.into_iter().collect::<Result<_>>()?;
    let mut welcomed = Vec::new();
    for new in &members {
        welcomed.extend(coupon::mine(shop, new).await?.into_iter().map(|coupon| coupon.campaign));
    }
    assert_eq!(welcomed, [two, two], "all four are members, two have a coupon");
    assert_eq!(refused(scene.download(shop, two).await), Some(Failure::NotFound), "who was here before gets none");
    assert_eq!((scene.issued(two).await?, scene.issued(stopped).await?), (2, 0));
    assert_books_add_up(shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn coupons_are_issued_within_their_window_until_staff_stops_it(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    let open = scene.create(|form| form.per_member = "9".to_owned()).await?;
    assert_eq!(refused(scene.download(&shop.ahead(-Duration::days(2)), open).await), Some(Failure::CampaignClosed));
    assert_eq!(refused(scene.download(&shop.ahead(Duration::days(61)), open).await), Some(Failure::CampaignClosed));
    assert_eq!(coupon::offers(shop, None).await?.len(), 1);
    scene.download(shop, open).await?;
    coupon::stop(shop, &scene.staff, open).await?;
    coupon::stop(shop, &scene.staff, open).await?;
    assert_eq!(refused(scene.download(shop, open).await), Some(Failure::CampaignClosed));
    assert!(coupon::offers(shop, None).await?.is_empty());
    assert_eq!(refused(scene.download(shop, open + 1).await), Some(Failure::NotFound));
    assert_eq!(refused(coupon::stop(shop, &scene.staff, open + 1).await), Some(Failure::NotFound));
    assert!(coupon::mine(shop, &scene.reader).await?[0].is_usable(shop.now()), "what members have stays good");
    assert_books_add_up(shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_campaign_that_gives_too_much_or_names_nothing_is_refused(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let book = product(&scene.shop, "책", 20_000, 5).await;
    let word = str::to_owned;
    let percent = campaign(&scene.shop, "percent", "101");
    let refusals = [
        ("discount_value", percent.clone()),
        ("discount_value", CampaignForm { discount_value: word("0"), ..percent.clone() }),
        ("discount_value", campaign(&scene.shop, "amount", "9223372036854775807")),
        ("discount_value", campaign(&scene.shop, "amount", "-3000")),
        ("ends_at", CampaignForm { ends_at: percent.starts_at.clone(), discount_value: word("9"), ..percent.clone() }),
        ("quantity", CampaignForm { quantity: word("2147483648"), discount_value: word("9"), ..percent.clone() }),
        ("valid_days", CampaignForm { valid_days: word("3651"), discount_value: word("9"), ..percent.clone() }),
        ("products", CampaignForm { products: format!("{book}, 999"), discount_value: word("9"), ..percent.clone() }),
        ("categories", CampaignForm { categories: word("999"), discount_value: word("9"), ..percent.clone() }),
    ];
    for (field, form) in refusals {
        let Some(Failure::Invalid(flaws)) =
            refused(coupon::create(&scene.shop, &scene.staff, Uuid::now_v7(), &form).await)
        else {
            panic!("accepted: {form:?}")
        };
        assert_eq!(flaws.iter().map(|(field, _)| field).collect::<Vec<_>>(), [field]);
    }
    let all = coupon::list(&scene.shop, &scene.staff, &CampaignFilter::default(), None, PAGE).await?;
    assert!(all.rows.is_empty());
    Ok(())
}

//! Members who want to sell.

use contract::{
    Failure,
    application::ApplicationStatus,
    form::{Flaw, Flaws},
    member::Role,
    notification::Notice,
    table::PAGE,
};
use domain::{
    Result, Shop,
    application::{self, Application, ApplicationForm, apply, approve, reject},
    member::{self, Operator, Shopper},
    notification,
};
use sqlx::PgPool;
use tokio::task::JoinSet;

use crate::{
    fixture::number,
    notification::{read, read_again},
    scene::{Scene, recruit, refused},
};

const NUMBER: &str = "124-81-00998";

fn form(name: &str, number: &str) -> ApplicationForm {
    ApplicationForm {
        shop_name: name.to_owned(),
        business_number: number.to_owned(),
        phone: "02-123-4567".to_owned(),
        introduction: "헌책을 팝니다.".to_owned(),
    }
}

async fn own(shop: &Shop, by: &Shopper) -> Application {
    application::latest(shop, by).await.expect("a database").expect("an application")
}

async fn told(shop: &Shop, by: &Shopper) -> Vec<Notice> {
    let told = notification::list(shop, by, None).await.expect("a database");
    told.into_iter().rev().map(|one| one.notice).collect()
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn an_approved_member_is_a_seller_once_whoever_presses_how_often(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    apply(shop, &scene.reader, &form("김독자책방", NUMBER)).await?;
    let asked = own(shop, &scene.reader).await;
    assert_eq!((asked.status, asked.business_number.as_str()), (ApplicationStatus::Requested, "1248100998"));
    assert_eq!(application::waiting(shop, &scene.staff).await?, 1);

    let mut tasks = JoinSet::new();
    for _ in 0..8 {
        let (shop, staff) = (shop.clone(), scene.staff.clone());
        tasks.spawn(async move { approve(&shop, &staff, asked.id).await });
    }
    tasks.join_all().await.into_iter().collect::<Result<()>>()?;
    assert_eq!(number(shop, "select count(*) from seller").await, 1);
    assert_eq!(number(shop, "select count(*) from trail where act = 'seller_approved'").await, 1);
    assert_eq!(scene.events("seller.").await?, ["seller.approved"]);
    // The session goes on, as that of a seller.
    let again = member::recognize(shop, scene.reader.id(), scene.reader.generation()).await?.expect("a member");
    assert_eq!(again.role(), Role::Seller);
    assert!(Operator::of(shop, &again).await?.seller().is_some());
    assert_eq!(application::waiting(shop, &scene.staff).await?, 0);
    assert_eq!(refused(reject(shop, &scene.staff, asked.id, "늦음").await), Some(Failure::StatusChanged));
    assert_eq!(refused(apply(shop, &again, &form("둘째", "120-81-47521")).await), Some(Failure::StatusChanged));

    read(shop).await?;
    read_again(shop).await?;
    assert_eq!(told(shop, &scene.reader).await, [Notice::SellerApproved { shop: "김독자책방".to_owned() }]);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_rejected_member_reads_why_and_may_apply_again(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    apply(shop, &scene.reader, &form("김독자책방", NUMBER)).await?;
    let first = own(shop, &scene.reader).await;
    let silent = reject(shop, &scene.staff, first.id, " ").await;
    assert_eq!(refused(silent), Some(Failure::Invalid(Flaws::one("reason", Flaw::Required))));
    for reason in ["서류가 없습니다", "다른 말"] {
        reject(shop, &scene.staff, first.id, reason).await?;
    }
    let first = own(shop, &scene.reader).await;
    assert_eq!((first.status, first.reason.as_str()), (ApplicationStatus::Rejected, "서류가 없습니다"));
    assert_eq!(refused(approve(shop, &scene.staff, first.id).await), Some(Failure::StatusChanged));
    assert_eq!(number(shop, "select count(*) from seller").await, 0);
    read(shop).await?;
    let notice =
        Notice::SellerRejected { shop: "김독자책방".to_owned(), reason: "서류가 없습니다".to_owned() };
    assert_eq!(told(shop, &scene.reader).await, [notice]);

    apply(shop, &scene.reader, &form("김독자책방", NUMBER)).await?;
    let second = own(shop, &scene.reader).await;
    approve(shop, &scene.staff, second.id).await?;
    let all = application::of_member(shop, &scene.staff, scene.reader.id()).await?;
    assert_eq!(all.iter().map(|one| one.id).collect::<Vec<_>>(), [second.id, first.id]);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_member_waits_for_one_answer_at_a_time(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    let mut tasks = JoinSet::new();
    for _ in 0..8 {
        let (shop, reader) = (shop.clone(), scene.reader.clone());
        tasks.spawn(async move { apply(&shop, &reader, &form("김독자책방", NUMBER)).await });
    }
    tasks.join_all().await.into_iter().collect::<Result<()>>()?;
    assert_eq!(number(shop, "select count(*) from seller_application").await, 1);
    let other = apply(shop, &scene.reader, &form("다른 이름", NUMBER)).await;
    assert_eq!(refused(other), Some(Failure::AlreadySent));
    let staff = recruit(shop, "박직원", "staff").await?;
    assert_eq!(refused(apply(shop, &staff, &form("직원책방", NUMBER)).await), Some(Failure::StatusChanged));
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_business_sells_under_one_name(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    let other = recruit(shop, "이독자", "shopper").await?;
    for by in [&scene.reader, &other] {
        apply(shop, by, &form("책방", NUMBER)).await?;
    }
    approve(shop, &scene.staff, own(shop, &scene.reader).await.id).await?;
    let taken = || Some(Failure::Invalid(Flaws::one("business_number", Flaw::BusinessNumberTaken)));
    assert_eq!(refused(approve(shop, &scene.staff, own(shop, &other).await.id).await), taken());
    assert_eq!(own(shop, &other).await.status, ApplicationStatus::Requested, "it can be rejected");
    let third = recruit(shop, "최독자", "shopper").await?;
    assert_eq!(refused(apply(shop, &third, &form("책방", NUMBER)).await), taken());
    assert_eq!(number(shop, "select count(*) from seller").await, 1);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_blocked_member_is_made_no_seller_and_staff_stays_staff(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    let helper = recruit(shop, "이독자", "shopper").await?;
    apply(shop, &scene.reader, &form("책방", NUMBER)).await?;
    apply(shop, &helper, &form("책방", "120-81-47521")).await?;
    member::block(shop, &scene.staff, &[scene.reader.id()], "도용").await?;
    let blocked = approve(shop, &scene.staff, own(shop, &scene.reader).await.id).await;
    assert_eq!(refused(blocked), Some(Failure::StatusChanged));
    assert_eq!(number(shop, "select count(*) from seller").await, 0);

    member::set_staff(shop, &scene.staff, helper.id(), true).await?;
    approve(shop, &scene.staff, own(shop, &helper).await.id).await?;
    assert_eq!(member::find(shop, &scene.staff, helper.id()).await?.role, Role::Staff);
    member::set_staff(shop, &scene.staff, helper.id(), false).await?;
    assert_eq!(member::find(shop, &scene.staff, helper.id()).await?.role, Role::Seller);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn every_flaw_of_the_form_is_told_at_once_and_who_came_first_waits_first(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    let Some(Failure::Invalid(flaws)) = refused(apply(shop, &scene.reader, &form("", "124-81-00997")).await) else {
        panic!("accepted")
    };
    let expected = [("shop_name", Flaw::Required), ("business_number", Flaw::BusinessNumber)];
    assert_eq!(flaws.iter().collect::<Vec<_>>(), expected);

    let other = recruit(shop, "이독자", "shopper").await?;
    for by in [&other, &scene.reader] {
        apply(shop, by, &form("책방", NUMBER)).await?;
    }
    let first = application::list(shop, &scene.staff, ApplicationStatus::Requested, None, 1).await?;
    assert_eq!(first.rows[0].member, other.id());
    let second = application::list(shop, &scene.staff, ApplicationStatus::Requested, first.next.as_ref(), 1).await?;
    assert_eq!((second.rows[0].member, second.next), (scene.reader.id(), None));
    let none = application::list(shop, &scene.staff, ApplicationStatus::Approved, None, PAGE).await?;
    assert!(none.rows.is_empty());
    Ok(())
}

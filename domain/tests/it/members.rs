//! Members as the staff looks after them.

use contract::{
    Failure,
    form::{Flaw, Flaws},
    member::{MemberId, MemberStatus, Role},
    table::Cursor,
};
use domain::{
    Result, Shop,
    member::{self, Filter, MOST_AT_ONCE, Sort, Staff, block, chosen, list, set_staff, unblock, was_blocked},
    notification,
};
use sqlx::{PgPool, postgres::PgListener};

use crate::{
    fixture::{member as sign_up, number},
    scene::{Scene, recruit, refused},
};

/// The names of those who are found, all pages of two.
async fn found(shop: &Shop, staff: &Staff, filter: &Filter, sort: Sort) -> Result<Vec<String>> {
    let (mut names, mut after): (Vec<String>, Option<Cursor>) = (Vec::new(), None);
    loop {
        let page = list(shop, staff, filter, sort, after.as_ref(), 2).await?;
        names.extend(page.rows.into_iter().map(|member| member.name));
        after = page.next;
        if after.is_none() {
            return Ok(names);
        }
    }
}

async fn stands(shop: &Shop, staff: &Staff, id: MemberId) -> Result<(Role, MemberStatus)> {
    let card = member::find(shop, staff, id).await?;
    Ok((card.role, card.status))
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_blocked_member_is_out_at_once_and_old_sessions_never_come_back(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    let reader = sign_up(shop, "reader@example.com").await?;
    let (id, generation) = (reader.id(), reader.generation());
    let mut ear = PgListener::connect_with(&shop.db).await?;
    ear.listen(notification::CHANNEL).await?;
    assert!(!was_blocked(shop, id, generation).await?);

    assert_eq!(block(shop, &scene.staff, &[id], "도용 신고").await?, 1);
    assert_eq!(ear.recv().await?.payload(), id.to_string(), "open pages hear of it");
    assert_eq!(member::recognize(shop, id, generation).await?, None);
    let out = member::sign_in(shop, "reader@example.com", "correct horse").await;
    assert_eq!(refused(out), Some(Failure::WrongCredentials));
    assert!(was_blocked(shop, id, generation).await?, "whoever was signed in is told the truth");
    assert!(!was_blocked(shop, id, generation + 1).await?, "nobody else is");
    assert_eq!(block(shop, &scene.staff, &[id], "다시").await?, 0, "blocked already");

    assert_eq!(unblock(shop, &scene.staff, &[id]).await?, 1);
    assert_eq!(unblock(shop, &scene.staff, &[id]).await?, 0);
    assert_eq!(member::recognize(shop, id, generation).await?, None);
    assert!(!was_blocked(shop, id, generation).await?);
    let again = member::sign_in(shop, "reader@example.com", "correct horse").await?;
    assert!(member::recognize(shop, id, again.generation()).await?.is_some());
    assert_eq!(number(shop, "select count(*) from trail where act like 'member_%'").await, 2);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn several_are_blocked_together_or_none(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let (shop, staff) = (&scene.shop, &scene.staff);
    let (one, other) = (recruit(shop, "일", "shopper").await?.id(), recruit(shop, "이", "seller").await?.id());
    assert_eq!(refused(block(shop, staff, &[one, i64::MAX], "도용").await), Some(Failure::NotFound));
    assert_eq!(refused(block(shop, staff, &[one, staff.id()], "도용").await), Some(Failure::OwnAccount));
    let silent = block(shop, staff, &[one], " ").await;
    assert_eq!(refused(silent), Some(Failure::Invalid(Flaws::one("reason", Flaw::Required))));
    for wrong in [vec![], (0..=i64::try_from(MOST_AT_ONCE).expect("a number")).collect()] {
        assert_eq!(refused(block(shop, staff, &wrong, "도용").await), Some(Failure::BadRequest));
        assert_eq!(refused(unblock(shop, staff, &wrong).await), Some(Failure::BadRequest));
    }
    assert_eq!(number(shop, "select count(*) from member where status = 'blocked'").await, 0);
    assert_eq!(number(shop, "select count(*) from trail").await, 0);

    assert_eq!(block(shop, staff, &[other, one, one], "도용").await?, 2);
    let names: Vec<_> = chosen(shop, staff, &[other, one, i64::MAX]).await?.into_iter().map(|one| one.name).collect();
    assert_eq!(names, ["일", "이"]);
    let told: Vec<(String, serde_json::Value)> =
        sqlx::query_as("select subject, after from trail order by subject::bigint").fetch_all(&shop.db).await?;
    let after = || serde_json::json!({ "status": "blocked", "reason": "도용" });
    assert_eq!(told, [(one.to_string(), after()), (other.to_string(), after())]);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn of_two_who_block_each_other_one_is_left(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    for round in 0..10 {
        let (one, other) = (recruit(shop, "일", "staff").await?, recruit(shop, "이", "staff").await?);
        // Without the scene's own there are just these two.
        sqlx::query("update member set role = 'shopper' where role = 'staff' and member_id <> all($1)")
            .bind([one.id(), other.id()])
            .execute(&shop.db)
            .await?;
        let (one, other) = (Staff::of(&one)?, Staff::of(&other)?);
        let (first, second) = ([other.id()], [one.id()]);
        let (a, b) = if round % 2 == 0 {
            tokio::join!(block(shop, &one, &first, "다툼"), block(shop, &other, &second, "다툼"))
        } else {
            let take = |by, from| async move { set_staff(shop, by, from, false).await.map(|()| 1) };
            tokio::join!(take(&one, other.id()), take(&other, one.id()))
        };
        assert_eq!(number(shop, "select count(*) from member where role = 'staff' and status = 'active'").await, 1);
        assert_eq!(refused(a.and(b)), Some(Failure::NotFound), "the second is of the staff no more");
    }
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn the_staffs_role_is_given_and_taken_but_not_by_oneself(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let (shop, staff, id) = (&scene.shop, &scene.staff, scene.reader.id());
    assert_eq!(refused(set_staff(shop, staff, staff.id(), false).await), Some(Failure::OwnAccount));
    assert_eq!(refused(set_staff(shop, staff, i64::MAX, true).await), Some(Failure::NotFound));
    for _ in 0..2 {
        set_staff(shop, staff, id, true).await?;
        assert_eq!(stands(shop, staff, id).await?, (Role::Staff, MemberStatus::Active));
    }
    let now = member::recognize(shop, id, scene.reader.generation()).await?.expect("a member");
    assert!(Staff::of(&now).is_ok(), "the session goes on with it");
    set_staff(shop, staff, id, false).await?;
    assert_eq!(stands(shop, staff, id).await?.0, Role::Shopper);
    block(shop, staff, &[id], "도용").await?;
    assert_eq!(refused(set_staff(shop, staff, id, true).await), Some(Failure::StatusChanged));
    let told: Vec<String> = sqlx::query_scalar("select act from trail order by trail_id").fetch_all(&shop.db).await?;
    assert_eq!(
        told,
        ["member_role_changed", "member_role_changed", "member_blocked"],
        "what changes nothing is not told"
    );
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn members_are_found_by_any_part_of_name_address_and_telephone(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let (shop, staff) = (&scene.shop, &scene.staff);
    sqlx::query("update member set name = '박 마당', email = 'boss@madang.example' where member_id = $1")
        .bind(staff.id())
        .execute(&shop.db)
        .await?;
    for (email, name, phone) in
        [("kim-reader@example.com", "김서연", "01012345678"), ("lee_100%@example.com", "이서연", "0212349999")]
    {
        sqlx::query("insert into member (email, password_hash, name, phone) values ($1, '!', $2, $3)")
            .bind(email)
            .bind(name)
            .bind(phone)
            .execute(&shop.db)
            .await?;
    }
    let cases: [(&str, &[&str]); 11] = [
        ("서연", &["이서연", "김서연"]),
        ("김서연", &["김서연"]),
        ("박마당", &["박 마당"]),
        ("010-1234", &["김서연"]),
        ("1234", &["이서연", "김서연"]),
        ("KIM-reader@", &["김서연"]),
        ("서연 9999", &["이서연"]),
        ("100%", &["이서연"]),
        ("_100", &["이서연"]),
        ("연kim", &[]),
        ("%", &["이서연"]),
    ];
    for (words, expected) in cases {
        let filter = Filter { words: words.to_owned(), ..Filter::default() };
        assert_eq!(found(shop, staff, &filter, Sort::Newest).await?, expected, "{words}");
    }
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn every_order_of_the_list_has_everybody_once(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let (shop, staff) = (&scene.shop, &scene.staff);
    for name in ["나", "가", "다", "가", "가"] {
        recruit(shop, name, "seller").await?;
    }
    let sellers = Filter { role: Some(Role::Seller), ..Filter::default() };
    let by_name = ["가", "가", "가", "나", "다"];
    assert_eq!(found(shop, staff, &sellers, Sort::Name).await?, by_name);
    let down: Vec<_> = by_name.into_iter().rev().collect();
    assert_eq!(found(shop, staff, &sellers, Sort::NameDown).await?, down);
    assert_eq!(found(shop, staff, &sellers, Sort::Oldest).await?, ["나", "가", "다", "가", "가"]);
    assert_eq!(found(shop, staff, &sellers, Sort::Newest).await?, ["가", "가", "다", "가", "나"]);
    let everybody = Filter::default();
    let emails = found(shop, staff, &everybody, Sort::Email).await?;
    let mut down = found(shop, staff, &everybody, Sort::EmailDown).await?;
    down.reverse();
    assert_eq!((emails.len(), &emails), (7, &down));
    let blocked = Filter { status: Some(MemberStatus::Blocked), ..Filter::default() };
    assert!(found(shop, staff, &blocked, Sort::Name).await?.is_empty());
    block(shop, staff, &[scene.reader.id()], "도용").await?;
    assert_eq!(found(shop, staff, &blocked, Sort::Name).await?, ["김독자"]);
    Ok(())
}

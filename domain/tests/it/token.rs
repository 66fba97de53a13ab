//! Tokens: what programs sign in with.

use contract::{
    Failure,
    form::{Flaw, Flaws},
    member::Role,
    token::{DAYS, MOST, Scope},
};
use domain::{
    Result, Shop,
    member::{self, Issued, NewToken, Shopper, issue, recognize_token, revoke, sweep_tokens, tokens},
};
use sqlx::PgPool;
use time::Duration;
use uuid::Uuid;

use crate::{
    fixture::{member as sign_up, number, shop},
    scene::{Scene, recruit, refused},
};

async fn token(shop: &Shop, by: &Shopper, scope: Scope) -> Result<Issued> {
    issue(shop, by, &NewToken { scope, ..NewToken::default() }).await
}

/// As what a token acts; `None` where it opens nothing.
async fn acts_as(shop: &Shop, token: &Issued) -> Result<Option<Role>> {
    Ok(recognize_token(shop, &token.secret).await?.map(|(by, _)| by.role()))
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_token_is_known_by_its_secret_alone_of_which_the_hash_is_kept(db: PgPool) -> Result<()> {
    let shop = shop(db);
    let reader = sign_up(&shop, "reader@example.com").await?;
    let issued = token(&shop, &reader, Scope::Shopper).await?;
    let (by, id) = recognize_token(&shop, &issued.secret).await?.expect("a member");
    assert_eq!((by, id), (reader.clone(), issued.id));
    for wrong in ["", "madang_", &issued.id.to_string(), &issued.secret.to_uppercase()] {
        assert_eq!(recognize_token(&shop, wrong).await?, None, "{wrong}");
    }
    let kept: String = sqlx::query_scalar("select api_token::text from api_token").fetch_one(&shop.db).await?;
    let random = issued.secret.trim_start_matches("madang_");
    assert_eq!(random.len(), 64);
    assert!(!kept.contains(random), "{kept}");
    assert!(!format!("{issued:?}").contains(random), "no log tells it");
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_token_ends_with_its_days(db: PgPool) -> Result<()> {
    let shop = shop(db);
    let reader = sign_up(&shop, "reader@example.com").await?;
    let short = issue(&shop, &reader, &NewToken { days: "1".to_owned(), ..NewToken::default() }).await?;
    let usual = token(&shop, &reader, Scope::Shopper).await?;
    let later = shop.ahead(Duration::days(1) + Duration::minutes(1));
    assert_eq!(acts_as(&shop, &short).await?, Some(Role::Shopper));
    assert_eq!(acts_as(&later, &short).await?, None);
    assert_eq!(tokens(&later, &reader).await?.into_iter().map(|one| one.id).collect::<Vec<_>>(), [usual.id]);
    assert_eq!(acts_as(&shop.ahead(Duration::days(DAYS) - Duration::minutes(1)), &usual).await?, Some(Role::Shopper));
    assert_eq!(sweep_tokens(&later).await?, 1);
    assert_eq!(number(&shop, "select count(*) from api_token").await, 1, "what is good stays");
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_member_revokes_their_own_tokens_alone(db: PgPool) -> Result<()> {
    let shop = shop(db);
    let (reader, other) = (sign_up(&shop, "reader@example.com").await?, sign_up(&shop, "other@example.com").await?);
    let (first, second) = (token(&shop, &reader, Scope::Shopper).await?, token(&shop, &reader, Scope::Shopper).await?);
    assert_eq!(refused(revoke(&shop, &other, first.id).await), Some(Failure::NotFound));
    assert_eq!(refused(revoke(&shop, &reader, Uuid::now_v7()).await), Some(Failure::NotFound));
    let listed: Vec<_> = tokens(&shop, &reader).await?.into_iter().map(|one| one.id).collect();
    assert_eq!(listed, [second.id, first.id], "newest first");
    assert_eq!(tokens(&shop, &other).await?, []);

    revoke(&shop, &reader, first.id).await?;
    assert_eq!((acts_as(&shop, &first).await?, acts_as(&shop, &second).await?), (None, Some(Role::Shopper)));
    assert_eq!(refused(revoke(&shop, &reader, first.id).await), Some(Failure::NotFound), "it is gone");
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn whoever_is_blocked_has_no_tokens_left_afterwards_either(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    let reader = sign_up(shop, "reader@example.com").await?;
    let issued = token(shop, &reader, Scope::Shopper).await?;
    member::block(shop, &scene.staff, &[reader.id()], "도용").await?;
    assert_eq!(acts_as(shop, &issued).await?, None);
    member::unblock(shop, &scene.staff, &[reader.id()]).await?;
    assert_eq!(acts_as(shop, &issued).await?, None);
    let again = member::sign_in(shop, "reader@example.com", "correct horse").await?;
    assert_eq!(tokens(shop, &again).await?, []);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn another_password_ends_every_token(db: PgPool) -> Result<()> {
    let shop = shop(db);
    let reader = sign_up(&shop, "reader@example.com").await?;
    let issued = token(&shop, &reader, Scope::Shopper).await?;
    let renewed = member::change_password(&shop, &reader, "correct horse", "another horse", "another horse").await?;
    assert_eq!(acts_as(&shop, &issued).await?, None);
    assert_eq!(tokens(&shop, &renewed).await?, []);
    let new = token(&shop, &renewed, Scope::Shopper).await?;
    assert_eq!(acts_as(&shop, &new).await?, Some(Role::Shopper));
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_token_acts_as_its_scope_while_its_member_may(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    let clerk = recruit(shop, "최직원", "staff").await?;
    let (full, lesser) = (token(shop, &clerk, Scope::Staff).await?, token(shop, &clerk, Scope::Shopper).await?);
    assert_eq!(acts_as(shop, &full).await?, Some(Role::Staff));
    assert_eq!(acts_as(shop, &lesser).await?, Some(Role::Shopper));
    let seller = recruit(shop, "정서점", "seller").await?;
    for (by, scope) in [(&scene.reader, Scope::Staff), (&scene.reader, Scope::Seller), (&seller, Scope::Staff)] {
        let flaw = Failure::Invalid(Flaws::one("scope", Flaw::Choice));
        assert_eq!(refused(token(shop, by, scope).await), Some(flaw), "{scope:?}");
    }

    member::set_staff(shop, &scene.staff, clerk.id(), false).await?;
    assert_eq!(acts_as(shop, &full).await?, Some(Role::Shopper), "no more than its member");
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_further_token_ends_the_oldest(db: PgPool) -> Result<()> {
    let shop = shop(db);
    let (reader, other) = (sign_up(&shop, "reader@example.com").await?, sign_up(&shop, "other@example.com").await?);
    let others = token(&shop, &other, Scope::Shopper).await?;
    let mut made = Vec::new();
    for _ in 0..MOST {
        made.push(token(&shop, &reader, Scope::Shopper).await?);
    }
    assert_eq!(acts_as(&shop, &made[0]).await?, Some(Role::Shopper));
    made.push(token(&shop, &reader, Scope::Shopper).await?);
    assert_eq!(acts_as(&shop, &made[0]).await?, None);
    let mut kept: Vec<_> = made[1..].iter().map(|one| one.id).collect();
    kept.reverse();
    assert_eq!(tokens(&shop, &reader).await?.into_iter().map(|one| one.id).collect::<Vec<_>>(), kept);
    assert_eq!(acts_as(&shop, &others).await?, Some(Role::Shopper), "everybody has their own");
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn every_flaw_of_a_token_is_told_at_once(db: PgPool) -> Result<()> {
    let shop = shop(db);
    let reader = sign_up(&shop, "reader@example.com").await?;
    let new = NewToken { scope: Scope::Seller, name: "🙂".to_owned(), days: "366".to_owned() };
    let Some(Failure::Invalid(flaws)) = refused(issue(&shop, &reader, &new).await) else { panic!("accepted") };
    let told: Vec<_> = flaws.iter().collect();
    let expected =
        [("name", Flaw::Characters), ("scope", Flaw::Choice), ("days", Flaw::OutOfRange { min: 1, max: 365 })];
    assert_eq!(told, expected);
    assert_eq!(number(&shop, "select count(*) from api_token").await, 0);
    Ok(())
}

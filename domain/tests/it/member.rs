//! Members.

use contract::{
    Failure,
    form::{Flaw, Flaws},
};
use domain::{Error, Result, member};
use sqlx::PgPool;

use crate::fixture::{member as sign_up, number, shop, sign_up_form};

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_member_comes_with_a_wallet_and_an_address_signs_up_once(db: PgPool) -> Result<()> {
    let shop = shop(db);
    sign_up(&shop, "Reader@Example.com").await?;
    assert_eq!(number(&shop, "select count(*) from points_wallet where balance = 0").await, 1);
    let taken = sign_up(&shop, "reader@example.COM").await;
    let expected = Failure::Invalid(Flaws::one("email", Flaw::EmailTaken));
    assert!(matches!(taken, Err(Error::Refused(failure)) if failure == expected));
    assert_eq!(number(&shop, "select count(*) from member").await, 1);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn an_unknown_address_a_wrong_password_and_a_blocked_member_get_one_answer(db: PgPool) -> Result<()> {
    let shop = shop(db);
    let reader = sign_up(&shop, "reader@example.com").await?;
    assert_eq!(member::sign_in(&shop, " READER@example.com", "correct horse").await?, reader);
    let answer = |outcome: Result<_>| matches!(outcome, Err(Error::Refused(Failure::WrongCredentials)));
    assert!(answer(member::sign_in(&shop, "reader@example.com", "battery staple").await));
    assert!(answer(member::sign_in(&shop, "nobody@example.com", "correct horse").await));
    assert!(answer(member::sign_in(&shop, "no address", "x").await));
    sqlx::query("update member set status = 'blocked'").execute(&shop.db).await?;
    assert!(answer(member::sign_in(&shop, "reader@example.com", "correct horse").await));
    assert_eq!(member::recognize(&shop, reader.id(), reader.generation()).await?, None);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn every_flaw_of_the_sign_up_form_is_told_at_once(db: PgPool) -> Result<()> {
    let shop = shop(db);
    let form = member::SignUp {
        email: "reader".to_owned(),
        password: "short".to_owned(),
        password_again: "other".to_owned(),
        name: "🙂".to_owned(),
        phone: "12".to_owned(),
    };
    let Err(Error::Refused(Failure::Invalid(flaws))) = member::sign_up(&shop, form).await else { panic!("accepted") };
    let told: Vec<_> = flaws.iter().collect();
    let expected = [
        ("email", Flaw::Email),
        ("password", Flaw::TooShort { min: 8 }),
        ("password_again", Flaw::Mismatch),
        ("name", Flaw::Characters),
        ("phone", Flaw::Phone),
    ];
    assert_eq!(told, expected);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_password_changes_only_with_the_current_one(db: PgPool) -> Result<()> {
    let shop = shop(db);
    let reader = sign_up(&shop, "reader@example.com").await?;
    let wrong = member::change_password(&shop, &reader, "battery staple", "another horse", "another horse").await;
    let expected = Failure::Invalid(Flaws::one("current_password", Flaw::WrongPassword));
    assert!(matches!(wrong, Err(Error::Refused(failure)) if failure == expected));
    assert!(member::recognize(&shop, reader.id(), reader.generation()).await?.is_some());
    let renewed = member::change_password(&shop, &reader, "correct horse", "another horse", "another horse").await?;
    assert_eq!(member::recognize(&shop, reader.id(), reader.generation()).await?, None, "old sessions end");
    assert_eq!(member::recognize(&shop, reader.id(), renewed.generation()).await?, Some(renewed));
    assert!(member::sign_in(&shop, "reader@example.com", "correct horse").await.is_err());
    member::sign_in(&shop, "reader@example.com", "another horse").await?;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_password_is_stored_as_argon2id_only(db: PgPool) -> Result<()> {
    let shop = shop(db);
    member::sign_up(&shop, sign_up_form("reader@example.com")).await?;
    let hash: String = sqlx::query_scalar("select password_hash from member").fetch_one(&shop.db).await?;
    assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
    Ok(())
}

//! Mails: each handed out once.

use std::collections::BTreeSet;

use domain::{
    Result,
    mail::{self, ATTEMPTS, PATIENCE},
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
    fixture::number,
    notification::{read_again, tell},
    scene::Scene,
};

impl Scene {
    async fn mail_status(&self, id: Uuid) -> Result<String> {
        let status = sqlx::query_scalar("select status from mail where mail_id = $1");
        Ok(status.bind(id).fetch_one(&self.shop.db).await?)
    }
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn senders_at_once_never_get_the_same_mail(_: PgPoolOptions, options: PgConnectOptions) -> Result<()> {
    let shops = two_handles(options).await?;
    let scene = Scene::new(shops[0].db.clone(), 0).await?;
    tell(&scene, 60).await?;
    let mut tasks: JoinSet<Result<_>> = JoinSet::new();
    for sender in 0..8 {
        let shop = shops[sender % 2].clone();
        tasks.spawn(async move {
            let mut sent = Vec::new();
            while let Some(mail) = mail::due(&shop, 1).await?.pop() {
                mail::sent(&shop, mail.id).await?;
                sent.push(mail.id);
            }
            Ok(sent)
        });
    }
    let mut all = Vec::new();
    for sent in tasks.join_all().await {
        all.extend(sent?);
    }
    assert_eq!((all.len(), all.iter().collect::<BTreeSet<_>>().len()), (60, 60));
    assert_eq!(number(&scene.shop, "select count(*) from mail where status = 'sent' and attempts = 1").await, 60);
    read_again(&scene.shop).await?;
    assert!(mail::due(&scene.shop.ahead(Duration::DAY), 100).await?.is_empty());
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_a_sender_that_died_had_in_hand_is_lost_and_never_sent_again(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    tell(&scene, 2).await?;
    let dead = mail::due(&scene.shop, 1).await?.pop().expect("a mail");
    let late = scene.shop.ahead(PATIENCE);
    assert_eq!(mail::sweep(&scene.shop, false).await?, 0, "it may still be at it");
    assert_eq!((mail::sweep(&late, false).await?, mail::sweep(&late, false).await?), (1, 0));
    assert_eq!(scene.mail_status(dead.id).await?, "lost");
    let left = mail::due(&scene.shop.ahead(Duration::DAY), 10).await?;
    assert_eq!(left.len(), 1);
    assert_ne!(left[0].id, dead.id);
    // It was alive after all.
    mail::sent(&scene.shop, dead.id).await?;
    assert_eq!(scene.mail_status(dead.id).await?, "sent");
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_sender_that_does_no_harm_twice_gets_the_same_mail_again(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    tell(&scene, 1).await?;
    let dead = mail::due(&scene.shop, 1).await?.pop().expect("a mail");
    let late = scene.shop.ahead(PATIENCE);
    assert_eq!(mail::sweep(&late, true).await?, 1);
    let again = mail::due(&late, 10).await?.pop().expect("a mail");
    assert_eq!((again.id, again.created_at, again.notice), (dead.id, dead.created_at, dead.notice));
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_was_not_taken_waits_ever_longer_and_fails_in_the_end(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    tell(&scene, 1).await?;
    let mut ahead = Duration::ZERO;
    let mut id = Uuid::nil();
    for attempt in 1..=ATTEMPTS {
        let shop = scene.shop.ahead(ahead);
        id = mail::due(&shop, 10).await?.pop().expect("a mail").id;
        mail::put_off(&shop, id, "421 closing").await?;
        assert!(mail::due(&shop, 10).await?.is_empty(), "not at once");
        let wait = Duration::seconds(5) * 2_i32.pow(u32::try_from(attempt - 1).expect("a number").min(10));
        let wait = wait.min(Duration::HOUR);
        assert!(mail::due(&scene.shop.ahead(ahead + wait / 2), 10).await?.is_empty(), "attempt {attempt}");
        ahead += wait * 2;
    }
    assert_eq!(scene.mail_status(id).await?, "failed");
    assert!(mail::due(&scene.shop.ahead(Duration::days(365)), 10).await?.is_empty());
    assert_eq!(number(&scene.shop, "select count(*) from mail where error = '421 closing'").await, 1);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_was_refused_or_may_have_been_taken_is_not_tried_again(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    tell(&scene, 2).await?;
    let both = mail::due(&scene.shop, 2).await?;
    mail::fail(&scene.shop, both[0].id, "550 no such user").await?;
    mail::lose(&scene.shop, both[1].id, "no answer").await?;
    assert_eq!(scene.mail_status(both[0].id).await?, "failed");
    assert_eq!(scene.mail_status(both[1].id).await?, "lost");
    let later = scene.shop.ahead(Duration::days(2));
    assert_eq!(mail::sweep(&later, true).await?, 0);
    assert!(mail::due(&later, 10).await?.is_empty());
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_mail_goes_where_the_account_says_when_it_is_sent(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    tell(&scene, 1).await?;
    let moved = sqlx::query("update member set email = 'new@example.com', name = '새이름' where member_id = $1");
    moved.bind(scene.reader.id()).execute(&scene.shop.db).await?;
    let mail = mail::due(&scene.shop, 1).await?.pop().expect("a mail");
    assert_eq!((mail.email.as_str(), mail.name.as_str()), ("new@example.com", "새이름"));
    Ok(())
}

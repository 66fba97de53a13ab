//! What the staff sees of the system: webhooks, events that are settled, and runs of the audit.

use contract::system::{RunStatus, Settled, Source};
use domain::{
    Result, audit, event, health,
    webhook::{self, Filter},
};
use sqlx::PgPool;
use time::Duration;

use crate::{fixture::number, scene::Scene};

/// So many webhooks of the carrier, a minute apart, the first an hour ago.
async fn told(scene: &Scene, count: i32) -> Result<()> {
    sqlx::query(
        "insert into webhook (source, message_id, body, received_at)
         select 'carrier', 'm' || n, '{\"n\":' || n || '}', $1::timestamptz + n * interval '1 minute'
         from generate_series(1, $2) n",
    )
    .bind(scene.shop.now() - Duration::HOUR)
    .bind(count)
    .execute(&scene.shop.db)
    .await?;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn webhooks_are_looked_through_page_by_page_and_by_filter(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    told(&scene, 5).await?;
    let (shop, staff) = (&scene.shop, &scene.staff);
    let all = Filter::default();
    let first = webhook::list(shop, staff, &all, None, 3).await?;
    let second = webhook::list(shop, staff, &all, first.next.as_ref(), 3).await?;
    let names = |rows: &[webhook::Told]| rows.iter().map(|row| row.message.clone()).collect::<Vec<_>>();
    assert_eq!((names(&first.rows), names(&second.rows)), (names(&first.rows), vec!["m2".to_owned(), "m1".to_owned()]));
    assert_eq!(names(&first.rows), ["m5", "m4", "m3"]);
    assert_eq!(second.next, None);
    for (filter, count) in [
        (Filter { source: Some(Source::Carrier), ..Filter::default() }, 5),
        (Filter { source: Some(Source::Gateway), ..Filter::default() }, 0),
        (Filter { message: "m2".to_owned(), ..Filter::default() }, 1),
        (Filter { message: "m2".to_owned(), source: Some(Source::Gateway), ..Filter::default() }, 0),
        (Filter { payment: Some(uuid::Uuid::now_v7()), ..Filter::default() }, 0),
        (Filter { day: contract::when::kst_date(shop.now()).next_day(), ..Filter::default() }, 0),
    ] {
        assert_eq!(webhook::list(shop, staff, &filter, None, 10).await?.rows.len(), count, "{filter:?}");
    }
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn old_webhooks_are_forgotten_and_younger_ones_stay(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    told(&scene, 5).await?;
    assert_eq!(webhook::forget(&scene.shop, 1).await?, 0);
    let later = scene.shop.ahead(Duration::DAY - Duration::minutes(58) - Duration::seconds(30));
    assert_eq!(webhook::forget(&later, 1).await?, 1);
    assert_eq!(number(&scene.shop, "select count(*) from webhook").await, 4);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_was_settled_says_by_whom_how_and_why_and_is_in_the_trail(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let (shop, staff) = (&scene.shop, &scene.staff);
    sqlx::query("insert into event_reader (name) values ('gone')").execute(&shop.db).await?;
    sqlx::query(
        "insert into dead_letter (reader, event_id, name, subject, payload, created_at, attempts, error)
         select 'gone', n, 'order.paid', 's' || n, '{}', now(), 5, 'broken' from generate_series(1, 3) n",
    )
    .execute(&shop.db)
    .await?;
    for letter in event::dead_letters(shop, staff, 0).await?.iter().take(2) {
        event::discard(shop, staff, letter.id, "시험용").await?;
    }
    let first = event::settled_letters(shop, staff, None, None, 1).await?;
    let second = event::settled_letters(shop, staff, Some(Settled::Discarded), first.next.as_ref(), 1).await?;
    let subjects = [first.rows[0].subject.as_str(), second.rows[0].subject.as_str()];
    assert_eq!((subjects, second.next.is_none()), (["s2", "s1"], true));
    let one = &first.rows[0];
    assert_eq!((one.settled, one.reason.as_str(), one.by_name.is_empty()), (Settled::Discarded, "시험용", false));
    assert!(event::settled_letters(shop, staff, Some(Settled::Redriven), None, 1).await?.rows.is_empty());
    let told = "select count(*) from trail where act = 'letter_discarded' and after ->> 'reason' = '시험용'";
    assert_eq!(number(shop, told).await, 2);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn an_audit_is_asked_for_once_done_and_kept(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 50_000).await?;
    let (shop, staff) = (&scene.shop, &scene.staff);
    assert_eq!(audit::work(shop).await?, 0, "nobody asked");
    for _ in 0..2 {
        audit::ask(shop, staff).await?;
    }
    let (open, ended) = audit::latest(shop, staff).await?;
    assert_eq!((open.map(|run| run.status), ended.is_none()), (Some(RunStatus::Queued), true));
    assert_eq!((audit::work(shop).await?, audit::work(shop).await?), (1, 0));
    sqlx::query("update points_wallet set balance = balance + 1").execute(&shop.db).await?;
    let (open, ended) = audit::latest(shop, staff).await?;
    let ended = ended.expect("a run");
    assert!(open.is_none() && ended.findings.len() == audit::INVARIANTS.len());
    assert!(ended.findings.iter().all(|(finding, _)| finding.broken == 0), "it is what was found then");
    audit::ask(shop, staff).await?;
    audit::work(shop).await?;
    let broken = audit::latest(shop, staff).await?.1.expect("a run");
    assert!(broken.findings.iter().any(|(finding, _)| finding.broken > 0));
    assert_eq!(number(shop, "select count(*) from trail where act = 'audit_asked'").await, 2);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn the_database_tells_how_it_is(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let health = health::health(&scene.shop, &scene.staff).await?;
    assert!(health.size > 0 && health.connections > 0 && health.connections <= health.most_connections);
    assert_eq!(health::database(&scene.shop).await?, health.version);
    let mails = health::mails(&scene.shop, &scene.staff).await?;
    assert_eq!((mails.queued, mails.since, mails.failed, mails.lost), (0, None, 0, 0));
    Ok(())
}

//! What the staff does with events that are set aside.

use std::sync::Arc;

use contract::Failure;
use domain::{
    Result,
    event::{
        Reader, Readers, Redriven, dead_counts, dead_letters, discard, drain, redrive as redrive_one, redrive_all,
    },
};
use sqlx::PgPool;

use super::{Ear, aside, open_book, tell};
use crate::{
    fixture::number,
    scene::{Scene, refused},
};

/// A shop whose reader could not take 2 and 3; 4 and 6 wait behind 2.
async fn scene(db: PgPool) -> Result<(Scene, Arc<Ear>)> {
    let reader = Ear::named("one");
    let mut scene = Scene::new(db, 0).await?;
    scene.shop = scene.shop.with_readers(Readers::from(vec![reader.clone() as Arc<dyn Reader>]));
    open_book(&scene.shop).await?;
    for (subject, number) in [("a", 1), ("b", 2), ("c", 3), ("b", 4), ("a", 5), ("b", 6)] {
        tell(&scene.shop.db, subject, number).await?;
    }
    reader.mood().refused.extend([2, 3]);
    drain(&scene.shop, &[&*reader]).await?;
    assert_eq!(aside(&scene.shop, &reader).await?, [(2, 5), (3, 5), (4, 0), (6, 0)]);
    Ok((scene, reader))
}

/// The letter of a number.
async fn letter(scene: &Scene, number: i64) -> Result<i64> {
    let letters = dead_letters(&scene.shop, &scene.staff, 0).await?;
    Ok(letters.iter().find(|letter| letter.payload["number"] == number).expect("a letter").id)
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn the_staff_sees_what_was_told_and_why_it_failed(db: PgPool) -> Result<()> {
    let (scene, _) = scene(db).await?;
    let letters = dead_letters(&scene.shop, &scene.staff, 0).await?;
    let first = letters.first().expect("a letter");
    assert_eq!((first.reader.as_str(), first.name.as_str(), first.subject.as_str()), ("one", super::TOLD, "b"));
    assert_eq!((first.attempts, first.error.as_str()), (5, "not taken: 2 is refused"));
    assert_eq!(letters[2].error, "waits for an earlier event of the same subject");
    assert_eq!(dead_letters(&scene.shop, &scene.staff, first.id).await?.len(), 3, "the next page");
    assert_eq!(dead_counts(&scene.shop, &scene.staff).await?, [("one".to_owned(), 4)]);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn one_is_taken_again_behind_those_before_it_of_its_subject(db: PgPool) -> Result<()> {
    let (scene, reader) = scene(db).await?;
    reader.mood().refused.clear();
    let done = redrive_one(&scene.shop, &scene.staff, letter(&scene, 4).await?).await?;
    assert_eq!(done, Redriven { taken: 2, ..Redriven::default() });
    assert_eq!(reader.heard(&scene.shop).await?, [1, 5, 2, 4]);
    assert_eq!(aside(&scene.shop, &reader).await?, [(3, 5), (6, 0)]);
    tell(&scene.shop.db, "b", 7).await?;
    drain(&scene.shop, &[&*reader]).await?;
    assert_eq!(aside(&scene.shop, &reader).await?, [(3, 5), (6, 0), (7, 0)], "still behind what is left");
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn all_are_taken_again_in_order_and_the_subject_goes_on_by_itself(db: PgPool) -> Result<()> {
    let (scene, reader) = scene(db).await?;
    reader.mood().refused.clear();
    let done = redrive_all(&scene.shop, &scene.staff, Some("one")).await?;
    assert_eq!(done, Redriven { taken: 4, ..Redriven::default() });
    assert_eq!(reader.heard(&scene.shop).await?, [1, 5, 2, 3, 4, 6]);
    tell(&scene.shop.db, "b", 7).await?;
    drain(&scene.shop, &[&*reader]).await?;
    assert_eq!(reader.heard(&scene.shop).await?, [1, 5, 2, 3, 4, 6, 7]);
    let settled = "select count(*) from dead_letter where settled = 'redriven' and settled_by is not null";
    assert_eq!(number(&scene.shop, settled).await, 4);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_fails_again_stays_with_one_more_attempt_and_so_does_what_is_behind_it(db: PgPool) -> Result<()> {
    let (scene, reader) = scene(db).await?;
    reader.mood().refused.remove(&3);
    let done = redrive_all(&scene.shop, &scene.staff, None).await?;
    assert_eq!(done, Redriven { taken: 1, failed: 1, ..Redriven::default() });
    assert_eq!(aside(&scene.shop, &reader).await?, [(2, 6), (4, 0), (6, 0)]);
    assert_eq!(reader.heard(&scene.shop).await?, [1, 5, 3]);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn very_many_that_wait_behind_one_that_fails_do_not_hide_the_next(db: PgPool) -> Result<()> {
    let (scene, reader) = scene(db).await?;
    sqlx::query(
        "insert into dead_letter (reader, event_id, name, subject, payload, created_at, attempts, error)
         select 'one', n, $1, case n when 2000 then 'd' else 'b' end, jsonb_build_object('number', n), now(), 0, ''
         from generate_series(1000, 2000) n",
    )
    .bind(super::TOLD)
    .execute(&scene.shop.db)
    .await?;
    reader.mood().refused.remove(&3);
    let done = redrive_all(&scene.shop, &scene.staff, None).await?;
    assert_eq!(done, Redriven { taken: 2, failed: 1, ..Redriven::default() });
    assert_eq!(reader.heard(&scene.shop).await?, [1, 5, 3, 2000]);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn an_outage_leaves_what_is_set_aside_as_it_is(db: PgPool) -> Result<()> {
    let (scene, reader) = scene(db).await?;
    reader.mood().away_from = Some(0);
    let done = redrive_all(&scene.shop, &scene.staff, None).await?;
    assert_eq!(done, Redriven { away: true, ..Redriven::default() });
    assert_eq!(aside(&scene.shop, &reader).await?, [(2, 5), (3, 5), (4, 0), (6, 0)]);
    *reader.mood() = super::Mood::default();
    assert_eq!(redrive_all(&scene.shop, &scene.staff, None).await?.taken, 4, "it can be asked for again at once");
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn pressed_by_two_at_once_it_is_done_once(db: PgPool) -> Result<()> {
    let (scene, reader) = scene(db).await?;
    reader.mood().refused.clear();
    reader.mood().sent.clear();
    let press = || redrive_all(&scene.shop, &scene.staff, None);
    let id = letter(&scene, 2).await?;
    let (one, other, third) = tokio::join!(press(), press(), redrive_one(&scene.shop, &scene.staff, id));
    let third = third.map_or(0, |done| done.taken);
    let rest = press().await?.taken;
    assert_eq!(one?.taken + other?.taken + third + rest, 4);
    let mut sent = reader.mood().sent.clone();
    sent.sort_unstable();
    assert_eq!(sent, [2, 3, 4, 6]);
    let heard = reader.heard(&scene.shop).await?;
    assert_eq!(heard.len(), 6);
    let of_b: Vec<i64> = heard.into_iter().filter(|number| [2, 4, 6].contains(number)).collect();
    assert_eq!(of_b, [2, 4, 6], "the order of a subject is kept");
    assert_eq!(refused(redrive_one(&scene.shop, &scene.staff, id).await), Some(Failure::StatusChanged));
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_is_discarded_has_a_reason_and_lets_those_behind_it_go_on(db: PgPool) -> Result<()> {
    let (scene, reader) = scene(db).await?;
    let (shop, staff) = (&scene.shop, &scene.staff);
    let id = letter(&scene, 2).await?;
    assert!(matches!(refused(discard(shop, staff, id, "  ").await), Some(Failure::Invalid(_))));
    assert_eq!(aside(shop, &reader).await?.len(), 4);
    discard(shop, staff, id, "시험용 주문").await?;
    assert_eq!(refused(discard(shop, staff, id, "다시").await), Some(Failure::StatusChanged));
    assert_eq!(refused(discard(shop, staff, 999, "없음").await), Some(Failure::NotFound));
    assert_eq!(redrive_one(shop, staff, letter(&scene, 6).await?).await?.taken, 2);
    assert_eq!(reader.heard(shop).await?, [1, 5, 4, 6]);
    assert_eq!(
        number(shop, "select count(*) from dead_letter where settled = 'discarded' and reason = '시험용 주문'").await,
        1
    );
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn of_a_reader_that_is_no_more_nothing_is_taken_again(db: PgPool) -> Result<()> {
    let (mut scene, reader) = scene(db).await?;
    scene.shop = scene.shop.with_readers(Readers::default());
    let id = letter(&scene, 2).await?;
    assert_eq!(refused(redrive_one(&scene.shop, &scene.staff, id).await), Some(Failure::NotFound));
    assert_eq!(refused(redrive_all(&scene.shop, &scene.staff, Some("one")).await), Some(Failure::NotFound));
    assert_eq!(redrive_all(&scene.shop, &scene.staff, None).await?, Redriven::default());
    assert_eq!(aside(&scene.shop, &reader).await?.len(), 4);
    discard(&scene.shop, &scene.staff, id, "이제 없음").await?;
    Ok(())
}

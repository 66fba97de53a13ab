//! What is due, who sends it, and what comes of it.

use contract::{
    Failure,
    subscription::{DeliveryStatus, FAILING_DAYS, Off, SubscriptionStatus, Trouble},
};
use domain::{
    Result, Shop,
    subscription::{
        ATTEMPTS, LEASE, Lane, Outcome, Sending, SubscriptionForm, change, claim, delivery, find, pause, resend,
        resume, rotate_secret, secrets, settle, test,
    },
};
use sqlx::PgPool;
use time::Duration;

use super::{Listening, form, read};
use crate::{fixture::number, notification, scene::refused};

pub(super) const TAKEN: Outcome = Outcome::Answered { code: 204, retry_after: None };
pub(super) const BROKEN: Outcome = Outcome::Answered { code: 500, retry_after: None };

/// Whatever is due, in both lanes.
pub(super) async fn due(shop: &Shop) -> Result<Vec<Sending>> {
    let mut due = claim(shop, Lane::Well, &[]).await?;
    due.extend(claim(shop, Lane::Failing, &[]).await?);
    Ok(due)
}

/// Sends what is due, with this outcome; how many messages.
async fn send(shop: &Shop, outcome: Outcome) -> Result<usize> {
    let due = due(shop).await?;
    for sending in &due {
        settle(shop, sending, outcome).await?;
    }
    Ok(due.len())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_message_is_sent_to_the_address_with_what_it_says_and_once(db: PgPool) -> Result<()> {
    let own = Listening::new(db).await?;
    let shop = own.shop();
    let message = own.sell().await?;
    let sent = due(shop).await?;
    let [sending] = sent.as_slice() else { panic!("one message: {sent:?}") };
    assert_eq!((sending.id, sending.url.as_str(), sending.attempt), (message, super::URL, 1));
    assert!(sending.body.starts_with(r#"{"type":"order.paid","timestamp":""#), "{}", sending.body);
    assert_eq!(sending.secrets, [secrets(shop, &own.by, own.id).await?.current]);
    assert!(due(shop).await?.is_empty(), "while it is under way");
    settle(shop, sending, TAKEN).await?;
    let one = own.one(message).await?;
    assert_eq!(
        (one.status, one.status_code, one.trouble, one.attempts),
        (DeliveryStatus::Delivered, Some(204), None, 1)
    );
    assert!(due(&shop.ahead(Duration::days(9))).await?.is_empty());
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn every_attempt_is_kept_with_what_was_answered(db: PgPool) -> Result<()> {
    let own = Listening::new(db).await?;
    let shop = own.shop();
    let message = own.sell().await?;
    send(shop, BROKEN).await?;
    let later = shop.ahead(Duration::hours(1));
    assert_eq!(due(&later).await?.len(), 1, "and whoever sends it dies over it");
    let later = later.ahead(LEASE + Duration::seconds(1));
    send(&later, TAKEN).await?;
    // Sent again by hand, its attempts are counted anew; what was answered before is not forgotten.
    resend(&later, &own.by, message).await?;
    send(&later, Outcome::Unanswered(Trouble::Timeout)).await?;
    let found = delivery(&later, &own.by, message).await?;
    assert_eq!(found.delivery.attempts, 1);
    assert!(found.delivery.first_attempt_at < found.delivery.last_attempt_at);
    assert!(found.log.iter().all(|one| !one.under_way));
    let log: Vec<_> = found.log.iter().map(|one| (one.status_code, one.trouble, one.ended_at.is_some())).collect();
    let expected = [
        (None, Some(Trouble::Timeout), true),
        (Some(204), None, true),
        (None, None, false),
        (Some(500), Some(Trouble::Answer), true),
    ];
    assert_eq!(log, expected);
    assert!(found.log.is_sorted_by(|later, earlier| later.began_at >= earlier.began_at));
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_came_too_late_to_count_is_still_told(db: PgPool) -> Result<()> {
    let own = Listening::new(db).await?;
    let shop = own.shop();
    let message = own.sell().await?;
    let late = due(shop).await?;
    assert!(delivery(shop, &own.by, message).await?.log[0].under_way);
    let later = shop.ahead(LEASE + Duration::seconds(1));
    send(&later, BROKEN).await?;
    settle(&later, &late[0], TAKEN).await?;
    let found = delivery(&later, &own.by, message).await?;
    assert_eq!(found.delivery.status, DeliveryStatus::Pending, "it is the other claim's");
    let codes: Vec<_> = found.log.iter().map(|one| one.status_code).collect();
    assert_eq!(codes, [Some(500), Some(204)]);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn during_a_rotation_both_secrets_sign(db: PgPool) -> Result<()> {
    let own = Listening::new(db).await?;
    let shop = own.shop();
    own.sell().await?;
    let old = secrets(shop, &own.by, own.id).await?.current;
    rotate_secret(shop, &own.by, own.id, 0).await?;
    let new = secrets(shop, &own.by, own.id).await?.current;
    let sent = due(shop).await?;
    assert_eq!(sent[0].secrets, [new.clone(), old]);
    let sent = due(&shop.ahead(Duration::hours(25))).await?;
    assert_eq!(sent[0].secrets, [new]);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_is_not_taken_is_sent_again_later_and_later_and_given_up_in_the_end(db: PgPool) -> Result<()> {
    let own = Listening::new(db).await?;
    let mut shop = own.shop().clone();
    let message = own.sell().await?;
    for attempt in 1..=ATTEMPTS {
        let outcome = if attempt % 2 == 0 { Outcome::Unanswered(Trouble::Timeout) } else { BROKEN };
        assert_eq!(send(&shop, outcome).await?, 1, "attempt {attempt}");
        let one = own.one(message).await?;
        assert_eq!(one.attempts, attempt);
        let Some(next) = one.next_attempt_at else {
            assert_eq!((attempt, one.status, one.trouble), (ATTEMPTS, DeliveryStatus::Failed, Some(Trouble::Timeout)));
            break;
        };
        assert_eq!(one.status, DeliveryStatus::Pending);
        let wait = next - shop.now();
        assert_eq!(send(&shop.ahead(wait - Duration::seconds(2)), TAKEN).await?, 0, "not before");
        shop = shop.ahead(wait + Duration::seconds(1));
    }
    assert_eq!(own.status().await?, SubscriptionStatus::Active, "three days are no five");
    assert!(due(&shop.ahead(Duration::days(3))).await?.is_empty());
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn an_endpoint_that_asks_to_be_left_alone_is_within_a_day(db: PgPool) -> Result<()> {
    let own = Listening::new(db).await?;
    let shop = own.shop();
    let message = own.sell().await?;
    let busy = |code, hours| Outcome::Answered { code, retry_after: Some(Duration::hours(hours)) };
    for (code, asked, least, most) in [(429, 3, 3, 4), (503, 1_000, 24, 27), (500, 1_000, 0, 1)] {
        send(shop, busy(code, asked)).await?;
        let wait = own.one(message).await?.next_attempt_at.expect("a time") - shop.now();
        assert!(wait > Duration::hours(least) - Duration::MINUTE && wait < Duration::hours(most), "{code}: {wait}");
        resend(shop, &own.by, message).await?;
    }
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn after_five_days_of_failure_it_is_switched_off_and_begins_anew_when_it_is_switched_on(
    db: PgPool,
) -> Result<()> {
    let own = Listening::new(db).await?;
    let shop = own.shop();
    let (first, waiting) = (own.sell().await?, own.sell().await?);
    assert_eq!(send(shop, BROKEN).await?, 2);
    let almost = shop.ahead(Duration::days(FAILING_DAYS) - Duration::HOUR);
    while send(&almost, BROKEN).await? > 0 {}
    assert_eq!(own.status().await?, SubscriptionStatus::Active);
    assert!(find(shop, &own.by, own.id).await?.failing_since.is_some());

    let late = shop.ahead(Duration::days(FAILING_DAYS) + Duration::days(2));
    assert_eq!(send(&late, BROKEN).await?, 1);
    let off = find(shop, &own.by, own.id).await?;
    assert_eq!((off.status, off.off), (SubscriptionStatus::Failed, Some(Off::Failing)));
    for message in [first, waiting] {
        assert_eq!(own.one(message).await?.status, DeliveryStatus::Stopped);
    }
    notification::read(shop).await?;
    notification::read_again(shop).await?;
    let told = "select count(*) from notification where kind = 'subscription_off' and payload->>'because' = 'failing'
                and payload->>'host' = 'hooks.example.com'";
    assert_eq!(number(shop, told).await, 1);
    assert_eq!(
        number(shop, "select count(*) from mail").await,
        number(shop, "select count(*) from notification").await
    );

    assert_eq!(refused(resend(shop, &own.by, first).await), Some(Failure::StatusChanged));
    assert_eq!(refused(test(shop, &own.by, own.id).await), Some(Failure::StatusChanged));
    assert_eq!(refused(pause(shop, &own.by, own.id).await), Some(Failure::StatusChanged));
    own.scene.buy(&[(own.book, 1)]).await?;
    read(shop).await?;
    assert_eq!(own.log().await?.len(), 2, "what happens meanwhile is not told");
    resume(shop, &own.by, own.id).await?;
    let on = find(shop, &own.by, own.id).await?;
    assert_eq!((on.status, on.off, on.failing_since), (SubscriptionStatus::Active, None, None));
    assert_eq!(send(&late, TAKEN).await?, 0, "what was stopped stays so");
    resend(shop, &own.by, first).await?;
    assert_eq!(send(&late, BROKEN).await?, 1);
    assert_eq!(own.status().await?, SubscriptionStatus::Active, "its days are counted anew");
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn one_message_that_is_taken_shows_that_the_endpoint_lives(db: PgPool) -> Result<()> {
    let own = Listening::new(db).await?;
    let shop = own.shop();
    own.sell().await?;
    send(shop, BROKEN).await?;
    let later = shop.ahead(Duration::days(FAILING_DAYS) - Duration::HOUR);
    assert_eq!(send(&later, TAKEN).await?, 1);
    assert_eq!(find(shop, &own.by, own.id).await?.failing_since, None);
    own.sell().await?;
    assert_eq!(send(&shop.ahead(Duration::days(FAILING_DAYS + 1)), BROKEN).await?, 1);
    assert_eq!(own.status().await?, SubscriptionStatus::Active);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn an_endpoint_that_says_it_is_gone_is_switched_off_at_once(db: PgPool) -> Result<()> {
    let own = Listening::new(db).await?;
    let shop = own.shop();
    let (message, other) = (own.sell().await?, own.sell().await?);
    let sent = claim(shop, Lane::Well, &[0; 63]).await?;
    assert_eq!(sent[0].id, message);
    settle(shop, &sent[0], Outcome::Answered { code: 410, retry_after: None }).await?;
    assert_eq!(find(shop, &own.by, own.id).await?.off, Some(Off::Gone));
    assert_eq!(own.one(message).await?.status, DeliveryStatus::Failed);
    assert_eq!(own.one(other).await?.status, DeliveryStatus::Stopped);
    assert_eq!(own.scene.events("subscription.failed").await?.len(), 1);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_message_is_sent_again_under_its_id_with_all_its_attempts_before_it(db: PgPool) -> Result<()> {
    let own = Listening::new(db).await?;
    let shop = own.shop();
    let message = own.sell().await?;
    send(shop, TAKEN).await?;
    resend(shop, &own.by, message).await?;
    let again = due(shop).await?;
    assert_eq!((again[0].id, again[0].attempt), (message, 1));
    settle(shop, &again[0], BROKEN).await?;
    let one = own.one(message).await?;
    assert_eq!((one.status, one.attempts, one.sending), (DeliveryStatus::Pending, 1, false));
    resend(shop, &own.by, message).await?;
    let one = own.one(message).await?;
    assert_eq!((one.attempts, one.status_code, one.trouble), (0, None, None), "nothing is known of it yet");
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_is_asked_for_again_while_it_is_sent_is_sent_once_more_where_it_is_not_taken(db: PgPool) -> Result<()> {
    let own = Listening::new(db).await?;
    let shop = own.shop();
    let message = own.sell().await?;
    let first = due(shop).await?;
    let one = own.one(message).await?;
    assert_eq!((one.sending, one.attempts, one.next_attempt_at), (true, 1, None));
    resend(shop, &own.by, message).await?;
    assert!(due(shop).await?.is_empty(), "it is not sent twice");
    settle(shop, &first[0], BROKEN).await?;
    let second = due(shop).await?;
    assert_eq!(second.iter().map(|sending| (sending.id, sending.attempt)).collect::<Vec<_>>(), [(message, 1)]);
    resend(shop, &own.by, message).await?;
    settle(shop, &second[0], TAKEN).await?;
    let one = own.one(message).await?;
    assert_eq!((one.status, one.attempts, one.sending), (DeliveryStatus::Delivered, 1, false));
    assert!(due(&shop.ahead(Duration::DAY)).await?.is_empty());
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_the_address_before_answers_says_nothing_of_the_new_one(db: PgPool) -> Result<()> {
    let own = Listening::new(db).await?;
    let shop = own.shop();
    let message = own.sell().await?;
    let before = due(shop).await?;
    let moved = SubscriptionForm { url: "https://other.example.com/".to_owned(), ..form(&["order.paid"]) };
    change(shop, &own.by, own.id, 0, &moved).await?;
    test(shop, &own.by, own.id).await?;
    let after = due(shop).await?;
    assert_eq!(after[0].url, moved.url);
    settle(shop, &after[0], BROKEN).await?;
    settle(shop, &before[0], TAKEN).await?;
    assert_eq!(own.one(message).await?.status, DeliveryStatus::Delivered);
    assert!(find(shop, &own.by, own.id).await?.failing_since.is_some());
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_message_whose_sender_died_is_sent_by_another_who_has_the_last_word(db: PgPool) -> Result<()> {
    let own = Listening::new(db).await?;
    let shop = own.shop();
    let message = own.sell().await?;
    let dead = due(shop).await?;
    let later = shop.ahead(LEASE + Duration::SECOND);
    let taken_over = due(&later).await?;
    assert_eq!((taken_over[0].id, taken_over[0].attempt), (message, 2));
    // Not dead after all.
    settle(&later, &dead[0], BROKEN).await?;
    assert_eq!(own.one(message).await?.status_code, None);
    settle(&later, &taken_over[0], TAKEN).await?;
    settle(&later, &dead[0], BROKEN).await?;
    assert_eq!(own.one(message).await?.status, DeliveryStatus::Delivered);
    assert_eq!(find(shop, &own.by, own.id).await?.failing_since, None);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_waits_goes_on_waiting_through_a_pause(db: PgPool) -> Result<()> {
    let own = Listening::new(db).await?;
    let shop = own.shop();
    let message = own.sell().await?;
    pause(shop, &own.by, own.id).await?;
    assert!(due(&shop.ahead(Duration::days(2))).await?.is_empty());
    resume(shop, &own.by, own.id).await?;
    assert_eq!(due(shop).await?.iter().map(|sending| sending.id).collect::<Vec<_>>(), [message]);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn one_test_waits_at_a_time(db: PgPool) -> Result<()> {
    let own = Listening::new(db).await?;
    let (shop, by) = (own.shop(), &own.by);
    let first = test(shop, by, own.id).await?;
    assert_eq!(test(shop, by, own.id).await?, first);
    assert_eq!(send(shop, BROKEN).await?, 1);
    assert_eq!(send(shop, TAKEN).await?, 0, "it waits");
    assert_eq!(test(shop, by, own.id).await?, first);
    assert_eq!(send(shop, TAKEN).await?, 1, "whoever asks again wants it at once");
    let second = test(shop, by, own.id).await?;
    assert_ne!(second, first);
    assert_eq!(refused(resend(shop, by, first).await), Some(Failure::StatusChanged));
    resend(shop, by, second).await?;
    let body = domain::subscription::delivery(shop, by, second).await?.body;
    assert!(body.contains(r#""type":"subscription.test""#) && body.contains(&own.id.to_string()), "{body}");
    Ok(())
}

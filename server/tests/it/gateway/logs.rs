//! What must not stand in a log.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex, PoisonError},
};

use tracing::Level;

use super::*;

/// A log that is kept.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// At its most talkative, whatever goes well or wrong: the headers of a request stand in no log, nor
/// do the addresses that name a token.
#[tokio::test]
async fn neither_the_secret_nor_a_token_stands_in_a_log() -> Outcome {
    let it = Neighbor::start()?;
    let kept = Kept::default();
    let log = kept.clone();
    let subscriber = tracing_subscriber::fmt().with_max_level(Level::TRACE).with_writer(move || log.clone()).finish();
    // This test's own thread, on which all of it runs.
    let recording = tracing::subscriber::set_default(subscriber);
    let me = Uuid::new_v4();
    let word = it.word(me, GOOD).await?;
    let card = it.gateway.register(me, &word).await?;
    it.gateway.charge(&card.token, me, Uuid::now_v7(), 20_000, "책").await?;
    it.switch(json!({ "fail": true })).await?;
    for told in [
        unanswered(it.gateway.charge(&card.token, me, Uuid::now_v7(), 20_000, "책").await),
        unanswered(it.gateway.forget(&card.token).await),
        unanswered(it.gateway.register(me, &word).await),
    ] {
        tracing::warn!("{told:?} {card:?} {:?}", it.gateway);
    }
    let nobody = Toss::new(&"http://127.0.0.1:1".parse()?, SECRET)?;
    tracing::warn!("{:?}", nobody.charge(&card.token, me, Uuid::now_v7(), 20_000, "책").await);
    let stranger = Toss::new(&it.sandbox.url("").parse()?, "test_sk_of_another")?;
    tracing::warn!("{:?}", stranger.charge(&card.token, me, Uuid::now_v7(), 20_000, "책").await);
    drop(recording);
    let log = String::from_utf8(kept.0.lock().unwrap_or_else(PoisonError::into_inner).clone())?;
    assert!(log.contains("does not accept the shop's own secret"), "something was recorded: {log}");
    let basic = "dGVzdF9za19vZl90aGlzX3Nob3A6";
    for secret in [SECRET, basic, card.token.as_str()] {
        assert!(!log.contains(secret), "{secret} stands in the log");
    }
    Ok(())
}

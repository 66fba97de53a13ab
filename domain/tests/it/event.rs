//! The log and its readers: each event once, in order, whatever goes wrong.

mod late;
mod poison;
mod redrive;
mod retention;
mod together;

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard},
};

use domain::{
    Error, Result, Shop,
    event::{Event, Reader, Trouble},
};
use serde_json::json;
use sqlx::{PgConnection, PgExecutor};

/// What the events of these tests are called.
const TOLD: &str = "test.told";

/// A reader that writes down the numbers it is told. The table refuses negative ones.
pub(crate) struct Ear {
    name: &'static str,
    mood: Mutex<Mood>,
}

/// How a reader fares.
#[derive(Default)]
struct Mood {
    /// Everything that it sent, in order.
    sent: Vec<i64>,
    /// Numbers that cannot be sent.
    refused: BTreeSet<i64>,
    /// Numbers that make it panic.
    panics: BTreeSet<i64>,
    /// The number from which on the other side is away.
    away_from: Option<i64>,
    /// Whether the database is away once it has stored.
    lost: bool,
}

impl Ear {
    fn named(name: &'static str) -> Arc<Self> {
        Arc::new(Self { name, mood: Mutex::default() })
    }

    fn mood(&self) -> MutexGuard<'_, Mood> {
        self.mood.lock().expect("a mood")
    }

    /// What it has stored, in order.
    async fn heard(&self, shop: &Shop) -> Result<Vec<i64>> {
        let heard = sqlx::query_scalar("select number from heard where reader = $1 order by position");
        Ok(heard.bind(self.name).fetch_all(&shop.db).await?)
    }
}

fn number(event: &Event) -> i64 {
    event.payload["number"].as_i64().expect("a number")
}

#[async_trait::async_trait]
impl Reader for Ear {
    fn name(&self) -> &'static str {
        self.name
    }

    fn reads(&self) -> &'static [&'static str] {
        &[TOLD]
    }

    async fn send(&self, _: &Shop, events: &[Event]) -> Result<(), Trouble> {
        let mut mood = self.mood();
        for event in events {
            let number = number(event);
            if mood.away_from.is_some_and(|from| number >= from) {
                return Err(Trouble::Away("nobody answers".to_owned()));
            }
            if mood.refused.contains(&number) {
                return Err(Trouble::Poison(format!("{number} is refused")));
            }
        }
        mood.sent.extend(events.iter().map(number));
        Ok(())
    }

    async fn store(&self, _: &Shop, conn: &mut PgConnection, events: &[Event]) -> Result<()> {
        for event in events {
            sqlx::query("insert into heard (reader, number) values ($1, $2)")
                .bind(self.name)
                .bind(number(event))
                .execute(&mut *conn)
                .await?;
            let panics = self.mood().panics.contains(&number(event));
            assert!(!panics, "{} is too much", number(event));
        }
        if self.mood().lost { Err(Error::Database(sqlx::Error::PoolTimedOut)) } else { Ok(()) }
    }
}

/// Where readers write.
async fn open_book(shop: &Shop) -> Result<()> {
    sqlx::raw_sql(
        "create table heard (
             position bigint generated always as identity, reader text not null,
             number bigint not null constraint heard_number_check check (number >= 0)
         )",
    )
    .execute(&shop.db)
    .await?;
    Ok(())
}

/// Appends an event.
async fn tell(db: impl PgExecutor<'_>, subject: &str, number: i64) -> Result<()> {
    tell_as(db, TOLD, subject, number).await
}

async fn tell_as(db: impl PgExecutor<'_>, name: &str, subject: &str, number: i64) -> Result<()> {
    sqlx::query("insert into event (name, subject, payload) values ($1, $2, $3)")
        .bind(name)
        .bind(subject)
        .bind(json!({ "number": number }))
        .execute(db)
        .await?;
    Ok(())
}

/// The numbers that are set aside and open, with how often each was tried.
async fn aside(shop: &Shop, reader: &Ear) -> Result<Vec<(i64, i32)>> {
    let aside = sqlx::query_as(
        "select (payload ->> 'number')::bigint, attempts from dead_letter
         where reader = $1 and settled is null order by dead_letter_id",
    );
    Ok(aside.bind(reader.name).fetch_all(&shop.db).await?)
}

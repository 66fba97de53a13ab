//! Taking once more what was set aside, in the order in which it was.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use contract::{Failure, trail::Act};
use serde_json::json;

use super::{Event, Reader, Trouble, careful, cursor, dead_letter::kept};
use crate::{
    Result, Shop,
    member::{Operator, Staff},
    trail,
};

/// No letter is begun later than this: somebody waits for the page.
const PATIENCE: Duration = Duration::from_secs(5);

/// What came of taking letters once more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Redriven {
    /// So many were taken.
    pub taken: usize,
    /// So many failed again.
    pub failed: usize,
    /// Whether it stopped because the other side, or the database, is away.
    pub away: bool,
    /// Whether it stopped because it took long.
    pub long: bool,
}

/// Letters looked at at once: there may be very many.
const AT_ONCE: i64 = 500;

/// A letter to take: its id, its reader and its subject.
struct Open {
    id: i64,
    reader: String,
    subject: String,
}

/// Takes an event once more, and before it those of the same reader and subject that were set aside
/// earlier. What the reader stores is stored once, however many ask at once.
///
/// # Errors
/// [`Failure::NotFound`], also where the reader is no more; [`Failure::StatusChanged`] where the
/// event is settled.
pub async fn redrive(shop: &Shop, by: &Staff, id: i64) -> Result<Redriven> {
    let letter = sqlx::query!("select reader, subject, settled from dead_letter where dead_letter_id = $1", id);
    let letter = letter.fetch_optional(&shop.db).await?.ok_or(Failure::NotFound)?;
    if letter.settled.is_some() {
        return Err(Failure::StatusChanged.into());
    }
    shop.readers().find(&letter.reader).ok_or(Failure::NotFound)?;
    let wanted = Wanted { reader: Some(&letter.reader), subject: Some(&letter.subject), last: id };
    take_open(shop, by, wanted).await
}

/// The same with everything that is set aside: by one reader where it is named.
///
/// # Errors
/// [`Failure::NotFound`] where there is no such reader.
pub async fn redrive_all(shop: &Shop, by: &Staff, reader: Option<&str>) -> Result<Redriven> {
    if reader.is_some_and(|reader| shop.readers().find(reader).is_none()) {
        return Err(Failure::NotFound.into());
    }
    take_open(shop, by, Wanted { reader, subject: None, last: i64::MAX }).await
}

/// Which letters are to be taken: all where nothing is named.
struct Wanted<'a> {
    reader: Option<&'a str>,
    subject: Option<&'a str>,
    /// No later one.
    last: i64,
}

/// Those that are open behind the letter `after`, oldest first, as many as are looked at at once.
async fn open(shop: &Shop, wanted: &Wanted<'_>, after: i64) -> Result<Vec<Open>> {
    Ok(sqlx::query_as!(
        Open,
        "select dead_letter_id as id, reader, subject from dead_letter
         where settled is null and ($1::text is null or reader = $1) and ($2::text is null or subject = $2)
           and dead_letter_id > $3 and dead_letter_id <= $4
         order by dead_letter_id limit $5",
        wanted.reader,
        wanted.subject,
        after,
        wanted.last,
        AT_ONCE
    )
    .fetch_all(&shop.db)
    .await?)
}

async fn take_open(shop: &Shop, by: &Staff, wanted: Wanted<'_>) -> Result<Redriven> {
    let began = Instant::now();
    let mut sum = Redriven::default();
    let mut blocked = BTreeSet::new();
    let mut after = 0;
    let mut letters = open(shop, &wanted, after).await?.into_iter();
    loop {
        let letter = match letters.next() {
            Some(letter) => letter,
            None => {
                // Those that wait behind one that failed must not hide what comes after them.
                letters = open(shop, &wanted, after).await?.into_iter();
                let Some(letter) = letters.next() else { break };
                letter
            }
        };
        after = letter.id;
        sum.long = began.elapsed() > PATIENCE;
        if sum.long {
            break;
        }
        let Some(reader) = shop.readers().find(&letter.reader) else { continue };
        if blocked.contains(&(letter.reader.clone(), letter.subject.clone())) {
            continue;
        }
        let Some(event) = claim(shop, letter.id).await? else { continue };
        match take_claimed(shop, by, reader, letter.id, event).await {
            Ok(true) => sum.taken += 1,
            Ok(false) => {}
            Err(trouble) => {
                failed(shop, letter.id, &trouble).await?;
                sum.away = trouble.is_outage();
                if sum.away {
                    tracing::warn!(reader = letter.reader, %trouble, "what was set aside was not taken: an outage");
                    break;
                }
                tracing::error!(reader = letter.reader, letter = letter.id, error = ?trouble, "an event failed again");
                sum.failed += 1;
                blocked.insert((letter.reader, letter.subject));
            }
        }
    }
    Ok(sum)
}

/// Claims a letter for a minute: who else asks leaves it alone. None that has an earlier one of its
/// subject before it.
async fn claim(shop: &Shop, id: i64) -> Result<Option<Event>> {
    Ok(sqlx::query_as!(
        Event,
        "update dead_letter d set claimed_until = now() + interval '1 minute'
         where d.dead_letter_id = $1 and d.settled is null and (d.claimed_until is null or d.claimed_until < now())
           and not exists (
               select from dead_letter b where b.reader = d.reader and b.subject = d.subject and b.settled is null
                 and b.dead_letter_id < d.dead_letter_id
           )
         returning d.event_id as id, d.name, d.subject, d.payload, d.created_at as at",
        id
    )
    .fetch_optional(&shop.db)
    .await?)
}

/// Whether it was this one that took it.
async fn take_claimed(shop: &Shop, by: &Staff, reader: &dyn Reader, id: i64, event: Event) -> Result<bool, Trouble> {
    let events = [event];
    careful::send(reader, shop, &events).await?;
    let mut tx = shop.db.begin().await?;
    cursor::hold(&mut tx, reader.name()).await?;
    let settled = sqlx::query!(
        "update dead_letter set settled = 'redriven', settled_at = $2, settled_by = $3, attempts = attempts + 1,
             claimed_until = null
         where dead_letter_id = $1 and settled is null",
        id,
        shop.now(),
        by.id()
    );
    if settled.execute(&mut *tx).await?.rows_affected() == 0 {
        return Ok(false);
    }
    let told = trail::Change {
        act: Act::LetterRedriven,
        subject: id.to_string(),
        seller: None,
        before: json!({ "settled": null }),
        after: json!({ "settled": "redriven", "reader": reader.name() }),
    };
    trail::record(&mut tx, &Operator::from(by), shop.now(), &[told]).await.map_err(Trouble::Shop)?;
    careful::store(reader, shop, &mut tx, &events).await?;
    tx.commit().await?;
    Ok(true)
}

/// Lets go of a letter; one that failed by itself says so.
async fn failed(shop: &Shop, id: i64, trouble: &Trouble) -> Result<()> {
    let error = (!trouble.is_outage()).then(|| kept(&trouble.to_string()));
    sqlx::query!(
        "update dead_letter set claimed_until = null, error = coalesce($2, error),
             attempts = attempts + case when $2::text is null then 0 else 1 end
         where dead_letter_id = $1 and settled is null",
        id,
        error
    )
    .execute(&shop.db)
    .await?;
    Ok(())
}

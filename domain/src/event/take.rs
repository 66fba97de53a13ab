//! One batch of a reader, from the log to behind its cursor.

use std::{collections::BTreeSet, time::Duration};

use backon::{BackoffBuilder, ExponentialBuilder};

use super::{
    Event, Reader, Trouble,
    batch::{self, Batch},
    careful,
    cursor::{self, Place},
    dead_letter::{self, Aside},
};
use crate::Shop;

/// Losing the last moment of what readers store costs reading it again, as their cursors are lost with
/// it: orders need not wait for the disk because of them.
const RELAXED: &str = "begin; set local synchronous_commit = off";

/// What came of looking for a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// Events were taken; there may be more.
    Some,
    /// The reader has read all that there is.
    Nothing,
    /// There is more, behind transactions that are older and still run: look again soon.
    HeldBack,
    /// Another instance is at it, or was in between.
    Elsewhere,
}

/// Takes the next batch. What the reader stores is stored once, whoever takes it; what it sends is
/// sent at least once, in the order of the log.
///
/// An event that cannot be taken is tried a few times and then set aside, and those of its subject
/// that come later are set aside behind it.
///
/// # Errors
/// An outage: the same call goes on where this one stopped.
pub async fn take(shop: &Shop, reader: &dyn Reader) -> Result<Taken, Trouble> {
    let Some(batch) = batch::load(shop, reader).await? else {
        cursor::begin(&shop.db, reader.name()).await?;
        return Ok(Taken::Some);
    };
    if batch.is_empty() {
        return Ok(if batch.held_back { Taken::HeldBack } else { Taken::Nothing });
    }
    if batch.items.is_empty() {
        let skipped = cursor::skip(&shop.db, reader.name(), &batch.from, &batch.to).await?;
        return Ok(if skipped { Taken::Some } else { Taken::Elsewhere });
    }
    let work = Work { shop, reader };
    let mut step = Step::whole(&batch);
    match work.attempt(&mut step).await {
        Err(trouble) if !trouble.is_outage() => {
            let sent = step.sent;
            work.one_by_one(batch, sent).await
        }
        outcome => outcome,
    }
}

/// From one place of the log to the next.
struct Step {
    from: Place,
    to: Place,
    /// What is taken.
    events: Vec<Event>,
    /// Whether it was sent.
    sent: bool,
    /// What is set aside.
    aside: Vec<Aside>,
}

impl Step {
    fn whole(batch: &Batch) -> Self {
        let mut step =
            Self { from: batch.from.clone(), to: batch.to.clone(), events: vec![], sent: false, aside: vec![] };
        for item in &batch.items {
            if item.behind {
                step.aside.push(Aside::behind(item.event.clone()));
            } else {
                step.events.push(item.event.clone());
            }
        }
        step
    }
}

/// A reader at work.
struct Work<'a> {
    shop: &'a Shop,
    reader: &'a dyn Reader,
}

impl Work<'_> {
    /// Sends, then stores, sets aside and moves the cursor in one transaction.
    async fn attempt(&self, step: &mut Step) -> Result<Taken, Trouble> {
        let Self { shop, reader } = *self;
        if !step.sent && !step.events.is_empty() {
            careful::send(reader, shop, &step.events).await?;
            step.sent = true;
        }
        let mut tx = shop.db.begin_with(RELAXED).await?;
        if !cursor::hold_at(&mut tx, reader.name(), &step.from).await? {
            return Ok(Taken::Elsewhere);
        }
        // Letters are settled by who holds the cursor too: from here on the answer stays true.
        if !dead_letter::still_behind(&mut tx, reader.name(), &step.aside).await? {
            return Ok(Taken::Elsewhere);
        }
        if !step.events.is_empty() {
            careful::store(reader, shop, &mut tx, &step.events).await?;
        }
        dead_letter::set_aside(&mut tx, reader.name(), &step.aside).await?;
        cursor::advance(&mut tx, reader.name(), &step.to).await?;
        tx.commit().await?;
        Ok(Taken::Some)
    }

    /// Each of the batch by itself, to find the one that cannot be taken and go on behind it.
    async fn one_by_one(&self, batch: Batch, sent: bool) -> Result<Taken, Trouble> {
        let mut from = batch.from;
        let mut blocked = BTreeSet::new();
        let last = batch.items.len().saturating_sub(1);
        for (number, item) in batch.items.into_iter().enumerate() {
            // What follows the last one is none of the reader's.
            let to = if number == last { batch.to.clone() } else { item.place };
            let behind = item.behind || blocked.contains(&item.event.subject);
            let (events, aside) =
                if behind { (vec![], vec![Aside::behind(item.event)]) } else { (vec![item.event], vec![]) };
            let mut step = Step { from, to: to.clone(), events, sent, aside };
            match self.try_hard(&mut step).await? {
                Taken::Some => blocked.extend(step.aside.into_iter().map(|aside| aside.event.subject)),
                stopped => return Ok(stopped),
            }
            from = to;
        }
        Ok(Taken::Some)
    }

    /// A step of one event, a few times, and then without it. What was sent is not sent again
    /// because it could not be stored.
    async fn try_hard(&self, step: &mut Step) -> Result<Taken, Trouble> {
        let mut pauses = attempts().build();
        let mut attempts = 0;
        let trouble = loop {
            attempts += 1;
            let trouble = match self.attempt(step).await {
                Ok(taken) => return Ok(taken),
                // One event alone, and still too slow: it is the database.
                Err(trouble) if trouble.is_outage() || trouble.is_timeout() => return Err(trouble),
                Err(trouble) => trouble,
            };
            match pauses.next() {
                Some(pause) => tokio::time::sleep(pause).await,
                None => break trouble,
            }
        };
        let error = trouble.to_string();
        step.aside = step.events.drain(..).map(|event| Aside { event, attempts, error: error.clone() }).collect();
        let taken = self.attempt(step).await?;
        if let (Taken::Some, Some(aside)) = (taken, step.aside.first()) {
            let (reader, event) = (self.reader.name(), &aside.event);
            tracing::error!(
                reader, attempts, error = ?trouble, event.id, event.name, event.subject,
                "an event was set aside"
            );
        }
        Ok(taken)
    }
}

/// The pauses between attempts: five attempts within two seconds or so.
fn attempts() -> ExponentialBuilder {
    ExponentialBuilder::default()
        .with_jitter()
        .with_min_delay(Duration::from_millis(60))
        .with_max_delay(Duration::from_millis(600))
        .with_max_times(4)
}

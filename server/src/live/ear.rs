//! How an instance hears: woken by the database, and looking by itself where no word came.

use std::{sync::Arc, time::Duration};

use backon::{BackoffBuilder, ExponentialBuilder};
use contract::member::MemberId;
use domain::{
    Error, Shop,
    event::{
        self,
        tail::{self, Cursor},
    },
    notification,
};
use sqlx::postgres::PgListener;
use tokio::{sync::Notify, task::JoinSet, time};

use super::{Hub, Word};

/// How often the log is looked at without having been woken.
const OFTEN: Duration = Duration::from_secs(1);

/// What happens within so little is looked at in one go.
const PAUSE: Duration = Duration::from_millis(50);

/// Starts to listen, and to look.
pub(super) fn open(shop: &Shop, hub: &Hub) -> JoinSet<()> {
    let woken = Arc::new(Notify::new());
    let mut ears = JoinSet::new();
    ears.spawn(listen(shop.clone(), hub.clone(), Arc::clone(&woken)));
    ears.spawn(look(shop.clone(), hub.clone(), woken));
    ears
}

/// Listens, and connects again whenever the connection is lost.
async fn listen(shop: Shop, hub: Hub, woken: Arc<Notify>) {
    let back_off = ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(200))
        .with_max_delay(Duration::from_secs(10))
        .with_jitter()
        .without_max_times();
    let mut delays = back_off.build();
    loop {
        match PgListener::connect_with(&shop.db).await {
            Ok(mut ear) => match hear(&mut ear, &hub, &woken).await {
                Ok(()) => delays = back_off.build(),
                Err(error) => tracing::warn!(%error, "the database is not heard any more"),
            },
            Err(error) => tracing::warn!(%error, "the database cannot be listened to"),
        }
        // Whose inbox changed in the meantime is not said again.
        hub.hang_up();
        time::sleep(delays.next().unwrap_or(OFTEN)).await;
    }
}

/// Passes on what is heard, until the connection is lost.
async fn hear(ear: &mut PgListener, hub: &Hub, woken: &Notify) -> Result<(), sqlx::Error> {
    ear.eager_reconnect(false);
    ear.listen_all([event::CHANNEL, notification::CHANNEL]).await?;
    while let Some(heard) = ear.try_recv().await? {
        if heard.channel() == event::CHANNEL {
            woken.notify_one();
        } else if let Ok(member) = heard.payload().parse::<MemberId>() {
            hub.tell(member, Word::Inbox);
        }
    }
    Ok(())
}

/// Looks at the log whenever it grew, and tells whose orders changed.
async fn look(shop: Shop, hub: Hub, woken: Arc<Notify>) {
    let mut cursor = None;
    loop {
        match step(&shop, &hub, cursor).await {
            Ok(next) => cursor = next,
            Err(error) => tracing::debug!(%error, "the log cannot be looked at"),
        }
        time::sleep(PAUSE).await;
        let _ = time::timeout(OFTEN, woken.notified()).await;
    }
}

/// Looks once; answers from where to go on.
async fn step(shop: &Shop, hub: &Hub, cursor: Option<Cursor>) -> Result<Option<Cursor>, Error> {
    let Some(cursor) = cursor.filter(|_| !hub.is_empty()) else {
        // Nobody wants to know what happened so far.
        let end = tail::end(shop).await?;
        return Ok(match cursor {
            // Who came while the end was looked up may know of nothing that happened before it.
            Some(cursor) if !hub.is_empty() => Some(cursor),
            Some(_) => Some(end),
            None => {
                hub.hang_up();
                Some(end)
            }
        });
    };
    let (heard, next) = tail::tail(shop, cursor).await?;
    for tail::Heard { member, order } in heard {
        hub.tell(member, Word::Order(order));
    }
    Ok(Some(next))
}

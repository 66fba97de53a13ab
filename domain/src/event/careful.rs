//! A reader that panics is one that fails.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    task::Poll,
};

use sqlx::PgConnection;

use super::{Event, Reader, Trouble};
use crate::Shop;

pub(super) async fn send(reader: &dyn Reader, shop: &Shop, events: &[Event]) -> Result<(), Trouble> {
    caught(reader.send(shop, events)).await
}

/// The transaction must end without a commit if this fails.
pub(super) async fn store(
    reader: &dyn Reader,
    shop: &Shop,
    conn: &mut PgConnection,
    events: &[Event],
) -> Result<(), Trouble> {
    caught(async { Ok(reader.store(shop, conn, events).await?) }).await
}

async fn caught(work: impl Future<Output = Result<(), Trouble>>) -> Result<(), Trouble> {
    let mut work = pin!(work);
    // What is broken in between is dropped with the work, and with its transaction.
    std::future::poll_fn(|context| {
        catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context)))
            .unwrap_or_else(|panic| Poll::Ready(Err(Trouble::Poison(words(panic.as_ref())))))
    })
    .await
}

fn words(panic: &(dyn Any + Send)) -> String {
    let said = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("panicked: {}", said.unwrap_or("without a word"))
}

//! Reading all that there is, at once.

use std::time::{Duration, Instant};

use contract::Failure;

use super::{Reader, Taken, Trouble, take};
use crate::{Result, Shop};

/// Transactions of the whole cluster hold the log back, each for as long as it runs.
const PATIENCE: Duration = Duration::from_secs(30);

/// Lets readers take everything that is committed, and what follows from it: for tests, and for
/// whoever has to know that nothing is left.
///
/// # Errors
/// An outage, and [`Failure::Unavailable`] where nothing moved for half a minute.
pub async fn drain(shop: &Shop, readers: &[&dyn Reader]) -> Result<()> {
    let mut moved = Instant::now();
    loop {
        let mut done = true;
        for reader in readers {
            match take(shop, *reader).await {
                Ok(Taken::Nothing) => {}
                Ok(taken) => {
                    done = false;
                    if taken == Taken::Some {
                        moved = Instant::now();
                    }
                }
                Err(Trouble::Shop(error)) => return Err(error),
                Err(trouble) => {
                    tracing::warn!(%trouble, reader = reader.name(), "not drained");
                    return Err(Failure::Unavailable.into());
                }
            }
        }
        if done {
            return Ok(());
        }
        if moved.elapsed() > PATIENCE {
            return Err(Failure::Unavailable.into());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

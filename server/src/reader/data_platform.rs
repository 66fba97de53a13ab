//! Hands what was paid and canceled to the data platform.

use std::sync::Arc;

use async_trait::async_trait;
use domain::{
    Shop,
    event::{Event, Reader, Trouble},
};

use crate::platform::{CloudEvent, Platform};

/// The most events of one request.
const MOST: usize = 200;

/// The reader, with the platform that it hands events to.
#[derive(Debug)]
pub struct DataPlatform {
    platform: Arc<dyn Platform>,
}

impl DataPlatform {
    /// Reads for this platform.
    pub fn new(platform: Arc<dyn Platform>) -> Self {
        Self { platform }
    }
}

#[async_trait]
impl Reader for DataPlatform {
    fn name(&self) -> &'static str {
        "data_platform"
    }

    fn reads(&self) -> &'static [&'static str] {
        &["order.paid", "order.canceled"]
    }

    fn sends(&self) -> bool {
        true
    }

    async fn send(&self, _shop: &Shop, events: &[Event]) -> Result<(), Trouble> {
        let batch = events.iter().filter(|event| concerns(event)).map(CloudEvent::of).collect::<Result<Vec<_>, _>>()?;
        // One after the other: an order's events arrive as they happened.
        for part in batch.chunks(MOST) {
            self.platform.take(part).await?;
        }
        Ok(())
    }
}

/// An order that was never paid is not missed when it is canceled.
fn concerns(event: &Event) -> bool {
    event.name != "order.canceled" || event.payload["paid"] != false
}

//! Requests a parcel for what was accepted, and calls off what was canceled or went by hand since.

use std::sync::Arc;

use async_trait::async_trait;
use contract::order::OrderId;
use domain::{
    Shop,
    delivery::{self, Errand},
    event::{Event, Reader, Trouble},
};
use serde::Deserialize;
use tokio::task::JoinSet;
use tracing::instrument;
use uuid::Uuid;

use crate::carrier::Carrier;

/// Parcels asked for at once: the carrier's answer is what takes time.
const AT_ONCE: usize = 8;

/// The reader, with the carrier that it asks.
pub struct DeliveryRequest {
    carrier: Arc<dyn Carrier>,
}

impl DeliveryRequest {
    /// A reader that asks this carrier.
    pub fn new(carrier: Arc<dyn Carrier>) -> Self {
        Self { carrier }
    }
}

#[async_trait]
impl Reader for DeliveryRequest {
    fn name(&self) -> &'static str {
        "delivery_request"
    }

    fn reads(&self) -> &'static [&'static str] {
        &["order.accepted", "order.canceled"]
    }

    fn sends(&self) -> bool {
        true
    }

    /// What is to be done follows from how the deliveries stand now; the events say which ones. So
    /// those of one order may be read at once and again: what was accepted and canceled since is
    /// not requested, and who cancels later is read later.
    async fn send(&self, shop: &Shop, events: &[Event]) -> Result<(), Trouble> {
        let (accepted, canceled) = subjects(events)?;
        let mut errands = delivery::errands(shop, &accepted, &canceled).await?.into_iter();
        let mut running = JoinSet::new();
        let mut worst = Ok(());
        loop {
            // After the first trouble no more is begun, but what runs comes to its end.
            while worst.is_ok() && running.len() < AT_ONCE {
                let Some(errand) = errands.next() else { break };
                running.spawn(run(shop.clone(), Arc::clone(&self.carrier), errand));
            }
            let Some(done) = running.join_next().await else { return worst };
            worst = worse(worst, done.map_err(|error| Trouble::Shop(error.into())).flatten());
        }
    }
}

#[derive(Deserialize)]
struct About {
    order_id: OrderId,
    delivery_id: Option<Uuid>,
}

/// The deliveries that were accepted, and the orders of which something was canceled.
fn subjects(events: &[Event]) -> Result<(Vec<Uuid>, Vec<OrderId>), Trouble> {
    let (mut accepted, mut canceled) = (Vec::new(), Vec::new());
    for event in events {
        let unread = |why: String| Trouble::Poison(format!("{} {}: {why}", event.name, event.id));
        let about = About::deserialize(&event.payload).map_err(|error| unread(error.to_string()))?;
        match (event.name.as_str(), about.delivery_id) {
            ("order.accepted", Some(delivery)) => accepted.push(delivery),
            ("order.accepted", None) => return Err(unread("no delivery".to_owned())),
            _ => canceled.push(about.order_id),
        }
    }
    Ok((accepted, canceled))
}

/// Asks the carrier, and stores what it answered before anything else is asked for this delivery.
#[instrument(skip_all, fields(delivery = %errand.delivery))]
async fn run(shop: Shop, carrier: Arc<dyn Carrier>, errand: Errand) -> Result<(), Trouble> {
    let (number, off) = match errand.number.clone() {
        // Whoever calls it off needs no more than its number.
        Some(number) if errand.booked || errand.off => (number, errand.off),
        _ => {
            let booking = carrier.book(&errand).await?;
            let booked = delivery::booked(&shop, errand.delivery, &booking.carrier, &booking.tracking_number).await?;
            // The seller may have shipped by hand while the carrier was asked.
            (booked.number, errand.off || booked.off)
        }
    };
    if off {
        carrier.call_off(&number).await?;
        delivery::called_off(&shop, errand.delivery).await?;
    }
    Ok(())
}

/// The trouble to tell: an outage before a refusal, which is found again once the outage is over.
fn worse(one: Result<(), Trouble>, other: Result<(), Trouble>) -> Result<(), Trouble> {
    match (one, other) {
        (Ok(()), other) => other,
        (Err(one), Err(other)) if !one.is_outage() && other.is_outage() => Err(other),
        (one, _) => one,
    }
}

//! What the sandbox remembers, behind one lock: whatever happens, happens whole and one after the
//! other.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::{
    carrier::Yard,
    gateway::Book,
    platform::Taken,
    replay::Answer,
    switches::Switches,
    webhook::{Message, Told},
};

/// Who is stood in for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Neighbor {
    Gateway,
    Carrier,
    Platform,
}

impl Neighbor {
    pub(crate) const ALL: [Self; 3] = [Self::Gateway, Self::Carrier, Self::Platform];

    /// As addresses spell it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Gateway => "gateway",
            Self::Carrier => "carrier",
            Self::Platform => "platform",
        }
    }
}

/// Everything that was received, and what came of it.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) switches: HashMap<Neighbor, Switches>,
    pub(crate) gateway: Book,
    pub(crate) carrier: Yard,
    pub(crate) platform: Vec<Taken>,
    /// First answers, by their idempotency keys; none while the first request is being worked on.
    pub(crate) answers: HashMap<String, Option<Answer>>,
    pub(crate) told: VecDeque<Told>,
    /// How often everything was forgotten: what began before has nothing to go on with.
    pub(crate) age: u64,
}

impl State {
    pub(crate) fn switches(&self, neighbor: Neighbor) -> Switches {
        self.switches.get(&neighbor).copied().unwrap_or_default()
    }

    /// All that a neighbor knows.
    pub(crate) fn received(&self, neighbor: Neighbor) -> Value {
        let webhooks: Vec<&Told> = self.told.iter().filter(|told| told.neighbor == neighbor).collect();
        match neighbor {
            Neighbor::Gateway => json!({ "payments": self.gateway.received(), "webhooks": webhooks }),
            Neighbor::Carrier => json!({ "parcels": self.carrier.received(), "webhooks": webhooks }),
            Neighbor::Platform => json!({ "events": self.platform }),
        }
    }
}

/// Messages that wait to be sent; each neighbor sends its own, in order.
pub(crate) type Mail = [(Neighbor, UnboundedReceiver<Message>); 2];

/// The one handle to the sandbox. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Sandbox(Arc<Shared>);

struct Shared {
    base: String,
    gateway_secret: String,
    pace: Duration,
    state: Mutex<State>,
    gateway_mail: UnboundedSender<Message>,
    carrier_mail: UnboundedSender<Message>,
}

impl Sandbox {
    pub(crate) fn new(base: String, gateway_secret: &str, pace: Duration) -> (Self, Mail) {
        let (gateway_mail, of_gateway) = unbounded_channel();
        let (carrier_mail, of_carrier) = unbounded_channel();
        let gateway_secret = gateway_secret.to_owned();
        let state = Mutex::default();
        let shared = Shared { base, gateway_secret, pace, state, gateway_mail, carrier_mail };
        (Self(Arc::new(shared)), [(Neighbor::Gateway, of_gateway), (Neighbor::Carrier, of_carrier)])
    }

    /// Where it is.
    pub(crate) fn base(&self) -> &str {
        &self.0.base
    }

    pub(crate) fn gateway_secret(&self) -> &str {
        &self.0.gateway_secret
    }

    /// The time between two checkpoints of a parcel.
    pub(crate) fn pace(&self) -> Duration {
        self.0.pace
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Works on the gateway's book, and tells the shop what has changed in it.
    pub(crate) fn book<T>(&self, work: impl FnOnce(&mut Book, Switches) -> T) -> T {
        let mut state = self.lock();
        let switches = state.switches(Neighbor::Gateway);
        let done = work(&mut state.gateway, switches);
        for news in state.gateway.news() {
            let _ = self.0.gateway_mail.send(Message::new(Neighbor::Gateway, news, state.age));
        }
        done
    }

    /// Works on the carrier's yard, and tells the shop what has changed in it.
    pub(crate) fn yard<T>(&self, work: impl FnOnce(&mut Yard) -> T) -> T {
        let mut state = self.lock();
        let done = work(&mut state.carrier);
        for news in state.carrier.news() {
            let _ = self.0.carrier_mail.send(Message::new(Neighbor::Carrier, news, state.age));
        }
        done
    }

    /// Forgets everything, the switches too.
    pub(crate) fn reset(&self) {
        let mut state = self.lock();
        *state = State { age: state.age + 1, ..State::default() };
    }
}

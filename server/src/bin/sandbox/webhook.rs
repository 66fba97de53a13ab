//! Webhooks to the shop: sent in order, repeated until they are taken, and out of order or twice
//! where the switches say so.

use std::{fmt, sync::Arc, time::Duration};

use backon::{BackoffBuilder, ExponentialBuilder};
use reqwest::{Client, RequestBuilder, StatusCode, header::CONTENT_TYPE};
use serde::Serialize;
use serde_json::Value;
use standardwebhooks::{HEADER_WEBHOOK_ID, HEADER_WEBHOOK_SIGNATURE, HEADER_WEBHOOK_TIMESTAMP, Webhook};
use time::OffsetDateTime;
use tokio::{sync::mpsc::UnboundedReceiver, time::sleep};
use url::Url;
use uuid::Uuid;

use crate::{
    outside,
    state::{Mail, Neighbor, Sandbox},
};

/// How long the shop may take for an answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// How far webhooks are thrown about when their order is to change.
const SHUFFLED: Duration = Duration::from_millis(1_500);

/// The most attempts that are remembered.
const REMEMBERED: usize = 1_000;

/// Something to tell the shop.
#[derive(Clone)]
pub(crate) struct Message {
    neighbor: Neighbor,
    id: String,
    what: String,
    body: String,
    /// When the sandbox forgets everything, nothing is left to tell.
    age: u64,
}

/// What became of it.
#[derive(Serialize)]
pub(crate) struct Told {
    #[serde(skip)]
    pub(crate) neighbor: Neighbor,
    pub(crate) id: String,
    pub(crate) what: String,
    pub(crate) attempts: u32,
    /// What the shop answered last; none where it did not.
    pub(crate) answer: Option<u16>,
}

impl Message {
    pub(crate) fn new(neighbor: Neighbor, body: Value, age: u64) -> Self {
        let text = |at: &str| body.pointer(at).and_then(Value::as_str).unwrap_or_default();
        let (id, what) = match neighbor {
            // The carrier names its messages itself.
            Neighbor::Carrier => (text("/id").to_owned(), format!("{} {}", text("/trackingNumber"), text("/status"))),
            _ => (Uuid::now_v7().to_string(), format!("{} {}", text("/data/orderId"), text("/data/status"))),
        };
        Self { neighbor, id, what, body: body.to_string(), age }
    }
}

/// Who sends.
pub(crate) struct Sender {
    client: Client,
    shop: Url,
    signature: Webhook,
}

impl Sender {
    /// # Errors
    /// A sentence, where this machine cannot speak HTTP.
    pub(crate) fn new(shop: &Url, signature: Webhook) -> Result<Self, String> {
        let sentence = |why: &dyn fmt::Display| format!("webhooks cannot be sent: {why}");
        let client = outside::client().map_err(|error| sentence(&error))?;
        let client = client.timeout(PATIENCE).build().map_err(|error| sentence(&error))?;
        Ok(Self { client, shop: shop.clone(), signature })
    }

    async fn send(&self, message: &Message) -> Option<StatusCode> {
        let request = self.request(message)?.header(CONTENT_TYPE, "application/json").body(message.body.clone());
        Some(request.send().await.ok()?.status())
    }

    fn request(&self, message: &Message) -> Option<RequestBuilder> {
        let mut url = self.shop.clone();
        url.path_segments_mut().ok()?.pop_if_empty().extend(["webhooks", message.neighbor.word()]);
        let request = self.client.post(url);
        if message.neighbor == Neighbor::Gateway {
            return Some(request.header("tosspayments-webhook-transmission-id", &message.id));
        }
        let at = OffsetDateTime::now_utc().unix_timestamp();
        let signed = self.signature.sign(&message.id, at, message.body.as_bytes()).ok()?;
        let request = request.header(HEADER_WEBHOOK_ID, &message.id).header(HEADER_WEBHOOK_TIMESTAMP, at);
        Some(request.header(HEADER_WEBHOOK_SIGNATURE, signed))
    }
}

/// Starts to send what comes.
pub(crate) fn start(sandbox: &Sandbox, sender: Sender, mail: Mail) {
    let sender = Arc::new(sender);
    for (neighbor, queue) in mail {
        tokio::spawn(work(sandbox.clone(), Arc::clone(&sender), neighbor, queue));
    }
}

async fn work(sandbox: Sandbox, sender: Arc<Sender>, neighbor: Neighbor, mut queue: UnboundedReceiver<Message>) {
    while let Some(message) = queue.recv().await {
        let switches = sandbox.lock().switches(neighbor);
        let again = || repeat(sandbox.clone(), Arc::clone(&sender), message.clone());
        if switches.duplicate {
            tokio::spawn(late(again()));
        }
        if switches.reorder {
            tokio::spawn(late(again()));
        } else if !attempt(&sandbox, &sender, &message).await {
            // The next one does not wait for it.
            tokio::spawn(again());
        }
    }
}

async fn late(sending: impl Future<Output = ()>) {
    sleep(SHUFFLED.mul_f64(fastrand::f64())).await;
    sending.await;
}

/// Sends until it is taken, for some minutes.
async fn repeat(sandbox: Sandbox, sender: Arc<Sender>, message: Message) {
    let patience = ExponentialBuilder::default()
        .with_jitter()
        .with_min_delay(Duration::from_millis(200))
        .with_max_delay(Duration::from_secs(20))
        .with_max_times(30);
    for pause in patience.build() {
        if attempt(&sandbox, &sender, &message).await {
            return;
        }
        sleep(pause).await;
    }
}

/// Whether nothing is left to do.
async fn attempt(sandbox: &Sandbox, sender: &Sender, message: &Message) -> bool {
    if sandbox.lock().age != message.age {
        return true;
    }
    let answer = sender.send(message).await;
    let mut state = sandbox.lock();
    if state.age != message.age {
        return true;
    }
    let told = state.told.iter_mut().rev().find(|told| told.id == message.id);
    let answered = answer.map(|status| status.as_u16());
    if let Some(told) = told {
        told.attempts += 1;
        told.answer = answered;
    } else {
        let Message { neighbor, id, what, .. } = message.clone();
        if state.told.len() == REMEMBERED {
            state.told.pop_front();
        }
        state.told.push_back(Told { neighbor, id, what, attempts: 1, answer: answered });
    }
    answer.is_some_and(|status| status.is_success())
}

//! Messages to sellers on their way out: signed as Standard Webhooks, never into a private network.

mod answer;
mod names;
mod run;

use std::{fmt, sync::Arc, time::Duration};

use contract::subscription::Trouble;
use domain::{
    Error, Shop,
    subscription::{self, Lane, Outcome, PER_ENDPOINT, Secret, Sending},
};
use futures_util::future::join_all;
use reqwest::{
    Client,
    header::{CONTENT_TYPE, USER_AGENT},
};
use standardwebhooks::{HEADER_WEBHOOK_ID, HEADER_WEBHOOK_SIGNATURE, HEADER_WEBHOOK_TIMESTAMP, Webhook};
use time::OffsetDateTime;
use url::Url;

pub use names::{Names, System, Targets};
pub(crate) use run::start;

use crate::outside;

/// How long a connection may take, looking its name up included.
const CONNECT: Duration = Duration::from_secs(5);

/// How long an answer may take, from beginning to end: well below the lease of a message.
const ANSWER: Duration = Duration::from_secs(15);

/// How long a connection is kept that nothing goes over.
const IDLE: Duration = Duration::from_secs(30);

/// Who sends.
const AGENT: &str = concat!("Madang/", env!("CARGO_PKG_VERSION"));

/// Sends messages to the endpoints of sellers. Cheap to clone.
#[derive(Clone)]
pub struct Sender {
    client: Client,
    targets: Targets,
    answer: Duration,
}

impl fmt::Debug for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").field("targets", &self.targets).finish_non_exhaustive()
    }
}

impl Sender {
    /// Sends to where these targets allow.
    ///
    /// # Errors
    /// A sentence, where this machine cannot speak HTTP.
    pub fn new(targets: Targets) -> Result<Self, String> {
        let sentence = |why: &dyn fmt::Display| format!("sellers cannot be sent anything: {why}");
        let client = outside::client().map_err(|error| sentence(&error))?;
        // Behind a proxy nobody would know what is connected to.
        let client = client.no_proxy().dns_resolver(Arc::new(targets.clone())).referer(false).http1_only();
        let client = client.connect_timeout(CONNECT).pool_idle_timeout(IDLE);
        let client = client.pool_max_idle_per_host(usize::try_from(PER_ENDPOINT).unwrap_or(1));
        let client = client.build().map_err(|error| sentence(&error))?;
        Ok(Self { client, targets, answer: ANSWER })
    }

    /// The same, that waits for an answer for so long.
    #[must_use]
    pub fn patient(self, answer: Duration) -> Self {
        Self { answer, ..self }
    }

    /// Sends what is due in both lanes, once, and waits for what comes of it. Answers how many messages.
    ///
    /// # Errors
    /// Where the database is away.
    pub async fn step(&self, shop: &Shop) -> Result<usize, Error> {
        let mut due = subscription::claim(shop, Lane::Well, &[]).await?;
        due.extend(subscription::claim(shop, Lane::Failing, &[]).await?);
        let settled = join_all(due.iter().map(|sending| self.deliver(shop, sending))).await;
        settled.into_iter().collect::<Result<Vec<()>, _>>()?;
        Ok(due.len())
    }

    /// Sends one message, and writes down what came of it.
    async fn deliver(&self, shop: &Shop, sending: &Sending) -> Result<(), Error> {
        let outcome = self.send(sending).await;
        tracing::debug!(
            message = %sending.id, subscription = %sending.subscription, attempt = sending.attempt, ?outcome,
            "a message was sent"
        );
        let word = if outcome.is_taken() { "taken" } else { "not taken" };
        metrics::counter!("madang_subscription_messages_total", "outcome" => word).increment(1);
        subscription::settle(shop, sending, outcome).await
    }

    async fn send(&self, sending: &Sending) -> Outcome {
        let Ok(url) = Url::parse(&sending.url) else { return Outcome::Unanswered(Trouble::Name) };
        // What was allowed when it was subscribed to may be no more.
        if let Some(trouble) = self.targets.refusal(&url) {
            return Outcome::Unanswered(trouble);
        }
        let now = OffsetDateTime::now_utc();
        let Some(signature) = signature(sending, now.unix_timestamp()) else {
            return Outcome::Unanswered(Trouble::Broken);
        };
        let request = self
            .client
            .post(url)
            .timeout(self.answer)
            .header(USER_AGENT, AGENT)
            .header(CONTENT_TYPE, "application/json")
            .header(HEADER_WEBHOOK_ID, sending.id.to_string())
            .header(HEADER_WEBHOOK_TIMESTAMP, now.unix_timestamp())
            .header(HEADER_WEBHOOK_SIGNATURE, signature)
            .body(sending.body.clone());
        match request.send().await {
            Ok(answer) => answer::read(answer, now).await,
            Err(error) => Outcome::Unanswered(answer::trouble(&error)),
        }
    }
}

/// One signature by each secret, with a space between; `None` where a stored secret is none.
fn signature(sending: &Sending, timestamp: i64) -> Option<String> {
    let sign = |secret: &Secret| {
        let webhook = Webhook::new(secret.expose()).ok()?;
        webhook.sign(&sending.id.to_string(), timestamp, sending.body.as_bytes()).ok()
    };
    let signed: Option<Vec<String>> = sending.secrets.iter().map(sign).collect();
    signed.map(|signed| signed.join(" "))
}

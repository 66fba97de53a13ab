//! The data platform over HTTP: facts leave as batches of `CloudEvents` 1.0.

use std::{fmt, time::Duration};

use async_trait::async_trait;
use domain::{
    event::{Event, Trouble},
    pulse::{Neighbor, Pulse},
};
use reqwest::{Client, StatusCode, header::CONTENT_TYPE};
use serde::Serialize;
use serde_json::Value;
use time::{UtcOffset, format_description::well_known::Rfc3339};
use url::Url;

use crate::outside;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(2);

/// How long an answer may take, from beginning to end. Nobody waits for it but other events.
const ANSWER: Duration = Duration::from_secs(5);

/// The media type of a batch: JSON format of `CloudEvents` 1.0, section 4.
const BATCH: &str = "application/cloudevents-batch+json";

/// Whom the events come from. With the id it names an event for good, so it must never change, not
/// even with the shop's address.
const SOURCE: &str = "urn:madang:shop";

/// The envelope of an event: specification of `CloudEvents` 1.0, section 3, with its documented
/// extension `sequence`. Nine fields of text: the SDK would bring a second library for times.
#[derive(Debug, Serialize)]
pub struct CloudEvent<'a> {
    specversion: &'static str,
    id: String,
    source: &'static str,
    #[serde(rename = "type")]
    kind: String,
    subject: &'a str,
    time: String,
    datacontenttype: &'static str,
    /// Of two events of one subject the later one has the greater, compared as text.
    sequence: String,
    data: &'a Value,
}

impl<'a> CloudEvent<'a> {
    /// # Errors
    /// [`Trouble::Poison`] where the time cannot be written.
    pub fn of(event: &'a Event) -> Result<Self, Trouble> {
        let time = event.at.to_offset(UtcOffset::UTC).format(&Rfc3339);
        Ok(Self {
            specversion: "1.0",
            id: event.id.to_string(),
            source: SOURCE,
            kind: format!("madang.{}", event.name),
            subject: &event.subject,
            time: time.map_err(|error| Trouble::Poison(format!("event {}: {error}", event.id)))?,
            datacontenttype: "application/json",
            sequence: format!("{:020}", event.id),
            data: &event.payload,
        })
    }
}

/// What the shop asks of a data platform.
#[async_trait]
pub trait Platform: fmt::Debug + Send + Sync {
    /// Hands a batch over, in order; all of it or nothing was taken.
    async fn take(&self, batch: &[CloudEvent<'_>]) -> Result<(), Trouble>;
}

/// A platform at an address.
pub struct Remote {
    client: Client,
    address: Url,
    pulse: Pulse,
}

impl fmt::Debug for Remote {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Remote").field("host", &self.address.host_str()).finish_non_exhaustive()
    }
}

impl Remote {
    /// The platform that takes batches at `address`.
    ///
    /// # Errors
    /// A sentence, where this machine cannot speak HTTP.
    pub fn new(address: &Url) -> Result<Self, String> {
        let sentence = |why: &dyn fmt::Display| format!("the data platform cannot be spoken to: {why}");
        let client = outside::client().map_err(|error| sentence(&error))?;
        let client = client.connect_timeout(CONNECT).timeout(ANSWER).build().map_err(|error| sentence(&error))?;
        Ok(Self { client, address: address.clone(), pulse: Pulse::default() })
    }

    /// The same platform, whose answers are noted there.
    #[must_use]
    pub fn noted(self, pulse: &Pulse) -> Self {
        pulse.knows(Neighbor::Platform, &outside::host(&self.address));
        Self { pulse: pulse.clone(), ..self }
    }

    async fn hand(&self, batch: &[CloudEvent<'_>]) -> Result<(), Trouble> {
        let body = serde_json::to_vec(batch).map_err(|error| Trouble::Poison(error.to_string()))?;
        let request = self.client.post(self.address.clone()).header(CONTENT_TYPE, BATCH).body(body);
        let answer = request.send().await.map_err(|error| broken(&error))?;
        if answer.status().is_success() { Ok(()) } else { Err(refused(answer.status())) }
    }
}

#[async_trait]
impl Platform for Remote {
    async fn take(&self, batch: &[CloudEvent<'_>]) -> Result<(), Trouble> {
        let outcome = self.hand(batch).await;
        match &outcome {
            Err(trouble) if trouble.is_outage() => self.pulse.met(Neighbor::Platform, Err(&trouble.to_string())),
            // Events that are refused were answered, too.
            _ => self.pulse.met(Neighbor::Platform, Ok(())),
        }
        outcome
    }
}

/// What an answer that is no success means: trouble with these events only where the platform says
/// so. With everything else, a wrong address too, it is waited for.
fn refused(status: StatusCode) -> Trouble {
    let why = format!("the data platform answered {status}");
    match status {
        StatusCode::BAD_REQUEST
        | StatusCode::PAYLOAD_TOO_LARGE
        | StatusCode::UNSUPPORTED_MEDIA_TYPE
        | StatusCode::UNPROCESSABLE_ENTITY => Trouble::Poison(why),
        _ => Trouble::Away(why),
    }
}

/// Not in the library's words: those name the address, which may hold a key.
fn broken(error: &reqwest::Error) -> Trouble {
    let why = if error.is_timeout() {
        "did not answer in time"
    } else if error.is_connect() {
        "cannot be connected to"
    } else {
        "broke the connection"
    };
    Trouble::Away(format!("the data platform {why}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use time::macros::datetime;

    use super::*;

    #[test]
    fn an_event_keeps_its_id_and_its_order_in_the_envelope() {
        let event = Event {
            id: 42,
            name: "order.paid".to_owned(),
            subject: "an order".to_owned(),
            payload: json!({ "total": 12_600 }),
            at: datetime!(2026-11-22 09:30:00.5 +9),
        };
        let envelope = CloudEvent::of(&event).expect("an envelope");
        let expected = json!({
            "specversion": "1.0", "id": "42", "source": "urn:madang:shop", "type": "madang.order.paid",
            "subject": "an order", "time": "2026-11-22T00:30:00.5Z", "datacontenttype": "application/json",
            "sequence": "00000000000000000042", "data": { "total": 12_600 },
        });
        assert_eq!(json!(envelope), expected);
        let later = Event { id: 100, ..event.clone() };
        assert!(envelope.sequence < CloudEvent::of(&later).expect("an envelope").sequence);
    }

    #[test]
    fn only_what_the_platform_understood_and_refused_is_poison() {
        for status in [301, 401, 403, 404, 405, 408, 409, 429, 500, 502, 503, 504] {
            let status = StatusCode::from_u16(status).expect("a status");
            assert!(refused(status).is_outage(), "{status}");
        }
        for status in [400, 413, 415, 422] {
            let status = StatusCode::from_u16(status).expect("a status");
            assert!(!refused(status).is_outage(), "{status}");
        }
    }
}

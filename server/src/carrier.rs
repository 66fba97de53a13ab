//! The carrier over HTTP: parcels are requested, and called off. What becomes of them it tells by
//! webhook.

use std::{fmt, time::Duration};

use async_trait::async_trait;
use domain::{
    delivery::Errand,
    event::Trouble,
    pulse::{Neighbor, Pulse},
};
use reqwest::{Client, RequestBuilder, StatusCode};
use serde::Deserialize;
use serde_json::json;
use url::Url;

use crate::outside;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(2);

/// How long an answer may take, from beginning to end. Nobody waits for it but other parcels.
const ANSWER: Duration = Duration::from_secs(5);

/// The longest word of an answer that can be kept, in bytes.
const LONGEST: usize = 100;

/// A parcel that a carrier takes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Booking {
    /// The carrier's name.
    pub carrier: String,
    /// The parcel's number at the carrier.
    pub tracking_number: String,
}

/// What the shop asks of a carrier. Both may be asked again.
#[async_trait]
pub trait Carrier: fmt::Debug + Send + Sync {
    /// Requests a parcel; asked again for the same delivery, the answer is the same.
    async fn book(&self, errand: &Errand) -> Result<Booking, Trouble>;

    /// Calls a parcel off. It is too late where the carrier has it already, which is no trouble:
    /// what becomes of it the carrier tells.
    async fn call_off(&self, number: &str) -> Result<(), Trouble>;
}

/// A carrier at an address.
pub struct Remote {
    client: Client,
    base: Url,
    pulse: Pulse,
}

impl fmt::Debug for Remote {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Remote").field("host", &self.base.host_str()).finish_non_exhaustive()
    }
}

impl Remote {
    /// The carrier at `base`.
    ///
    /// # Errors
    /// A sentence, where this machine cannot speak HTTP.
    pub fn new(base: &Url) -> Result<Self, String> {
        let sentence = |why: &dyn fmt::Display| format!("the carrier cannot be spoken to: {why}");
        let client = outside::client().map_err(|error| sentence(&error))?;
        let client = client.connect_timeout(CONNECT).timeout(ANSWER).build().map_err(|error| sentence(&error))?;
        Ok(Self { client, base: base.clone(), pulse: Pulse::default() })
    }

    /// The same carrier, whose answers are noted there.
    #[must_use]
    pub fn noted(self, pulse: &Pulse) -> Self {
        pulse.knows(Neighbor::Carrier, &outside::host(&self.base));
        Self { pulse: pulse.clone(), ..self }
    }

    fn at(&self, path: &[&str]) -> Url {
        let mut url = self.base.clone();
        // An address without a path to extend is refused by the settings.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        url
    }
}

#[async_trait]
impl Carrier for Remote {
    async fn book(&self, errand: &Errand) -> Result<Booking, Trouble> {
        self.note(self.ask(errand).await)
    }

    async fn call_off(&self, number: &str) -> Result<(), Trouble> {
        self.note(self.take_back(number).await)
    }
}

impl Remote {
    fn note<T>(&self, outcome: Result<T, Trouble>) -> Result<T, Trouble> {
        // A parcel that is refused was answered, too.
        match &outcome {
            Err(trouble) if trouble.is_outage() => self.pulse.met(Neighbor::Carrier, Err(&trouble.to_string())),
            _ => self.pulse.met(Neighbor::Carrier, Ok(())),
        }
        outcome
    }

    async fn ask(&self, errand: &Errand) -> Result<Booking, Trouble> {
        let body = json!({
            "reference": errand.delivery, "recipient": errand.recipient, "phone": errand.phone,
            "postcode": errand.postcode, "address": errand.address, "note": errand.note,
        });
        let request = self.client.post(self.at(&["v1", "parcels"]));
        let request = request.header("idempotency-key", errand.delivery.to_string()).json(&body);
        let (status, body) = answer(request).await?;
        match status {
            // The first request with this key is still being worked on.
            StatusCode::CONFLICT => Err(away(status)),
            status if status.is_success() => booking(&body),
            status => Err(refused(status)),
        }
    }

    async fn take_back(&self, number: &str) -> Result<(), Trouble> {
        let (status, _) = answer(self.client.delete(self.at(&["v1", "parcels", number]))).await?;
        match status {
            // Picked up, or not known any more: there is nothing left to call off.
            StatusCode::CONFLICT | StatusCode::NOT_FOUND | StatusCode::GONE => {
                tracing::info!(number, %status, "a parcel was not called off");
                Ok(())
            }
            status if status.is_success() => Ok(()),
            status => Err(refused(status)),
        }
    }
}

async fn answer(request: RequestBuilder) -> Result<(StatusCode, Vec<u8>), Trouble> {
    let answer = request.send().await.map_err(|error| broken(&error))?;
    let status = answer.status();
    let body = answer.bytes().await.map_err(|error| broken(&error))?;
    Ok((status, body.into()))
}

fn booking(body: &[u8]) -> Result<Booking, Trouble> {
    let poison = |why: String| Trouble::Poison(format!("the carrier's answer cannot be read: {why}"));
    let booking: Booking = serde_json::from_slice(body).map_err(|error| poison(error.to_string()))?;
    let fits = |word: &str| !word.is_empty() && word.len() <= LONGEST && !word.contains(char::is_control);
    if fits(&booking.carrier) && fits(&booking.tracking_number) {
        Ok(booking)
    } else {
        Err(poison("no carrier or number that can be kept".to_owned()))
    }
}

/// What an answer that is no success means: trouble with this parcel, where the carrier has
/// understood it and will not; else trouble with the carrier, or with how it is set up.
fn refused(status: StatusCode) -> Trouble {
    let passes = matches!(
        status,
        StatusCode::UNAUTHORIZED
            | StatusCode::FORBIDDEN
            | StatusCode::NOT_FOUND
            | StatusCode::METHOD_NOT_ALLOWED
            | StatusCode::REQUEST_TIMEOUT
            | StatusCode::TOO_EARLY
            | StatusCode::TOO_MANY_REQUESTS
    );
    if status.is_client_error() && !passes {
        Trouble::Poison(format!("the carrier answered {status}"))
    } else {
        away(status)
    }
}

fn away(status: StatusCode) -> Trouble {
    Trouble::Away(format!("the carrier answered {status}"))
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
    Trouble::Away(format!("the carrier {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_carrier_that_is_away_or_set_up_wrongly_is_waited_for() {
        for status in [301, 401, 403, 404, 405, 408, 429, 500, 502, 503, 504] {
            let status = StatusCode::from_u16(status).expect("a status");
            assert!(refused(status).is_outage(), "{status}");
        }
        for status in [400, 413, 422] {
            let status = StatusCode::from_u16(status).expect("a status");
            assert!(!refused(status).is_outage(), "{status}");
        }
    }

    #[test]
    fn an_answer_without_a_number_is_none() {
        assert!(booking(r#"{"carrier":"마당택배","trackingNumber":"123"}"#.as_bytes()).is_ok());
        for body in [
            "",
            "<html></html>",
            "{}",
            r#"{"carrier":"","trackingNumber":"1"}"#,
            r#"{"carrier":"a","trackingNumber":"1\u0000"}"#,
        ] {
            assert!(booking(body.as_bytes()).is_err(), "{body}");
        }
    }
}

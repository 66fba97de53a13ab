//! The carrier: takes parcels, and moves them by itself.

use std::collections::HashMap;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
    middleware::from_fn_with_state,
    routing::{delete, post},
};
use serde::Deserialize;
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime, format_description::well_known::Rfc3339};
use tokio::time::sleep;
use uuid::Uuid;

use crate::{
    refusal::{Refusal, read},
    replay,
    state::{Neighbor, Sandbox},
    switches,
};

const NAME: &str = "마당택배";

/// The stations of a parcel, and where they are.
const JOURNEY: [(&str, &str); 5] = [
    ("label_created", "접수 센터"),
    ("picked_up", "파주 집화점"),
    ("in_transit", "옥천 허브"),
    ("out_for_delivery", "배송 지점"),
    ("delivered", "받는 곳"),
];

const REFUSED: Refusal = Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "REFUSED", "접수할 수 없는 배송입니다.");
const NOT_FOUND: Refusal = Refusal::new(StatusCode::NOT_FOUND, "NOT_FOUND_PARCEL", "존재하지 않는 운송장입니다.");
const PICKED_UP: Refusal = Refusal::new(StatusCode::CONFLICT, "ALREADY_PICKED_UP", "이미 집화되어 취소할 수 없습니다.");

/// What the shop asks for.
#[derive(Deserialize)]
struct Asked {
    reference: String,
    recipient: String,
    phone: String,
    postcode: String,
    address: String,
    #[serde(default)]
    note: String,
}

/// All parcels, in the order in which they were taken.
#[derive(Default)]
pub(crate) struct Yard {
    parcels: Vec<Parcel>,
    by_number: HashMap<String, usize>,
    /// Webhooks to send.
    news: Vec<Value>,
}

struct Parcel {
    number: String,
    asked: Asked,
    checkpoints: Vec<Checkpoint>,
    canceled: bool,
}

struct Checkpoint {
    status: &'static str,
    place: &'static str,
    at: OffsetDateTime,
}

pub(crate) fn router(sandbox: &Sandbox) -> Router<Sandbox> {
    let this = (sandbox.clone(), Neighbor::Carrier);
    Router::new()
        .route("/v1/parcels", post(take))
        .route("/v1/parcels/{number}", delete(cancel))
        // The last one sees a request first.
        .route_layer(from_fn_with_state(this.clone(), switches::trouble))
        .route_layer(from_fn_with_state(this.clone(), replay::once))
        .route_layer(from_fn_with_state(this, switches::hold))
}

async fn take(State(sandbox): State<Sandbox>, body: Bytes) -> Result<(StatusCode, Json<Value>), Refusal> {
    let asked: Asked = read(&body)?;
    let needed = [&asked.reference, &asked.recipient, &asked.phone, &asked.postcode, &asked.address];
    if needed.into_iter().any(String::is_empty) {
        return Err(Refusal::INVALID);
    }
    let (refuses, age) = {
        let state = sandbox.lock();
        (state.switches(Neighbor::Carrier).refuse, state.age)
    };
    if refuses {
        return Err(REFUSED);
    }
    let number = sandbox.yard(|yard| yard.take(asked));
    tokio::spawn(travel(sandbox, number.clone(), age));
    Ok((StatusCode::CREATED, Json(json!({ "trackingNumber": number, "carrier": NAME }))))
}

async fn cancel(State(sandbox): State<Sandbox>, Path(number): Path<String>) -> Result<StatusCode, Refusal> {
    sandbox.yard(|yard| yard.cancel(&number)).map(|()| StatusCode::NO_CONTENT)
}

/// Moves a parcel to its end, at the sandbox's pace, unless everything is forgotten meanwhile.
async fn travel(sandbox: Sandbox, number: String, age: u64) {
    for (stage, (status, place)) in JOURNEY.into_iter().enumerate() {
        if stage > 0 {
            sleep(sandbox.pace()).await;
        }
        if sandbox.lock().age != age || !sandbox.yard(|yard| yard.reach(&number, status, place)) {
            return;
        }
    }
}

impl Yard {
    fn take(&mut self, asked: Asked) -> String {
        let number = loop {
            let number = fastrand::u64(100_000_000_000..1_000_000_000_000).to_string();
            if !self.by_number.contains_key(&number) {
                break number;
            }
        };
        self.by_number.insert(number.clone(), self.parcels.len());
        self.parcels.push(Parcel { number: number.clone(), asked, checkpoints: Vec::new(), canceled: false });
        number
    }

    /// Takes a parcel back that nobody came for yet; one that is taken back stays so.
    fn cancel(&mut self, number: &str) -> Result<(), Refusal> {
        let parcel = self.find(number).ok_or(NOT_FOUND)?;
        if parcel.checkpoints.len() > 1 {
            return Err(PICKED_UP);
        }
        parcel.canceled = true;
        Ok(())
    }

    /// Answers whether the parcel is still on its way.
    fn reach(&mut self, number: &str, status: &'static str, place: &'static str) -> bool {
        let Some(parcel) = self.find(number).filter(|parcel| !parcel.canceled) else { return false };
        // Two checkpoints of one parcel are never at one time.
        let least = parcel.checkpoints.last().map(|last| last.at + Duration::MILLISECOND);
        let now = OffsetDateTime::now_utc();
        let at = least.map_or(now, |least| now.max(least));
        parcel.checkpoints.push(Checkpoint { status, place, at });
        let news = json!({
            "id": format!("checkpoint_{}", Uuid::now_v7().simple()), "trackingNumber": number,
            "reference": parcel.asked.reference, "status": status, "place": place,
            "at": written(at),
        });
        self.news.push(news);
        true
    }

    fn find(&mut self, number: &str) -> Option<&mut Parcel> {
        self.by_number.get(number).map(|place| &mut self.parcels[*place])
    }

    /// What is to be told to the shop.
    pub(crate) fn news(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.news)
    }

    pub(crate) fn received(&self) -> Vec<Value> {
        let parcels = self.parcels.iter().map(|parcel| {
            let asked = &parcel.asked;
            json!({
                "trackingNumber": parcel.number, "reference": asked.reference, "recipient": asked.recipient,
                "phone": asked.phone, "postcode": asked.postcode, "address": asked.address, "note": asked.note,
                "status": parcel.status(),
                "checkpoints": parcel.checkpoints.iter().map(Checkpoint::json).collect::<Vec<_>>(),
            })
        });
        parcels.collect()
    }
}

impl Parcel {
    fn status(&self) -> &'static str {
        match self.checkpoints.last() {
            _ if self.canceled => "canceled",
            None => "requested",
            Some(last) => last.status,
        }
    }
}

impl Checkpoint {
    fn json(&self) -> Value {
        json!({ "status": self.status, "place": self.place, "at": written(self.at) })
    }
}

fn written(at: OffsetDateTime) -> String {
    at.format(&Rfc3339).unwrap_or_default()
}

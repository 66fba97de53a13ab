//! Deliveries: one seller's part of an order each, read by whom it concerns and taken further by who
//! runs it.

mod address;
mod list;
mod process;

use axum::{Json, extract::State};
use contract::{delivery::CheckpointStatus, order::FulfillmentStatus};
use domain::{
    Shop,
    delivery::{self, ParcelView, Single},
    order::OrderLineView,
};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{body::Id, caller::Member, problem::Refusal};

pub(super) fn router() -> OpenApiRouter<Shop> {
    OpenApiRouter::new().routes(routes!(read)).merge(list::router()).merge(process::router()).merge(address::router())
}

/// A delivery: one seller's part of an order.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "0199b2c4-7a51-7c3e-9c1f-0a2b3c4d5e6f", "orderId": "0199b2c4-7a51-7c3e-9c1f-0a2b3c4d5e70",
    "sellerId": 1, "seller": "마당서점", "status": "shipped", "canceled": false, "fee": 3000,
    "lines": [{ "productId": 12, "title": "홍길동전", "unitPrice": 9900, "quantity": 2, "canceled": 0, "returned": 0 }],
    "recipient": "김독자", "phone": "01012345678", "postcode": "04524", "line1": "서울특별시 중구 세종대로 110",
    "line2": "3층", "note": "문 앞에 두어 주세요",
    "parcel": {
        "carrier": "마당택배", "trackingNumber": "678901234567", "byHand": false,
        "checkpoints": [{ "status": "picked_up", "place": "옥천", "at": "2026-11-26T09:30:00Z" }]
    },
    "shippedAt": "2026-11-26T09:30:00Z", "deliveredAt": null
}))]
struct Delivery {
    /// The delivery.
    id: Uuid,
    /// The order that it is of.
    order_id: Uuid,
    /// Whose goods.
    #[schema(minimum = 1)]
    seller_id: i64,
    /// The seller's name.
    seller: String,
    /// Where the goods stand.
    status: FulfillmentStatus,
    /// Whether there is nothing of it to send: all of its copies were canceled, or its order was, or has
    /// expired. Whatever `status` says, it is not packed then, and no step of it is taken.
    canceled: bool,
    /// The delivery fee, in won.
    fee: i64,
    /// What was bought of the seller.
    lines: Vec<DeliveryLine>,
    /// Who takes the parcel.
    recipient: String,
    /// A number to call them on, as bare digits.
    phone: String,
    /// Five digits.
    postcode: String,
    /// Street and number.
    line1: String,
    /// Floor, room and the like; may be empty.
    line2: String,
    /// A word to the carrier; may be empty.
    note: String,
    /// What it goes by; null while it has no number.
    parcel: Option<Parcel>,
    /// When it was shipped; null before.
    #[serde(with = "time::serde::rfc3339::option")]
    shipped_at: Option<OffsetDateTime>,
    /// When it was delivered; null before.
    #[serde(with = "time::serde::rfc3339::option")]
    delivered_at: Option<OffsetDateTime>,
}

/// A product in a delivery.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct DeliveryLine {
    /// The product.
    #[schema(minimum = 1)]
    product_id: i64,
    /// Its title as sold.
    title: String,
    /// The price of one copy, in won.
    unit_price: i64,
    /// Copies bought.
    quantity: i32,
    /// Of these, canceled.
    canceled: i32,
    /// Of these, returned.
    returned: i32,
}

/// A parcel on its way.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Parcel {
    /// Who brings it; empty while that is not known.
    carrier: String,
    /// Its number at the carrier.
    tracking_number: String,
    /// Whether its seller sends it by a carrier of their own, which tells of no checkpoints.
    by_hand: bool,
    /// How it went, oldest first.
    checkpoints: Vec<Checkpoint>,
}

/// Where a parcel was.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Checkpoint {
    /// How far it had come.
    status: CheckpointStatus,
    /// Where; may be empty.
    place: String,
    /// When, by the carrier's clock.
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
}

impl From<Single> for Delivery {
    fn from(single: Single) -> Self {
        Self {
            id: single.part.id,
            order_id: single.order,
            seller_id: single.part.seller,
            seller: single.part.seller_name,
            status: single.part.status,
            canceled: single.canceled,
            fee: single.part.fee,
            lines: single.lines.into_iter().map(DeliveryLine::from).collect(),
            recipient: single.to.recipient,
            phone: single.to.phone,
            postcode: single.to.postcode,
            line1: single.to.line1,
            line2: single.to.line2,
            note: single.note,
            parcel: single.parcel.map(Parcel::from),
            shipped_at: single.shipped_at,
            delivered_at: single.delivered_at,
        }
    }
}

impl From<OrderLineView> for DeliveryLine {
    fn from(line: OrderLineView) -> Self {
        Self {
            product_id: line.product,
            title: line.title,
            unit_price: line.unit_price,
            quantity: line.quantity,
            canceled: line.canceled,
            returned: line.returned,
        }
    }
}

impl From<ParcelView> for Parcel {
    fn from(parcel: ParcelView) -> Self {
        let checkpoints = parcel.checkpoints.into_iter();
        Self {
            carrier: parcel.carrier,
            tracking_number: parcel.number,
            by_hand: parcel.by_hand,
            checkpoints: checkpoints
                .map(|one| Checkpoint { status: one.status, place: one.place, at: one.at })
                .collect(),
        }
    }
}

/// Read a delivery
///
/// Where the goods stand, what they go by and how that went. Of what is `canceled` nothing is to be sent; of
/// the rest, so many copies of a line as were bought, less those that were canceled or returned. A shopper reads those of their own orders,
/// a seller their own, the staff all.
#[utoipa::path(
    get, path = "/delivery/deliveries/{deliveryId}", operation_id = "getDelivery", tag = "delivery",
    security(("bearer" = []), ("session" = [])),
    params(("deliveryId" = Uuid, Path, description = "The delivery, as its order names it.")),
    responses((status = 200, description = "The delivery.", body = Delivery))
)]
async fn read(State(shop): State<Shop>, Member(by): Member, Id(id): Id<Uuid>) -> Result<Json<Delivery>, Refusal> {
    Ok(Json(delivery::find(&shop, &by, id).await?.into()))
}

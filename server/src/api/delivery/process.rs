//! Taking a delivery further.

use axum::{Json, extract::State};
use contract::{Failure, delivery::Waybill, form::Flaw, order::FulfillmentStatus};
use domain::{Shop, delivery};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::Delivery;
use crate::api::{
    body::Whole,
    caller::Desk,
    problem::Refusal,
    refusals::refusals,
    together::{Flaws, Together, flaw, is_given, is_there, word},
};

pub(super) fn router() -> OpenApiRouter<Shop> {
    OpenApiRouter::new().routes(routes!(process))
}

/// How a delivery goes on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({
    "deliveryId": "0199b2c4-7a51-7c3e-9c1f-0a2b3c4d5e6f", "to": "shipped", "carrier": "한빛택배",
    "trackingNumber": "6789-0123-4567"
}))]
struct Processing {
    /// The delivery.
    delivery_id: Uuid,
    /// The step to take; left out where only the number of what is shipped is mended.
    #[schema(inline)]
    to: Option<Step>,
    /// Who brings it, up to 30 characters, where its seller sends it by a carrier of their own.
    #[schema(format = "line", min_length = 1, max_length = 30)]
    carrier: Option<String>,
    /// Its number there: 5 to 30 letters and digits, spaces and hyphens do not count. It stands beside
    /// `carrier`.
    #[schema(format = "tracking-number", max_length = 100, pattern = "^([ -]*[A-Za-z0-9]){5,30}[ -]*$")]
    tracking_number: Option<String>,
}

/// The next step of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Step {
    /// It is accepted and being packed; the shop's carrier is asked for a parcel.
    Preparing,
    /// It has left.
    Shipped,
    /// It is with the shopper.
    Delivered,
}

impl Together for Processing {
    fn together(sent: &Value, _: &Shop) -> Flaws {
        let places = ["/carrier", "/trackingNumber"];
        let [carrier, number] = places.map(|place| is_given(sent, place));
        let unnumbered = matches!(word(sent, "/to"), Some("preparing" | "delivered"));
        let [with_carrier, with_number] = places.map(|place| unnumbered && is_there(sent, place));
        let named = is_given(sent, "/to");
        let numbered = !named || word(sent, "/to") == Some("shipped");
        let flaws = [
            flaw("/to", Flaw::Required, !named && !carrier && !number),
            flaw("/carrier", Flaw::NotTogether, with_carrier),
            flaw("/trackingNumber", Flaw::NotTogether, with_number),
            flaw("/carrier", Flaw::Required, numbered && number && !carrier),
            flaw("/trackingNumber", Flaw::Required, numbered && carrier && !number),
        ];
        flaws.into_iter().flatten().collect()
    }
}

refusals!(ProcessRefused: ScopeRequired, NotFound, StatusChanged);

/// Take a delivery further
///
/// `preparing` accepts it, `shipped` sends it, `delivered` ends its way. Packing may be left out, nothing
/// goes back, and a step that was taken before stays as it is. A number comes with `shipped`, or
/// without `to` for what is shipped already: shipping again under another number is refused with
/// `status_changed`, and so is every further step of what is `canceled`. Where the shop's carrier has
/// booked the parcel its number stays. A seller takes their own deliveries further, the staff all.
#[utoipa::path(
    post, path = "/delivery/process-delivery", operation_id = "processDelivery", tag = "delivery",
    security(("bearer" = ["seller"]), ("bearer" = ["staff"]), ("session" = [])),
    request_body = Processing,
    responses((status = 200, description = "The delivery as it is now.", body = Delivery), ProcessRefused)
)]
async fn process(
    State(shop): State<Shop>,
    Desk(by): Desk,
    Whole(asked): Whole<Processing>,
) -> Result<Json<Delivery>, Refusal> {
    let id = asked.delivery_id;
    let waybill = waybill(&asked).map_err(named)?;
    let (order, seller) = delivery::of(&shop, &by, id).await?;
    match (asked.to, waybill) {
        (Some(Step::Preparing), _) => {
            delivery::advance(&shop, &by, order, seller, FulfillmentStatus::Preparing).await?;
        }
        (Some(Step::Delivered), _) => {
            delivery::advance(&shop, &by, order, seller, FulfillmentStatus::Delivered).await?;
        }
        (None, Some(waybill)) => {
            delivery::renumber(&shop, &by, order, seller, &waybill).await.map_err(named)?;
        }
        (_, waybill) => delivery::ship(&shop, &by, order, seller, waybill.as_ref()).await.map_err(named)?,
    }
    Ok(Json(delivery::find_by(&shop, &by, id).await?.into()))
}

/// The number that the parcel shall have.
fn waybill(asked: &Processing) -> Result<Option<Waybill>, Failure> {
    let [carrier, number] = [&asked.carrier, &asked.tracking_number].map(|part| part.as_deref().unwrap_or_default());
    Waybill::parse(carrier, number)
}

fn named(refusal: impl Into<Refusal>) -> Refusal {
    refusal.into().naming(&[("number", "trackingNumber")])
}

//! The addresses that members keep.

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use contract::address::{Address, AddressForm, AddressId};
use domain::{
    Shop,
    address::{self, KeptAddress},
    member::Shopper,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::api::{
    body::{Body, Id},
    caller::Member,
    list::Part,
    problem::Refusal,
    refusals::refusals,
};

pub(super) fn router() -> OpenApiRouter<Shop> {
    OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(read, change, remove))
}

/// Where parcels shall go.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({
    "recipient": "김독자", "phone": "010-1234-5678", "postcode": "04524", "line1": "서울특별시 중구 세종대로 110",
    "line2": "3층", "isDefault": true
}))]
struct NewAddress {
    /// Who takes the parcel, up to 50 characters.
    #[schema(format = "line", min_length = 1, max_length = 50)]
    recipient: String,
    /// A Korean telephone number to call them on, with hyphens or without.
    #[schema(format = "phone", max_length = 30, pattern = "^ *0([-. ]*[0-9]){8,10} *$")]
    phone: String,
    /// Five digits.
    #[schema(format = "postcode", pattern = "^ *[0-9]{5} *$")]
    postcode: String,
    /// Street and number, up to 200 characters.
    #[schema(format = "line", min_length = 1, max_length = 200)]
    line1: String,
    /// Floor, room and the like, up to 200 characters; may be left out.
    #[schema(format = "optional-line", max_length = 200)]
    line2: Option<String>,
    /// True makes it the default. Otherwise the default stays what it is; the first address becomes it
    /// by itself.
    is_default: Option<bool>,
}

/// An address that a member keeps.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": 3, "recipient": "김독자", "phone": "01012345678", "postcode": "04524",
    "line1": "서울특별시 중구 세종대로 110", "line2": "3층", "isDefault": true
}))]
struct DeliveryAddress {
    /// The address.
    #[schema(minimum = 1)]
    id: i64,
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
    /// Whether the checkout proposes it.
    is_default: bool,
}

impl From<KeptAddress> for DeliveryAddress {
    fn from(kept: KeptAddress) -> Self {
        Self {
            id: kept.address_id,
            recipient: kept.recipient,
            phone: kept.phone,
            postcode: kept.postcode,
            line1: kept.line1,
            line2: kept.line2,
            is_default: kept.is_default,
        }
    }
}

/// What was sent, read, and whether it shall be the default.
fn parse(new: NewAddress) -> Result<(Address, bool), Refusal> {
    let form = AddressForm {
        recipient: new.recipient,
        phone: new.phone,
        postcode: new.postcode,
        line1: new.line1,
        line2: new.line2.unwrap_or_default(),
    };
    Ok((Address::try_from(&form)?, new.is_default.unwrap_or(false)))
}

/// The address as it is now, once it is the default where it shall be.
async fn settled(shop: &Shop, by: &Shopper, id: AddressId, default: bool) -> Result<DeliveryAddress, Refusal> {
    if default {
        address::make_default(shop, by, id).await?;
    }
    Ok(address::get(shop, by, id).await?.into())
}

/// List one's addresses
///
/// The default first, then the newest: 20 at most, so that they come in one part.
#[utoipa::path(
    get, path = "/delivery/addresses", operation_id = "listAddresses", tag = "delivery",
    security(("bearer" = []), ("session" = [])),
    responses((status = 200, description = "The addresses.", body = Part<DeliveryAddress>))
)]
async fn list(State(shop): State<Shop>, Member(by): Member) -> Result<Json<Part<DeliveryAddress>>, Refusal> {
    let kept = address::list(&shop, &by).await?;
    Ok(Json(Part { items: kept.into_iter().map(DeliveryAddress::from).collect(), next: None }))
}

refusals!(AddRefused: TooManyAddresses);

/// Keep an address
///
/// Keeps up to 20. One that is kept already, to the letter, is not kept twice.
#[utoipa::path(
    post, path = "/delivery/addresses", operation_id = "createAddress", tag = "delivery",
    security(("bearer" = []), ("session" = [])),
    request_body = NewAddress,
    responses(
        (status = 201, description = "The address.", body = DeliveryAddress,
         headers(("Location" = String, description = "Where the address is read."))),
        AddRefused
    )
)]
async fn add(State(shop): State<Shop>, Member(by): Member, Body(new): Body<NewAddress>) -> Result<Response, Refusal> {
    let (new, default) = parse(new)?;
    let id = address::add(&shop, &by, &new).await?;
    let kept = settled(&shop, &by, id, default).await?;
    let place = [(header::LOCATION, format!("/delivery/addresses/{id}"))];
    Ok((StatusCode::CREATED, place, Json(kept)).into_response())
}

/// Read an address
///
/// One of one's own.
#[utoipa::path(
    get, path = "/delivery/addresses/{addressId}", operation_id = "getAddress", tag = "delivery",
    security(("bearer" = []), ("session" = [])),
    params(("addressId" = i64, Path, description = "The address.")),
    responses((status = 200, description = "The address.", body = DeliveryAddress))
)]
async fn read(
    State(shop): State<Shop>,
    Member(by): Member,
    Id(id): Id<AddressId>,
) -> Result<Json<DeliveryAddress>, Refusal> {
    Ok(Json(address::get(&shop, &by, id).await?.into()))
}

/// Change an address
///
/// Replaces one of one's own. Orders keep the address that they were placed with.
#[utoipa::path(
    put, path = "/delivery/addresses/{addressId}", operation_id = "updateAddress", tag = "delivery",
    security(("bearer" = []), ("session" = [])),
    params(("addressId" = i64, Path, description = "The address.")), request_body = NewAddress,
    responses((status = 200, description = "The address as it is now.", body = DeliveryAddress))
)]
async fn change(
    State(shop): State<Shop>,
    Member(by): Member,
    Id(id): Id<AddressId>,
    Body(new): Body<NewAddress>,
) -> Result<Json<DeliveryAddress>, Refusal> {
    let (new, default) = parse(new)?;
    address::edit(&shop, &by, id, &new).await?;
    Ok(Json(settled(&shop, &by, id, default).await?))
}

/// Remove an address
///
/// One of one's own; the newest of the others takes over as default.
#[utoipa::path(
    delete, path = "/delivery/addresses/{addressId}", operation_id = "deleteAddress", tag = "delivery",
    security(("bearer" = []), ("session" = [])),
    params(("addressId" = i64, Path, description = "The address.")),
    responses((status = 204, description = "It is gone."))
)]
async fn remove(State(shop): State<Shop>, Member(by): Member, Id(id): Id<AddressId>) -> Result<StatusCode, Refusal> {
    address::remove(&shop, &by, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

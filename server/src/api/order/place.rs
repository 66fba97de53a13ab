//! Placing an order of the cart, and beginning to pay it.

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use contract::{
    Failure, Won,
    address::{Address, AddressForm, AddressId},
    coupon::CouponId,
    form::{Check, Flaw, optional_line},
    order::{OrderId, OrderStatus, PaymentStatus, SeenLine},
    payment::{PaymentState, Way},
};
use domain::{
    Shop, address,
    cart::{self, Owner},
    member::Shopper,
    order::{self, Checkout, place_one, placed},
    payment::{self, Started},
};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::view::{self, Order};
use crate::api::{
    body::Body, caller::Member, document::KeyHeader, origin::Origin, problem::Refusal, refusals::refusals,
    replay::RequiredKey,
};

pub(super) fn router() -> OpenApiRouter<Shop> {
    OpenApiRouter::new().routes(routes!(place))
}

/// An order of the cart.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({
    "address": {
        "recipient": "김독자", "phone": "010-1234-5678", "postcode": "04524", "line1": "서울 중구 세종대로 110",
        "line2": "3층"
    },
    "expectedTotal": 18400, "note": "문 앞에 놓아 주세요", "payment": { "method": "points" }
}))]
struct NewOrder {
    /// Where to: an address that the member keeps. Either this or `address`.
    #[schema(minimum = 1, maximum = 9_007_199_254_740_991_i64)]
    address_id: Option<i64>,
    /// Where to: a new address, which the member keeps from then on. Either this or `addressId`.
    address: Option<DeliverTo>,
    /// The cart as it was seen, 1 to 100 lines; one that has changed since is not ordered. Left out, the cart
    /// as it is now counts as seen.
    #[schema(min_items = 1, max_items = 100)]
    lines: Option<Vec<SeenCartLine>>,
    /// What the order is to come to, in won: goods and delivery less the discount of the coupon. Where it
    /// comes to anything else, it is not placed.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    expected_total: i64,
    /// The coupon to use.
    coupon_id: Option<Uuid>,
    /// How much of it to pay by points, in won; more than the total pays the total. Left out, all of it where
    /// points alone pay, none otherwise.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    points: Option<i64>,
    /// A word to the carrier, up to 100 characters.
    #[schema(max_length = 100)]
    note: Option<String>,
    /// By what to pay what points leave of it; by points alone where this is left out.
    payment: Option<PayBy>,
}

/// A line of the cart as it was seen.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "productId": 2, "quantity": 1, "unitPrice": 18400 }))]
struct SeenCartLine {
    /// The product.
    #[schema(minimum = 1, maximum = 9_007_199_254_740_991_i64)]
    product_id: i64,
    /// Copies, 1 to 99.
    #[schema(minimum = 1, maximum = 99)]
    quantity: i32,
    /// The price for one, in won.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    unit_price: i64,
}

/// A new address to deliver to.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({
    "recipient": "김독자", "phone": "010-1234-5678", "postcode": "04524", "line1": "서울 중구 세종대로 110", "line2": "3층"
}))]
struct DeliverTo {
    /// Who takes the parcels, up to 50 characters.
    #[schema(min_length = 1, max_length = 50)]
    recipient: String,
    /// A Korean telephone number, with hyphens or without.
    #[schema(min_length = 1, max_length = 20)]
    phone: String,
    /// The postcode, five digits.
    #[schema(pattern = "^[0-9]{5}$")]
    postcode: String,
    /// Street and number, up to 200 characters.
    #[schema(min_length = 1, max_length = 200)]
    line1: String,
    /// Floor, room and the like, up to 200 characters.
    #[schema(max_length = 200)]
    line2: Option<String>,
}

/// By what an order is paid.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "method": "card" }))]
struct PayBy {
    /// By what.
    method: PayMethod,
    /// The registered card to charge; needed for `saved_card`, and for nothing else.
    method_id: Option<Uuid>,
}

/// By what an order is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum PayMethod {
    /// By points alone.
    Points,
    /// By a card that the shopper types in at the gateway's page.
    Card,
    /// By a registered card, which is charged at once.
    SavedCard,
    /// Later: the order is held for a while.
    Later,
}

/// An order as it was asked for, read and found good.
struct Wish {
    to: To,
    seen: Option<Vec<SeenLine>>,
    total: Won,
    coupon: Option<CouponId>,
    points: Won,
    note: String,
    /// How what points leave of it is paid at once.
    way: Option<Way>,
}

enum To {
    Kept(AddressId),
    New(Address),
}

impl NewOrder {
    fn read(self) -> Result<Wish, Failure> {
        let mut check = Check::default();
        let to = match (self.address_id, self.address) {
            (Some(id), None) => Some(To::Kept(id)),
            (None, Some(new)) => new.read(&mut check).map(To::New),
            (None, None) => check.field("addressId", Err(Flaw::Required)),
            (Some(_), Some(_)) => check.field("address", Err(Flaw::Choice)),
        };
        let total = self.expected_total;
        let way = check.field("payment/methodId", way(self.payment.as_ref()));
        let by_points = self.payment.is_none_or(|by| by.method == PayMethod::Points);
        let points = match self.points {
            None => Ok(if by_points { total } else { 0 }),
            Some(less) if by_points && less < total => Err(Flaw::OutOfRange { min: total, max: total }),
            Some(points) => Ok(points.min(total)),
        };
        let points = check.field("points", points);
        let note = check.field("note", optional_line(&self.note.unwrap_or_default(), 100));
        let (Some(to), Some(way), Some(points), Some(note)) = (to, way, points, note) else {
            return Err(check.refuse());
        };
        let seen = self.lines.map(|lines| {
            let seen = |line: SeenCartLine| SeenLine {
                product: line.product_id,
                quantity: line.quantity,
                unit_price: line.unit_price,
            };
            lines.into_iter().map(seen).collect()
        });
        Ok(Wish { to, seen, total, coupon: self.coupon_id, points, note, way: way.filter(|_| points < total) })
    }
}

impl DeliverTo {
    fn read(self, check: &mut Check) -> Option<Address> {
        let form = AddressForm {
            recipient: self.recipient,
            phone: self.phone,
            postcode: self.postcode,
            line1: self.line1,
            line2: self.line2.unwrap_or_default(),
        };
        match Address::try_from(&form) {
            Ok(address) => Some(address),
            Err(Failure::Invalid(flaws)) => {
                for (field, flaw) in flaws.iter() {
                    check.field::<()>(&format!("address/{field}"), Err(flaw));
                }
                None
            }
            Err(_) => check.field("address", Err(Flaw::Format)),
        }
    }
}

fn way(by: Option<&PayBy>) -> Result<Option<Way>, Flaw> {
    match by.map(|by| (by.method, by.method_id)) {
        Some((PayMethod::SavedCard, Some(card))) => Ok(Some(Way::Saved(card))),
        Some((PayMethod::SavedCard, None)) => Err(Flaw::Required),
        Some((_, Some(_))) => Err(Flaw::UnknownField),
        Some((PayMethod::Card, None)) => Ok(Some(Way::New)),
        Some((PayMethod::Points | PayMethod::Later, None)) | None => Ok(None),
    }
}

refusals!(PlaceRefused:
    CartEmpty, CartChanged, NotOnSale, OutOfStock, AddressGone, TooManyAddresses, TotalTooLarge, CouponUnusable,
    InsufficientPoints, TooManyUnpaid, CardGone, SumChanged, PaymentChecking, StatusChanged, OrderExpired,
    AlreadyCanceled, PaymentRefused, Busy, GatewayUnavailable,
);

/// Place an order
///
/// Orders the member's cart whole, for the total that was expected, or not at all; what is bought leaves the
/// cart. The order is paid by points at once, charged to a registered card at once, or held for its payment:
/// `payment` then tells the page where the shopper pays it, unless it is paid later. What is not paid in time
/// (`heldUntil`) expires. The same key gives the same order, for as long as there is one. Where the gateway
/// does not answer, the order is held, and the same key goes on with paying it; where the card is refused, the
/// order is canceled and the cart as it was.
#[utoipa::path(
    post, path = "/order/process-order", tag = "order", security(("bearer" = []), ("session" = [])),
    params(KeyHeader), request_body = NewOrder,
    responses((status = 201, description = "The order.", body = Order, headers(("Location" = String, description = "Where the order is read."))), PlaceRefused)
)]
async fn place(
    State(shop): State<Shop>,
    Member(by): Member,
    RequiredKey(key): RequiredKey,
    Origin(origin): Origin,
    Body(new): Body<NewOrder>,
) -> Result<Response, Refusal> {
    let wish = new.read()?;
    let (way, due) = (wish.way, wish.total - wish.points);
    let id = match placed(&shop, &by, key).await? {
        Some(before) => before,
        None => store(&shop, &by, key, wish).await?,
    };
    if let Some(way) = way {
        pay(&shop, &by, id, (way, due), &origin).await?;
    }
    let order = view::own(&shop, &by, id).await?;
    Ok((StatusCode::CREATED, [(header::LOCATION, format!("/order/orders/{id}"))], Json(order)).into_response())
}

async fn store(shop: &Shop, by: &Shopper, key: Uuid, wish: Wish) -> Result<OrderId, Refusal> {
    if let Some(way) = wish.way {
        can_pay(shop, by, way).await?;
    }
    let seen = match wish.seen {
        Some(seen) => seen,
        None => now_in_cart(shop, by).await?,
    };
    let address = match wish.to {
        To::Kept(id) => id,
        To::New(new) => address::add(shop, by, &new).await?,
    };
    let (coupon, points, note) = (wish.coupon, wish.points, wish.note);
    let checkout = Checkout { coupon, points, note, ..Checkout::new(by, key, seen, wish.total, address) };
    Ok(place_one(shop, checkout).await?)
}

/// Looks before the order is placed whether there is something to pay it by, so that nothing is held in
/// vain.
async fn can_pay(shop: &Shop, by: &Shopper, way: Way) -> Result<(), Refusal> {
    if !shop.takes_cards() {
        return Err(Failure::GatewayUnavailable.into());
    }
    match way {
        Way::Saved(card) if payment::cards(shop, by).await?.iter().all(|kept| kept.id != card) => {
            Err(Failure::CardGone.into())
        }
        Way::Saved(_) | Way::New => Ok(()),
    }
}

async fn now_in_cart(shop: &Shop, by: &Shopper) -> Result<Vec<SeenLine>, Refusal> {
    let lines = cart::lines(shop, Owner::Member(by.id())).await?;
    let seen = lines.into_iter().map(|line| SeenLine {
        product: line.product,
        quantity: line.quantity,
        unit_price: line.unit_price,
    });
    Ok(seen.collect())
}

/// Begins to pay an order that waits for it. One whose payment has begun before is left to it.
async fn pay(shop: &Shop, by: &Shopper, id: OrderId, (way, due): (Way, Won), origin: &str) -> Result<(), Refusal> {
    let now = order::detail(shop, by, id).await?.summary;
    if now.status != OrderStatus::PendingPayment || now.payment != PaymentStatus::Unpaid {
        return Ok(());
    }
    match payment::pay_order(shop, by, id, way, Some(due), origin).await? {
        Started::Settled(_, PaymentState::Failed) => Err(Failure::PaymentRefused.into()),
        Started::Page(_) | Started::Settled(..) => Ok(()),
    }
}

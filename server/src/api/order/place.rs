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
    payment::{MethodId, PaymentState, Way},
};
use domain::{
    Shop, address,
    cart::{self, Owner},
    member::Shopper,
    order::{self, Checkout, Detail, place_one, placed},
    payment::{self, Started},
};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::view::{self, Order};
use crate::api::{
    body::Whole,
    caller::Member,
    document::KeyHeader,
    origin::Origin,
    payment::{kept_once_known, way},
    problem::Refusal,
    refusals::refusals,
    replay::RequiredKey,
    together::{Flaws, Together, each_once, flaw, is_given, named_card, number, word},
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
    /// Where to: a new address, which the member keeps once the order is placed. Either this or `addressId`.
    address: Option<DeliverTo>,
    /// The cart as it was seen, 1 to 100 lines, each product once; one that has changed since is not ordered.
    /// Left out, the cart as it is now counts as seen.
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
    #[schema(format = "optional-line", max_length = 100)]
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
    #[schema(format = "line", min_length = 1, max_length = 50)]
    recipient: String,
    /// A Korean telephone number to call them on, with hyphens or without.
    #[schema(format = "phone", max_length = 30, pattern = "^ *0([-. ]*[0-9]){8,10} *$")]
    phone: String,
    /// The postcode, five digits.
    #[schema(format = "postcode", pattern = "^ *[0-9]{5} *$")]
    postcode: String,
    /// Street and number, up to 200 characters.
    #[schema(format = "line", min_length = 1, max_length = 200)]
    line1: String,
    /// Floor, room and the like, up to 200 characters.
    #[schema(format = "optional-line", max_length = 200)]
    line2: Option<String>,
}

/// By what an order is paid.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "method": "card" }))]
struct PayBy {
    /// By what.
    method: PayMethod,
    /// Which registered card, where the method is `saved_card`; the default one where this is left out.
    /// Goes with no other method.
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
    /// The card by which what points leave of it is paid at once.
    card: Option<ByCard>,
}

/// A card to pay by: one that is typed in, or a registered one, the default one where none is named.
#[derive(Debug, Clone, Copy)]
struct ByCard {
    saved: bool,
    named: Option<MethodId>,
}

enum To {
    Kept(AddressId),
    New(Address),
}

impl NewOrder {
    fn read(self) -> Result<Wish, Failure> {
        let mut check = Check::default();
        let to = match (self.address_id, self.address) {
            (_, Some(new)) => new.read(&mut check).map(To::New),
            (Some(id), None) => Some(To::Kept(id)),
            (None, None) => check.field("addressId", Err(Flaw::Required)),
        };
        let total = self.expected_total;
        let card = by_card(self.payment.as_ref());
        let by_points = self.payment.is_none_or(|by| by.method == PayMethod::Points);
        let points = match self.points {
            None if by_points => total,
            points => points.unwrap_or_default().min(total),
        };
        let note = check.field("note", optional_line(&self.note.unwrap_or_default(), 100));
        let (Some(to), Some(note)) = (to, note) else { return Err(check.refuse()) };
        let seen = self.lines.map(|lines| {
            let seen = |line: SeenCartLine| SeenLine {
                product: line.product_id,
                quantity: line.quantity,
                unit_price: line.unit_price,
            };
            lines.into_iter().map(seen).collect()
        });
        Ok(Wish { to, seen, total, coupon: self.coupon_id, points, note, card: card.filter(|_| points < total) })
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

fn by_card(by: Option<&PayBy>) -> Option<ByCard> {
    let by = by?;
    match by.method {
        PayMethod::Card | PayMethod::SavedCard => {
            Some(ByCard { saved: by.method == PayMethod::SavedCard, named: by.method_id })
        }
        PayMethod::Points | PayMethod::Later => None,
    }
}

impl Together for NewOrder {
    fn together(sent: &Value, _: &Shop) -> Flaws {
        let [kept, new] = ["/addressId", "/address"].map(|place| is_given(sent, place));
        // Without a payment, or by points, points pay it all.
        let by_points = !is_given(sent, "/payment") || word(sent, "/payment/method") == Some("points");
        let (points, total) = (number(sent, "/points"), number(sent, "/expectedTotal"));
        let short = total.filter(|total| by_points && points.is_some_and(|points| points < *total));
        let flaws = [
            flaw("/addressId", Flaw::Required, !kept && !new),
            flaw("/address", Flaw::NotTogether, kept && new),
            named_card(sent, "/payment/method", "/payment/methodId"),
            short.map(|total| ("/points".to_owned(), Flaw::OutOfRange { min: total, max: total })),
        ];
        flaws.into_iter().flatten().chain(each_once(sent)).collect()
    }
}

impl Wish {
    /// Whether this is what was ordered under its key, as far as the order tells. What can change
    /// afterwards is looked at only while it cannot have.
    fn is_of(&self, order: &Detail) -> bool {
        let lasts = self.total == order.summary.total
            && self.note == order.note
            && self.goes_to(order)
            && self.seen.as_deref().is_none_or(|seen| is_bought(seen, order));
        let coupon = self.coupon.is_some() != order.coupon.is_empty();
        match order.summary.status {
            OrderStatus::PendingPayment => lasts && coupon && self.points == order.points_used,
            OrderStatus::Placed | OrderStatus::Confirmed => lasts && coupon,
            OrderStatus::Canceled | OrderStatus::Expired => lasts,
        }
    }

    fn goes_to(&self, order: &Detail) -> bool {
        match &self.to {
            // It may be another one by now.
            To::Kept(_) => true,
            To::New(to) => {
                let Address { recipient, phone, postcode, line1, line2 } = to;
                [recipient, phone, postcode, line1, line2]
                    == [&order.recipient, &order.phone, &order.postcode, &order.line1, &order.line2]
            }
        }
    }
}

/// Whether these lines were bought, each once.
fn is_bought(seen: &[SeenLine], order: &Detail) -> bool {
    let bought = &order.summary.lines;
    let among = |line: &SeenLine| {
        let mut same = bought.iter().filter(|one| one.product == line.product);
        same.any(|one| (one.quantity, one.unit_price) == (line.quantity, line.unit_price))
    };
    seen.len() == bought.len() && seen.iter().all(among)
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
/// (`heldUntil`) expires. The same key gives the same order, for as long as there is one; with another order
/// it is refused. Where the gateway does not answer to a charge, the payment is `unknown`: the shop goes on
/// asking, and the same key charges nothing more and answers where the order stands. Where the card is refused,
/// the order is canceled and the cart as it was. What `POST /order/quote` tells is what to expect.
#[utoipa::path(
    post, path = "/order/process-order", operation_id = "placeOrder", tag = "order",
    security(("bearer" = []), ("session" = [])),
    params(KeyHeader), request_body = NewOrder,
    responses((status = 201, description = "The order.", body = Order, headers(("Location" = String, description = "Where the order is read."))), PlaceRefused)
)]
async fn place(
    State(shop): State<Shop>,
    Member(by): Member,
    RequiredKey(key): RequiredKey,
    Origin(origin): Origin,
    Whole(new): Whole<NewOrder>,
) -> Result<Response, Refusal> {
    let wish = new.read()?;
    let (card, due) = (wish.card, wish.total - wish.points);
    let id = match placed(&shop, &by, key).await? {
        Some(before) => {
            let order = order::detail(&shop, &by, before).await?;
            if !wish.is_of(&order) {
                return Err(Failure::AlreadySent.into());
            }
            before
        }
        None => store(&shop, &by, key, wish).await?,
    };
    if let Some(card) = card {
        pay(&shop, &by, id, (card, due), &origin).await?;
    }
    let order = view::own(&shop, &by, id).await?;
    let open = order.payment_is_unknown();
    let place = [(header::LOCATION, format!("/order/orders/{id}"))];
    Ok(kept_once_known((StatusCode::CREATED, place, Json(order)).into_response(), open))
}

async fn store(shop: &Shop, by: &Shopper, key: Uuid, wish: Wish) -> Result<OrderId, Refusal> {
    if let Some(card) = wish.card {
        can_pay(shop, by, card).await?;
    }
    let seen = match wish.seen {
        Some(seen) => seen,
        None => now_in_cart(shop, by).await?,
    };
    let (address, is_new) = match wish.to {
        To::Kept(id) => (id, false),
        To::New(new) => address::add_or_find(shop, by, &new).await?,
    };
    let (coupon, points, note) = (wish.coupon, wish.points, wish.note);
    let checkout = Checkout { coupon, points, note, ..Checkout::new(by, key, seen, wish.total, address) };
    let outcome = place_one(shop, checkout).await;
    // Nothing was ordered there: it is as if it had not been asked for.
    if is_new
        && outcome.is_err()
        && let Err(error) = address::remove(shop, by, address).await
    {
        tracing::warn!(%error, "the address of an order that was refused stays");
    }
    Ok(outcome?)
}

/// Looks before the order is placed whether there is something to pay it by, so that nothing is held in
/// vain.
async fn can_pay(shop: &Shop, by: &Shopper, card: ByCard) -> Result<(), Refusal> {
    match way(shop, by, card.saved, card.named).await? {
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
async fn pay(shop: &Shop, by: &Shopper, id: OrderId, (card, due): (ByCard, Won), origin: &str) -> Result<(), Refusal> {
    let now = order::detail(shop, by, id).await?.summary;
    if now.status != OrderStatus::PendingPayment || now.payment != PaymentStatus::Unpaid {
        return Ok(());
    }
    let way = way(shop, by, card.saved, card.named).await?;
    match payment::pay_order(shop, by, id, way, Some(due), origin).await? {
        Started::Settled(_, PaymentState::Failed) => Err(Failure::PaymentRefused.into()),
        Started::Page(_) | Started::Settled(..) => Ok(()),
    }
}

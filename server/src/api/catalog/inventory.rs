//! Stock, read, and changed with its reason.

use axum::{Json, extract::State};
use contract::{form::Flaw, product::ProductId, stock::MOST};
use domain::{
    Shop,
    inventory::{self, Change},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::api::{
    body::{Id, Whole},
    caller::Desk,
    problem::Refusal,
    refusals::refusals,
    replay::Key,
    together::{Flaws, Together, flaw, is_given, number},
};

pub(super) fn router() -> OpenApiRouter<Shop> {
    OpenApiRouter::new().routes(routes!(read)).routes(routes!(change))
}

/// A change of stock: either `change`, or `counted` with `seen`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "productId": 2, "change": 30, "reason": "입고" }))]
struct StockChange {
    /// The product.
    #[schema(minimum = 1, maximum = 9007199254740991_i64)]
    product_id: i64,
    /// So many copies more, or fewer where it is negative: -100,000,000 to 100,000,000, never 0. No product has
    /// more than 100,000,000 copies.
    #[schema(minimum = -100000000, maximum = 100000000)]
    change: Option<i32>,
    /// So many copies were counted; `seen` goes with it.
    #[schema(minimum = 0, maximum = 100000000)]
    counted: Option<i32>,
    /// So many copies were on hand before the count: the `onHand` of
    /// `GET /catalog/products/{productId}/inventory`, or of the last answer.
    #[schema(minimum = 0, maximum = 100000000)]
    seen: Option<i32>,
    /// Why, up to 100 characters.
    #[schema(format = "line", min_length = 1, max_length = 100)]
    reason: String,
}

impl Together for StockChange {
    fn together(sent: &Value, _: &Shop) -> Flaws {
        let most = i64::from(MOST);
        let [change, counted, seen] = ["/change", "/counted", "/seen"].map(|place| is_given(sent, place));
        let flaws = [
            flaw("/change", Flaw::Required, !(change || counted || seen)),
            flaw("/change", Flaw::OutOfRange { min: -most, max: most }, number(sent, "/change") == Some(0)),
            flaw("/counted", Flaw::NotTogether, change && counted),
            flaw("/seen", Flaw::NotTogether, change && seen),
            flaw("/counted", Flaw::Required, !change && seen && !counted),
            flaw("/seen", Flaw::Required, !change && counted && !seen),
        ];
        flaws.into_iter().flatten().collect()
    }
}

/// The stock of a product.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({ "productId": 2, "onHand": 42, "reserved": 2, "available": 40, "lowAt": 5 }))]
struct Stock {
    /// The product.
    #[schema(minimum = 1)]
    product_id: i64,
    /// Copies in the house.
    on_hand: i32,
    /// Of these, held for orders that are not paid yet.
    reserved: i32,
    /// Copies that can be bought.
    available: i32,
    /// From so many available copies down, stock is low.
    low_at: i32,
}

impl From<inventory::Stock> for Stock {
    fn from(stock: inventory::Stock) -> Self {
        Self {
            product_id: stock.product,
            on_hand: stock.on_hand,
            reserved: stock.reserved,
            available: stock.available,
            low_at: stock.low_at,
        }
    }
}

refusals!(ReadRefused: ScopeRequired);

/// Read the stock of a product
///
/// What stands now: its `onHand` is what `POST /catalog/change-inventory-count` takes as `seen` of a count.
/// A seller reads that of their own products, the staff each.
#[utoipa::path(
    get, path = "/catalog/products/{productId}/inventory", operation_id = "getInventory", tag = "catalog",
    security(("bearer" = ["seller"]), ("bearer" = ["staff"]), ("session" = [])),
    params(("productId" = i64, Path, description = "The product.")),
    responses((status = 200, description = "The stock as it is now.", body = Stock), ReadRefused)
)]
async fn read(State(shop): State<Shop>, Desk(by): Desk, Id(id): Id<ProductId>) -> Result<Json<Stock>, Refusal> {
    Ok(Json(inventory::get(&shop, &by, id).await?.into()))
}

refusals!(ChangeRefused: ScopeRequired, NotFound, StockChanged, OutOfStock);

/// Change the stock of a product
///
/// By so many copies, or to what was counted: exactly one of both, always with a reason. For the seller of
/// the product and the staff. A count is taken only where as many copies are on hand as it was based on,
/// so that nothing that was bought meanwhile is overwritten; else it is refused with `stock_changed`, and
/// `GET /catalog/products/{productId}/inventory` tells what stands now, which is the `seen` of a new count.
/// More copies than are available cannot go: `out_of_stock`. The same `Idempotency-Key` changes it once.
#[utoipa::path(
    post, path = "/catalog/change-inventory-count", operation_id = "changeInventoryCount", tag = "catalog",
    security(("bearer" = ["seller"]), ("bearer" = ["staff"]), ("session" = [])),
    request_body = StockChange,
    responses((status = 200, description = "The stock as it is now.", body = Stock), ChangeRefused)
)]
async fn change(
    State(shop): State<Shop>,
    Desk(by): Desk,
    Key(key): Key,
    Whole(asked): Whole<StockChange>,
) -> Result<Json<Stock>, Refusal> {
    let product = asked.product_id;
    let change = match (asked.change, asked.counted, asked.seen) {
        (Some(change), ..) => (change.to_string(), None),
        (None, counted, seen) => (counted.unwrap_or_default().to_string(), seen),
    };
    let change = match &change {
        (change, None) => Change::By(change),
        (counted, Some(seen)) => Change::To { counted, seen: *seen },
    };
    let changed = inventory::change(&shop, &by, key, product, change, &asked.reason).await;
    changed.map_err(|error| Refusal::from(error).naming(&[("delta", "change")]))?;
    Ok(Json(inventory::get(&shop, &by, product).await?.into()))
}

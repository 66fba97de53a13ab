//! Orders of the demo shopper, each as far as what the table does with it wants it.

use contract::{
    Quantity,
    address::Address,
    cart::Totals,
    claim::{ClaimId, ClaimKind, Fault},
    order::{FulfillmentStatus, OrderId, SeenLine},
    product::ProductId,
};
use domain::{
    address,
    cart::{self, Owner},
    claim,
    delivery::{self, TypedRow},
    order::{self, Checkout, place_one},
};
use uuid::Uuid;

use super::{Cast, Result, Things};

/// One copy, to where it goes.
#[derive(Clone, Copy)]
struct Copied {
    product: ProductId,
    address: i64,
}

pub(super) async fn things(cast: &Cast) -> Result<Things> {
    let Cast { shop, shopper, seller, staff } = cast;
    let product = sqlx::query_scalar::<_, i64>(
        "select product_id from product join stock using (product_id)
         where seller_id = $1 and on_hand >= 20 order by sale_price, product_id limit 1",
    );
    let product = product.bind(seller.seller()).fetch_one(&shop.db).await?;
    let home = Address {
        recipient: "김독자".to_owned(),
        phone: "01012345678".to_owned(),
        postcode: "04524".to_owned(),
        line1: "서울특별시 중구 세종대로 110".to_owned(),
        line2: String::new(),
    };
    let address = address::add(shop, shopper, &home).await?;
    let copy = Copied { product, address };
    let paid = buy(cast, copy, true).await?;
    let unpaid = buy(cast, copy, false).await?;
    let (delivered, claim) = buy_and_claim(cast, copy).await?;
    let (returned, own_claim) = buy_and_claim(cast, copy).await?;
    let waiting = buy(cast, copy, true).await?;
    let sheet = sheet(cast, buy(cast, copy, true).await?).await?;
    let called_off = buy(cast, copy, true).await?;
    let refund = order::detail_any(shop, staff, called_off).await?.summary.total;
    let note = Uuid::now_v7();
    order::add_note(shop, staff, paid, note, "전화로 물었다").await?;
    let delivery = sqlx::query_scalar::<_, Uuid>("select delivery_id from delivery where order_id = $1");
    let delivery = delivery.bind(paid).fetch_one(&shop.db).await?;
    Ok(Things::from([
        ("product", product.to_string()),
        ("seller", seller.seller().ok_or("no seller")?.to_string()),
        ("address", address.to_string()),
        ("order", paid.to_string()),
        ("delivery", delivery.to_string()),
        ("unpaid", unpaid.to_string()),
        ("delivered", delivered.to_string()),
        ("claim", claim.to_string()),
        ("returned", returned.to_string()),
        ("own-claim", own_claim.to_string()),
        ("waiting", waiting.to_string()),
        ("sheet", sheet.to_string()),
        ("called-off", called_off.to_string()),
        ("refund", refund.to_string()),
        ("note", note.to_string()),
    ]))
}

async fn buy(cast: &Cast, copy: Copied, paid: bool) -> Result<OrderId> {
    let Cast { shop, shopper: by, .. } = cast;
    let owner = Owner::Member(by.id());
    cart::add(shop, owner, copy.product, Quantity::try_from(1).map_err(|_| "a quantity")?).await?;
    let lines = cart::lines(shop, owner).await?;
    let totals =
        Totals::of(lines.iter().map(|line| (line.seller, line.unit_price, line.quantity)), shop.policy.delivery);
    let seen = lines
        .iter()
        .map(|line| SeenLine { product: line.product, quantity: line.quantity, unit_price: line.unit_price })
        .collect();
    let checkout = Checkout::new(by, Uuid::now_v7(), seen, totals.total(), copy.address);
    let points = if paid { checkout.points } else { 0 };
    Ok(place_one(shop, Checkout { points, ..checkout }).await?)
}

/// One that was delivered, and is asked to be taken back.
async fn buy_and_claim(cast: &Cast, copy: Copied) -> Result<(OrderId, ClaimId)> {
    let Cast { shop, shopper, seller, .. } = cast;
    let order = buy(cast, copy, true).await?;
    let own = seller.seller().ok_or("no seller")?;
    for to in [FulfillmentStatus::Shipped, FulfillmentStatus::Delivered] {
        delivery::advance(shop, seller, order, own, to).await?;
    }
    let asked = claim::Request {
        id: Uuid::now_v7(),
        kind: ClaimKind::Return,
        fault: Fault::Seller,
        reason: "파본".to_owned(),
        lines: vec![(copy.product, 1)],
    };
    claim::request(shop, shopper, order, &asked).await?;
    Ok((order, asked.id))
}

/// A file of the demo seller's that ships an order.
async fn sheet(cast: &Cast, order: OrderId) -> Result<Uuid> {
    let row = TypedRow {
        line: 2,
        order: order.to_string(),
        seller: String::new(),
        carrier: "한빛택배".to_owned(),
        number: "678901234567".to_owned(),
    };
    Ok(delivery::keep(&cast.shop, &cast.seller, &[row]).await?)
}

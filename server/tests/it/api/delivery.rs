//! Addresses, and deliveries on their way.

use contract::{Quantity, cart::Totals, delivery::CheckpointStatus, order::SeenLine};
use domain::{
    Shop, address,
    cart::{self, Owner},
    delivery::{Report, booked, checkpoint, errands},
    member::Shopper,
    order::{self, Checkout, place_one},
};
use reqwest::StatusCode;
use serde_json::{Value, json};
use server::postgres;
use sqlx::PgPool;
use uuid::Uuid;

use super::{
    Api,
    buying::{Buying, path},
};
use crate::{
    carrier::stocked,
    support::{Outcome, folder},
};

fn home() -> Value {
    json!({
        "recipient": "김독자", "phone": "010-1234-5678", "postcode": "04524", "line1": "세종대로 110", "line2": "3층"
    })
}

fn with(mut body: Value, name: &str, value: impl Into<Value>) -> Value {
    body[name] = value.into();
    body
}

/// Where the items of a list stand.
fn ids(list: &Value) -> Vec<&Value> {
    list["items"].as_array().into_iter().flatten().map(|item| &item["id"]).collect()
}

#[tokio::test]
async fn a_member_keeps_addresses_that_are_nobody_elses() -> Outcome {
    let api = Api::start()?;
    let (own, other) = (api.newcomer("one@madang.example").await?, api.newcomer("other@madang.example").await?);
    let first = api.post("/delivery/addresses", &home()).by(&own).key("first").send().await?;
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.body);
    assert_eq!((&first.body["phone"], &first.body["isDefault"]), (&json!("01012345678"), &json!(true)));
    let again = api.post("/delivery/addresses", &home()).by(&own).key("first").send().await?;
    assert_eq!((again.header("idempotency-replayed"), &again.body), ("true", &first.body));
    let place = first.header("location").to_owned();
    assert_eq!(api.get(&place).by(&own).send().await?.body, first.body);

    let office = with(with(home(), "line2", "사무실"), "isDefault", true);
    let second = api.post("/delivery/addresses", &office).by(&own).send().await?;
    let list = api.get("/delivery/addresses").by(&own).send().await?;
    assert_eq!((ids(&list.body), &list.body["next"]), (vec![&second.body["id"], &first.body["id"]], &Value::Null));
    let moved = api.put(&place, &with(office, "line2", "새 사무실")).by(&own).send().await?;
    assert_eq!(moved.status, StatusCode::OK, "{}", moved.body);
    assert_eq!((&moved.body["line2"], &moved.body["isDefault"]), (&json!("새 사무실"), &json!(true)));

    for answer in [
        api.get(&place).by(&other).send().await?,
        api.put(&place, &home()).by(&other).send().await?,
        api.delete(&place).by(&other).send().await?,
        api.get("/delivery/addresses/home").by(&own).send().await?,
    ] {
        assert_eq!((answer.status, answer.code()), (StatusCode::NOT_FOUND, "not_found"));
    }
    assert_eq!(api.get("/delivery/addresses").send().await?.code(), "sign_in_required");
    assert_eq!(api.delete(&place).by(&own).send().await?.status, StatusCode::NO_CONTENT);
    let list = api.get("/delivery/addresses").by(&own).send().await?;
    assert_eq!(ids(&list.body), [&second.body["id"]]);
    assert_eq!(list.body["items"][0]["isDefault"], true);
    Ok(())
}

#[tokio::test]
async fn an_address_that_is_none_or_one_too_many_is_refused() -> Outcome {
    let api = Api::start()?;
    let own = api.newcomer("one@madang.example").await?;
    let bad = json!({ "recipient": "", "phone": "123", "postcode": "1234", "isDefault": "yes", "else": 1 });
    let refused = api.post("/delivery/addresses", &bad).by(&own).send().await?;
    assert_eq!((refused.status, refused.code()), (StatusCode::UNPROCESSABLE_ENTITY, "invalid"));
    let mut fields = refused.fields();
    fields.sort_unstable();
    let expected = [
        ("#/else", "unknown_field"),
        ("#/isDefault", "type"),
        ("#/line1", "required"),
        ("#/phone", "phone"),
        ("#/postcode", "postcode"),
        ("#/recipient", "required"),
    ];
    assert_eq!(fields, expected);
    for room in 0..20 {
        let kept = api.post("/delivery/addresses", &with(home(), "line2", format!("{room}호"))).by(&own).send().await?;
        assert_eq!(kept.status, StatusCode::CREATED, "{}", kept.body);
    }
    let full = api.post("/delivery/addresses", &home()).by(&own).send().await?;
    assert_eq!((full.status, full.code()), (StatusCode::CONFLICT, "too_many_addresses"));
    Ok(())
}

/// A paid order of one product of each seller; its deliveries, the demo seller's first.
async fn bought(shop: &Shop, by: &Shopper) -> Result<Vec<Uuid>, Box<dyn std::error::Error>> {
    let products = sqlx::query_scalar::<_, i64>("select min(product_id) from product group by seller_id");
    for product in products.fetch_all(&shop.db).await? {
        cart::add(shop, Owner::Member(by.id()), product, Quantity::try_from(1).map_err(|_| "a quantity")?).await?;
    }
    let lines = cart::lines(shop, Owner::Member(by.id())).await?;
    let totals =
        Totals::of(lines.iter().map(|line| (line.seller, line.unit_price, line.quantity)), shop.policy.delivery);
    let seen = lines
        .iter()
        .map(|line| SeenLine { product: line.product, quantity: line.quantity, unit_price: line.unit_price })
        .collect();
    let home = address::list(shop, by).await?.first().ok_or("no address")?.address_id;
    let order = place_one(shop, Checkout::new(by, Uuid::now_v7(), seen, totals.total(), home)).await?;
    Ok(order::detail(shop, by, order).await?.deliveries.into_iter().map(|part| part.id).collect())
}

#[tokio::test]
async fn a_delivery_goes_its_way_by_its_seller_before_the_eyes_of_its_shopper() -> Outcome {
    let dir = folder(0o755)?;
    let database = postgres::open(dir.path()).await?;
    let api = Api::with(&[("DATABASE_URL", &database.url())])?;
    let (shop, buyer) = stocked(&PgPool::connect(&database.url()).await?).await?;
    let deliveries = bought(&shop, &buyer).await?;
    let [own, foreign, ..] = deliveries.as_slice() else { return Err("one seller".into()) };
    let (seller, staff, shopper) = (api.token("seller").await?, api.token("staff").await?, api.token("shopper").await?);
    let stranger = api.newcomer("stranger@madang.example").await?;
    let process = async |by: &str, body: Value| api.post("/delivery/process-delivery", &body).by(by).send().await;
    let read = async |by: &str, id: &Uuid| api.get(&format!("/delivery/deliveries/{id}")).by(by).send().await;

    let preparing = |id: &Uuid| json!({ "deliveryId": id, "to": "preparing" });
    assert_eq!(process(&shopper, preparing(own)).await?.code(), "scope_required");
    assert_eq!(process(&seller, preparing(foreign)).await?.code(), "not_found");
    assert_eq!(process(&staff, preparing(&Uuid::now_v7())).await?.code(), "not_found");
    let packed = process(&seller, preparing(own)).await?;
    assert_eq!((packed.status, &packed.body["status"]), (StatusCode::OK, &json!("preparing")), "{}", packed.body);

    let numbered = |to: Option<&str>, number: &str| json!({ "deliveryId": own, "to": to, "carrier": "한빛택배", "trackingNumber": number });
    let refused = process(&seller, numbered(Some("preparing"), "6789-0123-4567")).await?;
    assert_eq!(refused.fields(), [("#/carrier", "not_together"), ("#/trackingNumber", "not_together")]);
    assert_eq!(process(&seller, numbered(None, "6789-0123-4567")).await?.code(), "status_changed", "it is not shipped");
    let shipped = process(&seller, numbered(Some("shipped"), "6789-0123-4567")).await?;
    assert_eq!((shipped.status, &shipped.body["status"]), (StatusCode::OK, &json!("shipped")), "{}", shipped.body);
    let parcel = json!({ "carrier": "한빛택배", "trackingNumber": "678901234567", "byHand": true, "checkpoints": [] });
    assert_eq!((&shipped.body["parcel"], shipped.body["shippedAt"].is_string()), (&parcel, true));
    assert_eq!(process(&seller, numbered(Some("shipped"), "678901234567")).await?.status, StatusCode::OK);
    assert_eq!(process(&seller, numbered(Some("shipped"), "11111111")).await?.code(), "status_changed");
    assert_eq!(process(&seller, numbered(None, "11111111")).await?.body["parcel"]["trackingNumber"], "11111111");
    assert_eq!(process(&seller, preparing(own)).await?.code(), "status_changed", "nothing goes back");
    let delivered = process(&seller, json!({ "deliveryId": own, "to": "delivered" })).await?;
    assert_eq!(delivered.body["status"], "delivered");

    let seen = read(&shopper, own).await?;
    assert_eq!(seen.body, delivered.body, "the shopper sees the same");
    let lines = seen.body["lines"].as_array().map(Vec::len);
    assert_eq!((lines, &seen.body["recipient"]), (Some(1), &json!("김독자")));
    assert_eq!(read(&seller, own).await?.status, StatusCode::OK);
    assert_eq!(read(&staff, foreign).await?.status, StatusCode::OK);
    for (by, id) in [(&stranger, own), (&stranger, foreign), (&seller, foreign)] {
        let answer = read(by, id).await?;
        assert_eq!((answer.status, answer.code()), (StatusCode::NOT_FOUND, "not_found"));
    }

    // By the shop's own carrier.
    process(&staff, preparing(foreign)).await?;
    errands(&shop, &[*foreign], &[]).await?;
    booked(&shop, *foreign, "마당택배", "900900900").await?;
    let picked_up = Report {
        message: "one".to_owned(),
        number: "900900900".to_owned(),
        reference: Some(*foreign),
        status: CheckpointStatus::PickedUp,
        place: "옥천".to_owned(),
        at: shop.now(),
    };
    checkpoint(&shop, &picked_up).await?;
    let seen = read(&shopper, foreign).await?;
    let parcel = &seen.body["parcel"];
    assert_eq!((&seen.body["status"], &parcel["trackingNumber"]), (&json!("shipped"), &json!("900900900")));
    assert_eq!(
        (&parcel["checkpoints"][0]["status"], &parcel["checkpoints"][0]["place"]),
        (&json!("picked_up"), &json!("옥천"))
    );
    let own_number = json!({ "deliveryId": foreign, "carrier": "한빛택배", "trackingNumber": "11111111" });
    assert_eq!(process(&staff, own_number).await?.fields(), [("#/trackingNumber", "parcel_booked")]);
    Ok(())
}

#[tokio::test]
async fn a_step_that_is_none_is_refused_with_every_field() -> Outcome {
    let api = Api::start()?;
    let seller = api.token("seller").await?;
    let process = async |body: Value| api.post("/delivery/process-delivery", &body).by(&seller).send().await;
    let bad = json!({ "deliveryId": "7", "to": "returned", "carrier": "택".repeat(31), "trackingNumber": "12 3-" });
    let refused = process(bad).await?;
    let mut fields = refused.fields();
    fields.sort_unstable();
    let expected =
        [("#/carrier", "too_long"), ("#/deliveryId", "format"), ("#/to", "choice"), ("#/trackingNumber", "too_short")];
    assert_eq!(fields, expected);
    let half = process(json!({ "deliveryId": Uuid::now_v7(), "to": "shipped", "carrier": "한빛택배" })).await?;
    assert_eq!(half.fields(), [("#/trackingNumber", "required")]);
    let nothing = process(json!({ "deliveryId": Uuid::now_v7() })).await?;
    assert_eq!(nothing.fields(), [("#/to", "required")]);
    assert_eq!(api.get("/delivery/deliveries/7").by(&seller).send().await?.code(), "not_found");
    assert_eq!(api.get("/delivery/deliveries/7").send().await?.code(), "sign_in_required");
    Ok(())
}

#[tokio::test]
async fn deliveries_are_listed_to_who_sends_them() -> Outcome {
    let it = Buying::start().await?;
    let (token, seller, staff) =
        (it.api.token("shopper").await?, it.api.token("seller").await?, it.api.token("staff").await?);
    let [own, foreign] = it.books;
    let first = it.buy(&token, &[own, foreign]).await?;
    let second = it.buy(&token, &[own]).await?;
    it.put(&token, own, 1).await?;
    let cart = it.api.get("/cart/lines").by(&token).send().await?;
    let later = json!({ "address": home(), "expectedTotal": cart.body["total"], "payment": { "method": "later" } });
    let unpaid = it.place(&token, "later", &later).await?;
    assert_eq!(unpaid.status, StatusCode::CREATED, "{}", unpaid.body);
    let list = async |by: &str, query: &str| it.api.get(&format!("/delivery/deliveries{query}")).by(by).send().await;
    let of = |list: &Value| -> Vec<Value> {
        list["items"].as_array().into_iter().flatten().map(|item| item["orderId"].clone()).collect()
    };

    let mine = list(&seller, "").await?;
    assert_eq!(mine.status, StatusCode::OK, "{}", mine.body);
    assert_eq!(of(&mine.body), [second["id"].clone(), first["id"].clone()], "newest first, once they are paid");
    let newest = &mine.body["items"][0];
    assert_eq!((&newest["id"], &newest["orderNumber"]), (&second["deliveries"][0]["id"], &second["number"]));
    assert_eq!(
        (&newest["status"], &newest["canceled"], &newest["copies"], &newest["placedAt"]),
        (&json!("unfulfilled"), &json!(false), &json!(1), &second["placedAt"])
    );
    assert_eq!((&newest["lines"][0]["productId"], &newest["orderStatus"]), (&json!(own), &json!("placed")));
    let lines = mine.body["items"][1]["lines"].as_array().map(Vec::len);
    assert_eq!(lines, Some(1), "a seller sees their own goods alone");

    let (mut met, mut cursor) = (Vec::new(), String::new());
    for _ in 0..2 {
        let part = list(&staff, &format!("?limit=2{cursor}")).await?;
        met.extend(part.body["items"].as_array().into_iter().flatten().map(|item| item["id"].clone()));
        cursor = part.body["next"].as_str().map(|next| format!("&cursor={next}")).unwrap_or_default();
    }
    let mut all: Vec<_> = [&first, &second]
        .into_iter()
        .flat_map(|order| order["deliveries"].as_array().into_iter().flatten())
        .map(|part| part["id"].clone())
        .collect();
    all.sort_by_key(|id| std::cmp::Reverse(id.to_string()));
    assert_eq!((met, cursor.as_str()), (all, ""));

    let packed = json!({ "deliveryId": newest["id"], "to": "preparing" });
    let packed = it.api.post("/delivery/process-delivery", &packed).by(&seller).send().await?;
    assert_eq!((packed.status, &packed.body["canceled"]), (StatusCode::OK, &json!(false)), "{}", packed.body);
    for by in [&seller, &staff] {
        assert_eq!(of(&list(by, "?status=preparing").await?.body), [second["id"].clone()]);
        assert!(of(&list(by, "?status=returned").await?.body).is_empty());
    }
    assert_eq!(of(&list(&seller, "?status=unfulfilled").await?.body), [first["id"].clone()]);

    // What is canceled is not sent, whatever its status says.
    let canceled = it.api.post(&format!("{}/cancel", path(&first)), &json!({})).by(&token).key("cancel").send().await?;
    assert_eq!(canceled.status, StatusCode::OK, "{}", canceled.body);
    assert_eq!(canceled.body["deliveries"][0]["canceled"], true);
    let listed = list(&seller, "?status=unfulfilled").await?;
    let listed = &listed.body["items"][0];
    assert_eq!(
        (&listed["canceled"], &listed["copies"], &listed["orderStatus"]),
        (&json!(true), &json!(0), &json!("canceled"))
    );
    let read = it.api.get(&format!("/delivery/deliveries/{}", listed["id"].as_str().ok_or("no id")?));
    assert_eq!(read.by(&seller).send().await?.body["canceled"], true);
    let sent = json!({ "deliveryId": listed["id"], "to": "shipped" });
    let sent = it.api.post("/delivery/process-delivery", &sent).by(&seller).send().await?;
    assert_eq!((sent.status, sent.code()), (StatusCode::CONFLICT, "status_changed"));

    for bad in ["cursor=nothing", "cursor=7~", "status=lost", "limit=0", "page=2"] {
        let refused = list(&staff, &format!("?{bad}")).await?;
        assert_eq!((refused.status, refused.fields().len()), (StatusCode::UNPROCESSABLE_ENTITY, 1), "{bad}");
    }
    assert_eq!(list(&token, "").await?.code(), "scope_required");
    assert_eq!(it.api.get("/delivery/deliveries").send().await?.code(), "sign_in_required");
    it.end().await
}

//! Every bad field at once: what is wrong by itself, between fields, and with names that there are none of.

use serde_json::{Value, json};

use crate::{api::Api, support::Outcome};

/// A request, and all that is wrong with it.
type Case = (&'static str, &'static str, Value, &'static [(&'static str, &'static str)]);

fn cases() -> Vec<Case> {
    let address = json!({ "recipient": "김", "phone": "010-1234-5678", "postcode": "04524", "line1": "세종대로 110" });
    let product = json!({
        "title": "책", "author": " ", "publishedYear": 2026, "isbn": "9788937460000", "category": "nope",
        "listPrice": 100, "salePrice": 200, "more": 1
    });
    let line = json!({ "productId": 2, "quantity": 1 });
    let advance =
        "/order/orders/0199b2c4-7a51-7c3e-9c1f-0a2b3c4d5e6f/claims/0199b2c4-7a51-7c3e-9c1f-0a2b3c4d5e6f/advance";
    let cancel = "/order/orders/0199b2c4-7a51-7c3e-9c1f-0a2b3c4d5e6f/cancel";
    vec![
        (
            "shopper",
            "/order/process-order",
            json!({ "addressId": 1, "address": address, "payment": { "method": "card", "methodId": "x" }, "more": 1 }),
            &[
                ("#/address", "not_together"),
                ("#/expectedTotal", "required"),
                ("#/more", "unknown_field"),
                ("#/payment/methodId", "not_together"),
            ],
        ),
        (
            "shopper",
            "/order/process-order",
            json!({ "expectedTotal": 9, "points": 3, "note": "🙂", "lines": "none" }),
            &[("#/addressId", "required"), ("#/lines", "type"), ("#/note", "characters"), ("#/points", "out_of_range")],
        ),
        (
            "shopper",
            cancel,
            json!({ "lines": [line, line], "reason": "🙂" }),
            &[("#/lines/1/productId", "repeated"), ("#/reason", "characters")],
        ),
        (
            "seller",
            "/catalog/products",
            product,
            &[
                ("#/author", "required"),
                ("#/isbn", "isbn"),
                ("#/more", "unknown_field"),
                ("#/salePrice", "above_list_price"),
            ],
        ),
        (
            "seller",
            "/catalog/change-inventory-count",
            json!({ "productId": 2, "change": 0, "seen": 3, "reason": " " }),
            &[("#/change", "out_of_range"), ("#/reason", "required"), ("#/seen", "not_together")],
        ),
        (
            "seller",
            "/catalog/change-inventory-count",
            json!({ "productId": 2, "counted": 3 }),
            &[("#/reason", "required"), ("#/seen", "required")],
        ),
        (
            "seller",
            advance,
            json!({ "to": "rejected", "more": 1 }),
            &[("#/more", "unknown_field"), ("#/reason", "required")],
        ),
        (
            "seller",
            "/delivery/process-delivery",
            json!({ "deliveryId": "x", "to": "delivered", "carrier": "한빛택배" }),
            &[("#/carrier", "not_together"), ("#/deliveryId", "format")],
        ),
        (
            "seller",
            "/delivery/process-delivery",
            json!({ "deliveryId": "x", "to": "shipped", "trackingNumber": "1" }),
            &[("#/carrier", "required"), ("#/deliveryId", "format"), ("#/trackingNumber", "too_short")],
        ),
        (
            "seller",
            "/subscription/subscriptions",
            json!({ "url": "http://127.0.0.1:9/", "topics": ["order.paid", "none"], "description": "a\nb" }),
            &[("#/description", "characters"), ("#/topics/1", "choice"), ("#/url", "url")],
        ),
        (
            "staff",
            "/coupon/issue",
            json!({ "code": "AB CD", "email": "nobody" }),
            &[("#/campaignId", "required"), ("#/code", "not_together"), ("#/email", "email")],
        ),
        (
            "shopper",
            "/points/charge",
            json!({ "amount": 0, "method": "card", "methodId": "0199b2c4-7a51-7c3e-9c1f-0a2b3c4d5e6f" }),
            &[("#/amount", "out_of_range"), ("#/methodId", "not_together")],
        ),
    ]
}

#[tokio::test]
async fn every_bad_field_is_told_at_once_whatever_is_wrong_with_it() -> Outcome {
    let api = Api::start()?;
    for (scope, path, body, expected) in cases() {
        let token = api.token(scope).await?;
        let refused = api.post(path, &body).by(&token).key(&uuid::Uuid::now_v7().to_string()).send().await?;
        let mut fields = refused.fields();
        fields.sort_unstable();
        assert_eq!(fields, expected, "{path} {body}");
    }
    Ok(())
}

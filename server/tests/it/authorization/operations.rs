//! The table for programs. A new operation is one line here: its method and path as the document has
//! them, who may, the address that whoever may would ask (its query too), and the body that goes with
//! it, empty where there is none. In braces stand things of the scene, as in the other table, and
//! `{shopper}` with `{token}`, the demo shopper's, and `{delivery}`, that of `{order}`; `{key}` and
//! `{isbn}` are new ones each time.
//!
//! Each line is tried as everybody, by a token whose scope is their role. Whoever may not is turned
//! away: a guest is told `sign_in_required`, a scope that does not reach `scope_required`, and
//! everybody else that it is not there, or what [`HIDDEN`] says. Which scope reaches follows from who
//! may. An `Idempotency-Key` goes along by itself, and so does the `If-Match` of an operation that has
//! one: the `ETag` with which the same address answers the demo seller. Lines are tried from the first
//! to the last, so that what takes away stands after what needs it.

use super::doors::{BUYER, DESK, May, OWN, SELLER, SELLERS, Who};

/// Who is signed in or not.
pub(super) const EVERYBODY: May =
    &[Who::Guest, Who::Member, Who::OtherMember, Who::OtherSeller, Who::Seller, Who::Staff];
/// Who is signed in, each with their own.
pub(super) const MEMBERS: May = &[Who::Member, Who::OtherMember, Who::OtherSeller, Who::Seller, Who::Staff];

/// Who ordered, and who runs what was ordered.
const PARTIES: May = &[Who::Member, Who::Seller, Who::Staff];

/// Method and path, who may, the address, the body.
pub(super) const OPERATIONS: &[(&str, May, &str, &str)] = &[
    // Members.
    (
        "POST /member/registration",
        EVERYBODY,
        "/member/registration",
        r#"{"email": "{key}@example.com", "password": "correct horse", "name": "새 독자"}"#,
    ),
    (
        "POST /member/login",
        EVERYBODY,
        "/member/login",
        r#"{"email": "seller@madang.example", "password": "seller-madang", "scope": "seller"}"#,
    ),
    ("GET /member/members/{userId}", BUYER, "/member/members/{shopper}", ""),
    (
        "PUT /member/members/{userId}",
        BUYER,
        "/member/members/{shopper}",
        r#"{"name": "김독자", "phone": "010-1234-5678"}"#,
    ),
    ("GET /member/tokens", MEMBERS, "/member/tokens", ""),
    ("DELETE /member/tokens/{tokenId}", BUYER, "/member/tokens/{token}", ""),
    // Carts and products.
    ("POST /cart/lines", EVERYBODY, "/cart/lines", r#"{"productId": {product}, "quantity": 1}"#),
    ("GET /cart/lines", EVERYBODY, "/cart/lines", ""),
    ("PUT /cart/lines/{productId}", EVERYBODY, "/cart/lines/{product}", r#"{"quantity": 2}"#),
    ("DELETE /cart/lines/{productId}", EVERYBODY, "/cart/lines/{product}", ""),
    ("GET /catalog/best-sellers", EVERYBODY, "/catalog/best-sellers?days=3&limit=5", ""),
    ("GET /catalog/categories", EVERYBODY, "/catalog/categories", ""),
    ("POST /catalog/search", EVERYBODY, "/catalog/search", r#"{"query": "사랑"}"#),
    ("GET /catalog/products/{productId}", EVERYBODY, "/catalog/products/{product}", ""),
    ("GET /catalog/own-products", DESK, "/catalog/own-products?status=draft", ""),
    // Another seller makes their own, and none for this one.
    (
        "POST /catalog/products",
        OWN,
        "/catalog/products",
        r#"{"sellerId": {seller}, "title": "초고", "author": "김마당", "publishedYear": 2026, "isbn": "{isbn}", "category": "poetry",
            "listPrice": 15000, "salePrice": 13500, "onHand": 3}"#,
    ),
    (
        "PUT /catalog/products/{productId}",
        OWN,
        "/catalog/products/{draft}",
        r#"{"title": "초고", "author": "김마당", "publishedYear": 2026, "isbn": "9791190000017", "category": "poetry",
            "listPrice": 15000, "salePrice": 12000, "status": "draft"}"#,
    ),
    ("GET /catalog/products/{productId}/inventory", OWN, "/catalog/products/{draft}/inventory", ""),
    (
        "POST /catalog/change-inventory-count",
        OWN,
        "/catalog/change-inventory-count",
        r#"{"productId": {draft}, "change": 1, "reason": "입고"}"#,
    ),
    // Orders.
    ("GET /order/orders", MEMBERS, "/order/orders", ""),
    ("GET /order/orders/{orderId}", PARTIES, "/order/orders/{order}", ""),
    ("POST /order/quote", MEMBERS, "/order/quote", "{}"),
    (
        "POST /order/process-order",
        MEMBERS,
        "/order/process-order",
        r#"{"address": {"recipient": "김독자", "phone": "010-1234-5678", "postcode": "04524", "line1": "서울 중구"},
            "expectedTotal": 1}"#,
    ),
    ("POST /order/orders/{orderId}/cancel-preview", PARTIES, "/order/orders/{called-off}/cancel-preview", "{}"),
    (
        "POST /order/orders/{orderId}/cancel",
        PARTIES,
        "/order/orders/{called-off}/cancel",
        r#"{"expectedRefund": {refund}, "reason": "품절"}"#,
    ),
    ("GET /order/claims", DESK, "/order/claims", ""),
    ("GET /order/orders/{orderId}/claims", PARTIES, "/order/orders/{delivered}/claims", ""),
    (
        "POST /order/orders/{orderId}/claims",
        BUYER,
        "/order/orders/{delivered}/claims",
        r#"{"kind": "return", "fault": "buyer", "reason": "변심", "lines": [{"productId": {product}, "quantity": 1}]}"#,
    ),
    (
        "POST /order/orders/{orderId}/claims/{claimId}/withdraw",
        BUYER,
        "/order/orders/{delivered}/claims/{claim}/withdraw",
        "",
    ),
    (
        "POST /order/orders/{orderId}/claims/{claimId}/advance",
        OWN,
        "/order/orders/{returned}/claims/{own-claim}/advance",
        r#"{"to": "approved"}"#,
    ),
    ("POST /order/orders/{orderId}/confirm", BUYER, "/order/orders/{delivered}/confirm", ""),
    // Payments and points. The payment is somebody else's.
    ("GET /payment/methods", MEMBERS, "/payment/methods", ""),
    ("POST /payment/methods", MEMBERS, "/payment/methods", "{}"),
    ("POST /payment/methods/{methodId}", BUYER, "/payment/methods/{card}", r#"{"name": "생활비"}"#),
    ("GET /payment/payments/{paymentId}", &[Who::OtherMember], "/payment/payments/{payment}", ""),
    (
        "POST /payment/process-payment",
        BUYER,
        "/payment/process-payment",
        r#"{"orderId": "{unpaid}", "method": "points"}"#,
    ),
    ("DELETE /payment/methods/{methodId}", BUYER, "/payment/methods/{card}", ""),
    ("GET /points/balance", MEMBERS, "/points/balance", ""),
    ("GET /points/history", MEMBERS, "/points/history", ""),
    ("POST /points/charge", MEMBERS, "/points/charge", r#"{"amount": 10000, "method": "card"}"#),
    // Coupons and deliveries.
    ("GET /delivery/deliveries", DESK, "/delivery/deliveries?status=unfulfilled&limit=5", ""),
    ("GET /coupon/offers", EVERYBODY, "/coupon/offers", ""),
    ("GET /coupon/mine", MEMBERS, "/coupon/mine", ""),
    ("POST /coupon/issue", MEMBERS, "/coupon/issue", r#"{"campaignId": {campaign}}"#),
    ("GET /delivery/deliveries/{deliveryId}", PARTIES, "/delivery/deliveries/{delivery}", ""),
    (
        "POST /delivery/process-delivery",
        OWN,
        "/delivery/process-delivery",
        r#"{"deliveryId": "{delivery}", "to": "preparing"}"#,
    ),
    ("GET /delivery/addresses", MEMBERS, "/delivery/addresses", ""),
    (
        "POST /delivery/addresses",
        MEMBERS,
        "/delivery/addresses",
        r#"{"recipient": "김독자", "phone": "010-1234-5678", "postcode": "04524", "line1": "서울 중구"}"#,
    ),
    ("GET /delivery/addresses/{addressId}", BUYER, "/delivery/addresses/{address}", ""),
    (
        "PUT /delivery/addresses/{addressId}",
        BUYER,
        "/delivery/addresses/{address}",
        r#"{"recipient": "김독자", "phone": "010-1234-5678", "postcode": "04524", "line1": "서울 중구"}"#,
    ),
    ("DELETE /delivery/addresses/{addressId}", BUYER, "/delivery/addresses/{address}", ""),
    // Webhooks of sellers: others than they do not make or change them.
    ("GET /subscription/subscriptions", DESK, "/subscription/subscriptions", ""),
    (
        "POST /subscription/subscriptions",
        SELLERS,
        "/subscription/subscriptions",
        r#"{"url": "https://hooks.example.com/", "topics": ["parcel.delivered"]}"#,
    ),
    ("GET /subscription/subscriptions/{subscriptionId}", OWN, "/subscription/subscriptions/{subscription}", ""),
    (
        "PUT /subscription/subscriptions/{subscriptionId}",
        SELLER,
        "/subscription/subscriptions/{subscription}",
        r#"{"url": "https://hooks.example.com/new", "topics": ["parcel.delivered"]}"#,
    ),
    (
        "GET /subscription/subscriptions/{subscriptionId}/messages",
        OWN,
        "/subscription/subscriptions/{subscription}/messages",
        "",
    ),
    (
        "GET /subscription/subscriptions/{subscriptionId}/secrets",
        SELLER,
        "/subscription/subscriptions/{subscription}/secrets",
        "",
    ),
    (
        "POST /subscription/subscriptions/{subscriptionId}/secrets",
        SELLER,
        "/subscription/subscriptions/{subscription}/secrets",
        "",
    ),
    ("GET /subscription/messages/{messageId}", OWN, "/subscription/messages/{message}", ""),
    ("POST /subscription/messages/{messageId}/resend", OWN, "/subscription/messages/{message}/resend", ""),
    (
        "POST /subscription/subscriptions/{subscriptionId}/test",
        SELLER,
        "/subscription/subscriptions/{subscription}/test",
        "",
    ),
    (
        "POST /subscription/subscriptions/{subscriptionId}/pause",
        OWN,
        "/subscription/subscriptions/{subscription}/pause",
        "",
    ),
    (
        "POST /subscription/subscriptions/{subscriptionId}/resume",
        OWN,
        "/subscription/subscriptions/{subscription}/resume",
        "",
    ),
    (
        "DELETE /subscription/subscriptions/{subscriptionId}",
        SELLER,
        "/subscription/subscriptions/{other-subscription}",
        "",
    ),
];

/// Where one gets a token, and so needs none that is good.
pub(super) const DOORS: [&str; 2] = ["POST /member/login", "POST /member/registration"];

/// Operations that say something else of what is not one's own than that it is not there: with which
/// code. It is what they say of what there is none of.
pub(super) const HIDDEN: &[(&str, &str)] = &[("POST /catalog/products", "invalid")];

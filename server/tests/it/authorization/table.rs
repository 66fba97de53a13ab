//! The table. A new server function, page or route is one line here: its name, who may, and a form
//! or path that whoever may would send. In braces stand things of the scene: `{product}`, `{seller}`,
//! `{order}` (paid), `{unpaid}`, `{delivered}` with `{claim}` are the demo seller's and the demo
//! shopper's; `{member}`, `{application}`, `{campaign}` are anybody's; `{key}` is a new one each time.

use super::doors::{BUYER, DESK, EVERYBODY, MEMBERS, May, OWN, STAFF};

/// Server functions: name, who may, form.
pub(super) const FUNCTIONS: &[(&str, May, &str)] = &[
    ("address/add", MEMBERS, "form[recipient]=김독자&form[phone]=01012345678&form[postcode]=04524&form[line1]=서울"),
    ("address/default", BUYER, "id={address}"),
    (
        "address/edit",
        BUYER,
        "id={address}&form[recipient]=김독자&form[phone]=01012345678&form[postcode]=04524&form[line1]=서울",
    ),
    ("address/remove", BUYER, "id={address}"),
    ("application/apply", MEMBERS, "shop_name=책방&business_number=120-81-47521&phone=02-123-4567&introduction=헌책"),
    ("cart/add", EVERYBODY, "product={product}&quantity=1"),
    ("cart/change", EVERYBODY, "product={product}&quantity=1"),
    ("cart/remove", EVERYBODY, "product={product}"),
    (
        "claim/request",
        BUYER,
        "order={delivered}&seller={seller}&key={key}&kind=return&fault=buyer&reason=변심&lines[{product}]=1",
    ),
    ("claim/withdraw", BUYER, "order={delivered}&claim={claim}"),
    ("coupon/download", MEMBERS, "campaign={campaign}&key={key}"),
    ("coupon/redeem", MEMBERS, "code=MADANG&key={key}"),
    ("language", EVERYBODY, "language=ko&next=/"),
    ("member/password", MEMBERS, "current_password=wrong-password&password=another-one&password_again=another-one"),
    ("member/profile", MEMBERS, "name=김독자&phone="),
    ("member/sign-in", EVERYBODY, "email=shopper@madang.example&password=shopper-madang"),
    ("member/sign-out", EVERYBODY, ""),
    ("member/sign-up", EVERYBODY, "email=no-address"),
    ("notification/read", BUYER, "id={notification}"),
    ("notification/read-all", MEMBERS, "until={notification}"),
    ("order/cancel", BUYER, "order={order}&key={key}"),
    ("order/confirm", BUYER, "order={delivered}"),
    ("order/follow", BUYER, "order={order}"),
    ("order/look", MEMBERS, "key={key}&address={address}"),
    ("order/place", MEMBERS, "key={key}&address={address}&expected_total=1"),
    ("payment/card/change", BUYER, "card={card}&name=카드"),
    ("payment/card/register", MEMBERS, ""),
    ("payment/card/remove", BUYER, "card={card}"),
    ("payment/pay", BUYER, "order={unpaid}&way=new"),
    ("points/charge", MEMBERS, "amount=1000&key={key}&way=new"),
    ("seller/stock-change", OWN, "id={product}&delta=1&reason=입고&key={key}"),
    ("seller/stock-count", OWN, "id={product}&counted=20&seen=20&reason=실사&key={key}"),
    ("seller/stock-low", OWN, "id={product}&low_at=3"),
    ("staff/application-approve", STAFF, "id={application}"),
    ("staff/application-reject", STAFF, "id={other-application}&reason=서류"),
    ("staff/claim", STAFF, "order={delivered}&claim={claim}&to=approved"),
    ("staff/coupon-give", STAFF, "id={campaign}&email=shopper@madang.example&key={key}"),
    ("staff/coupon-new", STAFF, "key={key}&form[name]=캠페인"),
    ("staff/coupon-stop", STAFF, "id={campaign}"),
    ("staff/delivery", STAFF, "order={order}&seller={seller}&to=preparing"),
    ("staff/discard", STAFF, "id={letter}&reason=버림"),
    ("staff/member-block", STAFF, "ids={member}&reason=도용&page=/staff/members/{member}&next=/staff/members/{member}"),
    ("staff/member-points", STAFF, "id={member}&amount=100&reason=사과&key={key}"),
    ("staff/member-role", STAFF, "id={member}&staff=no"),
    ("staff/member-unblock", STAFF, "ids={member}&page=/staff/members/{member}&next=/staff/members/{member}"),
    ("staff/points", STAFF, "email=someone@madang.example&amount=100&reason=사과&key={key}"),
    ("staff/redrive", STAFF, "reader=notification"),
    ("wish/add", MEMBERS, "product={product}"),
    ("wish/withdraw", MEMBERS, "product={product}"),
];

/// Functions that answer for somebody else's thing as for one that is gone, which is no 404. That
/// nothing changes is looked at all the same.
pub(super) const QUIET: &[&str] = &["payment/card/change", "payment/card/remove"];

/// Pages: the route as the program has it, who may, and a path of it.
pub(super) const PAGES: &[(&str, May, &str)] = &[
    ("/my", MEMBERS, "/my"),
    ("/my/addresses", MEMBERS, "/my/addresses"),
    ("/my/addresses/new", MEMBERS, "/my/addresses/new"),
    ("/my/addresses/{id}", BUYER, "/my/addresses/{address}"),
    ("/my/cards", MEMBERS, "/my/cards"),
    ("/my/cards/register", MEMBERS, "/my/cards/register"),
    ("/my/cards/return", MEMBERS, "/my/cards/return?authKey=none"),
    ("/my/coupons", MEMBERS, "/my/coupons"),
    ("/my/notifications", MEMBERS, "/my/notifications"),
    ("/my/points", MEMBERS, "/my/points"),
    ("/my/profile", MEMBERS, "/my/profile"),
    ("/my/seller", MEMBERS, "/my/seller"),
    ("/seller/stock", DESK, "/seller/stock"),
    ("/seller/stock/{id}", OWN, "/seller/stock/{product}"),
    ("/seller/trail", DESK, "/seller/trail"),
    ("/staff", STAFF, "/staff"),
    ("/staff/applications", STAFF, "/staff/applications"),
    ("/staff/audit", STAFF, "/staff/audit"),
    ("/staff/claims", STAFF, "/staff/claims"),
    ("/staff/coupons", STAFF, "/staff/coupons"),
    ("/staff/coupons/new", STAFF, "/staff/coupons/new"),
    ("/staff/coupons/{id}", STAFF, "/staff/coupons/{campaign}"),
    ("/staff/members", STAFF, "/staff/members?q=정회원"),
    ("/staff/members/bulk", STAFF, "/staff/members/bulk?do=block&id={member}"),
    ("/staff/members/{id}", STAFF, "/staff/members/{member}"),
    ("/staff/orders", STAFF, "/staff/orders"),
    ("/staff/orders/{id}", STAFF, "/staff/orders/{order}"),
    ("/staff/points", STAFF, "/staff/points"),
    ("/staff/readers", STAFF, "/staff/readers"),
    ("/staff/trail", STAFF, "/staff/trail"),
];

/// Files that go out (`GET`) and come in (`POST`): method and route, who may, a path of it, and the
/// parts of its form, of which a file begins with `@`.
pub(super) const ROUTES: &[(&str, May, &str, &str)] = &[
    ("GET /seller/trail.csv", DESK, "/seller/trail.csv", ""),
    ("GET /staff/members.csv", STAFF, "/staff/members.csv", ""),
    ("GET /staff/trail.csv", STAFF, "/staff/trail.csv", ""),
];

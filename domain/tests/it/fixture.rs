//! A shop with members and products to try the rules on.

use contract::{
    Quantity, Won,
    address::{Address, AddressId},
    cart::Totals,
    order::SeenLine,
    product::ProductId,
};
use domain::{
    Policy, Result, Shop, address, audit,
    cart::{self, Owner},
    member::{self, Shopper, SignUp},
    order::Checkout,
    points,
};
use sqlx::PgPool;
use uuid::Uuid;

pub(crate) fn shop(db: PgPool) -> Shop {
    Shop::new(db, Policy::default())
}

pub(crate) fn sign_up_form(email: &str) -> SignUp {
    SignUp {
        email: email.to_owned(),
        password: "correct horse".to_owned(),
        password_again: "correct horse".to_owned(),
        name: "김독자".to_owned(),
        phone: String::new(),
    }
}

/// A member with an empty wallet.
pub(crate) async fn member(shop: &Shop, email: &str) -> Result<Shopper> {
    member::sign_up(shop, sign_up_form(email)).await
}

/// A member with points and an address.
pub(crate) async fn buyer(shop: &Shop, email: &str, points: Won) -> Result<(Shopper, AddressId)> {
    let buyer = member(shop, email).await?;
    if points > 0 {
        points::charge(shop, &buyer, Uuid::now_v7(), points).await?;
    }
    let address = address::add(shop, &buyer, &home()).await?;
    Ok((buyer, address))
}

pub(crate) fn home() -> Address {
    Address {
        recipient: "김독자".to_owned(),
        phone: "01012345678".to_owned(),
        postcode: "04524".to_owned(),
        line1: "서울특별시 중구 세종대로 110".to_owned(),
        line2: String::new(),
    }
}

/// A product of a seller of its own, in a category that all share.
pub(crate) async fn product(shop: &Shop, title: &str, price: Won, on_hand: i32) -> ProductId {
    sqlx::query_scalar::<_, i64>(
        "with c as (
             insert into category (slug, name_ko, name_en, position) values ('novel', '소설', 'Novels', 1)
             on conflict (slug) do update set position = 1 returning category_id
         ), v as (
             insert into seller (name) values ('서점') returning seller_id
         ), p as (
             insert into product (seller_id, category_id, title, author, published_year, isbn, description,
                 list_price, sale_price)
             select seller_id, category_id, $1, '저자', 1925, '979-7-' || md5(random()::text), '.', $2, $2 from c, v
             returning product_id
         ), s as (
             insert into stock (product_id, on_hand) select product_id, $3 from p returning product_id
         ), m as (
             insert into stock_movement (product_id, kind, on_hand_delta, reason)
             select product_id, 'received', $3, 'opening' from p
         )
         select product_id from s",
    )
    .bind(title)
    .bind(price)
    .bind(on_hand)
    .fetch_one(&shop.db)
    .await
    .expect("a product")
}

pub(crate) fn copies(number: i32) -> Quantity {
    Quantity::try_from(number).expect("a quantity")
}

pub(crate) async fn put(shop: &Shop, by: &Shopper, product: ProductId, number: i32) -> Result<()> {
    cart::add(shop, Owner::Member(by.id()), product, copies(number)).await
}

/// What the shopper's checkout page would send now.
pub(crate) async fn checkout(shop: &Shop, by: &Shopper, address: AddressId) -> Result<Checkout> {
    let lines = cart::lines(shop, Owner::Member(by.id())).await?;
    let totals =
        Totals::of(lines.iter().map(|line| (line.seller, line.unit_price, line.quantity)), shop.policy.delivery);
    let seen = lines
        .iter()
        .map(|line| SeenLine { product: line.product, quantity: line.quantity, unit_price: line.unit_price })
        .collect();
    Ok(Checkout::new(by, Uuid::now_v7(), seen, totals.total(), address))
}

pub(crate) async fn number(shop: &Shop, query: &str) -> i64 {
    sqlx::query_scalar::<_, i64>(query).fetch_one(&shop.db).await.expect("a number")
}

/// The audit finds nothing.
pub(crate) async fn assert_books_add_up(shop: &Shop) {
    let findings = audit::audit(shop, |_| {}).await.expect("an audit");
    let broken: Vec<_> = findings.into_iter().filter(|finding| finding.broken > 0).collect();
    assert!(broken.is_empty(), "the books do not add up: {broken:#?}");
}

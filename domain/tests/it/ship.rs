//! Shipping by hand, one by one and by files of tracking numbers; and what the trail tells of it.

use contract::{
    Failure,
    delivery::{RowFlaw, Waybill},
    form::{Flaw, Flaws},
    order::{FulfillmentStatus as To, Stage, order_number},
    sheet::SheetFlaw,
};
use domain::{
    Result, delivery,
    member::Operator,
    order::{cancel_by, preview_by},
};
use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    fixture::{assert_books_add_up, number, product},
    scene::{Scene, refused, seller_of},
};

fn waybill(number: &str) -> Waybill {
    Waybill { carrier: "한빛택배".to_owned(), number: number.to_owned() }
}

impl Scene {
    /// The acts of the trail, oldest first.
    async fn acts(&self) -> Result<Vec<(String, Option<i64>)>> {
        Ok(sqlx::query_as("select act, seller_id from trail order by trail_id").fetch_all(&self.shop.db).await?)
    }

    async fn sheet(&self, by: &Operator, text: &str) -> Result<Uuid> {
        let rows = delivery::read_rows(std::io::Cursor::new(text.as_bytes().to_vec()))?;
        delivery::keep(&self.shop, by, &rows).await
    }
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_parcel_of_the_sellers_own_is_shown_to_its_shopper(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 100_000).await?;
    let shop = &scene.shop;
    let (book, other) = (product(shop, "책", 20_000, 9).await, product(shop, "다른 책", 20_000, 9).await);
    let ((packer, seller), (stranger, foreign)) = (seller_of(shop, book).await?, seller_of(shop, other).await?);
    let order = scene.buy(&[(book, 1)]).await?;
    for (by, of) in [(&stranger, seller), (&stranger, foreign)] {
        let outcome = delivery::ship(shop, by, order, of, Some(&waybill("12345678"))).await;
        assert_eq!(refused(outcome), Some(Failure::NotFound));
    }
    assert_eq!(
        refused(delivery::renumber(shop, &packer, order, seller, &waybill("12345678")).await),
        Some(Failure::StatusChanged),
        "it is not shipped"
    );
    delivery::ship(shop, &packer, order, seller, Some(&waybill("12345678"))).await?;
    delivery::ship(shop, &packer, order, seller, Some(&waybill("12345678"))).await?;
    let outcome = delivery::ship(shop, &packer, order, seller, Some(&waybill("87654321"))).await;
    assert_eq!(refused(outcome), Some(Failure::StatusChanged), "no number is dropped without a word");
    delivery::renumber(shop, &packer, order, seller, &waybill("87654321")).await?;
    let parcels = delivery::parcels(shop, &scene.detail(order).await?).await?;
    let told: Vec<_> = parcels.iter().map(|one| (one.carrier.as_str(), one.number.as_str(), one.by_hand)).collect();
    assert_eq!(told, [("한빛택배", "87654321", true)]);
    let acts = [("delivery_advanced".to_owned(), Some(seller)), ("parcel_numbered".to_owned(), Some(seller))];
    assert_eq!(scene.acts().await?, acts);
    assert_books_add_up(shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_the_carrier_has_booked_keeps_its_number(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 100_000).await?;
    let shop = &scene.shop;
    let book = product(shop, "책", 20_000, 9).await;
    let (packer, seller) = seller_of(shop, book).await?;
    let order = scene.buy(&[(book, 1)]).await?;
    delivery::advance(shop, &packer, order, seller, To::Preparing).await?;
    let own = scene.detail(order).await?.deliveries[0].id;
    delivery::errands(shop, &[own], &[]).await?;
    delivery::booked(shop, own, "마당택배", "900").await?;
    let outcome = delivery::ship(shop, &packer, order, seller, Some(&waybill("12345678"))).await;
    assert_eq!(refused(outcome), Some(Failure::Invalid(Flaws::one("number", Flaw::ParcelBooked))));
    assert_eq!(scene.detail(order).await?.summary.fulfillment, To::Preparing, "nothing half done");
    delivery::ship(shop, &packer, order, seller, None).await?;
    let parcels = delivery::parcels(shop, &scene.detail(order).await?).await?;
    assert_eq!(parcels[0].number, "900");
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_file_with_one_wrong_row_ships_nothing_and_a_right_one_all_once(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 300_000).await?;
    let shop = &scene.shop;
    let (book, other) = (product(shop, "책", 20_000, 9).await, product(shop, "다른 책", 20_000, 9).await);
    let ((packer, seller), (_, foreign)) = (seller_of(shop, book).await?, seller_of(shop, other).await?);
    let (first, both, gone) =
        (scene.buy(&[(book, 1)]).await?, scene.buy(&[(book, 1), (other, 1)]).await?, scene.buy(&[(other, 1)]).await?);
    let at = scene.detail(first).await?.summary.placed_at;
    let (one, two, three) = (order_number(first, at), order_number(both, at), order_number(gone, at));

    let text = format!(
        "주문번호,택배사,운송장번호\n{one},한빛택배,1234-5678\n{two},,12\n{two},한빛택배,1\n{one},한빛택배,99999\n{three},한빛택배,55555\nnever,한빛택배,55555\n"
    );
    let id = scene.sheet(&packer, &text).await?;
    let sheet = delivery::sheet(shop, &packer, id).await?;
    let flaws: Vec<_> = sheet.flawed().map(|(row, flaw)| (row.line, flaw)).collect();
    let expected = [
        (3, RowFlaw::Carrier(Flaw::Required)),
        (4, RowFlaw::Number(Flaw::TooShort { min: 5 })),
        (5, RowFlaw::Twice(2)),
        (6, RowFlaw::OrderUnknown),
        (7, RowFlaw::OrderUnknown),
    ];
    assert_eq!(flaws, expected, "another seller's order is not there");
    assert_eq!(refused(delivery::ship_all(shop, &packer, id, 6).await), Some(Failure::StatusChanged));
    assert_eq!(refused(delivery::sheet(shop, &scene.operator, id).await), Some(Failure::NotFound), "it is another's");
    assert_eq!(number(shop, "select count(*) from hand_parcel").await, 0);

    // The staff names whose part it is, where there are several.
    let text = format!(
        "Order number;Seller;Carrier;Tracking number\n{both};;한빛택배;12345678\n{two};{foreign};한빛택배;12345678\n"
    );
    let id = scene.sheet(&scene.operator, &text).await?;
    let sheet = delivery::sheet(shop, &scene.operator, id).await?;
    let flaws: Vec<_> = sheet.flawed().map(|(row, flaw)| (row.line, flaw)).collect();
    assert_eq!(flaws, [(2, RowFlaw::SellerNeeded)]);

    let text = format!("주문번호,택배사,운송장번호\n{one},한빛택배,1234-5678\n{two},한빛택배,1234-5678\n");
    let id = scene.sheet(&packer, &text).await?;
    assert_eq!(delivery::ship_all(shop, &packer, id, 2).await?, 2);
    assert_eq!(delivery::ship_all(shop, &packer, id, 2).await?, 2);
    assert!(delivery::sheet(shop, &packer, id).await?.shipped);
    assert_eq!(scene.detail(first).await?.summary.fulfillment, To::Shipped);
    assert_eq!(scene.events("parcel.shipped").await?.len(), 2);
    assert_eq!(
        scene.acts().await?,
        [("delivery_advanced".to_owned(), Some(seller)), ("delivery_advanced".to_owned(), Some(seller))]
    );
    let id = scene.sheet(&packer, &text).await?;
    let sheet = delivery::sheet(shop, &packer, id).await?;
    assert!(
        sheet.flawed().all(|(_, flaw)| flaw == RowFlaw::Stage(Stage::Shipped)),
        "what is shipped is not shipped again"
    );
    assert_eq!(sheet.flawed().count(), 2);
    assert_books_add_up(shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_file_without_its_columns_or_rows_is_refused(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    for (text, flaw) in [
        ("주문번호,택배사\n1,2\n", SheetFlaw::ColumnMissing),
        ("주문번호,택배사,운송장번호\n", SheetFlaw::Empty),
        ("", SheetFlaw::Empty),
    ] {
        assert_eq!(refused(scene.sheet(&scene.operator, text).await), Some(Failure::Sheet(flaw)), "{text}");
    }
    let many = format!("주문번호,택배사,운송장번호\n{}", "1,2,3\n".repeat(delivery::MOST_ROWS + 1));
    assert_eq!(refused(scene.sheet(&scene.operator, &many).await), Some(Failure::Sheet(SheetFlaw::TooManyRows)));
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_seller_cancels_their_own_goods_before_they_ship(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 300_000).await?;
    let shop = &scene.shop;
    let (book, other) = (product(shop, "책", 20_000, 9).await, product(shop, "다른 책", 10_000, 9).await);
    let ((packer, seller), (stranger, _)) =
        (seller_of(shop, book).await?, seller_of(shop, product(shop, "셋", 1, 1).await).await?);
    let order = scene.buy(&[(book, 2), (other, 1)]).await?;
    let before = scene.balance().await?;
    let outcome = cancel_by(shop, &stranger, order, Uuid::now_v7(), None, Some(0), "품절").await;
    assert_eq!(refused(outcome), Some(Failure::NotFound));
    let outcome = cancel_by(shop, &packer, order, Uuid::now_v7(), Some(&[(other, 1)]), Some(13_000), "품절").await;
    assert_eq!(refused(outcome), Some(Failure::NotFound), "another seller's goods");
    let outcome = cancel_by(shop, &packer, order, Uuid::now_v7(), Some(&[(book, 1)]), Some(20_000), " ").await;
    assert_eq!(refused(outcome), Some(Failure::Invalid(Flaws::one("reason", Flaw::Required))));

    let seen = preview_by(shop, &packer, order, None).await?;
    assert_eq!((seen.refund.amount(), seen.to_card, seen.coupon), (40_000, 0, false));
    cancel_by(shop, &packer, order, Uuid::now_v7(), Some(&[(book, 1)]), Some(20_000), "품절").await?;
    let stale = cancel_by(shop, &packer, order, Uuid::now_v7(), None, Some(40_000), "품절").await;
    assert_eq!(refused(stale), Some(Failure::RefundChanged), "the sum is not what was shown");
    let key = Uuid::now_v7();
    cancel_by(shop, &packer, order, key, None, Some(20_000), "품절").await?;
    cancel_by(shop, &packer, order, key, None, Some(20_000), "품절").await?;
    assert_eq!(scene.balance().await?, before + 40_000);
    assert_eq!(
        scene.acts().await?,
        [("order_canceled".to_owned(), Some(seller)), ("order_canceled".to_owned(), Some(seller))]
    );
    let steps = scene.timeline(order).await?;
    assert!(steps.iter().any(|step| step.reason == "품절" && step.by_name == "이서점"));

    // The staff cancels the rest, and what is not paid.
    cancel_by(shop, &scene.operator, order, Uuid::now_v7(), None, Some(13_000), "재고 없음").await?;
    let held = scene.hold(&[(book, 1)], 100).await?;
    let own = cancel_by(shop, &packer, held, Uuid::now_v7(), None, None, "품절").await;
    assert_eq!(refused(own), Some(Failure::WholeOrderOnly));
    cancel_by(shop, &scene.operator, held, Uuid::now_v7(), None, None, "품절").await?;
    let sent = scene.buy(&[(book, 1)]).await?;
    delivery::advance(shop, &packer, sent, seller, To::Shipped).await?;
    let late = cancel_by(shop, &packer, sent, Uuid::now_v7(), None, Some(20_000), "품절").await;
    assert_eq!(refused(late), Some(Failure::AlreadyShipped));
    assert_books_add_up(shop).await;
    Ok(())
}

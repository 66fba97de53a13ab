//! Parcels: requested once, and followed by what the carrier tells of them, in whatever order.

use std::sync::LazyLock;

use contract::{
    Failure,
    delivery::CheckpointStatus as Told,
    order::{Actor, FulfillmentStatus as Stands, OrderId, OrderStatus},
    product::ProductId,
};
use domain::{
    Result,
    delivery::{self, Booked, Errand, Report, booked, called_off, checkpoint, errands, parcels},
    order::{cancel, confirm_due},
};
use sqlx::PgPool;
use time::{Duration, OffsetDateTime};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::{
    fixture::{assert_books_add_up, number, product},
    scene::{Scene, refused},
};

const CARRIER: &str = "마당택배";

/// When all parcels set out, to the second, as the database keeps no more than microseconds.
static START: LazyLock<OffsetDateTime> =
    LazyLock::new(|| OffsetDateTime::now_utc().replace_nanosecond(0).expect("a second"));

/// So many minutes into a parcel's way.
fn minute(minutes: i64) -> OffsetDateTime {
    *START + Duration::minutes(minutes)
}

fn report(number: &str, status: Told, minutes: i64) -> Report {
    Report {
        message: format!("{number}-{status:?}-{minutes}"),
        number: number.to_owned(),
        reference: None,
        status,
        place: "옥천".to_owned(),
        at: minute(minutes),
    }
}

impl Scene {
    /// A paid order of one seller that is accepted, and its delivery.
    async fn accepted(&self, lines: &[(ProductId, i32)]) -> Result<(OrderId, Uuid)> {
        let order = self.buy(lines).await?;
        let part = self.detail(order).await?.deliveries.remove(0);
        delivery::advance(&self.shop, &self.operator, order, part.seller, Stands::Preparing).await?;
        Ok((order, part.id))
    }

    /// The same, whose parcel is booked under this number.
    async fn on_its_way(&self, lines: &[(ProductId, i32)], number: &str) -> Result<(OrderId, Uuid)> {
        let (order, part) = self.accepted(lines).await?;
        assert_eq!(errands(&self.shop, &[part], &[]).await?.len(), 1);
        booked(&self.shop, part, CARRIER, number).await?;
        Ok((order, part))
    }

    /// The same, which the carrier has.
    pub(crate) async fn picked_up(&self, lines: &[(ProductId, i32)], number: &str) -> Result<OrderId> {
        let (order, _) = self.on_its_way(lines, number).await?;
        checkpoint(&self.shop, &report(number, Told::PickedUp, 1)).await?;
        Ok(order)
    }

    /// Its seller ships it by hand.
    async fn ship_by_hand(&self, order: OrderId) -> Result<()> {
        let seller = self.detail(order).await?.deliveries.remove(0).seller;
        delivery::advance(&self.shop, &self.operator, order, seller, Stands::Shipped).await
    }

    async fn stands(&self, order: OrderId) -> Result<Stands> {
        Ok(self.detail(order).await?.deliveries.remove(0).status)
    }

    /// What the order page shows of its first parcel.
    async fn way(&self, order: OrderId) -> Result<Vec<(Told, i64)>> {
        let mut parcels = parcels(&self.shop, &self.detail(order).await?).await?;
        let checkpoints = parcels.remove(0).checkpoints.into_iter();
        Ok(checkpoints.map(|point| (point.status, (point.at - minute(0)).whole_minutes())).collect())
    }
}

fn off(errands: &[Errand]) -> Vec<(Uuid, Option<&str>, bool)> {
    errands.iter().map(|errand| (errand.delivery, errand.number.as_deref(), errand.off)).collect()
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn accepting_a_part_is_told_once(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 100_000).await?;
    let book = product(&scene.shop, "책", 20_000, 5).await;
    let (order, part) = scene.accepted(&[(book, 1)]).await?;
    let seller = scene.detail(order).await?.deliveries[0].seller;
    delivery::advance(&scene.shop, &scene.operator, order, seller, Stands::Preparing).await?;
    assert_eq!(scene.events("order.accepted").await?.len(), 1);
    let told: (String, String) =
        sqlx::query_as("select subject, payload ->> 'delivery_id' from event where name = 'order.accepted'")
            .fetch_one(&scene.shop.db)
            .await?;
    assert_eq!(told, (order.to_string(), part.to_string()));
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_parcel_is_requested_until_it_is_answered_and_has_the_first_number(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 100_000).await?;
    let shop = &scene.shop;
    let book = product(shop, "책", 20_000, 5).await;
    let (order, part) = scene.accepted(&[(book, 1)]).await?;
    // Two that read the same events, and one that reads them again after a crash.
    let parts = [part];
    let (one, other) = tokio::join!(errands(shop, &parts, &[]), errands(shop, &parts, &[]));
    let (one, again) = (one?, errands(shop, &parts, &[]).await?);
    assert_eq!((&one, &one), (&other?, &again));
    let asked = &one[0];
    assert_eq!((asked.delivery, asked.number.as_deref(), asked.booked, asked.off), (part, None, false, false));
    assert_eq!((asked.recipient.as_str(), asked.phone.as_str()), ("김독자", "01012345678"));
    assert_eq!(asked.address, "서울특별시 중구 세종대로 110");
    assert!(parcels(shop, &scene.detail(order).await?).await?.is_empty(), "nothing to show without a number");

    let (one, other) = tokio::join!(booked(shop, part, CARRIER, "1000"), booked(shop, part, CARRIER, "1000"));
    let first = Booked { number: "1000".to_owned(), off: false };
    assert_eq!((&one?, &other?), (&first, &first));
    assert_eq!(booked(shop, part, "다른택배", "2000").await?, first, "the first answer counts");
    assert!(errands(shop, &[part], &[]).await?.is_empty());
    assert_eq!(number(shop, "select count(*) from parcel").await, 1);
    let shown = parcels(shop, &scene.detail(order).await?).await?.remove(0);
    assert_eq!((shown.delivery, shown.carrier.as_str(), shown.number.as_str()), (part, CARRIER, "1000"));
    assert!(shown.checkpoints.is_empty());
    assert!(booked(shop, Uuid::now_v7(), CARRIER, "3000").await.is_err(), "nobody asked for that");
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_is_canceled_or_went_by_hand_or_is_not_accepted_is_not_requested(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 200_000).await?;
    let (shop, reader) = (&scene.shop, &scene.reader);
    let book = product(shop, "책", 20_000, 9).await;
    let (canceled, gone) = scene.accepted(&[(book, 1)]).await?;
    cancel(shop, reader, canceled, Uuid::now_v7(), None, None).await?;
    let (shipped, by_hand) = scene.accepted(&[(book, 1)]).await?;
    scene.deliver(shipped).await?;
    let waiting = scene.buy(&[(book, 1)]).await?;
    let unaccepted = scene.detail(waiting).await?.deliveries[0].id;
    let unpaid = scene.hold(&[(book, 1)], 0).await?;
    let unpaid = scene.detail(unpaid).await?.deliveries[0].id;
    let asked = errands(shop, &[gone, by_hand, unaccepted, unpaid], &[canceled, shipped, waiting]).await?;
    assert_eq!(asked, []);
    assert_eq!(number(shop, "select count(*) from parcel").await, 0);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_parcel_whose_answer_was_lost_is_found_and_called_off_with_its_order(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 100_000).await?;
    let shop = &scene.shop;
    let book = product(shop, "책", 20_000, 5).await;
    let (order, part) = scene.accepted(&[(book, 2)]).await?;
    // The carrier was asked; then the reader crashed, and the shopper canceled.
    errands(shop, &[part], &[]).await?;
    cancel(shop, &scene.reader, order, Uuid::now_v7(), Some(&[(book, 1)]), None).await?;
    assert_eq!(off(&errands(shop, &[part], &[order]).await?), [(part, None, false)], "a copy is kept");
    cancel(shop, &scene.reader, order, Uuid::now_v7(), None, None).await?;
    for asked in [errands(shop, &[part], &[]).await?, errands(shop, &[], &[order]).await?] {
        assert_eq!(off(&asked), [(part, None, true)]);
    }
    booked(shop, part, CARRIER, "1000").await?;
    assert!(errands(shop, &[part], &[]).await?.is_empty());
    assert_eq!(off(&errands(shop, &[part], &[order]).await?), [(part, Some("1000"), true)]);
    called_off(shop, part).await?;
    assert!(errands(shop, &[part], &[order]).await?.is_empty());
    assert!(parcels(shop, &scene.detail(order).await?).await?.is_empty());
    assert_books_add_up(shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn only_the_parcel_of_which_nothing_is_kept_is_called_off(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 200_000).await?;
    let (shop, reader) = (&scene.shop, &scene.reader);
    let (one, other) = (product(shop, "하나", 20_000, 9).await, product(shop, "둘", 20_000, 9).await);
    let order = scene.buy(&[(one, 1), (other, 1)]).await?;
    delivery::accept_due(shop, Duration::ZERO).await?;
    let parts = scene.detail(order).await?.deliveries;
    let ids = [parts[0].id, parts[1].id];
    assert_eq!(errands(shop, &ids, &[]).await?.len(), 2);
    for (part, number) in ids.iter().zip(["1", "2"]) {
        booked(shop, *part, CARRIER, number).await?;
    }
    cancel(shop, reader, order, Uuid::now_v7(), Some(&[(one, 1)]), None).await?;
    assert_eq!(off(&errands(shop, &ids, &[order]).await?), [(ids[0], Some("1"), true)]);
    // What left and came back was not called off, whatever else is canceled.
    checkpoint(shop, &report("2", Told::Delivered, 1)).await?;
    sqlx::query("update order_line set returned = quantity where product_id = $1")
        .bind(other)
        .execute(&shop.db)
        .await?;
    assert_eq!(off(&errands(shop, &ids, &[order]).await?), [(ids[0], Some("1"), true)]);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn goods_follow_their_parcel(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 100_000).await?;
    let shop = &scene.shop;
    let book = product(shop, "책", 20_000, 5).await;
    let (order, _) = scene.on_its_way(&[(book, 1)], "1000").await?;
    let way = [
        (Told::LabelCreated, Stands::Preparing),
        (Told::PickedUp, Stands::Shipped),
        (Told::InTransit, Stands::Shipped),
        (Told::OutForDelivery, Stands::Shipped),
        (Told::Delivered, Stands::Delivered),
    ];
    for (minutes, (status, stands)) in (0..).zip(way) {
        checkpoint(shop, &report("1000", status, minutes)).await?;
        assert_eq!(scene.stands(order).await?, stands, "{status:?}");
    }
    let expected = [
        "parcel.checkpoint",
        "parcel.checkpoint",
        "parcel.shipped",
        "parcel.checkpoint",
        "parcel.checkpoint",
        "parcel.checkpoint",
        "parcel.delivered",
    ];
    assert_eq!(scene.events("parcel.").await?, expected);
    let steps = scene.timeline(order).await?;
    let steps: Vec<_> = steps.iter().filter(|step| step.axis == "fulfillment").collect();
    assert_eq!(steps.iter().map(|step| step.to.as_str()).collect::<Vec<_>>(), ["preparing", "shipped", "delivered"]);
    assert!(steps[1..].iter().all(|step| step.actor == Actor::System));
    assert_eq!(confirm_due(&shop.ahead(Duration::days(7))).await?, 1, "it confirms itself from there");
    let payload: serde_json::Value =
        sqlx::query_scalar("select payload from event where name = 'parcel.checkpoint' order by event_id limit 1")
            .fetch_one(&shop.db)
            .await?;
    assert_eq!((&payload["status"], &payload["place"]), (&"label_created".into(), &"옥천".into()));
    assert_eq!((&payload["number"], &payload["order_id"]), (&"1000".into(), &order.to_string().into()));
    assert_books_add_up(shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn in_whatever_order_and_however_often_they_come_checkpoints_end_the_same(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 900_000).await?;
    let shop = &scene.shop;
    let book = product(shop, "책", 20_000, 99).await;
    let way = [(Told::PickedUp, 1), (Told::InTransit, 2), (Told::OutForDelivery, 3), (Told::Delivered, 4)];
    for order_of in permutations(&way) {
        let name = format!("{order_of:?}");
        let (order, _) = scene.on_its_way(&[(book, 1)], &name).await?;
        let mut furthest = Stands::Preparing;
        for (status, minutes) in order_of {
            for _ in 0..2 {
                checkpoint(shop, &report(&name, status, minutes)).await?;
            }
            furthest = furthest.max(status.proves());
            assert_eq!(scene.stands(order).await?, furthest, "{name}");
        }
        assert_eq!(scene.way(order).await?, way, "{name}");
        let moved: Vec<String> = sqlx::query_scalar(
            "select name from event where subject = $1 and name in ('parcel.shipped', 'parcel.delivered') order by event_id",
        )
        .bind(order.to_string())
        .fetch_all(&shop.db)
        .await?;
        assert_eq!(moved, ["parcel.shipped", "parcel.delivered"], "{name}");
    }
    assert_eq!(number(shop, "select count(*) from event where name = 'parcel.checkpoint'").await, 24 * 4);
    assert_books_add_up(shop).await;
    Ok(())
}

fn permutations<T: Copy>(of: &[T]) -> Vec<Vec<T>> {
    let Some((first, rest)) = of.split_first() else { return vec![vec![]] };
    let longer = permutations(rest)
        .into_iter()
        .flat_map(|shorter| (0..=shorter.len()).map(move |at| [&shorter[..at], &[*first], &shorter[at..]].concat()));
    longer.collect()
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_message_told_many_times_at_once_counts_once(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 100_000).await?;
    let book = product(&scene.shop, "책", 20_000, 5).await;
    let (order, _) = scene.on_its_way(&[(book, 1)], "1000").await?;
    let mut tasks = JoinSet::new();
    for _ in 0..6 {
        let shop = scene.shop.clone();
        tasks.spawn(async move { checkpoint(&shop, &report("1000", Told::Delivered, 4)).await });
    }
    tasks.join_all().await.into_iter().collect::<Result<()>>()?;
    assert_eq!(scene.events("parcel.").await?, ["parcel.checkpoint", "parcel.shipped", "parcel.delivered"]);
    // The same, told by another message.
    let renamed = Report { message: "another".to_owned(), ..report("1000", Told::Delivered, 4) };
    checkpoint(&scene.shop, &renamed).await?;
    assert_eq!(scene.way(order).await?, [(Told::Delivered, 4)]);
    assert_eq!(scene.events("parcel.").await?.len(), 3);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_message_that_overtakes_the_answer_books_the_parcel_that_was_requested(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 100_000).await?;
    let shop = &scene.shop;
    let book = product(shop, "책", 20_000, 5).await;
    let (order, part) = scene.accepted(&[(book, 1)]).await?;
    let early = Report { reference: Some(part), ..report("1000", Told::PickedUp, 1) };
    assert_eq!(refused(checkpoint(shop, &early).await), Some(Failure::NotFound), "nothing was requested");
    errands(shop, &[part], &[]).await?;
    let stranger = Report { reference: Some(Uuid::now_v7()), ..early.clone() };
    for unknown in [&stranger, &report("1000", Told::PickedUp, 1)] {
        assert_eq!(refused(checkpoint(shop, unknown).await), Some(Failure::NotFound));
    }
    checkpoint(shop, &early).await?;
    assert_eq!(scene.stands(order).await?, Stands::Shipped);
    let other = Report { reference: Some(part), ..report("2000", Told::Delivered, 2) };
    assert_eq!(refused(checkpoint(shop, &other).await), Some(Failure::NotFound), "a parcel has one number");
    // The reader still asks who brings it.
    let asked = errands(shop, &[part], &[]).await?;
    assert_eq!((off(&asked), asked[0].booked), (vec![(part, Some("1000"), false)], false));
    assert_eq!(booked(shop, part, CARRIER, "1000").await?.number, "1000");
    let shown = parcels(shop, &scene.detail(order).await?).await?.remove(0);
    assert_eq!((shown.carrier.as_str(), shown.number.as_str()), (CARRIER, "1000"));
    checkpoint(shop, &report("1000", Told::Delivered, 2)).await?;
    assert_eq!(scene.way(order).await?, [(Told::PickedUp, 1), (Told::Delivered, 2)]);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn of_a_canceled_part_checkpoints_are_kept_and_nothing_moves(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 100_000).await?;
    let shop = &scene.shop;
    let book = product(shop, "책", 20_000, 5).await;
    let (order, part) = scene.on_its_way(&[(book, 1)], "1000").await?;
    checkpoint(shop, &report("1000", Told::LabelCreated, 0)).await?;
    cancel(shop, &scene.reader, order, Uuid::now_v7(), None, None).await?;
    called_off(shop, part).await?;
    assert!(parcels(shop, &scene.detail(order).await?).await?.is_empty());
    // The carrier had it already.
    for (status, minutes) in [(Told::Delivered, 2), (Told::PickedUp, 1)] {
        checkpoint(shop, &report("1000", status, minutes)).await?;
    }
    assert_eq!(scene.way(order).await?, [(Told::LabelCreated, 0), (Told::PickedUp, 1), (Told::Delivered, 2)]);
    assert_eq!(scene.stands(order).await?, Stands::Preparing);
    assert_eq!(scene.detail(order).await?.summary.status, OrderStatus::Canceled);
    assert_eq!(scene.events("parcel.").await?, ["parcel.checkpoint"; 3]);
    assert_books_add_up(shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn canceling_while_the_carrier_takes_it_ends_one_way_or_the_other(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 900_000).await?;
    let shop = &scene.shop;
    let book = product(shop, "책", 20_000, 99).await;
    for round in 0..12 {
        let name = format!("1000{round}");
        let (order, _) = scene.on_its_way(&[(book, 1)], &name).await?;
        let told = report(&name, Told::PickedUp, 1);
        let (canceled, kept) =
            tokio::join!(cancel(shop, &scene.reader, order, Uuid::now_v7(), None, None), checkpoint(shop, &told));
        kept?;
        let detail = scene.detail(order).await?;
        match refused(canceled) {
            None => assert_eq!(
                (detail.summary.status, detail.deliveries[0].status),
                (OrderStatus::Canceled, Stands::Preparing)
            ),
            Some(failure) => {
                assert_eq!((failure, detail.deliveries[0].status), (Failure::AlreadyShipped, Stands::Shipped));
            }
        }
    }
    assert_books_add_up(shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_went_by_hand_is_there_already_when_the_carrier_tells_it(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 100_000).await?;
    let shop = &scene.shop;
    let book = product(shop, "책", 20_000, 5).await;
    let (order, _) = scene.on_its_way(&[(book, 1)], "1000").await?;
    scene.deliver(order).await?;
    for (status, minutes) in [(Told::PickedUp, 1), (Told::Delivered, 2)] {
        checkpoint(shop, &report("1000", status, minutes)).await?;
    }
    let moved: Vec<String> =
        scene.events("parcel.").await?.into_iter().filter(|name| name != "parcel.checkpoint").collect();
    assert_eq!(moved, ["parcel.shipped", "parcel.delivered"]);
    assert_eq!(scene.way(order).await?, [(Told::PickedUp, 1), (Told::Delivered, 2)]);
    assert_books_add_up(shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_went_by_hand_while_the_carrier_was_away_is_called_off_and_never_moved_by_it(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 100_000).await?;
    let shop = &scene.shop;
    let book = product(shop, "책", 20_000, 5).await;
    let (order, part) = scene.accepted(&[(book, 1)]).await?;
    assert_eq!(off(&errands(shop, &[part], &[]).await?), [(part, None, false)]);
    // Nobody answers, or the answer is lost.
    scene.ship_by_hand(order).await?;
    assert_eq!(off(&errands(shop, &[part], &[]).await?), [(part, None, true)]);
    let tell = async |status, minutes| {
        checkpoint(shop, &Report { reference: Some(part), ..report("1000", status, minutes) }).await?;
        scene.stands(order).await
    };
    assert_eq!(tell(Told::Delivered, 1).await?, Stands::Shipped, "before it was booked");
    assert_eq!(booked(shop, part, CARRIER, "1000").await?, Booked { number: "1000".to_owned(), off: true });
    assert_eq!(tell(Told::Delivered, 2).await?, Stands::Shipped, "before it was called off");
    assert_eq!(off(&errands(shop, &[part], &[]).await?), [(part, Some("1000"), true)], "until it is called off");
    called_off(shop, part).await?;
    assert_eq!(errands(shop, &[part], &[order]).await?, []);
    assert_eq!(tell(Told::Delivered, 3).await?, Stands::Shipped, "after it was called off");
    let moved = scene.events("parcel.").await?;
    assert_eq!(moved, ["parcel.shipped", "parcel.checkpoint", "parcel.checkpoint", "parcel.checkpoint"]);
    assert_eq!(confirm_due(&shop.ahead(Duration::days(30))).await?, 0);
    assert_books_add_up(shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_is_shipped_by_hand_once_the_carrier_has_told_of_it_goes_with_its_parcel(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 100_000).await?;
    let shop = &scene.shop;
    let book = product(shop, "책", 20_000, 5).await;
    let (order, part) = scene.accepted(&[(book, 1)]).await?;
    errands(shop, &[part], &[]).await?;
    checkpoint(shop, &Report { reference: Some(part), ..report("1000", Told::LabelCreated, 0) }).await?;
    scene.ship_by_hand(order).await?;
    assert_eq!(off(&errands(shop, &[part], &[]).await?), [(part, Some("1000"), false)]);
    assert!(!booked(shop, part, CARRIER, "1000").await?.off);
    checkpoint(shop, &report("1000", Told::Delivered, 1)).await?;
    assert_eq!(scene.stands(order).await?, Stands::Delivered);
    assert_books_add_up(shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn shipping_by_hand_while_the_parcel_is_requested_leaves_none_that_is_kept(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 900_000).await?;
    let shop = &scene.shop;
    let book = product(shop, "책", 20_000, 99).await;
    for _ in 0..12 {
        let (order, part) = scene.accepted(&[(book, 1)]).await?;
        let parts = [part];
        let (asked, shipped) = tokio::join!(errands(shop, &parts, &[]), scene.ship_by_hand(order));
        shipped?;
        asked?;
        let asked = errands(shop, &parts, &[]).await?;
        assert!(asked.iter().all(|errand| errand.off), "{asked:?}");
    }
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_message_about_another_delivery_or_an_impossible_time_is_refused(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 200_000).await?;
    let book = product(&scene.shop, "책", 20_000, 9).await;
    let (order, _) = scene.on_its_way(&[(book, 1)], "1000").await?;
    let good = report("1000", Told::Delivered, 1);
    let days = [-30, 30].map(|days| Report { at: minute(0) + Duration::days(days), ..good.clone() });
    for wrong in days.into_iter().chain([Report { reference: Some(order), ..good.clone() }]) {
        assert_eq!(refused(checkpoint(&scene.shop, &wrong).await), Some(Failure::BadRequest));
    }
    assert_eq!(scene.stands(order).await?, Stands::Preparing);
    checkpoint(&scene.shop, &good).await?;
    assert_eq!(scene.stands(order).await?, Stands::Delivered);
    Ok(())
}

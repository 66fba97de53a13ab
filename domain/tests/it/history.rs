//! The history of an order, notes, and the queue of claims.

use std::sync::Arc;

use contract::{
    Failure,
    claim::{ClaimId, ClaimKind, ClaimStatus, ClaimTab, Fault},
};
use domain::{
    Result, Shop, claim, event,
    member::{Operator, Staff},
    order::{Happening, Kind, add_note, cancel_by, detail_by, history, notes, remove_note},
    reader::{notification::Notification, order_search::OrderSearch},
};
use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    fixture::product,
    scene::{Scene, recruit, refused, seller_of},
};

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn everything_that_happened_to_an_order_stands_in_one_list(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 300_000).await?;
    let shop = scene.shop.clone().with_readers(event::Readers::from(vec![
        Arc::new(Notification) as Arc<dyn event::Reader>,
        Arc::new(OrderSearch),
    ]));
    let book = product(&shop, "책", 20_000, 9).await;
    let order = scene.buy(&[(book, 2)]).await?;
    event::drain(&shop, &[&Notification]).await?;
    add_note(&shop, &scene.staff, order, Uuid::now_v7(), "전화 주세요").await?;
    cancel_by(&shop, &scene.operator, order, Uuid::now_v7(), Some(&[(book, 1)]), Some(20_000), "품절").await?;

    let all = history(&shop, &scene.staff, order, &[]).await?;
    assert!(all.is_sorted_by_key(|entry| entry.at));
    for kind in
        [Kind::Status, Kind::Stock, Kind::Points, Kind::Payment, Kind::Event, Kind::Notice, Kind::Trail, Kind::Note]
    {
        let of_kind = history(&shop, &scene.staff, order, &[kind]).await?;
        assert!(!of_kind.is_empty(), "{kind:?}");
        assert!(of_kind.iter().all(|entry| entry.what.kind() == kind), "{kind:?}");
    }
    let readers: Vec<_> = all
        .iter()
        .filter_map(|entry| match &entry.what {
            Happening::Event { name, readers, .. } if name == "order.paid" => Some(readers.clone()),
            _ => None,
        })
        .flatten()
        .map(|one| (one.reader, one.passed, one.aside))
        .collect();
    assert_eq!(readers, [("notification".to_owned(), true, false)]);
    let canceled = all.iter().find_map(|entry| match &entry.what {
        Happening::Event { name, readers, .. } if name == "order.canceled" => Some(readers[0].passed),
        _ => None,
    });
    assert_eq!(canceled, Some(false), "it is not read yet");
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_note_is_removed_by_who_wrote_it_alone(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 100_000).await?;
    let shop = &scene.shop;
    let book = product(shop, "책", 20_000, 9).await;
    let order = scene.buy(&[(book, 1)]).await?;
    let id = Uuid::now_v7();
    add_note(shop, &scene.staff, order, id, " 문 앞에\r\n두세요 ").await?;
    add_note(shop, &scene.staff, order, id, "두 번").await?;
    assert_eq!(notes(shop, &scene.staff, order).await?[0].body, "문 앞에\n두세요");
    let colleague = Staff::of(&recruit(shop, "최직원", "staff").await?)?;
    assert_eq!(refused(remove_note(shop, &colleague, order, id).await), Some(Failure::NotFound));
    remove_note(shop, &scene.staff, order, id).await?;
    remove_note(shop, &scene.staff, order, id).await?;
    assert!(notes(shop, &scene.staff, order).await?.is_empty());
    let unknown = add_note(shop, &scene.staff, Uuid::now_v7(), Uuid::now_v7(), "없음").await;
    assert_eq!(refused(unknown), Some(Failure::NotFound));
    let acts: Vec<String> = sqlx::query_scalar("select act from trail order by trail_id").fetch_all(&shop.db).await?;
    assert_eq!(acts, ["order_noted", "order_note_removed"]);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_seller_runs_the_claims_of_their_own_goods(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 300_000).await?;
    let shop = &scene.shop;
    let (book, other) = (product(shop, "책", 20_000, 9).await, product(shop, "다른 책", 20_000, 9).await);
    let ((packer, seller), (stranger, _)) = (seller_of(shop, book).await?, seller_of(shop, other).await?);
    let order = scene.delivered(&[(book, 1), (other, 1)]).await?;
    let own = scene.claim(order, ClaimKind::Return, Fault::Buyer, &[(book, 1)]).await?;
    let foreign = scene.claim(order, ClaimKind::Return, Fault::Buyer, &[(other, 1)]).await?;
    assert_eq!(listed(shop, &scene.operator, ClaimTab::Open).await?, [own, foreign], "the oldest first");
    assert_eq!(listed(shop, &packer, ClaimTab::Open).await?, [own]);
    let step = claim::Advance { to: ClaimStatus::Approved, fault: None, resalable: false, reason: String::new() };
    assert_eq!(refused(claim::advance(shop, &stranger, order, own, &step).await), Some(Failure::NotFound));
    claim::advance(shop, &packer, order, own, &step).await?;
    assert_eq!(listed(shop, &packer, ClaimTab::At(ClaimStatus::Approved)).await?, [own]);
    assert!(listed(shop, &packer, ClaimTab::At(ClaimStatus::Requested)).await?.is_empty());
    let counts = claim::counts(shop, &scene.operator).await?;
    assert_eq!((counts.of(ClaimTab::Open), counts.of(ClaimTab::At(ClaimStatus::Approved))), (2, 1));
    let filter = claim::Filter { tab: ClaimTab::All, search: order.to_string() };
    assert_eq!(claim::queue(shop, &packer, &filter, None, 50).await?.rows.len(), 1);
    let part = detail_by(shop, &packer, order).await?;
    assert_eq!((part.summary.lines.len(), part.deliveries.len(), part.points_used), (1, 1, 0));
    let told: (String, Option<i64>) =
        sqlx::query_as("select act, seller_id from trail order by trail_id desc limit 1").fetch_one(&shop.db).await?;
    assert_eq!(told, ("claim_advanced".to_owned(), Some(seller)));
    Ok(())
}

async fn listed(shop: &Shop, by: &Operator, tab: ClaimTab) -> Result<Vec<ClaimId>> {
    let filter = claim::Filter { tab, search: String::new() };
    let rows = claim::queue(shop, by, &filter, None, 50).await?.rows;
    Ok(rows.into_iter().map(|row| row.claim.id).collect())
}

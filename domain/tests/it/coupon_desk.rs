//! Campaigns as staff looks through them, and coupons that it takes back.

use contract::{
    Failure,
    coupon::{CampaignForm, CampaignId, CampaignOrder, CampaignState, CouponStatus},
    table::Cursor,
};
use domain::{
    Result,
    coupon::{self, CampaignFilter, Copies},
    order::place_one,
};
use sqlx::PgPool;
use time::Duration;
use uuid::Uuid;

use crate::{
    fixture::{assert_books_add_up, number, product},
    scene::{Scene, campaign, refused},
};

impl Scene {
    async fn begin(&self, name: &str) -> Result<CampaignId> {
        let form = CampaignForm { name: name.to_owned(), ..campaign(&self.shop, "amount", "3000") };
        coupon::create(&self.shop, &self.staff, Uuid::now_v7(), &form).await
    }

    async fn campaigns(&self, filter: &CampaignFilter) -> Result<Vec<CampaignId>> {
        let (mut found, mut after): (Vec<CampaignId>, Option<Cursor>) = (Vec::new(), None);
        loop {
            let page = coupon::list(&self.shop, &self.staff, filter, after.as_ref(), 2).await?;
            found.extend(page.rows.iter().map(|campaign| campaign.id));
            after = page.next;
            if after.is_none() {
                return Ok(found);
            }
        }
    }
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn campaigns_are_found_by_name_and_state_in_every_order(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let (autumn, spring, winter) =
        (scene.begin("가을 책").await?, scene.begin("봄 책").await?, scene.begin("겨울").await?);
    coupon::stop(&scene.shop, &scene.staff, winter).await?;
    let by = |order, down| CampaignFilter { order, down, ..CampaignFilter::default() };
    assert_eq!(scene.campaigns(&by(CampaignOrder::Id, true)).await?, [winter, spring, autumn]);
    assert_eq!(scene.campaigns(&by(CampaignOrder::Name, false)).await?, [autumn, winter, spring]);
    assert_eq!(scene.campaigns(&by(CampaignOrder::Ends, false)).await?, [autumn, spring, winter]);
    assert_eq!(scene.campaigns(&by(CampaignOrder::Issued, true)).await?, [winter, spring, autumn]);
    let in_state = |state| CampaignFilter { state: Some(state), ..CampaignFilter::default() };
    assert_eq!(scene.campaigns(&in_state(CampaignState::Running)).await?, [autumn, spring]);
    assert_eq!(scene.campaigns(&in_state(CampaignState::Stopped)).await?, [winter]);
    assert!(scene.campaigns(&in_state(CampaignState::Upcoming)).await?.is_empty());
    let search = CampaignFilter { search: "가을".to_owned(), ..CampaignFilter::default() };
    assert_eq!(scene.campaigns(&search).await?, [autumn]);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_campaign_that_was_stopped_goes_on_within_its_window(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let (shop, staff) = (&scene.shop, &scene.staff);
    let id = scene.begin("가을").await?;
    coupon::stop(shop, staff, id).await?;
    let late = shop.ahead(Duration::days(61));
    assert_eq!(refused(coupon::resume(&late, staff, id).await), Some(Failure::CampaignClosed));
    coupon::resume(shop, staff, id).await?;
    coupon::resume(shop, staff, id).await?;
    coupon::download(shop, &scene.reader, Uuid::now_v7(), id).await?;
    let acts: Vec<String> = sqlx::query_scalar("select act from trail order by trail_id").fetch_all(&shop.db).await?;
    assert_eq!(acts, ["campaign_created", "campaign_stopped", "campaign_resumed"], "each once");
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_preview_counts_what_becomes_free_or_costs_less_than_half(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    for price in [3_000, 5_000, 6_000, 20_000] {
        product(shop, "책", price, 5).await;
    }
    let new = coupon::check(shop, &scene.staff, &campaign(shop, "amount", "3000")).await?;
    let affected = coupon::affected(shop, &scene.staff, &new.terms).await?;
    assert_eq!((affected.count, affected.free, affected.steep), (4, 1, 2));
    let prices: Vec<_> = affected.first.iter().map(|one| (one.price, one.after)).collect();
    assert_eq!(prices, [(3_000, Ok(0)), (5_000, Ok(2_000)), (6_000, Ok(3_000)), (20_000, Ok(17_000))]);
    assert!(affected.first[0].is_free() && affected.first[1].is_steep() && !affected.first[2].is_steep());
    // One copy of what is too cheap for the coupon shows nothing of it.
    let form = CampaignForm { min_order: "5500".to_owned(), ..campaign(shop, "amount", "3000") };
    let new = coupon::check(shop, &scene.staff, &form).await?;
    let affected = coupon::affected(shop, &scene.staff, &new.terms).await?;
    assert_eq!((affected.count, affected.free, affected.steep), (4, 0, 0));
    assert_eq!(affected.first.iter().map(|one| one.price).collect::<Vec<_>>(), [6_000, 20_000]);
    assert_eq!(number(shop, "select count(*) from coupon_campaign").await, 0, "nothing was begun");
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_tally_counts_what_was_sold_with_a_coupon_and_kept(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 60_000).await?;
    let shop = &scene.shop;
    let book = product(shop, "책", 20_000, 5).await;
    let id = scene.begin("가을").await?;
    let own = Uuid::now_v7();
    coupon::download(shop, &scene.reader, own, id).await?;
    let order = place_one(shop, scene.checkout_with(&[(book, 2)], own, 3_000).await?).await?;
    let tally = coupon::tally(shop, &scene.staff, id).await?;
    assert_eq!((tally.used, tally.available, tally.discount, tally.turnover), (1, 0, 3_000, 37_000));
    domain::order::cancel(shop, &scene.reader, order, Uuid::now_v7(), None, None).await?;
    let tally = coupon::tally(shop, &scene.staff, id).await?;
    assert_eq!((tally.used, tally.available, tally.discount, tally.turnover), (0, 1, 0, 0));
    let late = shop.ahead(Duration::days(31));
    let tally = coupon::tally(&late, &scene.staff, id).await?;
    assert_eq!((tally.available, tally.expired), (0, 1));
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_coupon_is_taken_back_with_its_reason_and_given_back(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 60_000).await?;
    let (shop, staff) = (&scene.shop, &scene.staff);
    let id = scene.begin("가을").await?;
    let own = Uuid::now_v7();
    coupon::download(shop, &scene.reader, own, id).await?;
    assert!(matches!(refused(coupon::revoke(shop, staff, id, own, " ").await), Some(Failure::Invalid(_))));
    assert_eq!(refused(coupon::revoke(shop, staff, id + 1, own, "잘못").await), Some(Failure::NotFound));
    coupon::revoke(shop, staff, id, own, "잘못 줌").await?;
    coupon::revoke(shop, staff, id, own, "잘못 줌").await?;
    let copies = async |status| {
        let filter = Copies { status: Some(status), ..Copies::default() };
        Ok::<_, domain::Error>(coupon::copies(shop, staff, id, &filter, None, 9).await?.rows)
    };
    let revoked = copies(CouponStatus::Revoked).await?;
    assert_eq!(revoked.iter().map(|held| (held.id, held.reason.as_str())).collect::<Vec<_>>(), [(own, "잘못 줌")]);
    let by_address = Copies { email: revoked[0].email[..8].to_uppercase(), status: None };
    assert_eq!(coupon::copies(shop, staff, id, &by_address, None, 9).await?.rows.len(), 1);
    coupon::restore(shop, staff, id, own).await?;
    assert_eq!(scene.coupon_status(own).await?, "available");
    let book = product(shop, "책", 20_000, 5).await;
    place_one(shop, scene.checkout_with(&[(book, 1)], own, 3_000).await?).await?;
    assert_eq!(refused(coupon::revoke(shop, staff, id, own, "늦음").await), Some(Failure::StatusChanged));
    assert_eq!(number(shop, "select count(*) from trail where act in ('coupon_revoked', 'coupon_restored')").await, 2);
    assert_books_add_up(shop).await;
    Ok(())
}

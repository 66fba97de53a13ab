//! Campaigns, as staff run them.

use contract::{
    Failure,
    coupon::{Benefit, CampaignForm, CampaignId, IssueMode, NewCampaign, Terms},
    form::{Flaw, Flaws},
    trail::Act,
};
use serde_json::{Value, json};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::benefit;
use crate::{
    Result, Shop,
    error::OnConstraint,
    member::{Operator, Staff},
    trail,
    words::{read, word},
};

/// Used coupons of a campaign are counted up to here; [`super::tally`] counts them all.
pub const MOST_USED: i64 = 1_000;

/// A campaign, and how far it has come.
#[derive(Debug, Clone)]
pub struct Campaign {
    /// The campaign.
    pub id: CampaignId,
    /// What members read.
    pub name: String,
    /// What comes off, and from what.
    pub terms: Terms,
    /// How members get one.
    pub mode: IssueMode,
    /// The code, where they get it by one.
    pub code: Option<String>,
    /// How many coupons there are, at most.
    pub quantity: Option<i32>,
    /// How many were issued.
    pub issued: i32,
    /// How many of these are used; one more than [`MOST_USED`] says: more.
    pub used: i64,
    /// Coupons that one member may have.
    pub per_member: i32,
    /// Days that a coupon is good for.
    pub valid_days: i32,
    /// Issued from then, in UTC,
    pub starts_at: OffsetDateTime,
    /// until then,
    pub ends_at: OffsetDateTime,
    /// or until it was stopped.
    pub stopped_at: Option<OffsetDateTime>,
}

/// One campaign.
///
/// # Errors
/// [`Failure::NotFound`].
pub async fn find(shop: &Shop, _by: &Staff, id: CampaignId) -> Result<Campaign> {
    let row = sqlx::query_as!(
        Row,
        r#"select campaign_id, name, discount_kind, discount_value, max_discount, min_order, products, categories,
                  quantity, issued, starts_at, ends_at, valid_days, per_member, issue_mode, code, stopped_at,
                  (select count(*) from (select from coupon u where u.campaign_id = c.campaign_id and u.status = 'used'
                                         limit 1001) used) as "used!"
           from coupon_campaign c where campaign_id = $1"#,
        id
    )
    .fetch_optional(&shop.db)
    .await?;
    row.ok_or(Failure::NotFound)?.read()
}

/// A campaign as its row stands in the table.
pub(super) struct Row {
    pub campaign_id: CampaignId,
    pub name: String,
    pub discount_kind: String,
    pub discount_value: i64,
    pub max_discount: Option<i64>,
    pub min_order: i64,
    pub products: Vec<i64>,
    pub categories: Vec<i64>,
    pub quantity: Option<i32>,
    pub issued: i32,
    pub used: i64,
    pub starts_at: OffsetDateTime,
    pub ends_at: OffsetDateTime,
    pub valid_days: i32,
    pub per_member: i32,
    pub issue_mode: String,
    pub code: Option<String>,
    pub stopped_at: Option<OffsetDateTime>,
}

impl Row {
    pub(super) fn read(self) -> Result<Campaign> {
        Ok(Campaign {
            id: self.campaign_id,
            name: self.name,
            terms: Terms {
                benefit: benefit(&self.discount_kind, self.discount_value, self.max_discount),
                min_order: self.min_order,
                products: self.products,
                categories: self.categories,
            },
            mode: read(&self.issue_mode)?,
            code: self.code,
            quantity: self.quantity,
            issued: self.issued,
            used: self.used,
            per_member: self.per_member,
            valid_days: self.valid_days,
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            stopped_at: self.stopped_at,
        })
    }
}

/// Begins a campaign. The same key again is the same campaign.
///
/// # Errors
/// [`Failure::Invalid`] with every flaw of the form: a product or category that there is not, and
/// a code that another campaign has, among them.
pub async fn create(shop: &Shop, by: &Staff, key: Uuid, form: &CampaignForm) -> Result<CampaignId> {
    let new = NewCampaign::try_from(form)?;
    named(shop, &new.terms).await?;
    let (kind, value, max) = match new.terms.benefit {
        Benefit::Percent { percent, max } => ("percent", percent, max),
        Benefit::Amount(amount) => ("amount", amount, None),
    };
    let mode = word(new.mode)?;
    let mut tx = shop.db.begin().await?;
    let made = sqlx::query!(
        r#"insert into coupon_campaign (name, discount_kind, discount_value, max_discount, min_order, products, categories,
             quantity, starts_at, ends_at, valid_days, per_member, issue_mode, code, created_by,
             idempotency_key)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
         on conflict on constraint coupon_campaign_idempotency_key
         do update set idempotency_key = excluded.idempotency_key
         returning campaign_id, xmax = 0 as "new!""#,
        new.name,
        kind,
        value,
        max,
        new.terms.min_order,
        &new.terms.products,
        &new.terms.categories,
        new.quantity,
        new.starts_at,
        new.ends_at,
        new.valid_days,
        new.per_member,
        mode,
        new.code,
        by.id(),
        key
    )
    .fetch_one(&mut *tx)
    .await
    .on_constraint("coupon_campaign_code_key", code_taken)?;
    if made.new {
        let after = json!({
            "name": new.name, "discount_kind": kind, "discount_value": value, "max_discount": max,
            "min_order": new.terms.min_order, "products": new.terms.products, "categories": new.terms.categories,
            "quantity": new.quantity, "issue_mode": mode, "per_member": new.per_member, "valid_days": new.valid_days,
        });
        record(&mut tx, shop, by, Act::CampaignCreated, made.campaign_id, json!({}), after).await?;
    }
    tx.commit().await?;
    Ok(made.campaign_id)
}

/// Reads the form of a campaign as [`create`] would, and begins nothing.
///
/// # Errors
/// Those of [`create`].
pub async fn check(shop: &Shop, _by: &Staff, form: &CampaignForm) -> Result<NewCampaign> {
    let new = NewCampaign::try_from(form)?;
    named(shop, &new.terms).await?;
    let taken =
        sqlx::query_scalar!(r#"select exists (select from coupon_campaign where code = $1) as "taken!""#, new.code);
    if taken.fetch_one(&shop.db).await? { Err(code_taken().into()) } else { Ok(new) }
}

fn code_taken() -> Failure {
    Failure::Invalid(Flaws::one("code", Flaw::CodeTaken))
}

/// Whether there is every product and category that the terms name.
async fn named(shop: &Shop, terms: &Terms) -> Result<()> {
    let known = sqlx::query!(
        r#"select (select count(*) from product where product_id = any($1)) as "products!",
                  (select count(*) from category where category_id = any($2)) as "categories!""#,
        &terms.products,
        &terms.categories
    )
    .fetch_one(&shop.db)
    .await?;
    let all = |found: i64, named: &[i64]| usize::try_from(found).is_ok_and(|found| found == named.len());
    if !all(known.products, &terms.products) {
        return Err(Failure::Invalid(Flaws::one("products", Flaw::Unknown)).into());
    }
    if !all(known.categories, &terms.categories) {
        return Err(Failure::Invalid(Flaws::one("categories", Flaw::Unknown)).into());
    }
    Ok(())
}

/// Stops issuing coupons of a campaign; those that members have stay good. Stopped already, it stays
/// so.
///
/// # Errors
/// [`Failure::NotFound`].
pub async fn stop(shop: &Shop, by: &Staff, id: CampaignId) -> Result<()> {
    let at = shop.now();
    let mut tx = shop.db.begin().await?;
    let before = sqlx::query!("select stopped_at from coupon_campaign where campaign_id = $1 for update", id)
        .fetch_optional(&mut *tx)
        .await?
        .ok_or(Failure::NotFound)?;
    if before.stopped_at.is_some() {
        return Ok(());
    }
    sqlx::query!("update coupon_campaign set stopped_at = $2 where campaign_id = $1", id, at).execute(&mut *tx).await?;
    let (before, after) = (json!({ "stopped": false }), json!({ "stopped": true }));
    record(&mut tx, shop, by, Act::CampaignStopped, id, before, after).await?;
    tx.commit().await?;
    Ok(())
}

/// Lets a campaign that was stopped go on, within its window. Going on already, it does.
///
/// # Errors
/// [`Failure::NotFound`]; [`Failure::CampaignClosed`] where its time is over.
pub async fn resume(shop: &Shop, by: &Staff, id: CampaignId) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    let before = sqlx::query!("select stopped_at, ends_at from coupon_campaign where campaign_id = $1 for update", id)
        .fetch_optional(&mut *tx)
        .await?
        .ok_or(Failure::NotFound)?;
    if before.stopped_at.is_none() {
        return Ok(());
    }
    if before.ends_at <= shop.now() {
        return Err(Failure::CampaignClosed.into());
    }
    sqlx::query!("update coupon_campaign set stopped_at = null where campaign_id = $1", id).execute(&mut *tx).await?;
    let (before, after) = (json!({ "stopped": true }), json!({ "stopped": false }));
    record(&mut tx, shop, by, Act::CampaignResumed, id, before, after).await?;
    tx.commit().await?;
    Ok(())
}

/// Tells of a change of a campaign.
pub(super) async fn record(
    conn: &mut PgConnection,
    shop: &Shop,
    by: &Staff,
    act: Act,
    id: CampaignId,
    before: Value,
    after: Value,
) -> Result<()> {
    let told = trail::Change { act, subject: id.to_string(), seller: None, before, after };
    trail::record(conn, &Operator::from(by), shop.now(), &[told]).await
}

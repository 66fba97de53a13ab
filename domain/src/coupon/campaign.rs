//! Campaigns, as staff run them.

use contract::{
    Failure,
    coupon::{Benefit, CampaignForm, CampaignId, IssueMode, NewCampaign, Terms},
    form::{Flaw, Flaws},
};
use time::OffsetDateTime;
use uuid::Uuid;

use super::benefit;
use crate::{
    Result, Shop,
    error::OnConstraint,
    member::Staff,
    words::{read, word},
};

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
    /// How many of these are used.
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

/// The campaigns, newest first, two hundred at most.
///
/// # Errors
/// Where the database is away.
pub async fn list(shop: &Shop, _by: &Staff) -> Result<Vec<Campaign>> {
    select(shop, None).await
}

/// One campaign.
///
/// # Errors
/// [`Failure::NotFound`].
pub async fn find(shop: &Shop, _by: &Staff, id: CampaignId) -> Result<Campaign> {
    Ok(select(shop, Some(id)).await?.pop().ok_or(Failure::NotFound)?)
}

async fn select(shop: &Shop, id: Option<CampaignId>) -> Result<Vec<Campaign>> {
    let rows = sqlx::query!(
        r#"select campaign_id, name, discount_kind, discount_value, max_discount, min_order, products, categories,
                  quantity, issued, starts_at, ends_at, valid_days, per_member, issue_mode, code, stopped_at,
                  (select count(*) from coupon u where u.campaign_id = c.campaign_id and u.status = 'used') as "used!"
           from coupon_campaign c where $1::bigint is null or campaign_id = $1
           order by campaign_id desc limit 200"#,
        id
    )
    .fetch_all(&shop.db)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Campaign {
                id: row.campaign_id,
                name: row.name,
                terms: Terms {
                    benefit: benefit(&row.discount_kind, row.discount_value, row.max_discount),
                    min_order: row.min_order,
                    products: row.products,
                    categories: row.categories,
                },
                mode: read(&row.issue_mode)?,
                code: row.code,
                quantity: row.quantity,
                issued: row.issued,
                used: row.used,
                per_member: row.per_member,
                valid_days: row.valid_days,
                starts_at: row.starts_at,
                ends_at: row.ends_at,
                stopped_at: row.stopped_at,
            })
        })
        .collect()
}

/// Begins a campaign. The same key again is the same campaign.
///
/// # Errors
/// [`Failure::Invalid`] with every flaw of the form: a product or category that there is not, and
/// a code that another campaign has, among them.
pub async fn create(shop: &Shop, by: &Staff, key: Uuid, form: &CampaignForm) -> Result<CampaignId> {
    let new = NewCampaign::try_from(form)?;
    let known = sqlx::query!(
        r#"select (select count(*) from product where product_id = any($1)) as "products!",
                  (select count(*) from category where category_id = any($2)) as "categories!""#,
        &new.terms.products,
        &new.terms.categories
    )
    .fetch_one(&shop.db)
    .await?;
    let all = |found: i64, named: &[i64]| usize::try_from(found).is_ok_and(|found| found == named.len());
    if !all(known.products, &new.terms.products) {
        return Err(Failure::Invalid(Flaws::one("products", Flaw::Unknown)).into());
    }
    if !all(known.categories, &new.terms.categories) {
        return Err(Failure::Invalid(Flaws::one("categories", Flaw::Unknown)).into());
    }
    let (kind, value, max) = match new.terms.benefit {
        Benefit::Percent { percent, max } => ("percent", percent, max),
        Benefit::Amount(amount) => ("amount", amount, None),
    };
    sqlx::query_scalar!(
        "insert into coupon_campaign (name, discount_kind, discount_value, max_discount, min_order, products, categories,
             quantity, starts_at, ends_at, valid_days, per_member, issue_mode, code, created_by,
             idempotency_key)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
         on conflict on constraint coupon_campaign_idempotency_key
         do update set idempotency_key = excluded.idempotency_key
         returning campaign_id",
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
        word(new.mode)?,
        new.code,
        by.id(),
        key
    )
    .fetch_one(&shop.db)
    .await
    .on_constraint("coupon_campaign_code_key", || Failure::Invalid(Flaws::one("code", Flaw::CodeTaken)))
}

/// Stops issuing coupons of a campaign; those that members have stay good.
///
/// # Errors
/// [`Failure::NotFound`].
pub async fn stop(shop: &Shop, _by: &Staff, id: CampaignId) -> Result<()> {
    let stopped = sqlx::query!(
        "update coupon_campaign set stopped_at = coalesce(stopped_at, $2) where campaign_id = $1",
        id,
        shop.now()
    )
    .execute(&shop.db)
    .await?;
    if stopped.rows_affected() == 0 { Err(Failure::NotFound.into()) } else { Ok(()) }
}

//! How members get coupons: exact to the last one, whatever the rush.

use contract::{
    Failure,
    coupon::{CampaignId, CouponId, IssueMode, Terms},
    form::{Flaw, Flaws},
    member::{Email, MemberId},
    trail::Act,
};
use serde_json::json;
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::{benefit, campaign::record};
use crate::{
    Result, Shop,
    event::{self, NewEvent},
    member::{Shopper, Staff},
    retry::retry,
    words::{read, word},
};

/// A campaign that coupons can be downloaded from.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The campaign.
    pub campaign: CampaignId,
    /// What members read.
    pub name: String,
    /// What comes off, and from what.
    pub terms: Terms,
    /// How many are left; `None` where there is no limit.
    pub left: Option<i32>,
    /// Until then, in UTC.
    pub ends_at: OffsetDateTime,
    /// Days that a coupon is good for.
    pub valid_days: i32,
    /// Whether the one who asks has as many as one may have.
    pub taken: bool,
}

/// What can be downloaded now, as `member` sees it.
///
/// # Errors
/// Where the database is away.
pub async fn offers(shop: &Shop, member: Option<MemberId>) -> Result<Vec<Offer>> {
    let rows = sqlx::query!(
        r#"select campaign_id, name, discount_kind, discount_value, max_discount, min_order, products, categories,
                  quantity - issued as "left", ends_at, valid_days,
                  (select count(*) from coupon u where u.campaign_id = c.campaign_id and u.member_id = $2) >= per_member
                      as "taken!"
           from coupon_campaign c
           where issue_mode = 'download' and starts_at <= $1 and ends_at > $1 and stopped_at is null
           order by ends_at, campaign_id limit 100"#,
        shop.now(),
        member.unwrap_or(0)
    )
    .fetch_all(&shop.db)
    .await?;
    let offers = rows.into_iter().map(|row| Offer {
        campaign: row.campaign_id,
        name: row.name,
        terms: Terms {
            benefit: benefit(&row.discount_kind, row.discount_value, row.max_discount),
            min_order: row.min_order,
            products: row.products,
            categories: row.categories,
        },
        left: row.left,
        ends_at: row.ends_at,
        valid_days: row.valid_days,
        taken: row.taken,
    });
    Ok(offers.collect())
}

/// Takes a coupon of a campaign, first come, first served. `id` is made by the form: the same one
/// again is the same coupon.
///
/// # Errors
/// [`Failure::NotFound`], [`Failure::CampaignClosed`], [`Failure::CouponExhausted`],
/// [`Failure::CouponAlreadyIssued`].
pub async fn download(shop: &Shop, by: &Shopper, id: CouponId, campaign: CampaignId) -> Result<()> {
    retry("download coupon", || issue(shop, id, campaign, by.id(), Issuer::Member(IssueMode::Download))).await
}

/// Takes a coupon by its campaign's code.
///
/// # Errors
/// [`Failure::Invalid`] for a code that there is not, and those of [`download`].
pub async fn redeem(shop: &Shop, by: &Shopper, id: CouponId, code: &str) -> Result<()> {
    let code = contract::coupon::read_code(code).map_err(|flaw| Failure::Invalid(Flaws::one("code", flaw)))?;
    let campaign = sqlx::query_scalar!("select campaign_id from coupon_campaign where code = $1", code)
        .fetch_optional(&shop.db)
        .await?
        .ok_or_else(|| Failure::Invalid(Flaws::one("code", Flaw::Unknown)))?;
    retry("redeem code", || issue(shop, id, campaign, by.id(), Issuer::Member(IssueMode::Code))).await
}

/// Gives a coupon to the member with this e-mail address.
///
/// # Errors
/// [`Failure::Invalid`] for an address that nobody has, and those of [`download`].
pub async fn give(shop: &Shop, by: &Staff, id: CouponId, campaign: CampaignId, email: &str) -> Result<()> {
    let invalid = |flaw| Failure::Invalid(Flaws::one("email", flaw));
    let email = Email::parse(email).map_err(invalid)?;
    let member = sqlx::query_scalar!("select member_id from member where email = $1", email.as_str())
        .fetch_optional(&shop.db)
        .await?
        .ok_or_else(|| invalid(Flaw::Unknown))?;
    retry("give coupon", || issue(shop, id, campaign, member, Issuer::Staff(by))).await
}

/// Who issues a coupon: the member who gets it, in one way or the other, or staff.
#[derive(Clone, Copy)]
enum Issuer<'a> {
    Member(IssueMode),
    Staff(&'a Staff),
}

async fn issue(shop: &Shop, id: CouponId, campaign: CampaignId, member: MemberId, by: Issuer<'_>) -> Result<()> {
    let at = shop.now();
    let mode = match by {
        Issuer::Member(mode) => mode,
        Issuer::Staff(_) => IssueMode::Staff,
    };
    // Without a lock first: once all are gone, nobody waits in line to hear so.
    if let Some(failure) = refusal(shop, id, campaign, member, mode, at).await? {
        return failure.map_or(Ok(()), |failure| Err(failure.into()));
    }
    let mut tx = shop.db.begin().await?;
    let taken = sqlx::query!(
        "update coupon_campaign set issued = issued + 1
         where campaign_id = $1 and (quantity is null or issued < quantity) and stopped_at is null
         returning valid_days",
        campaign
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(taken) = taken else {
        tx.rollback().await?;
        // The last one may have gone to this very form, sent twice at once.
        let told = refusal(shop, id, campaign, member, mode, at).await?;
        return told.unwrap_or(Some(Failure::CouponExhausted)).map_or(Ok(()), |failure| Err(failure.into()));
    };
    // Behind the campaign's lock, and a statement of its own: it sees what the last one took.
    let issued = sqlx::query_scalar!(
        "insert into coupon (coupon_id, campaign_id, member_id, number, issued_at, expires_at)
         select $1, $2, $3, coalesce(max(number), 0) + 1, $4, $5 from coupon where campaign_id = $2 and member_id = $3
         having coalesce(max(number), 0) < (select per_member from coupon_campaign where campaign_id = $2)
         on conflict (coupon_id) do nothing
         returning coupon_id",
        id,
        campaign,
        member,
        at,
        at + Duration::days(taken.valid_days.into())
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(issued) = issued else {
        tx.rollback().await?;
        // It is the same form once more, or one coupon more than there may be.
        let told = refusal(shop, id, campaign, member, mode, at).await?;
        return told.unwrap_or(Some(Failure::CouponAlreadyIssued)).map_or(Ok(()), |failure| Err(failure.into()));
    };
    event::append(&mut tx, &[issued_event(issued, campaign, member)]).await?;
    if let Issuer::Staff(by) = by {
        let after = json!({ "coupon": issued, "member": member });
        record(&mut tx, shop, by, Act::CouponGiven, campaign, json!({}), after).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// What is known before anything is locked: `Some(None)` where this very coupon was issued before,
/// `Some(Some(failure))` where none can be had.
async fn refusal(
    shop: &Shop,
    id: CouponId,
    campaign: CampaignId,
    member: MemberId,
    mode: IssueMode,
    at: OffsetDateTime,
) -> Result<Option<Option<Failure>>> {
    let row = sqlx::query!(
        r#"select c.issue_mode, c.starts_at <= $4 and c.ends_at > $4 and c.stopped_at is null as "open!",
                  c.issued >= c.quantity as "gone", c.per_member,
                  (select count(*) from coupon where campaign_id = $2 and member_id = $3) as "own!",
                  exists (select from coupon where coupon_id = $1 and campaign_id = $2 and member_id = $3) as "same!"
           from coupon_campaign c where c.campaign_id = $2"#,
        id,
        campaign,
        member,
        at
    )
    .fetch_optional(&shop.db)
    .await?;
    let Some(row) = row else { return Ok(Some(Some(Failure::NotFound))) };
    let issued_by: IssueMode = read(&row.issue_mode)?;
    // Staff may also hand out what others have to ask for.
    let may = issued_by == mode || mode == IssueMode::Staff;
    Ok(if row.same {
        Some(None)
    } else if !may {
        Some(Some(Failure::NotFound))
    } else if !row.open {
        Some(Some(Failure::CampaignClosed))
    } else if row.own >= i64::from(row.per_member) {
        Some(Some(Failure::CouponAlreadyIssued))
    } else if row.gone == Some(true) {
        Some(Some(Failure::CouponExhausted))
    } else {
        None
    })
}

/// Gives a new member one coupon of each campaign for new members, as long as there are some.
pub(crate) async fn welcome(conn: &mut PgConnection, member: MemberId, at: OffsetDateTime) -> Result<()> {
    let taken = sqlx::query!(
        "update coupon_campaign set issued = issued + 1
         where campaign_id in (select campaign_id from coupon_campaign
                               where issue_mode = $1 and starts_at <= $2 and ends_at > $2 and stopped_at is null
                               order by campaign_id for update)
           and (quantity is null or issued < quantity)
         returning campaign_id, valid_days",
        word(IssueMode::SignUp)?,
        at
    )
    .fetch_all(&mut *conn)
    .await?;
    let mut events = Vec::new();
    for campaign in taken {
        let id = Uuid::now_v7();
        sqlx::query!(
            "insert into coupon (coupon_id, campaign_id, member_id, number, issued_at, expires_at)
             values ($1, $2, $3, 1, $4, $5)",
            id,
            campaign.campaign_id,
            member,
            at,
            at + Duration::days(campaign.valid_days.into())
        )
        .execute(&mut *conn)
        .await?;
        events.push(issued_event(id, campaign.campaign_id, member));
    }
    event::append(conn, &events).await
}

pub(super) fn issued_event(id: CouponId, campaign: CampaignId, member: MemberId) -> NewEvent {
    let payload = json!({ "coupon_id": id, "campaign_id": campaign, "member_id": member });
    NewEvent { name: "coupon.issued", subject: id.to_string(), payload }
}

//! Choosing members: by their addresses, by a file of these, or by what they have in common.

use std::{
    collections::BTreeSet,
    io::{Read, Seek},
};

use contract::{
    Failure,
    coupon::CampaignId,
    form::{Check, Flaw, Flaws, number},
    member::{Email, MemberId},
    sheet::SheetFlaw,
    when::read_kst,
};
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::{Result, Shop, member::Staff, plan::planned, sheet::Sheet};

/// Addresses that may be typed at once.
pub const MOST_TYPED: usize = 1_000;

/// Lines of a file of addresses.
pub const MOST_LINES: usize = 10_000;

/// Members that may be chosen at once.
pub const MOST_CHOSEN: i64 = 100_000;

/// So long a choice that nothing came of is kept.
const KEPT: Duration = Duration::days(7);

/// What chosen members have in common, as typed; what is empty does not count.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Members since this day, `2026-11-01`.
    pub since: String,
    /// They bought something within so many days.
    pub bought_days: String,
    /// Shoppers alone: neither sellers nor staff.
    pub shoppers: bool,
}

/// Chooses the members with addresses as typed or pasted, apart by blanks, commas or lines. The same
/// id again is the same choice.
///
/// # Errors
/// [`Failure::Invalid`] where there is none, or more than [`MOST_TYPED`]; [`Failure::NotFound`] for
/// the campaign.
pub async fn by_address(shop: &Shop, by: &Staff, id: Uuid, campaign: CampaignId, typed: &str) -> Result<()> {
    let invalid = |flaw| Failure::Invalid(Flaws::one("emails", flaw));
    let typed: BTreeSet<String> = typed
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | ';'))
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    if typed.is_empty() {
        return Err(invalid(Flaw::Required).into());
    }
    if typed.len() > MOST_TYPED {
        let max = i64::try_from(MOST_TYPED).unwrap_or(i64::MAX);
        return Err(invalid(Flaw::OutOfRange { min: 1, max }).into());
    }
    choose(shop, by, id, campaign, typed).await
}

/// Chooses the members whose addresses stand in a file, in its column `email`.
///
/// # Errors
/// [`Failure::Sheet`] where it is no table, or has more than [`MOST_LINES`]; [`Failure::NotFound`] for
/// the campaign.
pub async fn by_file(
    shop: &Shop,
    by: &Staff,
    id: Uuid,
    campaign: CampaignId,
    file: impl Read + Seek + Send + 'static,
) -> Result<()> {
    let addresses = tokio::task::spawn_blocking(move || parse(file)).await??;
    choose(shop, by, id, campaign, addresses).await
}

fn parse(file: impl Read + Seek) -> Result<BTreeSet<String>> {
    let mut sheet = Sheet::open(file)?;
    let column = ["email", "e-mail", "이메일"].into_iter().find(|name| sheet.has(name));
    let column = column.ok_or(Failure::Sheet(SheetFlaw::ColumnMissing))?;
    let (mut addresses, mut lines) = (BTreeSet::new(), 0);
    while let Some(row) = sheet.next()? {
        lines += 1;
        if lines > MOST_LINES {
            return Err(Failure::Sheet(SheetFlaw::TooManyRows).into());
        }
        let cell = row.get(column).unwrap_or_default();
        // Longer than any address, it is cut: it is only told back.
        addresses.extend((!cell.is_empty()).then(|| cell.to_lowercase().chars().take(200).collect::<String>()));
    }
    if addresses.is_empty() { Err(Failure::Sheet(SheetFlaw::Empty).into()) } else { Ok(addresses) }
}

async fn choose(shop: &Shop, by: &Staff, id: Uuid, campaign: CampaignId, typed: BTreeSet<String>) -> Result<()> {
    let addresses: Vec<String> =
        typed.iter().filter_map(|word| Email::parse(word).ok()).map(|email| email.as_str().to_owned()).collect();
    let mut tx = shop.db.begin().await?;
    let known = sqlx::query!(
        "select member_id, email from member where email = any($1) and status = 'active' order by member_id",
        &addresses
    )
    .fetch_all(&mut *tx)
    .await?;
    let found: BTreeSet<&str> = known.iter().map(|member| member.email.as_str()).collect();
    let unknown: Vec<String> = typed.iter().filter(|word| !found.contains(word.as_str())).cloned().collect();
    let members: Vec<MemberId> = known.iter().map(|member| member.member_id).collect();
    if !begin(&mut tx, by, id, campaign, members.len(), &unknown, shop.now()).await? {
        return Ok(());
    }
    sqlx::query!(
        "insert into coupon_batch_member (coupon_batch_id, member_id) select $1, * from unnest($2::bigint[])",
        id,
        &members
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Chooses the members who have something in common; blocked ones never.
///
/// # Errors
/// [`Failure::Invalid`] with every flaw of the form, more than [`MOST_CHOSEN`] members among them;
/// [`Failure::NotFound`] for the campaign.
pub async fn by_filter(shop: &Shop, by: &Staff, id: Uuid, campaign: CampaignId, wanted: &Wanted) -> Result<()> {
    let mut check = Check::default();
    let typed = wanted.since.trim();
    let since = if typed.is_empty() { Ok(None) } else { read_kst(&format!("{typed}T00:00")).map(Some) };
    let since = check.field("since", since);
    let typed = wanted.bought_days.trim();
    let days = if typed.is_empty() { Ok(None) } else { number(typed, 1, 3_650).map(Some) };
    let days = check.field("bought_days", days);
    let (Some(since), Some(days)) = (since, days) else { return Err(check.refuse().into()) };
    let at = shop.now();
    let bought = days.map(|days| at - Duration::days(days));
    let mut tx = planned(shop).await?;
    if !begin(&mut tx, by, id, campaign, 0, &[], at).await? {
        return Ok(());
    }
    let chosen = sqlx::query!(
        r#"insert into coupon_batch_member (coupon_batch_id, member_id)
           select $1, m.member_id from member m
           where m.status = 'active' and (not $2 or m.role = 'shopper') and ($3::timestamptz is null or m.created_at >= $3)
             and ($4::uuid is null or m.member_id in (
                 select o.member_id from "order" o
                 where o.order_id >= $4 and o.placed_at >= $5 and o.order_status in ('placed', 'confirmed')))
           limit $6"#,
        id,
        wanted.shoppers,
        since,
        bought.map(first_of),
        bought,
        MOST_CHOSEN + 1
    )
    .execute(&mut *tx)
    .await?
    .rows_affected();
    let chosen = i64::try_from(chosen).unwrap_or(i64::MAX);
    if chosen == 0 || chosen > MOST_CHOSEN {
        let flaw = Flaw::OutOfRange { min: 1, max: MOST_CHOSEN };
        return Err(Failure::Invalid(Flaws::one("since", flaw)).into());
    }
    let chosen = i32::try_from(chosen).unwrap_or(i32::MAX);
    sqlx::query!("update coupon_batch set chosen = $2 where coupon_batch_id = $1", id, chosen)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// The smallest id that an order of this time can have: ids are UUIDv7, and begin with their time.
fn first_of(at: OffsetDateTime) -> Uuid {
    let millis = u128::try_from(at.unix_timestamp_nanos() / 1_000_000).unwrap_or_default();
    Uuid::from_u128(millis << 80)
}

/// Writes down that members are being chosen; `false` where this very form chose them before.
async fn begin(
    conn: &mut PgConnection,
    by: &Staff,
    id: Uuid,
    campaign: CampaignId,
    chosen: usize,
    unknown: &[String],
    at: OffsetDateTime,
) -> Result<bool> {
    sqlx::query!("delete from coupon_batch where confirmed_at is null and created_at < $1", at - KEPT)
        .execute(&mut *conn)
        .await?;
    let begun = sqlx::query!(
        "insert into coupon_batch (coupon_batch_id, campaign_id, by_member, created_at, chosen, unknown)
         select $1, campaign_id, $3, $4, $5, $6 from coupon_campaign where campaign_id = $2
         on conflict (coupon_batch_id) do nothing",
        id,
        campaign,
        by.id(),
        at,
        i32::try_from(chosen).unwrap_or(i32::MAX),
        unknown
    )
    .execute(&mut *conn)
    .await?;
    if begun.rows_affected() > 0 {
        return Ok(true);
    }
    let same = sqlx::query_scalar!(
        r#"select exists (select from coupon_batch where coupon_batch_id = $1 and campaign_id = $2) as "same!""#,
        id,
        campaign
    );
    if same.fetch_one(conn).await? { Ok(false) } else { Err(Failure::NotFound.into()) }
}

//! The table of campaigns, as staff looks through them.

use contract::{
    coupon::{CampaignId, CampaignOrder, CampaignState, IssueMode},
    table::{Cursor, Rows},
};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::campaign::{Campaign, Row};
use crate::{
    Result, Shop,
    member::Staff,
    plan::planned,
    product::{literal, pairs, words},
    words::word,
};

/// What of the table is asked for.
#[derive(Debug, Clone, Default)]
pub struct CampaignFilter {
    /// Words of the name, the whole code, or the number; may be empty.
    pub search: String,
    /// Only campaigns that stand so.
    pub state: Option<CampaignState>,
    /// Only those whose coupons are had so.
    pub mode: Option<IssueMode>,
    /// By what it is ordered,
    pub order: CampaignOrder,
    /// and whether the last stands first.
    pub down: bool,
}

/// The query of the table in one order.
macro_rules! listing {
    ($behind:literal, $order:literal, $arguments:expr) => {{
        let (pairs, patterns, code, id, state, mode, now, value, after, limit) = $arguments;
        sqlx::query_as!(
            Row,
            "select campaign_id, name, discount_kind, discount_value, max_discount, min_order, products, categories,
                    quantity, issued, starts_at, ends_at, valid_days, per_member, issue_mode, code, stopped_at,
                    (select count(*) from (select from coupon u where u.campaign_id = c.campaign_id and u.status = 'used'
                                           limit 1001) used) as \"used!\"
             from coupon_campaign c
             where ($1::text[] is null or campaign_id = $4 or code = $3
                    or (bigrams(lower(name)) @> $1 and lower(name) like all ($2)))
               and ($5::text is null or case $5
                        when 'stopped' then stopped_at is not null
                        when 'ended' then stopped_at is null and ends_at <= $7
                        when 'upcoming' then stopped_at is null and starts_at > $7
                        else stopped_at is null and starts_at <= $7 and ends_at > $7 end)
               and ($6::text is null or issue_mode = $6)
               and ($9::bigint is null or "
                + $behind
                + ") order by "
                + $order
                + " limit $10",
            pairs,
            patterns,
            code,
            id,
            state,
            mode,
            now,
            value,
            after,
            limit
        )
    }};
}

/// A page of the campaigns, those behind `after`: `limit` at most.
///
/// # Errors
/// Where the database is away.
pub async fn list(
    shop: &Shop,
    _by: &Staff,
    filter: &CampaignFilter,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Rows<Campaign>> {
    let typed = filter.search.trim();
    let wanted: Vec<String> = words(typed);
    let pairs: Option<Vec<String>> = (!wanted.is_empty()).then(|| wanted.iter().flat_map(|word| pairs(word)).collect());
    let patterns: Vec<String> = wanted.iter().map(|word| format!("%{}%", literal(word))).collect();
    let (value, id) = place(filter.order, after);
    let (state, mode) = (filter.state.map(word).transpose()?, filter.mode.map(word).transpose()?);
    let code = typed.to_uppercase();
    let number: Option<CampaignId> = typed.parse().ok();
    let mut tx = planned(shop).await?;
    macro_rules! rows {
        ($behind:literal, $order:literal) => {{
            let pairs = pairs.as_deref();
            let arguments = (
                pairs,
                &patterns[..],
                &code,
                number,
                state.as_deref(),
                mode.as_deref(),
                shop.now(),
                value,
                id,
                limit + 1,
            );
            listing!($behind, $order, arguments).fetch_all(&mut *tx).await?
        }};
    }
    let rows = match (filter.order, filter.down) {
        (CampaignOrder::Id, false) => rows!("(campaign_id > $9 and $8::text is null)", "campaign_id"),
        (CampaignOrder::Id, true) => rows!("(campaign_id < $9 and $8::text is null)", "campaign_id desc"),
        (CampaignOrder::Name, false) => rows!("(name, campaign_id) > ($8::text, $9)", "name, campaign_id"),
        (CampaignOrder::Name, true) => rows!("(name, campaign_id) < ($8::text, $9)", "name desc, campaign_id desc"),
        (CampaignOrder::Ends, false) => {
            rows!("(ends_at, campaign_id) > ($8::text::timestamptz, $9)", "ends_at, campaign_id")
        }
        (CampaignOrder::Ends, true) => {
            rows!("(ends_at, campaign_id) < ($8::text::timestamptz, $9)", "ends_at desc, campaign_id desc")
        }
        (CampaignOrder::Issued, false) => rows!("(issued, campaign_id) > ($8::text::int, $9)", "issued, campaign_id"),
        (CampaignOrder::Issued, true) => {
            rows!("(issued, campaign_id) < ($8::text::int, $9)", "issued desc, campaign_id desc")
        }
    };
    let rows = rows.into_iter().map(Row::read).collect::<Result<Vec<_>>>()?;
    let key = |row: &Campaign| Cursor { value: value_of(filter.order, row), id: row.id.to_string() };
    Ok(Rows::cut(rows, limit, key))
}

/// Value and id to go on behind; a cursor that does not fit the order asks for the first page.
fn place(order: CampaignOrder, after: Option<&Cursor>) -> (Option<String>, Option<CampaignId>) {
    let Some((id, after)) = after.and_then(|after| Some((after.id()?, after))) else { return (None, None) };
    let value = match order {
        CampaignOrder::Id => return (None, Some(id)),
        CampaignOrder::Name => Some(after.value.clone()),
        CampaignOrder::Ends => OffsetDateTime::parse(&after.value, &Rfc3339).ok().map(|_| after.value.clone()),
        CampaignOrder::Issued => after.value::<i32>().map(|issued| issued.to_string()),
    };
    let id = value.is_some().then_some(id);
    (value, id)
}

fn value_of(order: CampaignOrder, row: &Campaign) -> String {
    match order {
        CampaignOrder::Id => String::new(),
        CampaignOrder::Name => row.name.clone(),
        CampaignOrder::Ends => row.ends_at.format(&Rfc3339).unwrap_or_default(),
        CampaignOrder::Issued => row.issued.to_string(),
    }
}

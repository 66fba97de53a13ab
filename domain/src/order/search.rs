//! Finding orders by what people know of them: the number, who ordered, where to, the parcel.

use contract::{
    delivery::tracking_number,
    order::{OrderId, first_id, read_order_number},
};
use time::{Duration, OffsetDateTime, UtcOffset};
use uuid::Uuid;

use crate::{
    Result, Shop,
    member::Operator,
    product::{literal, pairs, words},
};

/// The most orders that a search finds: the newest.
const MOST: usize = 2_000;

/// An order gets its id when it is asked for, and its time when it is stored.
const APART: Duration = Duration::hours(1);

/// The orders that one may see and that fit what was typed, newest first, [`MOST`] at most; `None`
/// where nothing was typed. Fits an order's number or id, the tracking number of a parcel, and all
/// words in recipient, address and telephone; for the staff, who ordered by name or e-mail address,
/// too.
///
/// # Errors
/// Where the database is away.
pub(crate) async fn search(shop: &Shop, by: &Operator, typed: &str) -> Result<Option<Vec<OrderId>>> {
    let typed: String = typed.trim().chars().filter(|c| !c.is_control()).collect();
    let typed = typed.as_str();
    if typed.is_empty() {
        return Ok(None);
    }
    let mut found = match (Uuid::parse_str(typed), read_order_number(typed)) {
        (Ok(id), _) => own(shop, by, &[id]).await?,
        (_, Some((day, tail))) => {
            let midnight = day.midnight().assume_offset(UtcOffset::from_hms(9, 0, 0).unwrap_or(UtcOffset::UTC));
            numbered(shop, by, midnight, &tail).await?
        }
        _ => {
            let mut found = told(shop, by, typed).await?;
            found.extend(tracked(shop, by, typed).await?);
            if by.seller().is_none() {
                found.extend(bought_by(shop, typed).await?);
            }
            found
        }
    };
    found.sort_unstable_by(|one, other| other.cmp(one));
    found.dedup();
    found.truncate(MOST);
    Ok(Some(found))
}

/// Those of these orders that one may see.
async fn own(shop: &Shop, by: &Operator, ids: &[OrderId]) -> Result<Vec<OrderId>> {
    Ok(sqlx::query_scalar!(
        r#"select order_id from "order" o
           where order_id = any($1)
             and ($2::bigint is null or exists (select from delivery d where d.order_id = o.order_id and d.seller_id = $2))"#,
        ids,
        by.seller()
    )
    .fetch_all(&shop.db)
    .await?)
}

/// The number begins with the day, and so do ids: those of one day are looked through.
async fn numbered(shop: &Shop, by: &Operator, day: OffsetDateTime, tail: &str) -> Result<Vec<OrderId>> {
    let ids = sqlx::query_scalar!(
        r#"select order_id from "order"
           where order_id >= $1 and order_id < $2 and right(order_id::text, 8) = $3
             and placed_at >= $4 and placed_at < $5"#,
        first_id(day - APART),
        first_id(day + Duration::DAY + APART),
        tail,
        day,
        day + Duration::DAY
    )
    .fetch_all(&shop.db)
    .await?;
    own(shop, by, &ids).await
}

/// So many are looked at one by one; of more, every fiftieth order or so fits, and the newest are
/// soon found by going back in time.
const FEW: i64 = 20_000;

/// By recipient, address and telephone.
async fn told(shop: &Shop, by: &Operator, typed: &str) -> Result<Vec<OrderId>> {
    let words = words(typed);
    let pairs: Vec<String> = words.iter().flat_map(|word| pairs(word)).collect();
    // A single character is in everything.
    if pairs.is_empty() {
        return Ok(Vec::new());
    }
    let patterns: Vec<String> = words.iter().map(|word| format!("%{}%", literal(word))).collect();
    let few = sqlx::query_scalar!(
        "select order_id from order_search where bigrams(search_text) @> $1 and search_text like all ($2) limit $3",
        &pairs,
        &patterns,
        FEW
    )
    .fetch_all(&shop.db)
    .await?;
    if i64::try_from(few.len()).is_ok_and(|count| count < FEW) {
        return if by.seller().is_some() { own(shop, by, &few).await } else { Ok(few) };
    }
    let most = i64::try_from(MOST).unwrap_or(i64::MAX);
    Ok(match by.seller() {
        None => {
            sqlx::query_scalar!(
                "select order_id from order_search where search_text like all ($1) order by order_id desc limit $2",
                &patterns,
                most
            )
            .fetch_all(&shop.db)
            .await?
        }
        Some(seller) => {
            sqlx::query_scalar!(
                "select s.order_id from order_search s
                 where search_text like all ($1)
                   and exists (select from delivery d where d.order_id = s.order_id and d.seller_id = $3)
                 order by s.order_id desc limit $2",
                &patterns,
                most,
                seller
            )
            .fetch_all(&shop.db)
            .await?
        }
    })
}

/// By the number of a parcel, all of it.
async fn tracked(shop: &Shop, by: &Operator, typed: &str) -> Result<Vec<OrderId>> {
    let bare = tracking_number(typed).unwrap_or_default();
    Ok(sqlx::query_scalar!(
        r#"select d.order_id as "order_id!" from delivery d
           where d.delivery_id in (select delivery_id from parcel where tracking_number in ($1, $2)
                                   union all
                                   select delivery_id from hand_parcel where tracking_number = $2)
             and ($3::bigint is null or d.seller_id = $3)"#,
        typed,
        bare,
        by.seller()
    )
    .fetch_all(&shop.db)
    .await?)
}

/// By the whole name or e-mail address of who ordered.
async fn bought_by(shop: &Shop, typed: &str) -> Result<Vec<OrderId>> {
    Ok(sqlx::query_scalar!(
        r#"select o.order_id from "order" o
           where o.member_id in (select member_id from member where name = $1
                                 union
                                 select member_id from member where email = lower($1))
           order by o.order_id desc limit $2"#,
        typed,
        i64::try_from(MOST).unwrap_or(i64::MAX)
    )
    .fetch_all(&shop.db)
    .await?)
}

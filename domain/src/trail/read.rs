//! The trail read back: staff all of it, a seller what was done to what is theirs.

mod named;

use std::sync::Arc;

use contract::{
    member::MemberId,
    order::{Actor, read_order_number},
    table::{Cursor, Rows},
    trail::Act,
};
use serde_json::Value;
use sqlx::PgConnection;
use time::{Date, OffsetDateTime, UtcOffset};

pub use named::Named;

use crate::{
    Result, Shop,
    member::Operator,
    order::search::search,
    plan::planned,
    product::{literal, pairs, words},
    words::{read, word},
};

/// People of one name who are told apart no further.
const MOST_PEOPLE: i64 = 100;

/// A change that was told.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The entry.
    pub id: i64,
    /// When, in UTC.
    pub at: OffsetDateTime,
    /// Who did it.
    pub by: MemberId,
    /// Their name; empty where a seller asks and it was not a seller.
    pub by_name: String,
    /// Their address; empty where a seller asks.
    pub by_email: String,
    /// As what they acted.
    pub actor: Actor,
    /// What was done, in the word of an [`Act`].
    pub act: String,
    /// The id of what it was done to.
    pub subject: String,
    /// Whose it is, by name, where it is a seller's.
    pub seller: Option<String>,
    /// What stood there before: an object of what changed alone.
    pub before: Value,
    /// What stood there afterwards.
    pub after: Value,
    /// The names of what it and its neighbors tell of.
    pub named: Arc<Named>,
}

/// Which changes are asked for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only these acts; none for all.
    pub acts: Vec<Act>,
    /// Only by those whose name or e-mail address hold these words; for the staff alone.
    pub who: String,
    /// Only what was done to this, by its id; an order by its number, too.
    pub subject: String,
    /// From this Korean day on.
    pub from: Option<Date>,
    /// Through this Korean day.
    pub to: Option<Date>,
}

/// The changes asked for, newest first, behind `after`.
///
/// # Errors
/// Where the database is away.
pub async fn list(
    shop: &Shop,
    by: &Operator,
    filter: &Filter,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Rows<Entry>> {
    let acts: Vec<String> = filter.acts.iter().map(word).collect::<Result<_>>()?;
    let acts = (!acts.is_empty()).then_some(acts);
    let Some(subject) = subject(shop, by, &filter.subject).await? else {
        return Ok(Rows { rows: Vec::new(), next: None });
    };
    let subject = (!subject.is_empty()).then_some(subject);
    let until = filter.to.and_then(Date::next_day);
    let behind = after.and_then(|after| Some((time_of(after)?, after.id::<i64>()?)));
    let (at, id) = behind.unzip();
    let mut tx = planned(shop).await?;
    let people =
        if filter.who.is_empty() || by.seller().is_some() { None } else { Some(people(&mut tx, &filter.who).await?) };
    let rows = sqlx::query!(
        r#"select t.trail_id, t.at, t.by_member, m.name, m.email, t.actor, t.act, t.subject, v.name as "seller?",
                  t.before, t.after
           from trail t join member m on m.member_id = t.by_member left join seller v on v.seller_id = t.seller_id
           where ($1::bigint is null or t.seller_id = $1)
             and ($2::text[] is null or t.act = any($2)) and ($3::bigint[] is null or t.by_member = any($3))
             and ($4::text is null or t.subject = $4)
             and ($5::timestamptz is null or t.at >= $5) and ($6::timestamptz is null or t.at < $6)
             and ($7::timestamptz is null or (t.at, t.trail_id) < ($7, $8::bigint))
           order by t.at desc, t.trail_id desc limit $9"#,
        by.seller(),
        acts.as_deref(),
        people.as_deref(),
        subject.as_deref(),
        filter.from.map(begins),
        until.map(begins),
        at,
        id,
        limit + 1
    )
    .fetch_all(&mut *tx)
    .await?;
    drop(tx);
    let own = by.seller().is_some();
    let entries = rows.into_iter().map(|row| {
        let actor = read(&row.actor)?;
        let named = !own || actor == Actor::Seller;
        Ok(Entry {
            id: row.trail_id,
            at: row.at,
            by: row.by_member,
            by_name: if named { row.name } else { String::new() },
            by_email: if own { String::new() } else { row.email },
            actor,
            act: row.act,
            subject: row.subject,
            seller: row.seller,
            before: row.before,
            after: row.after,
            named: Arc::default(),
        })
    });
    let entries = entries.collect::<Result<Vec<_>>>()?;
    let mut page = Rows::cut(entries, limit, |entry| Cursor {
        value: (entry.at.unix_timestamp_nanos() / 1_000).to_string(),
        id: entry.id.to_string(),
    });
    let named = Arc::new(named::read(shop, &page.rows).await?);
    for entry in &mut page.rows {
        entry.named = Arc::clone(&named);
    }
    Ok(page)
}

/// The id of what was typed: as it is, but for the number of an order. `None` where no order that one
/// may see has it.
async fn subject(shop: &Shop, by: &Operator, typed: &str) -> Result<Option<String>> {
    let typed = typed.trim();
    if read_order_number(typed).is_none() {
        return Ok(Some(typed.to_owned()));
    }
    let found = search(shop, by, typed).await?.unwrap_or_default();
    Ok(found.first().map(ToString::to_string))
}

/// Those who did anything whose name or address hold these words.
async fn people(conn: &mut PgConnection, typed: &str) -> Result<Vec<MemberId>> {
    let words = words(typed);
    let patterns: Vec<String> = words.iter().map(|word| format!("%{}%", literal(word))).collect();
    let pairs: Vec<String> = words.iter().flat_map(|word| pairs(word)).collect();
    Ok(sqlx::query_scalar!(
        "select m.member_id from member m
         where (cardinality($1::text[]) = 0 or bigrams(m.search_text) @> $1) and m.search_text like all ($2)
           and exists (select from trail t where t.by_member = m.member_id)
         order by m.member_id limit $3",
        &pairs,
        &patterns,
        MOST_PEOPLE
    )
    .fetch_all(conn)
    .await?)
}

/// When a Korean day begins.
fn begins(day: Date) -> OffsetDateTime {
    let korea = UtcOffset::from_hms(9, 0, 0).unwrap_or(UtcOffset::UTC);
    day.midnight().assume_offset(korea)
}

/// The time in a cursor: microseconds, as the database keeps them.
fn time_of(cursor: &Cursor) -> Option<OffsetDateTime> {
    let micros: i64 = cursor.value()?;
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1_000).ok()
}

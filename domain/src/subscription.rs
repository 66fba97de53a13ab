//! Subscriptions of sellers to events: endpoints of theirs that messages are sent to, signed as
//! Standard Webhooks, and what became of the messages.
//!
//! The reader of the log writes messages down (`reader::subscription`), any instance claims what is
//! due ([`claim`]), sends it with no transaction open, and settles what came of it ([`settle`]).

mod backoff;
mod by_hand;
mod create;
mod deliveries;
mod forget;
mod form;
mod internet;
pub(crate) mod message;
mod secret;
mod sending;
mod settle;
mod standing;
mod target;

use contract::{
    Failure,
    subscription::{Off, SubscriptionId, SubscriptionStatus, Topic},
    table::{Cursor, Rows},
};
use sqlx::PgConnection;
use time::OffsetDateTime;

pub use backoff::{ATTEMPTS, LONGEST, wait};
pub use by_hand::{resend, test};
pub use create::{change, create};
pub use deliveries::{About, Attempt, Delivery, DeliveryFilter, Detail, deliveries, delivery};
pub use forget::forget;
pub use form::SubscriptionForm;
pub use internet::is_public;
pub use secret::{Replaced, Secret, Secrets, rotate_secret, secrets};
pub use sending::{LEASE, Lane, PER_ENDPOINT, Sending, claim};
pub use settle::{Outcome, settle};
pub use standing::{pause, remove, resume};
pub use target::{Targets, allows_private, read as read_target};

use crate::{
    Result, Shop,
    member::Operator,
    words::{read, word},
};

/// A subscription, without its secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// The subscription.
    pub id: SubscriptionId,
    /// Whose it is.
    pub seller: i64,
    /// The seller's name.
    pub seller_name: String,
    /// Where messages go.
    pub url: String,
    /// What is told, in the order of [`Topic::ALL`].
    pub topics: Vec<Topic>,
    /// What its seller says of it; may be empty.
    pub description: String,
    /// Where it stands.
    pub status: SubscriptionStatus,
    /// Why it was switched off by itself, where it was.
    pub off: Option<Off>,
    /// Since when nothing that was sent was taken, in UTC; none while messages are taken.
    pub failing_since: Option<OffsetDateTime>,
    /// Until when a secret that was replaced still signs, in UTC; may be over.
    pub previous_until: Option<OffsetDateTime>,
    /// When it was made, in UTC.
    pub created_at: OffsetDateTime,
    /// Counts its changes.
    pub version: i32,
}

/// What is looked for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Whose they are; a seller sees their own whatever is asked for.
    pub seller: Option<i64>,
    /// Where they stand.
    pub status: Option<SubscriptionStatus>,
}

struct Row {
    id: SubscriptionId,
    seller: i64,
    seller_name: String,
    url: String,
    topics: Vec<String>,
    description: String,
    status: String,
    off_because: Option<String>,
    failing_since: Option<OffsetDateTime>,
    previous_until: Option<OffsetDateTime>,
    created_at: OffsetDateTime,
    version: i32,
}

/// Subscriptions under a condition, each of which has its index.
macro_rules! listing {
    ($condition:literal $(, $value:expr)*) => {
        sqlx::query_as!(
            Row,
            "select s.subscription_id as id, s.seller_id as seller, v.name as seller_name, s.url, s.topics, s.description,
                    s.status, s.off_because, s.failing_since, s.previous_until, s.created_at, s.version
             from subscription s join seller v using (seller_id)
             where s.removed_at is null and "
                + $condition
            $(, $value)*
        )
    };
}

/// Subscriptions, the latest first; a seller's own.
///
/// # Errors
/// Where the database is away.
pub async fn list(
    shop: &Shop,
    by: &Operator,
    filter: &Filter,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Rows<Subscription>> {
    let behind = after.and_then(Cursor::id::<SubscriptionId>).unwrap_or(SubscriptionId::max());
    let status = filter.status.map(word).transpose()?;
    let more = limit + 1;
    let rows = match (by.seller().or(filter.seller), status) {
        (Some(seller), status) => {
            let own = listing!(
                "s.seller_id = $1 and ($2::text is null or s.status = $2) and s.subscription_id < $3
                 order by s.subscription_id desc limit $4",
                seller,
                status,
                behind,
                more
            );
            own.fetch_all(&shop.db).await?
        }
        (None, Some(status)) => {
            let so = listing!(
                "s.status = $1 and s.subscription_id < $2 order by s.subscription_id desc limit $3",
                status,
                behind,
                more
            );
            so.fetch_all(&shop.db).await?
        }
        (None, None) => {
            let all = listing!("s.subscription_id < $1 order by s.subscription_id desc limit $2", behind, more);
            all.fetch_all(&shop.db).await?
        }
    };
    let rows: Vec<Subscription> = rows.into_iter().map(Subscription::try_from).collect::<Result<_>>()?;
    Ok(Rows::cut(rows, limit, |row| Cursor { value: String::new(), id: row.id.to_string() }))
}

/// One subscription.
///
/// # Errors
/// [`Failure::NotFound`], for another seller's too.
pub async fn find(shop: &Shop, by: &Operator, id: SubscriptionId) -> Result<Subscription> {
    let found = listing!("s.subscription_id = $1 and ($2::bigint is null or s.seller_id = $2)", id, by.seller());
    found.fetch_optional(&shop.db).await?.ok_or(Failure::NotFound)?.try_into()
}

/// The same, locked for a change.
async fn lock(conn: &mut PgConnection, by: &Operator, id: SubscriptionId) -> Result<Subscription> {
    let found = listing!(
        "s.subscription_id = $1 and ($2::bigint is null or s.seller_id = $2) for no key update of s",
        id,
        by.seller()
    );
    found.fetch_optional(conn).await?.ok_or(Failure::NotFound)?.try_into()
}

/// The seller that one is, where the staff has no say.
fn own_seller(by: &Operator) -> Result<i64, Failure> {
    by.seller().ok_or(Failure::NotFound)
}

impl TryFrom<Row> for Subscription {
    type Error = crate::Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: row.id,
            seller: row.seller,
            seller_name: row.seller_name,
            url: row.url,
            topics: row.topics.iter().map(|topic| read(topic)).collect::<Result<_>>()?,
            description: row.description,
            status: read(&row.status)?,
            off: row.off_because.as_deref().map(read).transpose()?,
            failing_since: row.failing_since,
            previous_until: row.previous_until,
            created_at: row.created_at,
            version: row.version,
        })
    }
}

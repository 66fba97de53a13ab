//! Subscriptions: sellers have events sent to a program of theirs, signed as Standard Webhooks.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Names a subscription.
pub type SubscriptionId = Uuid;

/// Names a message to one endpoint, for good: its `webhook-id`, also when it is sent again. Later ones
/// have larger ids.
pub type DeliveryId = Uuid;

/// The subscriptions that one seller may have.
pub const MOST: i64 = 20;

/// The most characters of an address.
pub const MOST_URL: usize = 2_000;

/// The most characters of a description.
pub const MOST_DESCRIPTION: usize = 200;

/// The most bytes of a message, but for one about very many products.
pub const MOST_BODY: usize = 20_000;

/// For so many days messages are kept.
pub const KEPT_DAYS: i64 = 30;

/// After so many days in which nothing was taken, a subscription is switched off.
pub const FAILING_DAYS: i64 = 5;

/// For so many hours a secret that was replaced still signs, beside the new one.
pub const OVERLAP_HOURS: i64 = 24;

/// What a message is about, in the words of the event log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Topic {
    /// An order with products of the seller was paid.
    #[serde(rename = "order.paid")]
    OrderPaid,
    /// Copies of a paid order were canceled before they shipped.
    #[serde(rename = "order.canceled")]
    OrderCanceled,
    /// Copies came back, and their price goes back.
    #[serde(rename = "order.returned")]
    OrderReturned,
    /// The seller's parcel is on its way.
    #[serde(rename = "parcel.shipped")]
    ParcelShipped,
    /// The seller's parcel has come.
    #[serde(rename = "parcel.delivered")]
    ParcelDelivered,
    /// Few copies of a product are left.
    #[serde(rename = "stock.low")]
    StockLow,
    /// No copy of a product is left.
    #[serde(rename = "stock.depleted")]
    StockDepleted,
    /// A product can be bought again.
    #[serde(rename = "stock.restocked")]
    StockRestocked,
    /// Nothing happened: the seller tries the endpoint out.
    #[serde(rename = "subscription.test")]
    Test,
}

impl Topic {
    /// What can be subscribed to: all but the test message, which comes when it is asked for.
    pub const ALL: [Self; 8] = [
        Self::OrderPaid,
        Self::OrderCanceled,
        Self::OrderReturned,
        Self::ParcelShipped,
        Self::ParcelDelivered,
        Self::StockLow,
        Self::StockDepleted,
        Self::StockRestocked,
    ];

    /// Its word in messages, forms, URLs and columns.
    pub const fn word(self) -> &'static str {
        match self {
            Self::OrderPaid => "order.paid",
            Self::OrderCanceled => "order.canceled",
            Self::OrderReturned => "order.returned",
            Self::ParcelShipped => "parcel.shipped",
            Self::ParcelDelivered => "parcel.delivered",
            Self::StockLow => "stock.low",
            Self::StockDepleted => "stock.depleted",
            Self::StockRestocked => "stock.restocked",
            Self::Test => "subscription.test",
        }
    }

    /// Reads the word, that of the test message too; `None` where it is none.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().chain([Self::Test]).find(|topic| topic.word() == word)
    }
}

/// Where a subscription stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SubscriptionStatus {
    /// Messages are sent.
    Active,
    /// Nothing is sent, and what happens meanwhile is not told; what was to be sent waits.
    Paused,
    /// Switched off by itself; what was to be sent is given up.
    Failed,
}

impl SubscriptionStatus {
    /// Each of them.
    pub const ALL: [Self; 3] = [Self::Active, Self::Paused, Self::Failed];

    /// Its word in URLs and columns.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Failed => "failed",
        }
    }

    /// Reads the word; `None` where it is none.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.word() == word)
    }
}

/// Why a subscription was switched off by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = SubscriptionOff))]
#[serde(rename_all = "snake_case")]
pub enum Off {
    /// The endpoint answered 410: nothing is there any more.
    Gone,
    /// Nothing was taken for [`FAILING_DAYS`].
    Failing,
}

/// Where a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = MessageStatus))]
#[serde(rename_all = "snake_case")]
pub enum DeliveryStatus {
    /// Is to be sent, for the first time or again.
    Pending,
    /// Was taken: the endpoint answered with a 2xx.
    Delivered,
    /// Was tried as often as it is, and not taken.
    Failed,
    /// Was given up when its subscription was switched off.
    Stopped,
}

impl DeliveryStatus {
    /// Each of them.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Delivered, Self::Failed, Self::Stopped];

    /// Its word in URLs and columns.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Stopped => "stopped",
        }
    }

    /// Reads the word; `None` where it is none.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.word() == word)
    }
}

/// Why a message was not taken when it was sent last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = MessageTrouble))]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// The endpoint answered, but with no 2xx; a redirect is not followed.
    Answer,
    /// There was no answer in time.
    Timeout,
    /// No connection was made.
    Connect,
    /// The connection could not be made safe: the certificate is wrong, or there is none.
    Tls,
    /// The name of the host leads to no address.
    Name,
    /// The host is on a private network.
    Private,
    /// The connection broke, or what came was no HTTP.
    Broken,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_is_read_as_it_was_written() {
        for topic in Topic::ALL.into_iter().chain([Topic::Test]) {
            assert_eq!(Topic::parse(topic.word()), Some(topic));
        }
        assert!(!Topic::ALL.contains(&Topic::Test));
        assert_eq!(Topic::parse("order.placed"), None);
    }
}

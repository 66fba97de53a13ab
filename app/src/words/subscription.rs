//! What sellers have sent to programs of theirs, in words.

use contract::subscription::{DeliveryStatus, SubscriptionStatus, Topic};
use domain::subscription::{Delivery, Subscription};

use crate::text::t;

/// What a message is about.
pub(crate) fn topic(topic: Topic) -> String {
    match topic {
        Topic::OrderPaid => t!("subscription-topic-order-paid"),
        Topic::OrderCanceled => t!("subscription-topic-order-canceled"),
        Topic::OrderReturned => t!("subscription-topic-order-returned"),
        Topic::ParcelShipped => t!("subscription-topic-parcel-shipped"),
        Topic::ParcelDelivered => t!("subscription-topic-parcel-delivered"),
        Topic::StockLow => t!("subscription-topic-stock-low"),
        Topic::StockDepleted => t!("subscription-topic-stock-depleted"),
        Topic::StockRestocked => t!("subscription-topic-stock-restocked"),
        Topic::Test => t!("subscription-topic-test"),
    }
}

/// Where a subscription stands.
pub(crate) fn status(status: SubscriptionStatus) -> String {
    match status {
        SubscriptionStatus::Active => t!("subscription-status-active"),
        SubscriptionStatus::Paused => t!("subscription-status-paused"),
        SubscriptionStatus::Failed => t!("subscription-status-failed"),
    }
}

/// The same, of one whose receiver may not be taking messages.
pub(crate) fn standing(own: &Subscription) -> String {
    match (own.status, own.failing_since) {
        (SubscriptionStatus::Active, Some(_)) => t!("subscription-status-failing"),
        (status, _) => self::status(status),
    }
}

/// Where a message stands now, which may be under way.
pub(crate) fn message_standing(message: &Delivery) -> String {
    if message.sending { t!("subscription-message-sending") } else { message_status(message.status) }
}

/// Where a message stands.
pub(crate) fn message_status(status: DeliveryStatus) -> String {
    match status {
        DeliveryStatus::Pending => t!("subscription-message-pending"),
        DeliveryStatus::Delivered => t!("subscription-message-delivered"),
        DeliveryStatus::Failed => t!("subscription-message-failed"),
        DeliveryStatus::Stopped => t!("subscription-message-stopped"),
    }
}

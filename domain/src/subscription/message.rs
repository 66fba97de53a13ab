//! What messages say: the body of Standard Webhooks, in the words of the REST API, and nothing of the
//! shopper. Whoever needs more asks for the order.

use contract::{
    Won,
    order::OrderId,
    product::ProductId,
    subscription::{DeliveryId, MOST_BODY, SubscriptionId, Topic},
};
use serde::Serialize;
use sha2::{Digest, Sha256};
use time::{OffsetDateTime, UtcOffset, macros::format_description};
use uuid::{Builder, Uuid};

use crate::{Result, error::Error};

/// Copies of a product in an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Line {
    pub(crate) product_id: ProductId,
    /// Left out where all of them would make the body too long.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) title: Option<String>,
    pub(crate) quantity: i32,
    /// In won.
    pub(crate) unit_price: Won,
}

/// What happened, as its seller is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum Data {
    #[serde(rename_all = "camelCase")]
    Order {
        order_id: OrderId,
        delivery_id: Option<Uuid>,
        /// Of what was canceled or returned: whether the seller's part of the order is empty by now.
        #[serde(skip_serializing_if = "Option::is_none")]
        nothing_kept: Option<bool>,
        lines: Vec<Line>,
    },
    #[serde(rename_all = "camelCase")]
    Stock { product_id: ProductId, title: String, available: i32, low_at: i32 },
    #[serde(rename_all = "camelCase")]
    Test { subscription_id: SubscriptionId },
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(rename = "type")]
    topic: Topic,
    timestamp: String,
    data: &'a Data,
}

/// The body of a message.
pub(crate) fn body(topic: Topic, at: OffsetDateTime, mut data: Data) -> Result<String> {
    let text = write(topic, at, &data)?;
    match &mut data {
        Data::Order { lines, .. } if text.len() > MOST_BODY => {
            lines.iter_mut().for_each(|line| line.title = None);
            write(topic, at, &data)
        }
        _ => Ok(text),
    }
}

/// The body of a test.
pub(super) fn test(subscription_id: SubscriptionId, at: OffsetDateTime) -> Result<String> {
    write(Topic::Test, at, &Data::Test { subscription_id })
}

fn write(topic: Topic, at: OffsetDateTime, data: &Data) -> Result<String> {
    // RFC 3339, always to the millisecond.
    let form = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    let timestamp = at.to_offset(UtcOffset::UTC).format(form);
    let timestamp = timestamp.map_err(|error| Error::Payload(serde::ser::Error::custom(error)))?;
    Ok(serde_json::to_string(&Body { topic, timestamp, data })?)
}

/// The id of the message that tells an endpoint of an event: the same one whenever it is asked for, so
/// that a fact that is read once more is no second message.
pub(crate) fn id(subscription: SubscriptionId, event: i64, at: OffsetDateTime) -> DeliveryId {
    let hash = Sha256::new().chain_update(subscription.as_bytes()).chain_update(event.to_be_bytes()).finalize();
    let mut bytes = [0; 10];
    // Facts of one moment stay in the order of the log.
    let [.., high, low] = event.to_be_bytes();
    let rest = [high, low].into_iter().chain(hash);
    bytes.iter_mut().zip(rest).for_each(|(byte, known)| *byte = known);
    let millis = u64::try_from(at.unix_timestamp_nanos() / 1_000_000).unwrap_or_default();
    Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use time::macros::datetime;

    use super::*;

    fn paid(lines: usize) -> Data {
        let line =
            |product_id| Line {
                product_id, title: Some("가".repeat(200)), quantity: 2, unit_price: 1_000_000_000_000
            };
        let lines = (1..).take(lines).map(line).collect();
        Data::Order { order_id: OrderId::max(), delivery_id: Some(Uuid::max()), nothing_kept: None, lines }
    }

    fn read(text: &str) -> serde_json::Value {
        serde_json::from_str(text).expect("JSON")
    }

    #[test]
    fn a_message_says_what_happened_when_and_to_what() {
        let at = datetime!(2026-11-26 09:30:00.5 +9);
        let told = read(&body(Topic::OrderPaid, at, paid(1)).expect("a body"));
        let expected = json!({
            "type": "order.paid", "timestamp": "2026-11-26T00:30:00.500Z",
            "data": {
                "orderId": OrderId::max(), "deliveryId": Uuid::max(),
                "lines": [{
                    "productId": 1, "title": "가".repeat(200), "quantity": 2, "unitPrice": 1_000_000_000_000_i64,
                }],
            },
        });
        assert_eq!(told, expected);
        let whole = read(&body(Topic::OrderPaid, datetime!(2026-11-26 09:30 +9), paid(1)).expect("a body"));
        assert_eq!(whole["timestamp"], "2026-11-26T00:30:00.000Z");
        let low = Data::Stock { product_id: 7, title: "심청전".to_owned(), available: 2, low_at: 3 };
        let told = read(&body(Topic::StockLow, at, low).expect("a body"));
        assert_eq!(told["data"], json!({ "productId": 7, "title": "심청전", "available": 2, "lowAt": 3 }));
    }

    #[test]
    fn titles_are_left_out_of_a_body_that_would_be_too_long() {
        let at = datetime!(2026-11-26 00:00 UTC);
        let short = body(Topic::OrderPaid, at, paid(20)).expect("a body");
        assert!(short.len() <= MOST_BODY && read(&short)["data"]["lines"][0]["title"].is_string());
        let long = body(Topic::OrderPaid, at, paid(100)).expect("a body");
        assert!(long.len() <= MOST_BODY, "{}", long.len());
        assert_eq!(read(&long)["data"]["lines"].as_array().map(Vec::len), Some(100));
        assert!(read(&long)["data"]["lines"][0]["title"].is_null());
    }

    #[test]
    fn a_fact_keeps_its_id_and_ids_are_in_the_order_of_time() {
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let at = datetime!(2026-11-26 00:00 UTC);
        assert_eq!(id(one, 7, at), id(one, 7, at));
        assert_ne!(id(one, 7, at), id(other, 7, at));
        assert_ne!(id(one, 7, at), id(one, 8, at));
        assert!(id(one, 7, at) < id(other, 8, at) && id(other, 7, at) < id(one, 8, at));
        assert!(id(one, 7, at) < id(one, 1, at + time::Duration::milliseconds(1)));
        assert_eq!(id(one, 7, at).get_version_num(), 7);
    }
}

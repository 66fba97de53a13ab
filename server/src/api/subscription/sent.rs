//! What is sent to those who have subscribed, as the document tells it under `webhooks`.

use contract::subscription::{FAILING_DAYS, Topic};
use serde::Serialize;
use serde_json::{Value, json};
use time::OffsetDateTime;
use utoipa::{
    OpenApi, ToSchema,
    openapi::{
        ContentBuilder, ObjectBuilder, Ref, Required, ResponseBuilder,
        path::{HttpMethod, Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn, PathItem, Paths},
        request_body::RequestBodyBuilder,
        schema::Type,
    },
};
use uuid::Uuid;

/// The part of the document that tells of messages.
pub(in crate::api) fn sent() -> utoipa::openapi::OpenApi {
    let mut messages = Messages::openapi();
    let mut webhooks = Paths::new();
    for topic in Topic::ALL.into_iter().chain([Topic::Test]) {
        webhooks.paths.insert(topic.word().to_owned(), PathItem::new(HttpMethod::Post, told(topic)));
    }
    messages.webhooks = Some(webhooks);
    messages
}

#[derive(OpenApi)]
#[openapi(components(schemas(OrderMessage, StockMessage, TestMessage)))]
struct Messages;

/// Something happened to a seller's part of an order. Of the shopper it says nothing: who needs more asks
/// for the order.
#[derive(Serialize, ToSchema)]
#[schema(as = OrderMessage)]
struct OrderMessage {
    /// What happened: `order.paid`, `order.canceled`, `order.returned`, `parcel.shipped` or
    /// `parcel.delivered`.
    #[serde(rename = "type")]
    topic: Topic,
    /// When it happened, to the millisecond.
    #[serde(with = "time::serde::rfc3339")]
    timestamp: OffsetDateTime,
    /// To what.
    data: OrderData,
}

/// A seller's part of an order.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OrderMessageData)]
struct OrderData {
    /// The order.
    order_id: Uuid,
    /// The seller's delivery in it; null where there is none.
    delivery_id: Option<Uuid>,
    /// Of what was canceled or returned: whether the seller's part of the order is empty by now.
    nothing_kept: Option<bool>,
    /// The copies that were paid, canceled or returned; of a parcel, all that are in it.
    lines: Vec<LineOf>,
}

/// Copies of a product.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OrderMessageLine)]
struct LineOf {
    /// The product.
    product_id: i64,
    /// Its title; left out where all of them would make the message longer than 20,000 bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// How many copies.
    quantity: i32,
    /// The price of one, in won.
    unit_price: i64,
}

/// The stock of a product has come to a level.
#[derive(Serialize, ToSchema)]
#[schema(as = StockMessage)]
struct StockMessage {
    /// What happened: `stock.low`, `stock.depleted` or `stock.restocked`.
    #[serde(rename = "type")]
    topic: Topic,
    /// When it happened, to the millisecond.
    #[serde(with = "time::serde::rfc3339")]
    timestamp: OffsetDateTime,
    /// To what.
    data: StockData,
}

/// A product and its copies.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = StockMessageData)]
struct StockData {
    /// The product.
    product_id: i64,
    /// Its title.
    title: String,
    /// Copies that can be bought.
    available: i32,
    /// From how many on they count as few.
    low_at: i32,
}

/// Nothing happened: the seller tries the endpoint out.
#[derive(Serialize, ToSchema)]
#[schema(as = TestMessage)]
struct TestMessage {
    /// `subscription.test`.
    #[serde(rename = "type")]
    topic: Topic,
    /// When it was asked for, to the millisecond.
    #[serde(with = "time::serde::rfc3339")]
    timestamp: OffsetDateTime,
    /// For what.
    data: TestData,
}

/// The subscription that is tried out.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TestMessageData)]
struct TestData {
    /// The subscription.
    subscription_id: Uuid,
}

/// One kind of message.
fn told(topic: Topic) -> Operation {
    let schema = match topic {
        Topic::StockLow | Topic::StockDepleted | Topic::StockRestocked => "StockMessage",
        Topic::Test => "TestMessage",
        _ => "OrderMessage",
    };
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(schema))).example(Some(example(topic)));
    let body = RequestBodyBuilder::new()
        .description(Some("The message: JSON, signed byte by byte."))
        .content("application/json", content.build())
        .required(Some(Required::True));
    let answer = |meaning| ResponseBuilder::new().description(meaning).build();
    OperationBuilder::new()
        .tag("subscription")
        .summary(Some(summary(topic)))
        .description(Some(DESCRIPTION))
        .parameter(header("webhook-id", "Names the message for good, also when it is sent again.", "0199b2c4-8d12-7b1a-8f3e-5d6c7b8a9f01"))
        .parameter(header("webhook-timestamp", "When it is sent, in seconds since 1970.", "1795685400"))
        .parameter(header(
            "webhook-signature",
            "`v1,` and the HMAC-SHA256 of `{webhook-id}.{webhook-timestamp}.{body}`, as base64; for 24 hours after the secret was replaced two of them, by a space.",
            "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
        ))
        .request_body(Some(body.build()))
        .response("2XX", answer("Taken."))
        .response("410", answer("Nothing is there any more: the subscription is switched off at once."))
        .response(
            "default",
            answer("Not taken, as when there is no answer within 15 seconds; redirects are not followed. It is sent again. `Retry-After` with 429 or 503 is heeded up to a day."),
        )
        .build()
}

const DESCRIPTION: &str = "Sent to each endpoint that has subscribed to it, signed as Standard Webhooks \
    (https://www.standardwebhooks.com). Look at the signature with the secret, turn away what is older than five \
    minutes, and answer with 2xx within 15 seconds. A message comes at least once, and messages come in no particular order: act \
    upon each `webhook-id` once. What is not taken is sent again 5 seconds, 5 minutes, 30 minutes, 2, 5, 10, 14, 20 \
    and 24 hours after the attempt before, each up to a tenth later; after ten attempts it is given up, and can be \
    sent again by hand. An endpoint that has taken nothing for 5 days is switched off.";

/// The sentence tells the same number of days.
const _: () = assert!(FAILING_DAYS == 5);

const fn summary(topic: Topic) -> &'static str {
    match topic {
        Topic::OrderPaid => "An order with products of the seller was paid",
        Topic::OrderCanceled => "Copies of a paid order were canceled before they shipped",
        Topic::OrderReturned => "Copies came back, and their price goes back",
        Topic::ParcelShipped => "The seller's parcel is on its way",
        Topic::ParcelDelivered => "The seller's parcel has come",
        Topic::StockLow => "Few copies of a product are left",
        Topic::StockDepleted => "No copy of a product is left",
        Topic::StockRestocked => "A product can be bought again",
        Topic::Test => "The seller tries the endpoint out",
    }
}

fn example(topic: Topic) -> Value {
    let lines = json!([{ "productId": 1, "title": "심청전", "quantity": 2, "unitPrice": 12_600 }]);
    let (order, delivery) = ("0199b2c1-3f10-7d4e-9a55-0c1d2e3f4a5b", "0199b2c1-3f11-7a2b-8c66-1d2e3f4a5b6c");
    let stock = |available: i32| json!({ "productId": 1, "title": "심청전", "available": available, "lowAt": 3 });
    let data = match topic {
        Topic::OrderCanceled | Topic::OrderReturned => {
            json!({ "orderId": order, "deliveryId": delivery, "nothingKept": false, "lines": lines })
        }
        Topic::OrderPaid | Topic::ParcelShipped | Topic::ParcelDelivered => {
            json!({ "orderId": order, "deliveryId": delivery, "lines": lines })
        }
        Topic::StockLow => stock(2),
        Topic::StockDepleted => stock(0),
        Topic::StockRestocked => stock(20),
        Topic::Test => json!({ "subscriptionId": "0199b2c4-7a51-7c3e-9c1f-0a2b3c4d5e6f" }),
    };
    json!({ "type": topic, "timestamp": "2026-11-26T09:30:00.000Z", "data": data })
}

fn header(name: &str, meaning: &str, example: &str) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(Required::True)
        .description(Some(meaning))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String).examples([json!(example)])))
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::schema::check;

    #[test]
    fn every_example_is_a_message_of_its_schema() {
        for topic in Topic::ALL.into_iter().chain([Topic::Test]) {
            let example = example(topic);
            let fits = match topic {
                Topic::StockLow | Topic::StockDepleted | Topic::StockRestocked => {
                    check::<StockMessage>(&example, false)
                }
                Topic::Test => check::<TestMessage>(&example, false),
                _ => check::<OrderMessage>(&example, false),
            };
            assert_eq!(fits.map(|checked| checked.flaws), Ok(Vec::new()), "{example}");
        }
    }
}

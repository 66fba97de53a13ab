//! The values of the trail in words.

use contract::{
    money::{grouped, won},
    product::ProductId,
    subscription::Topic,
};
use domain::{product::Category, trail::Named};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    catalog::category_name,
    text::t,
    words::{
        application_status, claim_status, coupon_status, fault, fulfillment_status, issue_mode, member_status,
        payment_state, product_status, read, reader, role, subscription,
    },
};

/// What a value stands among.
pub(super) struct Around<'a> {
    /// The act, in its word.
    pub act: &'a str,
    /// The names of what is told of.
    pub named: &'a Named,
    /// Whether a discount is a percentage.
    pub percent: bool,
}

/// Whether there is nothing to tell.
pub(super) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(values) => values.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
    }
}

impl Around<'_> {
    /// A value in words.
    pub(super) fn print(&self, own: &str, value: &Value) -> String {
        match value {
            value if is_empty(value) => t!("trail-nothing"),
            Value::Null => t!("trail-nothing"),
            Value::Bool(true) => t!("trail-yes"),
            Value::Bool(false) => t!("trail-no"),
            Value::Number(number) => {
                number.as_i64().map_or_else(|| number.to_string(), |number| self.number(own, number))
            }
            Value::String(text) => self.word(own, text).unwrap_or_else(|| text.to_owned()),
            Value::Array(values) => values.iter().map(|value| self.print(own, value)).collect::<Vec<_>>().join(", "),
            Value::Object(values) => {
                let each =
                    values.iter().map(|(key, value)| format!("{} {}", self.product(key), self.print(own, value)));
                each.collect::<Vec<_>>().join(", ")
            }
        }
    }

    /// A product by its title, or by its number where it has none here.
    pub(super) fn product(&self, id: &str) -> String {
        let title = id.parse::<ProductId>().ok().and_then(|id| self.named.titles.get(&id).cloned());
        title.unwrap_or_else(|| t!("trail-product", id = id.to_owned()))
    }

    fn number(&self, own: &str, number: i64) -> String {
        match own {
            "list_price" | "sale_price" | "refund" | "amount" | "min_order" | "max_discount" => won(number),
            "discount_value" if self.percent => format!("{number}%"),
            "discount_value" => won(number),
            "earn_percent" => format!("{number}%"),
            "products" => self.product(&number.to_string()),
            "category" | "categories" => {
                self.category(|category| category.category_id == number).unwrap_or_else(|| number.to_string())
            }
            "picture" | "order" | "campaign" | "member" | "coupon" | "batch" => number.to_string(),
            id if id.ends_with("id") || id.ends_with("year") => number.to_string(),
            _ => grouped(number),
        }
    }

    fn category(&self, which: impl Fn(&Category) -> bool) -> Option<String> {
        self.named.categories.iter().find(|category| which(category)).map(category_name)
    }

    /// The word of a closed set in words, and an id as short as people need it; none for other text.
    fn word(&self, own: &str, text: &str) -> Option<String> {
        match own {
            "role" => read(text).map(role),
            "application" => read(text).map(application_status),
            "status" => self.status(text),
            "fault" => read(text).map(fault),
            "issue_mode" => read(text).map(issue_mode),
            "category" => self.category(|category| category.slug == text),
            "discount_kind" if text == "percent" => Some(t!("discount-percent")),
            "discount_kind" if text == "amount" => Some(t!("discount-amount")),
            "topics" => Topic::parse(text).map(subscription::topic),
            "message_status" => read(text).map(subscription::message_status),
            "settled" if text == "redriven" => Some(t!("trail-redriven")),
            "settled" if text == "discarded" => Some(t!("trail-discarded")),
            "claim" | "coupon" | "batch" | "message" => short(text),
            "reader" => reader(text),
            _ => None,
        }
    }

    /// The word of an act begins with the noun whose status it is.
    fn status(&self, text: &str) -> Option<String> {
        match self.act.split('_').next()? {
            "member" => read(text).map(member_status),
            "product" => read(text).map(product_status),
            "delivery" => read(text).map(fulfillment_status),
            "claim" => read(text).map(claim_status),
            "coupon" => read(text).map(coupon_status),
            "subscription" => read(text).map(subscription::status),
            "payment" => read(text).map(payment_state),
            _ => None,
        }
    }
}

/// The last digits of an id, which are random in a `UUIDv7`, as in the number of an order.
fn short(id: &str) -> Option<String> {
    let id = Uuid::parse_str(id).ok()?.simple().to_string().to_uppercase();
    id.get(24..).map(str::to_owned)
}

//! The form of a subscription.

use contract::{
    form::{Check, Flaw, optional_line},
    subscription::{MOST_DESCRIPTION, Topic},
};
use serde::{Deserialize, Serialize};

use super::target;
use crate::{Result, Shop};

/// A subscription as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SubscriptionForm {
    /// Where messages go: an address of https.
    pub url: String,
    /// The words of what is told.
    pub topics: Vec<String>,
    /// What it is for; may be empty.
    pub description: String,
}

/// A subscription as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) url: String,
    pub(super) topics: Vec<Topic>,
    pub(super) description: String,
}

impl SubscriptionForm {
    /// Reads the form and looks where its host leads; every flaw is told at once.
    pub(super) async fn read(&self, shop: &Shop) -> Result<Wanted> {
        let mut check = Check::default();
        let url = check.field("url", target::check(shop.targets(), &self.url).await);
        let topics = check.field("topics", topics(&self.topics));
        let description = check.field("description", optional_line(&self.description, MOST_DESCRIPTION));
        match (url, topics, description) {
            (Some(url), Some(topics), Some(description)) => Ok(Wanted { url, topics, description }),
            _ => Err(check.refuse().into()),
        }
    }
}

/// The topics that are named, each once, in their order.
fn topics(typed: &[String]) -> Result<Vec<Topic>, Flaw> {
    let named: Vec<&str> = typed.iter().map(|word| word.trim()).filter(|word| !word.is_empty()).collect();
    let known = |word: &&str| Topic::ALL.iter().any(|topic| topic.word() == *word);
    if named.is_empty() {
        return Err(Flaw::Required);
    }
    if !named.iter().all(known) {
        return Err(Flaw::Choice);
    }
    Ok(Topic::ALL.into_iter().filter(|topic| named.contains(&topic.word())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&str]) -> Result<Vec<Topic>, Flaw> {
        topics(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn topics_are_read_once_and_in_their_order() {
        assert_eq!(read(&["stock.low", "order.paid", "stock.low"]), Ok(vec![Topic::OrderPaid, Topic::StockLow]));
        assert_eq!(read(&["", " "]), Err(Flaw::Required));
        assert_eq!(read(&["order.paid", "order.placed"]), Err(Flaw::Choice));
        assert_eq!(read(&["subscription.test"]), Err(Flaw::Choice), "it comes when it is asked for");
    }
}

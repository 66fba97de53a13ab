//! The whole history of an order: everything that is known of it, in one list by time.

mod read;

use contract::{
    Won,
    order::{Actor, OrderId},
    points::PointsKind,
    product::ProductId,
    stock::MovementKind,
    trail::Act,
};
use serde_json::Value;
use time::OffsetDateTime;

use super::Step;
use crate::{Result, Shop, member::Staff};

/// What kind of thing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A status changed, of the order, its payment, a delivery or a claim.
    Status,
    /// Stock moved.
    Stock,
    /// A points wallet changed.
    Points,
    /// The gateway was asked, and answered; money went back.
    Payment,
    /// A neighbor told something.
    Webhook,
    /// A fact was appended to the log.
    Event,
    /// The member was told.
    Notice,
    /// A seller or a member of the staff did something.
    Trail,
    /// A note.
    Note,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::Status,
        Self::Stock,
        Self::Points,
        Self::Payment,
        Self::Webhook,
        Self::Event,
        Self::Notice,
        Self::Trail,
        Self::Note,
    ];

    /// The word in a URL.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Stock => "stock",
            Self::Points => "points",
            Self::Payment => "payment",
            Self::Webhook => "webhook",
            Self::Event => "event",
            Self::Notice => "notice",
            Self::Trail => "trail",
            Self::Note => "note",
        }
    }

    /// Reads the word back.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// Something that happened.
#[derive(Debug, Clone)]
pub struct Entry {
    /// When, in UTC.
    pub at: OffsetDateTime,
    /// What.
    pub what: Happening,
}

/// How far one reader of the log is with an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadBy {
    /// The reader.
    pub reader: String,
    /// Whether it has come past the event.
    pub passed: bool,
    /// Whether it has set the event aside, and nobody has settled that.
    pub aside: bool,
}

/// What happened.
#[derive(Debug, Clone)]
pub enum Happening {
    /// A status changed.
    Status(Step),
    /// Stock moved.
    Stock {
        /// Of what.
        product: ProductId,
        /// Its title as sold.
        title: String,
        /// Why.
        kind: MovementKind,
        /// The change of what is on hand.
        on_hand: i32,
        /// The change of what is reserved.
        reserved: i32,
        /// Why, in a word of the shop's own.
        reason: String,
    },
    /// The wallet changed.
    Points {
        /// Why.
        kind: PointsKind,
        /// By how much, in won.
        amount: Won,
        /// What it held afterwards, in won.
        balance: Won,
    },
    /// A payment was begun, by `card` or by `points`.
    Paying {
        /// By what.
        method: String,
        /// How much, in won.
        amount: Won,
    },
    /// The gateway answered; or the payment was given up.
    Paid {
        /// The status, as a word.
        status: String,
        /// How much, in won.
        amount: Won,
        /// The card's brand and last four digits, as far as they are known.
        card: String,
        /// The gateway's code, where it refused.
        failure: String,
        /// How often the gateway was asked about it.
        checks: i32,
    },
    /// A refund was made.
    Refund {
        /// How much, in won.
        amount: Won,
        /// What of it came back as points.
        points: Won,
    },
    /// Money was asked back to a card.
    GivingBack {
        /// How much, in won.
        amount: Won,
        /// Whether it went back.
        done: bool,
        /// How often the gateway was asked.
        attempts: i32,
        /// What it said last; empty where it did not refuse.
        error: String,
    },
    /// A neighbor told something.
    Webhook {
        /// Who: `gateway` or `carrier`.
        source: String,
        /// The message.
        message: String,
        /// What it said.
        body: String,
    },
    /// A fact was appended to the log.
    Event {
        /// Which.
        name: String,
        /// What it told.
        payload: Value,
        /// Each reader.
        readers: Vec<ReadBy>,
    },
    /// The member was told, in the inbox.
    Notice {
        /// Of what, as a word.
        kind: String,
        /// Whether they have read it.
        read: bool,
    },
    /// The same by mail.
    Mail {
        /// Of what, as a word.
        kind: String,
        /// Where it stands, as a word.
        status: String,
        /// How often it was tried.
        attempts: i32,
        /// Why it failed last; may be empty.
        error: String,
    },
    /// A seller or a member of the staff did something.
    Trail {
        /// What; none for a word that nobody knows any more.
        act: Option<Act>,
        /// As what.
        actor: Actor,
        /// Who.
        by_name: String,
        /// What stood there before.
        before: Value,
        /// What stands there now.
        after: Value,
    },
    /// A note was written.
    Note {
        /// What it says.
        body: String,
        /// By whom.
        by_name: String,
    },
}

impl Happening {
    /// Its kind.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Status(_) => Kind::Status,
            Self::Stock { .. } => Kind::Stock,
            Self::Points { .. } => Kind::Points,
            Self::Paying { .. } | Self::Paid { .. } | Self::Refund { .. } | Self::GivingBack { .. } => Kind::Payment,
            Self::Webhook { .. } => Kind::Webhook,
            Self::Event { .. } => Kind::Event,
            Self::Notice { .. } | Self::Mail { .. } => Kind::Notice,
            Self::Trail { .. } => Kind::Trail,
            Self::Note { .. } => Kind::Note,
        }
    }
}

/// Everything that is known of an order, or what of it is of these kinds, oldest first.
///
/// # Errors
/// Where the database is away.
pub async fn history(shop: &Shop, _by: &Staff, order: OrderId, kinds: &[Kind]) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for kind in Kind::ALL.into_iter().filter(|kind| kinds.is_empty() || kinds.contains(kind)) {
        entries.extend(match kind {
            Kind::Status => read::statuses(shop, order).await?,
            Kind::Stock => read::stock(shop, order).await?,
            Kind::Points => read::points(shop, order).await?,
            Kind::Payment => read::payments(shop, order).await?,
            Kind::Webhook => read::webhooks(shop, order).await?,
            Kind::Event => read::events(shop, order).await?,
            Kind::Notice => read::notices(shop, order).await?,
            Kind::Trail => read::trail(shop, order).await?,
            Kind::Note => read::notes(shop, order).await?,
        });
    }
    // Stable: what happened at once stays in the order of the kinds, the cause before its effects.
    entries.sort_by_key(|entry| entry.at);
    Ok(entries)
}

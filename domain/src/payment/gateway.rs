//! The payment gateway as the shop sees it, in the shape of the Toss Payments API. The adapter that
//! speaks HTTP is the server's.

use std::fmt;

use async_trait::async_trait;
use contract::{Won, payment::PaymentId, system::Money};
use time::OffsetDateTime;
use uuid::Uuid;

/// What the gateway knows of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    /// The gateway's own key.
    pub key: String,
    /// The shop's id of it.
    pub payment: PaymentId,
    /// The whole amount, in won.
    pub amount: Won,
    /// What of it was not given back, in won.
    pub balance: Won,
    /// Where it stands.
    pub status: ChargeStatus,
    /// The card's brand and last four digits, once they are known.
    pub card: Option<(String, String)>,
    /// The gateway's code of why it failed; empty otherwise.
    pub failure: String,
}

/// Where a payment stands at the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChargeStatus {
    /// Its page was opened.
    Ready,
    /// The shopper has agreed; it waits to be confirmed by the shop.
    InProgress,
    /// Money was taken.
    Done,
    /// All of it, or a part, was given back.
    Canceled,
    /// It failed, or nobody went on with it. No money was taken.
    Ended,
}

/// Money that went, as the gateway's own books have it: each time that it was taken or given back is
/// one of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transaction {
    /// The gateway's own key of it.
    pub key: String,
    /// The gateway's key of the payment.
    pub payment_key: String,
    /// As what the shop has named the payment; whatever another system of the same merchant did.
    pub order: String,
    /// Which way it went.
    pub money: Money,
    /// How much, in won.
    pub amount: Won,
    /// When, in UTC.
    pub at: OffsetDateTime,
}

/// Some of the transactions, oldest first.
#[derive(Debug, Clone, Default)]
pub struct Told {
    /// Those among them that moved money.
    pub transactions: Vec<Transaction>,
    /// The key behind which the next ones begin, where there are further ones.
    pub next: Option<String>,
}

/// A payment whose page was opened.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The gateway's own key.
    pub key: String,
    /// Where the shopper types the card in.
    pub page: String,
}

/// A card that the gateway keeps.
#[derive(Clone)]
pub struct Token {
    /// What stands for the card; whoever has it and the secret can charge the card.
    pub token: String,
    /// The card's brand.
    pub brand: String,
    /// The last four digits of its number.
    pub last4: String,
}

impl fmt::Debug for Token {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Token").field("brand", &self.brand).field("last4", &self.last4).finish_non_exhaustive()
    }
}

/// The code with which the gateway answers that the same is being asked for at this moment.
pub const RUNNING: &str = "IDEMPOTENT_REQUEST_PROCESSING";

/// Why the gateway did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum Denial {
    /// It answered that it did not, and never will; with its code.
    #[error("refused: {0}")]
    Refused(String),
    /// It did so before.
    #[error("already done: {0}")]
    Already(String),
    /// It cannot be known whether it did.
    #[error("not answered: {0}")]
    Unanswered(String),
}

/// The address of the shop's own pages to come back to.
#[derive(Debug, Clone)]
pub struct Back {
    /// When the shopper has agreed.
    pub success: String,
    /// When the shopper turned back, or the card was refused.
    pub fail: String,
}

/// What the shop asks of the gateway. Every call may be repeated: the ids in it are idempotency
/// keys.
#[async_trait]
pub trait Gateway: fmt::Debug + Send + Sync {
    /// Opens a page on which a new card pays `amount` won for `name`.
    async fn open(&self, payment: PaymentId, amount: Won, name: &str, back: &Back) -> Result<Opened, Denial>;

    /// Takes the money of a payment that the shopper has agreed to.
    async fn confirm(&self, key: &str, payment: PaymentId, amount: Won) -> Result<Charge, Denial>;

    /// Takes money by a registered card.
    async fn charge(
        &self,
        token: &str,
        customer: Uuid,
        payment: PaymentId,
        amount: Won,
        name: &str,
    ) -> Result<Charge, Denial>;

    /// Looks a payment up by the shop's id of it.
    async fn find(&self, payment: PaymentId) -> Result<Option<Charge>, Denial>;

    /// The transactions from one time to another, those behind the transaction `after`, a page of
    /// them.
    async fn transactions(
        &self,
        from: OffsetDateTime,
        until: OffsetDateTime,
        after: Option<&str>,
    ) -> Result<Told, Denial>;

    /// Gives `amount` won back to the card.
    async fn cancel(&self, key: &str, cancel: Uuid, amount: Won, reason: &str) -> Result<Charge, Denial>;

    /// The page on which a customer registers a card.
    fn registration(&self, customer: Uuid, back: &Back) -> String;

    /// Turns the word that a registration came back with into a token.
    async fn register(&self, customer: Uuid, word: &str) -> Result<Token, Denial>;

    /// Makes the gateway forget a card.
    async fn forget(&self, token: &str) -> Result<(), Denial>;
}

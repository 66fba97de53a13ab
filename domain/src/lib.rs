//! The rules of Madang and their SQL, one module per domain. Knows Postgres and time; not HTTP,
//! cookies, Leptos.

pub mod address;
pub mod application;
pub mod audit;
pub mod cart;
pub mod claim;
pub mod coupon;
pub mod delivery;
pub mod error;
pub mod event;
pub mod health;
pub mod import;
pub mod inventory;
mod keyset;
pub mod mail;
pub mod member;
pub mod notification;
pub mod order;
pub mod password;
pub mod payment;
pub mod picture;
mod plan;
pub mod points;
pub mod product;
pub mod pulse;
pub mod ranking;
pub mod reader;
pub mod reply;
mod retry;
pub mod sales;
pub mod seed;
pub mod sheet;
pub mod signup;
pub mod subscription;
pub mod todo;
pub mod trail;
pub mod visit;
pub mod webhook;
pub mod wish;
mod words;

use std::sync::Arc;

use contract::{
    Failure,
    order::{DeliveryPolicy, OrderPolicy},
    points::PointsPolicy,
};
use sqlx::PgPool;
use time::{Duration, OffsetDateTime};

pub use error::{Error, Result};
use password::Hasher;
use payment::gateway::Gateway;
use picture::{Darkroom, Store};
use pulse::Pulse;
use subscription::Targets;

/// Every migration of the schema, in order.
pub static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../migrations");

/// What the shop may set about money, and about time.
#[derive(Debug, Clone, Copy, Default)]
pub struct Policy {
    /// How much may be charged and kept.
    pub points: PointsPolicy,
    /// What delivery costs.
    pub delivery: DeliveryPolicy,
    /// The times of an order's life.
    pub order: OrderPolicy,
}

/// The one handle to the shop: its database, its policy and its clock. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Shop {
    /// The database.
    pub db: PgPool,
    /// What the shop may set about money.
    pub policy: Policy,
    hasher: Hasher,
    desk: order::Desk,
    gateway: Option<Arc<dyn Gateway>>,
    store: Option<Arc<dyn Store>>,
    targets: Option<Arc<dyn Targets>>,
    darkroom: Darkroom,
    readers: event::Readers,
    visits: visit::Visits,
    pulse: Pulse,
    tallies: coupon::Tallies,
    ahead: Duration,
}

impl Shop {
    /// A shop over a migrated database, its desk open. Needs a Tokio runtime around it.
    pub fn new(db: PgPool, policy: Policy) -> Self {
        let desk = order::Desk::open(db.clone(), policy);
        Self {
            db,
            policy,
            hasher: Hasher::new(),
            desk,
            gateway: None,
            store: None,
            targets: None,
            darkroom: Darkroom::new(),
            readers: event::Readers::default(),
            visits: visit::Visits::default(),
            pulse: Pulse::default(),
            tallies: coupon::Tallies::default(),
            ahead: Duration::ZERO,
        }
    }

    /// The same shop with a payment gateway, without which no card can pay.
    #[must_use]
    pub fn with_gateway(self, gateway: Arc<dyn Gateway>) -> Self {
        Self { gateway: Some(gateway), ..self }
    }

    pub(crate) fn gateway(&self) -> Result<&Arc<dyn Gateway>> {
        Ok(self.gateway.as_ref().ok_or(Failure::GatewayUnavailable)?)
    }

    /// Whether cards can pay.
    pub const fn takes_cards(&self) -> bool {
        self.gateway.is_some()
    }

    /// The same shop with a place for the files of pictures, without which none can be added.
    #[must_use]
    pub fn with_store(self, store: Arc<dyn Store>) -> Self {
        Self { store: Some(store), ..self }
    }

    pub(crate) fn store(&self) -> Result<&Arc<dyn Store>> {
        Ok(self.store.as_ref().ok_or(Failure::Unavailable)?)
    }

    /// The same shop with a way to look at where messages to sellers are to go.
    #[must_use]
    pub fn with_targets(self, targets: Arc<dyn Targets>) -> Self {
        Self { targets: Some(targets), ..self }
    }

    pub(crate) fn targets(&self) -> Option<&dyn Targets> {
        self.targets.as_deref()
    }

    /// The same shop with those who read its log.
    #[must_use]
    pub fn with_readers(self, readers: event::Readers) -> Self {
        Self { readers, ..self }
    }

    /// Who reads the log.
    pub const fn readers(&self) -> &event::Readers {
        &self.readers
    }

    /// Who came, as this instance saw it.
    pub const fn visits(&self) -> &visit::Visits {
        &self.visits
    }

    /// The same shop with what its instance has seen of itself before.
    #[must_use]
    pub fn with_pulse(self, pulse: Pulse) -> Self {
        Self { pulse, ..self }
    }

    /// What this instance has seen of itself.
    pub const fn pulse(&self) -> &Pulse {
        &self.pulse
    }

    /// The same shop with its clock set ahead, to try out what only time brings. Its desk keeps
    /// the true time.
    #[must_use]
    pub fn ahead(&self, by: Duration) -> Self {
        Self { ahead: self.ahead + by, ..self.clone() }
    }

    /// The time now, in UTC.
    pub fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc() + self.ahead
    }
}

//! The rules of Madang and their SQL, one module per domain. Knows Postgres and time; not HTTP,
//! cookies, Leptos.

pub mod address;
pub mod cart;
pub mod error;
pub mod event;
pub mod member;
pub mod order;
pub mod password;
pub mod points;
pub mod product;
pub mod seed;

use contract::{order::DeliveryPolicy, points::PointsPolicy};
use sqlx::PgPool;
use time::OffsetDateTime;

pub use error::{Error, Result};
use password::Hasher;

/// Every migration of the schema, in order.
pub static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../migrations");

/// What the shop may set about money.
#[derive(Debug, Clone, Copy, Default)]
pub struct Policy {
    /// How much may be charged and kept.
    pub points: PointsPolicy,
    /// What delivery costs.
    pub delivery: DeliveryPolicy,
}

/// The one handle to the shop: its database, its policy and its clock. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Shop {
    /// The database.
    pub db: PgPool,
    /// What the shop may set about money.
    pub policy: Policy,
    hasher: Hasher,
}

impl Shop {
    /// A shop over a migrated database.
    pub fn new(db: PgPool, policy: Policy) -> Self {
        Self { db, policy, hasher: Hasher::new() }
    }

    /// The time now, in UTC.
    pub fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }
}

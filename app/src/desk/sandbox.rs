//! The sandbox, where it stands in for the neighbors, as the staff's page asks it. The adapter that
//! speaks HTTP is the server's.

use std::{collections::BTreeMap, fmt, sync::Arc};

use async_trait::async_trait;
use axum::http::request::Parts;
use leptos::prelude::use_context;
use serde::{Deserialize, Serialize};

/// How a neighbor misbehaves; what is missing is off.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Switches {
    /// Milliseconds that every answer takes longer.
    pub slow: u64,
    /// It answers that it will not.
    pub refuse: bool,
    /// It does nothing, and answers 500.
    pub fail: bool,
    /// It does what it was asked for, and never answers.
    pub time_out: bool,
    /// Each webhook comes twice.
    pub duplicate: bool,
    /// Webhooks come in another order.
    pub reorder: bool,
}

/// The switches of each neighbor, by its word.
pub type All = BTreeMap<String, Switches>;

/// What is asked of a sandbox.
#[async_trait]
pub trait Sandbox: fmt::Debug + Send + Sync {
    /// Its switches; `None` where nobody answers, or not as a sandbox does.
    async fn switches(&self) -> Option<All>;

    /// Sets those of one neighbor. Answers whether they are set.
    async fn set(&self, neighbor: &str, switches: Switches) -> bool;

    /// Its own page, for browsers.
    fn page(&self) -> &str;
}

/// The sandbox, where there may be one. Stands among the extensions of each request.
#[derive(Debug, Clone, Default)]
pub struct Handle(pub Option<Arc<dyn Sandbox>>);

/// The sandbox, where there may be one.
pub(crate) fn sandbox() -> Option<Arc<dyn Sandbox>> {
    use_context::<Parts>()?.extensions.get::<Handle>()?.0.clone()
}

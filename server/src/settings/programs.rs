//! How much programs may ask for.

use std::num::NonZeroU32;

use clap::Args;

/// Limits of the REST API, each counted by every instance for itself.
#[derive(Debug, Clone, Copy, Args)]
pub struct Programs {
    /// Requests a second that one token, session or guest's address may send to the REST API for long; one address, whatever its tokens, five times as many.
    #[arg(long, env = "MADANG_API_PER_SECOND", default_value = "20")]
    pub api_per_second: NonZeroU32,

    /// Requests that may come at once before that limit is felt.
    #[arg(long, env = "MADANG_API_BURST", default_value = "100")]
    pub api_burst: NonZeroU32,

    /// Sign-ins and registrations a minute that one address may send to the REST API; and, counted apart, coupons that it may ask for.
    #[arg(long, env = "MADANG_API_LOGINS_PER_MINUTE", default_value = "20")]
    pub api_logins_per_minute: NonZeroU32,
}

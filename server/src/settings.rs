//! All settings: environment variables with defaults, each also a flag.

mod neighbors;
mod programs;

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, ValueEnum};
use contract::{
    order::{DeliveryPolicy, OrderPolicy},
    points::PointsPolicy,
};
use domain::Policy;
use url::Url;

pub use neighbors::Neighbors;
pub use programs::Programs;

/// Where the database is.
#[derive(Debug, Clone, Args)]
pub struct Database {
    /// The database to use, as `postgres://user:password@host/name`. Without it a private one is kept in the
    /// data folder.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,

    /// The folder for what the shop keeps: its private database above all.
    #[arg(long, env = "MADANG_DATA_DIR", default_value = ".data")]
    pub data_dir: PathBuf,

    /// The most connections to the database at once.
    #[arg(long, env = "MADANG_DB_CONNECTIONS", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub db_connections: u32,

    /// What to log, as `level` or `target=level,…`.
    #[arg(long, env = "MADANG_LOG", default_value = "info,sqlx=warn,tower_sessions_core=off", value_parser = filter)]
    pub log: String,

    /// How to log.
    #[arg(long, env = "MADANG_LOG_FORMAT", default_value = "text")]
    pub log_format: LogFormat,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line, for programs.
    Json,
}

/// Settings of `madang serve`.
#[derive(Debug, Clone, Args)]
pub struct Serve {
    /// Where the database is.
    #[command(flatten)]
    pub database: Database,

    /// The address to listen on.
    #[arg(long, env = "MADANG_ADDR", default_value = "127.0.0.1:8080")]
    pub addr: SocketAddr,

    /// The address to answer `/metrics` on, for Prometheus; without it nothing is counted.
    #[arg(long, env = "MADANG_METRICS_ADDR")]
    pub metrics_addr: Option<SocketAddr>,

    /// How browsers reach the shop, as `https://shop.example`, when something stands in front of it. With https the
    /// session cookie is sent over https alone.
    #[arg(long, env = "MADANG_PUBLIC_URL", value_parser = origin)]
    pub public_url: Option<String>,

    /// The folder with the built site: scripts, styles, icons.
    #[arg(long, env = "MADANG_SITE_ROOT", default_value = "target/site")]
    pub site_root: PathBuf,

    /// Days after which a session that nothing changed ends.
    #[arg(long, env = "MADANG_SESSION_DAYS", default_value_t = 30, value_parser = clap::value_parser!(i64).range(1..=365))]
    pub session_days: i64,

    /// The least that can be charged at once, in won.
    #[arg(long, env = "MADANG_CHARGE_MIN", default_value_t = 1_000, value_parser = amount())]
    pub charge_min: i64,

    /// The most that can be charged at once, in won.
    #[arg(long, env = "MADANG_CHARGE_MAX", default_value_t = 1_000_000, value_parser = amount())]
    pub charge_max: i64,

    /// The most that a points wallet may hold, in won.
    #[arg(long, env = "MADANG_WALLET_MAX", default_value_t = 10_000_000, value_parser = amount())]
    pub wallet_max: i64,

    /// The delivery fee for one seller's parcel, in won.
    #[arg(long, env = "MADANG_DELIVERY_FEE", default_value_t = 3_000, value_parser = amount())]
    pub delivery_fee: i64,

    /// From this much of one seller's goods on, in won, delivery is free.
    #[arg(long, env = "MADANG_FREE_DELIVERY_FROM", default_value_t = 15_000, value_parser = amount())]
    pub free_delivery_from: i64,

    /// What sending goods back costs the shopper whose own fault it is, in won.
    #[arg(long, env = "MADANG_RETURN_FEE", default_value_t = 3_000, value_parser = amount())]
    pub return_fee: i64,

    /// Minutes for which an order that is not paid holds stock, coupon and points.
    #[arg(long, env = "MADANG_HOLD_MINUTES", default_value_t = 30, value_parser = clap::value_parser!(i64).range(1..=10_080))]
    pub hold_minutes: i64,

    /// Unpaid orders that one member may have at once.
    #[arg(long, env = "MADANG_UNPAID_MAX", default_value_t = 5, value_parser = clap::value_parser!(i64).range(0..=1_000))]
    pub unpaid_max: i64,

    /// Days after the payment within which sellers promise to ship.
    #[arg(long, env = "MADANG_SHIP_DAYS", default_value_t = 2, value_parser = clap::value_parser!(i64).range(1..=60))]
    pub ship_days: i64,

    /// Days after the delivery when a purchase confirms itself.
    #[arg(long, env = "MADANG_CONFIRM_DAYS", default_value_t = 7, value_parser = clap::value_parser!(i64).range(1..=365))]
    pub confirm_days: i64,

    /// Points for a purchase, in percent of what was paid, where the product says nothing else.
    #[arg(long, env = "MADANG_EARN_PERCENT", default_value_t = 5, value_parser = clap::value_parser!(i32).range(0..=100))]
    pub earn_percent: i32,

    /// Days that earned points are good for.
    #[arg(long, env = "MADANG_EARN_DAYS", default_value_t = 365, value_parser = clap::value_parser!(i64).range(1..=36_500))]
    pub earn_days: i64,

    /// Who the shop talks to.
    #[command(flatten)]
    pub neighbors: Neighbors,

    /// How much programs may ask for.
    #[command(flatten)]
    pub programs: Programs,

    /// Fill an empty database with the demo bookshop, and print its accounts.
    #[arg(long)]
    pub demo: bool,
}

impl Serve {
    /// What the shop may set about money.
    ///
    /// # Errors
    /// A sentence, where the settings contradict each other.
    pub fn policy(&self) -> Result<Policy, String> {
        if self.charge_min < 1 || self.charge_min > self.charge_max {
            return Err(format!(
                "MADANG_CHARGE_MIN ({}) must be at least 1 and at most MADANG_CHARGE_MAX ({})",
                self.charge_min, self.charge_max
            ));
        }
        if self.wallet_max < self.charge_min {
            return Err(format!(
                "MADANG_WALLET_MAX ({}) must be at least MADANG_CHARGE_MIN ({})",
                self.wallet_max, self.charge_min
            ));
        }
        Ok(Policy {
            points: PointsPolicy {
                charge_min: self.charge_min,
                charge_max: self.charge_max,
                wallet_max: self.wallet_max,
                earn_percent: self.earn_percent,
                earn_days: self.earn_days,
            },
            delivery: DeliveryPolicy {
                fee: self.delivery_fee,
                free_from: self.free_delivery_from,
                return_fee: self.return_fee,
            },
            order: OrderPolicy {
                hold_minutes: self.hold_minutes,
                confirm_days: self.confirm_days,
                unpaid_max: self.unpaid_max,
                ship_days: self.ship_days,
            },
        })
    }

    /// Whether the built site is where the settings say.
    ///
    /// # Errors
    /// A sentence, where it is not.
    pub fn check_site(&self) -> Result<(), String> {
        if self.site_root.join("pkg").is_dir() {
            return Ok(());
        }
        Err(format!("MADANG_SITE_ROOT ({}) holds no built site; `make site` builds it", self.site_root.display()))
    }
}

/// Settings of `madang seed`.
#[derive(Debug, Clone, Args)]
pub struct Seed {
    /// Where the database is.
    #[command(flatten)]
    pub database: Database,

    /// Products to add.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=10_000_000))]
    pub products: u64,

    /// Members to add.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=10_000_000))]
    pub members: u64,
}

/// Won, up to an amount whose sums over any cart stay far from overflowing.
fn amount() -> clap::builder::RangedI64ValueParser<i64> {
    clap::value_parser!(i64).range(0..=1_000_000_000_000)
}

/// The origin as browsers write it: lower case, without a port that goes without saying.
fn origin(typed: &str) -> Result<String, String> {
    let plain = Url::parse(typed).ok().filter(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none()
    });
    let url = plain.ok_or("must look like https://shop.example, without anything behind it")?;
    Ok(url.origin().ascii_serialization())
}

/// A filter of which each part is a level, or a level for a target: a lone word that is no level
/// would silently be taken for a target.
fn filter(typed: &str) -> Result<String, String> {
    let level = |word: &str| matches!(word, "off" | "error" | "warn" | "info" | "debug" | "trace");
    let good = typed.split(',').all(|part| level(part.rsplit('=').next().unwrap_or_default().trim()));
    if good {
        Ok(typed.to_owned())
    } else {
        Err("every part must end in off, error, warn, info, debug or trace".to_owned())
    }
}

//! What can be set about a run.

use std::path::PathBuf;

use clap::Parser;

use crate::Outcome;

/// One order in so many comes before the counted ones, so that caches and connections are warm.
const WARM_UP: usize = 20;

/// Places orders in Madang over HTTP under load, beside the bare SQL floor; one table at the end.
#[derive(Debug, Clone, Parser)]
#[command(name = "bench")]
pub(crate) struct Options {
    /// The `madang` program to measure.
    #[arg(long)]
    pub program: PathBuf,

    /// Where the run makes its folder. On a disk: in memory, durable commits would cost nothing.
    #[arg(long, default_value = "/var/tmp")]
    pub within: PathBuf,

    /// Products in the shop.
    #[arg(long, default_value_t = 10_000)]
    pub products: usize,

    /// Members of the shop; each orders once at most.
    #[arg(long, default_value_t = 100_000)]
    pub members: usize,

    /// Shoppers who order at the same time.
    #[arg(long, default_value_t = 64)]
    pub shoppers: usize,

    /// Orders one at a time, in a shop that is idle otherwise.
    #[arg(long, default_value_t = 300)]
    pub alone: usize,

    /// Orders of two products each, over all products.
    #[arg(long, default_value_t = 20_000)]
    pub spread: usize,

    /// Orders of the one same product.
    #[arg(long, default_value_t = 20_000)]
    pub hot: usize,

    /// Orders in each of the four rows of bare SQL.
    #[arg(long, default_value_t = 8_000)]
    pub floor: usize,

    /// Orders in one set of bare SQL.
    #[arg(long, default_value_t = 32)]
    pub set: usize,
}

impl Options {
    /// Whether a run can be made of these.
    pub(crate) fn check(&self) -> Outcome<()> {
        let counts = [self.alone, self.spread, self.hot, self.floor, self.shoppers, self.set];
        if counts.contains(&0) || self.products < 2 {
            return Err("every count must be at least 1, and products at least 2".into());
        }
        let needed: usize =
            [self.alone, self.spread, self.hot].into_iter().chain([self.floor; 4]).map(with_warm_up).sum();
        if needed > self.members {
            return Err(format!("so many orders take {needed} members, and there are only {}", self.members).into());
        }
        Ok(())
    }
}

/// So many orders and those before them.
pub(crate) const fn with_warm_up(orders: usize) -> usize {
    orders + warm_up(orders)
}

/// How many orders come before so many.
pub(crate) const fn warm_up(orders: usize) -> usize {
    orders.div_ceil(WARM_UP)
}

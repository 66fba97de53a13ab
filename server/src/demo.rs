//! The demo bookshop's works, and generated rows for measuring.

use domain::seed::{self, Work};
use indicatif::{ProgressBar, ProgressStyle};
use sqlx::PgPool;

use crate::{
    database::{self, Error, Patience},
    settings::Seed,
};

/// Title, original title, author, year, category, description; a header first.
const WORKS: &str = include_str!("../demo/works.tsv");

/// The works of the demo shop.
pub fn works() -> Vec<Work<'static>> {
    WORKS.lines().skip(1).filter_map(read).collect()
}

fn read(line: &'static str) -> Option<Work<'static>> {
    let mut columns = line.split('\t');
    Some(Work {
        title: columns.next()?,
        original_title: columns.next()?,
        author: columns.next()?,
        year: columns.next()?.parse().ok()?,
        category: columns.next()?,
        description: columns.next()?,
    })
}

/// Fills an empty shop with the demo bookshop.
///
/// # Errors
/// Where the database is away.
pub async fn fill(db: &PgPool) -> Result<(), Error> {
    let works = works();
    if seed::demo(db, &works).await? {
        tracing::info!(works = works.len(), "the demo bookshop is filled");
    }
    Ok(())
}

/// `madang seed`.
///
/// # Errors
/// Why it cannot be done.
pub async fn seed(settings: Seed) -> Result<(), Error> {
    database::log(&settings.database)?;
    let opened = database::open(&settings.database, Patience::Bulk).await?;
    let outcome = generate(&opened.pool, &settings).await;
    opened.close().await;
    outcome
}

async fn generate(db: &PgPool, settings: &Seed) -> Result<(), Error> {
    if settings.products > 0 {
        let bar = bar("products", settings.products);
        seed::products(db, settings.products, |done| bar.set_position(done)).await?;
        bar.finish();
    }
    if settings.members > 0 {
        let bar = bar("members", settings.members);
        seed::members(db, settings.members, |done| bar.set_position(done)).await?;
        bar.finish();
    }
    println!("Added {} products and {} members.", settings.products, settings.members);
    Ok(())
}

fn bar(what: &'static str, count: u64) -> ProgressBar {
    let bar = ProgressBar::new(count);
    if let Ok(style) = ProgressStyle::with_template("{msg:9} {wide_bar} {human_pos}/{human_len} {elapsed}") {
        bar.set_style(style);
    }
    bar.with_message(what)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use domain::seed::CATEGORIES;

    use super::*;

    #[test]
    fn every_line_is_a_work_of_a_known_category_and_none_comes_twice() {
        let works = works();
        assert_eq!(works.len(), WORKS.lines().count() - 1);
        assert!(works.len() >= 300);
        assert!(works.iter().all(|work| CATEGORIES.iter().any(|(slug, ..)| *slug == work.category)));
        let names: BTreeSet<_> = works.iter().map(|work| (work.title, work.author)).collect();
        assert_eq!(names.len(), works.len());
    }
}

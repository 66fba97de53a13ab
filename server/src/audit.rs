//! `madang audit`: adds everything that moves value up again.

use domain::{Policy, Shop};

use crate::{
    database::{self, Error, Patience},
    settings::Database,
};

/// Prints each invariant with how many rows it was checked on.
///
/// # Errors
/// Where one is broken, or the database cannot be used.
pub async fn run(settings: Database) -> Result<(), Error> {
    database::log(&settings)?;
    let opened = database::open(&settings, Patience::Bulk).await?;
    let shop = Shop::new(opened.pool.clone(), Policy::default());
    let audited = domain::audit::audit(&shop, |finding| {
        let verdict = if finding.broken == 0 { "ok".to_owned() } else { format!("{} BROKEN", finding.broken) };
        println!("{:>10}  {verdict:<10}  {}", finding.checked, finding.name);
    })
    .await;
    drop(shop);
    opened.close().await;
    let broken = audited?.iter().filter(|finding| finding.broken > 0).count();
    if broken > 0 {
        return Err(Error::Audit(broken));
    }
    println!("The books add up.");
    Ok(())
}

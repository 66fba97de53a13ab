//! A run from the empty database to the report.

use std::{fmt, net::SocketAddr, thread};

use sqlx::PgPool;

use crate::{
    Outcome,
    client::Client,
    floor, load,
    market::{Crowd, Goods, Market},
    options::Options,
    prepare,
    program::{Audit, Program, Served},
    shopper::Shopper,
    step,
    table::{self, Row},
};

/// All that was found out.
pub(crate) struct Report {
    conditions: String,
    rows: Vec<(String, Row)>,
    set: usize,
    /// Orders in the database beside those that were answered as placed.
    orders: (i64, usize),
    audit: Audit,
}

/// Seeds, serves, measures and audits. The shop is left for the caller to stop, as this may be
/// given up at any time.
pub(crate) async fn run(
    options: &Options,
    program: &Program,
    url: &str,
    served: &mut Option<Served>,
) -> Outcome<Report> {
    step("Seeding");
    program.seed(options.products, options.members).await?;
    let shop = served.insert(program.serve().await?).address;

    step("Signing shoppers in and filling their carts");
    let db = PgPool::connect(url).await?;
    let mut market = Market::read(&db).await?;
    let alone = market.crowd(options.alone, Goods::Spread)?;
    let spread = market.crowd(options.spread, Goods::Spread)?;
    let hot = market.crowd(options.hot, Goods::Hot)?;
    let mut floors = Vec::new();
    for set in [options.set, 1] {
        for (name, goods) in [("spread", Goods::Spread), ("hot", Goods::Hot)] {
            floors.push((floor_name(set, name), market.crowd(options.floor, goods)?, set));
        }
    }
    let crowds = [&alone, &spread, &hot].into_iter().chain(floors.iter().map(|(_, crowd, _)| crowd));
    let everybody: Vec<&Shopper> = crowds.flat_map(Crowd::all).collect();
    prepare::shoppers(&db, &everybody).await?;
    prepare::stock(&db).await?;
    prepare::settle(&db).await?;
    let first = alone.counted.first().ok_or("nobody orders")?;
    look(&mut Client::new(shop), shop, first).await?;

    step("Ordering");
    let mut rows = Vec::new();
    for (name, crowd, at_once) in
        [("alone", alone, 1), ("spread", spread, options.shoppers), ("hot", hot, options.shoppers)]
    {
        prepare::checkpoint(&db).await?;
        rows.push((name.to_owned(), load::place(name, shop, crowd, at_once).await?));
    }
    for (name, crowd, set) in floors {
        prepare::checkpoint(&db).await?;
        let row = floor::place(&name, &db, url, crowd, set).await?;
        rows.push((name, row));
    }

    step("Auditing");
    let orders: i64 = sqlx::query_scalar(r#"select count(*) from "order""#).fetch_one(&db).await?;
    let answered = rows.iter().map(|(_, row)| row.placed + row.uncounted).sum();
    let audit = program.audit().await?;
    let conditions = conditions(&db, options).await?;
    db.close().await;
    Ok(Report { conditions, rows, set: options.set, orders: (orders, answered), audit })
}

fn floor_name(set: usize, goods: &str) -> String {
    if set == 1 { format!("floor one by one {goods}") } else { format!("floor {set} {goods}") }
}

/// Makes sure that sessions and carts are what the shop takes them for: the checkout of one shopper
/// holds the very fields that the request will send.
async fn look(client: &mut Client, shop: SocketAddr, shopper: &Shopper) -> Outcome<()> {
    let status = client.ask(&shopper.look(shop)).await?.status;
    let page = client.page();
    let seen = contract::order::write_seen(&shopper.lines);
    for field in [seen, shopper.total.to_string(), shopper.address.to_string()] {
        if !page.contains(&format!("value=\"{field}\"")) {
            return Err(format!("the checkout ({status}) does not hold {field}").into());
        }
    }
    Ok(())
}

/// What the numbers hang on.
async fn conditions(db: &PgPool, options: &Options) -> Outcome<String> {
    let (version, fsync, commit): (String, String, String) = sqlx::query_as(
        "select current_setting('server_version'), current_setting('fsync'), current_setting('synchronous_commit')",
    )
    .fetch_one(db)
    .await?;
    let cores = thread::available_parallelism()?;
    let version = version.split(' ').next().unwrap_or_default();
    Ok(format!(
        "{cores} cores, PostgreSQL {version} (fsync {fsync}, synchronous_commit {commit}), {} products, {} shoppers \
         at once",
        options.products, options.shoppers
    ))
}

impl Report {
    /// Whether every order was placed, once, and the books are right.
    pub(crate) fn is_clean(&self) -> bool {
        self.rows.iter().all(|(_, row)| row.errors == 0)
            && self.is_complete()
            && !matches!(self.audit, Audit::Failed(_))
    }

    fn is_complete(&self) -> bool {
        usize::try_from(self.orders.0).is_ok_and(|orders| orders == self.orders.1)
    }

    fn rate(&self, name: &str) -> f64 {
        self.rows.iter().find(|(known, _)| known == name).map_or(0.0, |(_, row)| row.rate())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n{:24} {}", "", table::head())?;
        for (name, row) in &self.rows {
            writeln!(f, "{name:24} {row}")?;
        }
        writeln!(f, "\n{}", self.conditions)?;
        for goods in ["spread", "hot"] {
            let floor = floor_name(self.set, goods);
            writeln!(f, "HTTP {goods} : {floor} = 1 : {:.1}", self.rate(&floor) / self.rate(goods))?;
        }
        for (name, row) in &self.rows {
            if let Some(error) = &row.error {
                writeln!(f, "first error of {name}: {error}")?;
            }
        }
        if !self.is_complete() {
            writeln!(f, "answered as placed: {}, in the database: {}", self.orders.1, self.orders.0)?;
        }
        match &self.audit {
            Audit::Passed => write!(f, "audit: passed"),
            Audit::NotThere => write!(f, "audit: not there"),
            Audit::Failed(why) => write!(f, "audit: FAILED\n{why}"),
        }
    }
}

//! Waits until everything that was promised has had its time to happen.

use std::time::{Duration, Instant};

use reqwest::header::ACCEPT;

use crate::{
    Outcome,
    stage::{Stage, pause},
    step,
};

/// How long that may take: questions about a payment without an answer come a minute apart at most,
/// money goes back within five.
const PATIENCE: Duration = Duration::from_secs(420);

/// What has to be over, each with how much of it is left.
const LEFT: [(&str, &str); 6] = [
    ("payments without an answer", "select count(*) from payment where status = 'unknown'"),
    ("money on its way back to cards", "select count(*) from payment_cancel where status = 'requested'"),
    (
        "events that a reader has not read",
        "select count(*) from event e join event_reader r on (e.xid, e.event_id) > (r.xid, r.event_id)",
    ),
    (
        "orders that were not paid in time",
        r#"select count(*) from "order" where order_status = 'pending_payment' and held_until < now()"#,
    ),
    (
        "paid orders that were not accepted",
        r#"select count(*) from delivery d join "order" o using (order_id)
           where o.order_status = 'placed' and d.fulfillment_status = 'unfulfilled'
             and exists (select from order_line l where l.order_id = d.order_id and l.seller_id = d.seller_id
                         and l.quantity > l.canceled + l.returned)"#,
    ),
    // One whose sender was killed is never sent again: nobody knows whether it was.
    ("mails that wait", "select count(*) from mail where status = 'queued'"),
];

/// Waits until nothing is left. What was set aside is taken again, as the staff would.
pub(crate) async fn wait(stage: &Stage) -> Outcome<()> {
    step("All is well again: waiting until everything has happened");
    let began = Instant::now();
    let mut rounds = 0;
    loop {
        let mut left = Vec::new();
        for (what, query) in LEFT {
            let count: i64 = sqlx::query_scalar(query).fetch_one(&stage.db).await?;
            if count > 0 {
                left.push(format!("{count} {what}"));
            }
        }
        let aside: i64 =
            sqlx::query_scalar("select count(*) from dead_letter where settled is null").fetch_one(&stage.db).await?;
        if aside > 0 {
            left.push(format!("{aside} events set aside"));
            redrive(stage).await?;
        }
        if left.is_empty() {
            return Ok(());
        }
        if rounds % 30 == 29 {
            eprintln!("    still {}", left.join(", "));
        }
        rounds += 1;
        if began.elapsed() > PATIENCE {
            return Err(format!("after {} s there still are {}", PATIENCE.as_secs(), left.join(", ")).into());
        }
        pause(500).await;
    }
}

/// Takes what was set aside again.
async fn redrive(stage: &Stage) -> Outcome<()> {
    let browser = server::outside::client()?.cookie_store(true).build()?;
    let shop = stage.shops().into_iter().next().ok_or("no shop")?;
    for (path, form) in [
        ("/fn/member/sign-in", [("email", "staff@madang.example"), ("password", "staff-madang")].as_slice()),
        ("/fn/staff/redrive", [("id", ""), ("reader", "")].as_slice()),
    ] {
        browser.post(format!("{shop}{path}")).header(ACCEPT, "text/html").form(form).send().await?;
    }
    Ok(())
}

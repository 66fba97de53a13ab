//! How it is with the system: the database, this instance, its work, its neighbors.

use contract::money::grouped;
use domain::{
    event,
    health::{self, Health, MOST, Mails},
    pulse::{Met, Neighbor, Pulse, Vitals, Work},
};
use leptos::prelude::*;
use time::OffsetDateTime;

use super::{super::readers::reader_name, ways};
use crate::{
    context::shop,
    desk::staff,
    page::{Head, page},
    text::{self, t},
};

/// All of it, as it is now.
#[component]
pub(crate) fn HealthPage() -> impl IntoView {
    page(async move {
        let (shop, staff) = (shop()?, staff()?);
        let ways = ways().await;
        let database = health::health(&shop, &staff).await?;
        let mails = health::mails(&shop, &staff).await?;
        let lags = event::lags(&shop, &shop.readers().names()).await?;
        let behind = lags.iter().map(|lag| lag.seconds).fold(0.0, f64::max);
        let dead = lags.iter().map(|lag| lag.dead).sum();
        let pulse = shop.pulse();
        let vitals = pulse.vitals();
        let own = view! { <Own pulse=pulse.clone() vitals=vitals.clone() /> };
        Ok(view! {
            <Head title=t!("sys-health") private=true />
            <h1>{t!("system")}</h1>
            {ways}
            <div class="panels">
                <Database database />
                {own}
                <section class="panel">
                    <h2>{t!("sys-waiting")}</h2>
                    <dl class="figures">
                        <Mailed mails />
                        <div><dt>{t!("lag-seconds")}</dt><dd>{format!("{behind:.1}")}</dd></div>
                        <div><dt>{t!("set-aside")}</dt><dd>{grouped(dead)}</dd></div>
                    </dl>
                    <p><a href="/staff/readers">{t!("readers")}</a></p>
                </section>
            </div>
            <p class="hint">{t!("sys-instance-note")}</p>
            <Neighbors vitals=vitals.clone() />
            <Workers vitals />
        }
        .into_any())
    })
}

#[component]
fn Database(database: Health) -> impl IntoView {
    let Health { connections, most_connections, pool, pool_idle, most_pool, .. } = database;
    let oldest = database.oldest.map_or_else(|| t!("sys-none").into_any(), |at| text::time(at).into_any());
    view! {
        <section class="panel">
            <h2>{t!("sys-database")}</h2>
            <dl class="figures">
                <div><dt>"PostgreSQL"</dt><dd>{database.version}</dd></div>
                <div><dt>{t!("sys-size")}</dt><dd>{bytes(database.size.unsigned_abs())}</dd></div>
                <div><dt>{t!("sys-answered-in")}</dt><dd>{format!("{} ms", database.milliseconds)}</dd></div>
                <div><dt>{t!("sys-connections")}</dt><dd>{format!("{connections} / {most_connections}")}</dd></div>
                <div><dt>{t!("sys-pool")}</dt><dd>{t!("sys-pool-of", open = pool, idle = pool_idle, most = most_pool)}</dd></div>
                <div class="wide"><dt>{t!("sys-oldest")}</dt><dd>{oldest}</dd></div>
            </dl>
        </section>
    }
}

#[component]
fn Own(pulse: Pulse, vitals: Vitals) -> impl IntoView {
    let disk = vitals
        .disk
        .map_or_else(|| t!("sys-unknown"), |disk| t!("sys-disk-of", free = bytes(disk.free), size = bytes(disk.size)));
    view! {
        <section class="panel">
            <h2>{t!("sys-instance")}</h2>
            <dl class="figures">
                <div><dt>{t!("sys-version")}</dt><dd>{vitals.version}</dd></div>
                <div class="wide"><dt>{t!("sys-since")}</dt><dd>{text::time(pulse.since())}</dd></div>
                <div class="wide"><dt>{t!("sys-disk")}</dt><dd>{disk}</dd></div>
            </dl>
        </section>
    }
}

#[component]
fn Mailed(mails: Mails) -> impl IntoView {
    let since = mails.since.map(|at| view! { " (" {text::time(at)} "~)" });
    view! {
        <div class="wide"><dt>{t!("sys-mails-queued")}</dt><dd>{up_to(mails.queued)} {since}</dd></div>
        <div><dt>{t!("sys-mails-failed")}</dt><dd>{up_to(mails.failed)}</dd></div>
        <div><dt>{t!("sys-mails-lost")}</dt><dd>{up_to(mails.lost)}</dd></div>
    }
}

#[component]
fn Neighbors(vitals: Vitals) -> impl IntoView {
    let rows = Neighbor::ALL.iter().map(|neighbor| {
        let met = vitals.neighbors.get(neighbor).cloned().unwrap_or_default();
        view! { <NeighborRow neighbor=*neighbor met /> }
    });
    let rows = rows.collect_view();
    view! {
        <section>
            <h2>{t!("sys-neighbors")}</h2>
            <div class="scroll rows" tabindex="0" role="region" aria-label=t!("sys-neighbors")>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{t!("sys-neighbor")}</th>
                            <th scope="col">{t!("sys-where")}</th>
                            <th scope="col">{t!("sys-answered-at")}</th>
                            <th scope="col">{t!("sys-failed-at")}</th>
                            <th scope="col">{t!("letter-error")}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
}

#[component]
fn NeighborRow(neighbor: Neighbor, met: Met) -> impl IntoView {
    let name = match neighbor {
        Neighbor::Gateway => t!("sys-gateway"),
        Neighbor::Carrier => t!("sys-carrier"),
        Neighbor::Platform => t!("reader-data-platform"),
        Neighbor::Mail => t!("sys-mail"),
    };
    let wrong = is_wrong(met.answered_at, met.failed_at);
    let place = if met.host.is_empty() {
        view! { {t!("sys-not-there")} }.into_any()
    } else {
        view! { <code>{met.host}</code> }.into_any()
    };
    view! {
        <tr class=wrong.then_some("wrong")>
            <th scope="row">{name}</th>
            <td>{place}</td>
            <td>{moment(met.answered_at)}</td>
            <td>{moment(met.failed_at)}</td>
            <td class="long">{met.error}</td>
        </tr>
    }
}

#[component]
fn Workers(vitals: Vitals) -> impl IntoView {
    let rows = vitals.work.into_iter().map(|(name, work)| view! { <WorkRow name work /> }).collect_view();
    view! {
        <section>
            <h2>{t!("sys-work")}</h2>
            <div class="scroll rows" tabindex="0" role="region" aria-label=t!("sys-work")>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{t!("reader")}</th>
                            <th scope="col">{t!("sys-ran-at")}</th>
                            <th scope="col" class="number">{t!("sys-done")}</th>
                            <th scope="col">{t!("sys-failed-at")}</th>
                            <th scope="col">{t!("letter-error")}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
}

#[component]
fn WorkRow(name: &'static str, work: Work) -> impl IntoView {
    // It ran last when it failed last: it has not gone well since.
    let wrong = work.failed_at.is_some() && work.failed_at == work.ran_at;
    view! {
        <tr class=wrong.then_some("wrong")>
            <th scope="row">{work_name(name)}</th>
            <td>{moment(work.ran_at)}</td>
            <td class="number">{grouped(i64::try_from(work.done).unwrap_or(i64::MAX))}</td>
            <td>{moment(work.failed_at)}</td>
            <td class="long">{work.error}</td>
        </tr>
    }
}

/// Work in the language of the page.
fn work_name(name: &str) -> AnyView {
    let known = match name {
        "unpaid orders" => t!("sys-work-unpaid-orders"),
        "confirmations" => t!("sys-work-confirmations"),
        "points that ran out" => t!("sys-work-points"),
        "coupons that ran out" => t!("sys-work-coupons"),
        "coupons that run out soon" => t!("sys-work-reminders"),
        "windows of the ranking" => t!("sys-work-ranking"),
        "payments that were open" => t!("sys-work-payments"),
        "money back to cards" => t!("sys-work-refunds"),
        "acceptances" => t!("sys-work-acceptances"),
        "coupons for chosen members" => t!("sys-work-batches"),
        "stock that the table had missed" => t!("sys-work-stock"),
        "steps of files of products" => t!("sys-work-imports"),
        "pictures that are gone" => t!("sys-work-pictures"),
        "days of sign-ups" => t!("sys-work-sign-ups"),
        "old sums by the minute" => t!("sys-work-minutes"),
        "visits of days that are over" => t!("sys-work-visits"),
        "old files of products" => t!("sys-work-old-files"),
        "old events" => t!("sys-work-old-events"),
        "old answers to programs" => t!("sys-work-replies"),
        "tokens that ran out" => t!("sys-work-tokens"),
        "old webhooks" => t!("sys-work-old-webhooks"),
        "messages to sellers" => t!("sys-work-messages"),
        "messages to failing endpoints" => t!("sys-work-failing-messages"),
        "old messages to sellers" => t!("sys-work-old-messages"),
        "ended sessions" => t!("sys-work-sessions"),
        "reconciliations of the night" => t!("sys-work-nightly"),
        "reconciliations" => t!("sys-work-reconciliations"),
        "audits" => t!("sys-work-audits"),
        "disk" => t!("sys-work-disk"),
        "mails" => t!("sys-work-mails"),
        reader => return reader_name(reader),
    };
    known.into_any()
}

/// Whether it went wrong the last time.
fn is_wrong(well: Option<OffsetDateTime>, failed: Option<OffsetDateTime>) -> bool {
    failed.is_some_and(|failed| well.is_none_or(|well| failed > well))
}

fn moment(at: Option<OffsetDateTime>) -> AnyView {
    at.map_or_else(|| view! { "–" }.into_any(), |at| text::time(at).into_any())
}

/// A number that is known only up to some most.
fn up_to(count: i64) -> String {
    if count >= MOST { format!("{}+", grouped(count)) } else { grouped(count) }
}

/// Bytes for people: `1.4 GB`.
fn bytes(count: u64) -> String {
    let mut size = count as f64;
    let mut unit = "B";
    for larger in ["kB", "MB", "GB", "TB"] {
        if size < 1_000.0 {
            break;
        }
        (size, unit) = (size / 1_000.0, larger);
    }
    if unit == "B" { format!("{count} B") } else { format!("{size:.1} {unit}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_told_in_the_unit_that_fits() {
        for (count, told) in
            [(0, "0 B"), (999, "999 B"), (1_400_000_000, "1.4 GB"), (5_000_000_000_000_000, "5000.0 TB")]
        {
            assert_eq!(bytes(count), told);
        }
    }
}

//! The audit: every invariant of the shop, added up again when it is asked for. On a large database
//! that takes longer than anybody waits for a page, so that what it came to is kept.

use contract::{Failure, money::grouped, system::RunStatus};
use domain::audit::{self, Finding, INVARIANTS, Run};
use leptos::prelude::*;

use super::{
    staff,
    system::{run_status, seconds, ways},
};
use crate::{
    context::shop,
    desk::table::TableBox,
    form::{Sent, answer, returned},
    page::{Head, page, refresh},
    text::{self, t},
};

/// The page.
const PATH: &str = "/staff/audit";

/// Asks for a run.
#[server(prefix = "/fn", endpoint = "staff/audit")]
async fn run_audit() -> Result<(), Failure> {
    let outcome = async {
        audit::ask(&shop()?, &staff()?).await?;
        Ok(PATH.to_owned())
    };
    let outcome = outcome.await;
    answer(Sent { form: "staff/audit", page: PATH, fields: &[] }, outcome).await
}

/// The run at work, and what the latest one has found.
#[component]
pub(crate) fn AuditPage() -> impl IntoView {
    page(async move {
        let (shop, staff) = (shop()?, staff()?);
        let ways = ways().await;
        let (open, ended) = audit::latest(&shop, &staff).await?;
        let refused = returned("staff/audit");
        let none = (open.is_none() && ended.is_none()).then(|| view! { <p class="empty">{t!("sys-audit-none")}</p> });
        if open.is_some() {
            refresh("2");
        }
        let ask = open.is_none().then(|| {
            view! {
                <form action="/fn/staff/audit" method="post">
                    <p><button class="button primary">{t!("sys-audit-now")}</button></p>
                </form>
            }
        });
        let open = open.map(|run| view! { <AtWork run /> });
        let ended = ended.map(|run| view! { <Ended run /> });
        Ok(view! {
            <Head title=t!("audit") private=true />
            <h1>{t!("audit")}</h1>
            {ways}
            {refused.summary()}
            {open}
            {ask}
            {none}
            {ended}
        }
        .into_any())
    })
}

/// How far it is.
#[component]
fn AtWork(run: Run) -> impl IntoView {
    let (done, all) = (run.findings.len(), INVARIANTS.len());
    let sentence = t!("sys-audit-progress", done = done, all = all);
    view! {
        <p class="facts" role="status">
            <progress max=all value=done aria-label=t!("audit")></progress>
            {run_status(run.status)} " · " {sentence}
        </p>
    }
}

/// What it came to.
#[component]
fn Ended(run: Run) -> impl IntoView {
    let broken = run.findings.iter().filter(|(finding, _)| finding.broken > 0).count();
    let checked = run.findings.iter().map(|(finding, _)| finding.checked).sum();
    let result = if run.status == RunStatus::Failed {
        view! { <p class="notice bad" role="status">{t!("sys-audit-failed", error = run.error.clone())}</p> }.into_any()
    } else if broken == 0 {
        let sentence = t!("audit-clean", rules = run.findings.len(), rows = grouped(checked));
        view! { <p class="notice good" role="status">{sentence}</p> }.into_any()
    } else {
        view! { <p class="notice bad" role="status">{t!("audit-broken", rules = broken)}</p> }.into_any()
    };
    let took = run.started_at.zip(run.finished_at).map(|(from, to)| t!("sys-took", seconds = seconds(to - from)));
    let rows = run.findings.into_iter().map(|(finding, took)| view! { <Row finding took /> }).collect_view();
    view! {
        {result}
        <p class="facts">{t!("audit-at")} " " {run.finished_at.map(text::time)} " · " {took} " · " {run.by_name}</p>
        <TableBox label=t!("audit")>
            <table>
                <thead>
                    <tr>
                        <th scope="col">{t!("audit-rule")}</th>
                        <th scope="col" class="number">{t!("audit-checked")}</th>
                        <th scope="col" class="number">{t!("sys-milliseconds")}</th>
                        <th scope="col" class="number">{t!("audit-wrong")}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </TableBox>
    }
}

#[component]
fn Row(finding: Finding, took: i64) -> impl IntoView {
    let wrong = finding.broken > 0;
    let rule = match rule(finding.name) {
        Some(rule) => view! { {rule} }.into_any(),
        None => view! { <span lang="en">{finding.name}</span> }.into_any(),
    };
    view! {
        <tr class=wrong.then_some("wrong")>
            <th scope="row" class="long">{rule}</th>
            <td class="number">{grouped(finding.checked)}</td>
            <td class="number">{grouped(took)}</td>
            <td class="number">{wrong.then_some("⚠ ")} {grouped(finding.broken)}</td>
        </tr>
    }
}

/// An invariant in the language of the page. The domain names each in English.
fn rule(name: &str) -> Option<String> {
    Some(match name {
        "a wallet's balance is the sum of its entries" => t!("rule-wallet-entries"),
        "an entry's balance is the one before and its amount" => t!("rule-entry-balance"),
        "a wallet's balance is the sum of its lots" => t!("rule-wallet-lots"),
        "the points of an order are what it took from lots and what its entries say" => t!("rule-order-points"),
        "stock on hand and reserved are the sums of their movements" => t!("rule-stock-movements"),
        "what left the stock for an order is what the order keeps" => t!("rule-stock-orders"),
        "stock is reserved for unpaid orders and approved exchanges alone" => t!("rule-stock-reserved"),
        "an order's goods and discount are the sums of its lines" => t!("rule-order-lines"),
        "an order's delivery total is the sum of its fees" => t!("rule-order-fees"),
        "a paid order is paid once and in full, an unpaid one not at all" => t!("rule-order-paid"),
        "an order's refunds are what its refunds say, and came back as points or to the card" => {
            t!("rule-order-refunds")
        }
        "a refund's sums are those of its lines" => t!("rule-refund-lines"),
        "the copies refunded are those canceled or returned of a paid order" => t!("rule-refund-copies"),
        "an unpaid order that ended gave everything back" => t!("rule-unpaid-ended"),
        "an order is canceled exactly when nothing of it is kept" => t!("rule-canceled"),
        "a coupon that is held or used belongs to an order of its member that names it" => t!("rule-coupon-order"),
        "an order that keeps something and names a coupon has it" => t!("rule-order-coupon"),
        "a campaign has issued as many coupons as there are, and no more than it may" => t!("rule-campaign-issued"),
        "no member has more coupons of a campaign than one may" => t!("rule-per-member"),
        "no copy is claimed that is not kept" => t!("rule-claim-copies"),
        "a completed return has one refund, and no other claim has any" => t!("rule-claim-refund"),
        "a confirmed purchase earned what its entry says, another one nothing" => t!("rule-earned"),
        "a card payment that is open and the order that waits for it belong together" => t!("rule-card-open"),
        "no more goes back to a card than it paid, and nothing of a refused payment" => t!("rule-card-back"),
        "a wallet that a card has charged holds what was paid" => t!("rule-card-charge"),
        "the last change of each status in the timeline is the status" => t!("rule-timeline"),
        "every change of a timeline and every use of points belongs to an order, every line to its product's seller" => {
            t!("rule-orphans")
        }
        "orders and their parts are listed where their statuses say, each part with the sum of its lines" => {
            t!("rule-stages")
        }
        "a parcel belongs to goods that were accepted" => t!("rule-parcel-accepted"),
        "goods that are kept are at least where their parcel was seen" => t!("rule-parcel-seen"),
        "every paid order has left one order.paid in the log" => t!("rule-events"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_invariant_can_be_read_in_korean() {
        for invariant in audit::INVARIANTS {
            assert!(rule(invariant.name).is_some(), "{}", invariant.name);
        }
    }
}

//! The audit, live: every invariant of the shop, added up again while the page loads.

use contract::money::grouped;
use domain::audit::{self, Finding};
use leptos::prelude::*;

use super::{Tabs, staff};
use crate::{
    context::shop,
    page::{Head, page},
    text::{self, t},
};

/// The findings. To check again is to load the page again.
#[component]
pub(crate) fn AuditPage() -> impl IntoView {
    page(async move {
        let shop = shop()?;
        staff()?;
        let findings = audit::audit(&shop, |_| ()).await?;
        let broken = findings.iter().filter(|finding| finding.broken > 0).count();
        let checked = findings.iter().map(|finding| finding.checked).sum();
        let result = if broken == 0 {
            let sentence = t!("audit-clean", rules = findings.len(), rows = grouped(checked));
            view! { <p class="notice good" role="status">{sentence}</p> }.into_any()
        } else {
            view! { <p class="notice bad" role="status">{t!("audit-broken", rules = broken)}</p> }.into_any()
        };
        let rows = findings.into_iter().map(|finding| view! { <Row finding /> }).collect_view();
        Ok(view! {
            <Head title=t!("audit") private=true />
            <h1>{t!("audit")}</h1>
            <Tabs />
            {result}
            <p class="facts">
                {t!("audit-at")} " " {text::time(shop.now())} " "
                <a class="button small" href="/staff/audit">{t!("audit-again")}</a>
            </p>
            <div class="scroll rows" tabindex="0" role="region" aria-label=t!("audit")>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{t!("audit-rule")}</th>
                            <th scope="col" class="number">{t!("audit-checked")}</th>
                            <th scope="col" class="number">{t!("audit-wrong")}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
        .into_any())
    })
}

#[component]
fn Row(finding: Finding) -> impl IntoView {
    let wrong = finding.broken > 0;
    let rule = match rule(finding.name) {
        Some(rule) => view! { {rule} }.into_any(),
        None => view! { <span lang="en">{finding.name}</span> }.into_any(),
    };
    view! {
        <tr class=wrong.then_some("wrong")>
            <th scope="row" class="long">{rule}</th>
            <td class="number">{grouped(finding.checked)}</td>
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

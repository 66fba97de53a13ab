//! An order as a seller sees it: their own part, where it goes, and each next step.

use contract::{
    member::print_phone,
    money::won,
    order::{Actor, OrderId, order_number},
    product::ProductId,
};
use domain::{
    claim, delivery,
    order::{self, Detail, RefundView, Step},
};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use time::OffsetDateTime;

use crate::{
    desk::{
        Ways,
        orders::{asker, parse_id},
    },
    form::returned_within,
    page::{Head, page, send_to},
    staff::{
        claims::Claims,
        order::{cancelable, subjects},
        part::Part,
    },
    text::{self, t},
    words,
};

/// The page.
#[component]
pub(crate) fn OrderPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")).unwrap_or_default();
    let saved = use_query_map().with_untracked(|query| query.get("saved").is_some());
    page(async move {
        let (shop, by, base) = asker().await?;
        let id: OrderId = parse_id(&id)?;
        // The staff has a page that shows all of it.
        if base == "/staff" {
            send_to(&format!("/staff/orders/{id}"));
            return Ok(().into_any());
        }
        let order = order::detail_by(&shop, &by, id).await?;
        let claims = claim::of_order_by(&shop, &by, id).await?;
        let parcel = delivery::parcels(&shop, &order).await?.pop();
        let steps = order::timeline(&shop, &order).await?;
        let number = order_number(id, order.summary.placed_at);
        let subjects = subjects(&order, &claims);
        // Of what is shared, the order's own status alone; of the rest, what is one's own.
        let own =
            |step: &Step| step.axis == "order" || step.subject.is_some_and(|subject| subjects.contains_key(&subject));
        let mut entries: Vec<Entry> = undone(&order, &steps);
        entries.extend(steps.into_iter().filter(own).map(|step| {
            let subject = step.subject.and_then(|id| subjects.get(&id)).map(|name| format!(" ({name})"));
            let what = format!("{}{}", words::timeline_step(&step), subject.unwrap_or_default());
            // Why paid goods were canceled is told to whose goods these are.
            let shared = step.axis == "order" && step.from.as_deref() == Some("placed");
            let reason = if shared { String::new() } else { step.reason };
            Entry { at: step.at, what, actor: step.actor, reason }
        }));
        entries.sort_by_key(|entry| entry.at);
        let items = entries
            .into_iter()
            .map(|entry| {
                view! {
                    <li>
                        <p>{entry.what}</p>
                        <p class="hint">{text::time(entry.at)} " · " {words::actor(entry.actor)}</p>
                        {(!entry.reason.is_empty()).then(|| view! { <p class="hint">{t!("why")} ": " {entry.reason}</p> })}
                    </li>
                }
            })
            .collect_view();
        let part = order.deliveries.first().cloned().map(|part| {
            view! { <Part order=order.clone() part parcel=parcel by=by.clone() /> }
        });
        let cancel = (cancelable(&order) && order.summary.status != contract::order::OrderStatus::PendingPayment).then(
            || view! { <a class="button small" href=format!("/seller/orders/{id}/cancel")>{t!("orders-cancel")}</a> },
        );
        let refused = returned_within("staff/order/", &[]);
        let (placed_at, status) = (order.summary.placed_at, order.summary.status);
        Ok(view! {
            <Head title=t!("order-title", number = number.clone()) private=true />
            <h1>{t!("order-title", number = number)}</h1>
            <Ways operator=by />
            {refused.summary()}
            {saved.then(|| view! { <p class="notice good" role="status">{t!("saved")}</p> })}
            <p class="facts">
                {text::time(placed_at)} " " <span class="badge">{text::order_status(status)}</span> " " {cancel}
            </p>
            <div class="desk">
                <div>
                    {part}
                    <Claims claims order=order.clone() delivery=shop.policy.delivery seller=true />
                </div>
                <div>
                    <Sums order />
                    <section class="panel"><h2>{t!("timeline")}</h2><ol class="history">{items}</ol></section>
                </div>
            </div>
        }
        .into_any())
    })
}

/// One thing that happened to the part.
struct Entry {
    at: OffsetDateTime,
    what: String,
    actor: Actor,
    /// May be empty.
    reason: String,
}

/// What of the part was canceled or returned. The steps of the same moment tell by whom and why.
fn undone(order: &Detail, steps: &[Step]) -> Vec<Entry> {
    let lines = &order.summary.lines;
    let title = |product: ProductId| lines.iter().find(|line| line.product == product).map(|line| line.title.as_str());
    let entry = |given: &RefundView| {
        let then = || steps.iter().filter(|step| step.at == given.at);
        let goods: Vec<String> = given
            .refund
            .lines
            .iter()
            .map(|gone| format!("{} {}", title(gone.product).unwrap_or_default(), t!("copies", count = gone.quantity)))
            .collect();
        let what = goods.join(", ");
        let returned = then().any(|step| step.axis == "claim");
        let what = if returned { t!("orders-returned", what = what) } else { t!("orders-canceled", what = what) };
        let by = then().find(|step| matches!(step.axis.as_str(), "order" | "payment"));
        Entry {
            at: given.at,
            what,
            actor: by.map_or(Actor::System, |step| step.actor),
            reason: by.map(|step| step.reason.clone()).unwrap_or_default(),
        }
    };
    order.refunds.iter().map(entry).collect()
}

/// What the part comes to, and where it goes.
#[component]
fn Sums(order: Detail) -> impl IntoView {
    let (refunded, total) = (order.refunded_total, order.summary.total);
    let refunded = (refunded > 0).then(|| {
        view! {
            <dt>{t!("refund")}</dt><dd>{won(-refunded)}</dd>
            <dt class="sum">{t!("orders-part-left")}</dt><dd class="sum">{won(total - refunded)}</dd>
        }
    });
    view! {
        <section class="panel">
            <h2>{t!("deliver-to")}</h2>
            <p><strong>{order.recipient}</strong> " " {print_phone(&order.phone)}</p>
            <p>{format!("({}) {} {}", order.postcode, order.line1, order.line2)}</p>
            {(!order.note.is_empty()).then(|| view! { <p>{t!("delivery-note")} ": " {order.note}</p> })}
            <h3>{t!("orders-part-sum")}</h3>
            <dl class="sums">
                <dt>{t!("goods")}</dt><dd>{won(order.goods_total)}</dd>
                <dt>{t!("discount")}</dt><dd>{won(-order.discount_total)}</dd>
                <dt>{t!("delivery")}</dt><dd>{won(order.delivery_total)}</dd>
                <dt class="sum">{t!("orders-sum")}</dt><dd class="sum">{won(total)}</dd>
                {refunded}
            </dl>
        </section>
    }
}

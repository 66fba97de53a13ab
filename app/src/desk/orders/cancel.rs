//! Canceling an order, or some of it, for its shopper: choose copies, see what it brings about, say
//! why, do it.

use std::collections::BTreeMap;

use contract::{
    Failure, Won,
    money::won,
    order::{OrderId, OrderStatus, order_number},
    product::ProductId,
};
use domain::{
    Shop,
    member::Operator,
    order::{self, Detail, Effect},
};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use uuid::Uuid;

use super::{asker, base, operator, parse_id};
use crate::{
    desk::Ways,
    form::{Returned, Sent, answer, returned},
    order::cancel::{read_lines, write_lines},
    page::{Head, page},
    staff::Reason,
    text::{self, t},
};

/// Cancels what was chosen, for the refund that was shown.
#[server(prefix = "/fn", endpoint = "seller/order-cancel")]
async fn cancel_for_shopper(
    #[server(default)] order: String,
    #[server(default)] key: String,
    #[server(default)] lines: String,
    #[server(default)] expected: String,
    #[server(default)] reason: String,
) -> Result<(), Failure> {
    let mut own = format!("/seller/orders/{order}");
    let outcome = async {
        let (shop, by) = operator().await?;
        own = format!("{}/orders/{order}", base(&by));
        let (id, key) = (parse_id(&order)?, Uuid::parse_str(&key).map_err(|_| Failure::BadRequest)?);
        // Only an order that is not paid is sent without lines and a refund.
        let taken = if lines.is_empty() { None } else { Some(read_lines(&lines).ok_or(Failure::BadRequest)?) };
        let expected: Option<Won> = match taken {
            Some(_) => Some(expected.parse().map_err(|_| Failure::BadRequest)?),
            None => None,
        };
        order::cancel_by(&shop, &by, id, key, taken.as_deref(), expected, &reason).await?;
        Ok(format!("{own}?saved=1"))
    };
    let outcome = outcome.await;
    let page = format!("{own}/cancel{}", chosen_again(&lines));
    let fields = [("key", key.as_str()), ("reason", &reason)];
    answer(Sent { form: "orders/cancel", page: &page, fields: &fields }, outcome).await
}

/// The same copies chosen, in the URL.
fn chosen_again(lines: &str) -> String {
    let pairs = read_lines(lines).unwrap_or_default();
    let pairs: Vec<String> = pairs.iter().map(|(product, copies)| format!("l{product}={copies}")).collect();
    if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
}

/// The page.
#[component]
pub(crate) fn CancelPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")).unwrap_or_default();
    let asked_for: BTreeMap<ProductId, i32> = use_query_map().with_untracked(|query| {
        let pairs = query.clone().into_iter();
        pairs.filter_map(|(name, value)| Some((name.strip_prefix('l')?.parse().ok()?, value.parse().ok()?))).collect()
    });
    page(async move {
        let (shop, by, base) = asker().await?;
        let id = parse_id(&id)?;
        let order = order::detail_by(&shop, &by, id).await?;
        let form = returned("orders/cancel");
        let number = order_number(id, order.summary.placed_at);
        let own = format!("{base}/orders/{id}");
        let refused = match form.failure().and_then(sentence) {
            Some(sentence) => view! { <p class="notice bad" role="alert">{sentence}</p> }.into_any(),
            None => form.summary().into_any(),
        };
        let content = if order.summary.status == OrderStatus::PendingPayment {
            view! { <Agree id form=form.clone() by=by.clone() coupon=false chosen=None /> }.into_any()
        } else {
            chosen(&shop, &by, &order, &asked_for, &own, &form).await
        };
        Ok(view! {
            <Head title=t!("orders-cancel-title", number = number.clone()) private=true />
            <h1>{t!("orders-cancel-title", number = number)}</h1>
            <Ways operator=by />
            {refused}
            {content}
            <p><a href=own>{t!("view-order")}</a></p>
        }
        .into_any())
    })
}

/// Why an order is not canceled, where shoppers are told it in words for themselves.
fn sentence(failure: &Failure) -> Option<String> {
    match failure {
        Failure::AlreadyShipped => Some(t!("orders-cancel-shipped")),
        Failure::AlreadyConfirmed => Some(t!("orders-cancel-confirmed")),
        Failure::OrderExpired => Some(t!("orders-cancel-expired")),
        _ => None,
    }
}

async fn chosen(
    shop: &Shop,
    by: &Operator,
    order: &Detail,
    asked_for: &BTreeMap<ProductId, i32>,
    own: &str,
    form: &Returned,
) -> AnyView {
    let open = |seller| order.deliveries.iter().any(|part| part.seller == seller && part.status.can_be_canceled());
    // All that can be canceled, where nothing was chosen.
    let lines: Vec<(ProductId, String, i32, i32)> = order
        .summary
        .lines
        .iter()
        .filter(|line| line.kept() > 0 && open(line.seller))
        .map(|line| {
            let wanted =
                if asked_for.is_empty() { line.kept() } else { asked_for.get(&line.product).copied().unwrap_or(0) };
            (line.product, line.title.clone(), line.kept(), wanted)
        })
        .collect();
    let taken: Vec<(ProductId, i32)> =
        lines.iter().filter(|(.., wanted)| *wanted > 0).map(|(product, .., wanted)| (*product, *wanted)).collect();
    // Where nothing is left to choose, asking for all of it tells why.
    let wanted = (!lines.is_empty()).then_some(taken.as_slice());
    let id = order.summary.id;
    let bill = match order::preview_by(shop, by, id, wanted).await.map_err(Failure::from) {
        Ok(effect) => {
            let chosen = Some((effect, write_lines(&taken)));
            let coupon = !order.coupon.is_empty();
            view! { <Agree id form=form.clone() by=by.clone() coupon chosen /> }.into_any()
        }
        // The form came back with the same reason, which stands above.
        Err(failure) if form.failure() == Some(&failure) => ().into_any(),
        Err(failure) => {
            let sentence = sentence(&failure).unwrap_or_else(|| text::failure(&failure));
            view! { <p class="notice bad" role="alert">{sentence}</p> }.into_any()
        }
    };
    if lines.is_empty() {
        return bill;
    }
    let rows = lines
        .into_iter()
        .map(|(product, title, kept, wanted)| {
            let options = (0..=kept)
                .map(|copies| view! { <option value=copies selected=copies == wanted>{t!("copies", count = copies)}</option> })
                .collect_view();
            let name = format!("l{product}");
            view! {
                <div class="field">
                    <label for=name.clone()>{title}</label>
                    <select id=name.clone() name=name>{options}</select>
                </div>
            }
        })
        .collect_view();
    view! {
        <div class="forms">
            <form class="panel" action=format!("{own}/cancel") method="get">
                <h2>{t!("orders-cancel-what")}</h2>
                {rows}
                <button class="button">{t!("refund-preview")}</button>
            </form>
            {bill}
        </div>
    }
    .into_any()
}

/// What it brings about, the reason, and the button. Without a choice: an order that is not paid.
/// `coupon`: whether the order has one.
#[component]
fn Agree(id: OrderId, form: Returned, by: Operator, coupon: bool, chosen: Option<(Effect, String)>) -> impl IntoView {
    let key = form.value("key", &Uuid::now_v7().to_string());
    let button = match &chosen {
        Some((effect, _)) => t!("orders-cancel-now", amount = won(effect.refund.amount())),
        None => t!("cancel-order"),
    };
    let (fields, bill) = match chosen {
        None => (().into_any(), view! { <p>{t!("orders-cancel-unpaid")}</p> }.into_any()),
        Some((effect, lines)) => {
            let fields = view! {
                <input type="hidden" name="lines" value=lines />
                <input type="hidden" name="expected" value=effect.refund.amount() />
            };
            (fields.into_any(), bill(effect, by.seller().is_none(), coupon))
        }
    };
    view! {
        <form class="panel" action="/fn/seller/order-cancel" method="post">
            <h2>{t!("orders-cancel-effect")}</h2>
            {bill}
            <input type="hidden" name="order" value=id.to_string() />
            <input type="hidden" name="key" value=key />
            {fields}
            <Reason form scope="cancel" />
            <p class="hint">{t!("orders-cancel-reason-hint")}</p>
            <button class="button primary">{button}</button>
        </form>
    }
}

/// The arithmetic; how it is paid back is for the staff alone.
fn bill(effect: Effect, staff: bool, coupon: bool) -> AnyView {
    let row =
        |name: String, sign: &str, amount: Won| view! { <dt>{name}</dt><dd>{format!("{sign}{}", won(amount))}</dd> };
    let (refund, to_card) = (effect.refund, effect.to_card);
    let amount = refund.amount();
    let ways = staff.then(|| {
        view! {
            {row(t!("orders-cancel-card"), "", to_card)}
            {row(t!("orders-cancel-points"), "", amount - to_card)}
        }
    });
    let coupon = (staff && coupon).then(|| {
        let word = if effect.coupon { t!("orders-cancel-coupon-back") } else { t!("orders-cancel-coupon-stays") };
        view! { <p data-testid="coupon-effect">{word}</p> }
    });
    view! {
        <dl class="sums" data-testid="refund">
            {row(t!("goods"), "", refund.goods)}
            {(refund.discount > 0).then(|| row(t!("discount"), "−", refund.discount))}
            {row(t!("delivery"), "", refund.delivery)}
            <dt class="sum">{t!("refund")}</dt><dd class="sum">{won(amount)}</dd>
            {ways}
        </dl>
        {coupon}
    }
    .into_any()
}

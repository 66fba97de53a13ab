//! A step with many orders at once: a page that names how many, and each of them by itself.

use contract::{
    Failure,
    delivery::Waybill,
    form::Check,
    order::{FulfillmentStatus, OrderId, Stage, order_number},
};
use domain::{
    Shop, delivery,
    member::Operator,
    order::{self, PartRow, QueueRow},
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{
    asker, base, operator,
    result::{Left, tell},
};
use crate::{
    context::own_path,
    desk::{
        Ways,
        confirm::Confirm,
        table::{Asked, TableBox},
    },
    form::{Returned, Sent, answer, query_value, returned},
    page::{Head, page},
    text::t,
    words,
};

/// The most orders that go on at once: a page of them, and some.
const MOST: usize = 200;

/// The name of the form.
const FORM: &str = "orders/bulk";

/// By what one part is sent, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypedParcel {
    #[serde(default)]
    order: String,
    #[serde(default)]
    seller: String,
    #[serde(default)]
    carrier: String,
    #[serde(default)]
    number: String,
}

/// Takes the parts of many orders a step further, each decided by itself.
#[server(prefix = "/fn", endpoint = "seller/orders-step")]
async fn step_orders(
    #[server(default)] ids: String,
    #[server(default)] to: String,
    #[server(default)] back: String,
    #[server(default)] parcels: Vec<TypedParcel>,
) -> Result<(), Failure> {
    let (shop, by) = match operator().await {
        Ok(asked) => asked,
        Err(failure) => return answer(Sent { form: FORM, page: "/seller/orders", fields: &[] }, Err(failure)).await,
    };
    let again =
        format!("{}/orders/bulk?step={}&back={}{}", base(&by), query_value(&to), query_value(&back), link(&ids));
    match step_each(&shop, &by, &ids, &to, &parcels).await {
        Ok((done, left)) => {
            let page = own_path(&back);
            let page = if page == "/" { format!("{}/orders", base(&by)) } else { page.to_owned() };
            tell(&page, done, &left).await
        }
        Err(failure) => {
            let typed = serde_json::to_string(&parcels).unwrap_or_default();
            answer(Sent { form: FORM, page: &again, fields: &[("parcels", &typed)] }, Err(failure)).await
        }
    }
}

fn link(ids: &str) -> String {
    ids.split_whitespace().map(|id| format!("&id={}", query_value(id))).collect()
}

async fn step_each(
    shop: &Shop,
    by: &Operator,
    ids: &str,
    to: &str,
    parcels: &[TypedParcel],
) -> Result<(usize, Vec<Left>), Failure> {
    let (stage, to) = step(to).ok_or(Failure::BadRequest)?;
    let ids: Vec<OrderId> = ids.split_whitespace().take(MOST).filter_map(|id| id.parse().ok()).collect();
    // What was typed is read before anything goes.
    let mut check = Check::default();
    let mut waybills = Vec::new();
    for (at, typed) in parcels.iter().enumerate() {
        match Waybill::parse(&typed.carrier, &typed.number) {
            Ok(waybill) => waybills.push((typed.order.as_str(), typed.seller.as_str(), waybill)),
            Err(Failure::Invalid(flaws)) => flaws.iter().for_each(|(name, flaw)| {
                let _: Option<()> = check.field(&format!("{name}-{at}"), Err(flaw));
            }),
            Err(failure) => return Err(failure),
        }
    }
    if waybills.len() < parcels.len() {
        return Err(check.refuse());
    }
    let (mut done, mut left) = (0, Vec::new());
    for row in order::chosen(shop, by, &ids).await? {
        let number = order_number(row.id, row.placed_at);
        let parts: Vec<&PartRow> = row.parts.iter().filter(|part| goes(part.stage, stage)).collect();
        if parts.is_empty() {
            left.push(Left { order: row.id, name: number.clone(), why: Failure::StatusChanged });
        }
        for part in parts {
            let (order, seller) = (row.id.to_string(), part.seller.to_string());
            let waybill = waybills.iter().find(|(own, of, _)| *own == order && *of == seller);
            let waybill = waybill.and_then(|(.., waybill)| waybill.as_ref());
            let outcome = match to {
                FulfillmentStatus::Shipped => delivery::ship(shop, by, row.id, part.seller, waybill).await,
                to => delivery::advance(shop, by, row.id, part.seller, to).await,
            };
            match outcome.map_err(Failure::from) {
                Ok(()) => done += 1,
                Err(why) => {
                    left.push(Left { order: row.id, name: format!("{number} {}", part.seller_name), why });
                }
            }
        }
    }
    Ok((done, left))
}

/// The steps, by their words.
fn step(word: &str) -> Option<(Stage, FulfillmentStatus)> {
    match Stage::parse(word)? {
        Stage::Preparing => Some((Stage::Preparing, FulfillmentStatus::Preparing)),
        Stage::Shipped => Some((Stage::Shipped, FulfillmentStatus::Shipped)),
        Stage::Delivered => Some((Stage::Delivered, FulfillmentStatus::Delivered)),
        Stage::New | Stage::Confirmed | Stage::Unpaid | Stage::Canceled => None,
    }
}

/// Whether a part that stands at `from` can go to `to`.
const fn goes(from: Stage, to: Stage) -> bool {
    match to {
        Stage::Preparing => matches!(from, Stage::New),
        Stage::Shipped => from.waits(),
        Stage::Delivered => matches!(from, Stage::Shipped),
        Stage::New | Stage::Confirmed | Stage::Unpaid | Stage::Canceled => false,
    }
}

/// The question before the step.
#[component]
pub(crate) fn BulkPage() -> impl IntoView {
    let asked = Asked::here();
    page(async move {
        let (shop, by, base) = asker().await?;
        let (to, _) = step(asked.get("step")).ok_or(Failure::NotFound)?;
        let ids: Vec<OrderId> = asked.all("id").into_iter().take(MOST).filter_map(|id| id.parse().ok()).collect();
        let rows = order::chosen(&shop, &by, &ids).await?;
        let form = returned(FORM);
        let refused = form.summary();
        let back = match own_path(asked.get("back")) {
            "/" => format!("{base}/orders"),
            own => own.to_owned(),
        };
        let title = t!("orders-bulk-step", status = words::stage(to));
        let content = if rows.is_empty() {
            view! { <p class="notice bad" role="alert">{t!("orders-none-ticked")} " " <a href=back>{t!("orders-back")}</a></p> }
                .into_any()
        } else {
            let count = rows.len();
            let question = t!("orders-bulk-question", count = count, status = words::stage(to));
            let button = t!("orders-bulk-now", count = count, status = words::stage(to));
            let word = to.word().to_owned();
            let ids: Vec<String> = rows.iter().map(|row| row.id.to_string()).collect();
            let fields = vec![("ids", ids.join(" ")), ("to", word), ("back", back.clone())];
            view! {
                <Confirm question action="/fn/seller/orders-step" fields button back>
                    <Chosen rows to form />
                </Confirm>
            }
            .into_any()
        };
        Ok(view! {
            <Head title=title.clone() private=true />
            <h1>{title}</h1>
            <Ways operator=by />
            {refused}
            <div class="wide-confirm">{content}</div>
        }
        .into_any())
    })
}

/// What was ticked; where it ships, with the fields for its parcels.
#[component]
fn Chosen(rows: Vec<QueueRow>, to: Stage, form: Returned) -> impl IntoView {
    let typed: Vec<TypedParcel> =
        form.typed("parcels").and_then(|typed| serde_json::from_str(typed).ok()).unwrap_or_default();
    let mut at = 0;
    let ships = to == Stage::Shipped;
    let items: Vec<_> = rows
        .into_iter()
        .flat_map(|row| row.parts.clone().into_iter().map(move |part| (row.clone(), part)))
        .map(|(row, part)| {
            let number = order_number(row.id, row.placed_at);
            let open = goes(part.stage, to);
            let parcel = if ships && open && !part.booked {
                at += 1;
                let (order, seller) = (row.id.to_string(), part.seller.to_string());
                let own = typed.iter().find(|typed| typed.order == order && typed.seller == seller).cloned();
                let own = own.unwrap_or(TypedParcel { order, seller, ..TypedParcel::default() });
                view! { <Parcel at=at - 1 typed=own form=form.clone() number=number.clone() /> }.into_any()
            } else {
                view! { {part.carrier.clone()} " " {part.number.clone()} }.into_any()
            };
            let stays = (!open).then(|| view! { " " <span class="badge few">{t!("orders-stays")}</span> });
            view! {
                <tr>
                    <th scope="row">{number}</th>
                    <td class="long">{part.seller_name}</td>
                    <td class="long">{words::stage(part.stage)} {stays}</td>
                    <td class="long">{row.recipient}</td>
                    {ships.then(|| view! { <td>{parcel}</td> })}
                </tr>
            }
        })
        .collect();
    let hint = ships.then(|| view! { <p class="hint">{t!("ship-hint")}</p> });
    view! {
        <TableBox label=t!("orders-ticked")>
            <table>
                <thead>
                    <tr>
                        <th scope="col">{t!("order-number")}</th>
                        <th scope="col">{t!("orders-seller")}</th>
                        <th scope="col">{t!("claim-state")}</th>
                        <th scope="col">{t!("recipient")}</th>
                        {ships.then(|| view! { <th scope="col">{t!("ship-parcel")}</th> })}
                    </tr>
                </thead>
                <tbody>{items}</tbody>
            </table>
        </TableBox>
        {hint}
    }
}

#[component]
fn Parcel(at: usize, typed: TypedParcel, form: Returned, number: String) -> impl IntoView {
    let field = |name: &'static str, label: String, value: String| {
        let id = format!("{name}-{at}");
        let flaw = form.flaw(&id);
        let described = flaw.is_some().then(|| format!("{id}-flaw"));
        let invalid = flaw.is_some().then_some("true");
        let flaw = flaw.map(|flaw| view! { <p class="flaw" id=format!("{id}-flaw")>{flaw}</p> });
        view! {
            <div class="field">
                <label for=id.clone()><span class="hidden">{number.clone()} " "</span>{label}</label>
                <input
                    id=id
                    name=format!("parcels[{at}][{name}]")
                    type="text"
                    value=value
                    autocomplete="off"
                    aria-invalid=invalid
                    aria-describedby=described
                />
                {flaw}
            </div>
        }
    };
    view! {
        <div class="waybill">
            <input type="hidden" name=format!("parcels[{at}][order]") value=typed.order.clone() />
            <input type="hidden" name=format!("parcels[{at}][seller]") value=typed.seller.clone() />
            {field("carrier", t!("follow-carrier"), typed.carrier.clone())}
            {field("number", t!("ship-number"), typed.number.clone())}
        </div>
    }
}

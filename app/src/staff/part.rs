//! One seller's part of an order: what of it is kept, how far its delivery may go next, and by what
//! parcel.

use contract::{
    Failure,
    delivery::Waybill,
    form::Flaws,
    money::won,
    order::{FulfillmentStatus, OrderStatus},
};
use domain::{
    Shop,
    delivery::{self, ParcelView},
    member::Operator,
    order::{DeliveryView, Detail, OrderLineView},
};
use leptos::prelude::*;

use super::{order::path, staff};
use crate::{
    context::shop,
    desk::{operator, orders::base},
    form::{Sent, answer, returned},
    text::t,
    words,
};

/// The steps of a delivery, with their words on the wire. Goods come back through a claim alone.
const STEPS: [(FulfillmentStatus, &str); 3] = [
    (FulfillmentStatus::Preparing, "preparing"),
    (FulfillmentStatus::Shipped, "shipped"),
    (FulfillmentStatus::Delivered, "delivered"),
];

/// Takes one seller's part of an order a step further; there already, it stays so.
#[server(prefix = "/fn", endpoint = "staff/delivery")]
async fn advance_delivery(
    #[server(default)] order: String,
    #[server(default)] seller: i64,
    #[server(default)] to: String,
    #[server(default)] carrier: String,
    #[server(default)] number: String,
) -> Result<(), Failure> {
    let outcome = async {
        let (shop, by) = (shop()?, Operator::from(&staff()?));
        go_on(&shop, &by, &order, seller, &to, (&carrier, &number)).await?;
        Ok(format!("{}?saved=1", path(&order)))
    };
    let outcome = outcome.await;
    let fields = [("carrier", carrier.as_str()), ("number", &number)];
    answer(Sent { form: &form_name(seller), page: &path(&order), fields: &fields }, outcome).await
}

/// The same for one's own part, by its seller.
#[server(prefix = "/fn", endpoint = "seller/delivery")]
async fn advance_own_delivery(
    #[server(default)] order: String,
    #[server(default)] seller: i64,
    #[server(default)] to: String,
    #[server(default)] carrier: String,
    #[server(default)] number: String,
) -> Result<(), Failure> {
    let mut page = format!("/seller/orders/{order}");
    let outcome = async {
        let (shop, by) = operator().await?;
        page = format!("{}/orders/{order}", base(&by));
        go_on(&shop, &by, &order, seller, &to, (&carrier, &number)).await?;
        Ok(format!("{page}?saved=1"))
    };
    let outcome = outcome.await;
    let fields = [("carrier", carrier.as_str()), ("number", &number)];
    answer(Sent { form: &form_name(seller), page: &page, fields: &fields }, outcome).await
}

async fn go_on(
    shop: &Shop,
    by: &Operator,
    order: &str,
    seller: i64,
    to: &str,
    (carrier, number): (&str, &str),
) -> Result<(), Failure> {
    let id = order.parse().map_err(|_| Failure::NotFound)?;
    let waybill = Waybill::parse(carrier, number)?;
    match (to, waybill) {
        // What was shipped is not shipped again; its number is mended.
        ("numbered", Some(waybill)) => delivery::renumber(shop, by, id, seller, &waybill).await?,
        ("numbered", None) => {
            return Err(Failure::Invalid(Flaws::one("number", contract::form::Flaw::Required)));
        }
        ("shipped", waybill) => delivery::ship(shop, by, id, seller, waybill.as_ref()).await?,
        (to, _) => {
            let to = words::read(to).ok_or(Failure::BadRequest)?;
            delivery::advance(shop, by, id, seller, to).await?;
        }
    }
    Ok(())
}

fn form_name(seller: i64) -> String {
    format!("staff/order/delivery/{seller}")
}

/// One seller's part.
#[component]
pub(crate) fn Part(
    /// The whole order.
    order: Detail,
    /// The part.
    part: DeliveryView,
    /// The parcel that it is, if one is known.
    parcel: Option<ParcelView>,
    /// Who looks.
    by: Operator,
) -> impl IntoView {
    let lines: Vec<OrderLineView> =
        order.summary.lines.iter().filter(|line| line.seller == part.seller).cloned().collect();
    let kept: i32 = lines.iter().map(OrderLineView::kept).sum();
    let open = order.summary.status == OrderStatus::Placed && kept > 0;
    let action = if by.seller().is_some() { "/fn/seller/delivery" } else { "/fn/staff/delivery" };
    // What the carrier has booked has its number; where one goes by hand, it is typed in.
    let by_hand = parcel.as_ref().is_none_or(|parcel| parcel.checkpoints.is_empty() && parcel.by_hand);
    let sent = matches!(part.status, FulfillmentStatus::Shipped | FulfillmentStatus::Delivered);
    let fields = |known: Option<&ParcelView>| {
        let (carrier, number) = known.map(|parcel| (parcel.carrier.clone(), parcel.number.clone())).unwrap_or_default();
        let seller = part.seller;
        view! {
            <WaybillField name="carrier" seller label=t!("follow-carrier") value=carrier />
            <WaybillField name="number" seller label=t!("ship-number") value=number />
        }
    };
    let steps = STEPS
        .into_iter()
        .filter(|(to, _)| open && part.status.may_become(*to))
        .map(|(to, word)| {
            let fields = (to == FulfillmentStatus::Shipped && by_hand).then(|| fields(None));
            view! {
                <form action=action method="post">
                    <input type="hidden" name="order" value=order.summary.id.to_string() />
                    <input type="hidden" name="seller" value=part.seller />
                    {fields}
                    <button class="button small" name="to" value=word>{t!("step-to", status = words::fulfillment_status(to))}</button>
                </form>
            }
        })
        .collect_view();
    let mended = returned(&form_name(part.seller)).typed("number").is_some();
    let mend = (sent && by_hand).then(|| {
        view! {
            <details class="mend" open=mended>
                <summary class="button small">{t!("ship-mend")}</summary>
                <form action=action method="post">
                    <input type="hidden" name="order" value=order.summary.id.to_string() />
                    <input type="hidden" name="seller" value=part.seller />
                    {fields(parcel.as_ref())}
                    <button class="button small" name="to" value="numbered">{t!("save")}</button>
                </form>
            </details>
        }
    });
    let parcel = parcel.map(
        |parcel| view! { <p data-testid="parcel">{t!("ship-parcel")} ": " {parcel.carrier} " " {parcel.number}</p> },
    );
    let rows = lines.into_iter().map(|line| view! { <Line line /> }).collect_view();
    view! {
        <section class="panel">
            <h2>{part.seller_name.clone()} " " <span class="badge">{words::fulfillment_status(part.status)}</span></h2>
            <div class="scroll rows" tabindex="0" role="region" aria-label=part.seller_name>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{t!("book")}</th>
                            <th scope="col" class="number">{t!("unit-price")}</th>
                            <th scope="col" class="number">{t!("part-bought")}</th>
                            <th scope="col" class="number">{t!("part-canceled")}</th>
                            <th scope="col" class="number">{t!("part-returned")}</th>
                            <th scope="col" class="number">{t!("part-kept")}</th>
                            <th scope="col" class="number">{t!("discount")}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <p class="hint">{t!("delivery")} " " {if part.fee == 0 { t!("free") } else { won(part.fee) }}</p>
            {parcel}
            <div class="steps">{steps}</div>
            {mend}
        </section>
    }
}

/// A field for the parcel that a part goes by. Several may stand on a page: that of the form that came
/// back has the plain id, which the summary links to.
#[component]
fn WaybillField(name: &'static str, seller: i64, label: String, value: String) -> impl IntoView {
    let form = returned(&form_name(seller));
    let id = if form.typed(name).is_some() { name.to_owned() } else { format!("{name}-{seller}") };
    let flaw = form.flaw(name);
    let invalid = flaw.is_some().then_some("true");
    let described = flaw.is_some().then(|| format!("{id}-flaw"));
    let flaw = flaw.map(|flaw| view! { <p class="flaw" id=format!("{id}-flaw")>{flaw}</p> });
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <input
                id=id
                name=name
                type="text"
                value=form.value(name, &value)
                autocomplete="off"
                aria-invalid=invalid
                aria-describedby=described
            />
            {flaw}
        </div>
    }
}

#[component]
fn Line(line: OrderLineView) -> impl IntoView {
    let kept = line.kept();
    view! {
        <tr>
            <th scope="row" class="long"><a href=format!("/seller/stock/{}", line.product)>{line.title}</a></th>
            <td class="number">{won(line.unit_price)}</td>
            <td class="number">{line.quantity}</td>
            <td class="number">{line.canceled}</td>
            <td class="number">{line.returned}</td>
            <td class="number"><strong>{kept}</strong></td>
            <td class="number">{won(-line.discount)}</td>
        </tr>
    }
}

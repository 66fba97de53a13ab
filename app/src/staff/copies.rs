//! The coupons of a campaign: who has them, and taking one back.

use contract::{
    Failure,
    coupon::{CampaignId, CouponStatus},
    table::PAGE,
};
use domain::coupon::{self, Copies, Held};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{Ask, Reason, Tabs, campaigns::parse_id, staff};
use crate::{
    context::{own_path, shop},
    desk::table::{Asked, TableBox, Turn},
    form::{Returned, Sent, answer, returned},
    page::{Head, page},
    text::{self, t},
    words,
};

/// Takes a coupon back. Taken back before, it stays so.
#[server(prefix = "/fn", endpoint = "staff/coupon-revoke")]
async fn revoke(
    #[server(default)] id: String,
    #[server(default)] coupon: String,
    #[server(default)] reason: String,
    #[server(default)] back: String,
) -> Result<(), Failure> {
    let page = list(&id, &back);
    let outcome = async {
        let (shop, staff) = (shop()?, staff()?);
        let held = coupon.parse().map_err(|_| Failure::NotFound)?;
        coupon::revoke(&shop, &staff, parse_id(&id)?, held, &reason).await?;
        Ok(saved(&page))
    };
    let outcome = outcome.await;
    let fields = [("coupon", coupon.as_str()), ("reason", &reason)];
    answer(Sent { form: "staff/coupon-revoke", page: &page, fields: &fields }, outcome).await
}

/// Gives back a coupon that was taken back.
#[server(prefix = "/fn", endpoint = "staff/coupon-restore")]
async fn restore(
    #[server(default)] id: String,
    #[server(default)] coupon: String,
    #[server(default)] back: String,
) -> Result<(), Failure> {
    let page = list(&id, &back);
    let outcome = async {
        let (shop, staff) = (shop()?, staff()?);
        let held = coupon.parse().map_err(|_| Failure::NotFound)?;
        coupon::restore(&shop, &staff, parse_id(&id)?, held).await?;
        Ok(saved(&page))
    };
    let outcome = outcome.await;
    answer(Sent { form: "staff/coupon-revoke", page: &page, fields: &[] }, outcome).await
}

/// The list as it was open.
fn list(id: &str, back: &str) -> String {
    let path = format!("/staff/coupons/{id}/copies");
    if back.starts_with(&path) { own_path(back).to_owned() } else { path }
}

fn saved(page: &str) -> String {
    format!("{page}{}saved=1", if page.contains('?') { '&' } else { '?' })
}

/// What the URL asks for.
pub(super) fn filter(asked: &Asked) -> Copies {
    Copies { email: asked.get("email").to_owned(), status: words::read(asked.get("status")) }
}

/// The page.
#[component]
pub(crate) fn CopiesPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")).unwrap_or_default();
    let asked = Asked::here();
    page(async move {
        let (shop, staff) = (shop()?, staff()?);
        let campaign = coupon::find(&shop, &staff, parse_id(&id)?).await?;
        let filter = filter(&asked);
        let found = coupon::copies(&shop, &staff, campaign.id, &filter, asked.after().as_ref(), PAGE).await?;
        let form = returned("staff/coupon-revoke");
        let saved =
            (!asked.get("saved").is_empty()).then(|| view! { <p class="notice good" role="status">{t!("saved")}</p> });
        let empty = found.rows.is_empty().then(|| view! { <p class="empty">{t!("offer-copies-none")}</p> });
        let back = asked.itself();
        let rows = found
            .rows
            .into_iter()
            .map(|held| view! { <Row held campaign=campaign.id back=back.clone() form=form.clone() /> })
            .collect_view();
        let title = t!("offer-copies-of", name = campaign.name.clone());
        Ok(view! {
            <Head title=title.clone() private=true />
            <h1>{title}</h1>
            <Tabs />
            {form.summary()} {saved}
            <Filters filter campaign=campaign.id />
            <TableBox label=t!("offer-copies")>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{t!("email")}</th>
                            <th scope="col">{t!("name")}</th>
                            <th scope="col">{t!("claim-state")}</th>
                            <th scope="col">{t!("offer-issued-at")}</th>
                            <th scope="col">{t!("offer-expires-at")}</th>
                            <th scope="col">{t!("offer-hold-order")}</th>
                            <th scope="col">{t!("offer-step")}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </TableBox>
            {empty}
            <Turn asked next=found.next csv=true />
            <p class="facts"><a href=format!("/staff/coupons/{}", campaign.id)>{t!("offer-back-campaign")}</a></p>
        }
        .into_any())
    })
}

#[component]
fn Filters(filter: Copies, campaign: CampaignId) -> impl IntoView {
    let statuses = CouponStatus::ALL
        .iter()
        .zip(["available", "held", "used", "expired", "revoked"])
        .map(|(status, word)| {
            view! { <option value=word selected=filter.status == Some(*status)>{words::coupon_status(*status)}</option> }
        })
        .collect_view();
    view! {
        <form class="filters" method="get" action=format!("/staff/coupons/{campaign}/copies") role="search">
            <div class="field">
                <label for="copies-email">{t!("offer-email-begins")}</label>
                <input id="copies-email" type="search" name="email" value=filter.email autocomplete="off" />
            </div>
            <div class="field">
                <label for="status">{t!("claim-state")}</label>
                <select id="status" name="status"><option value="">{t!("stock-all")}</option> {statuses}</select>
            </div>
            <button class="button">{t!("offer-filter")}</button>
        </form>
    }
}

#[component]
fn Row(held: Held, campaign: CampaignId, back: String, form: Returned) -> impl IntoView {
    let id = held.id.to_string();
    let own = form.typed("coupon") == Some(id.as_str());
    let form = if own { form } else { Returned::default() };
    let step = match held.status {
        CouponStatus::Available => view! {
            <Ask step=t!("offer-revoke") open=own>
                <p>{t!("offer-revoke-note")}</p>
                <form action="/fn/staff/coupon-revoke" method="post">
                    <input type="hidden" name="id" value=campaign />
                    <input type="hidden" name="coupon" value=id.clone() />
                    <input type="hidden" name="back" value=back />
                    <Reason form scope=id />
                    <button class="button small">{t!("offer-revoke-now")}</button>
                </form>
            </Ask>
        }
        .into_any(),
        CouponStatus::Revoked => view! {
            <form action="/fn/staff/coupon-restore" method="post">
                <input type="hidden" name="id" value=campaign />
                <input type="hidden" name="coupon" value=id />
                <input type="hidden" name="back" value=back />
                <button class="button small">{t!("offer-restore")}</button>
            </form>
        }
        .into_any(),
        _ => ().into_any(),
    };
    let order = held.order.map(|order| view! { <a href=format!("/staff/orders/{order}")>{t!("view-order")}</a> });
    let reason = (!held.reason.is_empty()).then(|| view! { <p class="hint">{held.reason.clone()}</p> });
    view! {
        <tr>
            <th scope="row">{held.email}</th>
            <td>{held.name}</td>
            <td class="long">{words::coupon_status(held.status)} {reason}</td>
            <td>{text::time(held.issued_at)}</td>
            <td>{text::time(held.expires_at)}</td>
            <td>{order}</td>
            <td>{step}</td>
        </tr>
    }
}

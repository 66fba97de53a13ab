//! Coupons: those to be had, those by a code, and one's own.

use contract::{
    Failure,
    coupon::{CampaignId, CouponStatus},
    when::kst,
};
use domain::coupon::{self, Coupon, Offer};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use uuid::Uuid;

use crate::{
    account::Tabs,
    context::{shop, shopper, visitor},
    form::{Field, Sent, answer, returned},
    page::{Empty, Head, page},
    text::t,
    words,
};

/// Takes a coupon of a campaign. The form's key makes a double click take one.
#[server(prefix = "/fn", endpoint = "coupon/download")]
async fn download(#[server(default)] campaign: String, #[server(default)] key: String) -> Result<(), Failure> {
    let outcome = async {
        let id = Uuid::parse_str(&key).map_err(|_| Failure::BadRequest)?;
        let campaign: CampaignId = campaign.parse().map_err(|_| Failure::NotFound)?;
        coupon::download(&shop()?, &shopper()?, id, campaign).await?;
        Ok("/coupons?taken=1".to_owned())
    };
    answer(Sent { form: "coupon/download", page: "/coupons", fields: &[] }, outcome.await).await
}

/// Takes a coupon by its code.
#[server(prefix = "/fn", endpoint = "coupon/redeem")]
async fn redeem(#[server(default)] code: String, #[server(default)] key: String) -> Result<(), Failure> {
    let outcome = async {
        let id = Uuid::parse_str(&key).map_err(|_| Failure::BadRequest)?;
        coupon::redeem(&shop()?, &shopper()?, id, &code).await?;
        Ok("/my/coupons?taken=1".to_owned())
    };
    let fields = [("code", code.as_str()), ("key", &key)];
    answer(Sent { form: "coupon/redeem", page: "/my/coupons", fields: &fields }, outcome.await).await
}

/// What can be downloaded now.
#[component]
pub(crate) fn CouponsPage() -> impl IntoView {
    let taken = use_query_map().with_untracked(|query| query.get("taken").is_some());
    page(async move {
        let member = visitor().shopper.map(|shopper| shopper.id());
        let offers = coupon::offers(&shop()?, member).await?;
        let list = if offers.is_empty() {
            view! { <Empty sentence=t!("offers-empty") href="/" action=t!("browse") /> }.into_any()
        } else {
            let items = offers.into_iter().map(|offer| view! { <li><OfferCard offer /></li> }).collect_view();
            view! { <ul class="tickets">{items}</ul> }.into_any()
        };
        Ok(view! {
            <Head title=t!("offers") />
            <h1>{t!("offers")}</h1>
            {taken.then(|| view! { <p class="notice good" role="status">{t!("coupon-taken")} " " <a href="/my/coupons">{t!("coupons")}</a></p> })}
            {returned("coupon/download").summary()}
            {list}
            <p><a href="/my/coupons">{t!("coupon-by-code")}</a></p>
        }
        .into_any())
    })
}

#[component]
fn OfferCard(offer: Offer) -> impl IntoView {
    let left = offer.left.map(|left| view! { <p class="left">{t!("coupons-left", count = left)}</p> });
    let action = if offer.taken {
        view! { <p class="state">{t!("coupon-have")}</p> }.into_any()
    } else if offer.left == Some(0) {
        view! { <p class="state">{t!("coupons-gone")}</p> }.into_any()
    } else {
        view! {
            <form action="/fn/coupon/download" method="post">
                <input type="hidden" name="campaign" value=offer.campaign />
                <input type="hidden" name="key" value=Uuid::now_v7().to_string() />
                <button class="button primary">{t!("coupon-take")}</button>
            </form>
        }
        .into_any()
    };
    view! {
        <article class="ticket">
            <h2>{offer.name}</h2>
            <p>{words::terms(&offer.terms)}</p>
            <p class="until">{t!("offer-until", day = kst(offer.ends_at), days = offer.valid_days)}</p>
            {left}
            {action}
        </article>
    }
}

/// One's own coupons, and the field for a code.
#[component]
pub(crate) fn MyCouponsPage() -> impl IntoView {
    let taken = use_query_map().with_untracked(|query| query.get("taken").is_some());
    page(async move {
        let coupons = coupon::mine(&shop()?, &shopper()?).await?;
        let form = returned("coupon/redeem");
        let key = form.value("key", &Uuid::now_v7().to_string());
        let list = if coupons.is_empty() {
            view! { <Empty sentence=t!("coupons-empty") href="/coupons" action=t!("offers") /> }.into_any()
        } else {
            let items = coupons.into_iter().map(|coupon| view! { <li><OwnCard coupon /></li> }).collect_view();
            view! { <ul class="tickets">{items}</ul> }.into_any()
        };
        Ok(view! {
            <Head title=t!("coupons") private=true />
            <h1>{t!("coupons")}</h1>
            <Tabs />
            {taken.then(|| view! { <p class="notice good" role="status">{t!("coupon-taken")}</p> })}
            <section class="narrow">
                {form.summary()}
                <form action="/fn/coupon/redeem" method="post">
                    <input type="hidden" name="key" value=key />
                    <Field name="code" label=t!("coupon-code") form=form required=true />
                    <button class="button primary">{t!("coupon-redeem")}</button>
                </form>
                <p><a href="/coupons">{t!("offers")}</a></p>
            </section>
            {list}
        }
        .into_any())
    })
}

#[component]
fn OwnCard(coupon: Coupon) -> impl IntoView {
    let usable = coupon.status == CouponStatus::Available;
    view! {
        <article class="ticket" class:spent=!usable>
            <h2>{coupon.name}</h2>
            <p>{words::terms(&coupon.terms)}</p>
            <p class="until">{t!("coupon-until-day", day = kst(coupon.expires_at))}</p>
            <p class="state">{words::coupon_status(coupon.status)}</p>
        </article>
    }
}

//! The stock of one product: changing it, counting it, and when it is low.

use contract::{Failure, money::grouped, product::ProductId};
use domain::inventory::{self, Change, Stock};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use uuid::Uuid;

use super::{Ways, movements::Movements, operator, stock::level};
use crate::{
    form::{Field, Returned, Sent, answer, returned},
    page::{Head, page},
    staff::Reason,
    text::t,
};

/// Changes the stock by so many copies. The form's key makes a double click change it once.
#[server(prefix = "/fn", endpoint = "seller/stock-change")]
async fn change_stock(
    #[server(default)] id: String,
    #[server(default)] delta: String,
    #[server(default)] reason: String,
    #[server(default)] key: String,
) -> Result<(), Failure> {
    let outcome = async {
        let (shop, by) = operator().await?;
        inventory::change(&shop, &by, parse_key(&key)?, parse_id(&id)?, Change::By(&delta), &reason).await?;
        Ok(format!("{}?saved=1", path(&id)))
    };
    let outcome = outcome.await;
    let fields = [("delta", delta.as_str()), ("reason", &reason), ("key", &key)];
    answer(Sent { form: "seller/stock-change", page: &path(&id), fields: &fields }, outcome).await
}

/// Writes down what was counted, unless something moved since the form was shown.
#[server(prefix = "/fn", endpoint = "seller/stock-count")]
async fn count_stock(
    #[server(default)] id: String,
    #[server(default)] counted: String,
    #[server(default)] seen: String,
    #[server(default)] reason: String,
    #[server(default)] key: String,
) -> Result<(), Failure> {
    let outcome = async {
        let (shop, by) = operator().await?;
        let change = Change::To { counted: &counted, seen: seen.parse().map_err(|_| Failure::BadRequest)? };
        inventory::change(&shop, &by, parse_key(&key)?, parse_id(&id)?, change, &reason).await?;
        Ok(format!("{}?saved=1", path(&id)))
    };
    let outcome = outcome.await;
    let fields = [("counted", counted.as_str()), ("seen", &seen), ("reason", &reason), ("key", &key)];
    answer(Sent { form: "seller/stock-count", page: &path(&id), fields: &fields }, outcome).await
}

/// Sets from how many available copies down stock is low.
#[server(prefix = "/fn", endpoint = "seller/stock-low")]
async fn set_low_at(#[server(default)] id: String, #[server(default)] low_at: String) -> Result<(), Failure> {
    let outcome = async {
        let (shop, by) = operator().await?;
        inventory::set_low_at(&shop, &by, parse_id(&id)?, &low_at).await?;
        Ok(format!("{}?saved=1", path(&id)))
    };
    let outcome = outcome.await;
    answer(Sent { form: "seller/stock-low", page: &path(&id), fields: &[("low_at", &low_at)] }, outcome).await
}

fn path(id: &str) -> String {
    format!("/seller/stock/{id}")
}

fn parse_id(typed: &str) -> Result<ProductId, Failure> {
    typed.parse().map_err(|_| Failure::NotFound)
}

fn parse_key(typed: &str) -> Result<Uuid, Failure> {
    Uuid::parse_str(typed).map_err(|_| Failure::BadRequest)
}

/// The stock of a product.
#[component]
pub(crate) fn ProductStockPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")).unwrap_or_default();
    let (saved, before) = use_query_map().with_untracked(|query| {
        (query.get("saved").is_some(), query.get("before").and_then(|word| word.parse::<i64>().ok()))
    });
    page(async move {
        let (shop, operator) = operator().await?;
        let id = parse_id(&id)?;
        let stock = inventory::get(&shop, &operator, id).await?;
        let movements = inventory::movements(&shop, &operator, id, before).await?;
        let (by, to, low) =
            (returned("seller/stock-change"), returned("seller/stock-count"), returned("seller/stock-low"));
        let level = level(&stock).map(|text| view! { " " <span class="badge few">{text}</span> });
        let title = stock.title.clone();
        Ok(view! {
            <Head title=t!("stock-of", title = title.clone()) private=true />
            <h1>{title} {level}</h1>
            <Ways operator=operator.clone() />
            {by.summary()} {to.summary()} {low.summary()}
            {saved.then(|| view! { <p class="notice good" role="status">{t!("saved")}</p> })}
            <dl class="figures">
                <div><dt>{t!("stock-on-hand")}</dt><dd data-testid="on-hand">{grouped(stock.on_hand.into())}</dd></div>
                <div><dt>{t!("stock-reserved")}</dt><dd>{grouped(stock.reserved.into())}</dd></div>
                <div><dt>{t!("stock-available")}</dt><dd data-testid="available">{grouped(stock.available.into())}</dd></div>
                <div><dt>{t!("low-at")}</dt><dd data-testid="low-at">{grouped(stock.low_at.into())}</dd></div>
            </dl>
            <p class="facts">
                <a href=format!("/products/{id}")>{t!("stock-shown")}</a> " "
                <a href="/seller/stock">{t!("stock-back")}</a>
            </p>
            <div class="forms">
                <ByForm form=by id />
                <CountForm form=to stock=stock.clone() />
                <LowForm form=low stock />
            </div>
            <Movements movements id operator paged=before.is_some() />
        }
        .into_any())
    })
}

#[component]
fn ByForm(form: Returned, id: ProductId) -> impl IntoView {
    let key = form.value("key", &Uuid::now_v7().to_string());
    view! {
        <form class="panel" action="/fn/seller/stock-change" method="post">
            <h2>{t!("stock-change")}</h2>
            <input type="hidden" name="id" value=id />
            <input type="hidden" name="key" value=key />
            <Field name="delta" label=t!("delta") form=form.clone() required=true hint=t!("delta-hint") />
            <Reason form scope="change" />
            <button class="button primary">{t!("stock-change-now")}</button>
        </form>
    }
}

#[component]
fn CountForm(form: Returned, stock: Stock) -> impl IntoView {
    let key = form.value("key", &Uuid::now_v7().to_string());
    // Told that something moved, one counts anew, from what stands there now; any other flaw is
    // mended in the count that was made.
    let anew = form.failure() == Some(&Failure::StockChanged);
    let now = stock.on_hand.to_string();
    let seen = if anew { now } else { form.value("seen", &now) };
    let hint = t!("counted-hint", seen = seen.clone());
    view! {
        <form class="panel" action="/fn/seller/stock-count" method="post">
            <h2>{t!("stock-count")}</h2>
            <input type="hidden" name="id" value=stock.product />
            <input type="hidden" name="key" value=key />
            <input type="hidden" name="seen" value=seen />
            <Field name="counted" label=t!("counted") form=form.clone() inputmode="numeric" required=true hint=hint />
            <Reason form scope="count" />
            <button class="button primary">{t!("stock-count-now")}</button>
        </form>
    }
}

#[component]
fn LowForm(form: Returned, stock: Stock) -> impl IntoView {
    view! {
        <form class="panel" action="/fn/seller/stock-low" method="post">
            <h2>{t!("low-at")}</h2>
            <input type="hidden" name="id" value=stock.product />
            <Field name="low_at" label=t!("low-at-label") form=form value=stock.low_at.to_string() inputmode="numeric" required=true hint=t!("low-at-hint") />
            <button class="button">{t!("save")}</button>
        </form>
    }
}

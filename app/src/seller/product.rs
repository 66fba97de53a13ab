//! The stock of one product: changing it, counting it, and when it is low.

use contract::{Failure, money::grouped, product::ProductId, table::PAGE};
use domain::inventory::{self, Change, MovementFilter, Stock};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use uuid::Uuid;

use super::{
    Ways,
    holds::Holds,
    moved::{MovementFilters, filter},
    movements::Movements,
    operator,
    stock::level,
};
use crate::{
    context::own_path,
    desk::table::{Asked, Turn},
    form::{Field, Returned, Sent, answer, returned},
    page::{Head, page},
    staff::{Ask, Reason},
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

/// Sets from how many available copies down stock is low. `back` is the list that it was changed in,
/// if it was not the product's own page.
#[server(prefix = "/fn", endpoint = "seller/stock-low")]
async fn set_low_at(
    #[server(default)] id: String,
    #[server(default)] low_at: String,
    #[server(default)] back: String,
) -> Result<(), Failure> {
    let page = if back.starts_with("/seller/stock") { own_path(&back).to_owned() } else { path(&id) };
    let outcome = async {
        let (shop, by) = operator().await?;
        inventory::set_low_at(&shop, &by, parse_id(&id)?, &low_at).await?;
        Ok(format!("{page}{}saved=1", if page.contains('?') { '&' } else { '?' }))
    };
    let outcome = outcome.await;
    let fields = [("low_at", low_at.as_str()), ("id", &id)];
    answer(Sent { form: "seller/stock-low", page: &page, fields: &fields }, outcome).await
}

/// Takes back the last change that one made oneself.
#[server(prefix = "/fn", endpoint = "seller/stock-undo")]
async fn undo_change(#[server(default)] id: String, #[server(default)] movement: String) -> Result<(), Failure> {
    let outcome = async {
        let (shop, by) = operator().await?;
        let movement = movement.parse().map_err(|_| Failure::NotFound)?;
        inventory::undo(&shop, &by, parse_id(&id)?, movement).await?;
        Ok(format!("{}?saved=1", path(&id)))
    };
    let outcome = outcome.await;
    answer(Sent { form: "seller/stock-undo", page: &path(&id), fields: &[] }, outcome).await
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
    let asked = Asked::here();
    let saved = !asked.get("saved").is_empty();
    page(async move {
        let (shop, operator) = operator().await?;
        let id = parse_id(&id)?;
        let stock = inventory::get(&shop, &operator, id).await?;
        let filter = MovementFilter { product: Some(id), seller: None, ..filter(&asked) };
        let movements = inventory::movements(&shop, &operator, filter, asked.after().as_ref(), PAGE).await?;
        let holds = inventory::holds(&shop, &operator, id).await?;
        let last = inventory::last_own(&shop, &operator, id).await?;
        let undo = last.map(|(movement, delta)| view! { <Undo id movement delta /> });
        let undone = returned("seller/stock-undo");
        let (by, to, low) =
            (returned("seller/stock-change"), returned("seller/stock-count"), returned("seller/stock-low"));
        let level =
            level(stock.available, stock.low_at).map(|text| view! { " " <span class="badge few">{text}</span> });
        let title = stock.title.clone();
        Ok(view! {
            <Head title=t!("stock-of", title = title.clone()) private=true />
            <h1>{title} {level}</h1>
            <Ways operator=operator.clone() />
            {by.summary()} {to.summary()} {low.summary()} {undone.summary()}
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
                <LowForm form=low stock=stock.clone() />
            </div>
            {undo}
            <Holds holds reserved=stock.reserved staff=operator.seller().is_none() />
            <section>
                <h2>{t!("movements")}</h2>
                <MovementFilters asked=asked.clone() product=Some(id) sellers=Vec::new() />
                <Movements movements=movements.rows staff=operator.seller().is_none() />
                <Turn asked=asked.clone() next=movements.next />
                <p><a class="button small" href=csv(&asked, id) download>{t!("desk-csv")}</a></p>
            </section>
        }
        .into_any())
    })
}

/// The movements that are shown, as a file.
fn csv(asked: &Asked, id: ProductId) -> String {
    format!("/seller/stock/movements.csv?product={id}&kind={}&days={}", asked.get("kind"), asked.get("days"))
}

/// The last change that one made oneself, and the step back.
#[component]
fn Undo(id: ProductId, movement: i64, delta: i32) -> impl IntoView {
    view! {
        <Ask step=t!("offer-undo")>
            <p>{t!("offer-undo-note", change = format!("{delta:+}"))}</p>
            <form action="/fn/seller/stock-undo" method="post">
                <input type="hidden" name="id" value=id />
                <input type="hidden" name="movement" value=movement />
                <button class="button small">{t!("offer-undo-now")}</button>
            </form>
        </Ask>
    }
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

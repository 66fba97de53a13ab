//! The sandbox's switches, where a sandbox stands in for the neighbors: how each misbehaves. Where
//! there is none, neither is this page.

use contract::{
    Failure,
    form::{Flaws, number},
};
use domain::trail;
use leptos::prelude::*;

use super::{staff, system::ways};
use crate::{
    context::shop,
    desk::{
        sandbox::{Switches, sandbox},
        table::Asked,
    },
    form::{Returned, Sent, answer, returned},
    page::{Head, page},
    text::t,
};

/// The page.
const PATH: &str = "/staff/sandbox";

/// The longest that an answer may be held up, in milliseconds.
const SLOWEST: i64 = 60_000;

/// Sets the switches of one neighbor; a box that is not ticked is off.
#[server(prefix = "/fn", endpoint = "staff/sandbox")]
async fn set_switches(
    #[server(default)] neighbor: String,
    #[server(default)] slow: String,
    #[server(default)] refuse: String,
    #[server(default)] fail: String,
    #[server(default)] time_out: String,
    #[server(default)] duplicate: String,
    #[server(default)] reorder: String,
) -> Result<(), Failure> {
    let form = form_name(&neighbor);
    let outcome = async {
        let (shop, staff) = (shop()?, staff()?);
        let sandbox = sandbox().ok_or(Failure::NotFound)?;
        let all = sandbox.switches().await.ok_or(Failure::Unavailable)?;
        let before = all.get(&neighbor).ok_or(Failure::NotFound)?;
        let slow = if slow.trim().is_empty() { "0" } else { &slow };
        let slow = number(slow, 0, SLOWEST).map_err(|flaw| Failure::Invalid(Flaws::one("slow", flaw)))?;
        let after = Switches {
            slow: slow.unsigned_abs(),
            refuse: !refuse.is_empty(),
            fail: !fail.is_empty(),
            time_out: !time_out.is_empty(),
            duplicate: !duplicate.is_empty(),
            reorder: !reorder.is_empty(),
        };
        let told = |switches: &Switches| serde_json::to_value(switches).map_err(|_| Failure::Unavailable);
        trail::sandbox_switched(&shop, &staff, &neighbor, told(before)?, told(&after)?).await?;
        if sandbox.set(&neighbor, after).await {
            Ok(format!("{PATH}?saved={neighbor}"))
        } else {
            Err(Failure::Unavailable)
        }
    };
    let outcome = outcome.await;
    answer(Sent { form: &form, page: PATH, fields: &[("slow", &slow)] }, outcome).await
}

fn form_name(neighbor: &str) -> String {
    format!("staff/sandbox/{neighbor}")
}

/// The switches of each neighbor.
#[component]
pub(crate) fn SandboxPage() -> impl IntoView {
    let asked = Asked::here();
    let sandbox = sandbox();
    page(async move {
        staff()?;
        let sandbox = sandbox.ok_or(Failure::NotFound)?;
        let all = sandbox.switches().await.ok_or(Failure::NotFound)?;
        let ways = ways().await;
        let saved = all.contains_key(asked.get("saved"));
        let saved = saved.then(|| view! { <p class="notice good" role="status">{t!("sys-switched")}</p> });
        let link = sandbox.page().to_owned();
        let forms =
            all.into_iter().map(|(neighbor, switches)| view! { <SwitchForm neighbor switches /> }).collect_view();
        Ok(view! {
            <Head title=t!("sys-sandbox") private=true />
            <h1>{t!("sys-sandbox")}</h1>
            {ways}
            {saved}
            <p>{t!("sys-sandbox-note")} " " <a href=link>{t!("sys-sandbox-page")}</a></p>
            <div class="forms">{forms}</div>
        }
        .into_any())
    })
}

#[component]
fn SwitchForm(neighbor: String, switches: Switches) -> impl IntoView {
    let form = returned(&form_name(&neighbor));
    let name = match neighbor.as_str() {
        "gateway" => t!("sys-gateway"),
        "carrier" => t!("sys-carrier"),
        "platform" => t!("reader-data-platform"),
        other => other.to_owned(),
    };
    let webhooks = neighbor != "platform";
    let webhooks = webhooks.then(|| {
        view! {
            <Tick name="duplicate" label=t!("sys-switch-duplicate") on=switches.duplicate />
            <Tick name="reorder" label=t!("sys-switch-reorder") on=switches.reorder />
        }
    });
    view! {
        <form class="panel" action="/fn/staff/sandbox" method="post">
            <h2>{name}</h2>
            {form.summary()}
            <input type="hidden" name="neighbor" value=neighbor.clone() />
            <Slow neighbor form slow=switches.slow />
            <Tick name="refuse" label=t!("sys-switch-refuse") on=switches.refuse />
            <Tick name="fail" label=t!("sys-switch-fail") on=switches.fail />
            <Tick name="time_out" label=t!("sys-switch-time-out") on=switches.time_out />
            {webhooks}
            <div class="actions"><button class="button primary">{t!("sys-switch")}</button></div>
        </form>
    }
}

/// How slow it is. Three stand on a page: that of the form that came back has the plain id, which
/// the summary links to.
#[component]
fn Slow(neighbor: String, form: Returned, slow: u64) -> impl IntoView {
    let id = if form.typed("slow").is_some() { "slow".to_owned() } else { format!("slow-{neighbor}") };
    let flaw = form.flaw("slow");
    let invalid = flaw.is_some().then_some("true");
    let described = flaw.is_some().then_some("slow-flaw");
    view! {
        <div class="field">
            <label for=id.clone()>{t!("sys-switch-slow")}</label>
            <input
                id=id
                name="slow"
                type="text"
                inputmode="numeric"
                autocomplete="off"
                value=form.value("slow", &slow.to_string())
                aria-invalid=invalid
                aria-describedby=described
            />
            {flaw.map(|flaw| view! { <p class="flaw" id="slow-flaw">{flaw}</p> })}
        </div>
    }
}

#[component]
fn Tick(name: &'static str, label: String, on: bool) -> impl IntoView {
    view! { <label class="tick"><input type="checkbox" name=name value="on" checked=on /> {label}</label> }
}

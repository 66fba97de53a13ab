//! The shop's books against those of the gateway: comparisons that were asked for, and what differs.

mod differences;

use contract::{
    Failure,
    money::{grouped, won},
    table::PAGE,
    when::kst_date,
};
use domain::payment::reconcile::{self, Run};
use leptos::prelude::*;

use super::{
    staff,
    system::{run_status, seconds, ways},
};
use crate::{
    context::shop,
    desk::table::{Asked, TableBox},
    form::{Field, Returned, Sent, answer, returned},
    page::{Head, page, refresh},
    text::{self, t},
    words,
};
use differences::Differences;

pub(super) use differences::DifferencesFile;

/// The page.
const PATH: &str = "/staff/reconciliation";

/// Runs on the page.
const RUNS: i64 = 10;

/// Asks for a comparison.
#[server(prefix = "/fn", endpoint = "staff/reconcile")]
async fn reconcile_days(
    #[server(default)] first_day: String,
    #[server(default)] last_day: String,
) -> Result<(), Failure> {
    let outcome = async {
        let (shop, staff) = (shop()?, staff()?);
        let run = reconcile::ask(&shop, &staff, &first_day, &last_day).await?;
        Ok(format!("{PATH}?run={run}"))
    };
    let outcome = outcome.await;
    let fields = [("first_day", first_day.as_str()), ("last_day", &last_day)];
    answer(Sent { form: "staff/reconcile", page: PATH, fields: &fields }, outcome).await
}

/// The form, the runs, and what the chosen one has found: the latest, where none is.
#[component]
pub(crate) fn ReconciliationPage() -> impl IntoView {
    let asked = Asked::here();
    page(async move {
        let (shop, staff) = (shop()?, staff()?);
        let ways = ways().await;
        let mut runs = reconcile::runs(&shop, &staff, asked.get("older").parse().ok(), RUNS).await?;
        let further = usize::try_from(RUNS).is_ok_and(|most| runs.len() > most);
        runs.truncate(usize::try_from(RUNS).unwrap_or(usize::MAX));
        let older = runs.last().filter(|_| further).map(|last| {
            view! { <p><a href=format!("{PATH}?older={}", last.id)>{t!("older")}</a></p> }
        });
        let chosen = match asked.get("run") {
            "" => runs.first().cloned(),
            id => Some(reconcile::find(&shop, &staff, id.parse().map_err(|_| Failure::NotFound)?).await?),
        };
        let found = match &chosen {
            Some(run) if !run.status.is_open() => {
                let differs = words::read(asked.get("differs"));
                let after = asked.after();
                Some(reconcile::differences(&shop, &staff, run.id, differs, after.as_ref(), PAGE).await?)
            }
            Some(_) => {
                refresh("2");
                None
            }
            None => None,
        };
        let form = returned("staff/reconcile");
        let yesterday = kst_date(shop.now()).previous_day().map(|day| day.to_string()).unwrap_or_default();
        let today = kst_date(shop.now()).to_string();
        let none = runs.is_empty().then(|| view! { <p class="empty">{t!("sys-runs-none")}</p> });
        let now = chosen.as_ref().map(|run| run.id);
        let rows = runs.into_iter().map(|run| view! { <Row current=now == Some(run.id) run /> }).collect_view();
        let closed = (!shop.takes_cards()).then(|| view! { <p class="notice bad">{t!("sys-no-gateway")}</p> });
        let chosen = chosen.map(|run| view! { <Found run found asked /> });
        Ok(view! {
            <Head title=t!("sys-reconciliation") private=true />
            <h1>{t!("sys-reconciliation")}</h1>
            {ways}
            <p>{t!("sys-reconciliation-note")}</p>
            {closed}
            <AskForm form yesterday today />
            {chosen}
            <section>
                <h2>{t!("sys-runs")}</h2>
                <TableBox label=t!("sys-runs")>
                    <table>
                        <thead>
                            <tr>
                                <th scope="col">{t!("sys-days")}</th>
                                <th scope="col">{t!("sys-run-status")}</th>
                                <th scope="col">{t!("who")}</th>
                                <th scope="col">{t!("when")}</th>
                                <th scope="col" class="number">{t!("sys-differences")}</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </TableBox>
                {none}
                {older}
            </section>
        }
        .into_any())
    })
}

#[component]
fn AskForm(form: Returned, yesterday: String, today: String) -> impl IntoView {
    view! {
        <form class="panel" action="/fn/staff/reconcile" method="post">
            <h2>{t!("sys-compare")}</h2>
            {form.summary()}
            <div class="filters">
                <Field name="first_day" label=t!("sys-first-day") kind="date" form=form.clone() value=yesterday required=true />
                <Field name="last_day" label=t!("sys-last-day") kind="date" form=form value=today required=true />
                <button class="button primary">{t!("sys-compare-now")}</button>
            </div>
        </form>
    }
}

#[component]
fn Row(run: Run, current: bool) -> impl IntoView {
    let by = if run.by_name.is_empty() { t!("sys-by-itself") } else { run.by_name.clone() };
    let differences = if run.status.is_open() { "–".to_owned() } else { grouped(run.differences) };
    view! {
        <tr class=(run.differences > 0).then_some("wrong")>
            <th scope="row">
                <a href=format!("{PATH}?run={}", run.id) aria-current=current.then_some("true")>{days(&run)}</a>
            </th>
            <td>{run_status(run.status)}</td>
            <td>{by}</td>
            <td>{text::time(run.created_at)}</td>
            <td class="number">{differences}</td>
        </tr>
    }
}

/// A run: how far it is, or what it has found.
#[component]
fn Found(run: Run, found: Option<contract::table::Rows<reconcile::Difference>>, asked: Asked) -> impl IntoView {
    let title = format!("{} · {}", days(&run), run_status(run.status));
    let error = (!run.error.is_empty()).then(|| {
        let sentence = t!("sys-run-error", attempts = run.attempts, error = run.error.clone());
        view! { <p class="notice bad" role="status">{sentence}</p> }
    });
    let progress = run.status.is_open().then(|| {
        view! {
            <p role="status">
                <progress aria-label=t!("sys-compare")></progress> " " {t!("sys-fetched", count = grouped(run.fetched))}
            </p>
        }
    });
    let result = (run.status == contract::system::RunStatus::Done).then(|| view! { <Outcome run=run.clone() /> });
    view! {
        <section class="panel found">
            <h2>{title}</h2>
            {error}
            {progress}
            {result}
        </section>
        {found.map(|found| view! { <Differences found asked /> })}
    }
}

#[component]
fn Outcome(run: Run) -> impl IntoView {
    let verdict = if run.differences == 0 {
        view! { <p class="notice good" role="status">{t!("sys-agrees")}</p> }.into_any()
    } else {
        let sentence = t!("sys-differs", count = grouped(run.differences));
        view! { <p class="notice bad" role="status">{sentence}</p> }.into_any()
    };
    let took = run.started_at.zip(run.finished_at).map(|(from, to)| t!("sys-took", seconds = seconds(to - from)));
    let finished = run.finished_at.map(text::time);
    let count = |count| t!("sys-count", count = grouped(count));
    view! {
        {verdict}
        <dl class="figures wide">
            <div><dt>{t!("sys-matched")} " · " {count(run.matched)}</dt><dd>{won(run.matched_won)}</dd></div>
            <div><dt>{t!("sys-ours")} " · " {count(run.ours)}</dt><dd>{won(run.ours_won)}</dd></div>
            <div><dt>{t!("sys-theirs")} " · " {count(run.theirs)}</dt><dd>{won(run.theirs_won)}</dd></div>
        </dl>
        <p class="hint">{t!("sys-net")} " " {finished} " " {took}</p>
    }
}

/// Its days: one, or from the first to the last.
fn days(run: &Run) -> String {
    if run.first_day == run.last_day {
        run.first_day.to_string()
    } else {
        format!("{} ~ {}", run.first_day, run.last_day)
    }
}

//! Who reads the event log, how far behind each is, and what they could not take.

mod letter;
mod settled;

use contract::{Failure, money::grouped};
use domain::event::{self, Lag, Redriven};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{staff, system::ways};
use crate::{
    context::shop,
    form::{Sent, answer, returned_within},
    page::{Head, page},
    text::t,
    words,
};
use letter::LetterItem;

pub(crate) use letter::subject_of;
pub(super) use settled::SettledFile;
pub(crate) use settled::SettledPage;

/// The page.
const PAGE: &str = "/staff/readers";

/// The page behind a letter.
fn page_after(after: &str) -> String {
    match after.parse::<i64>() {
        Ok(after) if after > 0 => format!("{PAGE}?after={after}&"),
        _ => format!("{PAGE}?"),
    }
}

/// Takes once more what was set aside: one letter and those before it, or all, of one reader where
/// it is named.
#[server(prefix = "/fn", endpoint = "staff/redrive")]
async fn redrive(
    #[server(default)] id: String,
    #[server(default)] reader: String,
    #[server(default)] after: String,
) -> Result<(), Failure> {
    let page = page_after(&after);
    let outcome = async {
        let (shop, staff) = (shop()?, staff()?);
        let done = match (id.as_str(), reader.as_str()) {
            ("", "") => event::redrive_all(&shop, &staff, None).await?,
            ("", reader) => event::redrive_all(&shop, &staff, Some(reader)).await?,
            (id, _) => event::redrive(&shop, &staff, id.parse().map_err(|_| Failure::NotFound)?).await?,
        };
        let Redriven { taken, failed, away, long } = done;
        Ok(format!("{page}taken={taken}&failed={failed}&away={away}&long={long}"))
    };
    let outcome = outcome.await;
    answer(Sent { form: "staff/readers", page: &page, fields: &[] }, outcome).await
}

/// The readers, and the letters, oldest first.
#[component]
pub(crate) fn ReadersPage() -> impl IntoView {
    let query = use_query_map().get_untracked();
    let after: i64 = query.get("after").and_then(|word| word.parse().ok()).unwrap_or_default();
    let discarded = query.get("discarded").is_some();
    let count = |name| query.get(name).and_then(|word| word.parse().ok()).unwrap_or_default();
    let is = |name| query.get(name).is_some_and(|word| word == "true");
    let done = Redriven { taken: count("taken"), failed: count("failed"), away: is("away"), long: is("long") };
    let done = query.get("taken").map(|_| done);
    page(async move {
        let (shop, staff) = (shop()?, staff()?);
        let ways = ways().await;
        let names = shop.readers().names();
        let lags = event::lags(&shop, &names).await?;
        let dead = event::dead_counts(&shop, &staff).await?;
        let mut letters = event::dead_letters(&shop, &staff, after).await?;
        let further = usize::try_from(event::PAGE).is_ok_and(|page| letters.len() > page);
        letters.truncate(usize::try_from(event::PAGE).unwrap_or(usize::MAX));
        let more = letters.last().filter(|_| further).map(|last| {
            view! { <p><a href=format!("{PAGE}?after={}", last.id)>{t!("letters-more")}</a></p> }
        });
        let first = (after > 0).then(|| view! { <p><a href=PAGE>{t!("newest")}</a></p> });
        let none = letters.is_empty().then(|| view! { <p class="empty">{t!("letters-none")}</p> });
        let all = dead.iter().any(|(reader, _)| names.contains(&reader.as_str()));
        let all = all.then(|| {
            let label = t!("redrive-everything");
            view! { <div class="steps"><Redrive id=None reader=String::new() after label /></div> }
        });
        // Their letters are all that is left of them.
        let gone = dead.into_iter().filter(|(reader, _)| !names.contains(&reader.as_str()));
        let gone = gone.map(|(reader, dead)| view! { <Gone reader dead /> }).collect_view();
        let rows = lags.into_iter().map(|lag| view! { <Row lag /> }).collect_view();
        let refused = returned_within("staff/readers", &[]);
        let items = letters
            .into_iter()
            .map(|letter| {
                let known = names.contains(&letter.reader.as_str());
                view! { <LetterItem letter known after /> }
            })
            .collect_view();
        Ok(view! {
            <Head title=t!("readers") private=true />
            <h1>{t!("readers")}</h1>
            {ways}
            {refused.summary()}
            {done.map(|done| view! { <Done done /> })}
            {discarded.then(|| view! { <p class="notice good" role="status">{t!("letter-discarded")}</p> })}
            <div class="scroll rows" tabindex="0" role="region" aria-label=t!("readers")>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{t!("reader")}</th>
                            <th scope="col" class="number">{t!("lag-events")}</th>
                            <th scope="col" class="number">{t!("lag-seconds")}</th>
                            <th scope="col" class="number">{t!("set-aside")}</th>
                            <th scope="col">{t!("redrive")}</th>
                        </tr>
                    </thead>
                    <tbody>{rows} {gone}</tbody>
                </table>
            </div>
            <section>
                <h2>{t!("letters")}</h2>
                <p>{t!("letters-note")}</p>
                {all}
                {first}
                <ul class="panels letters">{items}</ul>
                {none}
                {more}
                <p><a href="/staff/readers/settled">{t!("sys-settled")}</a></p>
            </section>
        }
        .into_any())
    })
}

/// What came of taking letters once more.
#[component]
fn Done(done: Redriven) -> impl IntoView {
    let good = !done.away && done.failed == 0;
    let mut sentences = vec![];
    if done.taken > 0 || good {
        sentences.push(t!("redriven", count = done.taken));
    }
    if done.failed > 0 {
        sentences.push(t!("redrive-failed", count = done.failed));
    }
    if done.away {
        sentences.push(t!("redrive-away"));
    }
    if done.long {
        sentences.push(t!("redrive-long"));
    }
    view! { <p class=if good { "notice good" } else { "notice bad" } role="status">{sentences.join(" ")}</p> }
}

#[component]
fn Row(lag: Lag) -> impl IntoView {
    let behind = if lag.is_more() { format!("{}+", grouped(lag.events)) } else { grouped(lag.events) };
    let dead = (lag.dead > 0).then(|| {
        view! { <Redrive id=None reader=lag.reader.clone() after=0 label=t!("redrive-reader") /> }
    });
    view! {
        <tr class=(lag.dead > 0).then_some("wrong")>
            <th scope="row">{reader_name(&lag.reader)}</th>
            <td class="number">{behind}</td>
            <td class="number">{format!("{:.1}", lag.seconds)}</td>
            <td class="number">{grouped(lag.dead)}</td>
            <td>{dead}</td>
        </tr>
    }
}

#[component]
fn Gone(reader: String, dead: i64) -> impl IntoView {
    view! {
        <tr class="wrong">
            <th scope="row"><code>{reader}</code></th>
            <td colspan="2">{t!("reader-gone")}</td>
            <td class="number">{grouped(dead)}</td>
            <td></td>
        </tr>
    }
}

/// The button that takes letters once more.
#[component]
fn Redrive(
    /// The letter, where it is one.
    id: Option<i64>,
    /// The reader, where it is one's.
    reader: String,
    /// The letter that the page stands behind.
    after: i64,
    /// What it is called.
    label: String,
) -> impl IntoView {
    view! {
        <form action="/fn/staff/redrive" method="post">
            {id.map(|id| view! { <input type="hidden" name="id" value=id /> })}
            <input type="hidden" name="reader" value=reader />
            <input type="hidden" name="after" value=after />
            <button class="button small">{label}</button>
        </form>
    }
}

/// A reader in the language of the page.
pub(crate) fn reader_name(name: &str) -> AnyView {
    match words::reader(name) {
        Some(known) => known.into_any(),
        None => view! { <code>{name.to_owned()}</code> }.into_any(),
    }
}

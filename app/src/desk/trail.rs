//! The audit trail as a table, for the staff and for a seller, and as a file.

mod values;
mod words;

use async_trait::async_trait;
use contract::{
    Failure,
    form::{Flaw, Flaws},
    table::{Cursor, PAGE, Rows},
    trail::Act,
    when::kst,
};
use domain::{
    Shop,
    member::Operator,
    trail::{self, Entry, Filter, Named},
};
use leptos::prelude::*;
use serde_json::Value;
use time::{Date, macros::format_description};

use crate::{
    desk::{
        Ways,
        download::{CHUNK, Download},
        table::{Asked, TableBox, Turn},
    },
    form::{Field, Returned},
    page::Head,
    text::{self, t},
    words::{actor, read},
};
use words::{act, changes, href, subject, told};

fn filter(asked: &Asked) -> Filter {
    Filter {
        acts: read::<Act>(asked.get("act")).into_iter().collect(),
        who: asked.get("who").to_owned(),
        subject: asked.get("subject").to_owned(),
        from: day(asked.get("from")),
        to: day(asked.get("to")),
    }
}

/// The field whose day is none.
fn flawed(asked: &Asked) -> Option<&'static str> {
    ["from", "to"].into_iter().find(|name| !asked.get(name).is_empty() && day(asked.get(name)).is_none())
}

/// What a browser's field for a day gives; anything else asks for nothing.
fn day(typed: &str) -> Option<Date> {
    Date::parse(typed, format_description!("[year]-[month]-[day]"))
        .ok()
        .filter(|day| (2000..=2999).contains(&day.year()))
}

/// The page of the trail, as whoever asks may see it.
pub(crate) async fn trail_page(shop: Shop, operator: Operator) -> Result<AnyView, Failure> {
    let asked = Asked::here();
    let list = trail::list(&shop, &operator, &filter(&asked), asked.after().as_ref(), PAGE).await?;
    let seller = operator.seller().is_some();
    // Days that are none leave the rest of the filter in force.
    let flaw = flawed(&asked).map(|_| view! { <p class="notice bad" role="alert">{t!("orders-day-flaw")}</p> });
    let empty = list.rows.is_empty().then(|| view! { <p class="empty">{t!("trail-empty")}</p> });
    Ok(view! {
        <Head title=t!("trail") private=true />
        <h1>{t!("trail")}</h1>
        <Ways operator />
        {flaw}
        <Filters asked=asked.clone() seller />
        <Entries entries=list.rows label=t!("trail") seller />
        {empty}
        <Turn asked next=list.next csv=true />
    }
    .into_any())
}

#[component]
fn Filters(asked: Asked, seller: bool) -> impl IntoView {
    let chosen = asked.get("act").to_owned();
    let acts = Act::ALL.iter().filter_map(|one| {
        let word = serde_word(*one)?;
        let selected = word == chosen;
        Some(view! { <option value=word selected=selected>{crate::words::act(*one)}</option> })
    });
    let who = asked.get("who").to_owned();
    let who = (!seller).then(|| {
        view! { <Field name="trail-who" wire="who" label=t!("trail-who") form=Returned::default() value=who hint=t!("trail-who-hint") /> }
    });
    let typed = |name: &str| asked.get(name).to_owned();
    let path = if seller { "/seller/trail" } else { "/staff/trail" };
    view! {
        <form class="filters" action=path method="get">
            <div class="field">
                <label for="trail-act">{t!("trail-act")}</label>
                <select id="trail-act" name="act">
                    <option value="">{t!("trail-all-acts")}</option>
                    {acts.collect_view()}
                </select>
            </div>
            {who}
            <Field name="trail-subject" wire="subject" label=t!("trail-subject") form=Returned::default() value=typed("subject") hint=t!("trail-subject-hint") />
            <Field name="trail-from" wire="from" label=t!("trail-from") form=Returned::default() value=typed("from") kind="date" />
            <Field name="trail-to" wire="to" label=t!("trail-to") form=Returned::default() value=typed("to") kind="date" />
            <button class="button">{t!("members-find")}</button>
        </form>
    }
}

/// The word of an act.
fn serde_word(act: Act) -> Option<String> {
    serde_json::to_value(act).ok()?.as_str().map(str::to_owned)
}

/// Entries of the trail, newest first.
#[component]
pub(crate) fn Entries(
    /// The entries.
    entries: Vec<Entry>,
    /// What the table is called.
    #[prop(into)]
    label: String,
    /// Whether a seller looks.
    seller: bool,
) -> impl IntoView {
    let rows = entries.into_iter().map(|entry| view! { <Row entry seller /> }).collect_view();
    view! {
        <TableBox label>
            <table>
                <thead>
                    <tr>
                        <th scope="col">{t!("when")}</th>
                        <th scope="col">{t!("trail-who")}</th>
                        <th scope="col">{t!("trail-act")}</th>
                        <th scope="col">{t!("trail-subject")}</th>
                        <th scope="col">{t!("trail-changes")}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </TableBox>
    }
}

#[component]
fn Row(entry: Entry, seller: bool) -> impl IntoView {
    let as_what = actor(entry.actor);
    let who = match (entry.by_name.is_empty(), seller) {
        (true, _) => as_what.into_any(),
        (false, true) => view! { {entry.by_name.clone()} " " <small>{as_what}</small> }.into_any(),
        (false, false) => view! {
            <a href=format!("/staff/members/{}", entry.by)>{entry.by_name.clone()}</a> " " <small>{as_what} " · " {entry.by_email.clone()}</small>
        }
        .into_any(),
    };
    let name = subject(&entry);
    let subject = match href(&entry, seller) {
        Some(href) => view! { <a href=href>{name}</a> }.into_any(),
        None => name.into_any(),
    };
    let whose = entry.seller.clone().filter(|_| !seller).map(|name| view! { " " <small>{name}</small> });
    let changed = changes(&entry.act, &entry.before, &entry.after, &entry.named)
        .into_iter()
        .map(|change| {
            view! {
                <div>
                    <dt>{change.name}</dt>
                    <dd>
                        {change.before.map(|before| view! {
                            <span class="hidden">{t!("trail-before")} ": "</span><del>{before}</del>
                            <span aria-hidden="true">" → "</span>
                        })}
                        <span class="hidden">{t!("trail-after")} ": "</span><ins>{change.after}</ins>
                    </dd>
                </div>
            }
        })
        .collect_view();
    view! {
        <tr>
            <td>{text::time(entry.at)}</td>
            <td>{who}</td>
            <td>{act(&entry.act)}</td>
            <td class="long">{subject} {whose}</td>
            <td class="long"><dl class="changes">{changed}</dl></td>
        </tr>
    }
}

/// What an act changed, a line for each name.
pub(crate) fn lines(act: &str, before: &Value, after: &Value, named: &Named) -> Vec<String> {
    changes(act, before, after, named).iter().map(told).collect()
}

/// The changes asked for, as a file.
pub(crate) struct TrailFile {
    shop: Shop,
    by: Operator,
    filter: Filter,
    flawed: Option<&'static str>,
}

impl TrailFile {
    /// The file of what a URL asks for.
    pub(crate) fn new(shop: Shop, by: Operator, asked: &Asked) -> Self {
        Self { shop, by, filter: filter(asked), flawed: flawed(asked) }
    }
}

#[async_trait]
impl Download for TrailFile {
    type Row = Entry;

    fn name(&self) -> &'static str {
        "trail"
    }

    fn head(&self) -> Vec<String> {
        vec![
            t!("when"),
            t!("trail-who"),
            t!("email"),
            t!("trail-as"),
            t!("trail-act"),
            t!("trail-subject"),
            t!("seller"),
            t!("trail-changes"),
        ]
    }

    async fn rows(&self, after: Option<Cursor>) -> Result<Rows<Entry>, Failure> {
        if let Some(name) = self.flawed {
            return Err(Failure::Invalid(Flaws::one(name, Flaw::Time)));
        }
        Ok(trail::list(&self.shop, &self.by, &self.filter, after.as_ref(), CHUNK).await?)
    }

    fn cells(&self, row: Entry) -> Vec<String> {
        let changed = lines(&row.act, &row.before, &row.after, &row.named);
        let subject = subject(&row);
        vec![
            kst(row.at),
            row.by_name,
            row.by_email,
            actor(row.actor),
            act(&row.act),
            subject,
            row.seller.unwrap_or_default(),
            changed.join("; "),
        ]
    }
}

//! The events that were set aside once: what became of them, when, by whom, and why.

use async_trait::async_trait;
use contract::{
    Failure,
    system::Settled,
    table::{Cursor, PAGE, Rows},
    when,
};
use domain::{
    Shop,
    event::{self, SettledLetter},
    member::Staff,
};
use leptos::prelude::*;

use super::{
    super::system::{Body, Pick, ways},
    reader_name, subject_of,
};
use crate::{
    context::shop,
    desk::{
        download::{CHUNK, Download},
        staff,
        table::{Asked, TableBox, Turn},
    },
    page::{Head, page},
    text::{self, t},
    words,
};

/// The list, the latest first.
#[component]
pub(crate) fn SettledPage() -> impl IntoView {
    let asked = Asked::here();
    page(async move {
        let (shop, staff) = (shop()?, staff()?);
        let ways = ways().await;
        let how = words::read(asked.get("settled"));
        let Rows { rows, next } = event::settled_letters(&shop, &staff, how, asked.after().as_ref(), PAGE).await?;
        let none = rows.is_empty().then(|| view! { <p class="empty">{t!("sys-settled-none")}</p> });
        let rows = rows.into_iter().map(|letter| view! { <Row letter /> }).collect_view();
        let ways_to_settle = Settled::ALL.iter().map(|how| (words::word(*how), settled(*how))).collect();
        let chosen = asked.get("settled").to_owned();
        Ok(view! {
            <Head title=t!("sys-settled") private=true />
            <h1>{t!("sys-settled")}</h1>
            {ways}
            <form class="filters" method="get">
                <Pick name="settled" label=t!("sys-how") chosen options=ways_to_settle />
                <button class="button">{t!("sys-filter")}</button>
            </form>
            <TableBox label=t!("sys-settled")>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{t!("when")}</th>
                            <th scope="col">{t!("sys-how")}</th>
                            <th scope="col">{t!("who")}</th>
                            <th scope="col">{t!("reason")}</th>
                            <th scope="col">{t!("reader")}</th>
                            <th scope="col">{t!("sys-event")}</th>
                            <th scope="col">{t!("letter-subject")}</th>
                            <th scope="col" class="number">{t!("letter-attempts")}</th>
                            <th scope="col">{t!("letter-error")}</th>
                            <th scope="col">{t!("letter-payload")}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </TableBox>
            {none}
            <Turn asked next csv=true />
        }
        .into_any())
    })
}

#[component]
fn Row(letter: SettledLetter) -> impl IntoView {
    let subject = subject_of(&letter.name, &letter.subject, &letter.payload);
    view! {
        <tr>
            <td>{text::time(letter.settled_at)}</td>
            <td>{settled(letter.settled)}</td>
            <td>{letter.by_name}</td>
            <td class="long">{letter.reason}</td>
            <td>{reader_name(&letter.reader)}</td>
            <th scope="row"><code>{letter.name}</code></th>
            <td class="id">{subject}</td>
            <td class="number">{letter.attempts}</td>
            <td class="long">{letter.error}</td>
            <td><Body text=letter.payload.to_string() /></td>
        </tr>
    }
}

fn settled(how: Settled) -> String {
    match how {
        Settled::Redriven => t!("sys-redriven"),
        Settled::Discarded => t!("sys-discarded"),
    }
}

/// The same list as a file.
pub(in crate::staff) struct SettledFile {
    pub shop: Shop,
    pub staff: Staff,
    pub how: Option<Settled>,
}

#[async_trait]
impl Download for SettledFile {
    type Row = SettledLetter;

    fn name(&self) -> &'static str {
        "settled-events"
    }

    fn head(&self) -> Vec<String> {
        vec![
            t!("when"),
            t!("sys-how"),
            t!("who"),
            t!("reason"),
            t!("reader"),
            t!("sys-event"),
            t!("letter-subject"),
            t!("letter-attempts"),
            t!("letter-error"),
            t!("letter-payload"),
        ]
    }

    async fn rows(&self, after: Option<Cursor>) -> Result<Rows<SettledLetter>, Failure> {
        Ok(event::settled_letters(&self.shop, &self.staff, self.how, after.as_ref(), CHUNK).await?)
    }

    fn cells(&self, row: SettledLetter) -> Vec<String> {
        vec![
            when::kst(row.settled_at),
            settled(row.settled),
            row.by_name,
            row.reason,
            row.reader,
            row.name,
            row.subject,
            row.attempts.to_string(),
            row.error,
            row.payload.to_string(),
        ]
    }
}

//! The inbox: what happened, newest first, and what one waits for.

use contract::{Failure, notification::NotificationId};
use domain::{
    notification::{self, Notification},
    wish,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{Text, text};
use crate::{
    account::Tabs,
    context::{own_path, shop, shopper, visitor},
    form::{Sent, answer, returned},
    page::{Empty, Head, page},
    text::{self as words, t},
    wish::Wishes,
};

/// Where the inbox is.
const INBOX: &str = "/my/notifications";

/// Marks a notification as read, and goes on to what it is about.
#[server(prefix = "/fn", endpoint = "notification/read")]
async fn read(#[server(default)] id: String, #[server(default)] next: String) -> Result<(), Failure> {
    let outcome = async {
        let id: NotificationId = id.parse().map_err(|_| Failure::NotFound)?;
        notification::read(&shop()?, &shopper()?, id).await?;
        Ok(if next.is_empty() { INBOX.to_owned() } else { own_path(&next).to_owned() })
    };
    answer(Sent { form: "notification/act", page: INBOX, fields: &[] }, outcome.await).await
}

/// Marks all notifications as read, up to the newest one that the page showed.
#[server(prefix = "/fn", endpoint = "notification/read-all")]
async fn read_all(#[server(default)] until: String) -> Result<(), Failure> {
    let outcome = async {
        let until: NotificationId = until.parse().map_err(|_| Failure::BadRequest)?;
        notification::read_all(&shop()?, &shopper()?, until).await?;
        Ok(INBOX.to_owned())
    };
    answer(Sent { form: "notification/act", page: INBOX, fields: &[] }, outcome.await).await
}

/// The inbox. Looking at it marks nothing as read.
#[component]
pub(crate) fn InboxPage() -> impl IntoView {
    let before = use_query_map().with_untracked(|query| query.get("before")).and_then(|word| word.parse().ok());
    page(async move {
        let (shop, shopper) = (shop()?, shopper()?);
        let mut told = notification::list(&shop, &shopper, before).await?;
        let wishes = wish::list(&shop, &shopper).await?;
        let size = usize::try_from(notification::PAGE).unwrap_or(usize::MAX);
        let further = told.len() > size;
        told.truncate(size);
        let older = told.last().filter(|_| further).map(|last| {
            view! { <p><a href=format!("{INBOX}?before={}", last.id)>{t!("older")}</a></p> }
        });
        let newest = told.first().filter(|_| visitor().unread > 0).map(|newest| view! { <ReadAll until=newest.id /> });
        let list = if told.is_empty() {
            view! { <Empty sentence=t!("notifications-empty") href="/" action=t!("browse") /> }.into_any()
        } else {
            let items = told.into_iter().map(|told| view! { <Item told /> }).collect_view();
            view! { <ul class="inbox">{items}</ul> }.into_any()
        };
        Ok(view! {
            <Head title=t!("notifications") private=true />
            <h1>{t!("notifications")}</h1>
            <Tabs />
            {returned("notification/act").summary()}
            {newest}
            {list}
            {older}
            <Wishes wishes />
        }
        .into_any())
    })
}

#[component]
fn ReadAll(until: NotificationId) -> impl IntoView {
    view! {
        <form class="read-all" action="/fn/notification/read-all" method="post">
            <input type="hidden" name="until" value=until />
            <button class="button small">{t!("read-all")}</button>
        </form>
    }
}

/// One notification. An unread one is a form, so that following it marks it; a read one a link.
#[component]
fn Item(told: Notification) -> impl IntoView {
    let Text { title, body, href } = text(&told.notice);
    let at = words::time(told.created_at);
    if told.is_read {
        return view! {
            <li>
                <a class="told" href=href>
                    <span class="title">{title}</span>
                    <span>{body}</span>
                    <span class="when">{at}</span>
                </a>
            </li>
        }
        .into_any();
    }
    view! {
        <li class="unread">
            <form action="/fn/notification/read" method="post">
                <input type="hidden" name="id" value=told.id />
                <input type="hidden" name="next" value=href />
                <button class="told">
                    <span class="title"><span class="badge">{t!("new-mark")}</span> " " {title}</span>
                    <span>{body}</span>
                    <span class="when">{at}</span>
                </button>
            </form>
        </li>
    }
    .into_any()
}

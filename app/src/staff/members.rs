//! The members: found by any part of name, e-mail or telephone, and as a file.

pub(crate) mod bulk;

use async_trait::async_trait;
use contract::{
    Failure,
    member::{MemberStatus, Role, print_phone},
    money::{grouped, won},
    table::{Cursor, PAGE, Rows},
    when::kst,
};
use domain::{
    Shop,
    member::{self, Filter, Member, Sort, Staff},
};
use leptos::prelude::*;

use super::{Choice, Tabs, staff};
use crate::{
    context::shop,
    desk::{
        download::{CHUNK, Download},
        table::{Asked, SortHead, TableBox, Turn},
    },
    form::{Field, Returned},
    page::{Head, page},
    text::{self, t},
    words,
};

/// The orders of the table, with their words in the URL; the first is the table's own.
const SORTS: [(&str, Sort); 6] = [
    ("joined-desc", Sort::Newest),
    ("joined", Sort::Oldest),
    ("name", Sort::Name),
    ("name-desc", Sort::NameDown),
    ("email", Sort::Email),
    ("email-desc", Sort::EmailDown),
];

/// What a filter offers for a role.
const ROLES: [(&str, Role); 3] = [("shopper", Role::Shopper), ("seller", Role::Seller), ("staff", Role::Staff)];

/// What it offers for a status.
const STATUSES: [(&str, MemberStatus); 2] = [("active", MemberStatus::Active), ("blocked", MemberStatus::Blocked)];

fn filter(asked: &Asked) -> Filter {
    Filter {
        words: asked.get("q").to_owned(),
        role: words::read(asked.get("role")),
        status: words::read(asked.get("status")),
    }
}

fn sort(asked: &Asked) -> (&'static str, Sort) {
    let own = asked.get("sort");
    SORTS.into_iter().find(|(word, _)| *word == own).unwrap_or(("joined-desc", Sort::Newest))
}

/// The list.
#[component]
pub(crate) fn MembersPage() -> impl IntoView {
    page(async move {
        let (shop, staff) = (shop()?, staff()?);
        let asked = Asked::here();
        let (now, sort) = sort(&asked);
        let list = member::list(&shop, &staff, &filter(&asked), sort, asked.after().as_ref(), PAGE).await?;
        let empty = list.rows.is_empty().then(|| view! { <p class="empty">{t!("members-empty")}</p> });
        let saved = asked.get("saved").parse::<i64>().ok().map(|count| {
            view! { <p class="notice good" role="status">{t!("members-changed", count = count)}</p> }
        });
        let rows = list.rows.into_iter().map(|member| view! { <Row member /> }).collect_view();
        let heads = [("name", t!("name")), ("email", t!("email")), ("joined", t!("member-joined"))];
        let [name, email, joined] = heads.map(|(word, label)| {
            let asked = asked.clone();
            view! { <SortHead asked word now=now.to_owned() label /> }
        });
        Ok(view! {
            <Head title=t!("desk-members") private=true />
            <h1>{t!("desk-members")}</h1>
            <Tabs />
            {saved}
            <Filters asked=asked.clone() />
            <form action="/staff/members/bulk" method="get">
                <input type="hidden" name="next" value=asked.itself() />
                <TableBox label=t!("desk-members")>
                    <table>
                        <thead>
                            <tr>
                                <th scope="col"><span class="hidden">{t!("members-tick", name = "")}</span></th>
                                {name}
                                {email}
                                <th scope="col">{t!("member-phone")}</th>
                                <th scope="col">{t!("member-role")}</th>
                                <th scope="col">{t!("member-state")}</th>
                                {joined}
                                <th scope="col" class="number">{t!("points")}</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </TableBox>
                {empty}
                <div class="actions">
                    <button class="button small" name="do" value="block">{t!("members-block")}</button>
                    <button class="button small" name="do" value="unblock">{t!("members-unblock")}</button>
                </div>
            </form>
            <Turn asked next=list.next csv=true />
        }
        .into_any())
    })
}

#[component]
fn Filters(asked: Asked) -> impl IntoView {
    let any = || vec![("", t!("members-any"))];
    let role = ROLES.into_iter().find(|(word, _)| *word == asked.get("role")).map_or("", |(word, _)| word);
    let status = STATUSES.into_iter().find(|(word, _)| *word == asked.get("status")).map_or("", |(word, _)| word);
    let roles = any().into_iter().chain(ROLES.map(|(word, role)| (word, words::role(role)))).collect();
    let statuses =
        any().into_iter().chain(STATUSES.map(|(word, status)| (word, words::member_status(status)))).collect();
    let q = asked.get("q").to_owned();
    view! {
        <form class="filters" action="/staff/members" method="get" role="search">
            <Field name="member-q" wire="q" label=t!("members-search") form=Returned::default() value=q kind="search" />
            <Choice name="member-role" wire="role" label=t!("member-role") value=role options=roles />
            <Choice name="member-status" wire="status" label=t!("member-state") value=status options=statuses />
            <input type="hidden" name="sort" value=asked.get("sort").to_owned() />
            <button class="button">{t!("members-find")}</button>
        </form>
    }
}

#[component]
fn Row(member: Member) -> impl IntoView {
    let blocked = member.status == MemberStatus::Blocked;
    let state = words::member_status(member.status);
    let state = if blocked { view! { <span class="badge few">{state}</span> }.into_any() } else { state.into_any() };
    let tick = t!("members-tick", name = member.name.clone());
    view! {
        <tr>
            <td class="pick"><label><span class="hidden">{tick}</span><input type="checkbox" name="id" value=member.id /></label></td>
            <th scope="row"><a href=format!("/staff/members/{}", member.id)>{member.name}</a></th>
            <td>{member.email}</td>
            <td>{print_phone(&member.phone)}</td>
            <td>{words::role(member.role)}</td>
            <td>{state}</td>
            <td>{text::time(member.joined_at)}</td>
            <td class="number">{won(member.balance)}</td>
        </tr>
    }
}

/// The members asked for, as a file.
pub(crate) struct MembersFile {
    shop: Shop,
    by: Staff,
    filter: Filter,
    sort: Sort,
}

impl MembersFile {
    /// The file of what a URL asks for.
    pub(crate) fn new(shop: Shop, by: Staff, asked: &Asked) -> Self {
        Self { shop, by, filter: filter(asked), sort: sort(asked).1 }
    }
}

#[async_trait]
impl Download for MembersFile {
    type Row = Member;

    fn name(&self) -> &'static str {
        "members"
    }

    fn head(&self) -> Vec<String> {
        vec![
            t!("member-number"),
            t!("name"),
            t!("email"),
            t!("member-phone"),
            t!("member-role"),
            t!("member-state"),
            t!("member-joined"),
            t!("points"),
        ]
    }

    async fn rows(&self, after: Option<Cursor>) -> Result<Rows<Member>, Failure> {
        Ok(member::list(&self.shop, &self.by, &self.filter, self.sort, after.as_ref(), CHUNK).await?)
    }

    fn cells(&self, row: Member) -> Vec<String> {
        vec![
            row.id.to_string(),
            row.name,
            row.email,
            print_phone(&row.phone),
            words::role(row.role),
            words::member_status(row.status),
            kst(row.joined_at),
            grouped(row.balance),
        ]
    }
}

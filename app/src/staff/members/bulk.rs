//! Blocking members and letting them in again: several at once, and one from their own page.

use contract::{
    Failure,
    member::{MemberId, MemberStatus},
};
use domain::member::{self, Member, Staff};
use leptos::prelude::*;

use super::super::{Reason, Tabs, staff};
use crate::{
    context::{asked_path, own_path, shop},
    desk::{confirm::Confirm, table::Asked},
    form::{Sent, answer, returned},
    page::{Head, page},
    text::t,
};

/// Blocks members, for a reason. Blocked already, they stay so.
#[server(prefix = "/fn", endpoint = "staff/member-block")]
async fn block_members(
    #[server(default)] ids: String,
    #[server(default)] reason: String,
    #[server(default)] page: String,
    #[server(default)] next: String,
) -> Result<(), Failure> {
    let outcome = async {
        let (shop, staff) = (shop()?, staff()?);
        let count = member::block(&shop, &staff, &read_ids(&ids)?, &reason).await?;
        Ok(with_saved(own_path(&next), count))
    };
    let outcome = outcome.await;
    answer(Sent { form: "staff/member-block", page: own_path(&page), fields: &[("reason", &reason)] }, outcome).await
}

/// Lets members in again. Who is not blocked stays so.
#[server(prefix = "/fn", endpoint = "staff/member-unblock")]
async fn unblock_members(
    #[server(default)] ids: String,
    #[server(default)] page: String,
    #[server(default)] next: String,
) -> Result<(), Failure> {
    let outcome = async {
        let (shop, staff) = (shop()?, staff()?);
        let count = member::unblock(&shop, &staff, &read_ids(&ids)?).await?;
        Ok(with_saved(own_path(&next), count))
    };
    answer(Sent { form: "staff/member-block", page: own_path(&page), fields: &[] }, outcome.await).await
}

/// Ids apart by commas, as the pages carry them.
fn read_ids(typed: &str) -> Result<Vec<MemberId>, Failure> {
    typed.split(',').map(|id| id.trim().parse().map_err(|_| Failure::NotFound)).collect()
}

fn with_saved(next: &str, count: usize) -> String {
    let glue = if next.contains('?') { '&' } else { '?' };
    format!("{next}{glue}saved={count}")
}

/// The last question, which names how many it is about.
#[component]
pub(crate) fn BulkPage() -> impl IntoView {
    page(async move {
        let (shop, staff) = (shop()?, staff()?);
        let asked = Asked::here();
        let block = asked.get("do") != "unblock";
        let back = match own_path(asked.get("next")) {
            "/" => "/staff/members".to_owned(),
            own => own.to_owned(),
        };
        // What is no number names nobody.
        let ids: Vec<MemberId> =
            asked.all("id").into_iter().filter_map(|id| id.parse().ok()).take(member::MOST_AT_ONCE).collect();
        let chosen = member::chosen(&shop, &staff, &ids).await?;
        let own = chosen.iter().any(|member| member.id == staff.id());
        let count = chosen.len();
        let touched: Vec<Member> = chosen.into_iter().filter(|member| changes(member, &staff, block)).collect();
        let others = count - touched.len() - usize::from(own);
        let form = returned("staff/member-block");
        let left_out = view! {
            {own.then(|| view! { <p class="hint">{t!("members-own-left-out")}</p> })}
            {(others > 0).then(|| view! { <p class="hint">{t!("members-others-left-out", count = others)}</p> })}
        };
        let content = if touched.is_empty() {
            view! {
                <p class="notice">{t!("members-none-chosen")}</p>
                {left_out}
                <p><a class="button" href=back>{t!("members-back")}</a></p>
            }
            .into_any()
        } else {
            let count = touched.len();
            let ids: Vec<String> = touched.iter().map(|member| member.id.to_string()).collect();
            let fields = vec![("ids", ids.join(",")), ("page", asked_path()), ("next", back.clone())];
            let names = touched
                .into_iter()
                .map(|member| view! { <li>{member.name} " " <small>{member.email}</small></li> })
                .collect_view();
            let (action, question, note, button) = if block {
                let question = t!("members-block-question", count = count);
                ("/fn/staff/member-block", question, t!("members-block-note"), t!("members-block-now", count = count))
            } else {
                let question = t!("members-unblock-question", count = count);
                (
                    "/fn/staff/member-unblock",
                    question,
                    t!("members-unblock-note"),
                    t!("members-unblock-now", count = count),
                )
            };
            let reason = block.then(|| view! { <Reason form=form.clone() scope="members" /> });
            view! {
                <Confirm question action fields button back>
                    <ul class="chosen">{names}</ul>
                    {left_out}
                    <p>{note}</p>
                    {reason}
                </Confirm>
            }
            .into_any()
        };
        Ok(view! {
            <Head title=t!("desk-members") private=true />
            <h1>{t!("desk-members")}</h1>
            <Tabs />
            {form.summary()}
            {content}
        }
        .into_any())
    })
}

/// Whether the step would change anything of a member.
fn changes(member: &Member, by: &Staff, block: bool) -> bool {
    let from = if block { MemberStatus::Active } else { MemberStatus::Blocked };
    member.status == from && member.id != by.id()
}

//! One member: who it is, what the staff may do, and what the member has.

mod things;

use contract::{
    Failure,
    member::{MemberId, MemberStatus, Role, print_phone},
    money::won,
};
use domain::{
    application, coupon,
    member::{self, Card},
    order, points, trail,
};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use uuid::Uuid;

use super::{Ask, Reason, Tabs, staff};
use crate::{
    application::Sheet,
    context::shop,
    desk::trail::Entries,
    form::{Field, Returned, Sent, answer, returned},
    page::{Head, page},
    text::{self, t},
    words,
};
use things::{Coupons, Ledger, Orders};

/// What the staff did that is shown here; the trail has all of it.
const DONE: i64 = 20;

/// Corrects a member's balance. The form's key makes a double click correct once.
#[server(prefix = "/fn", endpoint = "staff/member-points")]
async fn adjust_points(
    #[server(default)] id: String,
    #[server(default)] amount: String,
    #[server(default)] reason: String,
    #[server(default)] key: String,
) -> Result<(), Failure> {
    let outcome = async {
        let (shop, staff) = (shop()?, staff()?);
        let key = Uuid::parse_str(&key).map_err(|_| Failure::BadRequest)?;
        points::adjust(&shop, &staff, key, parse_id(&id)?, &amount, &reason).await?;
        Ok(format!("{}?saved=points", path(&id)))
    };
    let outcome = outcome.await;
    let fields = [("amount", amount.as_str()), ("reason", &reason), ("key", &key)];
    answer(Sent { form: "staff/member-points", page: &path(&id), fields: &fields }, outcome).await
}

/// Gives a member the staff's role, or takes it.
#[server(prefix = "/fn", endpoint = "staff/member-role")]
async fn set_role(#[server(default)] id: String, #[server(default)] staff: String) -> Result<(), Failure> {
    let outcome = async {
        let (shop, by) = (shop()?, self::staff()?);
        member::set_staff(&shop, &by, parse_id(&id)?, staff == "yes").await?;
        Ok(format!("{}?saved=role", path(&id)))
    };
    answer(Sent { form: "staff/member-role", page: &path(&id), fields: &[] }, outcome.await).await
}

fn path(id: &str) -> String {
    format!("/staff/members/{id}")
}

fn parse_id(typed: &str) -> Result<MemberId, Failure> {
    typed.parse().map_err(|_| Failure::NotFound)
}

/// The member's page.
#[component]
pub(crate) fn MemberPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")).unwrap_or_default();
    let (saved, before) = use_query_map()
        .with_untracked(|query| (query.get("saved"), query.get("before").and_then(|word| word.parse::<i64>().ok())));
    page(async move {
        let (shop, staff) = (shop()?, staff()?);
        let id = parse_id(&id)?;
        let card = member::find(&shop, &staff, id).await?;
        let entries = points::history_of(&shop, &staff, id, before).await?;
        let orders = order::list_of(&shop, &staff, id).await?;
        let coupons = coupon::of_member(&shop, &staff, id).await?;
        let applications = application::of_member(&shop, &staff, id).await?;
        let filter = trail::Filter {
            acts: contract::trail::Act::TO_MEMBERS.to_vec(),
            subject: id.to_string(),
            ..trail::Filter::default()
        };
        let done = trail::list(&shop, &(&staff).into(), &filter, None, DONE).await?;
        let own = id == staff.id();
        let name = card.name.clone();
        let saved = saved.map(|word| {
            let sentence = if word == "points" { t!("points-adjusted") } else { t!("saved") };
            view! { <p class="notice good" role="status">{sentence}</p> }
        });
        let points = returned("staff/member-points");
        let (block, role) = (returned("staff/member-block"), returned("staff/member-role"));
        let applied = (!applications.is_empty()).then(|| {
            let sheets =
                applications.into_iter().map(|application| view! { <li class="panel"><Sheet application /></li> });
            view! {
                <section>
                    <h2>{t!("applications")}</h2>
                    <ul class="panels">{sheets.collect_view()}</ul>
                </section>
            }
        });
        let all = format!("/staff/trail?subject={id}");
        Ok(view! {
            <Head title=name.clone() private=true />
            <h1>{name} " " <State card=card.clone() /></h1>
            <Tabs />
            {points.summary()} {block.summary()} {role.summary()}
            {saved}
            <Facts card=card.clone() />
            <div class="forms">
                <PointsForm form=points id />
                <Standing card own form=block />
            </div>
            <Orders orders />
            <Ledger entries id paged=before.is_some() />
            <Coupons coupons />
            {applied}
            <section>
                <h2>{t!("member-done")}</h2>
                {if done.rows.is_empty() {
                    view! { <p class="hint">{t!("member-done-empty")}</p> }.into_any()
                } else {
                    view! { <Entries entries=done.rows label=t!("member-done") seller=false /> }.into_any()
                }}
                <p><a href=all>{t!("member-done-all")}</a></p>
            </section>
        }
        .into_any())
    })
}

#[component]
fn State(card: Card) -> impl IntoView {
    let blocked = card.status == MemberStatus::Blocked;
    let role = (card.role != Role::Shopper).then(|| view! { " " <span class="badge">{words::role(card.role)}</span> });
    let state = blocked.then(|| view! { " " <span class="badge few">{words::member_status(card.status)}</span> });
    view! { {role} {state} }
}

#[component]
fn Facts(card: Card) -> impl IntoView {
    let phone = if card.phone.is_empty() { t!("member-phone-none") } else { print_phone(&card.phone) };
    let seller = card.seller.map(|name| view! { <div><dt>{t!("member-sells-as")}</dt><dd>{name}</dd></div> });
    view! {
        <dl class="figures facts-of">
            <div><dt>{t!("member-number")}</dt><dd>{card.id}</dd></div>
            <div class="wide"><dt>{t!("email")}</dt><dd>{card.email}</dd></div>
            <div><dt>{t!("member-phone")}</dt><dd>{phone}</dd></div>
            <div><dt>{t!("member-joined")}</dt><dd>{text::time(card.joined_at)}</dd></div>
            <div><dt>{t!("points-balance")}</dt><dd data-testid="member-balance">{won(card.balance)}</dd></div>
            {seller}
        </dl>
    }
}

#[component]
fn PointsForm(form: Returned, id: MemberId) -> impl IntoView {
    let key = form.value("key", &Uuid::now_v7().to_string());
    view! {
        <form class="panel" action="/fn/staff/member-points" method="post">
            <h2>{t!("adjust-points")}</h2>
            <input type="hidden" name="id" value=id />
            <input type="hidden" name="key" value=key />
            <Field name="amount" label=t!("amount") form=form.clone() required=true hint=t!("adjust-hint") />
            <Reason form scope="points" />
            <button class="button primary">{t!("adjust-points")}</button>
        </form>
    }
}

/// Blocking and the staff's role.
#[component]
fn Standing(card: Card, own: bool, form: Returned) -> impl IntoView {
    if own {
        return view! { <section class="panel"><p>{t!("member-own")}</p></section> }.into_any();
    }
    let page = path(&card.id.to_string());
    let carried = {
        let (id, page) = (card.id, page.clone());
        move || {
            view! {
                <input type="hidden" name="ids" value=id />
                <input type="hidden" name="page" value=page.clone() />
                <input type="hidden" name="next" value=page.clone() />
            }
        }
    };
    let active = card.status == MemberStatus::Active;
    let standing = if active {
        let open = form.typed("reason").is_some();
        view! {
            <Ask step=t!("member-block") open=open>
                <p>{t!("members-block-note")}</p>
                <form action="/fn/staff/member-block" method="post">
                    {carried()}
                    <Reason form scope="block" />
                    <button class="button small">{t!("member-block-now")}</button>
                </form>
            </Ask>
        }
        .into_any()
    } else {
        view! {
            <Ask step=t!("member-unblock")>
                <p>{t!("members-unblock-note")}</p>
                <form action="/fn/staff/member-unblock" method="post">
                    {carried()}
                    <button class="button small">{t!("member-unblock-now")}</button>
                </form>
            </Ask>
        }
        .into_any()
    };
    let is_staff = card.role == Role::Staff;
    let (step, note, button, word) = if is_staff {
        (t!("member-unmake-staff"), t!("member-unmake-staff-note"), t!("member-unmake-staff-now"), "no")
    } else {
        (t!("member-make-staff"), t!("member-make-staff-note"), t!("member-make-staff-now"), "yes")
    };
    // Who is blocked cannot be given anything.
    let role = (active || is_staff).then(|| {
        view! {
            <Ask step>
                <p>{note}</p>
                <form action="/fn/staff/member-role" method="post">
                    <input type="hidden" name="id" value=card.id />
                    <button class="button small" name="staff" value=word>{button}</button>
                </form>
            </Ask>
        }
    });
    view! {
        <section class="panel">
            <h2>{t!("member-state")} ": " {words::member_status(card.status)} " · " {words::role(card.role)}</h2>
            <div class="steps">{standing} {role}</div>
        </section>
    }
    .into_any()
}

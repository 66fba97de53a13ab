//! Returns and exchanges as the staff and the sellers run them: the queue, and as a file.

use async_trait::async_trait;
use axum::{Extension, Router, extract::State, http::request::Parts, response::Response, routing::get};
use contract::{
    Failure,
    claim::ClaimTab,
    order::order_number,
    table::{Cursor, PAGE, Rows},
    when::kst,
};
use domain::{
    Shop,
    claim::{self, Counts, Filter, MOST_COUNTED, QueueRow},
    member::Operator,
};
use leptos::prelude::*;

use super::{
    Ways,
    download::{CHUNK, Download, send},
    orders::{asker, asker_of, downloading, list::up_to},
    table::{Asked, TableBox, Turn},
};
use crate::{
    context::Visitor,
    page::{Head, page},
    staff::claims::copies,
    text::{self, t},
    words,
};

/// The queue as a file.
pub(super) fn routes() -> Router<Shop> {
    Router::new().route("/staff/claims.csv", get(claims)).route("/seller/claims.csv", get(claims))
}

async fn claims(State(shop): State<Shop>, Extension(visitor): Extension<Visitor>, parts: Parts) -> Response {
    let table = async {
        let (by, _) = asker_of(&shop, &visitor, parts.uri.path()).await?;
        send(Claims { shop, by, filter: filter(&Asked::of(&parts)) }, visitor.locale).await
    };
    downloading(table.await, &parts)
}

fn filter(asked: &Asked) -> Filter {
    Filter { tab: ClaimTab::parse(asked.get("tab")), search: asked.get("q").chars().take(100).collect() }
}

struct Claims {
    shop: Shop,
    by: Operator,
    filter: Filter,
}

#[async_trait]
impl Download for Claims {
    type Row = QueueRow;

    fn name(&self) -> &'static str {
        "claims"
    }

    fn head(&self) -> Vec<String> {
        vec![
            t!("order-number"),
            t!("claim-asks"),
            t!("claim-state"),
            t!("when"),
            t!("orders-seller"),
            t!("book"),
            t!("claim-fault-of"),
            t!("why"),
        ]
    }

    async fn rows(&self, after: Option<Cursor>) -> Result<Rows<QueueRow>, Failure> {
        Ok(claim::queue(&self.shop, &self.by, &self.filter, after.as_ref(), CHUNK).await?)
    }

    fn cells(&self, row: QueueRow) -> Vec<String> {
        let what = copies(&row.claim);
        vec![
            order_number(row.claim.order, row.placed_at),
            words::claim_kind(row.claim.kind),
            words::claim_status(row.claim.status),
            kst(row.claim.created_at),
            row.seller_name,
            what,
            words::fault(row.claim.fault),
            row.claim.reason,
        ]
    }
}

/// The queue: the claims under way, the oldest first, or what a tab says.
#[component]
pub(crate) fn ClaimsPage() -> impl IntoView {
    let asked = Asked::here();
    page(async move {
        let (shop, by, base) = asker().await?;
        let filter = filter(&asked);
        let counts = claim::counts(&shop, &by).await?;
        let rows = claim::queue(&shop, &by, &filter, asked.after().as_ref(), PAGE).await?;
        let staff = by.seller().is_none();
        let empty = rows.rows.is_empty().then(|| {
            let sentence = if filter.tab == ClaimTab::Open && filter.search.is_empty() {
                t!("claims-empty")
            } else {
                t!("claims-none")
            };
            view! { <p class="empty">{sentence}</p> }
        });
        let next = rows.next;
        let items = rows.rows.into_iter().map(|row| view! { <Row row base staff /> }).collect_view();
        let tab = filter.tab.word();
        let search_hint = if staff { t!("orders-search-hint") } else { t!("orders-search-hint-seller") };
        Ok(view! {
            <Head title=t!("staff-claims") private=true />
            <h1>{t!("staff-claims")}</h1>
            <Ways operator=by />
            <ClaimTabs asked=asked.clone() counts now=filter.tab />
            <form class="filters" method="get" role="search" aria-label=t!("orders-search")>
                {(!tab.is_empty()).then(|| view! { <input type="hidden" name="tab" value=tab /> })}
                <div class="field wide">
                    <label for="claims-q">{t!("orders-search")}</label>
                    <input id="claims-q" type="search" name="q" value=filter.search autocomplete="off" aria-describedby="claims-q-hint" />
                </div>
                <div class="actions"><button class="button">{t!("search")}</button></div>
                <p class="hint" id="claims-q-hint">{search_hint}</p>
            </form>
            <TableBox label=t!("staff-claims")>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{t!("claim-asks")}</th>
                            <th scope="col">{t!("order-number")}</th>
                            <th scope="col">{t!("claim-state")}</th>
                            <th scope="col" aria-sort="ascending">{t!("when")}</th>
                            {staff.then(|| view! { <th scope="col">{t!("orders-seller")}</th> })}
                            <th scope="col">{t!("book")}</th>
                            <th scope="col">{t!("claim-fault-of")}</th>
                            <th scope="col">{t!("why")}</th>
                        </tr>
                    </thead>
                    <tbody>{items}</tbody>
                </table>
            </TableBox>
            {empty}
            <Turn asked next csv=true />
        }
        .into_any())
    })
}

#[component]
fn ClaimTabs(asked: Asked, counts: Counts, now: ClaimTab) -> impl IntoView {
    let tabs = ClaimTab::ALL
        .into_iter()
        .map(|tab| {
            let name = match tab {
                ClaimTab::Open => t!("claims-open"),
                ClaimTab::At(status) => words::claim_status(status),
                ClaimTab::All => t!("orders-all"),
            };
            let count = up_to(counts.of(tab), MOST_COUNTED);
            let href = asked.with("tab", tab.word());
            let current = (tab == now).then_some("true");
            view! { <li><a href=href aria-current=current>{name} " " <small>{count}</small></a></li> }
        })
        .collect_view();
    view! { <ul class="sorts stages" aria-label=t!("claims-tabs")>{tabs}</ul> }
}

#[component]
fn Row(row: QueueRow, base: &'static str, staff: bool) -> impl IntoView {
    let claim = row.claim;
    let href = format!("{base}/orders/{}#claim-{}", claim.order, claim.id);
    let what = copies(&claim);
    view! {
        <tr>
            <th scope="row"><a href=href>{words::claim_kind(claim.kind)}</a></th>
            <td>{order_number(claim.order, row.placed_at)}</td>
            <td>{words::claim_status(claim.status)}</td>
            <td>{text::time(claim.created_at)}</td>
            {staff.then(|| view! { <td class="long">{row.seller_name}</td> })}
            <td class="long">{what}</td>
            <td>{words::fault(claim.fault)}</td>
            <td class="long">{claim.reason}</td>
        </tr>
    }
}

//! Shipping by a file of tracking numbers: hand it in, see every row that is wrong, ship all of it.

use axum::{
    Extension, Router,
    extract::{DefaultBodyLimit, Multipart, State, multipart::MultipartError},
    http::{StatusCode, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use contract::{
    Failure,
    delivery::RowFlaw,
    form::{Flaw, Flaws},
    money::grouped,
    sheet::SheetFlaw,
};
use domain::{
    Shop,
    delivery::{self, CheckedRow, MOST_ROWS, Sheet, TypedRow},
};
use leptos::prelude::*;
use tower_sessions::Session;
use uuid::Uuid;

use super::{asker, asker_of, base, operator, refused};
use crate::{
    context::Visitor,
    desk::{
        Ways,
        confirm::Confirm,
        table::{Asked, TableBox},
    },
    form::{Sent, answer, refuse_file, returned},
    page::{Head, page},
    text::{self, t},
    words,
};

/// The name of the form.
const FORM: &str = "orders/ship";

/// The largest file, in bytes: ten thousand rows have room in it.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// Rows that are shown before all of them are shipped; every wrong one is.
const SHOWN: usize = 50;

pub(super) fn routes() -> Router<Shop> {
    let file = || post(take).layer(DefaultBodyLimit::max(MOST_BYTES));
    Router::new()
        .route("/staff/orders/ship/file", file())
        .route("/seller/orders/ship/file", file())
        .route("/staff/orders/ship/example.csv", get(example))
        .route("/seller/orders/ship/example.csv", get(example))
}

/// A file to begin with, in the columns that are read.
async fn example(State(shop): State<Shop>, Extension(visitor): Extension<Visitor>, parts: Parts) -> Response {
    match asker_of(&shop, &visitor, parts.uri.path()).await {
        Err(failure) => refused(&failure, parts.uri.path()),
        Ok((by, _)) => {
            let (head, row) = if by.seller().is_none() {
                ("주문번호,판매자,택배사,운송장번호", "20261125-1A2B3C4D,마당서점,한빛택배,678901234567")
            } else {
                ("주문번호,택배사,운송장번호", "20261125-1A2B3C4D,한빛택배,678901234567")
            };
            let headers = [
                (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
                (header::CONTENT_DISPOSITION, "attachment; filename=\"ship.csv\""),
            ];
            (headers, format!("\u{FEFF}{head}\r\n{row}\r\n")).into_response()
        }
    }
}

/// Takes a file in. It is kept as it was read; its page tells what is wrong with it.
async fn take(
    State(shop): State<Shop>,
    Extension(visitor): Extension<Visitor>,
    session: Session,
    parts: Parts,
    file: Multipart,
) -> Response {
    let (by, base) = match asker_of(&shop, &visitor, parts.uri.path()).await {
        Ok(asker) => asker,
        Err(failure) => return refused(&failure, "/seller/orders/ship"),
    };
    let page = format!("{base}/orders/ship");
    let kept = async {
        let bytes = bytes(file).await?;
        let rows = delivery::read_rows(std::io::Cursor::new(bytes))?;
        Ok::<_, Failure>(delivery::keep(&shop, &by, &rows).await?)
    };
    match kept.await {
        Ok(id) => Redirect::to(&format!("{page}?sheet={id}")).into_response(),
        Err(failure) => refuse_file(&session, FORM, &page, failure).await,
    }
}

/// The bytes of the field `file`.
async fn bytes(mut form: Multipart) -> Result<Vec<u8>, Failure> {
    let broken = |error: MultipartError| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Failure::Sheet(SheetFlaw::TooLarge),
        _ => Failure::BadRequest,
    };
    while let Some(field) = form.next_field().await.map_err(broken)? {
        if field.name() == Some("file") {
            let bytes = field.bytes().await.map_err(broken)?.to_vec();
            return if bytes.is_empty() {
                Err(Failure::Invalid(Flaws::one("file", Flaw::Required)))
            } else {
                Ok(bytes)
            };
        }
    }
    Err(Failure::Invalid(Flaws::one("file", Flaw::Required)))
}

/// Ships all rows of a file, or none.
#[server(prefix = "/fn", endpoint = "seller/orders-ship")]
async fn ship_sheet(#[server(default)] sheet: String, #[server(default)] count: String) -> Result<(), Failure> {
    let mut page = "/seller/orders/ship".to_owned();
    let outcome = async {
        let (shop, by) = operator().await?;
        page = format!("{}/orders/ship", base(&by));
        let id = Uuid::parse_str(&sheet).map_err(|_| Failure::NotFound)?;
        page = format!("{page}?sheet={id}");
        let count: usize = count.parse().map_err(|_| Failure::BadRequest)?;
        let shipped = delivery::ship_all(&shop, &by, id, count).await?;
        Ok(format!("{}/orders/ship?shipped={shipped}", base(&by)))
    };
    let outcome = outcome.await;
    answer(Sent { form: FORM, page: &page, fields: &[] }, outcome).await
}

/// The page: the form for a file; once there is one, what is wrong with it or the last question.
#[component]
pub(crate) fn ShipPage() -> impl IntoView {
    let asked = Asked::here();
    page(async move {
        let (shop, by, base) = asker().await?;
        let form = returned(FORM);
        let kept = match Uuid::parse_str(asked.get("sheet")) {
            Ok(id) => Some((id, delivery::sheet(&shop, &by, id).await?)),
            Err(_) => None,
        };
        let shipped: Option<i64> = asked.get("shipped").parse().ok();
        let shipped = shipped.map(|count| {
            view! { <p class="notice good" role="status">{t!("ship-done", count = grouped(count))}</p> }
        });
        let flaw = form.flaw("file");
        let (invalid, described) = (flaw.is_some().then_some("true"), flaw.is_some().then_some("file-flaw"));
        let flaw = flaw.map(|flaw| view! { <p class="flaw" id="file-flaw">{flaw}</p> });
        let most = grouped(i64::try_from(MOST_ROWS).unwrap_or(i64::MAX));
        let staff = by.seller().is_none();
        let columns = if staff { t!("ship-columns-staff") } else { t!("ship-columns") };
        let checked = kept.map(|(id, sheet)| view! { <Checked id sheet base staff /> });
        Ok(view! {
            <Head title=t!("ship-by-file") private=true />
            <h1>{t!("ship-by-file")}</h1>
            <Ways operator=by />
            {form.summary()}
            {shipped}
            {checked}
            <form class="panel confirm" method="post" enctype="multipart/form-data" action=format!("{base}/orders/ship/file")>
                <h2>{t!("ship-file")}</h2>
                <p>{columns} " " {t!("ship-limits", count = most)}</p>
                <p><a href=format!("{base}/orders/ship/example.csv") download>{t!("ship-example")}</a></p>
                <div class="field">
                    <label for="file">{t!("ship-file-field")}</label>
                    <input id="file" name="file" type="file" accept=".csv,.txt,text/csv" aria-invalid=invalid aria-describedby=described />
                    {flaw}
                </div>
                <button class="button">{t!("ship-check")}</button>
            </form>
            <p><a href=format!("{base}/orders")>{t!("orders-back")}</a></p>
        }
        .into_any())
    })
}

#[component]
fn Checked(id: Uuid, sheet: Sheet, base: &'static str, staff: bool) -> impl IntoView {
    let count = sheet.rows.len();
    let wrong = sheet.flawed().count();
    if sheet.shipped {
        return view! { <p class="notice">{t!("ship-was-done", count = count)}</p> }.into_any();
    }
    if wrong > 0 {
        let rows = sheet.flawed().map(|(typed, flaw)| row(typed, staff, Some(flaw_words(flaw)))).collect_view();
        return view! {
            <section class="panel">
                <h2>{t!("ship-wrong", wrong = wrong, count = count)}</h2>
                <p>{t!("ship-wrong-note")}</p>
                <Rows rows=rows.into_any() staff wrong=true />
            </section>
        }
        .into_any();
    }
    let shown = sheet.rows.iter().take(SHOWN).map(|CheckedRow { typed, .. }| row(typed, staff, None)).collect_view();
    let rest = count.saturating_sub(SHOWN);
    let rest = (rest > 0).then(|| view! { <p class="hint">{t!("ship-more", count = rest)}</p> });
    let fields = vec![("sheet", id.to_string()), ("count", count.to_string())];
    view! {
        <div class="wide-confirm">
            <Confirm
                question=t!("ship-question", count = count)
                action="/fn/seller/orders-ship"
                fields
                button=t!("ship-now", count = count)
                back=format!("{base}/orders/ship")
            >
                <Rows rows=shown.into_any() staff wrong=false />
                {rest}
            </Confirm>
        </div>
    }
    .into_any()
}

#[component]
fn Rows(rows: AnyView, staff: bool, wrong: bool) -> impl IntoView {
    view! {
        <TableBox label=t!("ship-rows")>
            <table>
                <thead>
                    <tr>
                        <th scope="col" class="number">{t!("ship-line")}</th>
                        <th scope="col">{t!("order-number")}</th>
                        {staff.then(|| view! { <th scope="col">{t!("orders-seller")}</th> })}
                        <th scope="col">{t!("follow-carrier")}</th>
                        <th scope="col">{t!("ship-number")}</th>
                        {wrong.then(|| view! { <th scope="col">{t!("why")}</th> })}
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </TableBox>
    }
}

fn row(typed: &TypedRow, staff: bool, flaw: Option<String>) -> impl IntoView + use<> {
    let TypedRow { line, order, seller, carrier, number } = typed.clone();
    view! {
        <tr>
            <td class="number">{line}</td>
            <th scope="row" class="long">{order}</th>
            {staff.then(|| view! { <td class="long">{seller}</td> })}
            <td class="long">{carrier}</td>
            <td class="long">{number}</td>
            {flaw.map(|flaw| view! { <td class="long">{flaw}</td> })}
        </tr>
    }
}

/// Why a row cannot be shipped, in a sentence.
fn flaw_words(flaw: RowFlaw) -> String {
    match flaw {
        RowFlaw::OrderUnknown => t!("row-order-unknown"),
        RowFlaw::SellerNeeded => t!("row-seller-needed"),
        RowFlaw::SellerUnknown => t!("row-seller-unknown"),
        RowFlaw::Carrier(flaw) => format!("{}: {}", t!("follow-carrier"), text::flaw(flaw)),
        RowFlaw::Number(flaw) => format!("{}: {}", t!("ship-number"), text::flaw(flaw)),
        RowFlaw::Stage(stage) => t!("row-stage", status = words::stage(stage)),
        RowFlaw::Booked => t!("flaw-parcel-booked"),
        RowFlaw::Twice(line) => t!("row-twice", line = line),
    }
}

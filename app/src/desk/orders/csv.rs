//! Orders as a file, with what a label needs.

use async_trait::async_trait;
use axum::{
    Extension, Router,
    extract::State,
    http::request::Parts,
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use contract::{
    Failure,
    order::order_number,
    table::{Cursor, Rows},
    when::kst,
};
use domain::{
    Shop,
    member::Operator,
    order::{self, Filter, QueueRow},
};

use super::{asker_of, list::filter};
use crate::{
    context::Visitor,
    desk::{
        download::{CHUNK, Download, failed, send},
        table::Asked,
    },
    form::sign_in_path,
    text::t,
    words,
};

pub(super) fn routes() -> Router<Shop> {
    Router::new().route("/staff/orders.csv", get(orders)).route("/seller/orders.csv", get(orders))
}

async fn orders(State(shop): State<Shop>, Extension(visitor): Extension<Visitor>, parts: Parts) -> Response {
    let table = async {
        let (by, _) = asker_of(&shop, &visitor, parts.uri.path()).await?;
        let filter = filter(&Asked::of(&parts))?;
        send(Orders { shop, by, filter }, visitor.locale).await
    };
    downloading(table.await, &parts)
}

/// Answers a file, or why there is none.
pub(crate) fn downloading(outcome: Result<Response, Failure>, parts: &Parts) -> Response {
    outcome.unwrap_or_else(|failure| refused(&failure, parts.uri.path()))
}

/// A refusal beside the pages: its status, which is dressed later; a guest is sent to sign in.
pub(crate) fn refused(failure: &Failure, path: &str) -> Response {
    match failure {
        Failure::SignInRequired => Redirect::to(&sign_in_path(path)).into_response(),
        failure => failed(failure),
    }
}

struct Orders {
    shop: Shop,
    by: Operator,
    filter: Filter,
}

#[async_trait]
impl Download for Orders {
    type Row = QueueRow;

    fn name(&self) -> &'static str {
        "orders"
    }

    fn head(&self) -> Vec<String> {
        let mut head = vec![t!("order-number"), t!("when"), t!("claim-state")];
        if self.by.seller().is_none() {
            head.extend([t!("axis-payment"), t!("orders-buyer"), t!("email")]);
        }
        head.extend([
            t!("recipient"),
            t!("phone"),
            t!("postcode"),
            t!("line1"),
            t!("line2"),
            t!("delivery-note"),
            t!("orders-goods"),
            t!("quantity"),
            t!("orders-sum"),
            t!("orders-undone"),
            t!("follow-carrier"),
            t!("ship-number"),
        ]);
        head
    }

    async fn rows(&self, after: Option<Cursor>) -> Result<Rows<QueueRow>, Failure> {
        Ok(order::queue(&self.shop, &self.by, &self.filter, after.as_ref(), CHUNK).await?)
    }

    fn cells(&self, row: QueueRow) -> Vec<String> {
        let goods: Vec<String> = row.goods().map(|line| format!("{} x{}", line.title, line.kept())).collect();
        let (copies, undone) = (row.copies(), row.undone());
        let mut cells = vec![order_number(row.id, row.placed_at), kst(row.placed_at), words::stage(row.stage)];
        if self.by.seller().is_none() {
            cells.extend([words::payment_status(row.payment), row.buyer.0, row.buyer.1]);
        }
        let of_parts = |cell: fn(&order::PartRow) -> &String| {
            let cells = row.parts.iter().map(cell).filter(|cell| !cell.is_empty());
            cells.cloned().collect::<Vec<_>>().join(" / ")
        };
        let (carriers, numbers) = (of_parts(|part| &part.carrier), of_parts(|part| &part.number));
        cells.extend([
            row.recipient,
            row.phone,
            row.postcode,
            row.line1,
            row.line2,
            row.note,
            goods.join(" / "),
            copies.to_string(),
            row.total.to_string(),
            undone.to_string(),
            carriers,
            numbers,
        ]);
        cells
    }
}

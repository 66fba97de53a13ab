//! Stock and its movements as files, and counts that come as one.

use async_trait::async_trait;
use axum::{
    Extension, Router,
    extract::{DefaultBodyLimit, Multipart, State},
    http::request::Parts,
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use contract::{
    Failure,
    table::{Cursor, Rows},
    when::kst,
};
use domain::{
    Shop,
    inventory::{self, Movement, MovementFilter, StockFilter, StockRow, take},
    member::Operator,
};
use tower_sessions::Session;

use super::{
    moved,
    movements::mover,
    stock,
    takes::{FORM, PAGE},
};
use crate::{
    context::Visitor,
    desk::{
        download::{CHUNK, Download, failed, send},
        form_file::{FormFile, LARGEST},
        operator_of,
        table::Asked,
    },
    form::refuse_file,
    text::t,
    words,
};

/// The routes.
pub(crate) fn routes() -> Router<Shop> {
    Router::new()
        .route("/seller/stock.csv", get(stock_file))
        .route("/seller/stock/movements.csv", get(movements_file))
        .route("/seller/stock/count/file", post(count_file).layer(DefaultBodyLimit::max(LARGEST)))
}

struct StockFile {
    shop: Shop,
    by: Operator,
    filter: StockFilter,
}

#[async_trait]
impl Download for StockFile {
    type Row = StockRow;

    fn name(&self) -> &'static str {
        "stock"
    }

    fn head(&self) -> Vec<String> {
        // The first two as a file of counts names them.
        let names =
            [t!("book"), t!("seller"), t!("stock-on-hand"), t!("stock-reserved"), t!("stock-available"), t!("low-at")];
        ["id".to_owned(), "isbn".to_owned()].into_iter().chain(names).collect()
    }

    async fn rows(&self, after: Option<Cursor>) -> Result<Rows<StockRow>, Failure> {
        Ok(inventory::page(&self.shop, &self.by, &self.filter, after.as_ref(), CHUNK).await?)
    }

    fn cells(&self, row: StockRow) -> Vec<String> {
        let numbers = [row.on_hand, row.reserved, row.available, row.low_at].map(|number| number.to_string());
        [row.product.to_string(), row.isbn, row.title, row.seller].into_iter().chain(numbers).collect()
    }
}

async fn stock_file(State(shop): State<Shop>, Extension(visitor): Extension<Visitor>, parts: Parts) -> Response {
    let outcome = async {
        let by = operator_of(&shop, &visitor).await?;
        let filter = stock::filter(&Asked::of(&parts));
        send(StockFile { shop, by, filter }, visitor.locale).await
    };
    outcome.await.unwrap_or_else(|failure| failed(&failure))
}

struct MovementsFile {
    shop: Shop,
    by: Operator,
    filter: MovementFilter,
}

#[async_trait]
impl Download for MovementsFile {
    type Row = Movement;

    fn name(&self) -> &'static str {
        "movements"
    }

    fn head(&self) -> Vec<String> {
        let numbers = [t!("stock-on-hand"), t!("stock-reserved"), t!("why"), t!("who")];
        [t!("when"), "id".to_owned(), t!("book"), t!("movement-kind")].into_iter().chain(numbers).collect()
    }

    async fn rows(&self, after: Option<Cursor>) -> Result<Rows<Movement>, Failure> {
        Ok(inventory::movements(&self.shop, &self.by, self.filter, after.as_ref(), CHUNK).await?)
    }

    fn cells(&self, row: Movement) -> Vec<String> {
        let staff = self.by.seller().is_none();
        let (reason, who) = (words::movement_reason(&row), mover(&row, staff));
        let kind = words::movement_kind(row.kind);
        let (on_hand, reserved) = (row.on_hand.to_string(), row.reserved.to_string());
        vec![kst(row.created_at), row.product.to_string(), row.title, kind, on_hand, reserved, reason, who]
    }
}

async fn movements_file(State(shop): State<Shop>, Extension(visitor): Extension<Visitor>, parts: Parts) -> Response {
    let outcome = async {
        let by = operator_of(&shop, &visitor).await?;
        let filter = moved::filter(&Asked::of(&parts));
        send(MovementsFile { shop, by, filter }, visitor.locale).await
    };
    outcome.await.unwrap_or_else(|failure| failed(&failure))
}

/// Reads a file of counts, and goes on to what it would change.
async fn count_file(
    State(shop): State<Shop>,
    Extension(visitor): Extension<Visitor>,
    session: Session,
    form: Multipart,
) -> Response {
    let outcome = async {
        let by = operator_of(&shop, &visitor).await?;
        let form = FormFile::read(form).await?;
        let (key, reason) = (form.key()?, form.field("reason").to_owned());
        take::draft(&shop, &by, key, form.file()?, &reason).await?;
        Ok::<_, Failure>(key)
    };
    match outcome.await {
        Ok(key) => Redirect::to(&format!("{PAGE}/{key}")).into_response(),
        // For everybody else there is no page to come back to.
        Err(failure @ Failure::NotFound) => failed(&failure),
        Err(failure) => refuse_file(&session, FORM, PAGE, failure).await,
    }
}

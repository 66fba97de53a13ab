//! Files of products over HTTP: in, and out.

use async_trait::async_trait;
use axum::{
    Extension,
    extract::{
        Multipart, Path, State,
        multipart::{Field, MultipartRejection},
    },
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use contract::{
    Failure,
    form::{Flaw, Flaws},
    import::{Column, MOST_BYTES},
    sheet::SheetFlaw,
    table::{Cursor, Rows},
};
use domain::{
    Shop,
    import::{
        self, Spool, WrongRow,
        export::{Exported, Filter},
    },
    member::Operator,
};
use tower_sessions::Session;
use uuid::Uuid;

use super::{FORM, PAGE, detail::parse, words};
use crate::{
    context::Visitor,
    desk::{
        download::{CHUNK, Download, failed, send},
        operator_of,
        table::Asked,
    },
    form::refuse_file,
    text::t,
    words::read,
};

/// So much of a file that is too large is heard before its sender is cut short, in bytes.
const HEARD: u64 = 8 * MOST_BYTES;

/// Takes a file in, which is read and checked then by itself.
pub(crate) async fn receive(
    State(shop): State<Shop>,
    Extension(visitor): Extension<Visitor>,
    session: Session,
    body: Result<Multipart, MultipartRejection>,
) -> Response {
    let by = match operator_of(&shop, &visitor).await {
        Ok(by) => by,
        Err(Failure::NotFound) => return StatusCode::NOT_FOUND.into_response(),
        Err(failure) => return refuse_file(&session, FORM, PAGE, failure).await,
    };
    let Ok(body) = body else { return refuse_file(&session, FORM, PAGE, Failure::BadRequest).await };
    // A task of its own, since that of the request ends where its sender goes away, which is told too.
    let taken = tokio::spawn(async move { take_in(&shop, &by, body).await }).await;
    match taken.unwrap_or(Err(Failure::Unavailable)) {
        Ok(id) => Redirect::to(&format!("/seller/products/imports/{id}")).into_response(),
        Err(failure) => refuse_file(&session, FORM, PAGE, failure).await,
    }
}

async fn take_in(shop: &Shop, by: &Operator, mut body: Multipart) -> Result<Uuid, Failure> {
    loop {
        let field = body.next_field().await.map_err(|_| Failure::BadRequest)?;
        let Some(field) = field else { return Err(Failure::Invalid(Flaws::one("sheet", Flaw::Required))) };
        if field.name() != Some("sheet") {
            continue;
        }
        let name = field.file_name().unwrap_or_default().to_owned();
        let Some(spool) = spool(field).await? else {
            import::broke_off(shop, by, &name).await?;
            return Err(Failure::BadRequest);
        };
        let taken = import::take_in(shop, by, &name, spool).await?;
        let id = taken.id;
        tokio::spawn(taken.read(shop.clone()));
        return Ok(id);
    }
}

/// The whole of a file; `None` where it breaks off.
async fn spool(mut field: Field<'_>) -> Result<Option<Spool>, Failure> {
    let mut spool = Spool::new().await?;
    let mut heard = 0_u64;
    loop {
        let Ok(piece) = field.chunk().await else { return Ok(None) };
        let Some(piece) = piece else { return Ok(Some(spool)) };
        heard = heard.saturating_add(piece.len().try_into().unwrap_or(u64::MAX));
        if heard > HEARD {
            return Err(Failure::Sheet(SheetFlaw::TooLarge));
        }
        spool.write(&piece).await?;
    }
}

/// The example of a file.
pub(crate) async fn example(State(shop): State<Shop>, Extension(visitor): Extension<Visitor>) -> Response {
    let sent = async {
        let by = operator_of(&shop, &visitor).await?;
        let categories = domain::product::categories(&shop).await?;
        let category = categories.into_iter().next().map(|category| category.slug).unwrap_or_default();
        send(Example { staff: by.seller().is_none(), category }, visitor.locale).await
    };
    sent.await.unwrap_or_else(|failure| failed(&failure))
}

/// The rows of a file that have something wrong.
pub(crate) async fn wrong_rows(
    State(shop): State<Shop>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<String>,
) -> Response {
    let sent = async {
        let by = operator_of(&shop, &visitor).await?;
        send(WrongOf { id: parse(&id)?, shop, by }, visitor.locale).await
    };
    sent.await.unwrap_or_else(|failure| failed(&failure))
}

/// The products that the list shows under the same filters, as a file that can be sent back in.
pub(crate) async fn export(State(shop): State<Shop>, Extension(visitor): Extension<Visitor>, parts: Parts) -> Response {
    let sent = async {
        let by = operator_of(&shop, &visitor).await?;
        let filter = filter(&shop, &Asked::of(&parts)).await?;
        send(Products { shop, by, filter }, visitor.locale).await
    };
    sent.await.unwrap_or_else(|failure| failed(&failure))
}

/// What the list's URL asks for; a category by its id or its word.
async fn filter(shop: &Shop, asked: &Asked) -> Result<Filter, Failure> {
    let category = asked.get("category");
    let category = if category.is_empty() {
        None
    } else {
        let categories = domain::product::categories(shop).await?;
        let named = |own: &domain::product::Category| own.slug == category || own.category_id.to_string() == category;
        // One that is not there has no products.
        Some(categories.into_iter().find(named).map_or(0, |found| found.category_id))
    };
    Ok(Filter {
        search: asked.get("q").to_owned(),
        status: read(asked.get("status")),
        category,
        seller: asked.get("seller").parse().ok(),
        low: !asked.get("low").is_empty(),
    })
}

/// The names of the columns, as files have them; that of the seller is for the staff.
fn head(staff: bool) -> Vec<String> {
    let columns = Column::ALL.into_iter().filter(|column| staff || *column != Column::Seller);
    columns.map(|column| column.name().to_owned()).collect()
}

struct Products {
    shop: Shop,
    by: Operator,
    filter: Filter,
}

#[async_trait]
impl Download for Products {
    type Row = Exported;

    fn name(&self) -> &'static str {
        "products"
    }

    fn head(&self) -> Vec<String> {
        head(self.by.seller().is_none())
    }

    async fn rows(&self, after: Option<Cursor>) -> Result<Rows<Exported>, Failure> {
        Ok(import::export::rows(&self.shop, &self.by, &self.filter, after.as_ref(), CHUNK).await?)
    }

    fn cells(&self, row: Exported) -> Vec<String> {
        let staff = self.by.seller().is_none();
        let cells = Column::ALL.into_iter().filter(|column| staff || *column != Column::Seller);
        cells.map(|column| cell(&row, column)).collect()
    }
}

fn cell(row: &Exported, column: Column) -> String {
    match column {
        Column::Id => row.id.to_string(),
        Column::Seller => row.seller.to_string(),
        Column::Isbn => row.isbn.clone(),
        Column::Title => row.title.clone(),
        Column::OriginalTitle => row.original_title.clone(),
        Column::Author => row.author.clone(),
        Column::PublishedYear => row.published_year.to_string(),
        Column::Category => row.category.clone(),
        Column::ListPrice => row.list_price.to_string(),
        Column::SalePrice => row.sale_price.to_string(),
        Column::Status => row.status.clone(),
        Column::EarnPercent => row.earn_percent.map(|percent| percent.to_string()).unwrap_or_default(),
        Column::LowAt => row.low_at.to_string(),
        Column::OnHand => row.on_hand.to_string(),
        Column::Description => row.description.clone(),
    }
}

struct WrongOf {
    shop: Shop,
    by: Operator,
    id: Uuid,
}

#[async_trait]
impl Download for WrongOf {
    /// A row of the file may have several things wrong: one line for each.
    type Row = WrongRow;

    fn name(&self) -> &'static str {
        "product-import-errors"
    }

    fn head(&self) -> Vec<String> {
        vec![t!("import-line"), t!("book"), t!("import-column"), t!("import-typed"), t!("import-why")]
    }

    async fn rows(&self, after: Option<Cursor>) -> Result<Rows<WrongRow>, Failure> {
        Ok(import::wrong_rows(&self.shop, &self.by, self.id, after.as_ref(), CHUNK).await?)
    }

    fn cells(&self, row: WrongRow) -> Vec<String> {
        let told = |of: fn(&contract::import::Wrong) -> String| row.wrong.iter().map(of).collect::<Vec<_>>().join("\n");
        vec![
            row.line.to_string(),
            row.title.clone(),
            told(|wrong| wrong.column.name().to_owned()),
            told(|wrong| wrong.typed.clone()),
            told(|wrong| words::flaw(wrong.flaw)),
        ]
    }
}

struct Example {
    staff: bool,
    category: String,
}

#[async_trait]
impl Download for Example {
    type Row = [&'static str; 2];

    fn name(&self) -> &'static str {
        "products-example"
    }

    fn head(&self) -> Vec<String> {
        head(self.staff)
    }

    async fn rows(&self, _after: Option<Cursor>) -> Result<Rows<Self::Row>, Failure> {
        Ok(Rows {
            rows: vec![["979-7-9999-0001-5", "봄날의 산책"], ["979-7-9999-0002-2", "여름밤의 편지"]],
            next: None,
        })
    }

    fn cells(&self, [isbn, title]: Self::Row) -> Vec<String> {
        let cells = Column::ALL.into_iter().filter(|column| self.staff || *column != Column::Seller);
        let cell = |column| match column {
            Column::Isbn => isbn,
            Column::Title => title,
            Column::Author => "김마당",
            Column::PublishedYear => "2026",
            Column::Category => &self.category,
            Column::ListPrice => "15000",
            Column::SalePrice => "13500",
            Column::Status => "draft",
            Column::Seller => "1",
            Column::LowAt => "5",
            Column::OnHand => "20",
            Column::Description => "한 줄 소개입니다.",
            Column::Id | Column::OriginalTitle | Column::EarnPercent => "",
        };
        cells.map(|column| cell(column).to_owned()).collect()
    }
}

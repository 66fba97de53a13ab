//! The list of products as a file.

use async_trait::async_trait;
use axum::{
    Extension,
    extract::State,
    http::request::Parts,
    response::{IntoResponse as _, Redirect, Response},
};
use contract::{
    Failure,
    table::{Cursor, Rows},
};
use domain::{
    Shop,
    member::Operator,
    product::{self, Filter, Order, Row},
};

use super::filter;
use crate::{
    context::Visitor,
    desk::{
        download::{CHUNK, Download, failed, send},
        operator_of,
        table::Asked,
    },
    form::sign_in_path,
    text::t,
    words,
};

struct Products {
    shop: Shop,
    by: Operator,
    filter: Filter,
    order: Order,
}

#[async_trait]
impl Download for Products {
    type Row = Row;

    fn name(&self) -> &'static str {
        "products"
    }

    fn head(&self) -> Vec<String> {
        vec![
            t!("stock-product"),
            "ISBN".to_owned(),
            t!("product-title"),
            t!("product-author"),
            t!("seller"),
            t!("product-status"),
            t!("list-price"),
            t!("product-sale-price"),
            t!("stock-available"),
            t!("low-at"),
            t!("product-changed-at"),
        ]
    }

    async fn rows(&self, after: Option<Cursor>) -> Result<Rows<Row>, Failure> {
        Ok(product::list(&self.shop, &self.by, &self.filter, self.order, after.as_ref(), CHUNK).await?)
    }

    fn cells(&self, row: Row) -> Vec<String> {
        vec![
            row.id.to_string(),
            row.isbn,
            row.title,
            row.author,
            row.seller,
            words::product_status(row.status),
            row.list_price.to_string(),
            row.sale_price.to_string(),
            row.available.to_string(),
            row.low_at.to_string(),
            contract::when::kst(row.updated_at),
        ]
    }
}

/// `GET /seller/products.csv`: what the list shows, all of it.
pub(crate) async fn file(State(shop): State<Shop>, Extension(visitor): Extension<Visitor>, parts: Parts) -> Response {
    let asked = Asked::of(&parts);
    let sent = async {
        let by = operator_of(&shop, &visitor).await?;
        let (filter, order) = (filter(&asked), Order::parse(asked.get("sort")));
        send(Products { shop, by, filter, order }, visitor.locale).await
    };
    match sent.await {
        Ok(file) => file,
        Err(Failure::SignInRequired) => Redirect::to(&sign_in_path(&asked.itself())).into_response(),
        Err(failure) => failed(&failure),
    }
}

//! Orders as the staff and the sellers run them: one set of pages, of which a seller's show their own
//! parts alone.

pub(crate) mod bulk;
pub(crate) mod cancel;
mod csv;
pub(crate) mod history;
pub(crate) mod list;
pub(crate) mod notes;
mod result;
pub(crate) mod sheet;

use axum::Router;
use contract::{Failure, order::OrderId};
use domain::{Shop, member::Operator};

use super::{operator, operator_of, staff, staff_of};
use crate::context::{Visitor, asked_path, shop};

pub(super) use csv::{downloading, refused};

/// Files that go out and come in.
pub(super) fn routes() -> Router<Shop> {
    csv::routes().merge(sheet::routes())
}

/// Who asks for a page, and where their pages stand: `/staff` or `/seller`. The staff's pages are
/// there for the staff alone; whoever of them opens a seller's page sees everything.
pub(crate) async fn asker() -> Result<(Shop, Operator, &'static str), Failure> {
    if asked_path().starts_with("/staff") {
        return Ok((shop()?, Operator::from(&staff()?), "/staff"));
    }
    let (shop, by) = operator().await?;
    let base = base(&by);
    Ok((shop, by, base))
}

/// The same for a file beside a page.
pub(super) async fn asker_of(shop: &Shop, visitor: &Visitor, path: &str) -> Result<(Operator, &'static str), Failure> {
    let by = match path.starts_with("/staff") {
        true => Operator::from(&staff_of(visitor)?),
        false => operator_of(shop, visitor).await?,
    };
    let base = base(&by);
    Ok((by, base))
}

/// Where the pages of an operator stand.
pub(crate) const fn base(by: &Operator) -> &'static str {
    if by.seller().is_some() { "/seller" } else { "/staff" }
}

/// Reads the id of an order.
pub(crate) fn parse_id(typed: &str) -> Result<OrderId, Failure> {
    typed.parse().map_err(|_| Failure::NotFound)
}

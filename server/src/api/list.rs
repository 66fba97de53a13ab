//! Lists by cursor: however far one reads, the next part costs the same.

use std::str::FromStr;

use contract::table::{Cursor, Rows};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::problem::{Refusal, parameter};
use contract::{
    Failure,
    form::{Flaw, Flaws},
};

/// Entries of one part, where nobody says anything else.
const PART: i64 = 20;

/// The most entries of one part.
const LARGEST_PART: i64 = 100;

/// A part of a list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Part<T> {
    /// The entries, in the order of the list.
    pub(super) items: Vec<T>,
    /// What to send as `cursor` for the part that follows; null at the end.
    pub(super) next: Option<String>,
}

impl<T> Part<T> {
    /// The part that a page of rows makes.
    pub(super) fn of<R>(rows: Rows<R>, item: impl FnMut(R) -> T) -> Self {
        Self { next: rows.next.map(|next| next.to_string()), items: rows.rows.into_iter().map(item).collect() }
    }
}

/// Which part of a list.
#[derive(Debug, Default, Deserialize, IntoParams, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(super) struct Page {
    /// What came as `next` with the part before; none for the first one.
    #[param(format = "cursor", max_length = 500)]
    #[schema(format = "cursor", max_length = 500)]
    cursor: Option<String>,
    /// The most entries of the part, 1 to 100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    #[schema(minimum = 1, maximum = 100)]
    limit: Option<i64>,
}

impl Page {
    /// Behind which row the part begins.
    ///
    /// # Errors
    /// [`Failure::Invalid`] for what never came as `next`.
    pub(super) fn after(&self) -> Result<Option<Cursor>, Refusal> {
        let read = self.cursor.as_deref().map(|word| Cursor::parse(word).ok_or_else(Self::no_cursor));
        read.transpose()
    }

    /// What is said of a cursor whose id or value is none of this list.
    pub(super) fn no_cursor() -> Refusal {
        Failure::Invalid(Flaws::one(&parameter("cursor"), Flaw::Format)).into()
    }

    /// The most entries of the part.
    pub(super) fn limit(&self) -> i64 {
        limit(self.limit)
    }
}

/// The most entries of a part, where so many were asked for, if anything was.
pub(super) fn limit(asked: Option<i64>) -> i64 {
    asked.unwrap_or(PART).clamp(1, LARGEST_PART)
}

/// Behind which row a part begins, in a list whose ids are of this kind.
///
/// # Errors
/// [`Failure::Invalid`] for what never came as `next`.
pub(super) fn after<Id: FromStr>(cursor: Option<&str>) -> Result<Option<Cursor>, Refusal> {
    let read = |word| Cursor::parse(word).filter(|after| after.id::<Id>().is_some());
    cursor.map(|word| read(word).ok_or_else(Page::no_cursor)).transpose()
}

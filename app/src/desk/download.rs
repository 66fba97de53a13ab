//! Tables as CSV files: read page by page while they are sent, so that a million rows need no more
//! memory than a page. UTF-8 with a byte order mark, which spreadsheets need to read Korean.

use async_trait::async_trait;
use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use contract::{
    Failure,
    sheet::harmless,
    table::{Cursor, Rows},
};
use futures_util::stream;
use leptos::prelude::{Owner, provide_context};

use crate::{context::Visitor, text::Locale};

/// Rows that are read at once.
pub(crate) const CHUNK: i64 = 1_000;

/// A table that can be had as a file.
#[async_trait]
pub(crate) trait Download: Send + Sync + 'static {
    /// A row as it is read.
    type Row: Send;

    /// The file's name, without its ending: Latin letters.
    fn name(&self) -> &'static str;

    /// The names of the columns, in the language of the page.
    fn head(&self) -> Vec<String>;

    /// The next rows behind `after`: [`CHUNK`] at most.
    async fn rows(&self, after: Option<Cursor>) -> Result<Rows<Self::Row>, Failure>;

    /// The cells of a row, in the language of the page.
    fn cells(&self, row: Self::Row) -> Vec<String>;
}

/// Sends a table. Its first rows are read before the answer begins, so that a failure still gets its
/// own page; one later on breaks the file off, which browsers tell.
///
/// # Errors
/// The failure of the first rows.
pub(crate) async fn send(table: impl Download, locale: Locale) -> Result<Response, Failure> {
    let first = table.rows(None).await?;
    let name = format!("attachment; filename=\"{}.csv\"", table.name());
    let head = in_language(locale, || line(table.head()));
    let begin = stream::once(async move { Ok(Bytes::from(format!("\u{FEFF}{head}"))) });
    let rest = stream::try_unfold((Some(first), table), move |(page, table)| async move {
        let Some(Rows { rows, next }) = page else { return Ok(None) };
        let text = in_language(locale, || rows.into_iter().map(|row| line(table.cells(row))).collect::<String>());
        let page = match next {
            Some(next) => Some(table.rows(Some(next)).await?),
            None => None,
        };
        Ok::<_, Failure>(Some((Bytes::from(text), (page, table))))
    });
    let body = Body::from_stream(futures_util::StreamExt::chain(begin, rest));
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

/// A failure as the answer to who asked for a file.
pub(crate) fn failed(failure: &Failure) -> Response {
    StatusCode::from_u16(failure.status()).unwrap_or(StatusCode::SERVICE_UNAVAILABLE).into_response()
}

/// Says something in a language, outside of any page.
pub(crate) fn in_language<T>(locale: Locale, say: impl FnOnce() -> T) -> T {
    Owner::new().with(|| {
        provide_context(Visitor { locale, ..Visitor::default() });
        say()
    })
}

/// One line of a CSV file (RFC 4180), every cell harmless.
fn line(cells: Vec<String>) -> String {
    let cells = cells.iter().map(|cell| {
        let cell = harmless(cell);
        if cell.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
    });
    format!("{}\r\n", cells.collect::<Vec<_>>().join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Numbers(i64);

    #[async_trait]
    impl Download for Numbers {
        type Row = i64;

        fn name(&self) -> &'static str {
            "numbers"
        }

        fn head(&self) -> Vec<String> {
            vec!["number".to_owned(), "as \"text\"".to_owned()]
        }

        async fn rows(&self, after: Option<Cursor>) -> Result<Rows<i64>, Failure> {
            let after = after.and_then(|after| after.id::<i64>()).unwrap_or_default();
            let rows = (after + 1..=self.0).take(3).collect();
            Ok(Rows::cut(rows, 2, |number| Cursor { value: String::new(), id: number.to_string() }))
        }

        fn cells(&self, row: i64) -> Vec<String> {
            vec![row.to_string(), format!("=A{row}")]
        }
    }

    #[tokio::test]
    async fn every_page_of_a_table_is_in_its_file_and_no_formula() {
        let response = send(Numbers(5), Locale::Ko).await.expect("a file");
        let bytes = axum::body::to_bytes(response.into_body(), 10_000).await.expect("its bytes");
        let text = String::from_utf8_lossy(&bytes);
        assert_eq!(text, "\u{FEFF}number,\"as \"\"text\"\"\"\r\n1,'=A1\r\n2,'=A2\r\n3,'=A3\r\n4,'=A4\r\n5,'=A5\r\n");
    }
}

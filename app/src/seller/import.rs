//! Products by file: sending one, what it comes to, and the products there are as a file.

mod detail;
mod file;
mod list;
mod new;
mod words;

pub(crate) use detail::OneImportPage;
pub(crate) use file::{example, export, receive, wrong_rows};
pub(crate) use list::ImportsPage;
pub(crate) use new::ImportPage;

/// The page that sends a file, and the form on it.
const PAGE: &str = "/seller/products/import";
const FORM: &str = "seller/product-import";

//! A form that brings a file.

use std::{collections::BTreeMap, io::Cursor};

use axum::{
    extract::{Multipart, multipart::MultipartError},
    http::StatusCode,
};
use contract::{Failure, sheet::SheetFlaw};
use uuid::Uuid;

/// The largest form with a table in it, in bytes: ten thousand lines of eight hundred characters.
pub(crate) const LARGEST: usize = 8 * 1024 * 1024;

/// What a form brought.
#[derive(Debug, Default)]
pub(crate) struct FormFile {
    fields: BTreeMap<String, String>,
    /// The file; empty where none was chosen.
    bytes: Vec<u8>,
}

impl FormFile {
    /// Reads the whole form; the route says how large it may be.
    ///
    /// # Errors
    /// [`Failure::Sheet`] where it is larger, [`Failure::BadRequest`] where it is no form.
    pub(crate) async fn read(mut form: Multipart) -> Result<Self, Failure> {
        let refused = |error: MultipartError| {
            let large = error.status() == StatusCode::PAYLOAD_TOO_LARGE;
            if large { Failure::Sheet(SheetFlaw::TooLarge) } else { Failure::BadRequest }
        };
        let mut read = Self::default();
        while let Some(field) = form.next_field().await.map_err(refused)? {
            let name = field.name().unwrap_or_default().to_owned();
            if name == "file" {
                read.bytes = field.bytes().await.map_err(refused)?.into();
            } else {
                read.fields.insert(name, field.text().await.map_err(refused)?);
            }
        }
        Ok(read)
    }

    /// A field as typed; empty where there is none.
    pub(crate) fn field(&self, name: &str) -> &str {
        self.fields.get(name).map(String::as_str).unwrap_or_default()
    }

    /// The form's key.
    ///
    /// # Errors
    /// [`Failure::BadRequest`].
    pub(crate) fn key(&self) -> Result<Uuid, Failure> {
        Uuid::parse_str(self.field("key")).map_err(|_| Failure::BadRequest)
    }

    /// The file, to be read as a table.
    ///
    /// # Errors
    /// [`Failure::Sheet`] where none was chosen.
    pub(crate) fn file(self) -> Result<Cursor<Vec<u8>>, Failure> {
        if self.bytes.is_empty() { Err(Failure::Sheet(SheetFlaw::Empty)) } else { Ok(Cursor::new(self.bytes)) }
    }
}

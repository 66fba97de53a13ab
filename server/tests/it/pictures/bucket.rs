//! A bucket that speaks as much of S3 as the shop does.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::{
    Router,
    body::Bytes,
    extract::{Query, State},
    http::{Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use object_store::aws::AmazonS3Builder;
use server::pictures::Pictures;
use tokio::{net::TcpListener, task::JoinHandle};

/// The bucket `shelf`, on a port of its own.
pub(super) struct Bucket {
    shelf: Arc<Shelf>,
    url: String,
    serving: JoinHandle<()>,
}

#[derive(Default)]
struct Shelf {
    files: Mutex<BTreeMap<String, Bytes>>,
    away: AtomicBool,
}

impl Shelf {
    fn files(&self) -> MutexGuard<'_, BTreeMap<String, Bytes>> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Bucket {
    pub(super) async fn open() -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let shelf = Arc::new(Shelf::default());
        let router = Router::new().fallback(answer).with_state(Arc::clone(&shelf));
        let serving = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { shelf, url, serving })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// The shop's way to it.
    pub(super) fn store(&self) -> object_store::Result<Pictures> {
        let builder = AmazonS3Builder::new().with_endpoint(&self.url).with_region("ap-northeast-2");
        Pictures::s3(builder.with_access_key_id("key").with_secret_access_key("secret"), "shelf", "")
    }

    pub(super) fn keys(&self) -> Vec<String> {
        self.shelf.files().keys().cloned().collect()
    }

    pub(super) fn go_away(&self, away: bool) {
        self.shelf.away.store(away, Ordering::Relaxed);
    }
}

impl Drop for Bucket {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn answer(
    State(shelf): State<Arc<Shelf>>,
    method: Method,
    uri: Uri,
    Query(query): Query<BTreeMap<String, String>>,
    body: Bytes,
) -> Response {
    if shelf.away.load(Ordering::Relaxed) {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let Some(key) = uri.path().strip_prefix("/shelf") else { return StatusCode::NOT_FOUND.into_response() };
    let key = key.trim_start_matches('/');
    let xml = |text: String| ([(header::CONTENT_TYPE, "application/xml")], text).into_response();
    match method {
        Method::PUT => {
            shelf.files().insert(key.to_owned(), body);
            ([(header::ETAG, "\"1\"")], "").into_response()
        }
        Method::GET if query.contains_key("list-type") => {
            let prefix = query.get("prefix").map_or("", String::as_str);
            let found: String =
                shelf.files().keys().filter(|key| key.starts_with(prefix)).map(|key| contents(key)).collect();
            xml(format!("<ListBucketResult><IsTruncated>false</IsTruncated>{found}</ListBucketResult>"))
        }
        Method::GET => match shelf.files().get(key).cloned() {
            Some(file) => {
                let headers = [(header::ETAG, "\"1\""), (header::LAST_MODIFIED, "Wed, 25 Nov 2026 00:00:00 GMT")];
                (headers, file).into_response()
            }
            None => StatusCode::NOT_FOUND.into_response(),
        },
        Method::POST if query.contains_key("delete") => {
            let asked = String::from_utf8_lossy(&body).into_owned();
            let keys = asked.split("<Key>").skip(1).filter_map(|rest| rest.split("</Key>").next());
            let deleted: String = keys
                .map(|key| {
                    shelf.files().remove(key);
                    format!("<Deleted><Key>{key}</Key></Deleted>")
                })
                .collect();
            xml(format!("<DeleteResult>{deleted}</DeleteResult>"))
        }
        _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
    }
}

fn contents(key: &str) -> String {
    format!(
        "<Contents><Key>{key}</Key><Size>4</Size><ETag>\"1\"</ETag>\
         <LastModified>2026-11-25T00:00:00.000Z</LastModified></Contents>"
    )
}

//! A seller's program, which answers as it was told.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode, Uri, header::LOCATION},
    response::{IntoResponse, Response},
};
use futures_util::stream;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle, time::timeout};

/// How long a message may take that another process sends.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Debug, Clone)]
pub(super) enum Answer {
    Status(u16),
    Redirect(u16, String),
    /// Takes the request and says nothing.
    Never,
    /// A status, and a body that does not end.
    Trickle,
}

#[derive(Debug, Clone)]
pub(super) struct Heard {
    pub(super) path: String,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

impl Heard {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

#[derive(Debug)]
struct Inside {
    answers: Vec<Answer>,
    heard: Vec<Heard>,
    count: watch::Sender<usize>,
}

pub(super) struct Receiver {
    url: String,
    inside: Arc<Mutex<Inside>>,
    task: JoinHandle<()>,
}

impl Receiver {
    /// One that gives these answers, one after the other, the last one for good.
    pub(super) async fn open(answers: &[Answer]) -> std::io::Result<Self> {
        let answers = answers.iter().rev().cloned().collect();
        let inside = Inside { answers, heard: Vec::new(), count: watch::Sender::new(0) };
        let inside = Arc::new(Mutex::new(inside));
        let router = Router::new().fallback(hear).with_state(Arc::clone(&inside));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let task = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { url, inside, task })
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    pub(super) fn heard(&self) -> Vec<Heard> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner).heard.clone()
    }

    /// The same, once there are so many.
    pub(super) async fn hears(&self, most: usize) -> Result<Vec<Heard>, Box<dyn std::error::Error>> {
        let mut count = self.inside.lock().unwrap_or_else(PoisonError::into_inner).count.subscribe();
        timeout(PATIENCE, count.wait_for(|count| *count >= most)).await??;
        Ok(self.heard())
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn hear(State(inside): State<Arc<Mutex<Inside>>>, uri: Uri, headers: HeaderMap, body: String) -> Response {
    let answer = {
        let mut inside = inside.lock().unwrap_or_else(PoisonError::into_inner);
        inside.heard.push(Heard { path: uri.to_string(), headers, body });
        inside.count.send_replace(inside.heard.len());
        if inside.answers.len() > 1 { inside.answers.pop() } else { inside.answers.last().cloned() }
    };
    let status = |code| StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    match answer {
        Some(Answer::Status(code)) => status(code).into_response(),
        Some(Answer::Redirect(code, to)) => (status(code), [(LOCATION, to)]).into_response(),
        Some(Answer::Never) => std::future::pending().await,
        Some(Answer::Trickle) => {
            let drops = stream::unfold((), |()| async {
                tokio::time::sleep(Duration::from_millis(50)).await;
                Some((Ok::<_, std::io::Error>("x"), ()))
            });
            Body::from_stream(drops).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

//! Stands between a pool and Postgres, forwards everything, and loses what it is told to lose.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, atomic::AtomicUsize, atomic::Ordering},
    time::Duration,
};

use domain::{Policy, Result, Shop};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgSslMode};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// What is lost, together with the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Loss {
    /// It never arrives.
    Question,
    /// It is done, and nobody hears of it.
    Answer,
    /// The same, and then all goes dark.
    Everything,
}

/// A commit.
pub(super) const COMMIT: &[u8] = b"COMMIT\0";
/// The message that runs a prepared statement: the nameless portal, all rows.
pub(super) const EXECUTE: &[u8] = b"E\0\0\0\x09\0\0\0\0\0";

#[derive(Default)]
struct State {
    /// What to wait for, and what is lost then.
    armed: Mutex<Option<(&'static [u8], Loss)>>,
    /// While it is down, every connection ends at once.
    down: Mutex<bool>,
    lost: AtomicUsize,
    tried: AtomicUsize,
}

pub(super) struct Proxy {
    address: SocketAddr,
    state: Arc<State>,
    task: JoinHandle<()>,
}

impl Proxy {
    pub(super) async fn to(options: &PgConnectOptions) -> Result<Self> {
        let server = (options.get_host().to_owned(), options.get_port());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let (address, state) = (listener.local_addr().expect("its address"), Arc::new(State::default()));
        let shared = Arc::clone(&state);
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                shared.tried.fetch_add(1, Ordering::Relaxed);
                if !shared.is_down() {
                    let server = TcpStream::connect((server.0.as_str(), server.1)).await.expect("Postgres");
                    tokio::spawn(forward(client, server, Arc::clone(&shared)));
                }
            }
        });
        Ok(Self { address, state, task })
    }

    /// A shop whose connections go through here.
    pub(super) async fn shop(&self, options: &PgConnectOptions) -> Result<Shop> {
        let through = options.clone().host("127.0.0.1").port(self.address.port()).ssl_mode(PgSslMode::Disable);
        let pool = PgPoolOptions::new().max_connections(2).acquire_timeout(Duration::from_millis(500));
        Ok(Shop::new(pool.connect_with(through).await?, Policy::default()))
    }

    /// The next message that holds this is lost, or its answer.
    pub(super) fn lose(&self, message: &'static [u8], loss: Loss) {
        *self.state.armed.lock().expect("armed") = Some((message, loss));
    }

    /// How many were lost.
    pub(super) fn lost(&self) -> usize {
        self.state.lost.load(Ordering::Relaxed)
    }

    /// How many connections were tried.
    pub(super) fn tried(&self) -> usize {
        self.state.tried.load(Ordering::Relaxed)
    }

    pub(super) fn set_down(&self, down: bool) {
        self.state.set_down(down);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl State {
    fn is_down(&self) -> bool {
        *self.down.lock().expect("a state")
    }

    fn set_down(&self, down: bool) {
        *self.down.lock().expect("a state") = down;
    }

    /// What is lost by this message.
    fn hits(&self, message: &[u8]) -> Option<Loss> {
        let mut armed = self.armed.lock().expect("armed");
        let (pattern, loss) = (*armed)?;
        if !message.windows(pattern.len()).any(|part| part == pattern) {
            return None;
        }
        *armed = None;
        self.lost.fetch_add(1, Ordering::Relaxed);
        Some(loss)
    }
}

/// Until either side ends it, or something is lost: then both ends are closed.
async fn forward(mut client: TcpStream, mut server: TcpStream, state: Arc<State>) {
    let (mut asked, mut answered) = (vec![0; 65_536], vec![0; 65_536]);
    loop {
        tokio::select! {
            read = client.read(&mut asked) => {
                let Ok(length @ 1..) = read else { return };
                let loss = state.hits(&asked[..length]);
                if state.is_down() || loss == Some(Loss::Question) || server.write_all(&asked[..length]).await.is_err() {
                    return;
                }
                if let Some(loss) = loss {
                    // It is done when Postgres says so.
                    let _ = server.read(&mut answered).await;
                    return state.set_down(loss == Loss::Everything);
                }
            }
            read = server.read(&mut answered) => {
                let Ok(length @ 1..) = read else { return };
                if client.write_all(&answered[..length]).await.is_err() {
                    return;
                }
            }
        }
    }
}

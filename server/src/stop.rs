//! The signal to stop: Ctrl+C, or what a service manager sends.

use std::io;

use tokio::signal::unix::{SignalKind, signal};

/// From this call on, not only once it is awaited, a signal does not kill but ends what is answered.
///
/// # Errors
/// The system takes no more handlers.
pub fn signalled() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

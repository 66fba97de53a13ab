//! The shop's metrics, for Prometheus, on an address of their own.

use std::net::SocketAddr;

use axum::{Router, routing::get};
use metrics_exporter_prometheus::PrometheusBuilder;
use tokio::{net::TcpListener, task::JoinSet};

use crate::database::Error;

/// Counts from here on and answers `/metrics` there, if there is an address; ends when the set is
/// dropped.
///
/// # Errors
/// A sentence, where the address cannot be listened on.
pub async fn serve(address: Option<SocketAddr>) -> Result<JoinSet<()>, Error> {
    let mut task = JoinSet::new();
    let Some(address) = address else { return Ok(task) };
    let recorder = PrometheusBuilder::new().build_recorder();
    let handle = recorder.handle();
    // Only a test installs two; the second one counts nothing.
    let _ = metrics::set_global_recorder(recorder);
    metrics::describe_counter!("madang_retries_total", "Work done again after trouble that passes, by its cause.");
    metrics::describe_gauge!(
        "madang_reader_lag_events",
        "Events of the log that a reader has not read, ten thousand at most."
    );
    metrics::describe_gauge!("madang_reader_lag_seconds", "The age of the oldest of them.");
    metrics::describe_gauge!("madang_dead_letters", "Events that a reader could not take.");
    metrics::describe_gauge!("madang_card_refunds_pending", "Refunds that are on their way back to cards.");
    metrics::describe_gauge!("madang_card_refunds_pending_won", "How much they are together, in won.");
    metrics::describe_counter!(
        "madang_mails_total",
        "Mails tried, by what became of them: sent, put_off, failed or lost."
    );
    let listener = TcpListener::bind(address)
        .await
        .map_err(|error| Error::Io(format!("MADANG_METRICS_ADDR {address} cannot be listened on"), error))?;
    let router = Router::new().route("/metrics", get(move || std::future::ready(handle.render())));
    task.spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::warn!(%error, "the metrics are not served any more");
        }
    });
    Ok(task)
}

//! Counts what was done again because of trouble that passes.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, atomic::AtomicU64, atomic::Ordering},
};

use metrics::{
    Counter, Gauge, Histogram, Key, KeyName, LocalRecorderGuard, Metadata, Recorder, SharedString, Unit,
    set_default_local_recorder,
};

/// The counter `madang_retries_total`, by work and cause.
#[derive(Debug, Default)]
pub(crate) struct Retries(Mutex<BTreeMap<(String, String), Arc<AtomicU64>>>);

impl Retries {
    /// Counts on this thread, as long as the guard is held.
    pub(crate) fn listen(&self) -> LocalRecorderGuard<'_> {
        set_default_local_recorder(self)
    }

    /// How often this work was done again for this cause.
    pub(crate) fn of(&self, work: &str, cause: &str) -> u64 {
        let counts = self.0.lock().expect("the counts");
        counts.get(&(work.to_owned(), cause.to_owned())).map_or(0, |count| count.load(Ordering::Relaxed))
    }

    /// All of them.
    pub(crate) fn all(&self) -> BTreeMap<(String, String), u64> {
        let counts = self.0.lock().expect("the counts");
        counts.iter().map(|(labels, count)| (labels.clone(), count.load(Ordering::Relaxed))).collect()
    }
}

impl Recorder for Retries {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        if key.name() != "madang_retries_total" {
            return Counter::noop();
        }
        let label = |name| key.labels().find(|label| label.key() == name).map(|label| label.value().to_owned());
        let labels = (label("work").unwrap_or_default(), label("cause").unwrap_or_default());
        Counter::from_arc(Arc::clone(self.0.lock().expect("the counts").entry(labels).or_default()))
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

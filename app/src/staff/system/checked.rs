//! Filters of a URL: what cannot be read is told, and asks for nothing.

use contract::form::{Flaw, Flaws};
use leptos::prelude::*;
use uuid::Uuid;

use crate::{desk::table::Asked, text};

/// Reads filters, and remembers which could not be read.
#[derive(Debug, Default)]
pub(in crate::staff) struct Reads {
    flaws: Vec<(String, Flaw)>,
}

impl Reads {
    /// The value of a filter; `None` where it is empty or cannot be read.
    pub(in crate::staff) fn get<T>(
        &mut self,
        asked: &Asked,
        name: &str,
        label: String,
        read: impl FnOnce(&str) -> Result<T, Flaw>,
    ) -> Option<T> {
        let typed = asked.get(name);
        if typed.is_empty() {
            return None;
        }
        read(typed).map_err(|flaw| self.flaws.push((label, flaw))).ok()
    }

    /// Whether one could not be read: then there is nothing to show.
    pub(in crate::staff) const fn is_wrong(&self) -> bool {
        !self.flaws.is_empty()
    }

    /// What could not be read, in sentences.
    pub(in crate::staff) fn told(self) -> impl IntoView {
        let sentences = self.flaws.into_iter().map(|(label, flaw)| {
            view! { <p>{format!("{label}: {}", text::flaw(flaw))}</p> }
        });
        let sentences: Vec<_> = sentences.collect();
        (!sentences.is_empty()).then(|| view! { <div class="notice bad" role="alert">{sentences}</div> })
    }

    /// The same as a refusal, for a file.
    pub(in crate::staff) fn refusal(&self) -> Result<(), contract::Failure> {
        match self.flaws.first() {
            Some((label, flaw)) => Err(contract::Failure::Invalid(Flaws::one(label, *flaw))),
            None => Ok(()),
        }
    }
}

/// An id.
pub(in crate::staff) fn uuid(typed: &str) -> Result<Uuid, Flaw> {
    Uuid::try_parse(typed).map_err(|_| Flaw::Unknown)
}

/// Won.
pub(in crate::staff) fn number(typed: &str) -> Result<i64, Flaw> {
    contract::form::number(typed, 1, i64::MAX)
}

//! A carrier in memory, with troubles.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use domain::{delivery::Errand, event::Trouble};
use server::carrier::{Booking, Carrier};
use uuid::Uuid;

#[derive(Debug, Default)]
pub(crate) struct Fake(Mutex<Yard>);

#[derive(Debug, Default)]
pub(crate) struct Yard {
    /// It cannot be reached.
    pub(crate) away: bool,
    /// It does what it was asked for, and does not answer.
    pub(crate) silent: bool,
    /// It does not take this one.
    pub(crate) refused: Option<Uuid>,
    parcels: BTreeMap<Uuid, String>,
    called_off: Vec<String>,
    asked_now: usize,
    asked_at_once: usize,
}

impl Fake {
    fn yard(&self) -> MutexGuard<'_, Yard> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set(&self, change: impl FnOnce(&mut Yard)) {
        change(&mut self.yard());
    }

    /// Takes a parcel, whatever becomes of the answer.
    pub(crate) fn take(&self, delivery: Uuid) -> String {
        let mut yard = self.yard();
        let next = format!("{}", 1_000 + yard.parcels.len());
        yard.parcels.entry(delivery).or_insert(next).clone()
    }

    pub(crate) fn parcels(&self) -> Vec<(Uuid, String)> {
        self.yard().parcels.clone().into_iter().collect()
    }

    pub(crate) fn called_off(&self) -> Vec<String> {
        self.yard().called_off.clone()
    }

    pub(crate) fn most_at_once(&self) -> usize {
        self.yard().asked_at_once
    }
}

#[async_trait]
impl Carrier for Fake {
    async fn book(&self, errand: &Errand) -> Result<Booking, Trouble> {
        self.set(|yard| {
            yard.asked_now += 1;
            yard.asked_at_once = yard.asked_at_once.max(yard.asked_now);
        });
        // Others get to ask meanwhile.
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        self.set(|yard| yard.asked_now -= 1);
        let (away, silent, refused) = {
            let yard = self.yard();
            (yard.away, yard.silent, yard.refused)
        };
        if away {
            return Err(Trouble::Away("away".to_owned()));
        }
        if refused == Some(errand.delivery) {
            return Err(Trouble::Poison("refused".to_owned()));
        }
        let tracking_number = self.take(errand.delivery);
        if silent {
            return Err(Trouble::Away("silent".to_owned()));
        }
        Ok(Booking { carrier: "마당택배".to_owned(), tracking_number })
    }

    async fn call_off(&self, number: &str) -> Result<(), Trouble> {
        self.set(|yard| yard.called_off.push(number.to_owned()));
        Ok(())
    }
}

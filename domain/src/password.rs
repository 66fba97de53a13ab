//! Password hashes: argon2id, off the async threads, bounded in number.

use std::sync::Arc;

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString, rand_core::OsRng},
};
use contract::{Failure, member::Password};
use tokio::sync::Semaphore;

use crate::{Error, Result};

/// Hashes at once. Each takes 19 MiB and a core for some 20 ms, so that more would only starve
/// everybody else.
const AT_ONCE: usize = 2;

/// Hashes that may wait for their turn; who comes later is told to try again.
const WAITING: usize = 64;

/// Checked where there is no such member, so that the answer takes as long as for a wrong
/// password. Of a random password that nobody kept, made with [`argon2id`].
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$NKuHesCNqTgOHEaTFQC/pw$meJkhf73WjOkBjjzfIszHxwVHdlpFTi1nu+i8dR4NIo";

/// Makes and checks password hashes.
#[derive(Debug, Clone)]
pub(crate) struct Hasher {
    turn: Arc<Semaphore>,
    queue: Arc<Semaphore>,
}

impl Hasher {
    pub(crate) fn new() -> Self {
        Self { turn: Arc::new(Semaphore::new(AT_ONCE)), queue: Arc::new(Semaphore::new(AT_ONCE + WAITING)) }
    }

    /// Hashes a password under a new salt.
    pub(crate) async fn hash(&self, password: Password) -> Result<String> {
        self.run(move || hash(&password)).await?
    }

    /// Whether the password belongs to the hash. Without a hash it takes as long and says no.
    pub(crate) async fn verify(&self, password: Password, hash: Option<String>) -> Result<bool> {
        self.run(move || {
            let known = hash.is_some();
            let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
            let parsed = PasswordHash::new(&hash)?;
            Ok(argon2id()?.verify_password(password.expose().as_bytes(), &parsed).is_ok() && known)
        })
        .await?
    }

    /// Draws a key out of a secret, as slowly as a password is checked, so that whoever has what it sealed
    /// guesses the secret no faster than the password's own hash.
    pub(crate) async fn stretch(&self, secret: Vec<u8>) -> Result<[u8; 32]> {
        self.run(move || {
            let mut key = [0; 32];
            // The secret holds what is random; the salt tells this use from others.
            let drawn = argon2id()?.hash_password_into(&secret, b"madang answers", &mut key);
            drawn.map(|()| key).map_err(|error| Error::Hash(error.into()))
        })
        .await?
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let _place = self.queue.try_acquire().map_err(|_| Failure::Unavailable)?;
        let _turn = self.turn.acquire().await.map_err(|_| Failure::Unavailable)?;
        Ok(tokio::task::spawn_blocking(work).await?)
    }
}

/// Hashes a password right here; takes some 20 ms.
///
/// # Errors
/// Where the hash function fails.
pub(crate) fn hash(password: &Password) -> Result<String> {
    let salt = SaltString::generate(&mut OsRng);
    Ok(argon2id()?.hash_password(password.expose().as_bytes(), &salt)?.to_string())
}

/// argon2id with 19 MiB, two passes, one lane (OWASP Password Storage Cheat Sheet).
fn argon2id() -> Result<Argon2<'static>> {
    let params = Params::new(19_456, 2, 1, None).map_err(|error| Error::Hash(error.into()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_of_nobody_is_as_hard_as_any() -> Result<()> {
        let nobody = PasswordHash::new(NOBODY)?;
        let cost = |params: &Params| (params.m_cost(), params.t_cost(), params.p_cost());
        assert_eq!(nobody.algorithm.as_str(), Algorithm::Argon2id.as_str());
        assert_eq!(cost(&Params::try_from(&nobody)?), cost(argon2id()?.params()));
        Ok(())
    }

    #[tokio::test]
    async fn only_the_right_password_of_a_known_member_is_accepted() -> Result<()> {
        let hasher = Hasher::new();
        let password = |typed: &str| Password::parse(typed).map_err(|_| Error::Refused(Failure::BadRequest));
        let hash = hasher.hash(password("correct horse")?).await?;
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(hasher.verify(password("correct horse")?, Some(hash.clone())).await?);
        assert!(!hasher.verify(password("battery staple")?, Some(hash)).await?);
        assert!(!hasher.verify(password("correct horse")?, None).await?);
        Ok(())
    }
}

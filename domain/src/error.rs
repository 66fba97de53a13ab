//! What can go wrong inside, and the one place where it becomes a [`Failure`].

use contract::Failure;

/// The result of a domain function.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Refusals go out as they are; anything else keeps its source for the log.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The rules say no.
    #[error("refused: {0}")]
    Refused(#[from] Failure),
    /// The database failed or is away.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// A password could not be hashed.
    #[error("password hash: {0}")]
    Hash(#[from] argon2::password_hash::Error),
    /// A background computation was cut off.
    #[error("cut off: {0}")]
    CutOff(#[from] tokio::task::JoinError),
    /// An event could not be written as JSON.
    #[error("event payload: {0}")]
    Payload(#[from] serde_json::Error),
    /// A file cannot be read or written.
    #[error("file: {0}")]
    Io(#[from] std::io::Error),
    /// A column holds a word that is none of its set.
    #[error("word: {0}")]
    Word(#[from] serde_plain::Error),
}

impl Error {
    /// What a person is told.
    pub fn failure(&self) -> Failure {
        match self {
            Self::Refused(failure) => failure.clone(),
            Self::Database(_) | Self::Hash(_) | Self::CutOff(_) | Self::Payload(_) | Self::Io(_) | Self::Word(_) => {
                Failure::Unavailable
            }
        }
    }

    /// Why the same work can succeed when it is done again, if it can: the transaction lost a race,
    /// or the connection was lost.
    pub fn transient(&self) -> Option<&'static str> {
        match self {
            Self::Database(sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed) => Some("connection"),
            Self::Database(sqlx::Error::PoolTimedOut) => Some("pool"),
            Self::Database(sqlx::Error::Database(error)) => match error.code()?.as_ref() {
                "40001" => Some("serialization"),
                "40P01" => Some("deadlock"),
                "55P03" => Some("lock"),
                // The connection, or an operator who shuts the server down.
                code if code.starts_with("08") || code.starts_with("57P") => Some("connection"),
                _ => None,
            },
            _ => None,
        }
    }
}

/// Gives the violation of a named constraint its meaning.
pub(crate) trait OnConstraint<T> {
    /// Turns the violation of `constraint` into `failure`; other errors pass through.
    fn on_constraint(self, constraint: &str, failure: impl FnOnce() -> Failure) -> Result<T>;
}

impl<T, E: Into<Error>> OnConstraint<T> for std::result::Result<T, E> {
    fn on_constraint(self, constraint: &str, failure: impl FnOnce() -> Failure) -> Result<T> {
        self.map_err(|error| match error.into() {
            Error::Database(sqlx::Error::Database(error)) if error.constraint() == Some(constraint) => {
                Error::Refused(failure())
            }
            other => other,
        })
    }
}

/// Leaving the domain: the failure goes on to the person, what lies behind it to the log, once.
impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let failure = error.failure();
        if !matches!(error, Error::Refused(_)) {
            tracing::error!(error = ?error, failure = %failure, "request failed");
        }
        failure
    }
}

//! Sessions in the shop's own database.

use async_trait::async_trait;
use sqlx::PgPool;
use tower_sessions::{
    ExpiredDeletion, SessionStore,
    session::{Id, Record},
    session_store::{Error, Result},
};
use tower_sessions_sqlx_store::PostgresStore;

/// The well-kept store, but for saving: a session that was ended by one request must not come back
/// to life by another one that was still under way.
#[derive(Debug, Clone)]
pub struct Sessions {
    db: PgPool,
    store: PostgresStore,
}

impl Sessions {
    /// Sessions in the table `session`.
    pub fn new(db: PgPool) -> Self {
        let store = PostgresStore::new(db.clone());
        // Both names are plain identifiers, so that the check cannot refuse them.
        let named = store.clone().with_schema_name("public").and_then(|store| store.with_table_name("session"));
        Self { db, store: named.unwrap_or(store) }
    }

    /// Sweeps the sessions that ended.
    ///
    /// # Errors
    /// Where the database is away.
    pub async fn sweep(&self) -> Result<()> {
        self.store.delete_expired().await
    }
}

#[async_trait]
impl SessionStore for Sessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        self.store.create(record).await
    }

    async fn save(&self, record: &Record) -> Result<()> {
        let data = rmp_serde::to_vec(record).map_err(|error| Error::Encode(error.to_string()))?;
        sqlx::query!(
            "update session set data = $2, expiry_date = $3 where id = $1",
            record.id.to_string(),
            data,
            record.expiry_date
        )
        .execute(&self.db)
        .await
        .map_err(|error| Error::Backend(error.to_string()))?;
        Ok(())
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        self.store.load(id).await
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.store.delete(id).await
    }
}

//! The files of pictures: in a folder, or in a bucket of S3 or what speaks like it.

mod s3;

use std::{
    fmt,
    path::{Path as Folder, PathBuf},
    sync::{Arc, OnceLock},
    time::Duration,
};

use async_trait::async_trait;
use domain::picture::{Store, Trouble};
use futures_util::TryStreamExt;
use object_store::{
    Error, ObjectStore, ObjectStoreExt, PutPayload, aws::AmazonS3Builder, local::LocalFileSystem, path::Path,
    prefix::PrefixStore,
};
use url::Url;

use crate::settings::Serve;

/// How long any call may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Keeps the files of pictures.
pub struct Pictures {
    place: String,
    opened: OnceLock<Arc<dyn ObjectStore>>,
    /// Opened when it is first needed.
    folder: Option<PathBuf>,
}

/// Without the store itself, which may hold a secret.
impl fmt::Debug for Pictures {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Pictures").field("place", &self.place).finish_non_exhaustive()
    }
}

impl Pictures {
    /// A store as the settings say. A folder that is set is made; the one in the data folder, and a
    /// bucket, have time until they are needed.
    ///
    /// # Errors
    /// A sentence that names the setting.
    pub fn new(settings: &Serve) -> Result<Self, String> {
        let Some(url) = &settings.neighbors.pictures_url else {
            let folder = settings.database.data_dir.join("pictures");
            let place = folder.display().to_string();
            return Ok(Self { place, opened: OnceLock::new(), folder: Some(folder) });
        };
        let wrong = |why: &str| format!("MADANG_PICTURES_URL ({url}) {why}");
        if !url.username().is_empty() || url.password().is_some() {
            let keys = "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
            return Err(format!("MADANG_PICTURES_URL must not hold a secret; {keys} do"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(wrong("must end with its path"));
        }
        match url.scheme() {
            "file" => {
                let folder = url.to_file_path().map_err(|()| wrong("must look like file:///a/folder"))?;
                Self::folder(&folder).map_err(|error| wrong(&format!("cannot be used ({error})")))
            }
            "s3" => Self::bucket(url).map_err(|error| wrong(&format!("cannot be used: {error}"))),
            _ => Err(wrong("must look like s3://bucket/folder or file:///a/folder")),
        }
    }

    /// A folder on this machine; it is made where it is not there.
    ///
    /// # Errors
    /// Where it cannot be.
    pub fn folder(folder: &Folder) -> Result<Self, Box<dyn std::error::Error>> {
        Ok(Self::of(open(folder)?, folder.display().to_string()))
    }

    fn bucket(url: &Url) -> Result<Self, Box<dyn std::error::Error>> {
        let bucket = url.host_str().filter(|bucket| !bucket.is_empty()).ok_or("it names no bucket")?;
        let folder = Path::from_url_path(url.path())?;
        Ok(Self::s3(AmazonS3Builder::from_env(), bucket, folder)?)
    }

    /// A folder of a bucket, spoken to in the shop's own way.
    ///
    /// # Errors
    /// Where what the builder was told contradicts itself.
    pub fn s3(builder: AmazonS3Builder, bucket: &str, folder: impl Into<Path>) -> object_store::Result<Self> {
        let folder = folder.into();
        let place = format!("s3://{bucket}/{folder}");
        Ok(Self::of(Arc::new(PrefixStore::new(s3::bucket(builder, bucket)?, folder)), place))
    }

    fn of(store: Arc<dyn ObjectStore>, place: String) -> Self {
        Self { place, opened: OnceLock::from(store), folder: None }
    }

    fn store(&self) -> Result<Arc<dyn ObjectStore>, Trouble> {
        match (self.opened.get(), &self.folder) {
            (Some(store), _) => Ok(Arc::clone(store)),
            (None, Some(folder)) => {
                let store = open(folder).map_err(|error| Trouble(error.to_string()))?;
                Ok(Arc::clone(self.opened.get_or_init(|| store)))
            }
            (None, None) => Err(Trouble("there is none".to_owned())),
        }
    }
}

fn open(folder: &Folder) -> Result<Arc<dyn ObjectStore>, Box<dyn std::error::Error>> {
    std::fs::create_dir_all(folder)?;
    // A picture's folder goes with its last file, and what was told to be kept is on the disk.
    Ok(Arc::new(LocalFileSystem::new_with_prefix(folder)?.with_automatic_cleanup(true).with_fsync(true)))
}

#[async_trait]
impl Store for Pictures {
    async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<(), Trouble> {
        let key = Path::from(key);
        patient(self.store()?.put(&key, PutPayload::from(bytes))).await?;
        Ok(())
    }

    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, Trouble> {
        let (store, key) = (self.store()?, Path::from(key));
        let read = async {
            match store.get(&key).await {
                Ok(found) => found.bytes().await.map(|bytes| Some(bytes.to_vec())),
                Err(Error::NotFound { .. }) => Ok(None),
                Err(error) => Err(error),
            }
        };
        patient(read).await
    }

    async fn clear(&self, folder: &str) -> Result<(), Trouble> {
        let (store, folder) = (self.store()?, Path::from(folder));
        let clear = async {
            let keys: Vec<Path> = store.list(Some(&folder)).map_ok(|found| found.location).try_collect().await?;
            for key in keys {
                match store.delete(&key).await {
                    // Somebody else has done it.
                    Ok(()) | Err(Error::NotFound { .. }) => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(())
        };
        patient(clear).await
    }
}

async fn patient<T>(call: impl Future<Output = Result<T, Error>>) -> Result<T, Trouble> {
    match tokio::time::timeout(PATIENCE, call).await {
        Ok(outcome) => outcome.map_err(|error| Trouble(error.to_string())),
        Err(_) => Err(Trouble(format!("no answer within {} seconds", PATIENCE.as_secs()))),
    }
}

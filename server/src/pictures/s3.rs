//! A bucket of S3, or of what speaks like it.

use std::time::Duration;

use object_store::{
    ClientOptions, Error, Result, RetryConfig,
    aws::{AmazonS3, AmazonS3Builder},
    client::{HttpClient, HttpConnector},
};

use crate::outside;

/// How long one request may take; the whole call waits for further tries.
const REQUEST: Duration = Duration::from_secs(10);

pub(super) fn bucket(builder: AmazonS3Builder, name: &str) -> Result<AmazonS3> {
    let retry = RetryConfig { max_retries: 3, retry_timeout: Duration::from_secs(25), ..RetryConfig::default() };
    builder.with_bucket_name(name).with_retry(retry).with_http_connector(Outside).build()
}

/// The shop's own way to speak HTTP: the roots it brings along, ring, no redirects.
#[derive(Debug)]
struct Outside;

impl HttpConnector for Outside {
    fn connect(&self, _options: &ClientOptions) -> Result<HttpClient> {
        let generic = |source: Box<dyn std::error::Error + Send + Sync>| Error::Generic { store: "S3", source };
        let client = outside::client().map_err(|error| generic(error.into()))?;
        let client = client.connect_timeout(Duration::from_secs(5)).timeout(REQUEST);
        Ok(HttpClient::new(client.build().map_err(|error| generic(error.into()))?))
    }
}

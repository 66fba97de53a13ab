//! How the shop speaks HTTP to its neighbors.

use std::sync::Arc;

use reqwest::{Client, ClientBuilder, Url, redirect::Policy};
use rustls::{ClientConfig, RootCertStore, crypto::ring};

/// A client that trusts the roots it brings along, whatever machine it runs on, and follows no
/// redirect: a secret is for nobody but whom it was given for. How long to wait is the caller's to
/// set.
///
/// # Errors
/// Where TLS cannot be set up, which no machine that runs this was seen to do.
pub fn client() -> Result<ClientBuilder, rustls::Error> {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Client::builder().tls_backend_preconfigured(tls).redirect(Policy::none()))
}

/// Where an address leads, without user, password, path or anything else that may be secret.
pub fn host(address: &Url) -> String {
    let host = address.host_str().unwrap_or_default();
    address.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

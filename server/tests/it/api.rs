//! The REST API, asked by a program over HTTP.

mod buying;
mod cart;
mod catalog;
mod coupon;
mod delivery;
mod document;
mod member;
mod order;
mod payment;
mod points;
mod readme;
mod subscription;
mod together;

use std::error::Error;

use reqwest::{Client, Method, StatusCode, header::HeaderMap};
use serde_json::{Value, json};

use crate::process::Served;

/// A demo shop that programs ask. Its private database goes with it.
pub(crate) struct Api {
    served: Served,
    client: Client,
    _data: tempfile::TempDir,
}

/// An answer, read whole.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// Null where there is none, or it is no JSON.
    pub(crate) body: Value,
}

/// One request on its way.
pub(crate) struct Call(reqwest::RequestBuilder);

impl Api {
    pub(crate) fn start() -> Result<Self, Box<dyn Error>> {
        Self::with(&[])
    }

    /// The same, with settings.
    pub(crate) fn with(settings: &[(&str, &str)]) -> Result<Self, Box<dyn Error>> {
        let data = tempfile::tempdir()?;
        // No limit gets into the way of a test that is not about it.
        let roomy = [("MADANG_API_BURST", "100000"), ("MADANG_API_LOGINS_PER_MINUTE", "100000")];
        let settings: Vec<_> = roomy.into_iter().chain(settings.iter().copied()).collect();
        let served = Served::with(data.path(), &settings)?;
        Ok(Self { served, client: server::outside::client()?.build()?, _data: data })
    }

    pub(crate) fn url(&self, path: &str) -> String {
        self.served.url(path)
    }

    /// A request; sentences come in English.
    pub(crate) fn call(&self, method: Method, path: &str) -> Call {
        Call(self.client.request(method, self.url(path)).header("accept-language", "en"))
    }

    pub(crate) fn get(&self, path: &str) -> Call {
        self.call(Method::GET, path)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Call {
        Call(self.call(Method::POST, path).0.json(body))
    }

    pub(crate) fn put(&self, path: &str, body: &Value) -> Call {
        Call(self.call(Method::PUT, path).0.json(body))
    }

    pub(crate) fn delete(&self, path: &str) -> Call {
        self.call(Method::DELETE, path)
    }

    /// A token of a demo account: `shopper`, `seller` or `staff`.
    pub(crate) async fn token(&self, who: &str) -> Result<String, Box<dyn Error>> {
        self.login(&format!("{who}@madang.example"), &format!("{who}-madang"), who).await
    }

    pub(crate) async fn login(&self, email: &str, password: &str, scope: &str) -> Result<String, Box<dyn Error>> {
        let login = json!({ "email": email, "password": password, "scope": scope });
        let answer = self.post("/member/login", &login).send().await?;
        Ok(answer.body["token"].as_str().ok_or_else(|| format!("no token: {}", answer.body))?.to_owned())
    }

    /// Signs a new shopper up and in.
    pub(crate) async fn newcomer(&self, email: &str) -> Result<String, Box<dyn Error>> {
        let new = json!({ "email": email, "password": "long enough", "name": "새 독자" });
        let answer = self.post("/member/registration", &new).send().await?;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        self.login(email, "long enough", "shopper").await
    }
}

impl Call {
    pub(crate) fn by(self, token: &str) -> Self {
        Self(self.0.bearer_auth(token))
    }

    pub(crate) fn header(self, name: &'static str, value: &str) -> Self {
        Self(self.0.header(name, value))
    }

    /// A body as it is, said to be JSON.
    pub(crate) fn json(self, text: &'static str) -> Self {
        Self(self.0.body(text)).header("content-type", "application/json")
    }

    pub(crate) fn key(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    pub(crate) async fn send(self) -> Result<Answer, reqwest::Error> {
        let answer = self.0.send().await?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let body = serde_json::from_slice(&answer.bytes().await?).unwrap_or(Value::Null);
        Ok(Answer { status, headers, body })
    }
}

impl Answer {
    /// The stable word of a refusal; empty where nothing was refused.
    pub(crate) fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    /// The pointers of refused fields with their words.
    pub(crate) fn fields(&self) -> Vec<(&str, &str)> {
        let fields = self.body["errors"].as_array().into_iter().flatten();
        fields.filter_map(|field| Some((field["pointer"].as_str()?, field["code"].as_str()?))).collect()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

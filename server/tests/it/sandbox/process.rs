//! The sandbox in a process of its own.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use reqwest::Client;
use serde_json::{Value, json};

pub(crate) const SECRET: &str = "test_sk_for_the_tests";

pub(crate) type Failed = Box<dyn std::error::Error>;

/// The program, with none of the settings of whoever runs the tests.
pub(crate) fn sandbox() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sandbox"));
    command.env_clear().env("SANDBOX_ADDR", "127.0.0.1:0").env("SANDBOX_GATEWAY_SECRET", SECRET);
    command
}

/// A sandbox that is open.
pub(crate) struct Sandbox {
    pub(crate) child: Child,
    url: String,
    client: Client,
}

impl Sandbox {
    /// Opens one on a free port, unless the settings say otherwise.
    pub(crate) fn start(settings: &[(&str, &str)]) -> Result<Self, Failed> {
        let mut child = sandbox().envs(settings.iter().copied()).stdout(Stdio::piped()).spawn()?;
        let mut lines = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
        let said = lines.next().ok_or("it ended without a word")??;
        let url = said.strip_prefix("Sandbox is open: ").ok_or("it says something else")?.to_owned();
        Ok(Self { child, url, client: server::outside::client()?.build()? })
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// Its address, as `127.0.0.1:8090`.
    pub(crate) fn address(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Sets the switches of a neighbor; what is not said is off.
    pub(crate) async fn switch(&self, neighbor: &str, switches: &Value) -> Result<(), Failed> {
        let set = self.client.put(self.url(&format!("/switches/{neighbor}"))).json(switches).send().await?;
        Ok(set.error_for_status().map(drop)?)
    }

    /// All that a neighbor knows.
    pub(crate) async fn received(&self, neighbor: &str) -> Result<Value, Failed> {
        Ok(self.client.get(self.url(&format!("/received/{neighbor}"))).send().await?.json().await?)
    }

    /// Asks the gateway for something, as the shop would.
    pub(crate) async fn ask(&self, path: &str, key: &str, body: &Value) -> Result<(u16, Value), Failed> {
        let request = self.client.post(self.url(path)).basic_auth(SECRET, Some("")).json(body);
        let request = if key.is_empty() { request } else { request.header("idempotency-key", key) };
        let answer = request.send().await?;
        Ok((answer.status().as_u16(), answer.json().await?))
    }

    /// What the gateway knows of a payment.
    pub(crate) async fn look_up(&self, order: &str) -> Result<Value, Failed> {
        let url = self.url(&format!("/v1/payments/orders/{order}"));
        Ok(self.client.get(url).basic_auth(SECRET, Some("")).send().await?.json().await?)
    }

    /// Opens a page, on which nothing is typed yet. Answers the payment's key.
    pub(crate) async fn open(&self, order: &str, amount: i64) -> Result<String, Failed> {
        let body = json!({
            "method": "CARD", "amount": amount, "orderId": order, "orderName": "책",
            "successUrl": "http://shop.example/agreed?order=1", "failUrl": "http://shop.example/failed",
        });
        let (status, opened) = self.ask("/v1/payments", &format!("open-{order}"), &body).await?;
        assert_eq!((status, &opened["status"]), (200, &json!("READY")));
        Ok(opened["paymentKey"].as_str().ok_or("no key")?.to_owned())
    }

    /// Presses a button of a page of the gateway. Answers where it leads.
    pub(crate) async fn press(&self, path: &str, number: &str, button: &str) -> Result<String, Failed> {
        let answer = self.client.post(self.url(path)).form(&[("number", number), ("do", button)]).send().await?;
        assert_eq!(answer.status().as_u16(), 302);
        Ok(answer.headers().get("location").ok_or("no address")?.to_str()?.to_owned())
    }

    /// Opens a page and agrees to pay by a card. Answers the payment's key.
    pub(crate) async fn agree(&self, order: &str, amount: i64, number: &str) -> Result<String, Failed> {
        let key = self.open(order, amount).await?;
        let back = self.press(&format!("/checkout/{key}"), number, "pay").await?;
        assert_eq!(
            back,
            format!("http://shop.example/agreed?order=1&paymentKey={key}&orderId={order}&amount={amount}")
        );
        Ok(key)
    }
}

/// A test that failed leaves no sandbox behind.
impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

//! Who the shop talks to: payment gateway, carrier, data platform, object store, mail.

use clap::{ArgAction, Args, builder::BoolishValueParser};
use url::Url;

/// Each neighbor is there when its address is set.
#[derive(Debug, Clone, Args)]
pub struct Neighbors {
    /// The payment gateway, as `https://api.tosspayments.com`; without it no card can pay.
    #[arg(long, env = "MADANG_GATEWAY_URL")]
    pub gateway_url: Option<Url>,

    /// The secret key that the payment gateway knows the shop by.
    #[arg(long, env = "MADANG_GATEWAY_SECRET", hide_env_values = true, default_value = "")]
    pub gateway_secret: String,

    /// The carrier; without it sellers ship by hand.
    #[arg(long, env = "MADANG_CARRIER_URL")]
    pub carrier_url: Option<Url>,

    /// The secret that signs the carrier's webhooks, as `whsec_…` (Standard Webhooks).
    #[arg(long, env = "MADANG_CARRIER_SECRET", hide_env_values = true, default_value = "")]
    pub carrier_secret: String,

    /// Seconds after which a paid order is accepted by itself; without it sellers accept by hand.
    #[arg(long, env = "MADANG_ACCEPT_AFTER", value_parser = clap::value_parser!(i64).range(0..=2_592_000))]
    pub accept_after: Option<i64>,

    /// The data platform, which takes batches of `CloudEvents` at this address.
    #[arg(long, env = "MADANG_PLATFORM_URL")]
    pub platform_url: Option<Url>,

    /// Where the pictures of products are kept, as `s3://bucket/folder`, which reads the usual `AWS_…` variables, or `file:///a/folder`; without it in the folder `pictures` in the data folder.
    #[arg(long, env = "MADANG_PICTURES_URL", hide_env_values = true)]
    pub pictures_url: Option<Url>,

    /// The mail server, as `smtps://user:password@mail.example`; without it each mail is a file below `mail` in the data folder.
    #[arg(long, env = "MADANG_SMTP_URL", hide_env_values = true)]
    pub smtp_url: Option<Url>,

    /// Whom mails come from.
    #[arg(long, env = "MADANG_MAIL_FROM", default_value = "마당 <no-reply@madang.example>")]
    pub mail_from: String,

    /// Whether sellers may have messages sent by http and into private networks; without it only by https to addresses of the internet.
    #[arg(long, env = "MADANG_WEBHOOK_PRIVATE", default_value_t = false, action = ArgAction::Set, value_parser = BoolishValueParser::new())]
    pub webhook_private: bool,

    /// Days for which webhooks are kept, and the event log, which is kept longer until every reader has read it; a reader that another instance alone has counts while it has moved within them.
    #[arg(long, env = "MADANG_EVENT_DAYS", default_value_t = 30, value_parser = clap::value_parser!(i64).range(1..=3_650))]
    pub event_days: i64,
}

impl Neighbors {
    /// Where the payment gateway is, and the secret that it knows the shop by, where it is set.
    ///
    /// # Errors
    /// A sentence, where one is there without the other, or the address is none of HTTP.
    pub fn gateway(&self) -> Result<Option<(&Url, &str)>, String> {
        let Some(url) = &self.gateway_url else { return Ok(None) };
        if !matches!(url.scheme(), "http" | "https") {
            return Err(format!("MADANG_GATEWAY_URL ({url}) must begin with https:// or http://"));
        }
        if self.gateway_secret.is_empty() {
            return Err("MADANG_GATEWAY_URL needs MADANG_GATEWAY_SECRET beside it".to_owned());
        }
        Ok(Some((url, &self.gateway_secret)))
    }

    /// Where the carrier is, and the secret that signs its webhooks, where it is set.
    ///
    /// # Errors
    /// A sentence, where the address is none of HTTP, or the secret is missing or none.
    pub fn carrier(&self) -> Result<Option<(&Url, &str)>, String> {
        let Some(url) = &self.carrier_url else { return Ok(None) };
        if !matches!(url.scheme(), "http" | "https") {
            return Err("MADANG_CARRIER_URL must begin with https:// or http://".to_owned());
        }
        // Without one, anybody could sign.
        if self.carrier_secret.trim_start_matches("whsec_").is_empty() {
            return Err("MADANG_CARRIER_URL needs MADANG_CARRIER_SECRET beside it".to_owned());
        }
        if standardwebhooks::Webhook::new(&self.carrier_secret).is_err() {
            return Err("MADANG_CARRIER_SECRET must be whsec_ and base64".to_owned());
        }
        Ok(Some((url, &self.carrier_secret)))
    }

    /// Where the data platform takes events, where it is set.
    ///
    /// # Errors
    /// A sentence, where the address is none of HTTP.
    pub fn platform(&self) -> Result<Option<&Url>, String> {
        match &self.platform_url {
            Some(url) if !matches!(url.scheme(), "http" | "https") => {
                Err("MADANG_PLATFORM_URL must begin with https:// or http://".to_owned())
            }
            url => Ok(url.as_ref()),
        }
    }
}

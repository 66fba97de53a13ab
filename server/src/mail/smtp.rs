//! Mails through a mail server.

use std::time::Duration;

use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor, transport::smtp::Error};
use tokio::time::timeout;
use url::Url;

use super::Trouble;

/// How long the server may take to greet and to let the shop in.
const GREETING: Duration = Duration::from_secs(60);

/// How long it may take with one mail. Both together stay far below `domain::mail::PATIENCE`.
const TAKING: Duration = Duration::from_secs(120);

/// The mail server.
#[derive(Debug)]
pub(super) struct Smtp(AsyncSmtpTransport<Tokio1Executor>);

impl Smtp {
    pub(super) fn new(url: &Url) -> Result<Self, String> {
        let server = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.as_str());
        let server = server.map_err(|_| {
            "MADANG_SMTP_URL must look like smtps://user:password@mail.example, or smtp://…?tls=required".to_owned()
        })?;
        Ok(Self(server.build()))
    }

    /// Sends a mail. Up to the greeting nothing can have been taken; from then on only an answer
    /// tells, and where there is none, nobody knows.
    pub(super) async fn send(&self, mail: Message) -> Result<(), Trouble> {
        match timeout(GREETING, self.0.test_connection()).await {
            Ok(Ok(true)) => {}
            Ok(Ok(false)) => return Err(Trouble::Away("the mail server hung up".to_owned())),
            Ok(Err(error)) => return Err(Trouble::Away(error.to_string())),
            Err(_) => return Err(Trouble::Away("the mail server does not answer".to_owned())),
        }
        match timeout(TAKING, self.0.send(mail)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(trouble(&error)),
            Err(_) => Err(Trouble::Unknown("the mail server did not answer in time".to_owned())),
        }
    }
}

fn trouble(error: &Error) -> Trouble {
    let told = error.to_string();
    if error.is_transient() {
        Trouble::Later(told)
    } else if error.is_permanent() || error.is_client() {
        Trouble::Refused(told)
    } else {
        Trouble::Unknown(told)
    }
}

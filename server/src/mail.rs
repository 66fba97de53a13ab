//! Mails on their way out: through the mail server where one is set, else each into a file.

mod folder;
mod run;
mod smtp;

use app::notification::letter;
use domain::{
    Shop,
    mail::{self, Mail},
    pulse::Neighbor,
};
use lettre::{
    Message,
    message::{Mailbox, SinglePart},
};
use uuid::Uuid;

pub(crate) use run::start;

use self::{folder::Folder, smtp::Smtp};
use crate::settings::Serve;

/// Sends the shop's mails.
#[derive(Debug)]
pub struct Mailer {
    from: Mailbox,
    /// The shop's address as browsers know it.
    shop: Option<String>,
    way: Way,
}

#[derive(Debug)]
enum Way {
    Smtp(Smtp),
    Folder(Folder),
}

/// Why a mail did not go out, or may not have.
#[derive(Debug)]
enum Trouble {
    /// Nobody took it, nor would anybody take another one now.
    Away(String),
    /// Not now.
    Later(String),
    /// Never.
    Refused(String),
    /// Nobody knows whether it went out.
    Unknown(String),
}

/// What became of a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// There was nothing to send.
    Nothing,
    /// One mail was dealt with, sent or not.
    One,
    /// Nobody takes mails at the moment.
    Away,
}

impl Mailer {
    /// A mailer as the settings say. Needs a Tokio runtime around it.
    ///
    /// # Errors
    /// A sentence that names the setting, without what is secret in it.
    pub fn new(settings: &Serve) -> Result<Self, String> {
        let from = &settings.neighbors.mail_from;
        let from = one_line(from)
            .parse()
            .map_err(|_| format!("MADANG_MAIL_FROM ({from}) must look like Madang <no-reply@shop.example>"))?;
        let way = match &settings.neighbors.smtp_url {
            Some(url) => Way::Smtp(Smtp::new(url)?),
            None => Way::Folder(Folder::new(settings.database.data_dir.join("mail"))),
        };
        Ok(Self { from, shop: settings.public_url.clone(), way })
    }

    /// Sends the next mail that is due, if there is one. Only one is in hand at a time, so that no
    /// more can be lost with whoever sends it.
    ///
    /// # Errors
    /// Where the database is away.
    pub async fn send_next(&self, shop: &Shop) -> domain::Result<Done> {
        let Some(mail) = mail::due(shop, 1).await?.pop() else { return Ok(Done::Nothing) };
        let outcome = self.send(&mail).await;
        self.note(shop, mail.id, outcome).await
    }

    /// Ends the mails whose senders have died. The same file once more is no second mail.
    ///
    /// # Errors
    /// Where the database is away.
    pub async fn sweep(&self, shop: &Shop) -> domain::Result<usize> {
        mail::sweep(shop, matches!(self.way, Way::Folder(_))).await
    }

    async fn send(&self, mail: &Mail) -> Result<(), Trouble> {
        let message = self.write(mail).map_err(|error| Trouble::Refused(error.to_string()))?;
        match &self.way {
            Way::Smtp(smtp) => smtp.send(message).await,
            Way::Folder(folder) => folder.keep(mail.id, message.formatted()).await,
        }
    }

    /// The mail as it goes over the wire: the same, to the byte, however often it is written.
    fn write(&self, mail: &Mail) -> Result<Message, Box<dyn std::error::Error + Send + Sync>> {
        let told = letter(&mail.notice, &mail.name, mail.order.as_deref(), self.shop.as_deref());
        Ok(Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(Some(one_line(&mail.name)), mail.email.parse()?))
            .subject(one_line(&told.subject))
            .date(mail.created_at.into())
            .message_id(Some(format!("<{}@{}>", mail.id, self.from.email.domain())))
            .singlepart(SinglePart::plain(told.body))?)
    }

    async fn note(&self, shop: &Shop, id: Uuid, outcome: Result<(), Trouble>) -> domain::Result<Done> {
        let away = matches!(outcome, Err(Trouble::Away(_)));
        match &outcome {
            // What was refused was answered, too.
            Ok(()) | Err(Trouble::Refused(_)) => shop.pulse().met(Neighbor::Mail, Ok(())),
            Err(Trouble::Away(why) | Trouble::Later(why) | Trouble::Unknown(why)) => {
                shop.pulse().met(Neighbor::Mail, Err(&short(why)));
            }
        }
        match outcome {
            Ok(()) => mail::sent(shop, id).await?,
            Err(Trouble::Away(error) | Trouble::Later(error)) => {
                tracing::warn!(mail.id = %id, "mail {id} was not taken, and is tried again");
                mail::put_off(shop, id, &short(&error)).await?;
            }
            Err(Trouble::Refused(error)) => {
                tracing::warn!(mail.id = %id, "mail {id} was refused for good");
                mail::fail(shop, id, &short(&error)).await?;
            }
            Err(Trouble::Unknown(error)) => {
                tracing::warn!(mail.id = %id, "mail {id} is lost: whether it was taken is not known");
                mail::lose(shop, id, &short(&error)).await?;
            }
        }
        Ok(if away { Done::Away } else { Done::One })
    }
}

/// A header's text in one line: the library gives up on others.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// As much of an error as is kept. It stays out of the log, as it may quote the recipient.
fn short(error: &str) -> String {
    error.chars().filter(|c| !c.is_control()).take(300).collect()
}

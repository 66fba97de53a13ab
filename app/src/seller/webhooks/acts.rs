//! What is done to a webhook that is there, by one button each.

use contract::Failure;
use domain::subscription::{self, SubscriptionForm};
use leptos::prelude::*;

use super::{
    super::operator,
    LIST,
    fields::{named, typed},
    parse_id,
};
use crate::{
    context::own_path,
    form::{Sent, answer},
};

/// The name of the forms of one button: the page tells of one as of the other.
pub(super) const STEP: &str = "seller/webhook-step";

/// The name of the form of a change.
pub(super) const EDIT: &str = "seller/webhook";

fn path(id: &str) -> String {
    format!("{LIST}/{id}")
}

/// Changes a webhook, based on the version that the form was shown with.
#[server(prefix = "/fn", endpoint = "seller/webhook")]
async fn change(
    #[server(default)] id: String,
    #[server(default)] version: String,
    #[server(default)] form: SubscriptionForm,
) -> Result<(), Failure> {
    let outcome = async {
        let (shop, by) = operator().await?;
        let based_on = version.parse().map_err(|_| Failure::BadRequest)?;
        subscription::change(&shop, &by, parse_id(&id)?, based_on, &form).await?;
        Ok(format!("{}?saved=1", path(&id)))
    };
    let outcome = outcome.await;
    let typed = typed(&form);
    let mut fields: Vec<(&str, &str)> = typed.iter().map(|(name, value)| (*name, value.as_str())).collect();
    fields.push(("version", &version));
    answer(Sent { form: EDIT, page: &path(&id), fields: &fields }, named(outcome)).await
}

/// Gives a webhook a new secret; the one before signs beside it for a while.
#[server(prefix = "/fn", endpoint = "seller/webhook-rotate")]
async fn rotate(#[server(default)] id: String, #[server(default)] version: String) -> Result<(), Failure> {
    let outcome = async {
        let (shop, by) = operator().await?;
        let based_on = version.parse().map_err(|_| Failure::BadRequest)?;
        subscription::rotate_secret(&shop, &by, parse_id(&id)?, based_on).await?;
        Ok(format!("{}?rotated=1", path(&id)))
    };
    answer(Sent { form: STEP, page: &path(&id), fields: &[] }, outcome.await).await
}

/// Pauses a webhook.
#[server(prefix = "/fn", endpoint = "seller/webhook-pause")]
async fn pause(#[server(default)] id: String) -> Result<(), Failure> {
    let outcome = async {
        let (shop, by) = operator().await?;
        subscription::pause(&shop, &by, parse_id(&id)?).await?;
        Ok(format!("{}?paused=1", path(&id)))
    };
    answer(Sent { form: STEP, page: &path(&id), fields: &[] }, outcome.await).await
}

/// Lets a webhook go on that was paused, or switched off by itself.
#[server(prefix = "/fn", endpoint = "seller/webhook-resume")]
async fn resume(#[server(default)] id: String) -> Result<(), Failure> {
    let outcome = async {
        let (shop, by) = operator().await?;
        subscription::resume(&shop, &by, parse_id(&id)?).await?;
        Ok(format!("{}?resumed=1", path(&id)))
    };
    answer(Sent { form: STEP, page: &path(&id), fields: &[] }, outcome.await).await
}

/// Sends a test message, and shows what becomes of it.
#[server(prefix = "/fn", endpoint = "seller/webhook-test")]
async fn test(#[server(default)] id: String) -> Result<(), Failure> {
    let outcome = async {
        let (shop, by) = operator().await?;
        let message = subscription::test(&shop, &by, parse_id(&id)?).await?;
        Ok(format!("{LIST}/messages/{message}?sent=1"))
    };
    answer(Sent { form: STEP, page: &path(&id), fields: &[] }, outcome.await).await
}

/// Ends a webhook.
#[server(prefix = "/fn", endpoint = "seller/webhook-remove")]
async fn remove(#[server(default)] id: String) -> Result<(), Failure> {
    let outcome = async {
        let (shop, by) = operator().await?;
        subscription::remove(&shop, &by, parse_id(&id)?).await?;
        Ok(format!("{LIST}?removed=1"))
    };
    answer(Sent { form: STEP, page: &path(&id), fields: &[] }, outcome.await).await
}

/// Sends a message again.
#[server(prefix = "/fn", endpoint = "seller/webhook-resend")]
async fn resend(#[server(default)] id: String, #[server(default)] back: String) -> Result<(), Failure> {
    let page = if back.starts_with(&format!("{LIST}/")) {
        own_path(&back).to_owned()
    } else {
        format!("{LIST}/messages/{id}")
    };
    let outcome = async {
        let (shop, by) = operator().await?;
        let message = parse_id(&id)?;
        subscription::resend(&shop, &by, message).await?;
        Ok(format!("{page}{}sent={message}", if page.contains('?') { '&' } else { '?' }))
    };
    let outcome = outcome.await;
    answer(Sent { form: STEP, page: &page, fields: &[] }, outcome).await
}

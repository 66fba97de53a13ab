//! What the staff does about a payment: it asks the gateway now instead of waiting for the sweep.

use contract::Failure;
use domain::payment::list;
use leptos::prelude::*;

use super::super::staff;
use crate::{
    context::shop,
    form::{Sent, answer},
    words,
};

/// The name of the forms.
pub(super) const FORM: &str = "staff/payments";

/// The page of the forms.
const PAGE: &str = "/staff/payments";

/// The page to come back to, with its filters; no other one.
fn page(next: &str) -> &str {
    let own = next == PAGE || next.strip_prefix(PAGE).is_some_and(|rest| rest.starts_with('?'));
    if own { next } else { PAGE }
}

/// The same page, which says what came of it.
fn told(page: &str, word: &str) -> String {
    let mark = if page.contains('?') { '&' } else { '?' };
    format!("{page}{mark}saved={word}")
}

/// Asks the gateway how a payment stands.
#[server(prefix = "/fn", endpoint = "staff/payment-ask")]
async fn ask_gateway(#[server(default)] id: String, #[server(default)] next: String) -> Result<(), Failure> {
    let page = page(&next);
    let outcome = async {
        let (shop, staff) = (shop()?, staff()?);
        let state = list::ask(&shop, &staff, id.parse().map_err(|_| Failure::NotFound)?).await?;
        Ok(told(page, &words::word(state)))
    };
    let outcome = outcome.await;
    answer(Sent { form: FORM, page, fields: &[] }, outcome).await
}

/// Asks for money that has to go back to a card.
#[server(prefix = "/fn", endpoint = "staff/card-refund")]
async fn hurry_refund(#[server(default)] id: String, #[server(default)] next: String) -> Result<(), Failure> {
    let page = page(&next);
    let outcome = async {
        let (shop, staff) = (shop()?, staff()?);
        let went = list::hurry(&shop, &staff, id.parse().map_err(|_| Failure::NotFound)?).await?;
        Ok(told(page, if went { "went" } else { "waits" }))
    };
    let outcome = outcome.await;
    answer(Sent { form: FORM, page, fields: &[] }, outcome).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_comes_back_to_its_own_page_alone() {
        assert_eq!(page("/staff/payments?status=unknown"), "/staff/payments?status=unknown");
        for other in ["", "/", "/staff/paymentsx", "//evil.example", "/staff/orders"] {
            assert_eq!(page(other), PAGE);
        }
        assert_eq!(told("/staff/payments", "paid"), "/staff/payments?saved=paid");
        assert_eq!(told("/staff/payments?day=1", "paid"), "/staff/payments?day=1&saved=paid");
    }
}

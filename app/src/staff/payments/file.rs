//! Card payments as a file.

use async_trait::async_trait;
use contract::{
    Failure,
    order::order_number,
    table::{Cursor, Rows},
    when,
};
use domain::{
    Shop,
    member::Staff,
    payment::list::{self, CardPayment, Filter},
};

use crate::{
    desk::download::{CHUNK, Download},
    text::t,
    words,
};

/// What the page shows.
pub(in crate::staff) struct PaymentsFile {
    pub shop: Shop,
    pub staff: Staff,
    pub filter: Filter,
}

#[async_trait]
impl Download for PaymentsFile {
    type Row = CardPayment;

    fn name(&self) -> &'static str {
        "card-payments"
    }

    fn head(&self) -> Vec<String> {
        vec![
            t!("when"),
            t!("order-number"),
            t!("sys-payment-id"),
            t!("axis-payment"),
            t!("amount"),
            t!("sys-back"),
            t!("sys-card"),
            t!("sys-code"),
            t!("sys-asked"),
            t!("sys-gateway-key"),
        ]
    }

    async fn rows(&self, after: Option<Cursor>) -> Result<Rows<CardPayment>, Failure> {
        Ok(list::list(&self.shop, &self.staff, &self.filter, after.as_ref(), CHUNK).await?)
    }

    fn cells(&self, row: CardPayment) -> Vec<String> {
        vec![
            when::kst(row.created_at),
            row.order.map(|(id, at)| order_number(id, at)).unwrap_or_default(),
            row.id.to_string(),
            words::payment_state(row.state),
            row.amount.to_string(),
            row.canceled.to_string(),
            format!("{} {}", row.brand, row.last4).trim().to_owned(),
            row.failure,
            row.checks.to_string(),
            row.key,
        ]
    }
}

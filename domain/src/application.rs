//! Applications to sell: members send them, the staff decides.

mod decide;
mod read;

use contract::{
    Failure,
    application::{self, ApplicationId, ApplicationStatus},
    form::{Check, Flaw, Flaws},
    member::{self, MemberId},
};
use serde::Deserialize;
use time::OffsetDateTime;

pub use decide::{approve, reject};
pub use read::{latest, list, of_member, waiting};

use crate::{Result, Shop, member::Shopper, points::same, retry::retry};

/// An application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// The application.
    pub id: ApplicationId,
    /// Who applies.
    pub member: MemberId,
    /// The member's name.
    pub name: String,
    /// The name to sign in with.
    pub email: String,
    /// The name of the shop to be.
    pub shop_name: String,
    /// Ten digits.
    pub business_number: String,
    /// Bare digits.
    pub phone: String,
    /// Lines of text.
    pub introduction: String,
    /// Where it stands.
    pub status: ApplicationStatus,
    /// Why it was rejected; empty otherwise.
    pub reason: String,
    /// When it was sent, in UTC.
    pub created_at: OffsetDateTime,
    /// When it was decided, in UTC.
    pub decided_at: Option<OffsetDateTime>,
}

/// The form as typed.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct ApplicationForm {
    /// The name of the shop to be.
    pub shop_name: String,
    /// The business registration number.
    pub business_number: String,
    /// The shop's telephone.
    pub phone: String,
    /// What the shop is about.
    pub introduction: String,
}

/// The form as read.
struct Read {
    shop_name: String,
    business_number: String,
    phone: String,
    introduction: String,
}

impl ApplicationForm {
    fn read(&self) -> Result<Read> {
        let mut check = Check::default();
        let shop_name = check.field("shop_name", application::shop_name(&self.shop_name));
        let number = check.field("business_number", application::business_number(&self.business_number));
        let phone = check.field("shop_phone", member::phone(&self.phone));
        let introduction = check.field("introduction", application::introduction(&self.introduction));
        match (shop_name, number, phone, introduction) {
            (Some(shop_name), Some(business_number), Some(phone), Some(introduction)) => {
                Ok(Read { shop_name, business_number, phone, introduction })
            }
            _ => Err(check.refuse().into()),
        }
    }
}

/// Applies to sell. The same form again changes nothing.
///
/// # Errors
/// [`Failure::Invalid`] with every flaw of the form, a business number that sells already among
/// them; [`Failure::StatusChanged`] for who sells or runs the shop already, [`Failure::AlreadySent`]
/// where another application of the member still waits.
pub async fn apply(shop: &Shop, by: &Shopper, form: &ApplicationForm) -> Result<()> {
    let read = form.read()?;
    retry("apply to sell", || apply_once(shop, by, &read)).await
}

async fn apply_once(shop: &Shop, by: &Shopper, form: &Read) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    let shopper = sqlx::query_scalar!(
        "select member_id from member where member_id = $1 and role = 'shopper' and status = 'active'
         for no key update",
        by.id()
    );
    shopper.fetch_optional(&mut *tx).await?.ok_or(Failure::StatusChanged)?;
    let taken = sqlx::query_scalar!(
        r#"select exists (select from seller_application where business_number = $1 and status = 'approved') as "is!""#,
        form.business_number
    );
    if taken.fetch_one(&mut *tx).await? {
        return Err(number_taken().into());
    }
    let sent = sqlx::query!(
        "insert into seller_application (member_id, shop_name, business_number, phone, introduction, created_at)
         values ($1, $2, $3, $4, $5, $6) on conflict (member_id) where status = 'requested' do nothing",
        by.id(),
        form.shop_name,
        form.business_number,
        form.phone,
        form.introduction,
        shop.now()
    )
    .execute(&mut *tx)
    .await?;
    if sent.rows_affected() == 0 {
        let before = sqlx::query!(
            "select shop_name, business_number, phone, introduction from seller_application
             where member_id = $1 and status = 'requested'",
            by.id()
        )
        .fetch_one(&mut *tx)
        .await?;
        return same(
            (&before.shop_name, &before.business_number, &before.phone, &before.introduction),
            (&form.shop_name, &form.business_number, &form.phone, &form.introduction),
        );
    }
    tx.commit().await?;
    Ok(())
}

/// A business sells under one name.
fn number_taken() -> Failure {
    Failure::Invalid(Flaws::one("business_number", Flaw::BusinessNumberTaken))
}

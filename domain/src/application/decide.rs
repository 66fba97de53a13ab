//! What the staff answers.

use contract::{
    Failure,
    application::{ApplicationId, ApplicationStatus},
    form::{Flaws, line},
    member::MemberId,
    trail::Act,
};
use serde_json::json;
use sqlx::PgConnection;

use super::number_taken;
use crate::{
    Result, Shop,
    error::OnConstraint,
    event::{self, NewEvent},
    member::{Operator, Staff},
    retry::retry,
    trail,
    words::read,
};

/// Makes the member who applied a seller; approved already, it stays so.
///
/// # Errors
/// [`Failure::NotFound`], [`Failure::StatusChanged`] where it was rejected or the member is blocked,
/// [`Failure::Invalid`] where somebody else sells under its business number.
pub async fn approve(shop: &Shop, by: &Staff, id: ApplicationId) -> Result<()> {
    retry("approve application", || approve_once(shop, by, id)).await
}

async fn approve_once(shop: &Shop, by: &Staff, id: ApplicationId) -> Result<()> {
    let at = shop.now();
    let mut tx = shop.db.begin().await?;
    let asked = lock(&mut tx, id).await?;
    match asked.status {
        ApplicationStatus::Approved => return Ok(()),
        ApplicationStatus::Rejected => return Err(Failure::StatusChanged.into()),
        ApplicationStatus::Requested => {}
    }
    sqlx::query!(
        "update seller_application set status = 'approved', decided_by = $2, decided_at = $3 where application_id = $1",
        id,
        by.id(),
        at
    )
    .execute(&mut *tx)
    .await
    .on_constraint("seller_application_business_key", number_taken)?;
    // Whoever runs the shop meanwhile goes on to do so.
    let role = sqlx::query_scalar!(
        "update member set role = case role when 'shopper' then 'seller' else role end
         where member_id = $1 and status = 'active' returning role",
        asked.member
    );
    let role = role.fetch_optional(&mut *tx).await?.ok_or(Failure::StatusChanged)?;
    let seller = sqlx::query_scalar!(
        "insert into seller (member_id, name) values ($1, $2)
         on conflict (member_id) do update set name = seller.name returning seller_id",
        asked.member,
        asked.shop_name
    )
    .fetch_one(&mut *tx)
    .await?;
    let told = trail::Change {
        act: Act::SellerApproved,
        subject: asked.member.to_string(),
        seller: Some(seller),
        before: json!({ "application": "requested", "role": asked.role }),
        after: json!({ "application": "approved", "role": role, "shop_name": asked.shop_name }),
    };
    trail::record(&mut tx, &Operator::from(by), at, &[told]).await?;
    let payload = json!({ "application_id": id, "member_id": asked.member, "shop_name": asked.shop_name });
    let fact = NewEvent { name: "seller.approved", subject: asked.member.to_string(), payload };
    event::append(&mut tx, &[fact]).await?;
    tx.commit().await?;
    Ok(())
}

/// Rejects an application, for a reason that the member reads; rejected already, it stays so, with
/// its first reason.
///
/// # Errors
/// [`Failure::Invalid`] without a reason, [`Failure::NotFound`], [`Failure::StatusChanged`] where it
/// was approved.
pub async fn reject(shop: &Shop, by: &Staff, id: ApplicationId, reason: &str) -> Result<()> {
    let reason = line(reason, 200).map_err(|flaw| Failure::Invalid(Flaws::one("reason", flaw)))?;
    retry("reject application", || reject_once(shop, by, id, &reason)).await
}

async fn reject_once(shop: &Shop, by: &Staff, id: ApplicationId, reason: &str) -> Result<()> {
    let at = shop.now();
    let mut tx = shop.db.begin().await?;
    let asked = lock(&mut tx, id).await?;
    match asked.status {
        ApplicationStatus::Rejected => return Ok(()),
        ApplicationStatus::Approved => return Err(Failure::StatusChanged.into()),
        ApplicationStatus::Requested => {}
    }
    sqlx::query!(
        "update seller_application set status = 'rejected', reason = $4, decided_by = $2, decided_at = $3
         where application_id = $1",
        id,
        by.id(),
        at,
        reason
    )
    .execute(&mut *tx)
    .await?;
    let told = trail::Change {
        act: Act::SellerRejected,
        subject: asked.member.to_string(),
        seller: None,
        before: json!({ "application": "requested" }),
        after: json!({ "application": "rejected", "shop_name": asked.shop_name, "reason": reason }),
    };
    trail::record(&mut tx, &Operator::from(by), at, &[told]).await?;
    let payload =
        json!({ "application_id": id, "member_id": asked.member, "shop_name": asked.shop_name, "reason": reason });
    let fact = NewEvent { name: "seller.rejected", subject: asked.member.to_string(), payload };
    event::append(&mut tx, &[fact]).await?;
    tx.commit().await?;
    Ok(())
}

/// An application that is being decided.
struct Asked {
    member: MemberId,
    role: String,
    shop_name: String,
    status: ApplicationStatus,
}

/// Locks an application behind its member, in the order in which members apply.
async fn lock(conn: &mut PgConnection, id: ApplicationId) -> Result<Asked> {
    let member = sqlx::query!(
        "select member_id, role from member
         where member_id = (select member_id from seller_application where application_id = $1) for no key update",
        id
    )
    .fetch_optional(&mut *conn)
    .await?
    .ok_or(Failure::NotFound)?;
    let asked =
        sqlx::query!("select shop_name, status from seller_application where application_id = $1 for update", id)
            .fetch_one(conn)
            .await?;
    let status = read(&asked.status)?;
    Ok(Asked { member: member.member_id, role: member.role, shop_name: asked.shop_name, status })
}

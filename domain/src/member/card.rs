//! All that the staff sees of one member.

use contract::{
    Failure, Won,
    member::{MemberId, MemberStatus, Role},
};
use time::OffsetDateTime;

use super::Staff;
use crate::{Result, Shop, words::read};

/// A member as the staff sees one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// The member.
    pub id: MemberId,
    /// The name to sign in with.
    pub email: String,
    /// The person's name.
    pub name: String,
    /// Bare digits, or empty.
    pub phone: String,
    /// What the member may do.
    pub role: Role,
    /// Whether the member may come in.
    pub status: MemberStatus,
    /// When the member joined, in UTC.
    pub joined_at: OffsetDateTime,
    /// The points balance, in won.
    pub balance: Won,
    /// The name of the shop that the member sells as, if there is one.
    pub seller: Option<String>,
}

/// A member.
///
/// # Errors
/// [`Failure::NotFound`].
pub async fn find(shop: &Shop, _by: &Staff, id: MemberId) -> Result<Card> {
    let row = sqlx::query!(
        r#"select m.member_id, m.email, m.name, m.phone, m.role, m.status, m.created_at,
                  coalesce(w.balance, 0) as "balance!", v.name as "seller?"
           from member m left join points_wallet w using (member_id) left join seller v using (member_id)
           where m.member_id = $1"#,
        id
    )
    .fetch_optional(&shop.db)
    .await?
    .ok_or(Failure::NotFound)?;
    Ok(Card {
        id: row.member_id,
        email: row.email,
        name: row.name,
        phone: row.phone,
        role: read(&row.role)?,
        status: read(&row.status)?,
        joined_at: row.created_at,
        balance: row.balance,
        seller: row.seller,
    })
}

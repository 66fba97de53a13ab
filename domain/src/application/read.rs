//! Reading applications back.

use contract::{
    application::ApplicationStatus,
    member::MemberId,
    table::{Cursor, Rows},
};

use super::Application;
use crate::{
    Result, Shop,
    member::{Shopper, Staff},
    words::{read, word},
};

/// So many that wait are counted, and no further.
const MOST: i64 = 100;

/// The query of applications under a condition, in an order. Both are part of the text, so that
/// each is checked.
macro_rules! applications {
    ($rest:literal $(, $value:expr)*) => {
        sqlx::query!(
            "select a.application_id, a.member_id, m.name, m.email, a.shop_name, a.business_number, a.phone,
                    a.introduction, a.status, a.reason, a.created_at, a.decided_at
             from seller_application a join member m using (member_id) " + $rest
            $(, $value)*
        )
        .map(|row| {
            Ok(Application {
                id: row.application_id,
                member: row.member_id,
                name: row.name,
                email: row.email,
                shop_name: row.shop_name,
                business_number: row.business_number,
                phone: row.phone,
                introduction: row.introduction,
                status: read(&row.status)?,
                reason: row.reason,
                created_at: row.created_at,
                decided_at: row.decided_at,
            })
        })
    };
}

/// One's own application, the last one sent.
///
/// # Errors
/// Where the database is away.
pub async fn latest(shop: &Shop, by: &Shopper) -> Result<Option<Application>> {
    let found = applications!("where a.member_id = $1 order by a.application_id desc limit 1", by.id());
    found.fetch_optional(&shop.db).await?.transpose()
}

/// The applications of a member, newest first, fifty at most.
///
/// # Errors
/// Where the database is away.
pub async fn of_member(shop: &Shop, _by: &Staff, member: MemberId) -> Result<Vec<Application>> {
    let found = applications!("where a.member_id = $1 order by a.application_id desc limit 50", member);
    found.fetch_all(&shop.db).await?.into_iter().collect()
}

/// The applications that stand so, behind `after`: those that wait by who came first, the others
/// newest first.
///
/// # Errors
/// Where the database is away.
pub async fn list(
    shop: &Shop,
    _by: &Staff,
    status: ApplicationStatus,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Rows<Application>> {
    let after = after.and_then(|after| after.id::<i64>());
    let kind = word(status)?;
    let rows = if status == ApplicationStatus::Requested {
        let first = after.unwrap_or_default();
        applications!(
            "where a.status = $1 and a.application_id > $2 order by a.application_id limit $3",
            kind,
            first,
            limit + 1
        )
        .fetch_all(&shop.db)
        .await?
    } else {
        let last = after.unwrap_or(i64::MAX);
        applications!(
            "where a.status = $1 and a.application_id < $2 order by a.application_id desc limit $3",
            kind,
            last,
            limit + 1
        )
        .fetch_all(&shop.db)
        .await?
    };
    let rows = rows.into_iter().collect::<Result<Vec<_>>>()?;
    Ok(Rows::cut(rows, limit, |row| Cursor { value: String::new(), id: row.id.to_string() }))
}

/// How many applications wait, up to a hundred.
///
/// # Errors
/// Where the database is away.
pub async fn waiting(shop: &Shop, _by: &Staff) -> Result<i64> {
    let waiting = sqlx::query_scalar!(
        r#"select count(*) as "count!" from (select from seller_application where status = 'requested' limit $1) few"#,
        MOST
    );
    Ok(waiting.fetch_one(&shop.db).await?)
}

//! The members as the staff looks for them.

use contract::{
    Won,
    member::{MemberId, MemberStatus, Role},
    table::{Cursor, Rows},
};
use time::OffsetDateTime;

use super::Staff;
use crate::{
    Result, Shop,
    plan::planned,
    product::{literal, pairs, words},
    words::{read, word},
};

/// A member in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The member; ids grow as members join.
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
}

/// Which members are asked for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Words that name, e-mail and telephone together hold, as typed; none for everybody.
    pub words: String,
    /// Only those who may do this.
    pub role: Option<Role>,
    /// Only those who stand so.
    pub status: Option<MemberStatus>,
}

/// In which order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sort {
    /// By when they joined, the newest first.
    #[default]
    Newest,
    /// By when they joined, the oldest first.
    Oldest,
    /// By name.
    Name,
    /// By name, turned round.
    NameDown,
    /// By e-mail address.
    Email,
    /// By e-mail address, turned round.
    EmailDown,
}

/// The query of the list in one order, behind a row of it. Both are part of the text, so that each
/// order has its index and each is checked.
macro_rules! members {
    ($behind:literal, $order:literal, $asked:expr $(, $key:expr)+) => {
        sqlx::query!(
            r#"select m.member_id, m.email, m.name, m.phone, m.role, m.status, m.created_at,
                      coalesce((select balance from points_wallet w where w.member_id = m.member_id), 0) as "balance!"
               from member m
               where (cardinality($1::text[]) = 0 or bigrams(m.search_text) @> $1)
                 and m.search_text like all ($2)
                 and ($3::text is null or m.role = $3) and ($4::text is null or m.status = $4) and "#
                + $behind + " order by " + $order + " limit $5",
            &$asked.pairs,
            &$asked.patterns,
            $asked.role,
            $asked.status,
            $asked.limit
            $(, $key)+
        )
        .map(|row| {
            Ok(Member {
                id: row.member_id,
                email: row.email,
                name: row.name,
                phone: row.phone,
                role: read(&row.role)?,
                status: read(&row.status)?,
                joined_at: row.created_at,
                balance: row.balance,
            })
        })
    };
}

/// A filter as the queries take it.
struct Asked {
    pairs: Vec<String>,
    patterns: Vec<String>,
    role: Option<String>,
    status: Option<String>,
    limit: i64,
}

/// The members asked for, behind `after`.
///
/// # Errors
/// Where the database is away.
pub async fn list(
    shop: &Shop,
    _by: &Staff,
    filter: &Filter,
    sort: Sort,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Rows<Member>> {
    let words = words(&filter.words);
    let asked = Asked {
        pairs: words.iter().flat_map(|word| pairs(word)).collect(),
        patterns: words.iter().map(|word| format!("%{}%", literal(word))).collect(),
        role: filter.role.map(word).transpose()?,
        status: filter.status.map(word).transpose()?,
        limit: limit + 1,
    };
    let id = after.and_then(|after| after.id::<MemberId>());
    let value = after.map(|after| after.value.as_str());
    let mut tx = planned(shop).await?;
    let rows = match sort {
        Sort::Newest => {
            let query = members!("($6::bigint is null or m.member_id < $6)", "m.member_id desc", asked, id);
            query.fetch_all(&mut *tx).await
        }
        Sort::Oldest => {
            let query = members!("($6::bigint is null or m.member_id > $6)", "m.member_id", asked, id);
            query.fetch_all(&mut *tx).await
        }
        Sort::Name => {
            let behind = members!(
                "($6::bigint is null or (m.name, m.member_id) > ($7, $6))",
                "m.name, m.member_id",
                asked,
                id,
                value
            );
            behind.fetch_all(&mut *tx).await
        }
        Sort::NameDown => {
            let behind = members!(
                "($6::bigint is null or (m.name, m.member_id) < ($7, $6))",
                "m.name desc, m.member_id desc",
                asked,
                id,
                value
            );
            behind.fetch_all(&mut *tx).await
        }
        // No two have the same address.
        Sort::Email => {
            members!("($6::text is null or m.email > $6)", "m.email", asked, value).fetch_all(&mut *tx).await
        }
        Sort::EmailDown => {
            members!("($6::text is null or m.email < $6)", "m.email desc", asked, value).fetch_all(&mut *tx).await
        }
    }?;
    let rows = rows.into_iter().collect::<Result<Vec<_>>>()?;
    Ok(Rows::cut(rows, limit, |row| Cursor {
        value: match sort {
            Sort::Newest | Sort::Oldest => String::new(),
            Sort::Name | Sort::NameDown => row.name.clone(),
            Sort::Email | Sort::EmailDown => row.email.clone(),
        },
        id: row.id.to_string(),
    }))
}

/// The members with these ids, those that there are, by id.
///
/// # Errors
/// Where the database is away.
pub async fn chosen(shop: &Shop, _by: &Staff, ids: &[MemberId]) -> Result<Vec<Member>> {
    let asked = Asked { pairs: Vec::new(), patterns: Vec::new(), role: None, status: None, limit: i64::MAX };
    let rows = members!("m.member_id = any($6)", "m.member_id", asked, ids).fetch_all(&shop.db).await?;
    rows.into_iter().collect()
}

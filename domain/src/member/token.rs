//! What programs sign in with: a secret that is told once and kept as its hash alone.

use argon2::password_hash::rand_core::{OsRng, RngCore};
use contract::{
    Failure,
    form::{Check, Flaw, number},
    token::{self, DAYS, MOST, MOST_DAYS, Scope, TokenId},
};
use sha2::{Digest, Sha256};
use time::{Duration, OffsetDateTime};
use tracing::instrument;
use uuid::Uuid;

use super::{Shopper, role};
use crate::{
    Result, Shop,
    words::{read, word},
};

/// How every token begins, so that people and scanners know one where they see it.
const PREFIX: &str = "madang_";

/// Random bytes of a token.
const BYTES: usize = 32;

/// A token as asked for.
#[derive(Debug, Clone, Default)]
pub struct NewToken {
    /// As what it may act.
    pub scope: Scope,
    /// What it is called; empty for a name of no meaning.
    pub name: String,
    /// Days that it is good for; empty for [`DAYS`].
    pub days: String,
}

/// A token that was just made. The secret is told here and never again.
#[derive(Clone)]
pub struct Issued {
    /// Names it.
    pub id: TokenId,
    /// What it proves itself by.
    pub secret: String,
    /// Until when it is good, in UTC.
    pub expires_at: OffsetDateTime,
}

impl std::fmt::Debug for Issued {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Issued").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A token as its member sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Names it.
    pub id: TokenId,
    /// What it is called.
    pub name: String,
    /// As what it may act.
    pub scope: Scope,
    /// When it was made, in UTC.
    pub created_at: OffsetDateTime,
    /// Until when it is good, in UTC.
    pub expires_at: OffsetDateTime,
}

/// Makes a token of one's own. Where there are [`MOST`] already, the oldest ends.
///
/// # Errors
/// [`Failure::Invalid`] with every flaw of the form: a scope that one has not oneself among them.
#[instrument(skip_all, fields(member = by.id))]
pub async fn issue(shop: &Shop, by: &Shopper, new: &NewToken) -> Result<Issued> {
    let mut check = Check::default();
    let name = match new.name.trim() {
        "" => Ok("API".to_owned()),
        typed => token::name(typed),
    };
    let name = check.field("name", name);
    let scope = check.field("scope", if new.scope.is_of(by.role) { Ok(new.scope) } else { Err(Flaw::Choice) });
    let days = if new.days.trim().is_empty() { Ok(DAYS) } else { number(&new.days, 1, MOST_DAYS) };
    let days = check.field("days", days);
    let (Some(scope), Some(name), Some(days)) = (scope, name, days) else { return Err(check.refuse().into()) };

    let mut bytes = [0; BYTES];
    OsRng.fill_bytes(&mut bytes);
    let secret = bytes.iter().fold(PREFIX.to_owned(), |secret, byte| format!("{secret}{byte:02x}"));
    let (id, at) = (Uuid::now_v7(), shop.now());
    let expires_at = at + Duration::days(days);
    sqlx::query!(
        "with ended as (
             delete from api_token where token_id in (
                 select token_id from api_token where member_id = $2 order by token_id desc offset $9
             )
         )
         insert into api_token (token_id, member_id, name, scope, token_hash, password_generation, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        id,
        by.id,
        name,
        word(scope)?,
        &hash(&secret),
        by.generation,
        at,
        expires_at,
        MOST - 1
    )
    .execute(&shop.db)
    .await?;
    Ok(Issued { id, secret, expires_at })
}

/// Recognizes the member whose token this is, as what it may act; `None` where there is none, it
/// ended, or its member was blocked or changed the password since.
///
/// # Errors
/// Where the database is away.
pub async fn recognize_token(shop: &Shop, secret: &str) -> Result<Option<(Shopper, TokenId)>> {
    let found = sqlx::query!(
        "select t.token_id, t.scope, m.member_id, m.name, m.role, m.password_generation
         from api_token t join member m using (member_id)
         where t.token_hash = $1 and t.expires_at > $2 and m.status = 'active'
           and m.password_generation = t.password_generation",
        &hash(secret),
        shop.now()
    )
    .fetch_optional(&shop.db)
    .await?;
    let Some(found) = found else { return Ok(None) };
    let scope: Scope = read(&found.scope)?;
    let shopper = Shopper {
        id: found.member_id,
        name: found.name,
        role: scope.reduce(role(&found.role)),
        generation: found.password_generation,
    };
    Ok(Some((shopper, found.token_id)))
}

/// One's own tokens that are good now, newest first: those of no greater scope than the one that asks.
///
/// # Errors
/// Where the database is away.
pub async fn tokens(shop: &Shop, by: &Shopper) -> Result<Vec<Token>> {
    let rows = sqlx::query!(
        "select token_id, name, scope, created_at, expires_at from api_token
         where member_id = $1 and expires_at > $2 and password_generation = $3 and scope = any($4)
         order by token_id desc",
        by.id,
        shop.now(),
        by.generation,
        &within(by)?
    )
    .fetch_all(&shop.db)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Token {
                id: row.token_id,
                name: row.name,
                scope: read(&row.scope)?,
                created_at: row.created_at,
                expires_at: row.expires_at,
            })
        })
        .collect()
}

/// Ends a token of one's own at once.
///
/// # Errors
/// [`Failure::NotFound`] where there is none, another member's and one of a greater scope among them.
pub async fn revoke(shop: &Shop, by: &Shopper, id: TokenId) -> Result<()> {
    let ended = sqlx::query!(
        "delete from api_token where token_id = $1 and member_id = $2 and scope = any($3)",
        id,
        by.id,
        &within(by)?
    );
    match ended.execute(&shop.db).await?.rows_affected() {
        0 => Err(Failure::NotFound.into()),
        _ => Ok(()),
    }
}

/// Sweeps tokens that ended. Answers how many.
///
/// # Errors
/// Where the database is away.
pub async fn sweep_tokens(shop: &Shop) -> Result<usize> {
    let ended = sqlx::query!(
        "delete from api_token where token_id in (select token_id from api_token where expires_at <= $1 limit 1000)",
        shop.now()
    );
    Ok(usize::try_from(ended.execute(&shop.db).await?.rows_affected()).unwrap_or(usize::MAX))
}

/// The words of the scopes that somebody acts within.
fn within(by: &Shopper) -> Result<Vec<String>> {
    Scope::ALL.into_iter().filter(|scope| scope.is_of(by.role)).map(word).collect()
}

/// 256 random bits need no salt and no slow hash: nobody guesses one.
fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

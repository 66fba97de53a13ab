//! Members: signing up and in, and the proofs of who is asking that other domains demand.

mod card;
mod list;
mod standing;
mod token;

use contract::{
    Failure,
    form::{Check, Flaw, Flaws},
    member::{self, Email, MemberId, Password, Role},
    order::Actor,
};
use serde::Deserialize;

pub use card::{Card, find};
pub use list::{Filter, Member, Sort, chosen, list};
pub use standing::{MOST_AT_ONCE, block, set_staff, unblock, was_blocked};
pub use token::{Issued, NewToken, Token, issue, recognize_token, revoke, sweep_tokens, tokens};

use crate::{Result, Shop, coupon, error::OnConstraint};

/// A signed-in member: proof that the one who asks was recognized. Only this module makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shopper {
    id: MemberId,
    name: String,
    role: Role,
    generation: i32,
}

impl Shopper {
    /// Which of the member's passwords, counted, signed them in; a session keeps it. Being blocked
    /// counts as a change of it, so that no session from before lives on.
    pub const fn generation(&self) -> i32 {
        self.generation
    }

    /// The member.
    pub const fn id(&self) -> MemberId {
        self.id
    }

    /// The member's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the member may do.
    pub const fn role(&self) -> Role {
        self.role
    }
}

/// A member of the staff: proof that the one who asks runs the shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staff(MemberId);

impl Staff {
    /// The staff member, if the one who asks is one.
    ///
    /// # Errors
    /// [`Failure::NotFound`]: for everybody else, there is nothing here.
    pub fn of(by: &Shopper) -> Result<Self, Failure> {
        if by.role == Role::Staff { Ok(Self(by.id)) } else { Err(Failure::NotFound) }
    }

    /// The member.
    pub const fn id(&self) -> MemberId {
        self.0
    }
}

/// Who runs the shop: staff everything, a seller what is their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    member: MemberId,
    seller: Option<i64>,
}

impl Operator {
    /// The operator, if the one who asks is one.
    ///
    /// # Errors
    /// [`Failure::NotFound`]: for everybody else, there is nothing here.
    pub async fn of(shop: &Shop, by: &Shopper) -> Result<Self> {
        let seller = match by.role {
            Role::Shopper => return Err(Failure::NotFound.into()),
            Role::Staff => None,
            Role::Seller => {
                let own = sqlx::query_scalar!("select seller_id from seller where member_id = $1", by.id);
                Some(own.fetch_optional(&shop.db).await?.ok_or(Failure::NotFound)?)
            }
        };
        Ok(Self { member: by.id, seller })
    }

    /// The operator that a member is now, where work goes on that they asked for; `None` where they
    /// are none any more.
    pub(crate) async fn again(shop: &Shop, member: MemberId) -> Result<Option<Self>> {
        let found = sqlx::query!(
            r#"select m.role, v.seller_id as "seller?" from member m left join seller v using (member_id)
               where m.member_id = $1 and m.status = 'active'"#,
            member
        );
        let found = found.fetch_optional(&shop.db).await?;
        Ok(found.and_then(|found| match (role(&found.role), found.seller) {
            (Role::Staff, _) => Some(Self { member, seller: None }),
            (Role::Seller, Some(seller)) => Some(Self { member, seller: Some(seller) }),
            _ => None,
        }))
    }

    /// The member.
    pub const fn id(&self) -> MemberId {
        self.member
    }

    /// The seller whose own alone may be touched; `None` for staff.
    pub const fn seller(&self) -> Option<i64> {
        self.seller
    }

    /// As what they act.
    pub const fn actor(&self) -> Actor {
        if self.seller.is_some() { Actor::Seller } else { Actor::Staff }
    }
}

impl From<&Staff> for Operator {
    fn from(staff: &Staff) -> Self {
        Self { member: staff.0, seller: None }
    }
}

/// The sign-up form as typed.
#[derive(Clone, Default, Deserialize)]
pub struct SignUp {
    /// The name to sign in with.
    pub email: String,
    /// The new password.
    pub password: String,
    /// The new password once more.
    pub password_again: String,
    /// The person's name.
    pub name: String,
    /// The person's telephone; may be empty.
    pub phone: String,
}

/// Signs a new member up, with an empty points wallet.
///
/// # Errors
/// [`Failure::Invalid`] with every flaw of the form, an address that is taken among them.
pub async fn sign_up(shop: &Shop, form: SignUp) -> Result<Shopper> {
    let mut check = Check::default();
    let email = check.field("email", Email::parse(&form.email));
    let password = check.field("password", Password::parse(&form.password));
    let again = if form.password == form.password_again { Ok(()) } else { Err(Flaw::Mismatch) };
    let again = check.field("password_again", again);
    let name = check.field("name", member::name(&form.name));
    let phone = check.field("phone", optional_phone(&form.phone));
    let (Some(email), Some(password), Some(()), Some(name), Some(phone)) = (email, password, again, name, phone) else {
        return Err(check.refuse().into());
    };
    let hash = shop.hasher.hash(password).await?;
    let mut tx = shop.db.begin().await?;
    let id = sqlx::query_scalar!(
        "with joined as (
             insert into member (email, password_hash, name, phone) values ($1, $2, $3, $4)
             returning member_id
         )
         insert into points_wallet (member_id) select member_id from joined returning member_id",
        email.as_str(),
        hash,
        name,
        phone,
    )
    .fetch_one(&mut *tx)
    .await
    .on_constraint("member_email_key", || Failure::Invalid(Flaws::one("email", Flaw::EmailTaken)))?;
    coupon::welcome(&mut tx, id, shop.now()).await?;
    tx.commit().await?;
    Ok(Shopper { id, name, role: Role::Shopper, generation: 0 })
}

/// Signs a member in. An unknown address, a wrong password and a blocked member get the same
/// answer after the same time.
///
/// # Errors
/// [`Failure::WrongCredentials`].
pub async fn sign_in(shop: &Shop, email: &str, password: &str) -> Result<Shopper> {
    let (Ok(email), Ok(password)) = (Email::parse(email), Password::parse(password)) else {
        return Err(Failure::WrongCredentials.into());
    };
    let known = sqlx::query!(
        "select member_id, name, role, password_hash, password_generation from member where email = $1 and status = 'active'",
        email.as_str()
    )
    .fetch_optional(&shop.db)
    .await?;
    let hash = known.as_ref().map(|member| member.password_hash.clone());
    match (shop.hasher.verify(password, hash).await?, known) {
        (true, Some(known)) => Ok(Shopper {
            id: known.member_id,
            name: known.name,
            role: role(&known.role),
            generation: known.password_generation,
        }),
        _ => Err(Failure::WrongCredentials.into()),
    }
}

/// Recognizes the member whom a session names; `None` where there is none, they are blocked, or
/// their password was changed since.
///
/// # Errors
/// Where the database is away.
pub async fn recognize(shop: &Shop, id: MemberId, generation: i32) -> Result<Option<Shopper>> {
    let found = sqlx::query!(
        "select member_id, name, role from member
         where member_id = $1 and password_generation = $2 and status = 'active'",
        id,
        generation
    )
    .fetch_optional(&shop.db)
    .await?;
    Ok(found.map(|found| Shopper { id: found.member_id, name: found.name, role: role(&found.role), generation }))
}

/// What a member has told about themselves.
#[derive(Debug, Clone)]
pub struct Profile {
    /// The name to sign in with.
    pub email: String,
    /// The person's name.
    pub name: String,
    /// Bare digits, or empty.
    pub phone: String,
}

/// Reads one's own profile.
///
/// # Errors
/// Where the database is away.
pub async fn profile(shop: &Shop, by: &Shopper) -> Result<Profile> {
    Ok(sqlx::query_as!(Profile, "select email, name, phone from member where member_id = $1", by.id)
        .fetch_one(&shop.db)
        .await?)
}

/// The member with this e-mail address.
///
/// # Errors
/// [`Failure::Invalid`] for an address that nobody has.
pub async fn find_by_email(shop: &Shop, _by: &Staff, email: &str) -> Result<MemberId> {
    let invalid = |flaw| Failure::Invalid(Flaws::one("email", flaw));
    let email = Email::parse(email).map_err(invalid)?;
    let found = sqlx::query_scalar!("select member_id from member where email = $1", email.as_str());
    Ok(found.fetch_optional(&shop.db).await?.ok_or_else(|| invalid(Flaw::Unknown))?)
}

/// Changes one's own name and telephone.
///
/// # Errors
/// [`Failure::Invalid`] with every flaw of the form.
pub async fn change_profile(shop: &Shop, by: &Shopper, name: &str, phone: &str) -> Result<()> {
    let mut check = Check::default();
    let name = check.field("name", member::name(name));
    let phone = check.field("phone", optional_phone(phone));
    let (Some(name), Some(phone)) = (name, phone) else { return Err(check.refuse().into()) };
    sqlx::query!("update member set name = $2, phone = $3 where member_id = $1", by.id, name, phone)
        .execute(&shop.db)
        .await?;
    Ok(())
}

/// Changes one's own password, knowing the current one. Every session from before ends; the
/// answer is who goes on under the new password.
///
/// # Errors
/// [`Failure::Invalid`] with every flaw of the form.
pub async fn change_password(shop: &Shop, by: &Shopper, current: &str, new: &str, again: &str) -> Result<Shopper> {
    let mut check = Check::default();
    let current = check.field("current_password", Password::parse(current).map_err(|_| Flaw::WrongPassword));
    let matches = check.field("password_again", if new == again { Ok(()) } else { Err(Flaw::Mismatch) });
    let new = check.field("password", Password::parse(new));
    let (Some(current), Some(()), Some(new)) = (current, matches, new) else { return Err(check.refuse().into()) };
    let hash =
        sqlx::query_scalar!("select password_hash from member where member_id = $1", by.id).fetch_one(&shop.db).await?;
    if !shop.hasher.verify(current, Some(hash)).await? {
        return Err(Failure::Invalid(Flaws::one("current_password", Flaw::WrongPassword)).into());
    }
    let hash = shop.hasher.hash(new).await?;
    let generation = sqlx::query_scalar!(
        "update member set password_hash = $2, password_generation = password_generation + 1
         where member_id = $1 returning password_generation",
        by.id,
        hash
    )
    .fetch_one(&shop.db)
    .await?;
    Ok(Shopper { generation, ..by.clone() })
}

fn optional_phone(typed: &str) -> Result<String, Flaw> {
    if typed.trim().is_empty() { Ok(String::new()) } else { member::phone(typed) }
}

/// The column's check leaves no other words.
fn role(word: &str) -> Role {
    match word {
        "staff" => Role::Staff,
        "seller" => Role::Seller,
        _ => Role::Shopper,
    }
}

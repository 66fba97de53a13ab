//! Members: signing up, signing in, and what they tell of themselves.

use axum::{
    Json,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use contract::{
    member::{MemberId, Role},
    token::Scope,
};
use domain::{
    Shop, cart,
    member::{self, NewToken, SignUp},
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    NOT_STORED,
    body::{Body, Id},
    caller::{self, Caller},
    problem::Refusal,
    refusals::refusals,
};

/// What members do once they are signed in.
pub(super) fn router() -> OpenApiRouter<Shop> {
    OpenApiRouter::new().routes(routes!(read, change))
}

/// Where passwords could be guessed.
pub(super) fn doors() -> OpenApiRouter<Shop> {
    OpenApiRouter::new().routes(routes!(register)).routes(routes!(login))
}

/// Who signs up.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({
    "email": "reader@madang.example", "password": "correct horse battery", "name": "김독자", "phone": "010-1234-5678"
}))]
struct Registration {
    /// The e-mail address, which is the name to sign in with.
    #[schema(format = "email", min_length = 1, max_length = 254)]
    email: String,
    /// The password, 8 to 128 characters.
    #[schema(min_length = 8, max_length = 128, format = Password)]
    password: String,
    /// The person's name, up to 50 characters.
    #[schema(format = "line", min_length = 1, max_length = 50)]
    name: String,
    /// A Korean telephone number, with hyphens or without; may be left out.
    #[schema(format = "optional-phone", max_length = 20)]
    phone: Option<String>,
}

/// A member.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": 7, "email": "reader@madang.example", "name": "김독자", "phone": "01012345678", "role": "shopper"
}))]
struct Member {
    /// The member.
    #[schema(value_type = i64, minimum = 1)]
    id: MemberId,
    /// The name to sign in with.
    email: String,
    /// The person's name.
    name: String,
    /// The telephone number as bare digits; empty where none is known.
    phone: String,
    /// What they may do here: a token of a lesser scope says less than the member may.
    role: Role,
}

async fn told(shop: &Shop, by: &member::Shopper) -> Result<Member, Refusal> {
    let profile = member::profile(shop, by).await?;
    Ok(Member { id: by.id(), email: profile.email, name: profile.name, phone: profile.phone, role: by.role() })
}

/// Sign up
///
/// Makes a new member with an empty points wallet, and the coupons that new members get. Nobody is
/// signed in by it.
#[utoipa::path(
    post, path = "/member/registration", operation_id = "registerMember", tag = "member",
    security(()), request_body = Registration,
    responses((status = 201, description = "The new member.", body = Member, headers(("Location" = String, description = "Where the member is read."))))
)]
async fn register(State(shop): State<Shop>, Body(new): Body<Registration>) -> Result<Response, Refusal> {
    let form = SignUp {
        email: new.email,
        password_again: new.password.clone(),
        password: new.password,
        name: new.name,
        phone: new.phone.unwrap_or_default(),
    };
    let shopper = member::sign_up(&shop, form).await?;
    let place =
        HeaderValue::try_from(format!("/member/members/{}", shopper.id())).unwrap_or(HeaderValue::from_static("/"));
    let mut response = (StatusCode::CREATED, Json(told(&shop, &shopper).await?)).into_response();
    response.headers_mut().insert(header::LOCATION, place);
    Ok(response)
}

/// Who signs in, and what for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({
    "email": "shopper@madang.example", "password": "shopper-madang", "scope": "shopper", "name": "my script", "days": 30
}))]
struct Login {
    /// The e-mail address.
    #[schema(min_length = 1, max_length = 254)]
    email: String,
    /// The password.
    #[schema(min_length = 1, max_length = 128, format = Password)]
    password: String,
    /// As what the token may act: `shopper` where nothing is said, `seller` for a seller, `staff` for
    /// who runs the shop.
    #[schema(inline)]
    scope: Option<Scope>,
    /// What the token is called in lists, up to 100 characters.
    #[schema(format = "optional-line", max_length = 100)]
    name: Option<String>,
    /// Days that the token is good for, 1 to 365; 30 where nothing is said.
    #[schema(minimum = 1, maximum = 365)]
    days: Option<i64>,
}

/// A token that was just made. It is told this once.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "token": "madang_5f1c…", "tokenId": "0199b2c4-7a51-7c3e-9c1f-0a2b3c4d5e6f", "scope": "shopper",
    "expiresAt": "2026-12-26T09:30:00Z",
    "member": { "id": 7, "email": "shopper@madang.example", "name": "김독자", "phone": "", "role": "shopper" }
}))]
struct LoggedIn {
    /// The token, to be sent as `Authorization: Bearer …`.
    token: String,
    /// Names the token in lists, and to revoke it.
    token_id: Uuid,
    /// As what it may act.
    scope: Scope,
    /// Until when it is good.
    #[serde(with = "time::serde::rfc3339")]
    expires_at: OffsetDateTime,
    /// Whose it is.
    member: Member,
}

refusals!(LoginRefused: WrongCredentials);

/// Sign in
///
/// Gives a token. It ends with its days, when it is revoked, when the member changes the password or is
/// blocked, and as the oldest of more than 100. What the cart of a guest's session holds comes along. 20 sign-ins and registrations a minute are taken from one
/// address, where the shop has set nothing else.
#[utoipa::path(
    post, path = "/member/login", operation_id = "signIn", tag = "member", security(()), request_body = Login,
    responses((status = 200, description = "The token.", body = LoggedIn), LoginRefused)
)]
async fn login(State(shop): State<Shop>, caller: Caller, Body(login): Body<Login>) -> Result<Response, Refusal> {
    let shopper = member::sign_in(&shop, &login.email, &login.password).await?;
    let scope = login.scope.unwrap_or_default();
    let new = NewToken {
        scope,
        name: login.name.unwrap_or_default(),
        days: login.days.map(|days| days.to_string()).unwrap_or_default(),
    };
    let issued = member::issue(&shop, &shopper, &new).await?;
    if let Some(guest) = caller.guest_cart {
        cart::join(&shop, guest, &shopper).await?;
    }
    let mut member = told(&shop, &shopper).await?;
    member.role = scope.reduce(shopper.role());
    let told = LoggedIn { token: issued.secret, token_id: issued.id, scope, expires_at: issued.expires_at, member };
    Ok(([NOT_STORED], Json(told)).into_response())
}

/// Read oneself
///
/// A member reads themselves alone.
#[utoipa::path(
    get, path = "/member/members/{userId}", operation_id = "getMember", tag = "member",
    security(("bearer" = []), ("session" = [])),
    params(("userId" = i64, Path, description = "The member's id: one's own.")),
    responses((status = 200, description = "The member.", body = Member))
)]
async fn read(
    State(shop): State<Shop>,
    caller::Member(by): caller::Member,
    Id(id): Id<MemberId>,
) -> Result<Json<Member>, Refusal> {
    itself(&by, id)?;
    Ok(Json(told(&shop, &by).await?))
}

/// What a member tells of themselves.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "name": "김독자", "phone": "010-1234-5678" }))]
struct Profile {
    /// The person's name, up to 50 characters.
    #[schema(format = "line", min_length = 1, max_length = 50)]
    name: String,
    /// A Korean telephone number, with hyphens or without; none where it is left out.
    #[schema(format = "optional-phone", max_length = 20)]
    phone: Option<String>,
}

/// Change oneself
///
/// Replaces name and telephone number. A member changes themselves alone.
#[utoipa::path(
    put, path = "/member/members/{userId}", operation_id = "updateMember", tag = "member",
    security(("bearer" = []), ("session" = [])),
    params(("userId" = i64, Path, description = "The member's id: one's own.")), request_body = Profile,
    responses((status = 200, description = "The member as it is now.", body = Member))
)]
async fn change(
    State(shop): State<Shop>,
    caller::Member(by): caller::Member,
    Id(id): Id<MemberId>,
    Body(new): Body<Profile>,
) -> Result<Json<Member>, Refusal> {
    itself(&by, id)?;
    member::change_profile(&shop, &by, &new.name, &new.phone.unwrap_or_default()).await?;
    Ok(Json(told(&shop, &by).await?))
}

fn itself(by: &member::Shopper, id: MemberId) -> Result<(), Refusal> {
    if by.id() == id { Ok(()) } else { Err(contract::Failure::NotFound.into()) }
}

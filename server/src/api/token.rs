//! Tokens of members: listed and revoked.

use axum::{Json, extract::State, http::StatusCode};
use contract::token::Scope;
use domain::{Shop, member};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    body::Id,
    caller::{Caller, Member},
    list::Part,
    problem::Refusal,
};

pub(super) fn router() -> OpenApiRouter<Shop> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(revoke))
}

/// A token, without the secret itself.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "0199b2c4-7a51-7c3e-9c1f-0a2b3c4d5e6f", "name": "my script", "scope": "shopper",
    "createdAt": "2026-11-26T09:30:00Z", "expiresAt": "2026-12-26T09:30:00Z", "current": true
}))]
struct Token {
    /// Names it.
    id: Uuid,
    /// What it is called.
    name: String,
    /// As what it may act.
    scope: Scope,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    /// Until when it is good.
    #[serde(with = "time::serde::rfc3339")]
    expires_at: OffsetDateTime,
    /// Whether it is the one that asks.
    current: bool,
}

/// List one's tokens
///
/// Those that are good now, newest first: 100 at most, so that they come in one part.
#[utoipa::path(
    get, path = "/member/tokens", operation_id = "listTokens", tag = "member",
    security(("bearer" = []), ("session" = [])),
    responses((status = 200, description = "The tokens.", body = Part<Token>))
)]
async fn list(State(shop): State<Shop>, Member(by): Member, caller: Caller) -> Result<Json<Part<Token>>, Refusal> {
    let tokens = member::tokens(&shop, &by).await?.into_iter().map(|token| Token {
        current: caller.token == Some(token.id),
        id: token.id,
        name: token.name,
        scope: token.scope,
        created_at: token.created_at,
        expires_at: token.expires_at,
    });
    Ok(Json(Part { items: tokens.collect(), next: None }))
}

/// Revoke a token
///
/// Ends a token of one's own at once; also the one that asks.
#[utoipa::path(
    delete, path = "/member/tokens/{tokenId}", operation_id = "revokeToken", tag = "member",
    security(("bearer" = []), ("session" = [])),
    params(("tokenId" = Uuid, Path, description = "The token.")),
    responses((status = 204, description = "It has ended."))
)]
async fn revoke(State(shop): State<Shop>, Member(by): Member, Id(id): Id<Uuid>) -> Result<StatusCode, Refusal> {
    member::revoke(&shop, &by, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

//! Answers that refuse, in the shape of the Toss Payments API.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::de::DeserializeOwned;
use serde_json::json;

/// Why a neighbor did not do what it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) message: &'static str,
}

impl Refusal {
    pub(crate) const INVALID: Self = Self::new(StatusCode::BAD_REQUEST, "INVALID_REQUEST", "잘못된 요청입니다.");
    pub(crate) const BUSY: Self =
        Self::new(StatusCode::CONFLICT, "IDEMPOTENT_REQUEST_PROCESSING", "이전 멱등 요청이 처리중입니다.");
    pub(crate) const LONG_KEY: Self =
        Self::new(StatusCode::BAD_REQUEST, "INVALID_IDEMPOTENCY_KEY", "멱등키는 300자 이하여야 합니다.");
    pub(crate) const BROKEN: Self = Self::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "FAILED_INTERNAL_SYSTEM_PROCESSING",
        "내부 시스템 처리 작업이 실패했습니다. 잠시 후 다시 시도해주세요.",
    );

    pub(crate) const fn new(status: StatusCode, code: &'static str, message: &'static str) -> Self {
        Self { status, code, message }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.status, Json(json!({ "code": self.code, "message": self.message }))).into_response()
    }
}

/// Reads a body.
pub(crate) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|_| Refusal::INVALID)
}

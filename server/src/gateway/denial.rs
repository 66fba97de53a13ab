//! What an answer that is no success says about the work, and what silence does.

use domain::payment::gateway::Denial;
use reqwest::StatusCode;
use serde::Deserialize;

/// It was done before; looking it up tells how it stands.
const ALREADY: [&str; 4] =
    ["ALREADY_PROCESSED_PAYMENT", "DUPLICATED_ORDER_ID", "ALREADY_CANCELED_PAYMENT", "ALREADY_REFUND_PAYMENT"];

/// The shop's secret is wrong, or may not do this: no shopper's card is to blame.
const OURS: [&str; 4] = ["UNAUTHORIZED_KEY", "INVALID_API_KEY", "FORBIDDEN_REQUEST", "INCORRECT_BASIC_AUTH_FORMAT"];

/// Another answer can follow in a moment, or the card company behind the gateway did not answer it.
const PASSING: [&str; 3] = ["IDEMPOTENT_REQUEST_PROCESSING", "FORBIDDEN_CONSECUTIVE_REQUEST", "PROVIDER_ERROR"];

#[derive(Deserialize)]
struct Refusal {
    code: String,
}

/// What an answer of this status and body means. The work surely did not happen only where the
/// gateway itself says so, with a code.
pub(super) fn of(status: StatusCode, body: &[u8]) -> Denial {
    let Some(code) = code(body) else { return Denial::Unanswered(status.as_u16().to_string()) };
    if status == StatusCode::UNAUTHORIZED || OURS.contains(&code.as_str()) {
        tracing::error!(%status, code, "the payment gateway does not accept the shop's own secret");
        return Denial::Unanswered(code);
    }
    let passes = matches!(
        status,
        StatusCode::REQUEST_TIMEOUT | StatusCode::CONFLICT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS
    );
    if !status.is_client_error() || passes || PASSING.contains(&code.as_str()) {
        Denial::Unanswered(code)
    } else if ALREADY.contains(&code.as_str()) {
        Denial::Already(code)
    } else {
        Denial::Refused(code)
    }
}

/// The code of an error body, where it looks like one: it is kept and shown to staff.
fn code(body: &[u8]) -> Option<String> {
    let Refusal { code } = serde_json::from_slice(body).ok()?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    (!code.is_empty() && code.len() <= 100 && code.bytes().all(plain)).then_some(code)
}

/// A request that got no answer, or half of one. Not in the library's words: those name the
/// address, which can hold the token of a card.
pub(super) fn broken(error: &reqwest::Error) -> Denial {
    let why = if error.is_timeout() {
        "no answer in time"
    } else if error.is_connect() {
        "no connection"
    } else {
        "the connection broke"
    };
    Denial::Unanswered(why.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(status: u16, code: &str) -> Denial {
        let status = StatusCode::from_u16(status).expect("a status");
        of(status, format!(r#"{{"code":"{code}","message":"…"}}"#).as_bytes())
    }

    #[test]
    fn a_card_is_refused_only_where_the_gateway_says_so_with_a_code() {
        for (status, code) in [
            (403, "REJECT_CARD_PAYMENT"),
            (400, "INVALID_REJECT_CARD"),
            (404, "NOT_FOUND_PAYMENT_SESSION"),
            (403, "EXCEED_MAX_AMOUNT"),
        ] {
            assert!(matches!(told(status, code), Denial::Refused(told) if told == code), "{status} {code}");
        }
        for (status, code) in [
            (500, "FAILED_INTERNAL_SYSTEM_PROCESSING"),
            (302, "FOUND"),
            (408, "TIMEOUT"),
            (409, "IDEMPOTENT_REQUEST_PROCESSING"),
            (429, "TOO_MANY_REQUESTS"),
            (403, "FORBIDDEN_CONSECUTIVE_REQUEST"),
            (400, "PROVIDER_ERROR"),
        ] {
            assert!(matches!(told(status, code), Denial::Unanswered(_)), "{status} {code}");
        }
        for body in ["", "<html>blocked</html>", "{}", r#"{"code":""}"#, r#"{"code":"see https://evil.example"}"#] {
            assert!(matches!(of(StatusCode::FORBIDDEN, body.as_bytes()), Denial::Unanswered(_)), "{body}");
        }
    }

    #[test]
    fn a_wrong_secret_is_no_refused_card() {
        for (status, code) in
            [(401, "UNAUTHORIZED_KEY"), (400, "INVALID_API_KEY"), (403, "FORBIDDEN_REQUEST"), (401, "WHATEVER")]
        {
            assert!(matches!(told(status, code), Denial::Unanswered(_)), "{status} {code}");
        }
    }

    #[test]
    fn what_was_done_before_is_looked_up() {
        for (status, code) in
            [(400, "ALREADY_PROCESSED_PAYMENT"), (400, "DUPLICATED_ORDER_ID"), (400, "ALREADY_CANCELED_PAYMENT")]
        {
            assert!(matches!(told(status, code), Denial::Already(_)), "{status} {code}");
        }
    }
}

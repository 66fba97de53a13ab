//! The table for programs. A new operation is one line here: its method and path as the document has
//! them, who may, the address that whoever may would ask (its query too), and the body that goes with
//! it, empty where there is none. In braces stand things of the scene, as in the other table, and
//! `{shopper}` with `{token}`, the demo shopper's, and `{delivery}`, that of `{order}`; `{key}` and
//! `{isbn}` are new ones each time.
//!
//! Each line is tried as everybody, by a token whose scope is their role. Whoever may not is turned
//! away: a guest is told `sign_in_required`, a scope that does not reach `scope_required`, and
//! everybody else that it is not there, or what [`HIDDEN`] says. Which scope reaches follows from who
//! may. An `Idempotency-Key` goes along by itself, and so does the `If-Match` of an operation that has
//! one: the `ETag` with which the same address answers the demo seller. Lines are tried from the first
//! to the last, so that what takes away stands after what needs it.

use super::doors::{BUYER, May, Who};

/// Who is signed in or not.
pub(super) const EVERYBODY: May =
    &[Who::Guest, Who::Member, Who::OtherMember, Who::OtherSeller, Who::Seller, Who::Staff];
/// Who is signed in, each with their own.
pub(super) const MEMBERS: May = &[Who::Member, Who::OtherMember, Who::OtherSeller, Who::Seller, Who::Staff];

/// Method and path, who may, the address, the body.
pub(super) const OPERATIONS: &[(&str, May, &str, &str)] = &[
    // Members.
    (
        "POST /member/registration",
        EVERYBODY,
        "/member/registration",
        r#"{"email": "{key}@example.com", "password": "correct horse", "name": "새 독자"}"#,
    ),
    (
        "POST /member/login",
        EVERYBODY,
        "/member/login",
        r#"{"email": "seller@madang.example", "password": "seller-madang", "scope": "seller"}"#,
    ),
    ("GET /member/members/{userId}", BUYER, "/member/members/{shopper}", ""),
    (
        "PUT /member/members/{userId}",
        BUYER,
        "/member/members/{shopper}",
        r#"{"name": "김독자", "phone": "010-1234-5678"}"#,
    ),
    ("GET /member/tokens", MEMBERS, "/member/tokens", ""),
    ("DELETE /member/tokens/{tokenId}", BUYER, "/member/tokens/{token}", ""),
];

/// Operations that say something else of what is not one's own than that it is not there: with which
/// code. It is what they say of what there is none of.
pub(super) const HIDDEN: &[(&str, &str)] = &[];

//! Tokens: what programs sign in with.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    form::{self, Flaw},
    member::Role,
};

/// Names a token. It is no secret.
pub type TokenId = Uuid;

/// Days that a token is good for, at most.
pub const MOST_DAYS: i64 = 365;

/// Days that a token is good for where nobody says anything else.
pub const DAYS: i64 = 30;

/// Tokens that one member may have; a further one ends the oldest.
pub const MOST: i64 = 100;

/// As what a program may act. It is never more than its member may.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Shops.
    #[default]
    Shopper,
    /// Sells own products too.
    Seller,
    /// Runs the shop.
    Staff,
}

impl Scope {
    /// Every scope, the least first.
    pub const ALL: [Self; 3] = [Self::Shopper, Self::Seller, Self::Staff];

    /// Whether a member of this role may give it away.
    pub fn is_of(self, role: Role) -> bool {
        self == Self::Shopper || self.role() == role
    }

    /// What a member of `role` may do by a token of this scope.
    pub fn reduce(self, role: Role) -> Role {
        if self.is_of(role) { self.role() } else { Role::Shopper }
    }

    /// The role that it lets a program act in.
    pub const fn role(self) -> Role {
        match self {
            Self::Shopper => Role::Shopper,
            Self::Seller => Role::Seller,
            Self::Staff => Role::Staff,
        }
    }
}

/// What a token is called by whoever has it, up to 100 characters.
///
/// # Errors
/// The flaw of the text.
pub fn name(typed: &str) -> Result<String, Flaw> {
    form::line(typed, 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_never_more_than_its_member() {
        for role in [Role::Shopper, Role::Seller, Role::Staff] {
            for scope in Scope::ALL {
                let reduced = scope.reduce(role);
                assert!(reduced == role || reduced == Role::Shopper, "{scope:?} of {role:?}");
            }
            assert_eq!(Scope::Shopper.reduce(role), Role::Shopper);
        }
        assert!(!Scope::Seller.is_of(Role::Staff));
        assert!(!Scope::Staff.is_of(Role::Seller));
    }
}

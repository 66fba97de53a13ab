//! Why something was refused, as told to people and programs.

use serde::{Deserialize, Serialize};

use crate::form::Flaws;

/// A refusal that may reach a person. A closed set without free text: with scripts off it can
/// stand in a URL, and anyone can write a URL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// Some fields of the form cannot be accepted; each with its reason.
    #[error("invalid input")]
    Invalid(Flaws),
    /// The request could not be read at all.
    #[error("bad request")]
    BadRequest,
    /// Only a signed-in member may do this.
    #[error("sign-in required")]
    SignInRequired,
    /// The e-mail address and the password do not belong together.
    #[error("wrong credentials")]
    WrongCredentials,
    /// Nothing is here, or nothing that this member may see.
    #[error("not found")]
    NotFound,
    /// The request came from another site.
    #[error("foreign origin")]
    ForeignOrigin,
    /// The product is not sold at the moment.
    #[error("not on sale")]
    NotOnSale,
    /// Fewer copies are left than were asked for.
    #[error("out of stock")]
    OutOfStock,
    /// The cart holds nothing to order.
    #[error("cart is empty")]
    CartEmpty,
    /// The cart holds as many different products as it can.
    #[error("cart is full")]
    CartFull,
    /// Lines, prices or the total are no longer what the shopper saw.
    #[error("cart changed")]
    CartChanged,
    /// The delivery address no longer exists.
    #[error("address gone")]
    AddressGone,
    /// The points balance does not cover the total.
    #[error("insufficient points")]
    InsufficientPoints,
    /// The wallet would hold more than it may.
    #[error("wallet is full")]
    WalletFull,
    /// No more addresses can be kept.
    #[error("too many addresses")]
    TooManyAddresses,
    /// The shop, or something it needs, cannot answer right now; trying again is safe.
    #[error("unavailable")]
    Unavailable,
}

impl Failure {
    /// The HTTP status that says the same to programs.
    pub const fn status(&self) -> u16 {
        match self {
            Self::BadRequest => 400,
            Self::SignInRequired | Self::WrongCredentials => 401,
            Self::ForeignOrigin => 403,
            Self::NotFound => 404,
            Self::NotOnSale
            | Self::OutOfStock
            | Self::CartEmpty
            | Self::CartFull
            | Self::CartChanged
            | Self::AddressGone
            | Self::InsufficientPoints
            | Self::WalletFull
            | Self::TooManyAddresses => 409,
            Self::Invalid(_) => 422,
            Self::Unavailable => 503,
        }
    }
}

#[cfg(feature = "server-fn")]
mod wire {
    use server_fn::{
        codec::JsonEncoding,
        error::{FromServerFnError, ServerFnErrorErr},
    };

    use super::Failure;

    impl FromServerFnError for Failure {
        type Encoder = JsonEncoding;

        /// What goes wrong on the way: what could not be read was badly asked, all else passes.
        fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
            match error {
                ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) | ServerFnErrorErr::Deserialization(_) => {
                    Self::BadRequest
                }
                _ => Self::Unavailable,
            }
        }
    }
}

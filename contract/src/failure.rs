//! Why something was refused, as told to people and programs.

use serde::{Deserialize, Serialize};

use crate::{form::Flaws, sheet::SheetFlaw};

/// A refusal that may reach a person. A closed set without free text: with scripts off it can
/// stand in a URL, and anyone can write a URL.
#[derive(
    Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error, strum::IntoStaticStr, strum::VariantNames,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
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
    /// The total is more than any order may come to.
    #[error("total too large")]
    TotalTooLarge,
    /// The coupon cannot be used on this order, or no more.
    #[error("coupon unusable")]
    CouponUnusable,
    /// All coupons of the campaign are taken.
    #[error("coupons exhausted")]
    CouponExhausted,
    /// The member has as many coupons of the campaign as one may have.
    #[error("coupon already issued")]
    CouponAlreadyIssued,
    /// The campaign has not begun, is over or was stopped.
    #[error("campaign closed")]
    CampaignClosed,
    /// The order was not paid in time.
    #[error("order expired")]
    OrderExpired,
    /// The order, or this part of it, was canceled before.
    #[error("already canceled")]
    AlreadyCanceled,
    /// What should be canceled is with the carrier already.
    #[error("already shipped")]
    AlreadyShipped,
    /// The goods have not been delivered yet.
    #[error("not delivered")]
    NotDelivered,
    /// The purchase was confirmed, and cannot be undone any more.
    #[error("already confirmed")]
    AlreadyConfirmed,
    /// More copies than the order still holds.
    #[error("too many copies")]
    TooManyCopies,
    /// An order that is not paid can only be canceled as a whole.
    #[error("whole order only")]
    WholeOrderOnly,
    /// The refund is no longer what was shown.
    #[error("refund changed")]
    RefundChanged,
    /// A return or an exchange is under way.
    #[error("claim open")]
    ClaimOpen,
    /// It has moved on in the meantime, and this step is not open any more.
    #[error("status changed")]
    StatusChanged,
    /// The stock is no longer what the form was based on.
    #[error("stock changed")]
    StockChanged,
    /// This form was sent before, with something else in it.
    #[error("already sent")]
    AlreadySent,
    /// The sums are no longer what was shown.
    #[error("sum changed")]
    SumChanged,
    /// The member has as many unpaid orders as one may hold.
    #[error("too many unpaid orders")]
    TooManyUnpaid,
    /// The card company refused the payment; nothing was taken.
    #[error("payment refused")]
    PaymentRefused,
    /// A payment was asked for and not answered yet: it is being checked, and must not be made again.
    #[error("payment is being checked")]
    PaymentChecking,
    /// Another charge of points is being checked, with which the wallet would be full; nothing was taken.
    #[error("another charge is being checked")]
    ChargeChecking,
    /// The payment gateway cannot be reached, or there is none; nothing was taken.
    #[error("payment gateway unavailable")]
    GatewayUnavailable,
    /// The registered card is not there any more.
    #[error("card gone")]
    CardGone,
    /// No more cards can be registered.
    #[error("too many cards")]
    TooManyCards,
    /// The member waits for as many products as one may.
    #[error("too many wishes")]
    TooManyWishes,
    /// A file is not a table that can be read.
    #[error("sheet: {0:?}")]
    Sheet(SheetFlaw),
    /// Somebody else has changed it since the form was shown.
    #[error("edited meanwhile")]
    EditedMeanwhile,
    /// Nobody takes this step with their own account.
    #[error("own account")]
    OwnAccount,
    /// The product has as many pictures as it can.
    #[error("too many pictures")]
    TooManyPictures,
    /// The request leads to what is there, but not by this method.
    #[error("method not allowed")]
    MethodNotAllowed,
    /// What was sent is larger than anything that is read here.
    #[error("too large")]
    TooLarge,
    /// What was sent is not in a format that is read here.
    #[error("unsupported media type")]
    UnsupportedMediaType,
    /// The token, or whoever it is of, may not do this.
    #[error("scope required")]
    ScopeRequired,
    /// A request that moves value has to come with an idempotency key.
    #[error("idempotency key required")]
    KeyRequired,
    /// A request with this idempotency key is under way.
    #[error("idempotency key in use")]
    KeyInUse,
    /// A change has to name the version that it is based on.
    #[error("version required")]
    VersionRequired,
    /// More requests than one may send; trying again later is safe.
    #[error("too many requests")]
    TooManyRequests,
    /// The seller has as many subscriptions as one may have.
    #[error("too many subscriptions")]
    TooManySubscriptions,
    /// More shoppers order at once than can be answered soon; trying again is safe.
    #[error("busy")]
    Busy,
    /// The shop, or something it needs, cannot answer right now; trying again is safe.
    #[error("unavailable")]
    Unavailable,
}

impl Failure {
    /// The word that programs tell failures apart by. It never changes.
    pub fn code(&self) -> &'static str {
        self.into()
    }

    /// The HTTP status that says the same to programs.
    pub const fn status(&self) -> u16 {
        match self {
            Self::BadRequest | Self::KeyRequired => 400,
            Self::SignInRequired | Self::WrongCredentials => 401,
            Self::ForeignOrigin | Self::ScopeRequired => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::TooLarge => 413,
            Self::UnsupportedMediaType => 415,
            Self::VersionRequired => 428,
            Self::TooManyRequests => 429,
            Self::NotOnSale
            | Self::OutOfStock
            | Self::CartEmpty
            | Self::CartFull
            | Self::CartChanged
            | Self::AddressGone
            | Self::InsufficientPoints
            | Self::WalletFull
            | Self::TooManyAddresses
            | Self::TotalTooLarge
            | Self::CouponUnusable
            | Self::CouponExhausted
            | Self::CouponAlreadyIssued
            | Self::CampaignClosed
            | Self::OrderExpired
            | Self::AlreadyCanceled
            | Self::AlreadyShipped
            | Self::NotDelivered
            | Self::AlreadyConfirmed
            | Self::TooManyCopies
            | Self::WholeOrderOnly
            | Self::RefundChanged
            | Self::ClaimOpen
            | Self::StatusChanged
            | Self::StockChanged
            | Self::SumChanged
            | Self::TooManyUnpaid
            | Self::PaymentChecking
            | Self::ChargeChecking
            | Self::CardGone
            | Self::TooManyCards
            | Self::TooManyWishes
            | Self::EditedMeanwhile
            | Self::OwnAccount => 409,
            Self::TooManyPictures | Self::TooManySubscriptions | Self::KeyInUse => 409,
            Self::PaymentRefused => 402,
            Self::Invalid(_) | Self::Sheet(_) | Self::AlreadySent => 422,
            Self::Busy | Self::GatewayUnavailable | Self::Unavailable => 503,
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

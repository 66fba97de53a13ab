//! The shop's words, from its message files: Korean first, English second.

use std::sync::LazyLock;

use contract::{
    Failure,
    form::Flaw,
    listing::Sort,
    order::OrderStatus,
    picture::{MEGABYTES, MEGAPIXELS, MOST, PictureFlaw},
    points::PointsKind,
    sheet::{MOST_COLUMNS, SheetFlaw},
    subscription, when,
};
use i18n_embed::{
    LanguageLoader,
    fluent::{FluentLanguageLoader, fluent_language_loader},
};
use leptos::prelude::{Owner, provide_context, use_context};
use rust_embed::RustEmbed;
use unic_langid::{LanguageIdentifier, langid};

use crate::context::Visitor;

/// A language of the shop.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Locale {
    /// Korean.
    #[default]
    Ko,
    /// English.
    En,
}

impl Locale {
    /// The word for `lang` attributes and the cookie.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ko => "ko",
            Self::En => "en",
        }
    }

    /// Reads the cookie's word; anything unknown is Korean.
    pub fn parse(word: &str) -> Self {
        if word == "en" { Self::En } else { Self::Ko }
    }
}

#[derive(RustEmbed)]
#[folder = "i18n/"]
struct Messages;

static KO: LazyLock<FluentLanguageLoader> = LazyLock::new(|| load(&[langid!("ko")]));
static EN: LazyLock<FluentLanguageLoader> = LazyLock::new(|| load(&[langid!("en"), langid!("ko")]));

fn load(languages: &[LanguageIdentifier]) -> FluentLanguageLoader {
    let loader = fluent_language_loader!();
    if let Err(error) = loader.load_languages(&Messages, languages) {
        tracing::error!(%error, "a message file cannot be read");
    }
    // The marks would be visible in attributes and titles.
    loader.set_use_isolating(false);
    loader
}

/// The messages in the language of the page that is being rendered.
pub(crate) fn loader() -> &'static FluentLanguageLoader {
    messages(use_context::<Visitor>().map(|visitor| visitor.locale).unwrap_or_default())
}

/// The messages in a language.
pub(crate) fn messages(locale: Locale) -> &'static FluentLanguageLoader {
    match locale {
        Locale::Ko => &KO,
        Locale::En => &EN,
    }
}

/// A message in the language of the page; its key and arguments are checked when compiling.
macro_rules! t {
    ($id:literal $(, $name:ident = $value:expr)* $(,)?) => {
        i18n_embed_fl::fl!($crate::text::loader(), $id $(, $name = $value)*)
    };
}
pub(crate) use t;

/// Why a request was refused, in a sentence.
pub(crate) fn failure(failure: &Failure) -> String {
    match failure {
        Failure::Invalid(_) => t!("failure-invalid"),
        Failure::BadRequest => t!("failure-bad-request"),
        Failure::SignInRequired => t!("failure-sign-in-required"),
        Failure::WrongCredentials => t!("failure-wrong-credentials"),
        Failure::NotFound => t!("failure-not-found"),
        Failure::ForeignOrigin => t!("failure-foreign-origin"),
        Failure::NotOnSale => t!("failure-not-on-sale"),
        Failure::OutOfStock => t!("failure-out-of-stock"),
        Failure::CartEmpty => t!("failure-cart-empty"),
        Failure::CartFull => t!("failure-cart-full"),
        Failure::CartChanged => t!("failure-cart-changed"),
        Failure::AddressGone => t!("failure-address-gone"),
        Failure::InsufficientPoints => t!("failure-insufficient-points"),
        Failure::WalletFull => t!("failure-wallet-full"),
        Failure::TooManyAddresses => t!("failure-too-many-addresses"),
        Failure::TotalTooLarge => t!("failure-total-too-large"),
        Failure::CouponUnusable => t!("failure-coupon-unusable"),
        Failure::CouponExhausted => t!("failure-coupon-exhausted"),
        Failure::CouponAlreadyIssued => t!("failure-coupon-already-issued"),
        Failure::CampaignClosed => t!("failure-campaign-closed"),
        Failure::OrderExpired => t!("failure-order-expired"),
        Failure::AlreadyCanceled => t!("failure-already-canceled"),
        Failure::AlreadyShipped => t!("failure-already-shipped"),
        Failure::NotDelivered => t!("failure-not-delivered"),
        Failure::AlreadyConfirmed => t!("failure-already-confirmed"),
        Failure::TooManyCopies => t!("failure-too-many-copies"),
        Failure::WholeOrderOnly => t!("failure-whole-order-only"),
        Failure::RefundChanged => t!("failure-refund-changed"),
        Failure::ClaimOpen => t!("failure-claim-open"),
        Failure::StatusChanged => t!("failure-status-changed"),
        Failure::StockChanged => t!("failure-stock-changed"),
        Failure::AlreadySent => t!("failure-already-sent"),
        Failure::SumChanged => t!("failure-sum-changed"),
        Failure::TooManyUnpaid => t!("failure-too-many-unpaid"),
        Failure::PaymentRefused => t!("failure-payment-refused"),
        Failure::PaymentChecking => t!("failure-payment-checking"),
        Failure::ChargeChecking => t!("failure-charge-checking"),
        Failure::GatewayUnavailable => t!("failure-gateway-unavailable"),
        Failure::CardGone => t!("failure-card-gone"),
        Failure::TooManyCards => t!("failure-too-many-cards"),
        Failure::TooManyWishes => t!("failure-too-many-wishes"),
        Failure::Sheet(flaw) => sheet_flaw(*flaw),
        Failure::TooManyPictures => t!("failure-too-many-pictures"),
        Failure::TooManySubscriptions => t!("failure-too-many-subscriptions", max = subscription::MOST),
        Failure::EditedMeanwhile => t!("failure-edited-meanwhile"),
        Failure::OwnAccount => t!("failure-own-account"),
        Failure::MethodNotAllowed => t!("failure-method-not-allowed"),
        Failure::TooLarge => t!("failure-too-large"),
        Failure::UnsupportedMediaType => t!("failure-unsupported-media-type"),
        Failure::ScopeRequired => t!("failure-scope-required"),
        Failure::KeyRequired => t!("failure-key-required"),
        Failure::KeyInUse => t!("failure-key-in-use"),
        Failure::VersionRequired => t!("failure-version-required"),
        Failure::TooManyRequests => t!("failure-too-many-requests"),
        Failure::Busy => t!("failure-busy"),
        Failure::Unavailable => t!("failure-unavailable"),
    }
}

/// Why a field was refused, in a sentence.
pub(crate) fn flaw(flaw: Flaw) -> String {
    match flaw {
        Flaw::Required => t!("flaw-required"),
        Flaw::TooLong { max } => t!("flaw-too-long", max = max),
        Flaw::TooShort { min } => t!("flaw-too-short", min = min),
        Flaw::NotANumber => t!("flaw-not-a-number"),
        Flaw::OutOfRange { min, max } => {
            let (min, max) = (contract::money::grouped(min), contract::money::grouped(max));
            t!("flaw-out-of-range", min = min, max = max)
        }
        Flaw::Characters => t!("flaw-characters"),
        Flaw::Email => t!("flaw-email"),
        Flaw::EmailTaken => t!("flaw-email-taken"),
        Flaw::Phone => t!("flaw-phone"),
        Flaw::Postcode => t!("flaw-postcode"),
        Flaw::Mismatch => t!("flaw-mismatch"),
        Flaw::WrongPassword => t!("flaw-wrong-password"),
        Flaw::Choice => t!("flaw-choice"),
        Flaw::Unknown => t!("flaw-unknown"),
        Flaw::Time => t!("flaw-time"),
        Flaw::EndsBeforeStart => t!("flaw-ends-before-start"),
        Flaw::Repeated => t!("flaw-repeated"),
        Flaw::Isbn => t!("flaw-isbn"),
        Flaw::IsbnTaken => t!("flaw-isbn-taken"),
        Flaw::AboveListPrice => t!("flaw-above-list-price"),
        Flaw::Url => t!("flaw-url"),
        Flaw::Host => t!("flaw-host"),
        Flaw::PrivateTarget => t!("flaw-private-target"),
        Flaw::ParcelBooked => t!("flaw-parcel-booked"),
        Flaw::CodeTaken => t!("flaw-code-taken"),
        Flaw::BusinessNumber => t!("flaw-business-number"),
        Flaw::BusinessNumberTaken => t!("flaw-business-number-taken"),
        Flaw::Picture(flaw) => picture_flaw(flaw),
        Flaw::Type => t!("flaw-type"),
        Flaw::Format => t!("flaw-format"),
        Flaw::UnknownField => t!("flaw-unknown-field"),
        Flaw::NotTogether => t!("flaw-not-together"),
        Flaw::TooFew { min } => t!("flaw-too-few", min = min),
        Flaw::TooMany { max } => t!("flaw-too-many", max = max),
    }
}

/// Why a request was refused, in a sentence of a language, for programs, which come without a page.
pub fn told(why: &Failure, locale: Locale) -> String {
    within(locale, || match why {
        Failure::Invalid(_) => t!("program-invalid"),
        Failure::AlreadySent => t!("program-already-sent"),
        Failure::EditedMeanwhile => t!("program-edited-meanwhile"),
        why => failure(why),
    })
}

/// Why a field was refused, in the same way.
pub fn told_flaw(why: Flaw, locale: Locale) -> String {
    within(locale, || flaw(why))
}

/// Where a body is no JSON, in the same way; lines and the bytes in them count from 1.
pub fn told_not_json(line: usize, column: usize, locale: Locale) -> String {
    within(locale, || t!("program-not-json", line = line.to_string(), column = column.to_string()))
}

fn within<T>(locale: Locale, words: impl FnOnce() -> T) -> T {
    Owner::new().with(|| {
        provide_context(Visitor { locale, ..Visitor::default() });
        words()
    })
}

/// Why a file did not become a picture, in a sentence.
fn picture_flaw(flaw: PictureFlaw) -> String {
    match flaw {
        PictureFlaw::Empty => t!("picture-empty"),
        PictureFlaw::Kind => t!("picture-kind"),
        PictureFlaw::TooLarge => t!("picture-too-large", megabytes = MEGABYTES),
        PictureFlaw::TooManyPixels => t!("picture-too-many-pixels", megapixels = MEGAPIXELS),
        PictureFlaw::Bomb => t!("picture-bomb"),
        PictureFlaw::Broken => t!("picture-broken"),
        PictureFlaw::TooMany => t!("picture-too-many", most = MOST),
        PictureFlaw::Twice => t!("picture-twice"),
        PictureFlaw::NotStored => t!("picture-not-stored"),
        PictureFlaw::BrokeOff => t!("picture-broke-off"),
    }
}

/// Why a file is no table, in a sentence.
fn sheet_flaw(flaw: SheetFlaw) -> String {
    match flaw {
        SheetFlaw::Empty => t!("sheet-empty"),
        SheetFlaw::NotText => t!("sheet-not-text"),
        SheetFlaw::TooManyColumns => t!("sheet-too-many-columns", max = MOST_COLUMNS),
        SheetFlaw::RowTooLong => t!("sheet-row-too-long"),
        SheetFlaw::QuoteOpen => t!("sheet-quote-open"),
        SheetFlaw::TooManyRows => t!("sheet-too-many-rows"),
        SheetFlaw::TooLarge => t!("sheet-too-large"),
        SheetFlaw::ColumnMissing => t!("sheet-column-missing"),
        SheetFlaw::ColumnTwice => t!("sheet-column-twice"),
    }
}

/// What a field of a form is called.
pub(crate) fn field(name: &str) -> String {
    match name {
        "email" => t!("email"),
        "password" => t!("password"),
        "password_again" => t!("password-again"),
        "current_password" => t!("current-password"),
        "name" => t!("name"),
        "phone" => t!("phone"),
        "amount" => t!("amount"),
        "points" => t!("points-to-use"),
        "kind" => t!("claim-kind"),
        "fault" => t!("claim-fault"),
        "quantity" => t!("quantity"),
        "recipient" => t!("recipient"),
        "postcode" => t!("postcode"),
        "line1" => t!("line1"),
        "line2" => t!("line2"),
        "note" => t!("delivery-note"),
        "reason" => t!("reason"),
        "delta" => t!("delta"),
        "counted" => t!("counted"),
        "low_at" => t!("low-at-label"),
        "discount_kind" => t!("discount-kind"),
        "discount_value" => t!("discount-value"),
        "max_discount" => t!("max-discount"),
        "min_order" => t!("min-order"),
        "products" => t!("scope-products"),
        "categories" => t!("scope-categories"),
        "starts_at" => t!("starts-at"),
        "ends_at" => t!("ends-at"),
        "valid_days" => t!("valid-days"),
        "per_member" => t!("per-member"),
        "issue_mode" => t!("issue-mode"),
        "code" => t!("coupon-code"),
        "shop_name" => t!("people-shop-name"),
        "shop_phone" => t!("people-shop-phone"),
        "business_number" => t!("people-business-number"),
        "introduction" => t!("people-introduction"),
        "alt" => t!("pictures-alt-of"),
        "sheet" => t!("import-file"),
        "value" => t!("offer-value"),
        "emails" => t!("offer-emails"),
        "since" => t!("offer-since"),
        "bought_days" => t!("offer-bought-days"),
        "seller" => t!("seller"),
        "title" => t!("product-title"),
        "original_title" => t!("product-original-title"),
        "author" => t!("product-author"),
        "published_year" => t!("first-published"),
        "isbn" => "ISBN".to_owned(),
        "category" => t!("category"),
        "description" => t!("about-book"),
        "list_price" => t!("list-price"),
        "sale_price" => t!("product-sale-price"),
        "earn_percent" => t!("product-earn-percent"),
        "status" => t!("product-status"),
        "on_hand" => t!("product-opening"),
        "first_day" => t!("sys-first-day"),
        "last_day" => t!("sys-last-day"),
        "slow" => t!("sys-switch-slow"),
        "body" => t!("note-new"),
        "file" => t!("ship-file-field"),
        "url" => t!("subscription-url"),
        "hook_description" => t!("hook-description"),
        "topics" => t!("subscription-topics"),
        "scope" => t!("token-scope"),
        "days" => t!("token-days"),
        "carrier" => t!("follow-carrier"),
        "number" => t!("ship-number"),
        carrier if carrier.starts_with("carrier-") => t!("follow-carrier"),
        number if number.starts_with("number-") => t!("ship-number"),
        other => other.to_owned(),
    }
}

/// The name of a listing's order.
pub(crate) fn sort(sort: Sort) -> String {
    match sort {
        Sort::Recent => t!("sort-recent"),
        Sort::PriceLow => t!("sort-price-low"),
        Sort::PriceHigh => t!("sort-price-high"),
        Sort::Title => t!("sort-title"),
    }
}

/// Where an order stands.
pub(crate) fn order_status(status: OrderStatus) -> String {
    match status {
        OrderStatus::PendingPayment => t!("order-pending-payment"),
        OrderStatus::Placed => t!("order-placed"),
        OrderStatus::Confirmed => t!("order-confirmed"),
        OrderStatus::Canceled => t!("order-canceled"),
        OrderStatus::Expired => t!("order-expired"),
    }
}

/// Why a points balance changed.
pub(crate) fn points_kind(kind: PointsKind) -> String {
    match kind {
        PointsKind::Charge => t!("points-charge"),
        PointsKind::Earn => t!("points-earn"),
        PointsKind::Spend => t!("points-spend"),
        PointsKind::Restore => t!("points-restore"),
        PointsKind::Expire => t!("points-expire"),
        PointsKind::Adjust => t!("points-adjust"),
    }
}

/// A time for people, with its zone in the machine-readable form.
pub(crate) fn time(time: time::OffsetDateTime) -> impl leptos::prelude::IntoView {
    use leptos::prelude::*;
    let machine = time.format(&time::format_description::well_known::Rfc3339).unwrap_or_default();
    leptos::view! { <time datetime=machine>{when::kst(time)}</time> }
}

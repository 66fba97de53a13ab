//! What a carrier tells of a parcel.

use serde::{Deserialize, Serialize};

use crate::{
    Failure,
    form::{Check, Flaw, line},
    order::{FulfillmentStatus, Stage},
};

/// How far a parcel has come. Ordered as a parcel goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CheckpointStatus {
    /// The carrier knows of it.
    LabelCreated,
    /// The carrier has it.
    PickedUp,
    /// Between two places.
    InTransit,
    /// In the van that brings it.
    OutForDelivery,
    /// With the shopper.
    Delivered,
}

impl CheckpointStatus {
    /// Where goods stand at least, of which this is told.
    pub const fn proves(self) -> FulfillmentStatus {
        match self {
            Self::LabelCreated => FulfillmentStatus::Preparing,
            Self::PickedUp | Self::InTransit | Self::OutForDelivery => FulfillmentStatus::Shipped,
            Self::Delivered => FulfillmentStatus::Delivered,
        }
    }
}

/// Who brings a parcel that its seller sends, and its number there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waybill {
    /// The carrier's name.
    pub carrier: String,
    /// Letters and digits, without spaces and hyphens.
    pub number: String,
}

impl Waybill {
    /// Reads what was typed; `None` where both fields were left empty.
    ///
    /// # Errors
    /// [`Failure::Invalid`] with the flaws of `carrier` and `number`.
    pub fn parse(carrier: &str, number: &str) -> Result<Option<Self>, Failure> {
        if carrier.trim().is_empty() && number.trim().is_empty() {
            return Ok(None);
        }
        let mut check = Check::default();
        let carrier = check.field("carrier", line(carrier, 30));
        let number = check.field("number", tracking_number(number));
        match (carrier, number) {
            (Some(carrier), Some(number)) => Ok(Some(Self { carrier, number })),
            _ => Err(check.refuse()),
        }
    }
}

/// Reads a tracking number: 5 to 30 letters and digits; spaces and hyphens do not count.
///
/// # Errors
/// The flaw of what was typed.
pub fn tracking_number(typed: &str) -> Result<String, Flaw> {
    let number: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    match number.chars().count() {
        0 => Err(Flaw::Required),
        _ if !number.bytes().all(|byte| byte.is_ascii_alphanumeric()) => Err(Flaw::Characters),
        1..5 => Err(Flaw::TooShort { min: 5 }),
        31.. => Err(Flaw::TooLong { max: 30 }),
        _ => Ok(number),
    }
}

/// Why a row of a file of tracking numbers cannot be shipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowFlaw {
    /// No order has this number, or none with goods of this seller.
    OrderUnknown,
    /// The order has parts of several sellers, and the row names none.
    SellerNeeded,
    /// The order has no part of the seller named.
    SellerUnknown,
    /// The carrier's name is not one.
    Carrier(Flaw),
    /// The tracking number is not one.
    Number(Flaw),
    /// The goods are not there to be shipped.
    Stage(Stage),
    /// The carrier has taken it already, under a number of its own.
    Booked,
    /// An earlier row of the file, on this line, ships the same.
    Twice(u64),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tracking_number_is_kept_without_what_people_write_between() {
        assert_eq!(tracking_number(" 6789-0123 4567 "), Ok("678901234567".to_owned()));
        assert_eq!(tracking_number(" - "), Err(Flaw::Required));
        assert_eq!(tracking_number("1234"), Err(Flaw::TooShort { min: 5 }));
        assert_eq!(tracking_number("송장12345"), Err(Flaw::Characters));
        assert_eq!(tracking_number(&"1".repeat(31)), Err(Flaw::TooLong { max: 30 }));
    }

    #[test]
    fn a_waybill_is_all_of_it_or_nothing() {
        assert_eq!(Waybill::parse(" ", ""), Ok(None));
        let Err(Failure::Invalid(flaws)) = Waybill::parse("", "12") else { panic!("accepted") };
        assert_eq!(flaws.of("carrier"), Some(Flaw::Required));
        assert_eq!(flaws.of("number"), Some(Flaw::TooShort { min: 5 }));
    }

    #[test]
    fn a_later_checkpoint_proves_no_less() {
        use CheckpointStatus::{Delivered, InTransit, LabelCreated, OutForDelivery, PickedUp};
        let all = [LabelCreated, PickedUp, InTransit, OutForDelivery, Delivered];
        assert!(all.is_sorted() && all.map(CheckpointStatus::proves).is_sorted());
    }
}

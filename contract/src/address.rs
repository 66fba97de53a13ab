//! Delivery addresses.

use serde::{Deserialize, Serialize};

use crate::{
    Failure,
    form::{Check, Flaw, line, optional_line},
    member,
};

/// Names a delivery address.
pub type AddressId = i64;

/// The most addresses that one member may keep.
pub const MAX_ADDRESSES: i64 = 20;

/// A delivery address as typed into its form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AddressForm {
    /// Who takes the parcel.
    pub recipient: String,
    /// A number to call them on.
    pub phone: String,
    /// Five digits.
    pub postcode: String,
    /// Street and number.
    pub line1: String,
    /// Floor, room and the like; may be empty.
    pub line2: String,
}

/// A delivery address that was read and found good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Who takes the parcel.
    pub recipient: String,
    /// Bare digits.
    pub phone: String,
    /// Five digits.
    pub postcode: String,
    /// Street and number.
    pub line1: String,
    /// Floor, room and the like; may be empty.
    pub line2: String,
}

impl TryFrom<&AddressForm> for Address {
    type Error = Failure;

    fn try_from(form: &AddressForm) -> Result<Self, Failure> {
        let mut check = Check::default();
        let recipient = check.field("recipient", line(&form.recipient, 50));
        let phone = check.field("phone", member::phone(&form.phone));
        let postcode = check.field("postcode", postcode(&form.postcode));
        let line1 = check.field("line1", line(&form.line1, 200));
        let line2 = check.field("line2", optional_line(&form.line2, 200));
        match (recipient, phone, postcode, line1, line2) {
            (Some(recipient), Some(phone), Some(postcode), Some(line1), Some(line2)) => {
                Ok(Self { recipient, phone, postcode, line1, line2 })
            }
            _ => Err(check.refuse()),
        }
    }
}

/// A postcode of five digits.
///
/// # Errors
/// [`Flaw::Required`] or [`Flaw::Postcode`].
pub fn postcode(typed: &str) -> Result<String, Flaw> {
    let typed = typed.trim();
    match typed.len() {
        0 => Err(Flaw::Required),
        5 if typed.bytes().all(|byte| byte.is_ascii_digit()) => Ok(typed.to_owned()),
        _ => Err(Flaw::Postcode),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flaw_of_an_address_is_told_at_once() {
        let form = AddressForm { line1: "가".repeat(10_000), postcode: "1234".into(), ..AddressForm::default() };
        let Err(Failure::Invalid(flaws)) = Address::try_from(&form) else { panic!("accepted") };
        assert_eq!(flaws.of("recipient"), Some(Flaw::Required));
        assert_eq!(flaws.of("phone"), Some(Flaw::Required));
        assert_eq!(flaws.of("postcode"), Some(Flaw::Postcode));
        assert_eq!(flaws.of("line1"), Some(Flaw::TooLong { max: 200 }));
        assert_eq!(flaws.of("line2"), None);
    }
}

//! The form of a new campaign.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{Benefit, CategoryId, IssueMode, Terms};
use crate::{
    Failure, Won,
    form::{Check, Flaw, line, number},
    product::ProductId,
    when,
};

/// The largest amount that a campaign may name, in won.
const MOST: Won = 1_000_000_000;

/// A campaign as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CampaignForm {
    /// What members read.
    pub name: String,
    /// `percent` or `amount`.
    pub discount_kind: String,
    /// Percent, or won.
    pub discount_value: String,
    /// The most that comes off, in won; may be empty.
    pub max_discount: String,
    /// From so much on, in won; may be empty.
    pub min_order: String,
    /// Ids of products, apart by commas or spaces; may be empty.
    pub products: String,
    /// Ids of categories, apart by commas or spaces; may be empty.
    pub categories: String,
    /// How many coupons there are; may be empty.
    pub quantity: String,
    /// From when, in Korean time, as a browser's field gives it.
    pub starts_at: String,
    /// Until when.
    pub ends_at: String,
    /// Days that a coupon is good for.
    pub valid_days: String,
    /// Coupons that one member may have.
    pub per_member: String,
    /// `download`, `code`, `staff` or `sign_up`.
    pub issue_mode: String,
    /// The code, where it is issued by one.
    pub code: String,
}

/// A campaign that can be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCampaign {
    /// What members read.
    pub name: String,
    /// What comes off, and from what.
    pub terms: Terms,
    /// How many coupons there are, at most.
    pub quantity: Option<i32>,
    /// Coupons are issued from then, in UTC,
    pub starts_at: OffsetDateTime,
    /// until then.
    pub ends_at: OffsetDateTime,
    /// Days that a coupon is good for, from when it was issued.
    pub valid_days: i32,
    /// Coupons that one member may have.
    pub per_member: i32,
    /// How members get one.
    pub mode: IssueMode,
    /// The code, upper case; there is one exactly where the mode is by code.
    pub code: Option<String>,
}

impl TryFrom<&CampaignForm> for NewCampaign {
    type Error = Failure;

    /// Reads the form; every flaw is told at once.
    fn try_from(form: &CampaignForm) -> Result<Self, Failure> {
        let mut check = Check::default();
        let name = check.field("name", line(&form.name, 60));
        let percent = match form.discount_kind.as_str() {
            "percent" => Ok(true),
            "amount" => Ok(false),
            _ => Err(Flaw::Choice),
        };
        let percent = check.field("discount_kind", percent);
        let most = if percent == Some(true) { 100 } else { MOST };
        let value = check.field("discount_value", number(&form.discount_value, 1, most));
        let max = check.field("max_discount", optional(&form.max_discount, |typed| number(typed, 1, MOST)));
        let min_order = check.field("min_order", optional(&form.min_order, |typed| number(typed, 0, MOST)));
        let products = check.field("products", ids(&form.products));
        let categories = check.field("categories", ids(&form.categories));
        let quantity = check.field("quantity", optional(&form.quantity, |typed| small(typed, 10_000_000)));
        let starts_at = check.field("starts_at", when::read_kst(&form.starts_at));
        let ends_at = when::read_kst(&form.ends_at);
        let ends_at = check.field("ends_at", ends_at.and_then(|end| after(starts_at, end)));
        let valid_days = check.field("valid_days", small(&form.valid_days, 3_650));
        let per_member = check.field("per_member", small(&form.per_member, 100));
        let mode = check.field("issue_mode", mode(&form.issue_mode));
        let code = match mode {
            Some(IssueMode::Code) => check.field("code", read_code(&form.code)).map(Some),
            _ => Some(None),
        };
        let (Some(name), Some(percent), Some(value), Some(max), Some(min_order)) =
            (name, percent, value, max, min_order)
        else {
            return Err(check.refuse());
        };
        let (Some(products), Some(categories), Some(quantity)) = (products, categories, quantity) else {
            return Err(check.refuse());
        };
        let (Some(starts_at), Some(ends_at), Some(valid_days), Some(per_member), Some(mode), Some(code)) =
            (starts_at, ends_at, valid_days, per_member, mode, code)
        else {
            return Err(check.refuse());
        };
        let benefit = if percent { Benefit::Percent { percent: value, max } } else { Benefit::Amount(value) };
        let terms = Terms { benefit, min_order: min_order.unwrap_or(0), products, categories };
        Ok(Self { name, terms, quantity, starts_at, ends_at, valid_days, per_member, mode, code })
    }
}

/// Reads a code: `4..=40` letters, digits and hyphens; upper and lower case are the same.
///
/// # Errors
/// The flaw of what was typed.
pub fn read_code(typed: &str) -> Result<String, Flaw> {
    let typed = line(typed, 40)?.to_uppercase();
    if typed.chars().count() < 4 {
        return Err(Flaw::TooShort { min: 4 });
    }
    let good = typed.chars().all(|c| c.is_alphanumeric() || c == '-');
    if good { Ok(typed) } else { Err(Flaw::Characters) }
}

fn mode(word: &str) -> Result<IssueMode, Flaw> {
    match word {
        "download" => Ok(IssueMode::Download),
        "code" => Ok(IssueMode::Code),
        "staff" => Ok(IssueMode::Staff),
        "sign_up" => Ok(IssueMode::SignUp),
        _ => Err(Flaw::Choice),
    }
}

fn optional<T>(typed: &str, read: impl FnOnce(&str) -> Result<T, Flaw>) -> Result<Option<T>, Flaw> {
    if typed.trim().is_empty() { Ok(None) } else { read(typed).map(Some) }
}

fn small(typed: &str, max: i32) -> Result<i32, Flaw> {
    let read = number(typed, 1, max.into())?;
    i32::try_from(read).map_err(|_| Flaw::NotANumber)
}

/// Ids apart by commas or spaces, each once, a hundred at most.
fn ids(typed: &str) -> Result<Vec<ProductId>, Flaw> {
    let words = typed.split([',', ' ', '\n', '\r', '\t']).filter(|word| !word.is_empty());
    let mut ids: Vec<CategoryId> =
        words.map(|word| number(word, 1, i64::MAX)).collect::<Result<_, _>>().map_err(|_| Flaw::NotANumber)?;
    ids.sort_unstable();
    ids.dedup();
    if ids.len() > 100 { Err(Flaw::TooLong { max: 100 }) } else { Ok(ids) }
}

fn after(start: Option<OffsetDateTime>, end: OffsetDateTime) -> Result<OffsetDateTime, Flaw> {
    if start.is_some_and(|start| end <= start) { Err(Flaw::EndsBeforeStart) } else { Ok(end) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> CampaignForm {
        let word = str::to_owned;
        CampaignForm {
            name: word("가을 10%"),
            discount_kind: word("percent"),
            discount_value: word("10"),
            starts_at: word("2026-11-01T00:00"),
            ends_at: word("2026-12-01T00:00"),
            valid_days: word("30"),
            per_member: word("1"),
            issue_mode: word("download"),
            ..CampaignForm::default()
        }
    }

    fn flaw(form: &CampaignForm, field: &str) -> Option<Flaw> {
        match NewCampaign::try_from(form) {
            Err(Failure::Invalid(flaws)) => flaws.of(field),
            _ => None,
        }
    }

    #[test]
    fn a_campaign_is_read_from_its_form() {
        let read = NewCampaign::try_from(&form()).expect("a good form");
        assert_eq!(read.terms.benefit, Benefit::Percent { percent: 10, max: None });
        assert_eq!((read.quantity, read.code), (None, None));
    }

    #[test]
    fn each_bad_field_has_its_own_refusal() {
        let with = |change: fn(&mut CampaignForm)| {
            let mut form = form();
            change(&mut form);
            form
        };
        let over = with(|form| form.discount_value = "101".to_owned());
        assert_eq!(flaw(&over, "discount_value"), Some(Flaw::OutOfRange { min: 1, max: 100 }));
        let negative = with(|form| form.discount_value = "-5".to_owned());
        assert!(flaw(&negative, "discount_value").is_some());
        let huge = with(|form| form.max_discount = i64::MAX.to_string());
        assert!(matches!(flaw(&huge, "max_discount"), Some(Flaw::OutOfRange { .. })));
        let backwards = with(|form| form.ends_at = "2026-10-01T00:00".to_owned());
        assert_eq!(flaw(&backwards, "ends_at"), Some(Flaw::EndsBeforeStart));
        let long = with(|form| form.name = "가".repeat(61));
        assert_eq!(flaw(&long, "name"), Some(Flaw::TooLong { max: 60 }));
        let codeless = with(|form| form.issue_mode = "code".to_owned());
        assert_eq!(flaw(&codeless, "code"), Some(Flaw::Required));
        let no_time = with(|form| form.starts_at = "morgen".to_owned());
        assert_eq!(flaw(&no_time, "starts_at"), Some(Flaw::Time));
        let words = with(|form| form.products = "1, x".to_owned());
        assert_eq!(flaw(&words, "products"), Some(Flaw::NotANumber));
    }
}

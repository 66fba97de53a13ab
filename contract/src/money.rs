//! Money in whole won.

/// An amount in whole won. Never a fraction, never a float.
pub type Won = i64;

/// Prints an amount with separated thousands: `12600` as `12,600`.
pub fn grouped(amount: Won) -> String {
    let digits = amount.unsigned_abs().to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if amount < 0 {
        out.push('-');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Prints an amount for people: `12,600원`.
pub fn won(amount: Won) -> String {
    format!("{}원", grouped(amount))
}

/// How many whole percent `sale` is below `list`, rounded down; 0 where it is not below.
pub const fn percent_off(list: Won, sale: Won) -> i64 {
    if list > 0 && sale < list { (list - sale) * 100 / list } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_separated_and_the_unit_follows() {
        assert_eq!(won(0), "0원");
        assert_eq!(won(999), "999원");
        assert_eq!(won(12_600), "12,600원");
        assert_eq!(won(-1_234_567), "-1,234,567원");
        assert_eq!(won(i64::MIN), "-9,223,372,036,854,775,808원");
    }

    #[test]
    fn a_discount_is_never_overstated() {
        assert_eq!(percent_off(12_000, 10_800), 10);
        assert_eq!(percent_off(9_999, 9_000), 9);
        assert_eq!(percent_off(9_000, 9_999), 0);
        assert_eq!(percent_off(0, 0), 0);
    }
}

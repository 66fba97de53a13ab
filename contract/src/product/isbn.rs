//! ISBNs of thirteen digits (ISO 2108).

use crate::form::Flaw;

/// Reads an ISBN. Where it was typed with hyphens, or spaces, it keeps its groups.
///
/// # Errors
/// [`Flaw::Required`], or [`Flaw::Isbn`] where it is none or its check digit is wrong.
pub fn isbn(typed: &str) -> Result<String, Flaw> {
    if typed.trim().is_empty() {
        return Err(Flaw::Required);
    }
    match digits(typed) {
        Some(digits) if checks(&digits) => {
            let groups: Vec<&str> = typed.split([' ', '-']).map(str::trim).filter(|group| !group.is_empty()).collect();
            Ok(groups.join("-"))
        }
        _ => Err(Flaw::Isbn),
    }
}

/// The thirteen digits of something that looks like an ISBN; `None` where it does not.
pub fn digits(typed: &str) -> Option<String> {
    let digits: String = typed.trim().chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    (digits.len() == 13 && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
}

/// Whether it is a book's, and the weighted sum of its digits a multiple of ten.
fn checks(digits: &str) -> bool {
    let weighted = digits.bytes().zip([1, 3].into_iter().cycle());
    let sum: u32 = weighted.map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    (digits.starts_with("978") || digits.starts_with("979")) && sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_isbn_keeps_its_groups_and_its_check_digit_is_looked_at() {
        assert_eq!(isbn(" 978-89-374-6000-5 ").as_deref(), Ok("978-89-374-6000-5"));
        assert_eq!(isbn("9788937460005").as_deref(), Ok("9788937460005"));
        assert_eq!(isbn("978 89 374 6000 5").as_deref(), Ok("978-89-374-6000-5"));
        assert_eq!(isbn(" "), Err(Flaw::Required));
        for wrong in ["978-89-374-6000-4", "978893746000", "0306406152", "4006381333931", "97889374600०4", "가나다"]
        {
            assert_eq!(isbn(wrong), Err(Flaw::Isbn), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn one_digit_mistyped_is_noticed(title in 0..1_000_000_000_u64, place in 0..13_usize, by in 1..10_u8) {
            let body = format!("978{title:09}");
            let right = (0..10).map(|check| format!("{body}{check}")).find(|isbn| checks(isbn)).expect("a check digit");
            let mut wrong = right.into_bytes();
            wrong[place] = b'0' + (wrong[place] - b'0' + by) % 10;
            let wrong = String::from_utf8(wrong).expect("digits");
            prop_assert_eq!(isbn(&wrong), Err(Flaw::Isbn));
        }

        #[test]
        fn any_text_is_read_without_a_panic(typed in any::<String>()) {
            let _ = isbn(&typed);
        }
    }
}

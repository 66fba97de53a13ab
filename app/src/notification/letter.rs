//! A notification as a mail. In Korean: nobody has told in which language mails should come.

use contract::notification::Notice;
use leptos::prelude::{Owner, provide_context};

use super::text;
use crate::{
    context::Visitor,
    text::{Locale, t},
};

/// A mail in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// What it is about, in one line.
    pub subject: String,
    /// All of it, as plain text.
    pub body: String,
}

/// What is mailed to the member of this name; `order` is the number of the order that it is about,
/// `shop` the shop's address as browsers know it.
pub fn letter(notice: &Notice, name: &str, order: Option<&str>, shop: Option<&str>) -> Letter {
    Owner::new().with(|| {
        provide_context(Visitor { locale: Locale::Ko, ..Visitor::default() });
        let told = text(notice);
        let greeting = t!("mail-greeting", name = name.to_owned(), title = told.title.clone());
        let see = shop.map(|shop| t!("mail-see", url = format!("{shop}{}", told.href)));
        let number = order.map(|number| t!("mail-order", number = number.to_owned()));
        let parts = [Some(greeting), Some(told.body), number, see, Some(t!("mail-sign"))];
        let body = parts.into_iter().flatten().collect::<Vec<_>>().join("\n\n");
        Letter { subject: t!("mail-subject", title = told.title), body: format!("{body}\n") }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_names_its_reader_and_leads_to_the_shop_where_that_is_known() {
        let notice = Notice::Restocked { product: 7, title: "심청전".to_owned() };
        let told = letter(&notice, "김독자", None, Some("https://shop.example"));
        assert_eq!(told.subject, "[마당] 기다리시던 책이 다시 들어왔습니다");
        let body = "김독자 님, 기다리시던 책이 다시 들어왔습니다.\n\n심청전\n\n자세히 보기: https://shop.example/products/7\n\n마당 드림\n";
        assert_eq!(told.body, body);
        assert!(!told.body.contains("주문번호"));
        let of_order = letter(&notice, "김독자", Some("20261121-DEADBEEF"), None).body;
        assert!(!of_order.contains("자세히") && of_order.contains("\n\n주문번호: 20261121-DEADBEEF\n\n"));
    }
}

//! What a row comes to, over what was loaded for it: no I/O.

use contract::{
    Won,
    form::Flaw,
    import::{Column, RowFlaw, RowOutcome, Wrong},
    product::ProductId,
};

/// A product that there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct There {
    pub product: ProductId,
    pub seller: i64,
}

/// What is known of a row.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts {
    /// The id that the row gives, and the product that has it.
    pub named_id: Option<ProductId>,
    pub named: Option<There>,
    /// The ISBN that the row gives, and the product that has it.
    pub isbn: Option<String>,
    pub with_isbn: Option<There>,
    /// The seller that the row gives, and whether there is one.
    pub seller: Option<i64>,
    pub seller_there: bool,
    /// What of a new product the row gives.
    pub title: bool,
    pub author: bool,
    pub category: bool,
    /// Prices as the row gives them, and as they stand.
    pub list_price: Option<Won>,
    pub sale_price: Option<Won>,
    pub now_list_price: Option<Won>,
    pub now_sale_price: Option<Won>,
    /// Whether it would become a draft, and was sold.
    pub sold: bool,
    /// Whether anything that it gives is not so yet.
    pub differs: bool,
    /// Cells that could not be read.
    pub unread: Vec<Wrong>,
}

/// What a row comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verdict {
    pub outcome: RowOutcome,
    /// The product that it means.
    pub product: Option<ProductId>,
    /// All that is wrong with it.
    pub wrong: Vec<Wrong>,
}

/// Decides a row of a file that came from `own`, or from the staff.
pub(super) fn decide(facts: Facts, own: Option<i64>) -> Verdict {
    let mut wrong = Telling(facts.unread.clone());
    let meant = meant(&facts, own, &mut wrong);
    match meant {
        Meant::There(there) => existing(&facts, there, &mut wrong),
        Meant::New => new(&facts, own, &mut wrong),
        Meant::Nothing => {}
    }
    let product = if let Meant::There(there) = meant { Some(there.product) } else { None };
    let outcome = match meant {
        _ if !wrong.0.is_empty() => RowOutcome::Wrong,
        Meant::New => RowOutcome::Added,
        _ if facts.differs => RowOutcome::Changed,
        _ => RowOutcome::Unchanged,
    };
    Verdict { outcome, product, wrong: wrong.0 }
}

#[derive(Clone, Copy)]
enum Meant {
    There(There),
    New,
    /// What it means cannot be said.
    Nothing,
}

/// Which product the row means: that of its id, else that of its ISBN, else a new one.
fn meant(facts: &Facts, own: Option<i64>, wrong: &mut Telling) -> Meant {
    let is_own = |there: &There| own.is_none_or(|own| own == there.seller);
    let isbn = facts.isbn.clone().unwrap_or_default();
    if let Some(id) = facts.named_id {
        let Some(named) = facts.named.filter(is_own) else {
            // Another seller's product is not there.
            wrong.tell(Column::Id, RowFlaw::Cell(Flaw::Unknown), id.to_string());
            return Meant::Nothing;
        };
        if facts.with_isbn.is_some_and(|other| other.product != named.product) {
            wrong.tell(Column::Isbn, RowFlaw::IsbnTaken, isbn);
        }
        return Meant::There(named);
    }
    if wrong.told(Column::Id) {
        return Meant::Nothing;
    }
    match facts.with_isbn {
        Some(there) if is_own(&there) => Meant::There(there),
        Some(_) => {
            wrong.tell(Column::Isbn, RowFlaw::IsbnTaken, isbn);
            Meant::Nothing
        }
        None if facts.isbn.is_none() => {
            wrong.require(Column::Isbn, false);
            Meant::Nothing
        }
        None => Meant::New,
    }
}

fn existing(facts: &Facts, there: There, wrong: &mut Telling) {
    if let Some(seller) = facts.seller.filter(|seller| *seller != there.seller) {
        wrong.tell(Column::Seller, RowFlaw::SellerFixed, seller.to_string());
    }
    let list = facts.list_price.or(facts.now_list_price);
    let sale = facts.sale_price.or(facts.now_sale_price);
    let moves = (list, sale) != (facts.now_list_price, facts.now_sale_price);
    above_list_price(list, sale.filter(|_| moves), wrong);
    if facts.sold {
        wrong.tell(Column::Status, RowFlaw::SoldBefore, "draft".to_owned());
    }
}

fn new(facts: &Facts, own: Option<i64>, wrong: &mut Telling) {
    match (own, facts.seller) {
        (None, None) => wrong.require(Column::Seller, false),
        (None, Some(seller)) if !facts.seller_there => {
            wrong.tell(Column::Seller, RowFlaw::Cell(Flaw::Unknown), seller.to_string());
        }
        (Some(own), Some(seller)) if own != seller => {
            wrong.tell(Column::Seller, RowFlaw::Cell(Flaw::Unknown), seller.to_string());
        }
        _ => {}
    }
    wrong.require(Column::Title, facts.title);
    wrong.require(Column::Author, facts.author);
    wrong.require(Column::Category, facts.category);
    wrong.require(Column::ListPrice, facts.list_price.is_some());
    above_list_price(facts.list_price, facts.sale_price, wrong);
}

fn above_list_price(list: Option<Won>, sale: Option<Won>, wrong: &mut Telling) {
    if let (Some(list), Some(sale)) = (list, sale)
        && sale > list
    {
        wrong.tell(Column::SalePrice, RowFlaw::AboveListPrice, sale.to_string());
    }
}

/// Collects what is wrong.
struct Telling(Vec<Wrong>);

impl Telling {
    fn tell(&mut self, column: Column, flaw: RowFlaw, typed: String) {
        self.0.push(Wrong { column, flaw, typed });
    }

    fn told(&self, column: Column) -> bool {
        self.0.iter().any(|wrong| wrong.column == column)
    }

    /// A cell that was there and could not be read is told already.
    fn require(&mut self, column: Column, there: bool) {
        if !there && !self.told(column) {
            self.tell(column, RowFlaw::Cell(Flaw::Required), String::new());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: There = There { product: 1, seller: 10 };
    const OTHERS: There = There { product: 2, seller: 20 };

    fn complete() -> Facts {
        Facts {
            isbn: Some("9788995432105".to_owned()),
            title: true,
            author: true,
            category: true,
            list_price: Some(10_000),
            differs: true,
            ..Facts::default()
        }
    }

    fn flaws(facts: Facts, own: Option<i64>) -> Vec<(Column, RowFlaw)> {
        decide(facts, own).wrong.into_iter().map(|wrong| (wrong.column, wrong.flaw)).collect()
    }

    #[test]
    fn an_id_goes_before_an_isbn_and_whoever_is_not_there_is_new() {
        let outcome = |facts| {
            let verdict = decide(facts, Some(10));
            (verdict.outcome, verdict.product)
        };
        assert_eq!(outcome(complete()), (RowOutcome::Added, None));
        assert_eq!(outcome(Facts { with_isbn: Some(OWN), ..complete() }), (RowOutcome::Changed, Some(1)));
        let named = Facts { named_id: Some(1), named: Some(OWN), differs: false, ..Facts::default() };
        assert_eq!(outcome(named), (RowOutcome::Unchanged, Some(1)));
    }

    #[test]
    fn another_sellers_product_is_not_there_and_its_isbn_is_taken() {
        let named = Facts { named_id: Some(2), named: Some(OTHERS), ..complete() };
        assert_eq!(flaws(named.clone(), Some(10)), [(Column::Id, RowFlaw::Cell(Flaw::Unknown))]);
        assert_eq!(flaws(named, None), []);
        let isbn = Facts { with_isbn: Some(OTHERS), ..complete() };
        assert_eq!(flaws(isbn.clone(), Some(10)), [(Column::Isbn, RowFlaw::IsbnTaken)]);
        let renamed = Facts { named_id: Some(1), named: Some(OWN), ..isbn };
        assert_eq!(flaws(renamed, None), [(Column::Isbn, RowFlaw::IsbnTaken)]);
    }

    #[test]
    fn a_new_product_lacks_what_it_needs_and_is_told_all_of_it() {
        let bare = Facts { isbn: Some("9788995432105".to_owned()), ..Facts::default() };
        let required = RowFlaw::Cell(Flaw::Required);
        let expected = [Column::Seller, Column::Title, Column::Author, Column::Category, Column::ListPrice];
        assert_eq!(flaws(bare.clone(), None), expected.map(|column| (column, required)));
        assert_eq!(
            flaws(bare, Some(10)),
            expected.split_at(1).1.iter().map(|one| (*one, required)).collect::<Vec<_>>()
        );
        assert_eq!(flaws(Facts::default(), Some(10)), [(Column::Isbn, required)]);
        let foreign = Facts { seller: Some(20), seller_there: true, ..complete() };
        assert_eq!(flaws(foreign.clone(), Some(10)), [(Column::Seller, RowFlaw::Cell(Flaw::Unknown))]);
        assert_eq!(flaws(foreign, None), []);
    }

    #[test]
    fn a_cell_that_cannot_be_read_is_not_also_missing() {
        let wrong = Wrong { column: Column::Isbn, flaw: RowFlaw::Isbn, typed: "1".to_owned() };
        assert_eq!(
            flaws(Facts { isbn: None, unread: vec![wrong], ..complete() }, Some(10)),
            [(Column::Isbn, RowFlaw::Isbn)]
        );
    }

    #[test]
    fn a_price_is_not_above_the_one_on_the_cover_unless_it_stands_so() {
        let there = Facts {
            named_id: Some(1),
            named: Some(OWN),
            now_list_price: Some(10_000),
            now_sale_price: Some(9_000),
            ..Facts::default()
        };
        let above = [(Column::SalePrice, RowFlaw::AboveListPrice)];
        assert_eq!(flaws(Facts { sale_price: Some(10_001), ..there.clone() }, None), above);
        assert_eq!(flaws(Facts { list_price: Some(8_999), ..there.clone() }, None), above);
        assert_eq!(flaws(Facts { now_sale_price: Some(11_000), ..there }, None), []);
        assert_eq!(flaws(Facts { sale_price: Some(10_001), ..complete() }, Some(10)), above);
    }
}

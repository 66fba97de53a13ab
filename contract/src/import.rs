//! Products that come in as a file: its columns, what a row can lack, and how far the file is.

use serde::{Deserialize, Serialize};

use crate::{
    Won,
    form::{Flaw, number},
    product::{self, ProductStatus},
};

/// Rows that a file may have.
pub const MOST_ROWS: usize = 100_000;

/// Bytes that a file may have.
pub const MOST_BYTES: u64 = 128 * 1024 * 1024;

/// The highest price of a product, in won.
const MOST_WON: Won = 1_000_000_000_000;

/// A column of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Column {
    /// Names a product that there is.
    Id,
    /// Whose a new product is; for files of the staff.
    Seller,
    /// Names a product too, where the row has no id.
    Isbn,
    /// The title.
    Title,
    /// The title in its own language.
    OriginalTitle,
    /// Who wrote it.
    Author,
    /// The year of first publication.
    PublishedYear,
    /// Its category: the word of its URL or one of its names.
    Category,
    /// Price on the cover.
    ListPrice,
    /// Price to pay.
    SalePrice,
    /// Whether it is sold.
    Status,
    /// Points for a purchase, in percent.
    EarnPercent,
    /// From so many available copies down, stock is low.
    LowAt,
    /// Copies that a new product begins with.
    OnHand,
    /// What it is about.
    Description,
}

impl Column {
    /// Every column, as files are written.
    pub const ALL: [Self; 15] = [
        Self::Id,
        Self::Seller,
        Self::Isbn,
        Self::Title,
        Self::OriginalTitle,
        Self::Author,
        Self::PublishedYear,
        Self::Category,
        Self::ListPrice,
        Self::SalePrice,
        Self::Status,
        Self::EarnPercent,
        Self::LowAt,
        Self::OnHand,
        Self::Description,
    ];

    /// Its name in a file, and the names that it may have instead.
    pub const fn names(self) -> &'static [&'static str] {
        match self {
            Self::Id => &["id", "상품 번호", "번호"],
            Self::Seller => &["seller", "판매자 번호", "판매자"],
            Self::Isbn => &["isbn", "isbn13"],
            Self::Title => &["title", "제목", "상품명", "도서명"],
            Self::OriginalTitle => &["original_title", "원제"],
            Self::Author => &["author", "저자", "지은이"],
            Self::PublishedYear => &["published_year", "출간 연도", "발행 연도", "출간년도", "발행년도"],
            Self::Category => &["category", "분야", "카테고리"],
            Self::ListPrice => &["list_price", "정가"],
            Self::SalePrice => &["sale_price", "판매가"],
            Self::Status => &["status", "상태", "판매 상태"],
            Self::EarnPercent => &["earn_percent", "적립률"],
            Self::LowAt => &["low_at", "재고 부족 기준", "부족 기준"],
            Self::OnHand => &["on_hand", "재고", "수량"],
            Self::Description => &["description", "설명", "소개"],
        }
    }

    /// Its name in a file.
    pub fn name(self) -> &'static str {
        self.names().first().copied().unwrap_or_default()
    }

    /// The column that a header means; spaces, case and signs do not count.
    pub fn parse(header: &str) -> Option<Self> {
        let header = bare(header);
        Self::ALL.into_iter().find(|column| column.names().iter().any(|name| bare(name) == header))
    }
}

fn bare(header: &str) -> String {
    header.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Why a cell or a row is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowFlaw {
    /// The cell is not what it should be.
    Cell(Flaw),
    /// Not thirteen digits of which the last one checks the others.
    Isbn,
    /// Another product has this ISBN.
    IsbnTaken,
    /// The same product stands further up in the file.
    Twice {
        /// The line of the file.
        line: i64,
    },
    /// A product does not change its seller.
    SellerFixed,
    /// The price to pay is above the one on the cover.
    AboveListPrice,
    /// It was sold before, and does not become a draft again.
    SoldBefore,
    /// Somebody else has changed the product since the file was checked.
    Moved,
}

/// What is wrong with a row, in one of its columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wrong {
    /// The column.
    pub column: Column,
    /// Why.
    pub flaw: RowFlaw,
    /// What stands there, as far as it is short.
    pub typed: String,
}

/// How far a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportState {
    /// Its rows are being read.
    Reading,
    /// Its rows are being compared with what there is.
    Checking,
    /// Checked: its flaws, or what it would change, are known.
    Checked,
    /// It is being applied.
    Applying,
    /// All of it was applied.
    Applied,
    /// It is no table that can be read.
    Refused,
    /// It broke off while it was sent or read.
    CutOff,
    /// It could not be applied, and nothing was; it can be checked again.
    Failed,
    /// It was checked, and then left alone for so long that its rows are gone.
    Expired,
}

impl ImportState {
    /// Whether something is being done, so that looking again makes sense.
    pub const fn is_working(self) -> bool {
        matches!(self, Self::Reading | Self::Checking | Self::Applying)
    }
}

/// What a row comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowOutcome {
    /// A new product.
    Added,
    /// A product that changes.
    Changed,
    /// A product that is so already.
    Unchanged,
    /// Something is wrong with it.
    Wrong,
}

/// Reads an ISBN of thirteen digits; hyphens stay where they stand, spaces become hyphens.
///
/// # Errors
/// [`RowFlaw::Isbn`].
pub fn isbn(typed: &str) -> Result<String, RowFlaw> {
    product::isbn::isbn(typed).map_err(|_| RowFlaw::Isbn)
}

/// Reads a price: `12000`, `12,000` or `12,000원`.
///
/// # Errors
/// The flaw of what was typed.
pub fn price(typed: &str) -> Result<Won, Flaw> {
    let typed = typed.trim();
    number(typed.strip_suffix('원').unwrap_or(typed), 0, MOST_WON)
}

/// Reads a status: its word, or what it is called in either language.
///
/// # Errors
/// [`Flaw::Choice`].
pub fn status(typed: &str) -> Result<ProductStatus, Flaw> {
    match bare(typed).as_str() {
        "draft" | "초안" | "작성중" | "임시저장" => Ok(ProductStatus::Draft),
        "onsale" | "판매중" | "판매" => Ok(ProductStatus::OnSale),
        "suspended" | "판매중지" | "일시중지" | "판매일시중지" => Ok(ProductStatus::Suspended),
        "archived" | "판매종료" | "보관" | "단종" => Ok(ProductStatus::Archived),
        _ => Err(Flaw::Choice),
    }
}

/// Reads text of up to `max` characters; only a text of several lines may have line ends.
///
/// # Errors
/// [`Flaw::TooLong`] or [`Flaw::Characters`].
pub fn text(typed: &str, max: usize, lines: bool) -> Result<String, Flaw> {
    let typed = typed.trim();
    if typed.chars().count() > max {
        return Err(Flaw::TooLong { max: i64::try_from(max).unwrap_or(i64::MAX) });
    }
    let odd = |c: char| c.is_control() && !(lines && matches!(c, '\n' | '\r' | '\t'));
    if typed.contains(odd) { Err(Flaw::Characters) } else { Ok(typed.to_owned()) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_header_is_known_in_either_language_and_spelling() {
        for (header, column) in [
            ("ISBN", Column::Isbn),
            (" Original Title ", Column::OriginalTitle),
            ("sale-price", Column::SalePrice),
            ("정가(원)", Column::ListPrice),
            ("재고부족기준", Column::LowAt),
            ("출간연도", Column::PublishedYear),
        ] {
            let known = Column::parse(header.trim_end_matches("(원)"));
            assert_eq!(known, Some(column), "{header}");
        }
        assert_eq!(Column::parse("색깔"), None);
        assert_eq!(Column::parse(""), None);
    }

    #[test]
    fn no_two_columns_share_a_name() {
        let names: Vec<String> = Column::ALL.iter().flat_map(|column| column.names()).map(|name| bare(name)).collect();
        for (at, name) in names.iter().enumerate() {
            assert!(!names.iter().skip(at + 1).any(|other| other == name), "{name}");
        }
    }

    #[test]
    fn an_isbn_holds_its_check_digit_however_it_is_grouped() {
        assert_eq!(isbn("978-89-954321-0-5"), Ok("978-89-954321-0-5".to_owned()));
        assert_eq!(isbn(" 9788995432105 "), Ok("9788995432105".to_owned()));
        assert_eq!(isbn("978 89 954321 0 5"), Ok("978-89-954321-0-5".to_owned()));
        for wrong in ["9788995432106", "8995432100", "9.78899E+12", "1234567890128", ""] {
            assert_eq!(isbn(wrong), Err(RowFlaw::Isbn), "{wrong}");
        }
    }

    #[test]
    fn prices_and_statuses_are_read_as_people_write_them() {
        assert_eq!(price("12,000원"), Ok(12_000));
        assert_eq!(price("12000.5"), Err(Flaw::NotANumber));
        assert_eq!(price("-1"), Err(Flaw::OutOfRange { min: 0, max: MOST_WON }));
        assert_eq!(status("판매 중"), Ok(ProductStatus::OnSale));
        assert_eq!(status("On sale"), Ok(ProductStatus::OnSale));
        assert_eq!(status("on_sale"), Ok(ProductStatus::OnSale));
        assert_eq!(status("sold"), Err(Flaw::Choice));
    }

    proptest! {
        #[test]
        fn any_cell_is_read_without_a_panic(typed in any::<String>()) {
            let _ = (isbn(&typed), price(&typed), status(&typed), text(&typed, 10, true), Column::parse(&typed));
        }
    }
}

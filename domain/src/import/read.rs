//! A row of the file as cells, read one by one: what is wrong with one does not hide the next.

use std::collections::BTreeMap;

use contract::{
    Won,
    form::{Flaw, number},
    import::{Column, RowFlaw, Wrong, isbn, price, status, text},
    product::{ProductId, form::YEARS},
    stock,
};

use crate::{product::Category, words::word};

/// Characters of a cell that are shown again beside what is wrong with it.
const SHOWN: usize = 60;

/// A row as it is kept until it is applied; `None` leaves what there is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Draft {
    pub line: i32,
    pub named_id: Option<ProductId>,
    pub seller: Option<i64>,
    pub isbn: Option<String>,
    pub title: Option<String>,
    pub original_title: Option<String>,
    pub author: Option<String>,
    pub published_year: Option<i32>,
    pub category: Option<i64>,
    pub list_price: Option<Won>,
    pub sale_price: Option<Won>,
    pub status: Option<String>,
    pub earn_percent: Option<i32>,
    pub low_at: Option<i32>,
    pub on_hand: Option<i32>,
    pub description: Option<String>,
    pub unread: Vec<Wrong>,
}

impl Draft {
    /// Reads a row. `cell` gives the text of a column, if the file has it.
    pub(super) fn read<'a>(line: i32, categories: &Categories, cell: impl Fn(Column) -> Option<&'a str>) -> Self {
        let mut cells = Cells { cell, unread: Vec::new() };
        let id = |typed: &str| number(typed, 1, i64::MAX).map_err(RowFlaw::Cell);
        let int = |min, max| {
            move |typed: &str| {
                let number = number(typed, min, max).map_err(RowFlaw::Cell)?;
                i32::try_from(number).map_err(|_| RowFlaw::Cell(Flaw::NotANumber))
            }
        };
        let count = |typed: &str| stock::count(typed).map_err(RowFlaw::Cell);
        let won = |typed: &str| price(typed).map_err(RowFlaw::Cell);
        let line_of = |max| move |typed: &str| text(typed, max, false).map_err(RowFlaw::Cell);
        Self {
            line,
            named_id: cells.read(Column::Id, id),
            seller: cells.read(Column::Seller, id),
            isbn: cells.read(Column::Isbn, isbn),
            title: cells.read(Column::Title, line_of(500)),
            original_title: cells.read(Column::OriginalTitle, line_of(500)),
            author: cells.read(Column::Author, line_of(500)),
            published_year: cells.read(Column::PublishedYear, int(YEARS.0, YEARS.1)),
            category: cells.read(Column::Category, |typed| categories.find(typed).ok_or(RowFlaw::Cell(Flaw::Unknown))),
            list_price: cells.read(Column::ListPrice, won),
            sale_price: cells.read(Column::SalePrice, won),
            status: cells.read(Column::Status, |typed| {
                let status = status(typed).map_err(RowFlaw::Cell)?;
                word(status).map_err(|_| RowFlaw::Cell(Flaw::Choice))
            }),
            earn_percent: cells
                .read(Column::EarnPercent, |typed| int(0, 100)(typed.strip_suffix('%').unwrap_or(typed))),
            low_at: cells.read(Column::LowAt, count),
            on_hand: cells.read(Column::OnHand, count),
            description: cells.read(Column::Description, |typed| text(typed, 20_000, true).map_err(RowFlaw::Cell)),
            unread: cells.unread,
        }
    }

    /// About how many bytes it takes.
    pub(super) fn size(&self) -> usize {
        let texts = [&self.title, &self.original_title, &self.author, &self.description];
        200 + texts.into_iter().flatten().map(String::len).sum::<usize>()
    }
}

/// The cells of a row, and what of them could not be read.
struct Cells<F> {
    cell: F,
    unread: Vec<Wrong>,
}

impl<'a, F: Fn(Column) -> Option<&'a str>> Cells<F> {
    fn read<T>(&mut self, column: Column, parse: impl FnOnce(&str) -> Result<T, RowFlaw>) -> Option<T> {
        let typed = (self.cell)(column).map(str::trim).filter(|typed| !typed.is_empty())?;
        parse(typed)
            .map_err(|flaw| {
                let typed = typed.chars().take(SHOWN).map(|c| if c.is_control() { ' ' } else { c }).collect();
                self.unread.push(Wrong { column, flaw, typed });
            })
            .ok()
    }
}

/// The categories by the words that may name them.
#[derive(Debug)]
pub(super) struct Categories(BTreeMap<String, i64>);

impl Categories {
    pub(super) fn new(categories: Vec<Category>) -> Self {
        let mut names = BTreeMap::new();
        for category in categories {
            for name in [&category.name_en, &category.name_ko, &category.slug] {
                names.insert(name.to_lowercase(), category.category_id);
            }
        }
        Self(names)
    }

    fn find(&self, typed: &str) -> Option<i64> {
        self.0.get(&typed.to_lowercase()).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(cells: &[(Column, &'static str)]) -> Draft {
        let category = Category {
            category_id: 7,
            slug: "poetry".to_owned(),
            name_ko: "시".to_owned(),
            name_en: "Poetry".to_owned(),
        };
        let categories = Categories::new(vec![category]);
        Draft::read(2, &categories, |column| cells.iter().find(|(own, _)| *own == column).map(|(_, cell)| *cell))
    }

    #[test]
    fn an_empty_cell_says_nothing() {
        assert_eq!(read(&[(Column::Title, " "), (Column::SalePrice, "")]), Draft { line: 2, ..Draft::default() });
    }

    #[test]
    fn every_flaw_of_a_row_is_told_and_the_rest_is_read() {
        let draft = read(&[
            (Column::Isbn, "9.78899E+12"),
            (Column::Title, "진달래꽃"),
            (Column::ListPrice, "만원"),
            (Column::Category, "소설"),
            (Column::EarnPercent, "101%"),
        ]);
        let flaws: Vec<_> = draft.unread.iter().map(|wrong| (wrong.column, wrong.flaw)).collect();
        let expected = [
            (Column::Isbn, RowFlaw::Isbn),
            (Column::Category, RowFlaw::Cell(Flaw::Unknown)),
            (Column::ListPrice, RowFlaw::Cell(Flaw::NotANumber)),
            (Column::EarnPercent, RowFlaw::Cell(Flaw::OutOfRange { min: 0, max: 100 })),
        ];
        assert_eq!(flaws, expected);
        assert_eq!(draft.title.as_deref(), Some("진달래꽃"));
    }

    #[test]
    fn a_category_is_found_by_its_word_and_both_its_names() {
        for name in ["poetry", "시", "POETRY"] {
            assert_eq!(read(&[(Column::Category, name)]).category, Some(7));
        }
    }
}

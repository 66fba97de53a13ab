//! The closed sets of a file of products in words.

use contract::{
    form::Flaw,
    import::{Column, ImportState, RowFlaw},
};

use crate::text::{self, t};

/// How far a file is.
pub(super) fn state(state: ImportState) -> String {
    match state {
        ImportState::Reading => t!("import-state-reading"),
        ImportState::Checking => t!("import-state-checking"),
        ImportState::Checked => t!("import-state-checked"),
        ImportState::Applying => t!("import-state-applying"),
        ImportState::Applied => t!("import-state-applied"),
        ImportState::Refused => t!("import-state-refused"),
        ImportState::CutOff => t!("import-state-cut-off"),
        ImportState::Failed => t!("import-state-failed"),
        ImportState::Expired => t!("import-state-expired"),
    }
}

/// What is wrong with a cell or a row, in a sentence.
pub(super) fn flaw(flaw: RowFlaw) -> String {
    match flaw {
        // Its text may have all that is printed, unlike that of a label.
        RowFlaw::Cell(Flaw::Characters) => t!("row-flaw-text"),
        RowFlaw::Cell(flaw) => text::flaw(flaw),
        RowFlaw::Isbn => t!("row-flaw-isbn"),
        RowFlaw::IsbnTaken => t!("row-flaw-isbn-taken"),
        RowFlaw::Twice { line } => t!("row-flaw-twice", line = line),
        RowFlaw::SellerFixed => t!("row-flaw-seller-fixed"),
        RowFlaw::AboveListPrice => t!("row-flaw-above-list-price"),
        RowFlaw::SoldBefore => t!("row-flaw-sold-before"),
        RowFlaw::Moved => t!("row-flaw-moved"),
    }
}

/// What a column holds. `categories` are the names that there are.
pub(super) fn column(column: Column, categories: &str) -> String {
    match column {
        Column::Id => t!("import-column-id"),
        Column::Seller => t!("import-column-seller"),
        Column::Isbn => t!("import-column-isbn"),
        Column::Title => t!("import-column-title"),
        Column::OriginalTitle => t!("import-column-original-title"),
        Column::Author => t!("import-column-author"),
        Column::PublishedYear => t!("import-column-published-year"),
        Column::Category => t!("import-column-category", names = categories.to_owned()),
        Column::ListPrice => t!("import-column-list-price"),
        Column::SalePrice => t!("import-column-sale-price"),
        Column::Status => t!("import-column-status"),
        Column::EarnPercent => t!("import-column-earn-percent"),
        Column::LowAt => t!("import-column-low-at"),
        Column::OnHand => t!("import-column-on-hand"),
        Column::Description => t!("import-column-description"),
    }
}

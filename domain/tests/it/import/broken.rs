//! Files that are no tables, or not the ones meant.

use contract::{
    Failure,
    form::{Flaw, Flaws},
    import::{ImportState, MOST_BYTES, MOST_ROWS},
    sheet::SheetFlaw,
};
use domain::{
    Result,
    import::{self, Spool},
};
use sqlx::PgPool;

use super::{book, counts, send, stored, work};
use crate::{
    fixture::number,
    scene::{Scene, refused},
};

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_is_no_table_is_told_and_leaves_nothing(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    let own = book(shop, "책", 1).await?;
    let wide = "id,".repeat(1_000_000);
    let late = format!("id,title\n{}{own},\"끝이 없는 제목\n{own},둘\n", format!("{own},하나\n").repeat(3_000));
    let files: [(&[u8], SheetFlaw); 10] = [
        (b"", SheetFlaw::Empty),
        (b"id,title\r\n\r\n , \r\n", SheetFlaw::Empty),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xff", SheetFlaw::NotText),
        (b"1,2,3\n4,5,6\n", SheetFlaw::ColumnMissing),
        (b"title,author\na,b\n", SheetFlaw::ColumnMissing),
        (b"id,title,ID\n1,a,2\n", SheetFlaw::ColumnTwice),
        ("id,title,번호\n1,a,2\n".as_bytes(), SheetFlaw::ColumnTwice),
        (wide.as_bytes(), SheetFlaw::RowTooLong),
        (&wide.as_bytes()[..3_000], SheetFlaw::TooManyColumns),
        (late.as_bytes(), SheetFlaw::QuoteOpen),
    ];
    for (file, flaw) in files {
        let sent = send(shop, &scene.operator, file).await?;
        assert_eq!((sent.state, sent.refusal), (ImportState::Refused, Some(flaw)));
        assert_eq!(refused(import::apply(shop, &scene.operator, sent.id).await), Some(Failure::StatusChanged));
        assert_eq!(refused(import::check_again(shop, &scene.operator, sent.id).await), Some(Failure::StatusChanged));
        while import::forget(shop).await? > 0 {}
        assert_eq!(number(shop, "select count(*) from product_import_row").await, 0);
    }
    assert_eq!(stored(shop, own).await?.0, "책");
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn every_encoding_and_separator_is_read(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    let own = book(shop, "책", 1).await?;
    // What spreadsheets write in Korea: EUC-KR; "id,제목" and "번호;제목" of the same product.
    let korean = [b"id,\xC1\xA6\xB8\xF1\n", own.to_string().as_bytes(), b",\xB0\xA1\xB3\xAA\n"].concat();
    let marked = format!("\u{FEFF}번호;제목\r\n{own};가나\r\n");
    let utf16: Vec<u8> = [0xFF, 0xFE]
        .into_iter()
        .chain(format!("ID\t제목\n{own}\t가나\n").encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let old_mac = format!("id,title\r{own},가나\r");
    for file in [korean.as_slice(), marked.as_bytes(), &utf16, old_mac.as_bytes()] {
        let sent = send(shop, &scene.operator, file).await?;
        assert_eq!((sent.state, counts(&sent)), (ImportState::Checked, (0, 1, 0, 0)));
        let title: String = sqlx::query_scalar("select title from product_import_row where product_import_id = $1")
            .bind(sent.id)
            .fetch_one(&shop.db)
            .await?;
        assert_eq!(title, "가나");
    }
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_file_holds_so_many_rows_and_no_more(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let sent = send(&scene.shop, &scene.operator, format!("id\n{}", "1\n".repeat(MOST_ROWS + 1))).await?;
    assert_eq!((sent.state, sent.refusal), (ImportState::Refused, Some(SheetFlaw::TooManyRows)));
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_file_that_is_too_large_or_was_not_chosen_is_refused_at_once(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    let mut spool = Spool::new().await?;
    let piece = vec![b'x'; 4 * 1024 * 1024];
    for _ in 0..=MOST_BYTES / 4 / 1024 / 1024 {
        spool.write(&piece).await?;
    }
    let sent = import::take_in(shop, &scene.operator, "큰 책.csv", spool).await;
    assert_eq!(refused(sent), Some(Failure::Sheet(SheetFlaw::TooLarge)));
    let sent = import::take_in(shop, &scene.operator, "", Spool::new().await?).await;
    assert_eq!(refused(sent), Some(Failure::Invalid(Flaws::one("sheet", Flaw::Required))));
    assert_eq!(number(shop, "select count(*) from product_import").await, 0);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_file_that_broke_off_on_its_way_is_told(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    import::broke_off(&scene.shop, &scene.operator, "반쪽.csv").await?;
    work(&scene.shop).await?;
    let listed = import::list(&scene.shop, &scene.operator, None, 10).await?.rows;
    let told: Vec<_> = listed.iter().map(|file| (file.file_name.as_str(), file.state)).collect();
    assert_eq!(told, [("반쪽.csv", ImportState::CutOff)]);
    Ok(())
}

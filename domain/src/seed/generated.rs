//! Generated members and products, for measuring, by `copy`.

use std::fmt::Write as _;

use contract::{Failure, member::Password};
use sqlx::{Connection, PgConnection, PgPool};

use super::{Draw, demo, isbn};
use crate::{Error, Result, password};

/// Rows sent at once; the progress moves by so many.
const CHUNK: u64 = 2_000;

/// Points of a generated member, in won.
const BALANCE: i64 = 1_000_000;

/// The password that all generated members share: one hash serves them all.
const PASSWORD: &str = "generated-madang";

const ADJECTIVES: [&str; 16] = [
    "고요한",
    "푸른",
    "오래된",
    "낯선",
    "작은",
    "깊은",
    "눈부신",
    "잊힌",
    "따뜻한",
    "먼",
    "하얀",
    "느린",
    "붉은",
    "외로운",
    "새로운",
    "빛나는",
];
const NOUNS: [&str; 16] = [
    "바다", "정원", "겨울", "편지", "도시", "숲", "기차", "섬", "골목", "별", "여름", "방", "강", "거울", "계절",
    "마당",
];
const KINDS: [&str; 10] = ["이야기", "산책", "노래", "기록", "여행", "풍경", "비밀", "연구", "사전", "일기"];
const FAMILY: [&str; 10] = ["김", "이", "박", "최", "정", "강", "조", "윤", "장", "임"];
const GIVEN: [&str; 16] = [
    "서연", "민준", "지우", "하준", "수아", "도윤", "예린", "시우", "유나", "건우", "나은", "현우", "소율", "지호",
    "다인", "태양",
];

/// Adds `count` generated products with stock. `progress` hears how many are done.
///
/// # Errors
/// Where the database is away; then none were added.
pub async fn products(db: &PgPool, count: u64, progress: impl Fn(u64)) -> Result<()> {
    let mut conn = db.acquire().await?;
    let mut tx = conn.begin().await?;
    demo::categories(&mut tx).await?;
    let categories =
        sqlx::query_scalar!("select category_id from category order by position").fetch_all(&mut *tx).await?;
    let sellers = sqlx::query_scalar!("select seller_id from seller order by seller_id").fetch_all(&mut *tx).await?;
    // Running numbers go on after those that are there, so that no ISBN comes twice.
    let first = sqlx::query_scalar!(
        r#"select coalesce(max(substr(replace(isbn, '-', ''), 5, 8)::bigint), 0) + 1 as "first!" from product
           where isbn like '979-7-%'"#
    )
    .fetch_one(&mut *tx)
    .await?;
    let before = sqlx::query_scalar!(r#"select coalesce(max(product_id), 0) as "last!" from product"#)
        .fetch_one(&mut *tx)
        .await?;
    let first = u64::try_from(first).unwrap_or(1);
    let mut draw = Draw(first);
    copy(
        &mut tx,
        "copy product (seller_id, category_id, title, author, published_year, isbn, description, list_price, sale_price)
         from stdin",
        count,
        &progress,
        |row, number| {
            let (list, sale) = draw.prices();
            let (adjective, noun, kind) = (pick(&ADJECTIVES, &mut draw), pick(&NOUNS, &mut draw), pick(&KINDS, &mut draw));
            let (seller, category) = (pick(&sellers, &mut draw), pick(&categories, &mut draw));
            let author = format!("{}{}", pick(&FAMILY, &mut draw), pick(&GIVEN, &mut draw));
            let year = draw.between(1900, 2025);
            let isbn = isbn(first + number);
            writeln!(
                row,
                "{seller}\t{category}\t{adjective} {noun} {kind} {number}\t{author}\t{year}\t{isbn}\t\
                 {adjective} {noun}에 대한 {kind}.\t{list}\t{sale}"
            )
        },
    )
    .await?;
    sqlx::query!(
        "insert into stock (product_id, on_hand) select product_id, 1000 from product where product_id > $1",
        before
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "insert into stock_movement (product_id, kind, on_hand_delta, reason)
         select product_id, 'received', 1000, 'opening' from product where product_id > $1",
        before
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    // Without fresh statistics the first listings would be planned for an empty table.
    sqlx::query!("analyze product, stock").execute(&mut *conn).await?;
    Ok(())
}

/// Adds `count` generated members, each with a charged wallet and an address. `progress` hears
/// how many are done.
///
/// # Errors
/// Where the database is away; then none were added.
pub async fn members(db: &PgPool, count: u64, progress: impl Fn(u64)) -> Result<()> {
    let password = Password::parse(PASSWORD).map_err(|_| Error::Refused(Failure::BadRequest))?;
    let hash = tokio::task::spawn_blocking(move || password::hash(&password)).await??;
    let mut conn = db.acquire().await?;
    let mut tx = conn.begin().await?;
    let before =
        sqlx::query_scalar!(r#"select coalesce(max(member_id), 0) as "last!" from member"#).fetch_one(&mut *tx).await?;
    let mut draw = Draw(u64::try_from(before).unwrap_or(0));
    copy(&mut tx, "copy member (email, password_hash, name) from stdin", count, &progress, |row, number| {
        let name = format!("{}{}", pick(&FAMILY, &mut draw), pick(&GIVEN, &mut draw));
        writeln!(row, "member{}.{number}@madang.example\t{hash}\t{name}", before)
    })
    .await?;
    sqlx::query!(
        "insert into points_wallet (member_id, balance) select member_id, $2 from member where member_id > $1",
        before,
        BALANCE
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "insert into points_entry (member_id, kind, amount, balance_after)
         select member_id, 'charge', $2, $2 from member where member_id > $1",
        before,
        BALANCE
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "insert into points_lot (member_id, expires_on, remaining)
         select member_id, '9999-12-31', $2 from member where member_id > $1",
        before,
        BALANCE
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "insert into address (member_id, recipient, phone, postcode, line1, line2, is_default)
         select member_id, name, '01000000000', '04524', '서울특별시 중구 세종대로 110', '', true
         from member where member_id > $1",
        before
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    sqlx::query!("analyze member, points_wallet, points_lot, address").execute(&mut *conn).await?;
    Ok(())
}

/// Copies `count` rows, written one by one, in chunks.
async fn copy(
    conn: &mut PgConnection,
    statement: &str,
    count: u64,
    progress: &impl Fn(u64),
    mut write: impl FnMut(&mut String, u64) -> std::fmt::Result,
) -> Result<()> {
    let mut copy = conn.copy_in_raw(statement).await?;
    let mut rows = String::new();
    for number in 0..count {
        // Writing to a string cannot fail.
        let _ = write(&mut rows, number);
        if (number + 1) % CHUNK == 0 || number + 1 == count {
            copy.send(rows.as_bytes()).await?;
            rows.clear();
            progress(number + 1);
        }
    }
    copy.finish().await?;
    Ok(())
}

fn pick<T: Copy + Default>(from: &[T], draw: &mut Draw) -> T {
    let at = usize::try_from(draw.below(from.len() as u64)).unwrap_or(0);
    from.get(at).copied().unwrap_or_default()
}

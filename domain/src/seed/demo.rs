//! The demo bookshop.

use contract::member::{Password, Role};
use sqlx::{Connection, PgConnection, PgPool};

use super::{Draw, isbn};
use crate::{Error, Result, password};

/// A category of the demo shop: its word in a URL, its Korean and its English name.
pub const CATEGORIES: [(&str, &str, &str); 12] = [
    ("korean-classic", "한국 고전", "Korean classics"),
    ("korean-modern", "한국 근대소설", "Modern Korean fiction"),
    ("poetry", "시", "Poetry"),
    ("world-novel", "세계소설", "World fiction"),
    ("mystery", "추리·모험", "Mystery and adventure"),
    ("science-fiction", "과학·환상", "Science fiction and fantasy"),
    ("drama", "희곡", "Drama"),
    ("philosophy", "철학·사상", "Philosophy"),
    ("history", "역사·전기", "History and lives"),
    ("children", "동화", "Children's books"),
    ("essay", "수필·산문", "Essays"),
    ("science", "과학", "Science"),
];

/// The sellers of the demo shop; the first belongs to the demo seller.
const SELLERS: [&str; 3] = ["마당서점", "느티나무책방", "달빛고서"];

/// An account of the demo shop.
#[derive(Debug, Clone, Copy)]
pub struct Account {
    /// The name to sign in with.
    pub email: &'static str,
    /// The password, open to everybody.
    pub password: &'static str,
    /// The person's name.
    pub name: &'static str,
    /// What they may do.
    pub role: Role,
    /// Points to begin with, in won.
    pub points: i64,
}

/// The accounts of the demo shop.
pub const ACCOUNTS: [Account; 3] = [
    Account {
        email: "shopper@madang.example",
        password: "shopper-madang",
        name: "김독자",
        role: Role::Shopper,
        points: 100_000,
    },
    Account {
        email: "seller@madang.example",
        password: "seller-madang",
        name: "이서점",
        role: Role::Seller,
        points: 0,
    },
    Account {
        email: "staff@madang.example", password: "staff-madang", name: "박마당", role: Role::Staff, points: 0
    },
];

/// A work of the demo shop.
#[derive(Debug, Clone, Copy)]
pub struct Work<'a> {
    /// The title.
    pub title: &'a str,
    /// The title in its own language, or empty.
    pub original_title: &'a str,
    /// Who wrote it.
    pub author: &'a str,
    /// The year of first publication; negative before Christ.
    pub year: i32,
    /// The category's word in a URL.
    pub category: &'a str,
    /// One sentence.
    pub description: &'a str,
}

/// Whether nothing is sold yet.
///
/// # Errors
/// Where the database is away.
pub async fn is_empty(db: &PgPool) -> Result<bool> {
    let empty = sqlx::query_scalar!(r#"select not exists (select from product) as "empty!""#).fetch_one(db).await?;
    Ok(empty)
}

/// Fills an empty shop with the accounts, the categories and the works. Does nothing where
/// something is sold already, and does it once where several ask at the same time.
///
/// # Errors
/// Where the database is away.
pub async fn demo(db: &PgPool, works: &[Work<'_>]) -> Result<bool> {
    let mut conn = db.acquire().await?;
    let mut tx = conn.begin().await?;
    sqlx::query!("lock table product in share row exclusive mode").execute(&mut *tx).await?;
    let empty =
        sqlx::query_scalar!(r#"select not exists (select from product) as "empty!""#).fetch_one(&mut *tx).await?;
    if !empty {
        return Ok(false);
    }
    categories(&mut tx).await?;
    accounts(&mut tx).await?;
    insert_works(&mut tx, works).await?;
    tx.commit().await?;
    Ok(true)
}

/// Makes sure that the categories and one seller exist.
pub(super) async fn categories(conn: &mut PgConnection) -> Result<()> {
    for (position, (slug, name_ko, name_en)) in (1_i32..).zip(CATEGORIES) {
        sqlx::query!(
            "insert into category (slug, name_ko, name_en, position) values ($1, $2, $3, $4) on conflict do nothing",
            slug,
            name_ko,
            name_en,
            position
        )
        .execute(&mut *conn)
        .await?;
    }
    let sellers: Vec<String> = SELLERS.map(str::to_owned).to_vec();
    sqlx::query!(
        "insert into seller (name) select name from unnest($1::text[]) as new (name)
         where not exists (select from seller)",
        &sellers
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn accounts(conn: &mut PgConnection) -> Result<()> {
    for account in ACCOUNTS {
        let hash = tokio::task::spawn_blocking(move || {
            let password = Password::parse(account.password).map_err(|flaw| {
                Error::Refused(contract::Failure::Invalid(contract::form::Flaws::one("password", flaw)))
            })?;
            password::hash(&password)
        })
        .await??;
        let role = match account.role {
            Role::Shopper => "shopper",
            Role::Seller => "seller",
            Role::Staff => "staff",
        };
        let id = sqlx::query_scalar!(
            "insert into member (email, password_hash, name, role) values ($1, $2, $3, $4) returning member_id",
            account.email,
            hash,
            account.name,
            role
        )
        .fetch_one(&mut *conn)
        .await?;
        sqlx::query!("insert into points_wallet (member_id, balance) values ($1, $2)", id, account.points)
            .execute(&mut *conn)
            .await?;
        if account.points > 0 {
            sqlx::query!(
                "insert into points_entry (member_id, kind, amount, balance_after) values ($1, 'charge', $2, $2)",
                id,
                account.points
            )
            .execute(&mut *conn)
            .await?;
            sqlx::query!(
                "insert into points_lot (member_id, expires_on, remaining) values ($1, '9999-12-31', $2)",
                id,
                account.points
            )
            .execute(&mut *conn)
            .await?;
        }
        if account.role == Role::Staff {
            insert_campaigns(conn, id).await?;
        }
        if account.role == Role::Seller {
            sqlx::query!("update seller set member_id = $1 where seller_id = (select min(seller_id) from seller)", id)
                .execute(&mut *conn)
                .await?;
        }
    }
    Ok(())
}

/// One campaign for each way of getting a coupon but by staff.
async fn insert_campaigns(conn: &mut PgConnection, staff: i64) -> Result<()> {
    sqlx::query!(
        "insert into coupon_campaign (name, discount_kind, discount_value, max_discount, min_order, categories, quantity,
             starts_at, ends_at, valid_days, issue_mode, code, created_by)
         values
             ('마당 나들이 10%', 'percent', 10, 5000, 20000, '{}', 1000, now(), now() + interval '1 year', 30, 'download', null, $1),
             ('시집 2,000원', 'amount', 2000, null, 0,
              array(select category_id from category where slug = 'poetry'), 100, now(), now() + interval '1 year', 30,
              'download', null, $1),
             ('비밀 쪽지 3,000원', 'amount', 3000, null, 15000, '{}', null, now(), now() + interval '1 year', 30, 'code',
              'MADANG', $1),
             ('첫 만남 1,000원', 'amount', 1000, null, 0, '{}', null, now(), now() + interval '1 year', 90, 'sign_up', null, $1)",
        staff
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn insert_works(conn: &mut PgConnection, works: &[Work<'_>]) -> Result<()> {
    let column = |value: for<'w> fn(&'w Work<'w>) -> &'w str| {
        works.iter().map(|work| value(work).to_owned()).collect::<Vec<_>>()
    };
    let years: Vec<i32> = works.iter().map(|work| work.year).collect();
    let isbns: Vec<String> = (1..).zip(works).map(|(number, _)| isbn(number)).collect();
    let mut draw = Draw(1);
    let (lists, sales): (Vec<i64>, Vec<i64>) = works.iter().map(|_| draw.prices()).unzip();
    // Some nearly gone, some gone: a shop where everything is plentiful teaches nothing.
    let stock: Vec<i32> = works
        .iter()
        .map(|_| match draw.below(20) {
            0 => 0,
            1 | 2 => i32::try_from(draw.between(1, 4)).unwrap_or(1),
            _ => i32::try_from(draw.between(8, 180)).unwrap_or(8),
        })
        .collect();
    let sellers: Vec<i64> = works.iter().map(|_| draw.between(0, 2)).collect();
    sqlx::query!(
        "with new as (
             select * from unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::text[], $6::text[], $7::text[],
                 $8::bigint[], $9::bigint[], $10::int[], $11::bigint[]) with ordinality
                 as new (title, original_title, author, year, category, description, isbn, list_price, sale_price,
                     on_hand, seller, position)
         ), added as (
             insert into product (seller_id, category_id, title, original_title, author, published_year, isbn,
                 description, list_price, sale_price, created_at)
             select (select seller_id from seller order by seller_id offset new.seller limit 1), c.category_id, new.title,
                 new.original_title, new.author, new.year, new.isbn, new.description, new.list_price, new.sale_price,
                 now() - make_interval(hours => (hashint8(new.position * 7919) & 2047))
             from new join category c on c.slug = new.category
             order by new.position
             returning product_id, isbn
         ), stocked as (
             insert into stock (product_id, on_hand)
             select product_id, on_hand from added join new using (isbn)
         )
         insert into stock_movement (product_id, kind, on_hand_delta, reason)
         select product_id, 'received', on_hand, 'opening' from added join new using (isbn) where on_hand > 0",
        &column(|work| work.title),
        &column(|work| work.original_title),
        &column(|work| work.author),
        &years,
        &column(|work| work.category),
        &column(|work| work.description),
        &isbns,
        &lists,
        &sales,
        &stock,
        &sellers
    )
    .execute(conn)
    .await?;
    Ok(())
}

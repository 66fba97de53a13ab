//! Opens an empty shop: three members, staff, two sellers, four products, two campaigns.

use contract::when::kst_day;
use domain::Shop;
use time::{Duration, OffsetDateTime};

use super::{
    op::Life,
    rules::{Model, NEVER},
};

/// Whatever there was is gone; ids count from one again.
pub(super) async fn open(shop: &Shop, noon: OffsetDateTime, life: &Life) -> Model {
    let people = "do $$ begin execute (
            select 'truncate ' || string_agg(format('%I', tablename), ', ') || ' restart identity' from pg_tables
            where schemaname = 'public' and tablename <> '_sqlx_migrations'
        ); end $$;
        insert into member (email, password_hash, name, role)
        select 'member' || n || '@example.com', '', '김독자', case when n < 4 then 'shopper' when n = 4 then 'staff' else 'seller' end
        from generate_series(1, 6) n;
        insert into points_wallet (member_id, balance) select n, 100000 from generate_series(1, 3) n;
        insert into points_lot (member_id, expires_on, remaining)
        select n, least('$DAY'::date + day, '9999-12-31'), points
        from generate_series(1, 3) n, (values (1, 3000), (2, 7000), (9000000, 90000)) lot (day, points);
        insert into points_entry (member_id, kind, amount, balance_after) select n, 'charge', 100000, 100000 from generate_series(1, 3) n;
        insert into address (member_id, recipient, phone, postcode, line1, line2)
        select n, '김독자', '01012345678', '04524', '서울특별시 중구 세종대로 110', '' from generate_series(1, 3) n;
        insert into cart (cart_id, member_id) select gen_random_uuid(), n from generate_series(1, 3) n;
        insert into seller (member_id, name) values (5, '서점'), (6, '책방');
        insert into category (slug, name_ko, name_en, position) values ('novel', '소설', 'Novels', 1), ('poem', '시', 'Poems', 2);";
    sqlx::raw_sql(&people.replace("$DAY", &kst_day(noon))).execute(&shop.db).await.expect("people");
    let mut model = Model::default();
    for member in 1..=3 {
        for (day, points) in [(1, 3_000), (2, 7_000), (NEVER, 90_000)] {
            model.give(member, day, points);
        }
    }
    for (id, book) in (1..).zip(&life.books) {
        let sql = "with p as (
                insert into product (seller_id, category_id, title, author, published_year, isbn, description, list_price,
                    sale_price, earn_percent)
                values ($1, $2, '책', '저자', 1925, md5(random()::text), '.', $3, $3, $4) returning product_id
            ), s as (
                insert into stock (product_id, on_hand) select product_id, $5 from p
            )
            insert into stock_movement (product_id, kind, on_hand_delta) select product_id, 'received', $5 from p";
        sqlx::query(sql)
            .bind(book.seller)
            .bind(book.category)
            .bind(book.price)
            .bind(book.earn.map(|percent| i32::try_from(percent).expect("a percentage")))
            .bind(book.on_hand)
            .execute(&shop.db)
            .await
            .expect("a product");
        model.shelf.insert(id, book.clone());
    }
    for (id, of) in (1..).zip(&life.campaigns) {
        let sql = "insert into coupon_campaign (name, discount_kind, discount_value, max_discount, min_order, products,
                categories, quantity, starts_at, ends_at, valid_days, per_member, issue_mode, created_by)
            values ('쿠폰', $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'download', 4)";
        sqlx::query(sql)
            .bind(if of.percent { "percent" } else { "amount" })
            .bind(of.value)
            .bind(of.max)
            .bind(of.min_order)
            .bind(&of.products)
            .bind(&of.categories)
            .bind(of.quantity)
            .bind(noon)
            .bind(noon + Duration::minutes(of.ends_at))
            .bind(i32::try_from(of.valid_days).expect("days"))
            .bind(i32::try_from(of.per_member).expect("a number"))
            .execute(&shop.db)
            .await
            .expect("a campaign");
        model.campaigns.insert(id, of.clone());
    }
    model
}

//! Products, as those who sell them find, make and change them.

use contract::{
    Failure,
    form::{Flaw, Flaws},
    product::{ProductId, ProductStatus, form::ProductForm},
    table::Cursor,
};
use domain::{
    Result, Shop,
    cart::{self, Owner},
    inventory::{MovementFilter, movements},
    member::Operator,
    product::{self, Filter, Order, Own},
    wish,
};
use sqlx::PgPool;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::{
    fixture::{assert_books_add_up, copies, number, product as add, put},
    notification::read,
    scene::{Scene, beside, refused, seller_of},
};

/// The form of a book in the category of the fixture's, whose number is told apart by `title`.
async fn form(shop: &Shop, title: &str, isbn: &str) -> ProductForm {
    let word = str::to_owned;
    ProductForm {
        title: word(title),
        author: word("저자"),
        published_year: word("1925"),
        isbn: word(isbn),
        category: number(shop, "select category_id from category").await.to_string(),
        description: word("한 줄\n두 줄"),
        list_price: word("12,000"),
        sale_price: word("10,800"),
        status: word("draft"),
        on_hand: word("7"),
        low_at: word("3"),
        ..ProductForm::default()
    }
}

/// The form as it stands filled in for a product.
fn filled(own: &Own) -> ProductForm {
    let facts = own.facts.clone();
    ProductForm {
        title: facts.title,
        original_title: facts.original_title,
        author: facts.author,
        published_year: facts.published_year.to_string(),
        isbn: facts.isbn,
        category: facts.category.to_string(),
        description: facts.description,
        list_price: facts.list_price.to_string(),
        sale_price: facts.sale_price.to_string(),
        earn_percent: facts.earn_percent.map(|percent| percent.to_string()).unwrap_or_default(),
        status: facts.status.word().to_owned(),
        ..ProductForm::default()
    }
}

async fn set_status(scene: &Scene, by: &Operator, id: ProductId, status: ProductStatus) -> Result<()> {
    let own = product::own(&scene.shop, by, id).await?;
    let price = own.facts.sale_price.to_string();
    product::save_line(&scene.shop, by, id, own.version, &price, status.word()).await
}

async fn found(scene: &Scene, by: &Operator, filter: &Filter, order: Order) -> Result<Vec<ProductId>> {
    let rows = product::list(&scene.shop, by, filter, order, None, 50).await?.rows;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

const ISBN: &str = "978-89-374-6000-5";

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_draft_is_seen_by_its_seller_and_the_staff_alone(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    let (one, other) = (add(shop, "책", 1_000, 1).await, add(shop, "남의 책", 1_000, 1).await);
    let ((keeper, _), (stranger, _)) = (seller_of(shop, one).await?, seller_of(shop, other).await?);
    let draft = product::create(shop, &keeper, Uuid::now_v7(), &form(shop, "숨은 초고", ISBN).await).await?;
    assert_eq!(product::preview(shop, &keeper, draft).await?.title, "숨은 초고");
    assert_eq!(product::preview(shop, &scene.operator, draft).await?.status, ProductStatus::Draft);
    for nowhere in [
        refused(product::preview(shop, &stranger, draft).await),
        refused(product::own(shop, &stranger, draft).await),
        refused(cart::add(shop, Owner::Member(scene.reader.id()), draft, copies(1)).await),
        refused(wish::add(shop, &scene.reader, draft).await),
    ] {
        assert_eq!(nowhere, Some(Failure::NotFound));
    }
    assert!(product::get(shop, draft).await?.is_none());
    for (by, sees) in [(None, false), (Some(&stranger), false), (Some(&keeper), true), (Some(&scene.operator), true)] {
        assert_eq!(product::seen(shop, by, draft).await.is_ok(), sees);
        assert_eq!(product::seen(shop, by, one).await?.title, "책");
    }
    assert_eq!(refused(product::seen(shop, Some(&stranger), draft).await), Some(Failure::NotFound));
    let seen = product::get(shop, one).await?.expect("a product");
    assert!(product::related(shop, &seen, 10).await?.iter().all(|card| card.id != draft));
    assert!(product::recent(shop, 10).await?.iter().all(|card| card.id != draft));
    let searched = product::search(shop, "초고", contract::listing::Sort::Recent, 1).await?;
    let listed = product::in_category(shop, seen.category.category_id, contract::listing::Sort::Recent, 1).await?;
    assert!(searched.cards.iter().chain(&listed.cards).all(|card| card.id != draft));
    set_status(&scene, &keeper, draft, ProductStatus::OnSale).await?;
    assert!(product::get(shop, draft).await?.is_some());
    put(shop, &scene.reader, draft, 1).await?;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_new_product_begins_with_its_stock_and_the_same_form_makes_one(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    let one = add(shop, "책", 1_000, 1).await;
    let (keeper, seller) = seller_of(shop, one).await?;
    let (key, form) = (Uuid::now_v7(), form(shop, "새 책", ISBN).await);
    let mut tasks = JoinSet::new();
    for _ in 0..6 {
        let (shop, by, form) = (shop.clone(), keeper.clone(), form.clone());
        tasks.spawn(async move { product::create(&shop, &by, key, &form).await });
    }
    let mut made = tasks.join_all().await.into_iter().collect::<Result<Vec<_>>>()?;
    made.dedup();
    assert_eq!(made.len(), 1);
    let own = product::own(shop, &keeper, made[0]).await?;
    assert_eq!((own.seller, own.version, own.sold), (seller, 0, false));
    let stock = domain::inventory::get(shop, &keeper, own.id).await?;
    assert_eq!((stock.on_hand, stock.low_at), (7, 3));
    let filter = MovementFilter { product: Some(own.id), ..MovementFilter::default() };
    let opening = &movements(shop, &keeper, filter, None, 1).await?.rows[0];
    assert_eq!((opening.on_hand, opening.reason.as_str(), opening.by_name.as_str()), (7, "opening", "이서점"));
    let told = "select count(*) from trail where act = 'product_created'";
    assert_eq!(number(shop, told).await, 1);
    // Another book in the same form is told apart; another form with the same ISBN is refused.
    let other = ProductForm { isbn: "9788937460012".to_owned(), ..form.clone() };
    let again = product::create(shop, &keeper, key, &other).await;
    assert_eq!(refused(again), Some(Failure::AlreadySent));
    let unhyphened = ProductForm { isbn: ISBN.replace('-', ""), ..form.clone() };
    let taken = product::create(shop, &keeper, Uuid::now_v7(), &unhyphened).await;
    assert_eq!(refused(taken), Some(Failure::Invalid(Flaws::one("isbn", Flaw::IsbnTaken))));
    // The staff says whose it is.
    let nobody = product::create(shop, &scene.operator, Uuid::now_v7(), &form).await;
    assert_eq!(refused(nobody), Some(Failure::Invalid(Flaws::one("seller", Flaw::Choice))));
    let named = ProductForm { seller: seller.to_string(), ..other };
    let named = product::create(shop, &scene.operator, Uuid::now_v7(), &named).await?;
    assert_eq!(product::own(shop, &keeper, named).await?.seller, seller);
    assert_books_add_up(shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn the_second_of_two_who_edit_is_told_who_changed_what(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    let book = add(shop, "책", 10_000, 1).await;
    sqlx::query("update product set isbn = $1").bind(ISBN).execute(&shop.db).await?;
    let (keeper, _) = seller_of(shop, book).await?;
    let seen = product::own(shop, &keeper, book).await?;
    let changed = ProductForm { title: "새 제목".to_owned(), ..filled(&seen) };
    product::save(shop, &scene.operator, book, seen.version, &changed).await?;
    // Sent again it is what stands there.
    product::save(shop, &scene.operator, book, seen.version, &changed).await?;
    let mine = ProductForm { sale_price: "9,000".to_owned(), ..filled(&seen) };
    let refusal = product::save(shop, &keeper, book, seen.version, &mine).await;
    assert_eq!(refused(refusal), Some(Failure::EditedMeanwhile));
    assert_eq!(
        refused(product::save_line(shop, &keeper, book, seen.version, "9000", "on_sale").await),
        Some(Failure::EditedMeanwhile)
    );
    let now = product::own(shop, &keeper, book).await?;
    assert_eq!((now.version, now.facts.title.as_str(), now.facts.sale_price), (1, "새 제목", 10_000));
    assert!(now.updated_at > seen.updated_at);
    let touched = product::touched(shop, &now, seen.version).await?;
    let touched: Vec<_> = touched.iter().map(|one| (one.field.as_str(), one.by_name.as_str())).collect();
    assert_eq!(touched, [("title", "박직원")]);
    product::save(shop, &keeper, book, now.version, &mine).await?;
    let now = product::own(shop, &keeper, book).await?;
    assert_eq!((now.version, now.facts.title.as_str(), now.facts.sale_price), (2, "책", 9_000));
    assert_eq!(number(shop, "select count(*) from trail where act = 'product_changed'").await, 2);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn of_two_saves_at_the_same_time_one_is_told(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let book = add(&scene.shop, "책", 10_000, 1).await;
    for round in 0..10 {
        let version = product::own(&scene.shop, &scene.operator, book).await?.version;
        let price = |price: i32| (9_000 - round * 10 - price).to_string();
        let (one, other) = (price(1), price(2));
        let save = |price| product::save_line(&scene.shop, &scene.operator, book, version, price, "on_sale");
        let (one, other) = tokio::join!(save(&one), save(&other));
        assert_eq!([&one, &other].iter().filter(|outcome| outcome.is_ok()).count(), 1, "round {round}");
        assert_eq!(refused(one.and(other)), Some(Failure::EditedMeanwhile));
    }
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn another_sellers_product_is_not_there(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    let (own, other) = (add(shop, "내 책", 20_000, 3).await, add(shop, "남의 책", 20_000, 3).await);
    let (keeper, seller) = seller_of(shop, own).await?;
    sqlx::query("update product set isbn = $2 where product_id = $1").bind(other).bind(ISBN).execute(&shop.db).await?;
    let theirs = product::own(shop, &scene.operator, other).await?;
    let saved = product::save(shop, &keeper, other, theirs.version, &filled(&theirs)).await;
    assert_eq!(refused(saved), Some(Failure::NotFound));
    let saved = product::save_line(shop, &keeper, other, theirs.version, "1000", "on_sale").await;
    assert_eq!(refused(saved), Some(Failure::NotFound));
    // Asking for another seller's shows nothing of theirs.
    let foreign = Filter { seller: Some(theirs.seller), ..Filter::default() };
    assert_eq!(found(&scene, &keeper, &foreign, Order::Newest).await?, [own]);
    assert_eq!(found(&scene, &scene.operator, &foreign, Order::Newest).await?, [other]);
    let counts = product::counts(shop, &keeper, Some(theirs.seller)).await?;
    assert_eq!(counts.iter().map(|(_, count)| *count).collect::<Vec<_>>(), [0, 1, 0, 0]);
    let sellers = product::sellers(shop, &keeper).await?;
    assert_eq!(sellers.iter().map(|one| one.id).collect::<Vec<_>>(), [seller]);
    assert_eq!(product::sellers(shop, &scene.operator).await?.len(), 2);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_price_above_that_on_the_cover_and_a_step_that_is_not_open_are_refused(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 50_000).await?;
    let shop = &scene.shop;
    let book = add(shop, "책", 10_000, 3).await;
    let save = |price, status| product::save_line(shop, &scene.operator, book, 0, price, status);
    let flaw = |field, flaw| Some(Failure::Invalid(Flaws::one(field, flaw)));
    assert_eq!(refused(save("10,001", "on_sale").await), flaw("sale_price", Flaw::AboveListPrice));
    assert_eq!(refused(save("만원", "on_sale").await), flaw("sale_price", Flaw::NotANumber));
    assert_eq!(refused(save("10,000", "gone").await), flaw("status", Flaw::Choice));
    scene.buy(&[(book, 1)]).await?;
    assert!(product::own(shop, &scene.operator, book).await?.sold);
    assert_eq!(refused(save("10,000", "draft").await), flaw("status", Flaw::Choice), "somebody has bought it");
    save("9,000", "suspended").await?;
    assert_eq!(
        refused(product::save_line(shop, &scene.operator, book, 1, "9000", "draft").await),
        flaw("status", Flaw::Choice)
    );
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_is_suspended_in_a_cart_cannot_be_ordered(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 50_000).await?;
    let book = add(&scene.shop, "책", 10_000, 3).await;
    for status in [ProductStatus::Suspended, ProductStatus::Archived] {
        set_status(&scene, &scene.operator, book, ProductStatus::OnSale).await?;
        let checkout = scene.checkout(&[(book, 1)]).await?;
        set_status(&scene, &scene.operator, book, status).await?;
        let lines = cart::lines(&scene.shop, Owner::Member(scene.reader.id())).await?;
        assert_eq!(lines.iter().map(|line| line.available).collect::<Vec<_>>(), [0]);
        let placed = domain::order::place_one(&scene.shop, checkout).await;
        assert!(refused(placed).is_some(), "{status:?}");
    }
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn who_waits_is_told_of_copies_that_came_while_it_was_suspended(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    let book = add(shop, "책", 1_000, 0).await;
    wish::add(shop, &scene.reader, book).await?;
    set_status(&scene, &scene.operator, book, ProductStatus::Suspended).await?;
    scene.move_stock(book, "3").await?;
    read(shop).await?;
    assert!(scene.told().await?.is_empty(), "it cannot be bought");
    set_status(&scene, &scene.operator, book, ProductStatus::OnSale).await?;
    read(shop).await?;
    assert_eq!(scene.told().await?.len(), 1);
    assert_eq!(scene.events("stock.").await?, ["stock.restocked", "stock.restocked"]);
    // Nobody waits any longer, and nothing more is told.
    set_status(&scene, &scene.operator, book, ProductStatus::Suspended).await?;
    set_status(&scene, &scene.operator, book, ProductStatus::OnSale).await?;
    assert_eq!(scene.events("stock.").await?.len(), 2);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn copies_that_come_while_it_is_put_on_sale_are_told_of(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    for round in 0..20 {
        let book = add(&scene.shop, "책", 1_000, 0).await;
        wish::add(&scene.shop, &scene.reader, book).await?;
        set_status(&scene, &scene.operator, book, ProductStatus::Suspended).await?;
        let back = set_status(&scene, &scene.operator, book, ProductStatus::OnSale);
        let (back, moved) = tokio::join!(back, scene.move_stock(book, "1"));
        back.and(moved)?;
        read(&scene.shop).await?;
        assert!(wish::list(&scene.shop, &scene.reader).await?.is_empty(), "round {round}");
    }
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn every_order_of_the_list_holds_each_product_once(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    let first = add(shop, "책 00", 1_000, 5).await;
    for round in 1..23 {
        let copies = (round * 5) % 7;
        beside(shop, first, 1_000 * i64::from((round * 7) % 4), copies).await;
    }
    let (keeper, _) = seller_of(shop, first).await?;
    add(shop, "남의 책", 1_000, 1).await;
    for order in Order::ALL {
        let (mut all, mut after): (Vec<product::Row>, Option<Cursor>) = (Vec::new(), None);
        loop {
            let page = product::list(shop, &keeper, &Filter::default(), order, after.as_ref(), 5).await?;
            all.extend(page.rows);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let mut ids: Vec<ProductId> = all.iter().map(|row| row.id).collect();
        let sorted = match order {
            Order::Newest => all.is_sorted_by_key(|row| -row.id),
            Order::Oldest => all.is_sorted_by_key(|row| row.id),
            Order::Title => all.is_sorted_by_key(|row| (row.title.clone(), row.id)),
            Order::TitleDown => all.is_sorted_by(|a, b| (&a.title, a.id) >= (&b.title, b.id)),
            Order::Price => all.is_sorted_by_key(|row| (row.sale_price, row.id)),
            Order::PriceDown => all.is_sorted_by_key(|row| (-row.sale_price, -row.id)),
            Order::Stock => all.is_sorted_by_key(|row| (row.available, row.id)),
            Order::StockDown => all.is_sorted_by_key(|row| (-row.available, -row.id)),
            Order::Changed => all.is_sorted_by_key(|row| (row.updated_at, row.id)),
            Order::ChangedDown => all.is_sorted_by(|a, b| (a.updated_at, a.id) >= (b.updated_at, b.id)),
        };
        assert!(sorted, "{order:?}");
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 23, "{order:?}");
        assert_eq!(Order::parse(order.word()), order);
    }
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn filters_find_what_they_name(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let shop = &scene.shop;
    let prince = add(shop, "어린 왕자", 10_000, 1).await;
    let beggar = add(shop, "왕자와 거지", 10_000, 50).await;
    sqlx::query("update product set isbn = $2 where product_id = $1").bind(prince).bind(ISBN).execute(&shop.db).await?;
    set_status(&scene, &scene.operator, beggar, ProductStatus::Archived).await?;
    let find = |filter: Filter| {
        let scene = &scene;
        async move { found(scene, &scene.operator, &filter, Order::Title).await }
    };
    let typed = |typed: &str| Filter { typed: typed.to_owned(), ..Filter::default() };
    assert_eq!(find(typed("왕자")).await?, [prince, beggar]);
    assert_eq!(find(typed("어린왕자")).await?, [prince]);
    assert_eq!(find(typed("9788937460005")).await?, [prince]);
    assert_eq!(find(typed("978-89-3746-000-5")).await?, [prince]);
    assert_eq!(find(typed("9788937460011")).await?, [0; 0]);
    assert_eq!(find(typed("%")).await?, [0; 0]);
    assert_eq!(find(typed("")).await?, [prince, beggar]);
    assert_eq!(find(Filter { status: Some(ProductStatus::Archived), ..typed("왕자") }).await?, [beggar]);
    assert_eq!(find(Filter { short: true, ..typed("") }).await?, [prince]);
    assert_eq!(find(Filter { category: Some(0), ..typed("") }).await?, [0; 0]);
    // A URL that somebody wrote begins at the first row.
    let odd = Cursor { value: "x".to_owned(), id: "y".to_owned() };
    let rows = product::list(shop, &scene.operator, &Filter::default(), Order::Price, Some(&odd), 5).await?.rows;
    assert_eq!(rows.len(), 2);
    Ok(())
}

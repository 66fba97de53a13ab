//! Drafts of the demo seller, and what the seller has done with them.

use std::time::Duration;

use contract::product::{ProductId, bulk::Step, form::ProductForm};
use domain::{
    import::{self, Spool},
    inventory::{self, Change, take},
    product::{self, Category, bulk},
};
use uuid::Uuid;

use super::{Cast, Result, Things};

pub(super) async fn things(cast: &Cast) -> Result<Things> {
    let Cast { shop, seller, .. } = cast;
    let category = product::categories(shop).await?.into_iter().next().ok_or("no category")?;
    let draft = new_draft(cast, &category, "9791190000017").await?;
    let other = new_draft(cast, &category, "9791190000024").await?;
    let step = Uuid::now_v7();
    bulk::apply(shop, seller, step, &[draft], Step::Price(12_000)).await?;
    let version = product::own(shop, seller, draft).await?.version;
    let other_version = product::own(shop, seller, other).await?.version;
    inventory::change(shop, seller, Uuid::now_v7(), other, Change::By("5"), "입고").await?;
    let (movement, _) = inventory::last_own(shop, seller, other).await?.ok_or("no movement")?;
    let counted = Uuid::now_v7();
    take::draft(shop, seller, counted, std::io::Cursor::new(format!("id,counted\n{draft},12")), "실사").await?;
    Ok(Things::from([
        ("category", category.category_id.to_string()),
        ("draft", draft.to_string()),
        ("version", version.to_string()),
        ("other-draft", other.to_string()),
        ("other-version", other_version.to_string()),
        ("bulk", step.to_string()),
        ("movement", movement.to_string()),
        ("take", counted.to_string()),
        ("picture", picture(cast, draft).await?.to_string()),
        ("import", import(cast, &category).await?.to_string()),
    ]))
}

async fn new_draft(cast: &Cast, category: &Category, isbn: &str) -> Result<ProductId> {
    let form = ProductForm {
        title: "초고".to_owned(),
        author: "김마당".to_owned(),
        published_year: "2026".to_owned(),
        isbn: isbn.to_owned(),
        category: category.category_id.to_string(),
        list_price: "15000".to_owned(),
        sale_price: "13500".to_owned(),
        status: "draft".to_owned(),
        on_hand: "10".to_owned(),
        low_at: "3".to_owned(),
        ..ProductForm::default()
    };
    Ok(product::create(&cast.shop, &cast.seller, Uuid::now_v7(), &form).await?)
}

/// The row of a picture; its files nobody looks at.
async fn picture(cast: &Cast, product: ProductId) -> Result<Uuid> {
    let id = Uuid::now_v7();
    let added = sqlx::query(
        "insert into picture (picture_id, product_id, position, width, height, digest, added_by, added_at)
         values ($1, $2, 0, 300, 440, '\\x00', $3, now())",
    );
    added.bind(id).bind(product).bind(cast.seller.id()).execute(&cast.shop.db).await?;
    Ok(id)
}

/// A file of products that was checked, and may be applied.
async fn import(cast: &Cast, category: &Category) -> Result<Uuid> {
    let Cast { shop, seller, .. } = cast;
    let file = format!(
        "isbn,title,author,published_year,category,list_price,sale_price,status,low_at,on_hand\n\
         9791190000031,가져온 책,김마당,2026,{},15000,13500,draft,3,10\n",
        category.slug
    );
    let mut spool = Spool::new().await?;
    spool.write(file.as_bytes()).await?;
    let taken = import::take_in(shop, seller, "books.csv", spool).await?;
    let id = taken.id;
    taken.read(shop.clone()).await;
    loop {
        let standing = import::get(shop, seller, id).await?;
        if standing.is_ready() {
            return Ok(id);
        }
        if !standing.state.is_working() {
            return Err(format!("{standing:?}").into());
        }
        // The shop that is served may be at it already.
        if import::work(shop).await? == 0 {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

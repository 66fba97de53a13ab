//! Carts of members and guests. A cart promises nothing: stock is decided when an order is placed.

use contract::{
    Failure, Quantity,
    cart::{CartLine, MAX_LINES},
    form::{Flaw, Flaws},
    member::MemberId,
    product::ProductId,
};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{Result, Shop, error::OnConstraint, member::Shopper};

/// Whose cart it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// A member's.
    Member(MemberId),
    /// That of a guest, whose session alone knows its id.
    Guest(Uuid),
}

impl Owner {
    const fn columns(self) -> (Option<Uuid>, Option<MemberId>) {
        match self {
            Self::Guest(cart) => (Some(cart), None),
            Self::Member(member) => (None, Some(member)),
        }
    }
}

/// The lines of a cart beside what the products are now, in the order they were put in.
///
/// # Errors
/// Where the database is away.
pub async fn lines(shop: &Shop, owner: Owner) -> Result<Vec<CartLine>> {
    let (guest, member) = owner.columns();
    Ok(sqlx::query_as!(
        CartLine,
        r#"select l.product_id as product, p.seller_id as seller, p.category_id as category, p.title, p.author, l.quantity, l.seen_price,
                  p.sale_price as unit_price,
                  case when p.status = 'on_sale' then s.available else 0 end as "available!", p.cover
           from cart c
           join cart_line l using (cart_id)
           join product p using (product_id)
           join stock s using (product_id)
           where c.member_id = $2 or (c.cart_id = $1 and c.member_id is null)
           order by l.created_at, l.product_id"#,
        guest,
        member
    )
    .fetch_all(&shop.db)
    .await?)
}

/// How many copies a cart holds in all.
///
/// # Errors
/// Where the database is away.
pub async fn copies(shop: &Shop, owner: Owner) -> Result<i64> {
    let (guest, member) = owner.columns();
    let copies = sqlx::query_scalar!(
        r#"select coalesce(sum(quantity), 0) as "copies!"
           from cart c join cart_line using (cart_id)
           where c.member_id = $2 or (c.cart_id = $1 and c.member_id is null)"#,
        guest,
        member
    )
    .fetch_one(&shop.db)
    .await?;
    Ok(copies)
}

/// Puts more copies of a product into a cart.
///
/// # Errors
/// [`Failure::NotFound`], [`Failure::NotOnSale`], [`Failure::OutOfStock`], [`Failure::CartFull`],
/// or [`Failure::Invalid`] where the line would pass [`Quantity::MAX`].
pub async fn add(shop: &Shop, owner: Owner, product: ProductId, quantity: Quantity) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    let cart = ensure(&mut tx, owner).await?;
    let added = sqlx::query_scalar!(
        "insert into cart_line (cart_id, product_id, quantity, seen_price)
         select $1, p.product_id, $3, p.sale_price
         from product p
         join stock s using (product_id)
         left join cart_line l on l.cart_id = $1 and l.product_id = p.product_id
         where p.product_id = $2 and p.status = 'on_sale' and coalesce(l.quantity, 0) + $3 <= s.available
           and (l.cart_id is not null or (select count(*) from cart_line where cart_id = $1) < $4)
         on conflict (cart_id, product_id)
         do update set quantity = cart_line.quantity + excluded.quantity, seen_price = excluded.seen_price
         returning (select seller_id from product p where p.product_id = cart_line.product_id) as \"seller!\"",
        cart,
        product,
        quantity.get(),
        MAX_LINES
    )
    .fetch_optional(&mut *tx)
    .await
    .on_constraint("cart_line_quantity_check", too_many)?;
    let Some(seller) = added else { return Err(why_not(&mut tx, cart, product).await?.into()) };
    tx.commit().await?;
    shop.visits().put_into_cart(shop.now(), owner, seller);
    Ok(())
}

/// Puts lines back into a member's cart, as they were taken out of it.
pub(crate) async fn put_back(conn: &mut PgConnection, member: MemberId, lines: &[(ProductId, i32)]) -> Result<()> {
    let cart = ensure(conn, Owner::Member(member)).await?;
    let products: Vec<ProductId> = lines.iter().map(|(product, _)| *product).collect();
    let copies: Vec<i32> = lines.iter().map(|(_, copies)| *copies).collect();
    sqlx::query!(
        "insert into cart_line as l (cart_id, product_id, quantity, seen_price)
         select $1, product_id, copies, p.sale_price
         from unnest($2::bigint[], $3::int[]) as back (product_id, copies) join product p using (product_id)
         order by product_id
         on conflict (cart_id, product_id) do update set quantity = least(l.quantity + excluded.quantity, $4)",
        cart,
        &products,
        &copies,
        Quantity::MAX
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Sets how many copies a line holds, and takes its price as seen.
///
/// # Errors
/// [`Failure::NotFound`] where the cart has no such line, [`Failure::NotOnSale`],
/// [`Failure::OutOfStock`].
pub async fn change(shop: &Shop, owner: Owner, product: ProductId, quantity: Quantity) -> Result<()> {
    let (guest, member) = owner.columns();
    let line = sqlx::query!(
        r#"with line as (
               select l.cart_id, l.product_id, p.sale_price, p.status = 'on_sale' as on_sale, s.available
               from cart c join cart_line l using (cart_id) join product p using (product_id) join stock s using (product_id)
               where (c.member_id = $2 or (c.cart_id = $1 and c.member_id is null)) and l.product_id = $3
           ), changed as (
               update cart_line l set quantity = $4, seen_price = line.sale_price
               from line
               where l.cart_id = line.cart_id and l.product_id = line.product_id and line.on_sale and line.available >= $4
               returning l.product_id
           )
           select on_sale as "on_sale!", exists (select from changed) as "changed!" from line"#,
        guest,
        member,
        product,
        quantity.get()
    )
    .fetch_optional(&shop.db)
    .await?;
    match line {
        None => Err(Failure::NotFound.into()),
        Some(line) if line.changed => Ok(()),
        Some(line) if line.on_sale => Err(Failure::OutOfStock.into()),
        Some(_) => Err(Failure::NotOnSale.into()),
    }
}

/// Takes a line out of a cart; one that is gone already is no failure.
///
/// # Errors
/// Where the database is away.
pub async fn remove(shop: &Shop, owner: Owner, product: ProductId) -> Result<()> {
    let (guest, member) = owner.columns();
    sqlx::query!(
        "delete from cart_line l using cart c
         where l.cart_id = c.cart_id and l.product_id = $3
           and (c.member_id = $2 or (c.cart_id = $1 and c.member_id is null))",
        guest,
        member,
        product
    )
    .execute(&shop.db)
    .await?;
    Ok(())
}

/// Moves a guest's lines into the cart of the member that the guest turned out to be. Copies of
/// the same product add up, to [`Quantity::MAX`] at most. Taking the lines out is what moves them,
/// so that sign-ins at the same time move each once.
///
/// # Errors
/// Where the database is away.
pub async fn join(shop: &Shop, guest: Uuid, member: &Shopper) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    let cart = ensure(&mut tx, Owner::Member(member.id())).await?;
    sqlx::query!(
        "with moved as (
             delete from cart_line l using cart c
             where c.cart_id = $1 and c.member_id is null and l.cart_id = c.cart_id
             returning l.product_id, l.quantity, l.seen_price, l.created_at
         )
         insert into cart_line (cart_id, product_id, quantity, seen_price, created_at)
         select $2, product_id, quantity, seen_price, created_at from moved order by product_id
         on conflict (cart_id, product_id)
         do update set quantity = least(cart_line.quantity + excluded.quantity, $3)",
        guest,
        cart,
        Quantity::MAX
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!("delete from cart where cart_id = $1 and member_id is null", guest).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(())
}

/// The id of the owner's cart, made where there is none yet.
async fn ensure(conn: &mut PgConnection, owner: Owner) -> Result<Uuid> {
    let (guest, member) = owner.columns();
    let id = guest.unwrap_or_else(Uuid::now_v7);
    // Nothing comes back where the same cart was made a moment ago by a request at the same time;
    // the second look sees it.
    for _ in 0..2 {
        let made = sqlx::query_scalar!(
            r#"with made as (
                   insert into cart (cart_id, member_id) values ($1, $2) on conflict do nothing returning cart_id
               )
               select cart_id as "cart_id!" from made
               union all
               select cart_id from cart where member_id = $2 or (cart_id = $1 and member_id is null)"#,
            id,
            member
        )
        .fetch_optional(&mut *conn)
        .await?;
        if let Some(cart) = made {
            return Ok(cart);
        }
    }
    // Only a cart that belongs to somebody else is never seen.
    Err(Failure::NotFound.into())
}

async fn why_not(conn: &mut PgConnection, cart: Uuid, product: ProductId) -> Result<Failure> {
    let found = sqlx::query!(
        r#"select p.status = 'on_sale' as "on_sale!", s.available > coalesce(l.quantity, 0) as "some_left!",
                  l.cart_id is null and (select count(*) from cart_line where cart_id = $1) >= $3 as "full!"
           from product p join stock s using (product_id)
           left join cart_line l on l.cart_id = $1 and l.product_id = p.product_id
           -- Nobody is told of a draft.
           where p.product_id = $2 and p.status <> 'draft'"#,
        cart,
        product,
        MAX_LINES
    )
    .fetch_optional(conn)
    .await?;
    Ok(match found {
        None => Failure::NotFound,
        Some(found) if !found.on_sale => Failure::NotOnSale,
        Some(found) if found.full && found.some_left => Failure::CartFull,
        Some(_) => Failure::OutOfStock,
    })
}

fn too_many() -> Failure {
    Failure::Invalid(Flaws::one("quantity", Flaw::OutOfRange { min: 1, max: Quantity::MAX.into() }))
}

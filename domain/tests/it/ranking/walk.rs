//! Random sales, cancels, hours and readings.

use contract::product::ProductId;
use domain::{
    Result, Shop,
    event::drain,
    order::{Checkout, cancel, cancel_unpaid, pay},
    ranking::roll,
    reader::ranking::Ranking,
};
use sqlx::PgPool;
use time::Duration;
use uuid::Uuid;

use super::{another, early, naive::agrees, place_at, sell};
use crate::{
    dice::{Dice, seed},
    fixture::product,
    scene::Scene,
};

const STEPS: usize = 250;

/// Somebody at random.
struct Walk {
    scene: Scene,
    dice: Dice,
    books: Vec<ProductId>,
    /// The orders that are paid, and what was bought.
    orders: Vec<(Uuid, Vec<(ProductId, i32)>)>,
    clock: Duration,
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn whatever_happens_the_ranking_says_what_the_orders_say(db: PgPool) -> Result<()> {
    let seed = seed();
    println!("MADANG_SEED={seed}");
    let scene = Scene::new(db, 9_900_000).await?;
    let mut books = Vec::new();
    for number in 0..24 {
        let book = product(&scene.shop, "책", 500, 9_000).await;
        shelve(&scene.shop, book, number % 3).await?;
        books.push(book);
    }
    let clock = early(&scene.shop).now() - scene.shop.now();
    let mut walk = Walk { scene, dice: Dice(seed), books, orders: Vec::new(), clock };
    for _ in 0..STEPS {
        walk.step().await?;
    }
    walk.look().await?;
    Ok(())
}

/// Puts a book into one of several categories.
async fn shelve(shop: &Shop, book: ProductId, shelf: i64) -> Result<()> {
    let set = sqlx::query(
        "with shelf as (
             insert into category (slug, name_ko, name_en, position) values ('shelf-' || $2::text, '분야', 'Shelf', 1)
             on conflict (slug) do update set position = 1 returning category_id
         )
         update product set category_id = (select category_id from shelf) where product_id = $1",
    );
    set.bind(book).bind(shelf).execute(&shop.db).await?;
    Ok(())
}

impl Walk {
    /// One of two instances, by the clock of the walk.
    fn late(&mut self) -> Shop {
        let shop = if self.dice.below(2) == 0 { another(&self.scene.shop) } else { self.scene.shop.clone() };
        shop.ahead(self.clock)
    }

    async fn step(&mut self) -> Result<()> {
        match self.dice.below(10) {
            0..=2 => self.buy().await,
            3 => self.pay_later().await,
            4 | 5 => self.undo().await,
            6 | 7 => {
                self.pass();
                Ok(())
            }
            8 => self.change_status().await,
            _ => self.look().await,
        }
    }

    fn lines(&mut self) -> Vec<(ProductId, i32)> {
        let first = self.dice.below(self.books.len());
        let lines = (0..=self.dice.below(3)).map(|step| self.books[(first + 2 * step) % self.books.len()]);
        let books: Vec<ProductId> = lines.collect();
        books.into_iter().map(|book| (book, 1 + i32::try_from(self.dice.below(4)).expect("a number"))).collect()
    }

    async fn buy(&mut self) -> Result<()> {
        let (late, lines) = (self.late(), self.lines());
        self.on_sale().await?;
        let order = sell(&self.scene, &late, &lines).await?;
        self.orders.push((order, lines));
        Ok(())
    }

    async fn pay_later(&mut self) -> Result<()> {
        let (late, lines) = (self.late(), self.lines());
        self.on_sale().await?;
        let checkout = self.scene.checkout(&lines).await?;
        let order = place_at(&late, Checkout { points: 0, ..checkout }).await?;
        if self.dice.below(3) == 0 {
            return cancel_unpaid(&late, &self.scene.reader, order, Uuid::now_v7()).await;
        }
        pay(&late, &self.scene.reader, order).await?;
        self.orders.push((order, lines));
        Ok(())
    }

    /// Cancels copies of an order of any age, or all that is left of it.
    async fn undo(&mut self) -> Result<()> {
        let late = self.late();
        if self.orders.is_empty() {
            return Ok(());
        }
        let number = self.dice.below(self.orders.len());
        let (order, lines) = &mut self.orders[number];
        if self.dice.below(3) == 0 {
            cancel(&late, &self.scene.reader, *order, Uuid::now_v7(), None, None).await?;
            self.orders.swap_remove(number);
            return Ok(());
        }
        let line = self.dice.below(lines.len());
        let (book, left) = &mut lines[line];
        cancel(&late, &self.scene.reader, *order, Uuid::now_v7(), Some(&[(*book, 1)]), None).await?;
        *left -= 1;
        if *left == 0 {
            lines.swap_remove(line);
        }
        if lines.is_empty() {
            self.orders.swap_remove(number);
        }
        Ok(())
    }

    /// Hours, sometimes days, and now and then more than a month.
    fn pass(&mut self) {
        let most = [3, 3, 30, 30, 80, 200, 1_000][self.dice.below(7)];
        self.clock += Duration::hours(i64::try_from(self.dice.below(most)).expect("a number"));
    }

    async fn change_status(&mut self) -> Result<()> {
        let book = self.books[self.dice.below(self.books.len())];
        let status = ["on_sale", "suspended", "archived"][self.dice.below(3)];
        let set = sqlx::query("update product set status = $2 where product_id = $1");
        set.bind(book).bind(status).execute(&self.scene.shop.db).await?;
        Ok(())
    }

    /// Nothing else can be bought.
    async fn on_sale(&self) -> Result<()> {
        sqlx::query("update product set status = 'on_sale'").execute(&self.scene.shop.db).await?;
        Ok(())
    }

    /// Reads and rolls, in either order, and looks.
    async fn look(&mut self) -> Result<()> {
        let late = self.late();
        if self.dice.below(2) == 0 {
            roll(&late).await?;
        }
        drain(&late, &[&Ranking]).await?;
        roll(&late).await?;
        agrees(&late).await
    }
}

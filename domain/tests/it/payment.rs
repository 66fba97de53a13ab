//! Paying by card, with a gateway that lives in memory.

mod books;
mod cards;
mod fake;
mod late;
mod paying;
mod races;
mod refunds;
mod refused;
mod unknown;
mod wallet;

use std::sync::Arc;

use contract::{
    Won,
    order::{OrderId, OrderStatus, PaymentStatus},
    payment::{MethodId, PaymentId, PaymentState, Way},
};
use domain::{
    Result, Shop,
    payment::{self, PaymentView, Started},
};
use sqlx::PgPool;
use time::Duration;

use self::fake::Fake;
use crate::{fixture::assert_books_add_up, scene::Scene};

/// How the shopper's browser knows the shop.
const ORIGIN: &str = "https://shop.example";

/// A shop that takes cards.
pub(crate) struct Till {
    pub(crate) scene: Scene,
    gateway: Arc<Fake>,
}

impl Till {
    pub(crate) async fn new(db: PgPool, charged: Won) -> Result<Self> {
        let mut scene = Scene::new(db, charged).await?;
        let gateway = Arc::new(Fake::default());
        scene.shop = scene.shop.with_gateway(gateway.clone());
        Ok(Self { scene, gateway })
    }

    fn shop(&self) -> &Shop {
        &self.scene.shop
    }

    async fn begin(&self, order: OrderId, way: Way) -> Result<Started> {
        payment::pay_order(self.shop(), &self.scene.reader, order, way, None, ORIGIN).await
    }

    /// Opens the gateway's page for an order.
    pub(crate) async fn open(&self, order: OrderId) -> Result<PaymentId> {
        match self.begin(order, Way::New).await? {
            Started::Page(payment) => Ok(payment),
            Started::Settled(..) => panic!("no page was opened"),
        }
    }

    /// Comes back from the gateway's page, having agreed there.
    pub(crate) async fn come_back(&self, payment: PaymentId) -> Result<PaymentView> {
        let (key, amount) = self.gateway.agree(payment);
        payment::agreed(self.shop(), &self.scene.reader, payment, &key, amount).await
    }

    /// Pays by a card that is typed in.
    pub(crate) async fn pay(&self, order: OrderId) -> Result<PaymentView> {
        let payment = self.open(order).await?;
        self.come_back(payment).await
    }

    /// Registers a card whose number ends so.
    async fn register(&self, last4: &str) -> Result<MethodId> {
        payment::register(self.shop(), &self.scene.reader, last4).await
    }

    /// Pays by a registered card.
    async fn pay_by(&self, card: MethodId, order: OrderId) -> Result<(PaymentId, PaymentState)> {
        match self.begin(order, Way::Saved(card)).await? {
            Started::Settled(payment, state) => Ok((payment, state)),
            Started::Page(_) => panic!("a page was opened"),
        }
    }

    /// All that the sweep does in so many minutes' time.
    async fn sweep(&self, minutes: i64) -> Result<()> {
        let later = self.shop().ahead(Duration::minutes(minutes));
        while payment::sweep(&later).await? > 0 {}
        Ok(())
    }

    /// All that goes back to cards in so many minutes' time.
    pub(crate) async fn give_back(&self, minutes: i64) -> Result<()> {
        let later = self.shop().ahead(Duration::minutes(minutes));
        while payment::give_back(&later).await? > 0 {}
        Ok(())
    }

    async fn state(&self, payment: PaymentId) -> Result<PaymentState> {
        Ok(payment::find(self.shop(), &self.scene.reader, payment).await?.state)
    }

    async fn status(&self, order: OrderId) -> Result<(OrderStatus, PaymentStatus)> {
        let summary = self.scene.detail(order).await?.summary;
        Ok((summary.status, summary.payment))
    }

    /// The books add up, here and at the gateway.
    async fn assert_agrees(&self) {
        assert_books_add_up(self.shop()).await;
        self.gateway.assert_agrees_with(self.shop()).await;
    }
}

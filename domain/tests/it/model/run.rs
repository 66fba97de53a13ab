//! Does the same to the model and to the shop, and compares after every step.

use std::fmt::Debug;

use contract::Failure;
use domain::{
    Error, Shop, audit, claim, coupon, inventory,
    member::{Operator, Shopper, Staff, recognize},
    order, points,
};
use proptest::test_runner::TestCaseError;
use time::{Duration, OffsetDateTime, UtcOffset};
use uuid::Uuid;

use super::{
    books::{differences, of_database},
    hand::enumerated,
    op::{Life, Op},
    open::open,
    rules::{Claim, Model, Outcome},
};

pub(super) type Step = Result<(), TestCaseError>;

pub(super) struct Run {
    pub(super) shop: Shop,
    noon: OffsetDateTime,
    pub(super) model: Model,
    /// Ids are counted, so that they stay the same while a failing case shrinks.
    pub(super) last_id: u128,
    pub(super) shoppers: Vec<Shopper>,
    pub(super) staff: Staff,
    pub(super) sellers: Vec<Operator>,
    /// What was done, for the message.
    told: Vec<String>,
}

/// Lives through all of it, and audits the books at the end.
pub(super) async fn live(shop: &Shop, life: Life) -> Step {
    let mut run = Run::begin(shop, &life).await;
    for op in &life.ops {
        run.told.push(format!("{op:?}"));
        run.act(op).await?;
    }
    let findings = audit::audit(&run.shop, |_| {}).await.expect("an audit");
    let broken: Vec<_> = findings.into_iter().filter(|finding| finding.broken > 0).collect();
    run.check(broken.is_empty(), || format!("the books do not add up: {broken:#?}"))
}

impl Run {
    async fn begin(shop: &Shop, life: &Life) -> Self {
        // Tomorrow noon in Korea, from where whole minutes are counted.
        let korea = UtcOffset::from_hms(9, 0, 0).expect("an offset");
        let tomorrow = OffsetDateTime::now_utc().to_offset(korea) + Duration::DAY;
        let noon = tomorrow.replace_time(time::macros::time!(12:00)).to_offset(UtcOffset::UTC);
        let model = open(shop, noon, life).await;
        let mut people = Vec::new();
        for id in 1..=6 {
            people.push(recognize(shop, id, 0).await.expect("a member").expect("a member"));
        }
        let sellers = people.split_off(4);
        let staff = Staff::of(&people.pop().expect("staff")).expect("staff");
        let mut operators = Vec::new();
        for seller in &sellers {
            operators.push(Operator::of(shop, seller).await.expect("a seller"));
        }
        let shop = shop.ahead(noon - shop.now());
        let told = vec![format!("{:?} {:?}", model.shelf, model.campaigns)];
        Self { shop, noon, model, last_id: 0, shoppers: people, staff, sellers: operators, told }
    }

    fn check(&self, holds: bool, what: impl FnOnce() -> String) -> Step {
        if holds {
            return Ok(());
        }
        Err(TestCaseError::fail(format!("{}\nafter: {}", what(), self.told.join("\n  "))))
    }

    /// The two say the same, and look the same.
    pub(super) async fn agree<T: PartialEq + Debug>(
        &mut self,
        model: Result<T, Failure>,
        shop: domain::Result<T>,
    ) -> Step {
        let shop = match shop {
            Ok(value) => Ok(value),
            Err(Error::Refused(failure)) => Err(failure),
            Err(error) => return self.check(false, || format!("it broke: {error:?}")),
        };
        self.check(model == shop, || format!("the model says {model:?}, the shop {shop:?}"))?;
        let different = differences(&self.model.books(), &of_database(&self.shop.db, self.noon).await);
        self.check(different.is_empty(), || different.join("\n"))?;
        self.told.last_mut().expect("a step").push_str(&format!(" -> {model:?}"));
        Ok(())
    }

    async fn act(&mut self, op: &Op) -> Step {
        match op {
            Op::Place(wishes) => self.place(wishes).await,
            Op::Pay { order, stranger } => {
                let (id, by) = self.order(*order, *stranger);
                let model = self.model.attempt(|model| model.pay(by, id));
                let shop = order::pay(&self.shop, self.shopper(by), Uuid::from_u128(id)).await;
                self.agree(model, shop).await
            }
            Op::Cancel { order, lines, stranger, again, wrong_refund } => {
                let (id, by) = self.order(*order, *stranger);
                let taken = lines.as_ref().map(|lines| self.products(id, lines));
                let key = self.key("cancel", id, *again);
                let seen = wrong_refund.then_some(-1);
                let model = self.model.attempt(|model| model.cancel(by, id, key, taken.as_deref(), seen));
                let (order, key) = (Uuid::from_u128(id), Uuid::from_u128(key));
                let shop = order::cancel(&self.shop, self.shopper(by), order, key, taken.as_deref(), seen).await;
                self.agree(model, shop).await
            }
            Op::Deliver { order, seller, to, by } => {
                let (id, _) = self.order(*order, false);
                let now = self.model.orders.get(&id).and_then(|order| Some(order.parts.get(seller)?.status));
                let to = to.unwrap_or(if now == Some("shipped") { "delivered" } else { "shipped" });
                self.deliver(id, *seller, to, *by).await
            }
            Op::Arrive { order, alone } => {
                let (id, _) = self.order(*order, false);
                self.arrive(id, *alone).await
            }
            Op::Claim { order, lines, exchange, fault, arrives, stranger, again } => {
                let (order, by) = self.order(*order, *stranger);
                if *arrives {
                    self.arrive(order, None).await?;
                }
                let lines = self.products(order, lines);
                let again = self.model.claims.keys().next_back().filter(|_| *again).copied();
                let id = again.unwrap_or_else(|| self.id());
                let claim = Claim { order, seller: 0, exchange: *exchange, fault, status: "requested", lines };
                let model = self.model.attempt(|model| model.claim(by, id, &claim));
                let request = claim::Request {
                    id: Uuid::from_u128(id),
                    kind: enumerated(if *exchange { "exchange" } else { "return" }),
                    fault: enumerated(fault),
                    reason: "까닭".to_owned(),
                    lines: claim.lines,
                };
                let shop = claim::request(&self.shop, self.shopper(by), Uuid::from_u128(order), &request).await;
                self.agree(model, shop).await
            }
            Op::Advance { claim, steps, to, fault, resalable, by } => {
                let (order, id) = self.claim(*claim);
                let (shop_order, shop_id) = (Uuid::from_u128(order), Uuid::from_u128(id));
                for step in 1..=*steps {
                    let next = match self.model.claims.get(&id).map(|claim| claim.status) {
                        Some("requested") => "approved",
                        Some("approved") => "collecting",
                        Some("collecting") => "inspected",
                        _ => "completed",
                    };
                    let to = to.filter(|_| step == *steps).unwrap_or(next);
                    let model = self.model.attempt(|model| model.advance(*by, id, to, *fault, *resalable));
                    let step = claim::Advance {
                        to: enumerated(to),
                        fault: fault.map(enumerated),
                        resalable: *resalable,
                        reason: String::new(),
                    };
                    let is_refused = model.is_err();
                    let shop = claim::advance(&self.shop, &self.operator(*by), shop_order, shop_id, &step).await;
                    self.agree(model, shop).await?;
                    if is_refused {
                        break;
                    }
                }
                Ok(())
            }
            Op::Withdraw { claim, stranger } => {
                let (order, id) = self.claim(*claim);
                let by = self.owner(order, *stranger);
                let model = self.model.attempt(|model| model.withdraw(by, order, id));
                let (order, id) = (Uuid::from_u128(order), Uuid::from_u128(id));
                let shop = claim::withdraw(&self.shop, self.shopper(by), order, id).await;
                self.agree(model, shop).await
            }
            Op::Confirm { order, stranger } => {
                let (id, by) = self.order(*order, *stranger);
                let model = self.model.attempt(|model| model.confirm(by, id));
                let shop = order::confirm(&self.shop, self.shopper(by), Uuid::from_u128(id)).await;
                self.agree(model, shop).await
            }
            other => self.keep_house(other).await,
        }
    }

    async fn keep_house(&mut self, op: &Op) -> Step {
        let (model, shop): (Outcome, domain::Result<()>) = match op {
            Op::Charge { member, amount, again } => {
                let key = self.key("charge", member.unsigned_abs().into(), *again);
                let before = self.model.done.get(&("charge", member.unsigned_abs().into(), key));
                // Half of the forms that are sent again are the same.
                let amount = before.map_or(*amount, |before| if amount % 2 == 0 { before[0] } else { *amount });
                let model = self.model.attempt(|model| model.charge(*member, key, amount));
                (model, points::charge(&self.shop, self.shopper(*member), Uuid::from_u128(key), amount).await)
            }
            Op::Adjust { member, amount } => {
                let (model, key) = (self.model.attempt(|model| model.adjust(*member, *amount)), self.uuid());
                (model, points::adjust(&self.shop, &self.staff, key, *member, &amount.to_string(), "정정").await)
            }
            Op::Download { member, campaign, again } => {
                let again = self.model.coupons.keys().next_back().filter(|_| *again).copied();
                let id = again.unwrap_or_else(|| self.id());
                let model = self.model.attempt(|model| model.download(*member, id, *campaign));
                let shop = coupon::download(&self.shop, self.shopper(*member), Uuid::from_u128(id), *campaign);
                (model, shop.await)
            }
            Op::Stop { campaign } => {
                self.model.campaigns.get_mut(campaign).expect("a campaign").stopped = true;
                (Ok(()), coupon::stop(&self.shop, &self.staff, *campaign).await)
            }
            Op::Stock { product, delta, by, again } => {
                let key = self.key("stock", 0, *again);
                let before = self.model.done.get(&("stock", 0, key)).filter(|_| delta % 2 == 0);
                let small = |before: &Vec<i64>| i32::try_from(before[1]).expect("a change");
                let (product, delta) = before.map_or((*product, *delta), |before| (before[0], small(before)));
                let model = self.model.attempt(|model| model.stock(*by, key, product, delta));
                (model, self.change(*by, key, product, inventory::Change::By(&delta.to_string())).await)
            }
            Op::Count { product, counted, late, by } => {
                let (key, typed) = (self.id(), counted.to_string());
                let seen = self.model.shelf[product].on_hand + i32::from(*late);
                let model = self.model.attempt(|model| model.count(*by, key, *product, *counted, seen));
                (model, self.change(*by, key, *product, inventory::Change::To { counted: &typed, seen }).await)
            }
            Op::Price { product, price } => {
                self.model.shelf.get_mut(product).expect("a book").price = *price;
                let set = "update product set sale_price = $2, list_price = $2 where product_id = $1";
                sqlx::query(set).bind(product).bind(price).execute(&self.shop.db).await.expect("a price");
                (Ok(()), Ok(()))
            }
            Op::Sell { product, on_sale } => {
                self.model.shelf.get_mut(product).expect("a book").on_sale = *on_sale;
                let set = "update product set status = case when $2 then 'on_sale' else 'suspended' end where product_id = $1";
                sqlx::query(set).bind(product).bind(on_sale).execute(&self.shop.db).await.expect("a status");
                (Ok(()), Ok(()))
            }
            Op::Wait(minutes) => {
                self.model.now += minutes;
                self.shop = self.shop.ahead(Duration::minutes(*minutes));
                (Ok(()), Ok(()))
            }
            Op::ExpireOrders => {
                self.model.expire_orders();
                (Ok(()), order::expire(&self.shop).await.map(drop))
            }
            Op::ExpirePoints => {
                self.model.expire_points();
                (Ok(()), points::expire(&self.shop).await.map(drop))
            }
            Op::ExpireCoupons => {
                self.model.expire_coupons();
                (Ok(()), coupon::expire(&self.shop).await.map(drop))
            }
            Op::ConfirmDue => {
                self.model.confirm_due();
                (Ok(()), order::confirm_due(&self.shop).await.map(drop))
            }
            other => return self.check(false, || format!("nobody does {other:?}")),
        };
        self.agree(model, shop).await
    }
}

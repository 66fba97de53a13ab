//! The invariants, each one query of two counts: rows looked at, rows that break it.

use super::Invariant;

const fn rule(name: &'static str, sql: &'static str) -> Invariant {
    Invariant { name, sql }
}

/// Every invariant, in the order in which they are told.
pub const INVARIANTS: &[Invariant] = &[
    rule(
        "a wallet's balance is the sum of its entries",
        "select count(*), count(*) filter (where w.balance <> coalesce(e.sum, 0))
         from points_wallet w
         left join (select member_id, sum(amount) from points_entry group by member_id) e using (member_id)",
    ),
    rule(
        "an entry's balance is the one before and its amount",
        "select count(*), count(*) filter (where balance_after <> amount + before)
         from (select balance_after, amount,
                      coalesce(lag(balance_after) over (partition by member_id order by points_entry_id), 0) as before
               from points_entry) e",
    ),
    rule(
        "a wallet's balance is the sum of its lots",
        "select count(*), count(*) filter (where w.balance <> coalesce(l.sum, 0))
         from points_wallet w
         left join (select member_id, sum(remaining) from points_lot group by member_id) l using (member_id)",
    ),
    rule(
        "the points of an order are what it took from lots and what its entries say",
        r#"select count(*), count(*) filter (where o.points_used <> coalesce(u.taken, 0)
               or coalesce(u.taken, 0) <> coalesce(e.spent, 0) or coalesce(u.restored, 0) <> coalesce(e.restored, 0))
           from "order" o
           left join (select order_id, sum(amount) as taken, sum(restored) as restored from points_use group by 1) u
               using (order_id)
           left join (select order_id, -sum(amount) filter (where kind = 'spend') as spent,
                             sum(amount) filter (where kind = 'restore') as restored
                      from points_entry where order_id is not null group by 1) e using (order_id)"#,
    ),
    rule(
        "stock on hand and reserved are the sums of their movements",
        "select count(*), count(*) filter (where s.on_hand <> coalesce(m.on_hand, 0) or s.reserved <> coalesce(m.reserved, 0))
         from stock s
         left join (select product_id, sum(on_hand_delta) as on_hand, sum(reserved_delta) as reserved
                    from stock_movement group by 1) m using (product_id)",
    ),
    rule(
        "what left the stock for an order is what the order keeps",
        r#"select count(*), count(*) filter (where
               coalesce(m.sold, 0) <> case when o.paid then l.quantity - l.canceled - l.returned else 0 end)
           from order_line l
           join (select order_id, exists (select from payment p where p.order_id = o.order_id and p.status = 'paid') as paid from "order" o) o
               using (order_id)
           left join (select order_id, product_id, -sum(on_hand_delta) filter (where kind in ('sold', 'returned')) as sold
                      from stock_movement where order_id is not null group by 1, 2) m using (order_id, product_id)"#,
    ),
    rule(
        "stock is reserved for unpaid orders and approved exchanges alone",
        r#"select count(*), count(*) filter (where s.reserved <> coalesce(h.held, 0) + coalesce(x.held, 0))
           from stock s
           left join (select product_id, sum(quantity) as held from order_line join "order" using (order_id)
                      where order_status = 'pending_payment' group by 1) h using (product_id)
           left join (select product_id, sum(quantity) as held from claim_line join claim using (claim_id)
                      where kind = 'exchange' and status in ('approved', 'collecting', 'inspected') group by 1) x
               using (product_id)"#,
    ),
    rule(
        "an order's goods and discount are the sums of its lines",
        r#"select count(*), count(*) filter (where o.goods_total <> coalesce(l.goods, 0) or o.discount_total <> coalesce(l.discount, 0)
               or (o.discount_total > 0 and o.coupon_id is null))
           from "order" o
           left join (select order_id, sum(unit_price * quantity) as goods, sum(discount) as discount
                      from order_line group by 1) l using (order_id)"#,
    ),
    rule(
        "an order's delivery total is the sum of its fees",
        r#"select count(*), count(*) filter (where o.delivery_total <> coalesce(d.fee, 0))
           from "order" o left join (select order_id, sum(fee) as fee from delivery group by 1) d using (order_id)"#,
    ),
    rule(
        "a paid order is paid once and in full, an unpaid one not at all",
        r#"select count(*), count(*) filter (where coalesce(p.sum, 0) <>
               case when o.payment_status in ('paid', 'partially_refunded', 'refunded') then o.total else 0 end)
           from "order" o left join (select order_id, sum(amount) from payment where status = 'paid' group by 1) p using (order_id)"#,
    ),
    rule(
        "an order's refunds are what its refunds say, and came back as points or to the card",
        r#"select count(*), count(*) filter (where o.refunded_total <> coalesce(r.amount, 0)
               or (o.payment_status in ('paid', 'partially_refunded', 'refunded')
                   and coalesce(u.restored, 0) <> coalesce(r.points, 0))
               or coalesce(r.points, 0) + coalesce(k.amount, 0) <> coalesce(r.amount, 0) or coalesce(r.delivery, 0) > o.delivery_total)
           from "order" o
           left join (select order_id, sum(amount) as amount, sum(points) as points, sum(delivery) as delivery from refund group by 1) r using (order_id)
           left join (select order_id, sum(restored) as restored from points_use group by 1) u using (order_id)
           left join (select order_id, sum(c.amount) as amount from payment_cancel c join refund using (refund_id)
                      group by 1) k using (order_id)"#,
    ),
    rule(
        "a refund's sums are those of its lines",
        "select count(*), count(*) filter (where r.goods <> coalesce(l.goods, 0) or r.discount <> coalesce(l.discount, 0))
         from refund r
         left join (select refund_id, sum(goods) as goods, sum(discount) as discount from refund_line group by 1) l
             using (refund_id)",
    ),
    rule(
        "the copies refunded are those canceled or returned of a paid order",
        r#"select count(*), count(*) filter (where l.canceled + l.returned <> coalesce(r.quantity, 0)
               or l.unit_price * (l.canceled + l.returned) <> coalesce(r.goods, 0)
               or (l.canceled + l.returned = l.quantity and l.discount <> coalesce(r.discount, 0)))
           from order_line l join "order" o using (order_id)
           left join (select order_id, product_id, sum(quantity) as quantity, sum(refund_line.goods) as goods,
                             sum(refund_line.discount) as discount from refund join refund_line using (refund_id)
                      group by 1, 2) r using (order_id, product_id)
           where o.payment_status in ('paid', 'partially_refunded', 'refunded')"#,
    ),
    rule(
        "an unpaid order that ended gave everything back",
        r#"select count(*), count(*) filter (where coalesce(u.taken, 0) <> coalesce(u.restored, 0)
               or exists (select from order_line l where l.order_id = o.order_id and l.canceled <> l.quantity)
               or exists (select from coupon c where c.order_id = o.order_id))
           from "order" o
           left join (select order_id, sum(amount) as taken, sum(restored) as restored from points_use group by 1) u
               using (order_id)
           where o.payment_status in ('canceled', 'failed')"#,
    ),
    rule(
        "an order is canceled exactly when nothing of it is kept",
        r#"select count(*), count(*) filter (where (o.order_status in ('canceled', 'expired')) <>
               not exists (select from order_line l where l.order_id = o.order_id and l.quantity > l.canceled + l.returned))
           from "order" o"#,
    ),
    rule(
        "a coupon that is held or used belongs to an order of its member that names it",
        r#"select count(*), count(*) filter (where o.order_id is null or o.member_id <> c.member_id
               or (c.status = 'held') <> (o.order_status = 'pending_payment')
               or o.order_status in ('canceled', 'expired'))
           from coupon c left join "order" o on o.order_id = c.order_id and o.coupon_id = c.coupon_id
           where c.status in ('held', 'used')"#,
    ),
    rule(
        "an order that keeps something and names a coupon has it",
        r#"select count(*), count(*) filter (where c.coupon_id is null)
           from "order" o left join coupon c on c.coupon_id = o.coupon_id and c.order_id = o.order_id
           where o.coupon_id is not null and o.order_status not in ('canceled', 'expired')"#,
    ),
    rule(
        "a campaign has issued as many coupons as there are, and no more than it may",
        "select count(*), count(*) filter (where k.issued <> coalesce(c.count, 0) or k.issued > k.quantity)
         from coupon_campaign k
         left join (select campaign_id, count(*) from coupon group by 1) c using (campaign_id)",
    ),
    rule(
        "no member has more coupons of a campaign than one may",
        "select count(*), count(*) filter (where c.count > k.per_member)
         from (select campaign_id, member_id, count(*) from coupon group by 1, 2) c
         join coupon_campaign k using (campaign_id)",
    ),
    rule(
        "no copy is claimed that is not kept",
        "select count(*), count(*) filter (where c.quantity > l.quantity - l.canceled - l.returned)
         from (select order_id, product_id, sum(q.quantity) as quantity from claim join claim_line q using (claim_id)
               where status in ('requested', 'approved', 'collecting', 'inspected') group by 1, 2) c
         join order_line l using (order_id, product_id)",
    ),
    rule(
        "a completed return has one refund, and no other claim has any",
        "select count(*), count(*) filter (where (c.kind = 'return' and c.status = 'completed') <> (r.refund_id is not null))
         from claim c left join refund r using (claim_id)",
    ),
    rule(
        "a confirmed purchase earned what its entry says, another one nothing",
        r#"select count(*), count(*) filter (where o.points_earned <> coalesce(e.sum, 0)
               or (o.order_status <> 'confirmed' and o.points_earned <> 0))
           from "order" o
           left join (select order_id, sum(amount) from points_entry where kind = 'earn' group by 1) e using (order_id)"#,
    ),
    rule(
        "a card payment that is open and the order that waits for it belong together",
        r#"select sum(checked)::bigint, sum(broken)::bigint from (
               select count(*) as checked, count(*) filter (where o.order_id is null) as broken
               from payment p
               left join "order" o on o.order_id = p.order_id and o.order_status = 'pending_payment'
                   and o.payment_status = p.status
               where p.status in ('pending', 'unknown') and p.order_id is not null
               union all
               select count(*), count(*) filter (where p.payment_id is null)
               from "order" o left join payment p on p.order_id = o.order_id and p.status = o.payment_status
               where o.payment_status in ('pending', 'unknown')
           ) rows"#,
    ),
    rule(
        "no more goes back to a card than it paid, and nothing of a refused payment",
        "select count(*), count(*) filter (where p.status = 'failed' or (p.status = 'paid' and c.amount > p.amount))
         from (select payment_id, sum(amount) as amount from payment_cancel group by 1) c
         join payment p using (payment_id)",
    ),
    rule(
        "a wallet that a card has charged holds what was paid",
        "select count(*), count(*) filter (where e.amount is distinct from p.amount)
         from payment p
         left join points_entry e on e.member_id = p.member_id and e.idempotency_key = p.idempotency_key and e.kind = 'charge'
         where p.method = 'card' and p.status = 'paid' and p.order_id is null",
    ),
    rule(
        "the last change of each status in the timeline is the status",
        r#"with last as (
               select distinct on (order_id, axis, subject) order_id, axis, subject, to_status from order_change
               order by order_id, axis, subject, order_change_id desc
           )
           select sum(checked)::bigint, sum(broken)::bigint from (
               select count(*) as checked, count(*) filter (where s.to_status is distinct from o.order_status) as broken
               from "order" o left join last s on s.order_id = o.order_id and s.axis = 'order'
               union all
               select count(*), count(*) filter (where s.to_status is distinct from o.payment_status)
               from "order" o left join last s on s.order_id = o.order_id and s.axis = 'payment'
               union all
               select count(*), count(*) filter (where coalesce(s.to_status, 'unfulfilled') <> d.fulfillment_status)
               from delivery d left join last s on s.order_id = d.order_id and s.axis = 'fulfillment' and s.subject = d.delivery_id
               union all
               select count(*), count(*) filter (where s.to_status is distinct from c.status)
               from claim c left join last s on s.order_id = c.order_id and s.axis = 'claim' and s.subject = c.claim_id
           ) rows"#,
    ),
    rule(
        "every change of a timeline and every use of points belongs to an order, every line to its product's seller",
        r#"select sum(checked)::bigint, sum(broken)::bigint from (
               select count(*) as checked, count(*) filter (where o.order_id is null) as broken
               from order_change c left join "order" o using (order_id)
               union all
               select count(*), count(*) filter (where o.order_id is null) from points_use u left join "order" o using (order_id)
               union all
               select count(*), count(*) filter (where l.seller_id <> p.seller_id or d.delivery_id is null)
               from order_line l join product p using (product_id)
               left join delivery d on d.order_id = l.order_id and d.seller_id = l.seller_id
           ) rows"#,
    ),
    rule(
        "orders and their parts are listed where their statuses say, each part with the sum of its lines",
        r#"with part as (
               select d.order_id, d.fulfillment_status, d.stage, d.goods, l.kept, coalesce(l.goods, 0) as bought,
                      array_position(array['unfulfilled', 'preparing', 'shipped', 'delivered', 'returned'],
                                     d.fulfillment_status) as rank
               from delivery d
               left join (select order_id, seller_id, bool_or(quantity > canceled + returned) as kept,
                                 sum(unit_price * quantity - discount) as goods
                          from order_line group by 1, 2) l using (order_id, seller_id)
           ), least as (
               select distinct on (order_id) order_id, fulfillment_status from part where kept order by order_id, rank
           )
           select sum(checked)::bigint, sum(broken)::bigint from (
               select count(*) as checked, count(*) filter (where p.goods <> p.bought or p.stage is distinct from
                   case when p.kept then stage_of(o.order_status, p.fulfillment_status) else 'canceled' end) as broken
               from part p join "order" o using (order_id)
               union all
               select count(*), count(*) filter (where o.stage is distinct from
                   coalesce(stage_of(o.order_status, l.fulfillment_status), 'delivered'))
               from "order" o left join least l using (order_id)
           ) rows"#,
    ),
    rule(
        "a parcel belongs to goods that were accepted",
        "select count(*), count(*) filter (where d.fulfillment_status = 'unfulfilled')
         from parcel join delivery d using (delivery_id)",
    ),
    rule(
        "goods that are kept are at least where their parcel was seen",
        "select count(*), count(*) filter (where
               d.fulfillment_status = any(case c.status when 'label_created' then '{unfulfilled}'::text[]
                   when 'delivered' then '{unfulfilled,preparing,shipped}' else '{unfulfilled,preparing}' end)
               and exists (select from order_line l where l.order_id = d.order_id and l.seller_id = d.seller_id
                           and l.quantity > l.canceled + l.returned))
         from checkpoint c join delivery d using (delivery_id) join parcel p using (delivery_id)
         -- One whose goods went by hand is not seen with them.
         where not p.by_hand",
    ),
    rule(
        "every paid order has left one order.paid in the log",
        r#"select count(*), count(*) filter (where coalesce(e.count, 0) <> 1)
           from (select order_id::text as subject from "order" o
                 where payment_status in ('paid', 'partially_refunded', 'refunded')
                   -- As far back as the log reaches.
                   and exists (select from order_change c, event_horizon h
                               where c.order_id = o.order_id and c.axis = 'payment' and c.to_status = 'paid'
                                 and c.created_at > h.forgotten_until + interval '1 hour')) o
           left join (select subject, count(*) from event where name = 'order.paid' group by 1) e using (subject)"#,
    ),
];

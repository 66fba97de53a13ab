-- The life of an order after it was placed: discount, hold, timeline, refunds, claims.
alter table "order"
    drop constraint order_points_within_total,
    drop column total;
alter table "order"
    add column discount_total bigint not null default 0 check (discount_total >= 0),
    add column coupon_id uuid references coupon,
    -- Until then stock, coupon and points are held for the payment.
    add column held_until timestamptz,
    -- When the purchase confirms itself: set once all of it is delivered.
    add column confirm_at timestamptz,
    add column refunded_total bigint not null default 0,
    -- What the confirmed purchase earned.
    add column points_earned bigint not null default 0 check (points_earned >= 0),
    add column total bigint not null generated always as (goods_total - discount_total + delivery_total) stored;
alter table "order"
    add constraint order_discount_within_goods check (discount_total <= goods_total),
    add constraint order_points_within_total check (points_used <= goods_total - discount_total + delivery_total),
    add constraint order_refund_within_total check (refunded_total between 0 and goods_total - discount_total + delivery_total),
    add constraint order_hold_check check (order_status <> 'pending_payment' or held_until is not null);
create index order_held_until_idx on "order" (held_until) where order_status = 'pending_payment';
create index order_confirm_at_idx on "order" (confirm_at) where order_status = 'placed' and confirm_at is not null;

alter table order_line
    -- This line's part of the order's discount, for all of its copies.
    add column discount bigint not null default 0,
    add column canceled int not null default 0 check (canceled >= 0),
    add column returned int not null default 0 check (returned >= 0),
    -- Points for the purchase, in percent, as promised.
    add column earn_percent int not null default 0,
    add constraint order_line_kept_check check (canceled + returned <= quantity),
    add constraint order_line_discount_check check (discount between 0 and unit_price * quantity);

-- Each row's check of a foreign key costs as much as the row. That of the product, whose seller it
-- is, stays; the seller's own never changes.
alter table order_line drop constraint order_line_seller_id_fkey;
alter table delivery drop constraint delivery_seller_id_fkey;

alter table delivery
    add column shipped_at timestamptz,
    add column delivered_at timestamptz;
create index delivery_fulfillment_idx on delivery (fulfillment_status, delivery_id) where fulfillment_status in ('unfulfilled', 'preparing', 'shipped');

-- The timeline: every change of a status, when, by whom and why.
create table order_change (
    order_change_id bigint generated always as identity primary key,
    -- Without a foreign key: written in the transaction of its order alone, and audited.
    order_id uuid not null,
    axis text not null check (axis in ('order', 'payment', 'fulfillment', 'claim')),
    -- The delivery or the claim.
    subject uuid,
    from_status text,
    to_status text not null,
    actor text not null check (actor in ('shopper', 'seller', 'staff', 'system')),
    by_member bigint,
    reason text not null default '',
    -- Of the form that asked for it, so that a double click changes an order once.
    idempotency_key uuid constraint order_change_idempotency_key unique,
    created_at timestamptz not null
);
create index order_change_order_id_idx on order_change (order_id, order_change_id);

create table claim (
    claim_id uuid primary key,
    order_id uuid not null references "order",
    seller_id bigint not null references seller,
    member_id bigint not null references member,
    kind text not null check (kind in ('return', 'exchange')),
    status text not null check (status in
        ('requested', 'approved', 'collecting', 'inspected', 'completed', 'rejected', 'withdrawn')),
    fault text not null check (fault in ('buyer', 'seller', 'carrier')),
    reason text not null,
    created_at timestamptz not null,
    updated_at timestamptz not null
);
create index claim_order_id_idx on claim (order_id);
create index claim_open_idx on claim (claim_id) where status in ('requested', 'approved', 'collecting', 'inspected');

create table claim_line (
    claim_id uuid not null references claim,
    product_id bigint not null references product,
    quantity int not null check (quantity > 0),
    primary key (claim_id, product_id)
);

create table refund (
    refund_id uuid primary key,
    order_id uuid not null references "order",
    claim_id uuid constraint refund_claim_key unique references claim,
    -- The arithmetic, in won: goods - discount + delivery - return_fee = amount.
    goods bigint not null check (goods >= 0),
    discount bigint not null check (discount >= 0),
    delivery bigint not null check (delivery >= 0),
    return_fee bigint not null check (return_fee >= 0),
    amount bigint not null generated always as (goods - discount + delivery - return_fee) stored
        constraint refund_amount_check check (goods - discount + delivery - return_fee >= 0),
    -- What of it came back as points.
    points bigint not null check (points >= 0),
    created_at timestamptz not null
);
create index refund_order_id_idx on refund (order_id);

create table refund_line (
    refund_id uuid not null references refund,
    product_id bigint not null references product,
    quantity int not null check (quantity > 0),
    goods bigint not null check (goods >= 0),
    discount bigint not null check (discount >= 0),
    primary key (refund_id, product_id)
);

insert into order_change (order_id, axis, to_status, actor, by_member, created_at)
select o.order_id, axis, case axis when 'order' then order_status else payment_status end, 'shopper', o.member_id, o.placed_at
from "order" o, unnest(array['order', 'payment']) with ordinality as both_axes (axis, position)
order by o.order_id, position;

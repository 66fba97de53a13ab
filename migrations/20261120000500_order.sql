-- Orders, and what of them is paid and delivered.
create table "order" (
    order_id uuid primary key,
    member_id bigint not null references member,
    idempotency_key uuid not null,
    order_status text not null check (order_status in ('pending_payment', 'placed', 'confirmed', 'canceled', 'expired')),
    payment_status text not null check (payment_status in
        ('unpaid', 'pending', 'paid', 'failed', 'canceled', 'partially_refunded', 'refunded', 'unknown')),
    goods_total bigint not null check (goods_total >= 0),
    delivery_total bigint not null check (delivery_total >= 0),
    total bigint not null generated always as (goods_total + delivery_total) stored,
    points_used bigint not null default 0 check (points_used >= 0),
    recipient text not null,
    phone text not null,
    postcode text not null,
    line1 text not null,
    line2 text not null,
    delivery_note text not null,
    placed_at timestamptz not null,
    constraint order_idempotency_key unique (member_id, idempotency_key),
    constraint order_points_within_total check (points_used <= goods_total + delivery_total)
);
-- Ids are UUIDv7, so that their order is that of time.
create index order_member_id_idx on "order" (member_id, order_id desc);

create table order_line (
    order_id uuid not null references "order",
    product_id bigint not null references product,
    seller_id bigint not null references seller,
    -- As sold, whatever becomes of the product.
    title text not null,
    author text not null,
    unit_price bigint not null check (unit_price >= 0),
    quantity int not null check (quantity > 0),
    primary key (order_id, product_id)
);

create table payment (
    payment_id uuid primary key,
    order_id uuid not null references "order",
    method text not null check (method in ('points')),
    amount bigint not null check (amount >= 0),
    status text not null check (status in ('paid')),
    created_at timestamptz not null default now()
);
create index payment_order_id_idx on payment (order_id);

create table delivery (
    delivery_id uuid primary key,
    order_id uuid not null references "order",
    seller_id bigint not null references seller,
    fee bigint not null check (fee >= 0),
    fulfillment_status text not null default 'unfulfilled' check (fulfillment_status in
        ('unfulfilled', 'preparing', 'shipped', 'delivered', 'returned')),
    constraint delivery_order_seller_key unique (order_id, seller_id)
);

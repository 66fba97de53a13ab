-- Paying by card, through the payment gateway.

-- As whom the gateway knows a member.
create table payment_customer (
    member_id bigint primary key references member on delete cascade,
    customer_key uuid not null unique
);

-- A card that a member has registered: the gateway's token for it, never its number.
create table payment_method (
    method_id uuid primary key,
    member_id bigint not null references member on delete cascade,
    token text not null unique,
    brand text not null,
    last4 text not null check (last4 ~ '^[0-9]{4}$'),
    name text not null default '',
    is_default boolean not null default false,
    created_at timestamptz not null default now(),
    removed_at timestamptz
);
create index payment_method_member_id_idx on payment_method (member_id) where removed_at is null;
create unique index payment_method_default_key on payment_method (member_id) where is_default and removed_at is null;

alter table payment
    drop constraint payment_method_check,
    drop constraint payment_status_check,
    -- Money that charges a wallet belongs to no order.
    alter column order_id drop not null,
    add column member_id bigint references member,
    -- The registered card, where it was one.
    add column method_id uuid references payment_method,
    -- The form's, of a charge of the wallet.
    add column idempotency_key uuid,
    add column gateway_key text constraint payment_gateway_key unique,
    add column checkout_url text,
    add column brand text not null default '',
    add column last4 text not null default '',
    -- The gateway's code, where it refused.
    add column failure text not null default '',
    -- When the gateway is asked about it again, and how often it was.
    add column check_at timestamptz,
    add column checks int not null default 0,
    add column settled_at timestamptz,
    add constraint payment_method_check check (method in ('points', 'card')),
    add constraint payment_status_check check (status in ('pending', 'unknown', 'paid', 'failed', 'canceled')),
    add constraint payment_card_check check (case method
        when 'points' then status = 'paid' and order_id is not null
        else member_id is not null and amount > 0 and (order_id is not null or idempotency_key is not null) end),
    add constraint payment_idempotency_key unique (member_id, idempotency_key);
-- Nobody pays twice: an order has one open payment, and one that paid it by card.
create unique index payment_open_key on payment (order_id) where status in ('pending', 'unknown');
create unique index payment_paid_key on payment (order_id) where method = 'card' and status = 'paid';
create index payment_method_id_idx on payment (method_id) where status in ('pending', 'unknown');
create index payment_check_at_idx on payment (check_at) where check_at is not null;

-- Money that has to go back to a card. Asked of the gateway until it has.
create table payment_cancel (
    payment_cancel_id uuid primary key,
    -- The gateway's idempotency key. It gives the same answer to the same key for days, so that a
    -- refusal is followed by a new one.
    request_key uuid not null,
    payment_id uuid not null references payment,
    -- What it is a part of; none for money that came when there was nothing left to pay.
    refund_id uuid references refund,
    amount bigint not null check (amount > 0),
    status text not null default 'requested' check (status in ('requested', 'done')),
    attempts int not null default 0,
    error text not null default '',
    try_at timestamptz not null,
    created_at timestamptz not null,
    done_at timestamptz
);
create index payment_cancel_payment_id_idx on payment_cancel (payment_id);
create index payment_cancel_open_idx on payment_cancel (try_at) where status = 'requested';

-- What neighbors told, as they told it.
create table webhook (
    webhook_id bigint generated always as identity primary key,
    source text not null check (source in ('gateway', 'carrier')),
    -- The sender's id of the message: told twice, it counts once.
    message_id text not null,
    -- The payment, where it is about one.
    payment_id uuid references payment,
    body text not null,
    received_at timestamptz not null default now(),
    constraint webhook_message_key unique (source, message_id)
);
create index webhook_payment_id_idx on webhook (payment_id);

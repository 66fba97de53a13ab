-- What members are told in their inbox and by mail, and what they wait for.
create table notification (
    notification_id bigint generated always as identity primary key,
    member_id bigint not null references member on delete cascade,
    kind text not null check (kind in ('paid', 'payment_failed', 'canceled', 'expired', 'shipped', 'delivered', 'refunded',
        'coupon_expiring', 'restocked', 'stock_low', 'stock_depleted')),
    payload jsonb not null,
    -- What it tells of, once however often that is read. Without a foreign key: the log forgets.
    event_id bigint not null,
    created_at timestamptz not null,
    read_at timestamptz,
    constraint notification_event_key unique (event_id, member_id, kind)
);
create index notification_member_id_idx on notification (member_id, notification_id desc);
create index notification_unread_idx on notification (member_id) where read_at is null;

create table mail (
    -- Also its Message-ID.
    mail_id uuid primary key default gen_random_uuid(),
    notification_id bigint not null constraint mail_notification_key unique references notification on delete cascade,
    -- Lost: whether it arrived will never be known, and so it is not sent again.
    status text not null default 'queued' check (status in ('queued', 'sending', 'sent', 'failed', 'lost')),
    attempts int not null default 0 check (attempts >= 0),
    -- When it is sent next; while it is being sent, when nobody is still at it.
    try_at timestamptz not null,
    error text not null default '',
    created_at timestamptz not null,
    sent_at timestamptz,
    constraint mail_sent_check check ((status = 'sent') = (sent_at is not null))
);
create index mail_try_at_idx on mail (status, try_at) where status in ('queued', 'sending');

-- Who waits for which product to come back.
create table restock_wish (
    member_id bigint not null references member on delete cascade,
    product_id bigint not null references product,
    created_at timestamptz not null,
    primary key (member_id, product_id)
);
create index restock_wish_product_id_idx on restock_wish (product_id);

-- When its owner was told that it runs out soon.
alter table coupon add column reminded_at timestamptz;
create index coupon_remind_idx on coupon (expires_at) where status = 'available' and reminded_at is null;

-- Events that sellers have sent to programs of theirs, as Standard Webhooks.

create table subscription (
    subscription_id uuid primary key,
    seller_id bigint not null references seller,
    url text not null constraint subscription_url_check check (char_length(url) <= 2000),
    topics text[] not null constraint subscription_topics_check check (cardinality(topics) > 0 and topics <@ array[
        'order.paid', 'order.canceled', 'order.returned', 'parcel.shipped', 'parcel.delivered', 'stock.low',
        'stock.depleted', 'stock.restocked']),
    description text not null default '',
    -- As `whsec_…`. One that was replaced still signs for a while, beside the new one.
    secret text not null,
    previous_secret text,
    previous_until timestamptz,
    status text not null default 'active'
        constraint subscription_status_check check (status in ('active', 'paused', 'failed')),
    -- Why it was switched off by itself.
    off_because text constraint subscription_off_because_check check (off_because in ('gone', 'failing')),
    -- Since then everything that was sent was not taken.
    failing_since timestamptz,
    -- Facts from before are not told; by the clock of the log.
    since timestamptz not null default now(),
    idempotency_key uuid not null constraint subscription_idempotency_key unique,
    created_at timestamptz not null,
    -- Counts changes: a form based on an older one is refused.
    version int not null default 0,
    -- Gone for everybody; the sweep takes its messages first.
    removed_at timestamptz,
    constraint subscription_previous_check check ((previous_secret is null) = (previous_until is null)),
    constraint subscription_off_check check ((status = 'failed') = (off_because is not null))
);
create index subscription_seller_idx on subscription (seller_id, subscription_id desc) where removed_at is null;
create index subscription_status_idx on subscription (status, subscription_id desc) where removed_at is null;
create index subscription_removed_idx on subscription (removed_at) where removed_at is not null;

-- The messages to endpoints, and what became of them.
create table subscription_delivery (
    -- The `webhook-id`: made of the subscription, the event and its time, so that a fact that is read
    -- once more after a crash keeps it.
    message_id uuid primary key,
    subscription_id uuid not null references subscription,
    -- None for a test. Without a foreign key: the log forgets.
    event_id bigint,
    topic text not null,
    -- As it is sent.
    body text not null,
    status text not null default 'pending' constraint subscription_delivery_status_check
        check (status in ('pending', 'delivered', 'failed', 'stopped')),
    -- Counted when one begins.
    attempts int not null default 0 constraint subscription_delivery_attempts_check check (attempts >= 0),
    -- While somebody is sending it: when whoever does has died.
    next_attempt_at timestamptz,
    leased_until timestamptz,
    -- Of the last attempt: what was answered, if anything, and why that was no success.
    status_code int,
    trouble text constraint subscription_delivery_trouble_check check (trouble in ('answer', 'timeout', 'connect', 'tls',
        'name', 'private', 'broken')),
    first_attempt_at timestamptz,
    last_attempt_at timestamptz,
    created_at timestamptz not null,
    constraint subscription_delivery_event_key unique (subscription_id, event_id),
    constraint subscription_delivery_next_check check ((status = 'pending') = (next_attempt_at is not null)),
    constraint subscription_delivery_lease_check check (leased_until is null or status = 'pending')
);
-- What is due, endpoint by endpoint, so that one with many messages does not stand before the others.
create index subscription_delivery_due_idx on subscription_delivery (subscription_id, next_attempt_at, message_id)
    where status = 'pending';
create index subscription_delivery_leased_idx on subscription_delivery (subscription_id) where leased_until is not null;
-- One test at a time.
create unique index subscription_delivery_test_key on subscription_delivery (subscription_id)
    where topic = 'subscription.test' and status = 'pending';
create index subscription_delivery_log_idx on subscription_delivery (subscription_id, message_id desc);
create index subscription_delivery_status_idx on subscription_delivery (subscription_id, status, message_id desc);
create index subscription_delivery_topic_idx on subscription_delivery (subscription_id, topic, message_id desc);

alter table notification
    drop constraint notification_kind_check,
    add constraint notification_kind_check check (kind in ('paid', 'payment_failed', 'canceled', 'expired', 'shipped',
        'delivered', 'refunded', 'coupon_expiring', 'restocked', 'stock_low', 'stock_depleted', 'seller_approved',
        'seller_rejected', 'subscription_off'));

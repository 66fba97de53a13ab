-- Campaigns, and the coupons that members have of them.
create table coupon_campaign (
    campaign_id bigint generated always as identity primary key,
    name text not null,
    discount_kind text not null check (discount_kind in ('percent', 'amount')),
    -- Percent, or won.
    discount_value bigint not null check (discount_value > 0),
    max_discount bigint check (max_discount > 0),
    min_order bigint not null default 0 check (min_order >= 0),
    -- Empty arrays: everything. Otherwise lines of one of these products or categories.
    products bigint[] not null default '{}',
    categories bigint[] not null default '{}',
    -- Null: as many as are asked for.
    quantity int check (quantity > 0),
    issued int not null default 0 check (issued >= 0),
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    -- Days that a coupon is good for, from when it was issued.
    valid_days int not null check (valid_days between 1 and 3650),
    per_member int not null default 1 check (per_member between 1 and 100),
    issue_mode text not null check (issue_mode in ('download', 'code', 'staff', 'sign_up')),
    code text constraint coupon_campaign_code_key unique,
    stopped_at timestamptz,
    created_by bigint not null,
    -- Of the form that began it, so that a double click begins one.
    idempotency_key uuid not null default gen_random_uuid() constraint coupon_campaign_idempotency_key unique,
    created_at timestamptz not null default now(),
    constraint coupon_campaign_percent_check check (discount_kind <> 'percent' or discount_value <= 100),
    constraint coupon_campaign_window_check check (starts_at < ends_at),
    constraint coupon_campaign_within_quantity check (issued <= quantity),
    constraint coupon_campaign_code_check check ((issue_mode = 'code') = (code is not null))
) with (fillfactor = 50);

create table coupon (
    coupon_id uuid primary key,
    campaign_id bigint not null references coupon_campaign,
    member_id bigint not null references member,
    -- 1, 2, … up to the campaign's limit for one member.
    number int not null check (number > 0),
    status text not null default 'available' check (status in ('available', 'held', 'used', 'expired', 'revoked')),
    -- The order that holds or used it.
    order_id uuid,
    issued_at timestamptz not null,
    expires_at timestamptz not null,
    constraint coupon_member_number_key unique (campaign_id, member_id, number),
    constraint coupon_order_check check ((status in ('held', 'used')) = (order_id is not null))
) with (fillfactor = 80);
create index coupon_member_id_idx on coupon (member_id, coupon_id desc);
create index coupon_expires_at_idx on coupon (expires_at) where status = 'available';

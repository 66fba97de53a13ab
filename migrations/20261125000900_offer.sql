-- Who runs the shop looks at all of its stock and its coupons, counts, and gives to many at once.

-- Stock as its table is ordered and filtered. The stock itself is changed by every order and has to be
-- light: each index on it would cost every order more than all else that is done to it. So this follows:
-- at once what people change, within about a second what orders do.
create table stock_shown (
    product_id bigint primary key references stock on delete cascade,
    seller_id bigint not null,
    on_hand int not null,
    reserved int not null,
    available int not null,
    low_at int not null
);
create index stock_shown_available_idx on stock_shown (available, product_id);
create index stock_shown_on_hand_idx on stock_shown (on_hand, product_id);
create index stock_shown_reserved_idx on stock_shown (reserved, product_id);
create index stock_shown_low_idx on stock_shown (product_id) where available <= low_at;
create index stock_shown_seller_idx on stock_shown (seller_id, product_id);
create index stock_shown_seller_available_idx on stock_shown (seller_id, available, product_id);
create index stock_shown_seller_on_hand_idx on stock_shown (seller_id, on_hand, product_id);
create index stock_shown_seller_reserved_idx on stock_shown (seller_id, reserved, product_id);
create index stock_shown_seller_low_idx on stock_shown (seller_id, product_id) where available <= low_at;
insert into stock_shown (product_id, seller_id, on_hand, reserved, available, low_at)
select s.product_id, p.seller_id, s.on_hand, s.reserved, s.available, s.low_at from stock s join product p using (product_id);

-- A product is in it from its beginning.
create function stock_shown_begin() returns trigger
language plpgsql
as $$
begin
    insert into stock_shown (product_id, seller_id, on_hand, reserved, available, low_at)
    select n.product_id, p.seller_id, n.on_hand, n.reserved, n.available, n.low_at
    from begun n join product p using (product_id)
    on conflict do nothing;
    return null;
end
$$;
create trigger stock_shown_begin after insert on stock
    referencing new table as begun
    for each statement execute function stock_shown_begin();

-- Up to which movement it has come.
create table stock_shown_cursor (
    one boolean primary key default true constraint stock_shown_cursor_one check (one),
    movement_id bigint not null
);
insert into stock_shown_cursor (movement_id) select coalesce(max(stock_movement_id), 0) from stock_movement;


alter table stock_movement
    -- The movement that it takes back.
    add column undoes bigint;
-- Once at most. Partial, so that what orders move does not pay for it.
create unique index stock_movement_undoes_key on stock_movement (undoes) where undoes is not null;
create index stock_movement_rare_idx on stock_movement (kind, stock_movement_id)
    where kind in ('received', 'returned', 'adjusted');
-- What somebody moved by hand, product by product.
create index stock_movement_own_idx on stock_movement (product_id, stock_movement_id) where order_id is null;
create index stock_movement_created_at_idx on stock_movement using brin (created_at);

-- What was counted, as a file brought it: looked at first, then taken as a whole or not at all.
create table stock_take (
    stock_take_id uuid primary key,
    by_member bigint not null references member,
    -- Whose stock was counted; null for that of all.
    seller_id bigint references seller,
    created_at timestamptz not null,
    applied_at timestamptz,
    -- Lines that cannot be taken, each with its column and the flaw.
    flaws jsonb not null default '[]'
);
create index stock_take_created_at_idx on stock_take (created_at);

create table stock_take_row (
    stock_take_id uuid not null references stock_take on delete cascade,
    product_id bigint not null references product,
    -- Of the file.
    line int not null,
    counted int not null check (counted >= 0),
    -- On hand when it was looked at first.
    seen int not null,
    reason text not null,
    primary key (stock_take_id, product_id)
);

alter table coupon
    add column revoked_at timestamptz,
    add column revoke_reason text not null default '';
-- The copies of a campaign, all or of one status, and how many there are of each.
create index coupon_campaign_idx on coupon (campaign_id, coupon_id);
create index coupon_campaign_status_idx on coupon (campaign_id, status, coupon_id);
create index coupon_campaign_name_idx on coupon_campaign (name, campaign_id);
create index coupon_campaign_ends_at_idx on coupon_campaign (ends_at, campaign_id);
create index coupon_campaign_issued_idx on coupon_campaign (issued, campaign_id);
create index coupon_campaign_search_idx on coupon_campaign using gin (bigrams(lower(name)));

-- Members who were chosen to get a coupon: looked at first, then given to.
create table coupon_batch (
    -- Of the form that chose them.
    coupon_batch_id uuid primary key,
    campaign_id bigint not null references coupon_campaign,
    by_member bigint not null references member,
    created_at timestamptz not null,
    confirmed_at timestamptz,
    done_at timestamptz,
    chosen int not null check (chosen >= 0),
    issued int not null default 0 check (issued >= 0),
    -- As many as one may have, they had before.
    had int not null default 0 check (had >= 0),
    -- Got none, since none was left or the campaign was closed.
    missed int not null default 0 check (missed >= 0),
    -- Addresses of nobody.
    unknown text[] not null default '{}',
    constraint coupon_batch_sum_check check (issued + had + missed <= chosen)
);
create index coupon_batch_campaign_idx on coupon_batch (campaign_id, created_at desc);
create index coupon_batch_open_idx on coupon_batch (confirmed_at) where confirmed_at is not null and done_at is null;

-- Those who wait: a row goes once its member was decided about.
create table coupon_batch_member (
    coupon_batch_id uuid not null references coupon_batch on delete cascade,
    member_id bigint not null references member,
    primary key (coupon_batch_id, member_id)
);

-- Finds members by how their address begins, whatever the database's collation.
create index if not exists member_email_pattern_idx on member (email text_pattern_ops);

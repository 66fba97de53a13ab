-- What the homes of staff and of sellers show: sales, visits and sign-ups by Korean days, and an
-- index for each count of what waits.

-- Sums of sales, kept by a reader of the log: of each seller, and under 0 of the whole shop.
create table sales_day (
    seller_id bigint not null,
    -- The Korean day. Orders were placed, and paid, on it; what is canceled or returned later is
    -- taken out of the day on which it was paid.
    day date not null,
    placed bigint not null default 0,
    paid bigint not null default 0,
    -- Paid orders of which something is kept, their copies, and the won of these: prices less
    -- discounts, without delivery. Below zero only while a cancel was taken before its payment.
    orders bigint not null default 0,
    copies bigint not null default 0,
    won bigint not null default 0,
    primary key (seller_id, day)
) with (fillfactor = 70);

-- The same by the minute, of the last days alone: a day that is under way is compared with another
-- one until the same minute.
create table sales_minute (
    seller_id bigint not null,
    minute timestamptz not null,
    orders bigint not null,
    copies bigint not null,
    won bigint not null,
    primary key (seller_id, minute)
) with (fillfactor = 70);

-- What was paid until then the log had forgotten before anybody summed it up: it stands in no sum,
-- and its cancels do not either.
create table sales_begin (
    one boolean primary key default true check (one),
    at timestamptz not null
);
insert into sales_begin (at) select forgotten_until from event_horizon;

-- Who came on a day, under a key of that day alone; both are deleted when it is over.
create table visit_key (
    day date primary key,
    key uuid not null default gen_random_uuid()
);
create table visit_seen (
    day date not null,
    step text not null check (step in ('visit', 'cart', 'order', 'paid')),
    -- 0 for the whole shop.
    seller_id bigint not null,
    who bigint not null,
    -- Not where the same person was counted under another name already.
    counts boolean not null,
    primary key (day, step, seller_id, who)
);

-- How many came, put something into a cart, ordered, and paid. The last two are read from the log.
create table visit_day (
    seller_id bigint not null,
    day date not null,
    visitors bigint not null default 0,
    carts bigint not null default 0,
    ordered bigint not null default 0,
    paid bigint not null default 0,
    primary key (seller_id, day)
) with (fillfactor = 70);

-- How many signed up on a day that is over.
create table signup_day (
    day date primary key,
    members bigint not null
);
create index member_created_at_idx on member (created_at);

create index claim_open_seller_idx on claim (seller_id, claim_id)
    where status in ('requested', 'approved', 'collecting', 'inspected');

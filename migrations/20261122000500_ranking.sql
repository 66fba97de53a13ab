-- The best sellers: copies sold in each hour, and their sums over each window of days. What stands
-- here follows from the event log, so nothing of it refers to other tables.

create table sales_bucket (
    -- The hour, from its beginning, in which the copies were paid.
    bucket timestamptz not null,
    product_id bigint not null,
    -- Copies paid and not canceled. Below zero only while a cancel was taken before its payment.
    units bigint not null,
    primary key (bucket, product_id)
) with (fillfactor = 70);

-- A window is the running hour and the whole hours of its days before it. The same number of hours
-- before those is the window before.
create table ranking_window (
    days int primary key,
    hours int not null generated always as (days * 24 + 1) stored,
    -- The hour that it takes for the running one; it follows the clock, and never goes back.
    until timestamptz not null
);
insert into ranking_window (days, until)
select days, date_trunc('hour', now(), 'UTC') from unnest(array[1, 3, 7, 30]) as chosen (days);

create table ranking_total (
    days int not null,
    -- 0 is the window, 1 the one before.
    ago int not null check (ago in (0, 1)),
    product_id bigint not null,
    -- The product's, when it was sold last.
    category_id bigint not null,
    units bigint not null,
    primary key (days, ago, product_id)
) with (fillfactor = 70);
create index ranking_total_units_idx on ranking_total (days, ago, units desc, product_id);
create index ranking_total_category_idx on ranking_total (days, ago, category_id, units desc, product_id);

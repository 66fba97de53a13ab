-- What is sold, by whom, and how many are left.
create table seller (
    seller_id bigint generated always as identity primary key,
    -- Without a member nobody can act for the seller yet.
    member_id bigint unique references member,
    name text not null
);

create table category (
    category_id bigint generated always as identity primary key,
    slug text not null unique,
    name_ko text not null,
    name_en text not null,
    position int not null
);

-- The pairs of neighboring characters, for an index that finds Korean words of two syllables,
-- which trigrams cannot.
create function bigrams(value text) returns text[]
language sql immutable strict parallel safe
return array(select distinct substr(value, start, 2) from generate_series(1, length(value) - 1) as start);

create table product (
    product_id bigint generated always as identity primary key,
    seller_id bigint not null references seller,
    category_id bigint not null references category,
    title text not null,
    original_title text not null default '',
    author text not null,
    published_year int not null,
    isbn text not null constraint product_isbn_key unique,
    description text not null,
    list_price bigint not null check (list_price >= 0),
    sale_price bigint not null check (sale_price >= 0),
    status text not null default 'on_sale' check (status in ('on_sale', 'suspended', 'archived')),
    created_at timestamptz not null default now(),
    -- Spaces and hyphens do not count when searching; \x1f keeps words from joining across fields.
    search_text text not null generated always as (
        regexp_replace(lower(title || E'\x1f' || original_title || E'\x1f' || author || E'\x1f' || isbn), '[\s-]', '', 'g')
    ) stored
);
create index product_search_idx on product using gin (bigrams(search_text));
create index product_recent_idx on product (created_at desc, product_id desc) where status = 'on_sale';
create index product_category_recent_idx on product (category_id, created_at desc, product_id desc) where status = 'on_sale';
create index product_category_price_idx on product (category_id, sale_price, product_id) where status = 'on_sale';
create index product_category_title_idx on product (category_id, title, product_id) where status = 'on_sale';

create table stock (
    product_id bigint primary key references product,
    on_hand int not null constraint stock_on_hand_check check (on_hand >= 0),
    -- Held for orders that are not paid yet.
    reserved int not null default 0 constraint stock_reserved_check check (reserved >= 0),
    available int not null generated always as (on_hand - reserved) stored
        constraint stock_available_check check (available >= 0)
) with (fillfactor = 50);

create table stock_movement (
    stock_movement_id bigint generated always as identity primary key,
    product_id bigint not null references product,
    kind text not null check (kind in ('received', 'reserved', 'released', 'sold', 'returned', 'adjusted')),
    -- The change of on_hand, and of reserved.
    on_hand_delta int not null,
    reserved_delta int not null default 0,
    order_id uuid,
    reason text not null default '',
    created_at timestamptz not null default now()
);
create index stock_movement_product_id_idx on stock_movement (product_id, stock_movement_id);

-- Products as those who sell them find and change them.
alter table product
    -- Of the form that made it, so that a double click makes one product.
    add column idempotency_key uuid constraint product_idempotency_key unique;

-- However it is hyphenated, a number names one book.
create unique index product_isbn_digits_key on product (replace(isbn, '-', ''));

-- One index for each order of the list: of the whole shop, and of one seller. By stock there is none:
-- an index on what is available would make every sale write to it.
create index product_title_idx on product (title, product_id);
create index product_price_idx on product (sale_price, product_id);
create index product_updated_idx on product (updated_at, product_id);
create index product_seller_idx on product (seller_id, product_id);
create index product_seller_title_idx on product (seller_id, title, product_id);
create index product_seller_price_idx on product (seller_id, sale_price, product_id);
create index product_seller_updated_idx on product (seller_id, updated_at, product_id);
-- The filters, and how many there are of a status.
create index product_status_idx on product (status, product_id);
create index product_category_idx on product (category_id, product_id);
-- All that filters ask of a product, so that the order by stock need not read the products themselves.
create index product_filter_idx on product (seller_id, status, category_id, product_id);

-- One step with many products at once, kept so that it can be told and undone.
create table product_bulk (
    -- The key of the form.
    product_bulk_id uuid primary key,
    by_member bigint not null references member,
    -- Whose products alone; null where the staff did it.
    seller_id bigint references seller,
    kind text not null check (kind in ('on_sale', 'suspended', 'archived', 'draft', 'percent', 'price', 'category')),
    -- Percent, won or the category.
    value bigint,
    -- Products that it was asked for.
    asked int not null check (asked > 0),
    at timestamptz not null,
    undone_at timestamptz
);

create table product_bulk_line (
    product_bulk_id uuid not null references product_bulk on delete cascade,
    product_id bigint not null references product,
    -- What became of it: why not, where it is not `changed`.
    outcome text not null check (outcome in ('changed', 'same', 'sold', 'price', 'closed')),
    -- What stood there before, and its version afterwards: later changes are never undone.
    status text not null,
    sale_price bigint not null,
    category_id bigint not null,
    version int not null,
    -- Of a step that was undone: whether this one was.
    restored boolean,
    primary key (product_bulk_id, product_id)
);

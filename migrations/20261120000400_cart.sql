-- Carts of members, and of guests who are known by their session alone.
create table cart (
    cart_id uuid primary key,
    member_id bigint constraint cart_member_id_key unique references member on delete cascade,
    created_at timestamptz not null default now()
);

create table cart_line (
    cart_id uuid not null references cart on delete cascade,
    product_id bigint not null references product,
    quantity int not null constraint cart_line_quantity_check check (quantity between 1 and 99),
    -- What one copy cost when it was put in.
    seen_price bigint not null,
    created_at timestamptz not null default now(),
    primary key (cart_id, product_id)
);

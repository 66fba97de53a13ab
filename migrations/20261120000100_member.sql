-- Members, their sessions and where they live.
create table member (
    member_id bigint generated always as identity primary key,
    email text not null constraint member_email_key unique constraint member_email_lower check (email = lower(email)),
    password_hash text not null,
    -- Counts changes of the password: a session from before one is worth nothing.
    password_generation int not null default 0,
    name text not null,
    phone text not null default '',
    role text not null default 'shopper' check (role in ('shopper', 'seller', 'staff')),
    status text not null default 'active' check (status in ('active', 'blocked')),
    created_at timestamptz not null default now()
);

-- The shape that the session store expects.
create table session (
    id text primary key,
    data bytea not null,
    expiry_date timestamptz not null
);
create index session_expiry_date_idx on session (expiry_date);

create table address (
    address_id bigint generated always as identity primary key,
    member_id bigint not null references member on delete cascade,
    recipient text not null,
    phone text not null,
    postcode text not null,
    line1 text not null,
    line2 text not null,
    is_default boolean not null default false,
    created_at timestamptz not null default now()
);
create index address_member_id_idx on address (member_id);
create unique index address_one_default_key on address (member_id) where is_default;
